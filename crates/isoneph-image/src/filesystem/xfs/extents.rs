//! Extents: where the blocks of a fork are.

use super::inode::{Fork, Format, Inode};
use super::{Xfs, corrupt};
use crate::bytes::{Fields, crc32c_without};
use crate::container::Disk;
use crate::filesystem::FileSystemError;

/// Extents of one file at most.
const MAX_EXTENTS: usize = 1 << 20;
/// Blocks of one extent tree at most.
const MAX_BLOCKS: usize = 1 << 16;
const MAX_LEVEL: u16 = 9;

/// A run of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// First block in the file.
    pub(super) offset: u64,
    /// First block in the file system, numbered by group.
    pub(super) start: u64,
    /// Number of blocks.
    pub(super) count: u64,
    /// Allocated, but never written: reads as zero.
    pub(super) unwritten: bool,
}

fn extent(record: &[u8]) -> Extent {
    let (high, low) = (Fields(record).u64_be(0), Fields(record).u64_be(8));
    Extent {
        offset: (high & !(1 << 63)) >> 9,
        start: (high & 0x1FF) << 43 | low >> 21,
        count: low & 0x1F_FFFF,
        unwritten: high >> 63 != 0,
    }
}

impl<D: Disk> Xfs<D> {
    pub(super) fn load_extents(&self, inode: &Inode, fork: &Fork) -> Result<Vec<Extent>, FileSystemError> {
        let broken = || corrupt(format!("extents of inode {}", inode.number));
        let mut extents = match fork.format {
            Format::Device | Format::Local => Vec::new(),
            Format::Extents => {
                let length = usize::try_from(fork.extents).ok().and_then(|count| count.checked_mul(16));
                let records = length.and_then(|length| fork.bytes.get(..length)).ok_or_else(broken)?;
                records.chunks_exact(16).map(extent).collect()
            }
            Format::Tree => self.extent_tree(inode, fork)?,
        };
        extents.sort_by_key(|extent| extent.offset);
        let overlap = extents.windows(2).any(|pair| pair[0].offset + pair[0].count > pair[1].offset);
        if overlap || extents.iter().any(|extent| extent.count == 0) {
            return Err(broken());
        }
        Ok(extents)
    }

    fn extent_tree(&self, inode: &Inode, fork: &Fork) -> Result<Vec<Extent>, FileSystemError> {
        let broken = || corrupt(format!("extent tree of inode {}", inode.number));
        let root = Fields(&fork.bytes);
        let (level, count) = (root.u16_be(0), usize::from(root.u16_be(2)));
        let room = fork.bytes.len().saturating_sub(4) / 16;
        if level == 0 || level > MAX_LEVEL || count > room {
            return Err(broken());
        }
        let mut pending: Vec<(u16, u64)> =
            (0..count).rev().map(|index| (level - 1, root.u64_be(4 + room * 8 + index * 8))).collect();
        let (mut extents, mut blocks) = (Vec::new(), 0);
        while let Some((level, block)) = pending.pop() {
            blocks += 1;
            if blocks > MAX_BLOCKS || extents.len() > MAX_EXTENTS {
                return Err(FileSystemError::Limit(format!("extents of inode {}", inode.number)));
            }
            let mut bytes = vec![0; self.superblock.block_size as usize];
            self.read_blocks(block, 0, &mut bytes)?;
            let fields = Fields(&bytes);
            let (magic, header): (&[u8], usize) =
                if self.superblock.version == 5 { (b"BMA3", 72) } else { (b"BMAP", 24) };
            let sound = self.superblock.version != 5 || crc32c_without(&bytes, 64) == fields.u32_le(64);
            let (found, count) = (fields.u16_be(4), usize::from(fields.u16_be(6)));
            let room = (bytes.len() - header) / 16;
            if !bytes.starts_with(magic) || !sound || found != level || count > room {
                return Err(broken());
            }
            if level == 0 {
                extents.extend(bytes[header..].chunks_exact(16).take(count).map(extent));
            } else {
                let pointer = |index: usize| (level - 1, fields.u64_be(header + room * 8 + index * 8));
                pending.extend((0..count).rev().map(pointer));
            }
        }
        Ok(extents)
    }
}
