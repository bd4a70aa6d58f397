//! QEMU's qcow2, versions 2 and 3 (`docs/interop/qcow2.txt` of QEMU).
//!
//! Two levels of tables map clusters of the disk to places in the file. Compressed clusters (deflate, zstd), extended L2
//! entries (subclusters) and backing files are read; encryption and external data files are named and refused.

use super::cache::Kept;
use super::disk::{Disk, DiskError, check_range, read_vec};
use super::inflate;
use crate::bytes::Fields;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of the level-1 table at most, as in QEMU.
const MAX_L1_BYTES: u64 = 32 << 20;
/// Bytes of level-2 tables kept, and of decompressed clusters.
const KEPT_TABLE_BYTES: usize = 8 << 20;
const KEPT_CLUSTER_BYTES: usize = 16 << 20;

const OFFSET_MASK: u64 = 0x00FF_FFFF_FFFF_FE00;
const COMPRESSED: u64 = 1 << 62;
const ALL_ZERO: u64 = 1;

/// Feature bits without which a file cannot be read rightly.
const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;

/// A file that the image continues in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backing {
    /// Its name as written in the image.
    pub(crate) name: String,
    /// Its format as written, if it is: `raw`, `qcow2`, …
    pub(crate) format: Option<String>,
}

/// What the header says.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    cluster_bits: u32,
    size: u64,
    l1_offset: u64,
    l1_entries: u64,
    extended: bool,
    zstd: bool,
    pub(crate) version: u32,
    pub(crate) marked_corrupt: bool,
    pub(crate) backing: Option<Backing>,
}

/// A qcow2 file as a disk.
pub(crate) struct Qcow2<D> {
    file: D,
    header: Header,
    l1: Vec<u64>,
    backing: Option<Arc<dyn Disk>>,
    tables: Mutex<Kept<Box<[u8]>>>,
    clusters: Mutex<Kept<Box<[u8]>>>,
}

/// Where a piece of the disk is.
enum Piece {
    Zero,
    Backing,
    File(u64),
    Compressed { offset: u64, length: usize },
}

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "qcow2", what: what.into() }
}

impl Header {
    pub(crate) fn read(file: &dyn Disk) -> Result<Self, DiskError> {
        let start = read_vec(file, 0, file.length().min(4096) as usize)?;
        let fields = Fields(&start);
        if start.len() < 72 || fields.u32_be(0) != 0x5146_49FB {
            return Err(corrupt("no header"));
        }
        let version = fields.u32_be(4);
        if !matches!(version, 2 | 3) {
            return Err(DiskError::Unsupported(format!("qcow version {version}")));
        }
        match fields.u32_be(32) {
            0 => {}
            1 => return Err(DiskError::Unsupported("encrypted qcow2 (AES)".to_owned())),
            2 => return Err(DiskError::Unsupported("encrypted qcow2 (LUKS)".to_owned())),
            other => return Err(DiskError::Unsupported(format!("encrypted qcow2 (method {other})"))),
        }
        let features = if version == 3 { fields.u64_be(72) } else { 0 };
        let unknown = features & !(DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2);
        if unknown != 0 {
            return Err(DiskError::Unsupported(format!("qcow2 features {unknown:#x}")));
        }
        if features & EXTERNAL_DATA != 0 {
            return Err(DiskError::Unsupported("qcow2 with an external data file".to_owned()));
        }
        let zstd = match (features & COMPRESSION_TYPE != 0, fields.u8(104)) {
            (false, _) | (true, 0) => false,
            (true, 1) => true,
            (true, other) => return Err(DiskError::Unsupported(format!("qcow2 compression type {other}"))),
        };
        let header = Self {
            cluster_bits: fields.u32_be(20),
            size: fields.u64_be(24),
            l1_entries: u64::from(fields.u32_be(36)),
            l1_offset: fields.u64_be(40),
            extended: features & EXTENDED_L2 != 0,
            zstd,
            version,
            marked_corrupt: features & CORRUPT != 0,
            backing: backing(fields, version)?,
        };
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), DiskError> {
        let least = if self.extended { 14 } else { 9 };
        if !(least..=21).contains(&self.cluster_bits) {
            return Err(corrupt(format!("clusters of 2^{} bytes", self.cluster_bits)));
        }
        if self.l1_entries * 8 > MAX_L1_BYTES {
            return Err(DiskError::Limit(format!("qcow2 level-1 table of {} entries", self.l1_entries)));
        }
        let reach = u128::from(self.l1_entries) << (self.cluster_bits + self.table_bits());
        if u128::from(self.size) > reach {
            return Err(corrupt(format!("a disk of {} bytes, tables for {reach}", self.size)));
        }
        Ok(())
    }

    /// Two to this many entries are in a level-2 table.
    fn table_bits(&self) -> u32 {
        self.cluster_bits - if self.extended { 4 } else { 3 }
    }

    fn cluster(&self) -> u64 {
        1 << self.cluster_bits
    }
}

/// The name and format of the backing file; the format is in a header extension.
fn backing(fields: Fields<'_>, version: u32) -> Result<Option<Backing>, DiskError> {
    let (offset, length) = (fields.u64_be(8), fields.u32_be(16) as usize);
    if offset == 0 || length == 0 {
        return Ok(None);
    }
    let name = usize::try_from(offset).ok().filter(|_| length <= 1023).and_then(|offset| fields.slice(offset, length));
    let name = name.ok_or_else(|| corrupt("the name of the backing file is outside the header"))?;
    let mut at = if version == 3 { fields.u32_be(100) as usize } else { 72 };
    let mut format = None;
    while let Some(extension) = fields.slice(at, 8) {
        let (kind, size) = (Fields(extension).u32_be(0), Fields(extension).u32_be(4) as usize);
        if kind == 0 {
            break;
        }
        if kind == 0xE279_2ACA {
            format = fields.slice(at + 8, size).map(|text| String::from_utf8_lossy(text).into_owned());
        }
        let Some(next) = size.checked_next_multiple_of(8).and_then(|size| at.checked_add(8)?.checked_add(size)) else {
            break;
        };
        at = next;
    }
    Ok(Some(Backing { name: crate::tree::text_of_bytes(name), format }))
}

impl<D: Disk> Qcow2<D> {
    pub(crate) fn new(file: D, header: Header, backing: Option<Arc<dyn Disk>>) -> Result<Self, DiskError> {
        // The header's check keeps this under MAX_L1_BYTES.
        let bytes = read_vec(&file, header.l1_offset, (header.l1_entries * 8) as usize)?;
        let l1 = bytes.chunks_exact(8).map(|entry| Fields(entry).u64_be(0)).collect();
        let cluster = header.cluster() as usize;
        let tables = Mutex::new(Kept::new(KEPT_TABLE_BYTES / cluster));
        let clusters = Mutex::new(Kept::new(KEPT_CLUSTER_BYTES / cluster));
        Ok(Self { file, header, l1, backing, tables, clusters })
    }

    fn piece(&self, offset: u64) -> Result<Piece, DiskError> {
        let header = &self.header;
        let cluster = offset >> header.cluster_bits;
        let l1 = self.l1.get((cluster >> header.table_bits()) as usize).copied().unwrap_or(0) & OFFSET_MASK;
        if l1 == 0 {
            return Ok(Piece::Backing);
        }
        if l1 & (header.cluster() - 1) != 0 {
            return Err(corrupt(format!("level-2 table at {l1:#x}, off its cluster")));
        }
        let index = (cluster & ((1 << header.table_bits()) - 1)) as usize;
        let (entry, bitmap) = self.entry(l1, index)?;
        if entry & COMPRESSED != 0 {
            return Ok(self.compressed(entry));
        }
        let place = entry & OFFSET_MASK;
        let within = offset & (header.cluster() - 1);
        if header.extended {
            let sub = within / (header.cluster() / 32);
            let (allocated, zero) = (bitmap >> sub & 1 == 1, bitmap >> (sub + 32) & 1 == 1);
            return Ok(match (zero, allocated && place != 0) {
                (true, _) => Piece::Zero,
                (false, true) => Piece::File(place.saturating_add(within)),
                (false, false) => Piece::Backing,
            });
        }
        if header.version >= 3 && entry & ALL_ZERO != 0 {
            return Ok(Piece::Zero);
        }
        Ok(if place == 0 { Piece::Backing } else { Piece::File(place.saturating_add(within)) })
    }

    fn compressed(&self, entry: u64) -> Piece {
        let shift = 62 - (self.header.cluster_bits - 8);
        let offset = entry & ((1 << shift) - 1);
        let sectors = (entry >> shift) & ((1 << (self.header.cluster_bits - 8)) - 1);
        // At most 2^13 + 1 sectors; the first may start within one.
        let length = ((sectors + 1) * 512 - (offset & 511)) as usize;
        Piece::Compressed { offset, length }
    }

    fn entry(&self, table: u64, index: usize) -> Result<(u64, u64), DiskError> {
        let size = if self.header.extended { 16 } else { 8 };
        let fields = |bytes: &[u8]| {
            let fields = Fields(bytes);
            (fields.u64_be(index * size), if size == 16 { fields.u64_be(index * size + 8) } else { 0 })
        };
        let mut tables = lock(&self.tables);
        if let Some(bytes) = tables.get(table) {
            return Ok(fields(bytes));
        }
        let bytes = read_vec(&self.file, table, self.header.cluster() as usize)?;
        Ok(fields(tables.insert(table, bytes.into_boxed_slice())))
    }

    fn read_compressed(&self, offset: u64, length: usize, within: usize, buffer: &mut [u8]) -> Result<(), DiskError> {
        let mut clusters = lock(&self.clusters);
        if let Some(cluster) = clusters.get(offset) {
            buffer.copy_from_slice(&cluster[within..within + buffer.len()]);
            return Ok(());
        }
        // The last sector of a compressed cluster may lie beyond the end of the file.
        let length = (self.file.length().saturating_sub(offset)).min(length as u64) as usize;
        let packed = read_vec(&self.file, offset, length)?;
        let cluster = self.header.cluster() as usize;
        let unpacked =
            if self.header.zstd { inflate::zstd(&packed, cluster) } else { inflate::deflate(&packed, cluster) };
        let unpacked = unpacked.map_err(|what| corrupt(format!("compressed cluster at {offset:#x}: {what}")))?;
        buffer.copy_from_slice(&clusters.insert(offset, unpacked)[within..within + buffer.len()]);
        Ok(())
    }

    fn read_backing(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        let Some(backing) = &self.backing else {
            buffer.fill(0);
            return Ok(());
        };
        // A backing file may be shorter than the disk: the rest is zero.
        let count = (backing.length().saturating_sub(offset)).min(buffer.len() as u64) as usize;
        let (there, beyond) = buffer.split_at_mut(count);
        beyond.fill(0);
        if there.is_empty() { Ok(()) } else { backing.read_at(offset, there) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is always whole: a panic elsewhere cannot have torn it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D: Disk> Disk for Qcow2<D> {
    fn length(&self) -> u64 {
        self.header.size
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.header.size)?;
        let unit = if self.header.extended { self.header.cluster() / 32 } else { self.header.cluster() };
        while !buffer.is_empty() {
            let count = (unit - offset % unit).min(buffer.len() as u64) as usize;
            let (now, rest) = buffer.split_at_mut(count);
            match self.piece(offset)? {
                Piece::Zero => now.fill(0),
                Piece::Backing => self.read_backing(offset, now)?,
                Piece::File(place) => self.file.read_at(place, now)?,
                Piece::Compressed { offset: place, length } => {
                    let within = (offset & (self.header.cluster() - 1)) as usize;
                    self.read_compressed(place, length, within, now)?;
                }
            }
            buffer = rest;
            offset += count as u64;
        }
        Ok(())
    }
}
