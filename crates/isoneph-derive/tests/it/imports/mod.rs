//! Each format in two layouts: the first as its publisher describes it, the second as somebody writes it who has not
//! seen the importer. Questions and controls are invented.

mod another_hand;
mod applicability;
mod caiq;
mod ciso_assistant;
mod fedramp;
mod layouts;
mod matrix;
mod questionnaire;
mod services_in_scope;

use isoneph_derive::import::{Import, ProblemCode};
use isoneph_workbook::{ColumnDraft, Limits, SheetDraft, Workbook, WorkbookDraft, read, write_xlsx};

/// A workbook with these sheets, each a name and lines with `|` between the cells: written as XLSX and read back.
pub(crate) fn xlsx(sheets: &[(&str, &str)]) -> Workbook {
    let sheet = |(name, text): &(&str, &str)| {
        let mut lines = text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
        let first = lines.next().unwrap();
        let columns = first.into_iter().map(|title| ColumnDraft::text(title, 10)).collect();
        SheetDraft { name: (*name).to_owned(), facts: Vec::new(), columns, rows: lines.collect() }
    };
    let draft = WorkbookDraft { title: String::new(), sheets: sheets.iter().map(sheet).collect() };
    read("file.xlsx", &write_xlsx(&draft).unwrap(), &Limits::default()).unwrap()
}

pub(crate) fn csv(text: &str) -> Workbook {
    read("file.csv", text.as_bytes(), &Limits::default()).unwrap()
}

/// What is to be said of cells: place and code.
pub(crate) fn problems(import: &Import) -> Vec<(String, ProblemCode)> {
    let all = import.rows.iter().flat_map(|row| &row.problems);
    all.map(|problem| (problem.place.clone(), problem.code)).collect()
}
