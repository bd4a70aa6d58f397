//! The inputs that log files, and what they are held against, stand under.

use std::collections::BTreeMap;
use std::path::Path;

use isoneph_logs::coverage::OpenPage;
use isoneph_logs::ingest::{FileEntry, FileStatus, IngestError, MORE_FOLLOWS, Manifest, OTHER_FORM};
use isoneph_model::{Digest, EvidenceClass, InputId, Locator};
use isoneph_tables::{NewInput, Sink};
use sha2::{Digest as _, Sha256};

use crate::images;

/// Inputs by path.
#[derive(Debug, Clone, Default)]
pub(super) struct Inputs {
    by_path: BTreeMap<String, InputId>,
}

impl Inputs {
    /// A log file, with what was rejected of it.
    pub(super) fn add(&mut self, entry: &FileEntry, sink: &mut Sink) {
        let formats: Vec<&str> = entry.formats.iter().map(|format| format.as_str()).collect();
        let id = sink.input(NewInput {
            path: entry.path.clone(),
            sha256: entry.sha256.clone().and_then(|text| Digest::try_from(text).ok()),
            format: formats.join("+"),
            class: Some(EvidenceClass::Operated),
        });
        sink.input_mut(id).records = entry.records;
        for reject in &entry.rejects {
            sink.reject(id, Locator::new(reject.locator.clone()), &reject.code, reject.message.clone());
        }
        if entry.status == FileStatus::Read && entry.records == 0 && entry.more.is_none() {
            sink.reject(id, Locator::new("#"), "empty", "its list of records is empty: it tells of nothing".to_owned());
        }
        self.by_path.insert(entry.path.clone(), id);
    }

    /// Tells of pages behind which more follows.
    pub(super) fn tell_more(&self, pages: &[OpenPage], sink: &mut Sink) {
        for page in pages {
            if let Some(id) = self.by_path.get(page.file()) {
                sink.reject(*id, Locator::new("#"), MORE_FOLLOWS, page.told().to_owned());
            }
        }
    }

    /// A document that somebody wrote, which logs are held against.
    pub(super) fn asserted(&mut self, path: &str, bytes: &[u8], format: &str, sink: &mut Sink) -> InputId {
        let id = sink.input(NewInput {
            path: path.to_owned(),
            sha256: Some(Digest::new(Sha256::digest(bytes).into())),
            format: format.to_owned(),
            class: Some(EvidenceClass::Asserted),
        });
        self.by_path.insert(path.to_owned(), id);
        id
    }

    /// The first one: what is said of all of them stands under it.
    pub(super) fn first(&self) -> Option<InputId> {
        self.by_path.values().min().copied()
    }

    /// Whether a path has an input.
    pub(super) fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// The input of a path. One that nobody announced is told by its digest alone.
    pub(super) fn of(&mut self, path: &str, sha256: &str, sink: &mut Sink) -> InputId {
        *self.by_path.entry(path.to_owned()).or_insert_with(|| {
            let known = sink.inputs().find(|(_, input)| input.path == path).map(|(id, _)| id);
            known.unwrap_or_else(|| {
                let sha256 = Digest::try_from(sha256.to_owned()).ok();
                let class = Some(EvidenceClass::Operated);
                sink.input(NewInput { path: path.to_owned(), sha256, format: String::new(), class })
            })
        })
    }
}

/// Whether a file was taken for an audit log, read or not: also one in a form that logs are kept in and that is not read,
/// unless it is a disk. Archives are others' as well.
pub(super) fn is_log(entry: &FileEntry) -> bool {
    let other_form = || entry.rejects.iter().any(|reject| reject.code == OTHER_FORM);
    match entry.status {
        FileStatus::Read | FileStatus::Partial | FileStatus::Digest | FileStatus::Known => true,
        FileStatus::Rejected => {
            !entry.formats.is_empty() || other_form() && !images::looks_like(Path::new(&entry.path))
        }
        FileStatus::Skipped => false,
    }
}

/// The pages of a store behind which more follows that none of its other files shows.
pub(super) fn open_pages(folder: &Path, manifest: &Manifest) -> Result<Vec<OpenPage>, IngestError> {
    let mut pages = Vec::new();
    for entry in manifest.files(folder) {
        pages.extend(OpenPage::of(&entry?));
    }
    if !pages.is_empty() {
        for entry in manifest.files(folder) {
            let entry = entry?;
            pages.retain(|page| !page.is_shown_by(&entry));
        }
    }
    Ok(pages)
}

/// How much of a log could not be read: records, and the file where none could.
pub(super) fn lost(entry: &FileEntry) -> u64 {
    entry.rejected.saturating_add(u64::from(entry.status == FileStatus::Rejected))
}
