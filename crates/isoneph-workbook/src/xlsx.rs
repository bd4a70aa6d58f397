//! XLSX: cells as a stream, never as a grid, so that one cell in the last corner costs one cell.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::error::WorkbookError;
use crate::limits::{Limits, demand};
use crate::note::{NoteCode, Notes};
use crate::package;
use crate::sheet::{Cell, CellKind, Row, Sheet, Workbook, place};

pub(crate) fn read(file: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, WorkbookError> {
    let mut notes = Notes::new(limits.notes);
    let package = package::unpack(file, bytes, limits, &mut notes)?;
    // The parser checks cell names with plain arithmetic, which overflows on names no spreadsheet writes. Nothing of a
    // workbook is used unless all of it was read, so there is no state that a caught panic could leave half done.
    let parsed =
        catch_unwind(AssertUnwindSafe(|| Reading { file, limits, notes, cells: 0, text: 0 }.run(package.bytes)));
    parsed.unwrap_or_else(|_| Err(WorkbookError::damaged(file, "workbook", "the parser gave up on it")))
}

struct Reading<'a> {
    file: &'a str,
    limits: &'a Limits,
    notes: Notes,
    cells: usize,
    text: usize,
}

type Rows = BTreeMap<u32, BTreeMap<u32, Cell>>;

impl Reading<'_> {
    fn run(mut self, bytes: Vec<u8>) -> Result<Workbook, WorkbookError> {
        let opened: Result<Xlsx<_>, XlsxError> = Xlsx::new(Cursor::new(bytes));
        let mut xlsx = opened.map_err(|error| WorkbookError::damaged(self.file, "workbook", error))?;
        let listed = xlsx.sheets_metadata().to_vec();
        demand(
            listed.len() <= self.limits.sheets,
            self.file,
            || "the number of sheets".to_owned(),
            self.limits.sheets as u64,
        )?;
        let mut sheets = Vec::new();
        for sheet in listed {
            if sheet.typ != SheetType::WorkSheet {
                self.notes.add(NoteCode::NotASheet, || sheet.name.clone());
                continue;
            }
            let hidden = sheet.visible != SheetVisible::Visible;
            if hidden {
                self.notes.add(NoteCode::HiddenSheet, || sheet.name.clone());
            }
            let broken = |error: XlsxError| WorkbookError::damaged(self.file, &sheet.name, error);
            let merged = xlsx.merge_cells_by_sheet_name(&sheet.name).map_err(broken)?;
            let mut rows = self.cells(&mut xlsx, &sheet.name)?;
            self.fill_merged(&sheet.name, &mut rows, &merged)?;
            sheets.push(Sheet { name: sheet.name, hidden, rows: finish(rows) });
        }
        Ok(Workbook { sheets, notes: self.notes.finish() })
    }

    fn cells(&mut self, xlsx: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Result<Rows, WorkbookError> {
        let file = self.file;
        let broken = |error: XlsxError| WorkbookError::damaged(file, sheet, error);
        let mut reader = xlsx.worksheet_cells_reader(sheet).map_err(broken)?;
        let mut rows = Rows::new();
        while let Some(record) = reader.next_cell_with_formula_metadata().map_err(broken)? {
            let (row, column) = record.pos;
            demand(row < self.limits.rows, file, || format!("{sheet}: the number of rows"), self.limits.rows.into())?;
            demand(
                column < self.limits.columns,
                file,
                || format!("{sheet}: the number of columns"),
                self.limits.columns.into(),
            )?;
            let at = || place(sheet, row + 1, column);
            let cell = self.value(&record.value, column, &at)?;
            if record.formula.is_some() {
                let code = if cell.is_some() { NoteCode::Formula } else { NoteCode::FormulaWithoutValue };
                self.notes.add(code, at);
            }
            if let Some(cell) = cell {
                let twice = rows.entry(row).or_default().insert(column, cell).is_some();
                if twice {
                    return Err(WorkbookError::damaged(file, &at(), "the cell is there twice"));
                }
            }
        }
        Ok(rows)
    }

    fn value(
        &mut self,
        value: &DataRef<'_>,
        column: u32,
        at: &impl Fn() -> String,
    ) -> Result<Option<Cell>, WorkbookError> {
        let text = |text: &str| (text.trim().to_owned(), CellKind::Text);
        self.count(
            match value {
                DataRef::String(value) => value.len(),
                DataRef::SharedString(value) => value.len(),
                DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.len(),
                _ => 0,
            },
            at,
        )?;
        let (text, kind) = match value {
            DataRef::Empty => return Ok(None),
            DataRef::Error(_) => {
                self.notes.add(NoteCode::ErrorValue, at);
                return Ok(None);
            }
            DataRef::String(value) => text(value),
            DataRef::SharedString(value) => text(value),
            DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => (value.trim().to_owned(), CellKind::Date),
            DataRef::Bool(value) => (if *value { "TRUE" } else { "FALSE" }.to_owned(), CellKind::Boolean),
            DataRef::Int(value) => (value.to_string(), CellKind::Number),
            DataRef::Float(value) => (value.to_string(), CellKind::Number),
            DataRef::DateTime(value) => date(value),
        };
        Ok((!text.is_empty()).then(|| Cell::new(column, text, kind)))
    }

    fn count(&mut self, bytes: usize, at: &impl Fn() -> String) -> Result<(), WorkbookError> {
        let limits = self.limits;
        self.cells += 1;
        self.text += bytes;
        demand(
            bytes <= limits.cell_bytes,
            self.file,
            || format!("{}: the text in bytes", at()),
            limits.cell_bytes as u64,
        )?;
        demand(self.cells <= limits.cells, self.file, || "the number of cells".to_owned(), limits.cells as u64)?;
        demand(
            self.text <= limits.text_bytes,
            self.file,
            || "the text of all cells in bytes".to_owned(),
            limits.text_bytes as u64,
        )
    }

    /// A heading over many columns stays where it is; a group beside many rows is the group of each.
    fn fill_merged(
        &mut self,
        sheet: &str,
        rows: &mut Rows,
        merged: &[calamine::Dimensions],
    ) -> Result<(), WorkbookError> {
        let (file, limit) = (self.file, self.limits.merged);
        demand(merged.len() <= limit, file, || format!("{sheet}: the number of merged areas"), limit as u64)?;
        for area in merged {
            let (first, column) = area.start;
            let Some(cell) = rows.get_mut(&first).and_then(|row| row.get_mut(&column)) else { continue };
            cell.across = area.end.1.saturating_sub(column).saturating_add(1);
            let cell = cell.clone();
            self.notes.add(NoteCode::Merged, || place(sheet, first.saturating_add(1), column));
            // Only rows that have text of their own: an area down to the last row of the sheet adds none.
            let below: Vec<u32> =
                rows.range(first..).map(|(row, _)| *row).skip(1).take_while(|row| *row <= area.end.0).collect();
            for row in below {
                self.count(cell.text.len(), &|| place(sheet, row + 1, column))?;
                rows.entry(row).or_default().entry(column).or_insert_with(|| cell.clone());
            }
        }
        Ok(())
    }
}

fn date(value: &ExcelDateTime) -> (String, CellKind) {
    if value.is_duration() || value.as_f64() < 1.0 {
        return (value.as_f64().to_string(), CellKind::Number);
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) != (0, 0, 0) {
        text.push_str(&format!("T{hour:02}:{minute:02}:{second:02}"));
    }
    (text, CellKind::Date)
}

fn finish(rows: Rows) -> Vec<Row> {
    rows.into_iter().map(|(row, cells)| Row { number: row + 1, cells: cells.into_values().collect() }).collect()
}
