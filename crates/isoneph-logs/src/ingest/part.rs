//! One Parquet file: rows of one partition, sorted by region and time, in the schema of the table `audit_event`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ahash::RandomState;
use arrow::array::{Array, StringArray};
use isoneph_model::RowId;
use isoneph_tables::Row as _;
use isoneph_tables::schema::AuditEvent;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ring::digest::{Context, SHA256};

use super::columns::Columns;
use super::content::{self, Content, Said};
use super::error::IngestError;
use super::row::{self, Entry, FileOfRows, Row};
use super::words::Words;
use crate::hex::hex;

/// Rows that go into one file, in buffers that somebody else holds.
#[derive(Default)]
pub(super) struct Bucket<'b> {
    /// The rows as they came, and nothing in the place of those that were taken out.
    rows: Vec<Option<Placed<'b>>>,
    /// Where the first row with an identity stands.
    places: HashMap<&'b str, usize, RandomState>,
    /// Where others with the same identity stand, which are not the same to the byte.
    others: BTreeMap<&'b str, Vec<usize>>,
    /// Identities whose plain form is a row of an older file.
    taken: BTreeSet<&'b str>,
    pub(super) duplicates: u64,
    /// Identities that came back with another content.
    pub(super) conflicts: Vec<String>,
    pub(super) conflict_count: u64,
}

/// A row, and the file that it was read from.
#[derive(Clone, Copy)]
pub(super) struct Placed<'b> {
    pub(super) row: Row<'b>,
    /// The identity of its event.
    pub(super) uid: &'b str,
    pub(super) file: FileOfRows<'b>,
    /// What tells it apart from another row with the same identity: the beginning of the digest of what it says.
    pub(super) mark: Option<[u8; 16]>,
}

impl<'b> Placed<'b> {
    /// The identity that the row gets: that of the event, and its mark where another event has the same.
    pub(super) fn uid(&self) -> Cow<'b, str> {
        self.mark.map_or(Cow::Borrowed(self.uid), |mark| Cow::Owned(format!("{}{MARK}{}", self.uid, hex(&mark))))
    }
}

/// Between an identity and the mark behind it.
const MARK: &str = "/#";

/// An identity without its mark.
fn unmarked(uid: &str) -> Option<&str> {
    let (uid, mark) = uid.rsplit_once(MARK)?;
    (mark.len() == 32 && mark.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(uid)
}

/// About how many bytes a row has.
const USUAL_ROW: usize = 512;
/// How many conflicting identities are listed.
const MAX_LISTED: usize = 20;

impl<'b> Bucket<'b> {
    /// The rows in some buffers. Of rows that are the same the first one stays.
    pub(super) fn new(buffers: &'b [Vec<u8>]) -> Result<Bucket<'b>, IngestError> {
        let mut bucket = Bucket::default();
        let usual = buffers.iter().map(Vec::len).sum::<usize>() / USUAL_ROW;
        bucket.rows.reserve(usual);
        bucket.places.reserve(usual);
        let mut file = FileOfRows::default();
        for buffer in buffers {
            let mut rest = &buffer[..];
            while !rest.is_empty() {
                let (entry, length) = row::read(rest)?;
                rest = &rest[length..];
                match entry {
                    Entry::File(next) => file = FileOfRows { number: file.number + 1, ..next },
                    Entry::Event(row) => bucket.add(Placed { row, uid: row.uid()?, file, mark: None }),
                }
            }
        }
        Ok(bucket)
    }

    fn add(&mut self, placed: Placed<'b>) {
        let uid = placed.uid;
        match self.places.entry(uid) {
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(self.rows.len());
            }
            hash_map::Entry::Occupied(kept) => {
                if self.rows[*kept.get()].is_some_and(|kept| kept.row.said() == placed.row.said()) {
                    self.duplicates += 1;
                    return;
                }
                self.others.entry(uid).or_default().push(self.rows.len());
            }
        }
        self.rows.push(Some(placed));
    }

    /// Takes out what repeats another row or a row of an older file, and marks what has the identity of another and
    /// says something else: whoever can choose the identity of a record must not hide another record by it.
    pub(super) fn settle(&mut self, older: &[PathBuf], words: &Words) -> Result<(), IngestError> {
        let mut met: BTreeSet<(&str, Content)> = BTreeSet::new();
        for (uid, others) in &self.others {
            let mut group: Vec<(usize, Said)> = Vec::new();
            for place in self.places.get(uid).into_iter().chain(others) {
                let Some(placed) = self.rows[*place] else { continue };
                let said = placed.row.digested(words)?;
                if met.insert((uid, said.content)) {
                    group.push((*place, said));
                } else {
                    self.rows[*place] = None;
                    self.duplicates += 1;
                }
            }
            // Of an event in two forms the one counts that its cloud wrote.
            for (place, _) in
                group.iter().filter(|(_, said)| group.iter().any(|(_, other)| said.is_translation_of(other)))
            {
                self.rows[*place] = None;
                self.duplicates += 1;
            }
        }
        for part in older {
            self.remove_known(part, words)?;
        }
        let crowded: BTreeSet<&str> = self.others.keys().copied().chain(self.taken.iter().copied()).collect();
        for uid in crowded {
            self.mark(uid, words)?;
        }
        Ok(())
    }

    /// Takes out the rows that an older file has.
    fn remove_known(&mut self, part: &Path, words: &Words) -> Result<(), IngestError> {
        let mut met: BTreeMap<u64, &'b str> = BTreeMap::new();
        let mut number = 0;
        for uids in uids(part)? {
            for uid in &uids? {
                let uid = uid.unwrap_or_default();
                if let Some((known, _)) = self.places.get_key_value(uid) {
                    met.insert(number, known);
                    self.taken.insert(known);
                } else if let Some((known, _)) = unmarked(uid).and_then(|uid| self.places.get_key_value(uid)) {
                    met.insert(number, known);
                }
                number += 1;
            }
        }
        if met.is_empty() {
            return Ok(());
        }
        let numbers: Vec<u64> = met.keys().copied().collect();
        for (number, known) in content::of_part(part, &numbers)? {
            for place in met.get(&number).map(|uid| self.places_of(uid)).unwrap_or_default() {
                let Some(placed) = self.rows[place] else { continue };
                let said = placed.row.digested(words)?;
                if said.content == known.content || said.translates(&known) {
                    self.rows[place] = None;
                    self.duplicates += 1;
                }
            }
        }
        Ok(())
    }

    /// Where the rows with an identity stand.
    fn places_of(&self, uid: &str) -> Vec<usize> {
        self.places.get(uid).into_iter().chain(self.others.get(uid).into_iter().flatten()).copied().collect()
    }

    /// Marks all rows with an identity but the one that keeps it: the one in an older file, or the first by content,
    /// whatever the order of the files.
    fn mark(&mut self, uid: &str, words: &Words) -> Result<(), IngestError> {
        let mut rows: Vec<(Content, usize)> = Vec::new();
        for place in self.places_of(uid) {
            if let Some(placed) = self.rows[place] {
                rows.push((placed.row.content(words)?, place));
            }
        }
        rows.sort_unstable();
        let kept = usize::from(!self.taken.contains(uid));
        for (content, place) in rows.iter().skip(kept) {
            if let Some(placed) = &mut self.rows[*place] {
                placed.mark = content.first_chunk().copied();
                self.conflict_count += 1;
            }
        }
        if rows.len() > kept && self.conflicts.len() < MAX_LISTED {
            self.conflicts.push(uid.to_owned());
        }
        Ok(())
    }

    /// Whether there are no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.iter().all(Option::is_none)
    }

    /// The rows by region and time; the identity decides between equals, so that the order is always the same.
    fn sorted(&self, words: &Words) -> Result<Vec<&Placed<'b>>, IngestError> {
        let mut order = Vec::with_capacity(self.rows.len());
        for placed in self.rows.iter().flatten() {
            order.push((placed.row.region(words)?, placed.row.time(), placed));
        }
        // Stable, since that is quick where much is in order: files are read region by region and hour by hour.
        order.sort_by(|a, b| (a.0, a.1, a.2.uid, a.2.mark).cmp(&(b.0, b.1, b.2.uid, b.2.mark)));
        Ok(order.into_iter().map(|(_, _, placed)| placed).collect())
    }
}

/// Copies rows together and leaves repeats out: for a log that repeats one event more often than memory holds.
#[derive(Default)]
pub(super) struct Thinner {
    pub(super) buffer: Vec<u8>,
    met: HashMap<Box<str>, BTreeSet<Content>>,
    pub(super) duplicates: u64,
}

impl Thinner {
    /// Adds an entry of a buffer of rows.
    pub(super) fn add(&mut self, bytes: &[u8], words: &Words) -> Result<(), IngestError> {
        if let (Entry::Event(row), _) = row::read(bytes)? {
            let contents = self.met.entry(row.uid()?.into()).or_default();
            if !contents.insert(row.content(words)?) {
                self.duplicates += 1;
                return Ok(());
            }
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }
}

fn uids(part: &Path) -> Result<impl Iterator<Item = Result<StringArray, IngestError>>, IngestError> {
    let at = |source| IngestError::parquet(part, source);
    let file = File::open(part).map_err(|source| IngestError::file(part, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(at)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["uid"]);
    let reader = builder.with_projection(mask).build().map_err(at)?;
    let path = part.to_owned();
    Ok(reader.map(move |batch| {
        let batch = batch.map_err(|error| IngestError::parquet(&path, error.into()))?;
        let column = batch.column(0).as_any().downcast_ref::<StringArray>().cloned();
        column
            .ok_or_else(|| IngestError::NotOurs { path: path.clone(), reason: "the column uid is no text".to_owned() })
    }))
}

/// What all rows of a file have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// The snapshot that the rows belong to.
    pub(super) snapshot: i64,
    /// The number of the first row among all rows of the table.
    pub(super) first_row: u64,
    /// The service that the account serves, as declared.
    pub(super) service: Option<String>,
    /// The tenant that the account belongs to, as declared.
    pub(super) tenant: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) first_time: Option<i64>,
    pub(super) last_time: Option<i64>,
}

/// Rows that stand together in a file: as many as are in memory twice.
const ROW_GROUP: usize = 1 << 17;

/// Writes the rows of a bucket to a file, which must be empty.
pub(super) fn write(
    bucket: &Bucket<'_>,
    words: &Words,
    shared: &Shared,
    columns: &mut Columns,
    path: &Path,
    to: &File,
) -> Result<Written, IngestError> {
    let failed = |source| IngestError::parquet(path, source);
    let rows = bucket.sorted(words)?;
    let mut sink = Hashing { file: to, context: Context::new(&SHA256), bytes: 0 };
    let mut file = Columns::file(&mut sink).map_err(failed)?;
    let mut numbers = shared.first_row..;
    for group in rows.chunks(ROW_GROUP) {
        for (row, index) in group.iter().zip(&mut numbers) {
            let number = usize::try_from(index).ok().and_then(|index| RowId::new(AuditEvent::table().ordinal(), index));
            columns.add(row, number.ok_or(IngestError::TooManyRows)?, words, shared)?;
        }
        columns.write(&mut file).map_err(failed)?;
    }
    file.close().map_err(failed)?;
    let times = || rows.iter().map(|placed| placed.row.time()).filter(|time| *time > i64::MIN);
    let (first_time, last_time) = (times().min(), times().max());
    let sha256 = hex(sink.context.finish().as_ref());
    Ok(Written { sha256, bytes: sink.bytes, rows: rows.len() as u64, first_time, last_time })
}

/// A file that is digested while it is written.
struct Hashing<'f> {
    file: &'f File,
    context: Context,
    bytes: u64,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.context.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where rows were read: file, digest of the file, index of the record.
pub type SourceOfRow = (String, String, u64);

/// Finds where rows were read. `numbers` are numbers of rows in this file, counted from its first one.
pub(super) fn sources(part: &Path, numbers: &[u64]) -> Result<BTreeMap<u64, SourceOfRow>, IngestError> {
    use arrow::array::Int64Array;
    let at = |source| IngestError::parquet(part, source);
    let file = File::open(part).map_err(|source| IngestError::file(part, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(at)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["source_file", "source_sha256", "source_index"]);
    let reader = builder.with_projection(mask).build().map_err(at)?;
    let mut found = BTreeMap::new();
    let mut first = 0;
    for batch in reader {
        let batch = batch.map_err(|error| IngestError::parquet(part, error.into()))?;
        let end = first + batch.num_rows() as u64;
        let text = |column: usize, row: usize| {
            let values = batch.column(column).as_any().downcast_ref::<StringArray>();
            values.filter(|values| values.is_valid(row)).map_or_else(String::new, |values| values.value(row).to_owned())
        };
        for number in numbers.iter().filter(|number| (first..end).contains(number)) {
            let row = (number - first) as usize;
            let index = batch.column(2).as_any().downcast_ref::<Int64Array>().map_or(0, |values| values.value(row));
            found.insert(*number, (text(0, row), text(1, row), u64::try_from(index).unwrap_or_default()));
        }
        first = end;
    }
    Ok(found)
}
