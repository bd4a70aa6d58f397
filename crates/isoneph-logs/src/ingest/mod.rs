//! Files to a store: a folder of Parquet files in the schema of the table `audit_event`, and a manifest.
//!
//! One pass over the files, in bounded memory, whatever their number and size. The same file, and the same event, count
//! once, also over several runs. A run that is interrupted leaves the store as it was.

mod batches;
mod columns;
mod content;
mod copying;
mod error;
mod file;
mod intact;
mod known;
mod lock;
mod manifest;
mod packing;
mod part;
mod row;
mod run;
mod spill;
mod taking;
mod walk;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use isoneph_model::RowId;
use isoneph_tables::Attribution;
use serde::Serialize;

pub use batches::{each_batch, each_batch_of_rows};
pub use error::IngestError;
pub use file::OTHER_FORM;
pub use intact::is_store;
pub use manifest::{
    FileEntry, FileStatus, MANIFEST_FILE, MANIFEST_SCHEMA, MORE_FOLLOWS, Manifest, MoreFollows, Part, RejectedRecord,
    TableForm, Totals,
};
pub use part::SourceOfRow;
pub(crate) use walk::hints;

use known::Known;
use run::Run;

/// How an ingestion is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The snapshot that the rows belong to: the value of their column `snapshot`.
    pub snapshot: i64,
    /// The memory for rows on their way, in bytes. What is above it waits on disk. The whole run takes about 150 MB more.
    pub memory: usize,
    /// Whether everything is on disk for good before the manifest names it. A store that lives for one run needs no such.
    pub durable: bool,
    /// Files that are known to be something else: they are not opened.
    pub pass_over: fn(&Path) -> bool,
    /// Files and folders that are read on their own: what lies in them is not taken in, unless it is named itself.
    pub elsewhere: Vec<PathBuf>,
    /// Whether the store keeps copies of digests of CloudTrail. A store that lives for one run needs none.
    pub copy_digests: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            snapshot: 0,
            memory: 240 << 20,
            durable: true,
            pass_over: |_| false,
            elsewhere: Vec::new(),
            copy_digests: true,
        }
    }
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// What this run met.
    pub totals: Totals,
    /// Events that this run added.
    pub added: u64,
    /// Events that the store holds now.
    pub events: u64,
    /// When the first event of the store happened, in RFC 3339.
    pub first_time: Option<String>,
    /// When the last one happened.
    pub last_time: Option<String>,
    /// Records of this run by format.
    pub formats: BTreeMap<crate::decode::LogFormat, u64>,
    /// Files of which something could not be read, in this run or in the one that read them, at most [`MAX_LISTED`]; all are in the list of files.
    pub problems: Vec<FileEntry>,
    /// What was passed over, at most [`MAX_LISTED`].
    pub skipped: Vec<FileEntry>,
    /// Identities that several events claim which say different things, at most [`MAX_LISTED`]: all of them are kept.
    pub conflicts: Vec<String>,
    /// The list of the files of this run, in the store.
    pub listing: Option<PathBuf>,
    /// The Parquet files of the store, in the order of their rows.
    pub parts: Vec<PathBuf>,
}

/// How many files a summary lists of each kind.
pub const MAX_LISTED: usize = 1000;

/// Reads files and folders into a store, which is made where there is none.
pub fn ingest_into(
    folder: &Path,
    paths: &[PathBuf],
    options: &Options,
    attribution: &dyn Attribution,
) -> Result<Summary, IngestError> {
    if let Some(missing) = paths.iter().find(|path| path.symlink_metadata().is_err()) {
        return Err(IngestError::NotFound(missing.clone()));
    }
    fs::create_dir_all(folder).map_err(|error| IngestError::file(folder, error))?;
    let _lock = lock::lock(folder)?;
    let manifest = Manifest::load(folder)?;
    let is_new = manifest.is_none();
    let manifest = manifest.unwrap_or_else(Manifest::empty);
    manifest.check(folder)?;
    lock::sweep(folder, &manifest)?;
    let known = Known::load(folder, &manifest, options.copy_digests)?;
    let (mut run, known) = Run::new(folder, options, attribution, (manifest, is_new), known)?;
    let (mut spill, listing) = run.read(paths, known)?;
    let new = run.write(&mut spill)?;
    run.commit(new, listing)
}

/// Where rows of a store were read: file, digest of the file, index of the record. A number that no row has is left out.
pub fn sources_of(
    folder: &Path,
    manifest: &Manifest,
    rows: &[RowId],
) -> Result<BTreeMap<RowId, SourceOfRow>, IngestError> {
    let mut wanted: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    let ordinal = manifest.table.ordinal;
    for row in rows.iter().filter(|row| row.table() == ordinal) {
        let index = row.index() as u64;
        let part = manifest.parts.partition_point(|part| part.first_row + part.rows <= index);
        if let Some(first) = manifest.parts.get(part).map(|part| part.first_row).filter(|first| *first <= index) {
            wanted.entry(part).or_default().push(index - first);
        }
    }
    let mut found = BTreeMap::new();
    for (part, numbers) in wanted {
        let part = &manifest.parts[part];
        for (number, source) in part::sources(&folder.join(&part.path), &numbers)? {
            if let Some(row) =
                usize::try_from(part.first_row + number).ok().and_then(|index| RowId::new(ordinal, index))
            {
                found.insert(row, source);
            }
        }
    }
    Ok(found)
}
