//! Network ACLs and the subnets that they stand at.

use serde_json::Value;

use super::{Reading, labels, made_here};
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Acl, AclEntry, Estate};
use crate::model::json::{flag, list, number, text, text_or_empty};

/// Fields that say which packets an entry is about.
const ACL_SERVICE: [&str; 5] = ["from_port", "to_port", "protocol", "icmp_type", "icmp_code"];

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    given(estate, reading);
    made_with_networks(estate, reading);
    rules(estate, reading);
    associations(estate, reading);
}

/// Lists with the rules that are written in them.
fn given(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_network_acl", "aws_default_network_acl"]) {
        let default = resource.kind == "aws_default_network_acl";
        let vpc = document.id(resource, &["vpc_id"]).or_else(|| {
            let id = document.id(resource, &["default_network_acl_id"])?;
            reading.made_with(&id, "default network ACL of", &["default_network_acl_id"])
        });
        let held = document.ids(resource, &["subnet_ids"]);
        // Which subnets it is given, the plan may not show: some of those that it names, or any.
        let anywhere = held.open && !held.older && document.is_written(resource, &["subnet_ids"]);
        let loose = |id: &String| anywhere || (held.choice && held.found.contains(id));
        estate.subnets.iter_mut().filter(|(id, _)| loose(id)).for_each(|(_, subnet)| subnet.unclear_acl = true);
        let maybe_subnets = (!anywhere && !held.lost).then(|| held.found.iter().cloned().collect());
        let subnets = if held.choice { Vec::new() } else { held.found };
        let (mut entries, mut open) = (Vec::new(), false);
        for (key, egress) in [("ingress", false), ("egress", true)] {
            open |= document.is_open_block(resource, key);
            for (index, values) in list(&resource.values, key).iter().enumerate() {
                let number = index.to_string();
                let is_open = |field: &&str| reading.is_open(resource, &[key, &number, field], values);
                open |= ["rule_no", "action"].iter().any(is_open);
                let condition = ACL_SERVICE.iter().any(is_open);
                let condition = condition.then(|| format!("what {key} {index} of {} says", resource.address));
                entries.push(AclEntry { condition, ..acl_entry(values, egress, "rule_no", "action") });
            }
        }
        estate.acls.insert(
            resource.identity(),
            Acl {
                vpc: vpc.unwrap_or_default(),
                default,
                subnets,
                maybe_subnets,
                entries,
                open,
                tags: labels(resource),
                origin: reading.origin(resource),
            },
        );
    }
}

/// The list every network is made with lets everything through, unless something manages it.
fn made_with_networks(estate: &mut Estate, reading: &Reading<'_>) {
    for vpc in made_here(estate, reading) {
        if !estate.acls.values().any(|acl| acl.vpc == vpc && acl.default) {
            let open = |egress: bool, range: &str| AclEntry {
                egress,
                number: 100,
                allow: true,
                protocol: "-1".into(),
                ports: None,
                icmp: None,
                range: AddressRange::parse(range),
                unclear: None,
                condition: None,
            };
            let entries = [false, true]
                .into_iter()
                .flat_map(|egress| [open(egress, "0.0.0.0/0"), open(egress, "::/0")])
                .collect();
            let origin = estate.vpcs[&vpc].origin.clone();
            let acl = Acl { vpc: vpc.clone(), default: true, entries, origin, ..Acl::default() };
            estate.acls.insert(format!("default network ACL of {vpc}"), acl);
        }
    }
    for resource in reading.document.of_kind(&["aws_default_network_acl"]) {
        let made_with = Some(("default_network_acl_id", "default network ACL of"));
        let networks = reading.perhaps_of(estate, resource, made_with);
        for acl in estate.acls.values_mut().filter(|acl| acl.default && networks.contains(&acl.vpc)) {
            acl.open = true;
        }
    }
}

/// Rules that stand on their own.
fn rules(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_network_acl_rule"]) {
        let egress = flag(&resource.values, "egress") == Some(true);
        let (owners, doubt) = reading.owners(resource, "network_acl_id", estate.acls.keys());
        let entry = acl_entry(&resource.values, egress, "rule_number", "rule_action");
        let is_open = |key: &&str| reading.is_open(resource, &[key], &resource.values);
        let open = ACL_SERVICE.iter().any(is_open);
        // Where among the others it stands, and what it does, tells what they do.
        let anywhere = ["rule_number", "rule_action", "egress"].iter().any(is_open);
        let condition = doubt.or_else(|| open.then(|| format!("what {} says is known after apply", resource.address)));
        for id in owners {
            let id = reading.acl(estate, &id);
            if let Some(acl) = estate.acls.get_mut(&id) {
                acl.entries.push(AclEntry { condition: condition.clone(), ..entry.clone() });
                acl.open |= anywhere;
            }
        }
    }
}

fn associations(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["aws_network_acl_association"]) {
        let (acls, unsure) = reading.owners(resource, "network_acl_id", estate.acls.keys());
        let (subnets, doubt) = reading.owners(resource, "subnet_id", estate.subnets.keys());
        let shown = acls.iter().all(|id| estate.acls.contains_key(&reading.acl(estate, id)));
        if unsure.or(doubt).is_some() || !shown {
            let ids = ["network_acl_id", "subnet_id"].map(|key| reading.document.ids(resource, &[key]));
            let known = !ids.iter().any(|ids| ids.open || ids.lost);
            let named: Vec<String> = acls.iter().map(|id| reading.acl(estate, id)).collect();
            for (_, acl) in estate.acls.iter_mut().filter(|(id, _)| !known || named.contains(id)) {
                match &mut acl.maybe_subnets {
                    Some(held) if known => held.extend(subnets.iter().cloned()),
                    held => *held = None,
                }
            }
            for subnet in subnets {
                estate.subnets.entry(subnet).and_modify(|held| held.unclear_acl = true);
            }
            continue;
        }
        for id in acls {
            let id = reading.acl(estate, &id);
            if let Some(acl) = estate.acls.get_mut(&id) {
                acl.subnets.extend(subnets.clone());
            }
        }
    }
}

fn acl_entry(value: &Value, egress: bool, number_key: &str, action_key: &str) -> AclEntry {
    let block = text(value, "cidr_block").or_else(|| text(value, "ipv6_cidr_block"));
    let range = block.and_then(AddressRange::parse);
    let protocol = text_or_empty(value, "protocol");
    let is_icmp = matches!(protocol.as_str(), "1" | "icmp" | "58" | "icmpv6");
    let pair = |first: &str, second: &str| Some((number(value, first)?, number(value, second)?));
    let any = matches!(protocol.as_str(), "-1" | "all");
    AclEntry {
        egress,
        number: number(value, number_key).unwrap_or(i64::MAX),
        allow: text(value, action_key).is_some_and(|action| action.eq_ignore_ascii_case("allow")),
        ports: if any || is_icmp { None } else { pair("from_port", "to_port") },
        icmp: if is_icmp { pair("icmp_type", "icmp_code") } else { None },
        protocol,
        unclear: range.is_none().then(|| format!("the address block {}", block.unwrap_or("known after apply"))),
        range,
        condition: None,
    }
}
