//! Variables of GRUB: where they are kept, and what becomes of a word that holds some.

use super::{Guest, words};
use std::collections::BTreeMap;

/// Values by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    values: BTreeMap<String, String>,
    /// An environment that is named and not in the image: what it sets is not known.
    missing: Option<String>,
}

/// Variables that are empty unless something sets them, and whose setting would stand in the files read.
const HARMLESS: [&str; 6] =
    ["tuned_params", "vt_handoff", "extra_cmdline", "early_initrd", "tuned_initrd", "linux_gfx_mode"];

/// The variables that GRUB keeps from one boot to the next.
pub(super) fn grub_environment(guest: &Guest<'_>, folder: &str) -> Variables {
    let mut variables = Variables::default();
    let path = format!("{folder}/grubenv");
    match guest.text(&path) {
        Some(text) => {
            for (_, line) in text.settings(&['#']) {
                if let Some((name, value)) = line.split_once('=') {
                    variables.insert(name, value);
                }
            }
        }
        None if guest.link_metadata(&path).is_some() => {
            variables.missing = Some(path);
        }
        None => {}
    }
    variables
}

impl Variables {
    pub(super) fn insert(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.missing = other.missing.or(self.missing.take());
    }

    /// Takes a line `set name=value`.
    pub(super) fn set(&mut self, line: &str) {
        let assignment = line.trim_start_matches("set").trim();
        if let Some((name, value)) = assignment.split_once('=') {
            self.insert(name.trim(), &words(value).join(" "));
        }
    }

    /// Entries of the boot loader specification take these options where the environment has none.
    pub(super) fn default_options(&mut self) {
        if self.get("kernelopts").is_none()
            && let Some(options) = self.get("default_kernelopts").map(str::to_owned)
        {
            self.insert("kernelopts", &options);
        }
    }

    /// A word, its variables replaced; one may hold several words. One that nothing sets is stated as a problem of the
    /// file that is given, if one is.
    pub(super) fn expanded(&self, word: &str, file: Option<(&Guest<'_>, &str)>) -> Vec<String> {
        if !word.contains('$') {
            return vec![word.to_owned()];
        }
        let mut pieces = word.split('$');
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = split_name(piece);
            match (self.get(name), file) {
                (Some(value), _) => whole.push_str(value),
                (None, Some((guest, _))) if self.missing.is_some() => {
                    let path = self.missing.as_deref().unwrap_or_default();
                    let why = format!("{path} leads to a file that the image does not hold: ${name} is not known");
                    guest.problem(path, "dangling-link", why);
                }
                (None, Some((guest, path))) if !HARMLESS.contains(&name) => {
                    guest.problem(path, "unknown-variable", format!("{path}: what ${name} holds at boot is not known"));
                }
                (None, _) => {}
            }
            whole.push_str(rest);
        }
        words(&whole)
    }
}

/// The name that follows a dollar sign, and what comes after it.
fn split_name(piece: &str) -> (&str, &str) {
    if let Some((name, rest)) = piece.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        return (name, rest);
    }
    let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(piece.len());
    piece.split_at(end)
}
