//! What a check answers for one subject, and why.

use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// The outcome of one check for one subject.
    pub enum Outcome {
        /// Evidence shows that what the check asks holds.
        Pass = "pass",
        /// Evidence shows that it does not.
        Fail = "fail",
        /// Evidence decides neither; the reason says why.
        Unknown = "unknown",
        /// The check does not concern this subject.
        NotApplicable = "not-applicable",
    }
}

crate::vocabulary! {
    /// How much a failing check weighs.
    pub enum Severity {
        /// Worth knowing.
        Low = "low",
        /// Weakens a defence.
        Medium = "medium",
        /// Opens a way in, or loses data or its record.
        High = "high",
        /// Open to anybody now.
        Critical = "critical",
    }
}

crate::vocabulary! {
    /// What a check is to a cell (control × role), or a requirement to its cell.
    pub enum Support {
        /// The cell cannot be supported without it.
        Required = "required",
        /// It adds to the picture.
        Contributing = "contributing",
    }
}

crate::vocabulary! {
    /// Why a cell of a table is NULL.
    pub enum GapCode {
        /// The value will be known only once the plan is applied.
        AfterApply = "after-apply",
        /// The source does not carry this fact, or was not asked for it.
        NotCollected = "not-collected",
        /// It was there but could not be understood.
        Unreadable = "unreadable",
        /// The provider's default decides, and which default that is cannot be proved from date and version.
        ProviderDefault = "provider-default",
        /// The source's schema is older than the fact.
        SchemaOlder = "schema-older",
        /// It refers to something that the input does not resolve.
        UnresolvedReference = "unresolved-reference",
    }
}

crate::vocabulary! {
    /// Why an outcome is `unknown` (or `not-applicable`).
    pub enum ReasonCode {
        /// See [`GapCode::AfterApply`].
        AfterApply = "after-apply",
        /// See [`GapCode::NotCollected`].
        NotCollected = "not-collected",
        /// See [`GapCode::Unreadable`].
        Unreadable = "unreadable",
        /// See [`GapCode::ProviderDefault`].
        ProviderDefault = "provider-default",
        /// See [`GapCode::SchemaOlder`].
        SchemaOlder = "schema-older",
        /// See [`GapCode::UnresolvedReference`].
        UnresolvedReference = "unresolved-reference",
        /// The outcome rests on the absence of a row in a table that was seen only in part.
        CoveragePartial = "coverage-partial",
        /// The outcome rests on a table that nobody filled.
        CoverageNone = "coverage-none",
        /// The check yielded no observation for the subject.
        NoObservation = "no-observation",
        /// The evidence is older than the check allows.
        Stale = "stale",
        /// A complete inventory holds no subject of this kind.
        NoSubject = "no-subject",
        /// The check's own condition says that it does not concern this subject.
        DoesNotApply = "does-not-apply",
    }
}

impl From<GapCode> for ReasonCode {
    fn from(code: GapCode) -> ReasonCode {
        match code {
            GapCode::AfterApply => ReasonCode::AfterApply,
            GapCode::NotCollected => ReasonCode::NotCollected,
            GapCode::Unreadable => ReasonCode::Unreadable,
            GapCode::ProviderDefault => ReasonCode::ProviderDefault,
            GapCode::SchemaOlder => ReasonCode::SchemaOlder,
            GapCode::UnresolvedReference => ReasonCode::UnresolvedReference,
        }
    }
}

/// Why an outcome decides nothing: a code and, where one is to blame, the table and column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reason {
    /// The kind of reason.
    pub code: ReasonCode,
    /// The table that was short of something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table: Option<String>,
    /// The column that was NULL.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
}
