//! One rule file: its format, its policies, what was noted.

use serde::Serialize;

use super::plain;
use crate::policy::{Note, Policy};

/// The largest file read, in bytes: a million rules of any format fit.
pub const MAX_BYTES: usize = 256 << 20;
/// The most rules of one file.
pub const MAX_RULES: usize = 2_000_000;

/// A format of rule files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `action,protocol,src,sport,dst,dport`, first match.
    Csv,
}

/// Why a rule file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AclError {
    /// The content is of no known format.
    #[error("not a rule file of a known format (CSV of rules, iptables-save, Cisco access lists, Capirca policy)")]
    UnknownFormat,
    /// The file is larger than is read.
    #[error("the rule file has {0} bytes, more than the {MAX_BYTES} that are read")]
    TooLarge(usize),
    /// The file has more rules than are read.
    #[error("line {line}: more than {MAX_RULES} rules")]
    TooManyRules {
        /// Where the limit was passed.
        line: u32,
    },
    /// The file is malformed as a whole.
    #[error("line {line}: {message}")]
    Malformed {
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
}

/// What a rule file holds.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its format.
    pub format: Format,
    /// Its policies, in the order of the file.
    pub policies: Vec<Policy>,
    /// What was noted outside of any policy.
    pub notes: Vec<Note>,
}

/// The format a content has.
pub fn detect(text: &str) -> Option<Format> {
    plain::looks_like(text).then_some(Format::Csv)
}

/// Reads a rule file of any known format.
pub fn read(text: &str) -> Result<Document, AclError> {
    if text.len() > MAX_BYTES {
        return Err(AclError::TooLarge(text.len()));
    }
    match detect(text).ok_or(AclError::UnknownFormat)? {
        Format::Csv => plain::read(text),
    }
}
