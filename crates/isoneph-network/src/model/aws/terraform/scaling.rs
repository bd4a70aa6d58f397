//! Scaling groups and groups of nodes: members to come in any of their subnets, with the interfaces of their templates.

use super::Reading;
use super::launch::{Pattern, Public, patterns, unknown};
use super::machines::{is_public, member};
use crate::model::aws::estate::Estate;
use crate::model::terraform::Resource;

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_autoscaling_group"]) {
        let zones = reading.ids(resource, "vpc_zone_identifier");
        let mut held = patterns(reading, resource);
        if held.is_empty() {
            held.push(unknown());
        }
        members(estate, reading, resource, &zones, held);
    }
    for resource in reading.document.of_kind(&["aws_eks_node_group"]) {
        let zones = reading.ids(resource, "subnet_ids");
        let mut held = patterns(reading, resource);
        if held.is_empty() {
            held.push(Pattern { public: Public::AsSubnet, ..unknown() });
        }
        // Where the template gives no groups the cluster's own is, which no plan shows.
        for own in held.iter_mut().filter(|own| own.number == 0 && own.groups.found.is_empty()) {
            own.groups.open = true;
        }
        members(estate, reading, resource, &zones, held);
    }
}

/// What tells members that are made of another template than the first.
const INSTEAD: &str = " of template ";

/// The first interfaces of the members of a group.
pub(super) fn first_interfaces(estate: &Estate, group: &Resource) -> Vec<String> {
    let key = group.key();
    let is_first = |id: &&String| {
        let rest = id.strip_prefix(&key).unwrap_or_default();
        let rest = rest.strip_prefix(INSTEAD).map_or(rest, |rest| rest.trim_start_matches(char::is_numeric));
        rest.starts_with(" in ")
    };
    let own = estate.interfaces.range(key.clone()..).map(|(id, _)| id).take_while(|id| id.starts_with(&key));
    own.filter(is_first).cloned().collect()
}

fn members(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, zones: &[String], all: Vec<Pattern>) {
    for pattern in all {
        // The group says where the first is; further ones are beside it, unless they say otherwise.
        let first = pattern.number == 0;
        let by_itself = pattern.subnets.is_empty() || (first && !zones.is_empty());
        let subnets = if by_itself { zones } else { &pattern.subnets };
        for subnet in subnets {
            let (public, sure) = pattern.public.settle(is_public(estate, subnet, None), &pattern.groups);
            let of = if pattern.template == 0 { String::new() } else { format!("{INSTEAD}{}", pattern.template) };
            let own = if first { String::new() } else { format!(" interface {}", pattern.number) };
            let id = format!("{}{of}{own} in {subnet}", resource.key());
            member(estate, reading, (resource, id.clone()), subnet, &pattern.groups, (public, pattern.six));
            let own = vec![id];
            estate.loose_addresses.extend((!sure).then(|| (resource.address.clone(), Some(own))));
        }
    }
}
