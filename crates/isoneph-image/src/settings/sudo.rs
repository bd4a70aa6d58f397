//! Settings of sudo.

use super::{Readings, Setting};
use crate::guest::{Candidate, Known, Place};

const IDS: [&str; 4] = ["sudo.use_pty", "sudo.logfile", "sudo.without-password", "sudo.authenticate"];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let sudoers = &readings.sudoers;
    let doas = readings.guest.watched(|| doas_without_password(readings));
    if sudoers.path.is_empty() && doas.is_empty() {
        let installed = readings.packages.any(&["sudo", "sudo-ldap", "sudo-rs"]);
        let absent = |id: &str| match installed {
            // Without its file sudo lets nobody do anything.
            Some(package) => Setting::absent(id, "sudo is installed without a sudoers file")
                .noted(&Place::line(&package.path, package.line), "installed"),
            None => Setting::absent(id, "sudo is not installed"),
        };
        return IDS.map(|id| absent(id).needs(&sudoers.problems).needs(&doas.problems)).into();
    }
    if sudoers.path.is_empty() {
        let absent = |id: &str| Setting::absent(id, "sudo has no file of rules").needs(&sudoers.problems);
        let offenders = Setting::offenders(IDS[2], &doas, &doas.problems);
        return vec![absent(IDS[0]), absent(IDS[1]), offenders, absent(IDS[3])];
    }
    let mut settings = flag(readings, IDS[0], "use_pty", pty_default(readings));
    settings.push(log_file(readings));
    settings.push(without_password(readings, &doas));
    settings.extend(flag(readings, IDS[3], "authenticate", Some("yes")));
    settings
}

/// sudo 1.9.14 made `use_pty` the default.
fn pty_default(readings: &Readings<'_>) -> Option<&'static str> {
    let Some(package) = readings.packages.any(&["sudo", "sudo-ldap"]) else {
        // The one in Rust has always had it so.
        return readings.packages.get("sudo-rs").map(|_| "yes");
    };
    // "1.9.13p3-1" is 1.9.13.
    let numbers = crate::guest::packages::upstream_numbers(&package.version);
    if numbers.is_empty() {
        return None;
    }
    Some(if numbers >= vec![1, 9, 14] { "yes" } else { "no" })
}

/// A flag for everybody, and a row for each scope that sets it.
fn flag(readings: &Readings<'_>, id: &str, name: &str, default: Option<&str>) -> Vec<Setting> {
    let sudoers = &readings.sudoers;
    let global = match (sudoers.global(name), default) {
        (Some(effective), _) => Setting::effective(id, effective.value(), &effective),
        (None, Some(default)) => Setting::default(id, default, "default of the installed sudo"),
        (None, None) => {
            Setting::unknown(id, "version-default", format!("{name} is not set, and the version of sudo is not known"))
        }
    };
    let mut settings = vec![global];
    for scope in sudoers.scopes(name) {
        if let Some(effective) = sudoers.in_scope(name, scope) {
            settings.push(Setting::effective(id, effective.value(), &effective).scope(format!("Defaults{scope}")));
        }
    }
    settings.into_iter().map(|setting| setting.needs(&sudoers.problems)).collect()
}

fn log_file(readings: &Readings<'_>) -> Setting {
    let id = IDS[1];
    let setting = match readings.sudoers.global("logfile") {
        Some(effective) if effective.value() == "no" => Setting::effective(id, "none", &effective),
        Some(effective) => Setting::effective(id, "set", &effective),
        None => Setting::default(id, "none", "sudo writes no file of its own unless told to"),
    };
    setting.needs(&readings.sudoers.problems)
}

/// Rules of doas, which stands beside sudo or in its place, that ask for no password (doas.conf(5)).
fn doas_without_password(readings: &Readings<'_>) -> Vec<Candidate> {
    let guest = readings.guest;
    let paths = ["/etc/doas.conf".to_owned()].into_iter().chain(guest.files_ending("/etc/doas.d", ".conf"));
    let mut found = Vec::new();
    for path in paths {
        let Some(text) = guest.text(&path) else { continue };
        for (number, line) in text.settings(&['#']) {
            let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
            if words.first() == Some(&"permit") && words.contains(&"nopass") {
                found.push(Candidate::new(format!("doas: {}", words.join(" ")), Place::line(&path, number)));
            }
        }
    }
    found
}

fn without_password(readings: &Readings<'_>, doas: &Known<Vec<Candidate>>) -> Setting {
    let mut offenders = readings.sudoers.without_password.clone();
    // Members of this group are never asked.
    let exempt = readings.sudoers.options.iter().filter(|option| option.name == "exempt_group" && !option.negated);
    offenders.extend(exempt.map(|option| {
        Candidate::new(format!("exempt_group {}", option.value.as_deref().unwrap_or_default()), option.place.clone())
    }));
    offenders.extend(doas.iter().cloned());
    let problems = [&readings.sudoers.problems[..], &doas.problems[..]].concat();
    Setting::offenders(IDS[2], &offenders, &problems)
}
