//! Transit gateways of a Terraform document.

use std::collections::BTreeMap;

use super::{Reading, take};
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Estate, TransitAttachment, TransitGateway, TransitTable};
use crate::model::json::{flag, text};
use crate::model::terraform::Resource;

/// Takes the transit gateways, their attachments and tables.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    // Whether attachments of each are tied to its default table, and whether that learns their networks.
    let mut defaults: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for resource in document.any_of_kind(&["aws_ec2_transit_gateway"]) {
        let on = |key: &str, standard: &str| text(&resource.values, key).unwrap_or(standard) == "enable";
        let id = resource.identity();
        let references = on("security_group_referencing_support", "disable");
        // Of one that is looked up others hold attachments, tables and routes.
        let folder = if resource.is_managed() { reading.folder.clone() } else { String::new() };
        take(&mut estate.transits, resource, TransitGateway { references, folder });
        let given = DEFAULTS.map(|key| on(key, "enable"));
        if given.contains(&true) {
            let table = TransitTable { transit: id.clone(), listed: resource.is_managed(), ..TransitTable::default() };
            estate.transit_tables.entry(default_table(&id)).or_insert(table);
        }
        defaults.insert(id, given);
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table"]) {
        let transit = hub(estate, reading, resource, "transit_gateway_id");
        estate
            .transit_tables
            .insert(resource.identity(), TransitTable { transit, listed: true, ..TransitTable::default() });
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_vpc_attachment"]) {
        let values = &resource.values;
        let (id, transit) = (resource.identity(), hub(estate, reading, resource, "transit_gateway_id"));
        // Who accepts another account's attachment says what it is tied to.
        let accepted = document
            .of_kind(&["aws_ec2_transit_gateway_vpc_attachment_accepter"])
            .find(|held| document.ids(held, &["transit_gateway_attachment_id"]).found.contains(&id));
        let network = document.ids(resource, &["vpc_id"]);
        let given = defaults.get(&transit).copied().unwrap_or([true; 2]);
        let default = |which: usize| {
            let key = format!("transit_gateway_{}", DEFAULTS[which]);
            given[which] && flag(accepted.map_or(values, |held| &held.values), &key).unwrap_or(true)
        };
        if default(1)
            && let Some(table) = estate.transit_tables.get_mut(&default_table(&transit))
        {
            table.propagations.push(id.clone());
        }
        let table = default_table(&transit);
        let associated = default(0) && estate.transit_tables.contains_key(&table);
        estate.attachments.insert(
            id,
            TransitAttachment {
                transit,
                kind: "vpc".into(),
                resource: reading.id(resource, "vpc_id"),
                unclear_network: network.choice || network.open,
                subnets: reading.ids(resource, "subnet_ids"),
                table: associated.then_some(table),
                references: text(values, "security_group_referencing_support").map(|word| word == "enable"),
                appliance_mode: text(values, "appliance_mode_support") == Some("enable"),
                unclear_table: false,
                peer: None,
            },
        );
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_peering_attachment"]) {
        let (id, other) = (resource.identity(), hub(estate, reading, resource, "peer_transit_gateway_id"));
        let transit = hub(estate, reading, resource, "transit_gateway_id");
        for (own, peer) in [(transit.clone(), other.clone()), (other, transit)] {
            let held = TransitAttachment {
                transit: own.clone(),
                kind: "peering".into(),
                peer: Some(peer),
                ..Default::default()
            };
            estate.attachments.insert(format!("{id}@{own}"), held);
        }
    }
    other_defaults(estate, reading);
    associations(estate, reading);
    routes(estate, reading);
}

/// The transit gateway that a field names. Of one of several nobody knows what is attached to it.
fn hub(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, key: &str) -> String {
    let ids = reading.document.ids(resource, &[key]);
    let is_one = !ids.choice && (!ids.open || ids.older) && !ids.lost;
    if !is_one {
        estate.loose_transits = true;
        return String::new();
    }
    reading.id(resource, key)
}

/// What a hub gives each attachment, unless the hub or the attachment says otherwise.
const DEFAULTS: [&str; 2] = ["default_route_table_association", "default_route_table_propagation"];

/// Another table that is made the default one: which attachments were made before, and have the former, nothing shows.
fn other_defaults(estate: &mut Estate, reading: &Reading<'_>) {
    for key in DEFAULTS {
        for resource in reading.document.of_kind(&[format!("aws_ec2_transit_gateway_{key}").as_str()]) {
            let (hubs, _) = reading.owners(resource, "transit_gateway_id", estate.transits.keys());
            if key == DEFAULTS[0] {
                let of = |held: &&mut TransitAttachment| hubs.contains(&held.transit) && held.table.is_some();
                for held in estate.attachments.values_mut().filter(of) {
                    (held.table, held.unclear_table) = (None, true);
                }
            }
            let tables = estate.transit_tables.values_mut().filter(|held| hubs.contains(&held.transit));
            tables.for_each(|held| held.listed = false);
        }
    }
}

/// Tables of hubs that a field names: the default one by its identifier as well.
fn owners(estate: &Estate, reading: &Reading<'_>, resource: &Resource) -> (Vec<String>, Option<String>) {
    let (found, doubt) = reading.owners(resource, "transit_gateway_route_table_id", estate.transit_tables.keys());
    let named = |id: String| {
        let is_default = |held: &&Resource| MADE.iter().any(|key| text(&held.values, key) == Some(&id));
        let mut hubs = reading.document.any_of_kind(&["aws_ec2_transit_gateway"]);
        hubs.find(is_default).map(|hub| default_table(&hub.identity())).unwrap_or(id)
    };
    (found.into_iter().map(named).collect(), doubt)
}

/// Attributes of a hub that name its default table.
const MADE: [&str; 2] = ["association_default_route_table_id", "propagation_default_route_table_id"];

/// Which table an attachment's packets are looked up in, and which tables learn its networks.
fn associations(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table_association"]) {
        let (tables, unsure) = owners(estate, reading, resource);
        let (attachments, doubt) = reading.owners(resource, "transit_gateway_attachment_id", estate.attachments.keys());
        let sure = unsure.or(doubt).is_none();
        for id in attachments {
            if let Some(attachment) = estate.attachments.get_mut(&id) {
                attachment.table = tables.first().filter(|_| sure).cloned();
                attachment.unclear_table = !sure;
            }
        }
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table_propagation"]) {
        let (tables, unsure) = owners(estate, reading, resource);
        let attachment = document.ids(resource, &["transit_gateway_attachment_id"]);
        for table in tables {
            let Some(table) = estate.transit_tables.get_mut(&table) else { continue };
            if unsure.is_some() || attachment.choice || attachment.open {
                table.listed = false;
            } else {
                table.propagations.extend(attachment.found.iter().cloned());
            }
        }
    }
}

fn routes(estate: &mut Estate, reading: &Reading<'_>) {
    let kinds = ["aws_ec2_transit_gateway_route", "aws_ec2_transit_gateway_prefix_list_reference"];
    for resource in reading.document.of_kind(&kinds) {
        let (tables, unsure) = owners(estate, reading, resource);
        let dropped = flag(&resource.values, "blackhole") == Some(true);
        let attachment = reading.document.ids(resource, &["transit_gateway_attachment_id"]);
        let list = reading.document.id(resource, &["prefix_list_id"]);
        let ranges = match text(&resource.values, "destination_cidr_block").and_then(AddressRange::parse) {
            Some(range) => vec![range],
            None => list.as_ref().and_then(|list| estate.prefix_lists.get(list)).cloned().unwrap_or_default(),
        };
        let more = list.is_some_and(|list| estate.open_lists.contains(&list));
        let known = dropped || (attachment.found.len() == 1 && !attachment.choice);
        for table in tables {
            let Some(table) = estate.transit_tables.get_mut(&table) else { continue };
            if ranges.is_empty() || unsure.is_some() || !known {
                table.unclear = true;
                continue;
            }
            let attachment = attachment.found.first().filter(|_| !dropped);
            table.unclear |= more;
            table.routes.extend(ranges.iter().map(|range| (*range, attachment.cloned(), true)));
        }
    }
}

fn default_table(transit: &str) -> String {
    format!("default table of {transit}")
}
