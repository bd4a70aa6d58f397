//! Reading a tar file from end to end, decompressed on the way.
//!
//! Content of a plain tar file stays where it is. Content of a compressed one is written once to a spool, an unnamed
//! temporary file, so that memory stays small; what is too large to be of interest is left out.

use super::files::{Content, Entry};
use super::tar::{BLOCK, Extensions, Header, MAX_EXTENSION, is_header};
use super::{first_bytes, window};
use crate::container::{Disk, HostFile};
use crate::filesystem::FileSystemError;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Entries of one archive at most.
const MAX_ENTRIES: usize = 4_000_000;
/// Bytes of names, links and attributes at most.
const MAX_NAMES: u64 = 512 << 20;
/// Bytes of one file that are written to the spool at most: a package database fits.
const MAX_SPOOLED_FILE: u64 = 256 << 20;
/// Bytes written to the spool at most.
const MAX_SPOOL: u64 = 16 << 30;
/// What a byte of a compressed archive may become, and what any archive may: beyond it is a bomb.
const MAX_RATIO: u64 = 250;
const FREE: u64 = 256 << 20;

/// A temporary file that content is written to.
pub(super) struct Spool {
    given: Option<File>,
    file: Option<(File, Arc<dyn Disk>)>,
    length: u64,
}

impl Spool {
    pub(super) fn new(given: Option<File>) -> Self {
        Self { given, file: None, length: 0 }
    }

    fn open(&mut self) -> Result<(), FileSystemError> {
        if self.file.is_none() {
            let file = self.given.take().map_or_else(tempfile::tempfile, Ok).map_err(|error| disk(&error))?;
            let reader = file.try_clone().map_err(|error| disk(&error))?;
            self.file = Some((file, Arc::new(SpoolFile(reader))));
        }
        Ok(())
    }

    /// Copies `size` bytes from a stream to the spool.
    fn add(&mut self, stream: &mut dyn Read, size: u64) -> Result<Content, FileSystemError> {
        if size > MAX_SPOOLED_FILE {
            skip(stream, size)?;
            return Ok(Content::Unread("file of more than 256 MiB in a compressed archive"));
        }
        if self.length + size > MAX_SPOOL {
            return Err(FileSystemError::Limit(format!("more than {MAX_SPOOL} bytes in an archive")));
        }
        self.open()?;
        let Some((file, reader)) = &mut self.file else { return Err(FileSystemError::Disk("no spool".to_owned())) };
        let copied = io::copy(&mut stream.take(size), file).map_err(|error| damaged(&error))?;
        if copied != size {
            return Err(FileSystemError::Corrupt("the archive ends in the middle of a file".to_owned()));
        }
        let start = self.length;
        self.length += size;
        Ok(Content::At { disk: Arc::clone(reader), start })
    }
}

/// The spool as a disk; it grows while it is written, so its length is asked every time.
struct SpoolFile(File);

impl Disk for SpoolFile {
    fn length(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), crate::container::DiskError> {
        let file = self.0.try_clone().map_err(|error| crate::container::DiskError::Io(error.to_string()))?;
        HostFile::of_file(file, Arc::new(AtomicU64::new(0)))?.read_at(offset, buffer)
    }
}

fn disk(error: &io::Error) -> FileSystemError {
    FileSystemError::Disk(format!("temporary file: {error}"))
}

fn damaged(error: &io::Error) -> FileSystemError {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => FileSystemError::Limit(error.to_string()),
        _ => FileSystemError::Corrupt(format!("archive: {error}")),
    }
}

fn skip(stream: &mut dyn Read, size: u64) -> Result<(), FileSystemError> {
    let skipped = io::copy(&mut stream.take(size), &mut io::sink()).map_err(|error| damaged(&error))?;
    if skipped == size { Ok(()) } else { Err(FileSystemError::Corrupt("the archive ends too early".to_owned())) }
}

/// A disk as a stream.
struct Sequential {
    disk: Arc<dyn Disk>,
    at: u64,
}

impl Read for Sequential {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.disk.length().saturating_sub(self.at).min(buffer.len() as u64) as usize;
        self.disk.read_at(self.at, &mut buffer[..count]).map_err(io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// A stream that ends with an error at a limit.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::QuotaExceeded, "the archive unpacks to far more than its size")
        })?;
        Ok(count)
    }
}

/// Reads all entries of a tar file, plain or compressed; none when it is no tar file.
pub(super) fn entries(file: &Arc<dyn Disk>, spool: &mut Spool) -> Result<Option<Vec<Entry>>, FileSystemError> {
    let start = first_bytes(&**file, BLOCK as u64)?;
    let stream = io::BufReader::with_capacity(1 << 16, Sequential { disk: Arc::clone(file), at: 0 });
    let left = file.length().saturating_mul(MAX_RATIO).saturating_add(FREE);
    if is_header(&start) {
        return plain(file).map(Some);
    }
    let mut unpacked: Box<dyn Read> = if start.starts_with(&[0x1F, 0x8B]) {
        Box::new(Limited { inner: flate2::bufread::MultiGzDecoder::new(stream), left })
    } else if start.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(stream);
        let decoder = decoder.map_err(|error| FileSystemError::Corrupt(format!("zstd: {error}")))?;
        Box::new(Limited { inner: decoder, left })
    } else {
        return Ok(None);
    };
    let mut block = [0; BLOCK];
    if read_block(&mut *unpacked, &mut block)? && is_header(&block) {
        let mut reader = Reader { stream: unpacked, spool };
        return reader.all(block).map(Some);
    }
    Err(FileSystemError::Unsupported("compressed file that holds no tar archive; decompress it first".to_owned()))
}

/// Fills a block; false at the end of the stream.
fn read_block(stream: &mut dyn Read, block: &mut [u8; BLOCK]) -> Result<bool, FileSystemError> {
    let mut filled = 0;
    while filled < BLOCK {
        match stream.read(&mut block[filled..]).map_err(|error| damaged(&error))? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(FileSystemError::Corrupt("the archive ends in the middle of a block".to_owned())),
            count => filled += count,
        }
    }
    Ok(true)
}

/// What is kept of an archive while its entries are read.
struct Collected {
    entries: Vec<Entry>,
    names: u64,
}

impl Collected {
    fn new() -> Self {
        Self { entries: Vec::new(), names: 0 }
    }

    fn push(&mut self, entry: Option<Entry>) -> Result<(), FileSystemError> {
        let Some(entry) = entry else { return Ok(()) };
        let attributes: usize = entry.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.names += (entry.path.len() + entry.link.len() + attributes) as u64;
        self.entries.push(entry);
        if self.entries.len() > MAX_ENTRIES || self.names > MAX_NAMES {
            return Err(FileSystemError::Limit("number of entries in an archive".to_owned()));
        }
        Ok(())
    }
}

fn is_extension(kind: u8) -> bool {
    matches!(kind, b'L' | b'K' | b'x')
}

fn padded(size: u64) -> Result<u64, FileSystemError> {
    size.checked_next_multiple_of(BLOCK as u64).ok_or_else(|| FileSystemError::Corrupt("tar: size".to_owned()))
}

/// Entries of a plain tar file: only headers are read.
fn plain(file: &Arc<dyn Disk>) -> Result<Vec<Entry>, FileSystemError> {
    let (mut at, mut collected, mut extensions) = (0_u64, Collected::new(), Extensions::default());
    let mut block = [0; BLOCK];
    while at + BLOCK as u64 <= file.length() {
        file.read_at(at, &mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        at += BLOCK as u64;
        let header = Header::parse(&block)?;
        let size = if is_extension(header.kind) { header.size } else { extensions.size(&header) };
        let next = at.checked_add(padded(size)?).filter(|_| at.saturating_add(size) <= file.length());
        let next =
            next.ok_or_else(|| FileSystemError::Corrupt("the archive ends in the middle of a file".to_owned()))?;
        if is_extension(header.kind) {
            if size > MAX_EXTENSION {
                return Err(FileSystemError::Limit(format!("tar: header of {size} bytes")));
            }
            let mut content = vec![0; size as usize];
            file.read_at(at, &mut content)?;
            extensions.take(header.kind, &content)?;
        } else {
            let content = Content::At { disk: window(file, at, size), start: 0 };
            collected.push(std::mem::take(&mut extensions).entry(&header, content)?)?;
        }
        at = next;
    }
    Ok(collected.entries)
}

/// Entries of a stream.
struct Reader<'a> {
    stream: Box<dyn Read>,
    spool: &'a mut Spool,
}

impl Reader<'_> {
    fn all(&mut self, mut block: [u8; BLOCK]) -> Result<Vec<Entry>, FileSystemError> {
        let (mut collected, mut extensions) = (Collected::new(), Extensions::default());
        loop {
            let header = Header::parse(&block)?;
            let size = if is_extension(header.kind) { header.size } else { extensions.size(&header) };
            if is_extension(header.kind) {
                if size > MAX_EXTENSION {
                    return Err(FileSystemError::Limit(format!("tar: header of {size} bytes")));
                }
                let mut content = vec![0; size as usize];
                self.stream.read_exact(&mut content).map_err(|error| damaged(&error))?;
                extensions.take(header.kind, &content)?;
            } else {
                let content = self.spool.add(&mut *self.stream, size)?;
                collected.push(std::mem::take(&mut extensions).entry(&header, content)?)?;
            }
            skip(&mut *self.stream, padded(size)? - size)?;
            if !read_block(&mut *self.stream, &mut block)? || block.iter().all(|byte| *byte == 0) {
                return Ok(collected.entries);
            }
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some((file, _)) = &mut self.file {
            // Content is read through other handles; nothing is lost when this fails.
            let _ = file.flush();
        }
    }
}
