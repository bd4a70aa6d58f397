//! One change that is told several times: in two exports of a register, or in two rows of one.
//!
//! Nothing in an export says which of them is the later one. Where they contradict each other, what the change approves
//! cannot be told.

use std::collections::HashMap;

use super::{Change, ChangeKind, NO_END, RefusedChange};

/// With how many earlier accounts of a change another is compared: a hostile file may tell of one a million times.
const COMPARED: usize = 64;

/// Takes together what is told of one change several times: what says the same counts once, and what contradicts itself is
/// approved by nobody knows what. Gives the places of contradictions as well.
pub fn settle(changes: Vec<Change>) -> (Vec<Change>, Vec<RefusedChange>) {
    let mut told: Vec<Change> = Vec::with_capacity(changes.len());
    let mut by_number: HashMap<(ChangeKind, String, String), Vec<usize>> = HashMap::new();
    for change in changes {
        let number = (change.kind, change.id.to_lowercase(), change.commit.to_lowercase());
        let again = by_number.entry(number).or_default();
        if !again.iter().take(COMPARED).any(|index| is_the_same(&told[*index], &change)) {
            again.push(told.len());
            told.push(change);
        }
    }
    let mut contradictions = Vec::new();
    for again in by_number.values().filter(|again| again.len() > 1) {
        complete(&mut told, again);
        contradictions.extend(contradict(&mut told, again));
    }
    contradictions.sort_by(|a, b| a.place.cmp(&b.place));
    (told, contradictions)
}

fn is_the_same(one: &Change, other: &Change) -> bool {
    *one == Change { place: one.place.clone(), ..other.clone() }
}

/// When a change was approved and closed holds for each time that it is told.
fn complete(told: &mut [Change], again: &[usize]) {
    let approved_at = again.iter().find_map(|index| told[*index].approved_at);
    let closed_at = again.iter().filter_map(|index| told[*index].closed_at).min();
    // A run that went on when it was listed has ended by when a later list says so.
    let has_ended = |change: &&Change| change.until_at_the_latest != Some(NO_END);
    let ended = again.iter().map(|index| &told[*index]).filter(has_ended).filter_map(|change| change.until).max();
    for index in again {
        let change = &mut told[*index];
        change.approved_at = change.approved_at.or(approved_at);
        change.closed_at = closed_at;
        if ended.is_some() && change.until_at_the_latest == Some(NO_END) {
            (change.until, change.until_at_the_latest) = (ended, None);
        }
    }
}

fn contradict(told: &mut [Change], again: &[usize]) -> Vec<RefusedChange> {
    let mut found = Vec::new();
    for (number, index) in again.iter().enumerate() {
        let change = &told[*index];
        let other = again[..number].iter().take(COMPARED).map(|earlier| &told[*earlier]);
        let differing = other.filter_map(|other| Some((other, difference(other, change)?))).next();
        found.extend(differing.map(|(other, what)| RefusedChange {
            place: change.place.clone(),
            code: "told-otherwise",
            message: format!(
                "change {} has another {what} at {}: what it approves cannot be told",
                change.id, other.place.locator
            ),
        }));
    }
    if !found.is_empty() {
        for index in again {
            let change = &mut told[*index];
            change.approved = change.approved.filter(|approved| !approved);
        }
    }
    found
}

/// What two accounts of one change say differently. What one leaves out is no contradiction.
fn difference(one: &Change, other: &Change) -> Option<&'static str> {
    let approvers = |change: &Change| {
        let mut names: Vec<String> = change.approvers.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        names
    };
    let window = |change: &Change| (change.from, change.until, change.until_at_the_latest);
    let has_window = |change: &Change| change.from.is_some() || change.until.is_some();
    // A run is put down by whoever lists it while it goes on, and again when it has ended.
    let windows = one.kind == ChangeKind::Change && has_window(one) && has_window(other);
    let both_name = !one.approvers.is_empty() && !other.approvers.is_empty();
    if one.approved.is_some() && other.approved.is_some() && one.approved != other.approved {
        Some("state")
    } else if windows && window(one) != window(other) {
        Some("window")
    } else if both_name && approvers(one) != approvers(other) {
        Some("approver")
    } else if one.approved_at != other.approved_at {
        Some("time of approval")
    } else {
        None
    }
}
