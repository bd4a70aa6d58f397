//! Routes of networks, and what brings in others that no plan shows.

use super::super::estate::{Estate, NextHop, Route};
use super::super::reading::{Reading, name, own};
use crate::model::address::{AddressRange, Family};
use crate::model::json::{flag, number, text, texts};

pub(super) fn routes(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["google_compute_route"]) {
        let values = &resource.values;
        let next = if text(values, "next_hop_gateway").is_some() {
            NextHop::Internet
        } else if let Some(instance) = reading.at(resource, &["next_hop_instance"], &["google_compute_instance"]) {
            NextHop::Instance(instance)
        } else if let Some(address) = text(values, "next_hop_ip").and_then(AddressRange::parse) {
            NextHop::Address(address)
        } else {
            NextHop::Unknown
        };
        let Some(network) = reading.known_network(resource, &["network"]) else {
            for network in estate.networks.keys().cloned().collect::<Vec<_>>() {
                let what = format!("{} of {network}", resource.address);
                estate.routes.insert(what, Route::unseen(network, &resource.address));
            }
            continue;
        };
        estate.routes.insert(
            own(resource),
            Route {
                name: name(resource),
                network,
                range: text(values, "dest_range").and_then(AddressRange::parse),
                priority: number(values, "priority").unwrap_or(1000),
                tags: texts(values, "tags"),
                next,
            },
        );
    }
    for resource in reading.document.of_kind(&["google_network_connectivity_policy_based_route"]) {
        let network = reading.known_network(resource, &["network"]).unwrap_or_default();
        estate.steered.push((network, resource.address.clone()));
    }
    for (network, name) in beyond(reading) {
        estate.routes.insert(format!("routes of {name}"), Route::unseen(network, &name));
    }
    // Every network is made with a way to the internet, unless told to delete it.
    for resource in reading.document.any_of_kind(&["google_compute_network"]) {
        let network = own(resource);
        if estate.networks.get(&network).is_some_and(|held| held.looked_up) {
            let what = format!("the routes of {network} that are not shown");
            estate.routes.insert(what.clone(), Route::unseen(network, &what));
            continue;
        }
        let kept = flag(&resource.values, "delete_default_routes_on_create") != Some(true);
        // That of IPv6 comes with the first subnet that has public addresses of it.
        let six = outside_six(reading, &network);
        let families = [kept.then_some(Family::V4), six.then_some(Family::V6)];
        for range in families.into_iter().flatten().map(AddressRange::whole) {
            let route = Route {
                name: "default route".into(),
                network: network.clone(),
                range: Some(range),
                priority: 1000,
                tags: Vec::new(),
                next: NextHop::Internet,
            };
            estate.routes.insert(format!("default route {range} of {network}"), route);
        }
    }
}

/// Whether a subnet of a network has addresses of IPv6 that the internet knows.
fn outside_six(reading: &Reading<'_>, network: &str) -> bool {
    let mut subnets = reading.document.any_of_kind(&["google_compute_subnetwork"]);
    subnets.any(|held| {
        text(&held.values, "ipv6_access_type") == Some("EXTERNAL") && reading.network(held, &["network"]) == network
    })
}

/// The networks that VPN gateways, interconnects and hubs join to others, each with what does: the routes that come that way
/// no plan shows.
fn beyond(reading: &Reading<'_>) -> Vec<(String, String)> {
    let document = reading.document;
    let gateways = ["google_compute_ha_vpn_gateway", "google_compute_vpn_gateway"];
    let direct = document.of_kind(&gateways).map(|held| (reading.network(held, &["network"]), held));
    let routers = ["google_compute_interconnect_attachment", "google_compute_router_peer", "google_compute_vpn_tunnel"];
    let by_router = document.of_kind(&routers).filter_map(|held| {
        let name = reading.at(held, &["router"], &["google_compute_router"])?;
        let router = document.of_kind(&["google_compute_router"]).find(|router| own(router) == name)?;
        Some((reading.network(router, &["network"]), held))
    });
    let spokes = document.of_kind(&["google_network_connectivity_spoke"]);
    let spokes = spokes.map(|held| (reading.network(held, &["linked_vpc_network", "0", "uri"]), held));
    let all = direct.chain(by_router).chain(spokes).filter(|(network, _)| !network.is_empty());
    all.map(|(network, held)| (network, held.address.clone())).collect()
}
