//! VPC endpoints, the services that they are of, and VPC Lattice.

use super::Reading;
use crate::model::aws::estate::{EndpointService, Estate, Lattice, VpcEndpoint};
use crate::model::json::{flag, list, text};
use crate::model::terraform::{Ids, Resource};

/// Takes endpoints and services. What joins networks by Lattice needs the networks.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    services(estate, reading);
    for resource in reading.document.of_kind(&["aws_vpc_endpoint"]) {
        let kind = text(&resource.values, "vpc_endpoint_type").unwrap_or("Gateway").to_owned();
        let (service, unclear) = match kind.as_str() {
            "Resource" => named(reading, resource, "resource_configuration_arn"),
            "ServiceNetwork" => named(reading, resource, "service_network_arn"),
            _ => service(reading, resource),
        };
        let interfaces = subnets(reading, resource).iter().map(|subnet| interface(resource, subnet)).collect();
        let accepted = is_accepted(reading, resource);
        estate.endpoints.insert(resource.identity(), VpcEndpoint { kind, service, unclear, interfaces, accepted });
    }
    lattices(estate, reading);
}

/// The identifier of an endpoint's interface in a subnet.
fn interface(resource: &Resource, subnet: &str) -> String {
    format!("{} in {subnet}", resource.key())
}

/// The subnets of an endpoint: its own, and those that are given to it.
pub(super) fn subnets(reading: &Reading<'_>, resource: &Resource) -> Vec<String> {
    let mut out = reading.ids(resource, "subnet_ids");
    let given = reading.document.of_kind(&["aws_vpc_endpoint_subnet_association"]);
    let own = given.filter(|held| reading.ids(held, "vpc_endpoint_id").contains(&resource.identity()));
    out.extend(own.flat_map(|held| reading.ids(held, "subnet_id")));
    out.sort_unstable();
    out.dedup();
    out
}

/// The groups of an endpoint: its own, and those that are given to it.
pub(super) fn add_groups(reading: &Reading<'_>, resource: &Resource, groups: &mut Ids) {
    for held in reading.document.of_kind(&["aws_vpc_endpoint_security_group_association"]) {
        let ids = reading.document.ids(held, &["vpc_endpoint_id"]);
        if ids.found.contains(&resource.identity()) || ids.open {
            let group = reading.document.ids(held, &["security_group_id"]);
            let unsure = group.open || group.choice || ids.open || ids.choice;
            groups.join(Ids { open: unsure, choice: unsure, ..group });
        }
    }
}

/// What a field names, and whether that is not sure.
fn named(reading: &Reading<'_>, resource: &Resource, key: &str) -> (String, bool) {
    let ids = reading.document.ids(resource, &[key]);
    let unclear = ids.open || ids.choice || ids.found.is_empty();
    (ids.found.first().filter(|_| !ids.choice).cloned().unwrap_or_default(), unclear)
}

fn service(reading: &Reading<'_>, resource: &Resource) -> (String, bool) {
    let (held, unclear) = named(reading, resource, "service_name");
    // What is looked up by a short name is the platform's own.
    let mut looked_up = reading.document.any_of_kind(&["aws_vpc_endpoint_service"]).filter(|found| !found.is_managed());
    let own = looked_up.find(|found| found.identity() == held).map(|found| {
        let name = text(&found.values, "service_name").or_else(|| text(&found.values, "service"));
        name.map_or_else(String::new, ToOwned::to_owned)
    });
    match own {
        Some(name) => (name.clone(), name.is_empty()),
        None => (held, unclear),
    }
}

fn services(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_vpc_endpoint_service"]) {
        let balancers = reading.document.ids(resource, &["network_load_balancer_arns"]);
        let gateways = reading.ids(resource, "gateway_load_balancer_arns");
        let service = EndpointService {
            names: text(&resource.values, "service_name").map(ToOwned::to_owned).into_iter().collect(),
            open: balancers.open && gateways.is_empty(),
            balancers: balancers.found,
            asks: flag(&resource.values, "acceptance_required"),
        };
        estate.services.insert(resource.identity(), service);
    }
}

/// Whether the owner of the service took an endpoint, as far as the document shows.
fn is_accepted(reading: &Reading<'_>, resource: &Resource) -> Option<bool> {
    let values = &resource.values;
    match text(values, "state") {
        Some("available") => return Some(true),
        Some("rejected" | "failed" | "expired" | "deleting" | "deleted") => return Some(false),
        _ => {}
    }
    let mut accepters = reading.document.of_kind(&["aws_vpc_endpoint_connection_accepter"]);
    let takes = |held: &Resource| reading.ids(held, "vpc_endpoint_id").contains(&resource.identity());
    (flag(values, "auto_accept") == Some(true) || accepters.any(takes)).then_some(true)
}

/// Service networks, each with the networks that use it and those in which its services and resources stand. Where the plan
/// does not show which of those it is, they are all that its kind names.
fn lattices(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_vpclattice_service_network"]) {
        let of = |held: &Resource| {
            let ids = document.ids(held, &["service_network_identifier"]);
            ids.open || is_named(&ids.found, resource)
        };
        let users = document.of_kind(&["aws_vpclattice_service_network_vpc_association"]).filter(|held| of(held));
        let from = users.flat_map(|held| networks(estate, reading, held, &["vpc_identifier"])).collect();
        let services = document.of_kind(&["aws_vpclattice_service_network_service_association"]);
        let mut to: Vec<String> = services
            .filter(|held| of(held))
            .flat_map(|held| service_networks(estate, reading, &document.ids(held, &["service_identifier"])))
            .collect();
        let resources = document.of_kind(&["aws_vpclattice_service_network_resource_association"]);
        to.extend(resources.filter(|held| of(held)).flat_map(|held| {
            resource_networks(estate, reading, &document.ids(held, &["resource_configuration_identifier"]))
        }));
        let lattice = Lattice { name: resource.address.clone(), from, to, names: names(resource) };
        estate.lattices.push(lattice);
    }
    for resource in document.of_kind(&["aws_vpclattice_resource_configuration"]) {
        let own = Ids { found: names(resource), ..Ids::default() };
        let to = resource_networks(estate, reading, &own);
        let lattice = Lattice { name: resource.address.clone(), from: Vec::new(), to, names: names(resource) };
        estate.lattices.push(lattice);
    }
}

fn names(resource: &Resource) -> Vec<String> {
    let known = ["arn", "id"].iter().filter_map(|key| text(&resource.values, key)).map(ToOwned::to_owned);
    std::iter::once(resource.identity()).chain(known).collect()
}

fn is_named(found: &[String], resource: &Resource) -> bool {
    names(resource).iter().any(|name| found.contains(name))
}

/// The networks that a field names; all of them where it is not known which.
fn networks(estate: &Estate, reading: &Reading<'_>, resource: &Resource, path: &[&str]) -> Vec<String> {
    let ids = reading.document.ids(resource, path);
    if ids.open && ids.found.is_empty() { estate.vpcs.keys().cloned().collect() } else { ids.found }
}

/// The networks of the target groups that services lead to.
fn service_networks(estate: &Estate, reading: &Reading<'_>, services: &Ids) -> Vec<String> {
    let document = reading.document;
    let of = |held: &Resource, key: &str| {
        let ids = document.ids(held, &[key]);
        let service = document.of_kind(&["aws_vpclattice_service"]).find(|held| is_named(&services.found, held));
        ids.open || services.open || service.is_none_or(|service| is_named(&ids.found, service))
    };
    let kinds = ["aws_vpclattice_listener", "aws_vpclattice_listener_rule"];
    let leads = document.of_kind(&kinds).filter(|held| of(held, "service_identifier"));
    let groups: Vec<&Resource> = document.of_kind(&["aws_vpclattice_target_group"]).collect();
    let mut out = Vec::new();
    for held in leads {
        let (found, open) = targets(reading, held);
        let meant = groups.iter().filter(|group| open || is_named(&found, group));
        out.extend(meant.flat_map(|group| networks(estate, reading, group, &["config", "0", "vpc_identifier"])));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The target groups that a listener or a rule of it names, and whether there may be others.
fn targets(reading: &Reading<'_>, resource: &Resource) -> (Vec<String>, bool) {
    let key = if resource.kind.ends_with("_rule") { "action" } else { "default_action" };
    let (mut found, mut open) = (Vec::new(), false);
    for (at, action) in list(&resource.values, key).iter().enumerate() {
        for (index, forward) in list(action, "forward").iter().enumerate() {
            for number in 0..list(forward, "target_groups").len() {
                let (at, index, number) = (at.to_string(), index.to_string(), number.to_string());
                let path = [key, &at, "forward", &index, "target_groups", &number, "target_group_identifier"];
                let ids = reading.document.ids(resource, &path);
                open |= ids.open;
                found.extend(ids.found);
            }
        }
    }
    // What only answers with a status leads nowhere; a listener of which no action is shown may lead anywhere.
    (found, open || list(&resource.values, key).is_empty())
}

/// The networks of the gateways by which resources are reached.
fn resource_networks(estate: &Estate, reading: &Reading<'_>, resources: &Ids) -> Vec<String> {
    let document = reading.document;
    let configurations = document.of_kind(&["aws_vpclattice_resource_configuration"]);
    let meant = configurations.filter(|held| resources.open || is_named(&resources.found, held));
    let mut out = Vec::new();
    for held in meant {
        let ids = document.ids(held, &["resource_gateway_identifier"]);
        let gateways = document.of_kind(&["aws_vpclattice_resource_gateway"]);
        let own = gateways.filter(|gateway| ids.open || ids.found.is_empty() || is_named(&ids.found, gateway));
        out.extend(own.flat_map(|gateway| networks(estate, reading, gateway, &["vpc_id"])));
    }
    out.sort_unstable();
    out.dedup();
    out
}
