//! What ends the reading of an export.

/// Why an export could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// More bytes than are read.
    #[error("{file}: {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Neither JSON nor CSV in UTF-8.
    #[error("{file}: {message}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// No column or key tells changes apart.
    #[error(
        "{file}: neither changes nor pipeline runs: none of the columns {columns} is the number of a change or a run"
    )]
    NotChanges {
        /// The file.
        file: String,
        /// The columns that it has.
        columns: String,
    },
    /// A declaration that is not TOML of the documented form.
    #[error("{file}:{line}: {message}")]
    Declaration {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}
