//! Directories: in the inode, in one block, or in many with an index (which is not needed to list them).

use super::inode::{Format, Inode};
use super::{Xfs, corrupt};
use crate::bytes::{Fields, crc32c_without};
use crate::container::Disk;
use crate::filesystem::{DirectoryEntry, FileSystemError};

/// Names lie below this place of the directory's content; its index lies above.
const INDEX: u64 = 32 << 30;
/// Bytes of names at most: about two million names.
const MAX_BYTES: u64 = 128 << 20;

impl<D: Disk> Xfs<D> {
    pub(super) fn directory(&self, inode: &Inode) -> Result<Vec<DirectoryEntry>, FileSystemError> {
        if !inode.node.is_directory() {
            return Err(corrupt(format!("inode {} is no directory", inode.number)));
        }
        if inode.data.format == Format::Local {
            let entries = self.short_form(&inode.data.bytes, inode.node.size);
            return entries.ok_or_else(|| corrupt(format!("directory {}", inode.number)));
        }
        let extents = self.extents(inode)?;
        let size = self.superblock.directory_block;
        let per_block = (size as u64) / self.superblock.block_size;
        let names = extents.iter().filter(|extent| extent.offset < INDEX / self.superblock.block_size);
        let (mut entries, mut block, mut seen) = (Vec::new(), vec![0; size], 0);
        let mut next = 0;
        for extent in names {
            let first = (extent.offset / per_block).max(next);
            next = (extent.offset + extent.count).div_ceil(per_block);
            for index in first..next {
                seen += 1;
                if seen * size as u64 > MAX_BYTES {
                    return Err(FileSystemError::Limit(format!(
                        "directory {} of more than {MAX_BYTES} bytes",
                        inode.number
                    )));
                }
                self.read_mapped(&extents, index * size as u64, &mut block)?;
                let whole = self.data_block(&block, &mut entries);
                whole.ok_or_else(|| corrupt(format!("block {index} of directory {}", inode.number)))?;
            }
        }
        Ok(entries)
    }

    fn type_length(&self) -> usize {
        usize::from(self.superblock.has_file_type)
    }

    /// Entries in the inode: count, whether inodes take eight bytes, the parent, then the names.
    fn short_form(&self, bytes: &[u8], size: u64) -> Option<Vec<DirectoryEntry>> {
        let fields = Fields(bytes.get(..usize::try_from(size).ok()?)?);
        let wide = fields.u8(1) > 0;
        let count = fields.u8(0);
        let number_length = if wide { 8 } else { 4 };
        let mut at = 2 + number_length;
        let mut entries = Vec::new();
        for _ in 0..count {
            let length = usize::from(fields.u8(at));
            let name = fields.slice(at + 3, length)?.to_vec();
            at += 3 + length + self.type_length();
            fields.slice(at, number_length)?;
            let node = if wide { fields.u64_be(at) } else { u64::from(fields.u32_be(at)) };
            at += number_length;
            entries.push(DirectoryEntry { name, node });
        }
        Some(entries)
    }

    /// Entries of one block of names; none when the block is damaged.
    fn data_block(&self, block: &[u8], entries: &mut Vec<DirectoryEntry>) -> Option<()> {
        let fields = Fields(block);
        let fifth = self.superblock.version == 5;
        let single = match (fifth, fields.slice(0, 4)?) {
            (true, b"XDB3") | (false, b"XD2B") => true,
            (true, b"XDD3") | (false, b"XD2D") => false,
            _ => return None,
        };
        if fifth && crc32c_without(block, 4) != fields.u32_le(4) {
            return None;
        }
        let end = if single {
            // The one block of a small directory ends with its index: eight bytes a name, and two counts.
            let count = fields.u32_be(block.len() - 8) as usize;
            block.len().checked_sub(8)?.checked_sub(count.checked_mul(8)?)?
        } else {
            block.len()
        };
        let mut at = if fifth { 64 } else { 16 };
        while at < end {
            if fields.u16_be(at) == 0xFFFF {
                let length = usize::from(fields.u16_be(at + 2));
                at = at.checked_add(length).filter(|_| length >= 8 && length.is_multiple_of(8))?;
                continue;
            }
            let length = usize::from(fields.u8(at + 8));
            let name = fields.slice(at + 9, length).filter(|name| !name.is_empty())?;
            let size = (11 + length + self.type_length()).next_multiple_of(8);
            at.checked_add(size).filter(|next| *next <= end)?;
            if !matches!(name, b"." | b"..") {
                entries.push(DirectoryEntry { name: name.to_vec(), node: fields.u64_be(at) });
            }
            at += size;
        }
        Some(())
    }
}
