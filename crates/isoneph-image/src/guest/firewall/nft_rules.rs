//! One rule of nftables: which packets it fits, and what it does with them.

use super::chains::{Action, Reach, Rule, by_interface};
use super::iptables::{ANYWHERE, WHOLE_PROTOCOLS, every_port};
use crate::guest::{Candidate, Place};

/// Reads the words of a rule that stands in a chain, which its key names.
pub(super) fn read_rule(words: &[&str], chain: &str, place: Place) -> Rule {
    let candidate = Candidate::new(words.join(" "), place);
    let table = chain.rsplit_once(' ').map_or("", |(table, _)| table);
    if let Some(rule) = mapped(words, table, &candidate) {
        return rule;
    }
    let mut reach = Reach::All;
    let mut rest = words;
    while !rest.is_empty() {
        let target = |name: &str| format!("{table} {name}");
        let action = match rest {
            ["accept", ..] => Action::Accept,
            ["drop" | "reject", ..] => Action::Deny,
            ["return", ..] => Action::Return,
            ["queue", ..] | ["jump" | "goto", "{", ..] => Action::Unclear,
            ["jump", name, ..] => Action::Jump(target(name)),
            ["goto", name, ..] => Action::Goto(target(name)),
            _ => {
                let (narrowed, taken) = condition(rest);
                reach = reach.min(narrowed);
                rest = rest.get(taken..).unwrap_or_default();
                continue;
            }
        };
        return Rule { reach, action, candidate };
    }
    Rule { reach, action: Action::Pass, candidate }
}

/// How far the first part of a rule narrows it, and how many words it has.
fn condition(rest: &[&str]) -> (Reach, usize) {
    match rest {
        ["counter", "packets", _, "bytes", ..] => (Reach::All, 5),
        ["counter", "name", ..] => (Reach::All, 3),
        ["counter" | "log" | "continue" | "notrack", ..] => (Reach::All, 1),
        ["comment" | "prefix" | "level" | "group" | "snaplen" | "flags", ..] => (Reach::All, 2),
        ["ip" | "ip6", "saddr" | "daddr", rest @ ..] if set(rest).0.iter().any(|word| ANYWHERE.contains(word)) => {
            (Reach::All, set(rest).1 + 2)
        }
        // How often, from where and when: much or all of the rest may be meant.
        ["limit" | "quota" | "fib" | "numgen" | "pkttype", ..]
        | ["meta", "pkttype" | "random" | "time" | "hour" | "day" | "cpu", ..]
        | ["ct", "direction", ..]
        | ["tcp" | "udp" | "th", "dport" | "sport", ">" | ">=" | "<" | "<=", ..] => (Reach::Most, to_next(rest)),
        // Of every connection one packet at least has the flags that are named.
        ["tcp", "flags", ..] | ["meta", "protocol", ..] | ["ether", "type", ..] => (Reach::Wide, to_next(rest)),
        ["meta", "iif" | "iifname", ..] => {
            let (reach, taken) = condition(&rest[1..]);
            (reach, taken + 1)
        }
        ["ct", "state", "!=", rest @ ..] => {
            let (words, taken) = set(rest);
            let new = words.iter().any(|word| word.split(',').any(|state| state == "new"));
            (if new { Reach::Named } else { Reach::Most }, taken + 3)
        }
        ["iif" | "iifname", "!=", rest @ ..] => (Reach::Most, set(rest).1 + 2),
        ["iif" | "iifname", rest @ ..] => {
            let (words, taken) = set(rest);
            let names = words.iter().filter(|word| !matches!(**word, "{" | "}" | ","));
            (names.map(|name| by_interface(name)).max().unwrap_or(Reach::Named), taken + 1)
        }
        ["ip" | "ip6" | "tcp" | "udp" | "th", _, "!=", rest @ ..] => (Reach::Most, set(rest).1 + 3),
        ["ct", "state", rest @ ..] => {
            let (words, taken) = set(rest);
            let new = words.iter().any(|word| word.split(',').any(|state| state == "new"));
            (if new { Reach::Wide } else { Reach::Named }, taken + 2)
        }
        ["meta", "l4proto", rest @ ..] | ["ip", "protocol", rest @ ..] | ["ip6", "nexthdr", rest @ ..] => {
            let (words, taken) = set(rest);
            let whole = words.iter().any(|word| WHOLE_PROTOCOLS.contains(word));
            (if whole { Reach::Wide } else { Reach::Named }, taken + 2)
        }
        ["meta", "nfproto", "ipv4" | "ipv6", ..] => (Reach::Wide, 3),
        ["tcp" | "udp" | "th", "dport" | "sport", rest @ ..] if set(rest).0.iter().any(|ports| every_port(ports)) => {
            (Reach::Wide, set(rest).1 + 2)
        }
        _ => (Reach::Named, 1),
    }
}

/// Words by which a condition is over: verdicts, statements, and the conditions that are understood.
const NEXT: [&str; 22] = [
    "accept", "drop", "reject", "return", "queue", "jump", "goto", "counter", "log", "continue", "comment", "ip",
    "ip6", "tcp", "udp", "th", "ct", "meta", "iif", "iifname", "icmp", "icmpv6",
];

/// How many words the condition at the start has that is not taken apart.
fn to_next(rest: &[&str]) -> usize {
    // Its own first words may be among those that begin another.
    let own = rest.len().min(2);
    rest[own..].iter().position(|word| NEXT.contains(word)).map_or(rest.len(), |at| own + at)
}

/// The words of a set, or the one word that stands in its place, and how many words that is.
fn set<'a>(rest: &'a [&'a str]) -> (&'a [&'a str], usize) {
    if rest.first() == Some(&"{") {
        let end = rest.iter().position(|word| *word == "}").unwrap_or(rest.len() - 1);
        (&rest[..=end], end + 1)
    } else {
        (&rest[..rest.len().min(1)], 1)
    }
}

/// A rule with a verdict map: new connections may be let in by it, and chains that it leads to may let in the rest.
fn mapped(words: &[&str], table: &str, candidate: &Candidate) -> Option<Rule> {
    let at = words.iter().position(|word| *word == "vmap")?;
    let entries = &words[at..];
    let by_state = words[..at].ends_with(&["ct", "state"]);
    let new_accepted = entries.windows(3).any(|entry| entry == ["new", ":", "accept"]);
    // A named map's elements stand elsewhere.
    let named = entries.get(1).is_some_and(|word| *word != "{");
    let (reach, action) = if by_state && (new_accepted || named) {
        (Reach::Wide, if named { Action::Unclear } else { Action::Accept })
    } else {
        let leads = entries.windows(2).filter(|pair| matches!(pair[0], "jump" | "goto"));
        (Reach::Named, Action::Branch(leads.map(|pair| format!("{table} {}", pair[1])).collect()))
    };
    Some(Rule { reach, action, candidate: candidate.clone() })
}
