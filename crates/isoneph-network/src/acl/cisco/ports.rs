//! Ports, as entries and members of groups write them.

use super::Dialect;
use super::tokens::Tokens;
use crate::acl::draft::Draft;
use crate::packet::{Ranges, names};
use crate::policy::Condition;

/// Names that stand for another port on Cisco's devices than elsewhere.
const OWN_PORTS: [(&str, u16); 4] = [("kerberos", 750), ("radius", 1645), ("radius-acct", 1646), ("pim-auto-rp", 496)];

pub(super) fn port(word: &str) -> Option<u16> {
    let own = OWN_PORTS.iter().find(|(name, _)| *name == word).map(|(_, port)| *port);
    own.or_else(|| names::port(word))
}

/// `eq P…`, `neq P`, `gt P`, `lt P`, `range A B`; [`None`] when none of them begins here.
pub(super) fn read(tokens: &mut Tokens<'_>) -> Option<Ranges<u16>> {
    let word = tokens.peek()?;
    match word {
        "eq" | "neq" => {
            tokens.next();
            let mut set = Ranges::single(port(tokens.next()?)?);
            // IOS allows several ports after one word.
            while let Some(port) = tokens.peek().and_then(port) {
                tokens.next();
                set = set.union(&Ranges::single(port));
            }
            Some(if word == "neq" { set.complement() } else { set })
        }
        "gt" | "lt" => {
            tokens.next();
            let port = port(tokens.next()?)?;
            Some(match word {
                "gt" => port.checked_add(1).map_or_else(Ranges::none, |low| Ranges::between(low, u16::MAX)),
                _ => port.checked_sub(1).map_or_else(Ranges::none, |high| Ranges::between(0, high)),
            })
        }
        "range" => {
            tokens.next();
            let (low, high) = (port(tokens.next()?)?, port(tokens.next()?)?);
            Some(Ranges::between(low.min(high), low.max(high)))
        }
        _ => None,
    }
}

/// The ports that an entry writes for one side, if any; [`None`] where what is written can be none. Ports of a name that is not
/// known are a condition, and bound nothing.
pub(super) fn written(
    draft: &mut Draft,
    tokens: &mut Tokens<'_>,
    (side, dialect): (&str, Dialect),
) -> Option<Option<Ranges<u16>>> {
    let most = match tokens.peek() {
        Some("eq" | "neq") if dialect == Dialect::Ios => usize::MAX,
        Some("eq" | "neq" | "gt" | "lt") => 1,
        Some("range") => 2,
        _ => return Some(None),
    };
    let before = tokens.clone();
    let known = read(tokens);
    // Behind several ports after one word stands an option, or one more port.
    let goes_on = most == usize::MAX && tokens.peek().is_some_and(may_be_port);
    if known.is_some() && !goes_on {
        return Some(known);
    }
    *tokens = before;
    let mut said: Vec<&str> = tokens.next().into_iter().collect();
    while said.len() <= most && tokens.peek().is_some_and(may_be_port) {
        said.extend(tokens.next());
    }
    if said.len() == 1 || most < usize::MAX && said.len() <= most {
        return None;
    }
    let said = said.join(" ");
    draft.unknown(
        Condition::unknown(format!("{side} port {said}")),
        format!("{said}: a port of this name is not known"),
    );
    Some(Some(Ranges::any()))
}

/// What may stand behind the ports of an entry.
const BEHIND: &[&str] = &[
    "ack",
    "addrgroup",
    "any",
    "any4",
    "any6",
    "auth",
    "authen",
    "capture",
    "counter",
    "default",
    "dest-option",
    "dest-option-type",
    "destopts",
    "dscp",
    "established",
    "fin",
    "flow-label",
    "fragments",
    "hbh",
    "host",
    "http-method",
    "icmp-off",
    "inactive",
    "interface",
    "load-share",
    "log",
    "log-input",
    "match-all",
    "match-any",
    "mobility",
    "mobility-type",
    "net-group",
    "network-group",
    "nexthop",
    "nexthop1",
    "nexthop2",
    "nexthop3",
    "nve",
    "object",
    "object-group",
    "object-group-security",
    "object-group-user",
    "option",
    "packet-length",
    "police",
    "precedence",
    "psh",
    "redirect",
    "reflect",
    "routing",
    "routing-type",
    "rst",
    "security-group",
    "sequence",
    "set",
    "syn",
    "tcp-flags-mask",
    "tcp-option-length",
    "time-range",
    "tos",
    "track",
    "ttl",
    "udf",
    "undetermined-transport",
    "urg",
    "user",
    "user-group",
    "vlan",
];

/// Whether a word may be a port, by a number or a name, known or not: it is no address, and no word of an entry.
fn may_be_port(word: &str) -> bool {
    let is_name = word.starts_with(|first: char| first.is_ascii_alphanumeric()) && !word.contains(['.', ':', '/']);
    is_name && !BEHIND.contains(&word)
}
