//! What of a network resources may open that nothing here reads: they may stand in the subnets that they name, add rules and
//! routes to the groups and tables, and join the networks to others.

use super::rules::any_rules;
use super::{OPEN, Reading, name, subscription};
use crate::model::Unsupported;
use crate::model::azure::arm::unmodelled;
use crate::model::azure::estate::{Estate, Interface, InterfacePlace, Route};
use crate::model::json::{tags, text};
use crate::model::terraform::{Resource, Unread, takes};

/// Kinds, by how their names start, that name what is of a network and neither stand in it nor change what passes.
const ASIDE: [&str; 15] = [
    "azurerm_application_insights",
    "azurerm_consumption_",
    "azurerm_dns_",
    "azurerm_log_analytics_",
    "azurerm_management_",
    "azurerm_monitor_",
    "azurerm_network_ddos_",
    "azurerm_network_packet_capture",
    "azurerm_network_watcher",
    "azurerm_private_dns_",
    "azurerm_role_",
    "azurerm_security_center_",
    "azurerm_storage_account_network_rules",
    "azurerm_subnet_service_endpoint_",
    "azurerm_virtual_network_dns_servers",
];
/// Ends of such kinds.
const ASIDE_ENDS: [&str; 4] = ["_association", "_virtual_network_rule", "_policy_assignment", "_policy_exemption"];

/// What of the network a resource names.
#[derive(Default)]
struct Named {
    subnets: Vec<String>,
    groups: Vec<String>,
    tables: Vec<String>,
    networks: Vec<String>,
    interfaces: Vec<String>,
    /// Whether it names something of a network that no input shows.
    unshown: bool,
}

impl Named {
    fn of(estate: &Estate, held: &Unread<'_>) -> Self {
        let mut out = Self { unshown: held.unshown.is_some(), ..Self::default() };
        let of_name = |text: &String| {
            estate.networks.iter().find(|(_, held)| held.name.eq_ignore_ascii_case(text)).map(|(id, _)| id.clone())
        };
        let named = held.named.iter().map(|name| (name, ""));
        for (name, key) in named.chain(held.texts.iter().map(|(key, text)| (text, key.as_str()))) {
            let id = name.to_lowercase();
            if estate.subnets.contains_key(&id) {
                out.subnets.push(id);
            } else if estate.groups.contains_key(&id) {
                out.groups.push(id);
            } else if estate.tables.contains_key(&id) {
                out.tables.push(id);
            } else if estate.interfaces.contains_key(&id) {
                out.interfaces.push(id);
            } else if estate.networks.contains_key(&id) {
                out.networks.push(id);
            } else if let Some(network) = of_name(name).filter(|_| key == "virtual_network_name") {
                out.networks.push(network);
            } else {
                let parts = ["/subnets/", "/networksecuritygroups/", "/routetables/", "/virtualnetworks/"];
                out.unshown |= takes(key) || parts.iter().any(|part| id.contains(part));
            }
        }
        for names in [&mut out.subnets, &mut out.groups, &mut out.tables, &mut out.networks, &mut out.interfaces] {
            names.sort_unstable();
            names.dedup();
        }
        out
    }

    fn is_nothing(&self) -> bool {
        let all = [&self.subnets, &self.groups, &self.tables, &self.networks];
        !self.unshown && all.iter().all(|names| names.is_empty())
    }
}

/// Takes what no reader took: after all of them.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) -> Vec<Unsupported> {
    let mut out = Vec::new();
    for held in reading.document.unread(&["azurerm_", "azapi_"], |_| false) {
        let resource = held.resource;
        let named = Named::of(estate, &held);
        let aside = ASIDE.iter().any(|start| resource.kind.starts_with(start))
            || ASIDE_ENDS.iter().any(|end| resource.kind.ends_with(end));
        let kind = of_arm(resource);
        let of_network = kind.as_ref().is_some_and(|kind| is_of_networks(kind));
        if aside || (named.is_nothing() && !of_network) {
            continue;
        }
        open(estate, reading, resource, &named, kind.as_deref());
        if !OPEN.iter().any(|start| resource.kind.starts_with(start)) {
            let effect = if named.is_nothing() {
                "not modelled: nothing is said of it"
            } else {
                "not modelled: what it may place in the subnets, or add to the rules, that it names is undecided"
            };
            let kind = kind.filter(|_| of_network).unwrap_or_else(|| resource.kind.clone());
            out.push(Unsupported::new(reading.source, resource.address.clone(), &kind, effect));
        }
    }
    out
}

/// The kind, in ARM's words, of a resource that is written in them (azapi); nothing where it is known after apply.
fn of_arm(resource: &Resource) -> Option<String> {
    let written = resource.kind.starts_with("azapi_").then(|| text(&resource.values, "type").unwrap_or_default())?;
    Some(written.split('@').next().unwrap_or_default().to_lowercase())
}

/// Whether such a kind is of networks or machines, whatever the resource names. One that is not known may be.
fn is_of_networks(kind: &str) -> bool {
    let compute = ["microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets"];
    kind.is_empty() || compute.contains(&kind) || (kind.starts_with("microsoft.network/") && !is_of_names(kind))
}

fn is_of_names(kind: &str) -> bool {
    kind.contains("dnszones") || kind.ends_with("applicationsecuritygroups")
}

fn open(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, named: &Named, kind: Option<&str>) {
    let what = || format!("what {} says", resource.address);
    let is = |word: &str| kind.is_some_and(|kind| kind.contains(word));
    for id in &named.subnets {
        if kind.is_some_and(|kind| kind.ends_with("/subnets")) {
            // It is that subnet, told anew: with what group and table, nothing here reads.
            estate.subnets.entry(id.clone()).and_modify(|held| {
                (held.group, held.table) = (Some(what()), Some(what()));
            });
        } else {
            stand(estate, reading, resource, id);
        }
    }
    // What stands somewhere names the groups it has; what stands nowhere may be one of their rules.
    let is_rule = is("networksecuritygroups") || resource.kind.contains("security_rule");
    for id in named.groups.iter().filter(|_| named.subnets.is_empty() || is_rule) {
        estate.groups.entry(id.clone()).and_modify(|held| held.rules.extend(any_rules(&what())));
    }
    for id in &named.tables {
        let route = || Route { prefix: what(), ..Route::default() };
        estate.tables.entry(id.clone()).and_modify(|held| held.routes.push(route()));
    }
    for id in named.interfaces.iter().filter(|_| is("networkinterfaces")) {
        estate.interfaces.entry(id.clone()).and_modify(|held| held.group = Some(what()));
        estate.loose.push(format!("the public address of {}", resource.address));
    }
    let alone = named.subnets.is_empty() && named.groups.is_empty() && named.tables.is_empty();
    if alone && !named.networks.is_empty() {
        // It may join the network to others, give it a gateway, or stand in it.
        estate.connected.extend(named.networks.iter().cloned());
        let within: Vec<String> = estate
            .subnets
            .iter()
            .filter(|(_, held)| named.networks.contains(&held.network))
            .map(|held| held.0.clone())
            .collect();
        let standing = kind.is_none() && !OPEN.iter().any(|start| resource.kind.starts_with(start));
        within.iter().filter(|_| standing).for_each(|subnet| stand(estate, reading, resource, subnet));
    }
    if let Some(kind) = kind {
        unmodelled(estate, kind, &resource.address);
        if kind.contains("loadbalancers") || kind.is_empty() {
            estate.entries.push(resource.address.clone());
        }
    }
}

/// What may stand in a subnet, of a kind of which nothing is read: anywhere there, under any group of its own, and maybe with
/// an address of the outside.
fn stand(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, subnet: &str) {
    let id = format!("{} in {subnet}", Reading::own(resource));
    let public = Some(format!("public address of {}", resource.key()));
    let interface = Interface {
        name: name(resource),
        owner: subscription(resource),
        group: Some(format!("that of {}", resource.address)),
        places: vec![InterfacePlace { subnet: subnet.to_owned(), public, address: None }],
        open_groups: true,
        template: true,
        aliases: vec![resource.address.clone()],
        tags: tags(resource.values.get("tags")),
        origin: reading.origin(resource),
        ..Interface::default()
    };
    estate.interfaces.insert(id, interface);
}
