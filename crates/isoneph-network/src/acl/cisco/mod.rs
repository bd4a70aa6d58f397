//! Access lists of Cisco IOS, IOS XE, IOS XR, NX-OS and ASA, as a configuration holds them, or as devices show them.
//!
//! Extended and standard lists, named and numbered, with object groups and objects, IPv4 and IPv6. Wildcard masks need
//! not be contiguous. What no entry matches is denied; before that, IPv6 lists of IOS permit neighbour discovery.
//! Entries for later fragments never match what is compared (first fragments and whole packets). `established` is TCP
//! with ACK or RST.

mod aliases;
mod applied;
mod bare;
mod definitions;
mod entry;
mod lines;
mod list;
mod member;
mod objects;
mod order;
mod ports;
mod predefined;
mod shown;
mod times;
mod tokens;
mod uses;
mod wildcard;

use std::collections::BTreeMap;

use super::document::{MAX_INTERVALS, MAX_RULES};
use super::{AclError, Document, Format};
use crate::packet::Family;
use crate::policy::{Note, NoteKind, Policy};
use list::List;
use objects::Objects;

/// Whose words a list uses: they write masks differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// IOS, IOS XE, IOS XR, NX-OS: wildcard masks.
    Ios,
    /// ASA: network masks.
    Asa,
}

pub(super) fn looks_like(text: &str) -> bool {
    text.lines().take(20_000).any(|line| lines::head(line).is_some() || lines::holds_entry(line) || shown::begins(line))
}

/// Whether a text that holds no list is a configuration all the same, by lines that they have.
pub(super) fn is_configuration(text: &str) -> bool {
    const STARTS: [&str; 8] =
        ["hostname ", "interface ", "router ", "version ", "line vty", "feature ", "ASA Version", "!! IOS XR"];
    let lines = || text.lines().take(20_000);
    let kinds = STARTS.iter().filter(|start| lines().any(|line| line.starts_with(*start))).count();
    let marks = lines().any(|line| line.starts_with('!') || line == "end");
    kinds + usize::from(marks) >= 2 && kinds >= 1
}

pub(super) fn read(text: &str) -> Result<Document, AclError> {
    let text = &*shown::as_configured(text);
    let (objects, notes) = definitions::read(text);
    let mut reading = Reading {
        is_asa: lines::is_asa(text),
        objects,
        lists: BTreeMap::new(),
        order: Vec::new(),
        section: Section::Other,
        paused: false,
        passed: Passed::default(),
        notes,
        weight: 0,
    };
    for (index, raw) in text.lines().enumerate() {
        let line = index as u32 + 1;
        reading.line(raw, line);
        if reading.weight > MAX_INTERVALS || line as usize > MAX_RULES * 2 {
            return Err(AclError::TooManyRules { line });
        }
    }
    reading.passed.flush(&mut reading.notes);
    let asides = uses::asides(text, &reading.lists.keys().map(|key| key.name.clone()).collect());
    let (mut policies, notes) = reading.finish();
    times::say(text, &mut policies);
    let (unfiltered, interfaces) = (bare::ways(text), applied::interfaces(text));
    Ok(Document { asides, unfiltered, interfaces, ..Document::of(Format::Cisco, policies, notes) })
}

/// What lists are told apart by: some devices let one of each family have the same name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) six: bool,
}

impl Key {
    fn new(name: &str, family: Option<Family>) -> Self {
        Self { name: name.to_owned(), six: family == Some(Family::V6) }
    }
}

/// The part of a configuration that is read.
enum Section {
    /// A list, and whether its entries are indented, once there is one.
    List(Key, Option<bool>),
    /// A group of objects.
    Group,
    Other,
}

/// A configuration while it is read.
struct Reading {
    is_asa: bool,
    objects: Objects,
    lists: BTreeMap<Key, List>,
    order: Vec<Key>,
    section: Section,
    /// Whether the line before says nothing, as between two parts.
    paused: bool,
    passed: Passed,
    notes: Vec<Note>,
    /// The intervals of all entries so far.
    weight: usize,
}

impl Reading {
    fn line(&mut self, raw: &str, line: u32) {
        let indented = raw.starts_with([' ', '\t']);
        let words = raw.trim();
        if words.is_empty() || words.starts_with('!') || words.starts_with("remark") || words == "exit" {
            self.paused |= !words.starts_with("remark");
            return;
        }
        let paused = std::mem::take(&mut self.paused);
        if self.names_its_list(words, line) {
            self.section = Section::Other;
        } else if let Some((name, family, standard)) = lines::head(words) {
            let key = Key::new(&name, family);
            self.open(&key, family, Dialect::Ios, standard);
            self.section = Section::List(key, None);
        } else if definitions::opens(words) {
            self.section = Section::Group;
        } else if definitions::removes(words) {
            self.section = Section::Other;
        } else if matches!(self.section, Section::Group) && (indented || member::begins(words)) {
            // Read before, with the objects.
        } else if !self.within_list(words, (indented, paused), line) {
            self.section = Section::Other;
            self.passed.line(line, words, &mut self.notes);
        }
    }

    /// A line that is about a list as a whole, or holds an entry and the name of its list.
    fn names_its_list(&mut self, words: &str, line: u32) -> bool {
        if let Some(removed) = lines::removed(words) {
            // Nobody removes a list that stays: what was said of it before is void.
            let is = |key: &Key| removed.as_ref().is_none_or(|removed| removed == key);
            self.lists.retain(|key, _| !is(key));
            self.order.retain(|key| !is(key));
            return true;
        }
        if let Some((key, start, step)) = order::numbers_anew(words) {
            if let Some(list) = self.lists.get_mut(&key) {
                list.last = order::resequence(&mut list.entries, start, step);
            }
            return true;
        }
        if let Some((key, entry)) = lines::taken_from(words)
            && let Some(list) = self.lists.get_mut(&key)
        {
            list.take(entry, words, line);
            return true;
        }
        let Some(one) = lines::in_one_line(words, self.is_asa).or_else(|| lines::numbered(words, self.is_asa)) else {
            return false;
        };
        let key = Key::new(one.name, one.family);
        self.open(&key, one.family, one.dialect, one.standard);
        if let Some(list) = self.lists.get_mut(&key) {
            // A remark says nothing of the kind of list; entries of an ASA say it each.
            list.standard = one.standard || (list.standard && one.dialect == Dialect::Ios);
            self.weight += list.add(one.words, line, &self.objects, one.place);
        }
        true
    }

    /// A line within a list; false where it is of another part.
    fn within_list(&mut self, words: &str, (indented, paused): (bool, bool), line: u32) -> bool {
        let Section::List(key, indents) = &mut self.section else { return false };
        let Some(list) = self.lists.get_mut(key) else { return false };
        if lines::decides_nothing(words) {
            list.all_fragments(words, line);
        } else if lines::takes_back(words, indented) {
            list.take(words.strip_prefix("no ").unwrap_or(words), words, line);
        } else if indented || entry::begins(words) {
            indents.get_or_insert(indented);
            self.weight += list.add(words, line, &self.objects, None);
        } else if lines::ends_list(words) || paused && *indents == Some(true) {
            return false;
        } else {
            // A line inside a list that is no entry: anything may follow from it.
            self.weight += list.add(words, line, &self.objects, None);
        }
        true
    }

    fn open(&mut self, key: &Key, family: Option<Family>, dialect: Dialect, standard: bool) {
        if !self.lists.contains_key(key) {
            self.order.push(key.clone());
            self.lists.insert(key.clone(), List::new(&key.name, family, dialect, standard));
        }
    }

    /// The policies of all lists, and what was noted.
    fn finish(mut self) -> (Vec<Policy>, Vec<Note>) {
        let both = |key: &Key| key.six && self.lists.contains_key(&Key { six: false, ..key.clone() });
        let shared: Vec<bool> = self.order.iter().map(both).collect();
        let held = self.order.iter().zip(shared).filter_map(|(key, shared)| Some((self.lists.remove(key)?, shared)));
        let policy = |(list, shared): (List, bool)| {
            let mut policy = list.finish();
            if shared {
                policy.name += " (IPv6)";
            }
            policy
        };
        (held.map(policy).collect(), self.notes)
    }
}

/// Lines that are no rules, joined while they follow each other.
#[derive(Default)]
struct Passed {
    first: u32,
    last: u32,
    text: String,
}

impl Passed {
    fn line(&mut self, line: u32, words: &str, notes: &mut Vec<Note>) {
        if self.first > 0 && line > self.last + 1 {
            self.flush(notes);
        }
        if self.first == 0 {
            (self.first, self.text) = (line, words.split_whitespace().next().unwrap_or_default().to_owned());
        }
        self.last = line;
    }

    fn flush(&mut self, notes: &mut Vec<Note>) {
        if self.first > 0 {
            // The first word only: a configuration's other lines may hold secrets.
            let message = match self.last - self.first {
                0 => format!("not a rule: {} …", self.text),
                more => format!("not rules: {} … and {more} lines after it", self.text),
            };
            notes.push(Note { line: self.first, kind: NoteKind::Ignored, message });
        }
        *self = Self::default();
    }
}
