//! Peerings of networks.

use serde_json::Value;

use super::super::estate::{Estate, Peering};
use super::super::template::is_untold;
use super::{is_untold_at, may_be, properties, reference};
use crate::model::Problem;
use crate::model::form::Origin;
use crate::model::json::{flag, is_listed, list, text, text_or_empty, texts};

/// The peerings of a network, as far as they are shown.
pub(super) fn peerings(estate: &mut Estate, held: &Value, own: &str, origin: &Origin, problems: &mut Vec<Problem>) {
    if !is_listed(held, "virtualNetworkPeerings") {
        estate.unpeered.insert(own.to_owned());
        return;
    }
    let read: Vec<Peering> = list(held, "virtualNetworkPeerings").iter().map(|held| peering(held, own)).collect();
    // By itself a peering is answered with as well.
    for held in &read {
        estate.told.settle(
            &format!("{own}/virtualnetworkpeerings/{}", held.name.to_lowercase()),
            held,
            origin,
            problems,
        );
    }
    let names: Vec<&str> = read.iter().map(|held| held.name.as_str()).collect();
    estate.told.settle(own, &serde_json::json!({ "peerings": names }), origin, problems);
    estate.peerings.extend(read);
}

pub(super) fn peering(value: &Value, from: &str) -> Peering {
    let of = properties(value);
    // Of one whose state is not shown nobody knows whether it joins the two.
    let part = flag(of, "peerCompleteVnets") == Some(false);
    let named = || Some((list_of_names(of, "localSubnetNames")?, list_of_names(of, "remoteSubnetNames")?));
    let subnets = if part { named() } else { None };
    let untold = is_untold_at(of, "allowVirtualNetworkAccess") || is_untold_at(of, "peerCompleteVnets");
    // One that has not heard of the other's newer blocks has no routes to them.
    let behind = text(of, "peeringSyncLevel").is_some_and(|word| word != "FullyInSync");
    let known = text(of, "peeringState").is_some() && !untold && !behind && part == subnets.is_some();
    Peering {
        name: text_or_empty(value, "name"),
        from: from.to_owned(),
        to: reference(of, "remoteVirtualNetwork").filter(|_| known).unwrap_or_default(),
        access: flag(of, "allowVirtualNetworkAccess").unwrap_or(true),
        connected: text(of, "peeringState").is_none_or(|state| state == "Connected"),
        remote_gateways: may_be(of, "useRemoteGateways"),
        subnets,
    }
}

/// Names, where they are shown.
fn list_of_names(value: &Value, key: &str) -> Option<Vec<String>> {
    Some(texts(value, key)).filter(|names| !names.is_empty() && !names.iter().any(|name| is_untold(name)))
}
