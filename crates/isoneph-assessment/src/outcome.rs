//! One outcome: a check, a subject, the answer, and the evidence under it.

use isoneph_model::{Digest, EvidenceClass, Outcome, Place, Reason};
use isoneph_tables::Instant;
use jiff::civil::Date;

/// What a check answers for one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOutcome {
    /// The check, by its place in [`Head::checks`](crate::Head::checks).
    pub check: usize,
    /// What was judged. `None` when a complete inventory holds none, or when nobody looked.
    pub subject: Option<Subject>,
    /// The service the subject serves: `""` for none of the declared ones or when none is declared.
    pub service: String,
    /// The answer.
    pub outcome: Outcome,
    /// Why, when the answer is `unknown` or `not-applicable`.
    pub reason: Option<Reason>,
    /// The values that fill the check's message, and the [`STORY`]. `None` for what is unknown.
    pub values: Vec<(String, Option<String>)>,
    /// The exception that covers a failure, by its place in [`Config::exceptions`](crate::Config::exceptions).
    pub exception: Option<usize>,
    /// Where it was seen; never empty for `pass` and `fail`.
    pub evidence: Vec<Evidence>,
    /// When the subject's snapshot was taken, if its input says.
    pub observed_at: Option<Instant>,
    /// The same for the same check and subject in every run, whatever the path of the input.
    pub fingerprint: Digest,
}

/// The value by which outcomes about one session are told together.
pub const STORY: &str = "story";

impl CheckOutcome {
    /// The session that it is about, where it is about one.
    pub fn story(&self) -> Option<&str> {
        let (_, story) = self.values.iter().find(|(name, _)| name == STORY)?;
        story.as_deref().filter(|story| !story.is_empty())
    }
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its address within its source (`aws_s3_bucket.logs`, `module.web.aws_lb.front`).
    pub address: String,
    /// The name a person would know it by; `""` when unknown.
    pub name: String,
    /// The type as the source names it; `""` when unknown.
    pub native_type: String,
    /// The cloud; `""` when unknown.
    pub provider: String,
    /// The account; `""` when unknown.
    pub account: String,
    /// The region; `""` when unknown.
    pub region: String,
}

/// A row that the answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The table.
    pub table: String,
    /// Where the row was seen.
    pub place: Place,
    /// What kind of evidence it is.
    pub class: EvidenceClass,
}

/// A failure that somebody has accepted for a time. The outcome stays `fail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The check.
    pub check: String,
    /// The subject's address, or a pattern of it with `*`.
    pub subject: String,
    /// Who carries the risk.
    pub owner: String,
    /// Who accepted it; never the owner.
    pub approver: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Date,
}
