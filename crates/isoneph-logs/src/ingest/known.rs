//! What earlier runs met: files that are not read again, and what could not be read of them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::error::IngestError;
use super::manifest::{FileEntry, FileStatus, MORE_FOLLOWS, Manifest, RejectedRecord};

/// The first half of the digest of a file: enough to know it again, and half the memory.
pub(super) type FileKey = [u8; 16];

/// What earlier runs met.
#[derive(Default)]
pub(super) struct Known {
    /// The files that were read.
    pub(super) files: HashSet<FileKey>,
    /// Of them, what was rejected of those that were read in part.
    pub(super) partial: HashMap<FileKey, Vec<RejectedRecord>>,
    /// Those that were rejected, by path and digest.
    pub(super) rejected: HashSet<String>,
    /// Those that keep signatures and were copied, by path and digest.
    pub(super) copied: HashSet<String>,
}

impl Known {
    /// `copies`: whether digests are to be copied. One that was not is read again.
    pub(super) fn load(folder: &Path, manifest: &Manifest, copies: bool) -> Result<Known, IngestError> {
        let mut known = Known::default();
        for entry in manifest.files(folder) {
            let entry = entry?;
            let digest = entry.sha256.clone().and_then(|text| isoneph_model::Digest::try_from(text).ok());
            let key = digest.map(|digest| key_of(digest.bytes()));
            match entry.status {
                FileStatus::Digest if copies && !entry.copied => {}
                FileStatus::Skipped if entry.copied => {
                    known.copied.insert(rejected_key(&entry));
                }
                FileStatus::Read | FileStatus::Partial | FileStatus::Digest => {
                    known.files.extend(key);
                    let more = entry.more.map(|more| RejectedRecord {
                        locator: "#".to_owned(),
                        code: MORE_FOLLOWS.to_owned(),
                        message: more.told().to_owned(),
                    });
                    if let Some(key) = key.filter(|_| entry.status == FileStatus::Partial || more.is_some()) {
                        known.partial.insert(key, entry.rejects.into_iter().chain(more).collect());
                    }
                }
                FileStatus::Rejected => {
                    known.rejected.insert(rejected_key(&entry));
                }
                FileStatus::Known | FileStatus::Skipped => {}
            }
        }
        Ok(known)
    }
}

pub(super) fn rejected_key(entry: &FileEntry) -> String {
    format!("{}\0{}", entry.path, entry.sha256.as_deref().unwrap_or_default())
}

pub(super) fn key_of(digest: &[u8; 32]) -> FileKey {
    std::array::from_fn(|i| digest[i])
}
