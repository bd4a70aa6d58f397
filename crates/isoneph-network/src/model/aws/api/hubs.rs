//! Transit gateways, their attachments and tables, as the API answers with them.

use serde_json::Value;

use super::Place;
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Estate, TransitGateway, TransitTable};
use crate::model::form::Origin;
use crate::model::json::{flag, is_given, is_listed, list, text, text_or_empty, texts};

pub(super) fn transit(estate: &mut Estate, value: &Value, place: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayId")?;
    if matches!(text(value, "State"), Some("deleted" | "deleting")) {
        return Some(());
    }
    let references =
        value.get("Options").and_then(|held| text(held, "SecurityGroupReferencingSupport")) == Some("enable");
    estate.transits.insert(id.into(), TransitGateway { references, folder: place.folder.into() });
    Some(())
}

pub(super) fn attachment(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayAttachmentId")?;
    if !matches!(text(value, "State").unwrap_or("available"), "available" | "modifying" | "pending") {
        return Some(());
    }
    // Both ends of a peering between transit gateways carry one identifier: each end has a key of its own.
    let id = match (text(value, "ResourceType"), text(value, "TransitGatewayId")) {
        (Some("peering"), Some(transit)) => format!("{id}@{transit}"),
        _ => id.to_owned(),
    };
    if is_given(value, "ResourceType") {
        estate.tabled.insert(id.clone());
    }
    let held = estate.attachments.entry(id.clone()).or_default();
    if let Some(transit) = text(value, "TransitGatewayId") {
        held.transit = transit.into();
    }
    if let Some(kind) = text(value, "ResourceType") {
        held.kind = kind.into();
    }
    if let Some(resource) = text(value, "ResourceId") {
        held.resource = resource.into();
    }
    if let Some(vpc) = text(value, "VpcId") {
        held.kind = "vpc".into();
        held.resource = vpc.into();
        held.subnets = texts(value, "SubnetIds");
    }
    // What is attached to a network is also listed without saying with which table it is associated.
    held.unclear_table = !estate.tabled.contains(&id);
    if let Some(association) = value.get("Association")
        && matches!(text(association, "State").unwrap_or("associated"), "associated" | "associating")
    {
        held.table = text(association, "TransitGatewayRouteTableId").map(Into::into);
    }
    if let Some(options) = value.get("Options") {
        held.references = text(options, "SecurityGroupReferencingSupport").map(|word| word == "enable");
        held.appliance_mode = text(options, "ApplianceModeSupport") == Some("enable");
    }
    if held.kind == "peering" {
        held.peer = Some(held.resource.clone());
    }
    Some(())
}

pub(super) fn transit_table(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayRouteTableId")?;
    if matches!(text(value, "State"), Some("deleted" | "deleting")) {
        return Some(());
    }
    estate.transit_tables.entry(id.into()).or_default().transit = text_or_empty(value, "TransitGatewayId");
    Some(())
}

pub(super) fn transit_routes(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayRouteTableId")?;
    let table = estate.transit_tables.entry(id.into()).or_default();
    table.listed = is_listed(value, "Routes") && flag(value, "AdditionalRoutesAvailable") == Some(false);
    add_routes(table, list(value, "Routes"));
    Some(())
}

/// `search-transit-gateway-routes`, of one table.
pub(super) fn searched(estate: &mut Estate, table: &str, routes: &[Value], whole: bool) {
    let table = estate.transit_tables.entry(table.into()).or_default();
    table.searched = true;
    table.listed = whole;
    table.unclear |= !whole;
    add_routes(table, routes);
}

fn add_routes(table: &mut TransitTable, routes: &[Value]) {
    for route in routes {
        let Some(range) = text(route, "DestinationCidrBlock").and_then(AddressRange::parse) else {
            // A route by prefix list: what it holds is not shown here, so neither is what the table lacks.
            table.listed = false;
            continue;
        };
        let named =
            list(route, "TransitGatewayAttachments").iter().map(|held| text(held, "TransitGatewayAttachmentId"));
        let attachment = named.flatten().next().map(ToOwned::to_owned);
        let dropped = text(route, "State") == Some("blackhole");
        if !is_given(route, "State") || (attachment.is_none() && !dropped) {
            // Where it leads, or whether it does, is not shown.
            table.unclear = true;
            continue;
        }
        let fixed = text(route, "Type") != Some("propagated");
        table.told_propagated |= !fixed;
        table.routes.push((range, attachment.filter(|_| !dropped), fixed));
    }
}

pub(super) fn transit_propagations(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayRouteTableId")?;
    let key = "TransitGatewayRouteTablePropagations";
    propagated(estate, id, list(value, key), is_listed(value, key));
    Some(())
}

/// `get-transit-gateway-route-table-propagations`, of one table.
pub(super) fn propagated(estate: &mut Estate, table: &str, held: &[Value], whole: bool) {
    let table = estate.transit_tables.entry(table.into()).or_default();
    table.told_propagated |= whole;
    for one in held {
        if matches!(text(one, "State").unwrap_or("enabled"), "enabled" | "enabling") {
            table.propagations.extend(text(one, "TransitGatewayAttachmentId").map(Into::into));
        }
    }
}

/// `get-transit-gateway-route-table-associations`, of one table.
pub(super) fn associated(estate: &mut Estate, id: &str, held: &[Value], whole: bool) {
    let table = estate.transit_tables.entry(id.into()).or_default();
    table.told_associated |= whole;
    for one in held {
        if matches!(text(one, "State").unwrap_or("associated"), "associated" | "associating") {
            table.associated.extend(text(one, "TransitGatewayAttachmentId").map(Into::into));
        }
    }
}
