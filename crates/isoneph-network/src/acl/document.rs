//! One rule file: its format, its policies, what was noted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::capirca::{self, Definitions};
use super::{cisco, iptables, plain};
use crate::packet::Family;
use crate::policy::{Note, NoteKind, Policy};

/// The largest file read, in bytes: a million rules of any format fit.
pub(super) const MAX_BYTES: usize = 256 << 20;
/// The most rules of one file.
pub(super) const MAX_RULES: usize = 2_000_000;

/// The most intervals of all rules of one file together: rules that refer to large groups multiply.
pub(super) const MAX_INTERVALS: usize = 30_000_000;

/// A format of rule files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `action,protocol,src,sport,dst,dport`, first match.
    Csv,
    /// `iptables-save`, `ip6tables-save`, or a script of their commands.
    Iptables,
    /// Access lists of Cisco IOS, XR, NX-OS and ASA.
    Cisco,
    /// A policy of Capirca or Aerleon.
    Capirca,
}

/// What the caller knows beside the file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The interface packets come in by.
    pub input_interface: Option<String>,
    /// The interface packets go out by.
    pub output_interface: Option<String>,
    /// Names of networks and services, for Capirca policies.
    pub definitions: Definitions,
    /// Files that policies include, by path.
    pub includes: BTreeMap<String, String>,
    /// The day on which it is judged what has expired.
    pub as_of: Option<jiff::civil::Date>,
}

/// Why a rule file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AclError {
    /// The content is of no known format.
    #[error("not a rule file of a known format (CSV of rules, iptables-save, Cisco access lists, Capirca policy)")]
    UnknownFormat,
    /// The content is a configuration of Cisco's that holds none.
    #[error("a Cisco configuration without access lists: there is nothing in it to compare")]
    NoLists,
    /// The file is larger than is read.
    #[error("the rule file has {0} bytes, more than the {MAX_BYTES} that are read")]
    TooLarge(usize),
    /// The file has more rules than are read.
    #[error("line {line}: more than {MAX_RULES} rules, or {MAX_INTERVALS} intervals in all of them")]
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
    /// Policies that do not filter what passes, and what is applied and not given, by what the file itself says.
    pub asides: Vec<Aside>,
    /// Ways through the device on which none of its policies filters.
    pub unfiltered: Vec<Note>,
    /// Where it applies its lists; [`None`] where it does not say.
    pub interfaces: Option<Interfaces>,
}

/// What a device says of its interfaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// What the device is called, where it says so.
    pub host: Option<String>,
    /// Their names, each with whether packets pass on by it: not by those of the device itself.
    pub names: BTreeMap<String, bool>,
    /// Where lists are applied, in the order of the file.
    pub applied: Vec<Applied>,
    /// Whether what no list filters passes; on an ASA that hangs on how far interfaces are trusted.
    pub are_open: bool,
}

/// A place of a device at which lists decide on what passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The interface and the way, as the configuration has them.
    pub at: String,
    /// The name of the interface, where the place is one's.
    pub interface: Option<String>,
    /// The names of the lists; more than one are asked one after the other.
    pub lists: Vec<String>,
    /// The family that it is for, where that is IPv6 alone.
    pub family: Option<Family>,
    /// The line that says so.
    pub line: u32,
}

/// A list that a device holds for something else than to filter what passes, or that it applies and the file does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Its name.
    pub list: String,
    /// The line that says so; 0 where it is that no line says otherwise.
    pub line: u32,
    /// What is said of it.
    pub why: String,
    /// Whether it surely decides nothing about what passes.
    pub sure: bool,
}

impl Interfaces {
    /// What is applied at a place.
    #[must_use]
    pub fn at(&self, place: &str) -> Option<&Applied> {
        self.applied.iter().find(|applied| applied.at == place)
    }
}

impl Document {
    /// A configuration of Cisco's in which there is no list.
    #[must_use]
    pub fn without_lists() -> Self {
        let message = "a configuration without access lists: it filters nothing".to_owned();
        let note = Note { line: 0, kind: NoteKind::Ignored, message };
        Self::of(Format::Cisco, Vec::new(), vec![note])
    }

    /// A file of rules that says nothing of what they are applied to.
    pub(super) fn of(format: Format, policies: Vec<Policy>, notes: Vec<Note>) -> Self {
        Self { format, policies, notes, asides: Vec::new(), unfiltered: Vec::new(), interfaces: None }
    }
}

/// The format a content has.
pub fn detect(text: &str) -> Option<Format> {
    let text = without_mark(text);
    if capirca::looks_like(text) {
        Some(Format::Capirca)
    } else if iptables::looks_like(text) {
        Some(Format::Iptables)
    } else if cisco::looks_like(text) {
        Some(Format::Cisco)
    } else {
        plain::looks_like(text).then_some(Format::Csv)
    }
}

/// The text without the mark that some editors put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Reads a rule file of any known format.
pub fn read(text: &str, options: &ReadOptions) -> Result<Document, AclError> {
    if text.len() > MAX_BYTES {
        return Err(AclError::TooLarge(text.len()));
    }
    let text = without_mark(text);
    let nothing = || if cisco::is_configuration(text) { AclError::NoLists } else { AclError::UnknownFormat };
    match detect(text).ok_or_else(nothing)? {
        Format::Csv => plain::read(text),
        Format::Iptables => iptables::read(text, options),
        Format::Cisco => cisco::read(text),
        Format::Capirca => capirca::read(text, options),
    }
}
