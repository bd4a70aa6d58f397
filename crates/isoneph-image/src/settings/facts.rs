//! Everything that is known of a guest, bounded and ready to be written.

use super::{Readings, Setting, filesystem, listening, of_configuration};
use crate::guest::accounts::Account;
use crate::guest::end_of_life::EndOfLife;
use crate::guest::listening::{Listener, Service, services};
use crate::guest::os::OperatingSystem;
use crate::guest::packages::Package;
use crate::guest::sudo_rights::{self, Groups};
use crate::guest::walk::{self, NotedFile};
use crate::guest::{Guest, Problem, hygiene};
use crate::tree::{Tree, WalkBudget};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Rows of a list at most; what is beyond is counted in `left_off`.
const ROWS: usize = 100_000;

/// What is asked of an examination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The day for which support of the release is judged.
    pub as_of: Date,
    /// What the walk over all files may cost; `None` leaves the walk out, and what it decides unknown.
    pub walk: Option<WalkBudget>,
}

/// An installed package.
pub type PackageFact = Package;

/// What the walk over all files saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkFact {
    /// Entries visited.
    pub visited: u64,
    /// Whether everything was seen.
    pub complete: bool,
}

/// How long fixes of the guest's release are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFact {
    /// The last day of them, long-term support by others included.
    pub until: Date,
    /// Whether that day is over.
    pub ended: bool,
}

/// A user, and by which ways it opens the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFact {
    /// The user.
    pub account: Account,
    /// Whether a key that opens it is left in the guest; `None` where files that could hold one cannot be read.
    pub authorized_keys: Option<bool>,
    /// Whether it may become root by sudo; `None` where it may run some commands only, or rules cannot be read.
    pub sudo: Option<bool>,
}

/// Everything that is known of a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Which system it is.
    pub os: OperatingSystem,
    /// How long its release is mended; `None` of one that the table of this crate does not know.
    pub release: Option<ReleaseFact>,
    /// The catalogued settings, by id and scope.
    pub settings: Vec<Setting>,
    /// Services, sockets and timers with their state.
    pub services: Vec<Service>,
    /// What it would listen on.
    pub listening: Vec<Listener>,
    /// Users; of passwords the scheme alone.
    pub accounts: Vec<AccountFact>,
    /// Installed packages.
    pub packages: Vec<PackageFact>,
    /// Files of note.
    pub files: Vec<NotedFile>,
    /// The walk, if one was made.
    pub walk: Option<WalkFact>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Rows left off because there were too many.
    pub left_off: u64,
}

/// Examines a guest. Same tree and options, same facts.
#[must_use]
pub fn examine(tree: &Tree, options: &Options) -> Facts {
    let guest = Guest::new(tree);
    let readings = Readings::read(&guest);
    let mut settings = of_configuration(&readings, options.as_of);
    let mut walked = options.walk.map(|budget| walk::read(&guest, &readings.accounts, budget));
    match &mut walked {
        Some(walked) => settings.extend(filesystem::settings(&readings, walked)),
        None => settings.extend(filesystem::not_walked()),
    }
    settings.sort_by(|a, b| (&a.id, &a.scope, &a.place).cmp(&(&b.id, &b.scope, &b.place)));
    let mut left_off = 0;
    let mut problems = guest.problems();
    problems.extend(walked.iter().flat_map(|walked| walked.problems.clone()));
    problems.sort();
    problems.dedup();
    Facts {
        release: release(&readings.os, options.as_of),
        os: readings.os.facts.clone(),
        settings: capped(settings, &mut left_off),
        services: capped(services(&guest, &readings.manager), &mut left_off),
        listening: capped(listening::read(&readings), &mut left_off),
        accounts: capped(accounts(&guest, &readings), &mut left_off),
        packages: capped(readings.packages.iter().cloned().collect(), &mut left_off),
        walk: walked.as_ref().map(|walked| WalkFact { visited: walked.visited, complete: walked.complete }),
        files: capped(walked.map(|walked| walked.noted).unwrap_or_default(), &mut left_off),
        problems: capped(problems, &mut left_off),
        left_off,
    }
}

fn accounts(guest: &Guest<'_>, readings: &Readings<'_>) -> Vec<AccountFact> {
    let holders = hygiene::key_holders(guest, &readings.accounts, &readings.sshd);
    let keys_known = holders.problems.is_empty() && readings.sshd.problems.is_empty();
    let groups = guest.watched(|| Groups::read(guest));
    let rules_known = groups.problems.is_empty() && readings.sudoers.problems.is_empty();
    let fact = |account: &Account| {
        let holds = holders.contains(&account.name);
        let sudoers = &readings.sudoers;
        let root = sudo_rights::may_become_root(account, &sudoers.rules, &sudoers.aliases, &groups);
        AccountFact {
            account: account.clone(),
            authorized_keys: (holds || keys_known).then_some(holds),
            sudo: root.filter(|_| rules_known),
        }
    };
    readings.accounts.users.iter().map(fact).collect()
}

fn release(os: &OperatingSystem, day: Date) -> Option<ReleaseFact> {
    let table = EndOfLife::table();
    let release = table.find(os)?;
    let until = release.extended.map_or(release.ends, |extended| extended.max(release.ends));
    Some(ReleaseFact { until, ended: day > until })
}

fn capped<T>(mut rows: Vec<T>, left_off: &mut u64) -> Vec<T> {
    *left_off += rows.len().saturating_sub(ROWS) as u64;
    rows.truncate(ROWS);
    rows
}

impl Facts {
    /// Makes every setting unknown for what puts the whole guest in doubt.
    pub(crate) fn doubt(&mut self, doubts: Vec<Problem>) {
        if doubts.is_empty() {
            return;
        }
        self.settings = std::mem::take(&mut self.settings).into_iter().map(|setting| setting.needs(&doubts)).collect();
        self.problems.extend(doubts);
        self.problems.sort();
    }

    /// The rows of a setting: one for the whole machine, and one for each scope that differs.
    pub fn rows_of<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Setting> {
        let start = self.settings.partition_point(|setting| setting.id.as_str() < id);
        let end = self.settings.partition_point(|setting| setting.id.as_str() <= id);
        self.settings[start..end].iter()
    }
}
