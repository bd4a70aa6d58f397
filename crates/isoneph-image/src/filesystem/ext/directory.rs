//! Directories: linear blocks (an index, where there is one, hides in entries without an inode), or inline.

use super::inode::{FLAG_INLINE, Inode};
use super::{Ext, corrupt};
use crate::bytes::{Fields, crc32c_raw};
use crate::container::Disk;
use crate::filesystem::{DirectoryEntry, FileSystemError};

/// Bytes of one directory at most: about two million names.
const MAX_BYTES: u64 = 128 << 20;

impl<D: Disk> Ext<D> {
    pub(super) fn directory(&self, inode: &Inode) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        if !inode.node.is_directory() {
            return Err(corrupt(format!("inode {} is no directory", inode.number)));
        }
        inode.refuse_encrypted()?;
        let mut entries = Vec::new();
        if inode.flags & FLAG_INLINE != 0 {
            // The first four bytes are the parent's inode; then the rest of the sixty, and the attribute.
            let content = self.inline_content(inode)?;
            let (first, second) = content.split_at(content.len().min(60));
            self.parse_entries(inode, first.get(4..).unwrap_or_default(), &mut entries)?;
            self.parse_entries(inode, second, &mut entries)?;
            return Ok(entries);
        }
        if inode.node.size > MAX_BYTES {
            return Err(FileSystemError::Limit(format!("directory {} of {} bytes", inode.number, inode.node.size)));
        }
        let size = u64::from(self.superblock.block_size);
        let mut block = vec![0; size as usize];
        for index in 0..inode.node.size.div_ceil(size) {
            let run = self.map(inode, index)?;
            let Some(start) = run.start else { continue };
            self.read_block(start, 0, &mut block)?;
            check_sum(inode, &block)?;
            self.parse_entries(inode, &block, &mut entries)?;
        }
        Ok(entries)
    }

    fn parse_entries(
        &self,
        inode: &Inode,
        block: &[u8],
        entries: &mut Vec<DirectoryEntry>,
    ) -> Result<(), FileSystemError> {
        let fields = Fields(block);
        let mut at = 0;
        while at + 8 <= block.len() {
            let node = u64::from(fields.u32_le(at));
            let length = match fields.u16_le(at + 4) {
                0 | u16::MAX if block.len() == 65536 => 65536,
                length => usize::from(length),
            };
            // Before entries had a type, its byte was the upper half of the length, always zero.
            let name = usize::from(fields.u8(at + 6));
            let name = fields.slice(at + 8, name).filter(|name| name.len() + 8 <= length);
            let (Some(name), true) = (name, length >= 8 && at + length <= block.len()) else {
                return Err(corrupt(format!("directory {}, byte {at} of a block", inode.number)));
            };
            if node != 0 && !matches!(name, b"." | b"..") {
                entries.push(DirectoryEntry { name: name.to_vec(), node });
            }
            at += length;
        }
        Ok(())
    }
}

/// A block that ends with a checksum entry must agree with it. Blocks of the index end otherwise.
fn check_sum(inode: &Inode, block: &[u8]) -> Result<(), FileSystemError> {
    let Some(seed) = inode.checksum_seed else { return Ok(()) };
    let (body, tail) = block.split_at(block.len() - 12);
    let fields = Fields(tail);
    let is_tail = fields.u32_le(0) == 0 && fields.u16_le(4) == 12 && fields.u16_le(6) == 0xDE00;
    if is_tail && crc32c_raw(seed, body) != fields.u32_le(8) {
        return Err(corrupt(format!("checksum of a block of directory {}", inode.number)));
    }
    Ok(())
}
