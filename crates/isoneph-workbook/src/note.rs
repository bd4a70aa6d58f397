//! What was read otherwise than it looks.

use serde::Serialize;

isoneph_model::vocabulary! {
    /// Why something was read otherwise than it looks on the screen.
    pub enum NoteCode {
        /// A formula: read as the text last saved with it, nothing was calculated.
        Formula = "formula",
        /// A formula that was saved without a value: read as empty.
        FormulaWithoutValue = "formula-without-value",
        /// An error value such as `#REF!`: read as empty.
        ErrorValue = "error-value",
        /// A merged area: every cell of its first column is read as its first cell.
        Merged = "merged",
        /// The workbook refers to other files; none was opened.
        ExternalLink = "external-link",
        /// The workbook carries macros; none was run.
        Macro = "macro",
        /// A hidden sheet: its cells are read like any other's, and used only where no sheet that shows will do.
        HiddenSheet = "hidden-sheet",
        /// Something other than a sheet of cells (a chart, a dialogue): not read.
        NotASheet = "not-a-sheet",
        /// Text that is in no known encoding at this place: the characters were replaced.
        Encoding = "encoding",
        /// More notes than are kept.
        More = "more",
    }
}

/// Something that was read otherwise than it looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Where: `Sheet1!B7`, a sheet, or a part of the file.
    pub place: String,
    /// What.
    pub code: NoteCode,
}

/// Collects notes up to a cap.
pub(crate) struct Notes {
    notes: Vec<Note>,
    cap: usize,
}

impl Notes {
    pub(crate) fn new(cap: usize) -> Notes {
        Notes { notes: Vec::new(), cap }
    }

    pub(crate) fn add(&mut self, code: NoteCode, place: impl FnOnce() -> String) {
        if self.notes.len() < self.cap {
            self.notes.push(Note { place: place(), code });
        } else if self.notes.len() == self.cap {
            self.notes.push(Note { place: place(), code: NoteCode::More });
        }
    }

    pub(crate) fn finish(self) -> Vec<Note> {
        self.notes
    }
}
