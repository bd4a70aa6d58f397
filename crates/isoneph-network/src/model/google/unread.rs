//! What of a network resources of a plan may open that nothing here reads: they may stand in the subnets and networks that they
//! name, and add rules and routes to these.

use super::estate::{Estate, Firewall, Interface, Route};
use super::reading::{Reading, name, own, short};
use super::terraform::{OPEN, UNPLACED};
use crate::model::Unsupported;
use crate::model::json::{tags, text_or_empty};
use crate::model::terraform::{Resource, Unread};

/// Kinds, by how their names start, that name what is of a network and neither stand in it nor change what passes.
const ASIDE: [&str; 21] = [
    "google_access_context_manager_",
    "google_compute_address",
    "google_compute_backend_service",
    "google_compute_firewall_policy",
    "google_compute_global_address",
    "google_compute_instance_group",
    "google_compute_network_endpoint",
    "google_compute_packet_mirroring",
    "google_compute_project_",
    "google_compute_region_backend_service",
    "google_compute_region_instance_group",
    "google_compute_region_network_endpoint",
    "google_compute_router",
    "google_compute_shared_vpc_",
    "google_compute_subnetwork_iam_",
    "google_dns_",
    "google_iam_",
    "google_logging_",
    "google_monitoring_",
    "google_network_management_",
    "google_project_",
];

/// What of the network a resource names.
#[derive(Default)]
struct Named {
    subnets: Vec<String>,
    networks: Vec<String>,
    /// Whether it names something of a network that no input shows.
    unshown: bool,
}

impl Named {
    fn of(estate: &Estate, reading: &Reading<'_>, held: &Unread<'_>) -> Self {
        let mut out = Self { unshown: held.unshown.is_some(), ..Self::default() };
        let known = |id: &String| {
            let found = reading.document.resources.iter().find(|other| other.identity() == *id);
            found.map_or_else(|| short(id), own)
        };
        for id in held.named.iter().map(known) {
            out.take(estate, id);
        }
        for (key, text) in &held.texts {
            out.take_text(estate, key, text);
        }
        for names in [&mut out.subnets, &mut out.networks] {
            names.sort_unstable();
            names.dedup();
        }
        out
    }

    /// Takes what a text names: by a link, or in a field of networks or subnets by a name.
    fn take_text(&mut self, estate: &Estate, key: &str, text: &str) {
        let before = self.subnets.len() + self.networks.len();
        let of_subnet = key.ends_with("subnetwork");
        if of_subnet {
            self.subnets.extend(of_name(estate.subnets.iter().map(|(id, held)| (id, &held.name)), text));
        } else if key.ends_with("network") {
            self.networks.extend(of_name(estate.networks.iter().map(|(id, held)| (id, &held.name)), text));
        }
        if before == self.subnets.len() + self.networks.len() {
            self.take(estate, short(text));
        }
        let link = ["/subnetworks/", "/global/networks/"].iter().any(|part| text.contains(part));
        self.unshown |= before == self.subnets.len() + self.networks.len() && (link || of_subnet || key == "network");
    }

    fn take(&mut self, estate: &Estate, id: String) {
        if estate.subnets.contains_key(&id) {
            self.subnets.push(id);
        } else if estate.networks.contains_key(&id) {
            self.networks.push(id);
        }
    }
}

/// Everything of a name, whatever project it is in.
fn of_name<'e>(all: impl Iterator<Item = (&'e String, &'e String)>, wanted: &str) -> Vec<String> {
    all.filter(|(_, name)| name.as_str() == wanted).map(|(id, _)| id.clone()).collect()
}

/// Takes what no reader took: after all of them.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) -> Vec<Unsupported> {
    let mut out = Vec::new();
    for held in reading.document.unread(&["google_"], |_| false) {
        let resource = held.resource;
        let starts = |all: &[&str]| all.iter().any(|start| resource.kind.starts_with(start));
        let named = Named::of(estate, reading, &held);
        let nothing = named.subnets.is_empty() && named.networks.is_empty();
        if starts(&ASIDE) || (nothing && !named.unshown) {
            continue;
        }
        let told = starts(&OPEN) || starts(&UNPLACED);
        open(estate, reading, resource, &named, told);
        if !told {
            let effect = if nothing {
                "not modelled: nothing is said of it"
            } else {
                "not modelled: what it may place in the networks that it names, or add to their rules, is undecided"
            };
            out.push(Unsupported::new(reading.source, resource.address.clone(), &resource.kind, effect));
        }
    }
    out
}

fn open(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, named: &Named, told: bool) {
    for id in &named.subnets {
        let network = estate.subnets[id].network.clone();
        stand(estate, reading, resource, (network, id.clone()));
    }
    if !named.subnets.is_empty() {
        return;
    }
    // Of these families are what is of networks: peerings, routes, rules. Others only stand in them.
    let changes = ["google_compute_", "google_network_"].iter().any(|start| resource.kind.starts_with(start));
    for network in &named.networks {
        if changes && !told {
            let what = format!("{} of {network}", resource.address);
            estate.routes.insert(what.clone(), Route::unseen(network.clone(), &resource.address));
            add_rules(estate, network, &what, Vec::new());
        }
        if !told || UNPLACED.iter().any(|start| resource.kind.starts_with(start)) {
            stand(estate, reading, resource, (network.clone(), String::new()));
        }
    }
}

/// Rules that may say anything, both ways; to what has one of these tags, or to all of the network.
fn add_rules(estate: &mut Estate, network: &str, what: &str, target_tags: Vec<String>) {
    for rule in Firewall::unseen(&format!("what {what} lets through")) {
        let way = if rule.ingress { "in" } else { "out" };
        let rule = Firewall { network: network.to_owned(), target_tags: target_tags.clone(), ..rule };
        estate.firewalls.insert(format!("{what} {way}"), rule);
    }
}

/// What may stand in a network, of a kind of which nothing is read: anywhere there, with any tags and account, and maybe an
/// address of the outside. What it takes is told by rules of its own alone.
fn stand(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, (network, subnet): (String, String)) {
    let id = format!("{} in {}", own(resource), if subnet.is_empty() { &network } else { &subnet });
    let interface = Interface {
        name: name(resource),
        project: text_or_empty(&resource.values, "project"),
        network: network.clone(),
        subnet,
        public: Some(None),
        tags: vec![id.clone()],
        open_tags: true,
        open_account: true,
        template: true,
        aliases: vec![resource.address.clone()],
        labels: tags(resource.values.get("labels")),
        origin: reading.origin(resource),
        ..Interface::default()
    };
    add_rules(estate, &network, &id, vec![id.clone()]);
    estate.interfaces.insert(id, interface);
}
