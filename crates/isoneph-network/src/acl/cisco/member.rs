//! One member of an object group, or the value of an object.

use std::net::Ipv4Addr;

use super::tokens::Tokens;
use super::wildcard;
use crate::packet::{AddressRange, AddressSet, Match, Ranges, names};

/// One member of a group.
#[derive(Debug, Clone)]
pub(super) enum Member {
    Addresses(AddressSet),
    Services(Vec<Match>),
    Ports(Ranges<u16>),
    Group(String),
    /// Not understood: the group's content is not fully known.
    Unknown,
}

/// Whether a line that is not indented is a member of the group above it, or takes one from it.
pub(super) fn begins(words: &str) -> bool {
    const MEMBERS: &[&str] = &[
        "network-object",
        "port-object",
        "service-object",
        "protocol-object",
        "icmp-object",
        "group-object",
        "description",
        "host",
        "subnet",
        "range",
        "fqdn",
        "eq",
    ];
    let words = words.strip_prefix("no ").unwrap_or(words);
    words.split_whitespace().next().is_some_and(|first| MEMBERS.contains(&first))
}

/// What the first line of a group says.
pub(super) struct Header {
    pub(super) name: String,
    /// The words before the name and after it: two headers of one name are of one group where these agree.
    pub(super) kind: String,
    /// Whether it is an object, which has one value, and no group.
    pub(super) is_object: bool,
    /// Whether members may begin with a number of their own; in groups of services a number is a protocol.
    pub(super) has_numbers: bool,
    /// The protocols its ports are of.
    protocols: Option<Ranges<u8>>,
    /// Whether its masks are wildcards, as on NX-OS, and not network masks.
    wildcards: bool,
}

pub(super) fn header(line: &str) -> Option<Header> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let single = |number| Some(Ranges::single(number));
    let wildcards = matches!(words.as_slice(), ["object-group", "ip", "address", ..]);
    let (name, protocols) = match words.as_slice() {
        ["object-group", "network", "ipv4" | "ipv6", name, ..]
        | ["object-group", "ip" | "ipv6", "address" | "port", name, ..]
        | ["object-group", "v4" | "v6", name, ..] => ((*name).to_owned(), None),
        ["object-group", "service", name, "tcp", ..] => ((*name).to_owned(), single(names::TCP)),
        ["object-group", "service", name, "udp", ..] => ((*name).to_owned(), single(names::UDP)),
        ["object-group", "service", name, "tcp-udp", ..] => ((*name).to_owned(), Some(tcp_udp())),
        ["object-group" | "object", _, name, ..] => ((*name).to_owned(), None),
        _ => return None,
    };
    let kind = words.iter().filter(|word| **word != name).copied().collect::<Vec<_>>().join(" ");
    let has_numbers = words[1] != "service";
    Some(Header { name, kind, is_object: words[0] == "object", has_numbers, protocols, wildcards })
}

fn tcp_udp() -> Ranges<u8> {
    Ranges::from_intervals([(names::TCP, names::TCP), (names::UDP, names::UDP)])
}

/// Reads a member; [`None`] where the line holds none.
pub(super) fn read(words: &str, header: &Header) -> Option<Member> {
    let mut tokens = Tokens::new(words);
    if header.has_numbers {
        tokens.number();
    }
    let known = match tokens.peek()? {
        "nat" => return None,
        "group-object" => {
            tokens.next();
            tokens.next().map(|name| Member::Group(name.to_owned()))
        }
        "network-object" => {
            tokens.next();
            if tokens.take("object") {
                tokens.next().map(|name| Member::Group(name.to_owned()))
            } else {
                network(&mut tokens, header.wildcards).map(Member::Addresses)
            }
        }
        "port-object" => {
            tokens.next();
            ports(&mut tokens).map(Member::Ports)
        }
        "eq" | "gt" | "lt" | "neq" => ports(&mut tokens).map(Member::Ports),
        "range" if Tokens::new(words).words_after("range").is_some_and(|word| port(word).is_some()) => {
            ports(&mut tokens).map(Member::Ports)
        }
        "service-object" | "service" => {
            tokens.next();
            if tokens.take("object") {
                tokens.next().map(|name| Member::Group(name.to_owned()))
            } else {
                service(&mut tokens).map(Member::Services)
            }
        }
        "protocol-object" | "icmp-object" => named(&mut tokens).map(|one| Member::Services(vec![one])),
        "fqdn" => None,
        _ if header.protocols.is_some() => None,
        _ => {
            let before = tokens.clone();
            match network(&mut tokens, header.wildcards) {
                Some(set) => Some(Member::Addresses(set)),
                None => {
                    tokens = before;
                    service(&mut tokens).map(Member::Services)
                }
            }
        }
    };
    Some(known.filter(|_| tokens_ended(&tokens)).unwrap_or(Member::Unknown))
}

fn tokens_ended(tokens: &Tokens<'_>) -> bool {
    // What follows a whole member (a log option, a remark) is left alone.
    tokens.peek().is_none() || tokens.peek().is_some_and(|word| word.starts_with('!'))
}

fn named(tokens: &mut Tokens<'_>) -> Option<Match> {
    match tokens.next()? {
        "protocol-object" => {
            let word = tokens.next()?;
            if word == "ip" {
                return Some(Match::any());
            }
            names::protocol(word).map(|number| Match::any().with_protocol(number))
        }
        _ => {
            let kind = names::icmp_type(names::ICMP, tokens.next()?)?;
            Some(Match::any().with_protocol(names::ICMP).with_icmp(Ranges::single(kind), Ranges::any()))
        }
    }
}

/// `host A`, `A MASK`, `A/LEN`, `range A B`, `subnet A MASK`, `any`, `A`.
fn network(tokens: &mut Tokens<'_>, wildcards: bool) -> Option<AddressSet> {
    match tokens.peek()? {
        "any" => {
            tokens.next();
            Some(AddressSet::any())
        }
        "host" => {
            tokens.next();
            tokens.next()?.parse::<AddressRange>().ok().map(Into::into)
        }
        "range" => {
            tokens.next();
            let (first, last) = (tokens.next()?.parse().ok()?, tokens.next()?.parse().ok()?);
            AddressRange::between(first, last).map(Into::into)
        }
        word => {
            let word = if word == "subnet" {
                tokens.next();
                tokens.peek()?
            } else {
                word
            };
            let range: AddressRange = word.parse().ok()?;
            tokens.next();
            let mask = tokens.peek().and_then(|mask| mask.parse::<Ipv4Addr>().ok());
            match (mask, word.parse::<Ipv4Addr>()) {
                (Some(mask), Ok(base)) => {
                    tokens.next();
                    // Elsewhere groups write network masks; one that can be none is taken for a wildcard all the same.
                    let mask = u32::from(mask);
                    let free = if !wildcards && (mask == 0 || mask >> 31 == 1) { !mask } else { mask };
                    wildcard::expand(base, free)
                }
                _ => Some(range.into()),
            }
        }
    }
}

/// Names that stand for another port on Cisco's devices than elsewhere.
const OWN_PORTS: [(&str, u16); 4] = [("kerberos", 750), ("radius", 1645), ("radius-acct", 1646), ("pim-auto-rp", 496)];

fn port(word: &str) -> Option<u16> {
    let own = OWN_PORTS.iter().find(|(name, _)| *name == word).map(|(_, port)| *port);
    own.or_else(|| names::port(word))
}

/// `eq P…`, `neq P`, `gt P`, `lt P`, `range A B`; [`None`] when none of them begins here.
pub(super) fn ports(tokens: &mut Tokens<'_>) -> Option<Ranges<u16>> {
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

/// `tcp`, `tcp destination eq 80`, `udp source range 1 5`, `tcp source eq 5 eq 80`, `tcp eq 80`, `icmp echo`, `tcp-udp eq 53`.
fn service(tokens: &mut Tokens<'_>) -> Option<Vec<Match>> {
    let word = tokens.next()?;
    let protocol = match word {
        "ip" => Ranges::any(),
        // Every protocol to some systems.
        "0" => return None,
        "tcp-udp" => tcp_udp(),
        _ => Ranges::single(names::protocol(word)?),
    };
    let mut one = Match { protocol: protocol.clone(), ..Match::any() };
    if word == "icmp" || word == "icmp6" || word == "icmpv6" {
        let number = if word == "icmp" { names::ICMP } else { names::ICMP6 };
        if let Some(kind) = tokens.next() {
            one.icmp_type = Ranges::single(names::icmp_type(number, kind)?);
        }
        if let Some(code) = tokens.next() {
            one.icmp_code = Ranges::single(code.parse().ok()?);
        }
        return Some(vec![one]);
    }
    if tokens.take("source") {
        one.source_port = ports(tokens)?;
    }
    tokens.take("destination");
    if tokens.peek().is_some() {
        one.destination_port = ports(tokens)?;
    }
    Some(vec![one])
}

impl<'a> Tokens<'a> {
    /// The word after this one.
    fn words_after(mut self, word: &str) -> Option<&'a str> {
        while let Some(one) = self.next() {
            if one == word {
                return self.next();
            }
        }
        None
    }
}
