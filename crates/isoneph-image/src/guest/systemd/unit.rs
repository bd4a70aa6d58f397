//! One unit: its file, its drop-ins, and what they say together.

use super::Manager;
use crate::guest::ini::{Assignment, assignments};
use crate::guest::{Candidate, Effective, Guest, Place, base_name, join};
use std::collections::BTreeMap;

/// A unit as systemd would load it.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Its own name, aliases followed.
    pub name: String,
    /// The files it is made of: the fragment first, then the drop-ins.
    pub files: Vec<String>,
    lines: Vec<(String, Assignment)>,
}

impl Unit {
    /// The candidates of a key in a section, after the last assignment that resets the list with an empty value.
    #[must_use]
    pub fn values(&self, section: &str, key: &str) -> Vec<Candidate> {
        let mut values = Vec::new();
        for (path, line) in self.lines.iter().filter(|(_, line)| line.section == section && line.key == key) {
            if line.value.is_empty() {
                values.clear();
            } else {
                values.push(Candidate::new(line.value.clone(), Place::line(path, line.line)));
            }
        }
        values
    }

    /// The effective value of a key that holds one.
    #[must_use]
    pub fn value(&self, section: &str, key: &str) -> Option<Effective> {
        Effective::last_of(self.values(section, key))
    }

    /// Whether a key is assigned at all, were it to nothing.
    #[must_use]
    pub fn names(&self, section: &str, key: &str) -> bool {
        self.lines.iter().any(|(_, line)| line.section == section && line.key == key)
    }

    /// Names of units in a list of a key of `[Unit]`.
    fn listed(&self, key: &str) -> Vec<String> {
        let values = self.values("Unit", key);
        values.iter().flat_map(|value| value.value.split_whitespace().map(str::to_owned)).collect()
    }

    /// The units that are started with it.
    pub(super) fn pulls_in(&self) -> Vec<String> {
        ["Wants", "Requires", "Requisite", "BindsTo", "Upholds"].iter().flat_map(|key| self.listed(key)).collect()
    }
}

impl Manager {
    /// The path of the file that a unit is loaded from, `None` when there is none. A template's instance has the template's.
    #[must_use]
    pub fn fragment(&self, name: &str) -> Option<&str> {
        let template = template_of(name);
        let found = self.files.get(name).or_else(|| template.and_then(|template| self.files.get(&template)));
        found.map(String::as_str)
    }

    /// Loads a unit with its drop-ins. `None` when it has no file.
    pub fn load(&self, guest: &Guest<'_>, name: &str) -> Option<Unit> {
        let name = self.real_name(guest, name);
        let fragment = self.fragment(&name)?.to_owned();
        Some(self.assembled(guest, name, vec![fragment]))
    }

    /// What the drop-ins of a unit say without its own file, which a generator makes at boot.
    #[must_use]
    pub fn drop_ins(&self, guest: &Guest<'_>, name: &str) -> Unit {
        self.assembled(guest, name.to_owned(), Vec::new())
    }

    fn assembled(&self, guest: &Guest<'_>, name: String, files: Vec<String>) -> Unit {
        let mut unit = Unit { name: name.clone(), files, lines: Vec::new() };
        let mut drop_ins: BTreeMap<String, String> = BTreeMap::new();
        // Drop-ins of another name of the unit are its own.
        let others = self.aliases.get(&name).into_iter().flatten().map(|other| format!("{other}.d"));
        for folder in others.chain(drop_in_folders(&name)) {
            for directory in &self.directories {
                for path in self.drop_in_files(guest, &join(directory, &folder)) {
                    drop_ins.entry(base_name(&path).to_owned()).or_insert(path);
                }
            }
        }
        unit.files.extend(drop_ins.into_values());
        for path in &unit.files {
            let Some(text) = guest.text(path) else { continue };
            unit.lines.extend(assignments(&text).into_iter().map(|line| (path.clone(), line)));
        }
        unit
    }

    fn drop_in_files(&self, guest: &Guest<'_>, folder: &str) -> Vec<String> {
        if self.folders.contains(folder) { guest.files_ending(folder, ".conf") } else { Vec::new() }
    }

    /// The name of the unit that this name is an alias of, else the name.
    #[must_use]
    pub fn real_name(&self, guest: &Guest<'_>, name: &str) -> String {
        let mut name = name.to_owned();
        // A chain of aliases is short; a circle ends the search.
        for _ in 0..8 {
            let Some(target) = self.fragment(&name).and_then(|path| guest.tree().link_target(path).ok()) else { break };
            let target = base_name(&target);
            let same_kind = target.rsplit('.').next() == name.rsplit('.').next();
            if !same_kind || target == name || template_of(&name).as_deref() == Some(target) {
                break;
            }
            name = target.to_owned();
        }
        name
    }
}

/// `getty@.service` for `getty@tty1.service`.
fn template_of(name: &str) -> Option<String> {
    let (prefix, rest) = name.split_once('@')?;
    let (instance, kind) = rest.rsplit_once('.')?;
    (!instance.is_empty()).then(|| format!("{prefix}@.{kind}"))
}

/// The folders of drop-ins of a unit, the more special first: its own, its template's, its prefixes', its kind's.
fn drop_in_folders(name: &str) -> Vec<String> {
    let mut folders = vec![format!("{name}.d")];
    folders.extend(template_of(name).map(|template| format!("{template}.d")));
    if let Some((stem, kind)) = name.rsplit_once('.') {
        let cuts: Vec<usize> = stem.match_indices('-').map(|(at, _)| at).collect();
        folders.extend(cuts.iter().rev().map(|at| format!("{}.{kind}.d", &stem[..=*at])));
        folders.push(format!("{kind}.d"));
    }
    folders
}
