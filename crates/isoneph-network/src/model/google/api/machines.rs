//! Machines with their interfaces.

use serde_json::Value;

use super::super::estate::{Estate, Interface};
use super::super::outbound::region_of_zone;
use super::{link, own, project};
use crate::model::Problem;
use crate::model::address::{AddressRange, Family};
use crate::model::form::Origin;
use crate::model::json::{flag, is_given, list, tags, text, text_or_empty, texts};

/// The IPv6 addresses of an interface: the one inside, and those that the internet knows as they are.
fn sixes(interface: &Value) -> Vec<AddressRange> {
    let own = text(interface, "ipv6Address").and_then(AddressRange::parse);
    let outside = list(interface, "ipv6AccessConfigs").iter().map(|held| {
        let known = text(held, "externalIpv6").and_then(AddressRange::parse);
        known.unwrap_or_else(|| AddressRange::whole(Family::V6))
    });
    own.into_iter().chain(outside).collect()
}

pub(super) fn instance(estate: &mut Estate, value: &Value, origin: &Origin, problems: &mut Vec<Problem>) {
    let id = own(value);
    let accounts: Vec<String> =
        list(value, "serviceAccounts").iter().filter_map(|held| text(held, "email")).map(ToOwned::to_owned).collect();
    for (index, held) in list(value, "networkInterfaces").iter().enumerate() {
        // One without an address gets one when the machine starts.
        let access = list(held, "accessConfigs");
        let public = access.first().map(|held| text(held, "natIP").and_then(AddressRange::parse));
        let aliases =
            list(held, "aliasIpRanges").iter().filter_map(|held| AddressRange::parse(text(held, "ipCidrRange")?));
        let six = sixes(held);
        let name = if index == 0 { id.clone() } else { format!("{id} nic{index}") };
        let read = Interface {
            name: text_or_empty(value, "name"),
            project: project(value),
            network: link(held, "network"),
            subnet: link(held, "subnetwork"),
            region: region_of_zone(text(value, "zone").unwrap_or_default()),
            address: text(held, "networkIP").and_then(AddressRange::parse),
            more: aliases.chain(six).collect(),
            public,
            tags: value.get("tags").map(|held| texts(held, "items")).unwrap_or_default(),
            accounts: accounts.clone(),
            open_tags: !is_given(value, "tags"),
            open_account: false,
            // Of one that does not show it nobody knows what it passes on.
            forwards: flag(value, "canIpForward") != Some(false),
            template: false,
            aliases: vec![id.clone()],
            labels: tags(value.get("labels")),
            origin: origin.clone(),
        };
        estate.told.settle(&name, &read, origin, problems);
        estate.interfaces.insert(name, read);
    }
}
