//! What an event says, as a digest: the same for a row on its way and for a row of a Parquet file, in any run.
//!
//! An identity is what the log claims, and some logs let whoever is logged choose it. Two records are one event only
//! where they say the same.

use std::borrow::Cow;
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
use crate::decode::is_class;
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

/// What both forms of a record say of an event that is there as its cloud wrote it and as somebody translated it.
const SHARED: [&str; 5] = ["time", "operation_name", "outcome", "source_address", "request_id"];
/// Where the form of a record shows.
const FORM: &str = "native_type";
/// What the columns begin with that hold JSON as it stood in the record.
const JSON: &str = "raw_";
/// Microseconds.
const SECOND: i64 = 1_000_000;

/// What an event says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// All of it.
    pub(super) content: Content,
    /// What a translation of it says as well.
    shared: Content,
    /// Whether it is a translation, into the schema of OCSF.
    translated: bool,
}

impl Said {
    /// Whether one of two records with one identity translates the other.
    pub(super) fn translates(&self, other: &Said) -> bool {
        self.translated != other.translated && self.shared == other.shared
    }

    /// Whether it is the translation of another record.
    pub(super) fn is_translation_of(&self, other: &Said) -> bool {
        self.translated && self.translates(other)
    }
}

/// Takes the cells of an event one after the other, each with the name of its column.
pub(super) struct Digesting {
    all: Part,
    shared: Part,
    translated: bool,
}

impl Digesting {
    pub(super) fn new() -> Digesting {
        Digesting { all: Part::new(), shared: Part::new(), translated: false }
    }

    pub(super) fn text(&mut self, column: &str, text: Option<&str>) {
        // How JSON is spaced and broken into lines says nothing.
        let unspaced = text.filter(|_| column.starts_with(JSON)).map(unspaced);
        let text = unspaced.as_deref().or(text);
        self.all.text(text);
        self.translated |= column == FORM && text.is_some_and(is_class);
        if SHARED.contains(&column) {
            self.shared.text(text);
        }
    }

    pub(super) fn texts<'t>(&mut self, texts: Option<impl ExactSizeIterator<Item = Option<&'t str>>>) {
        self.all.count(texts.as_ref().map(ExactSizeIterator::len));
        texts.into_iter().flatten().for_each(|text| self.all.text(text));
    }

    pub(super) fn number(&mut self, column: &str, number: Option<i64>) {
        self.all.number(number);
        if SHARED.contains(&column) {
            // A translation may have left out what is less than a second.
            self.shared.number(number.map(|number| number.div_euclid(SECOND)));
        }
    }

    pub(super) fn flag(&mut self, flag: Option<bool>) {
        self.all.number(flag.map(i64::from));
    }

    pub(super) fn finish(self) -> Said {
        Said { content: self.all.finish(), shared: self.shared.finish(), translated: self.translated }
    }
}

/// JSON without the white space between its words.
fn unspaced(json: &str) -> Cow<'_, str> {
    let mut rest = json;
    let mut kept = String::new();
    while let Some(at) = space_in(rest) {
        kept.push_str(&rest[..at]);
        rest = rest[at..].trim_start_matches([' ', '\n', '\r', '\t']);
    }
    if kept.is_empty() && rest.len() == json.len() { Cow::Borrowed(json) } else { Cow::Owned(kept + rest) }
}

/// Where the first white space stands that is in no text.
fn space_in(json: &str) -> Option<usize> {
    let (mut in_text, mut escaped) = (false, false);
    json.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            _ => {}
        }
        !in_text && matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
    })
}

/// A digest of cells.
struct Part(Context);

impl Part {
    fn new() -> Part {
        Part(Context::new(&SHA256))
    }

    fn text(&mut self, text: Option<&str>) {
        self.count(text.map(str::len));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    fn number(&mut self, number: Option<i64>) {
        self.count(number.map(|_| size_of::<i64>()));
        self.0.update(&number.unwrap_or_default().to_le_bytes());
    }

    fn finish(self) -> Content {
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
pub(super) fn of_part(part: &Path, numbers: &[u64]) -> Result<BTreeMap<u64, Said>, IngestError> {
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

fn of_row(batch: &RecordBatch, row: usize) -> Option<Said> {
    let mut digesting = Digesting::new();
    for (column, _) in columns().filter(|(_, said)| *said) {
        let values: &ArrayRef = batch.column_by_name(column.name)?;
        let there = values.is_valid(row);
        match column.kind {
            ColumnKind::Text => {
                let texts = values.as_string_opt::<i32>()?;
                digesting.text(column.name, there.then(|| texts.value(row)));
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
                digesting.number(column.name, there.then(|| numbers.value(row)));
            }
            ColumnKind::Time => {
                let times = values.as_primitive_opt::<TimestampMicrosecondType>()?;
                digesting.number(column.name, there.then(|| times.value(row)));
            }
            ColumnKind::Bool => {
                let flags = values.as_boolean_opt()?;
                digesting.flag(there.then(|| flags.value(row)));
            }
        }
    }
    Some(digesting.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_between_the_words_of_json_says_nothing() {
        for (json, same) in [
            ("{\"a\": 1,\n  \"b\": [1, 2]}\n", "{\"a\":1,\"b\":[1,2]}"),
            ("{\"a b\":\"c \\\" d\\\\\" , \"e\":\" \"}", "{\"a b\":\"c \\\" d\\\\\",\"e\":\" \"}"),
            ("{}", "{}"),
            (" {}", "{}"),
            ("", ""),
        ] {
            assert_eq!(unspaced(json), same);
        }
    }
}
