//! Options that the guest's service gives sshd on its command line: they win over the file.

use super::Line;
use crate::guest::systemd::{Manager, Unit};
use crate::guest::{Guest, Place, base_name, words};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Options {
    /// The file named with `-f`.
    pub(super) config: Option<String>,
    /// What `-o` and the short options set.
    pub(super) lines: Vec<Line>,
    /// The option whose argument is the next word.
    waiting: Option<char>,
}

/// The options of sshd that take an argument; the others stand together behind one dash.
const WITH_ARGUMENT: &str = "CEbcfghkopu";

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
            let program = command.value.split_whitespace().next().unwrap_or_default();
            if !base_name(program).starts_with("sshd") && !command.value.is_empty() {
                let why = format!("{}: how {program} starts the server is not known", command.place);
                guest.problem(&command.place.path, "not-understood", why);
            }
            options.take_all(guest, expanded(&command.value, &command.place, &variables));
        }
    }
    if !manager.has_systemd() {
        for path in ["/etc/conf.d/sshd", "/etc/default/ssh", "/etc/sysconfig/sshd"] {
            let mut variables = BTreeMap::new();
            read_variables(guest, path, &mut variables);
            for name in ["SSHD_OPTS", "OPTIONS", "command_args"] {
                let Some((value, place)) = variables.get(name) else { continue };
                options.take_all(guest, words(value).into_iter().map(|word| (word, place.clone())).collect());
            }
            // OpenRC's script is told the file, or its folder, by variables of its own.
            let value = |name: &str| variables.get(name).map(|(value, _)| value.clone());
            let folder = value("SSHD_CONFDIR").map(|folder| format!("{}/sshd_config", folder.trim_end_matches('/')));
            let named = value("cfgfile").or_else(|| value("SSHD_CONFIG")).or(folder);
            if let Some(file) = named.filter(|_| options.config.is_none()) {
                match file.strip_prefix("${RC_PREFIX%/}").unwrap_or(&file) {
                    unclear if unclear.contains('$') => {
                        let why = format!("{path}: which file '{unclear}' is, that the server reads, is not known");
                        guest.problem(path, "not-understood", why);
                    }
                    file => options.config = Some(file.to_owned()),
                }
            }
        }
    }
    options
}

/// States servers that other units start with a configuration of their own, which is not read.
pub(super) fn note_other_servers(guest: &Guest<'_>, manager: &Manager) {
    for command in manager.commands.iter().filter(|command| command.unit.is_empty()) {
        let words = command.words();
        let is_server =
            words.first().is_some_and(|program| program == "sshd") && !words.iter().any(|word| word == "-t");
        if is_server && words.len() > 1 {
            let why = format!("{}: a server with settings of its own is started, which are not read", command.place);
            guest.problem(&command.place.path, "other-server", why);
        }
    }
    let started: Vec<String> = manager.started().map(|(name, _)| name.to_owned()).collect();
    // A socket starts the service of its name when somebody connects.
    let by_socket = started.iter().filter_map(|name| name.strip_suffix(".socket"));
    let by_socket = by_socket.flat_map(|stem| [format!("{stem}.service"), format!("{stem}@.service")]);
    for name in started.iter().filter(|name| name.ends_with(".service")).cloned().chain(by_socket) {
        if UNITS.contains(&manager.real_name(guest, &name).as_str()) {
            continue;
        }
        let Some(unit) = manager.load(guest, &name) else { continue };
        let variables = environment(guest, &unit);
        for command in unit.values("Service", "ExecStart") {
            let program = command.value.split_whitespace().next().unwrap_or_default();
            if !matches!(base_name(program), "sshd" | "sshd.pam" | "sshd.krb5") {
                continue;
            }
            let mut own = Options::default();
            own.take_all(guest, expanded(&command.value, &command.place, &variables));
            if own.config.is_some() || !own.lines.is_empty() {
                let why =
                    format!("{}: {name} starts a server with settings of its own, which are not read", command.place);
                guest.problem(&command.place.path, "other-server", why);
            }
        }
    }
}

impl Options {
    /// Takes the words of one command line; a word with a variable that is not filled in may be any option.
    fn take_all(&mut self, guest: &Guest<'_>, command: Vec<(String, Place)>) {
        for (word, place) in command {
            if word.contains('$') {
                let why = format!("{place}: what '{word}' stands for on sshd's command line is not known");
                guest.problem(&place.path, "not-understood", why);
            }
            self.take(&word, &place);
        }
        self.waiting = None;
    }

    /// Takes a word as getopt does.
    fn take(&mut self, word: &str, place: &Place) {
        if let Some(option) = self.waiting.take() {
            self.argument(option, word, place);
            return;
        }
        let Some(flags) = word.strip_prefix('-') else { return };
        for (at, flag) in flags.char_indices() {
            if WITH_ARGUMENT.contains(flag) {
                match &flags[at + flag.len_utf8()..] {
                    "" => self.waiting = Some(flag),
                    argument => self.argument(flag, argument, place),
                }
                return;
            }
            if flag == 'q' {
                self.line("LogLevel QUIET", place);
            }
        }
    }

    fn argument(&mut self, option: char, argument: &str, place: &Place) {
        match option {
            'f' => self.config = Some(argument.to_owned()),
            'o' => self.line(argument, place),
            'p' => self.line(&format!("Port {argument}"), place),
            'h' => self.line(&format!("HostKey {argument}"), place),
            'g' => self.line(&format!("LoginGraceTime {argument}"), place),
            _ => {}
        }
    }

    fn line(&mut self, text: &str, place: &Place) {
        self.lines.extend(Line::parse(text, place.clone()));
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

/// The words of a command line after the program; a `$NAME` or `${NAME}` that stands alone is filled in.
fn expanded(command: &str, place: &Place, variables: &Variables) -> Vec<(String, Place)> {
    let mut expanded = Vec::new();
    for word in words(command).into_iter().skip(1) {
        match variable(&word) {
            // systemd leaves out what is not set.
            Some(name) => {
                let value = variables.get(name).into_iter();
                expanded.extend(value.flat_map(|(value, at)| words(value).into_iter().map(|word| (word, at.clone()))));
            }
            None => expanded.push((word, place.clone())),
        }
    }
    expanded
}

/// The name in a word that is one variable.
fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(name)
}
