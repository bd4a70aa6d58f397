//! What the lines of a configuration say of access lists: which begin one, hold an entry, take something back or end it.

use super::tokens::Tokens;
use super::{Dialect, Key, entry, order};
use crate::packet::Family;

/// `ip access-list extended NAME` and its kin: name, family, standard.
pub(super) fn head(line: &str) -> Option<(String, Option<Family>, bool)> {
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

/// An entry that stands in one line with the name of its list.
pub(super) struct Numbered<'a> {
    pub(super) name: &'a str,
    pub(super) family: Option<Family>,
    pub(super) dialect: Dialect,
    pub(super) standard: bool,
    /// The line of the list that the entry stands at, where it is said.
    pub(super) place: Option<usize>,
    /// The words of the entry.
    pub(super) words: &'a str,
}

/// Whether a line holds an entry and the name of its list.
pub(super) fn holds_entry(line: &str) -> bool {
    numbered(line, false).is_some() || in_one_line(line, false).is_some()
}

/// Words that say of which kind a list is, or are none of a list of packets, where a name may stand.
const NO_NAMES: &[&str] =
    &["extended", "standard", "role-based", "logging", "resequence", "log-update", "match-local-traffic", "fqdn"];

/// The family, the name and the rest of a line such as `ipv4 access-list NAME …`.
fn named(line: &str) -> Option<(Family, &str, &str)> {
    let (first, rest) = line.split_once(char::is_whitespace)?;
    let family = match first {
        "ip" | "ipv4" => Family::V4,
        "ipv6" => Family::V6,
        _ => return None,
    };
    let (name, rest) = rest.trim_start().strip_prefix("access-list ")?.trim_start().split_once(char::is_whitespace)?;
    (!NO_NAMES.contains(&name)).then(|| (family, name, rest.trim_start()))
}

/// Reads `ipv4 access-list NAME 10 permit …`, as IOS XR and older devices write it.
pub(super) fn in_one_line(line: &str, is_asa: bool) -> Option<Numbered<'_>> {
    let (family, name, rest) = named(line)?;
    let (place, words) = placed(rest)?;
    let mut tokens = Tokens::new(words);
    order::sequence(&mut tokens);
    let is_entry = entry::begins(words) || tokens.peek() == Some("remark");
    let dialect = if is_asa { Dialect::Asa } else { Dialect::Ios };
    is_entry.then_some(Numbered { name, family: Some(family), dialect, standard: false, place, words })
}

/// The line of a list that an entry is put at, where it is said, and the entry.
fn placed(rest: &str) -> Option<(Option<usize>, &str)> {
    let Some(after) = rest.strip_prefix("line ") else { return Some((None, rest)) };
    let (number, after) = after.trim_start().split_once(char::is_whitespace)?;
    Some((Some(number.parse().ok()?), after.trim_start()))
}

/// Reads `access-list NAME …`. On an ASA names may be numbers too, and say nothing of the kind of list.
pub(super) fn numbered(line: &str, is_asa: bool) -> Option<Numbered<'_>> {
    let rest = line.strip_prefix("access-list ")?.trim_start();
    let (name, rest) = rest.split_once(char::is_whitespace)?;
    let (place, rest) = placed(rest.trim_start())?;
    let entry = |dialect, standard, words| {
        let family = (dialect == Dialect::Ios).then_some(Family::V4);
        Some(Numbered { name, family, dialect, standard, place, words })
    };
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
pub(super) fn is_asa(text: &str) -> bool {
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

/// The list that a line removes as a whole; [`None`] within where it removes them all.
pub(super) fn removed(words: &str) -> Option<Option<Key>> {
    let words: Vec<&str> = words.split_whitespace().collect();
    match words.as_slice() {
        ["no", "access-list", name]
        | ["no", "ip" | "ipv4", "access-list", name]
        | ["no", "ip", "access-list", "extended" | "standard", name]
        | ["clear", "configure", "access-list", name] => Some(Some(Key { name: (*name).to_owned(), six: false })),
        ["no", "ipv6", "access-list", name] => Some(Some(Key { name: (*name).to_owned(), six: true })),
        ["clear", "configure", "access-list"] => Some(None),
        _ => None,
    }
}

/// The list that a line takes an entry from, and the entry.
pub(super) fn taken_from(words: &str) -> Option<(Key, &str)> {
    let line = words.strip_prefix("no ")?.trim_start();
    if let Some((family, name, entry)) = named(line) {
        return Some((Key { name: name.to_owned(), six: family == Family::V6 }, entry));
    }
    let (name, entry) = line.strip_prefix("access-list ")?.trim_start().split_once(char::is_whitespace)?;
    let entry = entry.trim_start();
    (!entry.starts_with("remark")).then(|| (Key { name: name.to_owned(), six: false }, entry))
}

/// Whether a line inside a list takes an entry from it.
pub(super) fn takes_back(words: &str, indented: bool) -> bool {
    words.strip_prefix("no ").is_some_and(|rest| {
        let rest = rest.trim_start();
        entry::begins(rest) || rest.parse::<u64>().is_ok() || (indented && !rest.starts_with("remark"))
    })
}

/// Lines of a list that decide nothing about what is compared.
pub(super) fn decides_nothing(words: &str) -> bool {
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
pub(super) fn ends_list(words: &str) -> bool {
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
