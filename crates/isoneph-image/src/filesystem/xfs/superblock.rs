//! The superblock: geometry, features, identity.

use super::corrupt;
use crate::bytes::{Fields, crc32c_without, label_text, uuid_text};
use crate::container::Disk;
use crate::filesystem::FileSystemError;

/// File types in directories, sparse inodes, metadata UUID, big timestamps, needs repair, large extent counts, exchange
/// of ranges, parent pointers: none of them changes how what is read here is laid out, beyond what the reader asks.
const INCOMPAT_KNOWN: u32 = 0xFF;
const INCOMPAT_FTYPE: u32 = 1;
const INCOMPAT_NEEDS_REPAIR: u32 = 1 << 4;
const V4_DIRECTORIES: u16 = 0x2000;
const V4_FTYPE: u32 = 0x200;

/// The superblock.
pub(super) struct Superblock {
    pub(super) version: u16,
    pub(super) block_size: u64,
    blocks: u64,
    group_blocks: u64,
    groups: u64,
    group_bits: u32,
    inode_bits: u32,
    pub(super) inode_size: usize,
    pub(super) root: u64,
    pub(super) log_start: u64,
    pub(super) log_blocks: u64,
    pub(super) directory_block: usize,
    pub(super) has_file_type: bool,
    pub(super) needs_repair: bool,
    pub(super) uuid: String,
    pub(super) label: String,
}

impl Superblock {
    /// Gives nothing when the disk does not begin with an XFS superblock.
    pub(super) fn read(disk: &dyn Disk) -> Result<Option<Self>, FileSystemError> {
        if disk.length() < 512 {
            return Ok(None);
        }
        let mut bytes = vec![0; 512];
        disk.read_at(0, &mut bytes)?;
        if !bytes.starts_with(b"XFSB") {
            return Ok(None);
        }
        let sector = usize::from(Fields(&bytes).u16_be(102));
        if !(512..=32768).contains(&sector) || !sector.is_power_of_two() {
            return Err(corrupt("superblock: sector size"));
        }
        bytes.resize(sector, 0);
        disk.read_at(0, &mut bytes)?;
        Self::parse(&bytes).map(Some)
    }

    fn parse(bytes: &[u8]) -> Result<Self, FileSystemError> {
        let fields = Fields(bytes);
        let flags = fields.u16_be(100);
        let version = flags & 0xF;
        let incompat = if version == 5 { fields.u32_be(216) } else { 0 };
        match version {
            4 if flags & V4_DIRECTORIES == 0 => {
                return Err(FileSystemError::Unsupported("XFS with directories of version 1".to_owned()));
            }
            4 => {}
            5 if crc32c_without(bytes, 224) != fields.u32_le(224) => return Err(corrupt("checksum of the superblock")),
            5 if incompat & !INCOMPAT_KNOWN != 0 => {
                let unknown = incompat & !INCOMPAT_KNOWN;
                return Err(FileSystemError::Unsupported(format!("XFS features {unknown:#x}")));
            }
            5 => {}
            other => return Err(FileSystemError::Unsupported(format!("XFS version {other}"))),
        }
        let block_size = u64::from(fields.u32_be(4));
        let directory_shift = u32::from(fields.u8(192));
        let superblock = Self {
            version,
            block_size,
            blocks: fields.u64_be(8),
            group_blocks: u64::from(fields.u32_be(84)),
            groups: u64::from(fields.u32_be(88)),
            group_bits: u32::from(fields.u8(124)),
            inode_bits: u32::from(fields.u8(123)),
            inode_size: usize::from(fields.u16_be(104)),
            root: fields.u64_be(56),
            log_start: fields.u64_be(48),
            log_blocks: u64::from(fields.u32_be(96)),
            directory_block: (block_size as usize).checked_shl(directory_shift).unwrap_or(0),
            has_file_type: if version == 5 {
                incompat & INCOMPAT_FTYPE != 0
            } else {
                fields.u32_be(200) & V4_FTYPE != 0
            },
            needs_repair: incompat & INCOMPAT_NEEDS_REPAIR != 0,
            uuid: uuid_text(&bytes[32..48]),
            label: label_text(&bytes[108..120]),
        };
        superblock.check()?;
        Ok(superblock)
    }

    fn check(&self) -> Result<(), FileSystemError> {
        let size = self.block_size;
        let wrong = if !(512..=65536).contains(&size) || !size.is_power_of_two() {
            Some("block size")
        } else if !(256..=2048).contains(&self.inode_size)
            || !self.inode_size.is_power_of_two()
            || (self.inode_size as u64) << self.inode_bits.min(16) != size
        {
            Some("inode size")
        } else if self.group_blocks == 0 || self.group_bits > 31 || self.group_blocks > 1 << self.group_bits {
            Some("sizes of allocation groups")
        } else if !(size as usize..=65536).contains(&self.directory_block) {
            Some("size of directory blocks")
        } else if self.blocks.checked_mul(size).is_none() || self.groups.saturating_mul(self.group_blocks) < self.blocks
        {
            Some("number of blocks")
        } else {
            None
        };
        wrong.map_or(Ok(()), |what| Err(corrupt(format!("superblock: {what}"))))
    }

    /// The first byte of a block that is numbered by group and block in the group.
    pub(super) fn place(&self, block: u64) -> Option<u64> {
        let (group, within) = (block >> self.group_bits, block & ((1 << self.group_bits) - 1));
        let linear = group.checked_mul(self.group_blocks)?.checked_add(within)?;
        (group < self.groups && within < self.group_blocks && linear < self.blocks).then(|| linear * self.block_size)
    }

    /// The first byte of an inode.
    pub(super) fn inode_place(&self, inode: u64) -> Option<u64> {
        let within = inode & ((1 << self.inode_bits) - 1);
        Some(self.place(inode >> self.inode_bits)? + within * self.inode_size as u64)
    }
}
