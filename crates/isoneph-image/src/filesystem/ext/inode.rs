//! Inodes.

use super::{Ext, corrupt};
use crate::bytes::{Fields, crc32c_raw};
use crate::container::Disk;
use crate::filesystem::{FileSystemError, Node};
use crate::tree::Kind;

pub(super) const FLAG_ENCRYPTED: u32 = 0x800;
pub(super) const FLAG_EXTENTS: u32 = 0x8_0000;
pub(super) const FLAG_INLINE: u32 = 0x1000_0000;

/// An inode.
pub(super) struct Inode {
    pub(super) number: u64,
    /// What every file system says of one.
    pub(super) node: Node,
    sectors: u32,
    pub(super) flags: u32,
    /// Sixty bytes: block pointers, the root of the extent tree, or content.
    pub(super) block: [u8; 60],
    /// Block of extended attributes, zero when there is none.
    pub(super) attribute_block: u64,
    /// What follows the fixed fields: extended attributes.
    pub(super) tail: Vec<u8>,
    /// Seed of the checksums of what belongs to this inode.
    pub(super) checksum_seed: Option<u32>,
}

impl Inode {
    pub(super) fn refuse_encrypted(&self) -> Result<(), FileSystemError> {
        if self.flags & FLAG_ENCRYPTED == 0 {
            return Ok(());
        }
        Err(FileSystemError::Unsupported(format!("inode {} is encrypted (fscrypt)", self.number)))
    }

    /// Whether no block but one of attributes belongs to it: a short link is in the inode then.
    pub(super) fn has_no_blocks(&self, block_size: u32) -> bool {
        let attributes = if self.attribute_block == 0 { 0 } else { block_size / 512 };
        self.flags & FLAG_EXTENTS == 0 && self.sectors == attributes
    }
}

impl<D: Disk> Ext<D> {
    pub(super) fn inode(&self, number: u64) -> Result<Inode, FileSystemError> {
        let superblock = &self.superblock;
        if number == 0 || number > superblock.inodes {
            return Err(corrupt(format!("inode {number} of {}", superblock.inodes)));
        }
        let (group, index) = ((number - 1) / superblock.inodes_per_group, (number - 1) % superblock.inodes_per_group);
        let table = self.inode_table(group)?;
        let size = u64::from(superblock.block_size);
        let place = index * superblock.inode_size as u64;
        let mut bytes = vec![0; superblock.inode_size];
        let block = table.checked_add(place / size).ok_or_else(|| corrupt(format!("inode table of group {group}")))?;
        self.read_block(block, (place % size) as usize, &mut bytes)?;
        self.parse_inode(number, &bytes)
    }

    fn inode_table(&self, group: u64) -> Result<u64, FileSystemError> {
        let (block, within) = self.superblock.descriptor(group);
        let mut bytes = [0; 64];
        let wide = self.superblock.descriptor_size >= 64;
        let bytes = if wide { &mut bytes[..] } else { &mut bytes[..32] };
        self.read_block(block, within, bytes)?;
        let fields = Fields(bytes);
        Ok(u64::from(fields.u32_le(0x8)) | u64::from(fields.u32_le(0x28)) << 32)
    }

    fn parse_inode(&self, number: u64, bytes: &[u8]) -> Result<Inode, FileSystemError> {
        let fields = Fields(bytes);
        let seed = self.superblock.checksum_seed.map(|seed| {
            let seed = crc32c_raw(seed, &(number as u32).to_le_bytes());
            crc32c_raw(seed, bytes.get(0x64..0x68).unwrap_or_default())
        });
        let extra = if bytes.len() > 128 { usize::from(fields.u16_le(0x80)) } else { 0 };
        if let Some(seed) = seed {
            check_sum(number, bytes, seed, extra)?;
        }
        let mode = fields.u16_le(0);
        let kind = Kind::of_mode(mode).ok_or_else(|| corrupt(format!("inode {number} has mode {mode:#o}")))?;
        let times = if extra >= 12 { fields.u32_le(0x88) } else { 0 };
        let high = |at| u32::from(fields.u16_le(at)) << 16;
        let inode = Inode {
            number,
            node: Node {
                kind,
                mode: mode & 0o7777,
                uid: u32::from(fields.u16_le(0x2)) | high(0x78),
                gid: u32::from(fields.u16_le(0x18)) | high(0x7A),
                size: u64::from(fields.u32_le(0x4)) | u64::from(fields.u32_le(0x6C)) << 32,
                // Seconds are signed; two bits beside the nanoseconds continue them past 2038.
                modified: i64::from(fields.u32_le(0x10).cast_signed()) + (i64::from(times & 3) << 32),
                links: u32::from(fields.u16_le(0x1A)),
            },
            sectors: fields.u32_le(0x1C),
            flags: fields.u32_le(0x20),
            block: fields.slice(0x28, 60).and_then(|block| block.try_into().ok()).unwrap_or([0; 60]),
            attribute_block: u64::from(fields.u32_le(0x68)) | u64::from(fields.u16_le(0x76)) << 32,
            tail: bytes.get(128 + extra..).unwrap_or_default().to_vec(),
            checksum_seed: seed,
        };
        Ok(inode)
    }
}

fn check_sum(number: u64, bytes: &[u8], seed: u32, extra: usize) -> Result<(), FileSystemError> {
    let fields = Fields(bytes);
    let mut crc = crc32c_raw(seed, &bytes[..0x7C]);
    crc = crc32c_raw(crc, &[0; 2]);
    let wide = extra >= 4;
    if wide {
        crc = crc32c_raw(crc, &bytes[0x7E..0x82]);
        crc = crc32c_raw(crc, &[0; 2]);
        crc = crc32c_raw(crc, &bytes[0x84..]);
    } else {
        crc = crc32c_raw(crc, &bytes[0x7E..]);
    }
    let high = if wide { u32::from(fields.u16_le(0x82)) << 16 } else { crc & 0xFFFF_0000 };
    if crc == (u32::from(fields.u16_le(0x7C)) | high) {
        return Ok(());
    }
    Err(corrupt(format!("checksum of inode {number}")))
}
