//! Extended attributes: in the inode's tail and in one block.

use super::inode::Inode;
use super::{Ext, corrupt};
use crate::bytes::Fields;
use crate::container::Disk;
use crate::filesystem::FileSystemError;

const MAGIC: u32 = 0xEA02_0000;
/// Bytes of a value at most, as the kernel's `XATTR_SIZE_MAX`.
const MAX_VALUE: u64 = 65536;

/// The prefixes that are written as a number.
fn prefix(index: u8) -> Option<&'static [u8]> {
    Some(match index {
        0 => b"",
        1 => b"user.",
        2 => b"system.posix_acl_access",
        3 => b"system.posix_acl_default",
        4 => b"trusted.",
        6 => b"security.",
        7 => b"system.",
        8 => b"system.richacl",
        _ => return None,
    })
}

impl<D: Disk> Ext<D> {
    pub(super) fn attribute_of(&self, inode: &Inode, name: &[u8]) -> Result<Option<Vec<u8>>, FileSystemError> {
        if Fields(&inode.tail).u32_le(0) == MAGIC {
            let area = inode.tail.get(4..).unwrap_or_default();
            if let Some(value) = self.find(inode, area, 0, name)? {
                return Ok(Some(value));
            }
        }
        if inode.attribute_block == 0 {
            return Ok(None);
        }
        let block = self.whole_block(inode.attribute_block)?;
        if Fields(&block).u32_le(0) != MAGIC {
            return Err(corrupt(format!("attributes of inode {}", inode.number)));
        }
        self.find(inode, &block, 32, name)
    }

    /// Looks through the entries from `at`; values are at offsets in `area`.
    fn find(
        &self,
        inode: &Inode,
        area: &[u8],
        mut at: usize,
        wanted: &[u8],
    ) -> Result<Option<Vec<u8>>, FileSystemError> {
        let fields = Fields(area);
        while fields.slice(at, 16).is_some() && fields.u32_le(at) != 0 {
            let length = usize::from(fields.u8(at));
            let name = fields
                .slice(at + 16, length)
                .ok_or_else(|| corrupt(format!("attributes of inode {}", inode.number)))?;
            let is_wanted = prefix(fields.u8(at + 1)).and_then(|prefix| wanted.strip_prefix(prefix)) == Some(name);
            if is_wanted {
                let (offset, source) = (usize::from(fields.u16_le(at + 2)), u64::from(fields.u32_le(at + 4)));
                return self.value(inode, fields, offset, source, u64::from(fields.u32_le(at + 8))).map(Some);
            }
            at += (16 + length).next_multiple_of(4);
        }
        Ok(None)
    }

    fn value(
        &self,
        inode: &Inode,
        fields: Fields<'_>,
        offset: usize,
        source: u64,
        size: u64,
    ) -> Result<Vec<u8>, FileSystemError> {
        if size > MAX_VALUE {
            return Err(FileSystemError::Limit(format!("attribute of {size} bytes of inode {}", inode.number)));
        }
        let broken = || corrupt(format!("attribute value of inode {}", inode.number));
        if source == 0 {
            return fields.slice(offset, size as usize).map(<[u8]>::to_vec).ok_or_else(broken);
        }
        // A large value has an inode of its own, whose content it is.
        let holder = self.inode(source)?;
        let mut value = vec![0; size as usize];
        if self.read_mapped(&holder, 0, &mut value)? == value.len() { Ok(value) } else { Err(broken()) }
    }
}
