//! Whether a store still holds what was written into it: whoever rewrites a part of it must rewrite its manifest as well.

use std::fs::File;
use std::path::Path;

use super::MANIFEST_FILE;
use super::error::IngestError;
use super::file::digest_of;
use super::lock::LOCK_FILE;
use super::manifest::Manifest;
use crate::hex::hex;

/// Whether a folder is a store, whole or damaged.
pub fn is_store(folder: &Path) -> bool {
    folder.join(LOCK_FILE).exists() && folder.join(MANIFEST_FILE).exists()
}

impl Manifest {
    /// Digests every file that the store names, and compares.
    ///
    /// # Errors
    /// At the first file that is not there, or is not what was written.
    pub fn check(&self, folder: &Path) -> Result<(), IngestError> {
        for part in &self.parts {
            compare(&folder.join(&part.path), &part.sha256)?;
        }
        for name in self.listings.iter().chain(&self.copies) {
            // The beginning of its digest is its name.
            let digest =
                name.split_once('-').and_then(|(_, rest)| rest.split_once('.')).map_or("", |(digest, _)| digest);
            compare(&folder.join(name), digest)?;
        }
        Ok(())
    }
}

/// Whether the digest of a file begins as was noted.
fn compare(path: &Path, noted: &str) -> Result<(), IngestError> {
    let damaged = |reason: &str| IngestError::Damage { path: path.to_owned(), reason: reason.to_owned() };
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(damaged("it is not there any more")),
        opened => opened.map_err(|error| IngestError::file(path, error))?,
    };
    let digest = digest_of(&mut file).map_err(|error| IngestError::file(path, error))?;
    if noted.len() < 32 || !hex(digest.as_ref()).starts_with(noted) {
        return Err(damaged("it was changed since it was written"));
    }
    Ok(())
}
