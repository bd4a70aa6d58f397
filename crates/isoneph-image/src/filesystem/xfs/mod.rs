//! XFS, versions 4 and 5 ("XFS Algorithms & Data Structures", kernel.org).
//!
//! Directories in all four forms, extents and their trees, inline and remote links, attributes, checksums of version 5.
//! The log is looked at: a file system that was not unmounted is stated as such ([`Cleanliness::Dirty`]).

mod attributes;
mod directory;
mod extents;
mod inode;
mod log;
mod superblock;

use super::{Cleanliness, DirectoryEntry, FileSystem, FileSystemError, FileSystemInfo, Node};
use crate::bytes::Fields;
use crate::container::Disk;
use extents::Extent;
use inode::{Format, Inode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use superblock::Superblock;

const MAX_LINK: u64 = 4096;
/// Extent lists kept: a file that is read in pieces asks for its list every time.
const KEPT_LISTS: usize = 64;

/// An XFS file system on a disk.
pub(crate) struct Xfs<D> {
    disk: D,
    superblock: Superblock,
    cleanliness: Cleanliness,
    lists: Mutex<HashMap<u64, Arc<Vec<Extent>>>>,
}

fn corrupt(what: impl Into<String>) -> FileSystemError {
    FileSystemError::Corrupt(what.into())
}

impl<D: Disk> Xfs<D> {
    /// Opens the file system; gives nothing when the disk holds no XFS superblock.
    pub(crate) fn open(disk: D) -> Result<Option<Self>, FileSystemError> {
        let Some(superblock) = Superblock::read(&disk)? else { return Ok(None) };
        let cleanliness = log::state(&disk, &superblock);
        Ok(Some(Self { disk, superblock, cleanliness, lists: Mutex::default() }))
    }

    /// Bytes from the block `block`, an allocation group and a block in it.
    fn read_blocks(&self, block: u64, within: u64, buffer: &mut [u8]) -> Result<(), FileSystemError> {
        let place = self.superblock.place(block).and_then(|place| place.checked_add(within));
        let place = place.ok_or_else(|| corrupt(format!("block {block:#x} is outside the file system")))?;
        Ok(self.disk.read_at(place, buffer)?)
    }

    /// The extents of the data fork, sorted by their place in the file.
    fn extents(&self, inode: &Inode) -> Result<Arc<Vec<Extent>>, FileSystemError> {
        // What is kept is always whole: a panic elsewhere cannot have torn it.
        let lists = || self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = lists().get(&inode.number) {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(self.load_extents(inode, &inode.data)?);
        let mut kept = lists();
        if kept.len() >= KEPT_LISTS {
            kept.clear();
        }
        kept.insert(inode.number, Arc::clone(&list));
        Ok(list)
    }

    /// Reads content that lies in blocks; holes and unwritten extents are zero.
    fn read_mapped(&self, extents: &[Extent], mut offset: u64, buffer: &mut [u8]) -> Result<(), FileSystemError> {
        let size = self.superblock.block_size;
        let mut buffer = buffer;
        while !buffer.is_empty() {
            let block = offset / size;
            let after = extents.partition_point(|extent| extent.offset <= block);
            let found = after.checked_sub(1).and_then(|index| extents.get(index));
            let found = found.filter(|extent| block - extent.offset < extent.count);
            let end = match (found, extents.get(after)) {
                (Some(extent), _) => extent.offset + extent.count,
                (None, Some(next)) => next.offset,
                (None, None) => u64::MAX / size,
            };
            let count = end.saturating_mul(size).saturating_sub(offset).max(1).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            match found.filter(|extent| !extent.unwritten) {
                // An extent lies in one allocation group, so its blocks follow one another on the disk.
                Some(extent) => self.read_blocks(extent.start, offset - extent.offset * size, now)?,
                None => now.fill(0),
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}

impl<D: Disk> FileSystem for Xfs<D> {
    fn info(&self) -> FileSystemInfo {
        FileSystemInfo {
            kind: "xfs".to_owned(),
            uuid: Some(self.superblock.uuid.clone()),
            label: self.superblock.label.clone(),
            cleanliness: self.cleanliness.clone(),
        }
    }

    fn root(&self) -> u64 {
        self.superblock.root
    }

    fn node(&self, node: u64) -> Result<Node, FileSystemError> {
        self.inode(node).map(|inode| inode.node)
    }

    fn entries(&self, directory: u64) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        self.directory(&self.inode(directory)?)
    }

    fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError> {
        let inode = self.inode(file)?;
        inode.refuse_realtime()?;
        let count = inode.node.size.saturating_sub(offset).min(buffer.len() as u64) as usize;
        if count == 0 {
            return Ok(0);
        }
        let extents = self.extents(&inode)?;
        self.read_mapped(&extents, offset, &mut buffer[..count])?;
        Ok(count)
    }

    fn link_target(&self, link: u64) -> Result<Vec<u8>, FileSystemError> {
        let inode = self.inode(link)?;
        if inode.node.size > MAX_LINK {
            return Err(FileSystemError::Limit(format!("link of {} bytes", inode.node.size)));
        }
        let size = inode.node.size as usize;
        if inode.data.format == Format::Local {
            let target = inode.data.bytes.get(..size);
            return target.map(<[u8]>::to_vec).ok_or_else(|| corrupt(format!("link {link}")));
        }
        self.remote_link(&inode, size)
    }

    fn attribute(&self, node: u64, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        self.attribute_of(&self.inode(node)?, name)
    }
}

impl<D: Disk> Xfs<D> {
    /// The target of a link that does not fit in its inode; in version 5 each block has a header.
    fn remote_link(&self, inode: &Inode, size: usize) -> Result<Vec<u8>, FileSystemError> {
        let extents = self.extents(inode)?;
        let block = self.superblock.block_size as usize;
        let header = if self.superblock.version == 5 { 56 } else { 0 };
        let mut target = Vec::new();
        let mut at = 0;
        while target.len() < size {
            let mut bytes = vec![0; block];
            self.read_mapped(&extents, at, &mut bytes)?;
            if header > 0 && !bytes.starts_with(b"XSLM") {
                return Err(corrupt(format!("block of link {}", inode.number)));
            }
            let here = if header > 0 { Fields(&bytes).u32_be(8) as usize } else { block };
            let part = bytes.get(header..(header + here.min(size - target.len())).min(block)).unwrap_or_default();
            if part.is_empty() {
                return Err(corrupt(format!("block of link {}", inode.number)));
            }
            target.extend_from_slice(part);
            at += block as u64;
        }
        Ok(target)
    }
}
