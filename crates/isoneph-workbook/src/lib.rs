//! Workbooks: read within bounds, written as text.
//!
//! - [`read`] takes the bytes of an XLSX or CSV file, told apart by content, and yields a [`Workbook`] of [`Sheet`]s.
//!   Archives are unpacked under a cap before anything parses them. Formulas count as the text last saved with them,
//!   merged cells as their first, down a column; nothing is calculated and no link is followed. Each of these is a [`Note`]
//!   with its place. What is beyond the [`Limits`] is refused as a whole.
//! - [`Sheet::table`] finds the row of headings among the first rows, however it is spelled.
//! - [`write_xlsx`] and [`write_csv`] write a [`WorkbookDraft`], every cell as text: what begins like a formula never
//!   becomes one. Same draft, same bytes.
//!
//! Pure: bytes in, bytes out.

mod delimited;
mod draft;
mod error;
mod guard;
mod heading;
mod limits;
mod note;
mod package;
mod sheet;
mod spelling;
mod xlsx;

pub use draft::{ColumnDraft, SheetDraft, WorkbookDraft, WriteError, write_csv, write_xlsx};
pub use error::WorkbookError;
pub use heading::{Heading, HeadingError, ROWS_SEARCHED, Table, TableRow};
pub use limits::Limits;
pub use note::{Note, NoteCode};
pub use sheet::{Cell, CellKind, Row, Sheet, Workbook, place};
pub use spelling::heading_key;

/// Reads a workbook: an XLSX file, or else delimited text. `file` is the name that errors show, and the sheet of
/// delimited text bears it.
///
/// # Errors
/// If it is neither, is empty, damaged or locked, or goes beyond a limit. Nothing of it is then used.
pub fn read(file: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, WorkbookError> {
    limits.file(file, bytes)?;
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => xlsx::read(file, bytes, limits),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(WorkbookError::Locked { file: file.to_owned() }),
        _ => delimited::read(file, bytes, limits),
    }
}
