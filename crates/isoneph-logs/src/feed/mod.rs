//! Feeds: the record of what happens in a service that each of its tenants gets.
//!
//! A feed is to show its tenant's events and nobody else's, what it is said to cover, as soon as promised, and it is to
//! agree with the provider's own record. Two passes: first over the feeds, whose events are kept in short form, then over
//! the provider's record, each event of which is looked up in them. Events are the same where they have the same id: a
//! feed that gives its events ids of its own cannot be compared, and is not found to agree.

mod asked;
mod batch;
mod declared;
mod kept;
mod own_files;
mod period;
mod reading;
mod result;
mod whose;
mod write;

use std::collections::HashMap;

use isoneph_tables::Instant;

use crate::event::{Category, EventOutcome, SourcePlace};
use crate::operations::{Catalogue, OperationClass};
use crate::reconcile::intern::Interner;

pub use batch::COLUMNS;
pub use declared::{Feed, FeedError, FeedsFile};
pub use result::{Agreement, AspectSeen, FeedResult, Witness, WitnessKind};
pub use whose::Tenant;
pub use write::write;

use reading::Reading;
use whose::Tenants;

/// The most events of all feeds that are kept to be compared. Of a feed with more, agreement cannot be told.
pub const MAX_EVENTS: usize = 1_000_000;

/// An event, as far as feed and record are compared by it.
#[derive(Debug, Clone, Copy)]
pub struct FeedEvent<'a> {
    /// The cloud.
    pub provider: &'a str,
    /// The account whose log it is; empty where it has none.
    pub account: &'a str,
    /// Its id, with the stage where a request leaves several records.
    pub id: &'a str,
    /// When it happened.
    pub time: Option<Instant>,
    /// When it reached the log.
    pub delivered_at: Option<Instant>,
    /// What it is about.
    pub category: &'a str,
    /// The operation in one spelling.
    pub operation_name: &'a str,
    /// Who did it.
    pub actor: &'a str,
    /// What became of it.
    pub outcome: Option<EventOutcome>,
    /// Where the request came from; empty where it does not say.
    pub address: &'a str,
    /// The parameters of the request as JSON; empty where they are not kept.
    pub request: &'a str,
    /// What it was done to; empty where no tenant is told by names.
    pub targets: &'a [String],
    /// Where it was read.
    pub place: SourcePlace<'a>,
}

/// What is known of the provider's record when all of it was seen.
#[derive(Debug, Clone, Copy)]
pub struct RecordState {
    /// Whether something of it could not be read, so that what is not in it may have happened all the same.
    pub has_losses: bool,
}

/// Reads feeds and holds them against the provider's record.
pub struct FeedWatch<'c> {
    catalogue: &'c Catalogue,
    tenants: Tenants,
    feeds: Vec<Reading>,
    texts: Interner,
    kept: usize,
    record: Record,
}

/// What was seen of the provider's record.
#[derive(Default)]
struct Record {
    /// The first and the last event of each account.
    spans: HashMap<String, (Instant, Instant)>,
}

impl Record {
    fn note(&mut self, account: &str, time: Option<Instant>) {
        let Some(time) = time else { return };
        match self.spans.get_mut(account) {
            Some((first, last)) => (*first, *last) = ((*first).min(time), (*last).max(time)),
            None => drop(self.spans.insert(account.to_owned(), (time, time))),
        }
    }

    /// When the last event of all was.
    fn until(&self) -> Option<Instant> {
        self.spans.values().map(|(_, last)| *last).max()
    }

    /// Whether it tells of an account around a time.
    fn speaks_of(&self, account: &str, time: Instant) -> bool {
        self.spans.get(account).is_some_and(|(first, last)| (*first..=*last).contains(&time))
    }
}

impl<'c> FeedWatch<'c> {
    /// A watch of these feeds. Those that do not say when they were fetched were fetched at `as_of`.
    pub fn new(catalogue: &'c Catalogue, tenants: Vec<Tenant>, feeds: Vec<Feed>, as_of: Instant) -> FeedWatch<'c> {
        let tenants = Tenants::new(tenants);
        let feeds = feeds.into_iter().map(|feed| Reading::new(feed, &tenants, as_of)).collect();
        let (texts, record) = (Interner::default(), Record::default());
        FeedWatch { catalogue, tenants, feeds, texts, kept: 0, record }
    }

    /// Takes in an event of the feed with this number.
    pub fn observe_feed(&mut self, feed: usize, event: &FeedEvent<'_>) {
        let whose = self.tenants.whose(event.account, event.targets);
        let aspects = aspects(self.catalogue, event);
        let Some(feed) = self.feeds.get_mut(feed) else { return };
        let keep = self.kept < MAX_EVENTS;
        self.kept += usize::from(keep);
        feed.take(event, whose, &aspects, keep.then_some(&mut self.texts));
    }

    /// Takes in an event of the provider's record. All feeds must have been taken in before.
    pub fn observe_record(&mut self, event: &FeedEvent<'_>) {
        self.record.note(event.account, event.time);
        let whose = self.tenants.whose(event.account, event.targets);
        let mut of_it = None;
        for feed in &mut self.feeds {
            let aspects = || of_it.get_or_insert_with(|| aspects(self.catalogue, event)).clone();
            feed.compare(event, whose, aspects);
        }
    }

    /// What each feed comes to.
    pub fn finish(self, state: RecordState) -> Vec<FeedResult> {
        let FeedWatch { tenants, feeds, record, .. } = self;
        feeds.into_iter().map(|feed| feed.finish(&tenants, &record, state)).collect()
    }
}

/// What an event shows: its category, and the class of the critical operation that it tells of.
fn aspects(catalogue: &Catalogue, event: &FeedEvent<'_>) -> Vec<String> {
    let class = catalogue.find(event.provider, event.operation_name).map(|entry| entry.class.as_str().to_owned());
    std::iter::once(event.category.to_owned()).chain(class).collect()
}

/// Whether a word that says what a feed covers is one that events show.
fn is_aspect(word: &str) -> bool {
    word.parse::<Category>().is_ok() || word.parse::<OperationClass>().is_ok()
}

#[cfg(test)]
mod tests;
