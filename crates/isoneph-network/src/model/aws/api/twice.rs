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
    let at = format!("{} {locator}", place.path);
    let Some((differing, other)) = estate.told.differs(id.to_owned(), element, parts, &at) else { return kept };
    let words = differing.join(", ");
    let message =
        format!("{id} is described differently here and in {other}: {words}; which of the two holds nobody knows");
    problems.push(Problem::unread(place.source, locator, &message));
    let mut kept = element.clone();
    if let Some(object) = kept.as_object_mut() {
        object.retain(|key, _| !differing.contains(&key.as_str()));
    }
    Cow::Owned(kept)
}
