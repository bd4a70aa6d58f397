//! apt: its options, and what becomes of updates. Its sources are read in their own module.

use super::{Updates, sources};
use crate::guest::packages::Packages;
use crate::guest::systemd::{Manager, State};
use crate::guest::{Candidate, Effective, Guest, Place, Text};
use std::collections::BTreeMap;

/// Options of apt, by name in lower case with `::` between parts; the last of a name counts.
type AptOptions = BTreeMap<String, Vec<Candidate>>;

pub(super) fn read(guest: &Guest<'_>, packages: &Packages, manager: &Manager, updates: &mut Updates) {
    if !guest.exists("/etc/apt") {
        return;
    }
    let options = apt_options(guest);
    let on = |name: &str| {
        let effective = Effective::last_of(options.get(name).cloned().unwrap_or_default())?;
        (truth(effective.value()) == Some(true)).then_some(effective.won)
    };
    for name in [
        "apt::get::allowunauthenticated",
        "acquire::allowinsecurerepositories",
        "acquire::allowweakrepositories",
        "acquire::allowdowngradetoinsecurerepositories",
    ] {
        updates.unsigned.extend(on(name).map(|won| Candidate::new(format!("{name} is on"), won.place)));
    }
    for name in ["dir::etc::sourcelist", "dir::etc::sourceparts"] {
        if let Some(place) = options.get(name).and_then(|own| own.first()).map(|own| &own.place) {
            let why = format!("{place} puts the sources elsewhere, where they are not read");
            guest.problem(&place.path, "not-understood", why);
        }
    }
    // Without a source nothing is known of how packages come.
    updates.found |= sources::read(guest, &mut updates.unsigned);
    automatic(guest, packages, manager, &options, updates);
}

/// Whether security updates come by themselves, and what there is of it.
fn automatic(guest: &Guest<'_>, packages: &Packages, manager: &Manager, options: &AptOptions, updates: &mut Updates) {
    let installed =
        packages.get("unattended-upgrades").map(|p| Candidate::new(p.name.clone(), Place::line(&p.path, p.line)));
    let periodic = |name: &str| {
        let effective = Effective::last_of(options.get(&format!("apt::periodic::{name}")).cloned().unwrap_or_default());
        effective.filter(|effective| !is_never(effective.value())).map(|effective| effective.won)
    };
    let (upgrades, lists) = (periodic("unattended-upgrade"), periodic("update-package-lists"));
    let disabled = Effective::last_of(options.get("apt::periodic::enable").cloned().unwrap_or_default())
        .is_some_and(|e| e.value() == "0");
    let timer = manager.unit_state(guest, "apt-daily-upgrade.timer");
    // What is new is learnt by a timer of its own, where there is one.
    let learns = manager.unit_state(guest, "apt-daily.timer");
    let learns = learns.is_started() || learns == State::NotFound;
    let masked = ["apt-daily-upgrade.service", "apt-daily.service"]
        .iter()
        .any(|service| matches!(manager.unit_state(guest, service), State::Masked(_)));
    let by_cron = !manager.has_systemd() && guest.exists("/etc/cron.daily/apt-compat");
    let started = timer.place().filter(|_| timer.is_started() || by_cron).cloned();
    let origin = security_origin(options);
    let parts: Vec<Candidate> = [
        installed.clone(),
        origin.clone(),
        upgrades.as_ref().map(|won| Candidate::new("APT::Periodic::Unattended-Upgrade", won.place.clone())),
        lists.as_ref().map(|won| Candidate::new("APT::Periodic::Update-Package-Lists", won.place.clone())),
        started.as_ref().map(|place| Candidate::new("apt-daily-upgrade.timer is enabled", place.clone())),
    ]
    .into_iter()
    .flatten()
    .collect();
    // A pattern that fits every package keeps all of them back.
    let kept_back = options.get("unattended-upgrade::package-blacklist").into_iter().flatten();
    let disabled = disabled || kept_back.into_iter().any(|own| matches!(own.value.as_str(), ".*" | ".+" | "." | ".*$"));
    let runs = (started.is_some() && learns || by_cron) && !disabled && !masked;
    if installed.is_some() && origin.is_some() && upgrades.is_some() && lists.is_some() && runs {
        updates.automatic = Some(parts);
    } else {
        updates.partly.extend(parts);
    }
}

/// Whether a time between two runs stands for never: nought, with or without a unit.
fn is_never(value: &str) -> bool {
    matches!(value.trim(), "" | "no" | "false")
        || value.trim().trim_end_matches(['s', 'm', 'h', 'd']).parse() == Ok(0_u32)
}

/// Where unattended-upgrades may take packages from, if the distribution's security updates are among it. Without any
/// origin it upgrades nothing.
fn security_origin(options: &AptOptions) -> Option<Candidate> {
    let lists = ["unattended-upgrade::origins-pattern", "unattended-upgrade::allowed-origins"];
    let mut origins = lists.iter().filter_map(|list| options.get(*list)).flatten();
    let secures = |origin: &&Candidate| {
        let origin = origin.value.to_ascii_lowercase();
        origin.contains("security") || ["origin=*", "o=*", "*:*"].contains(&origin.as_str())
    };
    origins.rfind(secures).cloned()
}

fn apt_options(guest: &Guest<'_>) -> AptOptions {
    let mut options = AptOptions::new();
    let directory = guest.list("/etc/apt/apt.conf.d");
    let usable = |name: &str| {
        let stem = name.strip_suffix(".conf").unwrap_or(name);
        stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) && !stem.is_empty()
    };
    let files =
        directory.iter().filter(|entry| usable(&entry.name)).map(|entry| format!("/etc/apt/apt.conf.d/{}", entry.name));
    for path in files.chain(["/etc/apt/apt.conf".to_owned()]) {
        let Some(text) = guest.text(&path) else { continue };
        // These look like comments and are not: what they take in or away is not followed.
        let directive = |line: &str| line.starts_with("#include") || line.starts_with("#clear");
        if let Some((number, _)) = text.lines().find(|(_, line)| directive(line.trim_start())) {
            guest.problem(&path, "not-understood", format!("{path}:{number}: this directive is not followed"));
        }
        apt_file(&text, &mut options);
    }
    options
}

/// Reads `A::B "value";` and `A { B "value"; };`, comments in the styles of C++, C and the shell.
fn apt_file(text: &Text, options: &mut AptOptions) {
    let mut scopes: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut name: Option<String> = None;
    let (mut quoted, mut in_comment) = (false, false);
    for (number, line) in text.lines() {
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            if in_comment {
                if character == '*' && characters.next_if_eq(&'/').is_some() {
                    in_comment = false;
                }
                continue;
            }
            match character {
                '"' => quoted = !quoted,
                _ if quoted => word.push(character),
                '/' if characters.peek() == Some(&'/') => break,
                '/' if characters.next_if_eq(&'*').is_some() => in_comment = true,
                '#' => break,
                '{' => {
                    scopes.push(name.take().unwrap_or_else(|| std::mem::take(&mut word)));
                    word.clear();
                }
                '}' => _ = scopes.pop(),
                ';' => {
                    let own = name.take();
                    // A value without a name is one more of the list that the scope is, as is `name::`.
                    if own.is_some() || !word.is_empty() {
                        let full: Vec<&str> = scopes.iter().map(String::as_str).chain(own.as_deref()).collect();
                        let key = full.join("::").trim_end_matches(':').to_ascii_lowercase();
                        options
                            .entry(key)
                            .or_default()
                            .push(Candidate::new(word.clone(), Place::line(text.path(), number)));
                    }
                    word.clear();
                }
                c if c.is_whitespace() => {
                    if name.is_none() && !word.is_empty() {
                        name = Some(std::mem::take(&mut word));
                    }
                }
                _ => word.push(character),
            }
        }
        if name.is_none() && !word.is_empty() && !quoted {
            name = Some(std::mem::take(&mut word));
        }
    }
}

/// A word as apt takes it for yes or no; `None` where it takes the default.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "with" | "on" | "enable" => Some(true),
        "0" | "no" | "false" | "without" | "off" | "disable" => Some(false),
        _ => None,
    }
}
