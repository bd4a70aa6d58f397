//! Which units the default target reaches.

use super::{Manager, Unit};
use crate::guest::{Guest, Place, base_name};
use std::collections::BTreeMap;

/// Units visited at most.
const UNITS: usize = 20_000;

/// Whether the files exist that the unit waits for. Only paths that a boot does not make are asked about.
fn conditions_hold(guest: &Guest<'_>, unit: &Unit) -> bool {
    let asked = ["ConditionPathExists", "AssertPathExists"].iter().flat_map(|key| unit.values("Unit", key));
    let fixed = |path: &str| {
        ["/etc/", "/usr/", "/opt/", "/bin/", "/sbin/", "/lib/"].iter().any(|folder| path.starts_with(folder))
    };
    let holds = |condition: &str| match condition.strip_prefix('!') {
        Some(path) => !fixed(path) || !guest.exists(path),
        None => !fixed(condition) || guest.exists(condition),
    };
    asked.into_iter().all(|condition| holds(condition.value.trim()))
}

impl Manager {
    /// The units that boot starts, each with the place that pulls it in.
    pub(super) fn reach(&self, guest: &Guest<'_>) -> BTreeMap<String, Place> {
        let mut started = BTreeMap::new();
        if !self.has_systemd() {
            return started;
        }
        let (target, place) = self.default_target(guest);
        // Every unit that boot starts depends on these by default (DefaultDependencies=).
        let roots =
            [(target, place.clone()), ("sysinit.target".to_owned(), place.clone()), ("basic.target".to_owned(), place)];
        let mut stack: Vec<(String, Place)> = roots.into_iter().rev().collect();
        while let Some((name, place)) = stack.pop() {
            let name_real = self.real_name(guest, &name);
            if started.contains_key(&name_real)
                || self.masked.contains_key(&name)
                || self.masked.contains_key(&name_real)
            {
                continue;
            }
            if started.len() >= UNITS {
                guest.problem("/etc/systemd/system", "limit", format!("more than {UNITS} units are pulled in"));
                break;
            }
            let Some(unit) = self.load(guest, &name_real) else { continue };
            if !conditions_hold(guest, &unit) {
                continue;
            }
            let file = Place::file(unit.files.first().map_or("", String::as_str));
            let below = unit.pulls_in().into_iter().map(|to| (to, file.clone()));
            stack.extend(below);
            let links =
                self.pulls.iter().filter(|pull| !pull.to.is_empty() && (pull.from == name || pull.from == name_real));
            stack.extend(links.map(|pull| (pull.to.clone(), Place::file(&pull.path))));
            // A timer or path unit starts its service when its time comes; a socket, when somebody connects.
            started.insert(name_real, place);
        }
        for (name, place) in self.sysv_units() {
            started.entry(name).or_insert(place);
        }
        started
    }

    fn default_target(&self, guest: &Guest<'_>) -> (String, Place) {
        let fallback = || ("multi-user.target".to_owned(), Place::file("/usr/lib/systemd/system/multi-user.target"));
        let Some(file) = self.files.get("default.target") else { return fallback() };
        match guest.tree().link_target(file) {
            Ok(target) => (base_name(&target).to_owned(), Place::file(file)),
            Err(_) => ("default.target".to_owned(), Place::file(file)),
        }
    }

    /// The units that the generator for SysV scripts makes of scripts without a unit file.
    fn sysv_units(&self) -> Vec<(String, Place)> {
        let unit = |name: &str| format!("{name}.service");
        let own = self
            .sysv
            .iter()
            .filter(|(name, _)| !self.files.contains_key(&unit(name)) && !self.masked.contains_key(&unit(name)));
        own.map(|(name, place)| (unit(name), place.clone())).collect()
    }
}
