//! Why a workbook is refused.

/// A workbook that cannot be used. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// It is larger than it may be.
    #[error("{file}: {what} is more than the {limit} that are read")]
    TooLarge {
        /// The file.
        file: String,
        /// What there is too much of, with its place.
        what: String,
        /// The most that is read.
        limit: u64,
    },
    /// There is no text in it.
    #[error("{file} is empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// It is a compound file: encrypted with a password, or in the format before 2007.
    #[error("{file} is locked with a password or in the format before 2007: save it as XLSX without a password")]
    Locked {
        /// The file.
        file: String,
    },
    /// It is not what it seems to be.
    #[error("{file}: {place}: {message}")]
    Damaged {
        /// The file.
        file: String,
        /// The place inside it.
        place: String,
        /// What is wrong.
        message: String,
    },
}

impl WorkbookError {
    pub(crate) fn damaged(file: &str, place: &str, message: impl ToString) -> WorkbookError {
        WorkbookError::Damaged { file: file.to_owned(), place: place.to_owned(), message: message.to_string() }
    }
}
