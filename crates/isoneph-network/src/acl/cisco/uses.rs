//! What a configuration uses its lists for. A list filters what passes where an interface applies it; elsewhere lists say
//! what is translated, told, encrypted, counted or let in to the device itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::acl::document::Aside;

/// Lines by which an interface applies lists.
pub(super) const APPLIES: &[&str] = &[
    "access-group",
    "ip access-group",
    "ip port access-group",
    "ip traffic-filter",
    "ipv4 access-group",
    "ipv6 access-group",
    "ipv6 port traffic-filter",
    "ipv6 traffic-filter",
];
/// Words that end the names in such a line.
pub(super) const DIRECTIONS: &[&str] =
    &["in", "out", "ingress", "egress", "inbound", "outbound", "global", "vlan", "vlan-in", "vlan-out"];
/// Parts of a configuration in which such a line is about what the device itself is sent.
pub(super) const ITSELF: &[&str] = &["control-plane", "line", "management", "system control-plane"];

/// How a line uses lists.
struct Use {
    /// What the line begins with.
    starts: &'static str,
    /// What the part of the configuration begins with that it stands in.
    inside: &'static str,
    /// The word before a name; nothing where every word of the rest may be one.
    before: &'static str,
    what: &'static str,
    /// Whether it decides on what passes, in a way that is not followed here.
    decides: bool,
}

const fn aside(starts: &'static str, inside: &'static str, before: &'static str, what: &'static str) -> Use {
    Use { starts, inside, before, what, decides: false }
}

const fn decides(starts: &'static str, inside: &'static str, before: &'static str, what: &'static str) -> Use {
    Use { starts, inside, before, what, decides: true }
}

const LOGIN: &str = "who may log in to the device";
const ROUTES: &str = "which routes are told or taken";
const TRANSLATED: &str = "what addresses are translated";
const MAPPED: &str = "a route map";
const CLASS: &str = "a class of traffic";
const ENCRYPTED: &str = "what is encrypted";
const MULTICAST: &str = "multicast";
const TUNNEL: &str = "what goes by a tunnel";

/// The first that fits a line counts.
const USES: &[Use] = &[
    aside("access-class", "", "", LOGIN),
    aside("ip access-class", "", "", LOGIN),
    aside("ipv6 access-class", "", "", LOGIN),
    aside("ip http access-class", "", "", LOGIN),
    aside("ssh", "", "access-list", LOGIN),
    aside("telnet", "", "access-list", LOGIN),
    aside("snmp-server", "", "", "who may ask by SNMP"),
    aside("ntp access-group", "", "", "who may ask for the time"),
    aside("ip nat", "", "access-list", TRANSLATED),
    aside("ip nat", "", "list", TRANSLATED),
    aside("nat", "", "access-list", TRANSLATED),
    aside("static", "", "access-list", TRANSLATED),
    decides("match ip address", "vlan access-map", "", "a filter within a VLAN"),
    decides("match ipv6 address", "vlan access-map", "", "a filter within a VLAN"),
    aside("match ip", "", "", MAPPED),
    aside("match ipv6", "", "", MAPPED),
    aside("match address", "", "", ENCRYPTED),
    aside("crypto", "", "address", ENCRYPTED),
    aside("acl", "crypto", "", TUNNEL),
    aside("split-tunnel-network-list value", "", "", TUNNEL),
    decides("vpn-filter value", "", "", "a filter of a tunnel"),
    decides("filter value", "", "", "a filter of a tunnel"),
    decides("match access-group", "class-map type inspect", "", "a firewall between zones of the device"),
    aside("match access-group", "", "", CLASS),
    aside("match access-list", "", "", CLASS),
    aside("distribute-list", "", "", ROUTES),
    aside("neighbor", "", "distribute-list", ROUTES),
    aside("offset-list", "", "", ROUTES),
    aside("distance", "", "", ROUTES),
    aside("ip pim", "", "", MULTICAST),
    aside("ip igmp", "", "", MULTICAST),
    aside("ip msdp", "", "list", MULTICAST),
    aside("ip multicast", "", "", MULTICAST),
    aside("dialer-list", "", "list", "what opens a dialled line"),
    decides("ip inspect", "", "list", "an inspection"),
    decides("ip inspect", "", "java-list", "an inspection"),
    aside("ip verify", "", "", "what a check of senders lets be"),
    aside("ip wccp", "", "redirect-list", "what is redirected"),
    aside("wccp", "", "redirect-list", "what is redirected"),
    aside("aaa", "", "match", "who is asked for a password"),
    aside("capture", "", "access-list", "what is recorded"),
    aside("monitor", "", "access-group", "what is recorded"),
    aside("rate-limit", "", "access-group", CLASS),
    aside("queue-list", "", "list", CLASS),
    aside("priority-list", "", "list", CLASS),
    decides("", "", "access-list", "what is not followed here"),
];

/// What is said of one list.
struct Said {
    line: u32,
    what: &'static str,
    decides: bool,
}

/// What a configuration says of its lists' uses.
#[derive(Default)]
struct Uses<'a> {
    /// Whether it has interfaces, and so says where lists are applied.
    whole: bool,
    /// Lists that an interface applies, with the first line that does.
    applied: BTreeMap<&'a str, u32>,
    others: BTreeMap<&'a str, Said>,
}

/// The lists of a configuration that filter nothing that passes, or of which that is not known.
pub(super) fn asides(text: &str, lists: &BTreeSet<String>) -> Vec<Aside> {
    let uses = Uses::of(text);
    let held = lists.iter().filter(|list| !uses.applied.contains_key(list.as_str()));
    let mut out: Vec<Aside> = held.filter_map(|list| uses.aside(list)).collect();
    out.extend(uses.applied.iter().filter(|(list, _)| !lists.contains(**list)).map(|(list, line)| Aside {
        list: (*list).to_owned(),
        line: *line,
        why: "is applied, and not given: what it lets pass is not known".to_owned(),
        sure: false,
    }));
    out
}

impl<'a> Uses<'a> {
    fn of(text: &'a str) -> Self {
        let mut uses = Self::default();
        let mut section: Vec<&str> = Vec::new();
        for (index, raw) in text.lines().enumerate() {
            let words: Vec<&str> = raw.split_whitespace().collect();
            if words.is_empty() || words[0].starts_with('!') {
                continue;
            }
            if !defines(&words) {
                uses.line(&words, &section, index as u32 + 1);
            }
            if !raw.starts_with([' ', '\t']) {
                uses.whole |= words[0] == "interface";
                section = words;
            }
        }
        uses
    }

    fn line(&mut self, words: &[&'a str], section: &[&str], line: u32) {
        for starts in APPLIES {
            let Some(rest) = after(words, starts) else { continue };
            let Some(end) = rest.iter().position(|word| DIRECTIONS.contains(word)) else { continue };
            let names = rest[..end].iter().filter(|word| **word != "common");
            let own = rest.contains(&"control-plane") || ITSELF.iter().any(|part| after(section, part).is_some());
            for name in names {
                if own {
                    let said = Said { line, what: "what the device itself is sent", decides: false };
                    self.others.entry(name).or_insert(said);
                } else {
                    self.applied.entry(name).or_insert(line);
                }
            }
        }
        for one in USES {
            let (Some(rest), Some(_)) = (after(words, one.starts), after(section, one.inside)) else { continue };
            let names: Vec<&str> = match one.before {
                "" => rest.to_vec(),
                before => rest.windows(2).filter(|pair| pair[0] == before).map(|pair| pair[1]).collect(),
            };
            for name in &names {
                self.others.entry(name).or_insert(Said { line, what: one.what, decides: one.decides });
            }
            if !names.is_empty() {
                return;
            }
        }
    }

    /// What is to be told of a list that no interface applies; nothing where the file holds lists alone.
    fn aside(&self, list: &str) -> Option<Aside> {
        let told = |line: u32, why: String, sure: bool| Some(Aside { list: list.to_owned(), line, why, sure });
        match (self.others.get(list), self.whole) {
            (Some(said), true) if said.decides => told(
                said.line,
                format!("is applied to no interface; it is for {}, which may decide as well", said.what),
                false,
            ),
            (Some(said), true) => told(said.line, format!("is no filter: it is for {}", said.what), true),
            (Some(said), false) => {
                told(said.line, format!("is for {}; whether an interface applies it is not shown", said.what), false)
            }
            (None, true) => told(0, "filters nothing: no interface applies it".to_owned(), true),
            (None, false) => None,
        }
    }
}

/// The words after those that a line begins with.
pub(super) fn after<'w, 'a>(words: &'w [&'a str], starts: &str) -> Option<&'w [&'a str]> {
    starts
        .split_whitespace()
        .try_fold(words, |rest, start| rest.split_first().filter(|(word, _)| **word == start).map(|(_, rest)| rest))
}

/// Whether a line is of a list itself, or takes something away.
fn defines(words: &[&str]) -> bool {
    words.iter().take(2).any(|word| *word == "access-list") || matches!(words[0], "no" | "description" | "remark")
}
