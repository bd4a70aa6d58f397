//! Instances: the interface each is made with, those that it carries, and those that are attached to it.

use super::carried::carried;
use super::launch::{Pattern, patterns};
use super::machines::{add, addresses, fitting, is_public, place, places_of};
use super::{Reading, labels};
use crate::model::aws::estate::{Estate, Instance, Interface};
use crate::model::json::{flag, list, text};
use crate::model::terraform::{Ids, Resource};

/// Takes the instances: after the interfaces that stand by themselves.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_instance", "aws_spot_instance_request"]) {
        let name = labels(resource).get("Name").cloned().unwrap_or_else(|| resource.address.clone());
        // One that carries its first interface is made with no other.
        let mut own = standing(estate, cards(reading, resource));
        if own.is_empty() {
            own = made(estate, reading, resource, &name);
        }
        let attached = standing(estate, attached(reading, resource));
        own.extend(attached.into_iter().filter(|id| !own.contains(id)).collect::<Vec<_>>());
        estate.instances.insert(resource.identity(), Instance { name, interfaces: own, tags: labels(resource) });
    }
}

/// The interfaces that are meant, wherever they may stand.
fn standing(estate: &Estate, named: Vec<String>) -> Vec<String> {
    let places = named.into_iter().map(|id| {
        let places = estate.standing(&id);
        if places.is_empty() { vec![id] } else { places }
    });
    places.flatten().collect()
}

fn cards(reading: &Reading<'_>, resource: &Resource) -> Vec<String> {
    let (document, key) = (reading.document, "network_interface");
    let all = 0..list(&resource.values, key).len();
    all.filter_map(|at| document.id(resource, &[key, &at.to_string(), "network_interface_id"])).collect()
}

/// Interfaces that are attached to an instance beside its own, by a resource or by a block of theirs.
fn attached(reading: &Reading<'_>, resource: &Resource) -> Vec<String> {
    let document = reading.document;
    let is_meant = |held: &Resource, path: &[&str]| document.id(held, path) == Some(resource.identity());
    let by_resource = document
        .of_kind(&["aws_network_interface_attachment"])
        .filter(|held| is_meant(held, &["instance_id"]))
        .map(|held| reading.id(held, "network_interface_id"));
    let by_block = document
        .of_kind(&["aws_network_interface"])
        .filter(|held| {
            (0..list(&held.values, "attachment").len())
                .any(|at| is_meant(held, &["attachment", &at.to_string(), "instance"]))
        })
        .map(Resource::identity);
    by_resource.chain(by_block).collect()
}

/// The interfaces that an instance is made with: one of its own, which its template says more of, and what else the template has.
fn made(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, name: &str) -> Vec<String> {
    let identity =
        text(&resource.values, "primary_network_interface_id").map_or_else(|| resource.identity(), ToOwned::to_owned);
    let mut all = patterns(reading, resource);
    if all.is_empty() {
        all.push(Pattern::default());
    }
    let mut own = Vec::new();
    for pattern in all {
        let id =
            if pattern.number == 0 { identity.clone() } else { format!("{identity} interface {}", pattern.number) };
        own.extend(interfaces(estate, reading, resource, (name, id), pattern));
    }
    own
}

fn interfaces(
    estate: &mut Estate,
    reading: &Reading<'_>,
    resource: &Resource,
    (name, identity): (&str, String),
    pattern: Pattern,
) -> Vec<String> {
    let values = &resource.values;
    let first = pattern.number == 0;
    let known =
        if first { addresses(values, &["private_ip", "secondary_private_ips", "ipv6_addresses"]) } else { Vec::new() };
    let mut named = reading.document.ids(resource, &["subnet_id"]).found;
    if named.is_empty() || (!first && !pattern.subnets.is_empty()) {
        named = pattern.subnets;
    }
    let groups = if first { groups(reading, resource, pattern.groups) } else { pattern.groups };
    let mut own = Vec::new();
    for (subnet, id) in places_of(&fitting(estate, named, &known), &identity) {
        if !estate.subnets.contains_key(&subnet) {
            continue;
        }
        let (public, sure) = match flag(values, "associate_public_ip_address").filter(|_| first) {
            Some(public) => (public, true),
            None => pattern.public.settle(is_public(estate, &subnet, None), &groups),
        };
        estate.loose_addresses.extend((!sure).then(|| (resource.address.clone(), Some(vec![id.clone()]))));
        let mut held = place(estate, &subnet, known.clone(), (public, pattern.six), values);
        let shown = addresses(values, &["public_ip"]);
        if let (Some(place), Some(public)) = (held.first_mut(), shown.first().filter(|_| first)) {
            place.1 = Some(*public);
        }
        let interface = Interface {
            addresses: held,
            forwards: flag(values, "source_dest_check") == Some(false),
            instance: Some(resource.identity()),
            name: name.to_owned(),
            aliases: vec![resource.address.clone()],
            tags: labels(resource),
            origin: reading.origin(resource),
            ..Interface::default()
        };
        let interface = carried(estate, reading, &subnet, &groups).on(interface);
        add(estate, id.clone(), &subnet, interface);
        own.push(id);
    }
    own
}

/// The groups of an instance: its own, or those of its launch template.
fn groups(reading: &Reading<'_>, resource: &Resource, launched: Ids) -> Ids {
    let document = reading.document;
    let mut groups = document.ids(resource, &["vpc_security_group_ids"]);
    if groups.choice || (groups.open && groups.found.is_empty()) {
        // It may be empty: then the template's hold.
        let named = !launched.found.is_empty() || launched.open || launched.choice;
        groups.choice |= named;
        groups.join(launched);
    } else if groups.found.is_empty() && !groups.open {
        groups = launched;
        // What names of groups mean is not followed here.
        let key = "security_groups";
        if !list(&resource.values, key).is_empty() || document.is_written(resource, &[key]) {
            groups.loosen();
        }
    }
    groups
}
