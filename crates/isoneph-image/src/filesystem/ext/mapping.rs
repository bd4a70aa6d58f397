//! From a block of a file to a block of the file system: extents, or indirection.

use super::inode::{FLAG_EXTENTS, Inode};
use super::{Ext, corrupt};
use crate::bytes::{Fields, crc32c_raw};
use crate::container::Disk;
use crate::filesystem::FileSystemError;

const EXTENT_MAGIC: u16 = 0xF30A;
const MAX_DEPTH: u16 = 5;

/// A run of blocks of a file.
pub(super) struct Run {
    /// The first block in the file system; none in a hole.
    pub(super) start: Option<u64>,
    /// Number of blocks, at least one.
    pub(super) length: u64,
}

impl<D: Disk> Ext<D> {
    /// The run that begins with the block `logical` of the file.
    pub(super) fn map(&self, inode: &Inode, logical: u64) -> Result<Run, FileSystemError> {
        if inode.flags & FLAG_EXTENTS != 0 {
            self.map_extents(inode, logical)
        } else {
            let start = self.map_indirect(inode, logical)?;
            Ok(Run { start: (start != 0).then_some(start), length: 1 })
        }
    }

    fn map_extents(&self, inode: &Inode, logical: u64) -> Result<Run, FileSystemError> {
        let mut node = inode.block.to_vec();
        let mut above = MAX_DEPTH + 1;
        // Where the next node to the right begins: a hole ends there at the latest.
        let mut limit = u64::from(u32::MAX) + 1;
        loop {
            let fields = Fields(&node);
            let (entries, depth) = (usize::from(fields.u16_le(2)), fields.u16_le(6));
            if fields.u16_le(0) != EXTENT_MAGIC || depth >= above || (entries + 1) * 12 > node.len() {
                return Err(corrupt(format!("extent tree of inode {}", inode.number)));
            }
            above = depth;
            let first = |index: usize| u64::from(fields.u32_le(12 + index * 12));
            // Entries are sorted by the first block that they map.
            let after = partition_point(entries, |index| first(index) <= logical);
            if after < entries {
                limit = limit.min(first(after));
            }
            let hole = |limit: u64| Run { start: None, length: limit.saturating_sub(logical).max(1) };
            let Some(index) = after.checked_sub(1) else { return Ok(hole(limit)) };
            let at = 12 + index * 12;
            if depth == 0 {
                let (length, written) = match u64::from(fields.u16_le(at + 4)) {
                    length @ 0..=32768 => (length, true),
                    length => (length - 32768, false),
                };
                let within = logical - first(index);
                if within >= length {
                    return Ok(hole(limit));
                }
                let start = u64::from(fields.u32_le(at + 8)) | u64::from(fields.u16_le(at + 6)) << 32;
                return Ok(Run { start: written.then_some(start + within), length: length - within });
            }
            let child = u64::from(fields.u32_le(at + 4)) | u64::from(fields.u16_le(at + 8)) << 32;
            node = self.extent_node(inode, child)?;
        }
    }

    fn extent_node(&self, inode: &Inode, block: u64) -> Result<Vec<u8>, FileSystemError> {
        let node = self.whole_block(block)?;
        if let Some(seed) = inode.checksum_seed {
            let end = 12 + 12 * usize::from(Fields(&node).u16_le(4));
            let sum = node.get(..end).map(|body| crc32c_raw(seed, body));
            if sum != Some(Fields(&node).u32_le(end)) {
                return Err(corrupt(format!("checksum of an extent block of inode {}", inode.number)));
            }
        }
        Ok(node)
    }

    fn map_indirect(&self, inode: &Inode, logical: u64) -> Result<u64, FileSystemError> {
        let pointers = Fields(&inode.block);
        if logical < 12 {
            return Ok(u64::from(pointers.u32_le(logical as usize * 4)));
        }
        let per_block = u64::from(self.superblock.block_size) / 4;
        let mut rest = logical - 12;
        let mut reach = per_block;
        for level in 0..3 {
            if rest < reach {
                return self.indirect(u64::from(pointers.u32_le(48 + level * 4)), level, rest);
            }
            rest -= reach;
            reach *= per_block;
        }
        Err(corrupt(format!("block {logical} of inode {}", inode.number)))
    }

    fn indirect(&self, mut block: u64, level: usize, rest: u64) -> Result<u64, FileSystemError> {
        let per_block = u64::from(self.superblock.block_size) / 4;
        for below in (0..=level as u32).rev() {
            if block == 0 {
                return Ok(0);
            }
            let index = (rest / per_block.pow(below)) % per_block;
            let mut pointer = [0; 4];
            self.read_block(block, index as usize * 4, &mut pointer)?;
            block = u64::from(u32::from_le_bytes(pointer));
        }
        Ok(block)
    }
}

/// The number of leading indexes for which `below` holds, by bisection.
fn partition_point(count: usize, below: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if below(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
