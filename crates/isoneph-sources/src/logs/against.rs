//! What logs are held against: files that the user names, and the register.

use std::path::PathBuf;

use isoneph_logs::changes::Declared;
use isoneph_logs::digest::{PublicKey, read_public_keys, read_signatures};
use isoneph_logs::operations::Catalogue;
use isoneph_register::Register;
use isoneph_tables::Instant;
use jiff::tz::TimeZone;

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

/// The most bytes of one file that somebody wrote.
const MAX_BYTES: u64 = 256 << 20;

/// The bytes of a file that the user names.
pub(super) fn bytes(path: &std::path::Path) -> Result<Vec<u8>, LogsError> {
    use std::io::Read as _;
    let told = |message: String| LogsError::Given(format!("{}: {message}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| told(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| told(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(told(format!("more than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

/// The text of a file that the user names.
pub(super) fn text(path: &std::path::Path) -> Result<String, LogsError> {
    String::from_utf8(bytes(path)?).map_err(|error| LogsError::Given(format!("{}: {error}", path.display())))
}
