//! Route tables: the platform's own routes of a subnet, and those that users write.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{Places, or, virtual_network};
use super::estate::{Estate, Route as EstateRoute, Subnet as EstateSubnet};
use super::{private, services, uplinks};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{Origin, Parts, Route, RouteTable, TableId, Target};

/// Blocks that lead nowhere unless a network or route says otherwise.
const NOWHERE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/// Whether a subnet takes the routes of gateways: its route table may keep them out, those that are written for them too.
fn takes_learned(subnet: &EstateSubnet, estate: &Estate) -> bool {
    let table = subnet.table.as_ref().and_then(|id| estate.tables.get(id));
    !table.is_some_and(|held| held.shuts_out)
}

/// The platform's own routes of a subnet, of the lowest standing, and those that are written for gateways.
fn system_routes(subnet: &EstateSubnet, estate: &Estate, parts: &Parts, places: &Places) -> Vec<Route> {
    let takes_learned = takes_learned(subnet, estate);
    let network = subnet.network.as_str();
    let route = |destination, target| Route { destination, unknown: None, target, rank: 2 };
    let index = places.networks[network];
    let mut out: Vec<Route> =
        parts.networks[index].ranges.ranges().iter().map(|range| route(*range, Target::Local)).collect();
    // Blocks that are not known may be any.
    let unseen = |other: usize, target: &Target| Route {
        destination: AddressRange::whole(Family::V4),
        unknown: Some(format!("the addresses of {}", parts.networks[other].name)),
        target: target.clone(),
        rank: 2,
    };
    out.extend(parts.networks[index].open.then(|| unseen(index, &Target::Local)));
    let mut beyond = estate.unshown_peerings(network);
    for peering in estate.peerings.iter().filter(|peering| peering.from == network && peering.joins(subnet)) {
        if peering.remote_gateways && takes_learned {
            beyond.get_or_insert_with(|| format!("what the gateway of {} leads to", parts.networks[index].name));
        }
        let other = places.networks.get(&peering.to).copied();
        // Both ends must have been made; the other end of a network that is not shown is taken on the state's word.
        let answered =
            other.is_none() || estate.peerings.iter().any(|back| back.from == peering.to && back.to == network);
        let unseen_end = estate.networks.get(&peering.to).is_some_and(|other| other.looked_up);
        let unseen_end = unseen_end || estate.may_answer(peering);
        let target = if peering.connected && !answered && unseen_end {
            Target::Opaque { name: format!("peering {}, whose other end is not shown", peering.name) }
        } else if peering.connected && answered {
            Target::Peer { peering: peering.name.clone(), network: other, references: Some(false) }
        } else {
            Target::Drop { reason: format!("peering {} is not connected both ways", peering.name) }
        };
        if other.is_none() && peering.connected {
            beyond = Some(format!("the network behind {}", peering.name));
        }
        out.extend(other.filter(|other| parts.networks[*other].open).map(|other| unseen(other, &target)));
        let whole = || other.map(|other| parts.networks[other].ranges.ranges().to_vec()).unwrap_or_default();
        let ranges = match estate.joined_blocks(peering) {
            Some(Some(blocks)) => blocks,
            // Which of the network's blocks they have is not shown.
            Some(None) => {
                beyond = Some(format!("the subnets that peering {} joins", peering.name));
                let name = format!("whether peering {} joins the subnet", peering.name);
                out.extend(whole().into_iter().map(|range| route(range, Target::Opaque { name: name.clone() })));
                Vec::new()
            }
            None => whole(),
        };
        out.extend(ranges.into_iter().map(|range| route(range, target.clone())));
    }
    if estate.is_joined(network) || (takes_learned && estate.has_uplink(network)) {
        beyond.get_or_insert_with(|| format!("what the gateway of {} leads to", parts.networks[index].name));
    }
    for block in NOWHERE.iter().filter_map(|text| AddressRange::parse(text)) {
        let target = match &beyond {
            Some(name) => Target::Opaque { name: name.clone() },
            None => Target::Drop { reason: "no route leads to private addresses outside the network".into() },
        };
        out.push(route(block, target));
    }
    if takes_learned {
        out.extend(uplinks::written(subnet, estate, &out));
    }
    for family in [Family::V4, Family::V6] {
        let gateway = "internet".to_owned();
        out.push(route(AddressRange::whole(family), Target::Internet { gateway, outbound_only: false }));
    }
    out
}

fn user_route(
    route: &EstateRoute,
    subnet: &EstateSubnet,
    estate: &Estate,
    parts: &Parts,
    places: &Places,
) -> Vec<Route> {
    let target = match route.kind.to_ascii_lowercase().as_str() {
        "vnetlocal" => Target::Local,
        "internet" => Target::Internet { gateway: "internet".into(), outbound_only: false },
        "none" => Target::Drop { reason: "the route leads nowhere".into() },
        "virtualappliance" => match route.next {
            Some(address) => Target::Address { address },
            None => Target::Opaque { name: "a next hop that is not shown".into() },
        },
        "virtualnetworkgateway" => Target::Opaque { name: "what the network's gateway leads to".into() },
        "" => Target::Opaque { name: "a next hop that is not shown".into() },
        other => Target::Opaque { name: format!("a next hop of kind {other}") },
    };
    let open = |what: String| {
        let held = [Family::V4, Family::V6].map(|family| Route {
            destination: AddressRange::whole(family),
            unknown: Some(what.clone()),
            target: target.clone(),
            rank: 0,
        });
        held.to_vec()
    };
    let ranges = match route.prefix.as_str() {
        word if word.eq_ignore_ascii_case("VirtualNetwork") => virtual_network(subnet, estate, parts, places).ranges,
        word if word.eq_ignore_ascii_case("Internet") || word == "*" => vec![AddressRange::whole(Family::V4)],
        word => match AddressRange::parse(word) {
            Some(range) => vec![range],
            // No tag has words.
            None if word.contains(' ') => return open(word.to_owned()),
            None => return open(format!("service tag {word}")),
        },
    };
    ranges
        .into_iter()
        .map(|destination| Route { destination, unknown: None, target: target.clone(), rank: 0 })
        .collect()
}

pub(super) fn tables(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let mut known: BTreeMap<_, TableId> = BTreeMap::new();
    for (id, subnet) in &estate.subnets {
        let Some(index) = places.subnets.get(id).copied() else { continue };
        let around = (subnet.network.clone(), subnet.table.clone(), estate.joined_by(subnet));
        let key = (around, subnet.services.clone(), subnet.private);
        let table = *known.entry(key).or_insert_with(|| add_table(subnet, estate, parts, places));
        parts.subnets[index].table = Some(table);
    }
    for_endpoints(estate, parts, places);
    for (id, network) in places.networks.clone() {
        let subnet = EstateSubnet { network: id, ..EstateSubnet::default() };
        let table = add_table(&subnet, estate, parts, places);
        places.plain.insert(network, table);
    }
}

/// The tables by which private endpoints answer, where users' routes are in their subnets: these hold for none where the subnet
/// does not put its endpoints under route tables, and where it does, whether they hold for answers too is not told.
fn for_endpoints(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let endpoints = estate.interfaces.iter().filter(|(id, _)| estate.is_private_endpoint(id));
    let standing: BTreeSet<&String> = endpoints.flat_map(|(_, held)| &held.places).map(|place| &place.subnet).collect();
    for id in standing {
        let placed = estate.subnets.get(id).filter(|_| places.subnets.contains_key(id));
        let Some(subnet) = placed.filter(|subnet| subnet.table.is_some()) else { continue };
        let sure = subnet.endpoint_routes == Some(false);
        let own = EstateSubnet {
            name: subnet.name.clone(),
            network: subnet.network.clone(),
            ranges: subnet.ranges.clone(),
            table: subnet.table.clone().filter(|_| !sure),
            ..EstateSubnet::default()
        };
        let table = add_table(&own, estate, parts, places);
        let doubt = format!("whether users' routes hold for answers of private endpoints in subnet {}", subnet.name);
        let (users, own): (Vec<Route>, Vec<Route>) =
            std::mem::take(&mut parts.tables[table].routes).into_iter().partition(|route| route.rank == 0);
        // What longer routes of the platform take holds whether or not a user's does.
        let longer = |than: &Route| -> Vec<AddressRange> {
            let sure = own
                .iter()
                .filter(|route| route.unknown.is_none() && route.destination.span() < than.destination.span());
            sure.map(|route| route.destination).collect()
        };
        // One that is not known may be of any block.
        let open = |route: Route| match route.unknown {
            Some(_) => vec![route],
            None => {
                let left = route.destination.minus(&longer(&route)).into_iter();
                left.map(|destination| doubted(Route { destination, ..route.clone() }, &doubt)).collect()
            }
        };
        let users: Vec<Route> = users.into_iter().flat_map(open).collect();
        parts.tables[table].routes = users.into_iter().chain(own.iter().cloned()).collect();
        places.answering.insert(id.clone(), table);
    }
}

/// A route of which nobody knows whether it holds.
fn doubted(mut route: Route, doubt: &str) -> Route {
    if let Target::Drop { reason } = &mut route.target {
        doubt.clone_into(reason);
    }
    route.unknown = Some(doubt.to_owned());
    route
}

fn add_table(subnet: &EstateSubnet, estate: &Estate, parts: &mut Parts, places: &Places) -> TableId {
    let mut routes = system_routes(subnet, estate, parts, places);
    let (mut name, mut origin) = ("system routes".to_owned(), Origin::default());
    match subnet.table.as_ref().map(|id| (id, estate.tables.get(id))) {
        Some((id, Some(table))) => {
            name = or(&table.name, id);
            origin = table.origin.clone();
            let own = table.routes.iter().flat_map(|route| user_route(route, subnet, estate, parts, places));
            let own: Vec<Route> = own.collect();
            let private = private::routes(&routes, &own, estate, parts, places);
            let takes_all = |route: &Route| {
                route.destination == AddressRange::whole(Family::V4)
                    && matches!(route.target, Target::Address { .. } | Target::Opaque { .. })
            };
            if own.iter().any(takes_all) {
                // The platform drops private addresses so that they do not go to the internet: where an appliance takes
                // what is for anywhere, as in a hub, it takes those too.
                routes.retain(|route| !matches!(route.target, Target::Drop { .. }));
            }
            routes.extend(own);
            routes.extend(private);
        }
        // A table that is not shown may send anything anywhere.
        Some((id, None)) => routes.extend([Family::V4, Family::V6].map(|family| Route {
            destination: AddressRange::whole(family),
            unknown: Some(format!("route table {id}")),
            target: Target::Opaque { name: format!("route table {id}") },
            rank: 0,
        })),
        None => {}
    }
    if takes_learned(subnet, estate) {
        routes.extend(uplinks::learned(subnet, estate, &routes));
    }
    routes.extend(services::routes(subnet, &routes));
    parts.tables.push(RouteTable { id: name.clone(), name, routes, origin });
    parts.tables.len() - 1
}
