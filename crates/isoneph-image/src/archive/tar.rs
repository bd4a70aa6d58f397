//! Headers of tar: ustar, with the extensions of GNU and of pax (POSIX.1-2001).

use super::files::{Content, Entry};
use crate::filesystem::FileSystemError;
use crate::tree::Kind;
use std::collections::BTreeMap;

/// Bytes of a header, and of the unit to which content is padded.
pub(super) const BLOCK: usize = 512;
/// Bytes of a pax header or of a long name at most.
pub(super) const MAX_EXTENSION: u64 = 1 << 20;

fn corrupt(what: impl Into<String>) -> FileSystemError {
    FileSystemError::Corrupt(what.into())
}

/// Whether a block is a header: its checksum holds.
pub(super) fn is_header(block: &[u8]) -> bool {
    let counted = |(at, byte): (usize, &u8)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte });
    let sum: u64 = block.iter().enumerate().map(counted).sum();
    block.len() == BLOCK && block[0] != 0 && number(&block[148..156]) == Some(sum)
}

/// A number in octal, or in base 256 when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let (high, low) = field.split_at(field.len().saturating_sub(8));
        let first = high.first().map_or(0, |byte| byte & 0x7F);
        if first != 0 || high.iter().skip(1).any(|byte| *byte != 0) {
            return None;
        }
        let low = if high.is_empty() { [&[low[0] & 0x7F], &low[1..]].concat() } else { low.to_vec() };
        return Some(low.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let digits = field.split(|byte| *byte == 0).next()?.trim_ascii();
    if digits.is_empty() {
        return Some(0);
    }
    let text = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(text, 8).ok()
}

fn text(field: &[u8]) -> Vec<u8> {
    field.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

/// What a header says, before extensions.
pub(super) struct Header {
    pub(super) kind: u8,
    pub(super) size: u64,
    path: Vec<u8>,
    link: Vec<u8>,
    mode: u64,
    uid: u64,
    gid: u64,
    modified: u64,
}

impl Header {
    pub(super) fn parse(block: &[u8]) -> Result<Self, FileSystemError> {
        if !is_header(block) {
            return Err(corrupt("tar: checksum of a header"));
        }
        let field = |start: usize, length: usize| &block[start..start + length];
        let read = |start, length, name| number(field(start, length)).ok_or_else(|| corrupt(format!("tar: {name}")));
        let mut path = text(field(0, 100));
        let prefix = text(field(345, 155));
        if field(257, 6) == b"ustar\0" && !prefix.is_empty() {
            path = [&prefix[..], b"/", &path].concat();
        }
        Ok(Self {
            kind: block[156],
            size: read(124, 12, "size")?,
            path,
            link: text(field(157, 100)),
            mode: read(100, 8, "mode")?,
            uid: read(108, 8, "uid")?,
            gid: read(116, 8, "gid")?,
            // A time that cannot be read is none of our questions.
            modified: number(field(136, 12)).unwrap_or(0),
        })
    }
}

/// What the headers before an entry say of it.
#[derive(Default)]
pub(super) struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    values: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Extensions {
    /// Takes the content of a header of kind `L`, `K` or `x`.
    pub(super) fn take(&mut self, kind: u8, content: &[u8]) -> Result<(), FileSystemError> {
        match kind {
            b'L' => self.path = Some(text(content)),
            b'K' => self.link = Some(text(content)),
            _ => self.take_pax(content)?,
        }
        Ok(())
    }

    /// `LENGTH KEY=VALUE\n`, again and again.
    fn take_pax(&mut self, mut content: &[u8]) -> Result<(), FileSystemError> {
        let broken = || corrupt("tar: pax header");
        while !content.is_empty() && content[0] != 0 {
            let space = content.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
            let length = std::str::from_utf8(&content[..space]).ok().and_then(|text| text.parse::<usize>().ok());
            let (record, rest) = length.and_then(|length| content.split_at_checked(length)).ok_or_else(broken)?;
            let record = record.get(space + 1..).and_then(|record| record.strip_suffix(b"\n")).ok_or_else(broken)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(broken)?;
            self.values.insert(record[..equals].to_vec(), record[equals + 1..].to_vec());
            content = rest;
        }
        Ok(())
    }

    fn number(&self, key: &str) -> Option<u64> {
        let text = std::str::from_utf8(self.values.get(key.as_bytes())?).ok()?;
        text.split('.').next()?.parse().ok()
    }

    /// The size of the content, which decides where the next header is.
    pub(super) fn size(&self, header: &Header) -> u64 {
        self.number("size").unwrap_or(header.size)
    }

    /// The entry that header and extensions describe; none for kinds that are no files.
    pub(super) fn entry(self, header: &Header, content: Content) -> Result<Option<Entry>, FileSystemError> {
        let is_sparse = header.kind == b'S' || self.values.keys().any(|key| key.starts_with(b"GNU.sparse."));
        let kind = match header.kind {
            b'0' | 0 | b'7' | b'S' if header.path.ends_with(b"/") && self.path.is_none() => Kind::Directory,
            b'0' | 0 | b'7' | b'S' | b'1' => Kind::File,
            b'2' => Kind::Symlink,
            b'3' => Kind::CharacterDevice,
            b'4' => Kind::BlockDevice,
            b'5' => Kind::Directory,
            b'6' => Kind::Fifo,
            _ => return Ok(None),
        };
        let narrow =
            |value: Option<u64>, other: u64| u32::try_from(value.unwrap_or(other)).map_err(|_| corrupt("tar: owner"));
        let size = if kind == Kind::File { self.size(header) } else { 0 };
        let named = |key: &[u8]| match key {
            b"SCHILY.acl.access" => Some(b"system.posix_acl_access".to_vec()),
            key => key.strip_prefix(b"SCHILY.xattr.").map(<[u8]>::to_vec),
        };
        let attributes = self.values.iter().filter_map(|(key, value)| Some((named(key)?, value.clone())));
        Ok(Some(Entry {
            attributes: attributes.collect(),
            uid: narrow(self.number("uid"), header.uid)?,
            gid: narrow(self.number("gid"), header.gid)?,
            modified: i64::try_from(self.number("mtime").unwrap_or(header.modified)).unwrap_or(0),
            mode: (header.mode & 0o7777) as u16,
            // A sparse file has its own name there, and one made up in the header.
            path: ["GNU.sparse.name", "path"]
                .iter()
                .find_map(|key| self.values.get(key.as_bytes()).cloned())
                .or(self.path)
                .unwrap_or_else(|| header.path.clone()),
            link: self.values.get(&b"linkpath"[..]).cloned().or(self.link).unwrap_or_else(|| header.link.clone()),
            is_hard_link: header.kind == b'1',
            kind,
            size,
            content: if is_sparse { Content::Unread("sparse file of tar") } else { content },
        }))
    }
}
