//! What drifted between two guests: the golden image and a machine's disk, or last month's image and today's.
//!
//! Values are compared as they take effect, not as text: a line that moved to another file is no drift. What is unknown on
//! one side only is neither equal nor different, and is listed as such.

use crate::scan::GuestScan;
use crate::settings::{Facts, Origin, Setting};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its name: a setting (with its scope), a unit, an account, a package, a path with what is to be noted of it.
    pub name: String,
    /// What it was; `None` where it was not there.
    pub before: Option<String>,
    /// What it is; `None` where it is not there any more.
    pub after: Option<String>,
    /// What decides it now, or decided it: a path in the guest, with a line.
    pub place: String,
}

/// What drifted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Effective settings.
    pub settings: Vec<Change>,
    /// Services and whether they start.
    pub services: Vec<Change>,
    /// Accounts.
    pub accounts: Vec<Change>,
    /// Packages and their versions.
    pub packages: Vec<Change>,
    /// Files of note: setuid, writable by everybody, owned by nobody.
    pub files: Vec<Change>,
    /// Settings that one side does not tell: the name, and why.
    pub undecided: Vec<(String, String)>,
    /// Settings that neither side tells.
    pub unknown_in_both: usize,
    /// What could not be read on either side: lists may lack what lay there.
    pub unread: Vec<String>,
}

impl Difference {
    /// Whether nothing is known to have drifted.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.lists().iter().all(|(_, changes)| changes.is_empty())
    }

    /// Whether everything could be compared that at least one side tells.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.undecided.is_empty() && self.unread.is_empty()
    }

    /// The lists with their names.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Change]); 5] {
        [
            ("settings", &self.settings),
            ("services", &self.services),
            ("accounts", &self.accounts),
            ("packages", &self.packages),
            ("files", &self.files),
        ]
    }
}

/// A thing's value and its place.
type Valued = BTreeMap<String, (String, String)>;

/// Compares two guests.
#[must_use]
pub fn difference(before: &GuestScan, after: &GuestScan) -> Difference {
    let (old, new) = (&before.facts, &after.facts);
    let mut found = Difference {
        services: changes(&services(old), &services(new)),
        accounts: changes(&accounts(old), &accounts(new)),
        packages: changes(&packages(old), &packages(new)),
        files: changes(&files(old), &files(new)),
        unread: [unread("A", before), unread("B", after)].concat(),
        ..Difference::default()
    };
    settings(old, new, &mut found);
    found
}

fn changes(before: &Valued, after: &Valued) -> Vec<Change> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| {
        let (old, new) = (before.get(name), after.get(name));
        let value = |side: Option<&(String, String)>| side.map(|(value, _)| value.clone());
        let place = new.or(old).map(|(_, place)| place.clone()).unwrap_or_default();
        let change = Change { name: name.clone(), before: value(old), after: value(new), place };
        (change.before != change.after).then_some(change)
    };
    names.into_iter().filter_map(change).collect()
}

fn settings(before: &Facts, after: &Facts, found: &mut Difference) {
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let sides = [old.get(name), new.get(name)];
        let unknown = sides.iter().flatten().filter_map(|rows| rows.iter().find(|row| is_untold(row)).copied());
        let unknown: Vec<&Setting> = unknown.collect();
        match unknown.as_slice() {
            [] => {}
            [_, _] => {
                found.unknown_in_both += 1;
                continue;
            }
            [one, ..] => {
                let why = one.reason.as_ref().map(|reason| reason.message.clone()).unwrap_or_default();
                found.undecided.push((name.clone(), why));
                continue;
            }
        }
        let value = |rows: Option<&Vec<&Setting>>| rows.map(|rows| shown(rows));
        let (before, after) = (value(sides[0]), value(sides[1]));
        if before != after {
            let place = sides[1].or(sides[0]).and_then(|rows| rows.first()?.place.as_ref()).map(ToString::to_string);
            found.settings.push(Change { name: name.clone(), before, after, place: place.unwrap_or_default() });
        }
    }
}

fn by_name(facts: &Facts) -> BTreeMap<String, Vec<&Setting>> {
    let mut named: BTreeMap<String, Vec<&Setting>> = BTreeMap::new();
    for setting in &facts.settings {
        let name = match setting.scope.as_str() {
            "" => setting.id.clone(),
            scope => format!("{} ({scope})", setting.id),
        };
        named.entry(name).or_default().push(setting);
    }
    named
}

/// Whether nothing is told of a setting. That no file sets what the kernel has a default for is told, and can drift.
fn is_untold(setting: &Setting) -> bool {
    setting.origin == Origin::Unknown && !is_kernel_default(setting)
}

fn is_kernel_default(setting: &Setting) -> bool {
    setting.reason.as_ref().is_some_and(|reason| reason.code == "kernel-default")
}

/// The values of a setting's rows in one scope, sorted: most have one.
fn shown(rows: &[&Setting]) -> String {
    let value = |row: &&Setting| match row.origin {
        Origin::Absent => "absent".to_owned(),
        Origin::Unknown => "the kernel's default".to_owned(),
        _ => row.value.clone().unwrap_or_default(),
    };
    let mut values: Vec<String> = rows.iter().map(value).collect();
    values.sort();
    values.dedup();
    values.join(", ")
}

fn services(facts: &Facts) -> Valued {
    let row = |service: &crate::guest::listening::Service| {
        (service.name.clone(), (service.state.clone(), service.place.to_string()))
    };
    facts.services.iter().map(row).collect()
}

fn accounts(facts: &Facts) -> Valued {
    let word = |known: Option<bool>| match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let row = |fact: &crate::settings::AccountFact| {
        let account = &fact.account;
        let password = match account.shadow.unwrap_or(account.passwd) {
            _ if account.locked => "locked".to_owned(),
            scheme => format!("{scheme:?}").to_ascii_lowercase(),
        };
        let value = format!(
            "uid {} gid {} home {} shell {} password {password} keys {} sudo {}",
            account.uid,
            account.gid,
            account.home,
            account.shell,
            word(fact.authorized_keys),
            word(fact.sudo)
        );
        (account.name.clone(), (value, account.place.to_string()))
    };
    facts.accounts.iter().map(row).collect()
}

fn packages(facts: &Facts) -> Valued {
    let row = |package: &crate::settings::PackageFact| {
        (format!("{} {}", package.name, package.architecture), (package.version.clone(), package.path.clone()))
    };
    facts.packages.iter().map(row).collect()
}

fn files(facts: &Facts) -> Valued {
    let row = |file: &crate::guest::walk::NotedFile| {
        let name = format!("{} ({})", file.path, file.remark.name());
        (name, (format!("mode {:04o} owner {} group {}", file.mode, file.uid, file.gid), file.path.clone()))
    };
    facts.files.iter().map(row).collect()
}

fn unread(side: &str, scan: &GuestScan) -> Vec<String> {
    const TOLD: usize = 20;
    let facts = &scan.facts;
    let mut unread: Vec<String> =
        facts.problems.iter().take(TOLD).map(|problem| format!("{side}: {}", problem.message)).collect();
    if facts.problems.len() > TOLD {
        unread.push(format!("{side}: and {} more", facts.problems.len() - TOLD));
    }
    if facts.walk.as_ref().is_none_or(|walk| !walk.complete || walk.visited == 0) {
        unread.push(format!("{side}: not every file was visited"));
    }
    if facts.left_off > 0 {
        unread.push(format!("{side}: {} rows beyond the limit were left off", facts.left_off));
    }
    unread
}
