//! Digest files of CloudTrail among the logs, verified against what was read.

use std::collections::BTreeMap;
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
    digests: Vec<PathBuf>,
    known: BTreeMap<PathBuf, String>,
    unread: Vec<PathBuf>,
}

impl DigestFiles {
    /// Notes a file: a digest, a log whose content was hashed, or one that could not be read to its end.
    pub(super) fn note(&mut self, entry: &FileEntry) {
        let path = PathBuf::from(&entry.path);
        match (&entry.content_sha256, entry.status) {
            (_, FileStatus::Digest) => self.digests.push(path),
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
        let there = self.digests.into_iter().chain(self.unread).chain(beside.iter().cloned());
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
