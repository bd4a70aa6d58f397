//! Private endpoints in route tables: the platform adds a route to each of them, in its own network and in those peered with it,
//! that is longer than most that users write.

use super::build::Places;
use super::estate::{Estate, Subnet};
use crate::model::address::AddressRange;
use crate::model::form::{NetworkId, Parts, Route, Target};

/// The standing of the platform's own routes.
const RANK: u32 = 2;

/// The routes to private endpoints that a table has: `routes` are the platform's own, `users` those of the table.
pub(super) fn routes(routes: &[Route], users: &[Route], estate: &Estate, parts: &Parts, places: &Places) -> Vec<Route> {
    let mut out = Vec::new();
    for (id, interface) in &estate.interfaces {
        if !estate.is_private_endpoint(id) {
            continue;
        }
        for place in &interface.places {
            let Some((subnet, index)) = estate.subnets.get(&place.subnet).zip(places.subnet(&place.subnet)) else {
                continue;
            };
            let network = parts.subnets[index].network;
            match place.address {
                Some(address) => out.extend(to_known(address, (subnet, network), routes, users, parts)),
                None => out.extend(to_unknown(&interface.name, (subnet, network), routes, users, estate)),
            }
        }
    }
    out
}

/// The platform's own way to an address of a network: within it, or to one that is peered.
fn way(address: AddressRange, network: NetworkId, routes: &[Route], parts: &Parts) -> Option<Target> {
    let leads = |target: &Target| match target {
        Target::Local => parts.networks[network].ranges.ranges().iter().any(|own| own.covers(address)),
        Target::Peer { network: Some(other), .. } => *other == network,
        _ => false,
    };
    let mut held: Vec<&Route> = routes
        .iter()
        .filter(|route| route.unknown.is_none() && route.destination.covers(address) && leads(&route.target))
        .collect();
    held.sort_by_key(|route| route.destination.span());
    held.first().map(|route| route.target.clone())
}

/// The route to an endpoint whose address is known. Where its subnet is told so, what users write that is as long as the
/// network's own block, or longer, holds in its place.
fn to_known(
    address: AddressRange,
    (subnet, network): (&Subnet, NetworkId),
    routes: &[Route],
    users: &[Route],
    parts: &Parts,
) -> Option<Route> {
    let target = way(address, network, routes, parts)?;
    let blocks = parts.networks[network].ranges.ranges();
    let block = blocks.iter().filter(|block| block.covers(address)).map(|block| block.span()).min();
    let replaces = |route: &Route| {
        let is_long = block.is_none_or(|block| route.destination.span() <= block);
        route.unknown.is_none() && route.destination.covers(address) && is_long
    };
    let replaced = users.iter().any(replaces);
    let unknown = match subnet.endpoint_routes {
        Some(true) if replaced => return None,
        None if replaced => Some(format!("whether users' routes hold for private endpoints in subnet {}", subnet.name)),
        _ => None,
    };
    Some(Route { destination: address, unknown, target, rank: RANK })
}

/// The routes to an endpoint of which only the subnet is known: it may have any address there that nobody else has.
fn to_unknown(
    name: &str,
    (subnet, network): (&Subnet, NetworkId),
    routes: &[Route],
    users: &[Route],
    estate: &Estate,
) -> Vec<Route> {
    let taken: Vec<AddressRange> =
        estate.interfaces.values().flat_map(|held| &held.places).filter_map(|place| place.address).collect();
    let differs = |range: &&AddressRange| users.iter().any(|route| route.destination.meets(**range));
    let to = routes.iter().find_map(|route| match &route.target {
        Target::Peer { network: Some(other), .. } if *other == network => Some(route.target.clone()),
        _ => None,
    });
    let own = |range: &AddressRange| {
        let local = |route: &&Route| route.target == Target::Local && route.destination.covers(*range);
        routes.iter().find(local).map(|route| route.target.clone())
    };
    let way = |range: AddressRange| to.clone().or_else(|| own(&range)).map(|target| (range, target));
    let ranges = subnet.ranges.iter().filter(differs).flat_map(|range| range.minus(&taken));
    let route = |(destination, target)| {
        let unknown = Some(format!("the address of private endpoint {name}"));
        Route { destination, unknown, target, rank: RANK }
    };
    ranges.filter_map(way).map(route).collect()
}
