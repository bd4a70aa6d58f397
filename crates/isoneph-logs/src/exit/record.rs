//! The removal record: what a provider hands to a customer that left, and what the customer can check without it.
//!
//! The record says what was agreed, what became of each thing and by what that is known, and it lists the digests of all
//! files that it rests on. Whoever holds it can check that it says what it said when it was made, that its sums and its
//! dates follow from its items, and that the files they hold are those that it speaks of. That no other thing existed is
//! the provider's word: the inventories are listed for that.

use std::collections::BTreeSet;

use isoneph_model::Digest;
use isoneph_tables::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Counts, ExitItem, ItemState, KnownBy, NotUsed, TenantExit, Undecided};
use crate::decode::{instant, written};

/// The version of the record's form.
pub const RECORD_SCHEMA: &str = "isoneph.removal-record/1";

/// What became of what departed tenants left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalRecord {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// The program and its version.
    pub tool: String,
    /// The time for which it holds, in RFC 3339.
    pub as_of: String,
    /// Departures, by tenant.
    pub exits: Vec<RecordedExit>,
    /// The files that it rests on.
    pub inputs: Vec<RecordedInput>,
    /// The SHA-256 of this record without this field, as JSON without white space, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedInput {
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its path, as whoever made the record had it.
    pub path: String,
    /// Its format.
    pub format: String,
}

/// A departure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedExit {
    /// Who left.
    pub tenant: String,
    /// When the agreement ended.
    pub ended_at: String,
    /// After how many days everything was to be gone, where that was agreed.
    pub agreed_days: Option<i64>,
    /// When that was.
    pub due_at: Option<String>,
    /// Whether a return was agreed; `null` where nobody recorded anything of it.
    pub return_agreed: Option<bool>,
    /// When the return was handed over.
    pub returned_at: Option<String>,
    /// How many things came out how.
    pub counts: Counts,
    /// Whether things were looked for wherever they may have been. Where not, others may be left that nobody lists.
    pub searched: bool,
    /// Inventories that nothing could be told by, and why.
    pub not_used: Vec<NotUsed>,
    /// The things, by kind and identity.
    pub items: Vec<RecordedItem>,
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedItem {
    /// What it is, as in `exit_item.kind`.
    pub kind: String,
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The cloud, account and region, as far as they are known.
    pub provider: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// What became of it; `null` where that cannot be told.
    pub state: Option<ItemState>,
    /// Whether that was so when it was due; `null` where that cannot be told.
    pub in_time: Option<bool>,
    /// When it was removed, where a record tells.
    pub removed_at: Option<String>,
    /// Until when it can be got back.
    pub recoverable_until: Option<String>,
    /// How many rows or objects are left of it.
    pub residue: u64,
    /// How this is known.
    pub known_by: BTreeSet<KnownBy>,
    /// The record of its deletion, where there is one.
    pub deletion: Option<RecordedEvent>,
    /// Why `state` cannot be told; records of before did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<Undecided>,
}

/// A record in an audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedEvent {
    /// The SHA-256 of the file.
    pub sha256: String,
    /// Its place in the file, from 0.
    pub index: u64,
}

impl RemovalRecord {
    /// The record of some departures, signed with its own digest.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(
        tool: String,
        as_of: Instant,
        exits: &[TenantExit],
        inputs: BTreeSet<RecordedInput>,
    ) -> Result<RemovalRecord, serde_json::Error> {
        let mut record = RemovalRecord {
            schema: RECORD_SCHEMA.to_owned(),
            tool,
            as_of: written(as_of),
            exits: exits.iter().map(recorded).collect(),
            inputs: inputs.into_iter().collect(),
            sha256: String::new(),
        };
        record.sha256 = record.digest()?;
        Ok(record)
    }

    /// The digest of what it says.
    fn digest(&self) -> Result<String, serde_json::Error> {
        let bare = RemovalRecord { sha256: String::new(), ..self.clone() };
        Ok(Digest::new(Sha256::digest(serde_json::to_vec(&bare)?).into()).to_string())
    }

    /// What does not hold together in it, in words; nothing where it does.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn contradictions(&self) -> Result<Vec<String>, serde_json::Error> {
        let mut found = Vec::new();
        if self.schema != RECORD_SCHEMA {
            found.push(format!("its form is '{}', not '{RECORD_SCHEMA}'", self.schema));
        }
        if self.sha256 != self.digest()? {
            found.push("it is not as it was made: its digest does not agree with what it says".to_owned());
        }
        let as_of = instant(&self.as_of);
        if as_of.is_none() {
            found.push(format!("the time for which it holds is no time: '{}'", self.as_of));
        }
        for exit in &self.exits {
            // What is compared with it would hold whatever it is.
            let no_times = exit.times().filter(|text| instant(text).is_none());
            found.extend(no_times.map(|text| format!("{}: '{text}' is no time", exit.tenant)));
            exit.contradictions(as_of, &mut found);
        }
        let known: BTreeSet<&str> = self.inputs.iter().map(|input| input.sha256.as_str()).collect();
        for (exit, item) in self.exits.iter().flat_map(|exit| exit.items.iter().map(move |item| (exit, item))) {
            if let Some(event) = item.deletion.as_ref().filter(|event| !known.contains(event.sha256.as_str())) {
                found.push(format!(
                    "{}: the deletion of {} stands in a file that is not listed ({})",
                    exit.tenant, item.id, event.sha256
                ));
            }
        }
        Ok(found)
    }
}

impl RecordedExit {
    /// The times that it tells.
    fn times(&self) -> impl Iterator<Item = &str> {
        let of_items = self.items.iter().flat_map(|item| [&item.removed_at, &item.recoverable_until]);
        [&self.due_at, &self.returned_at].into_iter().chain(of_items).filter_map(|time| time.as_deref())
    }

    fn contradictions(&self, as_of: Option<Instant>, found: &mut Vec<String>) {
        let mut tell = |words: String| found.push(format!("{}: {words}", self.tenant));
        let ended_at = instant(&self.ended_at);
        let due = ended_at.zip(self.agreed_days).map(|(ended, days)| written(super::declared::after_days(ended, days)));
        if ended_at.is_none() || due != self.due_at {
            tell("the day when everything was to be gone does not follow from what was agreed".to_owned());
        }
        if self.counts != counts(self.items.iter().map(|item| item.state)) {
            tell("its sums are not those of its items".to_owned());
        }
        let returned = self.returned_at.as_deref().and_then(instant);
        if returned.zip(as_of).is_some_and(|(returned, as_of)| returned > as_of) {
            tell("its things were handed back after the time for which the record holds".to_owned());
        }
        for item in &self.items {
            if item.state.is_some() && item.known_by.is_empty() {
                tell(format!("nothing shows what became of {}", item.id));
            }
            if item.state.is_some() && item.undecided.is_some() {
                tell(format!("what became of {} is told, and told not to be known", item.id));
            }
            // A deletion is known by its record, and by nothing else.
            if item.deletion.is_some() != item.known_by.contains(&KnownBy::DeletionEvent)
                || item.removed_at.is_some() && item.deletion.is_none()
            {
                tell(format!("no record is named that shows the deletion of {}", item.id));
            }
            let removed_at =
                item.removed_at.as_deref().and_then(instant).filter(|_| item.state == Some(ItemState::Removed));
            let in_time = removed_at.zip(self.due_at.as_deref().and_then(instant)).map(|(at, due)| at <= due);
            if in_time.is_some() && in_time != item.in_time {
                tell(format!("whether {} was removed in time does not follow from its day", item.id));
            }
            let due = self.due_at.as_deref().and_then(instant);
            let is_late =
                item.state == Some(ItemState::Recoverable) && as_of.zip(due).is_some_and(|(at, due)| at > due);
            let is_there = matches!(item.state, Some(ItemState::Recoverable | ItemState::Remaining));
            if is_late && item.in_time != Some(false) || is_there && item.in_time == Some(true) {
                tell(format!("{} was not gone in time", item.id));
            }
            if item.recoverable_until.is_some() && item.state != Some(ItemState::Recoverable) {
                tell(format!("{} can be got back, and is not told as that", item.id));
            }
            let removed = item.removed_at.as_deref().and_then(instant);
            if removed.zip(as_of).is_some_and(|(removed, as_of)| removed > as_of) {
                tell(format!("{} was deleted after the time for which the record holds", item.id));
            }
            if item.residue > 0 && item.state != Some(ItemState::Remaining) {
                tell(format!("{} still holds {} of it", item.id, item.residue));
            }
        }
    }
}

/// How many things came out how.
pub(super) fn counts(states: impl Iterator<Item = Option<ItemState>>) -> Counts {
    let mut counts = Counts::default();
    for state in states {
        counts.items += 1;
        let count = match state {
            Some(ItemState::Removed) => &mut counts.removed,
            Some(ItemState::Recoverable) => &mut counts.recoverable,
            Some(ItemState::Remaining) => &mut counts.remaining,
            None => &mut counts.undecided,
        };
        *count += 1;
    }
    counts
}

fn recorded(exit: &TenantExit) -> RecordedExit {
    let departure = &exit.departure;
    RecordedExit {
        tenant: departure.tenant.clone(),
        ended_at: written(departure.ended_at),
        agreed_days: departure.days,
        due_at: departure.due_at().map(written),
        return_agreed: departure.returned.as_ref().map(|returned| returned.agreed),
        returned_at: departure.returned.as_ref().and_then(|returned| returned.on).map(written),
        counts: exit.counts(),
        searched: exit.searched,
        not_used: exit.not_used.clone(),
        items: exit.items.iter().map(item).collect(),
    }
}

fn item(item: &ExitItem) -> RecordedItem {
    let listed = &item.item;
    RecordedItem {
        kind: listed.kind.clone(),
        id: listed.id.clone(),
        name: listed.name.clone(),
        provider: listed.provider.clone(),
        account: listed.account.clone(),
        region: listed.region.clone(),
        state: item.state,
        in_time: item.in_time,
        removed_at: item.removed_at.map(written),
        recoverable_until: item.recoverable_until.map(written),
        residue: item.residue,
        known_by: item.known_by.clone(),
        deletion: item
            .deletion
            .as_ref()
            .map(|source| RecordedEvent { sha256: source.sha256.to_string(), index: source.index }),
        undecided: item.undecided,
    }
}
