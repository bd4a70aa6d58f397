//! Reads the EC2 and load balancing APIs' own JSON: the answers of `describe-*` calls, one or many a file.

mod balancers;
mod filters;
mod hubs;
mod links;
mod routes;
mod twice;
mod unnamed;

use serde_json::Value;

use super::estate::{Estate, Instance, Interface, NatGateway, Peering, Subnet, Vpc};
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, is_listed, list, tags, text, text_or_empty};
use crate::model::{Problem, Unsupported};

/// Where one file stands.
pub(crate) struct Place<'a> {
    /// The file.
    pub(crate) path: &'a str,
    /// The folder of the file: lists of one folder complete each other.
    pub(crate) folder: &'a str,
    /// Index of the source.
    pub(crate) source: usize,
}

type Reader = fn(&mut Estate, &Value, &Place<'_>, Origin) -> Option<()>;

/// The lists this reader knows, by the key they stand under.
const LISTS: &[(&str, Reader)] = &[
    ("Vpcs", vpc),
    ("Subnets", subnet),
    ("RouteTables", routes::table),
    ("NetworkAcls", filters::acl),
    ("SecurityGroups", filters::group),
    ("NetworkInterfaces", interface),
    ("Reservations", reservation),
    ("InternetGateways", internet_gateway),
    ("EgressOnlyInternetGateways", egress_only_gateway),
    ("NatGateways", nat),
    ("VpcPeeringConnections", peering),
    ("TransitGateways", hubs::transit),
    ("TransitGatewayAttachments", hubs::attachment),
    ("TransitGatewayVpcAttachments", hubs::attachment),
    ("TransitGatewayRouteTables", hubs::transit_table),
    ("TransitGatewayStaticRoutes", hubs::transit_routes),
    ("TransitGatewayPropagations", hubs::transit_propagations),
    ("PrefixLists", filters::prefix_list),
    ("ManagedPrefixLists", filters::prefix_list),
    ("EndpointGroups", accelerator),
    ("VpcEndpoints", links::endpoint),
    ("ServiceConfigurations", links::service),
    ("VpcEndpointConnections", links::connection),
    ("LoadBalancers", balancers::balancer),
    ("LoadBalancerListeners", balancers::balancer_listeners),
    ("Listeners", balancers::listener),
    ("TargetGroups", balancers::target_group),
    ("LoadBalancerTargetHealth", balancers::target_health),
    ("TargetGroupAttributes", balancers::target_attributes),
];

/// Lists that say nothing a packet depends on, or nothing that the lists above do not say.
const NEEDLESS: &[&str] = &[
    "AvailabilityZones",
    "TransitGatewayPeeringAttachments",
    "Addresses",
    "VpcEndpointServices",
    "LoadBalancerAttributes",
    "CustomerGateways",
    "RdsInstances",
    "DBInstances",
    "ElasticsearchDomains",
    "DomainStatusList",
    "Tags",
    "DhcpOptions",
    "NextToken",
    "ResponseMetadata",
    "ServiceNames",
    "ServiceDetails",
];

/// Lists of things packets may depend on, which are not modelled: listed as unsupported, and opaque where routed to.
const OPAQUE: &[&str] = &["VpnGateways", "VpnConnections", "Firewalls", "DirectConnectGateways", "ClientVpnEndpoints"];

/// Whether a document looks like one of this reader's.
pub(crate) fn recognises(value: &Value, path: &str) -> bool {
    let known = |object: &serde_json::Map<String, Value>| {
        object.iter().any(|(key, held)| {
            held.is_array()
                && (LISTS.iter().any(|(name, _)| name == key)
                    || NEEDLESS.contains(&key.as_str())
                    || OPAQUE.contains(&key.as_str()))
        })
    };
    match value {
        Value::Object(object) => known(object) || unnamed::recognises(value, path),
        Value::Array(pages) => pages.first().is_some_and(|page| page.is_object() && recognises(page, path)),
        _ => false,
    }
}

/// Takes one document into the estate.
pub(crate) fn read(
    estate: &mut Estate,
    document: &Value,
    place: &Place<'_>,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    if let Value::Array(pages) = document {
        for page in pages {
            read(estate, page, place, unsupported, problems);
        }
        return;
    }
    let Some(object) = document.as_object() else { return };
    // Of what comes in pages the last alone says that there is no more.
    let cut = ["NextToken", "NextMarker", "Marker"].iter().any(|key| text(document, key).is_some());
    let taken = unnamed::read(estate, document, place, cut, problems);
    for (key, held) in object.iter().filter(|(key, _)| taken != Some(key.as_str())) {
        let Some(elements) = held.as_array() else { continue };
        if let Some((name, reader)) = LISTS.iter().find(|(name, _)| name == key) {
            let lists = if cut { &mut estate.cut } else { &mut estate.listed };
            lists.insert((place.folder.to_owned(), name));
            for (index, element) in elements.iter().enumerate() {
                let locator = format!("#/{key}/{index}");
                let origin = Origin { source: place.source, locator: locator.clone() };
                let element = twice::settle(estate, key, element, place, &locator, problems);
                if reader(estate, &element, place, origin).is_none() {
                    problems.push(Problem::unread(place.source, &locator, "an identifier is missing"));
                }
            }
        } else if OPAQUE.contains(&key.as_str()) {
            for (index, element) in elements.iter().enumerate() {
                let state = text(element, "State").unwrap_or_default();
                if state != "deleted" {
                    unsupported.push(Unsupported::new(
                        place.source,
                        format!("#/{key}/{index}"),
                        key,
                        "not modelled: undecided where a route leads there",
                    ));
                }
            }
        } else if !NEEDLESS.contains(&key.as_str()) {
            unsupported.push(Unsupported::new(place.source, format!("#/{key}"), key, "this list is not read"));
        }
    }
}

fn ranges(value: &Value, key: &str, field: &str) -> Vec<AddressRange> {
    list(value, key).iter().filter_map(|entry| AddressRange::parse(text(entry, field)?)).collect()
}

/// The region in `arn:aws:ec2:REGION:ACCOUNT:…`, or in a zone's name, or in the folder's name.
fn region_of(value: &Value, folder: &str) -> String {
    let arn = ["SubnetArn", "TransitGatewayArn", "LoadBalancerArn"].iter().find_map(|key| text(value, key));
    if let Some(region) = arn.and_then(|arn| arn.split(':').nth(3)) {
        return region.to_owned();
    }
    folder.rsplit(['/', '\\']).find(|part| is_region(part)).unwrap_or_default().to_owned()
}

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    (3..=4).contains(&parts.len())
        && parts.last().is_some_and(|last| last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_digit()))
        && parts[0].len() == 2
}

fn vpc(estate: &mut Estate, value: &Value, place: &Place<'_>, origin: Origin) -> Option<()> {
    let mut held: Vec<AddressRange> = text(value, "CidrBlock").and_then(AddressRange::parse).into_iter().collect();
    held.extend(associated(value, "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState"));
    held.extend(associated(value, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"));
    estate.vpcs.insert(
        text(value, "VpcId")?.into(),
        Vpc {
            open: [held.is_empty(), false],
            cut: !is_listed(value, "CidrBlockAssociationSet"),
            ranges: held,
            owner: text_or_empty(value, "OwnerId"),
            region: region_of(value, place.folder),
            folder: place.folder.into(),
            looked_up: false,
            tags: tags(value.get("Tags")),
            origin,
        },
    );
    Some(())
}

/// Blocks of an association list, but for those on their way out.
fn associated(value: &Value, key: &str, field: &str, state: &str) -> Vec<AddressRange> {
    list(value, key)
        .iter()
        .filter(|entry| {
            let word = entry.get(state).and_then(|state| text(state, "State")).unwrap_or("associated");
            matches!(word, "associated" | "associating")
        })
        .filter_map(|entry| AddressRange::parse(text(entry, field)?))
        .collect()
}

fn subnet(estate: &mut Estate, value: &Value, place: &Place<'_>, origin: Origin) -> Option<()> {
    let mut held: Vec<AddressRange> = text(value, "CidrBlock").and_then(AddressRange::parse).into_iter().collect();
    held.extend(associated(value, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"));
    let vpc = text(value, "VpcId")?.to_owned();
    let region = region_of(value, place.folder);
    if let Some(known) = estate.vpcs.get_mut(&vpc).filter(|known| known.region.is_empty()) {
        known.region = region;
    }
    let zone = text(value, "AvailabilityZoneId").or_else(|| text(value, "AvailabilityZone")).unwrap_or_default();
    estate.subnets.insert(
        text(value, "SubnetId")?.into(),
        Subnet {
            vpc,
            ranges: held,
            zone: zone.into(),
            owner: text_or_empty(value, "OwnerId"),
            tags: tags(value.get("Tags")),
            origin,
            ..Subnet::default()
        },
    );
    Some(())
}

fn interface(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let public = |held: &Value| held.get("Association").and_then(|held| AddressRange::parse(text(held, "PublicIp")?));
    let mut addresses: Vec<(AddressRange, Option<AddressRange>)> = list(value, "PrivateIpAddresses")
        .iter()
        .filter_map(|held| Some((AddressRange::parse(text(held, "PrivateIpAddress")?)?, public(held))))
        .collect();
    if addresses.is_empty() {
        let own = text(value, "PrivateIpAddress").and_then(AddressRange::parse);
        addresses.extend(own.map(|address| (address, public(value))));
    }
    addresses.extend(ranges(value, "Ipv6Addresses", "Ipv6Address").into_iter().map(|address| (address, None)));
    addresses.extend(ranges(value, "Ipv4Prefixes", "Ipv4Prefix").into_iter().map(|prefix| (prefix, None)));
    addresses.extend(ranges(value, "Ipv6Prefixes", "Ipv6Prefix").into_iter().map(|prefix| (prefix, None)));
    let labels = tags(value.get("TagSet").or_else(|| value.get("Tags")));
    let id = text(value, "NetworkInterfaceId")?;
    let mut groups: Vec<String> =
        list(value, "Groups").iter().filter_map(|held| text(held, "GroupId")).map(Into::into).collect();
    let open_groups = !is_listed(value, "Groups") || groups.len() < list(value, "Groups").len();
    groups.extend(open_groups.then(|| format!("among the Groups of {id}")));
    estate.interfaces.insert(
        id.into(),
        Interface {
            subnet: text_or_empty(value, "SubnetId"),
            vpc: text_or_empty(value, "VpcId"),
            owner: text_or_empty(value, "OwnerId"),
            kind: text_or_empty(value, "InterfaceType"),
            description: text_or_empty(value, "Description"),
            groups,
            open_groups,
            open_addresses: addresses.is_empty() || !is_listed(value, "PrivateIpAddresses"),
            addresses,
            // Of one whose check is not shown nobody knows what it passes on.
            forwards: flag(value, "SourceDestCheck") != Some(true),
            instance: value.get("Attachment").and_then(|held| text(held, "InstanceId")).map(Into::into),
            name: labels.get("Name").cloned().unwrap_or_default(),
            tags: labels,
            origin,
            ..Interface::default()
        },
    );
    Some(())
}

fn reservation(estate: &mut Estate, value: &Value, place: &Place<'_>, origin: Origin) -> Option<()> {
    for instance in list(value, "Instances") {
        let id = text(instance, "InstanceId")?.to_owned();
        let state = instance.get("State").and_then(|state| text(state, "Name")).unwrap_or("running");
        if matches!(state, "terminated" | "shutting-down") {
            continue;
        }
        let labels = tags(instance.get("Tags"));
        let mut interfaces = Vec::new();
        for (index, held) in list(instance, "NetworkInterfaces").iter().enumerate() {
            let name = text(held, "NetworkInterfaceId")?.to_owned();
            if !estate.interfaces.contains_key(&name) {
                let origin = Origin { source: origin.source, locator: format!("{}/{index}", origin.locator) };
                interface(estate, held, place, origin)?;
            }
            interfaces.push(name);
        }
        let name = labels.get("Name").cloned().unwrap_or_default();
        estate.instances.insert(id, Instance { name, interfaces, tags: labels });
    }
    Some(())
}

fn internet_gateway(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "InternetGatewayId")?;
    let is_held = |held: &&Value| matches!(text(held, "State"), None | Some("available" | "attached" | "attaching"));
    let held = list(value, "Attachments").iter().filter(is_held);
    let networks: Vec<String> = held.filter_map(|held| text(held, "VpcId")).map(Into::into).collect();
    if is_listed(value, "Attachments") {
        estate.internet_gateways.insert(id.into(), networks);
    } else {
        estate.loose_gateways.insert(id.into(), networks);
    }
    Some(())
}

/// Routes name it where it lets something out; it lets nobody in.
fn egress_only_gateway(_: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    text(value, "EgressOnlyInternetGatewayId").map(|_| ())
}

/// What an accelerator leads to, by `list-endpoint-groups`.
fn accelerator(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let own = list(value, "EndpointDescriptions").iter().filter_map(|held| text(held, "EndpointId"));
    let leads: Vec<String> = own.map(Into::into).collect();
    // None named is any: of one whose ends are not shown nobody knows.
    if !leads.is_empty() || !is_listed(value, "EndpointDescriptions") {
        estate.accelerators.insert(text(value, "EndpointGroupArn")?.into(), leads);
    }
    Some(())
}

fn nat(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let addresses = list(value, "NatGatewayAddresses");
    let of = |key: &str| addresses.iter().filter_map(|held| AddressRange::parse(text(held, key)?)).collect();
    estate.nats.insert(
        text(value, "NatGatewayId")?.into(),
        NatGateway {
            subnet: text_or_empty(value, "SubnetId"),
            interfaces: addresses.iter().filter_map(|held| text(held, "NetworkInterfaceId")).map(Into::into).collect(),
            inside: of("PrivateIp"),
            public: of("PublicIp"),
            gone: matches!(text(value, "State"), Some("deleted" | "deleting" | "failed")),
            private: text(value, "ConnectivityType") == Some("private"),
        },
    );
    Some(())
}

fn peering(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "VpcPeeringConnectionId")?;
    let side = |key: &str, field: &str| value.get(key).map(|held| text_or_empty(held, field)).unwrap_or_default();
    let status = value.get("Status").and_then(|held| text(held, "Code")).unwrap_or_default();
    let sides = [side("RequesterVpcInfo", "VpcId"), side("AccepterVpcInfo", "VpcId")];
    let regions = [side("RequesterVpcInfo", "Region"), side("AccepterVpcInfo", "Region")];
    if status.is_empty() || sides.iter().any(String::is_empty) {
        // What it joins, or whether it does, is not shown: a route that leads to it is open.
        return Some(());
    }
    estate.peerings.insert(
        id.into(),
        Peering {
            pending: false,
            unclear_regions: regions.iter().any(String::is_empty),
            active: status == "active",
            sides,
            candidates: None,
            regions,
        },
    );
    Some(())
}
