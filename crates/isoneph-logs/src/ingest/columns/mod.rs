//! Rows as the columns of a Parquet file.
//!
//! Texts that rows share come with their numbers, so that a column of them is written without looking at a text twice:
//! the general writer would copy and hash every text of every row.

mod dictionary;
mod packed;
mod pages;
mod texts;

use std::io::Write;
use std::sync::Arc;

use isoneph_model::RowId;
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{ColumnKind, Row as _};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::Encoding;
use parquet::data_type::{BoolType, DataType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::ColumnPath;
use zstd::bulk::Compressor;

use super::error::IngestError;
use super::part::{Placed, Shared};
use super::words::Words;
use crate::event::{COMMON_CELLS, FIRST_COMMON};
use crate::reconcile;
pub(super) use texts::Texts;

/// What differs from row to row: a dictionary gains nothing.
pub(super) const DISTINCT: [&str; 5] = ["uid", "native_id", "request_id", "raw_request", "raw_response"];
/// Of these, the one whose texts begin alike.
const PREFIXED: &str = "uid";
/// What queries choose rows by.
const SOUGHT: [&str; 5] = ["account", "region", "time", "operation_name", "row"];
/// Numbers that have few values: near their neighbours are all the others.
const FEW: [&str; 1] = ["snapshot"];
/// The level of zstd: the quickest one.
const LEVEL: i32 = 1;

/// One column that grows.
pub(super) enum Column {
    Text(Texts),
    List(Texts),
    Number(Values<i64>),
    Flag(Values<bool>),
}

/// Numbers or flags, and for each row whether there is one.
pub(super) struct Values<V> {
    values: Vec<V>,
    there: Vec<i16>,
}

impl<V> Values<V> {
    fn new() -> Values<V> {
        Values { values: Vec::new(), there: Vec::new() }
    }

    /// Appends a value or NULL.
    pub(super) fn append(&mut self, value: Option<V>) {
        self.there.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

/// The columns of the table, in the memory of one file after the other.
pub(super) struct Columns {
    columns: Vec<Column>,
    /// The numbers that shared texts have in the dictionaries of their columns.
    numbers: Vec<u32>,
    /// The file that the last row was read from, by its number.
    file: Option<u32>,
    rows: u64,
    compressor: Compressor<'static>,
}

impl Columns {
    pub(super) fn new() -> std::io::Result<Columns> {
        let column = |column: &isoneph_tables::Column| match column.kind {
            ColumnKind::Text => Column::Text(texts_of(column.name)),
            ColumnKind::Texts => Column::List(Texts::new(false, false, texts::SMALL)),
            ColumnKind::Int | ColumnKind::Time => Column::Number(Values::new()),
            ColumnKind::Bool => Column::Flag(Values::new()),
        };
        let columns = AuditEvent::table().def().all_columns().map(column).collect();
        Ok(Columns { columns, numbers: Vec::new(), file: None, rows: 0, compressor: Compressor::new(LEVEL)? })
    }

    /// Appends a row.
    pub(super) fn add(
        &mut self,
        placed: &Placed<'_>,
        number: RowId,
        words: &Words,
        shared: &Shared,
    ) -> std::result::Result<(), IngestError> {
        const AFTER: usize = FIRST_COMMON + COMMON_CELLS;
        let Placed { row, file, .. } = placed;
        if self.rows == 0 {
            self.numbers.clear();
            self.numbers.resize(words.len(), texts::UNKNOWN);
            self.file = None;
        }
        let same_file = self.file.replace(file.number) == Some(file.number);
        self.rows += 1;
        let (common, own) = self.columns.split_at_mut(AFTER + 3);
        common[0].append_number(Some(shared.snapshot));
        common[1].append_text(Some(&placed.uid()));
        common[2].append_number(Some(number.column()));
        common[AFTER].append_no_texts();
        common[AFTER + 1].append_text(shared.service.as_deref());
        common[AFTER + 2].append_text(shared.tenant.as_deref());
        row.append(file, same_file, words, &mut self.numbers, &mut common[FIRST_COMMON..AFTER], own)?;
        Ok(())
    }

    /// A file for rows.
    pub(super) fn file<W: Write + Send>(to: W) -> Result<SerializedFileWriter<W>> {
        let schema = AuditEvent::table().def().schema();
        let mut properties = properties();
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        let parquet = ArrowSchemaConverter::new().convert(&schema)?;
        SerializedFileWriter::new(to, parquet.root_schema_ptr(), Arc::new(properties))
    }

    /// Writes the rows to a file, and is ready for others.
    pub(super) fn write<W: Write + Send>(&mut self, to: &mut SerializedFileWriter<W>) -> Result<()> {
        let described = to.schema_descr().columns().to_vec();
        let mut group = to.next_row_group()?;
        for (column, described) in self.columns.iter_mut().zip(&described) {
            match column {
                Column::Text(texts) | Column::List(texts) => {
                    let sought = SOUGHT.contains(&described.name());
                    let (bytes, close) = pages::chunk(texts, described, self.rows, sought, &mut self.compressor)?;
                    texts.clear();
                    group.append_column(&bytes, close)?;
                }
                Column::Number(values) => write::<Int64Type, _>(values, described.max_def_level(), &mut group)?,
                Column::Flag(values) => write::<BoolType, _>(values, described.max_def_level(), &mut group)?,
            }
        }
        self.rows = 0;
        group.close().map(drop)
    }
}

fn texts_of(column: &str) -> Texts {
    let small = if reconcile::COLUMNS.contains(&column) { texts::SMALL } else { 0 };
    Texts::new(DISTINCT.contains(&column), column == PREFIXED, small)
}

/// Writes a column of numbers or flags.
fn write<T: DataType, W: Write + Send>(
    Values { values, there }: &mut Values<T::T>,
    most: i16,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<()> {
    let missing = || ParquetError::General("the table has more columns than its schema".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, (most > 0).then_some(&**there), None)?;
    values.clear();
    there.clear();
    column.close()
}

/// How columns that are no texts are written, and the file as a whole.
fn properties() -> WriterProperties {
    let mut properties =
        WriterProperties::builder().set_statistics_enabled(EnabledStatistics::None).set_offset_index_disabled(true);
    let numbers = AuditEvent::table()
        .def()
        .all_columns()
        .filter(|column| matches!(column.kind, ColumnKind::Int | ColumnKind::Time) && !FEW.contains(&column.name));
    for column in numbers {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column.name), false)
            .set_column_encoding(ColumnPath::from(column.name), Encoding::DELTA_BINARY_PACKED);
    }
    for column in SOUGHT {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Chunk);
    }
    properties.build()
}

// The table's definition fixes the kind of each column, so a mismatch below cannot come from a log; should a bug make
// one, NULL (unknown) is the answer that claims nothing.
impl Column {
    pub(super) fn append_null(&mut self) {
        match self {
            Column::Text(texts) => texts.append(None),
            Column::List(texts) => texts.append_list(None),
            Column::Number(values) => values.append(None),
            Column::Flag(values) => values.append(None),
        }
    }

    pub(super) fn append_text(&mut self, text: Option<&str>) {
        match self {
            Column::Text(texts) => texts.append(text),
            other => other.append_null(),
        }
    }

    /// Appends a text of which is known whether it was the last one as well.
    pub(super) fn append_next(&mut self, text: &str, again: bool) {
        match self {
            Column::Text(texts) => texts.append_next(text, again),
            other => other.append_null(),
        }
    }

    pub(super) fn append_number(&mut self, number: Option<i64>) {
        match self {
            Column::Number(values) => values.append(number),
            other => other.append_null(),
        }
    }

    fn append_no_texts(&mut self) {
        match self {
            Column::List(texts) => texts.append_list(Some(&[])),
            other => other.append_null(),
        }
    }
}

#[cfg(test)]
mod tests;
