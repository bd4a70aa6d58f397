//! Access lists of Cisco IOS, IOS XE, IOS XR, NX-OS and ASA, as a configuration holds them.
//!
//! Extended and standard lists, named and numbered, with object groups and objects, IPv4 and IPv6. Wildcard masks need
//! not be contiguous. What no entry matches is denied; before that, IPv6 lists of IOS permit neighbour discovery.
//! Entries for later fragments never match what is compared (first fragments and whole packets). `established` is TCP
//! with ACK or RST.

mod definitions;
mod entry;
mod member;
mod objects;
mod order;
mod predefined;
mod times;
mod tokens;
mod uses;
mod wildcard;

use std::collections::BTreeMap;

use super::document::{MAX_INTERVALS, MAX_RULES};
use super::draft::Draft;
use super::{AclError, Document, Format};
use crate::packet::{Family, Match};
use crate::policy::{Action, Certainty, Note, NoteKind, Policy, Rule};
use objects::Objects;
use order::Placed;
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
    text.lines().take(20_000).any(|line| head(line).is_some() || numbered(line, false).is_some())
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

/// A list under way.
struct List {
    policy: Policy,
    dialect: Dialect,
    standard: bool,
    entries: Vec<Placed>,
    /// The highest sequence number so far.
    last: u64,
    /// Whether an entry was taken back, so that no other is sure to be there.
    doubted: bool,
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

/// One line of `access-list NAME …`.
struct Numbered<'a> {
    name: &'a str,
    dialect: Dialect,
    standard: bool,
    /// The line of the list that the entry stands at, where it is said.
    place: Option<usize>,
    /// The words of the entry.
    words: &'a str,
}

/// Reads `access-list NAME …`. On an ASA names may be numbers too, and say nothing of the kind of list.
fn numbered(line: &str, is_asa: bool) -> Option<Numbered<'_>> {
    let rest = line.strip_prefix("access-list ")?.trim_start();
    let (name, mut rest) = rest.split_once(char::is_whitespace)?;
    rest = rest.trim_start();
    let mut place = None;
    if let Some(after) = rest.strip_prefix("line ") {
        let (number, after) = after.trim_start().split_once(char::is_whitespace)?;
        (place, rest) = (Some(number.parse().ok()?), after.trim_start());
    }
    let entry = |dialect, standard, words| Some(Numbered { name, dialect, standard, place, words });
    if let Some(after) = rest.strip_prefix("extended ") {
        return entry(Dialect::Asa, false, after);
    }
    if let Some(after) = rest.strip_prefix("standard ") {
        return entry(Dialect::Asa, true, after);
    }
    let known =
        ["permit ", "deny ", "remark", "dynamic ", "ethertype ", "webtype "].iter().any(|word| rest.starts_with(word));
    if !known {
        return None;
    }
    match name.parse::<u32>() {
        Ok(1..=99 | 1300..=1999) if !is_asa => entry(Dialect::Ios, true, rest),
        Ok(_) if !is_asa => entry(Dialect::Ios, false, rest),
        // Named lists on one line are ASA's; remarks come without a type.
        _ => entry(Dialect::Asa, false, rest),
    }
}

/// Whether a configuration is one of an ASA or PIX, by lines that the others do not have.
fn is_asa(text: &str) -> bool {
    const STARTS: [&str; 6] =
        ["ASA Version", "PIX Version", "access-group ", "nameif ", "object network ", "object service "];
    text.lines().any(|line| {
        let typed = || {
            line.strip_prefix("access-list ").is_some_and(|rest| {
                rest.split_whitespace().nth(1).is_some_and(|word| word == "extended" || word == "standard")
            })
        };
        STARTS.iter().any(|start| line.starts_with(start)) || line.trim_start().starts_with("nameif ") || typed()
    })
}

pub(super) fn read(text: &str) -> Result<Document, AclError> {
    let (objects, mut notes) = definitions::read(text);
    let is_asa = is_asa(text);
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
            lists.retain(|held, _| name.is_some_and(|name| held != name));
            order.retain(|held| name.is_some_and(|name| held != name));
            continue;
        }
        if let Some((name, start, step)) = order::numbers_anew(words) {
            (current, in_group) = (None, false);
            if let Some(list) = lists.get_mut(name) {
                list.last = order::resequence(&mut list.entries, start, step);
            }
            continue;
        }
        if let Some((name, entry)) = taken_from(words)
            && let Some(list) = lists.get_mut(name)
        {
            (current, in_group) = (None, false);
            list.take(entry, words, line);
            continue;
        }
        if let Some((name, family, standard)) = head(words) {
            (current, in_group) = (Some(name.clone()), false);
            open(&mut lists, &mut order, &name, family, Dialect::Ios, standard);
            continue;
        }
        if let Some(one) = numbered(words, is_asa) {
            (current, in_group) = (None, false);
            let family = (one.dialect == Dialect::Ios).then_some(Family::V4);
            let list = open(&mut lists, &mut order, one.name, family, one.dialect, one.standard);
            // A remark says nothing of the kind of list; entries of an ASA say it each.
            list.standard = one.standard || (list.standard && one.dialect == Dialect::Ios);
            weight += list.add(one.words, line, &objects, one.place);
        } else if definitions::opens(words) {
            (current, in_group) = (None, true);
        } else if definitions::removes(words) {
            (current, in_group) = (None, false);
        } else if in_group && (indented || member::begins(words)) {
            // Read before, with the objects.
        } else if let Some(list) =
            current.as_ref().and_then(|name| lists.get_mut(name)).filter(|_| decides_nothing(words))
        {
            list.all_fragments(words, line);
        } else if let Some(list) =
            current.as_ref().and_then(|name| lists.get_mut(name)).filter(|_| takes_back(words, indented))
        {
            list.take(words.strip_prefix("no ").unwrap_or(words), words, line);
        } else if let Some(list) =
            current.as_ref().and_then(|name| lists.get_mut(name)).filter(|_| indented || entry::begins(words))
        {
            weight += list.add(words, line, &objects, None);
        } else if let Some(list) = current.as_ref().and_then(|name| lists.get_mut(name)).filter(|_| !ends_list(words)) {
            // A line inside a list that is no entry: anything may follow from it.
            weight += list.add(words, line, &objects, None);
        } else {
            (current, in_group) = (None, false);
            passed.line(line, words, &mut notes);
        }
        if weight > MAX_INTERVALS || line as usize > MAX_RULES * 2 {
            return Err(AclError::TooManyRules { line });
        }
    }
    passed.flush(&mut notes);
    let asides = uses::asides(text, &lists.keys().cloned().collect());
    let mut policies: Vec<Policy> = order.iter().filter_map(|name| lists.remove(name)).map(List::finish).collect();
    times::say(text, &mut policies);
    Ok(Document { format: Format::Cisco, policies, notes, asides })
}

/// The list that a line removes as a whole; [`None`] within where it removes them all.
fn removed(words: &str) -> Option<Option<&str>> {
    let words: Vec<&str> = words.split_whitespace().collect();
    match words.as_slice() {
        ["no", "access-list", name]
        | ["no", "ip" | "ipv4" | "ipv6", "access-list", name]
        | ["no", "ip", "access-list", "extended" | "standard", name]
        | ["clear", "configure", "access-list", name] => Some(Some(name)),
        ["clear", "configure", "access-list"] => Some(None),
        _ => None,
    }
}

/// The list that a line takes an entry from, and the entry.
fn taken_from(words: &str) -> Option<(&str, &str)> {
    let (name, entry) = words.strip_prefix("no access-list ")?.trim_start().split_once(char::is_whitespace)?;
    let entry = entry.trim_start();
    (!entry.starts_with("remark")).then_some((name, entry))
}

/// Whether a line inside a list takes an entry from it.
fn takes_back(words: &str, indented: bool) -> bool {
    words.strip_prefix("no ").is_some_and(|rest| {
        let rest = rest.trim_start();
        entry::begins(rest) || rest.parse::<u64>().is_ok() || (indented && !rest.starts_with("remark"))
    })
}

/// Lines of a list that decide nothing about what is compared.
fn decides_nothing(words: &str) -> bool {
    const LINES: &[&str] = &[
        "statistics per-entry",
        "counters per-entry",
        "hardware statistics",
        "hardware counters",
        "fragments permit-all",
        "fragments deny-all",
    ];
    LINES.contains(&words)
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
        "arp",
        "archive",
        "cdp",
        "copp",
        "dialer-list",
        "errdisable",
        "event",
        "failover",
        "group-policy",
        "hardware",
        "http",
        "icmp",
        "key",
        "license",
        "lldp",
        "mac",
        "management",
        "monitor",
        "pager",
        "radius-server",
        "role",
        "ssh",
        "system",
        "tacacs-server",
        "telnet",
        "track",
        "tunnel-group",
        "vpc",
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
        List { policy, dialect, standard, entries: Vec::new(), last: 0, doubted: false }
    })
}

impl List {
    /// Adds an entry; says how many intervals it holds.
    fn add(&mut self, words: &str, line: u32, objects: &Objects, place: Option<usize>) -> usize {
        let mut tokens = Tokens::new(words);
        let given = order::sequence(&mut tokens);
        let sequence = given.unwrap_or(self.last.saturating_add(10));
        if tokens.peek() == Some("remark") {
            // It decides nothing, and takes a line.
            self.last = self.last.max(given.unwrap_or(0));
            self.entries.push(Placed { sequence, place, line, rules: Vec::new() });
            return 1;
        }
        self.last = self.last.max(sequence);
        let mut draft = Draft::new(line, words);
        entry::read(&mut draft, &mut tokens, self.dialect, self.standard, self.policy.family, objects);
        let mut rules = Vec::new();
        let weight = draft.weight().max(1);
        self.policy.fragments.extend(draft.of_fragments());
        draft.finish(&mut rules, &mut self.policy.notes);
        self.entries.push(Placed { sequence, place, line, rules });
        weight
    }

    /// Takes an entry back: the one of these words, or of this number, where there is no doubt which one that is.
    fn take(&mut self, entry: &str, words: &str, line: u32) {
        // Of numbered lists IOS takes all entries away then.
        let is_clear = match self.dialect {
            Dialect::Asa => self.entries.iter().all(|held| held.place.is_none()),
            Dialect::Ios => !words.starts_with("no access-list"),
        };
        if !is_clear || !order::take(&mut self.entries, entry) {
            self.doubt(words, line);
        }
    }

    /// A line on what becomes of all later fragments that no entry names.
    fn all_fragments(&mut self, words: &str, line: u32) {
        let action = match words {
            "fragments permit-all" => Action::Permit,
            "fragments deny-all" => Action::Deny,
            // Counters.
            _ => return,
        };
        self.policy.fragments.push(Rule { line, label: words.to_owned(), ..Rule::new(action, Match::any()) });
    }

    /// An entry is taken back, or all of the list: any of it may be gone.
    fn doubt(&mut self, words: &str, line: u32) {
        self.doubted = true;
        let message = format!("takes from the list what is not followed: {words}");
        self.policy.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
    }

    fn finish(mut self) -> Policy {
        if self.entries.iter().all(|entry| entry.rules.is_empty()) {
            return self.without_entries();
        }
        self.policy.rules = order::arrange(std::mem::take(&mut self.entries), &mut self.policy.notes);
        if self.doubted {
            self.policy.rules.iter_mut().for_each(|rule| rule.certainty = Certainty::AtMost);
            return self.without_entries();
        }
        if self.policy.family == Some(Family::V6) && self.dialect == Dialect::Ios {
            self.policy.rules.push(Rule::neighbour_discovery());
            let message = "neighbour discovery is permitted before the implicit denial, as IOS does".to_owned();
            self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        }
        let message = "what no entry matches is denied".to_owned();
        self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        self.policy
    }

    /// A list that has no entries, or may have none left: some systems let everything pass then, others nothing.
    fn without_entries(mut self) -> Policy {
        let mut draft = Draft::new(0, "no entry");
        let has = if self.doubted { "may have" } else { "has" };
        draft.not_understood(format!("the list {has} no entry: some systems let everything pass then, others nothing"));
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
