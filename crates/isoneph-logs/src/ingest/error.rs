//! What ends an ingestion. What is wrong with a file that is read does not: it is counted and listed.

use std::io;
use std::path::{Path, PathBuf};

use super::row::Damaged;

/// Why an ingestion ended without a result. The store is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A path that was given names nothing.
    #[error("{}: there is no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// The operating system could not read or write.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Reading or writing without a file of a name.
    #[error("rows could not be set aside: {0}")]
    Spill(#[from] io::Error),
    /// Parquet could not be written or read.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the Parquet library says.
        source: parquet::errors::ParquetError,
    },
    /// Columns could not be put together.
    #[error("rows could not be put together: {0}")]
    Arrow(#[source] arrow::error::ArrowError),
    /// A file of the store is not what this version writes.
    #[error("{}: not a store of audit events of this version ({reason}); ingest the logs again into an empty folder", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is different.
        reason: String,
    },
    /// A file of the store is not what was written.
    #[error("{}: the store of audit events is damaged: {reason}; restore the file, or ingest the logs again into an empty folder", path.display())]
    Damage {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder holds other things.
    #[error("{}: the folder is not empty and no store of audit events; name another one", .0.display())]
    NotEmpty(PathBuf),
    /// Somebody else is writing.
    #[error("{}: another run is writing into this folder", .0.display())]
    Locked(PathBuf),
    /// Rows that waited on disk came back changed.
    #[error("rows that were set aside on disk came back damaged")]
    Damaged,
    /// A table holds no more.
    #[error("the table holds no more than 2^40 events")]
    TooManyRows,
}

impl IngestError {
    pub(super) fn file(path: &Path, source: io::Error) -> IngestError {
        IngestError::File { path: path.to_owned(), source }
    }

    pub(super) fn parquet(path: &Path, source: parquet::errors::ParquetError) -> IngestError {
        IngestError::Parquet { path: path.to_owned(), source }
    }
}

impl From<Damaged> for IngestError {
    fn from(_: Damaged) -> IngestError {
        IngestError::Damaged
    }
}
