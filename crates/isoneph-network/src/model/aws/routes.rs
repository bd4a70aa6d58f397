//! Route tables: which subnets they are of, and where their routes lead.

use std::collections::BTreeMap;

use super::among;
use super::build::{Places, is_network, name_or};
use super::estate::{Destination, Estate, Route as EstateRoute, RouteTarget, Table};
use crate::model::address::{AddressRange, Family, private_blocks};
use crate::model::form::{Parts, Route, RouteTable, TableId, Target};

pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let mut main: BTreeMap<&str, TableId> = BTreeMap::new();
    for (id, table) in &estate.tables {
        let index = parts.tables.len();
        places.tables.insert(id.clone(), index);
        let routes = table_routes(table, estate, places);
        parts.tables.push(RouteTable {
            id: id.clone(),
            name: name_or(&table.tags, id),
            routes,
            origin: table.origin.clone(),
        });
        if table.main {
            main.insert(table.vpc.as_str(), index);
        }
        if let Some(network) = places.networks.get(&table.vpc).filter(|_| table.edge) {
            parts.networks[*network].edge = Some(index);
        }
        for subnet in &table.subnets {
            if let Some(subnet) = places.subnets.get(subnet) {
                parts.subnets[*subnet].table = Some(index);
            }
        }
    }
    let cut = estate.lacks("RouteTables");
    for (id, subnet) in &estate.subnets {
        let Some(index) = places.subnets.get(id) else { continue };
        let held = &mut parts.subnets[*index].table;
        // Without a table its traffic leads where nobody knows; on a page that is not there it may have one of its own.
        let main = main.get(subnet.vpc.as_str()).copied().filter(|_| !subnet.looked_up && !cut);
        *held = if subnet.unclear_table { None } else { held.or(main) };
    }
    for (id, subnet) in estate.subnets.iter().filter(|(_, subnet)| subnet.unclear_table) {
        let Some(index) = places.subnets.get(id) else { continue };
        let Some(of) = among::tables(estate, subnet) else { continue };
        let routes = of.iter().map(|(_, table)| table_routes(table, estate, places)).collect();
        parts.subnets[*index].table = Some(parts.tables.len());
        parts.tables.push(among::one_of(id, &of, routes));
    }
}

fn table_routes(table: &Table, estate: &Estate, places: &Places) -> Vec<Route> {
    let mut out = Vec::new();
    for route in &table.routes {
        out.extend(routes_of(route, table, estate, places));
    }
    // Every table holds the network's own routes, one for each block, though the input writes none or some of them; one that
    // leads elsewhere stands in its place.
    let written = |block: &AddressRange| {
        table.routes.iter().filter(|route| !route.propagated).any(|route| match route.destination {
            Destination::Range(held) => held == *block || (route.target == RouteTarget::Local && held.covers(*block)),
            _ => false,
        })
    };
    let blocks = estate.ranges_of(&table.vpc).into_iter().filter(|block| !written(block));
    out.extend(blocks.map(|destination| Route { destination, unknown: None, target: Target::Local, rank: 0 }));
    // Of a network that is not shown any block may be its own.
    let open = if estate.vpcs.contains_key(&table.vpc) { estate.open_of(&table.vpc) } else { [true; 2] };
    for family in [Family::V4, Family::V6].into_iter().zip(open).filter(|(_, open)| *open).map(|(family, _)| family) {
        let unknown = Some(format!("a block of {}", table.vpc));
        out.push(Route { destination: AddressRange::whole(family), unknown, target: Target::Local, rank: 0 });
    }
    out
}

/// What one route says. Where it is not known which of several targets it has, each of them may be the one.
fn routes_of(route: &EstateRoute, table: &Table, estate: &Estate, places: &Places) -> Vec<Route> {
    let mut meant = fitting(&route.target, &table.vpc, estate).into_iter();
    let one = |target: &RouteTarget| {
        let held = EstateRoute { target: target.clone(), ..route.clone() };
        route_to(&held, table, estate, places)
    };
    let mut out = meant.next().map(one).unwrap_or_default();
    for other in meant {
        for held in one(other) {
            let doubt = || format!("whether a route leads to {other}");
            let unknown = Some(held.unknown.clone().unwrap_or_else(doubt));
            // A longer prefix holds whichever it is.
            let mut longer = decided(table, held.destination, estate);
            longer.retain(|range| *range != held.destination);
            let left = held.destination.minus(&longer).into_iter();
            out.extend(left.map(|destination| Route { destination, unknown: unknown.clone(), ..held.clone() }));
        }
    }
    out
}

/// The targets that a route of a network's table may have.
fn fitting<'r>(target: &'r RouteTarget, vpc: &str, estate: &Estate) -> Vec<&'r RouteTarget> {
    let RouteTarget::OneOf(all) = target else { return vec![target] };
    let fits: Vec<&RouteTarget> = all.iter().filter(|one| fits(one, vpc, estate)).collect();
    if fits.is_empty() || !estate.vpcs.contains_key(vpc) { all.iter().collect() } else { fits }
}

/// Whether a table of the network may lead there: nobody routes to what is of another network.
fn fits(target: &RouteTarget, vpc: &str, estate: &Estate) -> bool {
    match target {
        RouteTarget::Internet(id) if !estate.loose_gateways.contains_key(id) => {
            estate.internet_gateways.get(id).is_none_or(|held| held.iter().any(|network| network == vpc))
        }
        RouteTarget::Nat(id) => {
            let subnet = estate.nats.get(id).and_then(|nat| estate.subnets.get(&nat.subnet));
            subnet.is_none_or(|subnet| subnet.vpc == vpc || !estate.vpcs.contains_key(&subnet.vpc))
        }
        RouteTarget::Peering(id) => {
            let other = |side: &String| side != vpc && (estate.vpcs.contains_key(side) || is_network(side));
            let held = estate.peerings.get(id);
            held.is_none_or(|held| held.candidates.is_some() || !held.sides.iter().all(other))
        }
        _ => true,
    }
}

fn route_to(route: &EstateRoute, table: &Table, estate: &Estate, places: &Places) -> Vec<Route> {
    let mut out = Vec::new();
    let target = target(route, &table.vpc, estate, places);
    let rank = u32::from(route.propagated);
    let known = |destination| Route { destination, unknown: None, target: target.clone(), rank };
    // The services behind a gateway endpoint have public addresses.
    let taken = if matches!(target, Target::Service { .. }) { private_blocks() } else { Vec::new() };
    let open = |what: &str| -> Vec<Route> {
        let ranges = [Family::V4, Family::V6].map(|family| AddressRange::whole(family).minus(&taken));
        let unknown = Some(what.to_owned());
        let held = |destination| Route { destination, unknown: unknown.clone(), target: target.clone(), rank };
        ranges.into_iter().flatten().map(held).collect()
    };
    match &route.destination {
        Destination::Range(range) => out.push(known(*range)),
        Destination::PrefixList(list) => match estate.prefix_lists.get(list) {
            Some(ranges) if !estate.open_lists.contains(list) => out.extend(ranges.iter().copied().map(known)),
            held => {
                out.extend(held.into_iter().flatten().copied().map(known));
                out.extend(open(&format!("prefix list {list}")));
            }
        },
        Destination::Perhaps(range, what) => {
            let unknown = Some(what.clone());
            let held = |destination| Route { destination, unknown: unknown.clone(), target: target.clone(), rank };
            out.extend(range.minus(&decided(table, *range, estate)).into_iter().map(held));
        }
        Destination::Unknown(what) => out.extend(open(what)),
    }
    out
}

/// What a table's sure routes decide whether or not it has another one to a block as well: a longer prefix holds, and no
/// table takes two that are made to the same block.
fn decided(table: &Table, block: AddressRange, estate: &Estate) -> Vec<AddressRange> {
    let made = table.routes.iter().filter(|route| !route.propagated).filter_map(|route| match route.destination {
        Destination::Range(range) => Some(range),
        _ => None,
    });
    made.chain(estate.ranges_of(&table.vpc)).filter(|range| block.covers(*range)).collect()
}

fn target(route: &EstateRoute, vpc: &str, estate: &Estate, places: &Places) -> Target {
    if !route.active {
        return Target::Drop { reason: "the route is a black hole".into() };
    }
    let opaque = |name: &str| Target::Opaque { name: name.to_owned() };
    let endpoint = |id: &str| {
        places.endpoints.get(id).map_or_else(|| opaque(id), |endpoint| Target::Endpoint { endpoint: *endpoint })
    };
    match &route.target {
        RouteTarget::Local => Target::Local,
        RouteTarget::Internet(id) if estate.loose_gateways.contains_key(id) => opaque(id),
        RouteTarget::Internet(id) => match estate.internet_gateways.get(id) {
            Some(vpcs) if !vpcs.iter().any(|held| held == vpc) => {
                Target::Drop { reason: format!("internet gateway {id} is not attached to this network") }
            }
            _ => Target::Internet { gateway: id.clone(), outbound_only: false },
        },
        RouteTarget::EgressOnly(id) => Target::Internet { gateway: id.clone(), outbound_only: true },
        RouteTarget::Nat(id) => match places.nats.get(id) {
            Some(nat) => Target::Nat { nat: *nat },
            None if estate.nats.contains_key(id) => Target::Drop { reason: format!("NAT gateway {id} is deleted") },
            None => opaque(id),
        },
        RouteTarget::Peering(id) => peering(id, vpc, estate, places),
        RouteTarget::Transit(id) => {
            places.transits.get(id).map_or_else(|| opaque(id), |transit| Target::Transit { transit: *transit })
        }
        RouteTarget::Interface(id) => endpoint(id),
        RouteTarget::Instance(id) => {
            // One of which nobody knows where it stands is followed nowhere.
            match &estate.standing(id)[..] {
                [interface] => endpoint(interface),
                _ => opaque(id),
            }
        }
        RouteTarget::Endpoint(id) => match estate.endpoints.get(id) {
            Some(held) if held.kind == "Gateway" => Target::Service { name: held.service.clone() },
            _ => opaque(id),
        },
        RouteTarget::Other(id) => opaque(id),
        RouteTarget::OneOf(_) => opaque("one of several"),
    }
}

/// The other end of a peering that a network's own table leads to, where only two may be its ends: a route takes no peering
/// that the network is no end of.
fn other_end<'c>(candidates: &'c [String], vpc: &str) -> Option<&'c String> {
    let mut others = candidates.iter().filter(|held| *held != vpc);
    let other = others.next()?;
    (candidates.iter().any(|held| held == vpc) && others.all(|held| held == other)).then_some(other)
}

fn peering(id: &str, vpc: &str, estate: &Estate, places: &Places) -> Target {
    let Some(held) = estate.peerings.get(id) else {
        return Target::Peer { peering: id.to_owned(), network: None, references: Some(true) };
    };
    if !held.active {
        return Target::Drop { reason: format!("peering {id} is not active") };
    }
    if held.pending {
        return Target::Opaque { name: format!("peering {id}, which nobody accepts here") };
    }
    let other = match (held.sides.iter().position(|side| side == vpc), &held.candidates) {
        (_, Some(candidates)) => match other_end(candidates, vpc) {
            Some(other) => other,
            None => return Target::Peer { peering: id.to_owned(), network: None, references: None },
        },
        (Some(0), None) => &held.sides[1],
        (Some(_), None) => &held.sides[0],
        (None, None) => return Target::Drop { reason: format!("peering {id} does not belong to this network") },
    };
    Target::Peer {
        peering: id.to_owned(),
        network: places.networks.get(other).copied(),
        references: (!held.unclear_regions).then(|| held.regions[0] == held.regions[1]),
    }
}
