//! The types of `isoneph.assessment/1`. What is `null` is unknown or does not exist; the description says which.

use std::borrow::Cow;
use std::collections::BTreeMap;

use isoneph_model::{
    Digest, Edition, EvidenceClass, Extent, GapCode, Outcome, ReasonCode, RequirementKind, Role, Severity,
    SnapshotKind, Standing, Support,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema::{digest, word};

/// An assessment: what was read, what every check answers for every subject, and what it comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Assessment")]
pub struct Document {
    /// Always `isoneph.assessment/1`.
    #[schemars(extend("const" = super::SCHEMA_ID))]
    pub schema: String,
    /// The tool that made it.
    pub tool: Tool,
    /// The edition of ISO/IEC 27017.
    #[schemars(schema_with = "word::<Edition>")]
    pub edition: Edition,
    /// The day for which it holds, `YYYY-MM-DD`.
    pub as_of: String,
    /// What the user set that bears on the answers.
    pub config: Config,
    /// What is in scope.
    pub scope: Scope,
    /// What was read. Evidence refers to an input by its place here, from 0.
    pub inputs: Vec<Input>,
    /// The snapshots of those inputs.
    pub snapshots: Vec<Snapshot>,
    /// Snapshots that were read but not judged.
    pub not_judged: Vec<NotJudged>,
    /// How much of each table was seen.
    pub coverage: Vec<Coverage>,
    /// The checks that ran.
    pub checks: Vec<Check>,
    /// What each check answers for each subject; sorted by check, then subject.
    pub outcomes: Vec<CheckOutcome<'static>>,
    /// What it comes to for each control, role and service.
    pub standings: Vec<StandingAnswer>,
    /// What was given but could not be read or judged. Not empty: the assessment is incomplete.
    pub losses: Vec<Loss>,
    /// Totals.
    pub summary: Summary,
}

/// The tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What the user set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    /// The SHA-256 of the configuration file; `null` without one.
    #[schemars(schema_with = "digest::<true>")]
    pub sha256: Option<Digest>,
    /// Parameters of checks that differ from their default.
    pub parameters: Vec<Parameter>,
    /// Accepted exceptions.
    pub exceptions: Vec<Exception>,
}

/// A parameter that was set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// A failure that somebody has accepted for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// The check.
    pub check: String,
    /// The subject's address, or a pattern of it with `*`.
    pub subject: String,
    /// Who carries the risk.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// Why.
    pub reason: String,
    /// Until when, `YYYY-MM-DD`.
    pub until: String,
}

/// What is in scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// Services by name; `""` when none is declared.
    pub services: Vec<String>,
    /// Accounts.
    pub accounts: Vec<String>,
    /// Regions; empty for any.
    pub regions: Vec<String>,
    /// The period that operated evidence is to cover; `null` when none is declared.
    pub period: Option<Period>,
    /// `declared`, or `assumed` when nobody declared who is provider and who is customer.
    #[schemars(extend("enum" = ["declared", "assumed"]))]
    pub roles: String,
}

/// A period, both days included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// A file that was read, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// The path as given.
    pub path: String,
    /// The SHA-256 of its bytes; `null` if they could not be read.
    #[schemars(schema_with = "digest::<true>")]
    pub sha256: Option<Digest>,
    /// The format, told by content; `""` when it was not understood.
    pub format: String,
    /// What kind of evidence it is; `null` when it was not understood.
    #[schemars(schema_with = "word::<Option<EvidenceClass>>")]
    pub class: Option<EvidenceClass>,
    /// How many records it held.
    pub records: u64,
    /// Record types that were counted but not understood.
    pub unsupported: BTreeMap<String, u64>,
    /// What could not be read.
    pub rejected: Vec<Reject>,
    /// What a reader should know that is no loss.
    pub notes: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reject {
    /// Where.
    pub locator: String,
    /// A short word for the kind of trouble.
    pub code: String,
    /// What a person should know.
    pub message: String,
}

/// One look at one estate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// Its number.
    pub id: i64,
    /// The input it comes from.
    pub input: u32,
    /// What it shows.
    #[schemars(schema_with = "word::<SnapshotKind>")]
    pub kind: SnapshotKind,
    /// When it was taken (RFC 3339); `null` if its input does not say.
    pub observed_at: Option<String>,
}

/// A snapshot that was read but not judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// The snapshot.
    pub snapshot: i64,
    /// Why.
    pub reason: String,
}

/// How much of a table one input shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The table.
    pub table: String,
    /// The part of its population that this speaks of.
    pub scope: CoverageScope,
    /// How much of it was seen.
    #[schemars(schema_with = "word::<Extent>")]
    pub extent: Extent,
    /// Why it was not all; `null` when it was, or when no reason is known.
    #[schemars(schema_with = "word::<Option<GapCode>>")]
    pub code: Option<GapCode>,
    /// The snapshot.
    pub snapshot: i64,
    /// The input that says so.
    pub input: u32,
    /// The place of what was not understood.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locator: Option<String>,
}

/// A part of a table's population. What is absent means "whatever it is".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageScope {
    /// The cloud.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub region: Option<String>,
    /// The native type of the things that missing rows would belong to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_type: Option<String>,
    /// The one thing that missing rows would belong to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
}

/// A check that ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How much a failure weighs.
    #[schemars(schema_with = "word::<Severity>")]
    pub severity: Severity,
    /// The table of its subjects.
    pub subject: String,
    /// The cells it supports.
    pub supports: Vec<Supports>,
    /// Where it is defined.
    pub file: String,
    /// Why it matters (Markdown).
    pub why: String,
    /// How to put it right (Markdown).
    pub fix: String,
}

/// A cell that a check supports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Supports {
    /// The control.
    pub control: String,
    /// The role.
    #[schemars(schema_with = "word::<Role>")]
    pub role: Role,
    /// Whether the cell needs it.
    #[serde(rename = "as")]
    #[schemars(schema_with = "word::<Support>")]
    pub support: Support,
    /// The requirement of the cell that it answers; `null` where it names none.
    pub requirement: Option<String>,
}

/// What a check answers for one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Outcome")]
pub struct CheckOutcome<'a> {
    /// The check.
    pub check: Cow<'a, str>,
    /// The controls it bears on.
    pub controls: Cow<'a, [String]>,
    /// The roles it bears on.
    #[schemars(schema_with = "word::<Vec<Role>>")]
    pub roles: Cow<'a, [Role]>,
    /// The service the subject serves; `""` for none of the declared ones.
    pub service: Cow<'a, str>,
    /// How much a failure weighs.
    #[schemars(schema_with = "word::<Severity>")]
    pub severity: Severity,
    /// The subject's address; `null` when a complete inventory holds none, or when nobody looked.
    pub subject: Option<Cow<'a, str>>,
    /// What the subject is; `null` as `subject` is.
    pub resource: Option<Resource<'a>>,
    /// The answer.
    #[schemars(schema_with = "word::<Outcome>")]
    pub outcome: Outcome,
    /// What a person should know; `null` for `pass`.
    pub message: Option<String>,
    /// The values in the check's message; `null` for what is unknown.
    pub values: BTreeMap<Cow<'a, str>, Option<Cow<'a, str>>>,
    /// Why the answer is `unknown` or `not-applicable`; otherwise `null`.
    pub reason: Option<Reason<'a>>,
    /// The accepted exception that covers a failure; otherwise `null`.
    pub exception: Option<Exception>,
    /// Where it was seen; never empty for `pass` and `fail`.
    pub evidence: Vec<Evidence<'a>>,
    /// When the subject's snapshot was taken (RFC 3339); `null` if its input does not say.
    pub observed_at: Option<String>,
    /// The same for the same check and subject in every run.
    #[schemars(schema_with = "digest::<false>")]
    pub fingerprint: Digest,
}

/// What a subject is. `""` is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource<'a> {
    /// The name a person would know it by.
    pub name: Cow<'a, str>,
    /// The type as its source names it.
    #[serde(rename = "type")]
    pub native_type: Cow<'a, str>,
    /// The cloud.
    pub provider: Cow<'a, str>,
    /// The account.
    pub account: Cow<'a, str>,
    /// The region.
    pub region: Cow<'a, str>,
}

/// Why an outcome decides nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason<'a> {
    /// The kind of reason.
    #[schemars(schema_with = "word::<ReasonCode>")]
    pub code: ReasonCode,
    /// The table that was short of something.
    pub table: Option<Cow<'a, str>>,
    /// The column that was unknown.
    pub column: Option<Cow<'a, str>>,
}

/// A row that an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence<'a> {
    /// The input, by its place in `inputs`.
    pub input: u32,
    /// The place inside it: a JSON pointer (`#/…`), `FILE:LINE`, `guest:PATH:LINE`, or `record N`.
    pub locator: Cow<'a, str>,
    /// The table of the row.
    pub table: Cow<'a, str>,
    /// What kind of evidence it is.
    #[schemars(schema_with = "word::<EvidenceClass>")]
    pub class: EvidenceClass,
}

/// What the evidence comes to for one control, role and service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Standing")]
pub struct StandingAnswer {
    /// The control.
    pub control: String,
    /// The role.
    #[schemars(schema_with = "word::<Role>")]
    pub role: Role,
    /// The service; `""` when none is declared.
    pub service: String,
    /// The standing.
    #[schemars(schema_with = "word::<Standing>")]
    pub standing: Standing,
    /// Why it is not better, worst first.
    pub why: Vec<Why>,
    /// Outcomes that bear on it.
    pub counts: Counts,
    /// What parties say that answers what it asks for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub said: Vec<Said>,
    /// What was seen of what is in scope.
    pub population: Population,
}

/// Something said that answers a requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// The requirement (`CONTROL/NAME`).
    pub requirement: String,
    /// The input, by its place in `inputs`.
    pub input: u32,
    /// The place inside it.
    pub locator: String,
    /// What kind of evidence it is.
    #[schemars(schema_with = "word::<EvidenceClass>")]
    pub class: EvidenceClass,
}

/// A reason for a standing. Which fields it has beside `code` and `text` depends on the code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    /// The kind of reason.
    pub code: String,
    /// The requirement it is about (`CONTROL/NAME`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requirement: Option<String>,
    /// The kind of evidence that the requirement asks for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(schema_with = "word::<Option<RequirementKind>>")]
    pub kind: Option<RequirementKind>,
    /// The classes of evidence that there are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(schema_with = "word::<Option<Vec<EvidenceClass>>>")]
    pub classes: Option<Vec<EvidenceClass>>,
    /// How many outcomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<u64>,
    /// Subjects seen to exist.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subjects: Option<u64>,
    /// Failing outcomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failing: Option<u64>,
    /// Accounts seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<u64>,
    /// Accounts in scope.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<u64>,
    /// The same in words.
    pub text: String,
}

/// Outcomes that bear on a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Passing outcomes.
    pub pass: u64,
    /// Failing outcomes, those under an accepted exception included.
    pub fail: u64,
    /// Undecided outcomes.
    pub unknown: u64,
    /// Outcomes that concern nothing.
    #[serde(rename = "not-applicable")]
    pub not_applicable: u64,
    /// Failures with an accepted exception.
    pub excepted: u64,
    /// Failures without one, by severity.
    pub failures: Failures,
    /// Findings of other scanners.
    pub findings: Findings,
}

/// Failures without an accepted exception, by severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Failures {
    /// Of severity `critical`.
    pub critical: u64,
    /// Of severity `high`.
    pub high: u64,
    /// Of severity `medium`.
    pub medium: u64,
    /// Of severity `low`.
    pub low: u64,
}

/// Findings of other scanners that bear on a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Findings {
    /// Those that pass.
    pub pass: u64,
    /// Those that fail.
    pub fail: u64,
}

/// What was seen of what is in scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Population {
    /// Accounts seen.
    pub seen: u64,
    /// Accounts in scope; `null` if not declared.
    pub expected: Option<u64>,
    /// What says how many to expect.
    pub basis: String,
}

/// Something that was given but could not be read or judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    /// The input, by its place in `inputs`; `null` if it was none.
    pub input: Option<u32>,
    /// What a person should know.
    pub message: String,
}

/// Totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Outcomes by kind.
    pub outcomes: OutcomeTotals,
    /// Failures without an accepted exception, by severity.
    pub failures: Failures,
    /// Cells by role and standing; standings that no cell has are left out.
    pub standings: BTreeMap<String, BTreeMap<String, u64>>,
    /// Whether everything given could be read and judged.
    pub complete: bool,
}

/// Outcomes by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeTotals {
    /// Passing.
    pub pass: u64,
    /// Failing.
    pub fail: u64,
    /// Undecided.
    pub unknown: u64,
    /// Concerning nothing.
    #[serde(rename = "not-applicable")]
    pub not_applicable: u64,
}
