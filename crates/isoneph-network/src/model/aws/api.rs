//! Reads the EC2 and load balancing APIs' own JSON: the answers of `describe-*` calls, one or many a file.

mod links;

use serde_json::Value;

use super::estate::{
    Acl, AclEntry, Destination, Estate, Group, Instance, Interface, Listener, NatGateway, Peering, Permission, Route,
    RouteTarget, Subnet, Table, TransitGateway, Vpc,
};
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::json::{flag, list, number, tags, text, text_or_empty, texts};
use crate::model::{Problem, Unsupported};

/// Where one file stands.
pub(crate) struct Place<'a> {
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
    ("RouteTables", table),
    ("NetworkAcls", acl),
    ("SecurityGroups", group),
    ("NetworkInterfaces", interface),
    ("Reservations", reservation),
    ("InternetGateways", internet_gateway),
    ("EgressOnlyInternetGateways", internet_gateway),
    ("NatGateways", nat),
    ("VpcPeeringConnections", peering),
    ("TransitGateways", transit),
    ("TransitGatewayAttachments", attachment),
    ("TransitGatewayVpcAttachments", attachment),
    ("TransitGatewayRouteTables", transit_table),
    ("TransitGatewayStaticRoutes", transit_routes),
    ("TransitGatewayPropagations", transit_propagations),
    ("PrefixLists", prefix_list),
    ("ManagedPrefixLists", prefix_list),
    ("EndpointGroups", accelerator),
    ("VpcEndpoints", links::endpoint),
    ("ServiceConfigurations", links::service),
    ("VpcEndpointConnections", links::connection),
    ("LoadBalancers", balancer),
    ("LoadBalancerListeners", balancer_listeners),
    ("Listeners", listener),
    ("TargetGroups", target_group),
    ("LoadBalancerTargetHealth", target_health),
    ("TargetGroupAttributes", target_attributes),
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
pub(crate) fn recognises(value: &Value) -> bool {
    let known = |object: &serde_json::Map<String, Value>| {
        object.iter().any(|(key, held)| {
            held.is_array()
                && (LISTS.iter().any(|(name, _)| name == key)
                    || NEEDLESS.contains(&key.as_str())
                    || OPAQUE.contains(&key.as_str()))
        })
    };
    match value {
        Value::Object(object) => known(object),
        Value::Array(pages) => pages.first().and_then(Value::as_object).is_some_and(known),
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
    for (key, held) in object {
        let Some(elements) = held.as_array() else { continue };
        if let Some((name, reader)) = LISTS.iter().find(|(name, _)| name == key) {
            let lists = if cut { &mut estate.cut } else { &mut estate.listed };
            lists.insert((place.folder.to_owned(), name));
            for (index, element) in elements.iter().enumerate() {
                let locator = format!("#/{key}/{index}");
                let origin = Origin { source: place.source, locator: locator.clone() };
                if reader(estate, element, place, origin).is_none() {
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

fn table(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let (mut main, mut edge, mut subnets) = (false, false, Vec::new());
    for association in list(value, "Associations") {
        let state = association.get("AssociationState").and_then(|state| text(state, "State")).unwrap_or("associated");
        if matches!(state, "associated" | "associating") {
            main |= flag(association, "Main") == Some(true);
            edge |= text(association, "GatewayId").is_some_and(|id| id.starts_with("igw-"));
            subnets.extend(text(association, "SubnetId").map(Into::into));
        }
    }
    estate.tables.insert(
        text(value, "RouteTableId")?.into(),
        Table {
            vpc: text_or_empty(value, "VpcId"),
            main,
            edge,
            subnets,
            routes: list(value, "Routes").iter().map(route).collect(),
            tags: tags(value.get("Tags")),
            origin,
        },
    );
    Some(())
}

fn route(value: &Value) -> Route {
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
        target: route_target(value),
        active: text(value, "State") != Some("blackhole"),
        propagated: text(value, "Origin") == Some("EnableVgwRoutePropagation"),
    }
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

fn acl(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let entries = list(value, "Entries").iter().map(acl_entry).collect();
    estate.acls.insert(
        text(value, "NetworkAclId")?.into(),
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
        },
    );
    Some(())
}

fn acl_entry(value: &Value) -> AclEntry {
    let block = text(value, "CidrBlock").or_else(|| text(value, "Ipv6CidrBlock"));
    let range = block.and_then(AddressRange::parse);
    AclEntry {
        egress: flag(value, "Egress") == Some(true),
        number: number(value, "RuleNumber").unwrap_or(i64::MAX),
        allow: text(value, "RuleAction") == Some("allow"),
        protocol: text_or_empty(value, "Protocol"),
        ports: value.get("PortRange").and_then(|ports| Some((number(ports, "From")?, number(ports, "To")?))),
        icmp: value.get("IcmpTypeCode").and_then(|icmp| Some((number(icmp, "Type")?, number(icmp, "Code")?))),
        unclear: range.is_none().then(|| format!("the address block {}", block.unwrap_or("(none)"))),
        condition: None,
        range,
    }
}

fn group(estate: &mut Estate, value: &Value, _: &Place<'_>, origin: Origin) -> Option<()> {
    let permissions = |key: &str| -> Vec<Permission> {
        list(value, key).iter().enumerate().map(|(index, held)| permission(held, &format!("{key}/{index}"))).collect()
    };
    estate.groups.insert(
        text(value, "GroupId")?.into(),
        Group {
            name: text_or_empty(value, "GroupName"),
            ingress: permissions("IpPermissions"),
            egress: permissions("IpPermissionsEgress"),
            origin,
        },
    );
    Some(())
}

fn permission(value: &Value, id: &str) -> Permission {
    let written = list(value, "IpRanges").len() + list(value, "Ipv6Ranges").len();
    let mut held = ranges(value, "IpRanges", "CidrIp");
    held.extend(ranges(value, "Ipv6Ranges", "CidrIpv6"));
    Permission {
        id: id.into(),
        protocol: text_or_empty(value, "IpProtocol"),
        from: number(value, "FromPort"),
        to: number(value, "ToPort"),
        unclear: (held.len() < written).then(|| format!("an address block of {id}")),
        condition: None,
        ranges: held,
        groups: list(value, "UserIdGroupPairs")
            .iter()
            .filter_map(|pair| text(pair, "GroupId"))
            .map(Into::into)
            .collect(),
        prefix_lists: list(value, "PrefixListIds")
            .iter()
            .filter_map(|held| text(held, "PrefixListId"))
            .map(Into::into)
            .collect(),
    }
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
    estate.interfaces.insert(
        text(value, "NetworkInterfaceId")?.into(),
        Interface {
            subnet: text_or_empty(value, "SubnetId"),
            vpc: text_or_empty(value, "VpcId"),
            owner: text_or_empty(value, "OwnerId"),
            kind: text_or_empty(value, "InterfaceType"),
            description: text_or_empty(value, "Description"),
            groups: list(value, "Groups").iter().filter_map(|held| text(held, "GroupId")).map(Into::into).collect(),
            addresses,
            forwards: flag(value, "SourceDestCheck") == Some(false),
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
    let id = text(value, "InternetGatewayId").or_else(|| text(value, "EgressOnlyInternetGatewayId"))?;
    let held = list(value, "Attachments")
        .iter()
        .filter(|held| matches!(text(held, "State").unwrap_or("available"), "available" | "attached" | "attaching"));
    estate.internet_gateways.insert(id.into(), held.filter_map(|held| text(held, "VpcId")).map(Into::into).collect());
    Some(())
}

/// What an accelerator leads to, by `list-endpoint-groups`.
fn accelerator(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let own = list(value, "EndpointDescriptions").iter().filter_map(|held| text(held, "EndpointId"));
    let leads: Vec<String> = own.map(Into::into).collect();
    if !leads.is_empty() {
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
    let side = |key: &str, field: &str| value.get(key).map(|held| text_or_empty(held, field)).unwrap_or_default();
    let status = value.get("Status").and_then(|held| text(held, "Code")).unwrap_or("active");
    estate.peerings.insert(
        text(value, "VpcPeeringConnectionId")?.into(),
        Peering {
            pending: false,
            unclear_regions: false,
            active: status == "active",
            sides: [side("RequesterVpcInfo", "VpcId"), side("AccepterVpcInfo", "VpcId")],
            regions: [side("RequesterVpcInfo", "Region"), side("AccepterVpcInfo", "Region")],
        },
    );
    Some(())
}

fn transit(estate: &mut Estate, value: &Value, place: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayId")?;
    if matches!(text(value, "State"), Some("deleted" | "deleting")) {
        return Some(());
    }
    let references =
        value.get("Options").and_then(|held| text(held, "SecurityGroupReferencingSupport")) == Some("enable");
    estate.transits.insert(id.into(), TransitGateway { references, folder: place.folder.into() });
    Some(())
}

fn attachment(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayAttachmentId")?;
    if !matches!(text(value, "State").unwrap_or("available"), "available" | "modifying" | "pending") {
        return Some(());
    }
    // Both ends of a peering between transit gateways carry one identifier: each end has a key of its own.
    let id = match (text(value, "ResourceType"), text(value, "TransitGatewayId")) {
        (Some("peering"), Some(transit)) => format!("{id}@{transit}"),
        _ => id.to_owned(),
    };
    let held = estate.attachments.entry(id).or_default();
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

fn transit_table(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "TransitGatewayRouteTableId")?;
    if matches!(text(value, "State"), Some("deleted" | "deleting")) {
        return Some(());
    }
    estate.transit_tables.entry(id.into()).or_default().transit = text_or_empty(value, "TransitGatewayId");
    Some(())
}

fn transit_routes(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let table = estate.transit_tables.entry(text(value, "TransitGatewayRouteTableId")?.into()).or_default();
    table.listed = flag(value, "AdditionalRoutesAvailable") != Some(true);
    for route in list(value, "Routes") {
        let Some(range) = text(route, "DestinationCidrBlock").and_then(AddressRange::parse) else {
            // A route by prefix list: what it holds is not shown here, so neither is what the table lacks.
            table.listed = false;
            continue;
        };
        let attachment = list(route, "TransitGatewayAttachments")
            .iter()
            .find_map(|held| text(held, "TransitGatewayAttachmentId"))
            .map(Into::into);
        let dropped = text(route, "State") == Some("blackhole");
        table.routes.push((range, attachment.filter(|_: &String| !dropped), text(route, "Type") != Some("propagated")));
    }
    Some(())
}

fn transit_propagations(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let table = estate.transit_tables.entry(text(value, "TransitGatewayRouteTableId")?.into()).or_default();
    for held in list(value, "TransitGatewayRouteTablePropagations") {
        if matches!(text(held, "State").unwrap_or("enabled"), "enabled" | "enabling") {
            table.propagations.extend(text(held, "TransitGatewayAttachmentId").map(Into::into));
        }
    }
    Some(())
}

fn prefix_list(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
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

fn balancer(estate: &mut Estate, value: &Value, place: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "LoadBalancerArn")?;
    let held = estate.balancers.entry(id.into()).or_default();
    held.name = text_or_empty(value, "LoadBalancerName");
    held.kind = text_or_empty(value, "Type");
    held.folder = place.folder.into();
    held.unguarded = text(value, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") == Some("off");
    Some(())
}

fn balancer_listeners(estate: &mut Estate, value: &Value, place: &Place<'_>, origin: Origin) -> Option<()> {
    let balancer = text(value, "LoadBalancerArn")?;
    estate.balancers.entry(balancer.into()).or_default().listed = true;
    for held in list(value, "Listeners") {
        listener(estate, held, place, origin.clone())?;
    }
    Some(())
}

fn listener(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.balancers.entry(text(value, "LoadBalancerArn")?.into()).or_default();
    held.listed = true;
    let (mut groups, mut clear) = (Vec::new(), true);
    for action in list(value, "DefaultActions") {
        if text(action, "Type") != Some("forward") {
            continue;
        }
        let many = action.get("ForwardConfig").map_or(&[][..], |held| list(held, "TargetGroups"));
        let own = text(action, "TargetGroupArn");
        groups.extend(many.iter().filter_map(|held| text(held, "TargetGroupArn")).chain(own).map(ToOwned::to_owned));
        clear &= !groups.is_empty();
    }
    groups.sort_unstable();
    groups.dedup();
    held.listeners.push(Listener {
        protocol: text_or_empty(value, "Protocol"),
        port: number(value, "Port").unwrap_or(0),
        groups,
        clear,
    });
    Some(())
}

fn target_group(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    held.kind = text_or_empty(value, "TargetType");
    held.protocol = text_or_empty(value, "Protocol");
    Some(())
}

fn target_health(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    held.listed = true;
    for entry in list(value, "TargetHealthDescriptions") {
        let Some(target) = entry.get("Target") else { continue };
        let state = entry.get("TargetHealth").and_then(|held| text(held, "State"));
        if !matches!(state, Some("draining" | "unused")) {
            held.targets.push((text(target, "Id")?.into(), number(target, "Port")));
        }
    }
    Some(())
}

fn target_attributes(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let held = estate.target_groups.entry(text(value, "TargetGroupArn")?.into()).or_default();
    for attribute in list(value, "Attributes") {
        if text(attribute, "Key") == Some("preserve_client_ip.enabled") {
            held.keeps_client = flag(attribute, "Value");
        }
    }
    Some(())
}
