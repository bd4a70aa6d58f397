//! The digest file itself.

use isoneph_tables::Instant;
use jiff::Timestamp;
use serde::Deserialize;

/// A digest as CloudTrail writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) aws_account_id: String,
    pub(super) digest_start_time: String,
    pub(super) digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    pub(super) bucket: String,
    #[serde(rename = "digestS3Object")]
    pub(super) object: String,
    #[serde(default)]
    pub(super) digest_public_key_fingerprint: String,
    #[serde(default)]
    pub(super) digest_signature_algorithm: String,
    #[serde(rename = "previousDigestS3Object")]
    pub(super) previous_object: Option<String>,
    #[serde(rename = "previousDigestHashValue")]
    pub(super) previous_hash: Option<String>,
    #[serde(rename = "previousDigestSignature")]
    pub(super) previous_signature: Option<String>,
    #[serde(default)]
    pub(super) log_files: Vec<LogFile>,
}

/// A log file that a digest names.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogFile {
    #[serde(rename = "s3Object")]
    pub(super) object: String,
    pub(super) hash_value: String,
    #[serde(default)]
    pub(super) oldest_event_time: Option<String>,
    #[serde(default)]
    pub(super) newest_event_time: Option<String>,
}

/// A digest that was found.
pub(super) struct Digest {
    /// The file, as given.
    pub(super) file: String,
    /// The SHA-256 of the file as it is on disk.
    pub(super) file_sha256: String,
    /// The SHA-256 of the digest, in hexadecimal.
    pub(super) sha256: String,
    pub(super) document: Document,
    pub(super) begins_at: Instant,
    pub(super) ends_at: Instant,
}

impl Digest {
    /// The digest in these bytes, if they are one: `Ok(None)` for JSON that is none.
    pub(super) fn read(file: &str, bytes: &[u8], sha256: String) -> Result<Option<Digest>, String> {
        const MARKS: [&[u8]; 2] = [b"\"digestS3Object\"", b"\"digestEndTime\""];
        if !MARKS.iter().all(|mark| bytes.windows(mark.len()).any(|window| window == *mark)) {
            return Ok(None);
        }
        let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let time = |text: &str| instant(text).ok_or_else(|| format!("'{text}' is not a time"));
        let (begins_at, ends_at) = (time(&document.digest_start_time)?, time(&document.digest_end_time)?);
        if ends_at < begins_at {
            return Err("it ends before it begins".to_owned());
        }
        Ok(Some(Digest { file: file.to_owned(), file_sha256: String::new(), sha256, document, begins_at, ends_at }))
    }

    /// What is signed: end, place, hash, and the signature before it.
    pub(super) fn text_to_sign(&self) -> String {
        let Document { digest_end_time, bucket, object, previous_signature, .. } = &self.document;
        let previous = previous_signature.as_deref().unwrap_or("null");
        format!("{digest_end_time}\n{bucket}/{object}\n{}\n{previous}", self.sha256)
    }

    /// The trail that it is of.
    pub(super) fn trail(&self) -> Trail {
        let object = self.document.object.as_str();
        let name = file_name(object).strip_suffix(".json.gz").unwrap_or(file_name(object));
        let backfill = name.strip_suffix("_backfill");
        let name = backfill.unwrap_or(name);
        // ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIME; the trail's name may hold `_`.
        let rest = name.split_once("_CloudTrail-Digest_").map_or("", |(_, rest)| rest);
        let (region, rest) = rest.split_once('_').unwrap_or((rest, ""));
        let mut parts = rest.rsplitn(3, '_');
        let trail = (parts.next(), parts.next(), parts.next()).2.unwrap_or_default();
        Trail {
            account: self.document.aws_account_id.clone(),
            region: region.to_owned(),
            trail: trail.to_owned(),
            backfill: backfill.is_some(),
            bucket: self.document.bucket.clone(),
        }
    }
}

/// What the digests of one chain have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Trail {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) trail: String,
    pub(super) backfill: bool,
    pub(super) bucket: String,
}

/// A time as digests write them.
pub(super) fn instant(text: &str) -> Option<Instant> {
    text.parse::<Timestamp>().ok().map(|timestamp| Instant(timestamp.as_microsecond()))
}

/// The last part of a key or path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
