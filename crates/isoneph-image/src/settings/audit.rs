//! Settings of the audit daemon.

use super::{Readings, Setting};
use crate::guest::audit::{Audit, Rule};
use crate::guest::{Candidate, Place};

const PACKAGES: [&str; 2] = ["auditd", "audit"];

/// What each subject of auditing consists of: setting, system calls, watched paths, run programs.
type Subject = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
const SUBJECTS: [Subject; 5] = [
    ("audit.clock-changes", &["adjtimex", "settimeofday", "clock_settime"], &["/etc/localtime"], &[]),
    (
        "audit.identity-changes",
        &[],
        &["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/security/opasswd"],
        &[],
    ),
    ("audit.privileged-commands", &[], &["/etc/sudoers"], &["/usr/bin/sudo"]),
    ("audit.module-loading", &["init_module", "finit_module", "delete_module"], &[], &[]),
    ("audit.deletions", &["unlink", "unlinkat", "rename", "renameat"], &[], &[]),
];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings = vec![package(readings), service(readings)];
    let others = ["audit.locked", "audit.disk_full_action", "audit.max_log_file_action"];
    if readings.packages.any(&PACKAGES).is_none() {
        let ids = SUBJECTS.iter().map(|(id, ..)| *id).chain(others);
        let problems = [&readings.packages.problems[..], &readings.audit.problems[..]].concat();
        settings.extend(ids.map(|id| Setting::absent(id, "the audit daemon is not installed").needs(&problems)));
        return settings;
    }
    let problems = &readings.audit.problems;
    settings.extend(
        SUBJECTS
            .iter()
            .map(|(id, calls, paths, programs)| subject(&readings.audit, id, calls, paths, programs).needs(problems)),
    );
    settings.push(locked(&readings.audit).needs(problems));
    for (id, key) in others[1..].iter().zip(["disk_full_action", "max_log_file_action"]) {
        let setting = match readings.audit.daemon(key) {
            Some(effective) => Setting::effective(*id, effective.value(), &effective),
            None => Setting::default(*id, "ignore", "default of auditd"),
        };
        settings.push(setting.needs(problems));
    }
    settings
}

fn package(readings: &Readings<'_>) -> Setting {
    let id = "audit.package";
    match readings.packages.any(&PACKAGES) {
        Some(package) => {
            let place = Place::line(&package.path, package.line);
            Setting::explicit(id, "installed")
                .parts([&Candidate::new(format!("{} {}", package.name, package.version), place)])
        }
        None => Setting::explicit(id, "not-installed").needs(&readings.packages.problems),
    }
}

/// The service, unless the kernel is told to record nothing: the unit then does not start.
fn service(readings: &Readings<'_>) -> Setting {
    let id = "audit.service";
    let state = readings.manager.service(readings.guest, "auditd");
    let place = state.place().map(|place| Candidate::new(format!("auditd is {}", state.name()), place.clone()));
    let entries = readings.boot.entries.iter().filter(|entry| !entry.recovery);
    let off: Vec<Candidate> = entries
        .filter_map(|entry| Some((entry.value("audit").filter(|value| matches!(*value, "0" | "off"))?, entry)))
        .map(|(value, entry)| Candidate::new(format!("audit={value}"), entry.place.clone()))
        .collect();
    if state.is_started() && !off.is_empty() {
        return Setting::explicit(id, "off-by-kernel").parts(&off).parts(&place);
    }
    let problems = [&readings.manager.problems[..], &readings.boot.problems[..]].concat();
    let value =
        if state.is_started() && readings.packages.any(&PACKAGES).is_none() { "not-installed" } else { state.name() };
    Setting::explicit(id, value).parts(&place).needs(&problems)
}

/// Which parts of a subject are recorded, where it is certain that the rules which say so are loaded.
fn subject(audit: &Audit, id: &str, calls: &[&str], paths: &[&str], programs: &[&str]) -> Setting {
    let whole = recorded(audit, id, calls, paths, programs);
    let Some(stops) = &audit.stops else { return whole };
    let certain = recorded(&audit.certain(), id, calls, paths, programs);
    if certain.value == whole.value { whole } else { not_loaded(id, stops) }
}

fn not_loaded(id: &str, stops: &Candidate) -> Setting {
    Setting::unknown(id, "not-loaded", stops.value.clone()).at(stops.place.clone())
}

/// Which parts of a subject are recorded, as a list of words.
fn recorded(audit: &Audit, id: &str, calls: &[&str], paths: &[&str], programs: &[&str]) -> Setting {
    if let Some(silenced) = &audit.silenced {
        return Setting::explicit(id, "").parts([silenced]).note("a rule switches all recording off");
    }
    if let Some(off) = audit.enabled.as_ref().filter(|enabled| enabled.value() == "0") {
        return Setting::explicit(id, "").parts([&off.won]).note("-e 0 switches all recording off");
    }
    let mut covered: Vec<(&str, &Rule)> = Vec::new();
    covered.extend(calls.iter().filter_map(|call| Some((*call, audit.call(call)?))));
    covered.extend(paths.iter().filter_map(|path| Some((*path, audit.change_of(path)?))));
    covered.extend(programs.iter().filter_map(|path| Some((*path, audit.run_of(path)?))));
    let names: Vec<&str> = covered.iter().map(|(name, _)| *name).collect();
    let mut rules: Vec<Candidate> = covered.iter().map(|(_, rule)| rule.candidate()).collect();
    rules.dedup();
    Setting::explicit(id, names.join(" ")).parts(&rules)
}

fn locked(audit: &Audit) -> Setting {
    let id = "audit.locked";
    match (&audit.enabled, &audit.stops) {
        // augenrules puts it behind all rules.
        (Some(effective), Some(stops)) if effective.value() == "2" => not_loaded(id, stops),
        (Some(effective), _) => Setting::effective(id, effective.value(), effective),
        (None, _) => Setting::default(id, "1", "rules can be changed unless the last option is -e 2"),
    }
}
