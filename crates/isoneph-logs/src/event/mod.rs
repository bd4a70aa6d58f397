//! One record of an audit log, whichever cloud wrote it.
//!
//! `None` says that the log does not tell; an empty text says that there is none. Texts borrow from the record where
//! they can: an event lives as long as the bytes it was decoded from.

mod name;
mod row;

use std::borrow::Cow;

use isoneph_tables::Instant;

pub(crate) use name::Names;
pub use name::operation_name;
pub use row::SourcePlace;
pub(crate) use row::{COMMON_CELLS, Cells, FIRST_COMMON};

/// A text that borrows from the record where it can; `None` is unknown, `""` is none.
pub type MaybeText<'a> = Option<Cow<'a, str>>;

isoneph_model::vocabulary! {
    /// What a record is about.
    #[derive(Default)]
    pub enum Category {
        /// Administration: what is set up, changed, removed.
        Management = "management",
        /// Access to data.
        Data = "data",
        /// Somebody signs in.
        SignIn = "sign-in",
        /// A refusal by policy.
        Policy = "policy",
        /// The provider acted by itself.
        System = "system",
        /// The provider noticed something unusual.
        Insight = "insight",
        /// Network activity at an endpoint.
        Network = "network",
        /// Anything else.
        #[default]
        Other = "other",
    }
}

isoneph_model::vocabulary! {
    /// What kind of actor it was.
    pub enum ActorKind {
        /// A person's own identity.
        User = "user",
        /// The owner of the account.
        Root = "root",
        /// A session of a role.
        Role = "role",
        /// Somebody an identity provider vouches for.
        Federated = "federated",
        /// A program's own identity: service account, service principal, managed identity.
        Workload = "workload",
        /// A service of the cloud.
        Service = "service",
        /// Another account.
        Account = "account",
        /// Nobody known.
        Anonymous = "anonymous",
    }
}

isoneph_model::vocabulary! {
    /// What became of the operation.
    pub enum EventOutcome {
        /// It was done.
        Success = "success",
        /// It was refused or it failed.
        Failure = "failure",
        /// Its end is still to come.
        Pending = "pending",
    }
}

isoneph_model::vocabulary! {
    /// Which of several records of one operation a record is.
    pub enum Phase {
        /// The first.
        First = "first",
        /// Neither first nor last.
        Middle = "middle",
        /// The last.
        Last = "last",
    }
}

/// Who did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor<'a> {
    /// What kind of actor; `None` where the log does not say or says a word we do not know.
    pub kind: Option<ActorKind>,
    /// The most exact identity that the log gives: ARN, e-mail address, object id, user name.
    pub id: MaybeText<'a>,
    /// The name a person would know it by; of the role for a session of a role.
    pub name: MaybeText<'a>,
    /// The account, tenant or project it belongs to.
    pub account: MaybeText<'a>,
    /// The session's name.
    pub session: MaybeText<'a>,
    /// The identifier, never the value, of the credential.
    pub credential_id: MaybeText<'a>,
    /// Who issued the session.
    pub session_issuer: MaybeText<'a>,
    /// When the session began.
    pub session_started_at: Option<Instant>,
    /// Whether a second factor was proved; `None` where the log does not say.
    pub mfa: Option<bool>,
    /// The service or identity that asked on the actor's behalf.
    pub invoked_by: MaybeText<'a>,
    /// The identity that the actor took on.
    pub acting_as: MaybeText<'a>,
}

impl Actor<'_> {
    /// Of whom a record has no room to say anything: what could be said is known to be nothing.
    pub(crate) fn nobody() -> Self {
        let none = || Some(Cow::Borrowed(""));
        Self {
            id: none(),
            name: none(),
            account: none(),
            session: none(),
            credential_id: none(),
            session_issuer: none(),
            invoked_by: none(),
            acting_as: none(),
            ..Self::default()
        }
    }
}

/// One record of an audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// The cloud: `aws`, `azure`, `google`, `kubernetes`, or the source's own word in lower case.
    pub provider: Cow<'a, str>,
    /// The account, subscription or project whose log it is.
    pub account: MaybeText<'a>,
    /// The region; `global` for what has none.
    pub region: MaybeText<'a>,
    /// The record's own id, as written; a digest of the record where it has none.
    pub id: Cow<'a, str>,
    /// Tells apart the records that share an id (stages of a request); empty where none do.
    pub id_part: Cow<'a, str>,
    /// The kind of record, as the log names it.
    pub native_type: MaybeText<'a>,
    /// What it is about.
    pub category: Category,
    /// When it happened.
    pub time: Option<Instant>,
    /// When the record reached the log or its store.
    pub delivered_at: Option<Instant>,
    /// The service that was asked, as written.
    pub api_service: MaybeText<'a>,
    /// The operation, as written.
    pub operation: MaybeText<'a>,
    /// The operation in one spelling: see [`operation_name`].
    pub operation_name: MaybeText<'a>,
    /// Who did it.
    pub actor: Actor<'a>,
    /// Where the request came from.
    pub source_address: MaybeText<'a>,
    /// The program that asked.
    pub user_agent: MaybeText<'a>,
    /// What it was done to; sorted, without repeats, at most [`MAX_TARGETS`].
    pub targets: Option<Vec<Cow<'a, str>>>,
    /// What became of it.
    pub outcome: Option<EventOutcome>,
    /// The code of the error.
    pub error_code: MaybeText<'a>,
    /// The error in words.
    pub error_message: MaybeText<'a>,
    /// Whether it changed nothing.
    pub read_only: Option<bool>,
    /// The provider's id of the request.
    pub request_id: MaybeText<'a>,
    /// What joins the records of one operation.
    pub operation_id: MaybeText<'a>,
    /// Which of them it is; `None` for an operation's only record.
    pub phase: Option<Phase>,
    /// The request as JSON, credentials digested.
    pub raw_request: MaybeText<'a>,
    /// The answer as JSON, credentials digested.
    pub raw_response: MaybeText<'a>,
    /// What else the record says, as JSON, credentials digested.
    pub raw_additional: MaybeText<'a>,
}

/// The kind of record of a detector's finding.
pub(crate) const DETECTED: &str = "GuardDuty Finding";
/// The kind of record of what a cloud says of its own health, and of abuse.
pub(crate) const ABUSE_OR_HEALTH: &str = "AWS Health Event";

/// Whether records of a kind are no more than what the cloud noticed by itself: nothing of a log is whole because of them.
pub(crate) fn is_notice(native_type: Option<&str>) -> bool {
    matches!(native_type, Some(DETECTED | ABUSE_OR_HEALTH))
}

/// The most targets that an event keeps.
pub const MAX_TARGETS: usize = 64;
