//! Digests and log files on disk: found by content and by name, hashed as they stream by.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::document::{Digest, LogFile, file_name, instant};
use super::kept::{Copy, each_copy};
use super::unlisted::{self, Listed};
use super::{DigestError, DigestGap, DigestInputs, DigestReport, Problem, RefusedDigest, VerifiedDigest};
use crate::hex::hex;

/// The most bytes of one digest, unpacked. One of an hour with 100,000 files has about 40 MB.
pub(super) const MAX_DIGEST: u64 = 256 << 20;
/// The most bytes of one log file, unpacked.
const MAX_LOG: u64 = 8 << 30;

/// What lies under the paths.
#[derive(Default)]
pub(super) struct Found {
    pub(super) digests: Vec<Digest>,
    pub(super) signatures: BTreeMap<String, String>,
    pub(super) refused: Vec<RefusedDigest>,
    /// Log files, by file name.
    logs: BTreeMap<String, Vec<PathBuf>>,
    /// Files whose names are not those of logs.
    others: Vec<PathBuf>,
}

/// Looks through files and folders. Links are not followed out of a folder.
pub(super) fn find(inputs: &DigestInputs) -> Result<Found, DigestError> {
    let mut found = Found::default();
    for path in inputs.known.keys().chain(&inputs.lost) {
        found.logs.entry(file_name(&path.to_string_lossy()).to_owned()).or_default().push(path.clone());
    }
    for path in &inputs.copies {
        let told = |source| DigestError::Io { path: path.display().to_string(), source };
        each_copy(path, &mut |copy| found.take_copy(copy)).map_err(told)?;
    }
    for path in &inputs.paths {
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|error| DigestError::Io {
                path: error.path().unwrap_or(path).display().to_string(),
                source: error.into(),
            })?;
            if entry.file_type().is_file() && !inputs.known.contains_key(entry.path()) {
                found.take(entry.path())?;
            }
        }
    }
    Ok(found)
}

impl Found {
    fn take(&mut self, path: &Path) -> Result<(), DigestError> {
        let shown = path.display().to_string();
        let name = file_name(&shown).to_owned();
        if let Some(digest) = sidecar_of(&name) {
            let signature = read_sidecar(path).map_err(|source| DigestError::Io { path: shown, source })?;
            self.signatures.extend(signature.map(|signature| (digest.to_owned(), signature)));
            return Ok(());
        }
        // Log files are by far the most, and are read once only, when they are compared.
        if !name.contains("_CloudTrail-Digest_") && (name.contains("_CloudTrail_") || !is_json(&name)) {
            if name.contains("_CloudTrail_") {
                self.logs.entry(name).or_default().push(path.to_owned());
            } else {
                self.others.push(path.to_owned());
            }
            return Ok(());
        }
        match read_digest(path, &shown) {
            Ok(Some(digest)) => self.digests.push(digest),
            Ok(None) if name.contains("_CloudTrail-Digest_") => self.refuse(shown, "it is no digest".to_owned()),
            Ok(None) => self.logs.entry(name).or_default().push(path.to_owned()),
            Err(Trouble::Io(source)) if source.kind() == io::ErrorKind::NotFound => {
                return Err(DigestError::Io { path: shown, source });
            }
            Err(Trouble::Io(source)) => self.refuse(shown, source.to_string()),
            Err(Trouble::Malformed(message)) => self.refuse(shown, message),
        }
        Ok(())
    }

    /// Takes a copy for the file itself.
    fn take_copy(&mut self, copy: Copy) {
        if let Some(digest) = sidecar_of(file_name(&copy.path)) {
            self.signatures.extend(signature_in(&copy.text).map(|signature| (digest.to_owned(), signature)));
            return;
        }
        let sha256 = hex(&Sha256::digest(copy.text.as_bytes()));
        match Digest::read(&copy.path, copy.text.as_bytes(), sha256) {
            Ok(Some(digest)) => self.digests.push(Digest { file_sha256: copy.sha256, ..digest }),
            Ok(None) => self.refuse(copy.path, "it is no digest".to_owned()),
            Err(message) => self.refuse(copy.path, message),
        }
    }

    fn refuse(&mut self, file: String, message: String) {
        self.refused.push(RefusedDigest { file, message });
    }

    /// The files that an object was copied to: those of its name.
    fn logs(&self, object: &str) -> &[PathBuf] {
        self.logs.get(file_name(object)).map_or(&[], Vec::as_slice)
    }

    /// All files that are no digests.
    pub(super) fn all_but_digests(&self) -> impl Iterator<Item = &PathBuf> {
        self.logs.values().flatten().chain(&self.others)
    }
}

fn is_json(name: &str) -> bool {
    name.ends_with(".json") || name.ends_with(".json.gz")
}

/// The digest that an answer of `aws s3api head-object`, kept beside it, speaks of.
pub(super) fn sidecar_of(name: &str) -> Option<&str> {
    [".head.json", ".metadata.json"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .filter(|n| n.contains("CloudTrail-Digest"))
}

fn read_sidecar(path: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    File::open(path)?.take(1 << 20).read_to_string(&mut text)?;
    Ok(signature_in(&text))
}

fn signature_in(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    value.pointer("/Metadata/signature").and_then(Value::as_str).map(str::to_owned)
}

enum Trouble {
    Io(io::Error),
    Malformed(String),
}

fn read_digest(path: &Path, shown: &str) -> Result<Option<Digest>, Trouble> {
    let mut raw = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_DIGEST).read_to_end(&mut raw)).map_err(Trouble::Io)?;
    let mut bytes = Vec::new();
    let read = unpacked(raw.as_slice()).and_then(|reader| reader.take(MAX_DIGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| Trouble::Malformed(error.to_string()))?;
    if bytes.len() as u64 > MAX_DIGEST {
        return Err(Trouble::Malformed(format!("more than {MAX_DIGEST} bytes when unpacked")));
    }
    let sha256 = hex(&Sha256::digest(&bytes));
    let digest = Digest::read(shown, &bytes, sha256).map_err(Trouble::Malformed)?;
    Ok(digest.map(|digest| Digest { file_sha256: hex(&Sha256::digest(&raw)), ..digest }))
}

/// The bytes of a file, unpacked where they are packed.
pub(super) fn unpacked<'r>(raw: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let mut raw = BufReader::with_capacity(1 << 16, raw);
    let mut magic = [0; 2];
    let read = raw.read(&mut magic)?;
    let whole = magic[..read].to_vec();
    let whole = io::Cursor::new(whole).chain(raw);
    Ok(if magic == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// The SHA-256 of a log file, unpacked.
pub(super) fn hash_log(path: &Path) -> io::Result<String> {
    let mut reader = unpacked(File::open(path)?)?.take(MAX_LOG);
    let mut sha256 = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&sha256.finalize())),
            read => sha256.update(&buffer[..read]),
        }
    }
}

/// Compares every log file with the digest that names it.
pub(super) fn compare(found: &Found, inputs: &DigestInputs, report: &mut DigestReport) {
    let known = &inputs.known;
    let hash = |path: &PathBuf| known.get(path).cloned().map_or_else(|| hash_log(path), Ok);
    let logs_given = !found.logs.is_empty();
    let contents = LazyCell::new(|| contents(found, known));
    let mut listed = Listed::default();
    let by_file: BTreeMap<&str, &Digest> = found.digests.iter().map(|digest| (digest.file.as_str(), digest)).collect();
    for index in 0..report.digests.len() {
        let verified = &mut report.digests[index];
        let Some(digest) = by_file.get(verified.file.as_str()) else { continue };
        for log in &digest.document.log_files {
            listed.names.insert(file_name(&log.object));
            listed.hashes.insert(log.hash_value.to_ascii_lowercase());
        }
        if !logs_given {
            continue;
        }
        let mut missing = Vec::new();
        for log in &digest.document.log_files {
            // Every file of its name: one that is as it should be must not stand for another that is not.
            let copies = found.logs(&log.object).iter().map(|path| match hash(path) {
                Ok(hash) if hash.eq_ignore_ascii_case(&log.hash_value) => None,
                Ok(_) => Some(Problem::FileChanged),
                Err(_) if inputs.lost.contains(path) => Some(Problem::FileNotCompared),
                Err(_) => Some(Problem::FileUnreadable),
            });
            let problem = match copies.reduce(Option::or) {
                Some(Some(problem)) => problem,
                // By another name, or unpacked, it is the same file.
                None if !contents.contains(&log.hash_value.to_ascii_lowercase()) => Problem::FileMissing,
                Some(None) | None => {
                    report.files_compared += 1;
                    continue;
                }
            };
            match problem {
                Problem::FileMissing => missing.push(log.object.clone()),
                Problem::FileNotCompared => {}
                _ => verified.files_changed.push(log.object.clone()),
            }
            let is_open = matches!(problem, Problem::FileMissing | Problem::FileNotCompared);
            report.files_compared += u64::from(!is_open);
            add_problem(verified, problem);
            report.gaps.push(gap(verified, index, problem, log));
        }
        verified.files_missing = Some(missing);
    }
    unlisted::find(found, known, &listed, report);
    report.gaps.sort();
}

/// The SHA-256, in lower case, of what was read before and of the files whose names no digest has: a file that is missing
/// under its own name may be one of them. They are hashed only where one is missing.
fn contents(found: &Found, known: &BTreeMap<PathBuf, String>) -> BTreeSet<String> {
    let files = found.digests.iter().flat_map(|digest| &digest.document.log_files);
    let names: BTreeSet<&str> = files.map(|log| file_name(&log.object)).collect();
    let is_unnamed = |path: &&PathBuf| !names.contains(file_name(&path.to_string_lossy()));
    let unread = found.all_but_digests().filter(|path| !known.contains_key(*path));
    let read = unread.filter(is_unnamed).filter_map(|path| hash_log(path).ok());
    known.values().map(|hash| hash.to_ascii_lowercase()).chain(read).collect()
}

fn gap(verified: &VerifiedDigest, digest: usize, problem: Problem, log: &LogFile) -> DigestGap {
    let time = |text: &Option<String>| text.as_deref().and_then(instant);
    DigestGap {
        chain: verified.chain,
        problem,
        begins_at: time(&log.oldest_event_time).unwrap_or(verified.begins_at),
        ends_at: time(&log.newest_event_time).unwrap_or(verified.ends_at),
        object: log.object.clone(),
        digest,
    }
}

pub(super) fn add_problem(digest: &mut VerifiedDigest, problem: Problem) {
    if !digest.problems.contains(&problem) {
        digest.problems.push(problem);
        digest.problems.sort_unstable();
    }
}
