//! What becomes of the records of one file: rows on their way, counts, and a line in the list of files.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::Path;

use isoneph_tables::{Attribution, Instant};

use super::error::IngestError;
use super::file::{self, Closed, Memory, Way};
use super::known::{FileKey, key_of};
use super::manifest::{FileEntry, FileStatus, MoreFollows, RejectedRecord};
use super::row::{self, Scratch};
use super::spill::{Partition, PartitionId, Spill};
use super::walk;
use super::walk::DigestsBeside;
use super::words::Words;
use crate::decode::{Decoder, LogFormat, Output, Trouble, day, written};
use crate::event::Event;
use crate::hex::hex;

/// How many rejected records are listed for one file.
const MAX_REJECTS: usize = 20;

/// Takes the records of one file after the other.
pub(super) struct Taking<'s> {
    spill: &'s mut Spill,
    attribution: &'s dyn Attribution,
    scratch: Scratch,
    files: u64,
    uid: String,
    last: Option<(Partition, i64, PartitionId)>,
    formats: BTreeMap<LogFormat, u64>,
    now: Now,
    digests: DigestsBeside,
    failed: Option<io::Error>,
}

/// What is known of the file at hand.
#[derive(Default)]
struct Now {
    path: String,
    sha256: String,
    formats: BTreeMap<LogFormat, u64>,
    records: u64,
    rejected: u64,
    unsupported: u64,
    rejects: Vec<RejectedRecord>,
    first: Option<Instant>,
    last: Option<Instant>,
    digest: bool,
    list: bool,
    /// Whether the last page says that more follows.
    more: bool,
    accounts: BTreeSet<(String, String)>,
    partition: Option<PartitionId>,
    /// The times of the first and of the last record, as they stand.
    ends: Option<(Instant, Instant)>,
}

/// Events of a page are in order but for so much, in microseconds.
const OUT_OF_ORDER: u64 = 60_000_000;

/// How many accounts a file names.
const MAX_ACCOUNTS: usize = 64;

impl Now {
    fn note(&mut self, partition: PartitionId, event: &Event<'_>) {
        if self.partition.replace(partition) != Some(partition) && self.accounts.len() <= MAX_ACCOUNTS {
            let account = event.account.as_deref().unwrap_or_default().to_owned();
            self.accounts.insert((event.provider.to_string(), account));
        }
        if let Some(time) = event.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
            self.ends = Some((self.ends.map_or(time, |(first, _)| first), time));
        }
    }

    /// What follows behind the page, and where.
    fn more_follows(&self) -> MoreFollows {
        let near =
            |one: Instant, other: Option<Instant>| other.is_some_and(|other| one.0.abs_diff(other.0) <= OUT_OF_ORDER);
        let Some((begins, ends)) = self.ends else { return MoreFollows { earlier: true, later: true } };
        let rises = begins < ends && near(begins, self.first) && near(ends, self.last);
        let falls = ends < begins && near(begins, self.last) && near(ends, self.first);
        MoreFollows { earlier: !rises, later: !falls }
    }
}

/// The entry of something that is passed over.
pub(super) fn skipped(path: &Path, reason: String) -> FileEntry {
    entry(path.to_string_lossy().into_owned(), FileStatus::Skipped, Some(reason))
}

fn entry(path: String, status: FileStatus, reason: Option<String>) -> FileEntry {
    FileEntry {
        path,
        status,
        formats: BTreeSet::new(),
        bytes: 0,
        sha256: None,
        content_sha256: None,
        copied: false,
        records: 0,
        rejected: 0,
        first_time: None,
        last_time: None,
        rejects: Vec::new(),
        reason,
        accounts: BTreeSet::new(),
        more: None,
    }
}

impl<'s> Taking<'s> {
    pub(super) fn new(spill: &'s mut Spill, attribution: &'s dyn Attribution) -> Taking<'s> {
        Taking {
            spill,
            attribution,
            scratch: Scratch::default(),
            files: 0,
            uid: String::new(),
            last: None,
            formats: BTreeMap::new(),
            now: Now::default(),
            digests: DigestsBeside::default(),
            failed: None,
        }
    }

    /// Records by format, of all files, and the texts that rows share.
    pub(super) fn finish(self) -> (BTreeMap<LogFormat, u64>, Words) {
        (self.formats, self.scratch.words)
    }

    /// Reads a file. An error is one of setting rows aside; what is wrong with the file is in its entry.
    pub(super) fn file(
        &mut self,
        path: &Path,
        named: bool,
        known: &mut HashSet<FileKey>,
        decoder: &mut Decoder,
        memory: &mut Memory,
    ) -> Result<FileEntry, IngestError> {
        let shown = path.to_string_lossy().into_owned();
        let opened = match file::open(path, memory) {
            Ok(opened) => opened,
            Err(closed) => return Ok(closed_entry(shown, named, closed)),
        };
        let (bytes, sha256) = (opened.bytes, hex(&opened.sha256));
        let key = key_of(&opened.sha256);
        if !known.insert(key) {
            return Ok(FileEntry { bytes, sha256: Some(sha256), ..entry(shown, FileStatus::Known, None) });
        }
        let mut hints = walk::hints(path);
        hints.account = hints.account.or_else(|| self.attribution.account_of_input(&shown));
        self.files += 1;
        self.now = Now { path: shown, sha256, ..Now::default() };
        let way = Way { hints: &hints, hashed: self.digests.may_name(path) };
        let ending = file::decode(opened, memory, decoder, &way, self);
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        let entry = self.entry(named, ending.stopped);
        // What is no log is none of which a copy could be known: its copies are others' to read as well.
        if matches!(entry.status, FileStatus::Skipped | FileStatus::Rejected) && entry.formats.is_empty() {
            known.remove(&key);
        }
        Ok(FileEntry { bytes, content_sha256: ending.content_sha256, ..entry })
    }

    /// The line of the file that was just read.
    fn entry(&mut self, named: bool, stopped: Option<Closed>) -> FileEntry {
        let mut now = std::mem::take(&mut self.now);
        let mut reason = None;
        match stopped {
            Some(Closed::Unreadable(trouble)) => {
                now.rejected += 1;
                let locator = format!("record {}", now.records + now.rejected - 1);
                reason = Some(trouble.message.clone());
                now.rejects.push(RejectedRecord { locator, code: trouble.code.to_owned(), message: trouble.message });
            }
            Some(Closed::Other(words)) => reason = Some(words),
            None => {}
        }
        for (format, count) in &now.formats {
            *self.formats.entry(*format).or_default() += count;
        }
        let nothing = now.records == 0 && now.rejected == now.unsupported && !now.digest;
        let status = if nothing && !(now.list && now.rejected == 0 && reason.is_none()) {
            reason = reason.or_else(|| now.rejects.first().map(|reject| reject.message.clone()));
            reason = reason.or_else(|| Some("it holds no record".to_owned()));
            if named { FileStatus::Rejected } else { FileStatus::Skipped }
        } else if now.records == 0 && now.rejected > 0 {
            reason = reason.or_else(|| now.rejects.first().map(|reject| reject.message.clone()));
            FileStatus::Rejected
        } else if now.rejected > 0 {
            FileStatus::Partial
        } else if now.digest && now.records == 0 {
            FileStatus::Digest
        } else {
            FileStatus::Read
        };
        let is_page = now.more && matches!(status, FileStatus::Read | FileStatus::Partial);
        let more = is_page.then(|| now.more_follows());
        reason = reason.or_else(|| more.map(|more| more.told().to_owned()));
        let mut formats: BTreeSet<LogFormat> = now.formats.into_keys().collect();
        if now.digest {
            formats.insert(LogFormat::CloudTrailDigest);
        }
        FileEntry {
            formats,
            sha256: Some(now.sha256),
            records: now.records,
            // What is no log has no records that could be rejected.
            rejected: if status == FileStatus::Skipped { 0 } else { now.rejected },
            first_time: now.first.map(written),
            last_time: now.last.map(written),
            rejects: now.rejects,
            accounts: if now.accounts.len() <= MAX_ACCOUNTS { now.accounts } else { BTreeSet::new() },
            more,
            ..entry(now.path, status, reason)
        }
    }

    fn partition(&mut self, event: &Event<'_>) -> PartitionId {
        let account = event.account.as_deref().unwrap_or("?");
        let number = event.time.map_or(i64::MIN, |time| time.0.div_euclid(86_400_000_000));
        if let Some((last, last_number, id)) = &self.last
            && *last_number == number
            && last.account == account
            && last.provider == *event.provider
        {
            return *id;
        }
        let partition = Partition {
            provider: event.provider.to_string(),
            account: account.to_owned(),
            day: event.time.map_or_else(|| "unknown".to_owned(), day),
        };
        let id = self.spill.partition(&partition);
        self.last = Some((partition, number, id));
        id
    }
}

fn closed_entry(path: String, named: bool, closed: Closed) -> FileEntry {
    match closed {
        Closed::Other(words) => {
            entry(path, if named { FileStatus::Rejected } else { FileStatus::Skipped }, Some(words))
        }
        Closed::Unreadable(Trouble { code, message }) => {
            let reject = RejectedRecord { locator: String::new(), code: code.to_owned(), message: message.clone() };
            FileEntry { rejects: vec![reject], ..entry(path, FileStatus::Rejected, Some(message)) }
        }
    }
}

impl Output for Taking<'_> {
    fn event(&mut self, format: LogFormat, index: u64, event: &Event<'_>) -> io::Result<()> {
        let partition = self.partition(event);
        event.write_uid(&mut self.uid);
        let Taking { spill, scratch, uid, now, files, .. } = self;
        let file = (*files, &*now.path, &*now.sha256);
        let appended = spill.append(partition, file, |to| row::write(event, uid, index, to, scratch));
        if let Err(error) = appended {
            // The reader must stop, and the error must not be taken for one of the file.
            let kind = error.kind();
            self.failed = Some(error);
            return Err(kind.into());
        }
        now.records += 1;
        *now.formats.entry(format).or_default() += 1;
        now.note(partition, event);
        Ok(())
    }

    fn reject(&mut self, index: u64, offset: u64, trouble: Trouble) {
        self.now.rejected += 1;
        self.now.unsupported += u64::from(trouble.code == "unsupported");
        if self.now.rejects.len() < MAX_REJECTS {
            let locator = format!("record {index} at byte {offset}");
            let Trouble { code, message } = trouble;
            self.now.rejects.push(RejectedRecord { locator, code: code.to_owned(), message });
        }
    }

    fn digest(&mut self) {
        self.now.digest = true;
    }

    fn list(&mut self) {
        self.now.list = true;
    }

    fn page(&mut self, more: bool) {
        self.now.more = more;
    }
}
