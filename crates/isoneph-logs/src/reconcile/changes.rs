//! Changes by account and time, and whether one fits an operation.

use std::collections::HashMap;

use isoneph_model::fits_pattern;
use isoneph_tables::Instant;

use super::Operation;
use super::actor::People;
use super::resources::of_resources;
use crate::changes::{Change, ChangeKind, with_zeros};

/// The window of one change.
#[derive(Clone, Copy)]
struct Window {
    from: i64,
    until: i64,
    /// The latest end of this window and those before it in the list.
    until_so_far: i64,
    change: usize,
}

/// Windows, in an order in which those that hold an instant are found.
#[derive(Default)]
pub(super) struct Windows(Vec<Window>);

impl Windows {
    pub(super) fn add(&mut self, from: i64, until: i64, change: usize) {
        self.0.push(Window { from, until, until_so_far: until, change });
    }

    pub(super) fn order(&mut self) {
        self.0.sort_by_key(|window| (window.from, window.until, window.change));
        let mut latest = i64::MIN;
        for window in &mut self.0 {
            latest = latest.max(window.until);
            window.until_so_far = latest;
        }
    }

    /// The changes whose window, widened by some microseconds, holds an instant.
    pub(super) fn around(&self, at: Instant, widened: i64) -> impl Iterator<Item = usize> + '_ {
        let (early, late) = (at.0.saturating_sub(widened), at.0.saturating_add(widened));
        let begun = self.0.partition_point(|window| window.from <= late);
        let last = self.0[..begun].iter().rev().take_while(move |window| window.until_so_far > early);
        last.filter(move |window| window.until > early).map(|window| window.change)
    }
}

/// Changes with a time, by the accounts that they speak of.
pub(super) struct ChangeIndex {
    by_account: HashMap<String, Windows>,
    of_all: Windows,
}

impl ChangeIndex {
    pub(super) fn new(changes: &[Change]) -> ChangeIndex {
        let mut index = ChangeIndex { by_account: HashMap::new(), of_all: Windows::default() };
        for (number, change) in changes.iter().enumerate().filter(|(_, c)| c.kind == ChangeKind::Change) {
            let bounds = (change.from.map(|i| i.0), change.until_at_the_latest.or(change.until).map(|i| i.0));
            let (from, until) = match bounds {
                // What says nothing of when allows nothing.
                (None, None) if !change.window_open => continue,
                (from, until) => (from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX)),
            };
            if change.accounts.is_empty() {
                index.of_all.add(from, until, number);
            }
            for account in &change.accounts {
                for account in [Some(account.to_lowercase()), with_zeros(account)].into_iter().flatten() {
                    index.by_account.entry(account).or_default().add(from, until, number);
                }
            }
        }
        index.by_account.values_mut().chain([&mut index.of_all]).for_each(Windows::order);
        index
    }

    /// The changes that speak of an account and whose window, widened by some microseconds, holds an instant.
    pub(super) fn around(&self, account: Option<&str>, at: Instant, widened: i64) -> Vec<usize> {
        let own = account.and_then(|account| self.by_account.get(&account.to_lowercase()));
        let lists = own.into_iter().chain([&self.of_all]);
        let mut found: Vec<usize> = lists.flat_map(|windows| windows.around(at, widened)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A bound that was not understood may leave the operation out.
pub(super) fn nothing_open(change: &Change) -> Option<bool> {
    change.open.is_empty().then_some(true)
}

/// A change that says neither where, nor what, nor to what, nor by whom would approve all that happens in its window: what
/// it was given for cannot be told.
fn is_bounded(change: &Change) -> Option<bool> {
    let texts = [&change.accounts, &change.operations, &change.resources, &change.actors];
    let is_bounded =
        change.services.is_some() || !change.classes.is_empty() || texts.iter().any(|list| !list.is_empty());
    is_bounded.then_some(true)
}

/// Whether a change was approved by the time of an operation: an approval after the fact is none.
pub(super) fn approved_by_then(change: &Change, operation: &Operation) -> Option<bool> {
    let Some((earliest, latest)) = change.approved_at.filter(|_| change.approved == Some(true)) else {
        // A change that was written down afterwards was approved before only where it came from another register.
        let written_after = change.written_at.zip(operation.time).is_some_and(|(written, at)| at < written);
        return change.approved.filter(|approved| !(*approved && written_after));
    };
    match operation.time? {
        at if at >= latest => Some(true),
        at if at < earliest => Some(false),
        _ => None,
    }
}

/// Three-valued AND.
pub(super) fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Whether a change speaks of an operation, its time and its approval aside.
pub(super) fn fits(change: &Change, operation: &Operation, people: &People) -> Option<bool> {
    [of_account(change, operation), of_kind(change, operation), of_resources(change, operation)]
        .into_iter()
        .chain([of_actor(change, operation, people), nothing_open(change), is_bounded(change)])
        .fold(Some(true), and)
}

/// Whether the operation lies in the window, and the change was not closed before. A window with one open end leaves open what lies on that side.
pub(super) fn in_window(change: &Change, operation: &Operation) -> Option<bool> {
    let at = operation.time?;
    if change.closed_at.is_some_and(|closed| at > closed) {
        return Some(false);
    }
    match (change.from, change.until) {
        (None, None) => {
            if change.window_open {
                None
            } else {
                Some(false)
            }
        }
        (Some(from), _) if at < from => Some(false),
        (_, Some(until)) if at >= change.until_at_the_latest.unwrap_or(until) => Some(false),
        (_, Some(until)) if at >= until => None,
        (Some(_), Some(_)) => Some(true),
        _ => None,
    }
}

fn of_account(change: &Change, operation: &Operation) -> Option<bool> {
    if change.accounts.is_empty() {
        let services = change.services.as_ref();
        return services.map_or(Some(true), |services| services.speaks_of(operation.account.as_deref()));
    }
    let account = operation.account.as_deref()?;
    Some(change.names_account(&operation.provider, account))
}

fn of_kind(change: &Change, operation: &Operation) -> Option<bool> {
    let written = operation.operation.to_lowercase();
    let is_named = |name: &String| fits_pattern(name, &operation.name) || fits_pattern(name, &written);
    let is_named = change.operations.iter().any(is_named);
    match (change.classes.contains(&operation.class), change.operations.is_empty()) {
        (true, true) => Some(true),
        // Whether the operations are all of a class that the change allows, or more of them, nobody says.
        (true, false) => is_named.then_some(true),
        (false, true) => Some(change.classes.is_empty()),
        (false, false) if is_named => Some(true),
        (false, false) => (!change.perhaps.iter().any(|name| **name == *operation.name)).then_some(false),
    }
}

fn of_actor(change: &Change, operation: &Operation, people: &People) -> Option<bool> {
    if change.actors.is_empty() {
        return Some(true);
    }
    let mut answer = Some(false);
    for name in &change.actors {
        match people.acts_as(operation, name) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}
