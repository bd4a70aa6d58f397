//! Imports: what files say that others have made. Each shows row by row what it understood, and what not, with the
//! place; nothing counts before somebody applies it. Texts of questions and controls are never taken over: they are
//! whoever published them's.
//!
//! - [`caiq`]: consensus assessment questionnaires, version 4.
//! - [`fedramp`]: control summaries and customer responsibility matrices.
//! - [`plain`]: any matrix with one row an area.
//! - [`applicability`]: statements of applicability in any order of columns; the mapping comes back, to be remembered.
//! - [`ciso_assistant`]: audits exported by CISO Assistant.
//! - [`services_in_scope`]: lists of products in scope of a certificate.

pub mod applicability;
pub mod caiq;
pub mod ciso_assistant;
pub mod fedramp;
pub mod plain;
pub mod services_in_scope;

mod doubt;
mod mapping;
mod rows;
mod tables;
mod words;

pub use mapping::Mapping;
pub use rows::{Import, ImportError, ImportFormat, ImportRow, ProblemCode, RowProblem, Rows};
pub use tables::{Line, SheetTable};
pub use words::{object_name, read_date, read_word};

pub(crate) use mapping::mapped;
pub(crate) use tables::readable;
pub(crate) use words::{Mark, is_dash, key, read_controls, read_holder, read_mark, read_role, read_yes_no, sentence};

use std::collections::BTreeMap;

use isoneph_register::kinds::Document;
use isoneph_workbook::{Sheet, Workbook};
use jiff::civil::Date;

/// What an import is for: the file itself does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The service that the file is about.
    pub service: String,
    /// The party whose view it is; `None` for whoever keeps the register.
    pub stated_by: Option<String>,
    /// The customer that it holds for; `None` for all.
    pub customer: Option<String>,
    /// The file, as the objects name it.
    pub document: Option<Document>,
    /// The day of the file.
    pub dated: Option<Date>,
    /// The area of a control or question: by its id, the control before it, or the letters it begins with
    /// (`IAM-01.1`, `IAM-01`, `IAM`).
    pub areas: BTreeMap<String, String>,
}

impl Target {
    pub(crate) fn area(&self, id: &str) -> Option<String> {
        let control = id.rsplit_once('.').map_or(id, |(control, _)| control);
        let domain = id.split(['-', '.']).next().unwrap_or(id);
        [id, control, domain].into_iter().find_map(|key| self.areas.get(key).cloned())
    }
}

/// What a workbook seems to be, by its headings; `None` if by none that is known. The more telling ones are tried first,
/// and hidden sheets only where none that shows tells.
pub fn detect(workbook: &Workbook) -> Option<ImportFormat> {
    type Test = (ImportFormat, fn(&Sheet) -> bool);
    let tests: [Test; 6] = [
        (ImportFormat::Caiq, caiq::fits),
        (ImportFormat::CisoAssistant, ciso_assistant::fits),
        (ImportFormat::Fedramp, fedramp::fits),
        (ImportFormat::Applicability, applicability::fits),
        (ImportFormat::Matrix, plain::fits),
        (ImportFormat::ServicesInScope, services_in_scope::fits),
    ];
    [false, true].into_iter().find_map(|hidden| {
        let fit = |fits: fn(&Sheet) -> bool| workbook.sheets.iter().any(|sheet| sheet.hidden == hidden && fits(sheet));
        tests.into_iter().find(|(_, fits)| fit(*fits)).map(|(format, _)| format)
    })
}
