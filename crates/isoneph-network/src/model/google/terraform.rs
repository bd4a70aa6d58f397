//! Terraform resources of the google provider.

mod machines;
mod policies;
mod routes;

use serde_json::Value;

use super::estate::{Connected, Estate, Firewall, Nat, Network, Peering, Route, Subnet};
use super::outbound::takes_first;
use super::reading::{Reading, accounts, name, own, short};
use super::unread;
use crate::model::address::AddressRange;
use crate::model::json::{flag, list, number, text, text_or_empty, texts};
use crate::model::terraform::{Document, Resource};
use crate::model::{NOT_SHOWN, Unsupported};

pub(super) const OPEN: [&str; 8] = [
    "google_container_cluster",
    "google_compute_forwarding_rule",
    "google_compute_global_forwarding_rule",
    "google_compute_vpn_",
    "google_compute_ha_vpn_",
    "google_compute_interconnect",
    "google_compute_service_attachment",
    "google_network_connectivity_",
];

/// Kinds with addresses in a network, or beside it, of which nothing is read.
pub(super) const UNPLACED: [&str; 16] = [
    "google_alloydb_",
    "google_cloud_run_v2_",
    "google_cloudfunctions",
    "google_composer_environment",
    "google_compute_instance_from_template",
    "google_compute_network_attachment",
    "google_container_node_pool",
    "google_dataflow_",
    "google_dataproc_",
    "google_filestore_instance",
    "google_memcache_instance",
    "google_notebooks_",
    "google_redis_",
    "google_service_networking_connection",
    "google_sql_database_instance",
    "google_vpc_access_connector",
];

/// Whether a document holds resources of this provider.
pub(crate) fn recognises(document: &Document) -> bool {
    document.resources.iter().any(|resource| resource.kind.starts_with("google_"))
}

/// Takes a document into the estate.
pub(crate) fn read(estate: &mut Estate, document: &Document, source: usize, unsupported: &mut Vec<Unsupported>) {
    let reading = Reading { document, source };
    for resource in document.resources.iter().filter(|held| OPEN.iter().any(|open| held.kind.starts_with(open))) {
        let effect = "not modelled: whether it lets something in from outside is left open";
        unsupported.push(Unsupported::new(source, resource.address.clone(), &resource.kind, effect));
        let inside =
            text(&resource.values, "load_balancing_scheme").is_some_and(|scheme| scheme.starts_with("INTERNAL"));
        if !inside {
            estate.entries.push(resource.address.clone());
        }
    }
    let unplaced = |held: &&Resource| UNPLACED.iter().any(|kind| held.kind.starts_with(kind)) && held.is_managed();
    unsupported.extend(document.resources.iter().filter(unplaced).map(|resource| {
        let effect = "not modelled: it may have addresses in the network, or beside it, of which nothing is said";
        Unsupported::new(source, resource.address.clone(), &resource.kind, effect)
    }));
    connections(estate, &reading);
    networks(estate, &reading);
    subnets(estate, &reading);
    peerings(estate, &reading);
    translations(estate, &reading);
    firewalls(estate, &reading);
    policies::read(estate, &reading);
    machines::machines(estate, &reading);
    routes::routes(estate, &reading);
    unsupported.extend(unread::read(estate, &reading));
    unsupported.extend(unseen(estate, source));
    let machines = document.of_kind(&["google_compute_instance"]);
    let bare = machines.filter(|held| document.is_open_list(held, &["network_interface"]));
    let bare = bare.filter(|held| list(&held.values, "network_interface").is_empty());
    unsupported.extend(bare.map(|held| {
        let effect = "its interfaces are known after apply: nothing is said of it";
        Unsupported::new(source, held.address.clone(), &held.kind, effect)
    }));
}

/// Machines and subnets of whose networks nothing is shown.
fn unseen(estate: &Estate, source: usize) -> Vec<Unsupported> {
    let stands = |network: &str| estate.networks.contains_key(network);
    let effect = &format!("its network {NOT_SHOWN}");
    let named = |locator: &str, kind| Unsupported::new(source, locator.to_owned(), kind, effect);
    let machines = estate.interfaces.values().filter(|held| held.origin.source == source && !stands(&held.network));
    let subnets = estate.subnets.values().filter(|held| held.origin.source == source && !stands(&held.network));
    let machines = machines.map(|held| named(held.aliases.first().unwrap_or(&held.name), "google_compute_instance"));
    machines.chain(subnets.map(|held| named(&held.name, "google_compute_subnetwork"))).collect()
}

/// Private Service Connect: attachments, and forwarding rules that may lead to one.
fn connections(estate: &mut Estate, reading: &Reading<'_>) {
    const ATTACHMENT: &str = "google_compute_service_attachment";
    let document = reading.document;
    for resource in document.of_kind(&[ATTACHMENT]) {
        let subnets = document.ids(resource, &["nat_subnets"]);
        let found = |id: &String| {
            let mut all = document.any_of_kind(&["google_compute_subnetwork"]);
            all.find(|held| held.identity() == *id).map_or_else(|| short(id), own)
        };
        let held = if subnets.open { Vec::new() } else { subnets.found.iter().map(found).collect() };
        estate.attachments.insert(own(resource), held);
    }
    for resource in document.of_kind(&["google_compute_forwarding_rule"]) {
        let target = document.ids(resource, &["target"]);
        let named = target.found.iter().any(|id| id.contains(ATTACHMENT) || id.contains("/serviceAttachments/"));
        let unknown = target.open && document.is_written(resource, &["target"]);
        if named || unknown {
            let to = reading.at(resource, &["target"], &[ATTACHMENT]).filter(|_| named && !target.choice);
            let network = reading.network(resource, &["network"]);
            estate.connected.push(Connected { name: resource.address.clone(), network, to: to.unwrap_or_default() });
        }
    }
}

fn networks(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["google_compute_network"]) {
        let values = &resource.values;
        let network = Network {
            name: name(resource),
            project: text_or_empty(values, "project"),
            classic_first: text(values, "network_firewall_policy_enforcement_order") != Some("BEFORE_CLASSIC_FIREWALL"),
            automatic: flag(values, "auto_create_subnetworks") == Some(true),
            looked_up: !resource.is_managed(),
            origin: reading.origin(resource),
            ..Network::default()
        };
        // What is only looked up says less than what another document makes.
        if resource.is_managed() {
            estate.networks.insert(own(resource), network);
        } else {
            estate.networks.entry(own(resource)).or_insert(network);
        }
    }
}

fn subnets(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["google_compute_subnetwork"]) {
        let values = &resource.values;
        let keys = ["ip_cidr_range", "external_ipv6_prefix", "internal_ipv6_prefix", "ipv6_cidr_range"];
        let mut ranges: Vec<AddressRange> =
            keys.iter().filter_map(|key| text(values, key)).filter_map(AddressRange::parse).collect();
        // The block of IPv6 is told twice.
        ranges.dedup();
        ranges.extend(
            list(values, "secondary_ip_range")
                .iter()
                .filter_map(|held| AddressRange::parse(text(held, "ip_cidr_range")?)),
        );
        estate.subnets.insert(
            own(resource),
            Subnet {
                name: name(resource),
                network: reading.network(resource, &["network"]),
                project: text_or_empty(values, "project"),
                region: text_or_empty(values, "region"),
                ranges,
                origin: reading.origin(resource),
            },
        );
    }
}

fn peerings(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["google_compute_network_peering"]) {
        let Some(from) = reading.known_network(resource, &["network"]) else {
            for network in estate.networks.keys().cloned().collect::<Vec<_>>() {
                let what = format!("{} of {network}", resource.address);
                estate.routes.insert(what, Route::unseen(network, &resource.address));
            }
            continue;
        };
        estate.peerings.push(Peering {
            name: name(resource),
            from,
            to: reading.network(resource, &["peer_network"]),
            active: text(&resource.values, "state").is_none_or(|state| state == "ACTIVE"),
            imports: flag(&resource.values, "import_custom_routes") == Some(true),
            exports: flag(&resource.values, "export_custom_routes") == Some(true),
            imports_public: flag(&resource.values, "import_subnet_routes_with_public_ip"),
            exports_public: flag(&resource.values, "export_subnet_routes_with_public_ip"),
            six: text(&resource.values, "stack_type").map(|word| word != "IPV4_ONLY"),
        });
    }
}

fn translations(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["google_compute_router_nat"]) {
        let values = &resource.values;
        // A private one leads to other networks, and nowhere else.
        if text(values, "type") == Some("PRIVATE") {
            continue;
        }
        let router = reading.at(resource, &["router"], &["google_compute_router"]).unwrap_or_default();
        let held = reading.document.of_kind(&["google_compute_router"]).find(|other| own(other) == router);
        let network = held.and_then(|held| reading.known_network(held, &["network"]));
        let all = text(values, "source_subnetwork_ip_ranges_to_nat").is_none_or(|word| word != "LIST_OF_SUBNETWORKS");
        let (subnets, sure) = translated(reading, resource);
        if network.is_none() || (!all && !sure) {
            // Which subnets it leads out of, the plan does not show.
            let any = network.map_or_else(|| estate.networks.keys().cloned().collect(), |only| vec![only]);
            for network in any {
                let what = format!("{} of {network}", resource.address);
                estate.routes.insert(what, Route::unseen(network, &resource.address));
            }
            continue;
        }
        estate.nats.push(Nat {
            name: name(resource),
            network: network.unwrap_or_default(),
            region: text(values, "region")
                .or_else(|| held.and_then(|held| text(&held.values, "region")))
                .unwrap_or_default()
                .into(),
            subnets: if all { Vec::new() } else { subnets },
            public: Vec::new(),
        });
    }
}

/// The subnets that Cloud NAT names, and whether they are sure to be those.
fn translated(reading: &Reading<'_>, nat: &Resource) -> (Vec<String>, bool) {
    let written = list(&nat.values, "subnetwork").len();
    let found: Vec<String> = (0..written)
        .filter_map(|index| {
            let index = index.to_string();
            let path = ["subnetwork", index.as_str(), "name"];
            let ids = reading.document.ids(nat, &path);
            let named = reading.at(nat, &path, &["google_compute_subnetwork"]);
            named.filter(|_| !ids.choice && !ids.open)
        })
        .collect();
    let first = |held: &Value| takes_first(&texts(held, "source_ip_ranges_to_nat"));
    let sure = written > 0 && found.len() == written && list(&nat.values, "subnetwork").iter().all(first);
    (found, sure)
}

fn services(values: &Value, key: &str, protocol: &str) -> Vec<(String, Vec<String>)> {
    list(values, key).iter().map(|held| (text_or_empty(held, protocol), texts(held, "ports"))).collect()
}

fn firewalls(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["google_compute_firewall"]) {
        let values = &resource.values;
        let denies = !list(values, "deny").is_empty();
        let mut source_ranges = texts(values, "source_ranges");
        let (source_tags, source_accounts) =
            (texts(values, "source_tags"), accounts(reading, resource, &["source_service_accounts"]));
        let ingress = text(values, "direction") != Some("EGRESS");
        let unknown_accounts = source_accounts.1;
        let source_open =
            ["source_ranges", "source_tags"].iter().any(|key| reading.document.is_open(resource, &[key], values));
        if ingress
            && source_ranges.is_empty()
            && source_tags.is_empty()
            && source_accounts.0.is_empty()
            && !unknown_accounts
            && !source_open
        {
            source_ranges.push("0.0.0.0/0".into());
        }
        let target = accounts(reading, resource, &["target_service_accounts"]);
        let account = || format!("a service account of {}", resource.address);
        let open = |key: &str| reading.document.is_open(resource, &[key], values);
        let named = ["source_ranges", "destination_ranges", "source_tags"].iter().any(|key| open(key));
        let unclear = (unknown_accounts || named).then(account).into_iter().collect();
        let blocks = ["allow", "deny"].map(|key| open(key) || reading.document.is_open_list(resource, &[key]));
        let narrowed = ["target_tags", "priority", "disabled", "direction"].iter().any(|key| open(key));
        let narrowed = narrowed || blocks.contains(&true);
        let doubt = (target.1 || narrowed).then(|| format!("what {} is about is known after apply", resource.address));
        let action = match (blocks, denies) {
            // Blocks of the one kind leave no room for the other.
            ([_, true], false) if list(values, "allow").is_empty() => UNKNOWN_ACTION,
            (_, false) => "allow",
            (_, true) => "deny",
        };
        let priority = if open("priority") { ANYWHERE } else { number(values, "priority").unwrap_or(1000) };
        add_firewall(
            estate,
            own(resource),
            open("direction"),
            reading.known_network(resource, &["network"]),
            Firewall {
                name: name(resource),
                network: String::new(),
                priority,
                ingress,
                action: action.into(),
                disabled: flag(values, "disabled") == Some(true),
                services: services(values, if denies { "deny" } else { "allow" }, "protocol"),
                source_ranges,
                destination_ranges: texts(values, "destination_ranges"),
                source_tags,
                source_accounts: source_accounts.0,
                target_tags: texts(values, "target_tags"),
                target_accounts: target.0,
                target_networks: Vec::new(),
                unclear,
                doubt,
            },
        );
    }
}

/// Where a rule stands of which that is unknown: it may decide, before all others, and may not.
const ANYWHERE: i64 = -1;
/// What a rule does of which that is unknown.
const UNKNOWN_ACTION: &str = "";

/// Takes a rule; for both directions where its own is known after apply, and for all networks where its own is.
fn add_firewall(estate: &mut Estate, id: String, both: bool, network: Option<String>, rule: Firewall) {
    let doubt = network.is_none().then(|| format!("which network {id} is of"));
    let networks = network.map_or_else(|| estate.networks.keys().cloned().collect(), |only| vec![only]);
    for network in networks {
        let doubt = doubt.clone().or_else(|| rule.doubt.clone());
        let rule = Firewall { network: network.clone(), doubt, ..rule.clone() };
        if both {
            let other = Firewall { ingress: !rule.ingress, ..rule.clone() };
            estate.firewalls.insert(format!("{id}, the other way, of {network}"), other);
        }
        estate.firewalls.insert(format!("{id} of {network}"), rule);
    }
}
