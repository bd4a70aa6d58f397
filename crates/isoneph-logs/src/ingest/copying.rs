//! Copies, in the store, of digests of CloudTrail and of what keeps their signatures beside them.

use std::collections::HashSet;
use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::IngestError;
use super::file::digest_of;
use super::known::rejected_key;
use super::manifest::{FileEntry, FileStatus};
use crate::digest::{Copies, Copy, is_signature};
use crate::hex::hex;

/// The copies of one run.
pub(super) struct Copying<'r> {
    folder: &'r Path,
    /// What earlier runs copied of what keeps signatures, by path and digest.
    known: HashSet<String>,
    /// `None` until there is something to copy.
    copies: Option<Copies<NamedTempFile>>,
}

impl<'r> Copying<'r> {
    pub(super) fn new(folder: &'r Path, known: HashSet<String>) -> Copying<'r> {
        Copying { folder, known, copies: None }
    }

    /// Copies a file that was met, if it is a digest or keeps the signature of one. What cannot be copied stays where it is.
    pub(super) fn take(&mut self, entry: &mut FileEntry) -> Result<(), IngestError> {
        let is_signature = is_signature(Path::new(&entry.path));
        if !is_signature && entry.status != FileStatus::Digest {
            return Ok(());
        }
        let Ok(copy) = Copy::of(Path::new(&entry.path)) else { return Ok(()) };
        if entry.sha256.as_ref().is_some_and(|sha256| *sha256 != copy.sha256) {
            return Ok(());
        }
        entry.sha256 = Some(copy.sha256.clone());
        entry.copied = true;
        if is_signature {
            entry.status = FileStatus::Skipped;
            entry.reason = Some("it keeps the signature of a digest: it is copied".to_owned());
            if !self.known.insert(rejected_key(entry)) {
                return Ok(());
            }
        }
        let failed = |error| IngestError::file(self.folder, error);
        let copies = match &mut self.copies {
            Some(copies) => copies,
            none => none.insert(Copies::new(NamedTempFile::new_in(self.folder).map_err(failed)?)),
        };
        copies.add(&copy).map_err(failed)
    }

    /// Whether something was copied.
    pub(super) fn has_any(&self) -> bool {
        self.copies.is_some()
    }

    /// The name, in the store, of the file with the copies; `None` where there are none.
    pub(super) fn keep(self, durable: bool) -> Result<Option<String>, IngestError> {
        let Some(copies) = self.copies else { return Ok(None) };
        let failed = |error| IngestError::file(self.folder, error);
        let mut file = copies.finish().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let digest = digest_of(file.as_file_mut()).map_err(failed)?;
        if durable {
            file.as_file().sync_all().map_err(failed)?;
        }
        let name = format!("digests-{}.jsonl.gz", &hex(digest.as_ref())[..32]);
        let path: PathBuf = self.folder.join(&name);
        file.persist(&path).map_err(|error| IngestError::file(&path, error.error))?;
        Ok(Some(name))
    }
}
