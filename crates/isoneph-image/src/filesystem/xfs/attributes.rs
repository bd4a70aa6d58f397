//! Extended attributes: in the inode, or in leaf blocks.

use super::inode::{Format, Inode};
use super::{Xfs, corrupt};
use crate::bytes::Fields;
use crate::container::Disk;
use crate::filesystem::FileSystemError;

const LOCAL: u8 = 1;
const ROOT: u8 = 2;
const SECURE: u8 = 4;
const INCOMPLETE: u8 = 0x80;
/// Blocks of attributes of one inode at most.
const MAX_BLOCKS: u64 = 256;

fn prefix(flags: u8) -> &'static [u8] {
    match flags & (ROOT | SECURE) {
        ROOT => b"trusted.",
        SECURE => b"security.",
        _ => b"user.",
    }
}

/// Whether an entry's name and flags are the full name that is wanted. POSIX ACLs are kept under names of their own.
fn is_wanted(wanted: &[u8], flags: u8, name: &[u8]) -> bool {
    match (wanted, flags & ROOT != 0) {
        (b"system.posix_acl_access", true) => name == b"SGI_ACL_FILE",
        (b"system.posix_acl_default", true) => name == b"SGI_ACL_DEFAULT",
        _ => wanted.strip_prefix(prefix(flags)) == Some(name),
    }
}

impl<D: Disk> Xfs<D> {
    pub(super) fn attribute_of(&self, inode: &Inode, wanted: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        let Some(fork) = &inode.attributes else { return Ok(None) };
        let broken = || corrupt(format!("attributes of inode {}", inode.number));
        if fork.format == Format::Local {
            return short_form(&fork.bytes, wanted).ok_or_else(broken);
        }
        let extents = self.load_extents(inode, fork)?;
        let size = self.superblock.block_size;
        let mut block = vec![0; size as usize];
        let mut seen = 0;
        for extent in &extents {
            for index in extent.offset..extent.offset.saturating_add(extent.count) {
                seen += 1;
                if seen > MAX_BLOCKS {
                    return Err(FileSystemError::Limit(format!("attributes of inode {}", inode.number)));
                }
                self.read_mapped(&extents, index.saturating_mul(size), &mut block)?;
                if let Some(found) = leaf(&block, wanted) {
                    let value = found.ok_or_else(|| {
                        FileSystemError::Unsupported(format!(
                            "attribute of inode {} in blocks of its own",
                            inode.number
                        ))
                    })?;
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }
}

/// None when the fork is damaged; else the attribute, if it is there.
fn short_form(bytes: &[u8], wanted: &[u8]) -> Option<Option<Vec<u8>>> {
    let fields = Fields(bytes);
    let mut at = 4;
    for _ in 0..fields.u8(2) {
        let (name_length, value_length) = (usize::from(fields.u8(at)), usize::from(fields.u8(at + 1)));
        let flags = fields.u8(at + 2);
        let name = fields.slice(at + 3, name_length)?;
        let value = fields.slice(at + 3 + name_length, value_length)?;
        if is_wanted(wanted, flags, name) {
            return Some(Some(value.to_vec()));
        }
        at += 3 + name_length + value_length;
    }
    Some(None)
}

/// Looks through a leaf block: none when the attribute is not in it; an empty inner value when its value is elsewhere.
fn leaf(block: &[u8], wanted: &[u8]) -> Option<Option<Vec<u8>>> {
    let fields = Fields(block);
    let (count, first) = match fields.u16_be(8) {
        0x3BEE => (fields.u16_be(56), 80),
        0xFBEE => (fields.u16_be(12), 32),
        _ => return None,
    };
    for at in (0..usize::from(count)).map(|index| first + index * 8) {
        let (place, flags) = (usize::from(fields.u16_be(at + 4)), fields.u8(at + 6));
        if flags & INCOMPLETE != 0 {
            continue;
        }
        let (length_at, name_at) = if flags & LOCAL != 0 { (place + 2, place + 3) } else { (place + 8, place + 9) };
        let Some(name) = fields.slice(name_at, usize::from(fields.u8(length_at))) else { continue };
        if is_wanted(wanted, flags, name) {
            let length = usize::from(fields.u16_be(place));
            let value = fields.slice(name_at + name.len(), length).filter(|_| flags & LOCAL != 0);
            return Some(value.map(<[u8]>::to_vec));
        }
    }
    None
}
