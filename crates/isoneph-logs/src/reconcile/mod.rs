//! Critical operations set against what was approved, in one pass over the events.
//!
//! The pass keeps the critical operations only: a few in a hundred events. When all events were seen, each operation
//! is matched with the changes and pipeline runs, and the operations are told as [stories](Story): what one actor did
//! in one account without an hour's pause. Whatever the evidence does not decide stays undecided.

mod actor;
mod approval;
pub(crate) mod batch;
mod changes;
pub(crate) mod columns;
pub(crate) mod intern;
mod names;
mod operation;
mod parts;
mod pattern;
mod pipelines;
mod resources;
mod shared;
mod story;
mod weakening;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use crate::changes::{Change, Declared};
use crate::event::{Event, EventOutcome, Phase, SourcePlace};
use crate::hex::hex;
use crate::operations::Catalogue;

pub use batch::COLUMNS;
pub use columns::BatchError;
pub use operation::{Approval, Approved, Operation, Source};
pub use story::Story;
pub use weakening::ASKED_COLUMNS;
pub use write::write_changes;

use actor::People;
use changes::ChangeIndex;
use intern::Interner;
use parts::{Joined, Part, joined, put_together};
use pipelines::RunIndex;
use weakening::{Asked, Place};

/// What operations are set against.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Changes and pipeline runs; `None` when no register and no list of runs was given, so that nothing can be told.
    pub changes: Option<Vec<Change>>,
    /// How many changes and runs could not be read.
    pub refused: usize,
    /// What the organisation declares beside them.
    pub declared: Declared,
}

/// What a pass has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Seen {
    /// Events.
    pub events: u64,
    /// Of them, records of critical operations.
    pub critical: u64,
    /// Critical operations, once the records of one operation are put together.
    pub operations: u64,
    /// Critical operations beyond the most that are kept.
    pub dropped: u64,
    /// Records of critical operations that carry the id of another, of that day or another, and say something else.
    pub conflicts: u64,
}

/// The most critical operations that one pass keeps; what is beyond is counted.
pub const MAX_OPERATIONS: usize = 4_000_000;

/// Collects the critical operations of a stream of events.
pub struct Reconciler<'c> {
    catalogue: &'c Catalogue,
    interner: Interner,
    operations: Vec<Operation>,
    /// Operations that leave several records, by what joins these.
    joined: HashMap<String, usize>,
    /// Operations that several accounts' logs may tell of, by what joins these.
    shared: HashMap<String, usize>,
    /// Records that are put together once all are there.
    parts: Vec<Part>,
    /// What the event with an identity said, to count each once.
    said: HashMap<Arc<str>, Said>,
    seen: Seen,
    key: String,
    asked: Asked,
}

impl<'c> Reconciler<'c> {
    /// A pass that looks for the operations of a catalogue.
    pub fn new(catalogue: &'c Catalogue) -> Reconciler<'c> {
        Reconciler {
            catalogue,
            interner: Interner::default(),
            operations: Vec::new(),
            joined: HashMap::new(),
            shared: HashMap::new(),
            parts: Vec::new(),
            said: HashMap::new(),
            seen: Seen::default(),
            key: String::new(),
            asked: Asked::default(),
        }
    }

    /// Takes in one event. Order does not matter, and an event that comes twice counts once. One that has the identity of
    /// another and says something else is another: some logs let whoever is logged choose it.
    pub fn observe(&mut self, event: &Event<'_>, place: &SourcePlace<'_>) {
        self.seen.events += 1;
        let Some(name) = event.operation_name.as_deref() else { return };
        let Some(entry) = self.catalogue.find(&event.provider, name) else { return };
        if passed_an_endpoint(event) || is_an_insight(event) {
            return;
        }
        self.seen.critical += 1;
        let mut key = std::mem::take(&mut self.key);
        let (said, is_conflict) = self.write_key(event, &mut key);
        if !self.said.contains_key(key.as_str()) {
            self.seen.conflicts += u64::from(is_conflict);
            self.keep(entry, event, place, &key);
            self.said.insert(Arc::from(key.as_str()), said);
        }
        self.key = key;
    }

    /// Writes what an event is known by: its identity, and what it says where another has the same; and whether one has.
    fn write_key(&self, event: &Event<'_>, key: &mut String) -> (Said, bool) {
        event.write_uid(key);
        let said = said(event);
        let is_conflict = self.said.get(key.as_str()).is_some_and(|kept| *kept != said);
        if is_conflict {
            key.push_str("/#");
            key.push_str(&hex(&said));
        }
        (said, is_conflict)
    }

    fn keep(
        &mut self,
        entry: &crate::operations::CriticalOperation,
        event: &Event<'_>,
        place: &SourcePlace<'_>,
        uid: &str,
    ) {
        let weakens_logging = self.catalogue.weakens(entry, event);
        let operation = Operation::new(entry, event, place, uid, &mut self.interner);
        let operation = Operation { weakens_logging, ..operation };
        let joined = joined(event);
        if let Joined::By(key) = &joined
            && let Some(index) = self.joined.get(key).copied()
        {
            self.operations[index].join(&operation, event.phase);
            self.asked.note(uid, Place::Kept(index), weakens_logging);
            return;
        }
        if let Joined::Shared(key) = &joined
            && let Some(kept) = self.shared.get(key).and_then(|index| self.operations.get_mut(*index))
            && kept.is_told_again_by(&operation)
        {
            kept.join_shared(operation);
            return;
        }
        if self.operations.len() + self.parts.len() >= MAX_OPERATIONS {
            self.seen.dropped += 1;
            return;
        }
        match joined {
            Joined::Within(key) => {
                let key = self.interner.keep(&key);
                self.asked.note(uid, Place::Part(self.parts.len()), weakens_logging);
                self.parts.push(Part { key, phase: event.phase, operation });
                return;
            }
            Joined::By(key) => drop(self.joined.insert(key, self.operations.len())),
            Joined::Shared(key) => {
                self.shared.entry(key).or_insert(self.operations.len());
            }
            Joined::Alone => {}
        }
        self.asked.note(uid, Place::Kept(self.operations.len()), weakens_logging);
        self.operations.push(operation);
    }

    /// Sets the operations against the records.
    pub fn finish(self, records: &Records) -> Reconciliation {
        let mut operations = self.operations;
        operations.extend(put_together(self.parts));
        let seen = Seen { operations: operations.len() as u64, ..self.seen };
        operations.sort_by(|a, b| a.story_order().cmp(&b.story_order()));
        let people = People::new(records.declared.people.as_deref());
        let all = records.changes.as_deref().unwrap_or_default();
        let (changes, runs) = (ChangeIndex::new(all), RunIndex::new(all));
        let judge = approval::Judge { records, all, changes: &changes, runs: &runs, people: &people };
        operations.iter_mut().for_each(|operation| judge.judge(operation));
        let stories = story::tell(&mut operations);
        story::find_resumed(&mut operations);
        Reconciliation { operations, stories, seen }
    }
}

/// Whether a record says no more than that a call passed an endpoint of a network: the service that carried it out keeps
/// its own record. What the endpoint refused has no other.
fn passed_an_endpoint(event: &Event<'_>) -> bool {
    event.native_type.as_deref() == Some("AwsVpceEvent") && event.outcome == Some(EventOutcome::Success)
}

/// Whether a record says that an operation was asked for unusually often: it bears its name, and is none.
fn is_an_insight(event: &Event<'_>) -> bool {
    event.native_type.as_deref() == Some("AwsCloudTrailInsight")
}

/// The beginning of a digest of what an event says that an operation is judged by.
type Said = [u8; 16];

fn said(event: &Event<'_>) -> Said {
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
    let actor = &event.actor;
    let mut all = vec![
        event.time.map_or_else(String::new, |time| time.0.to_string()),
        event.outcome.map_or("", EventOutcome::as_str).to_owned(),
        event.phase.map_or("", Phase::as_str).to_owned(),
    ];
    let texts = [&event.operation_name, &event.region, &actor.id, &actor.session, &event.error_code];
    all.extend(texts.map(text));
    all.extend(event.targets.iter().flatten().map(ToString::to_string));
    let digest = digest(&SHA256, all.join("\u{1f}").as_bytes());
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

/// Critical operations, judged.
#[derive(Debug, Clone, Default)]
pub struct Reconciliation {
    /// By provider, account, actor and time.
    pub operations: Vec<Operation>,
    /// Told as stories; [`Operation::story`] is an index into them.
    pub stories: Vec<Story>,
    /// What was seen.
    pub seen: Seen,
}

#[cfg(test)]
mod tests;
