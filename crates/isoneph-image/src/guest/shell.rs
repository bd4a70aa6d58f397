//! What the start files of login shells set: only plain assignments are understood, a script is never run.

use super::{Candidate, Effective, Guest, Place};

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
    let mut values: Vec<Candidate> = Vec::new();
    let mut readonly: Option<Place> = None;
    let mut lost: Vec<Candidate> = Vec::new();
    let mut paths = vec!["/etc/profile".to_owned()];
    paths.extend(guest.files_ending("/etc/profile.d", ".sh"));
    paths
        .extend(["/etc/bashrc", "/etc/bash.bashrc", "/etc/profile.local", "/etc/bash.bashrc.local"].map(str::to_owned));
    for path in paths {
        let Some(text) = guest.text(&path) else { continue };
        for (number, line) in text.settings(&['#']) {
            // Several commands may stand on a line.
            for command in line.split([';', '&', '|']) {
                let Some(statement) = statement(command) else { continue };
                let place = Place::line(&path, number);
                match statement {
                    Statement::Set(value) if readonly.is_some() => lost.push(Candidate::new(value, place)),
                    Statement::Set(value) => values.push(Candidate::new(value, place)),
                    Statement::Fix(value) => {
                        values.extend(value.map(|value| Candidate::new(value, place.clone())));
                        readonly.get_or_insert(place);
                    }
                    Statement::Unset if readonly.is_none() => lost.append(&mut values),
                    Statement::Unset => {}
                }
            }
        }
    }
    let value = Effective::last_of(values).map(|mut effective| {
        effective.lost.append(&mut lost);
        effective
    });
    Timeout { readonly: readonly.filter(|_| value.is_some()), value }
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
