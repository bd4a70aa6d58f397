//! Security groups, network ACLs and prefix lists, as the API answers with them.

use serde_json::Value;

use super::{Place, ranges};
use crate::model::address::{AddressRange, Family};
use crate::model::aws::estate::{Acl, AclEntry, Estate, Group, Permission};
use crate::model::form::Origin;
use crate::model::json::{flag, is_listed, list, number, tags, text, text_or_empty, unshown};

fn everywhere() -> [AddressRange; 2] {
    [Family::V4, Family::V6].map(AddressRange::whole)
}

pub(super) fn acl(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let id = text(value, "NetworkAclId")?;
    let entries = if is_listed(value, "Entries") {
        list(value, "Entries").iter().flat_map(|entry| acl_entries(entry, id)).collect()
    } else {
        unshown_entries(&unshown("Entries", id))
    };
    if !is_listed(value, "Associations") {
        estate.loose.insert("NetworkAcls");
    }
    estate.acls.insert(
        id.into(),
        Acl {
            vpc: text_or_empty(value, "VpcId"),
            default: flag(value, "IsDefault") == Some(true),
            subnets: list(value, "Associations")
                .iter()
                .filter_map(|held| text(held, "SubnetId"))
                .map(Into::into)
                .collect(),
            entries,
            open: false,
            tags: tags(value.get("Tags")),
            origin,
            maybe_subnets: None,
        },
    );
    Some(())
}

/// Entries that may let anything through, and may not.
fn unshown_entries(what: &str) -> Vec<AclEntry> {
    let entry = |egress, range| AclEntry {
        egress,
        number: i64::MIN,
        allow: true,
        protocol: "-1".into(),
        ports: None,
        icmp: None,
        range: Some(range),
        unclear: None,
        condition: Some(what.to_owned()),
    };
    [false, true].into_iter().flat_map(|egress| everywhere().map(|range| entry(egress, range))).collect()
}

/// One entry; where a part of it that decides is not shown, one for each of what it may say. Before all others it may decide
/// or not, which is what it may do in any place.
fn acl_entries(value: &Value, acl: &str) -> Vec<AclEntry> {
    let block = text(value, "CidrBlock").or_else(|| text(value, "Ipv6CidrBlock"));
    let range = block.and_then(AddressRange::parse);
    let (order, protocol) = (number(value, "RuleNumber"), text_or_empty(value, "Protocol"));
    let action = match text(value, "RuleAction").map(str::to_ascii_lowercase).as_deref() {
        Some("allow") => Some(true),
        Some("deny") => Some(false),
        _ => None,
    };
    let ports = value.get("PortRange").and_then(|ports| Some((number(ports, "From")?, number(ports, "To")?)));
    let icmp = value.get("IcmpTypeCode").and_then(|icmp| Some((number(icmp, "Type")?, number(icmp, "Code")?)));
    let lacks = [
        ("Egress", flag(value, "Egress").is_none()),
        ("RuleNumber", order.is_none()),
        ("RuleAction", action.is_none()),
        ("Protocol", protocol.is_empty()),
        ("PortRange", ports.is_none() && has_ports(&protocol)),
        ("IcmpTypeCode", icmp.is_none() && matches!(protocol.as_str(), "1" | "58")),
    ];
    let condition = lacks.iter().find(|(_, lacking)| *lacking).map(|(key, _)| {
        unshown(key, &order.map_or_else(|| format!("an entry of {acl}"), |order| format!("entry {order} of {acl}")))
    });
    let held = AclEntry {
        egress: false,
        number: order.unwrap_or(i64::MIN),
        allow: true,
        protocol,
        ports,
        icmp,
        unclear: range.is_none().then(|| format!("the address block {}", block.unwrap_or("(none)"))),
        condition,
        range,
    };
    let either = |known: Option<bool>| known.map_or_else(|| vec![false, true], |known| vec![known]);
    let sides = either(flag(value, "Egress")).into_iter();
    sides
        .flat_map(|egress| either(action).into_iter().map(move |allow| (egress, allow)))
        .map(|(egress, allow)| AclEntry { egress, allow, ..held.clone() })
        .collect()
}

/// Whether the API always writes ports beside a protocol.
fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "6" | "17" | "tcp" | "udp")
}

pub(super) fn group(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let id = text(value, "GroupId")?;
    let permissions = |key: &str| -> Vec<Permission> {
        if !is_listed(value, key) {
            return vec![unshown_permission(key, id)];
        }
        list(value, key)
            .iter()
            .enumerate()
            .map(|(index, held)| permission(held, &format!("{key}/{index}"), id))
            .collect()
    };
    let (ingress, egress) = (permissions("IpPermissions"), permissions("IpPermissionsEgress"));
    estate.groups.insert(
        id.into(),
        Group { name: text_or_empty(value, "GroupName"), vpc: text_or_empty(value, "VpcId"), ingress, egress, origin },
    );
    Some(())
}

/// A rule that may let in or out anybody, and may not.
fn unshown_permission(key: &str, group: &str) -> Permission {
    Permission {
        id: key.into(),
        protocol: "-1".into(),
        ranges: everywhere().to_vec(),
        condition: Some(unshown(key, group)),
        ..Permission::default()
    }
}

/// The lists by which a rule names whom it is about. The API writes all of them, be they empty.
const PEERS: [&str; 4] = ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"];

fn permission(value: &Value, id: &str, group: &str) -> Permission {
    let of = format!("{id} of {group}");
    let written = list(value, "IpRanges").len() + list(value, "Ipv6Ranges").len();
    let mut held = ranges(value, "IpRanges", "CidrIp");
    held.extend(ranges(value, "Ipv6Ranges", "CidrIpv6"));
    let named = |key: &str, field: &str| -> Vec<String> {
        list(value, key).iter().filter_map(|held| text(held, field)).map(Into::into).collect()
    };
    let (groups, prefix_lists) = (named("UserIdGroupPairs", "GroupId"), named("PrefixListIds", "PrefixListId"));
    let unnamed =
        groups.len() < list(value, "UserIdGroupPairs").len() || prefix_lists.len() < list(value, "PrefixListIds").len();
    let unclear = PEERS
        .into_iter()
        .find(|key| !is_listed(value, key))
        .map(|key| unshown(key, &of))
        .or_else(|| (held.len() < written).then(|| format!("an address block of {of}")))
        .or_else(|| unnamed.then(|| format!("a peer of {of}")));
    let protocol = text_or_empty(value, "IpProtocol");
    let (from, to) = (number(value, "FromPort"), number(value, "ToPort"));
    let cut = (from.is_none() || to.is_none()) && has_ports(&protocol);
    Permission {
        id: id.into(),
        protocol,
        from,
        to,
        unclear,
        condition: cut.then(|| unshown("FromPort and ToPort", &of)),
        ranges: held,
        groups,
        prefix_lists,
    }
}

pub(super) fn prefix_list(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "PrefixListId")?;
    // A managed list is described without its entries; only a list that names them is known.
    let written = value.get("Cidrs").or_else(|| value.get("Entries")).and_then(Value::as_array);
    let read = |entry: &Value| AddressRange::parse(entry.as_str().or_else(|| text(entry, "Cidr"))?);
    if let Some(entries) = written
        && let Some(held) = entries.iter().map(read).collect::<Option<Vec<_>>>()
    {
        estate.prefix_lists.insert(id.into(), held);
    }
    Some(())
}
