//! What the options of a rule ask for, and what its target does.

use super::chain::{Flow, Place};
use crate::acl::address::numbers;
use crate::acl::draft::Draft;
use crate::packet::{AddressRange, AddressSet, Match, Ranges, names};
use crate::policy::{Action, Condition, NoteKind, OWN, State, States, Way};

/// Targets that do not decide.
const PASSING: &[&str] = &[
    "LOG",
    "NFLOG",
    "ULOG",
    "MARK",
    "CONNMARK",
    "SECMARK",
    "CONNSECMARK",
    "TCPMSS",
    "TRACE",
    "AUDIT",
    "SET",
    "DSCP",
    "TOS",
    "TTL",
    "HL",
    "CLASSIFY",
    "CHECKSUM",
    "CT",
    "TEE",
    "LED",
    "RATEEST",
    "IDLETIMER",
    "TCPOPTSTRIP",
    "ECN",
];
/// What a rule asks of the connection's state.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Of usual packets, those that open a connection, and those of one that is there.
    new: bool,
    established: bool,
    /// Of packets in other states.
    others: States,
}

impl Asked {
    pub(super) fn anything() -> Self {
        Self { new: true, established: true, others: States::of([State::Usual]).complement() }
    }

    pub(super) fn both(self, other: Self) -> Self {
        let others = self.others.intersection(other.others);
        Self { new: self.new && other.new, established: self.established && other.established, others }
    }

    /// Where a product is in these states.
    pub(super) fn places(self, one: Match, conditions: &[Condition]) -> Vec<Place> {
        let usual = States::of([State::Usual]);
        let whole = self.new && self.established;
        let mut parts = Vec::new();
        if whole && self.others == usual.complement() {
            parts.push((one, None));
        } else if whole {
            parts.push((one, Some(self.others.union(usual))));
        } else {
            if self.new || self.established {
                let part = one.intersection(&Match::any().with_established(self.established));
                parts.push((part, Some(usual)));
            }
            if !self.others.is_none() {
                parts.push((one, Some(self.others)));
            }
        }
        let place = |(one, states): (Match, Option<States>)| Place {
            one,
            conditions: conditions.iter().cloned().chain(states.map(Condition::State)).collect(),
        };
        parts.into_iter().map(place).filter(|place| !place.one.is_nothing()).collect()
    }
}

/// A condition that is not understood, told by its words.
pub(super) fn unknown(draft: &mut Draft, words: &[&str], negated: bool, message: impl Into<String>) {
    draft.unknown(Condition::Unknown { text: words.join(" "), holds: !negated }, message);
}

pub(super) fn target(name: &str) -> Flow {
    match name {
        "ACCEPT" => Flow::Decide(Some(Action::Permit)),
        "DROP" | "REJECT" | "TARPIT" => Flow::Decide(Some(Action::Deny)),
        "QUEUE" | "NFQUEUE" => Flow::Decide(None),
        "RETURN" => Flow::Return,
        _ if PASSING.contains(&name) => Flow::Continue,
        _ => Flow::Jump(name.to_owned()),
    }
}

/// Applies one option with one word; false when the option is not known.
pub(super) fn condition(draft: &mut Draft, option: &str, value: &str, negated: bool) -> Result<bool, String> {
    match option {
        "-p" | "--protocol" | "--proto" => protocol(draft, value, negated)?,
        "-s" | "--source" | "--src" | "-d" | "--destination" | "--dst" | "--src-range" | "--dst-range" => {
            let set = AddressSet::from_ranges(value.split(',').map(address).collect::<Result<Vec<_>, _>>()?);
            let set = if negated { set.complement() } else { set };
            let is_source = option.starts_with("-s") || option.starts_with("--s");
            draft.limit(|one| {
                let side = if is_source { &mut one.source } else { &mut one.destination };
                *side = side.intersection(&set);
            });
        }
        "--sport" | "--source-port" | "--sports" | "--source-ports" => {
            let ports = ports(value, negated)?;
            draft.limit(|one| one.source_port = one.source_port.intersection(&ports));
        }
        "--dport" | "--destination-port" | "--dports" | "--destination-ports" => {
            let ports = ports(value, negated)?;
            draft.limit(|one| one.destination_port = one.destination_port.intersection(&ports));
        }
        "--ports" | "--port" => {
            let set = ports(value, false)?;
            either_port(draft, &set, negated);
        }
        "--icmp-type" | "--icmpv6-type" => icmp(draft, option == "--icmpv6-type", value, negated)?,
        "-i" | "--in-interface" => interface(draft, Way::In, value, negated, option),
        "-o" | "--out-interface" => interface(draft, Way::Out, value, negated, option),
        _ => return Ok(false),
    }
    Ok(true)
}

fn address(text: &str) -> Result<AddressRange, String> {
    text.parse::<AddressRange>().map_err(|error| error.to_string())
}

fn protocol(draft: &mut Draft, value: &str, negated: bool) -> Result<(), String> {
    // To iptables the number 0 means all protocols, as the word does.
    if value.eq_ignore_ascii_case("all") || value == "0" || value.eq_ignore_ascii_case("any") {
        if negated {
            draft.never("no protocol is left");
        }
        return Ok(());
    }
    let number = names::protocol(value).ok_or_else(|| format!("protocol {value:?} is not known"))?;
    let set = Ranges::single(number);
    let set = if negated { set.complement() } else { set };
    draft.limit(|one| one.protocol = one.protocol.intersection(&set));
    Ok(())
}

fn ports(value: &str, negated: bool) -> Result<Ranges<u16>, String> {
    let set = numbers(value, "port", names::port)?;
    Ok(if negated { set.complement() } else { set })
}

/// Ports of either side; negated, of neither.
fn either_port(draft: &mut Draft, set: &Ranges<u16>, negated: bool) {
    if negated {
        let others = set.complement();
        draft.limit(|one| {
            one.source_port = one.source_port.intersection(&others);
            one.destination_port = one.destination_port.intersection(&others);
        });
        return;
    }
    let mut both = Vec::new();
    for one in &draft.matches {
        both.push(Match { source_port: one.source_port.intersection(set), ..one.clone() });
        both.push(Match { destination_port: one.destination_port.intersection(set), ..one.clone() });
    }
    draft.matches = both;
}

fn icmp(draft: &mut Draft, six: bool, value: &str, negated: bool) -> Result<(), String> {
    // The kernel takes 255 of ICMP for any type, and then asks for no code.
    let all_types = value.split('/').next().and_then(|kind| kind.parse().ok()) == Some(u8::MAX);
    if value == "any" || (!six && all_types) {
        if negated {
            draft.never("no type is left");
        }
        return Ok(());
    }
    let number = if six { names::ICMP6 } else { names::ICMP };
    let (kind, code) = match value.split_once('/') {
        Some((kind, code)) => (kind, Some(code.parse::<u8>().map_err(|_| format!("ICMP code {code:?} is no number"))?)),
        None => (value, None),
    };
    let (kind, code) = match (names::icmp_type(number, kind), code) {
        (Some(kind), code) => (kind, code),
        (None, _) => names::icmp_name_with_code(number, kind)
            .map(|(kind, code)| (kind, Some(code)))
            .ok_or_else(|| format!("ICMP type {value:?} is not known"))?,
    };
    let wanted = Match::any()
        .with_protocol(number)
        .with_icmp(Ranges::single(kind), code.map_or_else(Ranges::any, Ranges::single));
    draft.matches = if negated {
        let all = Match::any().with_protocol(number);
        draft.matches.iter().flat_map(|one| one.intersection(&all).difference(&wanted)).collect()
    } else {
        draft.matches.iter().map(|one| one.intersection(&wanted)).collect()
    };
    Ok(())
}

pub(super) fn established(draft: &mut Draft, wanted: bool, protocol: Option<u8>) {
    let condition = Match { established: Some(wanted), ..Match::any() };
    let condition = protocol.map_or(condition.clone(), |number| condition.with_protocol(number));
    draft.limit(|one| *one = one.intersection(&condition));
}

pub(super) fn state(draft: &mut Draft, value: &str, negated: bool, untracked: bool) -> Result<Asked, String> {
    let has = |word: &str| value.split(',').any(|one| one.eq_ignore_ascii_case(word));
    let known = ["NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"];
    let is_known = |one: &str| known.iter().any(|known| known.eq_ignore_ascii_case(one));
    if let Some(word) = value.split(',').find(|one| !is_known(one)) {
        return Err(format!("connection state {word} is not understood"));
    }
    let (new, established) = (has("NEW") != negated, has("ESTABLISHED") != negated);
    if untracked {
        let message = "packets that the table raw leaves untracked are in none of the other states";
        unknown(draft, &["--ctstate", value], negated, message);
        let whole = has("UNTRACKED") != negated;
        return Ok(Asked { new: new || whole, established: established || whole, ..Asked::anything() });
    }
    let others = [
        (State::NewWithoutSyn, "NEW"),
        (State::Related, "RELATED"),
        (State::Invalid, "INVALID"),
        (State::Untracked, "UNTRACKED"),
    ];
    let others = States::of(others.into_iter().filter(|(_, word)| has(word) != negated).map(|(state, _)| state));
    Ok(Asked { new, established, others })
}

/// What flags say about TCP packets with ACK or RST.
pub(super) fn tcp_flags(draft: &mut Draft, mask: &str, set: &str, negated: bool) {
    let has = |list: &str, flag: &str| list.split(',').any(|one| one.eq_ignore_ascii_case(flag) || one == "ALL");
    draft.limit(|one| *one = one.intersection(&Match::any().with_protocol(names::TCP)));
    let looks_at_both = has(mask, "ACK") && has(mask, "RST");
    if looks_at_both && has(mask, "SYN") && set.eq_ignore_ascii_case("SYN") {
        established(draft, negated, None);
        return;
    }
    if !negated && (has(set, "ACK") || has(set, "RST")) {
        established(draft, true, None);
    } else if !negated && looks_at_both {
        established(draft, false, None);
    }
    let message = format!("TCP flags {mask} {set} match a part of the traffic");
    unknown(draft, &["--tcp-flags", mask, set], negated, message);
}

fn interface(draft: &mut Draft, way: Way, value: &str, negated: bool, option: &str) {
    match value {
        // Every name begins with nothing, and so does none at all.
        "+" if negated => draft.never("no interface is left"),
        "+" => {}
        _ => {
            draft.ask(Condition::Interface { way, name: value.to_owned(), holds: !negated });
            let message = if value == OWN {
                "is about the machine's own packets".to_owned()
            } else {
                format!("interface {option} {value}: where a packet comes in or goes out is not known")
            };
            draft.note(NoteKind::Depends, message);
        }
    }
}
