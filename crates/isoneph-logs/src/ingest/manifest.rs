//! The manifest of a store: which Parquet files make the table, what was read for them, and what was not.
//!
//! A store is a folder. `manifest.json` is its one point of commitment: everything that it names was written before
//! it, under a name that tells its content, and it is replaced in one step. A file that it does not name is what an
//! interrupted run left, and the next run removes it.
//!
//! `files-DIGEST.jsonl` lists every file that one run met, one [`FileEntry`] a line.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use isoneph_tables::Row as _;
use isoneph_tables::schema::AuditEvent;
use serde::{Deserialize, Serialize};

use super::error::IngestError;

/// The version of the manifest's form.
pub const MANIFEST_SCHEMA: &str = "isoneph.audit-events/1";
/// The manifest's name in its folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// The columns of the table, and its number: rows of another form are not read as if they were of this one.
    pub table: TableForm,
    /// How many events the store holds.
    pub events: u64,
    /// When the first of them happened, in RFC 3339.
    pub first_time: Option<String>,
    /// When the last of them happened.
    pub last_time: Option<String>,
    /// What all runs met, summed.
    pub totals: Totals,
    /// The Parquet files, in the order of their rows.
    pub parts: Vec<Part>,
    /// The lists of files that were read, one for each run, relative to the folder.
    pub listings: Vec<String>,
    /// Files with copies of digests of CloudTrail, one for each run that met any, relative to the folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
}

/// The form of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableForm {
    /// `audit_event`.
    pub name: String,
    /// The number of the table in the numbers of its rows.
    pub ordinal: u16,
    /// The columns, each as `name type`.
    pub columns: Vec<String>,
}

impl TableForm {
    /// The form that this version writes.
    pub fn current() -> TableForm {
        let table = AuditEvent::table();
        let columns = table
            .def()
            .schema()
            .fields()
            .iter()
            .map(|field| format!("{} {}", field.name(), field.data_type()))
            .collect();
        TableForm { name: table.to_string(), ordinal: table.ordinal(), columns }
    }
}

/// Counts over files and records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files that were read to their end.
    pub files_read: u64,
    /// Files of which a part could not be read.
    pub files_partial: u64,
    /// Files that hold no audit log, or could not be read at all.
    pub files_rejected: u64,
    /// Things in folders that were passed over, with the reason in the list of files.
    pub files_skipped: u64,
    /// Files that an earlier run, or this one under another name, has read.
    pub files_known: u64,
    /// Digest files of CloudTrail.
    pub digest_files: u64,
    /// Records that were decoded.
    pub records: u64,
    /// Records that were rejected.
    pub rejected: u64,
    /// Records that repeat an event.
    pub duplicates: u64,
    /// Records that carry the id of another event and say something else: both are kept.
    pub conflicts: u64,
}

impl Totals {
    /// Adds the counts of another run.
    pub(super) fn add(&mut self, other: &Totals) {
        self.files_read += other.files_read;
        self.files_partial += other.files_partial;
        self.files_rejected += other.files_rejected;
        self.files_skipped += other.files_skipped;
        self.files_known += other.files_known;
        self.digest_files += other.digest_files;
        self.records += other.records;
        self.rejected += other.rejected;
        self.duplicates += other.duplicates;
        self.conflicts += other.conflicts;
    }
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path, relative to the folder: `provider/account/day/part-DIGEST.parquet`.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many events it holds.
    pub rows: u64,
    /// The number of its first row among all rows of the table.
    pub first_row: u64,
    /// The provider of its events.
    pub provider: String,
    /// Their account; `?` where it is unknown.
    pub account: String,
    /// Their day in UTC, `YYYY-MM-DD`; `unknown` where their time is.
    pub day: String,
    /// When the first of them happened, in RFC 3339.
    pub first_time: Option<String>,
    /// When the last of them happened.
    pub last_time: Option<String>,
}

isoneph_model::vocabulary! {
    /// What became of a file.
    pub enum FileStatus {
        /// It was read to its end.
        Read = "read",
        /// A part of it was read.
        Partial = "partial",
        /// Nothing of it could be read, or it is no audit log.
        Rejected = "rejected",
        /// It was passed over.
        Skipped = "skipped",
        /// It was read before.
        Known = "known",
        /// It is a digest file of CloudTrail.
        Digest = "digest",
    }
}

/// One file that a run met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path, as given and found below it.
    pub path: String,
    /// What became of it.
    pub status: FileStatus,
    /// The formats of its records.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub formats: BTreeSet<crate::decode::LogFormat>,
    /// Its size on disk in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The SHA-256 of what it holds once unpacked: what digest files of CloudTrail speak of. Not there where its bucket had
    /// none, and where it was not read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<String>,
    /// Whether the store keeps a copy of it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub copied: bool,
    /// How many records were decoded.
    #[serde(default)]
    pub records: u64,
    /// How many were rejected.
    #[serde(default)]
    pub rejected: u64,
    /// When the first of its events happened, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// When the last of them happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
    /// The first records that were rejected, and what stopped the reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejects: Vec<RejectedRecord>,
    /// Why it was passed over or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The provider and account of its events; empty where there are none, or too many to name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<(String, String)>,
    /// That it is a page, and says that more follows in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<MoreFollows>,
}

/// What a page, behind which more follows, says of what follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreFollows {
    /// Whether it may be earlier: not where the page begins with its earliest event and ends with its latest one.
    pub earlier: bool,
    /// Whether it may be later.
    pub later: bool,
}

/// The code of a page behind which more follows.
pub const MORE_FOLLOWS: &str = "more-follows";

impl MoreFollows {
    /// What a person should know.
    pub fn told(self) -> &'static str {
        match (self.earlier, self.later) {
            (true, false) => {
                "a page behind which earlier events follow: get all pages, one behind the other in one file"
            }
            (false, true) => "a page behind which later events follow: get all pages, one behind the other in one file",
            _ => "a page behind which more follows: get all pages, one behind the other in one file",
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A record that gives no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRecord {
    /// `record N at byte M`: its place among the records of the file, from 0, and in the unpacked bytes.
    pub locator: String,
    /// One word for the kind of trouble.
    pub code: String,
    /// What a person should know.
    pub message: String,
}

impl Manifest {
    /// A store that holds nothing.
    pub(super) fn empty() -> Manifest {
        Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            table: TableForm::current(),
            events: 0,
            first_time: None,
            last_time: None,
            totals: Totals::default(),
            parts: Vec::new(),
            listings: Vec::new(),
            copies: Vec::new(),
        }
    }

    /// The manifest of a folder; `None` where there is none.
    pub fn load(folder: &Path) -> Result<Option<Manifest>, IngestError> {
        let path = folder.join(MANIFEST_FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(IngestError::file(&path, error)),
        };
        let not_ours = |reason: String| IngestError::NotOurs { path: path.clone(), reason };
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| not_ours(error.to_string()))?;
        if manifest.schema != MANIFEST_SCHEMA || manifest.table != TableForm::current() {
            return Err(not_ours("its table has other columns".to_owned()));
        }
        Ok(Some(manifest))
    }

    /// Replaces the manifest of a folder in one step.
    pub(super) fn commit(&self, folder: &Path, durable: bool) -> Result<(), IngestError> {
        let path = folder.join(MANIFEST_FILE);
        let failed = |error| IngestError::file(&path, error);
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        file.write_all(&text).map_err(failed)?;
        if durable {
            file.as_file().sync_all().map_err(failed)?;
        }
        file.persist(&path).map_err(|error| failed(error.error))?;
        if durable {
            sync_folder(folder)?;
        }
        Ok(())
    }

    /// The Parquet files of a store in this folder, in the order of their rows.
    pub fn part_paths(&self, folder: &Path) -> Vec<PathBuf> {
        self.parts.iter().map(|part| folder.join(&part.path)).collect()
    }

    /// Gives every file that the runs met, in the order in which they met them.
    pub fn files(&self, folder: &Path) -> impl Iterator<Item = Result<FileEntry, IngestError>> {
        let paths: Vec<PathBuf> = self.listings.iter().map(|name| folder.join(name)).collect();
        paths.into_iter().flat_map(|path| listing(&path))
    }
}

/// What a folder was told to keep is kept even if the power fails.
pub(super) fn sync_folder(folder: &Path) -> Result<(), IngestError> {
    let failed = |error| IngestError::file(folder, error);
    File::open(folder).map_err(failed)?.sync_all().map_err(failed)
}

fn listing(path: &Path) -> Box<dyn Iterator<Item = Result<FileEntry, IngestError>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Box::new(std::iter::once(Err(IngestError::file(path, error)))),
    };
    let path = path.to_owned();
    Box::new(BufReader::new(file).lines().map(move |line| {
        let line = line.map_err(|error| IngestError::file(&path, error))?;
        serde_json::from_str(&line)
            .map_err(|error| IngestError::NotOurs { path: path.clone(), reason: error.to_string() })
    }))
}
