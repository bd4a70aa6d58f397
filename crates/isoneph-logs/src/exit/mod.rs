//! What is left of a tenant that departed: the agreement's end and its days, against inventories before and after,
//! deletions in the log and counts of what is left in shared stores.
//!
//! Each thing of the tenant comes out as removed, recoverable (deleted, and it can still be got back), remaining, or
//! undecided. A thing that a later inventory does not show is removed only where that inventory was complete; a
//! deletion in the log counts where it was carried out. Something nobody looked for is never removed, and what waited for
//! its end is gone only once somebody looked behind that end.

mod declared;
mod handed_over;
mod identity;
mod kept;
mod listing;
mod not_used;
mod record;
mod recovery;
mod trace;
mod wanted;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::RecordBatch;
use isoneph_tables::Instant;
use serde::{Deserialize, Serialize};

use crate::coverage::OpenPage;
use crate::event::{Event, EventOutcome, SourcePlace};
use crate::operations::{Act, Catalogue, CriticalOperation};
use crate::reconcile::batch::each_wanted;
use crate::reconcile::{BatchError, Source};

pub use declared::{Departure, DeparturesFile, ExitError, InventoryTime, Residue, Return};
pub use handed_over::digests_of;
pub use listing::{ListedItem, Listing, Seen};
pub use not_used::{NotUsed, Unused};
pub use record::{RECORD_SCHEMA, RecordedEvent, RecordedExit, RecordedInput, RecordedItem, RemovalRecord};
pub use write::write;

pub(crate) use declared::end_of;
use identity::{Copies, Shown};
use recovery::Recovery;
use trace::Trace;
use wanted::{Wanted, made_by, names_of};

isoneph_model::vocabulary! {
    /// What became of a thing.
    pub enum ItemState {
        /// It is gone and cannot be got back.
        Removed = "removed",
        /// It is deleted and can still be got back.
        Recoverable = "recoverable",
        /// It is still there.
        Remaining = "remaining",
    }
}

isoneph_model::vocabulary! {
    /// How it is known.
    pub enum KnownBy {
        /// A later inventory shows it, or shows it no more.
        Inventory = "inventory",
        /// The log tells of its deletion.
        DeletionEvent = "deletion-event",
        /// Somebody counted what is left.
        ResidueCount = "residue-count",
    }
}

isoneph_model::vocabulary! {
    /// Why nobody can tell what became of a thing.
    pub enum Undecided {
        /// Nothing that was given shows it since.
        NotSeenSince = "not-seen-since",
        /// It was given back or made again, and nobody looked since.
        BackAgain = "back-again",
        /// Its service may keep it for a time that is not over.
        MayBeKept = "may-be-kept",
        /// How long its service keeps it is not known.
        KeepingNotKnown = "keeping-not-known",
        /// The time for which it is kept is over, and nobody looked since.
        TimeIsOver = "time-is-over",
        /// What shows it does not say when that was.
        UndatedInventory = "undated-inventory",
        /// Nobody counted what is left, after the agreement ended and by the day that is judged.
        NotCounted = "not-counted",
        /// It was deleted, and whether it was given back or made again stands in pages of the log that were not given.
        MoreFollows = "more-follows",
        /// Of the copies of the store nobody says when they are gone, or what is said contradicts itself.
        CopiesNotTold = "copies-not-told",
    }
}

/// A thing of a departed tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitItem {
    /// What it is in the inventory, or the store that it lies in.
    pub item: ListedItem,
    /// What became of it; `None` where that cannot be told.
    pub state: Option<ItemState>,
    /// Whether it was removed when it was due; `None` where that cannot be told.
    pub in_time: Option<bool>,
    /// When it was removed.
    pub removed_at: Option<Instant>,
    /// Until when it can be got back.
    pub recoverable_until: Option<Instant>,
    /// What is left of it in a shared store.
    pub residue: u64,
    /// How this is known.
    pub known_by: BTreeSet<KnownBy>,
    /// The record of its deletion.
    pub deletion: Option<Source>,
    /// Why it cannot be told what became of it, where it cannot.
    pub undecided: Option<Undecided>,
}

impl ExitItem {
    /// A thing that inventories of an unknown time show.
    fn undated(item: ListedItem) -> ExitItem {
        ExitItem {
            item,
            state: None,
            in_time: None,
            removed_at: None,
            recoverable_until: None,
            residue: 0,
            known_by: BTreeSet::new(),
            deletion: None,
            undecided: Some(Undecided::UndatedInventory),
        }
    }
}

/// A departure, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantExit {
    /// What was agreed.
    pub departure: Departure,
    /// Whether the time when everything was to be gone has passed; `None` where no time was agreed.
    pub due: Option<bool>,
    /// Its things, by kind and identity.
    pub items: Vec<ExitItem>,
    /// Whether things were looked for wherever they may have been: by its marks in inventories from before its end, of
    /// each of its accounts. Where not, others may be left that nobody lists.
    pub searched: bool,
    /// The inventories that nothing could be told by.
    pub not_used: Vec<NotUsed>,
}

/// How many things came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All of them.
    pub items: u64,
    /// Gone for good.
    pub removed: u64,
    /// Deleted, and can be got back.
    pub recoverable: u64,
    /// Still there.
    pub remaining: u64,
    /// Cannot be told.
    pub undecided: u64,
}

impl TenantExit {
    /// How many things came out how.
    pub fn counts(&self) -> Counts {
        record::counts(self.items.iter().map(|item| item.state))
    }
}

/// A deletion that the log tells of.
#[derive(Debug, Clone)]
struct Deletion {
    at: Option<Instant>,
    recovery: Recovery,
    /// Copies that it left by its own order.
    copies: Vec<String>,
    source: Source,
    /// Whether it ended a part of the thing: whether that was the last one, only an inventory tells.
    of_part: bool,
}

/// Looks through events for deletions of the things of departed tenants.
pub struct ExitTracker<'c> {
    catalogue: &'c Catalogue,
    departures: Vec<Departure>,
    listings: Vec<Listing>,
    unused: Unused,
    /// Pages of the log behind which more follows.
    pages: Vec<OpenPage>,
    residues: Vec<Residue>,
    /// Names to look for, in lower case, and the things that go by them.
    wanted: BTreeMap<String, Vec<Wanted>>,
    /// By the key of the thing.
    deletions: HashMap<String, Vec<Deletion>>,
    /// When things were got back or made again, or their deletion called off.
    given_back: HashMap<String, Vec<Instant>>,
    /// Names of copies that were deleted.
    deleted_copies: BTreeSet<String>,
}

impl<'c> ExitTracker<'c> {
    /// A pass for these departures, with the inventories at hand.
    pub fn new(catalogue: &'c Catalogue, departures: DeparturesFile, mut listings: Vec<Listing>) -> ExitTracker<'c> {
        listings.sort_by_key(|listing| listing.observed_at);
        let mut wanted: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        let shown: Vec<Shown<'_>> = listings.iter().map(Shown::of).collect();
        for departure in &departures.departures {
            let own = keys_of(departure, &listings, &shown);
            let items = listings.iter().zip(&shown).flat_map(|(listing, shown)| listing.items.iter().zip(&shown.keys));
            for (item, _) in items.filter(|(_, key)| own.contains(key.as_str())) {
                for name in names_of(&item.id) {
                    let things = wanted.entry(name).or_default();
                    let thing = Wanted::of(item);
                    if !things.contains(&thing) {
                        things.push(thing);
                    }
                }
            }
        }
        ExitTracker {
            catalogue,
            departures: departures.departures,
            listings,
            unused: Unused::default(),
            pages: Vec::new(),
            residues: departures.residues,
            wanted,
            deletions: HashMap::new(),
            given_back: HashMap::new(),
            deleted_copies: BTreeSet::new(),
        }
    }

    /// With what inventories show that cannot be used as listings.
    #[must_use]
    pub fn beside(mut self, unused: Unused) -> ExitTracker<'c> {
        self.unused = unused;
        self
    }

    /// With the pages of the log behind which more follows.
    #[must_use]
    pub fn with_pages(mut self, pages: Vec<OpenPage>) -> ExitTracker<'c> {
        self.pages = pages;
        self
    }

    /// Takes in one event; order does not matter.
    pub fn observe(&mut self, event: &Event<'_>, place: &SourcePlace<'_>) {
        if event.outcome != Some(EventOutcome::Success) || self.wanted.is_empty() {
            return;
        }
        let Some(name) = event.operation_name.as_deref() else { return };
        let is_back = recovery::gives_back(name);
        if is_back || made_by(name).is_some() {
            for thing in self.things_of(event, |thing, target| is_back || thing.is_made(target, name)) {
                self.given_back.entry(thing.key).or_default().extend(event.time);
            }
            return;
        }
        let entry = self.catalogue.find(&event.provider, name);
        if !deletes(&event.provider, name, entry) {
            return;
        }
        if recovery::deletes_copies(name) {
            self.deleted_copies.extend(event.targets.iter().flatten().flat_map(|target| names_of(target)));
        }
        let is_ended =
            |thing: &Wanted, target: &str| thing.is_deleted(target, name) || recovery::purges(&thing.id, target, name);
        for thing in self.things_of(event, is_ended) {
            let source = Source { file: place.file.into(), sha256: place.sha256.into(), index: place.index };
            let recovery = Recovery::of(event, entry);
            let copies = recovery::copies(event, &thing.id);
            let of_part = event.targets.iter().flatten().any(|target| thing.has_version(target));
            let deletion = Deletion { at: event.time, recovery, copies, source, of_part };
            self.deletions.entry(thing.key).or_default().push(deletion);
        }
    }

    /// The things that an operation on its targets is about.
    fn things_of(&self, event: &Event<'_>, is_meant: impl Fn(&Wanted, &str) -> bool) -> Vec<Wanted> {
        let mut found: BTreeMap<&str, &Wanted> = BTreeMap::new();
        for target in event.targets.iter().flatten() {
            let things = names_of(target).filter_map(|name| self.wanted.get(&name)).flatten();
            let meant = things.filter(|thing| thing.is_where(event) && is_meant(thing, target));
            found.extend(meant.map(|thing| (thing.key.as_str(), thing)));
        }
        found.into_values().cloned().collect()
    }

    /// The columns of `audit_event` that it needs beside those that [reconciling](crate::reconcile::COLUMNS) asks for:
    /// they say how long a deletion can be taken back.
    pub fn columns(&self) -> &'static [&'static str] {
        if self.wanted.is_empty() { &[] } else { &["raw_request", "raw_response"] }
    }

    /// Takes in the rows of a batch of `audit_event`.
    pub fn observe_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        if self.wanted.is_empty() {
            return Ok(());
        }
        let catalogue = self.catalogue;
        let is_wanted = |provider: &str, name: &str| {
            recovery::gives_back(name)
                || made_by(name).is_some()
                || deletes(provider, name, catalogue.find(provider, name))
        };
        each_wanted(batch, &is_wanted, &mut |event, place| self.observe(event, place)).map(|_| ())
    }

    /// Judges every departure as of a time. What was seen or done later says nothing of that time.
    pub fn finish(mut self, as_of: Instant) -> Vec<TenantExit> {
        self.listings.retain(|listing| listing.observed_at <= as_of);
        self.deletions.values_mut().for_each(|all| all.retain(|one| one.at.is_none_or(|at| at <= as_of)));
        self.given_back.values_mut().for_each(|all| all.retain(|at| *at <= as_of));
        let shown: Vec<Shown<'_>> = self.listings.iter().map(Shown::of).collect();
        let judge = |departure: &Departure| {
            let things = self.things(departure, &shown);
            let item = |(key, (item, seen)): (&&str, &(&ListedItem, usize))| {
                Trace::of(&self, (key, item), (*seen, &shown)).judged(departure, as_of)
            };
            let mut items: Vec<ExitItem> = things.iter().map(item).collect();
            items.extend(self.unused.items_of(departure, &|key| things.contains_key(key)));
            let residues = self.residues.iter().filter(|residue| residue.tenant == departure.tenant);
            items.extend(residues.map(|residue| residue.judge(departure, as_of)));
            items.sort_by(|a, b| (&a.item.kind, &a.item.id).cmp(&(&b.item.kind, &b.item.id)));
            let searched = !items.is_empty() && self.is_searched(departure);
            TenantExit {
                departure: departure.as_known(as_of),
                due: departure.is_due(as_of),
                items,
                searched,
                not_used: self.unused.which.clone(),
            }
        };
        self.departures.iter().map(judge).collect()
    }

    /// Whether inventories from before a departure show what its marks could find.
    fn is_searched(&self, departure: &Departure) -> bool {
        let before = || self.listings.iter().filter(|listing| listing.observed_at <= departure.ended_at);
        let is_marked = !departure.tags.is_empty() || !departure.prefixes.is_empty();
        let has_account = |account: &String| before().any(|listing| listing.speaks_of(account));
        let tells_tags = |provider: &String| before().any(|listing| listing.tags.get(provider) == Some(&true));
        let has_tags = || before().flat_map(Listing::tells_no_tags).all(tells_tags);
        (!is_marked || before().next().is_some())
            && (departure.tags.is_empty() || has_tags())
            && departure.accounts.iter().all(has_account)
    }

    /// The things of a tenant, as last listed, and the number of that listing.
    fn things<'s>(
        &'s self,
        departure: &Departure,
        shown: &'s [Shown<'_>],
    ) -> BTreeMap<&'s str, (&'s ListedItem, usize)> {
        let own = keys_of(departure, &self.listings, shown);
        let mut things: BTreeMap<&str, (&ListedItem, usize)> = BTreeMap::new();
        for (number, (listing, shown)) in self.listings.iter().zip(shown).enumerate() {
            for (item, key) in listing.items.iter().zip(&shown.keys) {
                if own.contains(key.as_str()) {
                    things.insert(key, (item, number));
                }
            }
        }
        things
    }
}

/// The keys of a tenant's things: what its marks find in any listing, and what was made from that: a snapshot of its
/// volume, an image of the snapshot.
fn keys_of<'s>(departure: &Departure, listings: &[Listing], shown: &'s [Shown<'_>]) -> BTreeSet<&'s str> {
    let mut by_key: BTreeMap<&str, Vec<&ListedItem>> = BTreeMap::new();
    let mut copies = Copies::default();
    let mut left: Vec<&str> = Vec::new();
    for (listing, shown) in listings.iter().zip(shown) {
        for (item, key) in listing.items.iter().zip(shown.keys.iter().map(String::as_str)) {
            by_key.entry(key).or_default().push(item);
            copies.add(item, key);
            left.extend(departure.owns(item).then_some(key));
        }
    }
    let mut keys = BTreeSet::new();
    while let Some(key) = left.pop() {
        if keys.insert(key) {
            left.extend(by_key[key].iter().flat_map(|item| copies.of(item)));
        }
    }
    keys
}

/// Whether an operation deletes something: the catalogue says so, or a list of what clouds keep has it.
fn deletes(provider: &str, name: &str, entry: Option<&CriticalOperation>) -> bool {
    entry.is_some_and(|entry| matches!(entry.act, Act::Delete | Act::Terminate))
        || kept::by_operation(provider, name).is_some()
}

#[cfg(test)]
mod tests;
