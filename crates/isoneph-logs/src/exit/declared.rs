//! Departures as they are declared: who left, when, what was agreed, what was counted.

use std::path::Path;

use isoneph_tables::Instant;
use jiff::Timestamp;
use serde::Deserialize;
use toml::value::Datetime;

use super::{ExitItem, ItemState, KnownBy, ListedItem, Undecided};
use crate::line::line_of;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

pub(super) fn after_days(from: Instant, days: i64) -> Instant {
    Instant(from.0.saturating_add(days.saturating_mul(DAY)))
}

/// What is wrong with a file of departures.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct ExitError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The return of a tenant's assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Whether it was agreed.
    pub agreed: bool,
    /// When it was handed over.
    pub on: Option<Instant>,
}

/// A departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Who left.
    pub tenant: String,
    /// When the agreement ended.
    pub ended_at: Instant,
    /// After how many days everything was to be gone; `None` where nobody agreed on it.
    pub days: Option<i64>,
    /// Accounts that were the tenant's alone.
    pub accounts: Vec<String>,
    /// Tags that mark its things, as `key=value`.
    pub tags: Vec<String>,
    /// Beginnings of the names of its things.
    pub prefixes: Vec<String>,
    /// The return; `None` where nobody recorded anything of it.
    pub returned: Option<Return>,
    /// The file that declares it, as given.
    pub file: String,
    /// The place in it: `FILE:LINE`, or the name of an object.
    pub locator: String,
}

impl Departure {
    /// When everything was to be gone, where that was agreed.
    pub fn due_at(&self) -> Option<Instant> {
        self.days.map(|days| after_days(self.ended_at, days))
    }

    /// What was so of it on a day: what is to be handed back later is not handed back.
    pub(super) fn as_known(&self, as_of: Instant) -> Departure {
        let returned = self.returned.clone().map(|it| Return { on: it.on.filter(|on| *on <= as_of), ..it });
        Departure { returned, ..self.clone() }
    }

    /// Whether that time has passed.
    pub fn is_due(&self, as_of: Instant) -> Option<bool> {
        self.due_at().map(|due| due <= as_of)
    }

    /// Whether an instant is past the time when everything was to be gone.
    pub(super) fn is_late(&self, at: Instant) -> Option<bool> {
        self.due_at().map(|due| at > due)
    }

    /// Whether a thing is the tenant's. Azure takes capitals in names and in the keys of tags for what they are without:
    /// what is marked but for its capitals is not left out, in any cloud.
    pub fn owns(&self, item: &ListedItem) -> bool {
        let begins = |prefix: &str| item.name.get(..prefix.len()).is_some_and(|own| own.eq_ignore_ascii_case(prefix));
        let named = |prefix: &String| !prefix.is_empty() && begins(prefix);
        let is_marked = |tag: &String| item.tags.iter().any(|own| is_same_tag(own, tag));
        item.tenant.as_deref() == Some(&*self.tenant)
            || item
                .account
                .as_ref()
                .is_some_and(|account| self.accounts.iter().any(|own| own.eq_ignore_ascii_case(account)))
            || self.tags.iter().any(is_marked)
            || self.prefixes.iter().any(named)
    }
}

/// Whether two tags, as `key=value`, are one but for capitals in the key.
fn is_same_tag(one: &str, other: &str) -> bool {
    let parts = |tag: &str| tag.split_once('=').map(|(key, value)| (key.to_ascii_lowercase(), value.to_owned()));
    one == other || parts(one).is_some_and(|parted| parts(other) == Some(parted))
}

/// What is left of a tenant in a store that it shared with others, as somebody counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// The tenant.
    pub tenant: String,
    /// The store.
    pub store: String,
    /// What was counted; `None` where it was not.
    pub count: Option<u64>,
    /// When.
    pub counted_at: Option<Instant>,
    /// Until when a deleted row can be got back (backups of the store), where that is known.
    pub recoverable_until: Option<Instant>,
    /// Whether it is known that no copy of the store holds it any more.
    pub copies_expired: bool,
}

impl Residue {
    /// Nothing left in the store is removed only once its copies are gone as well. A count of a later day says nothing of
    /// this one, and copies that are said to be gone, and to last beyond this day, may have been there on it.
    pub(super) fn judge(&self, departure: &Departure, as_of: Instant) -> ExitItem {
        let counted = self.count.zip(self.counted_at);
        let counted = counted.filter(|(_, at)| (departure.ended_at..=as_of).contains(at));
        let copies_last = self.recoverable_until.map(|until| until > as_of);
        let state = counted.and_then(|(count, _)| match (count, copies_last, self.copies_expired) {
            (0, Some(true), true) | (0, None, false) => None,
            (0, Some(true), false) => Some(ItemState::Recoverable),
            (0, Some(false), _) | (0, None, true) => Some(ItemState::Removed),
            _ => Some(ItemState::Remaining),
        });
        let late = |at| departure.is_late(at) == Some(true);
        let in_time = match (state, counted) {
            (Some(ItemState::Removed), Some((_, at))) => {
                let last = self.recoverable_until.map_or(at, |until| until.max(at));
                (departure.is_late(last) == Some(false)).then_some(true)
            }
            (Some(ItemState::Remaining), Some((_, at))) => late(at).then_some(false),
            (Some(ItemState::Recoverable), _) => late(as_of).then_some(false),
            _ => None,
        };
        ExitItem {
            item: ListedItem {
                id: format!("{}/{}", self.store, self.tenant),
                kind: "residue".to_owned(),
                name: self.store.clone(),
                tenant: Some(self.tenant.clone()),
                ..ListedItem::default()
            },
            state,
            in_time,
            removed_at: None,
            recoverable_until: self.recoverable_until.filter(|_| state == Some(ItemState::Recoverable)),
            residue: counted.map_or(0, |(count, _)| count),
            known_by: counted.map(|_| KnownBy::ResidueCount).into_iter().collect(),
            deletion: None,
            undecided: match (state, counted) {
                (Some(_), _) => None,
                (None, None) => Some(Undecided::NotCounted),
                (None, Some(_)) => Some(Undecided::CopiesNotTold),
            },
        }
    }
}

/// When an inventory was taken, for formats that do not say it themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryTime {
    /// The file, or a folder with such files, as its path ends.
    pub path: String,
    /// When it was taken; `None` where the file says it.
    pub taken_at: Option<Instant>,
    /// The accounts of which it shows all there is, as `cloud/account`.
    pub complete: Vec<String>,
}

impl InventoryTime {
    /// Whether it is said of the file with this path.
    pub(super) fn is_of(&self, path: &str) -> bool {
        Path::new(path).ancestors().any(|part| part.ends_with(&self.path))
    }
}

/// A file of departures, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeparturesFile {
    /// Who left.
    pub departures: Vec<Departure>,
    /// What was counted.
    pub residues: Vec<Residue>,
    /// When inventories were taken.
    pub inventories: Vec<InventoryTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    exit: Vec<toml::Spanned<WrittenExit>>,
    #[serde(default)]
    residue: Vec<toml::Spanned<WrittenResidue>>,
    #[serde(default)]
    inventory: Vec<toml::Spanned<WrittenInventory>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenInventory {
    path: String,
    taken_at: Option<Datetime>,
    #[serde(default)]
    complete: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExit {
    tenant: String,
    ended_on: Datetime,
    days: u32,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    return_agreed: Option<bool>,
    returned_on: Option<Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResidue {
    tenant: String,
    store: String,
    count: Option<u64>,
    counted_on: Option<Datetime>,
    recoverable_until: Option<Datetime>,
    #[serde(default)]
    copies_expired: bool,
}

impl DeparturesFile {
    /// Reads departures. A date without a time is its end in UTC; `file` is the name that errors show.
    ///
    /// ```toml
    /// [[exit]]
    /// tenant = "acme"
    /// ended_on = 2026-09-30
    /// days = 30                      # everything is gone after so many days
    /// accounts = ["222222222222"]    # accounts that were the tenant's alone
    /// tags = ["tenant=acme"]
    /// prefixes = ["acme-"]
    /// return_agreed = true
    /// returned_on = 2026-09-28
    /// [[residue]]
    /// tenant = "acme"
    /// store = "orders"
    /// count = 0
    /// counted_on = 2026-10-20
    /// recoverable_until = 2026-11-20 # when the last backup of the store that holds it expires
    /// [[inventory]]
    /// path = "after.json"            # a state says neither when it was taken nor that it is all there is
    /// taken_at = 2026-11-01
    /// complete = ["aws/222222222222"]
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<DeparturesFile, ExitError> {
        let refuse =
            |byte: usize, message: String| ExitError { file: file.to_owned(), line: line_of(text, byte), message };
        let document: Document = toml::from_str(text)
            .map_err(|error| refuse(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let time = |byte: usize, time: &Datetime| {
            end_of(time).ok_or_else(|| refuse(byte, format!("'{time}' is neither a date nor a time with an offset")))
        };
        let mut read = DeparturesFile::default();
        for exit in document.exit {
            let byte = exit.span().start;
            let exit = exit.into_inner();
            if read.declares(&exit.tenant) {
                return Err(refuse(byte, format!("a second [[exit]] of the tenant '{}'", exit.tenant)));
            }
            let on = exit.returned_on.as_ref().map(|on| time(byte, on)).transpose()?;
            let returned = (exit.return_agreed.is_some() || on.is_some())
                .then(|| Return { agreed: exit.return_agreed.unwrap_or(true), on });
            read.departures.push(Departure {
                ended_at: time(byte, &exit.ended_on)?,
                tenant: exit.tenant,
                days: Some(i64::from(exit.days)),
                accounts: exit.accounts,
                tags: exit.tags,
                prefixes: exit.prefixes,
                returned,
                file: file.to_owned(),
                locator: format!("{file}:{}", line_of(text, byte)),
            });
        }
        for residue in document.residue {
            let byte = residue.span().start;
            let residue = residue.into_inner();
            if !read.declares(&residue.tenant) {
                return Err(refuse(byte, format!("no [[exit]] of the tenant '{}'", residue.tenant)));
            }
            read.residues.push(Residue {
                counted_at: residue.counted_on.as_ref().map(|on| time(byte, on)).transpose()?,
                recoverable_until: residue.recoverable_until.as_ref().map(|on| time(byte, on)).transpose()?,
                tenant: residue.tenant,
                store: residue.store,
                count: residue.count,
                copies_expired: residue.copies_expired,
            });
        }
        for inventory in document.inventory {
            let byte = inventory.span().start;
            let WrittenInventory { path, taken_at, complete } = inventory.into_inner();
            if let Some(wrong) = complete.iter().find(|account| !account.contains('/')) {
                return Err(refuse(byte, format!("'{wrong}' is not written as cloud/account: aws/222222222222")));
            }
            let taken_at = taken_at.map(|at| time(byte, &at)).transpose()?;
            read.inventories.push(InventoryTime { path, taken_at, complete });
        }
        Ok(read)
    }

    /// Whether it says that a tenant left.
    pub fn declares(&self, tenant: &str) -> bool {
        self.departures.iter().any(|departure| departure.tenant == tenant)
    }

    /// Adds what another file says. What is there of a tenant stays.
    pub fn add(&mut self, other: DeparturesFile) {
        let known: Vec<String> = self.departures.iter().map(|departure| departure.tenant.clone()).collect();
        self.departures.extend(other.departures.into_iter().filter(|departure| !known.contains(&departure.tenant)));
        self.residues.extend(other.residues.into_iter().filter(|residue| !known.contains(&residue.tenant)));
        self.inventories.extend(other.inventories);
    }
}

/// A time; of a date its end in UTC.
pub(crate) fn end_of(time: &Datetime) -> Option<Instant> {
    let text = match (time.time, time.offset) {
        (None, None) => format!("{}T23:59:59.999999Z", time.date?),
        _ => time.to_string(),
    };
    text.parse::<Timestamp>().ok().map(|timestamp| Instant(timestamp.as_microsecond()))
}
