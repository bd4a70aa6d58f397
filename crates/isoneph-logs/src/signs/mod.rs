//! Signs that data leaves the service, or that it is used against others, as far as audit logs can show them.
//!
//! A sign is told by the name of its operation first: what was asked for stands in columns that are by far the largest
//! of a store, and is read of the few rows alone whose operation may be one. What the request says then decides: who gets
//! something, and whether that is outside. Where it does not say, the sign stays, and where it leads is unknown.
//!
//! An audit log shows what was set up and asked for. Traffic that a server sends, and what is read through a door that
//! was opened, are for flow logs, logs of data access and detectors.

mod catalogue;
mod condition;
mod fold;
mod found;
mod grantee;
mod known;
mod path;
mod policy;
mod record;
mod write;

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use arrow::array::RecordBatch;
use isoneph_model::GapCode;
use isoneph_tables::Instant;
use ring::digest::{SHA256, digest};

use crate::event::{ActorKind, Category, Event, SourcePlace, is_notice};
use crate::reconcile::BatchError;
use crate::reconcile::batch::each_wanted;
use crate::reconcile::columns::{Batch, Texts};

pub use catalogue::{Reach, Sign, SignCatalogue, SignKind, SignsError};
pub use known::Inside;

use catalogue::Platform;
use fold::{Fold, Sighting};
use found::look;
use record::Said;

/// The columns of `audit_event` by which rows are marked.
pub const COLUMNS: &[&str] =
    &["provider", "operation_name", "category", "account", "actor_account", "actor_kind", "native_type"];
/// The columns that marked rows are read with, beside those of [`reconcile`](crate::reconcile::COLUMNS).
pub const MORE_COLUMNS: &[&str] = &["category", "actor_account", "raw_request", "raw_response", "raw_additional"];

/// Looks for signs in a stream of events.
pub struct SignFinder<'c> {
    catalogue: &'c SignCatalogue,
    /// Rows of the file that is being read that may be signs, and how many rows of it were seen.
    marked: Vec<Range<usize>>,
    rows: usize,
    fold: Fold,
    /// Events that were taken in, by digests of their identities: two stores may hold the same.
    met: HashSet<[u8; 16]>,
    accounts: BTreeSet<(String, Option<String>)>,
}

/// The most events that are told apart from their repeats; beyond it counts may be too high, and nothing else.
const MAX_MET: usize = 1_000_000;
/// The most accounts that are told apart: of others nobody can say that their logs were looked at.
const MAX_ACCOUNTS: usize = 100_000;

impl<'c> SignFinder<'c> {
    /// A finder of the signs of a catalogue.
    pub fn new(catalogue: &'c SignCatalogue) -> SignFinder<'c> {
        SignFinder {
            catalogue,
            marked: Vec::new(),
            rows: 0,
            fold: Fold::default(),
            met: HashSet::new(),
            accounts: BTreeSet::new(),
        }
    }

    /// Marks the rows of a batch, the next one of its file, that may be signs. It has [`COLUMNS`] at least.
    pub fn mark_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let rows = Batch(batch);
        let columns = Columns {
            provider: rows.texts("provider")?,
            name: rows.texts("operation_name")?,
            category: rows.texts("category")?,
            account: rows.texts("account")?,
            actor_account: rows.texts("actor_account")?,
            actor_kind: rows.texts("actor_kind")?,
        };
        self.note_accounts(&columns, &rows.texts("native_type")?, batch.num_rows());
        let mut memo = Memo::new(&columns);
        for row in 0..batch.num_rows() {
            if columns.may_be_sign(row, self.catalogue, &mut memo) {
                let at = self.rows + row;
                match self.marked.last_mut() {
                    Some(last) if last.end == at => last.end += 1,
                    _ => self.marked.push(at..at + 1),
                }
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    /// The rows of the file that were marked, and a new beginning for the next one.
    pub fn take_marked(&mut self) -> Vec<Range<usize>> {
        self.rows = 0;
        std::mem::take(&mut self.marked)
    }

    /// Looks into the rows of a batch, which were marked. It has the columns of [`reconcile`](crate::reconcile::COLUMNS)
    /// and [`MORE_COLUMNS`].
    pub fn observe_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        each_wanted(batch, &|_, _| true, &mut |event, place| self.observe(event, place)).map(drop)
    }

    /// Looks into an event.
    pub fn observe(&mut self, event: &Event<'_>, place: &SourcePlace<'_>) {
        let Some(name) = event.operation_name.as_deref() else { return };
        let catalogue = self.catalogue;
        let Some((platform, signs)) = catalogue.of_operation(&event.provider, name) else { return };
        if signs.is_empty() || !self.is_new(event) {
            return;
        }
        let said = Said::new(event);
        for sign in signs {
            let found = look(sign, platform, event, &said);
            // What is none may still outweigh another record of the operation that does not say what was asked for.
            if found.is_some() || event.phase.is_some() {
                self.fold.add(Sighting::new((sign.kind, &sign.id), event, place, found));
            }
        }
    }

    /// Whether the event was not met before, in another store. One that has the identity of another and says something
    /// else is another.
    fn is_new(&mut self, event: &Event<'_>) -> bool {
        let mut said = String::new();
        event.write_uid(&mut said);
        let outcome = event.outcome.map_or("", |outcome| outcome.as_str());
        let time = event.time.map_or_else(String::new, |time| time.0.to_string());
        let request = event.raw_request.as_deref().unwrap_or_default();
        for text in [outcome, &time, event.operation_name.as_deref().unwrap_or_default(), request] {
            said.push('\u{1f}');
            said.push_str(text);
        }
        let digest = digest(&SHA256, said.as_bytes());
        let Some(short) = digest.as_ref().first_chunk().copied() else { return true };
        self.met.len() >= MAX_MET || self.met.insert(short)
    }

    /// An account of which there is no more than what a detector noticed is none whose log was looked at.
    fn note_accounts(&mut self, columns: &Columns<'_>, kind: &Texts<'_>, rows: usize) {
        let mut last: Option<(Option<&str>, Option<&str>)> = None;
        for row in (0..rows).filter(|row| !is_notice(kind.get(*row))) {
            let own = (columns.provider.get(row), columns.account.get(row));
            if last != Some(own) && self.accounts.len() < MAX_ACCOUNTS {
                last = Some(own);
                self.accounts.insert((own.0.unwrap_or_default().to_owned(), own.1.map(str::to_owned)));
            }
        }
    }

    /// Decides where the signs lead.
    pub fn finish(self, mut inside: Inside) -> Signs {
        for (_, account) in &self.accounts {
            account.iter().for_each(|account| inside.add_seen(account));
        }
        let (rows, dropped) = self.fold.finish();
        let decide = |(key, found, folded): (fold::Key, found::Found, fold::Folded)| {
            let platform = self.catalogue.platform_of(&key.provider, &key.name);
            let of_cloud = |account: &str| platform.is_some_and(|p| p.own_accounts.contains(account));
            SeenSign {
                outside: inside.outside(&found, key.account.as_deref(), &of_cloud),
                to: found.to.iter().map(|to| to.text().to_owned()).collect(),
                key,
                folded,
            }
        };
        Signs { rows: rows.map(decide).collect(), dropped, accounts: self.accounts }
    }
}

/// The columns by which rows are marked.
struct Columns<'a> {
    provider: Texts<'a>,
    name: Texts<'a>,
    category: Texts<'a>,
    account: Texts<'a>,
    actor_account: Texts<'a>,
    actor_kind: Texts<'a>,
}

/// What was found out about pairs of a provider and an operation, by their numbers in the dictionaries of a batch.
struct Memo {
    known: Vec<Option<May>>,
    width: usize,
}

/// The most pairs that are remembered for a batch.
const MAX_PAIRS: usize = 1 << 20;

impl Memo {
    fn new(columns: &Columns<'_>) -> Memo {
        let width = columns.name.distinct().unwrap_or_default();
        let pairs = columns.provider.distinct().unwrap_or_default().saturating_mul(width);
        Memo { known: vec![None; if pairs <= MAX_PAIRS { pairs } else { 0 }], width }
    }

    fn place(&mut self, provider: Option<usize>, name: Option<usize>) -> Option<&mut Option<May>> {
        self.known.get_mut(provider? * self.width + name?)
    }
}

/// Which records of an operation may be signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct May {
    /// All.
    all: bool,
    /// Those of whoever acted from another account, or without one.
    by_others: bool,
    /// Those of whoever is no program.
    by_people: bool,
    /// Those that say that something was unusual.
    as_insight: bool,
}

impl Columns<'_> {
    fn may_be_sign(&self, row: usize, catalogue: &SignCatalogue, memo: &mut Memo) -> bool {
        let may = self.may(row, catalogue, memo);
        may.all
            || (may.by_others && self.is_by_others(row))
            || (may.by_people && !matches!(self.actor_kind.get(row), Some("workload" | "service")))
            || (may.as_insight && self.category.get(row) == Some("insight"))
    }

    fn may(&self, row: usize, catalogue: &SignCatalogue, memo: &mut Memo) -> May {
        let look_up = || {
            let (provider, name) = (self.provider.get(row), self.name.get(row));
            may(catalogue, provider.unwrap_or_default(), name.unwrap_or_default())
        };
        match memo.place(self.provider.number(row), self.name.number(row)) {
            Some(known) => *known.get_or_insert_with(look_up),
            None => look_up(),
        }
    }

    fn is_by_others(&self, row: usize) -> bool {
        let account = self.actor_account.get(row).filter(|account| !account.is_empty());
        self.actor_kind.get(row) == Some("anonymous")
            || account.is_some_and(|account| self.account.get(row) != Some(account))
    }
}

fn may(catalogue: &SignCatalogue, provider: &str, name: &str) -> May {
    let mut may = May::default();
    for sign in catalogue.of_operation(provider, name).map(|(_, signs)| signs).unwrap_or_default() {
        let programs = [ActorKind::Workload, ActorKind::Service];
        let by_people = !sign.actors.is_empty() && !programs.iter().any(|kind| sign.actors.contains(kind));
        match () {
            () if sign.category == Some(Category::Insight) => may.as_insight = true,
            () if sign.is_by_actor() => may.by_others = true,
            () if by_people => may.by_people = true,
            () => may.all = true,
        }
    }
    may
}

impl SignCatalogue {
    /// The signs that an operation of this name may be.
    fn of_operation(&self, provider: &str, name: &str) -> Option<(&Platform, Vec<&Sign>)> {
        let (platform, name) = self.platform_and_name(provider, name)?;
        let signs = platform.of_operation(name).into_iter().filter_map(|index| platform.signs.get(index));
        Some((platform, signs.collect()))
    }

    fn platform_of(&self, provider: &str, name: &str) -> Option<&Platform> {
        self.platform_and_name(provider, name).map(|(platform, _)| platform)
    }
}

/// What the logs show, row by row.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    rows: Vec<SeenSign>,
    /// How many are in none of the rows.
    pub dropped: u64,
    /// The accounts whose logs were looked at.
    accounts: BTreeSet<(String, Option<String>)>,
}

/// A row: what one actor did on one day, in one place and to one end.
#[derive(Debug, Clone)]
pub struct SeenSign {
    key: fold::Key,
    folded: fold::Folded,
    to: Vec<String>,
    outside: Result<bool, GapCode>,
}

impl SeenSign {
    /// What it is a sign of.
    pub fn kind(&self) -> SignKind {
        self.key.kind
    }

    /// What happened, as the catalogue names it.
    pub fn what(&self) -> &str {
        &self.key.what
    }

    /// The operation in one spelling.
    pub fn operation_name(&self) -> &str {
        &self.key.name
    }

    /// Who gets it.
    pub fn to(&self) -> &[String] {
        &self.to
    }

    /// Whether it leads outside, or why that cannot be told.
    pub fn outside(&self) -> Result<bool, GapCode> {
        self.outside
    }

    /// Whether it was done.
    pub fn carried_out(&self) -> Option<bool> {
        self.key.carried_out
    }

    /// How many events it was.
    pub fn events(&self) -> u64 {
        self.folded.events
    }

    /// The first and the last time.
    pub fn times(&self) -> (Option<Instant>, Option<Instant>) {
        (self.folded.first.time, self.folded.last)
    }
}

impl Signs {
    /// The rows, by cloud, account, kind and what they are.
    pub fn rows(&self) -> &[SeenSign] {
        &self.rows
    }
}

#[cfg(test)]
mod tests;
