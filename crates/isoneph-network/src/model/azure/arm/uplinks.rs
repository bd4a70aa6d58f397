//! Gateways, the sites that they lead to, and the connections between the two.

use serde_json::Value;

use super::super::estate::Estate;
use super::super::uplinks::{Connection, Gateway, Site};
use super::{parent, properties, read_ranges, reference};
use crate::model::json::{flag, is_given, list, text, texts};

/// A gateway. One of VPN takes routes that are written alone, unless it speaks BGP or has a site for everything.
pub(super) fn gateway(estate: &mut Estate, own: String, name: String, held: &Value) {
    let subnets = list(held, "ipConfigurations").iter().filter_map(|held| reference(properties(held), "subnet"));
    let mut networks: Vec<Option<String>> = subnets.map(|subnet| network_of(&subnet)).collect();
    networks.dedup();
    let vpn = text(held, "gatewayType").is_some_and(|word| word.eq_ignore_ascii_case("Vpn"));
    let quiet = flag(held, "enableBgp") == Some(false);
    let takes_all = !vpn || !quiet || is_given(held, "gatewayDefaultSite");
    let network = networks.into_iter().next().flatten();
    estate.uplinks.add(own, Gateway { name, network, takes_all });
}

/// The network of a subnet; nothing where a template does not tell which it is.
fn network_of(subnet: &str) -> Option<String> {
    let network = parent(subnet);
    network.contains("/virtualnetworks/").then_some(network)
}

/// The gateways that stand in a subnet: the configurations in it name them.
pub(super) fn standing(subnet: &Value) -> Vec<String> {
    let named = list(subnet, "ipConfigurations").iter().filter_map(|held| text(held, "id"));
    let mut out: Vec<String> = named.map(|id| parent(&id.to_lowercase())).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// A site: a local network gateway.
pub(super) fn site(estate: &mut Estate, own: String, name: String, held: &Value) {
    let space = held.get("localNetworkAddressSpace");
    let prefixes = space.map(|space| texts(space, "addressPrefixes")).unwrap_or_default();
    let blocks = read_ranges(&prefixes);
    let open = space.is_none() || blocks.len() < prefixes.len();
    estate.uplinks.add_site(own, Site { name, blocks, open });
}

/// A connection of a gateway: to a site, to another gateway or to a circuit.
pub(super) fn connection(estate: &mut Estate, name: String, held: &Value) {
    let gateway = reference(held, "virtualNetworkGateway1").unwrap_or_default();
    let is_tunnel = text(held, "connectionType").is_none_or(|word| word.eq_ignore_ascii_case("IPsec"));
    let site = is_tunnel.then(|| reference(held, "localNetworkGateway2").unwrap_or_default());
    estate.uplinks.connections.push(Connection { name, gateway, site });
}
