//! Private endpoints of private link services: what of one network is reached from another without a route.

use super::build::Places;
use super::estate::{Connection, Estate};
use crate::model::form::{EndpointKind, Lead, LeadTo, Link, NetworkId, Parts, Platform};

/// Turns the interfaces of such endpoints into links. Of a platform's own resource an endpoint is its last stop.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, connection) in &estate.endpoints {
        let Some(leads) = leads(connection, estate, parts, places) else { continue };
        let Some(endpoint) = places.endpoint(id) else { continue };
        let name = if connection.to.is_empty() { format!("the service of {id}") } else { connection.to.clone() };
        parts.links.push(Link { name, leads });
        parts.endpoints[endpoint].kind = EndpointKind::Link { link: parts.links.len() - 1 };
    }
}

fn leads(connection: &Connection, estate: &Estate, parts: &Parts, places: &Places) -> Option<Vec<Lead>> {
    let known = estate.services.get(&connection.to);
    if known.is_none() && !connection.to.is_empty() && !connection.to.contains("/privatelinkservices/") {
        return None;
    }
    if connection.refused {
        return Some(Vec::new());
    }
    let name = if connection.to.is_empty() { "the service of a private endpoint" } else { connection.to.as_str() };
    let subnets = known.into_iter().flatten().map(|subnet| places.subnet(subnet));
    let shown: Option<Vec<usize>> = subnets.collect();
    let networks: Vec<NetworkId> = match shown.filter(|held| !held.is_empty()) {
        Some(held) => held.into_iter().map(|subnet| parts.subnets[subnet].network).collect(),
        // Where it stands nobody shows.
        None => (0..parts.networks.len()).filter(|id| parts.networks[*id].platform == Platform::Azure).collect(),
    };
    let doubt = || Some(format!("what is behind {name}"));
    Some(networks.into_iter().map(|to| Lead { to: LeadTo::Network(to), doubt: doubt(), guarded: false }).collect())
}
