//! Files that were handed over with a removal record, known again by their digests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use isoneph_model::Digest;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// The SHA-256, in hexadecimal, of each file and of each file in a folder. Links are not followed out of a folder.
///
/// # Errors
/// When something cannot be read: what nobody could look at is not taken for looked at.
pub fn digests_of(paths: &[PathBuf]) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for path in paths {
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() {
                let digest = digest(entry.path());
                let at =
                    |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", entry.path().display()));
                found.insert(digest.map_err(at)?, entry.path().to_owned());
            }
        }
    }
    Ok(found)
}

fn digest(path: &Path) -> io::Result<String> {
    let (mut file, mut sha256, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest::new(sha256.finalize().into()).to_string()),
            count => sha256.update(&buffer[..count]),
        }
    }
}
