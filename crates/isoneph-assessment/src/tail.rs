//! What is known after the last outcome.

use std::collections::BTreeMap;

use crate::LogPicture;
use isoneph_model::{ControlId, EvidenceClass, InputId, Outcome, Place, Role, Severity, Standing};
use isoneph_standard::RequirementKey;
use isoneph_standard::standing::Why;

/// The tail of an assessment.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    /// One answer a cell, sorted by control, role and service.
    pub standings: Vec<StandingAnswer>,
    /// All outcomes by kind.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Failures without an accepted exception, by severity.
    pub failures: BTreeMap<Severity, u64>,
    /// What was given but could not be read or judged. Not empty: the run is incomplete.
    pub losses: Vec<Loss>,
    /// Findings of other tools: how many pass, how many fail. They speak against cells; outcomes they are none.
    pub findings: (u64, u64),
    /// What the audit logs look like.
    pub logs: LogPicture,
}

/// Something that was given but could not be read or judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The input it was, if it was one.
    pub input: Option<InputId>,
    /// What a person should know: it names the file and the place.
    pub message: String,
}

/// The standing of a cell.
#[derive(Debug, Clone)]
pub struct StandingAnswer {
    /// The control.
    pub control: ControlId,
    /// The role.
    pub role: Role,
    /// The service; `""` when none is declared.
    pub service: String,
    /// The standing.
    pub standing: Standing,
    /// Why it is not better, worst first.
    pub why: Vec<Why>,
    /// Outcomes that bear on the cell.
    pub counts: Counts,
    /// What parties say that answers what the cell asks for, with its place.
    pub said: Vec<SaidAnswer>,
    /// What was seen of what is in scope.
    pub population: Population,
}

/// Something said that answers a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidAnswer {
    /// The requirement.
    pub requirement: RequirementKey,
    /// What kind of evidence it is.
    pub class: EvidenceClass,
    /// Where it stands.
    pub place: Place,
}

/// Outcomes that bear on a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By kind.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Failures by severity, excepted ones left out.
    pub failures: BTreeMap<Severity, u64>,
    /// Failures with an accepted exception.
    pub excepted: u64,
    /// Findings of other scanners that bear on the cell: those that pass, those that fail.
    pub findings: (u64, u64),
}

/// What was seen of what is in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Accounts seen.
    pub seen: u64,
    /// Accounts in scope, if declared.
    pub expected: Option<u64>,
    /// What says how many to expect: `declared` or `assumed`.
    pub basis: &'static str,
}
