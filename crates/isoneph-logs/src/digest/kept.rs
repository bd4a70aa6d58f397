//! Copies of digests, and of what keeps their signatures, in a store of events: a bucket forgets what is old, and files are
//! moved, while a chain is to be verified for as long as its events are kept.
//!
//! One file holds the copies of one run, packed, one a line. The beginning of its digest is its name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::{MAX_DIGEST, unpacked};
use crate::hex::hex;

/// A file as it was when it was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copy {
    /// Its path, as given.
    pub(crate) path: String,
    /// The SHA-256 of its bytes on disk.
    pub(crate) sha256: String,
    /// What it holds, unpacked.
    pub(crate) text: String,
}

impl Copy {
    /// Copies a file. One that is too large, or no text, is none of which a copy could be read.
    pub(crate) fn of(path: &Path) -> io::Result<Copy> {
        let mut raw = Vec::new();
        File::open(path)?.take(MAX_DIGEST).read_to_end(&mut raw)?;
        let mut text = String::new();
        unpacked(raw.as_slice())?.take(MAX_DIGEST + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_DIGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Copy { path: path.to_string_lossy().into_owned(), sha256: hex(&Sha256::digest(&raw)), text })
    }
}

/// Copies on their way into a file.
pub(crate) struct Copies<W: Write>(GzEncoder<W>);

impl<W: Write> Copies<W> {
    pub(crate) fn new(to: W) -> Copies<W> {
        Copies(GzEncoder::new(to, Compression::default()))
    }

    pub(crate) fn add(&mut self, copy: &Copy) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, copy)?;
        self.0.write_all(b"\n")
    }

    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

/// Gives every copy that a file holds.
pub(super) fn each_copy(file: &Path, take: &mut dyn FnMut(Copy)) -> io::Result<()> {
    for line in BufReader::new(MultiGzDecoder::new(File::open(file)?)).lines() {
        take(serde_json::from_str(&line?)?);
    }
    Ok(())
}
