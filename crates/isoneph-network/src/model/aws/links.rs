//! Interface endpoints of services that are somebody's own, and what VPC Lattice joins.
//!
//! A client sends to the endpoint's interface in its own network; the platform hands the packet to the provider's network
//! load balancer, whose targets see the balancer's address. Nothing goes the other way but answers.

use super::build::Places;
use super::estate::{EndpointService, Estate, VpcEndpoint};
use crate::model::form::{EndpointKind, Join, Lead, LeadTo, Link, NetworkId, Parts};

/// Turns interfaces of such endpoints into links.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, endpoint) in &estate.endpoints {
        let Some(leads) = leads(id, endpoint, estate, parts, places) else { continue };
        let own: Vec<usize> = endpoint.interfaces.iter().filter_map(|name| places.endpoint(name)).collect();
        if own.is_empty() {
            continue;
        }
        let name = if endpoint.service.is_empty() { format!("the service of {id}") } else { endpoint.service.clone() };
        parts.links.push(Link { name, leads });
        for interface in own {
            parts.endpoints[interface].kind = EndpointKind::Link { link: parts.links.len() - 1 };
        }
    }
    for lattice in &estate.lattices {
        let networks = |names: &[String]| -> Vec<NetworkId> {
            names.iter().filter_map(|name| places.networks.get(name)).copied().collect()
        };
        let (from, to) = (networks(&lattice.from), networks(&lattice.to));
        if !from.is_empty() && !to.is_empty() {
            parts.joins.push(Join { name: lattice.name.clone(), from, to });
        }
    }
}

/// Where an endpoint leads; `None` for one that is of the platform's own services, or of no such kind.
fn leads(id: &str, endpoint: &VpcEndpoint, estate: &Estate, parts: &Parts, places: &Places) -> Option<Vec<Lead>> {
    match endpoint.kind.as_str() {
        "Interface" => {}
        "Resource" | "ServiceNetwork" => return Some(of_lattice(endpoint, estate, parts, places)),
        _ => return None,
    }
    if endpoint.accepted == Some(false) {
        return Some(Vec::new());
    }
    let named =
        |(key, held): &(&String, &EndpointService)| **key == endpoint.service || held.names.contains(&endpoint.service);
    if let Some((key, service)) = estate.services.iter().find(named) {
        let asked = service.asks != Some(false) && endpoint.accepted != Some(true);
        let doubt = asked.then(|| format!("whether the owner of {key} accepts {id}"));
        return Some(of_service(key, service, doubt.as_deref(), estate, parts));
    }
    if !endpoint.unclear && !endpoint.service.contains("vpce-svc-") && !endpoint.service.is_empty() {
        return None;
    }
    // Which service it is nobody shows: it may be one of those whose names are not known, or lead to a balancer whose
    // owner's services are not listed.
    let mut out = Vec::new();
    for (key, service) in estate.services.iter().filter(|(_, held)| held.names.is_empty()) {
        let doubt = format!("whether {id} is of {key}");
        out.extend(of_service(key, service, Some(&doubt), estate, parts));
    }
    for (name, balancer) in estate.balancers.iter().filter(|(_, held)| held.kind == "network") {
        if !estate.listed.contains(&(balancer.folder.clone(), "ServiceConfigurations")) {
            let doubt = format!("whether {id} leads to {}", balancer.name);
            out.extend(to_balancer(name, Some(&doubt), estate, parts));
        }
    }
    Some(out)
}

fn of_service(key: &str, service: &EndpointService, doubt: Option<&str>, estate: &Estate, parts: &Parts) -> Vec<Lead> {
    let named = service.balancers.iter().flat_map(|balancer| to_balancer(balancer, doubt, estate, parts));
    let mut out: Vec<Lead> = named.collect();
    if service.open || out.is_empty() {
        out.extend(anywhere(parts, &format!("where {key} leads")));
    }
    out
}

/// The nodes of a balancer; somebody anywhere where those are not shown.
fn to_balancer(name: &str, doubt: Option<&str>, estate: &Estate, parts: &Parts) -> Vec<Lead> {
    let guarded = !estate.balancers.get(name).is_some_and(|held| held.unguarded);
    let is_own = |kind: &EndpointKind| matches!(kind, EndpointKind::Balancer { balancer } if parts.balancers[*balancer].id == name);
    let nodes = parts.endpoints.iter().enumerate().filter(|(_, held)| is_own(&held.kind));
    let leads: Vec<Lead> =
        nodes.map(|(node, _)| Lead { to: LeadTo::Node(node), doubt: doubt.map(ToOwned::to_owned), guarded }).collect();
    if leads.is_empty() { anywhere(parts, &format!("where {name} stands")) } else { leads }
}

fn anywhere(parts: &Parts, doubt: &str) -> Vec<Lead> {
    let lead = |network| Lead { to: LeadTo::Network(network), doubt: Some(doubt.to_owned()), guarded: false };
    (0..parts.networks.len()).map(lead).collect()
}

/// Endpoints of service networks and of single resources.
fn of_lattice(endpoint: &VpcEndpoint, estate: &Estate, parts: &Parts, places: &Places) -> Vec<Lead> {
    let doubt = format!("what {} leads to", endpoint.service);
    let Some(lattice) = estate.lattices.iter().find(|held| held.names.contains(&endpoint.service)) else {
        return anywhere(parts, &doubt);
    };
    let networks = lattice.to.iter().filter_map(|name| places.networks.get(name));
    networks.map(|network| Lead { to: LeadTo::Network(*network), doubt: Some(doubt.clone()), guarded: false }).collect()
}
