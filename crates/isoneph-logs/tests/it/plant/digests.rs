//! A bucket as CloudTrail leaves it: log files, and a chain of signed digests for each region.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use isoneph_logs::digest::{DigestInputs, PublicKey, read_public_keys};
use isoneph_tables::Instant;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Random, time};
use crate::support::gzip;

/// Made with `openssl genrsa 2048` for these tests; nothing else is signed with it.
const KEY: &[u8] = include_bytes!("digest-test-key.der");
const FINGERPRINT: &str = "00112233445566778899aabbccddeeff";
const BUCKET: &str = "audit-logs";
pub(crate) const ACCOUNT: &str = "111111111111";
/// 2026-11-02T00:00:00Z.
pub(crate) const START: i64 = 1_793_577_600;
pub(crate) const HOUR: i64 = 3_600;

pub(crate) struct Planted {
    pub folder: PathBuf,
    /// Digests by region, in order.
    pub digests: BTreeMap<String, Vec<PathBuf>>,
    /// Log files, in order.
    pub logs: Vec<PathBuf>,
    pub signatures: BTreeMap<String, String>,
}

/// Which hours a chain leaves out, and where it is begun anew.
#[derive(Default)]
pub(crate) struct Shape {
    pub without: Vec<i64>,
    pub anew_after: Option<i64>,
    /// Hours whose digests came late, each on its own.
    pub late: Vec<i64>,
    /// The hour from which on the trail has another bucket.
    pub moved_at: Option<i64>,
    /// The hour from which on there is another trail in its place.
    pub replaced_at: Option<i64>,
}

/// Which trail a digest is of, where it lies, and whether it came late.
struct Place {
    trail: &'static str,
    bucket: &'static str,
    late: bool,
}

impl Shape {
    fn place(&self, hour: i64) -> Place {
        let since = |from: Option<i64>| from.is_some_and(|from| hour >= from);
        Place {
            trail: if since(self.replaced_at) { "new_trail" } else { "org_trail" },
            bucket: if since(self.moved_at) { "other-bucket" } else { BUCKET },
            late: self.late.contains(&hour),
        }
    }
}

pub(crate) fn plant(folder: &Path, seed: u64, regions: &[&str], hours: i64, shape: &Shape) -> Planted {
    let mut planted =
        Planted { folder: folder.to_owned(), digests: BTreeMap::new(), logs: Vec::new(), signatures: BTreeMap::new() };
    let mut random = Random::new(seed);
    for region in regions {
        let mut previous: Option<(String, String, String)> = None;
        for hour in (0..hours).filter(|hour| !shape.without.contains(hour)) {
            let place = shape.place(hour);
            if place.late {
                planted.plant_hour(&mut random, region, hour, &place, None);
                continue;
            }
            if shape.anew_after == Some(hour - 1) || shape.replaced_at == Some(hour) {
                previous = None;
            }
            previous = Some(planted.plant_hour(&mut random, region, hour, &place, previous));
        }
    }
    planted
}

impl Planted {
    fn plant_hour(
        &mut self,
        random: &mut Random,
        region: &str,
        hour: i64,
        place: &Place,
        previous: Option<(String, String, String)>,
    ) -> (String, String, String) {
        let (begins, ends) = (START + hour * HOUR, START + (hour + 1) * HOUR);
        let logs: Vec<Value> = (0..random.below(3)).map(|n| self.plant_log(random, region, begins, n)).collect();
        let day = time(begins)[..10].replace('-', "/");
        let stamp = time(ends).replace(['-', ':'], "");
        let Place { trail, bucket, late } = place;
        let late = if *late { "_backfill" } else { "" };
        let object = format!(
            "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{region}/{day}/{ACCOUNT}_CloudTrail-Digest_{region}_{trail}_us-east-1_{stamp}{late}.json.gz"
        );
        let (before, hash, signature) = match &previous {
            Some((object, hash, signature)) => (json!(object), json!(hash), json!(signature)),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let digest = json!({
            "awsAccountId": ACCOUNT, "digestStartTime": time(begins), "digestEndTime": time(ends),
            "digestS3Bucket": bucket, "digestS3Object": object, "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": time(ends - 60), "oldestEventTime": time(begins),
            "previousDigestS3Bucket": BUCKET, "previousDigestS3Object": before, "previousDigestHashValue": hash,
            "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": signature, "logFiles": logs,
        });
        let bytes = serde_json::to_vec(&digest).unwrap();
        let hash = sha256(&bytes);
        let text = format!("{}\n{bucket}/{object}\n{hash}\n{}", time(ends), signature.as_str().unwrap_or("null"));
        let signature = sign(&text);
        let path = self.write(&object, &bytes);
        self.digests.entry(region.to_owned()).or_default().push(path);
        self.signatures.insert(object.clone(), signature.clone());
        (object, hash, signature)
    }

    fn plant_log(&mut self, random: &mut Random, region: &str, begins: i64, number: u64) -> Value {
        let at = begins + 600 * (number as i64 + 1);
        let event = |id: String| {
            json!({
                "eventVersion": "1.10", "eventID": id, "eventTime": time(at - 60), "eventSource": "ec2.amazonaws.com",
                "eventName": "DescribeVolumes", "awsRegion": region, "recipientAccountId": ACCOUNT, "readOnly": true,
            })
        };
        let events: Vec<Value> = (0..=random.below(4)).map(|_| event(random.hex(32))).collect();
        let bytes = serde_json::to_vec(&json!({ "Records": events })).unwrap();
        let day = time(at)[..10].replace('-', "/");
        let stamp = time(at).replace(['-', ':'], "");
        let stamp = format!("{}Z", &stamp[..13]);
        let object = format!(
            "AWSLogs/{ACCOUNT}/CloudTrail/{region}/{day}/{ACCOUNT}_CloudTrail_{region}_{stamp}_{}.json.gz",
            random.hex(16)
        );
        let path = self.write(&object, &bytes);
        self.logs.push(path);
        json!({
            "s3Bucket": BUCKET, "s3Object": object, "hashValue": sha256(&bytes), "hashAlgorithm": "SHA-256",
            "newestEventTime": time(at), "oldestEventTime": time(at - 300),
        })
    }

    fn write(&self, object: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(object);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, gzip(bytes)).unwrap();
        path
    }

    /// What the verifier is given: the folder, the public key, and the signature of the last digest of each region.
    pub(crate) fn inputs(&self) -> DigestInputs {
        DigestInputs {
            paths: vec![self.folder.clone()],
            keys: public_keys(),
            signatures: self.signatures.clone(),
            ..DigestInputs::default()
        }
    }
}

/// The time of an hour from the start.
pub(crate) fn instant(hour: i64) -> Instant {
    Instant((START + hour * HOUR) * 1_000_000)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sign(text: &str) -> String {
    let key = KeyPair::from_der(KEY).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The answer of `aws cloudtrail list-public-keys`.
pub(crate) fn public_key_list() -> String {
    let key = KeyPair::from_der(KEY).unwrap();
    let value = STANDARD.encode(key.public().as_ref());
    json!({"PublicKeyList": [{"Value": value, "Fingerprint": FINGERPRINT,
        "ValidityStartTime": "2026-10-01T00:00:00Z", "ValidityEndTime": "2026-12-01T00:00:00Z"}]})
    .to_string()
}

pub(crate) fn public_keys() -> Vec<PublicKey> {
    read_public_keys("keys.json", &public_key_list()).unwrap()
}
