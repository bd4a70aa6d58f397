//! Rows on their way, sorted into partitions: in memory while there is room, then in one file without a name, which
//! the operating system removes whatever happens.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::row;

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

/// How large a block of rows grows; a partition with fewer rows has a smaller one.
const BLOCK: usize = 64 << 10;
/// How many blocks are kept while rows are written out: what is sorted at a time has room in them.
const SPARE: usize = 512;
/// What most rows have room in.
const ROOM: usize = 4 << 10;

/// A stretch of the file: a block that was set aside.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: u64,
    length: usize,
}

/// The rows of a partition, in blocks of whole rows.
#[derive(Default)]
struct Rows {
    /// The blocks on disk.
    stretches: Vec<Stretch>,
    /// Those behind them, in memory; only the last one grows.
    blocks: Vec<Vec<u8>>,
    /// The file that the last row was read from.
    last_file: Option<u64>,
}

impl Rows {
    fn capacity(&self) -> usize {
        self.blocks.iter().map(Vec::capacity).sum()
    }
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
    /// Blocks that nobody uses: memory that was just written is quicker than new memory.
    spare: Vec<Vec<u8>>,
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
            spare: Vec::new(),
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

    /// Lets a row be appended to a partition. `file` is the number of the file that the row was read from; where it is
    /// another than that of the row before, it is written first.
    pub(super) fn append(
        &mut self,
        to: PartitionId,
        file: (u64, &str, &str),
        row: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<()> {
        let Rows { blocks, last_file, stretches } = &mut self.partitions[to.0];
        let full = |block: &Vec<u8>| block.capacity() >= BLOCK && block.len() + ROOM > block.capacity();
        if blocks.last().is_none_or(full) {
            // A partition that fills blocks gets a whole one; others grow from nothing.
            let large = !blocks.is_empty() || stretches.last().is_some_and(|stretch| stretch.length >= BLOCK / 2);
            let block = if large { self.spare.pop() } else { None }.unwrap_or_default();
            self.in_memory += block.capacity();
            blocks.push(block);
        }
        let Some(block) = blocks.last_mut() else { return Ok(()) };
        let before = block.capacity();
        let (number, path, sha256) = file;
        if *last_file != Some(number) {
            *last_file = Some(number);
            row::write_file(path, sha256, block);
        }
        row(block);
        self.in_memory += block.capacity() - before;
        while self.in_memory + self.spare.len() * BLOCK > self.budget && self.spare.pop().is_some() {}
        if self.in_memory > self.budget { self.set_aside() } else { Ok(()) }
    }

    /// Writes the largest partitions out until half of the budget is free.
    fn set_aside(&mut self) -> io::Result<()> {
        let mut order: Vec<(usize, usize)> = (self.partitions.iter().map(Rows::capacity).zip(0..)).collect();
        order.retain(|(capacity, _)| *capacity > 0);
        order.sort_by_key(|(capacity, _)| std::cmp::Reverse(*capacity));
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder)?),
        };
        for (capacity, place) in order {
            if self.in_memory <= self.budget / 2 {
                break;
            }
            let rows = &mut self.partitions[place];
            for block in std::mem::take(&mut rows.blocks) {
                file.write_all(&block)?;
                rows.stretches.push(Stretch { offset: self.written, length: block.len() });
                self.written += block.len() as u64;
                reuse(block, &mut self.spare);
            }
            self.in_memory -= capacity;
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
        let lengths = rows.blocks.iter().map(Vec::len).chain(rows.stretches.iter().map(|stretch| stretch.length));
        lengths.sum::<usize>() as u64
    }

    /// Takes all rows of a partition out, in the order in which they were appended, in blocks of whole rows.
    pub(super) fn take(&mut self, of: PartitionId) -> io::Result<Vec<Vec<u8>>> {
        let rows = std::mem::take(&mut self.partitions[of.0]);
        self.in_memory -= rows.capacity();
        let mut blocks = Vec::with_capacity(rows.stretches.len() + rows.blocks.len());
        for stretch in rows.stretches {
            let Some(file) = &mut self.file else { break };
            file.seek(SeekFrom::Start(stretch.offset))?;
            let mut block = self.spare.pop().unwrap_or_default();
            block.resize(stretch.length, 0);
            file.read_exact(&mut block)?;
            blocks.push(block);
        }
        blocks.extend(rows.blocks);
        Ok(blocks)
    }

    /// Takes blocks back that were taken out and are done with.
    pub(super) fn give_back(&mut self, blocks: Vec<Vec<u8>>) {
        for block in blocks {
            reuse(block, &mut self.spare);
        }
        self.spare.truncate(SPARE);
    }

    /// Gives what was appended to a partition, in order, piece by piece; for partitions that memory does not hold.
    pub(super) fn each<E: From<io::Error>>(
        &mut self,
        of: PartitionId,
        entry: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let rows = &self.partitions[of.0];
        let mut block = Vec::new();
        for stretch in &rows.stretches {
            let Some(file) = &mut self.file else { break };
            file.seek(SeekFrom::Start(stretch.offset))?;
            block.resize(stretch.length, 0);
            file.read_exact(&mut block)?;
            entries(&block, entry)?;
        }
        rows.blocks.iter().try_for_each(|block| entries(block, entry))
    }

    /// Lets go of a partition that is done.
    pub(super) fn forget(&mut self, of: PartitionId) {
        let rows = std::mem::take(&mut self.partitions[of.0]);
        self.in_memory -= rows.capacity();
        self.give_back(rows.blocks);
    }
}

/// Keeps a block for other rows, if it is neither small nor large.
fn reuse(mut block: Vec<u8>, spare: &mut Vec<Vec<u8>>) {
    if (BLOCK..2 * BLOCK).contains(&block.capacity()) {
        block.clear();
        spare.push(block);
    }
}

/// Gives the entries in a block.
fn entries<E>(block: &[u8], entry: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let mut rest = block;
    while let Some((first, behind)) = row::length(rest).and_then(|length| rest.split_at_checked(length)) {
        entry(first)?;
        rest = behind;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32) -> Vec<u8> {
        let text = format!("row {number} {}", "x".repeat(number as usize % 90));
        [&(text.len() as u32).to_le_bytes()[..], &1_u32.to_le_bytes(), text.as_bytes(), b"!"].concat()
    }

    #[test]
    fn rows_come_back_in_order_whether_they_waited_in_memory_or_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let sha256 = "0".repeat(64);
        for budget in [0, 2000, 50_000, 1 << 30] {
            let mut spill = Spill::new(folder.path(), budget);
            let day = |i: u32| Partition {
                provider: "aws".into(),
                account: "1".into(),
                day: format!("2026-11-{:02}", i % 7 + 1),
            };
            for i in 0..2000 {
                let id = spill.partition(&day(i));
                let file = format!("file {}", i / 300);
                spill.append(id, (u64::from(i / 300), &file, &sha256), |to| to.extend(row(i))).unwrap();
            }
            assert_eq!(spill.partitions().len(), 7);
            let mut seen = 0;
            for (offset, (_, id)) in (0..).zip(spill.partitions()) {
                let mut expected = offset;
                let mut file = String::new();
                let mut bytes = Vec::new();
                spill
                    .each(id, &mut |entry| {
                        bytes.extend_from_slice(entry);
                        match row::read(entry).unwrap().0 {
                            row::Entry::File(met) => file = met.path.to_owned(),
                            row::Entry::Event(_) => {
                                assert_eq!((entry, &*file), (&*row(expected), &*format!("file {}", expected / 300)));
                                expected += 7;
                                seen += 1;
                            }
                        }
                        Ok::<(), io::Error>(())
                    })
                    .unwrap();
                assert_eq!(spill.take(id).unwrap().concat(), bytes);
            }
            assert_eq!(seen, 2000, "budget {budget}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }
}
