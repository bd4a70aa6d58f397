//! Routes of a Google network: to its own subnets and those of its peers, and those that somebody wrote.

use std::collections::BTreeMap;

use super::estate::{Estate, NextHop, Peering, Route as Written};
use crate::model::address::{AddressRange, Family, is_private, private_blocks};
use crate::model::form::{EndpointId, Network, NetworkId, Parts, Route, Target};

/// All that is known of where a table leads: `chosen` are the routes that are written for it, by identifier.
pub(super) fn of(
    estate: &Estate,
    parts: &Parts,
    networks: &BTreeMap<&str, NetworkId>,
    endpoints: &BTreeMap<&str, EndpointId>,
    network: NetworkId,
    (chosen, open_tags): (&[&str], Option<&[String]>),
) -> Vec<Route> {
    let own = &parts.networks[network];
    let mut out: Vec<Route> = blocks(parts, network).into_iter().map(|range| known(range, Target::Local, 0)).collect();
    if own.open || out.is_empty() {
        let unknown = Some(format!("the subnets of {}", own.name));
        out.push(Route { destination: AddressRange::whole(Family::V4), unknown, target: Target::Local, rank: 0 });
    }
    let steered = estate.steered.iter().filter(|(network, _)| network.is_empty() || *network == own.id);
    out.extend(steered.flat_map(|(_, name)| past_routes(name)));
    for peering in estate.peerings.iter().filter(|peering| peering.from == own.id) {
        out.extend(announced(estate, parts, networks, network, peering));
        out.extend(peered(estate, parts, networks, own, peering));
    }
    let chosen = chosen.iter().filter_map(|id| estate.routes.get(*id));
    out.extend(chosen.flat_map(|route| written(route, own, endpoints, open_tags)));
    out
}

fn known(destination: AddressRange, target: Target, rank: u32) -> Route {
    Route { destination, unknown: None, target, rank }
}

/// Routes to the subnets of a network that is peered with one.
fn peered(
    estate: &Estate,
    parts: &Parts,
    networks: &BTreeMap<&str, NetworkId>,
    own: &Network,
    peering: &Peering,
) -> Vec<Route> {
    let mut out = Vec::new();
    let Some(other) = networks.get(peering.to.as_str()).copied() else {
        // What it announces, the input does not show.
        for block in private_blocks().into_iter().filter(|block| block.family == Family::V4) {
            let target = Target::Peer { peering: peering.name.clone(), network: None, references: Some(false) };
            out.push(known(block, target, 2000));
        }
        return out;
    };
    let answered = estate.peerings.iter().any(|back| back.from == peering.to && back.to == own.id && back.active);
    let target = if peering.active && answered {
        Target::Peer { peering: peering.name.clone(), network: Some(other), references: Some(false) }
    } else if peering.active && estate.may_answer(peering) {
        Target::Opaque { name: format!("peering {}, whose other end is not sure", peering.name) }
    } else {
        Target::Drop { reason: format!("peering {} is not made from both ends", peering.name) }
    };
    if parts.networks[other].open {
        let unknown = Some(format!("the subnets of {}", parts.networks[other].name));
        out.push(Route { destination: AddressRange::whole(Family::V4), unknown, target: target.clone(), rank: 1 });
    }
    let back = estate.peerings.iter().find(|back| back.from == peering.to && back.to == own.id);
    // Of IPv6, and of public addresses, nothing is exchanged unless both ends say so.
    let agreed = |own: Option<bool>, theirs: Option<bool>, what: &str| match (own, theirs) {
        (Some(false), _) | (_, Some(false)) => None,
        (Some(true), Some(true)) => Some(target.clone()),
        _ => Some(Target::Opaque { name: format!("whether peering {} takes {what}", peering.name) }),
    };
    let of_public = agreed(peering.imports_public, back.and_then(|back| back.exports_public), "public addresses");
    let of_six = agreed(peering.six, back.and_then(|back| back.six), "IPv6");
    out.extend(blocks(parts, other).into_iter().filter_map(|range| {
        let target = match range.family {
            Family::V6 => of_six.clone()?,
            Family::V4 if is_public(range) => of_public.clone()?,
            Family::V4 => target.clone(),
        };
        Some(known(range, target, 1))
    }));
    out
}

/// What a route that somebody wrote says; more than one block where its own is not known.
fn written(
    route: &Written,
    own: &Network,
    endpoints: &BTreeMap<&str, EndpointId>,
    open_tags: Option<&[String]>,
) -> Vec<Route> {
    let target = match &route.next {
        NextHop::Internet => Target::Internet { gateway: "default internet gateway".into(), outbound_only: false },
        NextHop::Instance(name) => match endpoints.get(name.as_str()) {
            Some(endpoint) => Target::Endpoint { endpoint: *endpoint },
            None => Target::Opaque { name: format!("next hop {name}") },
        },
        NextHop::Address(address) => Target::Address { address: *address },
        NextHop::Other(name) => Target::Opaque { name: name.clone() },
        NextHop::Unknown => Target::Opaque { name: format!("the next hop of route {}", route.name) },
    };
    let rank = 10 + u32::try_from(route.priority.clamp(0, 70_000)).unwrap_or(1000);
    let sure = |tags: &[String]| route.tags.is_empty() || route.tags.iter().any(|tag| tags.contains(tag));
    let unknown = open_tags
        .filter(|tags| !sure(tags))
        .map(|_| format!("whether the tags of route {} are the machine's", route.name));
    match route.range {
        Some(destination) => vec![Route { destination, unknown, target, rank }],
        // No other route takes what a subnet has.
        None => beyond(own.ranges.ranges())
            .into_iter()
            .map(|destination| {
                let unknown = Some(format!("the destination of route {}", route.name));
                Route { destination, unknown, target: target.clone(), rank }
            })
            .collect(),
    }
}

/// What a route by policy may take: it stands before all others, for the packets that it is about.
fn past_routes(name: &str) -> [Route; 2] {
    [Family::V4, Family::V6].map(|family| Route {
        destination: AddressRange::whole(family),
        unknown: Some(format!("what {name} is about")),
        target: Target::Opaque { name: format!("what {name} leads to") },
        rank: 0,
    })
}

/// Blocks that are in nobody's use on the internet, beside private ones.
const RESERVED: [&str; 7] = [
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
];

/// Whether a subnet uses addresses of IPv4 that are somebody else's on the internet.
fn is_public(range: AddressRange) -> bool {
    let reserved = || RESERVED.iter().filter_map(|text| AddressRange::parse(text)).any(|block| block.covers(range));
    range.family == Family::V4 && !is_private(range) && !reserved()
}

/// All addresses but some, of either family.
fn beyond(known: &[AddressRange]) -> Vec<AddressRange> {
    [Family::V4, Family::V6].into_iter().flat_map(|family| AddressRange::whole(family).minus(known)).collect()
}

/// The blocks of a network for which it has a route each: those of its subnets, and what of its own is in none of them.
fn blocks(parts: &Parts, network: NetworkId) -> Vec<AddressRange> {
    let of = parts.subnets.iter().filter(|subnet| subnet.network == network);
    let mut out: Vec<AddressRange> = of.flat_map(|subnet| subnet.ranges.ranges()).copied().collect();
    let rest: Vec<AddressRange> =
        parts.networks[network].ranges.ranges().iter().flat_map(|range| range.minus(&out)).collect();
    out.extend(rest);
    out.sort_unstable();
    out.dedup();
    out
}

/// Ways of which the input has no list: routes, and of those without a public address routers with Cloud NAT.
pub(super) fn unseen(estate: &Estate, parts: &Parts, network: NetworkId, public: bool) -> Vec<Route> {
    let own = &parts.networks[network];
    let lists = [Some(("compute#route", "routes")), (!public).then_some(("compute#router", "routers"))];
    let hidden = lists.into_iter().flatten().filter_map(|(kind, words)| estate.hidden(&own.id, kind, words));
    let route = |what: String| {
        beyond(own.ranges.ranges()).into_iter().map(move |destination| Route {
            destination,
            unknown: Some(what.clone()),
            target: Target::Opaque { name: what.clone() },
            rank: 10,
        })
    };
    hidden.flat_map(route).collect()
}

/// What the other end of a peering may announce beside its subnets: which addresses, the input does not show.
fn announced(
    estate: &Estate,
    parts: &Parts,
    networks: &BTreeMap<&str, NetworkId>,
    network: NetworkId,
    peering: &Peering,
) -> Vec<Route> {
    let back = estate.peerings.iter().find(|back| back.from == peering.to && back.to == peering.from);
    if !peering.imports || back.is_some_and(|back| !back.exports) {
        return Vec::new();
    }
    let mut known = parts.networks[network].ranges.ranges().to_vec();
    known.extend(networks.get(peering.to.as_str()).iter().flat_map(|other| parts.networks[**other].ranges.ranges()));
    let what = format!("what peering {} announces", peering.name);
    let route = |destination| Route {
        destination,
        unknown: Some(what.clone()),
        target: Target::Opaque { name: what.clone() },
        rank: 2000,
    };
    beyond(&known).into_iter().map(route).collect()
}
