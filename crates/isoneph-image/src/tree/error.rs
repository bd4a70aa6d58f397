//! Why a path of the guest gives no answer. That a path is absent is an answer; that it cannot be read is not.

use super::metadata::Kind;
use super::name::printable;
use crate::filesystem::FileSystemError;

/// Why reading a path of the guest gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// No such file: the parent directory was read, and it has no such name.
    #[error("{} does not exist", printable(path))]
    NotFound {
        /// The path, as far as it was resolved.
        path: String,
    },
    /// A component before the last is not a directory, so nothing can be below it.
    #[error("{} is not a directory", printable(path))]
    NotADirectory {
        /// The component.
        path: String,
    },
    /// The path is there, but not what was asked for (a directory read as a file).
    #[error("{} is a {found:?}, not a {wanted:?}", printable(path))]
    WrongKind {
        /// The path.
        path: String,
        /// What it is.
        found: Kind,
        /// What was wanted.
        wanted: Kind,
    },
    /// More symbolic links on the way than a kernel follows.
    #[error("{}: too many symbolic links", printable(path))]
    LinkLoop {
        /// The path asked for.
        path: String,
    },
    /// The path is longer than a kernel takes.
    #[error("{}…: path too long", printable(path))]
    PathTooLong {
        /// Its beginning.
        path: String,
    },
    /// The file is larger than the caller takes.
    #[error("{} holds {size} bytes, more than the {cap} that are read", printable(path))]
    TooLarge {
        /// The path.
        path: String,
        /// Its size in bytes.
        size: u64,
        /// The caller's limit in bytes.
        cap: u64,
    },
    /// The path lies on a volume that the guest mounts there and that is not among the images given.
    #[error(
        "{} is on {device}, mounted at {}, which was not found in the image",
        printable(path),
        printable(mount_point)
    )]
    NotMounted {
        /// The path.
        path: String,
        /// Where the guest mounts the volume.
        mount_point: String,
        /// The volume as the guest's fstab names it, with what became of it.
        device: String,
    },
    /// The file system could not give it: damaged, or of a form that is not read.
    #[error("{}: {error}", printable(path))]
    Unreadable {
        /// The path.
        path: String,
        /// What the file system said.
        error: FileSystemError,
    },
}

impl TreeError {
    /// Whether the answer is "it is not there". Every other error means that nothing is known.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::NotADirectory { .. })
    }

    /// A short code of the reason, for a table.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::NotADirectory { .. } => "absent",
            Self::WrongKind { .. } => "wrong-kind",
            Self::LinkLoop { .. } => "link-loop",
            Self::PathTooLong { .. } => "path-too-long",
            Self::TooLarge { .. } => "too-large",
            Self::NotMounted { .. } => "not-mounted",
            Self::Unreadable { error: FileSystemError::Unsupported(_), .. } => "unsupported",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}
