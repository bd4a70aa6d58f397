//! The guest's files as one tree of paths, as the guest itself would see them.
//!
//! A [`Tree`] joins the guest's volumes at its mount points and resolves paths inside them: `..` stops at the root, a
//! symbolic link is followed inside the guest only, at most 40 of them. Paths are absolute texts in the encoding of
//! [`text_of_bytes`]. That a path is absent ([`TreeError::is_absent`]) is an answer; every other error means that nothing is
//! known about it.

mod directories;
mod error;
mod memory;
mod metadata;
mod name;
mod resolve;
mod walk;

pub use error::TreeError;
pub use memory::MemoryTree;
pub use metadata::{FileId, Kind, Metadata};
pub use name::{bytes_of_text, printable, text_of_bytes};
pub use walk::{WalkBudget, WalkEntry, WalkReport};

use crate::filesystem::{FileSystem, FileSystemError, FileSystemInfo};
use directories::Directories;
use resolve::{Place, Resolved};
use std::collections::BTreeMap;

/// A file system of the guest, with a name for people, such as `partition 2` or `vg0/root`.
pub struct Volume {
    /// The name.
    pub name: String,
    /// The file system.
    pub system: Box<dyn FileSystem>,
}

/// What stands at a mount point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mounted {
    /// The root of the volume with this index, or a directory of it (a subvolume).
    Volume(u16),
    /// A volume that was not found; the text names it and says what became of it.
    Missing(String),
}

/// One name in a directory, with what its inode says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What its inode says (of a link: the link's own), or why that cannot be read.
    pub metadata: Result<Metadata, TreeError>,
}

/// The guest's files as one tree of paths.
pub struct Tree {
    volumes: Vec<Volume>,
    mounts: BTreeMap<String, Mounted>,
    directories: Directories,
}

impl Tree {
    /// A tree whose root is the root of one volume.
    #[must_use]
    pub fn new(root: Volume) -> Self {
        Self { volumes: vec![root], mounts: BTreeMap::new(), directories: Directories::default() }
    }

    /// The volume of the root, taken back.
    pub(crate) fn into_root(mut self) -> Volume {
        // There always is one: it is what the tree was made of.
        self.volumes.swap_remove(0)
    }

    /// Mounts a volume at an absolute path without links or dots; what was below that path is hidden.
    pub(crate) fn mount(&mut self, path: &str, volume: Volume) {
        // fstab lists are capped far below 65,536.
        if let Ok(index) = u16::try_from(self.volumes.len()) {
            self.volumes.push(volume);
            self.mounts.insert(path.to_owned(), Mounted::Volume(index));
        }
    }

    /// States that the guest mounts a volume at this path that was not found: everything below is unknown.
    pub(crate) fn mount_missing(&mut self, path: &str, device: &str) {
        self.mounts.insert(path.to_owned(), Mounted::Missing(device.to_owned()));
    }

    /// The volumes that are part of the tree: name, what the file system says of itself; the root's first.
    pub fn volumes(&self) -> impl Iterator<Item = (&str, FileSystemInfo)> {
        self.volumes.iter().map(|volume| (volume.name.as_str(), volume.system.info()))
    }

    /// Where volumes are mounted, and where ones are missing: path, and the missing volume's name.
    pub fn mount_points(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.mounts.iter().map(|(path, mounted)| match mounted {
            Mounted::Volume(_) => (path.as_str(), None),
            Mounted::Missing(device) => (path.as_str(), Some(device.as_str())),
        })
    }

    /// What the inode at `path` says, links followed.
    ///
    /// # Errors
    /// When the path is absent, or nothing is known of it.
    pub fn metadata(&self, path: &str) -> Result<Metadata, TreeError> {
        self.resolved(path, true).map(|resolved| resolved.metadata)
    }

    /// What the inode at `path` says; a link in the last component is not followed.
    ///
    /// # Errors
    /// When the path is absent, or nothing is known of it.
    pub fn symlink_metadata(&self, path: &str) -> Result<Metadata, TreeError> {
        self.resolved(path, false).map(|resolved| resolved.metadata)
    }

    /// The path without links or dots that `path` leads to.
    ///
    /// # Errors
    /// When the path is absent, or nothing is known of it.
    pub fn canonical(&self, path: &str) -> Result<String, TreeError> {
        self.resolved(path, true).map(|resolved| resolved.path)
    }

    /// The target of the symbolic link at `path`, as written.
    ///
    /// # Errors
    /// When the path is absent, no link, or nothing is known of it.
    pub fn link_target(&self, path: &str) -> Result<String, TreeError> {
        let resolved = self.resolved(path, false)?;
        expect_kind(&resolved, Kind::Symlink)?;
        let target = self.system(resolved.place)?.link_target(resolved.place.node);
        target.map(|bytes| text_of_bytes(&bytes)).map_err(|error| unreadable(&resolved.path, error))
    }

    /// Reads a regular file whole, links followed.
    ///
    /// # Errors
    /// [`TreeError::TooLarge`] when it holds more than `cap` bytes; else as [`Self::metadata`].
    pub fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, TreeError> {
        let resolved = self.resolved(path, true)?;
        expect_kind(&resolved, Kind::File)?;
        let size = resolved.metadata.size;
        if size > cap {
            return Err(TreeError::TooLarge { path: resolved.path, size, cap });
        }
        self.read_resolved(&resolved, 0, size)
    }

    /// Reads at most `length` bytes of a regular file from `offset`, links followed. Fewer only at the end of the file.
    ///
    /// # Errors
    /// As [`Self::metadata`].
    pub fn read_range(&self, path: &str, offset: u64, length: u64) -> Result<Vec<u8>, TreeError> {
        let resolved = self.resolved(path, true)?;
        expect_kind(&resolved, Kind::File)?;
        let length = length.min(resolved.metadata.size.saturating_sub(offset));
        self.read_resolved(&resolved, offset, length)
    }

    fn read_resolved(&self, resolved: &Resolved, offset: u64, length: u64) -> Result<Vec<u8>, TreeError> {
        let system = self.system(resolved.place)?;
        let fail = |error| unreadable(&resolved.path, error);
        let limit = || fail(FileSystemError::Limit(format!("{length} bytes do not fit in memory")));
        let length = usize::try_from(length).map_err(|_| limit())?;
        let mut bytes = Vec::new();
        // The inode's size is the image's word: it is believed one mebibyte at a time.
        while bytes.len() < length {
            let step = (length - bytes.len()).min(1 << 20);
            let start = bytes.len();
            bytes.try_reserve(step).map_err(|_| limit())?;
            bytes.resize(start + step, 0);
            let place = offset.checked_add(start as u64).ok_or_else(limit)?;
            let count = system.read(resolved.place.node, place, &mut bytes[start..]).map_err(fail)?;
            bytes.truncate(start + count.min(step));
            if count == 0 {
                return Err(fail(FileSystemError::Corrupt(format!("ends at {start} of {length} bytes"))));
            }
        }
        Ok(bytes)
    }

    /// The entries of the directory at `path`, links followed, sorted by the bytes of their names.
    ///
    /// # Errors
    /// When the path is absent, no directory, or nothing is known of it.
    pub fn list(&self, path: &str) -> Result<Vec<Entry>, TreeError> {
        let resolved = self.resolved(path, true)?;
        expect_kind(&resolved, Kind::Directory)?;
        let names = self.names(resolved.place, &resolved.path)?;
        let entry = |(name, node): (&Vec<u8>, &u64)| {
            let name = text_of_bytes(name);
            let path = child_path(&resolved.path, &name);
            Entry { metadata: self.child(resolved.place, *node, &path).map(|(_, metadata)| metadata), name }
        };
        Ok(names.iter().map(entry).collect())
    }

    /// An extended attribute of the file at `path` (last link not followed), by full name such as `security.selinux`.
    ///
    /// # Errors
    /// When the path is absent, or nothing is known of it.
    pub fn attribute(&self, path: &str, name: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let resolved = self.resolved(path, false)?;
        let value = self.system(resolved.place)?.attribute(resolved.place.node, name.as_bytes());
        value.map_err(|error| unreadable(&resolved.path, error))
    }

    fn system(&self, place: Place) -> Result<&dyn FileSystem, TreeError> {
        // A place is only ever made of an index that was mounted.
        let volume = self.volumes.get(usize::from(place.volume));
        volume.map(|volume| &*volume.system).ok_or_else(|| TreeError::NotFound { path: "/".to_owned() })
    }
}

fn expect_kind(resolved: &Resolved, wanted: Kind) -> Result<(), TreeError> {
    let found = resolved.metadata.kind;
    if found == wanted { Ok(()) } else { Err(TreeError::WrongKind { path: resolved.path.clone(), found, wanted }) }
}

fn unreadable(path: &str, error: FileSystemError) -> TreeError {
    TreeError::Unreadable { path: path.to_owned(), error }
}

fn child_path(directory: &str, name: &str) -> String {
    if directory == "/" { format!("/{name}") } else { format!("{directory}/{name}") }
}
