//! Audit logs: kept as Parquet for the run, read once more for what is critical in them and for what they leave out.
//!
//! Millions of events do not fit rows in memory. What becomes of them does: one row a critical operation, one a day of a
//! stream, one a silence. The events themselves stay in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use isoneph_logs::changes::{self, Change, RefusedChange};
use isoneph_logs::coverage::{CoverageBuilder, CoverageInputs};
use isoneph_logs::ingest::{FileEntry, FileStatus, IngestError, Manifest, Options, ingest_into};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::{Reconciler, Records, write_changes};
use isoneph_model::{Digest, EvidenceClass, InputId, Locator, SnapshotKind};
use isoneph_tables::{Attribution, NewInput, Sink, SinkError};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Rows read at a time.
const BATCH: usize = 8192;

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
    /// A file of changes could not be read.
    #[error("{0}")]
    Changes(String),
    /// The catalogue of critical operations is not as it should be.
    #[error("{0}")]
    Operations(String),
    /// More than a run can hold.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Audit logs that were taken in.
#[derive(Debug, Default)]
pub struct Logs {
    /// The files that are audit logs: nobody else needs to look at them.
    pub files: BTreeSet<PathBuf>,
    /// The Parquet files that hold the events.
    pub parts: Vec<PathBuf>,
}

/// Takes in every audit log among the paths, into `folder`, and writes what is critical and what is missing into the sink.
/// `change_files` hold approved changes; without any, nobody can tell whether an operation was approved.
///
/// # Errors
/// Where the store cannot be written or read; what is wrong with a log is a reject of its input.
pub fn read_logs(
    folder: &Path,
    paths: &[PathBuf],
    change_files: &[PathBuf],
    attribution: &dyn Attribution,
    sink: &mut Sink,
) -> Result<Logs, LogsError> {
    let there: Vec<PathBuf> = paths.iter().filter(|path| path.exists()).cloned().collect();
    let options = Options { durable: false, pass_over: crate::input::is_terraform, ..Options::default() };
    let summary = ingest_into(folder, &there, &options, attribution)?;
    let Some(manifest) = Manifest::load(folder)? else { return Ok(Logs::default()) };
    let mut inputs = Inputs::default();
    let mut logs = Logs { files: BTreeSet::new(), parts: summary.parts };
    for entry in manifest.files(folder) {
        let entry = entry?;
        if is_log(&entry) {
            logs.files.insert(PathBuf::from(&entry.path));
            inputs.add(&entry, sink);
        }
    }
    let Some(first) = inputs.first() else { return Ok(logs) };
    let snapshot = sink.snapshot(first, SnapshotKind::Recorded, None);
    let records = records(change_files, snapshot, sink)?;
    let operations = Catalogue::proposed().map_err(|error| LogsError::Operations(error.to_string()))?;
    let mut reconciler = Reconciler::new(&operations);
    let mut coverage = CoverageBuilder::default();
    for part in &logs.parts {
        let told = |message: String| LogsError::Store { path: part.display().to_string(), message };
        let file = File::open(part).map_err(|error| told(error.to_string()))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| told(error.to_string()))?;
        for batch in builder.with_batch_size(BATCH).build().map_err(|error| told(error.to_string()))? {
            let batch = batch.map_err(|error| told(error.to_string()))?;
            reconciler.observe_batch(&batch).map_err(|error| told(error.to_string()))?;
            coverage.observe_batch(&batch).map_err(|error| told(error.to_string()))?;
        }
    }
    let reconciled = reconciler.finish(&records);
    let covered = coverage.finish(&CoverageInputs::default());
    let mut input_of = |sink: &mut Sink, path: &str, _: &str| inputs.of(path, sink);
    reconciled.write(&records, sink, snapshot, &mut input_of)?;
    covered.write(&reconciled.operations, sink, snapshot, first, &mut input_of)?;
    Ok(logs)
}

/// Whether a file was taken for an audit log, read or not.
fn is_log(entry: &FileEntry) -> bool {
    match entry.status {
        FileStatus::Read | FileStatus::Partial | FileStatus::Digest | FileStatus::Known => true,
        FileStatus::Rejected => !entry.formats.is_empty(),
        FileStatus::Skipped => false,
    }
}

/// The inputs that log files stand under.
#[derive(Default)]
struct Inputs {
    by_path: BTreeMap<String, InputId>,
}

impl Inputs {
    fn add(&mut self, entry: &FileEntry, sink: &mut Sink) {
        let formats: Vec<&str> = entry.formats.iter().map(|format| format.as_str()).collect();
        let format = if formats.is_empty() { "cloudtrail-digest".to_owned() } else { formats.join("+") };
        let id = sink.input(NewInput {
            path: entry.path.clone(),
            sha256: entry.sha256.clone().and_then(|text| Digest::try_from(text).ok()),
            format,
            class: Some(EvidenceClass::Operated),
        });
        sink.input_mut(id).records = entry.records;
        for reject in &entry.rejects {
            sink.reject(id, Locator::new(reject.locator.clone()), &reject.code, reject.message.clone());
        }
        self.by_path.insert(entry.path.clone(), id);
    }

    fn first(&self) -> Option<InputId> {
        self.by_path.values().next().copied()
    }

    fn of(&mut self, path: &str, sink: &mut Sink) -> InputId {
        *self.by_path.entry(path.to_owned()).or_insert_with(|| {
            let class = Some(EvidenceClass::Operated);
            sink.input(NewInput { path: path.to_owned(), sha256: None, format: String::new(), class })
        })
    }
}

/// What operations are set against.
fn records(files: &[PathBuf], snapshot: i64, sink: &mut Sink) -> Result<Records, LogsError> {
    let mut records = Records::default();
    let mut changes: Vec<Change> = Vec::new();
    let mut refused: Vec<RefusedChange> = Vec::new();
    let mut ids: BTreeMap<String, InputId> = BTreeMap::new();
    for path in files {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LogsError::Changes(format!("{name}: {error}")))?;
        let read = changes::read(&name, &bytes, &changes::ReadOptions::default())
            .map_err(|error| LogsError::Changes(error.to_string()))?;
        let format = read.format.to_owned();
        let id =
            sink.input(NewInput { path: name.clone(), sha256: None, format, class: Some(EvidenceClass::Asserted) });
        sink.input_mut(id).records = read.changes.len() as u64;
        for one in &read.refused {
            sink.reject(id, Locator::new(one.place.locator.clone()), one.code, one.message.clone());
        }
        ids.insert(name, id);
        changes.extend(read.changes);
        refused.extend(read.refused);
    }
    if !files.is_empty() {
        let mut input_of = |sink: &mut Sink, path: &str| {
            *ids.entry(path.to_owned()).or_insert_with(|| {
                let class = Some(EvidenceClass::Asserted);
                sink.input(NewInput { path: path.to_owned(), sha256: None, format: String::new(), class })
            })
        };
        write_changes(&changes, &refused, sink, snapshot, &mut input_of)?;
        records.changes = Some(changes);
    }
    Ok(records)
}
