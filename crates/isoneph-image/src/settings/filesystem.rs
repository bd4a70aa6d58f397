//! Settings that only a walk over every file decides. A walk that saw nothing decides nothing.

use super::{Readings, Setting};
use crate::guest::packages::{owners, ships_bits};
use crate::guest::walk::{NotedFile, Remark, Walked};
use crate::guest::{Candidate, Place, Problem};
use std::collections::BTreeSet;

const KINDS: [(&str, Remark); 4] = [
    ("fs.world-writable-files", Remark::WorldWritable),
    ("fs.world-writable-directories", Remark::NotSticky),
    ("fs.unowned-files", Remark::Unowned),
    ("fs.open-library-directories", Remark::OpenLibrary),
];
const SETUID: &str = "fs.unpackaged-setuid-programs";

/// The settings when no walk was made.
pub(super) fn not_walked() -> Vec<Setting> {
    let ids = KINDS.iter().map(|(id, _)| *id).chain([SETUID]);
    ids.map(|id| Setting::unknown(id, "not-walked", "the files of the guest were not walked over")).collect()
}

/// The settings, and the set-uid programs marked with whether a package owns them.
pub(super) fn settings(readings: &Readings<'_>, walked: &mut Walked) -> Vec<Setting> {
    let mut problems = walked.problems.clone();
    if !walked.complete && problems.is_empty() {
        let message = "the walk over the guest's files saw no file".to_owned();
        problems.push(Problem { path: "/".to_owned(), code: "nothing-seen".to_owned(), message });
    }
    let mut settings = Vec::new();
    for (id, remark) in KINDS {
        // Who is known decides what is unowned.
        let needs = if remark == Remark::Unowned {
            [&problems[..], &readings.accounts.problems[..]].concat()
        } else {
            problems.clone()
        };
        let count = walked.counts.get(&remark).copied().unwrap_or(0);
        let files: Vec<Candidate> = walked.noted.iter().filter(|file| file.remark == remark).map(named).collect();
        let certain = remark != Remark::Unowned || readings.accounts.problems.is_empty();
        let offending = count > 0 && certain;
        let setting = Setting::explicit(id, count.to_string()).parts(&files);
        settings.push(setting.needs_unless(offending, &needs));
    }
    settings.push(setuid(readings, walked, &problems));
    settings
}

fn named(file: &NotedFile) -> Candidate {
    Candidate::new(format!("{:04o} {}:{}", file.mode, file.uid, file.gid), Place::file(&file.path))
}

fn setuid(readings: &Readings<'_>, walked: &mut Walked, problems: &[Problem]) -> Setting {
    let programs = walked.noted.iter().filter(|file| file.remark == Remark::Setuid);
    let wanted: BTreeSet<String> = programs.map(|file| file.path.clone()).collect();
    let count = walked.counts.get(&Remark::Setuid).copied().unwrap_or(0);
    if count > wanted.len() as u64 {
        let why = format!("{count} programs run with other rights: more than are looked at one by one");
        return Setting::unknown(SETUID, "limit", why);
    }
    let owners = owners(readings.guest, &readings.packages, &wanted);
    let needs = [problems, &readings.packages.problems[..], &owners.problems[..]].concat();
    let (mut foreign, mut open) = (Vec::new(), Vec::new());
    for file in walked.noted.iter_mut().filter(|file| file.remark == Remark::Setuid) {
        file.packaged = match owners.get(&file.path) {
            Some(Some(mode)) => Some(mode & 0o6000 == file.mode & 0o6000),
            // The package brings the program, but its database does not say with which mode.
            Some(None) => ships_bits(&file.path, file.mode).then_some(true),
            None => Some(false),
        };
        match file.packaged {
            Some(true) => {}
            Some(false) => foreign.push(named(file)),
            None => open.push(named(file)),
        }
    }
    if let Some(first) = open.first().filter(|_| foreign.is_empty()) {
        let why = format!("{} is a package's, which does not state its mode {}", first.place, first.value);
        return Setting::unknown(SETUID, "mode-not-recorded", why).parts(&open);
    }
    // Without the packages' lists every program looks foreign.
    let certain = readings.packages.problems.is_empty() && owners.problems.is_empty() && readings.packages.found;
    let setting = Setting::explicit(SETUID, foreign.len().to_string()).parts(&foreign);
    setting.needs_unless(certain && !foreign.is_empty(), &needs)
}
