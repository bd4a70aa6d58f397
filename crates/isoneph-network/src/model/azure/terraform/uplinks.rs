//! Gateways, the sites that they lead to, the connections between the two, and hubs of a virtual WAN.

use super::{Reading, is_set, name, ranges};
use crate::model::azure::estate::Estate;
use crate::model::azure::uplinks::{Connection, Gateway, Site};
use crate::model::json::{flag, text, texts};
use crate::model::terraform::Resource;

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_virtual_network_gateway"]) {
        let subnets = reading.ids(resource, &["ip_configuration", "0", "subnet_id"]);
        let held = subnets.iter().filter_map(|subnet| estate.subnets.get(subnet)).map(|subnet| subnet.network.clone());
        // It may be that of any network where no subnet for it is shown.
        let network = held.collect::<Vec<_>>().into_iter().next();
        let gateway = Gateway { name: name(resource), network, takes_all: takes_all(reading, resource) };
        estate.uplinks.add(Reading::own(resource), gateway);
    }
    for resource in document.of_kind(&["azurerm_virtual_hub_connection"]) {
        let (networks, _) = document.owners(resource, "remote_virtual_network_id", estate.networks.keys());
        // A hub's route for everything goes to those alone that are told to take it.
        let takes_all = is_set(document, resource, "internet_security_enabled");
        for network in networks {
            let id = format!("{} of {network}", Reading::own(resource));
            estate.uplinks.add(id, Gateway { name: name(resource), network: Some(network), takes_all });
        }
    }
    for resource in document.any_of_kind(&["azurerm_local_network_gateway"]) {
        let prefixes = texts(&resource.values, "address_space");
        let blocks = ranges(&prefixes);
        let open = blocks.len() < prefixes.len() || document.is_unknown(resource, &["address_space"]);
        estate.uplinks.add_site(Reading::own(resource), Site { name: name(resource), blocks, open });
    }
    for resource in document.of_kind(&["azurerm_virtual_network_gateway_connection"]) {
        let is_tunnel = text(&resource.values, "type").is_none_or(|word| word.eq_ignore_ascii_case("IPsec"));
        let connection = Connection {
            name: name(resource),
            gateway: reading.id(resource, "virtual_network_gateway_id"),
            site: is_tunnel.then(|| reading.id(resource, "local_network_gateway_id")),
        };
        estate.uplinks.connections.push(connection);
    }
}

/// Whether a gateway may hand on a route for everything: one of VPN does not, unless it speaks BGP or has a site for it.
fn takes_all(reading: &Reading<'_>, resource: &Resource) -> bool {
    let document = reading.document;
    let vpn = text(&resource.values, "type").is_some_and(|word| word.eq_ignore_ascii_case("Vpn"));
    // The field's name differs between versions of the provider; of two, one may be worked out from the other.
    let told: Vec<bool> = ["bgp_enabled", "enable_bgp"].iter().filter_map(|key| flag(&resource.values, key)).collect();
    let speaks = match told.as_slice() {
        [] => ["bgp_enabled", "enable_bgp"].iter().any(|key| document.is_unknown(resource, &[key])),
        told => told.contains(&true),
    };
    !vpn || speaks || document.is_given(resource, "default_local_network_gateway_id")
}
