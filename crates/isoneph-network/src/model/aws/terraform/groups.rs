//! Security groups and prefix lists of a Terraform document.

use serde_json::Value;

use super::{Reading, made_here, range_of};
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Estate, Group, Permission};
use crate::model::form::Origin;
use crate::model::json::{flag, list, number, text, text_or_empty, texts};
use crate::model::terraform::Resource;

/// Takes the groups, their rules and the prefix lists.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    groups(estate, reading);
    rules(estate, reading);
    prefix_lists(estate, reading);
}

fn groups(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_security_group", "aws_default_security_group"]) {
        let data = resource.values.get("ingress").is_none() && resource.values.get("egress").is_none();
        let from_data =
            data && text(&resource.values, "revoke_rules_on_delete").is_none() && resource.address.contains("data.");
        if from_data {
            // A data source names a group without its rules.
            continue;
        }
        let side = |key: &'static str| -> Vec<Permission> {
            let written = list(&resource.values, key).len();
            let mut held: Vec<Permission> =
                (0..written).map(|index| inline_permission(reading, resource, key, index)).collect();
            if document.is_open_block(resource, key) {
                held.push(known_later(resource, key));
            }
            held
        };
        let name = text(&resource.values, "name").unwrap_or("default").to_owned();
        let (ingress, egress) = (side("ingress"), side("egress"));
        let network = document.ids(resource, &["vpc_id"]);
        let sure = !network.open && !network.choice;
        let vpc = network.found.first().filter(|_| sure).cloned().unwrap_or_default();
        let group = Group { name, vpc, ingress, egress, origin: reading.origin(resource) };
        let id = if resource.kind == "aws_default_security_group" {
            default_group(&reading.id(resource, "vpc_id"))
        } else {
            resource.identity()
        };
        estate.groups.insert(id, group);
    }
    for vpc in made_here(estate, reading) {
        let id = default_group(&vpc);
        estate.groups.entry(id.clone()).or_insert_with(|| Group {
            name: "default".into(),
            vpc: vpc.clone(),
            ingress: vec![Permission {
                id: "ingress".into(),
                protocol: "-1".into(),
                groups: vec![id],
                ..Permission::default()
            }],
            egress: vec![Permission {
                id: "egress".into(),
                protocol: "-1".into(),
                ranges: ["0.0.0.0/0", "::/0"].iter().filter_map(|text| AddressRange::parse(text)).collect(),
                ..Permission::default()
            }],
            origin: Origin::default(),
        });
    }
    for resource in document.of_kind(&["aws_default_security_group"]) {
        for vpc in reading.perhaps_of(estate, resource, None) {
            let Some(group) = estate.groups.get_mut(&default_group(&vpc)) else { continue };
            let what = format!("whose default group {} is", resource.address);
            for rules in [&mut group.ingress, &mut group.egress] {
                rules.iter_mut().for_each(|rule| rule.condition = Some(what.clone()));
                rules.push(anything(&resource.address, what.clone()));
            }
        }
    }
}

fn rules(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&[
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    ]) {
        let egress =
            resource.kind == "aws_vpc_security_group_egress_rule" || text(&resource.values, "type") == Some("egress");
        let permission = rule_permission(reading, resource);
        let (owners, doubt) = reading.owners(resource, "security_group_id", estate.groups.keys());
        for id in owners {
            let mut held = permission.clone();
            if flag(&resource.values, "self") == Some(true) {
                held.groups.push(id.clone());
            }
            held.condition = doubt.clone().or(held.condition);
            let name = default_of(reading, &id).unwrap_or(id);
            if let Some(group) = estate.groups.get_mut(&name) {
                if egress { group.egress.push(held) } else { group.ingress.push(held) }
            }
        }
    }
}

/// The name of the group an identifier means, where it is the one a network is made with.
pub(super) fn default_of(reading: &Reading<'_>, id: &str) -> Option<String> {
    let managed = reading.document.of_kind(&["aws_default_security_group"]).find(|held| held.identity() == id);
    let vpc = managed
        .map(|held| reading.id(held, "vpc_id"))
        .or_else(|| reading.made_with(id, "default security group of", &["default_security_group_id"]))?;
    Some(default_group(&vpc))
}

/// Calls the groups that networks are made with by one name wherever they are named.
pub(super) fn name_defaults(estate: &mut Estate, reading: &Reading<'_>) {
    let interfaces = estate.interfaces.values_mut().flat_map(|held| [&mut held.groups, &mut held.maybe_groups]);
    let permissions = estate.groups.values_mut().flat_map(|group| group.ingress.iter_mut().chain(&mut group.egress));
    for names in interfaces.chain(permissions.map(|permission| &mut permission.groups)) {
        for name in names {
            if let Some(default) = default_of(reading, name) {
                *name = default;
            }
        }
    }
}

/// The name of the group that interfaces without one carry.
pub(super) fn default_group(vpc: &str) -> String {
    format!("default security group of {vpc}")
}

/// What stands for blocks of rules that are known only after apply: anything.
fn known_later(resource: &Resource, key: &str) -> Permission {
    anything(key, format!("what {key} of {} says is known after apply", resource.address))
}

/// A rule that may let in anything.
fn anything(id: &str, what: String) -> Permission {
    Permission { id: id.into(), protocol: "-1".into(), unclear: Some(what), ..Permission::default() }
}

fn inline_permission(reading: &Reading<'_>, resource: &Resource, key: &'static str, index: usize) -> Permission {
    let number_text = index.to_string();
    let empty = Value::Null;
    let values = list(&resource.values, key).get(index).unwrap_or(&empty);
    let blocks: Vec<String> =
        texts(values, "cidr_blocks").into_iter().chain(texts(values, "ipv6_cidr_blocks")).collect();
    let ranges: Vec<AddressRange> = blocks.iter().filter_map(|text| AddressRange::parse(text)).collect();
    let at = |field: &'static str| [key, number_text.as_str(), field];
    let groups = reading.document.ids(resource, &at("security_groups"));
    let lists = reading.document.ids(resource, &at("prefix_list_ids"));
    let peers_open = groups.open
        || lists.open
        || ["cidr_blocks", "ipv6_cidr_blocks"].iter().any(|field| reading.is_open(resource, &at(field), values));
    let service_open =
        ["protocol", "from_port", "to_port"].iter().any(|field| reading.is_open(resource, &at(field), values));
    let mut out = Permission {
        id: format!("{key}/{index}"),
        protocol: text_or_empty(values, "protocol").to_ascii_lowercase(),
        from: number(values, "from_port"),
        to: number(values, "to_port"),
        unclear: (peers_open || ranges.len() < blocks.len())
            .then(|| format!("whom {key} {index} of {} names", resource.address)),
        condition: (service_open || groups.choice || lists.choice)
            .then(|| format!("what {key} {index} of {} says", resource.address)),
        groups: groups.found,
        prefix_lists: lists.found,
        ranges,
    };
    if flag(values, "self") == Some(true) {
        out.groups.push(resource.identity());
    }
    let nobody = out.ranges.is_empty() && out.groups.is_empty() && out.prefix_lists.is_empty();
    if nobody {
        out.unclear.get_or_insert_with(|| format!("who is meant by {key} {index} of {}", resource.address));
    }
    out
}

fn rule_permission(reading: &Reading<'_>, resource: &Resource) -> Permission {
    let values = &resource.values;
    let single = [text(values, "cidr_ipv4"), text(values, "cidr_ipv6")].into_iter().flatten().map(ToOwned::to_owned);
    let blocks: Vec<String> =
        texts(values, "cidr_blocks").into_iter().chain(texts(values, "ipv6_cidr_blocks")).chain(single).collect();
    let ranges: Vec<AddressRange> = blocks.iter().filter_map(|text| AddressRange::parse(text)).collect();
    let (mut groups, mut lists, mut choice) = (Vec::new(), Vec::new(), false);
    let mut open = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "self"]
        .iter()
        .any(|key| reading.is_open(resource, &[key], values));
    // The provider takes a group beside neither blocks nor the group itself: an expression that names one there is a condition
    // that gave nothing (`each.value.self ? null : …`), of which a plan says no more than that it is known later.
    let own = flag(values, "self") == Some(true);
    let excluded = own || !blocks.is_empty();
    for (keys, into) in [
        (["source_security_group_id", "referenced_security_group_id"], &mut groups),
        (["prefix_list_ids", "prefix_list_id"], &mut lists),
    ] {
        for key in keys.into_iter().filter(|key| !(excluded && *key == "source_security_group_id")) {
            let ids = reading.document.ids(resource, &[key]);
            choice |= ids.choice;
            open |= ids.open;
            into.extend(ids.found);
        }
    }
    // A group that a condition may give or not is known later either way.
    choice |= !groups.is_empty() && !lists.is_empty() && text(values, "source_security_group_id").is_none();
    let nobody = ranges.is_empty() && groups.is_empty() && lists.is_empty() && !own;
    let service = ["protocol", "ip_protocol", "from_port", "to_port"];
    let service_open = service.iter().any(|key| reading.is_open(resource, &[key], values));
    let protocol =
        text(values, "protocol").or_else(|| text(values, "ip_protocol")).unwrap_or_default().to_ascii_lowercase();
    Permission {
        id: resource.address.clone(),
        protocol,
        from: number(values, "from_port"),
        to: number(values, "to_port"),
        unclear: (open || nobody || ranges.len() < blocks.len())
            .then(|| format!("who is meant by {}", resource.address)),
        condition: (choice || service_open).then(|| format!("what {} says is known after apply", resource.address)),
        ranges,
        groups,
        prefix_lists: lists,
    }
}

fn prefix_lists(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["aws_ec2_managed_prefix_list", "aws_prefix_list"]) {
        let key = if resource.values.get("entries").is_some() { "entries" } else { "entry" };
        let mut read: Option<Vec<AddressRange>> =
            list(&resource.values, key).iter().map(|entry| AddressRange::parse(text(entry, "cidr")?)).collect();
        if resource.kind == "aws_prefix_list" {
            read =
                list(&resource.values, "cidr_blocks").iter().map(|held| AddressRange::parse(held.as_str()?)).collect();
        }
        if let Some(held) = read.filter(|held| !held.is_empty()) {
            estate.prefix_lists.insert(resource.identity(), held);
        }
    }
    for resource in reading.document.of_kind(&["aws_ec2_managed_prefix_list_entry"]) {
        let (owners, doubt) = reading.owners(resource, "prefix_list_id", estate.prefix_lists.keys());
        let range = range_of(&resource.values, "cidr").filter(|_| doubt.is_none());
        for list in owners {
            match range {
                Some(range) => estate.prefix_lists.entry(list).or_default().push(range),
                None => drop(estate.open_lists.insert(list)),
            }
        }
    }
}
