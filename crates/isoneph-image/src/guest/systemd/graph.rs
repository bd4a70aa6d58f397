//! Which units the default target reaches.

use super::{Manager, Pull, Unit};
use crate::guest::boot::Entry;
use crate::guest::boot_commands::When;
use crate::guest::{Candidate, Guest, Place, base_name};
use crate::tree::Metadata;
use std::collections::BTreeMap;

/// Units visited at most.
const UNITS: usize = 20_000;

/// Conditions that ask for files.
const OF_FILES: [&str; 6] =
    ["PathExists", "PathExistsGlob", "PathIsDirectory", "FileNotEmpty", "DirectoryNotEmpty", "FileIsExecutable"];

/// Other conditions: whether they hold cannot be seen in the guest's files. Those of a distribution are those of an ordinary
/// machine; one that an administrator added was meant to keep the unit from starting somewhere.
const OF_MACHINES: [&str; 14] = [
    "Virtualization",
    "KernelCommandLine",
    "KernelVersion",
    "Host",
    "Architecture",
    "Security",
    "Capability",
    "ACPower",
    "Environment",
    "Memory",
    "CPUs",
    "OSRelease",
    "User",
    "PathIsMountPoint",
];

fn has_added_condition(unit: &Unit) -> bool {
    let kinds = OF_MACHINES.iter().flat_map(|kind| ["Condition", "Assert"].map(|verb| format!("{verb}{kind}")));
    let mut lines = kinds.flat_map(|key| unit.values("Unit", &key));
    // The unit's own file says so of any machine; a drop-in, of this one.
    lines.any(|line| line.place.path.starts_with("/etc/systemd/system/") && line.place.path.contains(".d/"))
}

/// Programs that do nothing, put in the place of a daemon.
const IDLE: [&str; 6] = ["true", "false", "sleep", "echo", "test", "nologin"];

/// Whether an administrator's file has put a program that does nothing in the place of the distribution's own.
fn is_emptied(guest: &Guest<'_>, unit: &Unit) -> bool {
    let Some(file) = unit.files.first() else { return false };
    let vendor = ["/usr/lib/systemd/system", "/lib/systemd/system"].map(|folder| format!("{folder}/{}", unit.name));
    let replaced = file.starts_with("/etc/") && vendor.iter().any(|path| guest.exists(path));
    let commands = unit.values("Service", "ExecStart");
    let is_own = |command: &Candidate| replaced || command.place.path != *file;
    let is_idle = |command: &Candidate| {
        let program = command.value.trim_start_matches(['-', '@', ':', '+', '!']);
        IDLE.contains(&base_name(program.split_whitespace().next().unwrap_or_default()))
    };
    let emptied = commands.is_empty() && unit.names("Service", "ExecStart") && unit.files.len() > 1;
    emptied || !commands.is_empty() && commands.iter().all(|command| is_own(command) && is_idle(command))
}

/// Whether a whole system lacks the program that a service is: it cannot start.
fn lacks_program(guest: &Guest<'_>, unit: &Unit) -> bool {
    let commands = unit.values("Service", "ExecStart");
    let missing = commands.iter().find(|command| {
        let text = command.value.trim_start_matches(['@', ':', '+', '!']);
        let program = text.split_whitespace().next().unwrap_or_default();
        program.starts_with('/') && !program.contains(['%', '$', '\\', '"']) && !guest.exists(program)
    });
    missing.is_some() && MANAGERS.iter().any(|path| guest.exists(path))
}

/// The service manager itself: without it the tree is no whole system, and what lacks in it means nothing.
const MANAGERS: [&str; 2] = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];

/// Whether the files are there that the unit waits for. Only paths that a boot does not make are asked about; of conditions
/// that begin with `|` one is enough.
fn conditions_hold(guest: &Guest<'_>, unit: &Unit) -> bool {
    let (mut all, mut one) = (true, None);
    for kind in OF_FILES {
        for condition in ["Condition", "Assert"].iter().flat_map(|verb| unit.values("Unit", &format!("{verb}{kind}"))) {
            let text = condition.value.trim();
            let (triggers, text) = text.strip_prefix('|').map_or((false, text), |rest| (true, rest.trim_start()));
            let (wanted, path) = text.strip_prefix('!').map_or((true, text), |rest| (false, rest.trim_start()));
            let holds = !is_fixed(path) || is_so(guest, kind, path) == wanted;
            if triggers {
                one = Some(one.unwrap_or(false) || holds);
            } else {
                all &= holds;
            }
        }
    }
    all && one != Some(false)
}

fn is_fixed(path: &str) -> bool {
    ["/etc/", "/usr/", "/opt/", "/bin/", "/sbin/", "/lib/"].iter().any(|folder| path.starts_with(folder))
}

fn is_so(guest: &Guest<'_>, kind: &str, path: &str) -> bool {
    let is = |asked: fn(&Metadata) -> bool| guest.metadata(path).is_some_and(|metadata| asked(&metadata));
    match kind {
        "PathExistsGlob" => !guest.glob(path).is_empty(),
        "PathIsDirectory" => is(Metadata::is_directory),
        "FileNotEmpty" => is(|metadata| metadata.is_file() && metadata.size > 0),
        "DirectoryNotEmpty" => !guest.list(path).is_empty(),
        "FileIsExecutable" => is(|metadata| metadata.is_file() && metadata.mode & 0o111 != 0),
        _ => guest.exists(path),
    }
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
            // A link to a file that is gone is no unit.
            let Some(unit) =
                self.load(guest, &name_real).filter(|unit| unit.files.first().is_some_and(|path| guest.exists(path)))
            else {
                continue;
            };
            let starts = conditions_hold(guest, &unit) && !has_added_condition(&unit);
            if !starts || is_emptied(guest, &unit) || lacks_program(guest, &unit) {
                continue;
            }
            let file = Place::file(unit.files.first().map_or("", String::as_str));
            let below = unit.pulls_in().into_iter().map(|to| (to, file.clone()));
            stack.extend(below);
            let links =
                self.pulls.iter().filter(|pull| !pull.to.is_empty() && (pull.from == name || pull.from == name_real));
            let links = links.filter(|pull| !self.is_taken_away(pull));
            stack.extend(links.map(|pull| (pull.to.clone(), Place::file(&pull.path))));
            // A timer or path unit starts its service when its time comes; a socket, when somebody connects.
            started.insert(name_real, place);
        }
        for (name, place) in self.sysv_units() {
            started.entry(name).or_insert(place);
        }
        started
    }

    /// Masks and starts what the kernel's arguments say.
    pub(crate) fn take_arguments(&mut self, guest: &Guest<'_>, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| !entry.recovery) {
            for (name, unit) in entry.arguments.iter().filter_map(|argument| argument.split_once('=')) {
                let unit = if unit.contains('.') { unit.to_owned() } else { format!("{unit}.service") };
                let real = self.real_name(guest, &unit);
                match name {
                    // Another program in the place of the service manager starts none of its units.
                    "init" if !matches!(base_name(unit.trim_end_matches(".service")), "init" | "systemd") => {
                        self.started.clear();
                    }
                    "systemd.mask" => {
                        self.started.remove(&real);
                        self.masked.insert(real, entry.place.clone());
                    }
                    "systemd.wants" if self.fragment(&real).is_some() => {
                        self.started.entry(real).or_insert(entry.place.clone());
                    }
                    _ => {}
                }
            }
        }
    }

    /// Starts and stops what the commands of boot start and stop.
    pub(super) fn take_commands(&mut self, guest: &Guest<'_>) {
        for command in self.commands.clone() {
            for (name, starts) in command.units() {
                let name = if name.contains('.') { name } else { format!("{name}.service") };
                let real = self.real_name(guest, &name);
                let stem = real.trim_end_matches(".service").to_owned();
                let perhaps = command.when == When::Perhaps;
                if starts && self.masked.contains_key(&real) {
                    continue;
                }
                if starts && perhaps {
                    // Asked for, and not certain to run.
                    self.pulls.push(Pull { from: String::new(), to: real, path: command.place.path.clone() });
                } else if starts && self.fragment(&real).is_some() {
                    self.started.entry(real).or_insert(command.place.clone());
                } else if starts && self.scripts.contains_key(&stem) {
                    self.openrc.entry(stem).or_insert(command.place.clone());
                } else if !starts && !perhaps {
                    self.started.remove(&real);
                    self.openrc.remove(&stem);
                    self.sysv.remove(&stem);
                }
            }
        }
    }

    /// Whether the first boot takes a link away: it is the administrator's, and presets disable the unit.
    fn is_taken_away(&self, pull: &Pull) -> bool {
        self.disables && pull.path.starts_with("/etc/") && self.presets.disables(&pull.to)
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
