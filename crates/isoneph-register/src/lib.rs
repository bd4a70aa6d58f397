//! What the parties say.
//!
//! Two things hold it. `isoneph.toml` is the [`Declaration`]: who the organisation is, which services it provides and
//! uses, which accounts and regions are in scope, how checks are set, and which failures somebody has accepted for a
//! time. The **register** is all the rest: objects of the [`kinds`], written in YAML ([`Documents`]), checked as a whole
//! ([`Register`]), and kept with their history in a file of the workspace ([`Store`]).
//!
//! A [`Declaration`] is checked as a whole before it is used: every reference leads somewhere, and every error names
//! the line. It is read from the path that the user gives (or the workspace root), never from a folder being assessed:
//! what is judged must not say how it is judged.

#[macro_use]
pub mod kinds;

mod attribution;
mod check;
mod convert;
mod declaration;
mod documents;
mod error;
mod export;
mod init;
mod mistake;
mod object;
mod register;
mod rows;
mod schemas;
mod store;
mod validate;
mod workbook;
mod yaml;

pub use attribution::DeclaredAttribution;
pub use declaration::{Account, Declaration, Exception, Model, Organisation, Party, Period, Scope, Service};
pub use documents::Documents;
pub use error::DeclarationError;
pub use export::{ExportError, to_yaml};
pub use init::{Cloud, DraftError, DraftFile, ReadyArea, Start, draft, ready_areas};
pub use mistake::{MAX_MISTAKES, Mistake, Mistakes};
pub use object::{MAX_NAME, Object, ObjectKey, name_problem};
pub use register::{Entry, Named, Register, RegisterFile};
pub use rows::{Derived, REGISTER_FORMAT, WrittenRows, register_tables, write_rows};
pub use schemas::{schema_of_any, schemas};
pub use store::{Action, Apply, Difference, FieldChange, Moment, ObjectChange, Revision, Store, StoreError, Version};
pub use workbook::{is_register_workbook, read_workbook, to_workbook};
pub use yaml::{MAX_FILE, MAX_OBJECTS, looks_like_register};

use isoneph_model::Digest;
use sha2::{Digest as _, Sha256};

impl Declaration {
    /// Reads a declaration. `file` is the name that errors show.
    pub fn parse(file: &str, text: &str) -> Result<Declaration, DeclarationError> {
        let mut declaration: Declaration =
            toml::from_str(text).map_err(|error| DeclarationError::syntax(file, text, &error))?;
        declaration.sha256 = Some(Digest::new(Sha256::digest(text.as_bytes()).into()));
        validate::validate(file, text, &declaration)?;
        Ok(declaration)
    }
}

#[cfg(test)]
mod tests;
