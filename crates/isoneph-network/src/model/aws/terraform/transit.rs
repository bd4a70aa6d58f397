//! Transit gateways of a Terraform document.

use super::Reading;
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Estate, TransitAttachment, TransitGateway, TransitTable};
use crate::model::json::{flag, text};

/// Takes the transit gateways, their attachments and tables.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for resource in document.any_of_kind(&["aws_ec2_transit_gateway"]) {
        let on = |key: &str, standard: &str| text(&resource.values, key).unwrap_or(standard) == "enable";
        let id = resource.identity();
        let references = on("security_group_referencing_support", "disable");
        estate.transits.insert(id.clone(), TransitGateway { references, folder: reading.folder.clone() });
        if on("default_route_table_association", "enable") || on("default_route_table_propagation", "enable") {
            let table = TransitTable { transit: id.clone(), listed: true, ..TransitTable::default() };
            estate.transit_tables.entry(default_table(&id)).or_insert(table);
        }
    }
    for list in ["TransitGatewayRouteTables", "TransitGatewayAttachments"] {
        estate.listed.insert((reading.folder.clone(), list));
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table"]) {
        let transit = reading.id(resource, "transit_gateway_id");
        estate
            .transit_tables
            .insert(resource.identity(), TransitTable { transit, listed: true, ..TransitTable::default() });
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_vpc_attachment"]) {
        let values = &resource.values;
        let (id, transit) = (resource.identity(), reading.id(resource, "transit_gateway_id"));
        let default = |key: &str| flag(values, key).unwrap_or(true);
        if default("transit_gateway_default_route_table_propagation")
            && let Some(table) = estate.transit_tables.get_mut(&default_table(&transit))
        {
            table.propagations.push(id.clone());
        }
        let table = default_table(&transit);
        let associated =
            default("transit_gateway_default_route_table_association") && estate.transit_tables.contains_key(&table);
        estate.attachments.insert(
            id,
            TransitAttachment {
                transit,
                kind: "vpc".into(),
                resource: reading.id(resource, "vpc_id"),
                subnets: reading.ids(resource, "subnet_ids"),
                table: associated.then_some(table),
                references: text(values, "security_group_referencing_support").map(|word| word == "enable"),
                appliance_mode: text(values, "appliance_mode_support") == Some("enable"),
                peer: None,
            },
        );
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_peering_attachment"]) {
        let (id, other) = (resource.identity(), reading.id(resource, "peer_transit_gateway_id"));
        let transit = reading.id(resource, "transit_gateway_id");
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
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table_association"]) {
        let table = reading.id(resource, "transit_gateway_route_table_id");
        if let Some(attachment) = estate.attachments.get_mut(&reading.id(resource, "transit_gateway_attachment_id")) {
            attachment.table = Some(table);
        }
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route_table_propagation"]) {
        let attachment = reading.id(resource, "transit_gateway_attachment_id");
        if let Some(table) = estate.transit_tables.get_mut(&reading.id(resource, "transit_gateway_route_table_id")) {
            table.propagations.push(attachment);
        }
    }
    for resource in document.of_kind(&["aws_ec2_transit_gateway_route"]) {
        let Some(table) = estate.transit_tables.get_mut(&reading.id(resource, "transit_gateway_route_table_id")) else {
            continue;
        };
        let Some(range) = text(&resource.values, "destination_cidr_block").and_then(AddressRange::parse) else {
            table.listed = false;
            continue;
        };
        let dropped = flag(&resource.values, "blackhole") == Some(true);
        let attachment = (!dropped).then(|| reading.id(resource, "transit_gateway_attachment_id"));
        table.routes.push((range, attachment, true));
    }
}

fn default_table(transit: &str) -> String {
    format!("default table of {transit}")
}
