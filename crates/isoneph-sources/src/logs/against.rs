//! What logs are held against: files that the user names, and the register.

use std::path::{Path, PathBuf};

use isoneph_logs::changes::Declared;
use isoneph_logs::digest::{PublicKey, read_public_keys, read_signatures};
use isoneph_logs::operations::Catalogue;
use isoneph_register::Register;
use isoneph_tables::Instant;
use jiff::tz::TimeZone;
use walkdir::{DirEntry, WalkDir};

use super::LogsError;

/// What logs are held against. All of it is named by the user: nothing in a folder being assessed takes its place.
#[derive(Debug, Clone, Default)]
pub struct LogsAgainst<'a> {
    /// Approved changes and pipeline runs.
    pub changes: Vec<PathBuf>,
    /// The time zone of times in them that carry none.
    pub changes_time_zone: Option<TimeZone>,
    /// People, break-glass identities, procedures and reviews.
    pub administration: Vec<PathBuf>,
    /// What a named person adopted or amended of the catalogue of critical operations.
    pub operations: Vec<PathBuf>,
    /// Public keys that digests are signed with.
    pub public_keys: Vec<PathBuf>,
    /// Signatures of digests, by object key.
    pub signatures: Vec<PathBuf>,
    /// Tenants that left.
    pub departures: Vec<PathBuf>,
    /// Tenants' feeds.
    pub feeds: Vec<PathBuf>,
    /// What the parties say.
    pub registers: Vec<&'a Register>,
    /// The period that records are to cover.
    pub period: Option<(Instant, Instant)>,
    /// Accounts and regions in scope.
    pub accounts: Vec<String>,
    /// Regions in scope; empty for any.
    pub regions: Vec<String>,
    /// The time for which the assessment holds.
    pub as_of: Option<Instant>,
}

impl LogsAgainst<'_> {
    /// Every file that is named: none of them is evidence of its own.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let lists = [&self.changes, &self.administration, &self.operations, &self.public_keys, &self.signatures];
        lists.into_iter().chain([&self.departures, &self.feeds]).flatten()
    }

    /// The catalogue of critical operations, as adopted.
    pub(super) fn catalogue(&self) -> Result<Catalogue, LogsError> {
        let told = |error: isoneph_logs::operations::OperationsError| LogsError::Given(error.to_string());
        let mut catalogue = Catalogue::proposed().map_err(told)?;
        for path in &self.operations {
            catalogue.amend(&path.display().to_string(), &text(path)?).map_err(told)?;
        }
        Ok(catalogue)
    }

    /// What is declared of people and procedures: of each kind, what the files say or else the register.
    pub(super) fn declared(&self) -> Result<Declared, LogsError> {
        let mut declared = Declared::default();
        for path in &self.administration {
            let read = Declared::parse(&path.display().to_string(), &text(path)?);
            declared.add(read.map_err(|error| LogsError::Given(error.to_string()))?);
        }
        for register in &self.registers {
            declared.add(super::register::declared(register));
        }
        if let Some(as_of) = self.as_of {
            declared.up_to(as_of);
        }
        Ok(declared)
    }

    /// The public keys that the files hold.
    pub fn public_keys(&self) -> Result<Vec<PublicKey>, LogsError> {
        let mut keys = Vec::new();
        for path in &self.public_keys {
            let read = read_public_keys(&path.display().to_string(), &text(path)?);
            keys.extend(read.map_err(|error| LogsError::Given(error.to_string()))?);
        }
        Ok(keys)
    }

    /// The signatures that the files hold.
    pub fn signatures(&self) -> Result<std::collections::BTreeMap<String, String>, LogsError> {
        let mut signatures = std::collections::BTreeMap::new();
        for path in &self.signatures {
            let read = read_signatures(&path.display().to_string(), &text(path)?);
            signatures.extend(read.map_err(|error| LogsError::Given(error.to_string()))?);
        }
        Ok(signatures)
    }
}

/// The files that paths name: of a folder those in it, at any depth, but for hidden ones. What cannot be listed, or holds no
/// file, stays as it is, so that whoever reads it tells.
pub fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        let is_shown = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
        let entries = WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(is_shown);
        files.extend(entries.filter(|_| path.is_dir()).filter_map(|entry| match entry {
            Ok(entry) => entry.file_type().is_file().then(|| entry.into_path()),
            Err(error) => error.path().map(Path::to_owned),
        }));
        if files.len() == before {
            files.push(path.clone());
        }
    }
    files
}

/// The most bytes of one file that somebody wrote.
const MAX_BYTES: u64 = 256 << 20;

/// The bytes of a file that the user names.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, LogsError> {
    use std::io::Read as _;
    let told = |message: String| LogsError::Given(format!("{}: {message}", path.display()));
    if path.is_dir() {
        return Err(told("it is a folder: name the file".to_owned()));
    }
    let file = std::fs::File::open(path).map_err(|error| told(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| told(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(told(format!("more than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

/// The text of a file that the user names.
pub(super) fn text(path: &Path) -> Result<String, LogsError> {
    String::from_utf8(bytes(path)?).map_err(|error| LogsError::Given(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_the_files_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("more")).expect("a folder in it");
        std::fs::create_dir(at("empty")).expect("another");
        for name in ["b.csv", "a.json", ".hidden", "more/c.csv"] {
            std::fs::write(at(name), "id\n").expect("a file");
        }
        let found = files_of(&[folder.path().to_owned(), at("b.csv"), at("empty"), at("missing")]);
        let expected = ["a.json", "b.csv", "more/c.csv", "b.csv", "empty", "missing"].map(at);
        assert_eq!(found, expected);
        let told = bytes(&at("empty")).expect_err("no file").to_string();
        assert!(told.ends_with("it is a folder: name the file"), "{told}");
    }
}
