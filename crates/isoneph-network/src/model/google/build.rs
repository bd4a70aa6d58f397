//! From a Google estate to the one form.

use std::collections::BTreeMap;

use super::estate::{Estate, Interface};
use super::firewall::{self, Members};
use super::{links, outbound, routes};
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::form::{
    Endpoint, EndpointId, EndpointKind, Loose, Network, NetworkId, Parts, Place, Platform, PolicyId, RouteTable,
    Subnet, SubnetId, TableId,
};

/// Where the subnets lie that an automatic network is made with.
const AUTOMATIC: &str = "10.128.0.0/9";

/// What stands between the name of a machine's first interface and the number of a further one.
const FURTHER: &str = " nic";

/// Adds everything of the estate to `parts`.
pub(crate) fn build(estate: &Estate, parts: &mut Parts) {
    let mut networks: BTreeMap<&str, NetworkId> = BTreeMap::new();
    for (id, network) in &estate.networks {
        networks.insert(id, parts.networks.len());
        let mut ranges: Vec<AddressRange> = estate
            .subnets
            .values()
            .filter(|subnet| subnet.network == *id)
            .flat_map(|subnet| subnet.ranges.clone())
            .collect();
        let open = estate.subnets.values().any(|subnet| subnet.network == *id && subnet.ranges.is_empty())
            || network.subnets.iter().any(|subnet| !estate.subnets.contains_key(subnet));
        ranges.extend(AddressRange::parse(AUTOMATIC).filter(|_| network.automatic));
        parts.networks.push(Network {
            id: id.clone(),
            name: network.name.clone(),
            platform: Platform::Google,
            owner: network.project.clone(),
            region: String::new(),
            ranges: RangeSet::new(ranges),
            open,
            flat: false,
            default_outbound: false,
            complete: false,
            internet: Some("default internet gateway".into()),
            edge: None,
            entries: entries(estate, id, network.looked_up),
            loose: Loose::any(&estate.loose),
            tags: BTreeMap::new(),
            origin: network.origin.clone(),
        });
    }
    let mut subnets: BTreeMap<&str, SubnetId> = BTreeMap::new();
    for (id, subnet) in &estate.subnets {
        let Some(network) = networks.get(subnet.network.as_str()) else { continue };
        subnets.insert(id, parts.subnets.len());
        let place = outbound::Place { subnet: id, network: &subnet.network, region: &subnet.region };
        let nat = outbound::of_subnet(estate, parts, place);
        parts.subnets.push(Subnet {
            id: id.clone(),
            name: subnet.name.clone(),
            network: *network,
            zone: String::new(),
            ranges: RangeSet::new(subnet.ranges.clone()),
            table: None,
            border: None,
            nat,
            private: false,
            owner: subnet.project.clone(),
            tags: BTreeMap::new(),
            origin: subnet.origin.clone(),
        });
    }
    let endpoints = endpoints(estate, parts, &networks, &subnets);
    outbound::of_machines(estate, parts, &endpoints);
    tables(estate, parts, &networks, &endpoints);
    firewalls(estate, parts, &endpoints);
    links::build(estate, parts, &networks);
}

/// What may let in packets from outside: of a network that is looked up, what others gave it as well.
fn entries(estate: &Estate, network: &str, looked_up: bool) -> Vec<String> {
    let others = looked_up.then(|| format!("gateways and balancers of {network} that are not shown"));
    estate.entries.iter().cloned().chain(others).collect()
}

fn endpoints<'e>(
    estate: &'e Estate,
    parts: &mut Parts,
    networks: &BTreeMap<&str, NetworkId>,
    subnets: &BTreeMap<&str, SubnetId>,
) -> BTreeMap<&'e str, EndpointId> {
    let mut out = BTreeMap::new();
    for (id, interface) in &estate.interfaces {
        let subnet = subnets.get(interface.subnet.as_str()).copied();
        let network = subnet
            .map(|subnet| parts.subnets[subnet].network)
            .or_else(|| networks.get(interface.network.as_str()).copied());
        let Some(network) = network else { continue };
        let public = interface.public.map(|known| known.unwrap_or_else(|| AddressRange::whole(Family::V4)));
        let of = |inside: AddressRange| Place { inside, public: public.filter(|range| range.family == inside.family) };
        let mut places: Vec<Place> = match (interface.address, subnet) {
            (Some(address), _) => vec![of(address)],
            (None, Some(subnet)) => parts.subnets[subnet].ranges.ranges().iter().copied().map(of).collect(),
            (None, None) => parts.networks[network].ranges.ranges().iter().copied().map(of).collect(),
        };
        if places.is_empty() {
            // It stands somewhere, though nothing shows where.
            places.push(of(AddressRange::whole(Family::V4)));
        }
        places.extend(interface.more.iter().map(|inside| Place { inside: *inside, public: None }));
        out.insert(id.as_str(), parts.endpoints.len());
        parts.endpoints.push(Endpoint {
            id: id.clone(),
            name: interface.name.clone(),
            aliases: interface.aliases.clone(),
            kind: if interface.template { EndpointKind::Template } else { EndpointKind::Interface },
            network,
            subnet,
            // In a shared network machines belong to the project they run in.
            owner: interface.project.clone(),
            places,
            inbound: Vec::new(),
            outbound: Vec::new(),
            table: None,
            forwards: interface.forwards,
            ports: Vec::new(),
            tags: interface.labels.clone(),
            origin: interface.origin.clone(),
        });
    }
    parts.machines.extend(machines(&out));
    out
}

/// Machines with further interfaces, which are called by the first and a number.
fn machines(endpoints: &BTreeMap<&str, EndpointId>) -> Vec<Vec<EndpointId>> {
    let mut out: BTreeMap<&str, Vec<EndpointId>> = BTreeMap::new();
    for (id, endpoint) in endpoints {
        out.entry(id.rsplit_once(FURTHER).map_or(*id, |(first, _)| first)).or_default().push(*endpoint);
    }
    out.into_values().filter(|own| own.len() > 1).collect()
}

/// Routes belong to the network; those with tags hold for instances that carry one. One table a set of tags that matters.
fn tables(
    estate: &Estate,
    parts: &mut Parts,
    networks: &BTreeMap<&str, NetworkId>,
    endpoints: &BTreeMap<&str, EndpointId>,
) {
    let mut known: BTreeMap<(NetworkId, Vec<&str>, bool, Option<&[String]>), TableId> = BTreeMap::new();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = endpoints.get(id.as_str()).copied() else { continue };
        let network = parts.endpoints[endpoint].network;
        let name = parts.networks[network].id.clone();
        let chosen: Vec<&str> = estate
            .routes
            .iter()
            .filter(|(_, route)| route.network == name || route.network.is_empty())
            .filter(|(_, route)| {
                let carried = route.tags.iter().any(|tag| interface.tags.contains(tag));
                route.tags.is_empty() || carried || interface.open_tags
            })
            .map(|(id, _)| id.as_str())
            .collect();
        // Machines of which the tags are not known may have a route, and may not.
        let tags = interface.open_tags.then_some(interface.tags.as_slice());
        let key = (network, chosen, interface.public.is_some(), tags);
        let table = match known.get(&key) {
            Some(table) => *table,
            None => {
                let mut held = routes::of(estate, parts, networks, endpoints, network, (&key.1, tags));
                held.extend(routes::unseen(estate, parts, network, interface.public.is_some()));
                let name = format!("routes of {name}");
                parts.tables.push(RouteTable {
                    id: name.clone(),
                    name,
                    routes: held,
                    origin: parts.networks[network].origin.clone(),
                });
                known.insert(key, parts.tables.len() - 1);
                parts.tables.len() - 1
            }
        };
        parts.endpoints[endpoint].table = Some(table);
    }
}

/// Network, project, tags, accounts and region: interfaces alike in these have one policy.
type Alike<'e> = ([&'e str; 2], &'e [String], &'e [String], [bool; 2], String);

fn firewalls(estate: &Estate, parts: &mut Parts, endpoints: &BTreeMap<&str, EndpointId>) {
    let mut members = Members::default();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = endpoints.get(id.as_str()).copied() else { continue };
        let aliases = interface.more.iter().copied().filter(|range| range.family == Family::V4);
        members.aliases.insert(endpoint, aliases.collect());
        for (open, known) in
            [(interface.open_tags, &mut members.open_tags), (interface.open_account, &mut members.open_accounts)]
        {
            if open {
                known.entry(interface.network.clone()).or_default().push(endpoint);
            }
        }
        for (names, known) in [(&interface.tags, &mut members.tags), (&interface.accounts, &mut members.accounts)] {
            for name in names {
                known.entry((interface.network.clone(), name.clone())).or_default().push(endpoint);
            }
        }
    }
    let sure = members.tags.values_mut().chain(members.accounts.values_mut());
    let open = members.open_tags.values_mut().chain(members.open_accounts.values_mut());
    sure.chain(open).for_each(|list| list.sort_unstable());
    let mut known: BTreeMap<Alike<'_>, (PolicyId, PolicyId)> = BTreeMap::new();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = endpoints.get(id.as_str()).copied() else { continue };
        let region = region_of(estate, interface);
        let key = (
            // What a project is in decides which hierarchical policies hold.
            [interface.network.as_str(), interface.project.as_str()],
            interface.tags.as_slice(),
            interface.accounts.as_slice(),
            [interface.open_tags, interface.open_account],
            region.clone(),
        );
        let pair = *known.entry(key).or_insert_with(|| {
            let pair = [true, false].map(|ingress| firewall::policy(estate, interface, &region, &members, ingress));
            parts.policies.extend(pair);
            (parts.policies.len() - 2, parts.policies.len() - 1)
        });
        parts.endpoints[endpoint].inbound.push(pair.0);
        parts.endpoints[endpoint].outbound.push(pair.1);
    }
}

fn region_of(estate: &Estate, interface: &Interface) -> String {
    estate.subnets.get(&interface.subnet).map(|subnet| subnet.region.clone()).unwrap_or_default()
}
