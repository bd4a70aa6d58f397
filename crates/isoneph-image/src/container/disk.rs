//! A flat disk: bytes at offsets.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why bytes of a disk could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    /// The host could not read the file.
    #[error("cannot read the image file: {0}")]
    Io(String),
    /// The image ends before the bytes asked for.
    #[error("the image ends at byte {length}; {wanted} bytes at {offset} were wanted")]
    Truncated {
        /// First byte wanted.
        offset: u64,
        /// Number of bytes wanted.
        wanted: u64,
        /// Length of what is there.
        length: u64,
    },
    /// The container contradicts itself.
    #[error("damaged {format}: {what}")]
    Corrupt {
        /// The container's format.
        format: &'static str,
        /// What is wrong, and where.
        what: String,
    },
    /// The container uses something that is not read here; the text names it.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The container asks for more than the limits on hostile images allow.
    #[error("beyond the limit: {0}")]
    Limit(String),
    /// The image refers to another file, which was not allowed.
    #[error("the image refers to the file {0}, which is outside what may be read")]
    External(String),
}

/// A flat disk.
pub trait Disk: Send + Sync {
    /// Its length in bytes.
    fn length(&self) -> u64;

    /// Fills `buffer` with the bytes at `offset`.
    ///
    /// # Errors
    /// When not all of them can be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError>;
}

impl<D: Disk + ?Sized> Disk for Arc<D> {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        (**self).read_at(offset, buffer)
    }
}

/// Whether `wanted` bytes at `offset` lie within `length`.
pub(crate) fn check_range(offset: u64, wanted: usize, length: u64) -> Result<(), DiskError> {
    let wanted = wanted as u64;
    match offset.checked_add(wanted) {
        Some(end) if end <= length => Ok(()),
        _ => Err(DiskError::Truncated { offset, wanted, length }),
    }
}

/// Reads `length` bytes at `offset` into a buffer of their own; the caller has capped the length.
pub(crate) fn read_vec(disk: &dyn Disk, offset: u64, length: usize) -> Result<Vec<u8>, DiskError> {
    // Asked before the memory is taken: a length beyond the disk costs nothing.
    check_range(offset, length, disk.length())?;
    let mut buffer = vec![0; length];
    disk.read_at(offset, &mut buffer)?;
    Ok(buffer)
}

/// A file of the host as a disk; counts what is read.
pub struct HostFile {
    file: File,
    length: u64,
    bytes_read: Arc<AtomicU64>,
}

impl HostFile {
    /// Opens a regular file or a block device for reading.
    ///
    /// # Errors
    /// When it cannot be opened, or is neither.
    pub fn open(path: &Path, bytes_read: Arc<AtomicU64>) -> Result<Self, DiskError> {
        // Asked before it is opened: opening a pipe would wait for a writer.
        let kind = path.metadata().map_err(|error| DiskError::Io(error.to_string()))?.file_type();
        if !kind.is_file() && !is_block_device(kind) {
            return Err(DiskError::Io("it is neither a file nor a disk".to_owned()));
        }
        let file = File::open(path).map_err(|error| DiskError::Io(error.to_string()))?;
        Self::of_file(file, bytes_read)
    }

    /// Takes an open file.
    ///
    /// # Errors
    /// When its length cannot be told.
    pub fn of_file(mut file: File, bytes_read: Arc<AtomicU64>) -> Result<Self, DiskError> {
        use std::io::{Seek as _, SeekFrom};
        // Seeking tells the length of a block device as well; a pipe cannot seek and is refused here.
        let length = file.seek(SeekFrom::End(0)).map_err(|error| DiskError::Io(error.to_string()))?;
        Ok(Self { file, length, bytes_read })
    }
}

impl Disk for HostFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        self.bytes_read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        read_exact_at(&self.file, buffer, offset).map_err(|error| DiskError::Io(error.to_string()))
    }
}

#[cfg(unix)]
fn is_block_device(kind: std::fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_block_device(&kind)
}

#[cfg(not(unix))]
fn is_block_device(_: std::fs::FileType) -> bool {
    false
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !buffer.is_empty() {
        let count = file.seek_read(buffer, offset)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[count..];
        offset += count as u64;
    }
    Ok(())
}

/// A disk in memory.
impl Disk for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length())?;
        let missing = DiskError::Truncated { offset, wanted: buffer.len() as u64, length: self.length() };
        let start = usize::try_from(offset).map_err(|_| missing.clone())?;
        buffer.copy_from_slice(self.get(start..start + buffer.len()).ok_or(missing)?);
        Ok(())
    }
}

/// A part of a disk: a partition.
pub struct Window {
    disk: Arc<dyn Disk>,
    start: u64,
    length: u64,
}

impl Window {
    /// The `length` bytes of `disk` from `start`; what lies beyond the disk's end fails when it is read.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, start: u64, length: u64) -> Self {
        Self { disk, start, length }
    }
}

impl Disk for Window {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        let wanted = buffer.len() as u64;
        let truncated = DiskError::Truncated { offset, wanted, length: self.length };
        self.disk.read_at(self.start.checked_add(offset).ok_or(truncated)?, buffer)
    }
}
