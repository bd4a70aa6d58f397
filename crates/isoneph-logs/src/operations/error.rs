//! What can be wrong with a list of operations.

use crate::line::line_of;

/// What is wrong with a list of critical operations, and where.
#[derive(Debug, thiserror::Error)]
pub enum OperationsError {
    /// The file is not TOML of the documented form.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The operation is there twice.
    #[error("{file}:{line}: the operation '{name}' is there twice")]
    Twice {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The operation.
        name: String,
    },
    /// The entry leaves something out.
    #[error("{file}:{line}: the operation '{name}' has no '{missing}'")]
    Missing {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The operation.
        name: String,
        /// The key.
        missing: &'static str,
    },
    /// Nothing has the name that an amendment takes off the list, or fits its pattern.
    #[error("{file}:{line}: the list of {platform} has no operation '{name}'{nearest}")]
    Unknown {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The platform.
        platform: String,
        /// The name or pattern.
        name: String,
        /// A name that may be meant, with words around it; empty for none.
        nearest: String,
    },
    /// The platform has no list.
    #[error("{file}:{line}: no list of operations for the platform '{platform}'; there are {known}")]
    UnknownPlatform {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The platform.
        platform: String,
        /// The platforms that have one.
        known: String,
    },
}

impl OperationsError {
    pub(super) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> OperationsError {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        OperationsError::Syntax { file: file.to_owned(), line, message: error.message().to_owned() }
    }
}
