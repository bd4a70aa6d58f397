//! Private Service Connect: what of one network is reached from another without a route.

use std::collections::BTreeMap;

use super::estate::{Connected, Estate};
use crate::model::form::{Join, NetworkId, Parts};

/// Joins the networks of endpoints, and those peered with them, to the networks of the attachments that they lead to.
pub(super) fn build(estate: &Estate, parts: &mut Parts, networks: &BTreeMap<&str, NetworkId>) {
    for connected in &estate.connected {
        let from: Vec<NetworkId> = users(estate, connected, networks);
        let to: Vec<NetworkId> = match estate.attachments.get(&connected.to) {
            Some(subnets) if !subnets.is_empty() => {
                let of = subnets.iter().filter_map(|subnet| estate.subnets.get(subnet));
                of.filter_map(|subnet| networks.get(subnet.network.as_str())).copied().collect()
            }
            // Where it stands nobody shows.
            _ => networks.values().copied().collect(),
        };
        parts.joins.push(Join { name: connected.name.clone(), from, to });
    }
}

/// Whose members may use an endpoint: those of its network, and of networks peered with that.
fn users(estate: &Estate, connected: &Connected, networks: &BTreeMap<&str, NetworkId>) -> Vec<NetworkId> {
    if connected.network.is_empty() {
        return networks.values().copied().collect();
    }
    let peered = estate.peerings.iter().filter(|peering| peering.to == connected.network && peering.active);
    let names = peered.map(|peering| peering.from.as_str()).chain([connected.network.as_str()]);
    names.filter_map(|name| networks.get(name)).copied().collect()
}
