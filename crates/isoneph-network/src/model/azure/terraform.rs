//! Terraform resources of the azurerm provider.

mod balancers;
mod candidates;
mod firewalls;
mod machines;
mod managers;
mod rules;
mod unread;
mod uplinks;

use std::collections::BTreeMap;

use serde_json::Value;

use super::arm::{covers_groups, covers_routes, is_of_gateways, parent};
use super::estate::{Estate, InterfacePlace, NatGateway, Peering, PublicAddress, Route, Subnet, Table, VirtualNetwork};
use crate::model::address::{AddressRange, Family};
use crate::model::form::Origin;
use crate::model::json::{flag, list, tags, text, text_or_empty, texts};
use crate::model::terraform::{Document, Resource};
use crate::model::{NOT_SHOWN, Unsupported};

const OPEN: [&str; 9] = [
    "azurerm_firewall",
    "azurerm_virtual_wan",
    "azurerm_virtual_hub",
    "azurerm_application_gateway",
    "azurerm_bastion_host",
    "azurerm_vpn_",
    "azurerm_express_route",
    "azurerm_private_link_service",
    "azurerm_frontdoor",
];

/// Whether a document holds resources of this provider.
pub(crate) fn recognises(document: &Document) -> bool {
    document
        .resources
        .iter()
        .any(|resource| ["azurerm_", "azapi_"].iter().any(|start| resource.kind.starts_with(start)))
}

struct Reading<'a> {
    document: &'a Document,
    source: usize,
}

impl Reading<'_> {
    fn origin(&self, resource: &Resource) -> Origin {
        Origin { source: self.source, locator: resource.pointer.clone() }
    }
    fn at(&self, resource: &Resource, path: &[&str]) -> Option<String> {
        self.document.id(resource, path).map(|id| id.to_lowercase())
    }
    fn id(&self, resource: &Resource, key: &str) -> String {
        self.at(resource, &[key]).unwrap_or_default()
    }
    fn ids(&self, resource: &Resource, path: &[&str]) -> Vec<String> {
        self.document.ids(resource, path).found.into_iter().map(|id| id.to_lowercase()).collect()
    }
    fn own(resource: &Resource) -> String {
        resource.identity().to_lowercase()
    }
}

/// Resources that others name by name: names are told apart by resource groups, as far as those are known.
#[derive(Default)]
struct Names(BTreeMap<String, Vec<(String, String)>>);

impl Names {
    fn add(&mut self, resource: &Resource) {
        let group = text_or_empty(&resource.values, "resource_group_name").to_lowercase();
        self.0.entry(name(resource).to_lowercase()).or_default().push((group, Reading::own(resource)));
    }

    /// The identifier of what a field names; a name that several have and nothing tells apart is the name of nothing.
    fn find(&self, reading: &Reading<'_>, resource: &Resource, key: &str) -> String {
        // Its own identifier, where it has one, begins with that of what it is a part of.
        let above = text(&resource.values, "id").map(|id| parent(&id.to_lowercase()));
        if let Some(above) = above.filter(|above| self.0.values().flatten().any(|(_, held)| held == above)) {
            return above;
        }
        let referred = reading.document.referred(resource, &[key]);
        let own = |id: &String| self.0.values().flatten().any(|(_, held)| *held == id.to_lowercase());
        if let [only] = referred.found.as_slice()
            && !referred.choice
            && own(only)
        {
            return only.to_lowercase();
        }
        let held = reading.id(resource, key);
        let of_name = self.0.get(&held).map_or(&[][..], Vec::as_slice);
        let group = text_or_empty(&resource.values, "resource_group_name").to_lowercase();
        let here: Vec<&String> = of_name.iter().filter(|(of, _)| *of == group).map(|(_, id)| id).collect();
        match (here.as_slice(), of_name) {
            ([only], _) => (*only).clone(),
            ([], [(_, only)]) => only.clone(),
            _ => held,
        }
    }
}

impl Names {
    /// Whether a field that names nothing of the document may name something of it all the same.
    fn is_unclear(&self, reading: &Reading<'_>, resource: &Resource, key: &str) -> bool {
        let ids = reading.document.ids(resource, &[key]);
        ids.open || ids.choice || self.0.contains_key(&reading.id(resource, key))
    }
}

/// Takes an object. What is only looked up says less than what another document makes.
fn take<T>(all: &mut BTreeMap<String, T>, resource: &Resource, held: T) {
    if resource.is_managed() {
        all.insert(Reading::own(resource), held);
    } else {
        all.entry(Reading::own(resource)).or_insert(held);
    }
}

/// What a field names: where it is given and nothing shows what it is, something of which nothing is known.
fn given(reading: &Reading<'_>, resource: &Resource, path: &[&str]) -> Option<String> {
    let held = reading.document.ids(resource, path);
    let unknown = held.open && reading.document.is_written(resource, path);
    reading.at(resource, path).or_else(|| unknown.then(|| format!("that of {}", resource.address)))
}

/// Subnets that are written within their network, where their identifiers are known.
fn inline_subnets(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource) {
    for held in list(&resource.values, "subnet") {
        let Some(id) = text(held, "id") else { continue };
        let mut prefixes = texts(held, "address_prefixes");
        prefixes.extend(text(held, "address_prefix").map(ToOwned::to_owned));
        let subnet = Subnet {
            name: text_or_empty(held, "name"),
            network: Reading::own(resource),
            ranges: ranges(&prefixes),
            group: text(held, "security_group").map(str::to_lowercase),
            table: text(held, "route_table_id").map(str::to_lowercase),
            services: texts(held, "service_endpoints"),
            origin: reading.origin(resource),
            ..Subnet::default()
        };
        estate.subnets.entry(id.to_lowercase()).or_insert(subnet);
    }
}

fn name(resource: &Resource) -> String {
    text(&resource.values, "name").unwrap_or(&resource.address).to_owned()
}

/// Whether a flag is set, or may be.
fn is_set(document: &Document, resource: &Resource, key: &str) -> bool {
    flag(&resource.values, key).unwrap_or_else(|| document.is_unknown(resource, &[key]))
}

/// The subscription in an identifier, where it is known.
fn subscription(resource: &Resource) -> String {
    let id = text(&resource.values, "id").unwrap_or_default();
    id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions")).nth(1).unwrap_or_default().to_owned()
}

fn ranges(texts: &[String]) -> Vec<AddressRange> {
    texts.iter().filter_map(|text| AddressRange::parse(text)).collect()
}

/// Takes a document into the estate.
pub(crate) fn read(estate: &mut Estate, document: &Document, source: usize, unsupported: &mut Vec<Unsupported>) {
    let reading = Reading { document, source };
    for resource in document.resources.iter().filter(|held| OPEN.iter().any(|open| held.kind.starts_with(open))) {
        let effect = if resource.kind.starts_with("azurerm_firewall") {
            "what its rules may let through is undecided where a route leads there"
        } else {
            "not modelled: undecided where a route leads there"
        };
        unsupported.push(Unsupported::new(source, resource.address.clone(), &resource.kind, effect));
        estate.entries.push(resource.address.clone());
    }
    networks(estate, &reading);
    rules::groups(estate, &reading);
    firewalls::read(estate, &reading);
    routes(estate, &reading);
    machines::read(estate, &reading);
    balancers::read(estate, &reading);
    managers::read(estate, &reading);
    unsupported.extend(unread::read(estate, &reading));
    candidates::spread(estate);
    unsupported.extend(unseen(estate, source));
}

/// Interfaces of whose subnets nothing is shown: they stand in networks of which nothing is said.
fn unseen(estate: &Estate, source: usize) -> Vec<Unsupported> {
    let shown = |place: &InterfacePlace| {
        let subnet = estate.subnets.get(&place.subnet);
        subnet.is_some_and(|subnet| estate.networks.contains_key(&subnet.network))
    };
    let own = estate.interfaces.values().filter(|held| held.origin.source == source);
    own.filter(|held| !held.places.iter().any(shown))
        .map(|held| {
            let locator = held.aliases.first().unwrap_or(&held.name).clone();
            let effect = &format!("its subnet or network {NOT_SHOWN}");
            Unsupported::new(source, locator, "network interface", effect)
        })
        .collect()
}

fn networks(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    // Subnets and peerings name their network by name, not by identifier.
    let mut names = Names::default();
    for resource in document.any_of_kind(&["azurerm_virtual_network"]) {
        names.add(resource);
        let values = &resource.values;
        let network = VirtualNetwork {
            name: name(resource),
            owner: subscription(resource),
            region: text_or_empty(values, "location"),
            ranges: ranges(&texts(values, "address_space")),
            looked_up: !resource.is_managed(),
            tags: tags(values.get("tags")),
            origin: reading.origin(resource),
        };
        inline_subnets(estate, reading, resource);
        take(&mut estate.networks, resource, network);
    }
    subnets(estate, reading, &names);
    associations(estate, reading);
    peerings(estate, reading, &names);
    uplinks::read(estate, reading);
    managers::joined(estate, reading);
    public_addresses(estate, reading);
}

/// The field by which a part names its network.
const NETWORK: &str = "virtual_network_name";

fn subnets(estate: &mut Estate, reading: &Reading<'_>, names: &Names) {
    for resource in reading.document.any_of_kind(&["azurerm_subnet"]) {
        let values = &resource.values;
        let mut prefixes = texts(values, "address_prefixes");
        prefixes.extend(text(values, "address_prefix").map(ToOwned::to_owned));
        // What is looked up names its group and table itself.
        let within = estate.subnets.get(&Reading::own(resource)).map(|held| (held.group.clone(), held.table.clone()));
        let within = within.unwrap_or_default();
        let given = |key: &str| text(values, key).map(str::to_lowercase);
        take(
            &mut estate.subnets,
            resource,
            Subnet {
                name: name(resource),
                network: names.find(reading, resource, NETWORK),
                group: given("network_security_group_id").or(within.0),
                table: given("route_table_id").or(within.1),
                ranges: ranges(&prefixes),
                endpoint_policies: text(values, "private_endpoint_network_policies").map(covers_groups).or_else(|| {
                    flag(values, "private_endpoint_network_policies_enabled")
                        .or_else(|| flag(values, "enforce_private_link_endpoint_network_policies").map(|held| !held))
                }),
                endpoint_routes: text(values, "private_endpoint_network_policies").map(covers_routes),
                services: texts(values, "service_endpoints"),
                private: flag(values, "default_outbound_access_enabled") == Some(false),
                gateway: is_of_gateways(&name(resource)),
                origin: reading.origin(resource),
                ..Subnet::default()
            },
        );
    }
}

/// The groups, tables and NAT gateways that subnets are given.
fn associations(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for (kind, key) in [
        ("azurerm_subnet_network_security_group_association", "network_security_group_id"),
        ("azurerm_subnet_route_table_association", "route_table_id"),
        ("azurerm_subnet_nat_gateway_association", "nat_gateway_id"),
    ] {
        for resource in document.of_kind(&[kind]) {
            // What is associated and not shown is something of which nothing is known, not nothing.
            let other = Some(reading.at(resource, &[key]).unwrap_or_else(|| format!("that of {}", resource.address)));
            let (subnets, doubt) = document.owners(resource, "subnet_id", estate.subnets.keys());
            for id in subnets {
                let Some(subnet) = estate.subnets.get_mut(&id.to_lowercase()) else { continue };
                let field = match key {
                    "network_security_group_id" => &mut subnet.group,
                    "route_table_id" => &mut subnet.table,
                    _ => &mut subnet.nat,
                };
                if doubt.is_none() {
                    field.clone_from(&other);
                } else if field.is_none() {
                    field.clone_from(&doubt);
                }
            }
        }
    }
}

fn peerings(estate: &mut Estate, reading: &Reading<'_>, names: &Names) {
    let document = reading.document;
    for resource in document.of_kind(&["azurerm_virtual_network_peering"]) {
        let network = names.find(reading, resource, NETWORK);
        let values = &resource.values;
        let remote_gateways = is_set(document, resource, "use_remote_gateways");
        if !estate.networks.contains_key(&network) && names.is_unclear(reading, resource, NETWORK) {
            // It may be a peering of any network.
            let held = if remote_gateways { &mut estate.connected } else { &mut estate.meshed };
            held.extend(estate.networks.keys().cloned());
        }
        let part = flag(values, "peer_complete_virtual_networks_enabled") == Some(false);
        let names = |key: &str| {
            Some(texts(values, key)).filter(|held| !held.is_empty() && held.len() == list(values, key).len())
        };
        let subnets = names("local_subnet_names").zip(names("remote_subnet_names")).filter(|_| part);
        // Of one of subnets that are not shown nobody knows what it joins.
        let to = Some(reading.id(resource, "remote_virtual_network_id")).filter(|_| part == subnets.is_some());
        estate.peerings.push(Peering {
            name: name(resource),
            from: network,
            to: to.unwrap_or_default(),
            subnets,
            access: flag(values, "allow_virtual_network_access").unwrap_or(true),
            connected: true,
            remote_gateways,
        });
    }
}

/// Public addresses, and the NAT gateways that have some.
fn public_addresses(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["azurerm_public_ip"]) {
        let values = &resource.values;
        let standard = text(values, "sku").map(|word| word.eq_ignore_ascii_case("standard"));
        let address = text(values, "ip_address").and_then(AddressRange::parse);
        let six = text(&resource.values, "ip_version").is_some_and(|word| word.eq_ignore_ascii_case("IPv6"));
        let family = Some(if six { Family::V6 } else { Family::V4 });
        estate.public.insert(Reading::own(resource), PublicAddress { address, family, standard });
    }
    for resource in document.of_kind(&["azurerm_nat_gateway"]) {
        estate.gateways.insert(Reading::own(resource), NatGateway::default());
    }
    for resource in document.any_of_kind(&["azurerm_public_ip_prefix"]) {
        let address = text(&resource.values, "ip_prefix").and_then(AddressRange::parse);
        estate.public.insert(Reading::own(resource), PublicAddress { address, ..PublicAddress::default() });
    }
    for (kind, key) in [
        ("azurerm_nat_gateway_public_ip_association", "public_ip_address_id"),
        ("azurerm_nat_gateway_public_ip_prefix_association", "public_ip_prefix_id"),
    ] {
        for resource in document.of_kind(&[kind]) {
            let public = reading.id(resource, key);
            let (gateways, doubt) = document.owners(resource, "nat_gateway_id", estate.gateways.keys());
            for id in gateways {
                let Some(gateway) = estate.gateways.get_mut(&id.to_lowercase()) else { continue };
                // Of what may be its address nothing is known.
                gateway.public.push(if doubt.is_some() { String::new() } else { public.clone() });
            }
        }
    }
}

const NEXT_HOP: &str = "next_hop_in_ip_address";

fn routes(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let mut names = Names::default();
    let read = |values: &Value| Route {
        prefix: text_or_empty(values, "address_prefix"),
        kind: text_or_empty(values, "next_hop_type"),
        next: text(values, NEXT_HOP).and_then(AddressRange::parse),
    };
    for resource in document.any_of_kind(&["azurerm_route_table"]) {
        names.add(resource);
        let mut routes: Vec<Route> = list(&resource.values, "route").iter().map(read).collect();
        for (index, route) in routes.iter_mut().enumerate().filter(|(_, route)| route.next.is_none()) {
            let path = ["route", &index.to_string(), NEXT_HOP];
            route.next = firewalls::next_hop(estate, reading, resource, &path);
        }
        if document.is_open_block(resource, "route") {
            routes.push(Route { prefix: format!("the routes of {}", resource.address), ..Route::default() });
        }
        let values = &resource.values;
        let shuts_out = flag(values, "bgp_route_propagation_enabled")
            .map(|held| !held)
            .or_else(|| flag(values, "disable_bgp_route_propagation"));
        let shuts_out = shuts_out == Some(true);
        let origin = reading.origin(resource);
        take(&mut estate.tables, resource, Table { name: name(resource), routes, shuts_out, origin });
    }
    for resource in document.of_kind(&["azurerm_route"]) {
        let id = names.find(reading, resource, "route_table_name");
        let mut route = read(&resource.values);
        route.next = route.next.or_else(|| firewalls::next_hop(estate, reading, resource, &[NEXT_HOP]));
        if let Some(table) = estate.tables.get_mut(&id) {
            table.routes.push(route);
        } else if names.is_unclear(reading, resource, "route_table_name") {
            let what = || Route { prefix: format!("{} known after apply", resource.address), ..Route::default() };
            estate.tables.values_mut().for_each(|table| table.routes.push(what()));
        }
    }
}
