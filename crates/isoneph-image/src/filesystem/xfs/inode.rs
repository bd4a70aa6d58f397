//! Inodes and their two forks.

use super::{Xfs, corrupt};
use crate::bytes::{Fields, crc32c_without};
use crate::container::Disk;
use crate::filesystem::{FileSystemError, Node};
use crate::tree::Kind;

const FLAG_REALTIME: u16 = 1;
const FLAG2_BIG_TIME: u64 = 1 << 3;
const FLAG2_LARGE_COUNTS: u64 = 1 << 4;

/// How a fork holds its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A device number, or nothing.
    Device,
    /// The content itself.
    Local,
    /// A list of extents.
    Extents,
    /// The root of a tree of extents.
    Tree,
}

/// One fork of an inode: data or attributes.
pub(super) struct Fork {
    pub(super) format: Format,
    pub(super) extents: u64,
    pub(super) bytes: Vec<u8>,
}

/// An inode.
pub(super) struct Inode {
    pub(super) number: u64,
    /// What every file system says of one.
    pub(super) node: Node,
    flags: u16,
    pub(super) data: Fork,
    pub(super) attributes: Option<Fork>,
}

impl Inode {
    pub(super) fn refuse_realtime(&self) -> Result<(), FileSystemError> {
        if self.flags & FLAG_REALTIME == 0 {
            return Ok(());
        }
        Err(FileSystemError::Unsupported(format!("inode {} is on the real-time device", self.number)))
    }
}

impl<D: Disk> Xfs<D> {
    pub(super) fn inode(&self, number: u64) -> Result<Inode, FileSystemError> {
        let place = self.superblock.inode_place(number);
        let place = place.ok_or_else(|| corrupt(format!("inode {number} is outside the file system")))?;
        let mut bytes = vec![0; self.superblock.inode_size];
        self.disk.read_at(place, &mut bytes)?;
        parse(number, &bytes, self.superblock.version)
    }
}

fn parse(number: u64, bytes: &[u8], filesystem: u16) -> Result<Inode, FileSystemError> {
    let fields = Fields(bytes);
    let version = fields.u8(4);
    if fields.u16_be(0) != 0x494E || !(1..=3).contains(&version) || (version == 3) != (filesystem == 5) {
        return Err(corrupt(format!("inode {number}: header")));
    }
    if version == 3 && (crc32c_without(bytes, 100) != fields.u32_le(100) || fields.u64_be(152) != number) {
        return Err(corrupt(format!("checksum of inode {number}")));
    }
    let mode = fields.u16_be(2);
    let kind = Kind::of_mode(mode).ok_or_else(|| corrupt(format!("inode {number} has mode {mode:#o}")))?;
    let flags2 = if version == 3 { fields.u64_be(120) } else { 0 };
    let modified = if flags2 & FLAG2_BIG_TIME == 0 {
        i64::from(fields.u32_be(40).cast_signed())
    } else {
        // Nanoseconds from the earliest time that the old form can hold.
        (fields.u64_be(40) / 1_000_000_000).cast_signed() + i64::from(i32::MIN)
    };
    let (extents, attribute_extents) = if flags2 & FLAG2_LARGE_COUNTS == 0 {
        (u64::from(fields.u32_be(76)), u64::from(fields.u16_be(80)))
    } else {
        (fields.u64_be(24), u64::from(fields.u32_be(76)))
    };
    let broken = || corrupt(format!("inode {number}: forks"));
    let forks = bytes.get(if version == 3 { 176 } else { 100 }..).ok_or_else(broken)?;
    let split = usize::from(fields.u8(82)) * 8;
    let (data, rest) = forks.split_at_checked(if split == 0 { forks.len() } else { split }).ok_or_else(broken)?;
    let attributes = (split != 0).then(|| fork(fields.u8(83), attribute_extents, rest)).flatten();
    Ok(Inode {
        number,
        node: Node {
            kind,
            mode: mode & 0o7777,
            uid: fields.u32_be(8),
            gid: fields.u32_be(12),
            size: fields.u64_be(56),
            modified,
            links: if version == 1 { u32::from(fields.u16_be(6)) } else { fields.u32_be(16) },
        },
        flags: fields.u16_be(90),
        data: fork(fields.u8(5), extents, data).ok_or_else(broken)?,
        attributes,
    })
}

fn fork(format: u8, extents: u64, bytes: &[u8]) -> Option<Fork> {
    let format = match format {
        0 => Format::Device,
        1 => Format::Local,
        2 => Format::Extents,
        3 => Format::Tree,
        _ => return None,
    };
    Some(Fork { format, extents, bytes: bytes.to_vec() })
}
