//! Scaling groups: members to come in any of their subnets, with the interfaces of their template.

use super::Reading;
use super::machines::{is_public, member};
use crate::model::aws::estate::Estate;
use crate::model::json::{flag, list, text};
use crate::model::terraform::{Ids, Resource};

/// One interface of each machine that a template makes.
struct Pattern {
    groups: Ids,
    public: Option<bool>,
    /// The subnet that it names itself.
    subnets: Vec<String>,
}

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_autoscaling_group"]) {
        let zones = reading.ids(resource, "vpc_zone_identifier");
        for (number, pattern) in patterns(reading, resource).into_iter().enumerate() {
            // The group says where the first is; further ones are beside it, unless they say otherwise.
            let first = number == 0;
            let by_itself = pattern.subnets.is_empty() || (first && !zones.is_empty());
            let subnets = if by_itself { &zones } else { &pattern.subnets };
            for subnet in subnets {
                let public = pattern.public.unwrap_or_else(|| first && is_public(estate, subnet, None));
                let own = if first { String::new() } else { format!(" interface {number}") };
                let id = format!("{}{own} in {subnet}", resource.key());
                member(estate, reading, (resource, id), subnet, &pattern.groups, public);
            }
        }
    }
}

/// The interfaces of the members of a group, as its template says.
fn patterns(reading: &Reading<'_>, resource: &Resource) -> Vec<Pattern> {
    let document = reading.document;
    let mut named = document.ids(resource, &["launch_template", "0", "id"]).found;
    named.extend(document.ids(resource, &["launch_configuration"]).found);
    let held = document.any_of_kind(&["aws_launch_template", "aws_launch_configuration"]).find(|held| {
        named.contains(&held.identity()) || named.iter().any(|name| text(&held.values, "name") == Some(name))
    });
    let Some(held) = held else {
        return vec![Pattern { groups: Ids { open: true, ..Ids::default() }, public: None, subnets: Vec::new() }];
    };
    let written = list(&held.values, "network_interfaces");
    let unknown = document.is_open_list(held, &["network_interfaces"]);
    (0..written.len().max(1)).map(|at| pattern(reading, held, at, unknown)).collect()
}

fn pattern(reading: &Reading<'_>, held: &Resource, at: usize, unknown: bool) -> Pattern {
    let (document, number) = (reading.document, at.to_string());
    let mut groups = Ids { open: unknown, ..Ids::default() };
    let own = ["network_interfaces", number.as_str(), "security_groups"];
    let of_machine = [&["vpc_security_group_ids"][..], &["security_groups"]];
    for path in of_machine.into_iter().filter(|_| at == 0).chain([&own[..]]) {
        let more = document.ids(held, path);
        groups.found.extend(more.found);
        groups.open |= more.open;
        groups.choice |= more.choice;
    }
    const PUBLIC: &str = "associate_public_ip_address";
    let one = list(&held.values, "network_interfaces").get(at);
    let public = one.and_then(|one| flag(one, PUBLIC)).or_else(|| flag(&held.values, PUBLIC).filter(|_| at == 0));
    Pattern { groups, public, subnets: document.ids(held, &["network_interfaces", &number, "subnet_id"]).found }
}
