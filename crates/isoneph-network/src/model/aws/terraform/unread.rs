//! What of a network resources may open that nothing here reads: they may stand in the subnets that they name, and add rules
//! and routes to the groups, lists and tables.

use super::groups::default_of;
use super::machines::{stand, stand_in_network};
use super::{JOINING, OPEN, Reading};
use crate::model::Unsupported;
use crate::model::aws::estate::{Destination, Estate, Permission, Route, RouteTarget};
use crate::model::terraform::{Resource, Unread, takes};

/// Kinds, by how their names start, that name what is of a network and neither stand in it nor change what passes.
const ASIDE: [&str; 41] = [
    "aws_accessanalyzer_",
    "aws_acm",
    "aws_api_gateway_",
    "aws_backup_",
    "aws_cloudwatch_",
    "aws_cognito_",
    "aws_config_",
    "aws_default_vpc_dhcp_options",
    "aws_detective_",
    "aws_dynamodb_",
    "aws_ebs_",
    "aws_ec2_network_insights_",
    "aws_ec2_subnet_cidr_reservation",
    "aws_ec2_tag",
    "aws_ec2_traffic_mirror_",
    "aws_ecr_",
    "aws_flow_log",
    "aws_guardduty_",
    "aws_iam_",
    "aws_inspector",
    "aws_kms_",
    "aws_lb_listener_certificate",
    "aws_lb_ssl_negotiation_policy",
    "aws_macie2_",
    "aws_resourcegroups_",
    "aws_route53_record",
    "aws_route53_resolver_config",
    "aws_route53_resolver_dnssec_config",
    "aws_route53_resolver_firewall_",
    "aws_route53_resolver_query_log_config",
    "aws_route53_resolver_rule",
    "aws_route53_vpc_association_authorization",
    "aws_route53_zone",
    "aws_s3_",
    "aws_secretsmanager_",
    "aws_service_discovery_",
    "aws_sns_",
    "aws_sqs_",
    "aws_ssm_parameter",
    "aws_vpc_dhcp_options",
    "aws_vpc_endpoint_",
];

/// What stands for the subnets and groups that it names itself.
fn is_through(kind: &str) -> bool {
    kind.ends_with("_subnet_group")
        || ["aws_launch_template", "aws_launch_configuration", "awscc_ec2_launch_template"].contains(&kind)
}

/// What of the network a resource names.
#[derive(Default)]
struct Named {
    subnets: Vec<String>,
    groups: Vec<String>,
    tables: Vec<String>,
    lists: Vec<String>,
    networks: Vec<String>,
    gateways: Vec<String>,
    /// Whether it names something of a network that no input shows.
    unshown: bool,
}

impl Named {
    fn of(estate: &Estate, reading: &Reading<'_>, held: &Unread<'_>) -> Self {
        let mut out = Self { unshown: held.unshown.is_some(), ..Self::default() };
        let named = held.named.iter().map(|name| (name, false));
        for (name, taken) in named.chain(held.texts.iter().map(|(key, text)| (text, takes(key)))) {
            let group = default_of(reading, name).unwrap_or_else(|| name.clone());
            let (table, list) = (reading.table(estate, name), reading.acl(estate, name));
            if estate.subnets.contains_key(name) {
                out.subnets.push(name.clone());
            } else if estate.groups.contains_key(&group) {
                out.groups.push(group);
            } else if estate.tables.contains_key(&table) {
                out.tables.push(table);
            } else if estate.acls.contains_key(&list) {
                out.lists.push(list);
            } else if estate.vpcs.contains_key(name) {
                out.networks.push(name.clone());
            } else if estate.internet_gateways.contains_key(name) {
                out.gateways.push(name.clone());
            } else {
                out.unshown |= taken || is_of_network(name);
            }
        }
        for names in [&mut out.subnets, &mut out.groups, &mut out.tables, &mut out.lists, &mut out.networks] {
            names.sort_unstable();
            names.dedup();
        }
        out
    }

    fn is_nothing(&self) -> bool {
        let all = [&self.subnets, &self.groups, &self.tables, &self.lists, &self.networks, &self.gateways];
        !self.unshown && all.iter().all(|names| names.is_empty())
    }
}

/// Whether a text is the identifier of a subnet, a group, a network, a table or a list.
fn is_of_network(text: &str) -> bool {
    let starts = ["subnet-", "sg-", "vpc-", "rtb-", "acl-"];
    let rest = starts.iter().find_map(|start| text.strip_prefix(start));
    rest.is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Takes what no reader took: after all of them.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) -> Vec<Unsupported> {
    let mut out = Vec::new();
    for held in reading.document.unread(&["aws_", "awscc_"], is_through) {
        let resource = held.resource;
        let control = resource.kind.starts_with("awscc_");
        let named = Named::of(estate, reading, &held);
        let of_network = control && is_of_networks(&resource.kind);
        if ASIDE.iter().any(|start| resource.kind.starts_with(start)) || (named.is_nothing() && !of_network) {
            continue;
        }
        open(estate, reading, resource, &named);
        if !told(&resource.kind) {
            let effect = if named.is_nothing() {
                "not modelled: nothing is said of it"
            } else {
                "not modelled: what it may place in the subnets, or add to the rules, that it names is undecided"
            };
            out.push(Unsupported::new(reading.source, resource.address.clone(), &resource.kind, effect));
        }
    }
    out
}

/// Whether a kind is listed already, for what routes lead to and what joins networks.
fn told(kind: &str) -> bool {
    OPEN.iter().copied().chain(JOINING.iter().map(|(start, _)| *start)).any(|start| kind.starts_with(start))
}

/// Kinds of the second provider (Cloud Control) that are of networks, whatever they name.
fn is_of_networks(kind: &str) -> bool {
    let rest = kind.strip_prefix("awscc_").unwrap_or(kind);
    let starts =
        ["ec2_", "elasticloadbalancing", "globalaccelerator_", "networkfirewall_", "networkmanager_", "vpclattice_"];
    starts.iter().any(|start| rest.starts_with(start))
}

fn open(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, named: &Named) {
    let (address, kind) = (&resource.address, resource.kind.as_str());
    let associates = kind.ends_with("association") || kind.ends_with("attachment");
    for subnet in &named.subnets {
        if associates && !(named.tables.is_empty() && named.lists.is_empty()) {
            estate.subnets.entry(subnet.clone()).and_modify(|held| {
                if !named.tables.is_empty() {
                    (held.unclear_table, held.maybe_tables) = (true, None);
                }
                held.unclear_acl |= !named.lists.is_empty();
            });
        } else {
            stand(estate, reading, resource, subnet);
        }
    }
    // What stands somewhere names the groups it has; what stands nowhere may be one of their rules.
    if named.subnets.is_empty() || kind.contains("security_group") {
        let what = format!("what {address} adds");
        let rule =
            Permission { id: address.clone(), protocol: "-1".into(), unclear: Some(what), ..Permission::default() };
        for group in &named.groups {
            let Some(group) = estate.groups.get_mut(group) else { continue };
            group.ingress.push(rule.clone());
            group.egress.push(rule.clone());
        }
    }
    let what = || format!("what {address} adds");
    for table in &named.tables {
        let route = Route {
            destination: Destination::Unknown(what()),
            target: RouteTarget::Other(what()),
            active: true,
            propagated: false,
        };
        estate.tables.entry(table.clone()).and_modify(|held| held.routes.push(route));
    }
    for list in &named.lists {
        estate.acls.entry(list.clone()).and_modify(|held| held.open = true);
    }
    for gateway in &named.gateways {
        estate.loose_gateways.insert(gateway.clone(), named.networks.clone());
    }
    by_itself(estate, reading, resource, named);
}

/// What a resource may do that names nothing but a network, or of networks nothing at all.
fn by_itself(estate: &mut Estate, reading: &Reading<'_>, resource: &Resource, named: &Named) {
    let kind = resource.kind.as_str();
    let alone =
        named.subnets.is_empty() && named.groups.is_empty() && named.tables.is_empty() && named.lists.is_empty();
    if kind.starts_with("awscc_elasticloadbalancing") || kind.starts_with("awscc_globalaccelerator_") {
        estate.accelerators.insert(resource.address.clone(), Vec::new());
    } else if kind.starts_with("awscc_ec2_eip") {
        estate.loose_addresses.push((resource.address.clone(), None));
    } else if kind.starts_with("awscc_") && alone && !named.networks.is_empty() {
        // Gateways, peerings, subnets: whatever lets something in.
        estate.accelerators.insert(resource.address.clone(), named.networks.clone());
    }
    for network in named.networks.iter().filter(|_| alone && !told(kind)) {
        stand_in_network(estate, reading, resource, network);
    }
}
