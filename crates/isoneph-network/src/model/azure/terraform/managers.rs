//! Network managers and hubs: rules above those of groups, and what joins networks.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Reading, name};
use crate::model::azure::estate::{AdminRule, End, Estate, SecurityRule, is_unclear};
use crate::model::json::{flag, list, number, text, text_or_empty, texts};

/// Rules of a network manager; members of its groups that a policy computes are not known.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut open = false;
    for resource in document.of_kind(&["azurerm_network_manager_static_member"]) {
        let group = reading.id(resource, "network_group_id");
        let network = reading.id(resource, "target_virtual_network_id");
        open |= is_unclear(&group) || is_unclear(&network);
        members.entry(group).or_default().push(network);
    }
    let collections: BTreeMap<String, Vec<String>> = document
        .of_kind(&["azurerm_network_manager_admin_rule_collection"])
        .map(|resource| (Reading::own(resource), reading.ids(resource, &["network_group_ids"])))
        .collect();
    for resource in document.of_kind(&["azurerm_network_manager_admin_rule"]) {
        let values = &resource.values;
        let side = |key: &str, ports: &str| End {
            prefixes: list(values, key)
                .iter()
                .filter_map(|held| text(held, "address_prefix"))
                .map(ToOwned::to_owned)
                .collect(),
            ports: texts(values, ports),
            groups: Vec::new(),
        };
        let any = |mut end: End| {
            if end.prefixes.is_empty() {
                end.prefixes.push("*".into());
            }
            end
        };
        // Of a collection that the input does not show nobody knows whom it holds for.
        let groups = collections.get(&reading.id(resource, "admin_rule_collection_id"));
        let known: Option<Vec<Vec<String>>> =
            groups.and_then(|groups| groups.iter().map(|group| members.get(group).cloned()).collect());
        let known = known.filter(|_| !open && !groups.is_some_and(Vec::is_empty));
        estate.admin.push(AdminRule {
            rule: SecurityRule {
                name: name(resource),
                priority: number(values, "priority").unwrap_or(i64::MAX),
                inbound: text(values, "direction").is_some_and(|word| word.eq_ignore_ascii_case("inbound")),
                allow: false,
                doubt: None,
                protocol: text(values, "protocol").unwrap_or("Any").to_owned(),
                source: any(side("source", "source_port_ranges")),
                destination: any(side("destination", "destination_port_ranges")),
            },
            action: text_or_empty(values, "action"),
            networks: known.map(|held| held.into_iter().flatten().collect()),
        });
    }
}

/// Networks that a network manager joins to others: how, and to which, is not followed.
pub(super) fn joined(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    // Its groups may take in any network, by a policy.
    for resource in document.of_kind(&["azurerm_network_manager_connectivity_configuration"]) {
        // Members may use the gateway of a hub.
        let groups = list(&resource.values, "applies_to_group");
        let by_hub = |group: &Value| flag(group, "use_hub_gateway") != Some(false);
        let by_hub = groups.iter().any(by_hub) || document.is_open_block(resource, "applies_to_group");
        let held = if by_hub { &mut estate.connected } else { &mut estate.meshed };
        held.extend(estate.networks.keys().cloned());
    }
}
