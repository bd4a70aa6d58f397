//! Public keys and signatures, as the AWS command line writes them.

use std::collections::BTreeMap;

use isoneph_tables::Instant;
use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

use super::DigestError;
use crate::base64::base64;

/// How much longer than its stated validity a key is taken, in microseconds: digests of an hour are signed after it.
const LEEWAY: i64 = 2 * 3_600_000_000;

/// A public key that digests are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its fingerprint, by which digests name it.
    pub fingerprint: String,
    /// The key: RSA, PKCS #1, DER.
    pub der: Vec<u8>,
    /// From when it signs.
    pub from: Option<Instant>,
    /// Until when.
    pub until: Option<Instant>,
}

impl PublicKey {
    /// Whether it may have signed something at this time.
    pub(super) fn was_valid(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from.0 <= at.0.saturating_add(LEEWAY))
            && self.until.is_none_or(|until| at.0 <= until.0.saturating_add(LEEWAY))
    }

    /// Whether it signed a text: RSASSA-PKCS1-v1_5 with SHA-256.
    pub(super) fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(text, signature).is_ok()
    }
}

#[derive(Deserialize)]
struct KeyList {
    #[serde(rename = "PublicKeyList")]
    keys: Vec<ListedKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKey {
    value: String,
    fingerprint: String,
    validity_start_time: Option<Value>,
    validity_end_time: Option<Value>,
}

/// Reads the answer of `aws cloudtrail list-public-keys`. `file` is the name that errors show.
pub fn read_public_keys(file: &str, text: &str) -> Result<Vec<PublicKey>, DigestError> {
    let malformed = |message: String| DigestError::Malformed { file: file.to_owned(), message };
    let list: KeyList = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    let key = |(index, key): (usize, ListedKey)| {
        let place = |what: &str| malformed(format!("#/PublicKeyList/{index}: {what}"));
        Ok(PublicKey {
            der: base64(&key.value).ok_or_else(|| place("'Value' is not base64"))?,
            from: key
                .validity_start_time
                .map(|t| time(&t).ok_or_else(|| place("'ValidityStartTime' is no time")))
                .transpose()?,
            until: key
                .validity_end_time
                .map(|t| time(&t).ok_or_else(|| place("'ValidityEndTime' is no time")))
                .transpose()?,
            fingerprint: key.fingerprint,
        })
    };
    list.keys.into_iter().enumerate().map(key).collect()
}

/// Seconds since 1970, as older command lines write them, or RFC 3339.
fn time(value: &Value) -> Option<Instant> {
    let timestamp = match value {
        Value::String(text) => text.parse::<Timestamp>().ok()?,
        Value::Number(number) => Timestamp::from_second(number.as_f64()? as i64).ok()?,
        _ => return None,
    };
    Some(Instant(timestamp.as_microsecond()))
}

/// Reads signatures by object key or file name: `{"AWSLogs/…_digest.json.gz": "3f…"}`.
pub fn read_signatures(file: &str, text: &str) -> Result<BTreeMap<String, String>, DigestError> {
    serde_json::from_str(text)
        .map_err(|error| DigestError::Malformed { file: file.to_owned(), message: error.to_string() })
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits.chunks_exact(2).map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_comes_back() {
        assert_eq!(decode_hex("00ffA1"), Some(vec![0, 255, 161]));
        assert_eq!((decode_hex("0"), decode_hex("zz")), (None, None));
    }

    #[test]
    fn keys_are_read_with_either_form_of_time() {
        let text = r#"{"PublicKeyList": [{"Value": "Zm9v", "Fingerprint": "ab", "ValidityStartTime": 1793577600.0, "ValidityEndTime": "2026-12-01T00:00:00Z"}]}"#;
        let keys = read_public_keys("keys.json", text).unwrap();
        assert_eq!((keys[0].der.as_slice(), keys[0].from), (b"foo".as_slice(), Some(Instant(1_793_577_600_000_000))));
        assert!(keys[0].was_valid(Instant(1_793_577_600_000_000 - LEEWAY)));
        assert!(!keys[0].was_valid(Instant(1_793_577_600_000_000 - LEEWAY - 1)));
        let error = read_public_keys("k", r#"{"PublicKeyList": [{"Value": "*", "Fingerprint": "ab"}]}"#).unwrap_err();
        assert_eq!(error.to_string(), "k: #/PublicKeyList/0: 'Value' is not base64");
    }
}
