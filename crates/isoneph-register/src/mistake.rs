//! What is wrong with what somebody wrote, and where.

use std::fmt;

use serde::Serialize;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file as the user named it.
    pub file: String,
    /// The place in it: `LINE:COLUMN`, `LINE`, or the cell of a workbook.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}: {}", self.file, self.place, self.message)
        }
    }
}

/// Documents that cannot be used: every mistake found, up to [`MAX_MISTAKES`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes {
    /// The mistakes, in the order of files and places.
    pub found: Vec<Mistake>,
    /// How many more there are.
    pub more: usize,
}

/// How many mistakes are told at once.
pub const MAX_MISTAKES: usize = 50;

impl Mistakes {
    /// Nothing, if there are none.
    pub(crate) fn check(mut found: Vec<Mistake>) -> Result<(), Mistakes> {
        if found.is_empty() {
            return Ok(());
        }
        let more = found.len().saturating_sub(MAX_MISTAKES);
        found.truncate(MAX_MISTAKES);
        Err(Mistakes { found, more })
    }

    pub(crate) fn one(file: &str, place: impl Into<String>, message: impl Into<String>) -> Mistakes {
        Mistakes {
            found: vec![Mistake { file: file.to_owned(), place: place.into(), message: message.into() }],
            more: 0,
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.found.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{mistake}")?;
        }
        if self.more > 0 {
            write!(f, "\n… and {} more", self.more)?;
        }
        Ok(())
    }
}
