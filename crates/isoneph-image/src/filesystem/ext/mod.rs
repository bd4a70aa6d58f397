//! ext2, ext3 and ext4 (`Documentation/filesystems/ext4` of Linux).
//!
//! Blocks by extents or by indirection, inline data, extended attributes, checksums where the file system has them, and
//! the journal applied in memory. A reader of our own: the published crate takes journals of ext4 with checksums only, does
//! not follow a journal that wraps around, and refuses `meta_bg` (any cloud disk that grew far) and `inline_data`.

mod attributes;
mod directory;
mod inode;
mod journal;
mod mapping;
mod superblock;

use super::{Cleanliness, DirectoryEntry, FileSystem, FileSystemError, FileSystemInfo, Node};
use crate::container::Disk;
use inode::{FLAG_INLINE, Inode};
use journal::Replay;
use std::collections::BTreeMap;
use superblock::Superblock;

const ROOT: u64 = 2;
const MAX_LINK: u64 = 4096;

/// An ext2, ext3 or ext4 file system on a disk.
pub(crate) struct Ext<D> {
    disk: D,
    superblock: Superblock,
    cleanliness: Cleanliness,
    /// Blocks whose newest content is in the journal.
    replayed: BTreeMap<u64, Replay>,
}

fn corrupt(what: impl Into<String>) -> FileSystemError {
    FileSystemError::Corrupt(what.into())
}

impl<D: Disk> Ext<D> {
    /// Opens the file system; gives nothing when the disk holds no ext superblock.
    pub(crate) fn open(disk: D) -> Result<Option<Self>, FileSystemError> {
        let Some(superblock) = Superblock::read(&disk)? else { return Ok(None) };
        let mut system = Self { disk, superblock, cleanliness: Cleanliness::Clean, replayed: BTreeMap::new() };
        if system.superblock.needs_recovery {
            let (cleanliness, replayed) = match system.replay() {
                Ok(replayed) => (Cleanliness::Replayed, replayed),
                Err(error) => (Cleanliness::Dirty(error.to_string()), BTreeMap::new()),
            };
            (system.cleanliness, system.replayed) = (cleanliness, replayed);
            system.reread_superblock()?;
        } else if !system.superblock.unmounted {
            system.cleanliness = Cleanliness::Dirty("it was in use, and has no journal".to_owned());
        }
        Ok(Some(system))
    }

    /// The superblock's own block may be in the journal: a file system that was just grown.
    fn reread_superblock(&mut self) -> Result<(), FileSystemError> {
        if self.replayed.is_empty() {
            return Ok(());
        }
        let mut bytes = vec![0; 1024];
        let size = u64::from(self.superblock.block_size);
        self.read_block(1024 / size, (1024 % size) as usize, &mut bytes)?;
        if let Some(superblock) = Superblock::parse(&bytes)? {
            self.superblock = superblock;
        }
        Ok(())
    }

    /// Fills `buffer` from a block of the file system, as the journal left it.
    fn read_block(&self, block: u64, within: usize, buffer: &mut [u8]) -> Result<(), FileSystemError> {
        let size = self.superblock.block_size as usize;
        if block >= self.superblock.blocks || within + buffer.len() > size {
            return Err(corrupt(format!("block {block} of {}", self.superblock.blocks)));
        }
        let replay = self.replayed.get(&block);
        // Copies in the journal were checked to lie in the file system when they were collected.
        let place = replay.map_or(block, |replay| replay.block);
        self.disk.read_at(place * size as u64 + within as u64, buffer)?;
        if within < 4 && replay.is_some_and(|replay| replay.escaped) {
            // The first word of a block that looked like a journal header was blanked in the journal.
            for (byte, magic) in buffer.iter_mut().zip(&journal::MAGIC.to_be_bytes()[within..]) {
                *byte = *magic;
            }
        }
        Ok(())
    }

    fn whole_block(&self, block: u64) -> Result<Vec<u8>, FileSystemError> {
        let mut bytes = vec![0; self.superblock.block_size as usize];
        self.read_block(block, 0, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads content of an inode that has blocks: holes are zero.
    fn read_mapped(&self, inode: &Inode, mut offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError> {
        let rest = inode.node.size.saturating_sub(offset);
        let total = rest.min(buffer.len() as u64) as usize;
        let size = u64::from(self.superblock.block_size);
        let mut buffer = &mut buffer[..total];
        while !buffer.is_empty() {
            let run = self.map(inode, offset / size)?;
            let within = offset % size;
            let count = (run.length.saturating_mul(size) - within).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            match run.start {
                None => now.fill(0),
                Some(start) => self.read_run(start, within, now)?,
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(total)
    }

    fn read_run(&self, start: u64, within: u64, buffer: &mut [u8]) -> Result<(), FileSystemError> {
        let size = u64::from(self.superblock.block_size);
        let blocks = (within + buffer.len() as u64).div_ceil(size);
        if start.checked_add(blocks).is_none_or(|end| end > self.superblock.blocks) {
            return Err(corrupt(format!("blocks from {start} of {}", self.superblock.blocks)));
        }
        if self.replayed.range(start..start + blocks).next().is_none() {
            return Ok(self.disk.read_at(start * size + within, buffer)?);
        }
        let (mut block, mut within, mut buffer) = (start, within as usize, buffer);
        while !buffer.is_empty() {
            let count = (size as usize - within).min(buffer.len());
            let (now, rest) = buffer.split_at_mut(count);
            self.read_block(block, within, now)?;
            (block, within, buffer) = (block + 1, 0, rest);
        }
        Ok(())
    }

    /// Content that lies in the inode: sixty bytes, then the attribute `system.data`.
    fn inline_content(&self, inode: &Inode) -> Result<Vec<u8>, FileSystemError> {
        let mut content = inode.block.to_vec();
        content.extend(self.attribute_of(inode, b"system.data")?.unwrap_or_default());
        content.truncate(usize::try_from(inode.node.size).unwrap_or(usize::MAX));
        Ok(content)
    }
}

impl<D: Disk> FileSystem for Ext<D> {
    fn info(&self) -> FileSystemInfo {
        FileSystemInfo {
            kind: self.superblock.kind.to_owned(),
            uuid: Some(self.superblock.uuid.clone()),
            label: self.superblock.label.clone(),
            cleanliness: self.cleanliness.clone(),
        }
    }

    fn root(&self) -> u64 {
        ROOT
    }

    fn node(&self, node: u64) -> Result<Node, FileSystemError> {
        self.inode(node).map(|inode| inode.node)
    }

    fn entries(&self, directory: u64) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        self.directory(&self.inode(directory)?)
    }

    fn read(&self, file: u64, offset: u64, buffer: &mut [u8]) -> Result<usize, FileSystemError> {
        let inode = self.inode(file)?;
        inode.refuse_encrypted()?;
        if inode.flags & FLAG_INLINE == 0 {
            return self.read_mapped(&inode, offset, buffer);
        }
        let content = self.inline_content(&inode)?;
        let rest = usize::try_from(offset).ok().and_then(|offset| content.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn link_target(&self, link: u64) -> Result<Vec<u8>, FileSystemError> {
        let inode = self.inode(link)?;
        inode.refuse_encrypted()?;
        if inode.node.size > MAX_LINK {
            return Err(FileSystemError::Limit(format!("link of {} bytes", inode.node.size)));
        }
        let size = inode.node.size as usize;
        if inode.flags & FLAG_INLINE != 0 {
            return self.inline_content(&inode);
        }
        if size < inode.block.len() && inode.has_no_blocks(self.superblock.block_size) {
            return Ok(inode.block[..size].to_vec());
        }
        let mut target = vec![0; size];
        self.read_mapped(&inode, 0, &mut target)?;
        Ok(target)
    }

    fn attribute(&self, node: u64, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        self.attribute_of(&self.inode(node)?, name)
    }
}
