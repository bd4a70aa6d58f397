//! Presets: which units a first boot enables.

use crate::guest::glob::matches;
use crate::guest::ini::drop_ins;
use crate::guest::{Guest, Place, words};

const FOLDERS: [&str; 5] = [
    "/etc/systemd/system-preset",
    "/run/systemd/system-preset",
    "/usr/local/lib/systemd/system-preset",
    "/usr/lib/systemd/system-preset",
    "/lib/systemd/system-preset",
];

/// The rules, in the order they are tried; the first that fits decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presets {
    rules: Vec<(bool, String, Place)>,
}

pub(super) fn read(guest: &Guest<'_>) -> Presets {
    let folders: Vec<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
    let mut presets = Presets::default();
    for path in drop_ins(guest, &folders, ".preset") {
        let Some(text) = guest.text(&path) else { continue };
        for (number, line) in text.settings(&['#', ';']) {
            let words = words(line);
            let (Some(verb), Some(pattern)) = (words.first(), words.get(1)) else { continue };
            if matches!(verb.as_str(), "enable" | "disable") {
                presets.rules.push((verb == "enable", pattern.clone(), Place::line(&path, number)));
            }
        }
    }
    presets
}

/// Distributions whose systemd also disables at first boot what presets disable, and their first release that does.
const DISABLING: [(&str, u32); 7] =
    [("fedora", 37), ("rhel", 10), ("centos", 10), ("almalinux", 10), ("rocky", 10), ("ol", 10), ("azurelinux", 3)];

/// Whether a first boot takes away the links of units that presets disable.
pub(super) fn first_boot_disables(guest: &Guest<'_>) -> bool {
    let os = crate::guest::os::read(guest);
    let major = os.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    DISABLING.iter().any(|(id, since)| *id == os.id && major.is_some_and(|major| major >= *since))
}

impl Presets {
    /// Whether a rule says that the unit is not enabled.
    pub(super) fn disables(&self, unit: &str) -> bool {
        self.rules.iter().find(|(_, pattern, _)| matches(pattern, unit, false)).is_some_and(|(enable, _, _)| !*enable)
    }

    /// Whether a first boot enables the unit. Without a rule it does.
    pub(super) fn enables(&self, unit: &str) -> bool {
        self.rules.iter().find(|(_, pattern, _)| matches(pattern, unit, false)).is_none_or(|(enable, _, _)| *enable)
    }

    pub(super) fn place(&self) -> Place {
        self.rules.first().map_or_else(|| Place::file("/etc/machine-id"), |(_, _, place)| place.clone())
    }
}
