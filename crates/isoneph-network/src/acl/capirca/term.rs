//! One term, for one target.

use super::syntax::Block;
use super::{Target, both_ways, icmp};
use crate::acl::AclError;
use crate::acl::document::{MAX_RULES, ReadOptions};
use crate::acl::draft::Draft;
use crate::packet::{AddressSet, Family, Match, Ranges, names};
use crate::policy::{Action, NoteKind, Policy};

/// Keywords that neither match nor decide.
const SILENT: &[&str] = &[
    "comment",
    "owner",
    "counter",
    "policer",
    "logging",
    "log-limit",
    "log_name",
    "log-name",
    "qos",
    "loss-priority",
    "dscp-set",
    "timeout",
    "forwarding-class",
    "traffic-class-count",
    "vpn",
    "filter-term-name",
    "target",
    "apply-groups",
];
/// Keywords read here, and the priority, by which rules are ordered.
const READ: &[&str] = &[
    "action",
    "address",
    "source-address",
    "destination-address",
    "address-exclude",
    "source-exclude",
    "destination-exclude",
    "source-address-exclude",
    "destination-address-exclude",
    "protocol",
    "protocol-except",
    "port",
    "source-port",
    "destination-port",
    "icmp-type",
    "icmp-code",
    "expiration",
    "platform",
    "platform-exclude",
    "option",
    "verbatim",
    "restrict-address-family",
    "source-interface",
    "destination-interface",
    "missing-include",
    "priority",
];

/// Platforms on which it is known that what is excluded is, where a term names no addresses that it is taken from: others
/// are generated without it.
const EXCLUDING: &[&str] = &["iptables", "speedway"];

pub(super) fn read(
    block: &Block,
    target: &Target<'_>,
    options: &ReadOptions,
    policy: &mut Policy,
) -> Result<(), AclError> {
    if policy.rules.len() >= MAX_RULES {
        return Err(AclError::TooManyRules { line: block.line });
    }
    let listed = |keyword: &str| block.all(keyword).any(|platform| platform == target.platform);
    if (block.has("platform") && !listed("platform")) || listed("platform-exclude") {
        return Ok(());
    }
    let mut draft = Draft::new(block.line, block.name.clone());
    if let Some(words) = block.values("verbatim").find(|words| words.first().is_some_and(|one| one == target.platform))
    {
        draft.not_understood(format!("verbatim text may do anything: {}", words[1..].join(" ")));
        policy.notes.append(&mut draft.take_notes());
        policy.rules.extend(both_ways(block.line, &block.name));
        return Ok(());
    }
    if block.has("verbatim") && !block.has("action") {
        return Ok(());
    }
    if block.has("missing-include") {
        policy.rules.extend(both_ways(block.line, &block.name));
        return Ok(());
    }
    match block.all("action").next() {
        Some("accept" | "allow") => draft.action = Some(Action::Permit),
        Some("deny" | "reject" | "reject-with-tcp-rst") => draft.action = Some(Action::Deny),
        Some("next") => {
            draft.note(NoteKind::Ignored, format!("term {} goes on to the next", block.name));
            policy.notes.append(&mut draft.take_notes());
            return Ok(());
        }
        other => draft.not_understood(format!("action {:?} is not understood", other.unwrap_or_default())),
    }
    Reading { block, target, options }.conditions(&mut draft);
    policy.fragments.extend(draft.of_fragments());
    draft.finish(&mut policy.rules, &mut policy.notes);
    Ok(())
}

struct Reading<'a> {
    block: &'a Block,
    target: &'a Target<'a>,
    options: &'a ReadOptions,
}

impl Reading<'_> {
    fn conditions(&self, draft: &mut Draft) {
        for field in &self.block.fields {
            let keyword = field.keyword.as_str();
            if !SILENT.contains(&keyword) && !READ.contains(&keyword) {
                draft.not_understood(format!("{keyword} is not understood"));
            }
        }
        self.expiration(draft);
        let protocols = self.protocols(draft);
        draft.matches = self.services(draft, protocols);
        self.addresses(draft);
        self.icmp(draft);
        for option in self.block.all("option") {
            self.option(draft, option);
        }
        for (keyword, own) in [
            ("source-interface", &self.options.input_interface),
            ("destination-interface", &self.options.output_interface),
        ] {
            for name in self.block.all(keyword) {
                match own {
                    Some(own) if own == name => {}
                    Some(own) => draft.never(format!("is not for interface {own}")),
                    None => draft
                        .not_understood(format!("{keyword} {name}: where a packet comes in or goes out is not known")),
                }
            }
        }
        self.family(draft);
    }

    fn expiration(&self, draft: &mut Draft) {
        let Some(text) = self.block.all("expiration").next() else { return };
        match (text.parse::<jiff::civil::Date>(), self.options.as_of) {
            (Ok(expires), Some(today)) if expires <= today => draft.never(format!("expired on {expires}")),
            (Ok(_), Some(_)) => {}
            (Ok(expires), None) => draft.not_understood(format!("expires on {expires}, and today is not given")),
            (Err(_), _) => draft.not_understood(format!("expiration {text:?} is no date")),
        }
    }

    /// The protocols; [`None`] when any.
    fn protocols(&self, draft: &mut Draft) -> Option<Vec<u8>> {
        let mut read = |keyword: &str| -> Vec<u8> {
            let mut numbers = Vec::new();
            for word in self.block.all(keyword) {
                match names::protocol(word) {
                    Some(number) => numbers.push(number),
                    None => draft.not_understood(format!("protocol {word:?} is not known")),
                }
            }
            numbers
        };
        let (named, except) = (read("protocol"), read("protocol-except"));
        if self.block.has("protocol-except") {
            return Some((0..=255).filter(|number| !except.contains(number)).collect());
        }
        let understood = named.len() == self.block.all("protocol").count();
        (self.block.has("protocol") && understood).then_some(named)
    }

    /// One match a protocol, where ports depend on it; else one for all.
    fn services(&self, draft: &mut Draft, protocols: Option<Vec<u8>>) -> Vec<Match> {
        let has_ports = ["port", "source-port", "destination-port"].iter().any(|keyword| self.block.has(keyword));
        let any = |protocols: &[u8]| Match {
            protocol: Ranges::from_intervals(protocols.iter().map(|number| (*number, *number))),
            ..Match::any()
        };
        if !has_ports {
            return vec![protocols.map_or_else(Match::any, |protocols| any(&protocols))];
        }
        let mut protocols = protocols.unwrap_or_else(|| vec![names::TCP, names::UDP]);
        protocols.retain(|number| names::has_ports(*number));
        // What a service says of one protocol of the term is written out for all of them.
        let [source, destination, either] = ["source-port", "destination-port", "port"].map(|keyword| {
            let sets = protocols.iter().map(|number| self.ports(draft, keyword, *number));
            sets.reduce(|sum, more| sum.union(&more)).unwrap_or_else(Ranges::none)
        });
        let mut matches = Vec::new();
        for protocol in protocols {
            let base = Match::any().with_protocol(protocol);
            let one = base.with_source_ports(source.clone()).with_destination_ports(destination.clone());
            if self.block.has("port") {
                matches.push(one.intersection(&Match::any().with_source_ports(either.clone())));
                matches.push(one.intersection(&Match::any().with_destination_ports(either.clone())));
            } else {
                matches.push(one);
            }
        }
        matches
    }

    fn ports(&self, draft: &mut Draft, keyword: &str, protocol: u8) -> Ranges<u16> {
        if !self.block.has(keyword) {
            return Ranges::any();
        }
        let mut set = Ranges::none();
        for name in self.block.all(keyword) {
            match self.options.definitions.ports(name, protocol) {
                Some(ports) => set = set.union(&ports),
                None => {
                    draft.not_understood(format!("service {name} is not defined"));
                    return Ranges::any();
                }
            }
        }
        set
    }

    fn addresses(&self, draft: &mut Draft) {
        let source = self.side(draft, &["source-address"], &["source-exclude", "source-address-exclude"]);
        let destination =
            self.side(draft, &["destination-address"], &["destination-exclude", "destination-address-exclude"]);
        draft.limit(|one| {
            one.source = source.clone();
            one.destination = destination.clone();
        });
        if self.block.has("address") {
            let either = self.side(draft, &["address"], &["address-exclude"]);
            let both = draft.matches.iter().flat_map(|one| {
                let from = Match { source: one.source.intersection(&either), ..one.clone() };
                let to = Match { destination: one.destination.intersection(&either), ..one.clone() };
                [from, to]
            });
            draft.matches = both.collect();
        }
    }

    fn side(&self, draft: &mut Draft, keywords: &[&str], excludes: &[&str]) -> AddressSet {
        let mut read = |keywords: &[&str], widest: bool| {
            let mut set = AddressSet::none();
            for name in keywords.iter().flat_map(|keyword| self.block.all(keyword)) {
                match self.options.definitions.addresses(name) {
                    Some((addresses, true)) => set = set.union(&addresses),
                    Some((addresses, false)) => {
                        draft.not_understood(format!("network {name} is not fully known"));
                        // What is left out is at least what is known of it.
                        set = if widest { AddressSet::any() } else { set.union(&addresses) };
                    }
                    None => {
                        draft.not_understood(format!("network {name} is not defined"));
                        if widest {
                            set = AddressSet::any();
                        }
                    }
                }
            }
            set
        };
        let present = keywords.iter().any(|keyword| self.block.has(keyword));
        let set = if present { read(keywords, true) } else { AddressSet::any() };
        let left = set.difference(&read(excludes, false));
        if !present && left != set && !EXCLUDING.contains(&self.target.platform) {
            let message = format!("{} without an address: some targets leave it out", excludes.join(" or "));
            draft.not_understood(message);
            return set;
        }
        left
    }

    fn icmp(&self, draft: &mut Draft) {
        let mut kinds: Vec<Match> = Vec::new();
        for word in self.block.all("icmp-type") {
            let mut known = false;
            for protocol in [names::ICMP, names::ICMP6] {
                if let Some(kind) = names::icmp_type(protocol, word) {
                    known = true;
                    let one = Match::any().with_protocol(protocol);
                    kinds.push(one.with_icmp(Ranges::single(kind), Ranges::any()));
                }
            }
            if !known {
                draft.not_understood(format!("ICMP type {word:?} is not known"));
                return;
            }
        }
        if !kinds.is_empty() {
            let limited = draft.matches.iter().flat_map(|one| kinds.iter().map(|kind| one.intersection(kind)));
            draft.matches = limited.filter(|one| !one.is_nothing()).collect();
        }
        let codes: Vec<u8> = self.block.all("icmp-code").filter_map(|word| word.parse().ok()).collect();
        if codes.len() != self.block.all("icmp-code").count() {
            draft.not_understood("ICMP code is not known");
        } else if !codes.is_empty() {
            let codes = Ranges::from_intervals(codes.into_iter().map(|code| (code, code)));
            draft.limit(|one| one.icmp_code = codes.clone());
        }
    }

    fn option(&self, draft: &mut Draft, option: &str) {
        let tcp = Match::any().with_protocol(names::TCP).with_established(true);
        match (option, self.target.stateful) {
            ("established", true) => draft.limit(|one| *one = one.intersection(&Match::any().with_established(true))),
            ("established", false) => self.established(draft),
            ("tcp-established", false) if self.target.platform == "ciscoasa" => self.established(draft),
            ("tcp-established", _) => {
                let alone = self.block.all("protocol").all(|word| word == "tcp") && self.block.has("protocol");
                draft.limit(|one| *one = one.intersection(&tcp));
                if !alone {
                    draft.not_understood("what tcp-established does to other protocols depends on the target");
                    draft.matches = vec![Match::any()];
                }
            }
            ("tcp-initial" | "initial", _) => {
                let new = Match::any().with_protocol(names::TCP).with_established(false);
                draft.limit(|one| *one = one.intersection(&new));
            }
            ("is-fragment", _) => draft.later_fragments(),
            ("inactive", _) => draft.never("is switched off"),
            ("sample" | "log" | "syslog", _) => {}
            _ => draft.not_understood(format!("option {option} is not understood")),
        }
    }

    /// What `established` says on a target without a connection table: high ports, beside those that are named, and for TCP
    /// flags. Some targets leave the flags out where the term names other protocols as well.
    fn established(&self, draft: &mut Draft) {
        let protocols: Vec<&str> = self.block.all("protocol").collect();
        let known = protocols.iter().all(|word| matches!(*word, "tcp" | "udp")) && !protocols.is_empty();
        let flags = match self.target.platform {
            "cisco" | "cisconx" | "ciscoxr" | "arista" | "brocade" => true,
            "juniper" | "juniperevo" | "srxlo" | "arista_tp" | "iptables" | "speedway" => protocols == ["tcp"],
            other => {
                draft.not_understood(format!("what established is on {other} is not known"));
                return;
            }
        };
        if !known {
            draft.not_understood("established for other protocols than TCP and UDP");
            draft.matches = vec![Match::any()];
            return;
        }
        let high = Ranges::between(1024, 65535);
        let tcp = Ranges::single(names::TCP);
        draft.limit(|one| {
            let named = if self.block.has("destination-port") { one.destination_port.clone() } else { Ranges::none() };
            one.destination_port = named.union(&high);
            if flags && one.protocol == tcp {
                one.established = Some(true);
            }
        });
        // Terms without ports have one match for both protocols.
        let parts = [
            Match::any().with_protocol(names::UDP),
            if flags {
                Match::any().with_protocol(names::TCP).with_established(true)
            } else {
                Match::any().with_protocol(names::TCP)
            },
        ];
        let limited = draft.matches.iter().flat_map(|one| parts.iter().map(|part| one.intersection(part)));
        draft.matches = limited.filter(|one| !one.is_nothing()).collect();
        draft.note(NoteKind::Assumed, "established without a connection table is high ports, and TCP flags");
    }

    fn family(&self, draft: &mut Draft) {
        let restricted = self.block.all("restrict-address-family").next().and_then(|word| match word {
            "inet" => Some(Family::V4),
            "inet6" => Some(Family::V6),
            _ => None,
        });
        for family in [self.target.family, restricted].into_iter().flatten() {
            let set = AddressSet::family(family);
            draft.limit(|one| {
                one.source = one.source.intersection(&set);
                one.destination = one.destination.intersection(&set);
            });
        }
        for family in icmp::left_out(self.block, self.target) {
            let rest = AddressSet::family(family).complement();
            draft.limit(|one| one.source = one.source.intersection(&rest));
            if draft.matches.iter().all(Match::is_nothing) {
                draft.never(format!("{} leaves it out of filters of {family}, by its ICMP", self.target.platform));
            }
        }
    }
}
