//! What two answers say of one object.

use std::borrow::Cow;

use serde_json::Value;

use super::Place;
use crate::model::Problem;
use crate::model::aws::estate::Estate;
use crate::model::form::Origin;
use crate::model::json::{list, text};

/// Of each list what its elements are called by, and their parts that decide about packets.
const PARTS: &[(&str, &str, &[&str])] = &[
    ("Vpcs", "VpcId", &["CidrBlock", "CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet"]),
    ("Subnets", "SubnetId", &["VpcId", "CidrBlock", "Ipv6CidrBlockAssociationSet"]),
    ("RouteTables", "RouteTableId", &["VpcId", "Routes", "Associations"]),
    ("NetworkAcls", "NetworkAclId", &["VpcId", "Entries", "Associations", "IsDefault"]),
    ("SecurityGroups", "GroupId", &["IpPermissions", "IpPermissionsEgress"]),
    (
        "NetworkInterfaces",
        "NetworkInterfaceId",
        &["VpcId", "SubnetId", "Groups", "PrivateIpAddress", "PrivateIpAddresses", "Ipv6Addresses", "SourceDestCheck"],
    ),
    ("InternetGateways", "InternetGatewayId", &["Attachments"]),
    ("NatGateways", "NatGatewayId", &["SubnetId", "State", "NatGatewayAddresses"]),
    ("VpcPeeringConnections", "VpcPeeringConnectionId", &["Status"]),
];

/// The same of lists that say which ways there are and who is at their ends: where answers differ in them, what follows from
/// the whole is open.
const OF_THE_WHOLE: &[(&str, &str, &[&str])] = &[
    ("EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", &["Attachments"]),
    ("TransitGateways", "TransitGatewayId", &["State", "Options"]),
    (
        "TransitGatewayAttachments",
        "TransitGatewayAttachmentId",
        &["ResourceType", "ResourceId", "State", "Association"],
    ),
    ("TransitGatewayVpcAttachments", "TransitGatewayAttachmentId", &["VpcId", "State", "SubnetIds", "Options"]),
    ("TransitGatewayRouteTables", "TransitGatewayRouteTableId", &["TransitGatewayId", "State"]),
    (
        "VpcEndpoints",
        "VpcEndpointId",
        &[
            "VpcId",
            "VpcEndpointType",
            "ServiceName",
            "State",
            "RouteTableIds",
            "SubnetIds",
            "Groups",
            "NetworkInterfaceIds",
        ],
    ),
    ("LoadBalancers", "LoadBalancerArn", &["Scheme", "Type", "VpcId", "AvailabilityZones", "SecurityGroups"]),
    ("LoadBalancers", "DNSName", &["Scheme", "VPCId", "Subnets", "SecurityGroups", "Instances"]),
    ("Listeners", "ListenerArn", &["LoadBalancerArn", "Port", "Protocol", "DefaultActions"]),
    ("TargetGroups", "TargetGroupArn", &["Protocol", "Port", "VpcId", "TargetType", "LoadBalancerArns"]),
];

/// Of a machine's interface what lists of machines and lists of interfaces both tell.
const OF_AN_INTERFACE: &[&str] = &["VpcId", "SubnetId", "Groups", "PrivateIpAddress", "SourceDestCheck"];

/// What an element says of ways and of who is at their ends.
fn settle_whole(estate: &mut Estate, key: &str, element: &Value, at: &Origin, problems: &mut Vec<Problem>) {
    let named = |(held, name, parts)| (held == key).then(|| Some((text(element, name)?, parts))).flatten();
    if let Some((id, parts)) = OF_THE_WHOLE.iter().copied().find_map(named) {
        // Two lists tell of one attachment, each in words of its own.
        let known = if key == "TransitGatewayAttachments" { format!("{id} as attached") } else { id.to_owned() };
        estate.told.settle_parts(&known, element, parts, at, problems);
    }
    let machines = list(element, "Instances").iter().filter(|_| key == "Reservations");
    for held in machines.flat_map(|machine| list(machine, "NetworkInterfaces")) {
        if let Some(id) = text(held, "NetworkInterfaceId") {
            estate.told.settle_parts(id, held, OF_AN_INTERFACE, at, problems);
        }
    }
}

/// An element without what another answer says otherwise: of that nobody knows which holds.
pub(super) fn settle<'v>(
    estate: &mut Estate,
    key: &str,
    element: &'v Value,
    place: &Place<'_>,
    locator: &str,
    problems: &mut Vec<Problem>,
) -> Cow<'v, Value> {
    let kept = Cow::Borrowed(element);
    let at = Origin { source: place.source, locator: locator.to_owned() };
    settle_whole(estate, key, element, &at, problems);
    let Some((_, name, parts)) = PARTS.iter().find(|(held, ..)| *held == key) else { return kept };
    let Some(id) = text(element, name) else { return kept };
    let Some(differing) = estate.told.differs(id, element, parts, locator) else { return kept };
    problems.push(differing.problem(id, place.source, locator));
    let mut kept = element.clone();
    if let Some(object) = kept.as_object_mut() {
        object.retain(|key, _| !differing.parts.contains(&key.as_str()));
    }
    Cow::Owned(kept)
}
