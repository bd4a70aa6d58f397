//! Where on a disk the file systems are: partition tables and logical volumes.

mod gpt;
pub mod lvm;
mod mbr;

use crate::container::{Disk, DiskError};
use serde::{Deserialize, Serialize};

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Its number, as Linux counts.
    pub number: u32,
    /// First byte on the disk.
    pub start: u64,
    /// Length in bytes.
    pub length: u64,
    /// Its type: a GUID, or two hexadecimal digits.
    pub kind: String,
    /// Its own identity as `PARTUUID` names it, where it has one.
    pub uuid: Option<String>,
    /// Its name, as `PARTLABEL`; empty when it has none.
    pub label: String,
}

/// A disk's partition table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// `gpt`, `mbr`, or `none` for a disk that is one volume.
    pub scheme: String,
    /// The partitions by number.
    pub partitions: Vec<Partition>,
    /// What is odd about the table: a damaged primary, overlaps, partitions beyond the end.
    pub notes: Vec<String>,
}

/// Reads the partition table of a disk.
///
/// # Errors
/// When the disk cannot be read, or its table is damaged and so is the copy.
pub fn read(disk: &dyn Disk) -> Result<Table, DiskError> {
    for read in [gpt::read, mbr::read] {
        if let Some(table) = read(disk)? {
            return Ok(table);
        }
    }
    Ok(Table { scheme: "none".to_owned(), partitions: Vec::new(), notes: Vec::new() })
}

/// Notes what is odd: partitions that overlap or reach beyond the disk. They are kept: reading what is not there fails.
fn check(partitions: &mut [Partition], length: u64, notes: &mut Vec<String>) {
    partitions.sort_by_key(|partition| partition.number);
    let mut by_start: Vec<&Partition> = partitions.iter().collect();
    by_start.sort_by_key(|partition| (partition.start, partition.number));
    for pair in by_start.windows(2) {
        if pair[0].start.saturating_add(pair[0].length) > pair[1].start {
            notes.push(format!("partitions {} and {} overlap", pair[0].number, pair[1].number));
        }
    }
    for partition in &by_start {
        if partition.start.saturating_add(partition.length) > length {
            notes.push(format!("partition {} reaches beyond the end of the disk", partition.number));
        }
    }
}
