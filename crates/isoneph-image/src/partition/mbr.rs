//! The table in the master boot record, and the chain of extended boot records.

use super::{Partition, Table};
use crate::bytes::Fields;
use crate::container::{Disk, DiskError, read_vec};

const SECTOR: u64 = 512;
const EXTENDED: [u8; 3] = [0x05, 0x0F, 0x85];
/// The type of the entry that guards a GPT.
const PROTECTIVE: u8 = 0xEE;
/// Logical partitions at most.
const MAX_LOGICAL: u32 = 128;

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "MBR", what: what.into() }
}

#[derive(Clone, Copy)]
struct Entry {
    kind: u8,
    first: u64,
    count: u64,
}

fn entry(sector: &[u8], index: usize) -> Entry {
    let (fields, at) = (Fields(sector), 446 + index * 16);
    Entry { kind: fields.u8(at + 4), first: u64::from(fields.u32_le(at + 8)), count: u64::from(fields.u32_le(at + 12)) }
}

fn is_signed(sector: &[u8]) -> bool {
    Fields(sector).u16_le(510) == 0xAA55
}

/// Reads the table; none when the first sector holds none.
pub(super) fn read(disk: &dyn Disk) -> Result<Option<Table>, DiskError> {
    if disk.length() < SECTOR {
        return Ok(None);
    }
    let sector = read_vec(disk, 0, SECTOR as usize)?;
    // Boot code of a file system can carry the signature too; its bytes are no table.
    let is_table = (0..4).all(|index| matches!(Fields(&sector).u8(446 + index * 16), 0 | 0x80));
    let entries: Vec<Entry> = (0..4).map(|index| entry(&sector, index)).collect();
    let used = |entry: &Entry| entry.kind != 0 && entry.count != 0;
    if !is_signed(&sector) || !is_table || !entries.iter().any(used) {
        return Ok(None);
    }
    if entries.iter().any(|entry| entry.kind == PROTECTIVE) {
        return Err(corrupt("it guards a GPT, but no GPT was found"));
    }
    let identity = Fields(&sector).u32_le(440);
    let mut table = Table { scheme: "mbr".to_owned(), partitions: Vec::new(), notes: Vec::new() };
    for (number, entry) in (1..).zip(&entries).filter(|(_, entry)| used(entry)) {
        if EXTENDED.contains(&entry.kind) {
            logical(disk, entry.first, identity, &mut table)?;
        } else {
            table.partitions.push(partition(*entry, number, identity));
        }
    }
    super::check(&mut table.partitions, disk.length(), &mut table.notes);
    Ok(Some(table))
}

fn partition(entry: Entry, number: u32, identity: u32) -> Partition {
    Partition {
        number,
        start: entry.first * SECTOR,
        length: entry.count * SECTOR,
        kind: format!("{:02x}", entry.kind),
        uuid: Some(format!("{identity:08x}-{number:02x}")),
        label: String::new(),
    }
}

/// Follows the chain from the extended partition's first sector; the links count from there.
fn logical(disk: &dyn Disk, start: u64, identity: u32, table: &mut Table) -> Result<(), DiskError> {
    let mut place = start;
    let mut number = 5;
    loop {
        let sector = read_vec(disk, place * SECTOR, SECTOR as usize)?;
        if !is_signed(&sector) {
            return Err(corrupt(format!("extended boot record at sector {place}")));
        }
        let (mut own, next) = (entry(&sector, 0), entry(&sector, 1));
        if own.kind != 0 && own.count != 0 {
            own.first += place;
            table.partitions.push(partition(own, number, identity));
            number += 1;
        }
        if next.kind == 0 || next.count == 0 {
            return Ok(());
        }
        // The chain only ever goes forward, so a cycle is damage.
        let next = start + next.first;
        if next <= place || number >= 5 + MAX_LOGICAL {
            return Err(corrupt("the chain of extended boot records does not end"));
        }
        place = next;
    }
}
