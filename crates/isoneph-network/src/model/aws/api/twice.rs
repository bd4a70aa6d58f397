//! What two answers say of one object.

use std::borrow::Cow;

use serde_json::Value;

use super::Place;
use crate::model::Problem;
use crate::model::aws::estate::Estate;
use crate::model::json::text;

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

/// An element without what another answer says otherwise: of that nobody knows which holds.
pub(super) fn settle<'v>(
    estate: &mut Estate,
    list: &str,
    element: &'v Value,
    place: &Place<'_>,
    locator: &str,
    problems: &mut Vec<Problem>,
) -> Cow<'v, Value> {
    let kept = Cow::Borrowed(element);
    let Some((_, name, parts)) = PARTS.iter().find(|(held, ..)| *held == list) else { return kept };
    let Some(id) = text(element, name) else { return kept };
    let Some(differing) = estate.told.differs(id, element, parts, locator) else { return kept };
    problems.push(differing.problem(id, place.source, locator));
    let mut kept = element.clone();
    if let Some(object) = kept.as_object_mut() {
        object.retain(|key, _| !differing.parts.contains(&key.as_str()));
    }
    Cow::Owned(kept)
}
