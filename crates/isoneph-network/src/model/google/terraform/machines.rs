//! Machines and templates of such, with their interfaces.

use serde_json::Value;

use super::super::estate::{Estate, Interface};
use super::super::outbound::region_of_zone;
use super::super::reading::{Reading, accounts, name, own};
use crate::model::address::{AddressRange, Family};
use crate::model::json::{flag, list, tags, text, text_or_empty, texts};
use crate::model::terraform::Resource;

pub(super) fn machines(estate: &mut Estate, reading: &Reading<'_>) {
    let kinds =
        ["google_compute_instance", "google_compute_instance_template", "google_compute_region_instance_template"];
    for resource in reading.document.of_kind(&kinds) {
        let values = &resource.values;
        let template = resource.kind.ends_with("template");
        for index in 0..list(values, "network_interface").len() {
            let number = index.to_string();
            let empty = Value::Null;
            let held = list(values, "network_interface").get(index).unwrap_or(&empty);
            let subnet = reading
                .at(resource, &["network_interface", &number, "subnetwork"], &["google_compute_subnetwork"])
                .unwrap_or_default();
            let network = match estate.subnets.get(&subnet) {
                Some(subnet) => subnet.network.clone(),
                None => reading.network(resource, &["network_interface", &number, "network"]),
            };
            let access = list(held, "access_config");
            let is_open = |key| reading.document.is_open_list(resource, &["network_interface", &number, key]);
            if ["access_config", "ipv6_access_config"].into_iter().any(is_open) {
                estate.loose.push(format!("the public address of {}", resource.address));
            }
            let public = access.first().map(|held| text(held, "nat_ip").and_then(AddressRange::parse));
            let id = if index == 0 { own(resource) } else { format!("{} nic{index}", own(resource)) };
            estate.interfaces.insert(
                id,
                Interface {
                    name: name(resource),
                    project: text_or_empty(values, "project"),
                    network,
                    subnet,
                    region: region(values),
                    address: text(held, "network_ip").and_then(AddressRange::parse),
                    more: list(held, "alias_ip_range")
                        .iter()
                        .filter_map(|held| AddressRange::parse(text(held, "ip_cidr_range")?))
                        .chain(sixes(held))
                        .collect(),
                    public,
                    tags: texts(values, "tags"),
                    open_tags: reading.document.is_open(resource, &["tags"], values),
                    open_account: has_open_account(reading, resource),
                    accounts: accounts(reading, resource, &["service_account", "0", "email"]).0,
                    forwards: flag(values, "can_ip_forward") == Some(true),
                    template,
                    aliases: vec![resource.address.clone()],
                    labels: tags(values.get("labels")),
                    origin: reading.origin(resource),
                },
            );
        }
    }
}

/// Where the provider takes addresses of IPv6 from that are reached from inside alone.
const INSIDE_SIX: &str = "fd20::/20";

/// The IPv6 addresses of an interface: those that the internet knows as they are, else one that only networks know.
fn sixes(interface: &Value) -> Vec<AddressRange> {
    let outside = list(interface, "ipv6_access_config").iter().map(|held| {
        let known = text(held, "external_ipv6").and_then(AddressRange::parse);
        known.unwrap_or_else(|| AddressRange::whole(Family::V6))
    });
    let mut out: Vec<AddressRange> = outside.collect();
    let own = text(interface, "ipv6_address").and_then(AddressRange::parse);
    let dual = matches!(text(interface, "stack_type"), Some("IPV4_IPV6" | "IPV6_ONLY"));
    out.extend(own.or_else(|| AddressRange::parse(INSIDE_SIX).filter(|_| dual && out.is_empty())));
    out
}

/// Whether a machine has an account of which nothing is known: one that is written, or the one it is given where none is.
fn has_open_account(reading: &Reading<'_>, resource: &Resource) -> bool {
    let written = !list(&resource.values, "service_account").is_empty();
    written && accounts(reading, resource, &["service_account", "0", "email"]).0.is_empty()
}

/// The region of a machine or template, where it is told.
fn region(values: &Value) -> String {
    let of_zone = text(values, "zone").map(region_of_zone);
    of_zone.or_else(|| Some(text(values, "region")?.rsplit('/').next()?.to_owned())).unwrap_or_default()
}
