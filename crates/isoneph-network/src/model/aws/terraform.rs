//! Terraform resources of the aws provider.

mod acls;
mod fed;
mod groups;
mod instances;
mod launch;
mod links;
mod machines;
mod routes;
mod scaling;
mod services;
mod transit;
mod unread;

use std::collections::BTreeMap;

use serde_json::Value;

use super::build::is_network;
use super::estate::{Destination, Estate, NatGateway, Peering, Route, RouteTarget, Subnet, Table, Vpc};
use crate::model::Unsupported;
use crate::model::address::{AddressRange, Family};
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
    networks(estate, &reading);
    gateways(estate, &reading);
    accelerators(estate, &reading);
    links::read(estate, &reading);
    tables(estate, &reading);
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

fn networks(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["aws_vpc", "aws_default_vpc"]) {
        let values = &resource.values;
        // A network that is looked up lists all its blocks of IPv4.
        let listed = list(values, "cidr_block_associations").iter().filter_map(|held| range_of(held, "cidr_block"));
        let mut ranges: Vec<AddressRange> =
            [range_of(values, "cidr_block"), range_of(values, "ipv6_cidr_block")].into_iter().flatten().collect();
        ranges.extend(listed.filter(|range| Some(*range) != range_of(values, "cidr_block")));
        let given_six = flag(values, "assign_generated_ipv6_cidr_block") == Some(true)
            || text(values, "ipv6_ipam_pool_id").is_some()
            || ["ipv6_cidr_block", "ipv6_ipam_pool_id"].iter().any(|key| reading.is_open(resource, &[key], values));
        let missing = |family: Family| !ranges.iter().any(|range| range.family == family);
        let open = [missing(Family::V4), missing(Family::V6) && given_six];
        let region = text(values, "arn").and_then(|arn| arn.split(':').nth(3)).or_else(|| text(values, "region"));
        let vpc = Vpc {
            ranges,
            open,
            cut: false,
            owner: account(resource),
            region: region.unwrap_or_default().into(),
            folder: reading.folder.clone(),
            looked_up: is_older(resource),
            tags: labels(resource),
            origin: reading.origin(resource),
        };
        take(&mut estate.vpcs, resource, vpc);
    }
    for resource in
        reading.document.of_kind(&["aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"])
    {
        let more = range_of(&resource.values, "cidr_block").or_else(|| range_of(&resource.values, "ipv6_cidr_block"));
        let six = usize::from(resource.kind == "aws_vpc_ipv6_cidr_block_association");
        let (owners, doubt) = reading.owners(resource, "vpc_id", estate.vpcs.keys());
        estate.blocks.extend(owners.into_iter().map(|id| (id, six, more.filter(|_| doubt.is_none()))));
    }
    for resource in reading.document.any_of_kind(&["aws_subnet", "aws_default_subnet"]) {
        let values = &resource.values;
        let ranges: Vec<AddressRange> =
            [range_of(values, "cidr_block"), range_of(values, "ipv6_cidr_block")].into_iter().flatten().collect();
        let missing = |family: Family| !ranges.iter().any(|range| range.family == family);
        let six = ["ipv6_cidr_block", "ipv6_ipam_pool_id"].iter().any(|key| reading.is_open(resource, &[key], values));
        let four = flag(values, "ipv6_native") != Some(true);
        let vpc = network_of_subnet(estate, reading, resource, &ranges);
        take(
            &mut estate.subnets,
            resource,
            Subnet {
                vpc,
                looked_up: is_older(resource),
                open: [four && missing(Family::V4), six && missing(Family::V6)],
                assigns_public: flag(values, "map_public_ip_on_launch")
                    .unwrap_or(resource.kind == "aws_default_subnet"),
                ranges,
                zone: text(values, "availability_zone_id")
                    .or_else(|| text(values, "availability_zone"))
                    .unwrap_or_default()
                    .into(),
                owner: account(resource),
                assigns_six: flag(values, "assign_ipv6_address_on_creation") == Some(true)
                    || flag(values, "ipv6_native") == Some(true),
                tags: labels(resource),
                origin: reading.origin(resource),
                ..Subnet::default()
            },
        );
    }
}

/// The network of a subnet. Of several that may be meant it is the one in whose blocks the subnet's lie.
fn network_of_subnet(estate: &Estate, reading: &Reading<'_>, resource: &Resource, ranges: &[AddressRange]) -> String {
    let ids = reading.document.ids(resource, &["vpc_id"]);
    let may_hold = |id: &&String, range: &AddressRange| {
        let family = usize::from(range.family == Family::V6);
        estate.open_of(id)[family] || estate.ranges_of(id).iter().any(|block| block.covers(*range))
    };
    if ids.choice && !ids.open && !ids.lost && !ranges.is_empty() {
        let mut fitting = ids.found.iter().filter(|id| ranges.iter().all(|range| may_hold(id, range)));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            return only.clone();
        }
    }
    reading.id(resource, "vpc_id")
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

fn tables(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_route_table", "aws_default_route_table"]) {
        if !resource.is_managed() {
            looked_up_table(estate, reading, resource);
            continue;
        }
        let default = resource.kind == "aws_default_route_table";
        let vpc = document.id(resource, &["vpc_id"]).or_else(|| {
            let id = document.id(resource, &["default_route_table_id"])?;
            reading.made_with(&id, "main table of", &["default_route_table_id"])
        });
        let mut routes: Vec<Route> = (0..list(&resource.values, "route").len())
            .map(|at| inline_route(document, resource, "route", at))
            .collect();
        let gateways = document.ids(resource, &["propagating_vgws"]);
        if !gateways.found.is_empty() || (gateways.open && document.is_written(resource, &["propagating_vgws"])) {
            routes.push(learned(gateways.found.first()));
        }
        if document.is_open_block(resource, "route") {
            let what = format!("the routes of {}", resource.address);
            let (destination, target) = (Destination::Unknown(what.clone()), RouteTarget::Other(what));
            routes.push(Route { destination, target, active: true, propagated: false });
        }
        estate.tables.insert(
            resource.identity(),
            Table {
                vpc: vpc.unwrap_or_default(),
                main: default,
                edge: false,
                subnets: Vec::new(),
                routes,
                tags: labels(resource),
                origin: reading.origin(resource),
            },
        );
    }
    // A network has a main table even where nothing manages it: the network's own routes alone.
    for vpc in made_here(estate, reading) {
        if !estate.tables.values().any(|table| table.vpc == vpc && table.main) {
            let origin = estate.vpcs[&vpc].origin.clone();
            let table = Table { vpc: vpc.clone(), main: true, origin, ..Table::default() };
            estate.tables.insert(format!("main table of {vpc}"), table);
        }
    }
    for resource in document.of_kind(&["aws_default_route_table"]) {
        let networks = reading.perhaps_of(estate, resource, Some(("default_route_table_id", "main table of")));
        loosen_main(estate, &networks, resource);
    }
    routes::read(estate, reading);
    for resource in document.of_kind(&["aws_vpn_gateway_route_propagation"]) {
        let gateway = document.id(resource, &["vpn_gateway_id"]);
        for id in reading.owners(resource, "route_table_id", estate.tables.keys()).0 {
            let id = reading.table(estate, &id);
            if let Some(table) = estate.tables.get_mut(&id) {
                table.routes.push(learned(gateway.as_ref()));
            }
        }
    }
    for resource in document.of_kind(&["aws_route_table_association"]) {
        let (tables, unsure) = reading.owners(resource, "route_table_id", estate.tables.keys());
        let gateway = reading.ids(resource, "gateway_id");
        if !gateway.is_empty() {
            // What comes in by the gateway follows the table; what a VPN gateway lets in is not followed at all.
            let outside = gateway.iter().any(|id| !id.starts_with("vgw-") && !id.contains("aws_vpn_gateway."));
            for id in tables {
                let id = reading.table(estate, &id);
                estate.tables.entry(id).and_modify(|table| table.edge |= outside);
            }
            continue;
        }
        if !document.is_written(resource, &["subnet_id"]) && text(&resource.values, "subnet_id").is_none() {
            continue;
        }
        let (subnets, doubt) = reading.owners(resource, "subnet_id", estate.subnets.keys());
        if unsure.or(doubt).is_some() {
            no_table(estate, &subnets);
            continue;
        }
        for id in tables {
            let id = reading.table(estate, &id);
            match estate.tables.get_mut(&id) {
                Some(table) => table.subnets.extend(subnets.clone()),
                // It has a table of which nothing is shown, and not the network's main one.
                None => no_table(estate, &subnets),
            }
        }
    }
    place_tables(estate);
    for resource in document.of_kind(&["aws_main_route_table_association"]) {
        let table = reading.table(estate, &reading.id(resource, "route_table_id"));
        let vpc = reading.id(resource, "vpc_id");
        let mut networks = reading.perhaps_of(estate, resource, None);
        let tables = document.ids(resource, &["route_table_id"]);
        networks.extend((tables.choice || tables.open).then(|| vpc.clone()));
        if !networks.is_empty() {
            loosen_main(estate, &networks, resource);
            continue;
        }
        for (name, held) in &mut estate.tables {
            held.main = if *name == table { true } else { held.main && held.vpc != vpc };
        }
    }
    let gateways: Vec<(String, Vec<String>)> =
        document
            .of_kind(&["aws_vpc_endpoint"])
            .filter(|resource| text(&resource.values, "vpc_endpoint_type").unwrap_or("Gateway") == "Gateway")
            .map(|resource| (resource.identity(), reading.ids(resource, "route_table_ids")))
            .chain(document.of_kind(&["aws_vpc_endpoint_route_table_association"]).map(|resource| {
                (reading.id(resource, "vpc_endpoint_id"), vec![reading.id(resource, "route_table_id")])
            }))
            .collect();
    for (endpoint, tables) in gateways {
        let service = estate.endpoints.get(&endpoint).map(|held| held.service.clone()).unwrap_or_default();
        for table in tables {
            let table = reading.table(estate, &table);
            if let Some(table) = estate.tables.get_mut(&table) {
                table.routes.push(Route {
                    destination: Destination::PrefixList(format!("of {service}")),
                    target: RouteTarget::Endpoint(endpoint.clone()),
                    active: true,
                    propagated: false,
                });
            }
        }
    }
}

/// A table of which a plan does not show the network is of that in which its subnets lie.
fn place_tables(estate: &mut Estate) {
    let Estate { tables, subnets, vpcs, .. } = estate;
    let is_shown = |vpc: &String| vpcs.contains_key(vpc) || is_network(vpc);
    for table in tables.values_mut().filter(|table| !is_shown(&table.vpc)) {
        let own = table.subnets.iter().filter_map(|id| Some(&subnets.get(id)?.vpc));
        if let Some(vpc) = own.clone().find(|vpc| is_shown(vpc)) {
            table.vpc.clone_from(vpc);
        }
    }
}

/// Notes that another table than what is known may be the main one of networks.
fn loosen_main(estate: &mut Estate, networks: &[String], resource: &Resource) {
    let what = format!("which table {} makes the main one", resource.address);
    for table in estate.tables.values_mut().filter(|table| table.main && networks.contains(&table.vpc)) {
        let (destination, target) = (Destination::Unknown(what.clone()), RouteTarget::Other(what.clone()));
        table.routes.push(Route { destination, target, active: true, propagated: false });
    }
}

/// Notes that nothing shows which table subnets have.
fn no_table(estate: &mut Estate, subnets: &[String]) {
    for subnet in subnets {
        estate.subnets.entry(subnet.clone()).and_modify(|held| held.unclear_table = true);
    }
}

/// What a VPN gateway learns at run time is not shown: any address may lead to it.
fn learned(gateway: Option<&String>) -> Route {
    let name = gateway.map_or("a VPN gateway", String::as_str).to_owned();
    Route {
        destination: Destination::Unknown(format!("what {name} propagates")),
        target: RouteTarget::Other(name),
        active: true,
        propagated: true,
    }
}

fn inline_route(document: &Document, resource: &Resource, key: &str, index: usize) -> Route {
    let number = index.to_string();
    let empty = Value::Null;
    let values = list(&resource.values, key).get(index).unwrap_or(&empty);
    route(document, resource, &[key, &number], values)
}

/// A table that is looked up lists its routes and whom it is for.
fn looked_up_table(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource) {
    let values = &resource.values;
    let routes = list(values, "routes").len();
    let associations = list(values, "associations");
    let subnets = associations.iter().chain([values]).filter_map(|held| text(held, "subnet_id"));
    let table = Table {
        vpc: reading.id(resource, "vpc_id"),
        main: associations.iter().any(|held| flag(held, "main") == Some(true)),
        edge: associations.iter().filter_map(|held| text(held, "gateway_id")).any(|id| !id.starts_with("vgw-")),
        subnets: subnets.map(ToOwned::to_owned).collect(),
        routes: (0..routes).map(|at| inline_route(reading.document, resource, "routes", at)).collect(),
        tags: labels(resource),
        origin: reading.origin(resource),
    };
    take(&mut estate.tables, resource, table);
}

/// Networks that the document makes: what it does not give them is as the provider makes it.
fn made_here(estate: &Estate, reading: &Reading<'_>) -> Vec<String> {
    let own = estate.vpcs.iter().filter(|(_, vpc)| vpc.folder == reading.folder && !vpc.looked_up);
    own.map(|(id, _)| id.clone()).collect()
}

fn route(document: &Document, resource: &Resource, path: &[&str], values: &Value) -> Route {
    let block = ["destination_cidr_block", "cidr_block", "destination_ipv6_cidr_block", "ipv6_cidr_block"]
        .into_iter()
        .find_map(|key| text(values, key));
    let at = |key: &'static str| -> Vec<&str> { path.iter().copied().chain([key]).collect() };
    let destination = match block {
        Some(block) => {
            AddressRange::parse(block).map_or_else(|| Destination::Unknown(block.into()), Destination::Range)
        }
        None => document.id(resource, &at("destination_prefix_list_id")).map_or_else(
            || Destination::Unknown(format!("a destination of {}", resource.address)),
            Destination::PrefixList,
        ),
    };
    let find = |key: &'static str| document.id(resource, &at(key));
    let target = find("gateway_id")
        .map(|id| match id.as_str() {
            "local" => RouteTarget::Local,
            held if held.starts_with("vgw-") || held.contains("aws_vpn_gateway.") => RouteTarget::Other(id),
            _ => RouteTarget::Internet(id),
        })
        .or_else(|| find("nat_gateway_id").map(RouteTarget::Nat))
        .or_else(|| find("vpc_peering_connection_id").map(RouteTarget::Peering))
        .or_else(|| find("transit_gateway_id").map(RouteTarget::Transit))
        .or_else(|| find("egress_only_gateway_id").map(RouteTarget::EgressOnly))
        .or_else(|| find("network_interface_id").map(RouteTarget::Interface))
        .or_else(|| find("instance_id").map(RouteTarget::Instance))
        .or_else(|| find("vpc_endpoint_id").map(RouteTarget::Endpoint))
        .or_else(|| find("carrier_gateway_id").map(RouteTarget::Other))
        .or_else(|| find("local_gateway_id").map(RouteTarget::Other))
        .or_else(|| find("core_network_arn").map(RouteTarget::Other))
        .unwrap_or_else(|| RouteTarget::Other(format!("a target of {}", resource.address)));
    Route { destination, target, active: text(values, "state") != Some("blackhole"), propagated: false }
}
