//! GPT (UEFI specification, chapter 5): a table at the disk's start and a copy at its end, with checksums.

use super::{Partition, Table};
use crate::bytes::{Fields, guid_text};
use crate::container::{Disk, DiskError, read_vec};

const SIGNATURE: &[u8] = b"EFI PART";
/// Partitions looked at, at most; Linux itself stops at 256.
const MAX_ENTRIES: u32 = 1024;
const MAX_ENTRY_SIZE: u32 = 4096;

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "GPT", what: what.into() }
}

/// Reads the table for the sector size at which one is found; none when there is none.
pub(super) fn read(disk: &dyn Disk) -> Result<Option<Table>, DiskError> {
    for sector in [512_u64, 4096] {
        let last = (disk.length() / sector).saturating_sub(1);
        let primary = header(disk, sector, 1);
        let backup = || header(disk, sector, last);
        let mut notes = Vec::new();
        let header = match primary {
            Ok(Some(header)) => Some(header),
            Ok(None) => {
                backup().ok().flatten().inspect(|_| notes.push("primary GPT missing, read from the copy".to_owned()))
            }
            Err(error) => {
                notes.push(format!("{error}; read from the copy"));
                Some(backup()?.ok_or(error)?)
            }
        };
        if let Some(header) = header {
            if sector == 4096 {
                notes.push("sectors of 4096 bytes".to_owned());
            }
            let mut partitions = header.partitions(sector)?;
            super::check(&mut partitions, disk.length(), &mut notes);
            return Ok(Some(Table { scheme: "gpt".to_owned(), partitions, notes }));
        }
    }
    Ok(None)
}

struct Header {
    entries: Vec<u8>,
    size: usize,
}

fn header(disk: &dyn Disk, sector: u64, number: u64) -> Result<Option<Header>, DiskError> {
    let at = number.saturating_mul(sector);
    if at.saturating_add(sector) > disk.length() {
        return Ok(None);
    }
    let bytes = read_vec(disk, at, 512)?;
    let fields = Fields(&bytes);
    if !bytes.starts_with(SIGNATURE) {
        return Ok(None);
    }
    let size = fields.u32_le(12) as usize;
    let mut body =
        bytes.get(..size).filter(|body| body.len() >= 92).ok_or_else(|| corrupt("size of the header"))?.to_vec();
    body[16..20].fill(0);
    if crc32fast::hash(&body) != fields.u32_le(16) || fields.u64_le(24) != number {
        return Err(corrupt("checksum of the header"));
    }
    let (first, count, entry) = (fields.u64_le(72), fields.u32_le(80), fields.u32_le(84));
    if count > MAX_ENTRIES || !(128..=MAX_ENTRY_SIZE).contains(&entry) {
        return Err(DiskError::Limit(format!("GPT of {count} entries of {entry} bytes")));
    }
    let entries = read_vec(disk, first.saturating_mul(sector), count as usize * entry as usize)?;
    if crc32fast::hash(&entries) != fields.u32_le(88) {
        return Err(corrupt("checksum of the entries"));
    }
    Ok(Some(Header { entries, size: entry as usize }))
}

impl Header {
    fn partitions(&self, sector: u64) -> Result<Vec<Partition>, DiskError> {
        let mut partitions = Vec::new();
        for (number, entry) in (1..).zip(self.entries.chunks_exact(self.size)) {
            let fields = Fields(entry);
            let kind = &entry[..16];
            if kind.iter().all(|byte| *byte == 0) {
                continue;
            }
            let (first, last) = (fields.u64_le(32), fields.u64_le(40));
            let sectors = last.checked_sub(first).and_then(|count| count.checked_add(1));
            let range = sectors.and_then(|count| Some((first.checked_mul(sector)?, count.checked_mul(sector)?)));
            let (start, length) = range.ok_or_else(|| corrupt(format!("partition {number} ends before it begins")))?;
            let name: Vec<u16> =
                (56..128).step_by(2).map(|at| fields.u16_le(at)).take_while(|unit| *unit != 0).collect();
            partitions.push(Partition {
                number,
                start,
                length,
                kind: guid_text(kind),
                uuid: Some(guid_text(&entry[16..32])),
                label: String::from_utf16_lossy(&name),
            });
        }
        Ok(partitions)
    }
}
