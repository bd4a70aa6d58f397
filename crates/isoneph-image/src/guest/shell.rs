//! What the start files of login shells set: only plain assignments are understood, a script is never run.

use super::{Candidate, Effective, Guest, Place, Text};

/// The idle time of shells.
#[derive(Clone, Debug, Default)]
pub struct Timeout {
    /// Seconds, or what was written where it is no plain number.
    pub value: Option<Effective>,
    /// Where it is made unchangeable.
    pub readonly: Option<Place>,
}

/// Reads `TMOUT` of the files that every login shell runs, in their order.
#[must_use]
pub fn timeout(guest: &Guest<'_>) -> Timeout {
    let mut paths = vec!["/etc/profile".to_owned()];
    paths.extend(guest.files_ending("/etc/profile.d", ".sh"));
    paths
        .extend(["/etc/bashrc", "/etc/bash.bashrc", "/etc/profile.local", "/etc/bash.bashrc.local"].map(str::to_owned));
    let mut shell = Shell::default();
    for path in paths {
        if let Some(text) = guest.text(&path) {
            for command in commands(&text) {
                shell.run(&command, &path);
            }
        }
    }
    let value = Effective::last_of(shell.values).map(|mut effective| {
        effective.lost.append(&mut shell.lost);
        effective
    });
    Timeout { readonly: shell.readonly.filter(|_| value.is_some()), value }
}

#[derive(Default)]
struct Shell {
    values: Vec<Candidate>,
    readonly: Option<Place>,
    lost: Vec<Candidate>,
}

impl Shell {
    fn run(&mut self, command: &Command<'_>, path: &str) {
        let Some(statement) = statement(command.text) else { return };
        let place = Place::line(path, command.line);
        let candidate = |value: String| {
            // A value with words behind it is no number: what holds depends on what only a shell can tell.
            let value = if command.conditional { format!("{value} on a condition") } else { value };
            Candidate::new(value, place.clone())
        };
        match statement {
            Statement::Set(value) if self.readonly.is_some() => self.lost.push(candidate(value)),
            Statement::Set(value) => self.values.push(candidate(value)),
            Statement::Fix(value) => {
                self.values.extend(value.map(candidate));
                if !command.conditional {
                    self.readonly.get_or_insert(place);
                }
            }
            Statement::Unset if self.readonly.is_none() => self.lost.append(&mut self.values),
            Statement::Unset => {}
        }
    }
}

/// A command, and whether it is run on a condition that does not hold for everybody who works at a shell.
pub(super) struct Command<'t> {
    pub(super) line: u32,
    pub(super) text: &'t str,
    pub(super) conditional: bool,
}

/// The commands of a script, in their order.
pub(super) fn commands(text: &Text) -> Vec<Command<'_>> {
    let mut found = Vec::new();
    // Open blocks: whether each is conditional.
    let mut blocks: Vec<bool> = Vec::new();
    for (line, text) in text.settings(&['#']) {
        for list in text.split(';') {
            let (mut guarded, mut opens) = (false, false);
            for text in list.split(['&', '|']) {
                let first = text.split_whitespace().next().unwrap_or_default();
                match first {
                    "if" | "case" | "while" | "until" | "for" => {
                        opens = true;
                        blocks.push(!is_of_every_shell(text));
                    }
                    "elif" => *blocks.last_mut().unwrap_or(&mut false) = true,
                    "fi" | "esac" | "done" | "}" => drop(blocks.pop()),
                    "[" | "[[" | "test" if opens && !is_of_every_shell(text) => {
                        *blocks.last_mut().unwrap_or(&mut false) = true;
                    }
                    "[" | "[[" | "test" => guarded |= !is_of_every_shell(text),
                    // A function is run when somebody calls it.
                    _ if text.trim_end().ends_with('{') && text.contains("()") => blocks.push(true),
                    "{" => blocks.push(false),
                    _ => {}
                }
                found.push(Command { line, text, conditional: guarded || blocks.contains(&true) });
            }
        }
    }
    found
}

/// Conditions that ask for the kind of shell or for what is set already, and hold where somebody types.
fn is_of_every_shell(condition: &str) -> bool {
    ["TMOUT", "PS1", "$-", "BASH", "ZSH", "KSH", "-t 0", "-t 1", "shopt", "login_shell", "-f ", "-r ", "-d "]
        .iter()
        .any(|word| condition.contains(word))
}

enum Statement {
    Set(String),
    /// Made read-only, perhaps with a value.
    Fix(Option<String>),
    Unset,
}

fn statement(command: &str) -> Option<Statement> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "TMOUT" || word.starts_with("TMOUT="))?;
    let value = words[at].strip_prefix("TMOUT=").map(|value| value.trim_matches(['"', '\'']).to_owned());
    let before = &words[..at];
    let verb = before.iter().rev().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    let fixes = before.iter().any(|word| word.starts_with('-') && word.contains('r'));
    match (verb, value) {
        ("readonly", value) => Some(Statement::Fix(value)),
        ("typeset" | "declare" | "local", value) if fixes => Some(Statement::Fix(value)),
        ("unset", _) => Some(Statement::Unset),
        ("" | "export" | "typeset" | "declare" | "then" | "do" | "else" | "{", Some(value)) => {
            Some(Statement::Set(value))
        }
        _ => None,
    }
}
