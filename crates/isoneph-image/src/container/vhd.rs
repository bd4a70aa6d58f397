//! Microsoft's VHD, fixed and dynamic ("Virtual Hard Disk Image Format Specification", 2006).

use super::disk::{Disk, DiskError, check_range, read_vec};
use crate::bytes::Fields;

const FOOTER: u64 = 512;
const SECTOR: u64 = 512;
/// Blocks of a disk at most: 2040 GiB in blocks of 512 KiB.
const MAX_BLOCKS: u32 = 1 << 22;
const UNUSED: u32 = u32::MAX;

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "VHD", what: what.into() }
}

/// The footer, or its copy at the start of a dynamic disk.
fn footer(file: &dyn Disk) -> Result<Vec<u8>, DiskError> {
    let end = file.length().checked_sub(FOOTER).ok_or_else(|| corrupt("no footer"))?;
    for place in [end, 0] {
        let bytes = read_vec(file, place, FOOTER as usize)?;
        if bytes.starts_with(b"conectix") && checksum(&bytes, 64) == Fields(&bytes).u32_be(64) {
            return Ok(bytes);
        }
    }
    Err(corrupt("checksum of the footer"))
}

/// The ones' complement of the sum of all bytes but the checksum's own four.
fn checksum(bytes: &[u8], field: usize) -> u32 {
    let counted = bytes.iter().enumerate().filter(|(at, _)| !(field..field + 4).contains(at));
    !counted.fold(0_u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}

/// A VHD file as a disk.
pub(crate) struct Vhd<D> {
    file: D,
    length: u64,
    /// Of a dynamic disk: the sector of each block, and its sizes.
    blocks: Option<Blocks>,
}

struct Blocks {
    table: Vec<u32>,
    size: u64,
    bitmap: u64,
}

impl<D: Disk> Vhd<D> {
    pub(crate) fn new(file: D) -> Result<Self, DiskError> {
        let footer = footer(&file)?;
        let fields = Fields(&footer);
        let length = fields.u64_be(48);
        match fields.u32_be(60) {
            2 if length <= file.length() => Ok(Self { file, length, blocks: None }),
            2 => Err(corrupt(format!("a disk of {length} bytes in a file of {}", file.length()))),
            3 => {
                let blocks = Blocks::read(&file, fields.u64_be(16), length)?;
                Ok(Self { file, length, blocks: Some(blocks) })
            }
            4 => Err(DiskError::Unsupported("VHD that is a difference to a parent disk".to_owned())),
            other => Err(DiskError::Unsupported(format!("VHD of type {other}"))),
        }
    }

    /// `dynamic` or `fixed`.
    pub(crate) fn form(&self) -> &'static str {
        if self.blocks.is_some() { "dynamic" } else { "fixed" }
    }
}

impl Blocks {
    fn read(file: &dyn Disk, place: u64, length: u64) -> Result<Self, DiskError> {
        let header = read_vec(file, place, 1024)?;
        let fields = Fields(&header);
        if !header.starts_with(b"cxsparse") || checksum(&header, 36) != fields.u32_be(36) {
            return Err(corrupt("header of the dynamic disk"));
        }
        let (table, count, size) = (fields.u64_be(16), fields.u32_be(28), u64::from(fields.u32_be(32)));
        if !(SECTOR..=256 << 20).contains(&size) || !size.is_power_of_two() {
            return Err(corrupt(format!("blocks of {size} bytes")));
        }
        if count > MAX_BLOCKS {
            return Err(DiskError::Limit(format!("VHD of {count} blocks")));
        }
        if u64::from(count).saturating_mul(size) < length {
            return Err(corrupt(format!("{count} blocks for a disk of {length} bytes")));
        }
        let bytes = read_vec(file, table, count as usize * 4)?;
        let table = bytes.chunks_exact(4).map(|entry| Fields(entry).u32_be(0)).collect();
        // One bit a sector before each block, in whole sectors.
        let bitmap = (size / SECTOR).div_ceil(8).next_multiple_of(SECTOR);
        Ok(Self { table, size, bitmap })
    }
}

impl<D: Disk> Disk for Vhd<D> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        let Some(blocks) = &self.blocks else { return self.file.read_at(offset, buffer) };
        while !buffer.is_empty() {
            let within = offset % blocks.size;
            let count = (blocks.size - within).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            // Sectors that the bitmap marks unwritten are zero in the block as well: it was cleared when it was added.
            match blocks.table.get((offset / blocks.size) as usize).copied().unwrap_or(UNUSED) {
                UNUSED => now.fill(0),
                sector => self.file.read_at(u64::from(sector) * SECTOR + blocks.bitmap + within, now)?,
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}
