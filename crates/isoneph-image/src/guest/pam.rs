//! PAM: the rules that a service runs through, includes resolved.
//!
//! After pam.conf(5). `@include` is Debian's and takes all types of the file; `include` and `substack` take one.

use super::{Candidate, Guest, Place};
use std::collections::{BTreeMap, BTreeSet};

const FOLDERS: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];
/// Files inside one another, and rules of one service, at most.
const DEPTH: usize = 16;
const RULES: usize = 4096;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `auth`, `account`, `password` or `session`.
    pub kind: String,
    /// Control as written, lower case, such as `required` or `[success=1 default=ignore]`.
    pub control: String,
    /// Name of the module without folder and ending, such as `pam_unix`.
    pub module: String,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

impl Rule {
    /// Whether it has the argument, alone.
    #[must_use]
    pub fn has(&self, argument: &str) -> bool {
        self.arguments.iter().any(|own| own == argument)
    }

    /// The value of the last `name=value`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.arguments.iter().rev().find_map(|own| own.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a failure of the module makes the whole fail.
    #[must_use]
    pub fn is_binding(&self) -> bool {
        match self.control.as_str() {
            "required" | "requisite" => true,
            control => ["default=bad", "default=die"].iter().any(|action| control.contains(action)),
        }
    }

    /// The rule as a candidate, its value being module and arguments.
    #[must_use]
    pub fn candidate(&self) -> Candidate {
        let words = [self.module.as_str()].into_iter().chain(self.arguments.iter().map(String::as_str));
        Candidate::new(words.collect::<Vec<_>>().join(" "), self.place.clone())
    }
}

/// The rules of one file as written, includes not resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Rule(Rule),
    /// Type (`None`: all), file.
    Include(Option<String>, String),
    /// Type, file: a stack of its own.
    Substack(String, String),
}

/// What a service runs through: rules, and stacks whose end is not that of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// One rule.
    Rule(Rule),
    /// A stack inside.
    Stack(Vec<Item>),
}

impl Line {
    fn included(&self) -> Option<&str> {
        match self {
            Self::Include(_, file) | Self::Substack(_, file) => Some(super::base_name(file)),
            Self::Rule(_) => None,
        }
    }
}

/// Whether a name is that of a copy: no program asks PAM for such a service.
fn is_kept_copy(name: &str) -> bool {
    name.ends_with('~') || name.ends_with(".bak") || [".dpkg-", ".rpm"].iter().any(|mark| name.contains(mark))
}

/// All services of the guest.
#[derive(Clone, Debug, Default)]
pub struct Pam {
    files: BTreeMap<String, Vec<Line>>,
}

/// Reads the folders of PAM; a file of an earlier folder hides its namesakes.
#[must_use]
pub fn read(guest: &Guest<'_>) -> super::Known<Pam> {
    guest.watched(|| {
        let mut pam = Pam::default();
        for folder in FOLDERS {
            for entry in guest.list(folder) {
                let path = super::join(folder, &entry.name);
                if entry.name.starts_with('.') || pam.files.contains_key(&entry.name) {
                    continue;
                }
                if let Some(text) = guest.text(&path) {
                    pam.files.insert(entry.name, parse(guest, &text));
                }
            }
        }
        let old = "/etc/pam.conf";
        if pam.files.is_empty() && guest.text(old).is_some_and(|text| text.settings(&['#']).next().is_some()) {
            guest.problem(old, "not-understood", "PAM is set by /etc/pam.conf, which is not read");
        }
        pam
    })
}

fn parse(guest: &Guest<'_>, text: &super::Text) -> Vec<Line> {
    let lines = text.joined_lines_before(without_comment);
    let counts = |line: &&(u32, String)| !line.1.trim_start().starts_with('-') || has_module(guest, &line.1);
    lines
        .iter()
        .filter(counts)
        .filter_map(|(number, line)| parse_line(line, Place::line(text.path(), *number)))
        .collect()
}

/// Where modules lie.
const MODULES: [&str; 4] = ["/lib*/security", "/usr/lib*/security", "/lib/*/security", "/usr/lib/*/security"];

/// Whether the module of a rule that begins with a minus is there: without it such a rule is passed over in silence.
fn has_module(guest: &Guest<'_>, line: &str) -> bool {
    let Some(Line::Rule(rule)) = parse_line(line, Place::file("")) else { return true };
    let folders: Vec<String> = MODULES.iter().flat_map(|pattern| guest.glob(pattern)).collect();
    let file = format!("{}.so", rule.module);
    folders.is_empty() || folders.iter().any(|folder| guest.exists(&super::join(folder, &file)))
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

fn parse_line(line: &str, place: Place) -> Option<Line> {
    let line = line.trim();
    if let Some(file) = line.strip_prefix("@include") {
        return Some(Line::Include(None, file.trim().to_owned()));
    }
    let words = bracketed_words(line);
    let kind = words.first()?.trim_start_matches('-').to_ascii_lowercase();
    if !matches!(kind.as_str(), "auth" | "account" | "password" | "session") {
        return None;
    }
    let control = words.get(1)?.to_ascii_lowercase();
    let target = words.get(2)?;
    if control == "substack" {
        return Some(Line::Substack(kind, super::base_name(target).to_owned()));
    }
    if control == "include" {
        return Some(Line::Include(Some(kind), super::base_name(target).to_owned()));
    }
    let module = super::base_name(target).trim_end_matches(".so").to_owned();
    Some(Line::Rule(Rule { kind, control, module, arguments: words[3..].to_vec(), place }))
}

/// Splits at blanks; `[…]` is one word, kept with its brackets for a control and without for an argument.
fn bracketed_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') {
            rest.find(']').map_or(rest.len(), |end| end + 1)
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        let word = &rest[..end];
        let inner = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        words.push(inner.filter(|_| words.len() > 2).unwrap_or(word).to_owned());
        rest = rest[end..].trim_start();
    }
    words
}

impl Pam {
    /// Whether PAM is in the guest.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether the service has a file of its own.
    #[must_use]
    pub fn has(&self, service: &str) -> bool {
        self.files.contains_key(service)
    }

    /// The rules of one type that a service runs through; those of `other` when it has no file.
    #[must_use]
    pub fn stack(&self, service: &str, kind: &str) -> Vec<Rule> {
        let mut rules = Vec::new();
        flatten(&self.items(service, kind), &mut rules);
        rules
    }

    /// As [`Self::stack`], with the stacks inside kept apart.
    #[must_use]
    pub fn items(&self, service: &str, kind: &str) -> Vec<Item> {
        let service = if self.has(service) { service } else { "other" };
        let (mut items, mut count) = (Vec::new(), 0);
        self.collect(service, kind, 0, &mut count, &mut items);
        items
    }

    fn collect(&self, file: &str, kind: &str, depth: usize, count: &mut usize, items: &mut Vec<Item>) {
        if depth > DEPTH {
            return;
        }
        for line in self.files.get(file).into_iter().flatten() {
            *count += 1;
            if *count > RULES {
                return;
            }
            match line {
                Line::Rule(rule) if rule.kind == kind => items.push(Item::Rule(rule.clone())),
                Line::Include(only, file) if only.as_deref().is_none_or(|only| only == kind) => {
                    self.collect(file, kind, depth + 1, count, items);
                }
                Line::Substack(only, file) if only == kind => {
                    let mut inner = Vec::new();
                    self.collect(file, kind, depth + 1, count, &mut inner);
                    items.push(Item::Stack(inner));
                }
                _ => {}
            }
        }
    }

    /// The rules of the service that changes passwords: `passwd`, else what the distribution names the common part.
    #[must_use]
    pub fn password_stack(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        flatten(&self.password_items(), &mut rules);
        rules
    }

    /// As [`Self::password_stack`], with the stacks inside kept apart.
    #[must_use]
    pub fn password_items(&self) -> Vec<Item> {
        let service = ["passwd", "common-password", "system-auth", "password-auth", "base-password"].into_iter();
        service
            .filter(|service| self.has(service))
            .map(|service| self.items(service, "password"))
            .find(|s| !s.is_empty())
            .unwrap_or_default()
    }

    /// Every rule of every file that counts, each where it is written. What editors and package managers keep of older
    /// files counts only where another file includes it.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let included: BTreeSet<&str> = self.files.values().flatten().filter_map(Line::included).collect();
        let counts = move |name: &str| !is_kept_copy(name) || included.contains(name);
        self.files.iter().filter(move |(name, _)| counts(name)).flat_map(|(_, lines)| lines).filter_map(|line| {
            match line {
                Line::Rule(rule) => Some(rule),
                Line::Include(..) | Line::Substack(..) => None,
            }
        })
    }
}

fn flatten(items: &[Item], rules: &mut Vec<Rule>) {
    for item in items {
        match item {
            Item::Rule(rule) => rules.push(rule.clone()),
            Item::Stack(inner) => flatten(inner, rules),
        }
    }
}
