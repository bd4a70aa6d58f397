//! Operations of which the log keeps several records: one when they begin, one when they end, perhaps some between.

use std::collections::HashMap;
use std::sync::Arc;

use super::operation::Operation;
use crate::event::{Event, Phase};

/// How the records of one operation are known.
pub(super) enum Joined {
    /// The record stands alone.
    Alone,
    /// All that have this key are one operation.
    By(String),
    /// All that have this key are one operation that the logs of several accounts tell of.
    Shared(String),
    /// Those that have this key are the operations of one client's request, or of its whole run: which of them belong
    /// together is told when all are there.
    Within(String),
}

/// What joins an event to others.
pub(super) fn joined(event: &Event<'_>) -> Joined {
    let name = event.operation_name.as_deref().unwrap_or_default();
    let account = event.account.as_deref().unwrap_or_default();
    let key = |parts: &[&str]| parts.join("\u{1f}");
    let id = event.operation_id.as_deref().filter(|id| !id.is_empty());
    // At the same time: what the cloud noticed as unusual has one such id for its beginning and its end.
    if let (None, "aws", Some(id)) = (event.phase, &*event.provider, id) {
        let time = event.time.map_or_else(String::new, |time| time.0.to_string());
        return Joined::Shared(key(&["aws", id, name, &time]));
    }
    if event.phase.is_none() {
        // Entra ID gives the same record with its tenant and without it.
        let entra = event.provider == "azure";
        return if entra { Joined::By(key(&["azure", name, &event.id])) } else { Joined::Alone };
    }
    let Some(id) = id else { return Joined::Alone };
    match &*event.provider {
        // Whoever calls may choose the correlation id, and Terraform chooses one for all that it does in a run.
        "azure" => Joined::Within(key(&["azure", account, id, name])),
        // The caller may choose this one as well. When the request came in is not theirs to say.
        "kubernetes" => {
            let came_in = event.time.map_or_else(String::new, |time| time.0.to_string());
            Joined::By(key(&["kubernetes", account, id, name, &came_in]))
        }
        // What the records name as targets differs: only the first says what was asked for.
        provider => Joined::By(key(&[provider, account, id, name])),
    }
}

/// A record that belongs to an operation of several.
pub(super) struct Part {
    pub(super) key: Arc<str>,
    pub(super) phase: Option<Phase>,
    pub(super) operation: Operation,
}

impl Part {
    /// Whether two are the same record, in two exports: each gives it an id of its own.
    fn is_again(&self, other: &Part) -> bool {
        self.phase == other.phase && self.operation.time == other.operation.time && self.shares_a_target(other)
    }

    fn is_the_end(&self) -> bool {
        self.phase == Some(Phase::Last)
    }

    fn has_ended_before(&self, other: &Part) -> bool {
        self.is_the_end() && self.operation.time < other.operation.time
    }

    fn shares_a_target(&self, other: &Part) -> bool {
        let theirs = names(&other.operation);
        names(&self.operation).iter().any(|name| theirs.contains(name))
    }
}

/// What an operation was done to, in one spelling: one export writes in capitals what another gives as it was asked for.
fn names(operation: &Operation) -> Vec<String> {
    let all = operation.targets.iter().flatten().map(|target| target.to_lowercase()).collect::<Vec<_>>();
    if all.is_empty() { vec![String::new()] } else { all }
}

/// Puts the records together: each that begins something begins another operation, and whatever follows belongs to the
/// last one of its resource that has begun and not ended.
pub(super) fn put_together(mut parts: Vec<Part>) -> Vec<Operation> {
    parts.sort_by(|a, b| {
        (&a.key, a.operation.time, a.phase, &a.operation.uid).cmp(&(
            &b.key,
            b.operation.time,
            b.phase,
            &b.operation.uid,
        ))
    });
    let mut operations = Vec::with_capacity(parts.len());
    let mut rest = parts.as_slice();
    while let Some(first) = rest.first() {
        let group = rest.iter().take_while(|part| part.key == first.key).count();
        let (together, after) = rest.split_at(group);
        of_group(together, &mut operations);
        rest = after;
    }
    operations
}

/// The most operations on one resource that are taken to go on at a time: nothing does so much at once, but a file may say so.
const MOST: usize = 64;

fn of_group(parts: &[Part], operations: &mut Vec<Operation>) {
    // The operations of each resource that go on, or ended just now, and the last record of each.
    let mut going_on: HashMap<String, Vec<usize>> = HashMap::new();
    let mut last: HashMap<usize, &Part> = HashMap::new();
    for part in parts {
        let names = names(&part.operation);
        let mut candidates: Vec<usize> = Vec::new();
        for name in &names {
            let of_name = going_on.entry(name.clone()).or_default();
            of_name.retain(|index| !last[index].has_ended_before(part));
            candidates.extend(of_name.iter());
        }
        candidates.sort_unstable();
        let again = candidates.iter().rev().find(|index| last[*index].is_again(part));
        let continued =
            candidates.iter().rev().find(|index| part.phase != Some(Phase::First) && !last[*index].is_the_end());
        let index = match again.or(continued) {
            Some(index) => {
                operations[*index].join(&part.operation, part.phase);
                *index
            }
            None => {
                operations.push(part.operation.clone());
                operations.len() - 1
            }
        };
        last.insert(index, part);
        for name in names {
            let of_name = going_on.entry(name).or_default();
            if !of_name.contains(&index) {
                of_name.push(index);
            }
            if of_name.len() > MOST {
                of_name.remove(0);
            }
        }
    }
}
