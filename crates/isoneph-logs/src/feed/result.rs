//! What a feed comes to, with the first events that show it.

use std::collections::BTreeMap;

use isoneph_tables::Instant;

use super::{Feed, FeedEvent};
use crate::reconcile::Source;

isoneph_model::vocabulary! {
    /// What an event of a feed, or of the record, shows about the feed.
    pub enum WitnessKind {
        /// It is another tenant's.
        Others = "others",
        /// The record has it, the feed does not.
        Missing = "missing",
        /// The record has it, and it is later than all that the feed has.
        Later = "later",
        /// The feed has it, the record does not.
        Added = "added",
        /// Both have it, and say different things.
        Differing = "differing",
    }
}

/// An event that shows something about a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its id.
    pub id: String,
    /// The account whose log it is.
    pub account: String,
    /// When it happened.
    pub time: Option<Instant>,
    /// The operation.
    pub operation_name: String,
    /// Whose it is.
    pub whose: String,
    /// In what feed and record differ.
    pub what: String,
    /// Where it was read.
    pub source: Source,
}

impl Witness {
    pub(super) fn of(event: &FeedEvent<'_>, whose: String, what: String) -> Witness {
        let place = event.place;
        Witness {
            id: event.id.to_owned(),
            account: event.account.to_owned(),
            time: event.time,
            operation_name: event.operation_name.to_owned(),
            whose,
            what,
            source: Source { file: place.file.into(), sha256: place.sha256.into(), index: place.index },
        }
    }

    pub(super) fn because(self, what: &str) -> Witness {
        Witness { what: what.to_owned(), ..self }
    }
}

/// How many events of each kind are told; all are counted.
const MAX_TOLD: usize = 20;

/// The first events of each kind, whatever the order they come in.
#[derive(Default)]
pub(super) struct Told(BTreeMap<WitnessKind, BTreeMap<(Option<Instant>, String), Witness>>);

impl Told {
    pub(super) fn add(&mut self, kind: WitnessKind, witness: impl FnOnce() -> Witness) {
        let first = self.0.entry(kind).or_default();
        let witness = witness();
        first.insert((witness.time, witness.id.clone()), witness);
        if first.len() > MAX_TOLD {
            first.pop_last();
        }
    }

    pub(super) fn drop(&mut self, kinds: &[WitnessKind]) {
        self.0.retain(|kind, _| !kinds.contains(kind));
    }

    pub(super) fn all(self) -> Vec<(WitnessKind, Witness)> {
        let each = |(kind, first): (WitnessKind, BTreeMap<_, Witness>)| first.into_values().map(move |one| (kind, one));
        self.0.into_iter().flat_map(each).collect()
    }
}

/// How feed and record agree; `None` where that cannot be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Events that both have and that say the same.
    pub alike: Option<u64>,
    /// Events that both have and that say different things.
    pub differing: Option<u64>,
    /// Events of the feed that the record does not have, though it tells of their accounts and times. Where some have
    /// nothing to be compared with, none is no answer.
    pub added: Option<u64>,
    /// Events of the tenant in the time of the feed, of what it covers, that the feed does not have.
    pub missing: Option<u64>,
}

/// What is seen of an aspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AspectSeen {
    /// A category of events, a class of critical operations, or a word of whoever says what the feed covers.
    pub name: String,
    /// Whether the feed is said to cover it.
    pub promised: bool,
    /// Whether events show it: what other words mean cannot be told.
    pub shows: bool,
    /// How many events of the feed show it.
    pub events: u64,
    /// The last of them.
    pub last_at: Option<Instant>,
    /// How many events of the tenant in the record do; `None` without one.
    pub recorded: Option<u64>,
}

/// What a feed comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedResult {
    /// The feed.
    pub feed: Feed,
    /// How many events it has.
    pub events: u64,
    /// The first one.
    pub first_at: Option<Instant>,
    /// The last one.
    pub last_at: Option<Instant>,
    /// When it was fetched.
    pub taken_at: Instant,
    /// Events of its tenant.
    pub own: u64,
    /// Events of which nothing says whose they are.
    pub unsaid: u64,
    /// Events of other tenants.
    pub others: u64,
    /// Which tenants.
    pub whose: Vec<String>,
    /// Events that say when they were delivered.
    pub timed: u64,
    /// Of them, those later than promised.
    pub late: u64,
    /// The longest delay, in seconds.
    pub slowest_seconds: Option<i64>,
    /// How it agrees with the record.
    pub agreement: Agreement,
    /// Events of the tenant in the record that are later than the feed's last and should have arrived.
    pub later: Option<u64>,
    /// When the last event of the record was.
    pub record_until: Option<Instant>,
    /// How many records and files of the feed could not be read.
    pub unread: u64,
    /// What is seen of each aspect.
    pub aspects: Vec<AspectSeen>,
    /// The first events that show what is wrong.
    pub witnesses: Vec<(WitnessKind, Witness)>,
}
