//! Where in the guest something stands, and how an effective value came about.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A file of the guest and a line in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Absolute path inside the guest, as the configuration names it.
    pub path: String,
    /// Line, counted from 1; 0 means the file as a whole (its inode, its presence).
    pub line: u32,
}

impl Place {
    /// A line of a file.
    #[must_use]
    pub fn line(path: &str, line: u32) -> Self {
        Self { path: path.to_owned(), line }
    }

    /// A file as a whole.
    #[must_use]
    pub fn file(path: &str) -> Self {
        Self::line(path, 0)
    }
}

impl fmt::Display for Place {
    /// The path, with the line where one is meant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.path),
            line => write!(f, "{}:{line}", self.path),
        }
    }
}

/// One text that could decide a value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The value as the program takes it.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

impl Candidate {
    /// A value at a place.
    #[must_use]
    pub fn new(value: impl Into<String>, place: Place) -> Self {
        Self { value: value.into(), place }
    }
}

/// The text that decides a value, and those that would have if it did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// Decides.
    pub won: Candidate,
    /// Are overridden, in the order they were read.
    pub lost: Vec<Candidate>,
}

impl Effective {
    /// The decision of a list in which the first counts.
    #[must_use]
    pub fn first_of(mut candidates: Vec<Candidate>) -> Option<Self> {
        if candidates.is_empty() {
            return None;
        }
        let won = candidates.remove(0);
        Some(Self { won, lost: candidates })
    }

    /// The decision of a list in which the last counts.
    #[must_use]
    pub fn last_of(mut candidates: Vec<Candidate>) -> Option<Self> {
        let won = candidates.pop()?;
        Some(Self { won, lost: candidates })
    }

    /// The deciding value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.won.value
    }
}

/// Something of the guest that could not be read. What depends on it is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The path asked for.
    pub path: String,
    /// `unreadable`, `too-large`, `not-mounted`, `unsupported`, `link-loop`, `wrong-kind`, `damaged`, `not-text`,
    /// `limit`, or what else kept it from being made out.
    pub code: String,
    /// What happened, for people.
    pub message: String,
}

/// What was found, with everything that could not be read on the way.
#[derive(Clone, Debug)]
pub struct Known<T> {
    /// What was found.
    pub facts: T,
    /// What could not be read: if anything, "there is none" is not known.
    pub problems: Vec<Problem>,
}

impl<T> std::ops::Deref for Known<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.facts
    }
}
