//! The superblock: sizes, features, identity.

use super::corrupt;
use crate::bytes::{Fields, crc32c_raw, label_text, uuid_text};
use crate::container::Disk;
use crate::filesystem::FileSystemError;

const COMPAT_JOURNAL: u32 = 0x4;
const INCOMPAT_RECOVER: u32 = 0x4;
const INCOMPAT_JOURNAL_DEVICE: u32 = 0x8;
const INCOMPAT_META_BG: u32 = 0x10;
const INCOMPAT_EXTENTS: u32 = 0x40;
const INCOMPAT_64BIT: u32 = 0x80;
const INCOMPAT_FLEX_BG: u32 = 0x200;
const INCOMPAT_SEED: u32 = 0x2000;
/// File type in entries, recovery, meta_bg, extents, 64 bit, mmp, flex_bg, ea_inode, seed, large_dir, inline_data,
/// encrypt (per file), casefold.
const INCOMPAT_KNOWN: u32 =
    0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x1_0000 | 0x2_0000;
const RO_SPARSE: u32 = 0x1;
const RO_METADATA_CHECKSUM: u32 = 0x400;
const COMPAT_SPARSE2: u32 = 0x200;

/// The superblock.
pub(super) struct Superblock {
    pub(super) kind: &'static str,
    pub(super) block_size: u32,
    pub(super) blocks: u64,
    pub(super) first_block: u64,
    pub(super) blocks_per_group: u64,
    pub(super) inodes: u64,
    pub(super) inodes_per_group: u64,
    pub(super) inode_size: usize,
    pub(super) descriptor_size: u64,
    pub(super) first_meta_group: Option<u64>,
    pub(super) sparse: bool,
    /// `sparse_super2`: the two groups that hold a copy of the superblock.
    pub(super) backups: Option<[u64; 2]>,
    pub(super) checksum_seed: Option<u32>,
    pub(super) needs_recovery: bool,
    pub(super) unmounted: bool,
    pub(super) journal_inode: u64,
    pub(super) uuid: String,
    pub(super) label: String,
}

impl Superblock {
    pub(super) fn read(disk: &dyn Disk) -> Result<Option<Self>, FileSystemError> {
        let mut bytes = vec![0; 1024];
        if disk.length() < 2048 {
            return Ok(None);
        }
        disk.read_at(1024, &mut bytes)?;
        Self::parse(&bytes)
    }

    /// Gives nothing when these are not the bytes of a superblock.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, FileSystemError> {
        let fields = Fields(bytes);
        if fields.u16_le(0x38) != 0xEF53 {
            return Ok(None);
        }
        let compat = fields.u32_le(0x5C);
        let incompat = fields.u32_le(0x60);
        let ro_compat = fields.u32_le(0x64);
        if incompat & INCOMPAT_JOURNAL_DEVICE != 0 {
            return Err(FileSystemError::Unsupported("journal device of another ext file system".to_owned()));
        }
        if incompat & !INCOMPAT_KNOWN != 0 {
            let unknown = incompat & !INCOMPAT_KNOWN;
            return Err(FileSystemError::Unsupported(format!("ext features {unknown:#x}")));
        }
        let checksums = ro_compat & RO_METADATA_CHECKSUM != 0;
        if checksums && crc32c_raw(!0, &bytes[..0x3FC]) != fields.u32_le(0x3FC) {
            return Err(corrupt("checksum of the superblock"));
        }
        let seed =
            if incompat & INCOMPAT_SEED != 0 { fields.u32_le(0x270) } else { crc32c_raw(!0, &bytes[0x68..0x78]) };
        let wide = incompat & INCOMPAT_64BIT != 0;
        let high = if wide { u64::from(fields.u32_le(0x150)) << 32 } else { 0 };
        let old = fields.u32_le(0x4C) == 0;
        let superblock = Self {
            kind: kind(compat, incompat, ro_compat),
            block_size: 1_u32.checked_shl(10 + fields.u32_le(0x18).min(31)).unwrap_or(0),
            blocks: high | u64::from(fields.u32_le(0x4)),
            first_block: u64::from(fields.u32_le(0x14)),
            blocks_per_group: u64::from(fields.u32_le(0x20)),
            inodes: u64::from(fields.u32_le(0x0)),
            inodes_per_group: u64::from(fields.u32_le(0x28)),
            inode_size: if old { 128 } else { usize::from(fields.u16_le(0x58)) },
            descriptor_size: if wide { u64::from(fields.u16_le(0xFE)) } else { 32 },
            first_meta_group: (incompat & INCOMPAT_META_BG != 0).then(|| u64::from(fields.u32_le(0x104))),
            sparse: ro_compat & RO_SPARSE != 0,
            backups: (compat & COMPAT_SPARSE2 != 0)
                .then(|| [u64::from(fields.u32_le(0x24C)), u64::from(fields.u32_le(0x250))]),
            checksum_seed: checksums.then_some(seed),
            needs_recovery: compat & COMPAT_JOURNAL != 0 && incompat & INCOMPAT_RECOVER != 0,
            unmounted: compat & COMPAT_JOURNAL != 0 || fields.u16_le(0x3A) & 1 != 0,
            journal_inode: u64::from(fields.u32_le(0xE0)),
            uuid: uuid_text(&bytes[0x68..0x78]),
            label: label_text(&bytes[0x78..0x88]),
        };
        superblock.check()?;
        Ok(Some(superblock))
    }

    fn check(&self) -> Result<(), FileSystemError> {
        let size = self.block_size as usize;
        let wrong = if !matches!(self.block_size, 1024..=65536) {
            Some("block size")
        } else if self.blocks_per_group == 0 || self.inodes_per_group == 0 || self.first_block >= self.blocks.max(1) {
            Some("sizes of groups")
        } else if self.inode_size < 128 || self.inode_size > size || !self.inode_size.is_power_of_two() {
            Some("size of inodes")
        } else if !(32..=1024).contains(&self.descriptor_size) || !self.descriptor_size.is_power_of_two() {
            Some("size of group descriptors")
        } else if self.blocks.checked_mul(u64::from(self.block_size)).is_none() {
            Some("number of blocks")
        } else {
            None
        };
        wrong.map_or(Ok(()), |what| Err(corrupt(format!("superblock: {what}"))))
    }

    /// The block and the offset in it of a group's descriptor.
    pub(super) fn descriptor(&self, group: u64) -> (u64, usize) {
        let per_block = u64::from(self.block_size) / self.descriptor_size;
        let (table, within) = (group / per_block, (group % per_block) * self.descriptor_size);
        // With blocks of 1 KiB the superblock fills block 1, even where the first group begins at block 0 (bigalloc).
        let own = u64::from(self.block_size == 1024);
        let block = match self.first_meta_group {
            Some(first) if table >= first => {
                let leader = table * per_block;
                let begin = self.first_block + leader * self.blocks_per_group;
                begin
                    + u64::from(self.has_superblock(leader))
                    + if leader == 0 { own - own.min(self.first_block) } else { 0 }
            }
            _ => own + 1 + table,
        };
        (block, within as usize)
    }

    /// Whether a group begins with a copy of the superblock.
    fn has_superblock(&self, group: u64) -> bool {
        let power_of = |base: u64| {
            let mut rest = group;
            while rest > 1 && rest.is_multiple_of(base) {
                rest /= base;
            }
            rest == 1
        };
        match self.backups {
            Some(backups) => group == 0 || backups.contains(&group),
            None => !self.sparse || group <= 1 || power_of(3) || power_of(5) || power_of(7),
        }
    }
}

fn kind(compat: u32, incompat: u32, ro_compat: u32) -> &'static str {
    // What only ext4 has: extents, 64 bit, flexible groups; uninitialised groups, large inodes, checksums.
    if incompat & (INCOMPAT_EXTENTS | INCOMPAT_64BIT | INCOMPAT_FLEX_BG) != 0 || ro_compat & 0x458 != 0 {
        "ext4"
    } else if compat & COMPAT_JOURNAL != 0 {
        "ext3"
    } else {
        "ext2"
    }
}
