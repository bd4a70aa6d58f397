//! Terraform resources of the aws provider.

mod acls;
mod carried;
mod fed;
mod groups;
mod instances;
mod launch;
mod links;
mod machines;
mod networks;
mod routes;
mod scaling;
mod services;
mod tables;
mod transit;
mod unread;

use std::collections::BTreeMap;

use serde_json::Value;

use super::build::is_network;
use super::estate::{Estate, NatGateway, Peering};
use crate::model::Unsupported;
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, list, tags, text, texts};
use crate::model::terraform::{Document, Resource};

/// Kinds packets may depend on, which are not modelled.
const OPEN: [&str; 10] = [
    "aws_networkfirewall_",
    "aws_vpn_",
    "aws_dx_",
    "aws_networkmanager_",
    "aws_ec2_transit_gateway_connect",
    "aws_ec2_client_vpn_",
    "aws_vpc_block_public_access_",
    "aws_ec2_carrier_gateway",
    "aws_ec2_local_gateway",
    "aws_outposts_",
];

/// Kinds by which something is reached from other networks without a route, and what is not said of them.
const JOINING: [(&str, &str); 2] = [
    ("aws_vpclattice_", "not modelled: undecided where one network may reach another by it"),
    ("aws_vpc_endpoint_service", "who of networks that are not shown has an endpoint of it is not said"),
];

/// States of a peering of which its acceptance is still to come.
const ASKED: [&str; 3] = ["initiating-request", "pending-acceptance", "provisioning"];

/// Whether a document holds resources of this provider.
pub(crate) fn recognises(document: &Document) -> bool {
    document.resources.iter().any(|resource| ["aws_", "awscc_"].iter().any(|start| resource.kind.starts_with(start)))
}

/// A document and where it stands.
struct Reading<'a> {
    document: &'a Document,
    source: usize,
    /// Name under which completeness is noted: a plan never lists what it does not manage.
    folder: String,
}

impl Reading<'_> {
    fn origin(&self, resource: &Resource) -> Origin {
        Origin { source: self.source, locator: resource.pointer.clone() }
    }
    fn id(&self, resource: &Resource, key: &str) -> String {
        self.document.id(resource, &[key]).unwrap_or_default()
    }
    fn ids(&self, resource: &Resource, key: &str) -> Vec<String> {
        self.document.ids(resource, &[key]).found
    }

    fn owners<'k>(
        &self,
        resource: &Resource,
        key: &str,
        all: impl Iterator<Item = &'k String>,
    ) -> (Vec<String>, Option<String>) {
        self.document.owners(resource, key, all)
    }

    fn is_open(&self, resource: &Resource, path: &[&str], values: &Value) -> bool {
        self.document.is_open(resource, path, values)
    }

    /// The region that a peering is asked for from, where something tells it.
    fn region(&self, estate: &Estate, resource: &Resource) -> Option<String> {
        let own = text(&resource.values, "region").map(ToOwned::to_owned);
        let vpc = || estate.vpcs.get(&self.id(resource, "vpc_id")).map(|vpc| vpc.region.clone());
        own.or_else(vpc).filter(|region| !region.is_empty()).or_else(|| self.document.region(resource))
    }

    /// Networks that a resource may be about, by one of these fields, where the plan does not show which.
    fn perhaps_of(&self, estate: &Estate, resource: &Resource, made_with: Option<(&str, &str)>) -> Vec<String> {
        let key = made_with.map_or("vpc_id", |(key, _)| key);
        let ids = self.document.ids(resource, &[key]);
        if !resource.is_managed() || !(ids.choice || ids.open) {
            return Vec::new();
        }
        let network = |id: &String| match made_with {
            Some((key, words)) => self.made_with(id, words, &[key]),
            None => Some(id.clone()),
        };
        let found: Option<Vec<String>> = ids.found.iter().map(network).collect();
        found.filter(|found| !found.is_empty() && !ids.open).unwrap_or_else(|| made_here(estate, self))
    }

    /// The network that `words NETWORK` names as what it is made with, or whose own attribute holds the identifier.
    fn made_with(&self, id: &str, words: &str, attributes: &[&str]) -> Option<String> {
        if let Some(network) = id.strip_prefix(words) {
            return Some(network.trim_start().to_owned());
        }
        let holds =
            |resource: &&Resource| attributes.iter().any(|attribute| text(&resource.values, attribute) == Some(id));
        self.document.any_of_kind(&["aws_vpc", "aws_default_vpc"]).find(holds).map(Resource::identity)
    }

    /// The route table of an identifier, which may be that of a network's main table.
    fn table(&self, estate: &Estate, id: &str) -> String {
        let main = |vpc: String| {
            estate.tables.iter().find(|(_, table)| table.main && table.vpc == vpc).map(|(id, _)| id.clone())
        };
        let attributes = ["main_route_table_id", "default_route_table_id"];
        if estate.tables.contains_key(id) {
            return id.to_owned();
        }
        self.made_with(id, "main table of", &attributes).and_then(main).unwrap_or_else(|| id.to_owned())
    }

    /// The list of an identifier, which may be that of a network's default list.
    fn acl(&self, estate: &Estate, id: &str) -> String {
        let default =
            |vpc: String| estate.acls.iter().find(|(_, acl)| acl.default && acl.vpc == vpc).map(|(id, _)| id.clone());
        if estate.acls.contains_key(id) {
            return id.to_owned();
        }
        let attributes = ["default_network_acl_id"];
        self.made_with(id, "default network ACL of", &attributes).and_then(default).unwrap_or_else(|| id.to_owned())
    }
}

/// Takes a document into the estate.
pub(crate) fn read(estate: &mut Estate, document: &Document, source: usize, unsupported: &mut Vec<Unsupported>) {
    let reading = Reading { document, source, folder: format!("terraform {source}") };
    for resource in &document.resources {
        if OPEN.iter().any(|open| resource.kind.starts_with(open)) {
            let effect = "not modelled: undecided where a route leads there";
            unsupported.push(Unsupported::new(source, resource.address.clone(), &resource.kind, effect));
        }
    }
    let effect =
        |held: &Resource| JOINING.iter().find(|(kind, _)| held.kind.starts_with(kind)).map(|(_, effect)| *effect);
    for resource in document.resources.iter().filter(|held| held.is_managed()) {
        let named = |effect| Unsupported::new(source, resource.address.clone(), &resource.kind, effect);
        unsupported.extend(effect(resource).map(named));
    }
    // What a document makes it lists; of networks and hubs that it only looks up that is not so.
    for list in ["InternetGateways", "TransitGatewayRouteTables", "TransitGatewayAttachments"] {
        estate.listed.insert((reading.folder.clone(), list));
    }
    networks::read(estate, &reading);
    if !document.may_make_more() {
        estate.whole.extend(made_here(estate, &reading).into_iter().filter(|vpc| !is_network(vpc)));
    }
    gateways(estate, &reading);
    accelerators(estate, &reading);
    links::read(estate, &reading);
    tables::read(estate, &reading);
    acls::read(estate, &reading);
    groups::read(estate, &reading);
    transit::read(estate, &reading);
    machines::read(estate, &reading);
    groups::name_defaults(estate, &reading);
    unsupported.extend(unread::read(estate, &reading));
    unsupported.extend(unseen(estate, &reading));
}

/// Machines of whose subnets nothing is shown: they stand in networks of which nothing is said.
fn unseen(estate: &Estate, reading: &Reading<'_>) -> Vec<Unsupported> {
    let kinds = [
        "aws_instance",
        "aws_spot_instance_request",
        "aws_network_interface",
        "aws_autoscaling_group",
        "aws_eks_node_group",
    ];
    let is_placed = |held: &&Resource| held.is_managed() && services::is_given(reading.document, held);
    let placed = reading.document.resources.iter().filter(is_placed);
    let machines = reading.document.of_kind(&kinds).chain(placed).filter(|resource| {
        let instance = estate.instances.get(&resource.identity());
        let own = instance.map_or_else(|| vec![resource.identity()], |held| held.interfaces.clone());
        let origin = reading.origin(resource);
        let stands = |id: &String| {
            let held = estate.interfaces.get(id);
            held.is_some_and(|held| !held.vpc.is_empty())
        };
        !own.iter().any(stands) && !estate.interfaces.values().any(|held| held.origin == origin && !held.vpc.is_empty())
    });
    let subnets = reading.document.any_of_kind(&["aws_subnet"]).filter(|held| {
        let subnet = estate.subnets.get(&held.identity());
        subnet.is_some_and(|subnet| !estate.vpcs.contains_key(&subnet.vpc) && !is_network(&subnet.vpc))
    });
    let named = |held: &Resource, effect| Unsupported::new(reading.source, held.address.clone(), &held.kind, effect);
    let nothing = "its subnet or network is not shown: nothing is said of it";
    let within = "which network it is in is not shown: nothing is said of what stands in it";
    let anywhere = "its subnets are not shown: it may stand in any";
    let balancers = reading.document.of_kind(&["aws_lb", "aws_alb"]).filter(|held| {
        let given = machines::subnets_of_balancer(reading, held);
        !given.iter().any(|subnet| estate.subnets.contains_key(subnet))
    });
    let told = machines.map(|held| named(held, nothing)).chain(subnets.map(|held| named(held, within)));
    told.chain(balancers.map(|held| named(held, anywhere))).collect()
}

fn range_of(value: &Value, key: &str) -> Option<AddressRange> {
    text(value, key).and_then(AddressRange::parse)
}

fn account(resource: &Resource) -> String {
    text(&resource.values, "owner_id")
        .map(ToOwned::to_owned)
        .or_else(|| text(&resource.values, "arn")?.split(':').nth(4).map(ToOwned::to_owned))
        .unwrap_or_default()
}

fn labels(resource: &Resource) -> BTreeMap<String, String> {
    tags(resource.values.get("tags_all").filter(|held| held.is_object()).or_else(|| resource.values.get("tags")))
}

/// Whether a network or subnet stood before the document, which looks it up or takes it over: what else it was given, nothing
/// shows.
fn is_older(resource: &Resource) -> bool {
    !resource.is_managed() || resource.kind.starts_with("aws_default_")
}

/// Takes an object. What is only looked up says less than what another document makes.
fn take<T>(all: &mut BTreeMap<String, T>, resource: &Resource, held: T) {
    if resource.is_managed() {
        all.insert(resource.identity(), held);
    } else {
        all.entry(resource.identity()).or_insert(held);
    }
}

/// What an accelerator leads to: it is asked for by addresses of the accelerator's, whatever the receiver's are.
fn accelerators(estate: &mut Estate, reading: &Reading<'_>) {
    let kinds = ["aws_globalaccelerator_endpoint_group", "aws_globalaccelerator_custom_routing_endpoint_group"];
    for resource in reading.document.of_kind(&kinds) {
        let (mut leads, mut open) = (Vec::new(), reading.document.is_open_list(resource, &["endpoint_configuration"]));
        for index in 0..list(&resource.values, "endpoint_configuration").len() {
            let ids = reading.document.ids(resource, &["endpoint_configuration", &index.to_string(), "endpoint_id"]);
            open |= ids.open;
            leads.extend(ids.found);
        }
        if open || !leads.is_empty() {
            estate.accelerators.insert(resource.address.clone(), if open { Vec::new() } else { leads });
        }
    }
}

fn gateways(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_internet_gateway", "aws_egress_only_internet_gateway"]) {
        let ids = document.ids(resource, &["vpc_id"]);
        let mut held = ids.found;
        if ids.open || ids.choice {
            estate.loose_gateways.insert(resource.identity(), std::mem::take(&mut held));
        }
        let attached = list(&resource.values, "attachments").iter().filter_map(|held| text(held, "vpc_id"));
        held.extend(attached.map(ToOwned::to_owned));
        if resource.kind == "aws_egress_only_internet_gateway" {
            estate.internet_gateways.entry(resource.identity()).or_default();
        } else {
            estate.internet_gateways.entry(resource.identity()).or_default().extend(held);
        }
    }
    for resource in document.of_kind(&["aws_internet_gateway_attachment"]) {
        let gateway = reading.id(resource, "internet_gateway_id");
        let (networks, doubt) = reading.owners(resource, "vpc_id", estate.vpcs.keys());
        if doubt.is_some() {
            estate.loose_gateways.insert(gateway, networks);
        } else {
            estate.internet_gateways.entry(gateway).or_default().extend(networks);
        }
    }
    for resource in document.of_kind(&["aws_nat_gateway"]) {
        let values = &resource.values;
        estate.nats.insert(
            resource.identity(),
            NatGateway {
                subnet: reading.id(resource, "subnet_id"),
                interfaces: texts(values, "network_interface_id"),
                inside: range_of(values, "private_ip").into_iter().collect(),
                public: range_of(values, "public_ip").into_iter().collect(),
                gone: false,
                private: text(values, "connectivity_type") == Some("private"),
            },
        );
    }
    for resource in document.of_kind(&["aws_vpc_peering_connection"]) {
        let region = text(&resource.values, "peer_region").unwrap_or_default().to_owned();
        // Both ends of one region unless another is named.
        let own = if region.is_empty() { Some(String::new()) } else { reading.region(estate, resource) };
        let unclear_regions = own.is_none();
        let regions = [own.unwrap_or_default(), region];
        let sides = [reading.id(resource, "vpc_id"), reading.id(resource, "peer_vpc_id")];
        let ends = ["vpc_id", "peer_vpc_id"].map(|key| document.ids(resource, &[key]));
        let unclear = ends.iter().any(|ids| ids.choice || ids.open);
        let shown = !ends.iter().any(|ids| ids.open);
        let candidates = unclear.then(|| if shown { ends.map(|ids| ids.found).concat() } else { Vec::new() });
        let status = text(&resource.values, "accept_status");
        let accepted = flag(&resource.values, "auto_accept") == Some(true)
            || document.of_kind(&["aws_vpc_peering_connection_accepter"]).any(|held| {
                let id = document.id(held, &["vpc_peering_connection_id"]);
                let taken = text(&held.values, "accept_status") == Some("active");
                id == Some(resource.identity()) && (taken || flag(&held.values, "auto_accept") == Some(true))
            });
        // What was asked for may have been accepted since the state was written.
        let asked = status.is_none_or(|status| ASKED.contains(&status));
        let active = asked || status == Some("active");
        let pending = asked && !accepted;
        estate
            .peerings
            .insert(resource.identity(), Peering { active, pending, sides, candidates, regions, unclear_regions });
    }
}

/// Networks that the document makes: what it does not give them is as the provider makes it.
fn made_here(estate: &Estate, reading: &Reading<'_>) -> Vec<String> {
    let own = estate.vpcs.iter().filter(|(_, vpc)| vpc.folder == reading.folder && !vpc.looked_up);
    own.map(|(id, _)| id.clone()).collect()
}
