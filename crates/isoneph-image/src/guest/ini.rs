//! Files of `[Section]` and `Key=value`, as systemd, dnf and many daemons have them, with systemd's drop-ins.

use super::{Candidate, Effective, Guest, Place, Text, base_name};
use std::collections::BTreeMap;

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Section it stands in, empty before the first.
    pub section: String,
    /// Key, as written.
    pub key: String,
    /// Value without surrounding blanks.
    pub value: String,
    /// Line, from 1.
    pub line: u32,
}

/// The assignments of a text. Comments begin a line with `#` or `;`; a backslash at the end joins the next line.
#[must_use]
pub fn assignments(text: &Text) -> Vec<Assignment> {
    let mut section = String::new();
    let mut found = Vec::new();
    let mut continued = String::new();
    let mut first = 0;
    for (number, line) in text.lines() {
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if continued.is_empty() {
            first = number;
        }
        if let Some(start) = line.strip_suffix('\\') {
            continued.push_str(start);
            continued.push(' ');
            continue;
        }
        let whole = std::mem::take(&mut continued) + line;
        if let Some(name) = whole.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.trim().to_owned();
        } else if let Some((key, value)) = whole.split_once('=') {
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            found.push(Assignment { section: section.clone(), key, value, line: first });
        }
    }
    found
}

/// The files that make up one configuration of systemd, in the order they are read: the main file of the first directory
/// that has one, then the drop-ins of all directories by base name, one of an earlier directory hiding its namesakes.
#[must_use]
pub fn layered_files(guest: &Guest<'_>, name: &str, directories: &[&str]) -> Vec<String> {
    let main = directories.iter().map(|directory| format!("{directory}/{name}"));
    let main: Vec<String> = main.filter(|path| guest.link_metadata(path).is_some()).take(1).collect();
    let folders: Vec<String> = directories.iter().map(|directory| format!("{directory}/{name}.d")).collect();
    main.into_iter().chain(drop_ins(guest, &folders, ".conf")).collect()
}

/// The drop-ins of several folders by base name; one of an earlier folder hides its namesakes in later ones.
#[must_use]
pub fn drop_ins(guest: &Guest<'_>, folders: &[String], ending: &str) -> Vec<String> {
    let mut by_name: BTreeMap<String, String> = BTreeMap::new();
    for folder in folders {
        for path in guest.files_ending(folder, ending) {
            by_name.entry(base_name(&path).to_owned()).or_insert(path);
        }
    }
    by_name.into_values().collect()
}

/// The directories systemd takes the configuration of its daemons from.
pub const SYSTEMD_DIRECTORIES: [&str; 4] =
    ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/// The effective value of a key of one of systemd's own configuration files: the last assignment, an empty one resets.
#[must_use]
pub fn systemd_value(guest: &Guest<'_>, file: &str, section: &str, key: &str) -> Option<Effective> {
    let mut candidates = Vec::new();
    for path in layered_files(guest, file, &SYSTEMD_DIRECTORIES) {
        let Some(text) = guest.text(&path) else { continue };
        let fitting = assignments(&text).into_iter().filter(|a| a.section == section && a.key == key);
        candidates.extend(fitting.map(|a| Candidate::new(a.value, Place::line(&path, a.line))));
    }
    Effective::last_of(candidates).filter(|effective| !effective.value().is_empty())
}

/// A boolean as systemd, dnf and most INI readers take it.
#[must_use]
pub fn boolean(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" | "enabled" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" | "disabled" => Some(false),
        _ => None,
    }
}
