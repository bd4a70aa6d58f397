//! What has network interfaces: machines, scale sets, private endpoints.

use serde_json::Value;

use super::{Reading, candidates, given, name, subscription};
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Connection, Estate, Interface, InterfacePlace, Machine};
use crate::model::json::{flag, list, tags, text, texts};
use crate::model::terraform::{Ids, Resource};

pub(super) const SCALE_SETS: [&str; 3] = [
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
];

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    interfaces(estate, reading);
    groups_of_interfaces(estate, reading);
    for resource in reading.document.of_kind(&[
        "azurerm_linux_virtual_machine",
        "azurerm_windows_virtual_machine",
        "azurerm_virtual_machine",
    ]) {
        estate.machines.insert(
            Reading::own(resource),
            Machine {
                name: name(resource),
                interfaces: reading.ids(resource, &["network_interface_ids"]),
                tags: tags(resource.values.get("tags")),
            },
        );
    }
    scale_sets(estate, reading);
    private_links(estate, reading);
}

fn interfaces(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_network_interface"]) {
        let values = &resource.values;
        let (mut places, mut candidates) = (Vec::new(), Vec::new());
        for (index, held) in list(values, "ip_configuration").iter().enumerate() {
            let index = index.to_string();
            let address = text(held, "private_ip_address").and_then(AddressRange::parse);
            let path = ["ip_configuration", index.as_str(), "subnet_id"];
            let (subnet, several) = candidates::subnet(estate, reading, resource, &path, address);
            candidates.push(several);
            let public = reading.at(resource, &["ip_configuration", &index, "public_ip_address_id"]);
            places.push(InterfacePlace { subnet, address, public });
        }
        let candidates = candidates::in_common(&mut places, candidates);
        for index in 0..list(values, "ip_configuration").len() {
            let ids = document.ids(resource, &["ip_configuration", &index.to_string(), "public_ip_address_id"]);
            if ids.open && ids.found.is_empty() {
                estate.loose.push(format!("the public address of {}", resource.address));
            }
        }
        let forwards =
            flag(values, "enable_ip_forwarding").or_else(|| flag(values, "ip_forwarding_enabled")) == Some(true);
        estate.interfaces.insert(
            Reading::own(resource),
            Interface {
                name: name(resource),
                owner: subscription(resource),
                forwards,
                places,
                candidates,
                aliases: vec![resource.address.clone()],
                tags: tags(values.get("tags")),
                origin: reading.origin(resource),
                ..Interface::default()
            },
        );
    }
}

fn groups_of_interfaces(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_network_interface_security_group_association"]) {
        let group = reading.at(resource, &["network_security_group_id"]);
        let group = Some(group.unwrap_or_else(|| format!("that of {}", resource.address)));
        let (owners, doubt) = document.owners(resource, "network_interface_id", estate.interfaces.keys());
        for id in owners {
            let Some(interface) = estate.interfaces.get_mut(&id.to_lowercase()) else { continue };
            if doubt.is_none() {
                interface.group.clone_from(&group);
            } else if interface.group.is_none() {
                interface.group.clone_from(&doubt);
            }
        }
    }
    for resource in document.of_kind(&["azurerm_network_interface_application_security_group_association"]) {
        let (owners, doubt) = document.owners(resource, "network_interface_id", estate.interfaces.keys());
        let group = document.ids(resource, &["application_security_group_id"]);
        let sure = doubt.is_none() && !group.open && !group.choice;
        for id in owners {
            let Some(interface) = estate.interfaces.get_mut(&id.to_lowercase()) else { continue };
            interface.open_groups |= !sure;
            interface.application_groups.extend(group.found.iter().filter(|_| sure).map(|id| id.to_lowercase()));
        }
    }
}

fn scale_sets(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&SCALE_SETS) {
        let written = list(&resource.values, "network_interface").len();
        for at in 0..written.max(1) {
            let interface = scaled(estate, reading, resource, at);
            estate.interfaces.insert(scaled_id(resource, at), interface);
        }
    }
}

/// The identifier of one interface of each machine of a scale set.
pub(super) fn scaled_id(resource: &Resource, at: usize) -> String {
    let own = Reading::own(resource);
    if at == 0 { own } else { format!("{own} interface {at}") }
}

fn scaled(estate: &Estate, reading: &Reading<'_>, resource: &Resource, at: usize) -> Interface {
    let (document, number) = (reading.document, at.to_string());
    let empty = Value::Null;
    let one = list(&resource.values, "network_interface").get(at).unwrap_or(&empty);
    let configurations = list(one, "ip_configuration");
    let path = |place: &str, key: &str| -> Vec<String> {
        ["network_interface", &number, "ip_configuration", place, key].map(ToOwned::to_owned).into()
    };
    let (mut places, mut several, mut groups) = (Vec::new(), Vec::new(), Ids::default());
    for place in (0..configurations.len().max(1)).map(|place| place.to_string()) {
        let of = |key: &str| path(&place, key);
        let [subnet, within] = ["subnet_id", "application_security_group_ids"].map(of);
        let [subnet, within] = [&subnet, &within].map(|path| path.iter().map(String::as_str).collect::<Vec<_>>());
        let given = |held: &Value| !list(held, "public_ip_address").is_empty();
        let public = configurations.get(places.len()).is_some_and(given);
        let public = public.then(|| format!("public address of {}", resource.key()));
        let (subnet, all) = candidates::subnet(estate, reading, resource, &subnet, None);
        several.push(all);
        places.push(InterfacePlace { subnet, public, address: None });
        let more = document.ids(resource, &within);
        groups.choice |= more.choice;
        groups.open |= more.open && document.is_written(resource, &within[..1]);
        groups.found.extend(more.found.iter().map(|id| id.to_lowercase()));
    }
    let forwards = ["enable_ip_forwarding", "ip_forwarding_enabled"].iter().any(|key| flag(one, key) == Some(true));
    Interface {
        name: name(resource),
        owner: subscription(resource),
        group: given(reading, resource, &["network_interface", &number, "network_security_group_id"]),
        candidates: candidates::in_common(&mut places, several),
        places,
        open_groups: groups.choice || groups.open,
        application_groups: if groups.choice { Vec::new() } else { groups.found },
        forwards,
        template: true,
        // Those that a flexible set makes have the ways out that somebody gives them, and no other.
        unlent: resource.kind.contains("orchestrated"),
        aliases: vec![resource.address.clone()],
        tags: tags(resource.values.get("tags")),
        origin: reading.origin(resource),
        ..Interface::default()
    }
}

fn private_links(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_private_link_service"]) {
        let configurations = list(&resource.values, "nat_ip_configuration").len().max(1);
        let subnets = (0..configurations)
            .flat_map(|at| reading.ids(resource, &["nat_ip_configuration", &at.to_string(), "subnet_id"]));
        let subnets = subnets.collect();
        estate.services.insert(Reading::own(resource), subnets);
    }
    for resource in document.of_kind(&["azurerm_private_endpoint"]) {
        estate.endpoints.insert(Reading::own(resource), connection(reading, resource));
        estate.interfaces.insert(
            Reading::own(resource),
            Interface {
                name: name(resource),
                owner: subscription(resource),
                places: of_endpoint(estate, reading, resource),
                template: true,
                private_endpoint: true,
                aliases: vec![resource.address.clone()],
                tags: tags(resource.values.get("tags")),
                origin: reading.origin(resource),
                ..Interface::default()
            },
        );
    }
}

/// Where a private endpoint stands: at the addresses that are written for it, or that it was given; else anywhere in its subnet.
fn of_endpoint(estate: &Estate, reading: &Reading<'_>, resource: &Resource) -> Vec<InterfacePlace> {
    let place = |address| {
        let (subnet, _) = candidates::subnet(estate, reading, resource, &["subnet_id"], address);
        InterfacePlace { subnet, address, ..InterfacePlace::default() }
    };
    let written = list(&resource.values, "ip_configuration").iter().map(|held| text(held, "private_ip_address"));
    let written: Vec<Option<&str>> = written.collect();
    // A state tells which names lead to which of its addresses.
    let given: Vec<String> =
        list(&resource.values, "custom_dns_configs").iter().flat_map(|held| texts(held, "ip_addresses")).collect();
    let told = if written.is_empty() { given.iter().map(|held| Some(held.as_str())).collect() } else { written };
    let mut known: Vec<AddressRange> = told.iter().filter_map(|held| AddressRange::parse((*held)?)).collect();
    known.sort_unstable();
    known.dedup();
    match known.is_empty() || told.contains(&None) {
        true => vec![place(None)],
        false => known.into_iter().map(|address| place(Some(address))).collect(),
    }
}

/// What a private endpoint is of; nothing where the plan does not show it.
fn connection(reading: &Reading<'_>, resource: &Resource) -> Connection {
    let path = |key: &'static str| ["private_service_connection", "0", key];
    let by_alias = list(&resource.values, "private_service_connection")
        .first()
        .and_then(|held| text(held, "private_connection_resource_alias"));
    let named = reading.document.ids(resource, &path("private_connection_resource_id"));
    let to = named.found.first().filter(|_| !named.choice && by_alias.is_none());
    Connection { to: to.map(|id| id.to_lowercase()).unwrap_or_default(), refused: false }
}
