//! Load balancers: they stand at the network's edge, and clients' addresses stay what they are.

use std::collections::BTreeMap;

use super::build::{Places, or};
use super::estate::{Balancer as EstateBalancer, BalancerRule, Estate};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{
    Balancer, BalancerTarget, Endpoint, EndpointId, EndpointKind, Listener, NetworkId, Parts, Place,
};
use crate::model::traffic::{TCP, UDP};

/// Adds the load balancers that have rules: one for each address outside, for each rule listens at one of them.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, balancer) in estate.balancers.iter().filter(|(_, held)| !held.rules.is_empty()) {
        let listeners: Vec<Listener> = balancer.rules.iter().map(|rule| listener(rule, estate, places)).collect();
        let networks = networks(balancer, &listeners, parts, places);
        let mut outside: Vec<(&str, Option<&str>)> = balancer
            .frontends
            .iter()
            .filter_map(|(name, public)| Some((name.as_str(), Some(public.as_deref()?))))
            .collect();
        if outside.is_empty() {
            outside.push(("", None));
        }
        let mut nodes = Vec::new();
        for (place, (frontend, public)) in outside.iter().enumerate() {
            let index = parts.balancers.len();
            let here = listeners.iter().zip(&balancer.rules);
            parts.balancers.push(Balancer {
                id: if place == 0 { id.clone() } else { format!("{id}/frontendipconfigurations/{frontend}") },
                name: or(&balancer.name, id),
                ends_connections: false,
                listeners: here.filter_map(|(held, rule)| at(frontend, outside.len(), rule, held)).collect(),
                complete: true,
            });
            for network in &networks {
                nodes.push(parts.endpoints.len());
                let node = node(balancer, *public, (*network, index), estate, parts, places);
                parts.endpoints.push(node);
            }
        }
        // Whoever asks for it by name asks for any of its addresses.
        parts.machines.extend((outside.len() > 1).then_some(nodes));
    }
}

/// A listener at one of a balancer's addresses; of one of nobody knows which it listens at, whether it does there is open.
fn at(frontend: &str, all: usize, rule: &BalancerRule, held: &Listener) -> Option<Listener> {
    match &rule.frontend {
        Some(own) if all > 1 => own.eq_ignore_ascii_case(frontend).then(|| held.clone()),
        None if all > 1 => Some(Listener { targets: Vec::new(), complete: false, ..held.clone() }),
        _ => Some(held.clone()),
    }
}

/// The network that its targets are in; where none of them is known, any may be.
fn networks(balancer: &EstateBalancer, built: &[Listener], parts: &Parts, places: &Places) -> Vec<NetworkId> {
    let targets = built.iter().flat_map(|listener| &listener.targets);
    let known = targets.filter_map(|target| target.endpoint).map(|endpoint| parts.endpoints[endpoint].network);
    let told = balancer.rules.iter().flat_map(|rule| &rule.addresses).filter_map(|(_, network)| network.as_ref());
    let one = known.chain(told.filter_map(|network| places.network(network))).next();
    one.map_or_else(|| places.networks().collect(), |only| vec![only])
}

fn node(
    balancer: &EstateBalancer,
    public: Option<&str>,
    (network, index): (NetworkId, usize),
    estate: &Estate,
    parts: &Parts,
    places: &Places,
) -> Endpoint {
    Endpoint {
        id: parts.balancers[index].id.clone(),
        name: parts.balancers[index].name.clone(),
        aliases: Vec::new(),
        kind: EndpointKind::Balancer { balancer: index },
        network,
        subnet: None,
        owner: or(&balancer.owner, &parts.networks[network].owner),
        places: public.into_iter().flat_map(|name| frontend(estate, name)).collect(),
        inbound: Vec::new(),
        outbound: Vec::new(),
        table: places.plain(network),
        forwards: false,
        ports: Vec::new(),
        tags: BTreeMap::new(),
        origin: balancer.origin.clone(),
    }
}

/// The places of a load balancer by a public address. Inside it has the address under which the platform probes.
fn frontend(estate: &Estate, name: &str) -> Vec<Place> {
    let families = [(Family::V4, "168.63.129.16"), (Family::V6, "fe80::1234:5678:9abc")];
    let place = |(family, inside): (Family, &str)| {
        let public = Some(estate.public_of(name, family)?);
        Some(Place { inside: AddressRange::parse(inside)?, public })
    };
    families.into_iter().filter_map(place).collect()
}

fn listener(rule: &BalancerRule, estate: &Estate, places: &Places) -> Listener {
    let port = |number: i64| u16::try_from(number).unwrap_or(0);
    let (targets, known) = targets(rule, estate, places);
    // Of a range nobody tells which port leads to whom; a rule for every port (number 0) is one too.
    let last = rule.frontend_last.or((rule.frontend_port == 0).then_some(i64::from(u16::MAX)));
    let target = |endpoint| BalancerTarget {
        endpoint: Some(endpoint),
        address: None,
        port: u16::try_from(rule.backend_port).ok(),
        keeps_client: Some(true),
    };
    Listener {
        protocols: match rule.protocol.to_ascii_lowercase().as_str() {
            "tcp" => vec![TCP],
            "udp" => vec![UDP],
            _ => vec![TCP, UDP],
        },
        port: port(rule.frontend_port),
        last: last.map_or_else(|| port(rule.frontend_port), port),
        targets: if last.is_some() { Vec::new() } else { targets.into_iter().map(target).collect() },
        complete: known && last.is_none(),
    }
}

/// Those behind a rule, and whether they are all.
fn targets(rule: &BalancerRule, estate: &Estate, places: &Places) -> (Vec<EndpointId>, bool) {
    let named = rule.targets.iter().map(|name| places.endpoint(name));
    let naming = estate.interfaces.iter().filter(|(_, held)| held.pools.iter().any(|pool| rule.pools.contains(pool)));
    let naming = naming.map(|(id, _)| places.endpoint(id));
    let by_address = rule.addresses.iter().map(|(address, network)| {
        let holds = |held: &super::estate::InterfacePlace| {
            let of = estate.subnets.get(&held.subnet).map(|subnet| &subnet.network);
            held.address == Some(*address) && network.as_ref().is_none_or(|network| of == Some(network))
        };
        let mut found = estate.interfaces.iter().filter(|(_, held)| held.places.iter().any(holds));
        let one = found.next().filter(|_| found.next().is_none())?;
        places.endpoint(one.0)
    });
    let all: Vec<Option<EndpointId>> = named.chain(naming).chain(by_address).collect();
    let known = rule.complete && all.iter().all(Option::is_some);
    let mut all: Vec<EndpointId> = all.into_iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    (all, known)
}
