//! Routes, and the gateways they lead to.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Attachment, Route};

use super::ec2::{GROUP_TYPES, SUBNET_TYPES, attach};
use super::network::{VPC_TYPES, in_subnet};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_default_route_table", default_route_table, &[table::<Route>]),
    Mapping::new("aws_egress_only_internet_gateway", in_network, &[]),
    Mapping::new("aws_internet_gateway", in_network, &[]),
    Mapping::new("aws_main_route_table_association", main_association, &[table::<Attachment>]),
    Mapping::new("aws_nat_gateway", nat_gateway, &[table::<Attachment>]),
    Mapping::new("aws_route", route, &[table::<Route>]),
    Mapping::new("aws_route_table", route_table, &[table::<Route>]),
    Mapping::new("aws_route_table_association", association, &[table::<Attachment>]),
    Mapping::new("aws_vpc_endpoint", vpc_endpoint, &[table::<Attachment>]),
    Mapping::new("aws_vpc_peering_connection", peering, &[]),
];

const TABLE_TYPES: &[&str] = &["aws_route_table", "aws_default_route_table"];

/// Attributes that name a route's target, in the provider's older and newer spelling, with the kind and what they may
/// point at. `gateway_id` comes last: old providers copy other targets into it.
const TARGETS: &[(&str, &str, &[&str])] = &[
    ("nat_gateway_id", "nat-gateway", &["aws_nat_gateway"]),
    ("transit_gateway_id", "transit", &["aws_ec2_transit_gateway"]),
    ("core_network_arn", "transit", &["aws_networkmanager_core_network"]),
    ("vpc_peering_connection_id", "peering", &["aws_vpc_peering_connection"]),
    ("vpc_endpoint_id", "endpoint", &["aws_vpc_endpoint"]),
    ("network_interface_id", "virtual-appliance", &["aws_network_interface"]),
    ("instance_id", "virtual-appliance", &["aws_instance"]),
    ("egress_only_gateway_id", "internet-gateway", &["aws_egress_only_internet_gateway"]),
    ("carrier_gateway_id", "other", &["aws_ec2_carrier_gateway"]),
    ("local_gateway_id", "other", &[]),
    ("gateway_id", "internet-gateway", &["aws_internet_gateway", "aws_vpn_gateway"]),
];

fn in_network(resource: &Resource, _stage: &mut Stage) {
    resource.reference("vpc_id", VPC_TYPES);
}

fn route_table(resource: &Resource, stage: &mut Stage) {
    resource.reference("vpc_id", VPC_TYPES);
    inline_routes(resource, stage);
}

fn default_route_table(resource: &Resource, stage: &mut Stage) {
    inline_routes(resource, stage);
}

fn inline_routes(resource: &Resource, stage: &mut Stage) {
    let routes = resource.blocks("route");
    if let Attr::Unknown(code) = routes
        && resource.is_configured("route") != Some(false)
    {
        // One row stands for routes of which nothing is known yet.
        let [destination, target_kind, target] = [Cell::Gap(code), Cell::Gap(code), Cell::Gap(code)];
        let row = Route { route_table: resource.uid().into(), destination, target_kind, target, ..Route::default() };
        stage.add_suffixed(resource, "#route", row);
    }
    for block in routes.known().into_iter().flatten() {
        let row = one_route(resource, block, resource.uid().into(), ["cidr_block", "ipv6_cidr_block"]);
        stage.add_block(resource, block, row);
    }
}

fn route(resource: &Resource, stage: &mut Stage) {
    let of = resource.reference("route_table_id", TABLE_TYPES).cell();
    let row = one_route(resource, &resource.root(), of, ["destination_cidr_block", "destination_ipv6_cidr_block"]);
    stage.add(resource, row);
}

fn one_route(resource: &Resource, block: &Block<'_>, of: Cell<String>, destinations: [&str; 2]) -> Route {
    let prefix_list = resource.reference_computed_in(block, "destination_prefix_list_id", &[]);
    let destination = destinations
        .iter()
        .fold(Attr::Unset, |found: Attr<String>, path| found.or_else(|| block.text(path)))
        .or_else(|| Attr::from(prefix_list.cell()));
    let (target_kind, target) = target(resource, block);
    Route { route_table: of, destination: destination.or(""), target_kind, target, ..Route::default() }
}

fn target(resource: &Resource, block: &Block<'_>) -> (Cell<String>, Cell<String>) {
    for (path, kind, types) in TARGETS {
        match resource.reference_computed_in(block, path, types) {
            Reference::Unset => {}
            Reference::Literal(id) if *path == "gateway_id" => {
                return (gateway_kind(&id).into(), id.as_str().into());
            }
            Reference::Uid(uid) if uid.contains("aws_vpn_gateway.") => return ("vpn".into(), uid.as_str().into()),
            // Which kind of gateway it is, is as unknown as which one.
            Reference::Unresolved(code) if *path == "gateway_id" => return (Cell::Gap(code), Cell::Gap(code)),
            reference => return ((*kind).into(), reference.cell()),
        }
    }
    if block.is_set("gateway_id") == Attr::Known(false) {
        ("none".into(), "".into())
    } else {
        (Cell::Gap(GapCode::AfterApply), Cell::Gap(GapCode::AfterApply))
    }
}

fn association(resource: &Resource, stage: &mut Stage) {
    let of = resource.reference("route_table_id", TABLE_TYPES);
    let subnet = resource.reference("subnet_id", SUBNET_TYPES);
    let gateway = resource.reference("gateway_id", &["aws_internet_gateway", "aws_vpn_gateway"]);
    let target = if subnet.is_unset() { gateway } else { subnet };
    let row = Attachment { what: of.cell(), kind: "subnet".into(), target: target.cell(), ..Attachment::default() };
    stage.add(resource, row);
}

fn main_association(resource: &Resource, stage: &mut Stage) {
    let of = resource.reference("route_table_id", TABLE_TYPES);
    let network = resource.reference("vpc_id", VPC_TYPES);
    let row = Attachment { what: of.cell(), kind: "subnet".into(), target: network.cell(), ..Attachment::default() };
    stage.add(resource, row);
}

fn nat_gateway(resource: &Resource, stage: &mut Stage) {
    in_subnet(resource, stage, "subnet_id");
    let address = resource.reference("allocation_id", &["aws_eip"]);
    attach(resource, stage, "address", &[address]);
}

fn vpc_endpoint(resource: &Resource, stage: &mut Stage) {
    resource.reference("vpc_id", VPC_TYPES);
    let computed = |path: &str| resource.is_configured(path) == Some(false) && resource.texts(path).known().is_none();
    if !computed("security_group_ids") {
        attach(resource, stage, "filter", &resource.references("security_group_ids", GROUP_TYPES));
    }
    if !computed("subnet_ids") {
        attach(resource, stage, "subnet", &resource.references("subnet_ids", SUBNET_TYPES));
    }
    if !computed("route_table_ids") {
        resource.references("route_table_ids", TABLE_TYPES);
    }
}

fn peering(resource: &Resource, _stage: &mut Stage) {
    resource.reference("vpc_id", VPC_TYPES);
    resource.reference("peer_vpc_id", VPC_TYPES);
}

/// What a route's gateway is, by the beginning of its id.
pub(crate) fn gateway_kind(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("local") => "local",
        Some("vgw") => "vpn",
        Some("vpce") => "endpoint",
        Some("igw") => "internet-gateway",
        _ => "other",
    }
}
