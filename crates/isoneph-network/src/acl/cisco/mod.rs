//! Access lists of Cisco IOS, IOS XE, IOS XR, NX-OS and ASA, as a configuration holds them.
//!
//! Extended and standard lists, named and numbered, with object groups and objects, IPv4 and IPv6. Wildcard masks need
//! not be contiguous. What no entry matches is denied; before that, IPv6 lists of IOS permit neighbour discovery.
//! Entries for later fragments never match what is compared (first fragments and whole packets). `established` is TCP
//! with ACK or RST.

mod entry;
mod objects;
mod tokens;
mod wildcard;

use std::collections::BTreeMap;

use super::document::{MAX_INTERVALS, MAX_RULES};
use super::draft::Draft;
use super::{AclError, Document, Format};
use crate::packet::{Family, Match, Ranges, names};
use crate::policy::{Action, Note, NoteKind, Policy, Rule};
use objects::Objects;
use tokens::Tokens;

/// Whose words a list uses: they write masks differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// IOS, IOS XE, IOS XR, NX-OS: wildcard masks.
    Ios,
    /// ASA: network masks.
    Asa,
}

pub(super) fn looks_like(text: &str) -> bool {
    text.lines().take(20_000).any(|line| head(line).is_some() || numbered(line).is_some())
}

/// A list under way.
struct List {
    policy: Policy,
    dialect: Dialect,
    standard: bool,
    entries: Vec<Sequenced>,
    /// The highest sequence number so far.
    last: u64,
}

/// Entries are tried in the order of their sequence numbers.
struct Sequenced {
    sequence: u64,
    rules: Vec<Rule>,
}

/// `ip access-list extended NAME` and its kin: name, family, standard.
fn head(line: &str) -> Option<(String, Option<Family>, bool)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let family = match *words.first()? {
        "ip" | "ipv4" => Family::V4,
        "ipv6" => Family::V6,
        _ => return None,
    };
    if words.get(1) != Some(&"access-list") {
        return None;
    }
    match words.get(2..)? {
        ["extended", name, ..] => Some(((*name).to_owned(), Some(family), false)),
        ["standard", name, ..] => Some(((*name).to_owned(), Some(family), true)),
        ["role-based" | "logging" | "resequence" | "log-update" | "match-local-traffic", ..] => None,
        [name] | [name, "compiled"] => Some(((*name).to_owned(), Some(family), false)),
        _ => None,
    }
}

/// `access-list NAME …`: name, dialect, standard, and the words of the entry.
fn numbered(line: &str) -> Option<(String, Dialect, bool, &str)> {
    let rest = line.strip_prefix("access-list ")?.trim_start();
    let (name, mut rest) = rest.split_once(char::is_whitespace)?;
    rest = rest.trim_start();
    if let Some(after) = rest.strip_prefix("line ") {
        rest = after.trim_start().split_once(char::is_whitespace)?.1.trim_start();
    }
    if let Some(after) = rest.strip_prefix("extended ") {
        return Some((name.to_owned(), Dialect::Asa, false, after));
    }
    if let Some(after) = rest.strip_prefix("standard ") {
        return Some((name.to_owned(), Dialect::Asa, true, after));
    }
    let number = name.parse::<u32>();
    let known =
        ["permit ", "deny ", "remark", "dynamic ", "ethertype ", "webtype "].iter().any(|word| rest.starts_with(word));
    if !known {
        return None;
    }
    match number {
        Ok(1..=99 | 1300..=1999) => Some((name.to_owned(), Dialect::Ios, true, rest)),
        Ok(_) => Some((name.to_owned(), Dialect::Ios, false, rest)),
        // Named lists on one line are ASA's; remarks come without a type.
        Err(_) => Some((name.to_owned(), Dialect::Asa, false, rest)),
    }
}

pub(super) fn read(text: &str) -> Result<Document, AclError> {
    let (objects, mut notes) = objects::read(text);
    let mut lists: BTreeMap<String, List> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut current: Option<String> = None;
    let mut in_group = false;
    let mut passed = Passed::default();
    let mut weight = 0_usize;
    for (index, raw) in text.lines().enumerate() {
        let line = index as u32 + 1;
        let indented = raw.starts_with([' ', '\t']);
        let words = raw.trim();
        if words.is_empty() || words.starts_with('!') || words.starts_with("remark") || words == "exit" {
            continue;
        }
        if let Some(name) = removed(words) {
            // Nobody removes a list that stays: what was said of it before is void.
            (current, in_group) = (None, false);
            lists.remove(name);
            order.retain(|held| held != name);
            continue;
        }
        if let Some((name, family, standard)) = head(words) {
            (current, in_group) = (Some(name.clone()), false);
            open(&mut lists, &mut order, &name, family, Dialect::Ios, standard);
            continue;
        }
        if let Some((name, dialect, standard, rest)) = numbered(words) {
            (current, in_group) = (None, false);
            let family = (dialect == Dialect::Ios).then_some(Family::V4);
            let list = open(&mut lists, &mut order, &name, family, dialect, standard);
            if !rest.starts_with("remark") {
                weight += list.add(rest, line, &objects);
            }
        } else if objects::opens(words) {
            (current, in_group) = (None, true);
        } else if in_group && (indented || objects::member(words)) {
            // Read before, with the objects.
        } else if current.is_some() && decides_nothing(words) {
            // Of counters and later fragments.
        } else if let Some(list) = current
            .as_ref()
            .and_then(|name| lists.get_mut(name))
            .filter(|_| indented || entry::begins(words) || words.strip_prefix("no ").is_some_and(entry::begins))
        {
            weight += list.add(words, line, &objects);
        } else if let Some(list) = current.as_ref().and_then(|name| lists.get_mut(name)).filter(|_| !ends_list(words)) {
            // A line inside a list that is no entry: anything may follow from it.
            weight += list.add(words, line, &objects);
        } else {
            (current, in_group) = (None, false);
            passed.line(line, words, &mut notes);
        }
        if weight > MAX_INTERVALS || line as usize > MAX_RULES * 2 {
            return Err(AclError::TooManyRules { line });
        }
    }
    passed.flush(&mut notes);
    let policies = order.iter().filter_map(|name| lists.remove(name)).map(List::finish).collect();
    Ok(Document { format: Format::Cisco, policies, notes })
}

/// The list that a line removes as a whole.
fn removed(words: &str) -> Option<&str> {
    let words: Vec<&str> = words.split_whitespace().collect();
    match words.as_slice() {
        ["no", "access-list", name]
        | ["no", "ip" | "ipv4" | "ipv6", "access-list", name]
        | ["no", "ip", "access-list", "extended" | "standard", name] => Some(name),
        _ => None,
    }
}

/// Lines of a list that decide nothing about what is compared.
fn decides_nothing(words: &str) -> bool {
    ["statistics per-entry", "fragments permit-all", "fragments deny-all"].contains(&words)
}

/// Lines that begin another part of a configuration.
fn ends_list(words: &str) -> bool {
    const PARTS: &[&str] = &[
        "no",
        "interface",
        "router",
        "line",
        "hostname",
        "end",
        "object",
        "object-group",
        "access-group",
        "class-map",
        "policy-map",
        "route-map",
        "ip",
        "ipv6",
        "ipv4",
        "access-list",
        "version",
        "service",
        "vlan",
        "vrf",
        "snmp-server",
        "logging",
        "ntp",
        "aaa",
        "username",
        "enable",
        "crypto",
        "nat",
        "route",
        "banner",
        "control-plane",
        "clear",
        "spanning-tree",
        "time-range",
        "timeout",
        "mtu",
        "names",
        "name",
        "feature",
        "boot",
        "clock",
        "threat-detection",
    ];
    let first = words.split_whitespace().next().unwrap_or_default();
    PARTS.contains(&first)
}

fn open<'a>(
    lists: &'a mut BTreeMap<String, List>,
    order: &mut Vec<String>,
    name: &str,
    family: Option<Family>,
    dialect: Dialect,
    standard: bool,
) -> &'a mut List {
    lists.entry(name.to_owned()).or_insert_with(|| {
        order.push(name.to_owned());
        let mut policy = Policy::first_match(name, Vec::new(), Action::Deny);
        policy.family = family;
        List { policy, dialect, standard, entries: Vec::new(), last: 0 }
    })
}

impl List {
    /// Adds an entry; says how many intervals it holds.
    fn add(&mut self, words: &str, line: u32, objects: &Objects) -> usize {
        let mut tokens = Tokens::new(words);
        let sequence = tokens.number().unwrap_or(self.last.saturating_add(10));
        self.last = self.last.max(sequence);
        let mut draft = Draft::new(line, words);
        entry::read(&mut draft, &mut tokens, self.dialect, self.standard, self.policy.family, objects);
        let mut rules = Vec::new();
        let weight = draft.weight().max(1);
        draft.finish(&mut rules, &mut self.policy.notes);
        // A number used again replaces nothing on reading: devices refuse it. The later stands after the earlier.
        self.entries.push(Sequenced { sequence, rules });
        weight
    }

    fn finish(mut self) -> Policy {
        if self.entries.is_empty() {
            return self.without_entries();
        }
        self.entries.sort_by_key(|entry| entry.sequence);
        self.policy.rules = self.entries.into_iter().flat_map(|entry| entry.rules).collect();
        if self.policy.family == Some(Family::V6) && self.dialect == Dialect::Ios {
            let discovery =
                Match::any().with_protocol(names::ICMP6).with_icmp(Ranges::between(135, 136), Ranges::any());
            let label = "implicit: permit neighbour discovery".to_owned();
            self.policy.rules.push(Rule { label, ..Rule::new(Action::Permit, discovery) });
            let message = "neighbour discovery is permitted before the implicit denial, as IOS does".to_owned();
            self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        }
        let message = "what no entry matches is denied".to_owned();
        self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        self.policy
    }

    /// A list without entries: some systems let everything pass then, others nothing.
    fn without_entries(mut self) -> Policy {
        let mut draft = Draft::new(0, "no entry");
        draft.not_understood("the list has no entry: some systems let everything pass then, others nothing");
        draft.finish(&mut self.policy.rules, &mut self.policy.notes);
        self.policy
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
