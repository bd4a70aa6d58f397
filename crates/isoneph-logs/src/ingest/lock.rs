//! A store is written by one run at a time, which clears away what an interrupted one left.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::IngestError;
use super::manifest::{MANIFEST_FILE, Manifest};

/// The file whose lock says that somebody is writing, and whose presence says that a folder is a store.
pub(super) const LOCK_FILE: &str = ".audit-events.lock";

/// Keeps others from writing into the folder while the file is open. A folder that holds other things is left alone.
pub(super) fn lock(folder: &Path) -> Result<File, IngestError> {
    let path = folder.join(LOCK_FILE);
    let failed = |error| IngestError::file(&path, error);
    let is_store = path.exists() || folder.join(MANIFEST_FILE).exists();
    if !is_store && fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(IngestError::NotEmpty(folder.to_owned()));
    }
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(IngestError::Locked(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Removes what an interrupted run left: files with names of ours that the manifest does not name.
pub(super) fn sweep(folder: &Path, manifest: &Manifest) -> Result<(), IngestError> {
    let parts = manifest.parts.iter().map(|part| part.path.as_str());
    let others = manifest.listings.iter().chain(&manifest.copies).map(String::as_str);
    let named: HashSet<PathBuf> = parts.chain(others).map(|name| folder.join(name)).collect();
    let digest_between = |name: &str, start: &str, end: &str| {
        let middle = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        middle.is_some_and(|middle| middle.len() == 32 && middle.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    for entry in walkdir::WalkDir::new(folder).max_depth(4) {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().to_string_lossy();
        let ours = match entry.depth() {
            1 => {
                name.starts_with(".tmp")
                    || digest_between(&name, "files-", ".jsonl")
                    || digest_between(&name, "digests-", ".jsonl.gz")
            }
            4 => name.starts_with(".tmp") || digest_between(&name, "part-", ".parquet"),
            _ => false,
        };
        if entry.file_type().is_file() && ours && !named.contains(entry.path()) {
            fs::remove_file(entry.path()).map_err(|error| IngestError::file(entry.path(), error))?;
        }
    }
    Ok(())
}
