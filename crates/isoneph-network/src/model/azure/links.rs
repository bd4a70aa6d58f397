//! Private endpoints of private link services: what of one network is reached from another without a route.

use super::build::Places;
use super::estate::{Connection, Estate, is_unclear};
use super::template::is_untold;
use crate::model::form::{EndpointKind, Lead, LeadTo, Link, NetworkId, Parts, Platform};

/// Turns the interfaces of private endpoints into links, which open no connections. Of a platform's own resource an endpoint is
/// the last stop.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    let unshown = Connection::default();
    for id in estate.interfaces.keys().filter(|id| estate.is_private_endpoint(id)) {
        let connection = estate.endpoints.get(id).unwrap_or(&unshown);
        let leads = leads(connection, estate, parts, places);
        let Some(endpoint) = places.endpoint(id) else { continue };
        let name = if connection.to.is_empty() { format!("the service of {id}") } else { connection.to.clone() };
        parts.links.push(Link { name, leads });
        parts.endpoints[endpoint].kind = EndpointKind::Link { link: parts.links.len() - 1 };
    }
}

fn leads(connection: &Connection, estate: &Estate, parts: &Parts, places: &Places) -> Vec<Lead> {
    let known = estate.services.get(&connection.to);
    // A template may not tell what it is of.
    let may_be_service =
        |to: &str| to.is_empty() || to.contains("/privatelinkservices/") || is_unclear(to) || is_untold(to);
    if connection.refused || (known.is_none() && !may_be_service(&connection.to)) {
        return Vec::new();
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
    networks.into_iter().map(|to| Lead { to: LeadTo::Network(to), doubt: doubt(), guarded: false }).collect()
}
