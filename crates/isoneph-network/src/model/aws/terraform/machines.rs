//! Machines, services and load balancers of a Terraform document: what has interfaces in subnets.

use std::collections::BTreeSet;

use serde_json::Value;

use super::carried::carried;
use super::services::SERVICES;
use super::{Reading, fed, instances, labels, links, scaling};
use crate::model::address::{AddressRange, Family};
use crate::model::aws::estate::{Balancer, Estate, Interface, Listener, TargetGroup};
use crate::model::json::{flag, list, number, text, text_or_empty, texts};
use crate::model::terraform::{Ids, Resource};

/// Takes everything that has interfaces.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    interfaces(estate, reading);
    instances::read(estate, reading);
    attached_groups(estate, reading);
    services(estate, reading);
    scaling::read(estate, reading);
    balancers(estate, reading);
    public_addresses(estate, reading);
}

/// An interface in a subnet: the addresses given, or the subnet's range where they are known after apply. It has one of
/// IPv6 only where the subnet gives one to everybody, or `values` ask for one.
pub(super) fn place(
    estate: &Estate,
    subnet: &str,
    known: Vec<AddressRange>,
    (public, own_six): (bool, bool),
    values: &Value,
) -> Vec<(AddressRange, Option<AddressRange>)> {
    let outside = |range: AddressRange| (public && range.family == Family::V4).then(|| AddressRange::whole(Family::V4));
    let held = estate.subnets.get(subnet);
    let six = own_six
        || held.is_some_and(|held| held.assigns_six)
        || number(values, "ipv6_address_count").is_some_and(|count| count > 0)
        || ["ip_address_type", "network_type"]
            .iter()
            .any(|key| text(values, key).is_some_and(|word| word.to_ascii_lowercase().starts_with("dual")));
    let mut ranges = known.clone();
    for range in held.map(|held| held.ranges.as_slice()).unwrap_or_default() {
        let missing = !known.iter().any(|own| own.family == range.family);
        let wanted = if range.family == Family::V6 { six } else { known.is_empty() };
        if missing && wanted {
            ranges.push(*range);
        }
    }
    // A block that is not known may be any.
    let open = held.map(|held| held.open).unwrap_or_default();
    let lacks = |family| !ranges.iter().any(|range: &AddressRange| range.family == family);
    let wanted = [open[0] && known.is_empty() && lacks(Family::V4), open[1] && six && lacks(Family::V6)];
    let families = [Family::V4, Family::V6].into_iter().zip(wanted).filter(|(_, wanted)| *wanted);
    ranges.extend(families.map(|(family, _)| AddressRange::whole(family)).collect::<Vec<_>>());
    ranges.into_iter().map(|range| (range, outside(range))).collect()
}

/// Whether machines that are made in a subnet get a public address: what they say themselves, else what the subnet does.
pub(super) fn is_public(estate: &Estate, subnet: &str, own: Option<bool>) -> bool {
    own.unwrap_or_else(|| estate.subnets.get(subnet).is_some_and(|held| held.assigns_public))
}

/// The subnets a thing of one subnet may be in, each with the identifier of its interface there. Where a plan does not
/// show which of several it is, it stands in each, and what holds for some of them alone is left open.
pub(super) fn places_of(subnets: &[String], identity: &str) -> Vec<(String, String)> {
    let several = subnets.len() > 1;
    let name = |subnet: &String| if several { format!("{identity} in {subnet}") } else { identity.to_owned() };
    subnets.iter().map(|subnet| (subnet.clone(), name(subnet))).collect()
}

/// Of several subnets those that something with these addresses may stand in: an address is its subnet's.
pub(super) fn fitting(estate: &Estate, subnets: Vec<String>, known: &[AddressRange]) -> Vec<String> {
    let takes = |name: &String, address: &AddressRange| {
        estate.subnets.get(name).is_none_or(|held| {
            let family = usize::from(address.family == Family::V6);
            held.open[family] || held.ranges.iter().any(|range| range.covers(*address))
        })
    };
    let fits = |name: &&String| known.iter().all(|address| takes(name, address));
    let left: Vec<String> = subnets.iter().filter(fits).cloned().collect();
    if left.is_empty() { subnets } else { left }
}

pub(super) fn add(estate: &mut Estate, id: String, subnet: &str, mut interface: Interface) {
    let Some(held) = estate.subnets.get(subnet) else { return };
    interface.subnet = subnet.to_owned();
    interface.vpc.clone_from(&held.vpc);
    if interface.owner.is_empty() {
        interface.owner.clone_from(&held.owner);
    }
    estate.interfaces.insert(id, interface);
}

pub(super) fn addresses(values: &Value, keys: &[&str]) -> Vec<AddressRange> {
    let single = keys.iter().filter_map(|key| text(values, key)).map(ToOwned::to_owned);
    let many = keys.iter().flat_map(|key| texts(values, key));
    let mut out: Vec<AddressRange> = single.chain(many).filter_map(|held| AddressRange::parse(&held)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn interfaces(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_network_interface"]) {
        let values = &resource.values;
        let groups = reading.document.ids(resource, &["security_groups"]);
        let known = addresses(values, &["private_ip", "private_ips", "ipv6_addresses"]);
        let subnets = fitting(estate, reading.document.ids(resource, &["subnet_id"]).found, &known);
        for (subnet, id) in places_of(&subnets, &resource.identity()) {
            let known = known.clone();
            let interface = Interface {
                addresses: place(estate, &subnet, known, (false, false), values),
                forwards: flag(values, "source_dest_check") == Some(false),
                name: resource.address.clone(),
                tags: labels(resource),
                origin: reading.origin(resource),
                ..Interface::default()
            };
            let interface = carried(estate, reading, &subnet, &groups).on(interface);
            add(estate, id, &subnet, interface);
        }
    }
}

/// Groups that are given to interfaces beside those of their own.
fn attached_groups(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_network_interface_sg_attachment"]) {
        let (owners, doubt) = reading.owners(resource, "network_interface_id", estate.interfaces.keys());
        let (group, unsure) = reading.owners(resource, "security_group_id", estate.groups.keys());
        let doubt = doubt.or(unsure).or_else(|| (group.len() != 1).then(|| resource.address.clone()));
        // The interface of an instance is named by the instance.
        let all: BTreeSet<String> = owners.iter().flat_map(|id| estate.standing(id)).collect();
        for own in all {
            let Some(interface) = estate.interfaces.get_mut(&own) else { continue };
            match &doubt {
                None => interface.groups.extend(group.first().cloned()),
                Some(doubt) => {
                    interface.groups.push(doubt.clone());
                    interface.open_groups = true;
                }
            }
        }
    }
}

/// Subnets of a resource, directly or through a group of subnets.
fn subnets(reading: &Reading<'_>, resource: &Resource, path: &[&str], through: &[&str]) -> Vec<String> {
    let document = reading.document;
    let named = document.ids(resource, path).found;
    if through.is_empty() {
        return named;
    }
    let held = document.any_of_kind(through).filter(|group| {
        named.iter().any(|name| *name == group.identity() || Some(name.as_str()) == text(&group.values, "name"))
    });
    held.flat_map(|group| document.ids(group, &["subnet_ids"]).found).collect()
}

fn services(estate: &mut Estate, reading: &Reading<'_>) {
    for service in SERVICES {
        for resource in reading.document.of_kind(&[service.kind]) {
            let kind = text(&resource.values, "vpc_endpoint_type");
            let is_endpoint = service.kind == "aws_vpc_endpoint";
            if is_endpoint && !matches!(kind, Some("Interface" | "Resource" | "ServiceNetwork")) {
                continue;
            }
            let mut groups = Ids { open: true, ..Ids::default() };
            if !service.groups.is_empty() {
                groups = reading.document.ids(resource, service.groups);
                // The service adds a group of its own, which nodes share.
                if service.kind == "aws_eks_cluster" {
                    groups.loosen();
                }
            }
            let mut held = subnets(reading, resource, service.subnets, service.through);
            if is_endpoint {
                held = links::subnets(reading, resource);
                links::add_groups(reading, resource, &mut groups);
            }
            for subnet in held {
                let public = is_service_public(reading, resource);
                template(estate, reading, resource, &subnet, &groups, public);
            }
        }
    }
}

/// Whether a service's interfaces have public addresses.
fn is_service_public(reading: &Reading<'_>, resource: &Resource) -> bool {
    let values = &resource.values;
    let tasks = list(values, "network_configuration").first();
    match resource.kind.as_str() {
        "aws_elb" => flag(values, "internal") != Some(true),
        "aws_ecs_service" => tasks.and_then(|held| flag(held, "assign_public_ip")) == Some(true),
        "aws_rds_cluster" | "aws_neptune_cluster" => has_public_member(reading, resource),
        _ => flag(values, "publicly_accessible") == Some(true),
    }
}

/// Whether an instance of a cluster of databases is reached by a public address.
fn has_public_member(reading: &Reading<'_>, cluster: &Resource) -> bool {
    let name = text(&cluster.values, "cluster_identifier");
    let kinds = ["aws_rds_cluster_instance", "aws_neptune_cluster_instance"];
    let mut members = reading.document.of_kind(&kinds).filter(|held| {
        let of = reading.ids(held, "cluster_identifier");
        of.iter().any(|id| *id == cluster.identity() || Some(id.as_str()) == name)
    });
    flag(&cluster.values, "publicly_accessible") == Some(true)
        || members.any(|held| flag(&held.values, "publicly_accessible") == Some(true))
}

fn template(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, subnet: &str, groups: &Ids, public: bool) {
    let id = format!("{} in {subnet}", resource.key());
    member(estate, reading, (resource, id), subnet, groups, (public, false));
}

/// What stands for the members of a service or a scaling group in a subnet: one of their interfaces.
pub(super) fn member(
    estate: &mut Estate,
    reading: &Reading<'_>,
    (resource, id): (&Resource, String),
    subnet: &str,
    groups: &Ids,
    (public, six): (bool, bool),
) {
    let mut aliases = vec![resource.address.clone(), resource.identity()];
    aliases.extend(text(&resource.values, "name").map(ToOwned::to_owned));
    let interface = Interface {
        addresses: place(estate, subnet, Vec::new(), (public, six), &resource.values),
        template: true,
        name: resource.address.clone(),
        aliases,
        tags: labels(resource),
        origin: reading.origin(resource),
        ..Interface::default()
    };
    let interface = carried(estate, reading, subnet, groups).on(interface);
    add(estate, id, subnet, interface);
}

/// What may stand in a subnet, of a kind of which nothing is read: anywhere there, with any groups, and maybe an address of
/// the outside.
pub(super) fn stand(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, subnet: &str) {
    let known = estate.subnets.get(subnet).map(|held| held.ranges.clone()).unwrap_or_default();
    let interface = Interface {
        addresses: place(estate, subnet, known, (true, false), &resource.values),
        template: true,
        name: resource.address.clone(),
        aliases: vec![resource.address.clone(), resource.identity()],
        tags: labels(resource),
        origin: reading.origin(resource),
        ..Interface::default()
    };
    let unknown = Ids { open: true, ..Ids::default() };
    let interface = carried(estate, reading, subnet, &unknown).on(interface);
    add(estate, format!("{} in {subnet}", resource.key()), subnet, interface);
}

/// What may stand in some subnet of a network.
pub(super) fn stand_in_network(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, network: &str) {
    let Some(vpc) = estate.vpcs.get(network) else { return };
    let public = |range: &AddressRange| (range.family == Family::V4).then(|| AddressRange::whole(Family::V4));
    let mut addresses: Vec<_> = estate.ranges_of(network).into_iter().map(|range| (range, public(&range))).collect();
    let families = [Family::V4, Family::V6].into_iter().zip(estate.open_of(network)).filter(|(_, open)| *open);
    addresses.extend(families.map(|(family, _)| AddressRange::whole(family)).map(|whole| (whole, public(&whole))));
    let interface = Interface {
        vpc: network.to_owned(),
        owner: vpc.owner.clone(),
        groups: vec![format!("groups known after apply in {network}")],
        open_groups: true,
        addresses,
        template: true,
        name: resource.address.clone(),
        aliases: vec![resource.identity()],
        tags: labels(resource),
        origin: reading.origin(resource),
        ..Interface::default()
    };
    estate.interfaces.insert(format!("{} in {network}", resource.key()), interface);
}

fn balancers(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_lb", "aws_alb"]) {
        let values = &resource.values;
        let id = resource.identity();
        let kind = text(values, "load_balancer_type").unwrap_or("application").to_owned();
        let public = flag(values, "internal") != Some(true);
        let name = text(values, "name").unwrap_or(&resource.address).to_owned();
        estate.balancers.insert(
            id.clone(),
            Balancer {
                name: name.clone(),
                kind: kind.clone(),
                listeners: Vec::new(),
                listed: true,
                folder: reading.folder.clone(),
                unguarded: text(values, UNGUARDED) == Some("off"),
            },
        );
        let mut groups = document.ids(resource, &["security_groups"]);
        let mut held = subnets_of_balancer(reading, resource);
        if !held.iter().any(|subnet| estate.subnets.contains_key(subnet)) {
            // Where it stands nothing shows: anywhere, and its groups with it.
            held = estate.subnets.keys().cloned().collect();
            groups = Ids { open: true, ..Ids::default() };
        }
        // A network load balancer without groups has none, and all pass; an application load balancer has the default one.
        let guarded = kind == "application";
        if !guarded && (groups.open || groups.choice) {
            groups = Ids { open: true, ..Ids::default() };
        }
        for subnet in held {
            let key = id.split_once(":loadbalancer/").map_or(id.as_str(), |(_, key)| key);
            let interface = Interface {
                addresses: place(estate, &subnet, Vec::new(), (public, false), values),
                description: format!("ELB {key}"),
                name: name.clone(),
                aliases: vec![resource.address.clone(), name.clone()],
                tags: labels(resource),
                origin: reading.origin(resource),
                ..Interface::default()
            };
            let interface = if guarded || groups.open || !groups.found.is_empty() {
                carried(estate, reading, &subnet, &groups).on(interface)
            } else {
                interface
            };
            add(estate, format!("{} in {subnet}", resource.key()), &subnet, interface);
        }
    }
    listeners(estate, reading);
    target_groups(estate, reading);
}

/// The subnets that a balancer is given.
pub(super) fn subnets_of_balancer(reading: &Reading<'_>, resource: &Resource) -> Vec<String> {
    const MAPPED: &str = "subnet_mapping";
    let mapped = (0..list(&resource.values, MAPPED).len()).flat_map(|at| {
        let path = [MAPPED, &at.to_string(), "subnet_id"];
        reading.document.id(resource, &path)
    });
    reading.document.ids(resource, &["subnets"]).found.into_iter().chain(mapped).collect()
}

/// Whether a balancer's groups are asked about what comes by PrivateLink; they are unless this is off.
const UNGUARDED: &str = "enforce_security_group_inbound_rules_on_private_link_traffic";
const LISTENERS: [&str; 2] = ["aws_lb_listener", "aws_alb_listener"];

fn listeners(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&LISTENERS) {
        let (owners, doubt) = reading.owners(resource, "load_balancer_arn", estate.balancers.keys());
        let mut groups = Vec::new();
        let actions = list(&resource.values, "default_action");
        // Every listener has an action: where none is shown, it is known after apply.
        let mut clear = doubt.is_none() && !actions.is_empty();
        for index in 0..actions.len().max(1) {
            let held = document.ids(resource, &["default_action", &index.to_string(), "target_group_arn"]);
            clear &= !held.open && !held.choice;
            groups.extend(held.found);
        }
        // Rules and weighted groups lead elsewhere as well.
        clear &= actions.iter().all(|action| {
            list(action, "forward").is_empty()
                && text(action, "type").is_none_or(|kind| kind == "forward" || kind != "authenticate")
        });
        let protocol = text(&resource.values, "protocol").unwrap_or("TCP").to_owned();
        let known = number(&resource.values, "port");
        let port = known.unwrap_or(0);
        for owner in owners {
            let Some(balancer) = estate.balancers.get_mut(&owner) else { continue };
            // What may be of several, and what listens nobody knows where, leaves open what each listens on.
            balancer.listed &= doubt.is_none() && known.is_some();
            balancer.listeners.push(Listener { protocol: protocol.clone(), port, groups: groups.clone(), clear });
        }
    }
    for resource in document.of_kind(&["aws_lb_listener_rule", "aws_alb_listener_rule"]) {
        let held = document.ids(resource, &["listener_arn"]);
        let unsure = held.open || held.choice;
        let is_owner = |other: &Resource| held.found.contains(&other.identity()) || (unsure && held.found.is_empty());
        let more = document.ids(resource, &["action", "0", "target_group_arn"]);
        for owner in document.of_kind(&LISTENERS).filter(|other| is_owner(other)) {
            let port = number(&owner.values, "port").unwrap_or(0);
            let Some(balancer) = estate.balancers.get_mut(&reading.id(owner, "load_balancer_arn")) else { continue };
            for listener in balancer.listeners.iter_mut().filter(|listener| listener.port == port) {
                listener.clear &= !unsure && !more.open && !more.choice;
                listener.groups.extend(more.found.iter().cloned());
            }
        }
    }
}

fn target_groups(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_lb_target_group", "aws_alb_target_group"]) {
        let kind = text(&resource.values, "target_type").unwrap_or("instance").to_owned();
        let (targets, listed) = fed::targets(estate, reading, resource);
        estate.target_groups.insert(
            resource.identity(),
            TargetGroup {
                kind,
                protocol: text_or_empty(&resource.values, "protocol"),
                keeps_client: flag(&resource.values, "preserve_client_ip"),
                targets,
                listed,
            },
        );
    }
    for resource in document.of_kind(&["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"]) {
        let port = number(&resource.values, "port");
        let target = reading.id(resource, "target_id");
        let (owners, doubt) = reading.owners(resource, "target_group_arn", estate.target_groups.keys());
        if doubt.is_some() {
            // Which group has it, the plan does not show: each may have more than is known of.
            for owner in owners {
                estate.target_groups.entry(owner).and_modify(|group| group.listed = false);
            }
            continue;
        }
        if let Some(group) = owners.first().and_then(|owner| estate.target_groups.get_mut(owner)) {
            let port = port.or_else(|| {
                let owner = document.of_kind(&["aws_lb_target_group", "aws_alb_target_group"]);
                owner
                    .into_iter()
                    .find(|held| owners.first() == Some(&held.identity()))
                    .and_then(|held| number(&held.values, "port"))
            });
            group.targets.push((target, port));
        }
    }
}

/// Elastic addresses that are given to machines or interfaces.
fn public_addresses(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let pairs = document.of_kind(&["aws_eip"]).map(|held| (held, held)).chain(
        // An address that the document does not show, or of which it does not show which it is, is one all the same.
        document.of_kind(&["aws_eip_association"]).map(|held| {
            let id = document.id(held, &["allocation_id"]);
            let eip = document.of_kind(&["aws_eip"]).find(|eip| Some(eip.identity()) == id);
            (held, eip.unwrap_or(held))
        }),
    );
    for (holder, eip) in pairs {
        let public = text(&eip.values, "public_ip")
            .and_then(AddressRange::parse)
            .unwrap_or_else(|| AddressRange::whole(Family::V4));
        let fields = ["network_interface", "network_interface_id", "instance", "instance_id"];
        let [own, named, instance, by_id] = fields.map(|key| document.ids(holder, &[key]));
        let may_be_nothing = |key: &str| text(&holder.values, key).is_none() && document.may_be_nothing(holder, &[key]);
        if [&own, &named, &instance, &by_id].iter().zip(fields).any(|(ids, key)| {
            let unseen = ids.open && ids.found.is_empty() && document.is_written(holder, &[key]);
            ids.choice || ids.lost || unseen || (!ids.found.is_empty() && may_be_nothing(key))
        }) {
            let all = [&own, &named, &instance, &by_id];
            let shown = !all.iter().any(|ids| ids.lost || (ids.open && !ids.found.is_empty()));
            let shown = shown && all.iter().any(|ids| !ids.found.is_empty());
            let holders = shown.then(|| all.into_iter().flat_map(|ids| ids.found.iter().cloned()).collect());
            estate.loose_addresses.push((holder.address.clone(), holders));
            continue;
        }
        let mut interfaces = own.found;
        interfaces.extend(named.found);
        for held in [instance, by_id] {
            interfaces.extend(held.found);
        }
        let interfaces: BTreeSet<String> = interfaces.iter().flat_map(|id| estate.standing(id)).collect();
        for name in interfaces {
            if let Some(first) = estate.interfaces.get_mut(&name).and_then(|held| held.addresses.first_mut()) {
                first.1 = Some(public);
            }
        }
    }
}
