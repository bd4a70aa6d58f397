//! Digest files of CloudTrail among the logs, verified against what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use isoneph_logs::digest::{DigestInputs, DigestReport, verify};
use isoneph_logs::ingest::{FileEntry, FileStatus};
use isoneph_model::{InputId, Locator};
use isoneph_tables::Sink;

use super::LogsError;
use super::against::LogsAgainst;

/// What the pass over the files leaves for the verification: nothing is unpacked and hashed twice.
#[derive(Debug, Clone, Default)]
pub(super) struct DigestFiles {
    /// Digests, with the SHA-256 of the files.
    digests: Vec<(PathBuf, Option<String>)>,
    known: BTreeMap<PathBuf, String>,
    unread: Vec<PathBuf>,
}

impl DigestFiles {
    /// Notes a file: a digest, a log whose content was hashed, or one that could not be read to its end.
    pub(super) fn note(&mut self, entry: &FileEntry) {
        let path = PathBuf::from(&entry.path);
        match (&entry.content_sha256, entry.status) {
            (_, FileStatus::Digest) => self.digests.push((path, entry.sha256.clone())),
            (Some(sha256), FileStatus::Read | FileStatus::Partial | FileStatus::Rejected) => {
                self.known.insert(path, sha256.clone());
            }
            (None, FileStatus::Partial | FileStatus::Rejected) => self.unread.push(path),
            _ => {}
        }
    }

    /// Verifies the digests; `None` where there are none. `beside` holds files that keep signatures.
    pub(super) fn verify(
        self,
        against: &LogsAgainst<'_>,
        beside: &[PathBuf],
        first: InputId,
        sink: &mut Sink,
    ) -> Result<Option<DigestReport>, LogsError> {
        if self.digests.is_empty() {
            return Ok(None);
        }
        let there = there(self.digests, first, sink);
        if there.is_empty() {
            return Ok(None);
        }
        let there = there.into_iter().chain(self.unread).chain(beside.iter().cloned());
        let inputs = DigestInputs {
            paths: there.filter(|path| path.exists()).collect(),
            known: self.known,
            keys: against.public_keys()?,
            signatures: against.signatures()?,
            period: against.period,
        };
        let report = verify(&inputs).map_err(|error| LogsError::Given(error.to_string()))?;
        if against.public_keys.is_empty() {
            let message = "digest files were found, but no public keys: no signature was verified (`--public-keys`)";
            sink.input_mut(first).notes.push(message.to_owned());
        }
        for refused in &report.refused {
            sink.reject(first, Locator::new(refused.file.clone()), "digest-unreadable", refused.message.clone());
        }
        if let Some(name) = report.unlisted.first() {
            let count = report.unlisted.len();
            sink.input_mut(first).notes.push(format!("{count} log files are named by no digest, the first is {name}"));
        }
        Ok(Some(report))
    }
}

/// The digests that are where they were when they were noted. A store keeps them by name: of one that is gone, and of
/// which no copy was given, somebody must be told.
fn there(digests: Vec<(PathBuf, Option<String>)>, first: InputId, sink: &mut Sink) -> Vec<PathBuf> {
    let (there, gone): (Vec<_>, Vec<_>) = digests.into_iter().partition(|(path, _)| path.exists());
    let copies: BTreeSet<&str> = there.iter().filter_map(|(_, sha256)| sha256.as_deref()).collect();
    let is_copied = |sha256: &Option<String>| sha256.as_deref().is_some_and(|sha256| copies.contains(sha256));
    let gone: Vec<&PathBuf> = gone.iter().filter(|(_, sha256)| !is_copied(sha256)).map(|(path, _)| path).collect();
    if let Some(one) = gone.first() {
        let message = format!(
            "{} digest files that the store names are not where they were: nothing was verified by them; give their folder as well",
            gone.len()
        );
        sink.reject(first, Locator::new(one.display().to_string()), "digest-not-found", message);
    }
    there.into_iter().map(|(path, _)| path).collect()
}
