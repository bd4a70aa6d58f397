//! One run: files are read and set aside by partition, partitions become Parquet files, and the manifest names them all.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use isoneph_tables::{Attribution, Instant};
use ring::digest::{Context, SHA256, digest};

use super::columns::Columns;
use super::copying::Copying;
use super::error::IngestError;
use super::file::Memory;
use super::known::{FileKey, Known, key_of, rejected_key};
use super::manifest::{self, FileEntry, FileStatus, Manifest, Part, RejectedRecord};
use super::part::{self, Bucket, Shared, Thinner};
use super::row::{self, Entry};
use super::spill::{Partition, PartitionId, Spill};
use super::taking::{self, Taking};
use super::walk::{self, Found};
use super::words::Words;
use super::{MAX_LISTED, Options, Summary};
use crate::decode::{Decoder, instant, written};
use crate::hex::hex;

/// Rows that are sorted at a time, in bytes, at most and at least.
const BUCKET: (usize, usize) = (32 << 20, 4 << 10);

pub(super) struct Run<'r> {
    folder: &'r Path,
    options: &'r Options,
    attribution: &'r dyn Attribution,
    manifest: Manifest,
    /// What earlier runs rejected of files that they read in part.
    partial: HashMap<FileKey, Vec<RejectedRecord>>,
    /// The files that they rejected.
    rejected: HashSet<String>,
    /// Copies of digests.
    copying: Copying<'r>,
    /// Whether there is something that the store does not yet say.
    is_new: bool,
    summary: Summary,
    /// Texts that the rows on their way share.
    words: Words,
    /// The memory of the Parquet file at hand.
    columns: Columns,
}

/// The list of files, while it is written.
pub(super) struct Listing {
    file: BufWriter<tempfile::NamedTempFile>,
    context: Context,
}

impl<'r> Run<'r> {
    /// A run, and the files that need not be read again.
    pub(super) fn new(
        folder: &'r Path,
        options: &'r Options,
        attribution: &'r dyn Attribution,
        (manifest, is_new): (Manifest, bool),
        known: Known,
    ) -> Result<(Run<'r>, HashSet<FileKey>), IngestError> {
        let Known { files, partial, rejected, copied } = known;
        let run = Run {
            folder,
            options,
            attribution,
            manifest,
            partial,
            rejected,
            copying: Copying::new(folder, copied),
            is_new,
            summary: Summary::default(),
            words: Words::default(),
            columns: Columns::new().map_err(|error| IngestError::file(folder, error))?,
        };
        Ok((run, files))
    }

    /// Reads files and folders, and sets their rows aside by partition.
    pub(super) fn read(
        &mut self,
        paths: &[PathBuf],
        mut known: HashSet<FileKey>,
    ) -> Result<(Spill, Listing), IngestError> {
        let failed = |error| IngestError::file(self.folder, error);
        let temporary = tempfile::NamedTempFile::new_in(self.folder).map_err(failed)?;
        let mut listing = Listing { file: BufWriter::new(temporary), context: Context::new(&SHA256) };
        let store = self.folder.canonicalize().ok();
        let mut spill = Spill::new(self.folder, self.options.memory);
        let mut taking = Taking::new(&mut spill, self.attribution);
        let (mut decoder, mut memory) = (Decoder::default(), Memory::default());
        for path in paths {
            for found in walk::walk(path, store.clone()) {
                let entry = match found {
                    Found::Skipped(path, reason) => taking::skipped(&path, reason),
                    Found::File(path, _) if (self.options.pass_over)(&path) => {
                        taking::skipped(&path, "it holds something other than audit logs".to_owned())
                    }
                    Found::File(path, false) if self.options.elsewhere.iter().any(|other| path.starts_with(other)) => {
                        taking::skipped(&path, "it is read on its own".to_owned())
                    }
                    Found::File(path, named) => taking.file(&path, named, &mut known, &mut decoder, &mut memory)?,
                };
                self.note(entry, &mut listing)?;
            }
        }
        (self.summary.formats, self.words) = taking.finish();
        Ok((spill, listing))
    }

    /// Counts a file and lists it.
    fn note(&mut self, mut entry: FileEntry, listing: &mut Listing) -> Result<(), IngestError> {
        self.recall(&mut entry);
        if self.options.copy_digests {
            self.copying.take(&mut entry)?;
        }
        let failed = |error| IngestError::file(self.folder, error);
        let mut line = serde_json::to_vec(&entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        listing.context.update(&line);
        listing.file.write_all(&line).map_err(failed)?;
        self.is_new |= match entry.status {
            FileStatus::Read | FileStatus::Partial | FileStatus::Digest => true,
            FileStatus::Rejected => !self.rejected.contains(&rejected_key(&entry)),
            FileStatus::Known | FileStatus::Skipped => false,
        };
        let totals = &mut self.summary.totals;
        totals.records += entry.records;
        totals.rejected += entry.rejected;
        let (count, list) = match entry.status {
            FileStatus::Read if entry.more.is_none() => (&mut totals.files_read, None),
            FileStatus::Read => (&mut totals.files_read, Some(&mut self.summary.problems)),
            FileStatus::Partial => (&mut totals.files_partial, Some(&mut self.summary.problems)),
            FileStatus::Rejected => (&mut totals.files_rejected, Some(&mut self.summary.problems)),
            FileStatus::Skipped => (&mut totals.files_skipped, Some(&mut self.summary.skipped)),
            FileStatus::Known if entry.rejects.is_empty() => (&mut totals.files_known, None),
            FileStatus::Known => (&mut totals.files_known, Some(&mut self.summary.problems)),
            FileStatus::Digest => (&mut totals.digest_files, None),
        };
        *count += 1;
        if let Some(list) = list.filter(|list| list.len() < MAX_LISTED) {
            list.push(entry);
        }
        Ok(())
    }

    /// What an earlier run could not read is not read by now.
    fn recall(&self, entry: &mut FileEntry) {
        let digest = entry.sha256.clone().and_then(|text| isoneph_model::Digest::try_from(text).ok());
        let key = digest.filter(|_| entry.status == FileStatus::Known).map(|digest| key_of(digest.bytes()));
        if let Some(rejects) = key.and_then(|key| self.partial.get(&key)) {
            entry.rejects.clone_from(rejects);
            entry.reason = Some("an earlier run could read it in part only".to_owned());
        }
    }

    /// Writes the Parquet files.
    pub(super) fn write(&mut self, spill: &mut Spill) -> Result<Vec<Part>, IngestError> {
        let mut older: BTreeMap<Partition, Vec<PathBuf>> = BTreeMap::new();
        for part in &self.manifest.parts {
            let partition =
                Partition { provider: part.provider.clone(), account: part.account.clone(), day: part.day.clone() };
            older.entry(partition).or_default().push(self.folder.join(&part.path));
        }
        let mut new = Vec::new();
        for (partition, id) in spill.partitions() {
            let older = older.remove(&partition).unwrap_or_default();
            self.write_partition(&partition, id, spill, &older, &mut new)?;
            spill.forget(id);
        }
        Ok(new)
    }

    fn write_partition(
        &mut self,
        partition: &Partition,
        id: PartitionId,
        spill: &mut Spill,
        older: &[PathBuf],
        new: &mut Vec<Part>,
    ) -> Result<(), IngestError> {
        let size = spill.size(id);
        let bucket = (self.options.memory / 5).clamp(BUCKET.1, BUCKET.0);
        if size <= bucket as u64 {
            let blocks = spill.take(id)?;
            self.write_bucket(partition, Bucket::new(&blocks)?, older, new)?;
            spill.give_back(blocks);
            return Ok(());
        }
        // Too much for one sort: the identities decide which of several smaller ones a row goes into, so that repeats
        // of one event meet.
        let mut smaller = self.split(partition, id, bucket, spill)?;
        for (_, id) in smaller.partitions() {
            let blocks = if smaller.size(id) <= bucket as u64 {
                smaller.take(id)?
            } else {
                let mut thinner = Thinner::default();
                smaller.each(id, &mut |entry| thinner.add(entry, &self.words))?;
                smaller.forget(id);
                self.summary.totals.duplicates += thinner.duplicates;
                vec![thinner.buffer]
            };
            self.write_bucket(partition, Bucket::new(&blocks)?, older, new)?;
            smaller.give_back(blocks);
        }
        Ok(())
    }

    fn split(&self, of: &Partition, id: PartitionId, bucket: usize, spill: &mut Spill) -> Result<Spill, IngestError> {
        let count = spill.size(id) / (bucket as u64 / 2) + 1;
        let mut smaller = Spill::new(self.folder, bucket / 2);
        let (mut number, mut path, mut sha256) = (0_u64, String::new(), String::new());
        spill.each::<IngestError>(id, &mut |bytes| {
            match row::read(bytes)?.0 {
                Entry::File(file) => {
                    number += 1;
                    path = file.path.to_owned();
                    sha256 = file.sha256.to_owned();
                }
                Entry::Event(row) => {
                    let day = format!("{:012}", hash(row.uid()?) % count);
                    let place = smaller.partition(&Partition { day, ..of.clone() });
                    smaller.append(place, (number, &path, &sha256), |to| to.extend_from_slice(bytes))?;
                }
            }
            Ok(())
        })?;
        Ok(smaller)
    }

    fn write_bucket(
        &mut self,
        partition: &Partition,
        mut bucket: Bucket<'_>,
        older: &[PathBuf],
        new: &mut Vec<Part>,
    ) -> Result<(), IngestError> {
        bucket.settle(older, &self.words)?;
        self.summary.totals.duplicates += bucket.duplicates;
        self.summary.totals.conflicts += bucket.conflict_count;
        let room = MAX_LISTED.saturating_sub(self.summary.conflicts.len());
        self.summary.conflicts.extend(std::mem::take(&mut bucket.conflicts).into_iter().take(room));
        if bucket.is_empty() {
            return Ok(());
        }
        let account = Some(partition.account.as_str()).filter(|account| *account != "?");
        let shared = Shared {
            snapshot: self.options.snapshot,
            first_row: self.manifest.events + self.summary.added,
            service: self.attribution.service(account, &[]),
            tenant: self.attribution.tenant(account, &[]),
        };
        let folder: PathBuf =
            [&partition.provider, &partition.account, &partition.day].iter().map(|name| folder_name(name)).collect();
        let whole = self.folder.join(&folder);
        fs::create_dir_all(&whole).map_err(|error| IngestError::file(&whole, error))?;
        let failed = |error| IngestError::file(&whole, error);
        let file = tempfile::NamedTempFile::new_in(&whole).map_err(failed)?;
        let written = part::write(&bucket, &self.words, &shared, &mut self.columns, file.path(), file.as_file())?;
        if self.options.durable {
            file.as_file().sync_all().map_err(failed)?;
        }
        let path = folder.join(format!("part-{}.parquet", &written.sha256[..32]));
        let target = self.folder.join(&path);
        file.persist(&target).map_err(|error| IngestError::file(&target, error.error))?;
        if self.options.durable {
            manifest::sync_folder(&whole)?;
        }
        self.summary.added += written.rows;
        let time = |micros: Option<i64>| micros.map(|micros| crate::decode::written(Instant(micros)));
        new.push(Part {
            path: path.to_string_lossy().into_owned(),
            bytes: written.bytes,
            rows: written.rows,
            first_row: shared.first_row,
            provider: partition.provider.clone(),
            account: partition.account.clone(),
            day: partition.day.clone(),
            first_time: time(written.first_time),
            last_time: time(written.last_time),
            sha256: written.sha256,
        });
        Ok(())
    }

    /// Names all that is new in the manifest, at once: before, the store is as it was.
    pub(super) fn commit(mut self, new: Vec<Part>, listing: Listing) -> Result<Summary, IngestError> {
        // A run that met nothing new leaves the store as it is, to the byte.
        if self.is_new || self.copying.has_any() {
            let copying = std::mem::replace(&mut self.copying, Copying::new(self.folder, HashSet::new()));
            let copies = copying.keep(self.options.durable)?;
            self.manifest.copies.extend(copies.filter(|name| !self.manifest.copies.contains(name)));
            let name = self.keep_listing(listing)?;
            if !self.manifest.listings.contains(&name) {
                self.manifest.listings.push(name);
            }
            self.manifest.totals.add(&self.summary.totals);
            self.manifest.events += self.summary.added;
            let times = |pick: fn(&Part) -> &Option<String>| {
                let all = self.manifest.parts.iter().chain(&new);
                all.filter_map(|part| pick(part).as_deref().and_then(instant)).collect::<Vec<Instant>>()
            };
            self.manifest.first_time = times(|part| &part.first_time).into_iter().min().map(written);
            self.manifest.last_time = times(|part| &part.last_time).into_iter().max().map(written);
            self.manifest.parts.extend(new);
            self.manifest.commit(self.folder, self.options.durable)?;
        }
        self.summary.events = self.manifest.events;
        self.summary.first_time = self.manifest.first_time.clone();
        self.summary.last_time = self.manifest.last_time.clone();
        self.summary.parts = self.manifest.part_paths(self.folder);
        Ok(self.summary)
    }

    fn keep_listing(&mut self, listing: Listing) -> Result<String, IngestError> {
        let name = format!("files-{}.jsonl", &hex(listing.context.finish().as_ref())[..32]);
        let path = self.folder.join(&name);
        let failed = |error| IngestError::file(&path, error);
        let file = listing.file.into_inner().map_err(|error| failed(error.into_error()))?;
        if self.options.durable {
            file.as_file().sync_all().map_err(failed)?;
        }
        file.persist(&path).map_err(|error| failed(error.error))?;
        self.summary.listing = Some(path);
        Ok(name)
    }
}

/// A name for a folder, whatever the log says: no path leads out of the store, and no name is too long.
fn folder_name(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text == "?" || text.is_empty() {
        return "unknown".to_owned();
    }
    if text.len() <= 80 && text.bytes().all(|byte| plain(&byte)) && !text.starts_with('.') {
        return text.to_owned();
    }
    let kept: String = text.bytes().filter(plain).map(char::from).take(40).collect();
    format!("{}~{}", kept.trim_start_matches('.'), &hex(digest(&SHA256, text.as_bytes()).as_ref())[..16])
}

/// FNV-1a: the same in every run.
fn hash(text: &str) -> u64 {
    let mixed = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_account_leads_out_of_the_store() {
        for (text, name) in
            [("123456789012", "123456789012"), ("?", "unknown"), ("", "unknown"), ("my-project_1.x", "my-project_1.x")]
        {
            assert_eq!(folder_name(text), name);
        }
        for text in ["..", ".", "../../etc", "a/b", "日本", "a\0b", &"x".repeat(5000)] {
            let name = folder_name(text);
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
            assert!(plain && name.len() < 80 && !name.starts_with('.') && name.contains('~'), "{text}: {name}");
        }
        assert_ne!(folder_name("a/b"), folder_name("ab"));
    }
}
