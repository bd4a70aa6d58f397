//! The rows of a table of an SQLite database, read from its bytes: enough for rpm's, which is one table of blobs.
//!
//! File format: <https://www.sqlite.org/fileformat2.html>. Pages of the write-ahead log are taken over those of the file.

use std::collections::BTreeMap;

/// Pages visited at most, against pages that name each other in a circle.
const PAGES: usize = 1 << 20;
/// Bytes of one row at most.
const ROW_CAP: usize = 64 << 20;

/// Why the database could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SqliteError {
    #[error("no SQLite database")]
    NoDatabase,
    #[error("damaged SQLite database: {0}")]
    Damaged(&'static str),
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// NULL, or a number that is not needed here.
    Other,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

pub(crate) struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    usable: usize,
    log: BTreeMap<u32, &'a [u8]>,
}

impl<'a> Database<'a> {
    pub(crate) fn open(bytes: &'a [u8], log: &'a [u8]) -> Result<Self, SqliteError> {
        let header = bytes.get(..100).filter(|h| h.starts_with(b"SQLite format 3\0")).ok_or(SqliteError::NoDatabase)?;
        let raw = usize::from(u16::from_be_bytes([header[16], header[17]]));
        let page_size = if raw == 1 { 65536 } else { raw };
        if !(512..=65536).contains(&page_size) || !page_size.is_power_of_two() {
            return Err(SqliteError::Damaged("page size"));
        }
        let usable = page_size.checked_sub(usize::from(header[20])).filter(|usable| *usable >= 480);
        let usable = usable.ok_or(SqliteError::Damaged("reserved bytes"))?;
        Ok(Self { bytes, page_size, usable, log: committed_pages(log, page_size) })
    }

    /// All rows of the table of this name.
    pub(crate) fn rows(&self, table: &str) -> Result<Vec<Vec<Value>>, SqliteError> {
        let schema = self.tree(1)?;
        let named = schema.iter().find(|row| {
            row.first() == Some(&Value::Text("table".to_owned())) && row.get(1) == Some(&Value::Text(table.to_owned()))
        });
        let Some(row) = named else { return Err(SqliteError::Damaged("the table is missing")) };
        let Some(Value::Integer(root)) = row.get(3) else { return Err(SqliteError::Damaged("root page")) };
        let root = u32::try_from(*root).map_err(|_| SqliteError::Damaged("root page"))?;
        self.tree(root)
    }

    fn page(&self, number: u32) -> Result<&'a [u8], SqliteError> {
        if let Some(page) = self.log.get(&number) {
            return Ok(page);
        }
        let damaged = SqliteError::Damaged("a page beyond the end");
        let index = (number as usize).checked_sub(1).ok_or(SqliteError::Damaged("page 0"))?;
        let start = index.checked_mul(self.page_size).ok_or(SqliteError::Damaged("page number"))?;
        self.bytes.get(start..start.saturating_add(self.page_size)).ok_or(damaged)
    }

    /// The rows of a table's tree, in the order of their keys.
    fn tree(&self, root: u32) -> Result<Vec<Vec<Value>>, SqliteError> {
        let mut rows = Vec::new();
        let mut stack = vec![root];
        let mut visited = 0;
        while let Some(number) = stack.pop() {
            visited += 1;
            if visited > PAGES {
                return Err(SqliteError::Damaged("pages in a circle"));
            }
            let page = self.page(number)?;
            let start = if number == 1 { 100 } else { 0 };
            let kind = *page.get(start).ok_or(SqliteError::Damaged("page header"))?;
            let cells = usize::from(be16(page, start + 3)?);
            let header = match kind {
                13 => 8,
                5 => 12,
                _ => return Err(SqliteError::Damaged("kind of page")),
            };
            let mut children = Vec::new();
            for cell in 0..cells {
                let at = usize::from(be16(page, start + header + 2 * cell)?);
                if kind == 5 {
                    children.push(be32(page, at)?);
                } else {
                    rows.push(self.row(page, at)?);
                }
            }
            if kind == 5 {
                children.push(be32(page, start + 8)?);
            }
            stack.extend(children.into_iter().rev());
        }
        Ok(rows)
    }

    fn row(&self, page: &[u8], at: usize) -> Result<Vec<Value>, SqliteError> {
        let (length, at) = varint(page, at)?;
        let (_, at) = varint(page, at)?;
        let length =
            usize::try_from(length).ok().filter(|l| *l <= ROW_CAP).ok_or(SqliteError::Damaged("row length"))?;
        let payload = self.payload(page, at, length)?;
        record(&payload)
    }

    /// The bytes of a row: some in its page, the rest in a chain of overflow pages.
    fn payload(&self, page: &[u8], at: usize, length: usize) -> Result<Vec<u8>, SqliteError> {
        let damaged = || SqliteError::Damaged("row beyond its page");
        let most = self.usable - 35;
        let local = if length <= most {
            length
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let fitting = least + (length - least) % (self.usable - 4);
            if fitting <= most { fitting } else { least }
        };
        let mut payload = page.get(at..at + local).ok_or_else(damaged)?.to_vec();
        let mut next = if length > local { be32(page, at + local)? } else { 0 };
        while payload.len() < length {
            if next == 0 {
                return Err(SqliteError::Damaged("overflow chain too short"));
            }
            let page = self.page(next)?;
            next = be32(page, 0)?;
            let take = (length - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + take).ok_or_else(damaged)?);
        }
        Ok(payload)
    }
}

/// The pages of the write-ahead log up to its last commit.
fn committed_pages(log: &[u8], page_size: usize) -> BTreeMap<u32, &[u8]> {
    let mut committed = BTreeMap::new();
    let Some(header) = log.get(..32) else { return committed };
    let size = be32(header, 8).map_or(0, |size| size as usize);
    if !matches!(be32(header, 0), Ok(0x377f_0682 | 0x377f_0683)) || size != page_size {
        return committed;
    }
    let mut pending = BTreeMap::new();
    for frame in log[32..].chunks_exact(24 + page_size) {
        // Frames of an earlier use of the log carry other salts.
        if frame[8..16] != header[16..24] {
            break;
        }
        let (Ok(number), Ok(commit)) = (be32(frame, 0), be32(frame, 4)) else { break };
        pending.insert(number, &frame[24..]);
        if commit != 0 {
            committed.append(&mut pending);
        }
    }
    committed
}

fn record(payload: &[u8]) -> Result<Vec<Value>, SqliteError> {
    let (header, mut at) = varint(payload, 0)?;
    let header =
        usize::try_from(header).ok().filter(|h| *h <= payload.len()).ok_or(SqliteError::Damaged("row header"))?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).unwrap_or(0),
            5 => 6,
            6 | 7 => 8,
            _ => usize::try_from((kind.max(12) - 12) / 2).map_err(|_| SqliteError::Damaged("column"))?,
        };
        let end = body.checked_add(size).ok_or(SqliteError::Damaged("column"))?;
        let bytes = payload.get(body..end).ok_or(SqliteError::Damaged("column beyond its row"))?;
        body = end;
        values.push(match kind {
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            1..=6 => Value::Integer(integer(bytes)),
            kind if kind >= 12 && kind % 2 == 0 => Value::Blob(bytes.to_vec()),
            kind if kind >= 13 => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            _ => Value::Other,
        });
    }
    Ok(values)
}

fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |value, byte| (value << 8) | i64::from(*byte))
}

fn varint(bytes: &[u8], at: usize) -> Result<(u64, usize), SqliteError> {
    let mut value: u64 = 0;
    for index in 0..9 {
        let byte = *bytes.get(at + index).ok_or(SqliteError::Damaged("number beyond the page"))?;
        if index == 8 {
            return Ok(((value << 8) | u64::from(byte), at + 9));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, at + index + 1));
        }
    }
    Err(SqliteError::Damaged("number"))
}

fn be16(bytes: &[u8], at: usize) -> Result<u16, SqliteError> {
    let found = bytes.get(at..at.saturating_add(2)).ok_or(SqliteError::Damaged("beyond the page"))?;
    Ok(u16::from_be_bytes([found[0], found[1]]))
}

fn be32(bytes: &[u8], at: usize) -> Result<u32, SqliteError> {
    let found = bytes.get(at..at.saturating_add(4)).ok_or(SqliteError::Damaged("beyond the page"))?;
    Ok(u32::from_be_bytes([found[0], found[1], found[2], found[3]]))
}
