//! Objects and object groups.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::tokens::Tokens;
use super::wildcard;
use crate::packet::{AddressRange, AddressSet, Match, Ranges, names};
use crate::policy::{Note, NoteKind};

/// Groups may nest this deep.
const MAX_DEPTH: usize = 16;
/// Groups may hold this many members, those of nested groups counted each time.
const MAX_MEMBERS: usize = 100_000;
/// A service group may hold this many services.
const MAX_SERVICES: usize = 4096;

/// One member of a group.
#[derive(Debug, Clone)]
enum Member {
    Addresses(AddressSet),
    Services(Vec<Match>),
    Ports(Ranges<u16>),
    Group(String),
    /// Not understood: the group's content is not fully known.
    Unknown,
}

/// Objects and groups by name.
#[derive(Debug, Default)]
pub(super) struct Objects {
    groups: BTreeMap<String, Vec<Member>>,
}

/// A group resolved: what is known of it, and whether that is all.
pub(super) struct Resolved<T> {
    pub(super) value: T,
    pub(super) complete: bool,
}

/// Whether a line opens an object or a group.
pub(super) fn opens(words: &str) -> bool {
    words.starts_with("object-group ") && !words.starts_with("object-group-search")
        || words.starts_with("object network ")
        || words.starts_with("object service ")
}

/// Whether a line that is not indented is a member of the group above it.
pub(super) fn member(words: &str) -> bool {
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
    words.split_whitespace().next().is_some_and(|first| MEMBERS.contains(&first))
}

/// Reads all objects and groups of a configuration.
pub(super) fn read(text: &str) -> (Objects, Vec<Note>) {
    let mut objects = Objects::default();
    let mut notes = Vec::new();
    let mut open: Option<Header> = None;
    for (index, raw) in text.lines().enumerate() {
        let words = raw.trim();
        let indented = raw.starts_with([' ', '\t']);
        if opens(words) {
            open = header(words);
            if let Some(header) = &open {
                objects.groups.entry(header.name.clone()).or_default();
            }
            continue;
        }
        if words.is_empty()
            || words.starts_with('!')
            || words == "exit"
            || words.starts_with("description")
            || words.starts_with("remark")
        {
            continue;
        }
        if !indented && !member(words) {
            open = None;
        }
        if let Some(header) = &open {
            let (name, one) = (&header.name, read_member(words, header));
            if matches!(one, Some(Member::Unknown)) {
                let message = format!("member of {name} is not understood: {words}");
                notes.push(Note { line: index as u32 + 1, kind: NoteKind::NotUnderstood, message });
            }
            objects.groups.entry(name.clone()).or_default().extend(one);
        }
    }
    (objects, notes)
}

/// What the first line of a group says.
struct Header {
    name: String,
    /// The protocols its ports are of.
    protocols: Option<Ranges<u8>>,
    /// Whether its masks are wildcards, as on NX-OS, and not network masks.
    wildcards: bool,
}

fn header(words: &str) -> Option<Header> {
    let words: Vec<&str> = words.split_whitespace().collect();
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
    Some(Header { name, protocols, wildcards })
}

fn tcp_udp() -> Ranges<u8> {
    Ranges::from_intervals([(names::TCP, names::TCP), (names::UDP, names::UDP)])
}

fn read_member(words: &str, header: &Header) -> Option<Member> {
    let mut tokens = Tokens::new(words);
    tokens.number();
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

impl Objects {
    /// The addresses of a group or object; [`None`] when there is none of the name.
    pub(super) fn addresses(&self, name: &str) -> Option<Resolved<AddressSet>> {
        let mut ranges = Vec::new();
        let mut complete = true;
        self.each(name, &mut |member| match member {
            Some(Member::Addresses(set)) => ranges.extend(set.ranges()),
            Some(Member::Group(_)) => {}
            _ => complete = false,
        })?;
        Some(Resolved { value: AddressSet::from_ranges(ranges), complete })
    }

    /// The ports of a group.
    pub(super) fn ports(&self, name: &str) -> Option<Resolved<Ranges<u16>>> {
        let mut resolved = Resolved { value: Ranges::none(), complete: true };
        self.each(name, &mut |member| match member {
            Some(Member::Ports(set)) => resolved.value = resolved.value.union(set),
            Some(Member::Group(_)) => {}
            _ => resolved.complete = false,
        })?;
        Some(resolved)
    }

    /// The services of a group, a protocol group or a service object.
    pub(super) fn services(&self, name: &str) -> Option<Resolved<Vec<Match>>> {
        let mut resolved = Resolved { value: Vec::new(), complete: true };
        self.each(name, &mut |member| match member {
            Some(Member::Services(services)) if resolved.value.len() < MAX_SERVICES => {
                resolved.value.extend(services.iter().cloned());
            }
            Some(Member::Group(_)) => {}
            _ => resolved.complete = false,
        })?;
        Some(resolved)
    }

    /// What kind of things a group holds: whether it holds ports only.
    pub(super) fn is_ports(&self, name: &str) -> bool {
        let mut any = false;
        let mut only = true;
        let found = self.each(name, &mut |member| match member {
            Some(Member::Ports(_)) => any = true,
            Some(Member::Group(_)) => {}
            _ => only = false,
        });
        found.is_some() && any && only
    }

    fn each(&self, name: &str, visit: &mut dyn FnMut(Option<&Member>)) -> Option<()> {
        let mut left = MAX_MEMBERS;
        self.each_below(name, 0, &mut left, visit)
    }

    fn each_below(
        &self,
        name: &str,
        depth: usize,
        left: &mut usize,
        visit: &mut dyn FnMut(Option<&Member>),
    ) -> Option<()> {
        let members = self.groups.get(name)?;
        if depth >= MAX_DEPTH {
            visit(None);
            return Some(());
        }
        for member in members {
            if *left == 0 {
                visit(None);
                return Some(());
            }
            *left -= 1;
            visit(Some(member));
            if let Member::Group(inner) = member
                && self.each_below(inner, depth + 1, left, visit).is_none()
            {
                visit(None);
            }
        }
        Some(())
    }
}
