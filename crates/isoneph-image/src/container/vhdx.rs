//! Microsoft's VHDX ([MS-VHDX]), fixed and dynamic, its log applied in memory.

use super::disk::{Disk, DiskError, check_range, read_vec};
use super::vhdx_log::{self, PAGE, Pages};
use crate::bytes::{Fields, crc32c_without};

const KIB_64: u64 = 64 << 10;
pub(super) const MIB: u64 = 1 << 20;
/// Blocks at most: 64 TiB in blocks of 1 MiB, and a bitmap entry for every so many.
const MAX_TABLE: u64 = 1 << 27;

/// GUIDs as they are written.
const REGION_TABLE: [u8; 16] = guid(0x2DC2_7766, 0xF623, 0x4200, [0x9D, 0x64, 0x11, 0x5E, 0x9B, 0xFD, 0x4A, 0x08]);
const REGION_METADATA: [u8; 16] = guid(0x8B7C_A206, 0x4790, 0x4B9A, [0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E]);
const ITEM_PARAMETERS: [u8; 16] = guid(0xCAA1_6737, 0xFA36, 0x4D43, [0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B]);
const ITEM_SIZE: [u8; 16] = guid(0x2FA5_4224, 0xCD1B, 0x4876, [0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8]);
const ITEM_SECTOR: [u8; 16] = guid(0x8141_BF1D, 0xA96F, 0x4709, [0xBA, 0x47, 0xF2, 0x33, 0xA8, 0xFA, 0xAB, 0x5F]);

const fn guid(first: u32, second: u16, third: u16, rest: [u8; 8]) -> [u8; 16] {
    let (a, b, c, r) = (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes(), rest);
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]]
}

pub(super) fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "VHDX", what: what.into() }
}

/// A VHDX file as a disk.
pub(crate) struct Vhdx<D> {
    file: Logged<D>,
    length: u64,
    block: u64,
    /// Blocks between two bitmap entries of the table.
    ratio: u64,
    table: Vec<u64>,
}

/// A file with the pages that its log holds over it.
struct Logged<D> {
    file: D,
    pages: Pages,
    length: u64,
}

impl<D: Disk> Vhdx<D> {
    pub(crate) fn new(file: D) -> Result<Self, DiskError> {
        let header = header(&file)?;
        let pages = if header.log_id == [0; 16] { Pages::new() } else { vhdx_log::replay(&file, &header)? };
        let grown = pages.keys().last().map_or(0, |last| last + PAGE as u64);
        let length = file.length().max(grown);
        let file = Logged { file, pages, length };
        let (table, metadata) = regions(&file)?;
        let Metadata { block, length, sector } = metadata_of(&file, metadata)?;
        let ratio = (sector << 23) / block;
        let blocks = length.div_ceil(block);
        let count = blocks + blocks.saturating_sub(1) / ratio;
        if count * 8 > MAX_TABLE || count * 8 > table.1 {
            return Err(corrupt(format!("a table of {} bytes for {count} blocks", table.1)));
        }
        let bytes = read_vec(&file, table.0, count as usize * 8)?;
        let table = bytes.chunks_exact(8).map(|entry| Fields(entry).u64_le(0)).collect();
        Ok(Self { file, length, block, ratio, table })
    }

    /// Pages of the log that were applied.
    pub(crate) fn replayed_pages(&self) -> usize {
        self.file.pages.len()
    }
}

impl<D: Disk> Disk for Vhdx<D> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        while !buffer.is_empty() {
            let (block, within) = (offset / self.block, offset % self.block);
            let count = (self.block - within).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            let entry = self.table.get((block + block / self.ratio) as usize).copied().unwrap_or(0);
            match entry & 7 {
                // Not present, undefined, zero, unmapped: a reader is given zeroes.
                0..=3 => now.fill(0),
                6 => self.file.read_at(((entry >> 20) * MIB).saturating_add(within), now)?,
                other => return Err(corrupt(format!("block {block} in state {other}"))),
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}

impl<D: Disk> Disk for Logged<D> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        if self.pages.is_empty() {
            return self.file.read_at(offset, buffer);
        }
        check_range(offset, buffer.len(), self.length)?;
        let page_size = PAGE as u64;
        let (mut offset, mut buffer) = (offset, buffer);
        while !buffer.is_empty() {
            let within = (offset % page_size) as usize;
            let count = (PAGE - within).min(buffer.len());
            let (now, rest) = buffer.split_at_mut(count);
            match self.pages.get(&(offset - within as u64)) {
                Some(Some(page)) => now.copy_from_slice(&page[within..within + count]),
                Some(None) => now.fill(0),
                None => self.file.read_at(offset, now)?,
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}

/// What a header says of the log.
pub(super) struct Header {
    pub(super) log_id: [u8; 16],
    pub(super) log_place: u64,
    pub(super) log_length: u64,
}

/// The newer of the two headers whose checksum holds.
fn header(file: &dyn Disk) -> Result<Header, DiskError> {
    let mut newest: Option<(u64, Header)> = None;
    for place in [KIB_64, 2 * KIB_64] {
        let bytes = read_vec(file, place, 4096)?;
        let fields = Fields(&bytes);
        if !bytes.starts_with(b"head") || crc32c_without(&bytes, 4) != fields.u32_le(4) {
            continue;
        }
        let sequence = fields.u64_le(8);
        if newest.as_ref().is_some_and(|(other, _)| *other >= sequence) {
            continue;
        }
        if fields.u16_le(66) != 1 {
            return Err(DiskError::Unsupported(format!("VHDX version {}", fields.u16_le(66))));
        }
        let log_id = fields.slice(48, 16).and_then(|id| id.try_into().ok()).unwrap_or([0; 16]);
        let (log_length, log_place) = (u64::from(fields.u32_le(68)), fields.u64_le(72));
        newest = Some((sequence, Header { log_id, log_place, log_length }));
    }
    newest.map(|(_, header)| header).ok_or_else(|| corrupt("checksums of both headers"))
}

type Range = (u64, u64);

/// The places of the block table and of the metadata.
fn regions(file: &dyn Disk) -> Result<(Range, Range), DiskError> {
    for place in [3 * KIB_64, 4 * KIB_64] {
        let bytes = read_vec(file, place, KIB_64 as usize)?;
        let fields = Fields(&bytes);
        let count = fields.u32_le(8) as usize;
        if !bytes.starts_with(b"regi") || crc32c_without(&bytes, 4) != fields.u32_le(4) || count > 2047 {
            continue;
        }
        let (mut table, mut metadata) = (None, None);
        for at in (0..count).map(|index| 16 + index * 32) {
            let range = (fields.u64_le(at + 16), u64::from(fields.u32_le(at + 24)));
            match fields.slice(at, 16) {
                Some(id) if id == REGION_TABLE => table = Some(range),
                Some(id) if id == REGION_METADATA => metadata = Some(range),
                _ if fields.u32_le(at + 28) & 1 == 0 => {}
                _ => return Err(DiskError::Unsupported("VHDX with a required region that is not known".to_owned())),
            }
        }
        return table.zip(metadata).ok_or_else(|| corrupt("a region is missing"));
    }
    Err(corrupt("checksums of both region tables"))
}

struct Metadata {
    block: u64,
    length: u64,
    sector: u64,
}

fn metadata_of(file: &dyn Disk, (place, size): Range) -> Result<Metadata, DiskError> {
    let bytes = read_vec(file, place, size.min(MIB) as usize)?;
    let fields = Fields(&bytes);
    let count = usize::from(fields.u16_le(10));
    if !bytes.starts_with(b"metadata") || count > 2047 {
        return Err(corrupt("metadata"));
    }
    let mut found = Metadata { block: 0, length: 0, sector: 0 };
    let mut has_parent = false;
    for at in (0..count).map(|index| 32 + index * 32) {
        let item = fields.u32_le(at + 16) as usize;
        match fields.slice(at, 16) {
            Some(id) if id == ITEM_PARAMETERS => {
                found.block = u64::from(fields.u32_le(item));
                has_parent = fields.u32_le(item.saturating_add(4)) & 2 != 0;
            }
            Some(id) if id == ITEM_SIZE => found.length = fields.u64_le(item),
            Some(id) if id == ITEM_SECTOR => found.sector = u64::from(fields.u32_le(item)),
            _ => {}
        }
    }
    if has_parent {
        return Err(DiskError::Unsupported("VHDX that is a difference to a parent disk".to_owned()));
    }
    let sizes_hold = (MIB..=256 * MIB).contains(&found.block) && found.block.is_power_of_two();
    if !sizes_hold || !matches!(found.sector, 512 | 4096) || found.length > 64 << 40 {
        return Err(corrupt("sizes in the metadata"));
    }
    Ok(found)
}
