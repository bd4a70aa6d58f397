//! How much of a workbook is read.

use crate::error::WorkbookError;

/// The most that is read. What goes beyond is refused as a whole, before memory is spent on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Parts of the archive.
    pub parts: usize,
    /// Bytes of all parts, unpacked.
    pub unpacked_bytes: u64,
    /// Sheets.
    pub sheets: usize,
    /// Rows down to the last, in one sheet. Rows without text count here, but cost nothing.
    pub rows: u32,
    /// Columns up to the last, in one sheet.
    pub columns: u32,
    /// Cells with text, in all sheets.
    pub cells: usize,
    /// Bytes of text, in all cells; a text that many cells share counts for each.
    pub text_bytes: usize,
    /// Bytes of text in one cell. A spreadsheet holds 32,767 characters at most.
    pub cell_bytes: usize,
    /// Merged areas in one sheet.
    pub merged: usize,
    /// Notes kept in all; the last says that more were left out.
    pub notes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 32 << 20,
            parts: 4_000,
            unpacked_bytes: 128 << 20,
            sheets: 200,
            rows: 1 << 20,
            columns: 1 << 14,
            cells: 2_000_000,
            text_bytes: 64 << 20,
            cell_bytes: 4 * 32_767,
            merged: 100_000,
            notes: 1_000,
        }
    }
}

impl Limits {
    pub(crate) fn file(&self, file: &str, bytes: &[u8]) -> Result<(), WorkbookError> {
        demand(bytes.len() as u64 <= self.file_bytes, file, || "its size in bytes".to_owned(), self.file_bytes)
    }
}

pub(crate) fn demand(holds: bool, file: &str, what: impl FnOnce() -> String, limit: u64) -> Result<(), WorkbookError> {
    if holds { Ok(()) } else { Err(WorkbookError::TooLarge { file: file.to_owned(), what: what(), limit }) }
}
