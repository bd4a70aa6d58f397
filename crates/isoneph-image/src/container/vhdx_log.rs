//! The log of a VHDX ([MS-VHDX] 2.3), applied in memory.
//!
//! The active sequence is a run of sound entries, one after another, whose first is where its last says that it begins;
//! of several such runs the one with the newest entry counts.

use super::disk::{Disk, DiskError, read_vec};
use super::vhdx::{Header, MIB, corrupt};
use crate::bytes::{Fields, crc32c_without};
use std::collections::BTreeMap;

/// Bytes of a page of the log.
pub(super) const PAGE: usize = 4096;

const MAX_LOG: u64 = 64 << 20;
/// Pages that a log may replace, and that one entry may clear.
const MAX_PAGES: usize = 1 << 16;
/// Entries looked at in the search for the active sequence.
const MAX_STEPS: usize = 1 << 20;

/// What the log puts in the place of pages of the file; none for zeroes.
pub(super) type Pages = BTreeMap<u64, Option<Box<[u8]>>>;

/// One page of them.
type Page = (u64, Option<Box<[u8]>>);

/// What an entry says of itself.
#[derive(Clone, Copy)]
struct Entry {
    sequence: u64,
    tail: u64,
    length: u64,
}

struct Log<'a> {
    bytes: Vec<u8>,
    header: &'a Header,
}

/// The pages of the active sequence.
pub(super) fn replay(file: &dyn Disk, header: &Header) -> Result<Pages, DiskError> {
    let length = header.log_length;
    if length == 0 || length > MAX_LOG || !length.is_multiple_of(MIB) {
        return Err(corrupt(format!("log of {length} bytes")));
    }
    let log = Log { bytes: read_vec(file, header.log_place, length as usize)?, header };
    let entries = log.entries()?;
    let (start, newest) =
        active(&entries, length)?.ok_or_else(|| corrupt("the log is in use, and no entry is whole"))?;
    let (mut pages, mut at) = (Pages::new(), start);
    while let Some(entry) = entries.get((at / PAGE as u64) as usize).copied().flatten() {
        let found = log.pages(at, entry).ok_or_else(|| corrupt(format!("log entry at {at:#x}")))?;
        pages.extend(found);
        if pages.len() > MAX_PAGES {
            return Err(DiskError::Limit(format!("VHDX log of more than {MAX_PAGES} pages")));
        }
        at = (at + entry.length) % length;
        if entry.sequence == newest {
            break;
        }
    }
    Ok(pages)
}

/// Where the active sequence begins, and the number of its last entry.
fn active(entries: &[Option<Entry>], length: u64) -> Result<Option<(u64, u64)>, DiskError> {
    let mut best: Option<(u64, u64)> = None;
    let mut steps = 0;
    for first in 0..entries.len() {
        let start = (first * PAGE) as u64;
        let (mut at, mut covered, mut last) = (start, 0, None::<Entry>);
        while let Some(entry) = entries.get((at / PAGE as u64) as usize).copied().flatten() {
            steps += 1;
            if steps > MAX_STEPS {
                return Err(DiskError::Limit("entries of the VHDX log".to_owned()));
            }
            covered += entry.length;
            let continues = last.is_none_or(|last| entry.sequence == last.sequence.wrapping_add(1));
            if !continues || covered > length {
                break;
            }
            at = (at + entry.length) % length;
            last = Some(entry);
        }
        if let Some(last) = last.filter(|last| last.tail == start)
            && best.is_none_or(|(_, newest)| last.sequence > newest)
        {
            best = Some((start, last.sequence));
        }
    }
    Ok(best)
}

impl Log<'_> {
    /// The bytes from a place of the ring.
    fn from(&self, at: u64, length: usize) -> Vec<u8> {
        let start = at as usize % self.bytes.len();
        let first = length.min(self.bytes.len() - start);
        let mut bytes = self.bytes[start..start + first].to_vec();
        bytes.extend_from_slice(&self.bytes[..(length - first).min(start)]);
        bytes
    }

    /// The sound entry that begins at each page, if one does.
    fn entries(&self) -> Result<Vec<Option<Entry>>, DiskError> {
        // Every entry's checksum costs its length: overlapping claims must not make that quadratic.
        let mut budget = self.bytes.len() * 8;
        let mut entries = Vec::with_capacity(self.bytes.len() / PAGE);
        for at in (0..self.bytes.len()).step_by(PAGE) {
            let head = self.from(at as u64, 64);
            let fields = Fields(&head);
            let length = fields.u32_le(8) as usize;
            let is_entry = head.starts_with(b"loge") && fields.slice(32, 16) == Some(&self.header.log_id);
            if !is_entry || length == 0 || !length.is_multiple_of(PAGE) || length > self.bytes.len() {
                entries.push(None);
                continue;
            }
            budget =
                budget.checked_sub(length).ok_or_else(|| DiskError::Limit("entries of the VHDX log".to_owned()))?;
            let is_sound = crc32c_without(&self.from(at as u64, length), 4) == fields.u32_le(4);
            let (sequence, tail) = (fields.u64_le(16), u64::from(fields.u32_le(12)));
            entries.push(is_sound.then_some(Entry { sequence, tail, length: length as u64 }));
        }
        Ok(entries)
    }

    /// The pages that an entry replaces; none when it contradicts itself.
    fn pages(&self, at: u64, entry: Entry) -> Option<Vec<Page>> {
        let bytes = self.from(at, entry.length as usize);
        let fields = Fields(&bytes);
        let count = fields.u32_le(24) as usize;
        if count > bytes.len() / 32 {
            return None;
        }
        let mut data = (64 + count * 32).next_multiple_of(PAGE);
        let mut pages = Vec::new();
        for descriptor in (0..count).map(|index| 64 + index * 32) {
            let place = fields.u64_le(descriptor + 16);
            if fields.u64_le(descriptor + 24) != entry.sequence || !place.is_multiple_of(PAGE as u64) {
                return None;
            }
            match fields.slice(descriptor, 4)? {
                b"zero" => {
                    let cleared = fields.u64_le(descriptor + 8) / PAGE as u64;
                    if cleared > (MAX_PAGES - pages.len().min(MAX_PAGES)) as u64 {
                        return None;
                    }
                    pages.extend((0..cleared).map(|index| (place.saturating_add(index * PAGE as u64), None)));
                }
                b"desc" => {
                    pages.push((place, Some(page(fields, descriptor, data, entry.sequence)?)));
                    data += PAGE;
                }
                _ => return None,
            }
        }
        Some(pages)
    }
}

/// A page: its first eight and last four bytes are in the descriptor, the rest in a sector of the entry.
fn page(fields: Fields<'_>, descriptor: usize, data: usize, sequence: u64) -> Option<Box<[u8]>> {
    let sector = fields.slice(data, PAGE)?;
    let written = u64::from(Fields(sector).u32_le(4)) << 32 | u64::from(Fields(sector).u32_le(PAGE - 4));
    if !sector.starts_with(b"data") || written != sequence {
        return None;
    }
    let mut page = sector.to_vec();
    page[..8].copy_from_slice(fields.slice(descriptor + 8, 8)?);
    page[PAGE - 4..].copy_from_slice(fields.slice(descriptor + 4, 4)?);
    Some(page.into_boxed_slice())
}
