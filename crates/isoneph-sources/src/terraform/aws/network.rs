//! Networks, subnets, and what is recorded of their traffic.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Attachment, Network};

use super::ec2::SUBNET_TYPES;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_default_subnet", subnet, &[table::<Network>]),
    Mapping::new("aws_default_vpc", vpc, &[table::<Network>]),
    Mapping::new("aws_flow_log", flow_log, &[]).patching(&[table::<Network>]),
    Mapping::new("aws_subnet", subnet, &[table::<Network>]),
    Mapping::new("aws_vpc", vpc, &[table::<Network>]),
    Mapping::new("aws_vpc_dhcp_options", dhcp_options, &[]).patching(&[table::<Network>]),
    Mapping::new("aws_vpc_dhcp_options_association", dhcp_association, &[]).patching(&[table::<Network>]),
    Mapping::new("aws_vpc_ipv4_cidr_block_association", more_addresses, &[]).patching(&[table::<Network>]),
];

/// What an attribute that names a network may point at.
pub(super) const VPC_TYPES: &[&str] = &["aws_vpc", "aws_default_vpc"];
const DHCP_TYPES: &[&str] = &["aws_vpc_dhcp_options"];

fn vpc(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Network {
            kind: "network".into(),
            parent: "".into(),
            cidrs: addresses(resource),
            is_default: (resource.native_type() == "aws_default_vpc").into(),
            assigns_public_address: false.into(),
            flow_log: false.into(),
            time_servers: Vec::new().into(),
            has_own_filter: false.into(),
            ..Network::default()
        },
    );
}

fn subnet(resource: &Resource, stage: &mut Stage) {
    let is_default = resource.native_type() == "aws_default_subnet";
    let parent = if is_default {
        resource.unless_computed("vpc_id", VPC_TYPES)
    } else {
        resource.reference("vpc_id", VPC_TYPES)
    };
    let assigns = resource.bool("map_public_ip_on_launch");
    stage.add(
        resource,
        Network {
            kind: "subnet".into(),
            parent: if is_default && parent.is_unset() { Cell::default() } else { parent.cell() },
            cidrs: addresses(resource),
            is_default: is_default.into(),
            // The default subnets give every machine a public address, unless told not to.
            assigns_public_address: assigns.or(is_default),
            flow_log: false.into(),
            time_servers: Vec::new().into(),
            has_own_filter: false.into(),
            ..Network::default()
        },
    );
    // What is recorded around a subnet is recorded of it, and so are the time servers it hands out.
    stage.inherit::<Network>(
        |row| row.parent.known(),
        |network, row| {
            row.flow_log = row.flow_log.clone().either(network.flow_log.clone());
            row.time_servers = network.time_servers.clone();
        },
    );
}

/// The address ranges. The first is always there, chosen by a pool where nobody wrote it; the second only if asked for.
fn addresses(resource: &Resource) -> Cell<Vec<String>> {
    let second = match resource.text("ipv6_cidr_block") {
        Attr::Unknown(_) if resource.bool("assign_generated_ipv6_cidr_block") == Attr::Known(true) => {
            Attr::Unknown(GapCode::AfterApply)
        }
        written => resource.unset_if_computed("ipv6_cidr_block", written),
    };
    resource.text("cidr_block").cell().and_then(|first| {
        let mut all = vec![first];
        match second {
            Attr::Known(cidr) => all.push(cidr),
            Attr::Unset => {}
            Attr::Unknown(code) => return Cell::Gap(code),
        }
        all.sort();
        Cell::Known(all)
    })
}

fn more_addresses(resource: &Resource, stage: &mut Stage) {
    let cidr = resource.text("cidr_block").map(|cidr| vec![cidr]).cell();
    stage.facet::<Network>(
        resource,
        "vpc_id",
        VPC_TYPES,
        |row, code| row.cidrs = Cell::Gap(code),
        move |row| {
            row.cidrs = row.cidrs.clone().and_then(|mut all| {
                cidr.map(|more| {
                    all.extend(more);
                    all.sort();
                    all.dedup();
                    all
                })
            });
        },
    );
}

/// A log of accepted traffic alone, or of rejected alone, is not a record of the traffic.
fn flow_log(resource: &Resource, stage: &mut Stage) {
    let whole = resource.text("traffic_type").map(|kind| kind == "ALL").or(true);
    let unknown = |row: &mut Network, code: GapCode| row.flow_log = Cell::Gap(code);
    let set = move |row: &mut Network| row.flow_log = row.flow_log.clone().either(whole);
    for (path, types) in [("vpc_id", VPC_TYPES), ("subnet_id", SUBNET_TYPES)] {
        if resource.is_set(path) != Attr::Known(false) {
            stage.facet::<Network>(resource, path, types, unknown, set);
            break;
        }
    }
    resource.reference("log_destination", &["aws_s3_bucket", "aws_cloudwatch_log_group"]);
}

/// The time servers reach the networks that an association ties these options to: it refers to both.
fn dhcp_options(resource: &Resource, stage: &mut Stage) {
    let servers = resource.texts("ntp_servers").map(|mut servers| {
        servers.sort();
        servers
    });
    let servers = servers.or(Vec::new());
    stage.for_linked::<Network>(resource, move |_, row| row.time_servers = servers.clone());
}

fn dhcp_association(resource: &Resource, stage: &mut Stage) {
    let options = resource.reference("dhcp_options_id", DHCP_TYPES);
    let unseen = match &options {
        Reference::Unresolved(code) => Cell::Gap(*code),
        // The options themselves say, if they are in the input; else they were not collected.
        _ => Cell::default(),
    };
    let network = stage.facet::<Network>(
        resource,
        "vpc_id",
        VPC_TYPES,
        |row, code| row.time_servers = Cell::Gap(code),
        move |row| row.time_servers = unseen,
    );
    stage.link(&options, &network);
}

/// Ties a subnet to something, for other families.
pub(super) fn in_subnet(resource: &Resource, stage: &mut Stage, path: &str) {
    let subnet = resource.reference(path, SUBNET_TYPES);
    if !subnet.is_unset() {
        let row = Attachment {
            what: subnet.cell(),
            kind: "subnet".into(),
            target: resource.uid().into(),
            ..Attachment::default()
        };
        stage.add_suffixed(resource, "#subnet", row);
    }
}
