//! The files that audit logs are held against, as commands take them.

use std::path::PathBuf;

use clap::Args;
use isoneph_register::{Declaration, Register};
use isoneph_sources::{LogsAgainst, files_of};
use isoneph_tables::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The files.
#[derive(Args, Debug, Clone, Default)]
#[command(next_help_heading = "What audit logs are held against")]
pub(crate) struct LogArguments {
    /// Approved changes and pipeline runs: CSV, JSON, exports of Jira and ServiceNow
    #[arg(long, value_name = "FILE")]
    changes: Vec<PathBuf>,
    /// The time zone of times in them that carry none, by its IANA name (`Asia/Tokyo`); without it such rows are told
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    changes_time_zone: Option<TimeZone>,
    /// People and their identities, break-glass identities, procedures and reviews (TOML)
    #[arg(long, value_name = "FILE")]
    administration: Vec<PathBuf>,
    /// Critical operations that a named person adopted or amended (TOML); without it the proposal holds
    #[arg(long, value_name = "FILE")]
    operations: Vec<PathBuf>,
    #[command(flatten)]
    keys: KeyArguments,
    /// Tenants that left, with what was agreed and counted (TOML)
    #[arg(long, value_name = "FILE")]
    departures: Vec<PathBuf>,
    /// Feeds that tenants get of the service, with whose events they are to show (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) feeds: Vec<PathBuf>,
}

/// The files that digests are verified with.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct KeyArguments {
    /// Public keys of CloudTrail's digests: the answer of `aws cloudtrail list-public-keys`
    #[arg(long, value_name = "FILE")]
    pub(crate) public_keys: Vec<PathBuf>,
    /// Signatures of digests by object key (JSON), where the objects' metadata does not lie beside them
    #[arg(long, value_name = "FILE")]
    pub(crate) signatures: Vec<PathBuf>,
}

impl LogArguments {
    /// Of departures only.
    pub(crate) fn of_departures(departures: &[PathBuf], keys: &KeyArguments) -> LogArguments {
        LogArguments { departures: departures.to_vec(), keys: keys.clone(), ..LogArguments::default() }
    }

    /// Of digests only.
    pub(crate) fn of_keys(keys: &KeyArguments) -> LogArguments {
        LogArguments { keys: keys.clone(), ..LogArguments::default() }
    }

    /// Every file that is named: none of them is evidence of its own.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.with(&Declaration::default(), &[], Date::default()).files().cloned().collect()
    }

    /// Files that say something of events alone: without audit logs nobody looks at them.
    pub(crate) fn about_events(&self) -> impl Iterator<Item = &PathBuf> {
        let keys = self.keys.public_keys.iter().chain(&self.keys.signatures);
        self.changes.iter().chain(&self.administration).chain(&self.operations).chain(keys)
    }

    /// Whether a file says who left, or what tenants get: both are followed beyond what the register says.
    pub(crate) fn names_tenants(&self) -> bool {
        !self.departures.is_empty() || !self.feeds.is_empty()
    }

    /// The files, with what is declared beside them.
    pub(crate) fn with<'a>(
        &self,
        declaration: &Declaration,
        registers: &'a [Register],
        as_of: Date,
    ) -> LogsAgainst<'a> {
        let period = declaration.scope.period.as_ref().map(|period| *period.get_ref());
        LogsAgainst {
            changes: files_of(&self.changes),
            changes_time_zone: self.changes_time_zone.clone(),
            administration: self.administration.clone(),
            operations: self.operations.clone(),
            public_keys: self.keys.public_keys.clone(),
            signatures: self.keys.signatures.clone(),
            departures: self.departures.clone(),
            feeds: self.feeds.clone(),
            registers: registers.iter().collect(),
            period: period.and_then(|period| start_of(period.from).zip(end_of(period.until))),
            accounts: declaration.accounts.iter().map(|account| account.id.get_ref().clone()).collect(),
            regions: declaration.scope.regions.clone(),
            as_of: end_of(as_of),
        }
    }
}

fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|error| error.to_string())
}

fn start_of(day: Date) -> Option<Instant> {
    day.to_zoned(TimeZone::UTC).ok().map(|at| Instant(at.timestamp().as_microsecond()))
}

/// The first instant behind a day.
fn end_of(day: Date) -> Option<Instant> {
    start_of(day.tomorrow().ok()?)
}
