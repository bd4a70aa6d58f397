//! Events between the decoder and Parquet: rows of bytes, which can wait in memory or on disk and be sorted.
//!
//! A row is `length of the text part (u32) · length of the meta part (u32) · text · meta`. The text part holds all
//! texts, the `uid` first; the meta part the sorting time and, cell by cell, numbers and lengths. Texts that many rows
//! share stand there as numbers, and the event's own id is the part of the `uid` that it is. The file that rows were
//! read from is not in each of them: a row without a meta part stands before them, and says it.

use std::borrow::Cow;

use isoneph_tables::{ColumnKind, Instant};

use super::columns::Column;
use super::content::{self, Content, Digesting, Said};
use super::words::Words;
use crate::event::{Cells, Event, SourcePlace};

const HEADER: usize = 8;
/// The columns that say where a row was read: file, digest, index.
pub(super) const PLACE_COLUMNS: usize = 3;
/// Which of the columns that an event fills holds its own id.
const ID_COLUMN: usize = 4;

/// What writing rows needs again for every row.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) words: Words,
    meta: Vec<u8>,
}

/// Appends an event to a buffer of rows.
pub(super) fn write(event: &Event<'_>, uid: &str, index: u64, to: &mut Vec<u8>, scratch: &mut Scratch) {
    let Scratch { words, meta } = scratch;
    meta.clear();
    meta.extend_from_slice(&event.time.map_or(i64::MIN, |time| time.0).to_le_bytes());
    let start = begin(to);
    let part = if event.id_part.is_empty() { 0 } else { event.id_part.len() + 1 };
    let mut writer = Writer { meta, text: to, words, cell: 0, uid: uid.get(..uid.len() - part).unwrap_or_default() };
    writer.text(Some(uid));
    event.cells(&SourcePlace { file: "", sha256: "", index }, &mut writer);
    let text = to.len() - start - HEADER;
    to.extend_from_slice(meta);
    finish(to, start, text);
}

/// Appends the file that the rows behind it were read from.
pub(super) fn write_file(file: &str, sha256: &str, to: &mut Vec<u8>) {
    let start = begin(to);
    to.extend_from_slice(sha256.as_bytes());
    to.extend_from_slice(file.as_bytes());
    let text = to.len() - start - HEADER;
    finish(to, start, text);
}

fn begin(to: &mut Vec<u8>) -> usize {
    to.extend_from_slice(&[0; HEADER]);
    to.len() - HEADER
}

fn finish(to: &mut [u8], start: usize, text: usize) {
    let meta = to.len() - start - HEADER - text;
    to[start..start + 4].copy_from_slice(&(text as u32).to_le_bytes());
    to[start + 4..start + HEADER].copy_from_slice(&(meta as u32).to_le_bytes());
}

struct Writer<'w> {
    meta: &'w mut Vec<u8>,
    text: &'w mut Vec<u8>,
    words: &'w mut Words,
    /// How many cells with shared texts were written.
    cell: usize,
    /// The row's identity, without what stands behind the event's own id.
    uid: &'w str,
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
        // 0 is NULL, an odd number a length, an even one the number of a shared text.
        self.number(value.map_or(0, |text| (text.len() as u64) << 1 | 1));
        self.text.extend_from_slice(value.unwrap_or_default().as_bytes());
    }

    fn shared(&mut self, value: Option<&str>) {
        let cell = self.cell;
        self.cell += 1;
        match value.filter(|text| !text.is_empty()).and_then(|text| self.words.number(cell, text)) {
            Some(number) => self.number((u64::from(number) + 1) << 1),
            None => self.text(value),
        }
    }

    fn id(&mut self, value: &str) {
        // 0 says that it stands here, another number one more than where it begins in the `uid`.
        match self.uid.len().checked_sub(value.len()).filter(|_| self.uid.ends_with(value)) {
            Some(start) => {
                self.number(start as u64 + 1);
                self.number(value.len() as u64);
            }
            None => {
                self.number(0);
                self.text(Some(value));
            }
        }
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
            self.text.extend_from_slice(text.as_bytes());
        }
    }

    fn place(&mut self, place: &SourcePlace<'_>) {
        self.meta.extend_from_slice(&place.index.to_le_bytes());
    }
}

/// What stands in a buffer of rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entry<'b> {
    /// An event.
    Event(Row<'b>),
    /// The file that the events behind it were read from.
    File(FileOfRows<'b>),
}

/// A file that rows were read from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileOfRows<'b> {
    /// Which of the files in some buffers it is, for whoever counts them.
    pub(super) number: u32,
    pub(super) sha256: &'b str,
    pub(super) path: &'b str,
}

/// One row in a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    meta: &'b [u8],
    text: &'b [u8],
}

/// A buffer that does not hold what was written into it.
#[derive(Debug, thiserror::Error)]
#[error("rows that were set aside on disk came back damaged")]
pub(super) struct Damaged;

/// The length of what stands at the beginning of a buffer; `None` where its header is not all there.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    HEADER.checked_add(word(bytes, 0)?)?.checked_add(word(bytes, 4)?)
}

/// What stands at the beginning of a buffer, and its length.
pub(super) fn read(bytes: &[u8]) -> Result<(Entry<'_>, usize), Damaged> {
    let length = length(bytes).ok_or(Damaged)?;
    let text = word(bytes, 0).ok_or(Damaged)?;
    let (text, meta) = bytes.get(HEADER..length).and_then(|row| row.split_at_checked(text)).ok_or(Damaged)?;
    if meta.is_empty() {
        let text = std::str::from_utf8(text).map_err(|_| Damaged)?;
        let (sha256, path) = text.split_at_checked(64).ok_or(Damaged)?;
        return Ok((Entry::File(FileOfRows { number: 0, sha256, path }), length));
    }
    Ok((Entry::Event(Row { meta, text }), length))
}

impl<'b> Row<'b> {
    /// When it happened; the lowest number where that is unknown.
    pub(super) fn time(&self) -> i64 {
        self.meta.first_chunk().map_or(i64::MIN, |bytes| i64::from_le_bytes(*bytes))
    }

    /// The row's identity.
    pub(super) fn uid(&self) -> Result<&'b str, Damaged> {
        self.reader().text().map(Option::unwrap_or_default)
    }

    /// The region; empty where that is unknown.
    pub(super) fn region<'w>(&self, words: &'w Words) -> Result<&'w str, Damaged>
    where
        'b: 'w,
    {
        let mut reader = self.reader();
        // uid, provider, account, region
        for _ in 0..3 {
            reader.pass_text()?;
        }
        reader.shared(words).map(Option::unwrap_or_default)
    }

    /// What the event says, without the place it was read at: rows of which this is equal say the same. Rows that say
    /// the same and were delivered at different times differ here, and have one [content](Self::content).
    pub(super) fn said(&self) -> (&'b [u8], &'b [u8]) {
        let index = size_of::<u64>();
        (&self.meta[..self.meta.len().saturating_sub(index)], self.text)
    }

    /// The digest of what the event says, wherever and whenever it was delivered.
    pub(super) fn content(&self, words: &Words) -> Result<Content, Damaged> {
        Ok(self.digested(words)?.content)
    }

    /// The same, with what a translation of it would say.
    pub(super) fn digested(&self, words: &Words) -> Result<Said, Damaged> {
        let text = std::str::from_utf8(self.text).map_err(|_| Damaged)?;
        let meta = self.meta.get(8..).unwrap_or_default();
        let mut reader = Texts { meta, text, words, numbers: &mut [] };
        let uid = reader.text()?.unwrap_or_default();
        let mut digesting = Digesting::new();
        for (at, (column, said)) in content::columns().enumerate() {
            match column.kind {
                ColumnKind::Text if at == ID_COLUMN => digesting.text(column.name, reader.id(uid)?),
                ColumnKind::Text => digesting.text(column.name, reader.text()?),
                ColumnKind::Texts => digesting.texts(reader.list()?.map(|texts| texts.into_iter().map(Some))),
                ColumnKind::Int | ColumnKind::Time => {
                    let word = reader.word()?;
                    if said {
                        digesting.number(column.name, word);
                    }
                }
                ColumnKind::Bool => digesting.flag(reader.flag()?),
            }
        }
        Ok(digesting.finish())
    }

    fn reader(&self) -> Reader<'b> {
        Reader { meta: self.meta.get(8..).unwrap_or_default(), text: self.text }
    }

    /// Appends the cells to the columns that an event fills: some of the common ones, then the table's own. `numbers`
    /// are those that shared texts have in the dictionaries of their columns; `same_file` says that the row before was
    /// read from the same file.
    pub(super) fn append(
        &self,
        file: &FileOfRows<'_>,
        same_file: bool,
        words: &Words,
        numbers: &mut [u32],
        common: &mut [Column],
        own: &mut [Column],
    ) -> Result<(), Damaged> {
        let (own, place) = own.split_at_mut_checked(own.len().wrapping_sub(PLACE_COLUMNS)).ok_or(Damaged)?;
        // All texts at once: nearly every one of them is short.
        let text = std::str::from_utf8(self.text).map_err(|_| Damaged)?;
        let mut reader = Texts { meta: self.meta.get(8..).unwrap_or_default(), text, words, numbers };
        let uid = reader.text()?.unwrap_or_default();
        for (at, column) in common.iter_mut().chain(own).enumerate() {
            match column {
                Column::Text(texts) if at == ID_COLUMN => texts.append(reader.id(uid)?),
                column => reader.append(column)?,
            }
        }
        let index: Option<&[u8; 8]> = reader.meta.first_chunk();
        place[0].append_next(file.path, same_file);
        place[1].append_next(file.sha256, same_file);
        place[2].append_number(index.and_then(|bytes| i64::try_from(u64::from_le_bytes(*bytes)).ok()));
        Ok(())
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes) as usize)
}

fn number(meta: &mut &[u8]) -> Result<usize, Damaged> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = meta.split_first().ok_or(Damaged)?;
        *meta = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return usize::try_from(number).map_err(|_| Damaged);
        }
    }
    Err(Damaged)
}

/// Reads the first cells of a row, which are texts.
struct Reader<'b> {
    meta: &'b [u8],
    text: &'b [u8],
}

/// How a text is given: `None` is NULL.
enum Given {
    Length(usize),
    Number(u32),
}

fn given(meta: &mut &[u8]) -> Result<Option<Given>, Damaged> {
    let code = number(meta)?;
    Ok(match (code, code & 1) {
        (0, _) => None,
        (_, 1) => Some(Given::Length(code >> 1)),
        _ => Some(Given::Number(u32::try_from((code >> 1) - 1).map_err(|_| Damaged)?)),
    })
}

impl<'b> Reader<'b> {
    fn piece(&mut self, length: usize) -> Result<&'b [u8], Damaged> {
        let (piece, rest) = self.text.split_at_checked(length).ok_or(Damaged)?;
        self.text = rest;
        Ok(piece)
    }

    fn pass_text(&mut self) -> Result<(), Damaged> {
        if let Some(Given::Length(length)) = given(&mut self.meta)? {
            self.piece(length)?;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<Option<&'b str>, Damaged> {
        match given(&mut self.meta)? {
            None => Ok(None),
            Some(Given::Length(length)) => std::str::from_utf8(self.piece(length)?).map(Some).map_err(|_| Damaged),
            Some(Given::Number(_)) => Err(Damaged),
        }
    }

    fn shared<'w>(&mut self, words: &'w Words) -> Result<Option<&'w str>, Damaged>
    where
        'b: 'w,
    {
        let mut ahead = self.meta;
        match given(&mut ahead)? {
            Some(Given::Number(number)) => {
                self.meta = ahead;
                words.text(number).map(Some).ok_or(Damaged)
            }
            _ => self.text(),
        }
    }
}

/// Reads all cells of a row.
struct Texts<'b> {
    meta: &'b [u8],
    text: &'b str,
    words: &'b Words,
    numbers: &'b mut [u32],
}

impl<'b> Texts<'b> {
    fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.meta.split_first().ok_or(Damaged)?;
        self.meta = rest;
        Ok(*first)
    }

    fn piece(&mut self, length: usize) -> Result<&'b str, Damaged> {
        let (piece, rest) = self.text.split_at_checked(length).ok_or(Damaged)?;
        self.text = rest;
        Ok(piece)
    }

    fn text(&mut self) -> Result<Option<&'b str>, Damaged> {
        match given(&mut self.meta)? {
            None => Ok(None),
            Some(Given::Length(length)) => self.piece(length).map(Some),
            Some(Given::Number(number)) => self.words.text(number).map(Some).ok_or(Damaged),
        }
    }

    fn id(&mut self, uid: &'b str) -> Result<Option<&'b str>, Damaged> {
        let Some(start) = number(&mut self.meta)?.checked_sub(1) else { return self.text() };
        let end = start.checked_add(number(&mut self.meta)?).ok_or(Damaged)?;
        uid.get(start..end).map(Some).ok_or(Damaged)
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

    fn list(&mut self) -> Result<Option<Vec<&'b str>>, Damaged> {
        let count = number(&mut self.meta)?;
        let list = (1..count).map(|_| number(&mut self.meta).and_then(|length| self.piece(length)));
        let list: Vec<&str> = list.collect::<Result<_, _>>()?;
        Ok((count > 0).then_some(list))
    }

    fn append(&mut self, column: &mut Column) -> Result<(), Damaged> {
        match column {
            Column::Text(texts) => match given(&mut self.meta)? {
                None => texts.append(None),
                Some(Given::Length(length)) => texts.append(Some(self.piece(length)?)),
                Some(Given::Number(number)) => {
                    texts.append_shared(number, self.words, self.numbers).ok_or(Damaged)?;
                }
            },
            Column::List(texts) => texts.append_list(self.list()?.as_deref()),
            Column::Number(values) => values.append(self.word()?),
            Column::Flag(values) => values.append(self.flag()?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use isoneph_model::RowId;
    use isoneph_tables::schema::AuditEvent;
    use isoneph_tables::{COMMON_COLUMNS, Row as _};

    use super::*;
    use crate::event::FIRST_COMMON;
    use crate::ingest::columns::Columns;
    use crate::ingest::part::{Placed, Shared};

    fn written(event: &Event<'_>, index: u64, scratch: &mut Scratch) -> Vec<u8> {
        let (mut bytes, mut uid) = (Vec::new(), String::new());
        event.write_uid(&mut uid);
        write(event, &uid, index, &mut bytes, scratch);
        bytes
    }

    fn event() -> Event<'static> {
        Event {
            provider: "aws".into(),
            account: Some("1".into()),
            region: Some("eu".into()),
            id: "é".into(),
            id_part: "p".into(),
            time: Some(Instant(7)),
            targets: Some(vec!["a".into(), "日本".into()]),
            read_only: Some(false),
            raw_request: Some("x".repeat(300).into()),
            ..Event::default()
        }
    }

    fn row(bytes: &[u8]) -> Row<'_> {
        match read(bytes).unwrap().0 {
            Entry::Event(row) => row,
            Entry::File(file) => panic!("{file:?}"),
        }
    }

    #[test]
    fn a_row_gives_back_what_rows_are_sorted_by() {
        let mut bytes = Vec::new();
        let sha256 = "0".repeat(64);
        write_file("dir/é.json", &sha256, &mut bytes);
        let Ok((Entry::File(file), length)) = read(&bytes) else { panic!("a file") };
        assert_eq!((file.path, file.sha256, length), ("dir/é.json", &*sha256, bytes.len()));
        let mut scratch = Scratch::default();
        let bytes = written(&event(), 3, &mut scratch);
        let row = row(&bytes);
        let words = &scratch.words;
        assert_eq!((row.uid().unwrap(), row.region(words).unwrap(), row.time()), ("aws/1/é/p", "eu", 7));
    }

    #[test]
    fn the_same_event_from_two_places_is_the_same() {
        let mut scratch = Scratch::default();
        let mut written = |event: &Event<'_>, index| written(event, index, &mut scratch);
        let (one, two) = (written(&event(), 3), written(&event(), 4));
        let changed = written(&Event { read_only: None, ..event() }, 3);
        let moved = written(&Event { region: Some("us".into()), ..event() }, 3);
        assert_eq!(row(&one).said(), row(&two).said());
        assert_ne!(row(&one).said(), row(&changed).said());
        assert_ne!(row(&one).said(), row(&moved).said());
        let unknown = written(&Event::default(), 0);
        assert_eq!(row(&unknown).time(), i64::MIN);
    }

    #[test]
    fn a_damaged_row_is_told_and_not_believed() {
        let mut scratch = Scratch::default();
        let bytes = written(&event(), 3, &mut scratch);
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).is_err(), "{cut}");
        }
        for at in 8..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let mut columns = Columns::new().unwrap();
            let placed = Placed { row: row(&damaged), uid: "", file: FileOfRows::default(), mark: None };
            let number = RowId::new(1, 1).unwrap();
            let _ = columns.add(&placed, number, &scratch.words, &Shared::default());
        }
    }

    #[test]
    fn the_place_of_a_row_stands_in_the_last_columns() {
        let own = AuditEvent::table().def().columns;
        let names: Vec<&str> = own[own.len() - PLACE_COLUMNS..].iter().map(|column| column.name).collect();
        assert_eq!(names, ["source_file", "source_sha256", "source_index"]);
        assert_eq!(COMMON_COLUMNS[FIRST_COMMON + ID_COLUMN].name, "native_id");
    }
}
