//! Audit logs: kept as Parquet for the run, read once more for what is critical in them and for what they leave out.
//!
//! Millions of events do not fit rows in memory. What becomes of them does: one row a critical operation, one a day of a
//! stream, one a silence. The events themselves stay in the store.

mod against;
mod digests;
mod exits;
mod feeds;
mod inputs;
mod records;
mod register;
mod services;
mod signs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use isoneph_logs::coverage::{self, CoverageBuilder, CoverageInputs, InScope, OpenPage, expected_streams};
use isoneph_logs::digest::{DigestReport, DigestsOfStores, is_signature};
use isoneph_logs::exit::{DeparturesFile, ExitTracker, Listing, TenantExit};
use isoneph_logs::feed::{self, FeedWatch, RecordState};
use isoneph_logs::ingest::{IngestError, Manifest, Options, each_batch, each_batch_of_rows, ingest_into, is_store};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{self, Reconciler};
use isoneph_logs::signs::{self as misuse, SignCatalogue, SignFinder};
use isoneph_model::{InputId, Locator, SnapshotKind};
use isoneph_tables::{Attribution, Inventory, Sink, SinkError, TableId};

pub use against::{LogsAgainst, files_of};
use feeds::Feeds;
use inputs::{Inputs, is_log, lost, open_pages};

/// Why audit logs could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// They could not be taken in.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The store could not be read back.
    #[error("{path}: the store of events cannot be read: {message}")]
    Store {
        /// The part of the store.
        path: String,
        /// Why.
        message: String,
    },
    /// A file that the user names beside the logs is not as it should be.
    #[error("{0}")]
    Given(String),
    /// More than a run can hold.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Audit logs that were taken in.
#[derive(Debug, Clone, Default)]
pub struct Logs {
    /// The files that are audit logs: nobody else needs to look at them.
    pub files: BTreeSet<PathBuf>,
    /// The folders among what was given that are stores of events.
    pub stores: BTreeSet<PathBuf>,
    /// The Parquet files that hold the events, store by store. Two stores may hold the same event.
    pub parts: Vec<Vec<PathBuf>>,
    /// How many events they hold.
    pub events: u64,
    /// The snapshot that the events belong to.
    pub snapshot: Option<i64>,
    inputs: Inputs,
    digests: DigestsOfStores,
    /// Whether something of the logs could not be read, or was not given.
    has_losses: bool,
    /// Pages behind which more follows.
    pages: Vec<OpenPage>,
    feeds: Feeds,
}

/// What the logs came to; all of it is in the sink.
#[derive(Debug, Default)]
pub struct Judged {
    /// What digests show, where there are any.
    pub digests: Option<DigestReport>,
    /// What became of the things of those who left.
    pub exits: Vec<TenantExit>,
}

impl Logs {
    /// Takes in every audit log among the paths, into `folder`, which must be empty. Stores that earlier runs made are
    /// taken as they are. What `feeds` declares, tenants' feeds, is taken in apart from them.
    ///
    /// # Errors
    /// Where a store cannot be written or read; what is wrong with a log is a reject of its input.
    pub fn take(
        folder: &Path,
        paths: &[PathBuf],
        feeds: &[PathBuf],
        attribution: &dyn Attribution,
        sink: &mut Sink,
    ) -> Result<Logs, LogsError> {
        let mut logs = Logs { feeds: Feeds::declared(feeds)?, ..Logs::default() };
        let mut raw = Vec::new();
        for path in paths.iter().filter(|path| path.exists()) {
            let Some(manifest) = store_at(path)? else {
                raw.push(path.clone());
                continue;
            };
            // A store that is named twice, however its path is written, is one.
            let real = path.canonicalize().ok();
            let is_known = logs.stores.iter().any(|known| known.canonicalize().ok() == real);
            logs.stores.insert(path.clone());
            if !is_known {
                logs.add_store(path, &manifest, sink)?;
            }
        }
        if !raw.is_empty() {
            let store = folder.join("record");
            let elsewhere = logs.feeds.places_below(&raw);
            let pass_over = crate::input::is_terraform;
            let options = Options { durable: false, pass_over, elsewhere, copy_digests: false, ..Options::default() };
            ingest_into(&store, &raw, &options, attribution)?;
            if let Some(manifest) = Manifest::load(&store)? {
                logs.add_store(&store, &manifest, sink)?;
            }
        }
        logs.snapshot = logs.inputs.first().map(|first| sink.snapshot(first, SnapshotKind::Recorded, None));
        logs.feeds.take(folder, attribution, &mut logs.inputs, sink)?;
        Ok(logs)
    }

    fn add_store(&mut self, folder: &Path, manifest: &Manifest, sink: &mut Sink) -> Result<(), LogsError> {
        self.events += manifest.events;
        self.parts.push(manifest.part_paths(folder));
        self.digests.note_store(folder, manifest);
        for entry in manifest.files(folder) {
            let entry = entry?;
            let path = PathBuf::from(&entry.path);
            if is_signature(&path) {
                self.files.insert(path);
                self.digests.note(&entry);
            } else if is_log(&entry) && self.files.insert(path) {
                self.inputs.add(&entry, sink);
                self.has_losses |= lost(&entry) > 0;
                self.digests.note(&entry);
            } else if entry.copied {
                // It was met before without a copy.
                self.digests.note(&entry);
            }
        }
        let pages = open_pages(folder, manifest)?;
        self.inputs.tell_more(&pages, sink);
        self.has_losses |= !pages.is_empty();
        self.pages.extend(pages);
        let conflicts = manifest.totals.conflicts;
        if let Some(first) = self.inputs.first().filter(|_| conflicts > 0) {
            let message =
                format!("{conflicts} events carry the id of another event and say something else: all are kept");
            sink.input_mut(first).notes.push(message);
        }
        Ok(())
    }

    /// The files of feeds, as one comes across them below these paths: nobody else needs to look at them.
    pub fn feed_files(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        self.feeds.files_below(paths)
    }

    /// Holds the logs against what was approved, what should be there and who left, and writes what comes of it. What
    /// else is evidence must be in the sink already.
    ///
    /// # Errors
    /// Where the store cannot be read, or a file that the user names is not as it should be.
    pub fn judge(&mut self, against: &LogsAgainst<'_>, sink: &mut Sink) -> Result<Judged, LogsError> {
        let departures = exits::departures(against, &mut self.inputs, sink)?;
        let catalogue = against.catalogue()?;
        let mut watch = self.feeds.watch(against, &catalogue)?;
        let judged = self.judge_record(against, &catalogue, departures, watch.as_mut(), sink)?;
        if let Some(watch) = watch {
            let feeds = self.feeds.finish(watch, RecordState { has_losses: self.has_losses });
            feeds::write(&feeds, &mut self.inputs, sink)?;
        }
        Ok(judged)
    }

    fn judge_record(
        &mut self,
        against: &LogsAgainst<'_>,
        catalogue: &Catalogue,
        departures: DeparturesFile,
        watch: Option<&mut FeedWatch<'_>>,
        sink: &mut Sink,
    ) -> Result<Judged, LogsError> {
        let Some(first) = self.inputs.first().filter(|_| self.snapshot.is_some() || !departures.departures.is_empty())
        else {
            return Ok(Judged::default());
        };
        let snapshot = self.snapshot.unwrap_or_else(|| sink.snapshot(first, SnapshotKind::Recorded, None));
        let seen = sink.so_far(&tables_before(!departures.departures.is_empty()))?;
        let signs = signs::catalogue()?;
        let tracker = exits::tracker(catalogue, departures, &seen).with_pages(self.pages.clone());
        let (pass, exits) = self.pass(against, (catalogue, &signs), tracker, watch)?;
        exits::write(&exits, &mut self.inputs, snapshot, sink)?;
        if self.snapshot.is_none() {
            return Ok(Judged { digests: None, exits });
        }
        let digests = self.write(pass, (against, catalogue), &seen, (snapshot, first), sink)?;
        Ok(Judged { digests, exits })
    }

    /// One pass over the events.
    fn pass<'c>(
        &self,
        against: &LogsAgainst<'_>,
        (catalogue, signs): (&'c Catalogue, &'c SignCatalogue),
        mut tracker: ExitTracker<'c>,
        mut watch: Option<&mut FeedWatch<'_>>,
    ) -> Result<(Pass<'c>, Vec<TenantExit>), LogsError> {
        let mut pass = Pass {
            reconciler: Reconciler::new(catalogue),
            coverage: CoverageBuilder::default(),
            signs: SignFinder::new(signs),
        };
        let of_feeds = if watch.is_some() { feed::COLUMNS } else { &[] };
        let columns = reconcile::COLUMNS.iter().chain(coverage::COLUMNS).chain(misuse::COLUMNS);
        let columns: Vec<&str> = columns.chain(tracker.columns()).chain(of_feeds).copied().collect();
        let mut rows = 0;
        for part in self.parts.iter().flatten() {
            let told = |message: String| LogsError::Store { path: part.display().to_string(), message };
            each_batch(part, &columns, &mut |batch| {
                rows += batch.num_rows() as u64;
                let broken = |error: reconcile::BatchError| told(error.to_string());
                pass.reconciler.observe_batch(batch).map_err(broken)?;
                pass.coverage.observe_batch(batch).map_err(broken)?;
                if let Some(watch) = &mut watch {
                    watch.observe_record_batch(batch).map_err(broken)?;
                }
                pass.signs.mark_batch(batch).map_err(broken)?;
                tracker.observe_batch(batch).map_err(broken)
            })?;
            signs::look_again(part, &mut pass.signs)?;
            read_requests(part, &mut pass.reconciler)?;
        }
        signs::look_at_last(&mut pass.signs)?;
        if rows != self.events {
            let message = format!("its manifest counts {} events, its files hold {rows}", self.events);
            return Err(LogsError::Store { path: String::new(), message });
        }
        let exits = against.as_of.map(|as_of| tracker.finish(as_of)).unwrap_or_default();
        Ok((pass, exits))
    }

    fn write(
        &mut self,
        pass: Pass<'_>,
        (against, catalogue): (&LogsAgainst<'_>, &Catalogue),
        seen: &Inventory,
        (snapshot, first): (i64, InputId),
        sink: &mut Sink,
    ) -> Result<Option<DigestReport>, LogsError> {
        let records = records::records(against, catalogue, &mut self.inputs, snapshot, sink)?;
        let signs = pass.signs.finish(signs::inside(against, &records.declared, seen));
        let reconciled = pass.reconciler.finish(&records);
        tell_of_operations(&reconciled.seen, first, sink);
        let digests = digests::verified(std::mem::take(&mut self.digests), against, first, sink)?;
        let scope = InScope { accounts: &against.accounts, regions: &against.regions };
        let covered = pass.coverage.finish(&CoverageInputs {
            period: against.period,
            expected: expected_streams(seen, scope, digests.as_ref()),
            proven: digests.iter().flat_map(|report| report.proven.clone()).collect(),
            holes: digests.iter().flat_map(DigestReport::holes).collect(),
            pages: std::mem::take(&mut self.pages),
            ..CoverageInputs::default()
        });
        let inputs = &mut self.inputs;
        let mut input_of = |sink: &mut Sink, path: &str, sha256: &str| inputs.of(path, sha256, sink);
        reconciled.write(&records, sink, snapshot, &mut input_of)?;
        signs.write(sink, snapshot, (first, !self.has_losses), &mut input_of)?;
        covered.write(&reconciled.operations, sink, snapshot, first, &mut input_of)?;
        if let Some(report) = &digests {
            report.write(&reconciled.operations, &covered, sink, snapshot, &mut input_of)?;
        }
        Ok(digests)
    }
}

/// The manifest of a store of events that an earlier run made, held against its files; `None` where there is no store.
fn store_at(path: &Path) -> Result<Option<Manifest>, LogsError> {
    match Manifest::load(path) {
        Ok(Some(manifest)) => {
            manifest.check(path)?;
            Ok(Some(manifest))
        }
        // A manifest.json that is another program's is none of ours to judge.
        Err(error) if is_store(path) => Err(error.into()),
        _ => Ok(None),
    }
}

/// What one pass over the events collects.
struct Pass<'c> {
    reconciler: Reconciler<'c>,
    coverage: CoverageBuilder,
    signs: SignFinder<'c>,
}

/// Reads what the operations of a file asked for that weaken a record only by that.
fn read_requests(part: &Path, reconciler: &mut Reconciler<'_>) -> Result<(), LogsError> {
    let marked = reconciler.take_marked();
    if marked.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = reconcile::COLUMNS.iter().chain(reconcile::ASKED_COLUMNS).copied().collect();
    let told = |error: reconcile::BatchError| LogsError::Store {
        path: part.display().to_string(),
        message: error.to_string(),
    };
    each_batch_of_rows(part, &columns, marked, &mut |batch| reconciler.read_requests(batch).map_err(told))
}

/// Tells of operations that were not kept, and of those whose ids contradict one another.
fn tell_of_operations(seen: &reconcile::Seen, first: InputId, sink: &mut Sink) {
    let reconcile::Seen { dropped, conflicts, .. } = seen;
    if *dropped > 0 {
        let message = format!("{dropped} critical operations are beyond the most that are kept: they were not judged");
        sink.reject(first, Locator::new("#"), "too-many-operations", message);
    }
    if *conflicts > 0 {
        let message = format!(
            "{conflicts} records of critical operations carry the id of another one, of that day or another, and say something else: all are kept"
        );
        sink.input_mut(first).notes.push(message);
    }
}

/// The tables that what follows is set against.
fn tables_before(departures: bool) -> Vec<TableId> {
    let listings = if departures { Listing::tables() } else { Vec::new() };
    let others = ["audit_trail", signs::RESOURCES].into_iter().filter_map(TableId::find);
    listings.into_iter().chain(others).collect()
}
