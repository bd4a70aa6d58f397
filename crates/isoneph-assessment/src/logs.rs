//! What the audit logs look like at a glance: sessions with critical operations, and days of the record.

isoneph_model::vocabulary! {
    /// How a day of the record stands.
    pub enum DayState {
        /// Something is surely missing.
        Missing = "missing",
        /// Something may be missing.
        Doubtful = "doubtful",
        /// The record was stopped or weakened: what was done meanwhile may not be in it.
        Weakened = "weakened",
        /// A hole would not have been noticed: too few events to know what is usual.
        Thin = "thin",
        /// A hole would have been noticed, and there is none.
        Watched = "watched",
        /// Digests prove that nothing is missing.
        Proven = "proven",
    }
}

/// What the audit logs look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPicture {
    /// Critical operations by class and day, in that order.
    pub marks: Vec<LogMark>,
    /// Sessions with critical operations, by time; what is kept of them.
    pub sessions: Vec<LogSession>,
    /// How many sessions there are beyond those.
    pub more_sessions: u64,
    /// Days, by provider, account, region and day.
    pub days: Vec<LogDay>,
}

impl LogPicture {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.days.is_empty()
    }
}

/// The critical operations of a class on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogMark {
    /// The class, as in `critical_operation.class`.
    pub class: String,
    /// The day in UTC, as `2026-11-02`.
    pub day: String,
    /// What was done.
    pub done: Done,
}

/// How many critical operations were carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// All of them.
    pub operations: u64,
    /// Those that no approved change covers.
    pub not_approved: u64,
    /// Those of which that cannot be told.
    pub open: u64,
    /// Those that a change covers which nobody but the actor approved.
    pub own_approver: u64,
    /// Those of an actor without a second factor.
    pub without_mfa: u64,
    /// Those of an identity that is declared to be for emergencies.
    pub break_glass: u64,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Done) {
        self.operations += other.operations;
        self.not_approved += other.not_approved;
        self.open += other.open;
        self.own_approver += other.own_approver;
        self.without_mfa += other.without_mfa;
        self.break_glass += other.break_glass;
    }
}

/// What one actor did in one account, without an hour's pause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSession {
    /// The first operation's time, as `2026-11-02 14:05`; `""` where the log does not say.
    pub from: String,
    /// The account; `""` where the log does not say.
    pub account: String,
    /// Whose session it is where that has a name of its own, as of a role that somebody took on; else `""`.
    pub role: String,
    /// Who; `""` where the log does not say.
    pub actor: String,
    /// The operations as written, with how many of each, by name.
    pub operations: Vec<(String, u64)>,
    /// What was done.
    pub done: Done,
}

/// A day of the record of an account in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDay {
    /// The cloud.
    pub provider: String,
    /// The account; `""` where the log does not say.
    pub account: String,
    /// The region; `""` where the log does not say.
    pub region: String,
    /// The day in UTC, as `2026-11-02`.
    pub day: String,
    /// How it stands.
    pub state: DayState,
    /// How many events there are.
    pub events: u64,
}
