//! Records put together: those of one operation, and then what one actor did again and again on one day.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_tables::Instant;

use super::catalogue::SignKind;
use super::found::Found;
use crate::event::{ActorKind, Event, EventOutcome, MAX_TARGETS, Phase, SourcePlace};

/// About how many bytes the rows may take, and as many the operations whose records are waited for.
const MOST: usize = 64 << 20;
/// About how many bytes a row takes beside its texts.
const BARE: usize = 768;

/// A record in which a sign was looked for.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) key: Key,
    pub(super) first: First,
    pub(super) targets: BTreeSet<String>,
    pub(super) phase: Option<Phase>,
    /// What it shows; `None` where the record says that it is none.
    pub(super) found: Option<Found>,
    /// Whether the record has what was asked for.
    pub(super) tells: bool,
    /// What joins the records of its operation.
    pub(super) joined: Option<String>,
}

/// What signs that are told in one row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) provider: String,
    pub(super) account: Option<String>,
    pub(super) kind: SignKind,
    pub(super) what: String,
    pub(super) region: Option<String>,
    pub(super) name: String,
    pub(super) actor: Option<String>,
    pub(super) actor_kind: Option<&'static str>,
    pub(super) carried_out: Option<bool>,
    pub(super) day: Option<i64>,
}

/// The first record of a row, by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    pub(super) time: Option<Instant>,
    pub(super) uid: String,
    pub(super) id: String,
    pub(super) operation: String,
    pub(super) native_type: Option<String>,
    pub(super) file: String,
    pub(super) sha256: String,
    pub(super) index: u64,
}

/// A day in microseconds.
pub(super) const DAY: i64 = 86_400_000_000;

impl Sighting {
    pub(super) fn new(
        (kind, what): (SignKind, &str),
        event: &Event<'_>,
        place: &SourcePlace<'_>,
        found: Option<Found>,
    ) -> Sighting {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let key = Key {
            provider: event.provider.to_string(),
            account: text(event.account.as_deref()),
            kind,
            what: what.to_owned(),
            region: text(event.region.as_deref()),
            name: event.operation_name.as_deref().unwrap_or_default().to_owned(),
            actor: text(event.actor.id.as_deref()),
            actor_kind: event.actor.kind.map(ActorKind::as_str),
            carried_out: match event.outcome {
                Some(EventOutcome::Success) => Some(true),
                Some(EventOutcome::Failure) => Some(false),
                Some(EventOutcome::Pending) | None => None,
            },
            day: event.time.map(|time| time.0.div_euclid(DAY)),
        };
        let mut uid = String::new();
        event.write_uid(&mut uid);
        let first = First {
            time: event.time,
            uid,
            id: event.id.to_string(),
            operation: event.operation.as_deref().unwrap_or_default().to_owned(),
            native_type: text(event.native_type.as_deref()),
            file: place.file.to_owned(),
            sha256: place.sha256.to_owned(),
            index: place.index,
        };
        Sighting {
            joined: joined(event, &key),
            key,
            first,
            targets: event.targets.iter().flatten().map(ToString::to_string).collect(),
            phase: event.phase,
            found,
            tells: event.raw_request.as_deref().is_some_and(|text| !text.is_empty()),
        }
    }

    /// About how many bytes it takes.
    fn size(&self) -> usize {
        let Key { provider, account, what, region, name, actor, .. } = &self.key;
        let First { uid, id, operation, native_type, file, sha256, .. } = &self.first;
        let texts = [provider, what, name, uid, id, operation, file, sha256];
        let maybe = [account, region, actor, native_type, &self.joined].into_iter().flatten();
        let found = self.found.iter().flat_map(|found| &found.to).map(|to| to.text().len() + 64);
        let texts = texts.into_iter().chain(maybe).map(String::len).chain(found);
        BARE + texts.sum::<usize>() + size(&self.targets)
    }

    /// Takes in another record of the same operation: the last one says how it came out, and only one may have what was
    /// asked for.
    fn join(&mut self, other: Sighting) {
        if self.key.carried_out.is_none() || (other.phase == Some(Phase::Last) && other.key.carried_out.is_some()) {
            self.key.carried_out = other.key.carried_out;
        }
        if self.key.actor.as_deref().is_none_or(str::is_empty) {
            self.key.actor = other.key.actor;
            self.key.actor_kind = other.key.actor_kind;
        }
        self.found = match (self.tells, other.tells) {
            (true, false) => self.found.take(),
            (false, true) => other.found,
            _ => match (self.found.take(), other.found) {
                (Some(mut one), Some(other)) => {
                    one.join(other);
                    Some(one)
                }
                (one, other) => one.or(other),
            },
        };
        self.tells |= other.tells;
        if self.targets.len() < MAX_TARGETS {
            self.targets.extend(other.targets);
        }
        if other.first < self.first {
            self.key.day = other.key.day;
            self.first = other.first;
        }
    }
}

fn size(targets: &BTreeSet<String>) -> usize {
    targets.iter().map(|target| target.len() + 64).sum()
}

/// What joins the records of one operation, where the log keeps several of it.
fn joined(event: &Event<'_>, key: &Key) -> Option<String> {
    event.phase?;
    let id = event.operation_id.as_deref().filter(|id| !id.is_empty())?;
    let account = key.account.as_deref().unwrap_or_default();
    let mut parts = vec![key.provider.as_str(), account, id, &key.name, &key.what];
    let came_in = event.time.map_or_else(String::new, |time| time.0.to_string());
    let on = event.targets.iter().flatten().map(|target| target.to_lowercase()).collect::<Vec<_>>().join(" ");
    match &*event.provider {
        // Terraform chooses one id for all that it does in a run.
        "azure" => parts.push(&on),
        // Whoever calls may choose the id. When the request came in is not theirs to say.
        "kubernetes" => parts.push(&came_in),
        _ => {}
    }
    Some(parts.join("\u{1f}"))
}

/// What is told in one row.
#[derive(Debug, Clone)]
pub(super) struct Folded {
    pub(super) first: First,
    pub(super) last: Option<Instant>,
    pub(super) targets: BTreeSet<String>,
    pub(super) events: u64,
}

/// Signs, row by row, within bounds.
#[derive(Debug, Default)]
pub(super) struct Fold {
    waiting: BTreeMap<String, Sighting>,
    rows: BTreeMap<(Key, Found), Folded>,
    /// About how many bytes both take.
    waiting_bytes: usize,
    rows_bytes: usize,
    /// How many signs are in none of the rows that are kept.
    pub(super) dropped: u64,
}

impl Fold {
    pub(super) fn add(&mut self, sighting: Sighting) {
        let Some(joined) = &sighting.joined else { return self.count(sighting) };
        if let Some(waiting) = self.waiting.get_mut(joined) {
            waiting.join(sighting);
        } else if self.waiting_bytes + sighting.size() <= MOST {
            self.waiting_bytes += sighting.size();
            self.waiting.insert(joined.clone(), sighting);
        } else {
            self.count(sighting);
        }
    }

    fn count(&mut self, sighting: Sighting) {
        let size = sighting.size();
        let Sighting { key, first, targets, found: Some(found), .. } = sighting else { return };
        let key = (key, found);
        match self.rows.get_mut(&key) {
            Some(row) => {
                row.events += 1;
                row.last = row.last.max(first.time);
                let has_room = row.targets.len() < MAX_TARGETS && self.rows_bytes < MOST;
                for target in targets.into_iter().filter(|_| has_room) {
                    self.rows_bytes += target.len() + 64;
                    row.targets.insert(target);
                }
                if first < row.first {
                    row.first = first;
                }
            }
            None if self.rows_bytes + size > MOST => self.dropped += 1,
            None => {
                self.rows_bytes += size;
                self.rows.insert(key, Folded { last: first.time, first, targets, events: 1 });
            }
        }
    }

    /// The rows, in the order of their keys, and how many signs are in none of them.
    pub(super) fn finish(mut self) -> (impl Iterator<Item = (Key, Found, Folded)>, u64) {
        for sighting in std::mem::take(&mut self.waiting).into_values() {
            self.count(sighting);
        }
        (self.rows.into_iter().map(|((key, found), folded)| (key, found, folded)), self.dropped)
    }
}
