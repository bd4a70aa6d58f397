//! Events between the decoder and Parquet: rows of bytes, which can wait in memory or on disk and be sorted.
//!
//! A row is `length of the meta part (u32) · length of the text part (u32) · meta · text`. The meta part holds the
//! sorting time and, cell by cell, numbers and lengths; the text part all texts, the `uid` first.

use std::borrow::Cow;

use isoneph_tables::{Column, ColumnBuilder, ColumnKind, Instant};

use crate::event::{Cells, Event, SourcePlace};

const HEADER: usize = 8;

/// Appends an event to a buffer of rows.
pub(super) fn write(event: &Event<'_>, uid: &str, place: &SourcePlace<'_>, to: &mut Vec<u8>, scratch: &mut Scratch) {
    scratch.meta.clear();
    scratch.text.clear();
    let mut writer = Writer { meta: &mut scratch.meta, text: &mut scratch.text };
    writer.meta.extend_from_slice(&event.time.map_or(i64::MIN, |time| time.0).to_le_bytes());
    writer.text(Some(uid));
    event.cells(place, &mut writer);
    to.extend_from_slice(&(scratch.meta.len() as u32).to_le_bytes());
    to.extend_from_slice(&(scratch.text.len() as u32).to_le_bytes());
    to.extend_from_slice(&scratch.meta);
    to.extend_from_slice(scratch.text.as_bytes());
}

/// Memory that is used again for every row.
#[derive(Default)]
pub(super) struct Scratch {
    meta: Vec<u8>,
    text: String,
}

struct Writer<'w> {
    meta: &'w mut Vec<u8>,
    text: &'w mut String,
}

impl Writer<'_> {
    /// A number in as few bytes as it needs, seven bits in each.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.meta.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.meta.push(number as u8);
    }

    fn word(&mut self, value: Option<i64>) {
        self.meta.push(u8::from(value.is_some()));
        if let Some(value) = value {
            self.meta.extend_from_slice(&value.to_le_bytes());
        }
    }
}

impl Cells for Writer<'_> {
    fn text(&mut self, value: Option<&str>) {
        // One more than the length: 0 is NULL.
        self.number(value.map_or(0, |text| text.len() as u64 + 1));
        self.text.push_str(value.unwrap_or_default());
    }

    fn bool(&mut self, value: Option<bool>) {
        self.meta.push(value.map_or(2, u8::from));
    }

    fn int(&mut self, value: Option<i64>) {
        self.word(value);
    }

    fn time(&mut self, value: Option<Instant>) {
        self.word(value.map(|time| time.0));
    }

    fn texts(&mut self, value: Option<&[Cow<'_, str>]>) {
        self.number(value.map_or(0, |texts| texts.len() as u64 + 1));
        for text in value.unwrap_or_default() {
            self.number(text.len() as u64);
            self.text.push_str(text);
        }
    }
}

/// One row in a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    meta: &'b [u8],
    text: &'b str,
}

/// A buffer that does not hold what was written into it.
#[derive(Debug, thiserror::Error)]
#[error("rows that were set aside on disk came back damaged")]
pub(super) struct Damaged;

impl<'b> Row<'b> {
    /// The row at the beginning of a buffer, and its length.
    pub(super) fn read(bytes: &'b [u8]) -> Result<(Row<'b>, usize), Damaged> {
        let length = Row::length(bytes).ok_or(Damaged)?;
        let meta = word(bytes, 0).ok_or(Damaged)?;
        let (meta, text) = bytes.get(HEADER..length).and_then(|row| row.split_at_checked(meta)).ok_or(Damaged)?;
        let text = std::str::from_utf8(text).map_err(|_| Damaged)?;
        Ok((Row { meta, text }, length))
    }

    /// How long the row at the beginning of a buffer is; `None` where its header is not all there.
    pub(super) fn length(bytes: &[u8]) -> Option<usize> {
        HEADER.checked_add(word(bytes, 0)?)?.checked_add(word(bytes, 4)?)
    }

    /// When it happened; the lowest number where that is unknown.
    pub(super) fn time(&self) -> i64 {
        self.meta.first_chunk().map_or(i64::MIN, |bytes| i64::from_le_bytes(*bytes))
    }

    /// The row's identity.
    pub(super) fn uid(&self) -> &'b str {
        self.reader().text().ok().flatten().unwrap_or_default()
    }

    /// The region; empty where that is unknown.
    pub(super) fn region(&self) -> &'b str {
        let mut reader = self.reader();
        // uid, provider, account, region
        let mut last = Ok(None);
        for _ in 0..4 {
            last = reader.text();
        }
        last.ok().flatten().unwrap_or_default()
    }

    /// What the event says, without the place it was read at: the same event read from two files is equal.
    pub(super) fn same_event(&self, other: &Row<'_>) -> bool {
        // The place comes last: the file, its digest and the index, all of them texts and words of known kinds.
        self.said().is_ok_and(|said| other.said().is_ok_and(|other| said == other))
    }

    fn said(&self) -> Result<(&'b [u8], &'b str), Damaged> {
        let mut reader = self.reader();
        reader.text()?;
        for column in
            own_columns().filter(|column| !column.name.starts_with("source_") || column.name == "source_address")
        {
            reader.pass(column.kind)?;
        }
        let meta = self.meta.len() - reader.meta.len();
        let text = self.text.len() - reader.text.len();
        Ok((&self.meta[..meta], &self.text[..text]))
    }

    fn reader(&self) -> Reader<'b> {
        Reader { meta: self.meta.get(8..).unwrap_or_default(), text: self.text }
    }

    /// Appends the cells to the columns that an event fills, in their order.
    pub(super) fn append<'c>(&self, columns: impl Iterator<Item = &'c mut ColumnBuilder>) -> Result<(), Damaged> {
        let mut reader = self.reader();
        reader.text()?;
        for column in columns {
            reader.append(column)?;
        }
        Ok(())
    }
}

/// The columns that an event fills, in order.
pub(super) fn own_columns() -> impl Iterator<Item = &'static Column> {
    use crate::event::{COMMON_CELLS, FIRST_COMMON};
    let common = &isoneph_tables::COMMON_COLUMNS[FIRST_COMMON..FIRST_COMMON + COMMON_CELLS];
    common.iter().chain(isoneph_tables::schema::AuditEvent::DEF.columns)
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes) as usize)
}

struct Reader<'b> {
    meta: &'b [u8],
    text: &'b str,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.meta.split_first().ok_or(Damaged)?;
        self.meta = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<usize, Damaged> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(number).map_err(|_| Damaged);
            }
        }
        Err(Damaged)
    }

    fn piece(&mut self, length: usize) -> Result<&'b str, Damaged> {
        let (piece, rest) = self.text.split_at_checked(length).ok_or(Damaged)?;
        self.text = rest;
        Ok(piece)
    }

    fn text(&mut self) -> Result<Option<&'b str>, Damaged> {
        match self.number()? {
            0 => Ok(None),
            length => self.piece(length - 1).map(Some),
        }
    }

    fn word(&mut self) -> Result<Option<i64>, Damaged> {
        if self.byte()? == 0 {
            return Ok(None);
        }
        let (word, rest) = self.meta.split_first_chunk().ok_or(Damaged)?;
        self.meta = rest;
        Ok(Some(i64::from_le_bytes(*word)))
    }

    fn flag(&mut self) -> Result<Option<bool>, Damaged> {
        Ok(match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    fn pass(&mut self, kind: ColumnKind) -> Result<(), Damaged> {
        match kind {
            ColumnKind::Text => self.text().map(|_| ()),
            ColumnKind::Bool => self.flag().map(|_| ()),
            ColumnKind::Int | ColumnKind::Time => self.word().map(|_| ()),
            ColumnKind::Texts => {
                for _ in 1..self.number()? {
                    let length = self.number()?;
                    self.piece(length)?;
                }
                Ok(())
            }
        }
    }

    fn append(&mut self, column: &mut ColumnBuilder) -> Result<(), Damaged> {
        match column {
            ColumnBuilder::Text(builder) => builder.append_option(self.text()?),
            ColumnBuilder::Bool(builder) => builder.append_option(self.flag()?),
            ColumnBuilder::Int(builder) => builder.append_option(self.word()?),
            ColumnBuilder::Time(builder) => builder.append_option(self.word()?),
            ColumnBuilder::Texts(builder) => {
                let count = self.number()?;
                for _ in 1..count {
                    let length = self.number()?;
                    builder.values().append_value(self.piece(length)?);
                }
                builder.append(count > 0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use isoneph_tables::{ColumnBuilder, ColumnKind};

    use super::*;

    fn written(event: &Event<'_>, place: &SourcePlace<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(event, "aws/1/e", place, &mut bytes, &mut Scratch::default());
        bytes
    }

    fn event() -> Event<'static> {
        Event {
            provider: "aws".into(),
            id: "é".into(),
            time: Some(Instant(7)),
            targets: Some(vec!["a".into(), "日本".into()]),
            read_only: Some(false),
            raw_request: Some("x".repeat(300).into()),
            ..Event::default()
        }
    }

    #[test]
    fn a_row_gives_back_what_was_written() {
        let place = SourcePlace { file: "f", sha256: "s", index: 3 };
        let mut bytes = written(&event(), &place);
        let whole = bytes.len();
        bytes.extend(written(&Event::default(), &place));
        let (row, length) = Row::read(&bytes).unwrap();
        assert_eq!((row.uid(), row.time(), length), ("aws/1/e", 7, whole));
        assert_eq!(Row::read(&bytes[length..]).unwrap().0.time(), i64::MIN);
        let mut columns: Vec<ColumnBuilder> = own_columns().map(|column| ColumnBuilder::new(column.kind)).collect();
        row.append(columns.iter_mut()).unwrap();
        let shown: Vec<String> = own_columns()
            .zip(&mut columns)
            .filter(|(column, _)| {
                matches!(column.name, "native_id" | "targets" | "read_only" | "mfa" | "source_index" | "account")
            })
            .map(|(column, values)| {
                format!("{} {}", column.name, arrow::util::display::array_value_to_string(&values.finish(), 0).unwrap())
            })
            .collect();
        assert_eq!(
            shown,
            ["account ", "native_id é", "mfa ", "targets [a, 日本]", "read_only false", "source_index 3"]
        );
        assert!(own_columns().any(|column| column.kind == ColumnKind::Time));
    }

    #[test]
    fn the_same_event_from_two_files_is_the_same() {
        let one = written(&event(), &SourcePlace { file: "a", sha256: "s", index: 3 });
        let two = written(&event(), &SourcePlace { file: "other", sha256: "t", index: 4 });
        let changed = written(&Event { read_only: None, ..event() }, &SourcePlace { file: "a", sha256: "s", index: 3 });
        let row = |bytes| Row::read(bytes).unwrap().0;
        assert!(row(&one).same_event(&row(&two)));
        assert!(!row(&one).same_event(&row(&changed)));
    }

    #[test]
    fn a_damaged_row_is_told_and_not_believed() {
        let bytes = written(&event(), &SourcePlace { file: "a", sha256: "s", index: 3 });
        for cut in 0..bytes.len() {
            assert!(Row::read(&bytes[..cut]).is_err(), "{cut}");
        }
    }
}
