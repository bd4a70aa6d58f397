//! What became of one thing: by the inventories that show it and that miss it, and by what the log tells of its deletion.

use std::collections::BTreeSet;

use isoneph_tables::Instant;

use super::identity::Shown;
use super::recovery::Recovery;
use super::{Deletion, Departure, ExitItem, ExitTracker, ItemState, KnownBy, ListedItem, Listing, Undecided};

/// What is known of a thing.
pub(super) struct Trace<'t> {
    tracker: &'t ExitTracker<'t>,
    item: &'t ListedItem,
    /// When it was last seen.
    seen_at: Instant,
    /// When it was last given back or made again.
    given_back: Option<Instant>,
    /// What ended it.
    deletion: Option<&'t Deletion>,
    /// An order that can be taken back, after which it is still listed: it waits for its end.
    order: Option<&'t Deletion>,
    /// For how long it can be got back, and since when.
    recovery: Recovery,
    began: Option<Instant>,
    /// When an inventory first missed it.
    gone_by: Option<Instant>,
}

impl<'t> Trace<'t> {
    /// Of the thing with a key, last listed in the listing `seen`.
    pub(super) fn of(
        tracker: &'t ExitTracker<'_>,
        (key, item): (&str, &'t ListedItem),
        (seen, shown): (usize, &[Shown<'_>]),
    ) -> Trace<'t> {
        let seen_at = tracker.listings[seen].observed_at;
        let given_back = tracker.given_back.get(key).into_iter().flatten().max().copied();
        let holds = |deletion: &&Deletion| deletion.at.zip(given_back).is_none_or(|(at, back)| at > back);
        let deletions = || tracker.deletions.get(key).into_iter().flatten().filter(holds);
        let gone_by = |end_of_wait| tracker.gone_by(item, (seen, shown), given_back, end_of_wait);
        let missed = gone_by(None);
        // A deletion before the thing was last seen did not end it.
        let counts = |d: &&Deletion| d.at.is_some_and(|at| at >= seen_at) && (!d.of_part || missed.is_some());
        let deletion = deletions().filter(counts).max_by_key(|d| d.at);
        // What nobody saw deleted went when it was first missed, at the latest.
        let (recovery, began) = match deletion {
            Some(deletion) => (deletion.recovery.or_by_type(item).as_set_for(item), deletion.at),
            None => (Recovery::of_type(item).as_set_for(item), missed),
        };
        let waits = |d: &&Deletion| {
            let recovery = d.recovery.as_set_for(item);
            matches!(recovery, Recovery::Within(_) | Recovery::Until(_))
                && !d.of_part
                && d.at.is_some_and(|at| at < seen_at)
                && recovery.latest(d.at).is_none_or(|latest| latest > seen_at)
        };
        let order = deletions().filter(waits).max_by_key(|d| d.at);
        let gone_by = gone_by(recovery.latest(began));
        Trace { tracker, item, seen_at, given_back, deletion, order, recovery, began, gone_by }
    }

    /// What that comes to, as of a time.
    pub(super) fn judged(&self, departure: &Departure, as_of: Instant) -> ExitItem {
        let after_end = self.seen_at >= departure.ended_at;
        let (state, removed_at) = self.state(after_end, as_of);
        let is_recoverable = state == Some(ItemState::Recoverable);
        let waiting = self.order.filter(|_| self.deletion.is_none() && is_recoverable);
        let is_told = self.deletion.or(waiting).is_some();
        let is_looked_for = self.gone_by.is_some() || after_end;
        let known_by = [is_told.then_some(KnownBy::DeletionEvent), is_looked_for.then_some(KnownBy::Inventory)];
        // It went between its deletion, or when it was last seen, and the end of its time, or when it was missed.
        let earliest = self.deletion.and_then(|deletion| deletion.at).unwrap_or(self.seen_at);
        let latest = removed_at.or_else(|| self.gone_by.into_iter().chain(self.end_of_wait()).min());
        let in_time = |due| in_time(state, (earliest, latest), due, (self.seen_at, as_of));
        ExitItem {
            item: self.item.clone(),
            state,
            in_time: departure.due_at().and_then(in_time),
            removed_at,
            recoverable_until: self.recoverable_until(waiting).filter(|_| is_recoverable),
            residue: 0,
            known_by: known_by.into_iter().flatten().collect::<BTreeSet<_>>(),
            deletion: self.deletion.or(waiting).map(|deletion| deletion.source.clone()),
            undecided: state.is_none().then(|| self.undecided(as_of)),
        }
    }

    /// What became of it, and when it was removed.
    fn state(&self, after_end: bool, as_of: Instant) -> (Option<ItemState>, Option<Instant>) {
        match (self.deletion, self.gone_by) {
            _ if self.may_be_back() => (None, None),
            (Some(deletion), _) if self.tracker.is_copied(deletion) => (Some(ItemState::Recoverable), deletion.at),
            (Some(deletion), gone_by) if self.recovery.can_be_taken_back(self.began, gone_by) => {
                let state = (!self.is_over(deletion, as_of)).then_some(ItemState::Recoverable);
                (state, state.and(deletion.at))
            }
            (Some(_), gone_by) | (None, gone_by @ Some(_)) if self.recovery.is_open(self.began, gone_by) => {
                (None, None)
            }
            (Some(deletion), _) if self.recovery == Recovery::No => (Some(ItemState::Removed), deletion.at),
            // When the waiting time was over nobody saw.
            (Some(_), _) | (None, Some(_)) => (Some(ItemState::Removed), None),
            (None, None) if self.order.is_some_and(|order| self.is_over(order, as_of)) => (None, None),
            (None, None) if self.item.pending_deletion == Some(true) || self.order.is_some() => {
                (Some(ItemState::Recoverable), None)
            }
            (None, None) if after_end => (Some(ItemState::Remaining), None),
            (None, None) => (None, None),
        }
    }

    /// Why nobody can tell what became of it.
    fn undecided(&self, as_of: Instant) -> Undecided {
        let is_waited = self.end_of_wait().is_some_and(|end| end <= as_of) || self.order.is_some();
        match self.recovery {
            _ if self.may_be_back() => Undecided::MoreFollows,
            _ if is_waited => Undecided::TimeIsOver,
            Recovery::Unknown => Undecided::KeepingNotKnown,
            _ if self.began.is_some() => Undecided::MayBeKept,
            _ if self.given_back.is_some_and(|back| back >= self.seen_at) => Undecided::BackAgain,
            _ => Undecided::NotSeenSince,
        }
    }

    /// Until when it can be got back.
    fn recoverable_until(&self, waiting: Option<&Deletion>) -> Option<Instant> {
        let is_plain = self.deletion.is_some_and(|deletion| !self.tracker.is_copied(deletion));
        let ordered_end = self.end_of_wait().filter(|_| is_plain);
        let end_of_order = || waiting.and_then(|order| self.end_of(order));
        self.item.recoverable_until.or(ordered_end).or_else(end_of_order)
    }

    /// Whether pages of the log that were not given may tell that it was given back.
    fn may_be_back(&self) -> bool {
        self.gone_by.is_none() && self.deletion.is_some_and(|deletion| self.tracker.may_be_back(self.item, deletion))
    }

    /// The end of its time.
    fn end_of_wait(&self) -> Option<Instant> {
        self.recovery.latest(self.began)
    }

    /// The end of the time that a deletion leaves.
    fn end_of(&self, deletion: &Deletion) -> Option<Instant> {
        deletion.recovery.as_set_for(self.item).latest(deletion.at)
    }

    /// Whether that time is over: then it is gone, unless somebody gave it back. Nobody saw either.
    fn is_over(&self, deletion: &Deletion, as_of: Instant) -> bool {
        !self.tracker.is_copied(deletion) && self.end_of(deletion).is_some_and(|end| end <= as_of)
    }
}

impl ExitTracker<'_> {
    /// When a listing first showed that a thing, last listed in the listing `seen`, is gone: one that looked at its own
    /// account and at all of it, and after it was given back. What is there under a name that may be its own does not.
    /// Of a thing that waited for its end, one from behind that end says more than those before.
    fn gone_by(
        &self,
        item: &ListedItem,
        (seen, shown): (usize, &[Shown<'_>]),
        given_back: Option<Instant>,
        end_of_wait: Option<Instant>,
    ) -> Option<Instant> {
        // What one file shows and another of the same time does not is there: they are pages of one list.
        let seen_at = self.listings[seen].observed_at;
        let is_page = |listing: &Listing| self.listings.iter().any(|other| other.breaks_off_before(listing, item));
        let covers = |listing: &Listing| listing.observed_at > seen_at && listing.covers(item) && !is_page(listing);
        let later = self.listings.iter().zip(shown).skip(seen + 1).filter(|(listing, _)| covers(listing));
        let gone = later.filter(|(listing, own)| {
            given_back.is_none_or(|back| listing.observed_at > back) && !own.may_show(item, &shown[seen])
        });
        let gone: Vec<Instant> = gone.map(|(listing, _)| listing.observed_at).collect();
        let behind = gone.iter().filter(|at| end_of_wait.is_some_and(|end| **at >= end));
        behind.min().or(gone.iter().min()).copied()
    }

    /// Whether what was deleted may have been given back since, in pages that were not given.
    fn may_be_back(&self, item: &ListedItem, deletion: &Deletion) -> bool {
        let (provider, account) = (item.provider.as_deref(), item.account.as_deref());
        let at = deletion.at.unwrap_or(Instant(i64::MIN));
        self.pages.iter().any(|page| page.may_lack_after(provider, account, at))
    }

    /// Whether a copy is left that the deletion itself made.
    fn is_copied(&self, deletion: &Deletion) -> bool {
        deletion.copies.iter().any(|copy| !self.deleted_copies.contains(copy))
    }
}

/// Whether a thing was gone when it was due. Before that time, only what is gone already is decided. What is removed went
/// between two moments; of the later one nobody may know.
fn in_time(
    state: Option<ItemState>,
    (earliest, latest): (Instant, Option<Instant>),
    due_at: Instant,
    (seen_at, as_of): (Instant, Instant),
) -> Option<bool> {
    match state? {
        ItemState::Removed if latest.is_some_and(|latest| latest <= due_at) => Some(true),
        ItemState::Removed if earliest > due_at => Some(false),
        ItemState::Remaining if seen_at > due_at => Some(false),
        ItemState::Recoverable if as_of > due_at => Some(false),
        _ => None,
    }
}
