//! SELinux and AppArmor: which mandatory access control boot switches on.

use super::boot::Entry;
use super::ini;
use super::os::Family;
use super::systemd::Manager;
use super::{Candidate, Effective, Guest, Place, Text};

/// What is known of mandatory access control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `apparmor`, `selinux-enforcing`, `selinux-permissive`, `disabled`, `switched-off-later`, `none`; `unknown` when no
    /// boot entry is known.
    pub value: &'static str,
    /// What says so.
    pub parts: Vec<Candidate>,
}

/// Arguments of the kernel that switch it off.
fn switched_off(entries: &[Entry]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.recovery) {
        for name in ["apparmor", "selinux", "enforcing"] {
            if entry.value(name) == Some("0") {
                found.push(Candidate::new(format!("{name}=0"), entry.place.clone()));
            }
        }
    }
    found
}

/// Whether a command takes it back after boot.
fn lets_go(words: &[String]) -> bool {
    let permissive = |word: &String| matches!(word.to_ascii_lowercase().as_str(), "0" | "permissive");
    match words {
        [program, mode, ..] if program == "setenforce" => permissive(mode),
        [program, ..] => matches!(program.as_str(), "aa-teardown" | "apparmor_teardown"),
        [] => false,
    }
}

/// What the kernel is told to use, if it is told: the argument `lsm`, which supersedes `security`.
fn chosen(entry: &Entry) -> Option<&str> {
    entry.value("lsm").or_else(|| entry.value("security"))
}

/// Whether a list of modules leads to this one: of those that exclude each other the first is used.
fn picks(list: &str, name: &str) -> bool {
    list.split(',').find(|one| matches!(*one, "selinux" | "apparmor" | "smack")) == Some(name)
}

/// Decides. `entries` are the boot entries with what the next generation would hold.
#[must_use]
pub fn verdict(guest: &Guest<'_>, manager: &Manager, entries: &[Entry], family: Family) -> Verdict {
    let off = switched_off(entries);
    if !off.is_empty() {
        return Verdict { value: "disabled", parts: off };
    }
    if let Some(command) = manager.commands.iter().find(|command| lets_go(&command.words())) {
        let parts = vec![Candidate::new(command.text.clone(), command.place.clone())];
        return Verdict { value: "switched-off-later", parts };
    }
    let selinux = selinux_mode(guest);
    let unit = manager.service(guest, "apparmor");
    let boots: Vec<&Entry> = entries.iter().filter(|entry| !entry.recovery).collect();
    let all_choose = |name: &str, by_default: bool| {
        boots.iter().all(|entry| chosen(entry).map_or(by_default, |list| picks(list, name)))
    };
    let asks_selinux = |entry: &Entry| {
        chosen(entry).map_or_else(
            || family == Family::RedHat || entry.value("selinux") == Some("1"),
            |list| picks(list, "selinux"),
        )
    };
    if let Some(mode) =
        selinux.as_ref().filter(|_| family == Family::RedHat || boots.iter().any(|entry| asks_selinux(entry)))
    {
        let parts = vec![mode.won.clone()];
        let value = match mode.value() {
            "disabled" => "disabled",
            "permissive" => "selinux-permissive",
            "enforcing" if boots.is_empty() => "unknown",
            "enforcing" if boots.iter().all(|entry| asks_selinux(entry)) => "selinux-enforcing",
            _ => "none",
        };
        return Verdict { value, parts };
    }
    let parts: Vec<Candidate> = unit
        .place()
        .map(|place| Candidate::new(format!("apparmor.service is {}", unit.name()), place.clone()))
        .into_iter()
        .collect();
    // Kernels of Debian, Ubuntu and SUSE take AppArmor by default; others must be told.
    let by_default = matches!(family, Family::Debian | Family::Suse);
    if !unit.is_started() {
        return Verdict { value: "none", parts };
    }
    let value = if boots.is_empty() {
        "unknown"
    } else if all_choose("apparmor", by_default) {
        "apparmor"
    } else {
        "none"
    };
    Verdict { value, parts }
}

/// The mode in `/etc/selinux/config`, where a policy of the named type is installed.
fn selinux_mode(guest: &Guest<'_>) -> Option<Effective> {
    let text = guest.text("/etc/selinux/config")?;
    let mode = stated_mode(&text);
    let lines = ini::assignments(&text);
    let kind = lines.iter().rev().find(|line| line.key == "SELINUXTYPE");
    let policy = kind.map_or("targeted", |line| line.value.as_str());
    let folder = format!("/etc/selinux/{policy}/policy");
    if mode.value() == "enforcing" && guest.list(&folder).is_empty() {
        return None;
    }
    Some(mode)
}

/// As libselinux reads it: the first line that begins with the name, without blanks, and goes on with a mode. Without
/// one it is permissive.
fn stated_mode(text: &Text) -> Effective {
    let mut modes = Vec::new();
    for (number, line) in text.lines() {
        let Some(value) = line.strip_prefix("SELINUX=") else { continue };
        let value = value.to_ascii_lowercase();
        let mode = ["enforcing", "permissive", "disabled"].into_iter().find(|mode| value.starts_with(mode));
        modes.extend(mode.map(|mode| Candidate::new(mode, Place::line(text.path(), number))));
    }
    let none = || Effective { won: Candidate::new("permissive", Place::file(text.path())), lost: Vec::new() };
    Effective::first_of(modes).unwrap_or_else(none)
}
