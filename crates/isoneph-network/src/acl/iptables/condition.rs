//! The condition and target of one rule.

use super::chain::{Flow, Place, Step};
use super::unread::Unread;
use super::words;
use crate::acl::address::numbers;
use crate::acl::draft::Draft;
use crate::packet::{AddressRange, AddressSet, Family, Match, Ranges, names};
use crate::policy::{Action, Certainty, Condition, NoteKind, OWN, State, States, Way};

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
/// Modules that match by their options alone, which are read or named one by one.
const MODULES: &[&str] = &[
    "tcp",
    "udp",
    "udplite",
    "sctp",
    "dccp",
    "icmp",
    "icmp6",
    "icmpv6",
    "multiport",
    "iprange",
    "state",
    "conntrack",
    "comment",
    "addrtype",
    "set",
    "mark",
    "connmark",
    "mac",
    "owner",
    "physdev",
    "string",
    "u32",
    "bpf",
    "length",
    "ttl",
    "hl",
    "tos",
    "dscp",
    "helper",
    "pkttype",
    "time",
    "recent",
    "statistic",
    "hashlimit",
    "connlimit",
    "policy",
    "cgroup",
    "tcpmss",
];
/// Options of targets and matches that hold no condition, with the number of words they take.
const SILENT: &[(&str, usize)] = &[
    ("--comment", 1),
    ("--reject-with", 1),
    ("--log-prefix", 1),
    ("--log-level", 1),
    ("--log-tcp-sequence", 0),
    ("--log-tcp-options", 0),
    ("--log-ip-options", 0),
    ("--log-uid", 0),
    ("--nflog-group", 1),
    ("--nflog-prefix", 1),
    ("--nflog-threshold", 1),
    ("--ulog-prefix", 1),
    ("--set-mark", 1),
    ("--set-xmark", 1),
    ("--clamp-mss-to-pmtu", 0),
    ("--set-mss", 1),
    ("-c", 2),
    ("--set-counters", 2),
];

/// What a rule asks of the connection's state.
#[derive(Clone, Copy)]
struct Asked {
    /// Of usual packets, those that open a connection, and those of one that is there.
    new: bool,
    established: bool,
    /// Of packets in other states.
    others: States,
}

impl Asked {
    fn anything() -> Self {
        Self { new: true, established: true, others: States::of([State::Usual]).complement() }
    }

    fn both(self, other: Self) -> Self {
        let others = self.others.intersection(other.others);
        Self { new: self.new && other.new, established: self.established && other.established, others }
    }

    /// Where a product is in these states.
    fn places(self, one: Match, conditions: &[Condition]) -> Vec<Place> {
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

/// What stands around a rule and tells what its words mean.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) family: Option<Family>,
    /// Whether some packets are exempt from connection tracking, and so in no state but `UNTRACKED`.
    pub(super) untracked: bool,
}

/// Reads the words after the chain's name.
pub(super) fn step(words: &[String], line: u32, label: &str, around: Around) -> Step {
    let words = &words::apart(words);
    let mut draft = Draft::new(line, label);
    let mut asked = Asked::anything();
    let mut unread = Unread::default();
    // Whether it is about later fragments, or about all packets but these.
    let mut fragments = None;
    let mut open = false;
    let mut flow = Flow::Continue;
    let mut target_seen = false;
    let mut index = 0;
    while index < words.len() {
        let negated = words[index] == "!";
        index += usize::from(negated);
        let Some(option) = words.get(index) else { break };
        index += 1;
        // The older order of words: `-s ! 10.0.0.0/8`. In `--syn ! -i lo` it is of the next option.
        let of_value = |next: &[String]| next[0] == "!" && !next[1].starts_with('-');
        let late = words.get(index..index + 2).is_some_and(of_value);
        index += usize::from(late);
        let negated = negated || late;
        if let Some((_, count)) = SILENT.iter().find(|(name, _)| name == option) {
            index += count;
            continue;
        }
        let value = words.get(index).map(String::as_str).unwrap_or_default();
        match option.as_str() {
            "-m" | "--match" => {
                unread.enter(value);
                // Others match something without any option, as `socket` and `rpfilter` do.
                let limited = value == "limit" && words.iter().any(|word| word.starts_with("--limit"));
                if !limited && !MODULES.contains(&value) {
                    unread.module();
                    draft.note(NoteKind::NotUnderstood, format!("module {value} is not understood"));
                    open = true;
                }
                index += 1;
            }
            "-j" | "--jump" | "-g" | "--goto" => {
                target_seen = true;
                unread.enter("");
                flow = if option == "-g" || option == "--goto" { Flow::Goto(value.to_owned()) } else { target(value) };
                index += 1;
            }
            "--tcp-flags" => {
                let set = words.get(index + 1).map(String::as_str).unwrap_or_default();
                tcp_flags(&mut draft, value, set, negated);
                index += 2;
            }
            "-f" | "--fragment" => fragments = Some(!negated),
            "--syn" => established(&mut draft, negated, Some(names::TCP)),
            "-4" | "--ipv4" | "-6" | "--ipv6" => {
                let wanted = if option.contains('4') { Family::V4 } else { Family::V6 };
                if around.family.is_some_and(|family| family != wanted) {
                    draft.never("is for the other family");
                }
            }
            "--state" | "--ctstate" => {
                match state(&mut draft, value, negated, around.untracked) {
                    Ok(states) => asked = asked.both(states),
                    Err(message) => unknown(&mut draft, &[option, value], negated, message),
                }
                index += 1;
            }
            // The module `policy` has a `--proto` of its own.
            _ => match if unread.is_in("policy") && option == "--proto" {
                Ok(false)
            } else {
                condition(&mut draft, option, value, negated)
            } {
                Ok(true) => index += 1,
                Ok(false) => {
                    let mut said = option.clone();
                    while let Some(word) = words.get(index).filter(|word| !word.starts_with('-') && *word != "!") {
                        said = said + " " + word;
                        index += 1;
                    }
                    unread.option(said, negated);
                    draft.note(NoteKind::NotUnderstood, format!("option {option} is not understood"));
                    open = true;
                }
                Err(message) => {
                    unknown(&mut draft, &[option, value], negated, message);
                    open = true;
                    index += 1;
                }
            },
        }
    }
    if !target_seen && open {
        draft.note(
            NoteKind::NotUnderstood,
            "no target was found among words that are not understood: anything may follow",
        );
        flow = Flow::Decide(None);
    } else if !target_seen {
        draft.note(NoteKind::Ignored, "has no target: it counts only");
    } else if flow == Flow::Continue {
        draft.note(NoteKind::Ignored, "its target does not decide");
    }
    let is_plain = match (&flow, fragments) {
        (Flow::Continue, _) => true,
        // What later fragments might pass by stays open.
        (Flow::Decide(Some(action)), Some(only)) => (*action == Action::Deny) == only,
        _ => false,
    };
    if let Some(only) = fragments.filter(|_| !is_plain) {
        unknown(&mut draft, &["-f"], !only, "is about later fragments, which are outside of what is compared");
        fragments = None;
    }
    unread.conditions().for_each(|condition| draft.ask(condition));
    let certainty = if draft.is_uncertain() { Certainty::AtMost } else { Certainty::Exact };
    let nothing = draft.matches_nothing();
    let conditions = draft.take_conditions();
    let matches = std::mem::take(&mut draft.matches).into_iter().filter(|one| !nothing && !one.is_nothing());
    let places = matches.flat_map(|one| asked.places(one, &conditions)).collect();
    let words = words::without_remarks(words);
    Step { flow, places, fragments, certainty, line, label: label.to_owned(), words, notes: draft.take_notes() }
}

/// A condition that is not understood, told by its words.
fn unknown(draft: &mut Draft, words: &[&str], negated: bool, message: impl Into<String>) {
    draft.unknown(Condition::Unknown { text: words.join(" "), holds: !negated }, message);
}

fn target(name: &str) -> Flow {
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
fn condition(draft: &mut Draft, option: &str, value: &str, negated: bool) -> Result<bool, String> {
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

fn established(draft: &mut Draft, wanted: bool, protocol: Option<u8>) {
    let condition = Match { established: Some(wanted), ..Match::any() };
    let condition = protocol.map_or(condition.clone(), |number| condition.with_protocol(number));
    draft.limit(|one| *one = one.intersection(&condition));
}

fn state(draft: &mut Draft, value: &str, negated: bool, untracked: bool) -> Result<Asked, String> {
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
fn tcp_flags(draft: &mut Draft, mask: &str, set: &str, negated: bool) {
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
