//! One Parquet file: rows of one partition, sorted by region and time, in the schema of the table `audit_event`.

use std::collections::{BTreeMap, HashMap, hash_map};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayBuilder as _, ArrayRef, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::SchemaRef;
use isoneph_model::RowId;
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{ColumnBuilder, Row as _};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use ring::digest::{Context, SHA256};

use super::error::IngestError;
use super::row::{self, Entry, FileOfRows, Row};
use super::words::Words;
use crate::event::{COMMON_CELLS, FIRST_COMMON};
use crate::hex::hex;

/// Rows that go into one file, in buffers that somebody else holds.
#[derive(Default)]
pub(super) struct Bucket<'b> {
    rows: HashMap<&'b str, Placed<'b>>,
    pub(super) duplicates: u64,
    /// Identities that came back with another content.
    pub(super) conflicts: Vec<String>,
    pub(super) conflict_count: u64,
}

/// A row, and the file that it was read from.
#[derive(Clone, Copy)]
struct Placed<'b> {
    row: Row<'b>,
    file: FileOfRows<'b>,
}

/// About how many bytes a row has.
const USUAL_ROW: usize = 512;
/// How many conflicting identities are listed.
const MAX_LISTED: usize = 20;

impl<'b> Bucket<'b> {
    /// The rows in some buffers. Of rows with one identity the first one stays.
    pub(super) fn new(buffers: &'b [Vec<u8>]) -> Result<Bucket<'b>, IngestError> {
        let mut bucket = Bucket::default();
        bucket.rows.reserve(buffers.iter().map(Vec::len).sum::<usize>() / USUAL_ROW);
        let mut file = FileOfRows::default();
        for buffer in buffers {
            let mut rest = &buffer[..];
            while !rest.is_empty() {
                let (entry, length) = row::read(rest)?;
                rest = &rest[length..];
                match entry {
                    Entry::File(next) => file = next,
                    Entry::Event(row) => bucket.add(Placed { row, file })?,
                }
            }
        }
        Ok(bucket)
    }

    fn add(&mut self, placed: Placed<'b>) -> Result<(), IngestError> {
        let uid = placed.row.uid()?;
        match self.rows.entry(uid) {
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(placed);
            }
            hash_map::Entry::Occupied(kept) => {
                self.duplicates += 1;
                if kept.get().row.said() != placed.row.said() {
                    self.conflict_count += 1;
                    if self.conflicts.len() < MAX_LISTED {
                        self.conflicts.push(uid.to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes out the rows that an older file has.
    pub(super) fn remove_known(&mut self, part: &Path) -> Result<(), IngestError> {
        for uids in uids(part)? {
            let uids = uids?;
            for uid in uids.iter().flatten() {
                if self.rows.remove(uid).is_some() {
                    self.duplicates += 1;
                }
            }
        }
        Ok(())
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows by region and time; the identity decides between equals, so that the order is always the same.
    fn sorted(&self, words: &Words) -> Result<Vec<Placed<'b>>, IngestError> {
        let mut rows = Vec::with_capacity(self.rows.len());
        #[allow(clippy::iter_over_hash_type, reason = "the rows are sorted below")]
        for (uid, placed) in &self.rows {
            rows.push((placed.row.region(words)?, placed.row.time(), *uid, *placed));
        }
        rows.sort_unstable_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        Ok(rows.into_iter().map(|(_, _, _, placed)| placed).collect())
    }
}

/// Copies rows together and leaves repeats out: for a log that repeats one event more often than memory holds.
#[derive(Default)]
pub(super) struct Thinner {
    pub(super) buffer: Vec<u8>,
    met: HashMap<Box<str>, u64>,
    pub(super) duplicates: u64,
    pub(super) conflict_count: u64,
}

impl Thinner {
    /// Adds an entry of a buffer of rows.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        if let (Entry::Event(row), _) = row::read(bytes)? {
            let mut hasher = DefaultHasher::new();
            row.said().hash(&mut hasher);
            let said = hasher.finish();
            let uid = row.uid()?;
            if let Some(kept) = self.met.get(uid) {
                self.duplicates += 1;
                self.conflict_count += u64::from(*kept != said);
                return Ok(());
            }
            self.met.insert(uid.into(), said);
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

/// Rows that are turned into columns at a time.
const BATCH: usize = 8192;
/// The memory that an unfinished row group may take.
const ROW_GROUP: usize = 48 << 20;

/// Writes the rows of a bucket to a file, which must be empty.
pub(super) fn write(
    bucket: &Bucket<'_>,
    words: &Words,
    shared: &Shared,
    path: &Path,
    to: &File,
) -> Result<Written, IngestError> {
    let failed = |source| IngestError::parquet(path, source);
    let schema = AuditEvent::table().def().schema();
    let rows = bucket.sorted(words)?;
    let mut sink = Hashing { file: to, context: Context::new(&SHA256), bytes: 0 };
    let mut writer = ArrowWriter::try_new(&mut sink, schema.clone(), Some(properties())).map_err(failed)?;
    let mut columns = Columns::new();
    for (batch, rows) in (0..).zip(rows.chunks(BATCH)) {
        let first_row = shared.first_row + batch * BATCH as u64;
        let batch = columns.batch(rows, words, first_row, shared, &schema)?;
        writer.write(&batch).map_err(failed)?;
        if writer.in_progress_size() > ROW_GROUP {
            writer.flush().map_err(failed)?;
        }
    }
    writer.close().map_err(failed)?;
    let times = || rows.iter().map(|placed| placed.row.time()).filter(|time| *time > i64::MIN);
    let (first_time, last_time) = (times().min(), times().max());
    let sha256 = hex(sink.context.finish().as_ref());
    Ok(Written { sha256, bytes: sink.bytes, rows: rows.len() as u64, first_time, last_time })
}

/// What differs from row to row: a dictionary gains nothing.
pub(super) const DISTINCT: [&str; 5] = ["uid", "native_id", "request_id", "raw_request", "raw_response"];
/// Numbers that are near those of their neighbours.
const NUMBERS: [&str; 5] = ["row", "time", "delivered_at", "session_started_at", "source_index"];
/// What has few values: as numbers of a dictionary it is so small that packing it costs more than it gains.
const FEW: [&str; 22] = [
    "snapshot",
    "provider",
    "account",
    "region",
    "native_type",
    "name",
    "tags.list.item",
    "service",
    "tenant",
    "category",
    "api_service",
    "operation",
    "operation_name",
    "actor_kind",
    "actor_account",
    "mfa",
    "invoked_by",
    "acting_as",
    "outcome",
    "error_code",
    "read_only",
    "phase",
];
/// What queries choose rows by.
const SOUGHT: [&str; 5] = ["account", "region", "time", "operation_name", "row"];

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_write_batch_size(BATCH)
        .set_max_row_group_row_count(Some(1 << 18));
    for column in DISTINCT {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    for column in NUMBERS {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
    }
    for column in FEW.into_iter().chain(NUMBERS) {
        let path = ColumnPath::new(column.split('.').map(str::to_owned).collect());
        properties = properties.set_column_compression(path, Compression::UNCOMPRESSED);
    }
    for column in SOUGHT {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Chunk);
    }
    properties.build()
}

struct Columns(Vec<ColumnBuilder>);

impl Columns {
    fn new() -> Columns {
        let columns = AuditEvent::table().def().all_columns();
        Columns(columns.map(|column| ColumnBuilder::new(column.kind)).collect())
    }

    fn batch(
        &mut self,
        rows: &[Placed<'_>],
        words: &Words,
        first_row: u64,
        shared: &Shared,
        schema: &SchemaRef,
    ) -> Result<RecordBatch, IngestError> {
        const AFTER: usize = FIRST_COMMON + COMMON_CELLS;
        for (index, Placed { row, file }) in (first_row..).zip(rows) {
            let number = usize::try_from(index).ok().and_then(|index| RowId::new(AuditEvent::table().ordinal(), index));
            let number = number.ok_or(IngestError::TooManyRows)?;
            self.0[0].append_int(Some(shared.snapshot));
            self.0[1].append_text(Some(row.uid()?));
            self.0[2].append_int(Some(number.column()));
            self.0[AFTER].append_texts(Some(&[]));
            self.0[AFTER + 1].append_text(shared.service.as_deref());
            self.0[AFTER + 2].append_text(shared.tenant.as_deref());
            let (common, own) = self.0.split_at_mut(AFTER + 3);
            row.append(file, words, &mut common[FIRST_COMMON..AFTER], own)?;
        }
        let columns: Vec<ArrayRef> = self.0.iter_mut().map(finish).collect();
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(IngestError::Arrow)
    }
}

/// The finished column. The next batch is much like this one: its texts get as much room at once.
fn finish(column: &mut ColumnBuilder) -> ArrayRef {
    let room = match column {
        ColumnBuilder::Text(texts) => Some((texts.len(), texts.values_slice().len())),
        _ => None,
    };
    let finished = column.finish();
    if let Some((rows, bytes)) = room {
        *column = ColumnBuilder::Text(StringBuilder::with_capacity(rows, bytes));
    }
    finished
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
    let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(at)?;
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
