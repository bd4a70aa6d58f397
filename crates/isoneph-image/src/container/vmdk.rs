//! VMware's VMDK: a text descriptor, and extents that are flat or sparse (VMware's "Virtual Disk Format 1.1").
//!
//! A monolithic sparse file holds its descriptor and one extent; a stream-optimised one has compressed grains and keeps
//! its directory at the end. Where a descriptor names extents in other files, only names that VMware itself derives from
//! the descriptor's (`disk-flat.vmdk`, `disk-s001.vmdk`, …) are followed without leave: see [`Extent`].

use super::cache::Kept;
use super::disk::{Disk, DiskError, check_range, read_vec};
use super::inflate;
use crate::bytes::Fields;
use std::sync::{Arc, Mutex, PoisonError};

const SECTOR: u64 = 512;
/// Bytes of a descriptor at most.
pub(crate) const MAX_DESCRIPTOR: u64 = 64 * 1024;
/// Extents of a disk at most: 2 TiB in pieces of 2 GiB.
const MAX_EXTENTS: usize = 1024;
/// Entries of a grain directory at most: 64 TiB in grains of 64 KiB.
const MAX_DIRECTORY: u64 = 1 << 21;
/// Bytes of grain tables kept, and of decompressed grains.
const KEPT_TABLE_BYTES: usize = 4 << 20;
const KEPT_GRAIN_BYTES: usize = 16 << 20;
const AT_END: u64 = u64::MAX;

const FLAG_ZERO_GRAIN: u32 = 1 << 2;
const FLAG_COMPRESSED: u32 = 1 << 16;

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "VMDK", what: what.into() }
}

/// One line of a descriptor: a piece of the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Its length in bytes.
    pub(crate) length: u64,
    /// `FLAT`, `SPARSE`, `ZERO`, …
    pub(crate) kind: String,
    /// The file that holds it; empty for `ZERO`.
    pub(crate) file: String,
    /// Where in the file a flat extent begins, in bytes.
    pub(crate) offset: u64,
}

/// What a descriptor says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// `monolithicSparse`, `monolithicFlat`, `streamOptimized`, …
    pub(crate) create_type: String,
    pub(crate) extents: Vec<Extent>,
}

impl Descriptor {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DiskError> {
        let text = crate::bytes::label_text(bytes);
        let (mut create_type, mut extents) = (String::new(), Vec::new());
        for line in text.lines().map(str::trim) {
            if let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                match key {
                    "createType" => create_type = value.trim_matches('"').to_owned(),
                    "parentCID" if !value.eq_ignore_ascii_case("ffffffff") => {
                        return Err(DiskError::Unsupported("VMDK that is a difference to a parent disk".to_owned()));
                    }
                    "encoding" => {}
                    _ if key.starts_with("encryption") => {
                        return Err(DiskError::Unsupported("encrypted VMDK".to_owned()));
                    }
                    _ => {}
                }
            }
            if let Some(extent) = extent(line)? {
                extents.push(extent);
            }
            if extents.len() > MAX_EXTENTS {
                return Err(DiskError::Limit(format!("VMDK of more than {MAX_EXTENTS} extents")));
            }
        }
        Ok(Self { create_type, extents })
    }
}

/// `RW 1310720 FLAT "disk-flat.vmdk" 0`
fn extent(line: &str) -> Result<Option<Extent>, DiskError> {
    let Some(rest) = ["RW ", "RDONLY "].iter().find_map(|access| line.strip_prefix(access)) else { return Ok(None) };
    let (before, quoted) = rest.split_once('"').unwrap_or((rest, ""));
    let (file, after) = quoted.split_once('"').unwrap_or((quoted, ""));
    let mut words = before.split_whitespace();
    let sectors = words.next().and_then(|word| word.parse::<u64>().ok());
    let offset = after.split_whitespace().next().map_or(Some(0), |word| word.parse::<u64>().ok());
    let bytes = |sectors: Option<u64>| sectors.and_then(|count| count.checked_mul(SECTOR));
    match (bytes(sectors), words.next(), bytes(offset)) {
        (Some(length), Some(kind), Some(offset)) => {
            Ok(Some(Extent { length, kind: kind.to_owned(), file: file.to_owned(), offset }))
        }
        _ => Err(corrupt("descriptor: line of an extent")),
    }
}

/// Whether VMware would derive this extent's file name from the descriptor's own: `NAME-flat.vmdk`, `NAME-s001.vmdk`.
pub(crate) fn is_derived_name(descriptor: &str, extent: &str) -> bool {
    let rest = descriptor.strip_suffix(".vmdk").and_then(|stem| extent.strip_prefix(stem));
    let Some(mark) = rest.and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".vmdk")) else { return false };
    let numbered = |mark: &str| !mark.is_empty() && mark.bytes().all(|byte| byte.is_ascii_digit());
    mark == "flat" || mark.strip_prefix(['s', 'f']).is_some_and(numbered)
}

/// A sparse extent.
pub(crate) struct Sparse<D> {
    file: D,
    length: u64,
    grain: u64,
    entries: u64,
    directory: Vec<u32>,
    compressed: bool,
    zero_grains: bool,
    tables: Mutex<Kept<Box<[u8]>>>,
    grains: Mutex<Kept<Box<[u8]>>>,
}

/// The descriptor in a sparse file, if it holds one.
pub(crate) fn embedded_descriptor(file: &dyn Disk) -> Result<Option<Descriptor>, DiskError> {
    let header = read_vec(file, 0, SECTOR as usize)?;
    let fields = Fields(&header);
    let (offset, size) = (fields.u64_le(28).saturating_mul(SECTOR), fields.u64_le(36).saturating_mul(SECTOR));
    if offset == 0 || size == 0 {
        return Ok(None);
    }
    let bytes = read_vec(file, offset, size.min(MAX_DESCRIPTOR) as usize)?;
    Descriptor::parse(&bytes).map(Some)
}

impl<D: Disk> Sparse<D> {
    pub(crate) fn new(file: D) -> Result<Self, DiskError> {
        let mut header = read_vec(&file, 0, SECTOR as usize)?;
        if Fields(&header).u64_le(56) == AT_END {
            // Stream-optimised: footer, and one sector that marks the end of the stream.
            let place = file.length().checked_sub(2 * SECTOR).ok_or_else(|| corrupt("no footer"))?;
            header = read_vec(&file, place, SECTOR as usize)?;
        }
        let fields = Fields(&header);
        if !header.starts_with(b"KDMV") || !matches!(fields.u32_le(4), 1..=3) {
            return Err(corrupt("no header of a sparse extent"));
        }
        let (flags, capacity, grain) = (fields.u32_le(8), fields.u64_le(12), fields.u64_le(20));
        let (entries, place) = (u64::from(fields.u32_le(44)), fields.u64_le(56));
        let compressed = flags & FLAG_COMPRESSED != 0;
        if compressed && fields.u16_le(77) != 1 {
            return Err(DiskError::Unsupported(format!("VMDK compression {}", fields.u16_le(77))));
        }
        let length = capacity.checked_mul(SECTOR).ok_or_else(|| corrupt("capacity"))?;
        // Grains of 4 KiB to 2 MiB; tables of 512 entries are the only ones ever written.
        if !(8..=4096).contains(&grain) || !grain.is_power_of_two() || !(1..=65536).contains(&entries) {
            return Err(corrupt(format!("grains of {grain} sectors, tables of {entries}")));
        }
        let count = capacity.div_ceil(grain * entries);
        if count > MAX_DIRECTORY {
            return Err(DiskError::Limit(format!("VMDK of {count} grain tables")));
        }
        let place = place.checked_mul(SECTOR).ok_or_else(|| corrupt("place of the grain directory"))?;
        let bytes = read_vec(&file, place, count as usize * 4)?;
        let directory = bytes.chunks_exact(4).map(|entry| Fields(entry).u32_le(0)).collect();
        let grain = grain * SECTOR;
        let tables = Mutex::new(Kept::new(KEPT_TABLE_BYTES / (entries as usize * 4)));
        let grains = Mutex::new(Kept::new(KEPT_GRAIN_BYTES / grain as usize));
        let zero_grains = flags & FLAG_ZERO_GRAIN != 0;
        Ok(Self { file, length, grain, entries, directory, compressed, zero_grains, tables, grains })
    }

    /// The first byte of a grain in the file; zero when it was never written.
    fn place(&self, grain: u64) -> Result<u64, DiskError> {
        let (table, index) = (grain / self.entries, (grain % self.entries) as usize * 4);
        let table = u64::from(self.directory.get(table as usize).copied().unwrap_or(0)) * SECTOR;
        if table == 0 {
            return Ok(0);
        }
        // What is kept is always whole: a panic elsewhere cannot have torn it.
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let sector = match tables.get(table) {
            Some(bytes) => Fields(bytes).u32_le(index),
            None => {
                let bytes = read_vec(&self.file, table, self.entries as usize * 4)?;
                Fields(tables.insert(table, bytes.into_boxed_slice())).u32_le(index)
            }
        };
        Ok(if sector == 1 && self.zero_grains { 0 } else { u64::from(sector) * SECTOR })
    }

    fn read_compressed(&self, place: u64, within: usize, buffer: &mut [u8]) -> Result<(), DiskError> {
        let mut grains = self.grains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(grain) = grains.get(place) {
            buffer.copy_from_slice(&grain[within..within + buffer.len()]);
            return Ok(());
        }
        let marker = read_vec(&self.file, place, 12)?;
        let size = u64::from(Fields(&marker).u32_le(8));
        // Deflate never makes more of a grain than its length and a little.
        if size == 0 || size > 2 * self.grain + 1024 {
            return Err(corrupt(format!("grain of {size} bytes at {place:#x}")));
        }
        let packed = read_vec(&self.file, place + 12, size as usize)?;
        let unpacked = inflate::zlib(&packed, self.grain as usize);
        let unpacked = unpacked.map_err(|what| corrupt(format!("grain at {place:#x}: {what}")))?;
        buffer.copy_from_slice(&grains.insert(place, unpacked)[within..within + buffer.len()]);
        Ok(())
    }
}

impl<D: Disk> Disk for Sparse<D> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        while !buffer.is_empty() {
            let within = offset % self.grain;
            let count = (self.grain - within).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            match self.place(offset / self.grain)? {
                0 => now.fill(0),
                place if self.compressed => self.read_compressed(place, within as usize, now)?,
                place => self.file.read_at(place + within, now)?,
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}

/// First byte, length, and the disk of a piece; one without a disk is zero.
type Piece = (u64, u64, Option<Arc<dyn Disk>>);

/// Pieces one after another.
pub(crate) struct Pieces {
    pieces: Vec<Piece>,
    length: u64,
}

impl Pieces {
    /// Joins pieces of the given lengths; one without a disk is zero.
    pub(crate) fn new(parts: Vec<(u64, Option<Arc<dyn Disk>>)>) -> Result<Self, DiskError> {
        let (mut pieces, mut length) = (Vec::new(), 0_u64);
        for (size, disk) in parts {
            pieces.push((length, size, disk));
            length = length.checked_add(size).ok_or_else(|| corrupt("length of the extents"))?;
        }
        Ok(Self { pieces, length })
    }
}

impl Disk for Pieces {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        while !buffer.is_empty() {
            let index = self.pieces.partition_point(|(start, size, _)| start + size <= offset);
            // The range was checked: some piece holds the offset.
            let Some((start, size, disk)) = self.pieces.get(index) else { return Err(corrupt("extents")) };
            let count = (start + size - offset).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            match disk {
                Some(disk) => disk.read_at(offset - start, now)?,
                None => now.fill(0),
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}
