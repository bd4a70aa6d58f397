//! Networks of a Terraform document, their blocks and their subnets.

use super::{Reading, account, is_older, labels, range_of, take};
use crate::model::address::{AddressRange, Family};
use crate::model::aws::estate::{Estate, Subnet, Vpc};
use crate::model::json::{flag, list, text};
use crate::model::terraform::Resource;

/// Takes the networks, their blocks and their subnets.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["aws_vpc", "aws_default_vpc"]) {
        let values = &resource.values;
        // A network that is looked up lists all its blocks of IPv4.
        let listed = list(values, "cidr_block_associations").iter().filter_map(|held| range_of(held, "cidr_block"));
        let mut ranges: Vec<AddressRange> =
            [range_of(values, "cidr_block"), range_of(values, "ipv6_cidr_block")].into_iter().flatten().collect();
        ranges.extend(listed.filter(|range| Some(*range) != range_of(values, "cidr_block")));
        let given_six = flag(values, "assign_generated_ipv6_cidr_block") == Some(true)
            || text(values, "ipv6_ipam_pool_id").is_some()
            || ["ipv6_cidr_block", "ipv6_ipam_pool_id"].iter().any(|key| reading.is_open(resource, &[key], values));
        let missing = |family: Family| !ranges.iter().any(|range| range.family == family);
        let open = [missing(Family::V4), missing(Family::V6) && given_six];
        let region = text(values, "arn").and_then(|arn| arn.split(':').nth(3)).or_else(|| text(values, "region"));
        let vpc = Vpc {
            ranges,
            open,
            cut: false,
            owner: account(resource),
            region: region.unwrap_or_default().into(),
            folder: reading.folder.clone(),
            looked_up: is_older(resource),
            tags: labels(resource),
            origin: reading.origin(resource),
        };
        take(&mut estate.vpcs, resource, vpc);
    }
    for resource in
        reading.document.of_kind(&["aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association"])
    {
        let more = range_of(&resource.values, "cidr_block").or_else(|| range_of(&resource.values, "ipv6_cidr_block"));
        let six = usize::from(resource.kind == "aws_vpc_ipv6_cidr_block_association");
        let (owners, doubt) = reading.owners(resource, "vpc_id", estate.vpcs.keys());
        estate.blocks.extend(owners.into_iter().map(|id| (id, six, more.filter(|_| doubt.is_none()))));
    }
    for resource in reading.document.any_of_kind(&["aws_subnet", "aws_default_subnet"]) {
        let values = &resource.values;
        let ranges: Vec<AddressRange> =
            [range_of(values, "cidr_block"), range_of(values, "ipv6_cidr_block")].into_iter().flatten().collect();
        let missing = |family: Family| !ranges.iter().any(|range| range.family == family);
        let six = ["ipv6_cidr_block", "ipv6_ipam_pool_id"].iter().any(|key| reading.is_open(resource, &[key], values));
        let four = flag(values, "ipv6_native") != Some(true);
        let vpc = network_of_subnet(estate, reading, resource, &ranges);
        take(
            &mut estate.subnets,
            resource,
            Subnet {
                vpc,
                looked_up: is_older(resource),
                open: [four && missing(Family::V4), six && missing(Family::V6)],
                assigns_public: flag(values, "map_public_ip_on_launch")
                    .unwrap_or(resource.kind == "aws_default_subnet"),
                ranges,
                zone: text(values, "availability_zone_id")
                    .or_else(|| text(values, "availability_zone"))
                    .unwrap_or_default()
                    .into(),
                owner: account(resource),
                assigns_six: flag(values, "assign_ipv6_address_on_creation") == Some(true)
                    || flag(values, "ipv6_native") == Some(true),
                tags: labels(resource),
                origin: reading.origin(resource),
                ..Subnet::default()
            },
        );
    }
}

/// The network of a subnet. Of several that may be meant it is the one in whose blocks the subnet's lie.
fn network_of_subnet(estate: &Estate, reading: &Reading<'_>, resource: &Resource, ranges: &[AddressRange]) -> String {
    let ids = reading.document.ids(resource, &["vpc_id"]);
    let may_hold = |id: &&String, range: &AddressRange| {
        let family = usize::from(range.family == Family::V6);
        estate.open_of(id)[family] || estate.ranges_of(id).iter().any(|block| block.covers(*range))
    };
    if ids.choice && !ids.open && !ids.lost && !ranges.is_empty() {
        let mut fitting = ids.found.iter().filter(|id| ranges.iter().all(|range| may_hold(id, range)));
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            return only.clone();
        }
    }
    reading.id(resource, "vpc_id")
}
