//! The journal (JBD2), applied in memory: a snapshot of a running machine is read as its kernel would read it at mount.
//!
//! Two passes: committed transactions are collected from the journal's start until the sequence breaks, then each block
//! is mapped to its newest copy that no later revocation took back.

use super::inode::Inode;
use super::{Ext, corrupt};
use crate::bytes::{Fields, crc32c_raw, crc32c_without};
use crate::container::Disk;
use crate::filesystem::FileSystemError;
use std::collections::BTreeMap;

pub(super) const MAGIC: u32 = 0xC03B_3998;

const DESCRIPTOR: u32 = 1;
const COMMIT: u32 = 2;
const REVOKE: u32 = 5;

const WIDE: u32 = 0x2;
const ASYNC: u32 = 0x4;
const SUM_V2: u32 = 0x8;
const SUM_V3: u32 = 0x10;
const FAST_COMMIT: u32 = 0x20;

/// Bytes of a journal at most; `mke2fs` makes 1 GiB for the largest disks.
const MAX_BYTES: u64 = 4 << 30;
/// Revocations at most.
const MAX_REVOKED: usize = 1 << 22;

/// Where the newest content of a block is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replay {
    /// Block of the file system (within the journal).
    pub(super) block: u64,
    /// Whether its first word was blanked.
    pub(super) escaped: bool,
}

/// The journal's superblock.
struct Log {
    inode: Inode,
    features: u32,
    first: u64,
    end: u64,
    fast: u64,
    start: u64,
    sequence: u32,
    seed: u32,
}

/// One block that a transaction wrote.
struct Tag {
    target: u64,
    escaped: bool,
    checksum: u32,
}

/// What a transaction holds until its commit is seen.
#[derive(Default)]
struct Open {
    blocks: Vec<(u64, Replay)>,
    revoked: Vec<u64>,
}

impl<D: Disk> Ext<D> {
    pub(super) fn replay(&self) -> Result<BTreeMap<u64, Replay>, FileSystemError> {
        let log = self.log()?;
        let mut committed: Vec<(u32, u64, Replay)> = Vec::new();
        let mut revoked: BTreeMap<u64, u32> = BTreeMap::new();
        if log.start == 0 {
            return Ok(BTreeMap::new());
        }
        let (mut at, mut sequence, mut open) = (log.start, log.sequence, Open::default());
        let mut steps = 0;
        while steps < log.end {
            let Some(bytes) = self.log_block(&log, at)?.filter(|bytes| follows(bytes, sequence)) else { break };
            (at, steps) = (log.next(at), steps + 1);
            match Fields(&bytes).u32_be(4) {
                DESCRIPTOR if log.is_sound(&bytes, bytes.len() - 4) => {
                    for tag in log.tags(&bytes) {
                        let block = self.log_place(&log, at)?;
                        if !self.is_sound(&log, block, sequence, &tag)? {
                            return Err(corrupt(format!("journal: copy of block {}", tag.target)));
                        }
                        open.blocks.push((tag.target, Replay { block, escaped: tag.escaped }));
                        (at, steps) = (log.next(at), steps + 1);
                    }
                }
                REVOKE if log.is_sound(&bytes, bytes.len() - 4) => open.revoked.extend(log.revoked(&bytes)),
                COMMIT if log.is_sound(&bytes, 16) => {
                    let Open { blocks, revoked: taken_back } = std::mem::take(&mut open);
                    committed.extend(blocks.into_iter().map(|(target, replay)| (sequence, target, replay)));
                    revoked.extend(taken_back.into_iter().map(|block| (block, sequence)));
                    sequence = sequence.wrapping_add(1);
                }
                _ => break,
            }
            if open.revoked.len() + revoked.len() > MAX_REVOKED {
                return Err(FileSystemError::Limit("revocations in the journal".to_owned()));
            }
        }
        self.refuse_fast_commits(&log, sequence)?;
        let stands = |(at, target, _): &(u32, u64, Replay)| revoked.get(target).is_none_or(|last| is_after(*at, *last));
        Ok(committed.into_iter().filter(stands).map(|(_, target, replay)| (target, replay)).collect())
    }

    fn log(&self) -> Result<Log, FileSystemError> {
        if self.superblock.journal_inode == 0 {
            return Err(FileSystemError::Unsupported("journal on another device".to_owned()));
        }
        let inode = self.inode(self.superblock.journal_inode)?;
        let run = self.map(&inode, 0)?;
        let bytes = self.whole_block(run.start.ok_or_else(|| corrupt("the journal has no first block"))?)?;
        let fields = Fields(&bytes);
        let second = fields.u32_be(4) == 4;
        let features = if second { fields.u32_be(0x28) } else { 0 };
        if fields.u32_be(0) != MAGIC || fields.u32_be(12) != self.superblock.block_size {
            return Err(corrupt("superblock of the journal"));
        }
        if features & !(1 | WIDE | ASYNC | SUM_V2 | SUM_V3 | FAST_COMMIT) != 0 {
            return Err(FileSystemError::Unsupported(format!("journal features {features:#x}")));
        }
        let sums = features & (SUM_V2 | SUM_V3) != 0;
        // The journal's checksums are not inverted at the end.
        if sums && !crc32c_without(&bytes[..1024], 0xFC) != fields.u32_be(0xFC) {
            return Err(corrupt("checksum of the journal's superblock"));
        }
        let fast = match (features & FAST_COMMIT != 0, fields.u32_be(0x54)) {
            (false, _) => 0,
            (true, 0) => 256,
            (true, count) => u64::from(count),
        };
        let length = u64::from(fields.u32_be(16)).min(inode.node.size / u64::from(self.superblock.block_size));
        let log = Log {
            features,
            first: u64::from(fields.u32_be(20)),
            end: length.saturating_sub(fast),
            fast,
            start: u64::from(fields.u32_be(28)),
            sequence: fields.u32_be(24),
            seed: crc32c_raw(!0, &bytes[0x30..0x40]),
            inode,
        };
        if length * u64::from(self.superblock.block_size) > MAX_BYTES
            || log.first == 0
            || log.first >= log.end
            || log.start >= log.end
        {
            return Err(corrupt("sizes of the journal"));
        }
        Ok(log)
    }

    fn log_place(&self, log: &Log, at: u64) -> Result<u64, FileSystemError> {
        let place = self.map(&log.inode, at)?.start.filter(|block| *block < self.superblock.blocks);
        place.ok_or_else(|| corrupt(format!("the journal has no block {at}")))
    }

    fn log_block(&self, log: &Log, at: u64) -> Result<Option<Vec<u8>>, FileSystemError> {
        let bytes = self.whole_block(self.log_place(log, at)?)?;
        Ok((Fields(&bytes).u32_be(0) == MAGIC).then_some(bytes))
    }

    /// Whether a copy of a block agrees with its tag's checksum.
    fn is_sound(&self, log: &Log, block: u64, sequence: u32, tag: &Tag) -> Result<bool, FileSystemError> {
        if log.features & (SUM_V2 | SUM_V3) == 0 {
            return Ok(true);
        }
        let seed = crc32c_raw(log.seed, &sequence.to_be_bytes());
        let sum = crc32c_raw(seed, &self.whole_block(block)?);
        Ok(if log.features & SUM_V3 != 0 { sum == tag.checksum } else { sum & 0xFFFF == tag.checksum })
    }

    /// Fast commits (Linux 5.10) are small logical changes after the last whole transaction; they are not applied.
    fn refuse_fast_commits(&self, log: &Log, sequence: u32) -> Result<(), FileSystemError> {
        if log.fast == 0 {
            return Ok(());
        }
        let head = self.whole_block(self.log_place(log, log.end)?)?;
        let fields = Fields(&head);
        // EXT4_FC_TAG_HEAD: tag, length, features, and the transaction it continues.
        if fields.u16_le(0) == 9 && fields.u32_le(8) == sequence {
            return Err(FileSystemError::Unsupported("fast commits in the journal".to_owned()));
        }
        Ok(())
    }
}

fn follows(bytes: &[u8], sequence: u32) -> bool {
    Fields(bytes).u32_be(8) == sequence
}

/// Whether a transaction came after another; numbers wrap around.
fn is_after(transaction: u32, other: u32) -> bool {
    transaction.wrapping_sub(other).cast_signed() > 0
}

impl Log {
    fn next(&self, at: u64) -> u64 {
        if at + 1 >= self.end { self.first } else { at + 1 }
    }

    /// Whether a block of the journal agrees with the checksum at `field`.
    fn is_sound(&self, bytes: &[u8], field: usize) -> bool {
        if self.features & (SUM_V2 | SUM_V3) == 0 {
            return true;
        }
        let mut crc = crc32c_raw(self.seed, &bytes[..field]);
        crc = crc32c_raw(crc, &[0; 4]);
        crc32c_raw(crc, &bytes[field + 4..]) == Fields(bytes).u32_be(field)
    }

    fn tag_size(&self) -> usize {
        if self.features & SUM_V3 != 0 {
            return 16;
        }
        let wide = if self.features & WIDE != 0 { 12 } else { 8 };
        wide + if self.features & SUM_V2 != 0 { 2 } else { 0 }
    }

    fn tags(&self, bytes: &[u8]) -> Vec<Tag> {
        let fields = Fields(bytes);
        let tail = if self.features & (SUM_V2 | SUM_V3) != 0 { 4 } else { 0 };
        let size = self.tag_size();
        let (mut at, mut tags) = (12, Vec::new());
        while at + size <= bytes.len() - tail {
            let third = self.features & SUM_V3 != 0;
            let flags = if third { fields.u32_be(at + 4) } else { u32::from(fields.u16_be(at + 6)) };
            let high = if self.features & WIDE != 0 { u64::from(fields.u32_be(at + 8)) << 32 } else { 0 };
            let checksum = if third { fields.u32_be(at + 12) } else { u32::from(fields.u16_be(at + 4)) };
            tags.push(Tag { target: u64::from(fields.u32_be(at)) | high, escaped: flags & 1 != 0, checksum });
            if flags & 8 != 0 {
                break;
            }
            at += size + if flags & 2 != 0 { 0 } else { 16 };
        }
        tags
    }

    fn revoked(&self, bytes: &[u8]) -> Vec<u64> {
        let fields = Fields(bytes);
        let size = if self.features & WIDE != 0 { 8 } else { 4 };
        let end = (fields.u32_be(12) as usize).min(bytes.len());
        let number = |at| if size == 8 { fields.u64_be(at) } else { u64::from(fields.u32_be(at)) };
        (16..end.saturating_sub(size - 1)).step_by(size).map(number).collect()
    }
}
