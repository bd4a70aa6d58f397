//! Package managers: whether they check signatures, and whether security updates come by themselves.

mod apt;
mod sources;

use super::os::Family;
use super::packages::Packages;
use super::systemd::{Manager, State};
use super::{Candidate, Guest, Known, Place, Text, base_name, glob, ini};

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
        apt::read(guest, packages, manager, &mut updates);
        dnf(guest, packages, manager, &mut updates);
        zypper(guest, manager, &mut updates);
        if family == Family::Alpine && guest.exists("/etc/apk/repositories") {
            // apk refuses unsigned packages unless its command line says otherwise, or the file of options for it.
            updates.found = true;
            let lines = guest.text("/etc/apk/config");
            let options = lines.iter().flat_map(|text| text.settings(&['#']));
            let trusting = options.filter(|(_, line)| line.trim_start_matches('-').starts_with("allow-untrusted"));
            updates.unsigned.extend(
                trusting.map(|(number, line)| Candidate::new(line.to_owned(), Place::line("/etc/apk/config", number))),
            );
        }
        updates
    })
}

fn dnf(guest: &Guest<'_>, packages: &Packages, manager: &Manager, updates: &mut Updates) {
    let Some(main) = ["/etc/dnf/dnf.conf", "/etc/yum.conf"].into_iter().find_map(|path| guest.text(path)) else {
        return;
    };
    updates.found = true;
    let lines = ini::assignments(&main);
    let value = |key: &str| lines.iter().rev().find(|line| line.section == "main" && line.key == key);
    let own = value("gpgcheck").map(|line| Candidate::new(line.value.clone(), Place::line(main.path(), line.line)));
    let stated = own.or_else(|| in_drop_ins(guest, "gpgcheck"));
    let checks = stated.as_ref().and_then(|stated| ini::boolean(&stated.value));
    let place = stated.map_or_else(|| Place::file(main.path()), |stated| stated.place);
    if checks != Some(true) {
        // dnf's own default is not to check; distributions set it.
        updates.unsigned.push(Candidate::new("gpgcheck is not on in the main section", place));
    }
    if let Some(line) = value("tsflags").filter(|line| listed(&line.value).any(|flag| flag == "nocrypto")) {
        let place = Place::line(main.path(), line.line);
        updates.unsigned.push(Candidate::new("tsflags has nocrypto: no signature is checked", place));
    }
    let folders: Vec<String> = match value("reposdir") {
        Some(line) => listed(&line.value).map(str::to_owned).collect(),
        None => ["/etc/yum.repos.d", "/etc/dnf/repos.d", "/usr/share/dnf5/repos.d"].map(str::to_owned).into(),
    };
    let read = |folder: &str| guest.files_ending(folder, ".repo").into_iter().filter_map(|path| guest.text(&path));
    let overrides: Vec<_> = read("/etc/dnf/repos.override.d").collect();
    let switched_on: Vec<String> = overrides
        .iter()
        .flat_map(|text| ini::assignments(text))
        .filter(|line| line.key == "enabled" && ini::boolean(&line.value) == Some(true))
        .map(|line| line.section)
        .collect();
    let texts = [main.clone()].into_iter().chain(folders.iter().flat_map(|folder| read(folder)));
    for text in texts.chain(overrides.iter().cloned()) {
        repositories(&text, &["gpgcheck", "pkg_gpgcheck"], &switched_on, updates);
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
        let service = format!("{}.service", name.trim_end_matches(".timer"));
        if matches!(manager.unit_state(guest, &service), State::Masked(_)) {
            return None;
        }
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

/// What the drop-ins of dnf5 say of a key of the main section: the last by name, and the main file comes before them.
fn in_drop_ins(guest: &Guest<'_>, key: &str) -> Option<Candidate> {
    let folders = ["/etc/dnf/libdnf5.conf.d", "/usr/share/dnf5/libdnf.conf.d"].map(str::to_owned);
    let mut found = None;
    for text in ini::drop_ins(guest, &folders, ".conf").iter().filter_map(|path| guest.text(path)) {
        let lines = ini::assignments(&text).into_iter();
        let mut fitting = lines.filter(|line| line.section == "main" && line.key == key);
        let own = fitting.next_back().map(|line| Candidate::new(line.value, Place::line(text.path(), line.line)));
        found = own.or(found);
    }
    found
}

/// The members of a list divided by commas or blanks.
fn listed(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ' ', '\t']).filter(|member| !member.is_empty())
}

/// Enabled repositories that switch the check of signatures off. Those that fit a pattern of `switched_on` are enabled
/// whatever their own file says.
fn repositories(text: &Text, keys: &[&str], switched_on: &[String], updates: &mut Updates) {
    let lines = ini::assignments(text);
    let mut names: Vec<&str> = lines.iter().map(|line| line.section.as_str()).collect();
    names.dedup();
    for name in names.into_iter().filter(|name| *name != "main") {
        let value = |key: &str| lines.iter().rev().find(|line| line.section == name && line.key == key);
        let enabled = value("enabled").and_then(|line| ini::boolean(&line.value)).unwrap_or(true)
            || switched_on.iter().any(|pattern| glob::matches(pattern, name, false));
        let off = keys.iter().filter_map(|key| value(key)).find(|line| ini::boolean(&line.value) == Some(false));
        if let Some(line) = off.filter(|_| enabled) {
            let what = format!("repository {name}: {} is off", line.key);
            updates.unsigned.push(Candidate::new(what, Place::line(text.path(), line.line)));
        }
    }
}

/// zypper's repositories of which neither metadata nor packages are checked.
fn unchecked(text: &Text, updates: &mut Updates) {
    let lines = ini::assignments(text);
    let off = |section: &str, key: &str| {
        let last = lines.iter().rev().find(|line| line.section == section && line.key == key);
        last.is_some_and(|line| ini::boolean(&line.value) == Some(false))
    };
    for line in lines.iter().filter(|line| line.key == "pkg_gpgcheck") {
        let section = line.section.as_str();
        if off(section, "pkg_gpgcheck") && off(section, "repo_gpgcheck") && !off(section, "enabled") {
            let what = format!("repository {section}: pkg_gpgcheck and repo_gpgcheck are off");
            updates.unsigned.push(Candidate::new(what, Place::line(text.path(), line.line)));
        }
    }
}

fn zypper(guest: &Guest<'_>, manager: &Manager, updates: &mut Updates) {
    // A file in /etc replaces the vendor's.
    let mains = ["/etc/zypp/zypp.conf", "/usr/etc/zypp/zypp.conf"];
    let Some(main) = mains.into_iter().find_map(|path| guest.text(path)) else { return };
    updates.found = true;
    let lines = ini::assignments(&main);
    let off = |key: &str| {
        let last = lines.iter().rev().find(|line| line.key == key);
        last.filter(|line| ini::boolean(&line.value) == Some(false))
    };
    // repo_gpgcheck and pkg_gpgcheck refine it; either may be off while the other checks.
    let both = off("repo_gpgcheck").and(off("pkg_gpgcheck"));
    for line in off("gpgcheck").into_iter().chain(both) {
        updates.unsigned.push(Candidate::new(format!("{} is off", line.key), Place::line(main.path(), line.line)));
    }
    for path in guest.files_ending("/etc/zypp/repos.d", ".repo") {
        if let Some(text) = guest.text(&path) {
            repositories(&text, &["gpgcheck"], &[], updates);
            unchecked(&text, updates);
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
