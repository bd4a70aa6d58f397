//! What is known before the first outcome.

use isoneph_model::{ControlId, Digest, Edition, Role, Severity, Support, Text};
use isoneph_tables::{Coverage, Input, Snapshot};
use jiff::civil::Date;

use crate::message::Message;
use crate::outcome::Exception;

/// The head of an assessment.
#[derive(Debug, Clone)]
pub struct Head {
    /// The tool.
    pub tool: Tool,
    /// The edition of ISO/IEC 27017.
    pub edition: Edition,
    /// The day for which the assessment holds.
    pub as_of: Date,
    /// What the user set.
    pub config: Config,
    /// What is in scope.
    pub scope: Scope,
    /// What was read. Evidence refers to an input by its place here.
    pub inputs: Vec<Input>,
    /// The snapshots of those inputs.
    pub snapshots: Vec<Snapshot>,
    /// Snapshots that were read but not judged, with the reason in words of the tool (`same-estate-as N`).
    pub not_judged: Vec<(i64, String)>,
    /// How much of each table was seen.
    pub coverage: Vec<Coverage>,
    /// The checks that ran, by id. An outcome refers to a check by its place here.
    pub checks: Vec<CheckInfo>,
}

/// The tool that made the assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What the user set that bears on the answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The digest of the configuration file; `None` without one.
    pub sha256: Option<Digest>,
    /// Parameters of checks that differ from their default.
    pub parameters: Vec<Parameter>,
    /// Accepted exceptions.
    pub exceptions: Vec<Exception>,
}

/// A parameter of a check that was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The check.
    pub check: String,
    /// The parameter.
    pub name: String,
    /// The default, as written.
    pub default: String,
    /// What was set, as written.
    pub value: String,
    /// Whether it is looser than the default.
    pub looser: bool,
}

/// How the roles came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolesBasis {
    /// A declaration says who is what towards which service.
    Declared,
    /// Nobody declared it: both roles are shown.
    Assumed,
}

/// What is in scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// Services, by name; one with the name `""` when none is declared.
    pub services: Vec<String>,
    /// Accounts in scope.
    pub accounts: Vec<String>,
    /// Regions in scope; empty for any.
    pub regions: Vec<String>,
    /// The period that operated evidence is to cover.
    pub period: Option<(Date, Date)>,
    /// Whether roles are declared.
    pub roles: RolesBasis,
}

/// A check that ran.
#[derive(Debug, Clone)]
pub struct CheckInfo {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it says of a subject.
    pub message: Message,
    /// How much a failure weighs.
    pub severity: Severity,
    /// The table of its subjects.
    pub subject: String,
    /// The cells it supports, sorted, in the edition of the assessment.
    pub supports: Vec<Supports>,
    /// Why it matters (Markdown).
    pub why: String,
    /// How to put it right (Markdown).
    pub fix: String,
    /// Where it is defined, from the root of its pack (`controls/…/check.md`).
    pub file: String,
}

/// A cell that a check supports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Supports {
    /// The control.
    pub control: ControlId,
    /// The role.
    pub role: Role,
    /// Whether the cell needs it.
    pub support: Support,
    /// The requirement of the cell that it answers, where the check names one.
    pub requirement: Option<String>,
}
