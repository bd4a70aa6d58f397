//! Changes and approvals, as registers of changes and pipelines export them.
//!
//! A register's export (CSV or JSON, of Jira and ServiceNow among others) and a list of pipeline runs with their
//! reviewers are read by the names of their columns. A row that cannot be understood is refused with its place: a
//! refused change could have approved something, so whoever judges must know of it.

mod again;
mod bounds;
mod error;
mod json;
mod naming;
mod pages;
mod procedures;
mod record;
mod services;
mod state;
mod table;
mod time;
mod values;

mod declared;
mod read;

use isoneph_tables::Instant;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::operations::OperationClass;

pub use again::settle;
pub use declared::{BreakGlass, Declared, Person, Procedure, Review};
pub use error::ChangesError;
pub use naming::{Naming, naming};
pub use pages::{MorePages, not_given};
pub use procedures::settle_operations;
pub use read::read;
pub use services::OfServices;
pub use state::{approved_after, approved_by};
pub use time::day_anywhere;

isoneph_model::vocabulary! {
    /// Where a change was kept.
    pub enum ChangeKind {
        /// In a register of changes.
        Change = "change",
        /// As the run of a pipeline.
        Pipeline = "pipeline",
    }
}

/// Where a record of a change stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ChangePlace {
    /// The file, as given.
    pub file: String,
    /// The place in it: `FILE:LINE`, or a JSON pointer.
    pub locator: String,
}

/// The end of what nobody knows the end of.
pub const NO_END: Instant = Instant(i64::MAX);

/// A change, or the run of a pipeline.
///
/// An empty list sets no bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it was kept.
    pub kind: ChangeKind,
    /// Its number; of a pipeline, the run's.
    pub id: String,
    /// Its state as written; `''` for none.
    pub state: String,
    /// Whether it was approved; `None` where the export does not tell.
    pub approved: Option<bool>,
    /// Between which instants it was approved; `None` where the export does not tell.
    pub approved_at: Option<(Instant, Instant)>,
    /// When it was written into the register, at the earliest; `None` where the export does not tell.
    pub written_at: Option<Instant>,
    /// When it was closed; what is done afterwards is outside. `None` where the export does not tell.
    pub closed_at: Option<Instant>,
    /// From when.
    pub from: Option<Instant>,
    /// Until when; that instant is outside.
    pub until: Option<Instant>,
    /// Until when it may have been, where `until` does not say for sure: the end of its day, where that is named by its
    /// day alone; [`NO_END`], where a run went on when it was listed.
    pub until_at_the_latest: Option<Instant>,
    /// The accounts it speaks of.
    pub accounts: Vec<String>,
    /// The accounts of the services it speaks of; `None` where it speaks of no services.
    pub services: Option<OfServices>,
    /// The classes of operations that it allows.
    pub classes: Vec<OperationClass>,
    /// The operations that it allows, in lower case.
    pub operations: Vec<String>,
    /// Operations of which one of `operations` may be a slip.
    pub perhaps: Vec<String>,
    /// The resources it speaks of.
    pub resources: Vec<String>,
    /// Whether `resources` are names of a configuration database or words about things, which need not be those of the cloud.
    pub resources_by_name: bool,
    /// Who may carry it out; of a pipeline, the roles that its runs take on.
    pub actors: Vec<String>,
    /// Who asked for it; of a pipeline, who wrote the commit. `''` for nobody named.
    pub requester: String,
    /// Of a pipeline, who started the run.
    pub started_by: Vec<String>,
    /// Who approved it; words that name nobody are left out.
    pub approvers: Vec<String>,
    /// The procedure that it follows; `''` for none.
    pub procedure: String,
    /// The commit that a pipeline ran; `''` for none.
    pub commit: String,
    /// The name of the session that a pipeline's run opened; `''` where it is found by run or commit.
    pub session: String,
    /// Columns with a value that were not understood and may bound what it approves: what it covers cannot be told.
    pub open: Vec<String>,
    /// Whether one of them may be its window, since nothing else is.
    pub window_open: bool,
    /// Where it stands.
    pub place: ChangePlace,
}

impl Change {
    /// Whether an account is among those it speaks of. Spreadsheets take the zeros before the number of an account of AWS.
    pub fn names_account(&self, provider: &str, account: &str) -> bool {
        let is_it = |own: &String| {
            let padded = || with_zeros(own).filter(|_| provider == "aws");
            own.eq_ignore_ascii_case(account) || padded().is_some_and(|padded| padded == account)
        };
        self.accounts.iter().any(is_it)
    }
}

/// An account's number of AWS that is short of digits, with the zeros before it.
pub(crate) fn with_zeros(account: &str) -> Option<String> {
    const DIGITS: usize = 12;
    let is_short = (1..DIGITS).contains(&account.len()) && account.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| format!("{account:0>DIGITS$}"))
}

/// A row that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedChange {
    /// Where it stands.
    pub place: ChangePlace,
    /// A short word: `no-time-zone`, `not-a-time`, `no-id`, `unknown-class`, `spoiled-account`,
    /// `backwards`, `told-otherwise`, `more-follows`; of a procedure `unknown-operation`, `not-critical`.
    pub code: &'static str,
    /// What a person should know.
    pub message: String,
}

/// What one export holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFile {
    /// Its form: `changes-csv`, `changes-json`, `jira-json`, `servicenow-json`, `pipelines-csv`, `pipelines-json`.
    pub format: &'static str,
    /// What was read.
    pub changes: Vec<Change>,
    /// What was not.
    pub refused: Vec<RefusedChange>,
    /// Columns that were not understood, sorted.
    pub unread_columns: Vec<String>,
    /// Those of them that may bound what a change approves, so that this cannot be told, sorted.
    pub open_columns: Vec<String>,
    /// Numbers of accounts that are short of digits, sorted: of AWS they are read with zeros before them.
    pub short_accounts: Vec<String>,
    /// Where it says that more rows stand elsewhere.
    pub more: Option<MorePages>,
}

/// How to read exports.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The time zone of times that carry none. Without it such times are refused.
    pub time_zone: Option<TimeZone>,
    /// States, beside the usual ones, that a change has only once it is approved.
    pub approved_states: Vec<String>,
}

#[cfg(test)]
mod tests;
