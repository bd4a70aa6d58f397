//! Tables: a row of headings, found, and the rows beneath it.

use std::collections::BTreeMap;

use crate::sheet::{Cell, Row, Sheet};
use crate::spelling::{heading_key, without_remark};

/// The row of headings is looked for among this many rows with text: covers with legends run long.
pub const ROWS_SEARCHED: usize = 50;

/// A column that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// What the program calls it.
    pub key: &'static str,
    /// What it may be called, in any spelling that [`heading_key`] makes equal, with or without a remark in brackets, a
    /// full stop or a question mark at its end, or other lines in the same cell.
    pub names: &'static [&'static str],
    /// Whether there is no table without it.
    pub required: bool,
}

/// No row of headings was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sheet '{sheet}': none of its first {ROWS_SEARCHED} rows has the headings {}{}", missing.join(", "), nearest(closest))]
pub struct HeadingError {
    /// The sheet.
    pub sheet: String,
    /// Required columns that the row that came closest does not have, or all of them.
    pub missing: Vec<String>,
    /// The row that came closest: its number and its texts.
    pub closest: Option<(u32, Vec<String>)>,
}

fn nearest(closest: &Option<(u32, Vec<String>)>) -> String {
    closest.as_ref().map_or(String::new(), |(row, texts)| format!(" (closest is row {row}: {})", texts.join(" | ")))
}

/// A table in a sheet.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    sheet: &'a Sheet,
    heading_row: u32,
    columns: BTreeMap<&'static str, u32>,
    rivals: BTreeMap<&'static str, Vec<u32>>,
    first: usize,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub struct TableRow<'a> {
    table: &'a Table<'a>,
    row: &'a Row,
}

impl Sheet {
    /// The table under the row that has most of the headings asked for, among the first [`ROWS_SEARCHED`] rows with text.
    ///
    /// # Errors
    /// If no row has every required heading. The error says which row came closest and what it lacks.
    pub fn table(&self, headings: &[Heading]) -> Result<Table<'_>, HeadingError> {
        let candidates = self.rows.iter().take(ROWS_SEARCHED).enumerate();
        let found = candidates.map(|(index, row)| (index, row, columns(row, headings)));
        // The first of equals: a later row can only repeat it.
        let best = found.reduce(|best, next| if next.2.len() > best.2.len() { next } else { best });
        let lacking = |columns: &BTreeMap<&str, u32>| -> Vec<String> {
            let lacking = headings.iter().filter(|h| h.required && !columns.contains_key(h.key));
            lacking.map(|h| format!("'{}'", h.names.first().copied().unwrap_or(h.key))).collect()
        };
        let none = HeadingError { sheet: self.name.clone(), missing: lacking(&BTreeMap::new()), closest: None };
        let Some((index, row, columns)) = best else { return Err(none) };
        let missing = lacking(&columns);
        if missing.is_empty() && !columns.is_empty() {
            return Ok(Table {
                sheet: self,
                heading_row: row.number,
                rivals: rivals(row, &columns),
                columns,
                first: index + 1,
            });
        }
        let texts = row.cells.iter().take(12).map(|cell| cell.text.clone()).collect();
        let closest = (!columns.is_empty()).then_some((row.number, texts));
        Err(HeadingError { missing, closest, ..none })
    }
}

/// How closely a heading has to bear a name.
#[derive(Clone, Copy)]
enum Closeness {
    Exact,
    WithoutRemark,
    /// One line of it bears the name: the others are instructions, or say the same in another language.
    OneLine,
}

/// The columns of a row that has headings. An exact name goes before one with a remark, and of the names of a column the
/// one that stands first: the more telling ones do. A column counts once.
fn columns(row: &Row, headings: &[Heading]) -> BTreeMap<&'static str, u32> {
    let mut columns = BTreeMap::new();
    let mut taken = Vec::new();
    for closeness in [Closeness::Exact, Closeness::WithoutRemark, Closeness::OneLine] {
        for heading in headings {
            if columns.contains_key(heading.key) {
                continue;
            }
            let free = |cell: &&Cell| !taken.contains(&cell.column);
            let mut names = heading.names.iter();
            let found = names.find_map(|name| row.cells.iter().filter(free).find(|cell| bears(cell, name, closeness)));
            if let Some(cell) = found {
                columns.insert(heading.key, cell.column);
                taken.push(cell.column);
            }
        }
    }
    columns
}

fn bears(cell: &Cell, name: &str, closeness: Closeness) -> bool {
    let name = heading_key(name);
    let is_named = |text: &str, with_remark: bool| {
        let key = heading_key(text);
        same(&name, &key) || (with_remark && same(without_remark(&name), without_remark(&key)))
    };
    match closeness {
        Closeness::Exact => is_named(&cell.text, false),
        Closeness::WithoutRemark => is_named(&cell.text, true),
        Closeness::OneLine => cell.text.lines().any(|line| !line.trim().is_empty() && is_named(line, true)),
    }
}

/// `Control ref.` and `Applicable?` are `Control ref` and `Applicable`.
fn same(one: &str, other: &str) -> bool {
    let bare = |key: &'_ str| key.trim_end_matches(['.', '?', ' ']).to_owned();
    !bare(one).is_empty() && bare(one) == bare(other)
}

/// Columns whose heading is that of a column that was found: which of them is meant, the heading does not say.
fn rivals(row: &Row, columns: &BTreeMap<&'static str, u32>) -> BTreeMap<&'static str, Vec<u32>> {
    let key = |column: u32| heading_key(row.text(column));
    let taken: Vec<u32> = columns.values().copied().collect();
    let of = |found: u32| {
        let others = row.cells.iter().map(|cell| cell.column).filter(|other| !taken.contains(other));
        others.filter(|other| key(*other) == key(found)).collect::<Vec<u32>>()
    };
    let all = columns.iter().map(|(name, found)| (*name, of(*found)));
    all.filter(|(_, rivals)| !rivals.is_empty()).collect()
}

impl<'a> Table<'a> {
    /// A table whose columns are known already: from a mapping that somebody gave.
    pub fn mapped(sheet: &'a Sheet, heading_row: u32, columns: BTreeMap<&'static str, u32>) -> Table<'a> {
        let first = sheet.rows.partition_point(|row| row.number <= heading_row);
        Table { sheet, heading_row, columns, rivals: BTreeMap::new(), first }
    }

    /// The columns that may be the one of this key by their headings, the one that was found among them.
    pub fn candidates(&self, heading: &Heading) -> Vec<u32> {
        let row = self.sheet.rows.iter().find(|row| row.number == self.heading_row);
        let cells = row.map(|row| row.cells.as_slice()).unwrap_or_default();
        let found = self.columns.get(heading.key);
        let free = |column: u32| found == Some(&column) || !self.columns.values().any(|taken| *taken == column);
        let named = cells
            .iter()
            .filter(|cell| free(cell.column) && heading.names.iter().any(|name| bears(cell, name, Closeness::OneLine)));
        named.map(|cell| cell.column).collect()
    }

    /// The same table with another column for a key: what stands in the cells says which, where headings do not.
    #[must_use]
    pub fn with_column(mut self, key: &'static str, column: u32) -> Table<'a> {
        self.columns.insert(key, column);
        self.rivals.remove(key);
        self
    }

    /// The sheet that it is in.
    pub fn sheet(&self) -> &'a Sheet {
        self.sheet
    }

    /// The number of the row of headings.
    pub fn heading_row(&self) -> u32 {
        self.heading_row
    }

    /// The columns found, from 0, by key.
    pub fn columns(&self) -> &BTreeMap<&'static str, u32> {
        &self.columns
    }

    /// Whether a column was found.
    pub fn has(&self, key: &str) -> bool {
        self.columns.contains_key(key)
    }

    /// The headings that stand for no column asked for: column from 0, and text.
    pub fn other_headings(&self) -> Vec<(u32, String)> {
        let row = self.sheet.rows.iter().find(|row| row.number == self.heading_row);
        let cells = row.map(|row| row.cells.as_slice()).unwrap_or_default();
        let other = cells.iter().filter(|cell| !self.columns.values().any(|column| *column == cell.column));
        other.map(|cell| (cell.column, cell.text.clone())).collect()
    }

    /// The rows beneath the headings, less those that repeat them, as sheets made for printing do.
    pub fn rows(&'a self) -> impl Iterator<Item = TableRow<'a>> {
        let headings = self.sheet.rows.iter().find(|row| row.number == self.heading_row);
        let repeats = move |row: &Row| {
            let same = |column: &u32| headings.is_some_and(|headings| headings.text(*column) == row.text(*column));
            !self.columns.is_empty() && self.columns.values().all(same)
        };
        let rows = self.sheet.rows.iter().skip(self.first).filter(move |row| !repeats(row));
        rows.map(move |row| TableRow { table: self, row })
    }
}

impl<'a> TableRow<'a> {
    /// Whether the table has such a column.
    pub fn has(&self, key: &str) -> bool {
        self.table.has(key)
    }

    /// The cell in a column; `None` if it is empty or the table has no such column.
    pub fn cell(&self, key: &str) -> Option<&'a Cell> {
        self.row.cell(*self.table.columns.get(key)?)
    }

    /// The text in a column; empty if there is none.
    pub fn text(&self, key: &str) -> &'a str {
        self.cell(key).map_or("", |cell| cell.text.as_str())
    }

    /// Columns of which another has the same heading and says otherwise in this row: the key, and the other's column.
    pub fn disputed(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let (table, row) = (self.table, self.row);
        let pairs = table.rivals.iter().flat_map(|(key, rivals)| rivals.iter().map(move |rival| (*key, *rival)));
        pairs.filter(move |(key, rival)| {
            let found = table.columns.get(key).map_or("", |column| row.text(*column));
            heading_key(found) != heading_key(row.text(*rival))
        })
    }

    /// The column of another key whose cell, merged, stands over this key's column too.
    pub fn covered_by(&self, key: &str) -> Option<&'static str> {
        let column = *self.table.columns.get(key)?;
        let over = self.row.cells.iter().find(|cell| cell.column < column && cell.covers(column))?;
        self.table.columns.iter().find(|(_, other)| **other == over.column).map(|(other, _)| *other)
    }

    /// The place of a column in this row, `Sheet1!B7`; of the row's first cell if the table has no such column.
    pub fn place(&self, key: &str) -> String {
        let column = self.table.columns.get(key).copied();
        self.table.sheet.place(self.row.number, column.unwrap_or(0))
    }

    /// The place of any column, from 0, in this row.
    pub fn place_of(&self, column: u32) -> String {
        self.table.sheet.place(self.row.number, column)
    }

    /// The sheet that it is in.
    pub fn sheet(&self) -> &'a Sheet {
        self.table.sheet
    }

    /// The row as it stands in the sheet.
    pub fn row(&self) -> &'a Row {
        self.row
    }
}
