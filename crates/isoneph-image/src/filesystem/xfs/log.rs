//! The log: was the file system unmounted in order?
//!
//! The log is a ring of 512-byte blocks, each marked with the number of the turn in which it was written. Where the
//! number drops is the head; a clean log has an unmount record just before it.

use super::superblock::Superblock;
use crate::bytes::Fields;
use crate::container::{Disk, DiskError, read_vec};
use crate::filesystem::Cleanliness;

const BLOCK: u64 = 512;
const MAGIC: u32 = 0xFEED_BABE;
/// Blocks of one record at most: 256 KiB of content and its headers.
const MAX_RECORD: u64 = 512 + 16;
const UNMOUNT: u8 = 0x20;

/// Says whether the log is clean.
pub(super) fn state(disk: &dyn Disk, superblock: &Superblock) -> Cleanliness {
    if superblock.needs_repair {
        return Cleanliness::Dirty("it is marked as needing repair".to_owned());
    }
    if superblock.log_start == 0 {
        return Cleanliness::Dirty("its log is on another device".to_owned());
    }
    match superblock.place(superblock.log_start).map(|start| is_clean(disk, start, superblock)) {
        Some(Ok(true)) => Cleanliness::Clean,
        Some(Ok(false)) => Cleanliness::Dirty("its log holds changes that were not applied".to_owned()),
        Some(Err(error)) => Cleanliness::Dirty(format!("its log cannot be read: {error}")),
        None => Cleanliness::Dirty("its log is outside the file system".to_owned()),
    }
}

fn is_clean(disk: &dyn Disk, start: u64, superblock: &Superblock) -> Result<bool, DiskError> {
    let count = superblock.log_blocks * (superblock.block_size / BLOCK);
    if count == 0 {
        return Ok(false);
    }
    let turn = |block: u64| -> Result<u32, DiskError> {
        let bytes = read_vec(disk, start.saturating_add(block * BLOCK), 8)?;
        let fields = Fields(&bytes);
        Ok(if fields.u32_be(0) == MAGIC { fields.u32_be(4) } else { fields.u32_be(0) })
    };
    let first = turn(0)?;
    let (mut low, mut high) = (0, count);
    if turn(count - 1)? != first {
        // Blocks of the first turn number come first: the head is where another begins.
        while low + 1 < high {
            let middle = u64::midpoint(low, high);
            if turn(middle)? == first {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    last_record_is_unmount(disk, start, count, high % count)
}

/// Looks back from the head for the last record's header, and into the record.
fn last_record_is_unmount(disk: &dyn Disk, start: u64, count: u64, head: u64) -> Result<bool, DiskError> {
    for back in 1..=MAX_RECORD.min(count) {
        let block = (head + count - back) % count;
        let header = read_vec(disk, start.saturating_add(block * BLOCK), BLOCK as usize)?;
        let fields = Fields(&header);
        if fields.u32_be(0) != MAGIC {
            continue;
        }
        // A record of version 2 has a header for every 32 KiB; the unmount record is short and has one.
        let content = u64::from(fields.u32_be(12)).div_ceil(BLOCK);
        if fields.u32_be(40) != 1 || content + 1 != back {
            return Ok(false);
        }
        let operation = read_vec(disk, start.saturating_add((block + 1) % count * BLOCK), BLOCK as usize)?;
        return Ok(Fields(&operation).u8(9) & UNMOUNT != 0);
    }
    Ok(false)
}
