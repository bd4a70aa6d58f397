//! Tables: a row of headings, found, and the rows beneath it.

use std::collections::BTreeMap;

use crate::sheet::{Cell, Row, Sheet};
use crate::spelling::{heading_key, without_remark};

/// The row of headings is looked for among this many rows with text.
const ROWS_SEARCHED: usize = 20;

/// A column that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// What the program calls it.
    pub key: &'static str,
    /// What it may be called, in any spelling that [`heading_key`] makes equal, with or without a remark in brackets.
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
    first: usize,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub struct TableRow<'a> {
    table: &'a Table<'a>,
    row: &'a Row,
}

impl Sheet {
    /// The table under the row that has most of the headings asked for, among the first 20 rows with text.
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
            return Ok(Table { sheet: self, heading_row: row.number, columns, first: index + 1 });
        }
        let texts = row.cells.iter().take(12).map(|cell| cell.text.clone()).collect();
        let closest = (!columns.is_empty()).then_some((row.number, texts));
        Err(HeadingError { missing, closest, ..none })
    }
}

/// The columns of a row that has headings. An exact name goes before one with a remark; a column counts once.
fn columns(row: &Row, headings: &[Heading]) -> BTreeMap<&'static str, u32> {
    let cells: Vec<(u32, String)> = row.cells.iter().map(|cell| (cell.column, heading_key(&cell.text))).collect();
    let mut columns = BTreeMap::new();
    let mut taken = Vec::new();
    for with_remark in [false, true] {
        for heading in headings {
            if columns.contains_key(heading.key) {
                continue;
            }
            let names: Vec<String> = heading.names.iter().map(|name| heading_key(name)).collect();
            let is_it = |key: &str| {
                let key = if with_remark { without_remark(key) } else { key };
                names.iter().any(|name| name == key || (with_remark && without_remark(name) == key))
            };
            if let Some((column, _)) = cells.iter().find(|(column, key)| !taken.contains(column) && is_it(key)) {
                columns.insert(heading.key, *column);
                taken.push(*column);
            }
        }
    }
    columns
}

impl<'a> Table<'a> {
    /// A table whose columns are known already: from a mapping that somebody gave.
    pub fn mapped(sheet: &'a Sheet, heading_row: u32, columns: BTreeMap<&'static str, u32>) -> Table<'a> {
        let first = sheet.rows.partition_point(|row| row.number <= heading_row);
        Table { sheet, heading_row, columns, first }
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

    /// The rows beneath the headings.
    pub fn rows(&'a self) -> impl Iterator<Item = TableRow<'a>> {
        self.sheet.rows.iter().skip(self.first).map(move |row| TableRow { table: self, row })
    }
}

impl<'a> TableRow<'a> {
    /// The cell in a column; `None` if it is empty or the table has no such column.
    pub fn cell(&self, key: &str) -> Option<&'a Cell> {
        self.row.cell(*self.table.columns.get(key)?)
    }

    /// The text in a column; empty if there is none.
    pub fn text(&self, key: &str) -> &'a str {
        self.cell(key).map_or("", |cell| cell.text.as_str())
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

    /// The row as it stands in the sheet.
    pub fn row(&self) -> &'a Row {
        self.row
    }
}
