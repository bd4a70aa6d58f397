//! Rows on their way, sorted into partitions: in memory while there is room, then in one file without a name, which
//! the operating system removes whatever happens.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A partition: provider, account and day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Partition {
    pub(super) provider: String,
    /// `?` where the account is unknown.
    pub(super) account: String,
    /// `YYYY-MM-DD`, or `unknown`.
    pub(super) day: String,
}

/// How many partitions one run may have. More than that are given in one, so that a log in which every record names
/// an account of its own does not take all memory.
const MAX_PARTITIONS: usize = 200_000;

/// A stretch of the file.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: u64,
    length: u64,
}

#[derive(Default)]
struct Rows {
    memory: Vec<u8>,
    stretches: Vec<Stretch>,
}

/// Rows by partition.
pub(super) struct Spill {
    folder: std::path::PathBuf,
    file: Option<File>,
    written: u64,
    places: HashMap<Partition, usize>,
    partitions: Vec<Rows>,
    in_memory: usize,
    budget: usize,
}

/// A partition by its place, valid for one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartitionId(usize);

impl Spill {
    /// An empty spill that keeps at most about `budget` bytes in memory and the rest in a file of `folder`.
    pub(super) fn new(folder: &Path, budget: usize) -> Spill {
        Spill {
            folder: folder.to_owned(),
            file: None,
            written: 0,
            places: HashMap::new(),
            partitions: Vec::new(),
            in_memory: 0,
            budget,
        }
    }

    /// The place of a partition.
    pub(super) fn partition(&mut self, partition: &Partition) -> PartitionId {
        if let Some(place) = self.places.get(partition) {
            return PartitionId(*place);
        }
        let place = if self.places.len() < MAX_PARTITIONS {
            partition.clone()
        } else {
            Partition { provider: "other".to_owned(), account: "?".to_owned(), day: "unknown".to_owned() }
        };
        let partitions = &mut self.partitions;
        let new = *self.places.entry(place).or_insert_with(|| {
            partitions.push(Rows::default());
            partitions.len() - 1
        });
        PartitionId(new)
    }

    /// Lets a row be appended to a partition.
    pub(super) fn append(&mut self, to: PartitionId, row: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let memory = &mut self.partitions[to.0].memory;
        let before = memory.capacity();
        row(memory);
        self.in_memory += memory.capacity() - before;
        if self.in_memory > self.budget { self.set_aside() } else { Ok(()) }
    }

    /// Writes the largest partitions out until half of the budget is free.
    fn set_aside(&mut self) -> io::Result<()> {
        let mut order: Vec<usize> =
            (0..self.partitions.len()).filter(|i| !self.partitions[*i].memory.is_empty()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(self.partitions[*i].memory.capacity()));
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        for place in order {
            if self.in_memory <= self.budget / 2 {
                break;
            }
            let rows = &mut self.partitions[place];
            let memory = std::mem::take(&mut rows.memory);
            file.write_all(&memory)?;
            rows.stretches.push(Stretch { offset: self.written, length: memory.len() as u64 });
            self.written += memory.len() as u64;
            self.in_memory -= memory.capacity();
        }
        Ok(())
    }

    /// Every partition, in order.
    pub(super) fn partitions(&self) -> BTreeMap<Partition, PartitionId> {
        let mut sorted = BTreeMap::new();
        #[allow(clippy::iter_over_hash_type, reason = "it is sorted here")]
        for (partition, place) in &self.places {
            sorted.insert(partition.clone(), PartitionId(*place));
        }
        sorted
    }

    /// How many bytes a partition's rows take.
    pub(super) fn size(&self, of: PartitionId) -> u64 {
        let rows = &self.partitions[of.0];
        rows.memory.len() as u64 + rows.stretches.iter().map(|stretch| stretch.length).sum::<u64>()
    }

    /// Gives every row of a partition, in the order in which they were appended, as bytes of one row each.
    pub(super) fn rows<E: From<io::Error>>(
        &mut self,
        of: PartitionId,
        row: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let rows = &self.partitions[of.0];
        let mut buffer = Vec::new();
        for stretch in &rows.stretches {
            let Some(file) = &mut self.file else { break };
            file.seek(SeekFrom::Start(stretch.offset))?;
            let mut left = file.take(stretch.length);
            // A stretch can be as long as the budget: it comes back in pieces.
            loop {
                let count = (&mut left).take(PIECE as u64).read_to_end(&mut buffer)?;
                let used = each(&buffer, row)?;
                buffer.drain(..used);
                if count == 0 {
                    break;
                }
            }
        }
        each(&rows.memory, row).map(|_| ())
    }

    /// Lets go of the memory of a partition that is done.
    pub(super) fn forget(&mut self, of: PartitionId) {
        let rows = std::mem::take(&mut self.partitions[of.0]);
        self.in_memory -= rows.memory.capacity().min(self.in_memory);
    }
}

const PIECE: usize = 1 << 20;

/// Gives the whole rows in a buffer, and how many bytes they are.
fn each<E>(buffer: &[u8], row: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<usize, E> {
    let mut at = 0;
    while let Some(length) = super::row::Row::length(&buffer[at..]).filter(|length| *length <= buffer.len() - at) {
        row(&buffer[at..at + length])?;
        at += length;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32) -> Vec<u8> {
        let text = format!("row {number} {}", "x".repeat(number as usize % 90));
        [&0_u32.to_le_bytes()[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn rows_come_back_in_order_whether_they_waited_in_memory_or_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        for budget in [0, 2000, 50_000, 1 << 30] {
            let mut spill = Spill::new(folder.path(), budget);
            let day = |i: u32| Partition {
                provider: "aws".into(),
                account: "1".into(),
                day: format!("2026-11-{:02}", i % 7 + 1),
            };
            for i in 0..2000 {
                let id = spill.partition(&day(i));
                spill.append(id, |to| to.extend(row(i))).unwrap();
            }
            assert_eq!(spill.partitions().len(), 7);
            let mut seen = 0;
            for (offset, (_, id)) in (0..).zip(spill.partitions()) {
                let mut expected = offset;
                spill
                    .rows(id, &mut |bytes| {
                        assert_eq!(bytes, row(expected));
                        expected += 7;
                        seen += 1;
                        Ok::<(), io::Error>(())
                    })
                    .unwrap();
            }
            assert_eq!(seen, 2000, "budget {budget}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }
}
