//! A critical operation, as the log tells it, and what was found out about it.

use std::sync::Arc;

use isoneph_tables::Instant;

use super::intern::Interner;
use super::shared::Shared;
use crate::event::{ActorKind, Event, EventOutcome, Phase, SourcePlace};
use crate::operations::{Act, Basis, CriticalOperation, OperationClass, Reversible};

isoneph_model::vocabulary! {
    /// How an operation was approved, or why it was not.
    pub enum Approval {
        /// By an approved change, inside its window.
        Change = "change",
        /// By the reviewers of a pipeline's run.
        Pipeline = "pipeline",
        /// A change or a run fits it, and was not approved.
        NotApproved = "not-approved",
        /// An approved change fits it, but for the time: within a day of its window.
        OutsideWindow = "outside-window",
        /// Nothing fits it.
        Nothing = "none",
        /// Nothing approves it: an identity for emergencies did it, and somebody else reviewed it afterwards.
        Emergency = "emergency",
    }
}

/// Where the record was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, as given.
    pub file: Arc<str>,
    /// Its SHA-256 in hexadecimal.
    pub sha256: Arc<str>,
    /// The record's place in it, from 0.
    pub index: u64,
}

/// The approval of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// How, or why not.
    pub how: Approval,
    /// The change or run, as an index into [`Records::changes`](super::Records::changes).
    pub change: Option<usize>,
    /// Who approved it, `""` for nobody named; where several did, one who is surely not the actor.
    pub approver: String,
    /// Whether nobody but the actor approved it; `None` where that cannot be told.
    pub by_actor_alone: Option<bool>,
}

/// A critical operation. `None` says that the log, or what it was set against, does not tell.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The `uid` of its first record's event.
    pub uid: Arc<str>,
    /// The event's own id.
    pub id: Arc<str>,
    /// Where that was read.
    pub source: Source,
    /// When it was asked for.
    pub time: Option<Instant>,
    /// The cloud.
    pub provider: Arc<str>,
    /// The account.
    pub account: Option<Arc<str>>,
    /// The region.
    pub region: Option<Arc<str>>,
    /// The kind of record, as the log names it.
    pub native_type: Option<Arc<str>>,
    /// The operation as written.
    pub operation: Arc<str>,
    /// The operation in one spelling.
    pub name: Arc<str>,
    /// What it is done to.
    pub class: OperationClass,
    /// What it does.
    pub act: Act,
    /// Whether it can be taken back.
    pub reversible: Reversible,
    /// On whose word it is critical: `proposed`, `adopted`, `amended`.
    pub basis: &'static str,
    /// See [`CriticalOperation::weakens_logging`]; `None` where that depends on what was asked for and is not told.
    pub weakens_logging: Option<bool>,
    /// See [`CriticalOperation::resumes_logging`].
    pub resumes_logging: bool,
    /// What kind of actor.
    pub actor_kind: Option<ActorKind>,
    /// Who.
    pub actor: Option<Arc<str>>,
    /// The actor's name: of the role for a session of a role.
    pub actor_name: Option<Arc<str>>,
    /// The name of the session.
    pub session: Option<Arc<str>>,
    /// Who issued it.
    pub issuer: Option<Arc<str>>,
    /// Whoever stands behind the actor: who opened the first of its sessions, or took its identity on.
    pub behind: Option<Arc<str>>,
    /// Whose identity the actor put on for it.
    pub acting_as: Option<Arc<str>>,
    /// What it was done to.
    pub targets: Option<Vec<String>>,
    /// Whether it was done.
    pub carried_out: Option<bool>,
    /// The code of the error.
    pub error_code: Option<Arc<str>>,
    /// Whether a second factor was proved.
    pub mfa: Option<bool>,
    /// Whether a program acted, for which nobody signed in.
    pub unattended: Option<bool>,
    /// Whether the identity is for emergencies.
    pub break_glass: Option<bool>,
    /// How it was approved.
    pub approval: Option<Approved>,
    /// The procedure that covers it, `""` for none.
    pub procedure: Option<String>,
    /// Who reviewed it, `""` for nobody.
    pub reviewer: Option<String>,
    /// Whether it failed for good while others of its class in its story were done.
    pub half_done: Option<bool>,
    /// The story it belongs to.
    pub story: usize,
    /// When the record that it weakened was set going again.
    pub resumed_at: Option<Instant>,
    /// What the logs of other accounts tell of it.
    pub(super) shared: Shared,
}

impl Operation {
    pub(super) fn new(
        entry: &CriticalOperation,
        event: &Event<'_>,
        place: &SourcePlace<'_>,
        uid: &str,
        texts: &mut Interner,
    ) -> Operation {
        let actor = &event.actor;
        Operation {
            uid: Arc::from(uid),
            id: Arc::from(&*event.id),
            source: Source { file: texts.keep(place.file), sha256: texts.keep(place.sha256), index: place.index },
            time: event.time,
            provider: texts.keep(&event.provider),
            account: texts.keep_some(event.account.as_deref()),
            region: texts.keep_some(event.region.as_deref()),
            native_type: texts.keep_some(event.native_type.as_deref()),
            operation: texts.keep(event.operation.as_deref().unwrap_or(&entry.name)),
            name: texts.keep(event.operation_name.as_deref().unwrap_or_default()),
            class: entry.class,
            act: entry.act,
            reversible: entry.reversible,
            basis: match entry.basis {
                Basis::Proposed => "proposed",
                Basis::Adopted { .. } => "adopted",
                Basis::Amended { .. } => "amended",
            },
            weakens_logging: Some(entry.weakens_logging),
            resumes_logging: entry.resumes_logging,
            actor_kind: actor.kind,
            actor: texts.keep_some(actor.id.as_deref()),
            actor_name: texts.keep_some(actor.name.as_deref()),
            session: texts.keep_some(actor.session.as_deref()),
            issuer: texts.keep_some(actor.session_issuer.as_deref()),
            behind: texts.keep_some(behind(event)),
            acting_as: texts.keep_some(actor.acting_as.as_deref()),
            targets: event.targets.as_ref().map(|all| all.iter().map(ToString::to_string).collect()),
            carried_out: carried_out(event.outcome),
            error_code: texts.keep_some(event.error_code.as_deref()),
            mfa: actor.mfa,
            unattended: unattended(actor.kind, behind(event)),
            break_glass: None,
            approval: None,
            procedure: None,
            reviewer: None,
            half_done: None,
            story: 0,
            resumed_at: None,
            shared: Shared::new(event),
        }
    }

    /// Takes in another record of the same operation: the last one says how it came out, and what one leaves open
    /// another may tell.
    pub(super) fn join(&mut self, other: &Operation, phase: Option<Phase>) {
        self.time = match (self.time, other.time) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        if self.carried_out.is_none() || (phase == Some(Phase::Last) && other.carried_out.is_some()) {
            self.carried_out = other.carried_out;
        }
        let none = |text: &Option<Arc<str>>| text.as_deref().is_none_or(str::is_empty);
        for (kept, new) in [
            (&mut self.error_code, &other.error_code),
            (&mut self.actor, &other.actor),
            (&mut self.actor_name, &other.actor_name),
            (&mut self.session, &other.session),
            (&mut self.issuer, &other.issuer),
            (&mut self.behind, &other.behind),
        ] {
            if none(kept) && new.is_some() {
                kept.clone_from(new);
            }
        }
        self.account = self.account.take().or_else(|| other.account.clone());
        self.actor_kind = self.actor_kind.or(other.actor_kind);
        self.unattended = unattended(self.actor_kind, self.behind.as_deref());
        self.mfa = self.mfa.or(other.mfa);
        self.note_weakening(other.weakens_logging);
        if self.targets.as_ref().is_none_or(Vec::is_empty) {
            self.targets.clone_from(&other.targets);
        }
    }

    /// Takes in what one of its records tells of whether it weakens a record: one that says so outweighs the others.
    pub(super) fn note_weakening(&mut self, told: Option<bool>) {
        self.weakens_logging = self.weakens_logging.max(told);
    }

    /// What operations of one story have in common comes first, then time.
    pub(super) fn story_order(&self) -> impl Ord + '_ {
        (&self.provider, &self.account, &self.actor, self.time, &self.uid)
    }
}

fn carried_out(outcome: Option<EventOutcome>) -> Option<bool> {
    match outcome {
        Some(EventOutcome::Success) => Some(true),
        Some(EventOutcome::Failure) => Some(false),
        Some(EventOutcome::Pending) | None => None,
    }
}

/// Whoever stands behind the actor, where the log names an identity rather than a service or a program for it.
fn behind<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    let by = event.actor.invoked_by.as_deref()?;
    let is_service = by.ends_with(".amazonaws.com") || by == "AWS Internal";
    let is_identity = matches!(&*event.provider, "aws" | "google") && !is_service;
    is_identity.then_some(by)
}

/// A program that a person made act in their stead is attended: the person signed in.
fn unattended(kind: Option<ActorKind>, behind: Option<&str>) -> Option<bool> {
    let person = behind.is_some_and(|by| !by.is_empty() && !by.ends_with(".gserviceaccount.com"));
    kind.map(|kind| matches!(kind, ActorKind::Workload | ActorKind::Service) && !person)
}
