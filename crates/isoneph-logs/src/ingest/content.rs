//! What an event says, as a digest: the same for a row on its way and for a row of a Parquet file, in any run.
//!
//! An identity is what the log claims, and some logs let whoever is logged choose it. Two records are one event only
//! where they say the same.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{COMMON_COLUMNS, Column, ColumnKind, Row as _};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ring::digest::{Context, SHA256};

use super::error::IngestError;
use super::row::PLACE_COLUMNS;
use crate::event::{COMMON_CELLS, FIRST_COMMON};

/// The digest of what an event says.
pub(super) type Content = [u8; 32];

/// When a record was delivered is, for some logs, in the name of its file: one event can be delivered twice.
const NOT_SAID: &str = "delivered_at";

/// The columns that an event fills, in the order of its cells, and whether it says what stands there.
pub(super) fn columns() -> impl Iterator<Item = (&'static Column, bool)> {
    let own = AuditEvent::table().def().columns;
    let common = &COMMON_COLUMNS[FIRST_COMMON..FIRST_COMMON + COMMON_CELLS];
    let all = common.iter().chain(&own[..own.len() - PLACE_COLUMNS]);
    all.map(|column| (column, column.name != NOT_SAID))
}

/// Takes the cells of an event one after the other.
pub(super) struct Digesting(Context);

impl Digesting {
    pub(super) fn new() -> Digesting {
        Digesting(Context::new(&SHA256))
    }

    pub(super) fn text(&mut self, text: Option<&str>) {
        self.count(text.map(str::len));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    pub(super) fn texts<'t>(&mut self, texts: Option<impl ExactSizeIterator<Item = Option<&'t str>>>) {
        self.count(texts.as_ref().map(ExactSizeIterator::len));
        texts.into_iter().flatten().for_each(|text| self.text(text));
    }

    pub(super) fn number(&mut self, number: Option<i64>) {
        self.count(number.map(|_| size_of::<i64>()));
        self.0.update(&number.unwrap_or_default().to_le_bytes());
    }

    pub(super) fn flag(&mut self, flag: Option<bool>) {
        self.number(flag.map(i64::from));
    }

    pub(super) fn finish(self) -> Content {
        let mut content = Content::default();
        content.copy_from_slice(self.0.finish().as_ref());
        content
    }

    /// How much follows; NULL is not the same as nothing.
    fn count(&mut self, count: Option<usize>) {
        self.0.update(&count.map_or(u64::MAX, |count| count as u64).to_le_bytes());
    }
}

/// What rows of a Parquet file say, by their numbers in it, counted from its first one. `numbers` are in order.
pub(super) fn of_part(part: &Path, numbers: &[u64]) -> Result<BTreeMap<u64, Content>, IngestError> {
    let at = |source| IngestError::parquet(part, source);
    let file = File::open(part).map_err(|source| IngestError::file(part, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(at)?;
    let said = columns().filter(|(_, said)| *said).map(|(column, _)| column.name);
    let mask = ProjectionMask::columns(builder.parquet_schema(), said);
    let (mut first, mut found) = (0, BTreeMap::new());
    for batch in builder.with_projection(mask).build().map_err(at)? {
        let batch = batch.map_err(|error| at(error.into()))?;
        let end = first + batch.num_rows() as u64;
        let inside = numbers.partition_point(|number| *number < first)..numbers.partition_point(|number| *number < end);
        for number in &numbers[inside] {
            let content = of_row(&batch, (number - first) as usize).ok_or_else(|| IngestError::NotOurs {
                path: part.to_owned(),
                reason: "its columns are not those of the table".to_owned(),
            })?;
            found.insert(*number, content);
        }
        first = end;
    }
    Ok(found)
}

fn of_row(batch: &RecordBatch, row: usize) -> Option<Content> {
    let mut digesting = Digesting::new();
    for (column, _) in columns().filter(|(_, said)| *said) {
        let values: &ArrayRef = batch.column_by_name(column.name)?;
        let there = values.is_valid(row);
        match column.kind {
            ColumnKind::Text => {
                let texts = values.as_string_opt::<i32>()?;
                digesting.text(there.then(|| texts.value(row)));
            }
            ColumnKind::Texts => {
                let list = values.as_list_opt::<i32>()?;
                let values = there.then(|| list.value(row));
                let texts = match &values {
                    Some(values) => Some(values.as_string_opt::<i32>()?.iter()),
                    None => None,
                };
                digesting.texts(texts);
            }
            ColumnKind::Int => {
                let numbers = values.as_primitive_opt::<Int64Type>()?;
                digesting.number(there.then(|| numbers.value(row)));
            }
            ColumnKind::Time => {
                let times = values.as_primitive_opt::<TimestampMicrosecondType>()?;
                digesting.number(there.then(|| times.value(row)));
            }
            ColumnKind::Bool => {
                let flags = values.as_boolean_opt()?;
                digesting.flag(there.then(|| flags.value(row)));
            }
        }
    }
    Some(digesting.finish())
}
