//! What the parties declare. For now that is one file, `isoneph.toml`: who the organisation is, which services it
//! provides and uses, which accounts and regions are in scope, how checks are set, and which failures somebody has
//! accepted for a time.
//!
//! A [`Declaration`] is checked as a whole before it is used: every reference leads somewhere, and every error names
//! the line. It is read from the path that the user gives (or the workspace root), never from a folder being assessed:
//! what is judged must not say how it is judged.

#[macro_use]
pub mod kinds;

mod attribution;
mod declaration;
mod error;
mod object;
mod validate;

pub use attribution::DeclaredAttribution;
pub use declaration::{Account, Declaration, Exception, Model, Organisation, Party, Period, Scope, Service};
pub use error::DeclarationError;
pub use object::{MAX_NAME, Object, ObjectKey, name_problem};

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
