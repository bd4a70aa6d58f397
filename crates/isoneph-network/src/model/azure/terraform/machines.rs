//! What has network interfaces: machines, scale sets, private endpoints.

use super::{Reading, given, name, subscription};
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Connection, Estate, Interface, InterfacePlace, Machine};
use crate::model::json::{flag, list, tags, text};
use crate::model::terraform::Resource;

pub(super) const SCALE_SETS: [&str; 2] =
    ["azurerm_linux_virtual_machine_scale_set", "azurerm_windows_virtual_machine_scale_set"];

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
        let places = list(values, "ip_configuration")
            .iter()
            .enumerate()
            .map(|(index, held)| {
                let index = index.to_string();
                InterfacePlace {
                    subnet: reading.at(resource, &["ip_configuration", &index, "subnet_id"]).unwrap_or_default(),
                    address: text(held, "private_ip_address").and_then(AddressRange::parse),
                    public: reading.at(resource, &["ip_configuration", &index, "public_ip_address_id"]),
                }
            })
            .collect();
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
    let document = reading.document;
    for resource in document.of_kind(&SCALE_SETS) {
        let path = ["network_interface", "0", "ip_configuration", "0", "subnet_id"];
        let subnet = reading.at(resource, &path).unwrap_or_default();
        let public = resource.values.pointer("/network_interface/0/ip_configuration/0/public_ip_address/0");
        let public = public.map(|_| format!("public address of {}", resource.key()));
        let path = ["network_interface", "0", "ip_configuration", "0", "application_security_group_ids"];
        let groups = document.ids(resource, &path);
        estate.interfaces.insert(
            Reading::own(resource),
            Interface {
                name: name(resource),
                owner: subscription(resource),
                group: given(reading, resource, &["network_interface", "0", "network_security_group_id"]),
                places: vec![InterfacePlace { subnet, public, address: None }],
                open_groups: groups.choice || (groups.open && document.is_written(resource, &path[..1])),
                application_groups: groups
                    .found
                    .iter()
                    .filter(|_| !groups.choice)
                    .map(|id| id.to_lowercase())
                    .collect(),
                template: true,
                aliases: vec![resource.address.clone()],
                tags: tags(resource.values.get("tags")),
                origin: reading.origin(resource),
                ..Interface::default()
            },
        );
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
                places: vec![InterfacePlace { subnet: reading.id(resource, "subnet_id"), ..InterfacePlace::default() }],
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
