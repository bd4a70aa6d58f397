//! Package managers: whether they check signatures, and whether security updates come by themselves.

use super::os::Family;
use super::packages::Packages;
use super::systemd::{Manager, State};
use super::{Candidate, Effective, Guest, Known, Place, Text, base_name, ini};
use std::collections::BTreeMap;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Updates {
    /// Whether a package manager with sources was found.
    pub found: bool,
    /// Places that let unsigned packages in.
    pub unsigned: Vec<Candidate>,
    /// What brings security updates by itself: tool and places. `None` when nothing does.
    pub automatic: Option<Vec<Candidate>>,
    /// Steps towards it that are there.
    pub partly: Vec<Candidate>,
}

/// Reads the configuration of apt, dnf or yum, and zypper.
#[must_use]
pub fn read(guest: &Guest<'_>, packages: &Packages, manager: &Manager, family: Family) -> Known<Updates> {
    guest.watched(|| {
        let mut updates = Updates::default();
        apt(guest, packages, manager, &mut updates);
        dnf(guest, packages, manager, &mut updates);
        zypper(guest, manager, &mut updates);
        if family == Family::Alpine && guest.exists("/etc/apk/repositories") {
            // apk refuses unsigned packages; only its command line can say otherwise.
            updates.found = true;
        }
        updates
    })
}

/// Options of apt, by name in lower case with `::` between parts; the last of a name counts.
type AptOptions = BTreeMap<String, Vec<Candidate>>;

fn apt(guest: &Guest<'_>, packages: &Packages, manager: &Manager, updates: &mut Updates) {
    if !guest.exists("/etc/apt") {
        return;
    }
    let options = apt_options(guest);
    let on = |name: &str| {
        let effective = Effective::last_of(options.get(name).cloned().unwrap_or_default())?;
        matches!(effective.value().to_ascii_lowercase().as_str(), "true" | "yes" | "1" | "on" | "with" | "enable")
            .then_some(effective.won)
    };
    updates.found = true;
    for name in [
        "apt::get::allowunauthenticated",
        "acquire::allowinsecurerepositories",
        "acquire::allowweakrepositories",
        "acquire::allowdowngradetoinsecurerepositories",
    ] {
        updates.unsigned.extend(on(name).map(|won| Candidate::new(format!("{name} is on"), won.place)));
    }
    let lists =
        ["/etc/apt/sources.list".to_owned()].into_iter().chain(guest.files_ending("/etc/apt/sources.list.d", ".list"));
    for path in lists.chain(guest.files_ending("/etc/apt/sources.list.d", ".sources")) {
        if let Some(text) = guest.text(&path) {
            apt_source(&text, &mut updates.unsigned);
        }
    }
    let installed =
        packages.get("unattended-upgrades").map(|p| Candidate::new(p.name.clone(), Place::line(&p.path, p.line)));
    let periodic = Effective::last_of(options.get("apt::periodic::unattended-upgrade").cloned().unwrap_or_default());
    let periodic = periodic.filter(|effective| !matches!(effective.value(), "0" | "" | "no" | "false"));
    let disabled = Effective::last_of(options.get("apt::periodic::enable").cloned().unwrap_or_default())
        .is_some_and(|e| e.value() == "0");
    let timer = manager.unit_state(guest, "apt-daily-upgrade.timer");
    let masked = matches!(manager.unit_state(guest, "apt-daily-upgrade.service"), State::Masked(_));
    let by_cron = !manager.has_systemd() && guest.exists("/etc/cron.daily/apt-compat");
    let started = timer.place().filter(|_| timer.is_started() || by_cron).cloned();
    let parts: Vec<Candidate> = [
        installed.clone(),
        periodic
            .as_ref()
            .map(|effective| Candidate::new("APT::Periodic::Unattended-Upgrade", effective.won.place.clone())),
        started.as_ref().map(|place| Candidate::new("apt-daily-upgrade.timer is enabled", place.clone())),
    ]
    .into_iter()
    .flatten()
    .collect();
    if installed.is_some() && periodic.is_some() && (started.is_some() || by_cron) && !disabled && !masked {
        updates.automatic = Some(parts);
    } else {
        updates.partly.extend(parts);
    }
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
        if let Some(text) = guest.text(&path) {
            apt_file(&text, &mut options);
        }
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
                    if let Some(name) = name.take() {
                        let full: Vec<&str> = scopes.iter().map(String::as_str).chain([name.as_str()]).collect();
                        let key = full.join("::").to_ascii_lowercase();
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

/// Sources that say they are to be trusted unsigned, in either form.
fn apt_source(text: &Text, unsigned: &mut Vec<Candidate>) {
    for (number, line) in text.settings(&['#']) {
        let lower = line.to_ascii_lowercase();
        let options = lower
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'))
            .map(|(options, _)| options)
            .unwrap_or_default();
        let listed = (lower.starts_with("deb ") || lower.starts_with("deb-src "))
            && options
                .split_whitespace()
                .any(|option| matches!(option, "trusted=yes" | "allow-insecure=yes" | "allow-weak=yes"));
        let field = lower.split_once(':').is_some_and(|(key, value)| {
            matches!(key.trim(), "trusted" | "allow-insecure" | "allow-weak") && value.trim() == "yes"
        });
        if listed || field {
            unsigned.push(Candidate::new("a source trusted without signature", Place::line(text.path(), number)));
        }
    }
}

fn dnf(guest: &Guest<'_>, packages: &Packages, manager: &Manager, updates: &mut Updates) {
    let Some(main) = ["/etc/dnf/dnf.conf", "/etc/yum.conf"].into_iter().find_map(|path| guest.text(path)) else {
        return;
    };
    updates.found = true;
    let lines = ini::assignments(&main);
    let value = |key: &str| lines.iter().rev().find(|line| line.section == "main" && line.key == key);
    let checks = value("gpgcheck").and_then(|line| ini::boolean(&line.value));
    let place = value("gpgcheck").map_or_else(|| Place::file(main.path()), |line| Place::line(main.path(), line.line));
    if checks != Some(true) {
        // dnf's own default is not to check; distributions set it.
        updates.unsigned.push(Candidate::new("gpgcheck is not on in the main section", place));
    }
    for folder in ["/etc/yum.repos.d", "/etc/dnf/repos.d", "/usr/share/dnf5/repos.d"] {
        for path in guest.files_ending(folder, ".repo") {
            if let Some(text) = guest.text(&path) {
                repositories(&text, &["gpgcheck", "pkg_gpgcheck"], true, updates);
            }
        }
    }
    let configured = |path: &str, section: &str, key: &str| {
        let text = guest.text(path)?;
        let found =
            ini::assignments(&text).into_iter().rev().find(|line| line.section == section && line.key == key)?;
        ini::boolean(&found.value)
            .filter(|on| *on)
            .map(|_| Candidate::new(format!("{key} is on"), Place::line(path, found.line)))
    };
    let timer = |name: &str| {
        let state = manager.unit_state(guest, name);
        state
            .place()
            .filter(|_| state.is_started())
            .map(|place| Candidate::new(format!("{name} is enabled"), place.clone()))
    };
    let applies = ["/etc/dnf/automatic.conf", "/etc/dnf/dnf5-plugins/automatic.conf"]
        .iter()
        .find_map(|path| configured(path, "commands", "apply_updates"));
    let installs = timer("dnf-automatic-install.timer");
    let plain = ["dnf-automatic.timer", "dnf5-automatic.timer"].into_iter().find_map(timer);
    let cron = manager.service(guest, "yum-cron");
    let cron =
        cron.place().filter(|_| cron.is_started()).map(|place| Candidate::new("yum-cron is enabled", place.clone()));
    let cron_applies = configured("/etc/yum/yum-cron.conf", "commands", "apply_updates");
    let ways = [(installs.clone(), installs), (plain, applies), (cron, cron_applies)];
    for (trigger, effect) in ways {
        match (trigger, effect) {
            (Some(trigger), Some(effect)) if packages.found => updates.automatic = Some(vec![trigger, effect]),
            (trigger, effect) => updates.partly.extend([trigger, effect].into_iter().flatten()),
        }
    }
}

/// Enabled repositories that switch the check of signatures off.
fn repositories(text: &Text, keys: &[&str], enabled_by_default: bool, updates: &mut Updates) {
    let lines = ini::assignments(text);
    let mut names: Vec<&str> = lines.iter().map(|line| line.section.as_str()).collect();
    names.dedup();
    for name in names {
        let value = |key: &str| lines.iter().rev().find(|line| line.section == name && line.key == key);
        let enabled = value("enabled").and_then(|line| ini::boolean(&line.value)).unwrap_or(enabled_by_default);
        let off = keys.iter().filter_map(|key| value(key)).find(|line| ini::boolean(&line.value) == Some(false));
        if let Some(line) = off.filter(|_| enabled) {
            let what = format!("repository {name}: {} is off", line.key);
            updates.unsigned.push(Candidate::new(what, Place::line(text.path(), line.line)));
        }
    }
}

fn zypper(guest: &Guest<'_>, manager: &Manager, updates: &mut Updates) {
    let Some(main) = guest.text("/etc/zypp/zypp.conf") else { return };
    updates.found = true;
    for line in ini::assignments(&main) {
        // repo_gpgcheck and pkg_gpgcheck refine it; either may be off while the other checks.
        if line.key == "gpgcheck" && ini::boolean(&line.value) == Some(false) {
            updates.unsigned.push(Candidate::new(format!("{} is off", line.key), Place::line(main.path(), line.line)));
        }
    }
    for path in guest.files_ending("/etc/zypp/repos.d", ".repo") {
        if let Some(text) = guest.text(&path) {
            repositories(&text, &["gpgcheck"], true, updates);
        }
    }
    for timer in ["transactional-update.timer", "os-update.timer"] {
        let state = manager.unit_state(guest, timer);
        if let Some(place) = state.place().filter(|_| state.is_started()) {
            updates.automatic = Some(vec![Candidate::new(format!("{timer} is enabled"), place.clone())]);
        }
    }
    if let Some(script) = guest.list("/etc/cron.daily").iter().find(|entry| entry.name == "opensuse.org-online_update")
    {
        let path = format!("/etc/cron.daily/{}", base_name(&script.name));
        updates.automatic = Some(vec![Candidate::new("online update runs daily", Place::file(&path))]);
    }
}
