//! Commands that boot and cron run beside the services' own files: rc.local, local.d, units, hooks of the network, rules of
//! tmpfiles and udev. What they change holds, whatever the configuration says.
//!
//! Nothing is run. Commands are told apart as far as a reader can: those on a condition, or whose order at boot is open, may
//! or may not decide.

mod sources;

pub(crate) use sources::read;

use super::sysctl::normalised;
use super::{Guest, Place, base_name, words};

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// As it is written.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// When it is run.
    pub when: When,
    /// The unit whose own command it is; empty for others.
    pub unit: String,
}

/// When a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After all services have read their files.
    Late,
    /// Sometime.
    Sometime,
    /// On a condition, or when something happens.
    Perhaps,
}

/// What a command sets a kernel parameter to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The value; `None` where the text does not tell it.
    pub value: Option<String>,
    /// The command.
    pub command: Command,
}

/// Words before the program that do not change what it does.
const BEFORE: [&str; 14] =
    ["then", "do", "else", "if", "exec", "sudo", "nohup", "env", "{", "(", "!", "time", "nice", "busybox"];

impl Command {
    /// The program and its arguments.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let all = words(&self.text);
        let plain = |word: &String| {
            let assigns = word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains(['/', '.']));
            BEFORE.contains(&word.as_str()) || assigns
        };
        let mut rest: Vec<String> = all.into_iter().skip_while(plain).collect();
        if let Some(first) = rest.first_mut() {
            *first = base_name(first.trim_start_matches(['-', '@', ':', '+', '!', '('])).to_owned();
        }
        rest
    }

    /// The parameters that it sets: name, and value where the text tells it. `None` for the name: any may be among them.
    fn parameters(&self, guest: &Guest<'_>) -> Vec<(Option<String>, Option<String>)> {
        let mut found = Vec::new();
        let words = self.words();
        if words.first().is_some_and(|program| program == "sysctl") {
            found.extend(sysctl_arguments(guest, &words[1..]));
        }
        if let Some((before, path)) = self.text.split_once("/proc/sys/") {
            let path = path.split([' ', '\t', '"', '\'', ';', ')']).next().unwrap_or_default();
            let value = before.trim_end().trim_end_matches(['"', '\'']).trim_end().strip_suffix('>');
            let value = value.and_then(|text| text.trim().trim_end_matches('>').trim().strip_prefix("echo"));
            let value =
                value.map(|text| text.trim().trim_start_matches("-n").trim().trim_matches(['"', '\'']).to_owned());
            // What is only read is not set.
            let writes = self.text.contains('>') || words.first().is_some_and(|program| program == "tee");
            if writes {
                found.push((Some(path.replace('/', ".")), value));
            }
        }
        found
    }

    /// Units that it starts (`true`) or stops.
    pub(crate) fn units(&self) -> Vec<(String, bool)> {
        let words = self.words();
        let parts: Vec<&str> = words.iter().map(String::as_str).collect();
        let (verb, names): (&str, Vec<&str>) = match parts.as_slice() {
            ["systemctl", rest @ ..] => {
                let mut plain = rest.iter().filter(|word| !word.starts_with('-')).copied();
                let verb = plain.next().unwrap_or_default();
                let lasting = !matches!(verb, "enable" | "disable" | "mask") || rest.contains(&"--now");
                (if lasting { verb } else { "" }, plain.collect())
            }
            ["service" | "rc-service" | "invoke-rc.d", name, verb, ..] => (*verb, vec![*name]),
            [script, verb, ..] if self.text.contains("/etc/init.d/") || self.text.contains("/etc/rc.d/init.d/") => {
                (*verb, vec![*script])
            }
            _ => return Vec::new(),
        };
        let starts = match verb {
            "start" | "restart" | "reload-or-restart" | "enable" => true,
            "stop" | "kill" | "disable" | "mask" => false,
            _ => return Vec::new(),
        };
        names.into_iter().map(|name| (name.to_owned(), starts)).collect()
    }

    /// Whether it changes the rules of a firewall; what only shows them does not.
    #[must_use]
    pub fn changes_firewall(&self) -> bool {
        const PROGRAMS: [&str; 14] = [
            "iptables",
            "ip6tables",
            "iptables-nft",
            "ip6tables-nft",
            "iptables-legacy",
            "ip6tables-legacy",
            "iptables-restore",
            "ip6tables-restore",
            "iptables-apply",
            "nft",
            "ufw",
            "firewall-cmd",
            "firewall-offline-cmd",
            "ipchains",
        ];
        const SHOWS: [&str; 12] = [
            "-L",
            "--list",
            "-S",
            "--list-rules",
            "-C",
            "--check",
            "list",
            "status",
            "--state",
            "--version",
            "-V",
            "--list-all",
        ];
        let words = self.words();
        let is = words.first().is_some_and(|program| PROGRAMS.contains(&program.as_str()));
        is && !words[1..].iter().any(|word| SHOWS.contains(&word.as_str()))
    }
}

/// What `sysctl` is told: `key=value`, or a file to read them from.
fn sysctl_arguments(guest: &Guest<'_>, arguments: &[String]) -> Vec<(Option<String>, Option<String>)> {
    let mut found = Vec::new();
    let mut loads = false;
    for argument in arguments {
        if argument == "--system" {
            // The same files once more: only /etc/sysctl.conf comes after them.
            found.extend(file_parameters(guest, "/etc/sysctl.conf"));
        } else if let Some(path) = argument.strip_prefix("--load").or_else(|| argument.strip_prefix("-p")) {
            loads = true;
            if let Some(path) = Some(path.trim_start_matches('=')).filter(|path| !path.is_empty()) {
                found.extend(file_parameters(guest, path));
                loads = false;
            }
        } else if let Some((key, value)) = argument.split_once('=').filter(|_| !argument.starts_with('-')) {
            let known = |text: &str| !text.contains(['$', '`']);
            found.push((known(key).then(|| normalised(key)), known(value).then(|| value.trim().to_owned())));
        } else if !argument.starts_with('-') && loads {
            found.extend(file_parameters(guest, argument));
            loads = false;
        }
    }
    if loads {
        found.extend(file_parameters(guest, "/etc/sysctl.conf"));
    }
    found
}

fn file_parameters(guest: &Guest<'_>, path: &str) -> Vec<(Option<String>, Option<String>)> {
    if path.contains(['$', '`', '*']) {
        return vec![(None, None)];
    }
    let Some(text) = guest.text(path) else { return Vec::new() };
    let pairs = text.settings(&['#', ';']).filter_map(|(_, line)| line.split_once('='));
    pairs
        .map(|(key, value)| (Some(normalised(key.trim().trim_start_matches('-'))), Some(value.trim().to_owned())))
        .collect()
}

/// The last command that sets a kernel parameter, or may.
pub(crate) fn parameter(guest: &Guest<'_>, commands: &[Command], keys: &[&str]) -> Option<Assigned> {
    commands.iter().rev().find_map(|command| {
        let mut sets = command.parameters(guest).into_iter().rev();
        let (_, value) = sets.find(|(key, _)| key.as_deref().is_none_or(|key| keys.contains(&key)))?;
        Some(Assigned { value, command: command.clone() })
    })
}
