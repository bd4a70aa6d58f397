//! The store: objects and their whole history in SQLite, in a file of the workspace.
//!
//! One transaction is the commit point of an `apply`: killed at any moment, either all of it is there or none. Two writers
//! wait for each other, and each sees what the other wrote before it compares. SQL is portable: `$1` parameters, no
//! types of SQLite's own; what is not (how a transaction begins) stands in [`connection`].

mod apply;
mod connection;
mod difference;
mod read;

use std::path::{Path, PathBuf};

use isoneph_model::Digest;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::SqliteConnection;
use tokio::runtime::Runtime;

pub use apply::Apply;
pub use difference::{Action, Difference, FieldChange, ObjectChange};
pub use read::{Revision, Version};

use self::read::Which;
use crate::kinds::Kind;
use crate::mistake::Mistakes;
use crate::object::{Object, ObjectKey};
use crate::register::Register;

/// A register in a file. Its calls block.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    runtime: Runtime,
    connection: SqliteConnection,
}

/// What the store cannot do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The documents are wrong. Nothing was changed.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// Nobody is named as the author of the change.
    #[error("a change has an author: say who (--as)")]
    Anonymous,
    /// The register has moved on since the caller looked.
    #[error("the register stands at revision {found}, not {expected}: somebody else has changed it; look again")]
    Moved {
        /// The revision that the caller had seen.
        expected: i64,
        /// The revision there is.
        found: i64,
    },
    /// Another process has been writing for too long.
    #[error("{path}: another process has been writing for {seconds} seconds; nothing was changed")]
    Busy {
        /// The file.
        path: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A newer program made the file.
    #[error("{path}: made by a newer isoneph (its tables are of version {found}, this program knows {known})")]
    Newer {
        /// The file.
        path: String,
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
    },
    /// What is stored cannot be read back.
    #[error("{path}: {key} cannot be read back: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// The object.
        key: String,
        /// What is wrong with it.
        message: String,
    },
    /// The database says no.
    #[error("{path}: {source}")]
    Database {
        /// The file.
        path: String,
        /// What it says.
        source: sqlx::Error,
    },
    /// There is no thread to work on.
    #[error("cannot start the store: {0}")]
    Start(std::io::Error),
}

/// How the register stood when, by revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Moment {
    /// As it stands.
    Now,
    /// After the last change at or before an instant.
    At(Timestamp),
}

impl Store {
    /// Opens the store in a file; makes it if there is none.
    ///
    /// # Errors
    /// If the file is no store, is of a newer program, or cannot be opened.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(StoreError::Start)?;
        let connection = runtime.block_on(connection::open(path))?;
        Ok(Store { path: path.to_owned(), runtime, connection })
    }

    /// Takes documents in: all of them or, if one of them is wrong, none. What stands already as it is given is left
    /// alone, so that applying twice changes nothing the second time.
    ///
    /// # Errors
    /// Every mistake in the documents, each with its file and place; or what keeps the store from writing.
    pub fn apply(&mut self, what: &Apply<'_>) -> Result<Difference, StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(apply::apply(&mut self.connection, &path, what))
    }

    /// The objects of a kind by name, or the one with a name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn get(&mut self, kind: Kind, name: Option<&str>, moment: Moment) -> Result<Vec<Object>, StoreError> {
        let kinds = [kind];
        let which = name.map_or(Which::Kinds(&kinds), |name| Which::One(kind, name));
        self.read(which, moment).map(|(objects, _)| objects)
    }

    /// The names of a kind's objects. Nothing else of them is read.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn names(&mut self, kind: Kind, moment: Moment) -> Result<Vec<String>, StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(read::names(&mut self.connection, &path, kind, moment))
    }

    /// The objects of several kinds, by kind and name. Who needs a few kinds only need not wait for the rest.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn objects(&mut self, kinds: &[Kind], moment: Moment) -> Result<Vec<Object>, StoreError> {
        self.read(Which::Kinds(kinds), moment).map(|(objects, _)| objects)
    }

    /// The whole register.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn register(&mut self, moment: Moment) -> Result<Register, StoreError> {
        let (objects, digest) = self.read(Which::All, moment)?;
        Ok(Register::of_stored(&self.path.display().to_string(), digest, objects))
    }

    fn read(&mut self, which: Which<'_>, moment: Moment) -> Result<(Vec<Object>, Digest), StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(read::objects(&mut self.connection, &path, which, moment))
    }

    /// What became of an object, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn history(&mut self, key: &ObjectKey) -> Result<Vec<Version>, StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(read::history(&mut self.connection, &path, key))
    }

    /// Every revision, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revisions(&mut self) -> Result<Vec<Revision>, StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(read::revisions(&mut self.connection, &path))
    }

    /// The number of the last revision; 0 of an empty store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn revision(&mut self) -> Result<i64, StoreError> {
        let path = self.path.display().to_string();
        self.runtime.block_on(read::last_revision(&mut self.connection, &path)).map(|(id, _)| id)
    }
}
