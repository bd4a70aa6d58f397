//! File systems, read by inode number.
//!
//! One trait, [`FileSystem`]; resolution of paths, symbolic links and mounts stands above it in [`crate::tree`], once.

mod ext;
mod signature;
mod xfs;

use crate::container::{Disk, DiskError};
use crate::tree::Kind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why a file system could not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileSystemError {
    /// Its structures contradict themselves or a checksum.
    #[error("damaged: {0}")]
    Corrupt(String),
    /// It uses something that is not read here; the text names it.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// It asks for more than the limits on hostile images allow.
    #[error("beyond the limit: {0}")]
    Limit(String),
    /// The image below could not be read.
    #[error("{0}")]
    Disk(String),
}

impl From<DiskError> for FileSystemError {
    fn from(error: DiskError) -> Self {
        match error {
            DiskError::Unsupported(what) => Self::Unsupported(what),
            DiskError::Limit(what) => Self::Limit(what),
            other => Self::Disk(other.to_string()),
        }
    }
}

/// Whether the file system was closed in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleanliness {
    /// Unmounted in order, or of a kind without a journal.
    Clean,
    /// The image was taken of a running machine; its journal was applied in memory, as the kernel would at mount.
    Replayed,
    /// The journal holds changes that were not applied: what is read may be older than what the machine saw.
    Dirty(String),
}

/// What a file system says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemInfo {
    /// `ext2`, `ext3`, `ext4`, `xfs`, `archive`, …
    pub kind: String,
    /// UUID in the usual lower-case form, where it has one.
    pub uuid: Option<String>,
    /// Label, empty when it has none.
    pub label: String,
    /// Whether it was closed in order.
    pub cleanliness: Cleanliness,
}

/// What an inode says; [`crate::tree::Metadata`] adds the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The kind.
    pub kind: Kind,
    /// Permission bits with setuid, setgid and sticky.
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes of content.
    pub size: u64,
    /// Last change of the content, seconds since 1970.
    pub modified: i64,
    /// Names the inode says it has.
    pub links: u32,
}

impl Node {
    /// Whether it is a directory.
    pub(crate) fn is_directory(&self) -> bool {
        self.kind == Kind::Directory
    }
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The name: no `/`, no NUL, neither `.` nor `..`, never empty.
    pub name: Vec<u8>,
    /// The inode it names.
    pub node: u64,
}

/// A file system, read by inode number. Nothing here follows a link.
pub trait FileSystem: Send + Sync {
    /// What it says of itself.
    fn info(&self) -> FileSystemInfo;

    /// The inode of its root directory.
    fn root(&self) -> u64;

    /// What the inode says.
    ///
    /// # Errors
    /// When the inode does not exist or cannot be read.
    fn node(&self, node: u64) -> Result<Node, FileSystemError>;

    /// The names in a directory, in no order that means anything.
    ///
    /// # Errors
    /// When it is no directory or cannot be read whole: a part of a directory is never given as the whole.
    fn entries(&self, directory: u64) -> Result<Vec<DirectoryEntry>, FileSystemError>;

    /// Reads content from `offset`, filling as much of `buffer` as the file has; gives the number of bytes.
    ///
    /// # Errors
    /// When it is no regular file or cannot be read.
    fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError>;

    /// The target of a symbolic link, at most 4096 bytes.
    ///
    /// # Errors
    /// When it is no link or cannot be read.
    fn link_target(&self, link: u64) -> Result<Vec<u8>, FileSystemError>;

    /// An extended attribute by its full name, such as `security.capability`; `None` when the file has none of it.
    ///
    /// # Errors
    /// When the attributes cannot be read.
    fn attribute(&self, node: u64, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError>;
}

/// Finds out what is on a volume and opens it; none when nothing with a name is on it.
///
/// # Errors
/// When what is there is damaged or not read ([`FileSystemError::Unsupported`] names it).
pub fn open(disk: Arc<dyn Disk>) -> Result<Option<Box<dyn FileSystem>>, FileSystemError> {
    if let Some(system) = xfs::Xfs::open(Arc::clone(&disk))? {
        return Ok(Some(Box::new(system)));
    }
    // What is written over an ext file system may leave its superblock in place; and mkfs of ext leaves marks of others
    // behind, though none in the first sector.
    if let Some(name) = signature::name(&*disk, 0..512)? {
        return Err(FileSystemError::Unsupported(name.to_owned()));
    }
    if let Some(system) = ext::Ext::open(Arc::clone(&disk))? {
        return Ok(Some(Box::new(system)));
    }
    match signature::name(&*disk, 512..u64::MAX)? {
        Some(name) => Err(FileSystemError::Unsupported(name.to_owned())),
        None => Ok(None),
    }
}
