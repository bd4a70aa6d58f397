//! Signs that data leaves the service, or that it is used against others, as far as audit logs can show them.
//!
//! A sign is told by the name of its operation first: what was asked for stands in columns that are by far the largest
//! of a store, and is read of the few rows alone whose operation may be one. What the request says then decides: who gets
//! something, and whether that is outside. Where it does not say, the sign stays, and where it leads is unknown.
//!
//! An audit log shows what was set up and asked for. Traffic that a server sends, and what is read through a door that
//! was opened, are for flow logs, logs of data access and detectors.

mod aws;
mod catalogue;
pub(crate) mod condition;
mod fold;
mod found;
mod google;
mod grantee;
mod known;
mod mark;
mod new_regions;
mod path;
mod policy;
pub(crate) mod record;
mod seen;
mod write;

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use ring::digest::{SHA256, digest};

use crate::event::{Event, SourcePlace, is_notice};
use crate::reconcile::BatchError;
use crate::reconcile::batch::each_wanted;
use crate::reconcile::columns::{Batch, time};

pub use catalogue::{Reach, Sign, SignCatalogue, SignKind, SignsError};
pub use known::Inside;
pub use seen::{SeenSign, Signs};

use fold::{Fold, Sighting};
use found::look;
use mark::{Columns, Memo};
use new_regions::NewRegions;
use record::Said;

/// The columns of `audit_event` by which rows are marked.
pub const COLUMNS: &[&str] = &[
    "provider",
    "operation_name",
    "category",
    "account",
    "actor_account",
    "actor_kind",
    "native_type",
    "region",
    "time",
    "outcome",
];
/// The columns that marked rows are read with, beside those of [`reconcile`](crate::reconcile::COLUMNS).
pub const MORE_COLUMNS: &[&str] = &["category", "actor_account", "raw_request", "raw_response", "raw_additional"];

/// Looks for signs in a stream of events.
pub struct SignFinder<'c> {
    catalogue: &'c SignCatalogue,
    /// Rows of the file that is being read that may be signs, and how many rows of it were seen.
    marked: Vec<Range<usize>>,
    rows: usize,
    fold: Fold,
    new_regions: NewRegions,
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
            new_regions: NewRegions::default(),
            met: HashSet::new(),
            accounts: BTreeSet::new(),
        }
    }

    /// Marks the rows of a batch, the next one of its file, that may be signs. It has [`COLUMNS`] at least.
    pub fn mark_batch(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        let rows = Batch(batch);
        let columns = Columns::of(&rows)?;
        self.note_accounts(&columns, batch.num_rows());
        let mut memo = Memo::new(&columns);
        for row in 0..batch.num_rows() {
            let may = columns.may(row, self.catalogue, &mut memo);
            let at = self.rows + row;
            if let Some(days) = may.first_after_days {
                columns.note_first(row, at, days, &mut self.new_regions);
            }
            if columns.may_be_sign(row, may) {
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
    pub fn take_marked(&mut self, part: &Path) -> Vec<Range<usize>> {
        self.rows = 0;
        self.new_regions.end_part(part);
        std::mem::take(&mut self.marked)
    }

    /// The rows that can be told to be signs only now that all files were read, file by file.
    pub fn take_last(&mut self) -> Vec<(PathBuf, Vec<Range<usize>>)> {
        let ranges = |rows: Vec<usize>| rows.into_iter().map(|row| row..row + 1).collect();
        self.new_regions.rows().into_iter().map(|(part, rows)| (part, ranges(rows))).collect()
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
    fn note_accounts(&mut self, columns: &Columns<'_>, rows: usize) {
        let mut last: Option<(Option<&str>, Option<&str>)> = None;
        let mut heard = i64::MAX;
        for row in (0..rows).filter(|row| !is_notice(columns.native_type.get(*row))) {
            let own = (columns.provider.get(row), columns.account.get(row));
            let at = time(columns.time, row).map_or(i64::MAX, |time| time.0);
            if last == Some(own) && at >= heard {
                continue;
            }
            heard = if last == Some(own) { heard.min(at) } else { at };
            if at < i64::MAX {
                self.new_regions.hear(own.0.unwrap_or_default(), own.1.unwrap_or_default(), at);
            }
            if last != Some(own) && self.accounts.len() < MAX_ACCOUNTS {
                self.accounts.insert((own.0.unwrap_or_default().to_owned(), own.1.map(str::to_owned)));
            }
            last = Some(own);
        }
    }

    /// Decides where the signs lead.
    pub fn finish(self, mut inside: Inside) -> Signs {
        for (_, account) in &self.accounts {
            account.iter().for_each(|account| inside.add_seen(account));
        }
        let (rows, dropped) = self.fold.finish();
        let dropped = dropped + self.new_regions.dropped;
        let (catalogue, regions) = (self.catalogue, &self.new_regions);
        let rows = rows.filter(|(key, _, folded)| {
            let days = catalogue.find(&key.provider, &key.name, &key.what).and_then(|sign| sign.first_after_days);
            days.is_none_or(|days| regions.is_first(key, folded, days))
        });
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

#[cfg(test)]
mod tests;
