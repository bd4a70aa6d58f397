//! Feeds of tenants: taken in apart from the logs, and held against them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use isoneph_logs::digest::is_signature;
use isoneph_logs::feed::{self, Feed, FeedResult, FeedWatch, FeedsFile, RecordState, Tenant};
use isoneph_logs::ingest::{FileEntry, FileStatus, Manifest, Options, RejectedRecord, each_batch, ingest_into};
use isoneph_logs::operations::Catalogue;
use isoneph_logs::reconcile::BatchError;
use isoneph_model::SnapshotKind;
use isoneph_tables::{Attribution, Sink};
use walkdir::WalkDir;

use super::against::{LogsAgainst, bytes, text};
use super::inputs::{Inputs, is_log, lost, open_pages};
use super::{LogsError, store_at};

/// Feeds that were taken in.
#[derive(Debug, Clone, Default)]
pub(super) struct Feeds {
    declared: FeedsFile,
    /// The files that declare them.
    files: Vec<PathBuf>,
    /// What of each was taken in, in their order.
    taken: Vec<Taken>,
}

#[derive(Debug, Clone, Default)]
struct Taken {
    parts: Vec<PathBuf>,
    unread: u64,
}

impl Feeds {
    /// Reads the files that declare feeds.
    pub(super) fn declared(files: &[PathBuf]) -> Result<Feeds, LogsError> {
        let mut feeds = Feeds::default();
        for path in files {
            let read = FeedsFile::parse(&path.display().to_string(), &text(path)?);
            feeds.declared.add(read.map_err(|error| LogsError::Given(error.to_string()))?);
            feeds.files.push(path.clone());
        }
        Ok(feeds)
    }

    /// The files and folders of feeds, as one comes across them below these paths. One that is such a path itself is
    /// given as more than a feed.
    pub(super) fn places_below(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let files = self.declared.feeds.iter().flat_map(|feed| &feed.files).filter_map(|file| file.canonicalize().ok());
        let files: BTreeSet<PathBuf> = files.collect();
        let below = |root: &PathBuf| {
            let real = root.canonicalize().ok()?;
            let inside = files.iter().filter(|file| **file != real).filter_map(|file| file.strip_prefix(&real).ok());
            Some(inside.map(|file| root.join(file)).collect::<Vec<_>>())
        };
        paths.iter().filter_map(below).flatten().collect()
    }

    /// The files among them.
    pub(super) fn files_below(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let places = self.places_below(paths).into_iter();
        let files = places.flat_map(|place| WalkDir::new(place).into_iter().flatten());
        files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    }

    /// Takes in the events of every feed, each into a folder of its own below `folder`.
    pub(super) fn take(
        &mut self,
        folder: &Path,
        attribution: &dyn Attribution,
        inputs: &mut Inputs,
        sink: &mut Sink,
    ) -> Result<(), LogsError> {
        for path in &self.files {
            let name = path.display().to_string();
            let id = inputs.asserted(&name, &bytes(path)?, "feeds", sink);
            sink.input_mut(id).records = self.declared.feeds.iter().filter(|feed| feed.file == name).count() as u64;
        }
        for (number, feed) in self.declared.feeds.iter().enumerate() {
            let taken = take_one(&folder.join(format!("feed-{number}")), feed, attribution, inputs, sink)?;
            self.taken.push(taken);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.declared.feeds.is_empty()
    }

    /// Reads the feeds, with the tenants and capabilities of the register. The provider's record comes next.
    pub(super) fn watch<'c>(
        &self,
        against: &LogsAgainst<'_>,
        catalogue: &'c Catalogue,
    ) -> Result<Option<FeedWatch<'c>>, LogsError> {
        let Some(as_of) = against.as_of.filter(|_| !self.is_empty()) else { return Ok(None) };
        let mut declared = self.declared.clone();
        for register in &against.registers {
            super::register::tenants(register).for_each(|tenant| declared.add_tenant(tenant));
            declared.feeds.iter_mut().for_each(|feed| super::register::complete(feed, register));
        }
        for feed in &declared.feeds {
            refuse_unknown(feed, &declared.tenants, against)?;
        }
        let mut watch = FeedWatch::new(catalogue, declared.tenants, declared.feeds, as_of);
        for (number, taken) in self.taken.iter().enumerate() {
            for part in &taken.parts {
                let told = |error: BatchError| LogsError::Store {
                    path: part.display().to_string(),
                    message: error.to_string(),
                };
                each_batch(part, feed::COLUMNS, &mut |batch| watch.observe_feed_batch(number, batch).map_err(told))?;
            }
        }
        Ok(Some(watch))
    }

    /// What the feeds come to, once the provider's record was seen.
    pub(super) fn finish(&self, watch: FeedWatch<'_>, state: RecordState) -> Vec<FeedResult> {
        let mut results = watch.finish(state);
        for (result, taken) in results.iter_mut().zip(&self.taken) {
            result.unread = taken.unread;
        }
        results
    }
}

/// Writes what feeds come to.
pub(super) fn write(results: &[FeedResult], inputs: &mut Inputs, sink: &mut Sink) -> Result<(), LogsError> {
    let Some(first) = results.first() else { return Ok(()) };
    let declared = inputs.of(&first.feed.file, "", sink);
    let snapshot = sink.snapshot(declared, SnapshotKind::Recorded, None);
    let mut input_of = |sink: &mut Sink, path: &str, sha256: &str| inputs.of(path, sha256, sink);
    Ok(feed::write(results, sink, snapshot, &mut input_of)?)
}

fn take_one(
    folder: &Path,
    feed: &Feed,
    attribution: &dyn Attribution,
    inputs: &mut Inputs,
    sink: &mut Sink,
) -> Result<Taken, LogsError> {
    let mut taken = Taken::default();
    let (mut stores, mut raw) = (Vec::new(), Vec::new());
    for path in &feed.files {
        if !path.exists() {
            return Err(LogsError::Given(format!("{}: there is no {}", feed.locator, path.display())));
        }
        match store_at(path)? {
            Some(manifest) => stores.push((path.clone(), manifest)),
            None => raw.push(path.clone()),
        }
    }
    if !raw.is_empty() {
        let options = Options { durable: false, copy_digests: false, ..Options::default() };
        ingest_into(folder, &raw, &options, attribution)?;
        stores.extend(Manifest::load(folder)?.map(|manifest| (folder.to_owned(), manifest)));
    }
    for (store, manifest) in stores {
        taken.parts.extend(manifest.part_paths(&store));
        let pages = open_pages(&store, &manifest)?;
        taken.unread = taken.unread.saturating_add(pages.len() as u64);
        for entry in manifest.files(&store) {
            let entry = told_of_feed(entry?);
            if !is_log(&entry) && lost(&entry) == 0 {
                continue;
            }
            taken.unread = taken.unread.saturating_add(lost(&entry));
            if !inputs.has(&entry.path) {
                inputs.add(&entry, sink);
            }
        }
        inputs.tell_more(&pages, sink);
    }
    Ok(taken)
}

/// A file of a feed, as what it is: all of a feed is to be records, so that what could be read as none is lost. What is
/// empty or hidden, and signatures of digests, are passed over as elsewhere.
fn told_of_feed(entry: FileEntry) -> FileEntry {
    let path = Path::new(&entry.path);
    let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let is_empty = std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0);
    if entry.status != FileStatus::Skipped || is_hidden || is_empty || is_signature(path) {
        return entry;
    }
    let message = entry.reason.clone().unwrap_or_default();
    let reject = RejectedRecord { locator: "#".to_owned(), code: "no-log".to_owned(), message };
    FileEntry { status: FileStatus::Rejected, rejects: vec![reject], ..entry }
}

fn refuse_unknown(feed: &Feed, tenants: &[Tenant], against: &LogsAgainst<'_>) -> Result<(), LogsError> {
    let told = |what: String| Err(LogsError::Given(format!("{}: {what}", feed.locator)));
    if !tenants.iter().any(|tenant| tenant.name == feed.tenant) {
        return told(format!("no tenant '{}' is declared, here or in the register", feed.tenant));
    }
    let known = |name: &str| against.registers.iter().any(|register| super::register::has_capability(register, name));
    if !feed.capability.is_empty() && !known(&feed.capability) {
        return told(format!("the register has no capability '{}'", feed.capability));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use isoneph_tables::Unattributed;

    use super::*;

    #[test]
    fn what_could_be_read_as_no_record_is_lost_of_a_feed() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = folder.path().join("feed");
        std::fs::create_dir_all(&files).expect("a folder");
        let broken = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff];
        let all: [(&str, &[u8]); 4] =
            [("broken.json.gz", &broken), ("events.csv", b"time,name\n"), ("empty.json", b""), (".note", b"x")];
        for (name, content) in all {
            std::fs::write(files.join(name), content).expect("a file");
        }
        let feed = Feed { files: vec![files], ..Feed::default() };
        let (mut inputs, mut sink) = (Inputs::default(), Sink::default());
        let taken = take_one(&folder.path().join("store"), &feed, &Unattributed, &mut inputs, &mut sink);
        assert!(taken.expect("a feed").unread >= 2, "the broken file, and the one in a form that is not known");
        let told = sink.inputs().filter(|(_, input)| !input.rejected.is_empty());
        let mut told: Vec<_> = told.filter_map(|(_, input)| input.path.rsplit('/').next()).collect();
        told.sort_unstable();
        assert_eq!(told, ["broken.json.gz", "events.csv"]);
    }
}
