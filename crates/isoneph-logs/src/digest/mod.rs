//! CloudTrail's digests, verified offline: signed lists of the log files of an hour, each chained to the one before.
//!
//! A digest proves three things when its signature holds: that the files it names are as they were delivered, that the
//! digest before it is the one it names, and, as digests come every hour whether there were events or not, that an
//! hour without a digest is an hour whose record is missing. The last needs more than signatures: two digests removed
//! in a row leave every remaining signature valid, so that each digest must also begin where the one before it ended.
//!
//! Each digest carries the signature of the one before it; the newest one's is in the metadata of its object, which
//! copying the file loses. Public keys come from a file (the answer of `aws cloudtrail list-public-keys`). Formats:
//! AWS CloudTrail User Guide, "CloudTrail digest file structure".

mod chain;
mod document;
mod error;
mod files;
mod kept;
mod keys;
mod of_store;
mod unlisted;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use isoneph_tables::Instant;
use serde::{Serialize, Serializer};

use crate::decode::written;

pub use error::DigestError;
pub(crate) use kept::{Copies, Copy};
pub use keys::{PublicKey, read_public_keys, read_signatures};
pub use of_store::DigestsOfStores;
pub(crate) use write::gap_row;

isoneph_model::vocabulary! {
    /// What is wrong with a digest.
    pub enum Problem {
        /// Its signature does not hold: it was altered, or another key signed it.
        SignatureInvalid = "signature-invalid",
        /// A signature that was given for it does not hold, though another one does.
        OtherSignatureInvalid = "other-signature-invalid",
        /// Neither its object's metadata nor a later digest gives its signature.
        NoSignature = "no-signature",
        /// The public key that signed it was not given.
        NoPublicKey = "no-public-key",
        /// It is signed with an algorithm that we do not know.
        UnknownAlgorithm = "unknown-algorithm",
        /// The digest before it is not there.
        PreviousMissing = "previous-missing",
        /// The digest before it is not what it says.
        PreviousChanged = "previous-changed",
        /// It begins later than the digest before it ends.
        NotContinuous = "not-continuous",
        /// The chain was begun anew: recording or validation was stopped in between.
        ChainRestarted = "chain-restarted",
        /// It does not lie where it says it was delivered.
        Moved = "moved",
        /// Two digests of the same name differ.
        Twice = "twice",
        /// A file that it names is not there.
        FileMissing = "file-missing",
        /// A file that it names is not what it says.
        FileChanged = "file-changed",
        /// A file that it names could not be read to its end.
        FileUnreadable = "file-unreadable",
        /// A file that it names was read before, without a digest beside it to compare it with, and is not there any more.
        FileNotCompared = "file-not-compared",
        /// It names a digest before it that was not given, and no period says that the record is to begin here.
        EarlierNotGiven = "earlier-not-given",
        /// A file with events of its time is named by no digest.
        FileUnlisted = "file-unlisted",
        /// Its trail has no digests where another trail of the account and region has.
        OtherTrail = "other-trail",
    }
}

/// What to verify.
#[derive(Debug, Clone, Default)]
pub struct DigestInputs {
    /// Files and folders: digests and log files in any layout that keeps their names.
    pub paths: Vec<PathBuf>,
    /// Files with copies of digests, as stores of events keep them.
    pub copies: Vec<PathBuf>,
    /// Log files whose content was hashed before (SHA-256, in hexadecimal): they are not read again, and need not be
    /// there any more.
    pub known: BTreeMap<PathBuf, String>,
    /// Log files that were read before, are not there any more, and whose content nobody hashed.
    pub lost: BTreeSet<PathBuf>,
    /// Public keys.
    pub keys: Vec<PublicKey>,
    /// Signatures, in hexadecimal, by the digest's object key or file name.
    pub signatures: BTreeMap<String, String>,
    /// The period that the digests should cover, where it is known.
    pub period: Option<(Instant, Instant)>,
}

/// The digests of one trail in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The trail.
    pub trail: String,
    /// Whether its digests were delivered late, to fill a hole.
    pub backfill: bool,
    /// How many digests there are.
    pub digests: u64,
    /// The start of the first.
    #[serde(serialize_with = "written_time")]
    pub begins_at: Instant,
    /// The end of the last.
    #[serde(serialize_with = "written_time")]
    pub ends_at: Instant,
}

/// A digest, verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifiedDigest {
    /// The file, as given.
    pub file: String,
    /// The SHA-256 of that file as it is on disk, in hexadecimal.
    pub sha256: String,
    /// The object's key.
    pub object: String,
    /// Its chain, as an index into [`DigestReport::chains`].
    pub chain: usize,
    /// The start of the time that it covers.
    #[serde(serialize_with = "written_time")]
    pub begins_at: Instant,
    /// The end of that time.
    #[serde(serialize_with = "written_time")]
    pub ends_at: Instant,
    /// Whether its signature holds; `None` where signature or key was not given.
    pub signature_valid: Option<bool>,
    /// Whether the digest before it is there and is the one that it names; true for the first.
    pub link_valid: bool,
    /// Whether it begins where the digest before it ends; true for the first.
    pub continuous: bool,
    /// How many files it names.
    pub files: u64,
    /// The names of those that are not there; `None` where no log files were given at all.
    pub files_missing: Option<Vec<String>>,
    /// The names of those that are not what it says.
    pub files_changed: Vec<String>,
    /// What is wrong, each once.
    pub problems: Vec<Problem>,
}

/// A hole that the digests show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DigestGap {
    /// The chain, as an index into [`DigestReport::chains`].
    pub chain: usize,
    /// `previous-missing`, `not-continuous`, `chain-restarted`, `file-missing`, `file-changed`, `file-unreadable`,
    /// `file-not-compared`, `file-unlisted`.
    pub problem: Problem,
    /// From when.
    #[serde(serialize_with = "written_time")]
    pub begins_at: Instant,
    /// Until when.
    #[serde(serialize_with = "written_time")]
    pub ends_at: Instant,
    /// The object that is missing or changed; `""` where it is not known by name.
    pub object: String,
    /// The digest that shows it, as an index into [`DigestReport::digests`].
    pub digest: usize,
}

/// A time for which a chain proves that nothing is missing, or, among [holes](DigestReport::holes), that something is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Proven {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// From when.
    #[serde(serialize_with = "written_time")]
    pub begins_at: Instant,
    /// Until when.
    #[serde(serialize_with = "written_time")]
    pub ends_at: Instant,
}

/// A file that looked like a digest and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedDigest {
    /// The file.
    pub file: String,
    /// Why.
    pub message: String,
}

/// What the digests show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestReport {
    /// Chains, by account, region and trail.
    pub chains: Vec<Chain>,
    /// Digests, by chain and time.
    pub digests: Vec<VerifiedDigest>,
    /// Holes, by chain and time.
    pub gaps: Vec<DigestGap>,
    /// Times for which nothing is missing, joined.
    pub proven: Vec<Proven>,
    /// Log files with events inside a chain's time that no digest names, whatever their own names, sorted.
    pub unlisted: Vec<String>,
    /// Log files that no digest names, and whose events lie in no chain's time: behind its last digest, before its first,
    /// or of an account and region without any. Nothing is proven of them. Sorted; of very many the first ones.
    pub unproven: Vec<String>,
    /// Digests that could not be read, sorted.
    pub refused: Vec<RefusedDigest>,
    /// How many log files were compared.
    pub files_compared: u64,
}

impl DigestReport {
    /// The times of which something is missing, by account and region.
    pub fn holes(&self) -> Vec<Proven> {
        let missing = self.gaps.iter().filter(|gap| gap.problem != Problem::FileUnlisted);
        let hole = |gap: &DigestGap| {
            let Chain { account, region, .. } = self.chains.get(gap.chain)?.clone();
            Some(Proven { account, region, begins_at: gap.begins_at, ends_at: gap.ends_at })
        };
        missing.filter_map(hole).collect()
    }

    /// Whether nothing at all is wrong: every signature, link, hour and file holds.
    pub fn is_whole(&self) -> bool {
        let whole = |d: &VerifiedDigest| d.signature_valid == Some(true) && d.problems.is_empty();
        self.refused.is_empty() && self.unlisted.is_empty() && self.gaps.is_empty() && self.digests.iter().all(whole)
    }
}

/// Whether a file is, by its name, an answer of `aws s3api head-object` that keeps the signature of a digest beside it.
pub fn is_signature(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| files::sidecar_of(name).is_some())
}

fn written_time<S: Serializer>(time: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&written(*time))
}

/// Verifies every digest under the paths, and every log file that they name.
///
/// # Errors
/// When a path cannot be read. A digest that cannot be read is in [`DigestReport::refused`].
pub fn verify(inputs: &DigestInputs) -> Result<DigestReport, DigestError> {
    let mut found = files::find(inputs)?;
    found.signatures.extend(inputs.signatures.clone());
    let mut report = chain::verify(&found, &inputs.keys, inputs.period);
    report.refused = std::mem::take(&mut found.refused);
    files::compare(&found, inputs, &mut report);
    chain::prove(&mut report);
    Ok(report)
}
