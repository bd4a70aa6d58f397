//! One entry of an access list.

use std::net::Ipv4Addr;

use super::objects::Objects;
use super::tokens::Tokens;
use super::{Dialect, order, ports, predefined, wildcard};
use crate::acl::draft::Draft;
use crate::packet::{AddressRange, AddressSet, Family, Match, Ranges, names};
use crate::policy::{Action, Condition, NoteKind};

/// Whether a line is an entry.
pub(super) fn begins(words: &str) -> bool {
    let mut tokens = Tokens::new(words);
    order::sequence(&mut tokens);
    tokens.take_any(&["permit", "deny", "evaluate"])
}

/// Reads an entry, its sequence number taken already.
pub(super) fn read(
    draft: &mut Draft,
    tokens: &mut Tokens<'_>,
    dialect: Dialect,
    standard: bool,
    family: Option<Family>,
    objects: &Objects,
) {
    draft.action = match tokens.next() {
        Some("permit") => Some(Action::Permit),
        Some("deny") => Some(Action::Deny),
        other => {
            draft.not_understood(format!(
                "{:?} begins no entry: anything may follow from it",
                other.unwrap_or_default()
            ));
            return;
        }
    };
    let reading = Reading { dialect, family, objects };
    let done = if standard { reading.standard(draft, tokens) } else { reading.extended(draft, tokens) };
    if done.is_none() {
        let at = tokens.peek().unwrap_or("the end");
        draft.not_understood(format!("not understood from {at:?} on: it may match less, or anything"));
        // What was read before may have been misread: nothing of it is relied upon.
        draft.matches = vec![Match::any()];
    }
    if let Some(family) = family {
        let set = AddressSet::family(family);
        draft.limit(|one| {
            one.source = one.source.intersection(&set);
            one.destination = one.destination.intersection(&set);
        });
    }
}

struct Reading<'a> {
    dialect: Dialect,
    family: Option<Family>,
    objects: &'a Objects,
}

impl Reading<'_> {
    fn standard(&self, draft: &mut Draft, tokens: &mut Tokens<'_>) -> Option<()> {
        // ASA's standard lists name destinations, all others sources.
        let set = self.address(draft, tokens, true)?;
        let is_source = self.dialect == Dialect::Ios;
        draft.limit(|one| if is_source { one.source = set.clone() } else { one.destination = set.clone() });
        self.options(draft, tokens);
        Some(())
    }

    fn extended(&self, draft: &mut Draft, tokens: &mut Tokens<'_>) -> Option<()> {
        let mut services = self.protocol(draft, tokens)?;
        let source = self.address(draft, tokens, false)?;
        if let Some(set) = self.ports(draft, tokens, "source")? {
            services.iter_mut().for_each(|one| one.source_port = one.source_port.intersection(&set));
        }
        let destination = self.address(draft, tokens, false)?;
        if let Some(set) = self.ports(draft, tokens, "destination")? {
            services.iter_mut().for_each(|one| one.destination_port = one.destination_port.intersection(&set));
        } else if self.service_group_follows(tokens) {
            self.trailing_services(draft, tokens, &mut services)?;
        }
        for one in &mut services {
            one.source = source.clone();
            one.destination = destination.clone();
        }
        draft.matches = services;
        self.icmp(draft, tokens);
        self.options(draft, tokens);
        Some(())
    }

    /// The protocol, or a group or object of services.
    fn protocol(&self, draft: &mut Draft, tokens: &mut Tokens<'_>) -> Option<Vec<Match>> {
        let is_object = tokens.peek() == Some("object") && self.dialect == Dialect::Asa;
        if tokens.take_any(&["object-group", "object"]) {
            let name = tokens.next()?;
            let Some(resolved) = self.objects.services(name) else {
                if let Some(one) = predefined::service(name).filter(|_| is_object) {
                    draft.note(NoteKind::Assumed, format!("{name} is the service object that an ASA has by itself"));
                    return Some(vec![one]);
                }
                draft.not_understood(format!("service group {name} is not given"));
                return Some(vec![Match::any()]);
            };
            if !resolved.complete {
                draft.not_understood(format!("service group {name} is not fully known"));
                return Some(vec![Match::any()]);
            }
            return Some(resolved.value);
        }
        let word = tokens.next()?;
        let one = match word {
            "ip" | "ipv4" | "ipv6" => Match::any(),
            "0" => {
                draft.not_understood("protocol 0 means every protocol to some systems");
                Match::any()
            }
            "tcp-udp" => Match {
                protocol: Ranges::from_intervals([(names::TCP, names::TCP), (names::UDP, names::UDP)]),
                ..Match::any()
            },
            // In a list of IPv6 this word means the ICMP of IPv6.
            "icmp" if self.family == Some(Family::V6) => Match::any().with_protocol(names::ICMP6),
            _ => Match::any().with_protocol(names::protocol(word)?),
        };
        Some(vec![one])
    }

    fn address(&self, draft: &mut Draft, tokens: &mut Tokens<'_>, lone: bool) -> Option<AddressSet> {
        match tokens.peek()? {
            "any" => {
                tokens.next();
                Some(self.family.map_or_else(AddressSet::any, AddressSet::family))
            }
            "any4" | "any6" => {
                let family = if tokens.next() == Some("any4") { Family::V4 } else { Family::V6 };
                Some(AddressSet::family(family))
            }
            "host" => {
                tokens.next();
                self.objects.aliases.address(tokens.next()?).map(Into::into)
            }
            "object-group" | "object" | "net-group" | "addrgroup" | "network-group" => {
                tokens.next();
                let name = tokens.next()?;
                let known = self.objects.addresses(name);
                match known {
                    Some(resolved) if resolved.complete => Some(resolved.value),
                    Some(_) => {
                        draft.not_understood(format!("group {name} is not fully known"));
                        Some(AddressSet::any())
                    }
                    None => {
                        draft.not_understood(format!("group {name} is not given"));
                        Some(AddressSet::any())
                    }
                }
            }
            "interface" => {
                tokens.next();
                let name = tokens.next()?;
                draft.not_understood(format!("the address of interface {name} is not known"));
                Some(AddressSet::any())
            }
            word => {
                let range = self.objects.aliases.address(word)?;
                tokens.next();
                self.masked(draft, tokens, self.objects.aliases.written(word), range, lone)
            }
        }
    }

    /// An address with or without a mask after it.
    fn masked(
        &self,
        draft: &mut Draft,
        tokens: &mut Tokens<'_>,
        word: &str,
        range: AddressRange,
        lone: bool,
    ) -> Option<AddressSet> {
        let Ok(base) = word.parse::<Ipv4Addr>() else { return Some(range.into()) };
        if lone {
            tokens.take("wildcard");
        }
        let Some(mask) = tokens.peek().and_then(|mask| mask.parse::<Ipv4Addr>().ok()) else {
            // A lone address is a host in standard lists; elsewhere a mask must follow.
            return (lone || tokens.peek().is_none_or(|next| next.parse::<f64>().is_err())).then(|| range.into());
        };
        tokens.next();
        let free = if self.dialect == Dialect::Asa { !u32::from(mask) } else { u32::from(mask) };
        if self.dialect == Dialect::Ios && wildcard::may_be_network_mask(base, mask) {
            draft.not_understood(format!("{base} {mask}: a network mask, where IOS writes the bits that are free"));
            return Some(AddressSet::any());
        }
        Some(wildcard::expand(base, free).unwrap_or_else(|| {
            draft.not_understood(format!("mask {mask} leaves too many scattered bits free"));
            wildcard::around(base, free)
        }))
    }

    /// The ports of one side, where any are named there; [`None`] where what is written can be none.
    fn ports(&self, draft: &mut Draft, tokens: &mut Tokens<'_>, side: &str) -> Option<Option<Ranges<u16>>> {
        let Some(word) = tokens.peek() else { return Some(None) };
        let is_group = match word {
            "port-group" | "portgroup" => true,
            "object-group" => tokens.second().is_some_and(|name| self.objects.is_ports(name)),
            _ => false,
        };
        if !is_group {
            return ports::written(draft, tokens, (side, self.dialect));
        }
        tokens.next();
        let name = tokens.next()?;
        match self.objects.ports(name) {
            Some(resolved) if resolved.complete => Some(Some(resolved.value)),
            _ => {
                draft.not_understood(format!("port group {name} is not fully known"));
                Some(Some(Ranges::any()))
            }
        }
    }

    fn service_group_follows(&self, tokens: &Tokens<'_>) -> bool {
        tokens.peek() == Some("object-group") || tokens.peek() == Some("service")
    }

    /// A group of ICMP types or services after the addresses.
    fn trailing_services(&self, draft: &mut Draft, tokens: &mut Tokens<'_>, services: &mut Vec<Match>) -> Option<()> {
        tokens.next();
        let name = tokens.next()?;
        match self.objects.services(name) {
            Some(resolved) if resolved.complete && resolved.value.len() * services.len() <= MAX_SERVICES => {
                *services = services
                    .iter()
                    .flat_map(|one| resolved.value.iter().map(|other| one.intersection(other)))
                    .collect();
            }
            _ => draft.not_understood(format!("group {name} is not fully known")),
        }
        Some(())
    }

    /// The ICMP type and code, where an ICMP entry names them.
    fn icmp(&self, draft: &mut Draft, tokens: &mut Tokens<'_>) {
        let number = match draft.matches.as_slice() {
            [one] if one.protocol == Ranges::single(names::ICMP) => names::ICMP,
            [one] if one.protocol == Ranges::single(names::ICMP6) => names::ICMP6,
            _ => return,
        };
        let Some(word) = tokens.peek() else { return };
        let (kind, code) = match (names::icmp_type(number, word), names::icmp_name_with_code(number, word)) {
            // Expired on the way, which excludes expired while pieces were put together.
            _ if word == "ttl-exceeded" && number == names::ICMP => (11, Some(0)),
            // The address alone; all of them are `unreachable`.
            _ if word == "destination-unreachable" && number == names::ICMP6 => (1, Some(3)),
            (Some(kind), _) => (kind, None),
            (None, Some((kind, code))) => (kind, Some(code)),
            (None, None) => return,
        };
        tokens.next();
        let code = match code {
            Some(code) => Some(code),
            None => tokens.peek().and_then(|word| word.parse::<u8>().ok()).inspect(|_| {
                tokens.next();
            }),
        };
        draft.limit(|one| {
            one.icmp_type = Ranges::single(kind);
            one.icmp_code = code.map_or_else(Ranges::any, Ranges::single);
        });
    }

    fn options(&self, draft: &mut Draft, tokens: &mut Tokens<'_>) {
        while let Some(word) = tokens.next() {
            match word {
                "log" | "log-input" => while tokens.take_any(LOGGING) || tokens.number().is_some() {},
                "established" => {
                    let one = Match::any().with_protocol(names::TCP).with_established(true);
                    draft.limit(|limited| *limited = limited.intersection(&one));
                }
                // Lets answers in by another list, and lets this packet pass as any other entry does.
                "reflect" => {
                    tokens.next();
                    if tokens.take("timeout") {
                        tokens.number();
                    }
                }
                "inactive" => draft.never("is switched off"),
                "fragments" => draft.later_fragments(),
                _ if FLAGS.contains(&word) => flags(draft, word, tokens),
                "nexthop1" | "nexthop2" | "nexthop3" | "counter" | "nexthop" => {
                    draft.note(NoteKind::Ignored, format!("{word} decides nothing here"));
                    while tokens.peek().is_some_and(|next| !next.starts_with("nexthop") && next != "log") {
                        tokens.next();
                    }
                }
                _ => {
                    let mut said = word.to_owned();
                    while let Some(next) = tokens.peek().filter(|next| !READ.contains(next)) {
                        said.push_str(&format!(" {next}"));
                        tokens.next();
                    }
                    draft.unknown(Condition::unknown(said), format!("option {word} is not understood"));
                }
            }
        }
    }
}

/// Services of an entry, those of two groups multiplied.
const MAX_SERVICES: usize = 4096;

/// Words after `log`.
const LOGGING: &[&str] = &[
    "disable",
    "default",
    "interval",
    "emergencies",
    "alerts",
    "critical",
    "errors",
    "warnings",
    "notifications",
    "informational",
    "debugging",
    "log",
];

/// Flags of TCP that are options of an entry.
const FLAGS: [&str; 6] = ["ack", "fin", "psh", "rst", "syn", "urg"];
/// Options that are read wherever they stand, after one that is not understood too.
const READ: [&str; 4] = ["log", "log-input", "fragments", "inactive"];

/// Flags that stand together: devices differ in whether one of them or all must be set, so that they are one condition.
fn flags(draft: &mut Draft, first: &str, tokens: &mut Tokens<'_>) {
    let mut said = vec![first];
    while let Some(next) = tokens.peek().filter(|next| FLAGS.contains(next)) {
        said.push(next);
        tokens.next();
    }
    said.sort_unstable();
    let mut one = Match::any().with_protocol(names::TCP);
    let mut traffic = "TCP";
    if said.iter().all(|flag| matches!(*flag, "ack" | "rst")) {
        (one, traffic) = (one.with_established(true), "established traffic");
    }
    draft.limit(|limited| *limited = limited.intersection(&one));
    let said = format!("flags {}", said.join(" "));
    draft.unknown(Condition::unknown(&said), format!("{said}: match a part of {traffic}"));
}
