//! One member of an object group, or the value of an object.

use std::net::Ipv4Addr;

use super::aliases::Aliases;
use super::ports::{self, port};
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
        "object-group",
        "description",
        "host",
        "subnet",
        "range",
        "fqdn",
        "eq",
        "neq",
        "gt",
        "lt",
    ];
    let mut tokens = Tokens::new(words.strip_prefix("no ").unwrap_or(words));
    let number = tokens.number();
    match tokens.next() {
        Some(first) if MEMBERS.contains(&first) || first.contains('.') && first.parse::<AddressRange>().is_ok() => true,
        // Parts of a configuration may begin with these as well.
        Some("tcp" | "udp" | "tcp-udp") => {
            tokens.peek().is_none_or(|next| ["eq", "neq", "gt", "lt", "range", "source"].contains(&next))
        }
        first => number.is_some() && first.is_none(),
    }
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
    /// A member that stands in the same line, as IOS XR writes it in one form of its configurations.
    pub(super) member: String,
}

pub(super) fn header(line: &str) -> Option<Header> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let single = |number| Some(Ranges::single(number));
    let wildcards = matches!(words.as_slice(), ["object-group", "ip", "address", ..]);
    let mut member = String::new();
    let (name, protocols) = match words.as_slice() {
        ["object-group", "network", "ipv4" | "ipv6", name, rest @ ..]
        | ["object-group", "ip" | "ipv6", "address" | "port", name, rest @ ..]
        | ["object-group", "v4" | "v6" | "port", name, rest @ ..] => {
            member = rest.join(" ");
            ((*name).to_owned(), None)
        }
        ["object-group", "service", name, "tcp", ..] => ((*name).to_owned(), single(names::TCP)),
        ["object-group", "service", name, "udp", ..] => ((*name).to_owned(), single(names::UDP)),
        ["object-group", "service", name, "tcp-udp", ..] => ((*name).to_owned(), Some(tcp_udp())),
        ["object-group" | "object", _, name, ..] => ((*name).to_owned(), None),
        _ => return None,
    };
    let own = words.len() - member.split_whitespace().count();
    let kind = words[..own].iter().filter(|word| **word != name).copied().collect::<Vec<_>>().join(" ");
    let has_numbers = words[1] != "service";
    Some(Header { name, kind, is_object: words[0] == "object", has_numbers, protocols, wildcards, member })
}

fn tcp_udp() -> Ranges<u8> {
    Ranges::from_intervals([(names::TCP, names::TCP), (names::UDP, names::UDP)])
}

/// Reads a member; [`None`] where the line holds none.
pub(super) fn read(words: &str, header: &Header, aliases: &Aliases) -> Option<Member> {
    let mut tokens = Tokens::new(words);
    if header.has_numbers {
        tokens.number();
    }
    let known = match tokens.peek()? {
        "nat" => return None,
        // IOS XR calls a group within another so.
        "group-object" | "object-group" => {
            tokens.next();
            tokens.next().map(|name| Member::Group(name.to_owned()))
        }
        "network-object" => {
            tokens.next();
            if tokens.take("object") {
                tokens.next().map(|name| Member::Group(name.to_owned()))
            } else {
                network(&mut tokens, (header, aliases)).map(Member::Addresses)
            }
        }
        "port-object" => {
            tokens.next();
            ports::read(&mut tokens).map(Member::Ports)
        }
        "eq" | "gt" | "lt" | "neq" => ports::read(&mut tokens).map(Member::Ports),
        "range" if Tokens::new(words).words_after("range").is_some_and(|word| port(word).is_some()) => {
            ports::read(&mut tokens).map(Member::Ports)
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
            match network(&mut tokens, (header, aliases)) {
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
fn network(tokens: &mut Tokens<'_>, (header, aliases): (&Header, &Aliases)) -> Option<AddressSet> {
    match tokens.peek()? {
        "any" => {
            tokens.next();
            Some(AddressSet::any())
        }
        "host" => {
            tokens.next();
            aliases.address(tokens.next()?).map(Into::into)
        }
        "range" => {
            tokens.next();
            let (first, last) =
                (aliases.written(tokens.next()?).parse().ok()?, aliases.written(tokens.next()?).parse().ok()?);
            AddressRange::between(first, last).map(Into::into)
        }
        word => {
            let word = if word == "subnet" {
                tokens.next();
                tokens.peek()?
            } else {
                word
            };
            let range = aliases.address(word)?;
            tokens.next();
            let mask = tokens.peek().and_then(|mask| mask.parse::<Ipv4Addr>().ok());
            match (mask, aliases.written(word).parse::<Ipv4Addr>()) {
                (Some(mask), Ok(base)) => {
                    tokens.next();
                    // Elsewhere groups write network masks; one that can be none is taken for a wildcard all the same.
                    let mask = u32::from(mask);
                    let free = if !header.wildcards && (mask == 0 || mask >> 31 == 1) { !mask } else { mask };
                    wildcard::expand(base, free)
                }
                _ => Some(range.into()),
            }
        }
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
        one.source_port = ports::read(tokens)?;
    }
    tokens.take("destination");
    if tokens.peek().is_some() {
        one.destination_port = ports::read(tokens)?;
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
