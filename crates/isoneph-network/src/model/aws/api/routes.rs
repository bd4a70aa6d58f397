//! Route tables of networks, as `describe-route-tables` answers with them.

use serde_json::Value;

use super::Place;
use crate::model::address::AddressRange;
use crate::model::aws::estate::{Destination, Estate, Route, RouteTarget, Table};
use crate::model::form::Origin;
use crate::model::json::{flag, is_given, is_listed, list, tags, text, text_or_empty, unshown};

pub(super) fn table(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let id = text(value, "RouteTableId")?;
    if !is_listed(value, "Associations") {
        estate.loose.insert("RouteTables");
    }
    let (mut main, mut edge, mut subnets) = (false, false, Vec::new());
    for association in list(value, "Associations") {
        let state = association.get("AssociationState").and_then(|state| text(state, "State")).unwrap_or("associated");
        if matches!(state, "associated" | "associating") {
            main |= flag(association, "Main") == Some(true);
            edge |= text(association, "GatewayId").is_some_and(|id| id.starts_with("igw-"));
            subnets.extend(text(association, "SubnetId").map(Into::into));
        }
    }
    let mut routes: Vec<Route> = list(value, "Routes").iter().map(|held| route(held, id)).collect();
    if !is_listed(value, "Routes") {
        let what = unshown("Routes", id);
        let (destination, target) = (Destination::Unknown(what.clone()), RouteTarget::Other(what));
        routes.push(Route { destination, target, active: true, propagated: false });
    }
    estate.tables.insert(
        id.into(),
        Table {
            vpc: text_or_empty(value, "VpcId"),
            main,
            edge,
            subnets,
            routes,
            tags: tags(value.get("Tags")),
            origin,
        },
    );
    Some(())
}

fn route(value: &Value, table: &str) -> Route {
    let block = text(value, "DestinationCidrBlock").or_else(|| text(value, "DestinationIpv6CidrBlock"));
    let destination = match (block, text(value, "DestinationPrefixListId")) {
        (Some(block), _) => {
            AddressRange::parse(block).map_or_else(|| Destination::Unknown(block.into()), Destination::Range)
        }
        (None, Some(list)) => Destination::PrefixList(list.into()),
        (None, None) => Destination::Unknown("a destination".into()),
    };
    Route {
        destination,
        target: shown_target(value, table),
        active: text(value, "State") != Some("blackhole"),
        propagated: text(value, "Origin") == Some("EnableVgwRoutePropagation"),
    }
}

/// Where a route leads; of one that may be a black hole nobody knows. The local one never is.
fn shown_target(value: &Value, table: &str) -> RouteTarget {
    let target = route_target(value);
    let shown = is_given(value, "State") || target == RouteTarget::Local;
    if shown { target } else { RouteTarget::Other(unshown("State", &format!("a route of {table}"))) }
}

fn route_target(value: &Value) -> RouteTarget {
    let named = |key| text(value, key).map(ToOwned::to_owned);
    if let Some(gateway) = named("GatewayId") {
        return match gateway.as_str() {
            "local" => RouteTarget::Local,
            id if id.starts_with("igw-") => RouteTarget::Internet(gateway),
            id if id.starts_with("vpce-") => RouteTarget::Endpoint(gateway),
            _ => RouteTarget::Other(gateway),
        };
    }
    named("NatGatewayId")
        .map(RouteTarget::Nat)
        .or_else(|| named("VpcPeeringConnectionId").map(RouteTarget::Peering))
        .or_else(|| named("TransitGatewayId").map(RouteTarget::Transit))
        .or_else(|| named("EgressOnlyInternetGatewayId").map(RouteTarget::EgressOnly))
        .or_else(|| named("NetworkInterfaceId").map(RouteTarget::Interface))
        .or_else(|| named("InstanceId").map(RouteTarget::Instance))
        .or_else(|| named("VpcEndpointId").map(RouteTarget::Endpoint))
        .or_else(|| {
            ["CoreNetworkArn", "LocalGatewayId", "CarrierGatewayId", "OdbNetworkArn"]
                .into_iter()
                .find_map(|key| named(key).map(RouteTarget::Other))
        })
        .unwrap_or_else(|| RouteTarget::Other("a target of an unknown kind".into()))
}
