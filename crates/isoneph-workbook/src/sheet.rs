//! Sheets as rows of texts.

use serde::Serialize;

use crate::note::Note;

/// A workbook as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Workbook {
    /// The sheets, in order.
    pub sheets: Vec<Sheet>,
    /// What was read otherwise than it looks.
    pub notes: Vec<Note>,
}

/// A sheet: its rows that have any text, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// The rows with text.
    pub rows: Vec<Row>,
}

/// A row with text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number, from 1, as the spreadsheet shows it.
    pub number: u32,
    /// The cells with text, by column.
    pub cells: Vec<Cell>,
}

/// A cell with text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Its column, from 0.
    pub column: u32,
    /// Its text, without white space at the ends. Dates as `YYYY-MM-DD`, numbers in their shortest form: `8.10` typed as
    /// a number is `8.1`, for that is what the file holds.
    pub text: String,
    /// What the file holds there.
    pub kind: CellKind,
    /// How many columns it stands over, from its own on: more than one only where cells are merged. It is the text of
    /// its own column alone, and whoever reads the others has to ask.
    pub across: u32,
}

isoneph_model::vocabulary! {
    /// What a file holds in a cell.
    pub enum CellKind {
        /// A text.
        Text = "text",
        /// A number. Zeros at its end are lost.
        Number = "number",
        /// A date, with or without a time of day.
        Date = "date",
        /// True or false.
        Boolean = "boolean",
    }
}

impl Cell {
    /// A cell of one column.
    pub fn new(column: u32, text: impl Into<String>, kind: CellKind) -> Cell {
        Cell { column, text: text.into(), kind, across: 1 }
    }

    /// Whether it stands over a column, by itself or as part of a merged area.
    pub fn covers(&self, column: u32) -> bool {
        column.checked_sub(self.column).is_some_and(|beside| beside < self.across)
    }
}

impl Row {
    /// The cell in a column, from 0.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells.binary_search_by_key(&column, |cell| cell.column).ok().map(|i| &self.cells[i])
    }

    /// The text in a column, from 0; empty where there is none.
    pub fn text(&self, column: u32) -> &str {
        self.cell(column).map_or("", |cell| cell.text.as_str())
    }
}

impl Workbook {
    /// The sheet with a name, however it is spelled.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        let key = crate::heading_key(name);
        self.sheets.iter().find(|sheet| crate::heading_key(&sheet.name) == key)
    }
}

impl Sheet {
    /// The name of a place in it: `Sheet1!B7`.
    pub fn place(&self, row: u32, column: u32) -> String {
        place(&self.name, row, column)
    }
}

/// The name of a place, as a spreadsheet shows it: `Sheet1!B7`. `row` is from 1, `column` from 0.
pub fn place(sheet: &str, row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    let plain = sheet.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)) && !sheet.is_empty();
    let letters = String::from_utf8_lossy(&letters);
    if plain { format!("{sheet}!{letters}{row}") } else { format!("'{sheet}'!{letters}{row}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_spreadsheets_name_them() {
        assert_eq!(place("Matrix", 7, 1), "Matrix!B7");
        assert_eq!(place("管理策", 1, 25), "管理策!Z1");
        assert_eq!(place("My sheet", 12, 26), "'My sheet'!AA12");
        assert_eq!(place("S", 1, 16_383), "S!XFD1");
    }
}
