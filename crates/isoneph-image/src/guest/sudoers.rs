//! sudo's rules: options that hold, and who runs what without a password. After sudoers(5).

use super::sudo_defaults;
use super::sudo_rights::{self, Rule};
use super::{Candidate, Effective, Guest, Known, Place, join};
use std::collections::BTreeMap;

/// Files read at most, and how deep they include each other.
const FILES: usize = 1024;
const DEPTH: usize = 128;

/// One option of a `Defaults` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SudoOption {
    /// What it holds for: empty for everything, else as written, such as `:alice` or `@host`.
    pub scope: String,
    /// Name.
    pub name: String,
    /// Value; `None` for a flag.
    pub value: Option<String>,
    /// Whether it is switched off with `!`.
    pub negated: bool,
    /// Where it stands.
    pub place: Place,
}

/// All rules.
#[derive(Clone, Debug, Default)]
pub struct Sudoers {
    /// The main file; empty when there is none.
    pub path: String,
    /// Options in the order they are read.
    pub options: Vec<SudoOption>,
    /// User specifications with the tag `NOPASSWD`: who, and where.
    pub without_password: Vec<Candidate>,
    /// User specifications: who may run what.
    pub rules: Vec<Rule>,
    /// Aliases of users.
    pub aliases: BTreeMap<String, Vec<String>>,
}

/// Reads the main file with everything it includes.
#[must_use]
pub fn read(guest: &Guest<'_>, hostname: &str) -> Known<Sudoers> {
    guest.watched(|| {
        let mut sudoers = Sudoers::default();
        let usual = ["/etc/sudoers", "/usr/etc/sudoers"].into_iter().find(|path| guest.link_metadata(path).is_some());
        let main = named_elsewhere(guest).or_else(|| usual.map(str::to_owned));
        if let Some(path) = main {
            let mut reader = Reader { guest, hostname, files: 0 };
            reader.file(&path, &mut sudoers, 0);
            sudoers.path = path;
        }
        sudoers
    })
}

/// The main file that sudo.conf(5) names in place of the usual one. Rules of another plugin are not read.
fn named_elsewhere(guest: &Guest<'_>) -> Option<String> {
    const FILE: &str = "/etc/sudo.conf";
    guest.link_metadata(FILE)?;
    let text = guest.text(FILE)?;
    let mut named = None;
    for (number, line) in text.settings(&['#']) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["Plugin", symbol, plugin, arguments @ ..] = words.as_slice() else { continue };
        if symbol.contains("policy") && !plugin.contains("sudoers") {
            let message = format!("{FILE}:{number}: who may do what is decided by {plugin}, whose rules are not read");
            guest.problem(FILE, "not-understood", message);
        }
        named = arguments.iter().find_map(|own| own.strip_prefix("sudoers_file=")).map(str::to_owned).or(named);
    }
    named
}

struct Reader<'g, 't> {
    guest: &'g Guest<'t>,
    hostname: &'g str,
    files: usize,
}

impl Reader<'_, '_> {
    fn file(&mut self, path: &str, sudoers: &mut Sudoers, depth: usize) {
        self.files += 1;
        if depth > DEPTH || self.files > FILES {
            self.guest.problem(path, "limit", format!("{path}: sudo's files include each other too deeply"));
            return;
        }
        if depth > 0 && self.is_refused(path) {
            let why = format!("{path} may be changed by others than root: sudo passes over it");
            self.guest.problem(path, "refused", why);
            return;
        }
        let Some(text) = self.guest.text(path) else { return };
        for (number, line) in text.joined_lines_before(before_comment) {
            let line = line.trim();
            let place = Place::line(path, number);
            if let Some((folder, target)) = inclusion(line) {
                let target = target.replace("%h", self.hostname);
                let target = if target.starts_with('/') {
                    target
                } else {
                    join(path.rsplit_once('/').map_or("/etc", |p| p.0), &target)
                };
                self.include(&target, folder, sudoers, depth);
                continue;
            }
            if let Some(rest) = line.strip_prefix("Defaults") {
                match sudo_defaults::options(rest, &place) {
                    Some(options) => sudoers.options.extend(options),
                    None => self.guest.problem(path, "not-understood", format!("{place}: this Defaults is not read")),
                }
            } else if is_alias(line) {
                sudo_rights::aliases(line, &mut sudoers.aliases);
            } else if !line.is_empty() {
                sudoers.rules.extend(sudo_rights::rule(line));
                if has_tag(line, "NOPASSWD") {
                    let who = line.split_whitespace().next().unwrap_or_default();
                    sudoers.without_password.push(Candidate::new(who, place));
                }
            }
        }
    }

    /// Whether sudo reads nothing of a file because of its owner or mode.
    fn is_refused(&self, path: &str) -> bool {
        self.guest.metadata(path).is_some_and(|metadata| {
            metadata.uid != 0 || metadata.mode & 0o002 != 0 || metadata.mode & 0o020 != 0 && metadata.gid != 0
        })
    }

    fn include(&mut self, target: &str, folder: bool, sudoers: &mut Sudoers, depth: usize) {
        if !folder {
            self.file(target, sudoers, depth + 1);
            return;
        }
        for entry in self.guest.list(target) {
            // Names with a dot or a tilde at the end are left out, so that backups do not count.
            if !entry.name.contains('.')
                && !entry.name.ends_with('~')
                && entry.metadata.as_ref().is_ok_and(|m| !m.is_directory())
            {
                self.file(&join(target, &entry.name), sudoers, depth + 1);
            }
        }
    }
}

/// Whether a line includes a folder, and what it includes.
fn inclusion(line: &str) -> Option<(bool, String)> {
    let rest = line.strip_prefix('@').or_else(|| line.strip_prefix('#'))?;
    let (folder, rest) = match rest.strip_prefix("includedir") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("include")?),
    };
    let target = super::words(rest.strip_prefix([' ', '\t'])?).into_iter().next()?;
    Some((folder, target))
}

/// The line before its comment, save that an inclusion may begin with the sign of one.
fn before_comment(line: &str) -> &str {
    if inclusion(line.trim()).is_some() { line } else { without_comment(line) }
}

/// The line before its comment: a `#` that is not in quotes, not escaped and not before a number (a user's).
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut previous = ' ';
    for (at, character) in line.char_indices() {
        match character {
            '"' if previous != '\\' => quoted = !quoted,
            '#' if !quoted && previous != '\\' => {
                let rest = &line[at + 1..];
                let number = rest.strip_prefix('-').unwrap_or(rest).starts_with(|c: char| c.is_ascii_digit());
                if !number || at > 0 && !matches!(previous, ' ' | '\t' | ',' | '(' | '%' | '!' | ':') {
                    return line[..at].trim_end();
                }
            }
            _ => {}
        }
        previous = character;
    }
    line
}

fn is_alias(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    matches!(first, "User_Alias" | "Runas_Alias" | "Host_Alias" | "Cmnd_Alias" | "Cmd_Alias")
}

/// Whether the part after `=` gives the tag, as in `NOPASSWD:` or `NOPASSWD :`.
fn has_tag(line: &str, tag: &str) -> bool {
    let Some((_, mut rest)) = line.split_once('=') else { return false };
    while let Some(at) = rest.find(tag) {
        let free = !rest[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        rest = &rest[at + tag.len()..];
        if free && rest.trim_start().starts_with(':') {
            return true;
        }
    }
    false
}

impl Sudoers {
    /// A flag or value for everybody: the last line decides. The value of a flag is `yes` or `no`.
    #[must_use]
    pub fn global(&self, name: &str) -> Option<Effective> {
        self.options_of(name, str::is_empty)
    }

    /// The same for one scope.
    #[must_use]
    pub fn in_scope(&self, name: &str, scope: &str) -> Option<Effective> {
        self.options_of(name, |own| own == scope)
    }

    /// The scopes that set an option, the global one left out.
    #[must_use]
    pub fn scopes(&self, name: &str) -> Vec<&str> {
        let mut scopes: Vec<&str> =
            self.options.iter().filter(|o| o.name == name && !o.scope.is_empty()).map(|o| o.scope.as_str()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    fn options_of(&self, name: &str, scope: impl Fn(&str) -> bool) -> Option<Effective> {
        let fitting = self.options.iter().filter(|option| option.name == name && scope(&option.scope));
        let candidate = |option: &SudoOption| {
            let value = match (&option.value, option.negated) {
                (_, true) => "no",
                (Some(value), false) => value.as_str(),
                (None, false) => "yes",
            };
            Candidate::new(value, option.place.clone())
        };
        Effective::last_of(fitting.map(candidate).collect())
    }
}
