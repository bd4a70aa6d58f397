//! What stores of events hold of digests: what the pass over the files leaves for the verification, so that nothing is
//! unpacked and hashed twice, and the copies of what is not there any more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{DigestInputs, is_signature};
use crate::ingest::{FileEntry, FileStatus, Manifest};

/// What stores hold of digests.
#[derive(Debug, Clone, Default)]
pub struct DigestsOfStores {
    /// Digests of which no copy is kept, with the SHA-256 of the files.
    digests: Vec<(PathBuf, Option<String>)>,
    /// Files with copies of digests and signatures, and the SHA-256 of what was copied.
    copies: Vec<PathBuf>,
    copied: BTreeSet<String>,
    /// What keeps signatures beside digests, and was not copied.
    signatures: Vec<PathBuf>,
    known: BTreeMap<PathBuf, String>,
    unread: Vec<PathBuf>,
    /// Logs that were read where there was no digest beside them.
    unhashed: Vec<PathBuf>,
}

impl DigestsOfStores {
    /// Notes the copies that a store keeps.
    pub fn note_store(&mut self, folder: &Path, manifest: &Manifest) {
        self.copies.extend(manifest.copies.iter().map(|name| folder.join(name)));
    }

    /// Notes a file: a digest, a log whose content was hashed, or one that could not be read to its end.
    pub fn note(&mut self, entry: &FileEntry) {
        let path = PathBuf::from(&entry.path);
        if entry.copied {
            self.copied.extend(entry.sha256.clone());
            return;
        }
        match (&entry.content_sha256, entry.status) {
            _ if is_signature(&path) => self.signatures.push(path),
            (_, FileStatus::Digest) => self.digests.push((path, entry.sha256.clone())),
            (Some(sha256), FileStatus::Read | FileStatus::Partial | FileStatus::Rejected) => {
                self.known.insert(path, sha256.clone());
            }
            (None, FileStatus::Partial | FileStatus::Rejected) => self.unread.push(path),
            (None, FileStatus::Read) => self.unhashed.push(path),
            _ => {}
        }
    }

    /// Whether there are any digests.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.copies.is_empty()
    }

    /// Digests that are neither where they were, nor copied, nor there under another name.
    pub fn gone(&self) -> Vec<&Path> {
        let (there, gone): (Vec<_>, Vec<_>) = self.digests.iter().partition(|(path, _)| path.exists());
        let there: BTreeSet<&String> = there.into_iter().filter_map(|(_, sha256)| sha256.as_ref()).collect();
        let is_kept = |sha256: &String| there.contains(sha256) || self.copied.contains(sha256);
        let gone = gone.into_iter().filter(|(_, sha256)| !sha256.as_ref().is_some_and(is_kept));
        gone.map(|(path, _)| path.as_path()).collect()
    }

    /// Adds all of it to what is to be verified.
    pub fn add_to(self, inputs: &mut DigestInputs) {
        let copied = self.copied;
        let digests =
            self.digests.into_iter().filter(|(_, sha256)| !sha256.as_ref().is_some_and(|s| copied.contains(s)));
        let (unhashed, lost): (Vec<_>, Vec<_>) = self.unhashed.into_iter().partition(|path| path.exists());
        inputs.lost.extend(lost);
        let paths = digests.map(|(path, _)| path).chain(self.unread).chain(unhashed).chain(self.signatures);
        inputs.paths.extend(paths.filter(|path| path.exists()));
        inputs.copies.extend(self.copies);
        inputs.known.extend(self.known);
    }
}
