//! The audit daemon's rules, as they are loaded, and what they cover.
//!
//! After auditctl(8), audit.rules(7) and augenrules(8): rules of `rules.d` in natural order; control options anywhere, the
//! last of each counts.

use super::audit_files::{missing_folder, rule_files};
use super::systemd::Manager;
use super::{Candidate, Effective, Guest, Known, Place, Text, words};

/// The rules and the daemon's own configuration.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Rules that record, in their order.
    pub rules: Vec<Rule>,
    /// A rule that switches recording off for everything.
    pub silenced: Option<Candidate>,
    /// The value of the last `-e`.
    pub enabled: Option<Effective>,
    /// The line at which loading may end: what stands behind it is not certain to hold.
    pub stops: Option<Candidate>,
    daemon: Vec<(String, Candidate)>,
}

/// A rule that records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// System calls; empty for a watch of a path.
    pub calls: Vec<String>,
    /// Path watched, or all below it.
    pub path: Option<String>,
    /// Permissions watched, of `rwxa`.
    pub permissions: String,
    /// Filters that narrow it, such as `auid>=1000`; those that do not narrow are left out.
    pub filters: Vec<String>,
    /// Whether it records; a rule before it that does not takes its events away.
    pub records: bool,
    /// Whether it stands behind a line at which loading may end.
    pub doubtful: bool,
    /// Where it stands.
    pub place: Place,
    text: String,
}

impl Rule {
    /// The rule as a candidate.
    #[must_use]
    pub fn candidate(&self) -> Candidate {
        Candidate::new(self.text.clone(), self.place.clone())
    }

    /// Whether it asks for the same, whatever its key.
    fn is_as(&self, other: &Rule) -> bool {
        self.records == other.records
            && (&self.calls, &self.path, &self.permissions, &self.filters)
                == (&other.calls, &other.path, &other.permissions, &other.filters)
    }

    /// Whether it narrows only to people's processes: logged-in users (auid at least 1000, or set).
    fn is_general(&self) -> bool {
        let harmless = ["auid>=1000", "auid>=500", "auid!=unset", "auid!=-1", "auid!=4294967295"];
        self.filters.iter().all(|filter| harmless.contains(&filter.as_str()))
    }
}

/// Reads the rules and `auditd.conf`.
#[must_use]
pub fn read(guest: &Guest<'_>, manager: &Manager) -> Known<Audit> {
    guest.watched(|| {
        let mut audit = Audit::default();
        let mut enabled: Vec<Candidate> = Vec::new();
        let mut goes_on = false;
        for path in rule_files(guest, manager) {
            // augenrules moves `-e` to the end; in a file that is loaded as it stands nothing changes once it is locked.
            let as_it_stands = !path.starts_with("/etc/audit/rules.d/");
            let Some(text) = guest.text(&path) else { continue };
            for (number, line) in text.settings(&['#']) {
                if as_it_stands && enabled.last().is_some_and(|last| last.value == "2") {
                    break;
                }
                let place = Place::line(&path, number);
                goes_on |= matches!(line, "-c" | "-i");
                if audit.stops.is_none()
                    && !goes_on
                    && let Some(folder) = missing_folder(guest, line)
                {
                    let why = format!("{place}: there is no {folder}, and loading ends at a rule that is refused");
                    audit.stops = Some(Candidate::new(why, place.clone()));
                }
                take(&mut audit, &mut enabled, line, place);
            }
        }
        audit.enabled = Effective::last_of(enabled);
        changed_later(guest, manager, &audit);
        if let Some(text) = guest.text("/etc/audit/auditd.conf") {
            audit.daemon = daemon(&text);
        }
        audit
    })
}

/// States a command of boot or cron that takes rules away or switches recording off, unless the rules are locked.
fn changed_later(guest: &Guest<'_>, manager: &Manager, audit: &Audit) {
    if audit.enabled.as_ref().is_some_and(|enabled| enabled.value() == "2") {
        return;
    }
    for command in &manager.commands {
        let words = command.words();
        let changes = words.first().is_some_and(|program| program == "auditctl")
            && words.iter().any(|word| matches!(word.as_str(), "-D" | "-d" | "-W" | "-e" | "-R" | "-A" | "never,exit"));
        // The units that load the rules do so by the same program.
        if changes && command.unit.is_empty() {
            let why = format!("{}: a command that boot or cron runs changes the rules of auditing", command.place);
            guest.problem(&command.place.path, "set-by-command", why);
        }
    }
}

fn daemon(text: &Text) -> Vec<(String, Candidate)> {
    let line = |(number, line): (u32, &str)| {
        let (key, value) = line.split_once('=')?;
        let value = value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        Some((key.trim().to_ascii_lowercase(), Candidate::new(value, Place::line(text.path(), number))))
    };
    text.settings(&['#']).filter_map(line).collect()
}

fn take(audit: &mut Audit, enabled: &mut Vec<Candidate>, line: &str, place: Place) {
    let parts = words(line);
    let mut rule = Rule {
        calls: Vec::new(),
        path: None,
        permissions: String::new(),
        filters: Vec::new(),
        records: false,
        doubtful: audit.stops.is_some(),
        place,
        text: line.to_owned(),
    };
    let mut list = String::new();
    let (mut deletes, mut first) = (false, false);
    let mut types = Vec::new();
    let mut index = 0;
    while index < parts.len() {
        let argument = parts.get(index + 1).cloned().unwrap_or_default();
        index += 2;
        match parts[index - 2].as_str() {
            "-e" => enabled.push(Candidate::new(argument, rule.place.clone())),
            "-D" => {
                index -= 1;
                // augenrules puts it before everything; in a file that is loaded as it stands it clears what came before.
                if !rule.place.path.starts_with("/etc/audit/rules.d/") {
                    audit.rules.clear();
                    audit.silenced = None;
                }
            }
            "-w" => {
                rule.records = true;
                rule.path = Some(argument);
                "rwxa".clone_into(&mut rule.permissions);
            }
            "-W" => audit.rules.retain(|other| other.path.as_ref() != Some(&argument) || !other.calls.is_empty()),
            "-p" => rule.permissions = argument,
            option @ ("-a" | "-A" | "-d") => {
                deletes = option == "-d";
                first = option == "-A";
                list = argument;
                let words: Vec<&str> = list.split(',').collect();
                rule.records = words.contains(&"always") && words.contains(&"exit");
            }
            "-S" => rule.calls.extend(argument.split(',').map(str::to_owned)),
            "-F" => match argument.strip_prefix("msgtype") {
                Some(kind) => types.push(kind.trim_start_matches(['=', '!']).to_ascii_uppercase()),
                None => field(&mut rule, &argument),
            },
            "-C" => rule.filters.push(argument),
            "-k" => {}
            _ => index -= 1,
        }
    }
    let names = |wanted: &str| list.split(',').any(|word| word == wanted);
    let everything = rule.calls.is_empty() && rule.path.is_none() && rule.filters.is_empty();
    if deletes {
        audit.rules.retain(|other| !other.is_as(&rule));
    } else if names("exclude") {
        if excludes_people(&rule, &types) {
            audit.silenced.get_or_insert(rule.candidate());
        }
    } else if names("never") && (names("task") || names("exit")) && everything {
        audit.silenced.get_or_insert(rule.candidate());
    } else if rule.records || names("never") && names("exit") {
        // The first rule that fits decides, and `-A` puts one before all others.
        let at = if first { 0 } else { audit.rules.len() };
        audit.rules.insert(at, rule);
    }
}

/// Records without which an event of a system call says nothing: `SYSCALL`, `EXECVE`, `PATH`, by name or number.
const CARRYING: [&str; 6] = ["SYSCALL", "1300", "PATH", "1302", "EXECVE", "1309"];

/// Whether a rule of the list that drops records drops what people do: by the kind of record, or by who they are. What
/// it drops of one program alone is that program's.
fn excludes_people(rule: &Rule, types: &[String]) -> bool {
    let by_kind = types.iter().any(|kind| CARRYING.contains(&kind.as_str()));
    let by_program = rule.filters.iter().any(|filter| filter.starts_with("exe="));
    !by_program && (by_kind || types.is_empty())
}

fn field(rule: &mut Rule, text: &str) {
    let known = |name: &str| text.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
    if let Some(path) = known("path").or_else(|| known("dir")) {
        rule.path = Some(path.to_owned());
        if rule.permissions.is_empty() {
            "rwxa".clone_into(&mut rule.permissions);
        }
    } else if let Some(permissions) = known("perm") {
        permissions.clone_into(&mut rule.permissions);
    } else if known("key").is_none() && !matches!(known("arch"), Some("b64" | "x86_64" | "aarch64")) {
        // A rule for the 32-bit calls alone does not see what programs of today do.
        rule.filters.push(text.replace(' ', ""));
    }
}

impl Audit {
    /// The same without the rules of which it is not certain that they are loaded.
    #[must_use]
    pub fn certain(&self) -> Self {
        let rules = self.rules.iter().filter(|rule| !rule.doubtful).cloned().collect();
        Self { rules, ..self.clone() }
    }

    /// The rule that records a system call, of everybody or of all people.
    #[must_use]
    pub fn call(&self, name: &str) -> Option<&Rule> {
        let named = |call: &String| call == name || call == "all";
        let first =
            self.rules.iter().find(|rule| rule.path.is_none() && rule.calls.iter().any(named) && rule.is_general());
        first.filter(|rule| rule.records)
    }

    /// The rule that records changes of a path: a watch of writing and attributes on it or a folder above it.
    #[must_use]
    pub fn change_of(&self, path: &str) -> Option<&Rule> {
        self.watch(path, &['w', 'a'])
    }

    /// The rule that records the running of a program.
    #[must_use]
    pub fn run_of(&self, path: &str) -> Option<&Rule> {
        self.watch(path, &['x']).or_else(|| self.call("execve"))
    }

    fn watch(&self, path: &str, permissions: &[char]) -> Option<&Rule> {
        let first = self.rules.iter().find(|rule| {
            let watched = rule.path.as_deref().unwrap_or_default();
            let folder = watched.trim_end_matches('/');
            let below = || !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            // A rule of some calls sees no other.
            let any_call = rule.calls.is_empty() || rule.calls.iter().any(|call| call == "all");
            let asks = |permission: &char| rule.permissions.contains(*permission);
            // One that does not record takes away what it sees a part of.
            let permitted = match rule.records {
                true => any_call && permissions.iter().all(asks),
                false => permissions.iter().any(asks),
            };
            (watched == path || below()) && permitted && rule.is_general()
        });
        first.filter(|rule| rule.records)
    }

    /// The value of a key of `auditd.conf`, in lower case.
    #[must_use]
    pub fn daemon(&self, key: &str) -> Option<Effective> {
        Effective::last_of(
            self.daemon.iter().filter(|(name, _)| name == key).map(|(_, candidate)| candidate.clone()).collect(),
        )
    }
}
