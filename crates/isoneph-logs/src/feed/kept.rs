//! Events of a feed in short, until the record's are held against them.

use std::collections::HashMap;
use std::sync::Arc;

use isoneph_tables::Instant;

use super::FeedEvent;
use super::asked::{Asked, is_elsewhere};
use super::result::{Told, Witness, WitnessKind};
use crate::event::EventOutcome;
use crate::reconcile::Source;

const SECOND: i64 = 1_000_000;

/// Whether an event of the feed was found in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Not,
    Alike,
    Differing,
    /// Only in the feed's own file, given as a log too, which says nothing.
    Itself,
    /// Of a request whose answer the record has: it keeps another stage of it.
    Answered,
}

/// An event of the feed, in short.
pub(super) struct Kept {
    pub(super) time: Option<Instant>,
    pub(super) account: Arc<str>,
    pub(super) operation: Arc<str>,
    pub(super) actor: Arc<str>,
    pub(super) outcome: Option<EventOutcome>,
    pub(super) address: Arc<str>,
    pub(super) asked: Option<Asked>,
    pub(super) whose: Option<usize>,
    pub(super) met: Met,
    pub(super) source: Source,
}

/// The events of a feed, by their ids. An id may be that of two accounts' events: some logs let whoever is logged choose
/// it, and one of them must not stand in the other's place.
#[derive(Default)]
pub(super) struct AllKept(HashMap<Box<str>, Kept>);

/// What an id has behind it where another account's event has it to itself.
const OF_ACCOUNT: char = '\u{1f}';
/// How ids of Kubernetes end that tell of a request before it was answered, and when it was.
const UNANSWERED: [&str; 2] = ["/RequestReceived", "/ResponseStarted"];
const ANSWERED: [&str; 2] = ["/ResponseComplete", "/Panic"];

impl AllKept {
    pub(super) fn insert(&mut self, id: &str, kept: Kept) {
        let is_taken = self.0.get(id).is_some_and(|first| !first.account.eq_ignore_ascii_case(&kept.account));
        let key = if is_taken { of_account(id, &kept.account) } else { id.into() };
        self.0.insert(key, kept);
    }

    /// The event with this id of this account; a feed may leave out the account.
    pub(super) fn find(&mut self, id: &str, account: &str) -> Option<&mut Kept> {
        let first = self.0.get(id)?;
        if !first.account.eq_ignore_ascii_case(account) {
            let others = [account, ""].map(|account| of_account(id, account));
            if let Some(key) = others.iter().find(|key| self.0.contains_key(*key)) {
                return self.0.get_mut(key);
            }
        }
        self.0.get_mut(id).filter(|kept| kept.is_of(account))
    }

    /// Whether the request that a record of Kubernetes tells of before it was answered is here with its answer: which
    /// stages of a request are recorded, each log's own policy says.
    pub(super) fn has_answer(&mut self, event: &FeedEvent<'_>) -> bool {
        let request = stages(event, &UNANSWERED);
        request.is_some_and(|request| {
            ANSWERED.iter().any(|end| self.find(&format!("{request}{end}"), event.account).is_some())
        })
    }

    /// Notes that the record has the answer to a request of Kubernetes: what the feed tells of it from before that is
    /// nothing that was added.
    pub(super) fn note_answer(&mut self, event: &FeedEvent<'_>) {
        let Some(request) = stages(event, &ANSWERED) else { return };
        for end in UNANSWERED {
            if let Some(kept) = self
                .find(&format!("{request}{end}"), event.account)
                .filter(|kept| matches!(kept.met, Met::Not | Met::Itself))
            {
                kept.met = Met::Answered;
            }
        }
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (String, Kept)> + use<> {
        let id = |key: Box<str>| key.split(OF_ACCOUNT).next().unwrap_or_default().to_owned();
        std::mem::take(&mut self.0).into_iter().map(move |(key, kept)| (id(key), kept))
    }
}

fn of_account(id: &str, account: &str) -> Box<str> {
    format!("{id}{OF_ACCOUNT}{}", account.to_lowercase()).into()
}

/// The request that a record of Kubernetes with one of these stages is of.
fn stages<'a>(event: &FeedEvent<'a>, ends: &[&str]) -> Option<&'a str> {
    let is_it = event.provider == "kubernetes";
    ends.iter().filter(|_| is_it).find_map(|end| event.id.strip_suffix(end))
}

impl Kept {
    /// A feed may leave out the account.
    fn is_of(&self, account: &str) -> bool {
        self.account.is_empty() || account.is_empty() || self.account.eq_ignore_ascii_case(account)
    }

    /// Holds what the record says against what the feed says; what one of them leaves out is no contradiction.
    pub(super) fn met_with(&self, event: &FeedEvent<'_>, told: &mut Told) -> Met {
        let differs = |ours: &str, theirs: &str| !ours.is_empty() && !theirs.is_empty() && ours != theirs;
        let mut what = Vec::new();
        if self.time.zip(event.time).is_some_and(|(ours, theirs)| ours.0 / SECOND != theirs.0 / SECOND) {
            what.push("time");
        }
        if differs(&self.operation, event.operation_name) {
            what.push("operation");
        }
        if differs(&self.actor, event.actor) {
            what.push("actor");
        }
        if self.outcome.zip(event.outcome).is_some_and(|(ours, theirs)| ours != theirs) {
            what.push("outcome");
        }
        if is_elsewhere(&self.address, event.address) {
            what.push("address");
        }
        if self.asked.zip(Asked::of(event.request)).is_some_and(|(ours, theirs)| ours.differs(theirs)) {
            what.push("request");
        }
        if what.is_empty() {
            return Met::Alike;
        }
        told.add(WitnessKind::Differing, || Witness::kept(event.id, self, "").because(&what.join(", ")));
        Met::Differing
    }
}

impl Witness {
    pub(super) fn kept(id: &str, kept: &Kept, whose: &str) -> Witness {
        Witness {
            id: id.to_owned(),
            account: kept.account.to_string(),
            time: kept.time,
            operation_name: kept.operation.to_string(),
            whose: whose.to_owned(),
            what: String::new(),
            source: kept.source.clone(),
        }
    }
}
