//! Options that the guest's service gives sshd on its command line: they win over the file.

use super::Line;
use crate::guest::systemd::{Manager, Unit};
use crate::guest::{Guest, Place, words};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Options {
    /// The file named with `-f`.
    pub(super) config: Option<String>,
    /// What `-o` and the short options set.
    pub(super) lines: Vec<Line>,
}

const UNITS: [&str; 4] = ["ssh.service", "sshd.service", "ssh@.service", "sshd@.service"];

/// Reads the command lines of the services, variables filled in from their environment files.
pub(super) fn read(guest: &Guest<'_>, manager: &Manager) -> Options {
    let mut options = Options::default();
    for name in UNITS {
        if manager.fragment(name).is_none() || manager.real_name(guest, name) != name {
            continue;
        }
        let Some(unit) = manager.load(guest, name) else { continue };
        let variables = environment(guest, &unit);
        for command in unit.values("Service", "ExecStart") {
            for (word, place) in expanded(&command.value, &command.place, &variables) {
                options.take(&word, place);
            }
            options.finish();
        }
    }
    if !manager.has_systemd() {
        for path in ["/etc/conf.d/sshd", "/etc/default/ssh", "/etc/sysconfig/sshd"] {
            let mut variables = BTreeMap::new();
            read_variables(guest, path, &mut variables);
            for name in ["SSHD_OPTS", "OPTIONS"] {
                let Some((value, place)) = variables.get(name) else { continue };
                words(value).iter().for_each(|word| options.take(word, place.clone()));
                options.finish();
            }
        }
    }
    options
}

impl Options {
    /// Takes the words of a command line one by one; an option that waits for its argument is kept as an empty line.
    fn take(&mut self, word: &str, place: Place) {
        if let Some(waiting) =
            self.lines.last_mut().filter(|line| matches!(line.keyword.as_str(), "-o" | "-f" | "-p" | "-h"))
        {
            let kind = std::mem::take(&mut waiting.keyword);
            self.lines.pop();
            self.argument(&kind, word, place);
            return;
        }
        let Some(option) = word.get(..2).filter(|option| matches!(*option, "-o" | "-f" | "-p" | "-h")) else { return };
        if word.len() > 2 {
            self.argument(option, &word[2..], place);
        } else {
            self.lines.push(Line { keyword: option.to_owned(), arguments: Vec::new(), place });
        }
    }

    fn argument(&mut self, option: &str, argument: &str, place: Place) {
        match option {
            "-f" => self.config = Some(argument.to_owned()),
            "-o" => self.lines.extend(Line::parse(argument, place)),
            "-p" => self.lines.extend(Line::parse(&format!("Port {argument}"), place)),
            _ => self.lines.extend(Line::parse(&format!("HostKey {argument}"), place)),
        }
    }

    fn finish(&mut self) {
        self.lines.retain(|line| !line.keyword.starts_with('-'));
    }
}

type Variables = BTreeMap<String, (String, Place)>;

fn environment(guest: &Guest<'_>, unit: &Unit) -> Variables {
    let mut variables = Variables::new();
    for candidate in unit.values("Service", "Environment") {
        for word in words(&candidate.value) {
            if let Some((name, value)) = word.split_once('=') {
                variables.insert(name.to_owned(), (value.to_owned(), candidate.place.clone()));
            }
        }
    }
    for candidate in unit.values("Service", "EnvironmentFile") {
        read_variables(guest, candidate.value.trim_start_matches('-'), &mut variables);
    }
    variables
}

fn read_variables(guest: &Guest<'_>, path: &str, variables: &mut Variables) {
    let Some(text) = guest.text(path) else { return };
    for (number, line) in text.settings(&['#', ';']) {
        let line = line.strip_prefix("export ").unwrap_or(line);
        if let Some((name, value)) = line.split_once('=') {
            let value = words(value).join(" ");
            variables.insert(name.trim().to_owned(), (value, Place::line(path, number)));
        }
    }
}

/// The words of a command line; `$NAME` alone is split into words, `${NAME}` stays one.
fn expanded(command: &str, place: &Place, variables: &Variables) -> Vec<(String, Place)> {
    let mut expanded = Vec::new();
    for word in words(command) {
        let Some(name) = word.strip_prefix('$') else {
            expanded.push((word, place.clone()));
            continue;
        };
        let name = name.trim_start_matches('{').trim_end_matches('}');
        if let Some((value, at)) = variables.get(name) {
            expanded.extend(words(value).into_iter().map(|word| (word, at.clone())));
        }
    }
    expanded
}
