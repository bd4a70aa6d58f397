//! Security groups and network ACLs: what is let through.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Attachment, FirewallRule, Network};

use super::ec2::{GROUP_TYPES, SUBNET_TYPES};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::everybody::is_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_default_network_acl", network_acl, &[table::<FirewallRule>, table::<Attachment>])
        .patching(&[table::<Network>]),
    Mapping::new("aws_default_security_group", default_group, &[table::<FirewallRule>]),
    Mapping::new("aws_network_acl", network_acl, &[table::<FirewallRule>, table::<Attachment>])
        .patching(&[table::<Network>]),
    Mapping::new("aws_network_acl_association", acl_association, &[table::<Attachment>]).patching(&[table::<Network>]),
    Mapping::new("aws_network_acl_rule", network_acl_rule, &[table::<FirewallRule>]),
    Mapping::new("aws_security_group", security_group, &[table::<FirewallRule>]),
    Mapping::new("aws_security_group_rule", security_group_rule, &[table::<FirewallRule>]),
    Mapping::new("aws_vpc_security_group_egress_rule", egress_rule, &[table::<FirewallRule>]),
    Mapping::new("aws_vpc_security_group_ingress_rule", ingress_rule, &[table::<FirewallRule>]),
];

const ACL_TYPES: &[&str] = &["aws_network_acl", "aws_default_network_acl"];
const VPC_TYPES: &[&str] = &["aws_vpc", "aws_default_vpc"];
const LIST_TYPES: &[&str] = &["aws_ec2_managed_prefix_list"];
/// What AWS writes where nobody described a group or rule.
const NO_DESCRIPTION: &[&str] = &["", "Managed by Terraform"];

fn security_group(resource: &Resource, stage: &mut Stage) {
    resource.unless_computed("vpc_id", VPC_TYPES);
    group_rules(resource, stage, &[]);
}

/// The group that every network has; Terraform empties it before it writes what is declared.
fn default_group(resource: &Resource, stage: &mut Stage) {
    resource.unless_computed("vpc_id", VPC_TYPES);
    group_rules(resource, stage, &["ingress", "egress"]);
}

/// The rules inside a group. Those that the provider computes are the rules of other resources, which have rows of their
/// own; `sure` are the directions in which nothing declared means nothing there.
fn group_rules(resource: &Resource, stage: &mut Stage, sure: &[&str]) {
    for direction in ["ingress", "egress"] {
        match resource.blocks(direction) {
            Attr::Known(rules) => {
                for rule in &rules {
                    let row = inline_rule(resource, rule, direction);
                    stage.add_block(resource, rule, row);
                }
            }
            Attr::Unknown(_) if resource.is_configured(direction) == Some(false) || sure.contains(&direction) => {}
            Attr::Unknown(code) => {
                // Generated rules that depend on what is not known yet: one row stands for them.
                let row = FirewallRule {
                    protocol: Cell::Gap(code),
                    from_port: Cell::Gap(code),
                    to_port: Cell::Gap(code),
                    peer_cidrs: Cell::Gap(code),
                    peer_references: Cell::Gap(code),
                    peer_anywhere: Cell::Gap(code),
                    has_description: Cell::Gap(code),
                    ..rule_of(resource.uid().into(), "security-group", direction.into())
                };
                stage.add_suffixed(resource, &format!("#{direction}"), row);
            }
            Attr::Unset => {}
        }
    }
}

/// What every rule of a security group has.
fn rule_of(filter: Cell<String>, kind: &str, direction: Cell<String>) -> FirewallRule {
    FirewallRule {
        filter,
        filter_kind: kind.into(),
        direction,
        action: "allow".into(),
        priority: 0.into(),
        enabled: true.into(),
        ..FirewallRule::default()
    }
}

fn inline_rule(resource: &Resource, rule: &Block<'_>, direction: &str) -> FirewallRule {
    let protocol = rule.text("protocol").map(|protocol| protocol_word(&protocol)).cell();
    let (from_port, to_port) = ports(&protocol, rule.int("from_port"), rule.int("to_port"));
    let cidrs = joined(rule.texts("cidr_blocks"), rule.texts("ipv6_cidr_blocks"));
    let mut peers = resource.references_in(rule, "security_groups", GROUP_TYPES);
    let lists = resource.references_in(rule, "prefix_list_ids", LIST_TYPES);
    let peer_anywhere = anywhere_or_listed(&cidrs, &lists);
    peers.extend(lists);
    let own = rule.bool("self").or(false);
    FirewallRule {
        peer_anywhere,
        peer_cidrs: cidrs,
        peer_references: with_self(Resource::uids(&peers), own, resource.uid()),
        has_description: described(&rule.text("description")),
        protocol,
        from_port,
        to_port,
        ..rule_of(resource.uid().into(), "security-group", direction.into())
    }
}

fn security_group_rule(resource: &Resource, stage: &mut Stage) {
    let group = resource.reference("security_group_id", GROUP_TYPES);
    let protocol = resource.text("protocol").map(|protocol| protocol_word(&protocol)).cell();
    let (from_port, to_port) = ports(&protocol, resource.int("from_port"), resource.int("to_port"));
    let cidrs = joined(resource.texts("cidr_blocks"), resource.texts("ipv6_cidr_blocks"));
    let mut peers = vec![resource.unless_computed("source_security_group_id", GROUP_TYPES)];
    let lists = resource.references("prefix_list_ids", LIST_TYPES);
    let peer_anywhere = anywhere_or_listed(&cidrs, &lists);
    peers.extend(lists);
    let own = resource.bool("self").or(false);
    let filter = group.cell();
    let own_name = filter.known().cloned().unwrap_or_default();
    let row = FirewallRule {
        peer_anywhere,
        peer_cidrs: cidrs,
        peer_references: with_self(Resource::uids(&peers), own, &own_name),
        has_description: described(&resource.text("description")),
        protocol,
        from_port,
        to_port,
        ..rule_of(filter, "security-group", resource.text("type").cell())
    };
    stage.add(resource, row);
}

fn ingress_rule(resource: &Resource, stage: &mut Stage) {
    single_rule(resource, stage, "ingress");
}

fn egress_rule(resource: &Resource, stage: &mut Stage) {
    single_rule(resource, stage, "egress");
}

fn single_rule(resource: &Resource, stage: &mut Stage, direction: &str) {
    let group = resource.reference("security_group_id", GROUP_TYPES);
    let protocol = resource.text("ip_protocol").map(|protocol| protocol_word(&protocol)).cell();
    let (from_port, to_port) = ports(&protocol, resource.int("from_port"), resource.int("to_port"));
    let one = |path: &str| resource.text(path).map(|cidr| vec![cidr]);
    let cidrs = joined(one("cidr_ipv4"), one("cidr_ipv6"));
    let peers = [
        resource.reference("referenced_security_group_id", GROUP_TYPES),
        resource.reference("prefix_list_id", LIST_TYPES),
    ];
    let listed = resource.is_set("prefix_list_id").cell().and_then(unread_list);
    let row = FirewallRule {
        peer_anywhere: anywhere(&cidrs).either(listed),
        peer_cidrs: cidrs,
        peer_references: Resource::uids(&peers),
        has_description: described(&resource.text("description")),
        protocol,
        from_port,
        to_port,
        ..rule_of(group.cell(), "security-group", direction.into())
    };
    stage.add(resource, row);
}

/// What stands for entries of a list that are known after apply as a whole: where among the others, and what they do, too.
fn later_entry(resource: &Resource, direction: &str, code: GapCode) -> FirewallRule {
    FirewallRule {
        action: Cell::Gap(code),
        priority: Cell::Gap(code),
        protocol: Cell::Gap(code),
        from_port: Cell::Gap(code),
        to_port: Cell::Gap(code),
        peer_cidrs: Cell::Gap(code),
        peer_anywhere: Cell::Gap(code),
        peer_references: Vec::new().into(),
        has_description: false.into(),
        ..rule_of(resource.uid().into(), "network-acl", direction.into())
    }
}

fn network_acl(resource: &Resource, stage: &mut Stage) {
    let subnets =
        if resource.is_configured("subnet_ids") == Some(false) && resource.texts("subnet_ids").known().is_none() {
            Vec::new()
        } else {
            resource.references("subnet_ids", SUBNET_TYPES)
        };
    if resource.native_type() == "aws_network_acl" {
        resource.reference("vpc_id", VPC_TYPES);
        let forget = |row: &mut Network, code| row.has_own_filter = Cell::Gap(code);
        stage.facet_each::<Network>(resource, &subnets, SUBNET_TYPES, forget, |row| row.has_own_filter = true.into());
    }
    for (i, subnet) in subnets.iter().enumerate() {
        let row = Attachment {
            what: resource.uid().into(),
            kind: "filter".into(),
            target: subnet.cell(),
            ..Attachment::default()
        };
        stage.add_suffixed(resource, &format!("#subnet/{i}"), row);
    }
    for direction in ["ingress", "egress"] {
        let rules = resource.blocks(direction);
        if let Attr::Unknown(code) = rules
            && resource.is_configured(direction) != Some(false)
        {
            stage.add_suffixed(resource, &format!("#{direction}"), later_entry(resource, direction, code));
        }
        for rule in rules.known().into_iter().flatten() {
            let protocol = rule.text("protocol").map(|protocol| protocol_word(&protocol)).cell();
            let (from_port, to_port) = ports(&protocol, rule.int("from_port"), rule.int("to_port"));
            let one = |path: &str| rule.text(path).map(|cidr| vec![cidr]);
            let cidrs = joined(one("cidr_block"), one("ipv6_cidr_block"));
            let row = FirewallRule {
                action: rule.text("action").map(|action| action.to_lowercase()).cell(),
                priority: rule.int("rule_no").cell(),
                peer_anywhere: anywhere(&cidrs),
                peer_cidrs: cidrs,
                peer_references: Vec::new().into(),
                has_description: false.into(),
                protocol,
                from_port,
                to_port,
                ..rule_of(resource.uid().into(), "network-acl", direction.into())
            };
            stage.add_block(resource, rule, row);
        }
    }
}

fn network_acl_rule(resource: &Resource, stage: &mut Stage) {
    let filter = resource.reference("network_acl_id", ACL_TYPES);
    let protocol = resource.text("protocol").map(|protocol| protocol_word(&protocol)).cell();
    let (from_port, to_port) = ports(&protocol, resource.int("from_port"), resource.int("to_port"));
    let one = |path: &str| resource.text(path).map(|cidr| vec![cidr]);
    let cidrs = joined(one("cidr_block"), one("ipv6_cidr_block"));
    let egress = resource.bool("egress").or(false);
    let row = FirewallRule {
        action: resource.text("rule_action").map(|action| action.to_lowercase()).cell(),
        priority: resource.int("rule_number").cell(),
        peer_anywhere: anywhere(&cidrs),
        peer_cidrs: cidrs,
        peer_references: Vec::new().into(),
        has_description: false.into(),
        protocol,
        from_port,
        to_port,
        ..rule_of(filter.cell(), "network-acl", egress.map(|out| if out { "egress" } else { "ingress" }.to_owned()))
    };
    stage.add(resource, row);
}

fn acl_association(resource: &Resource, stage: &mut Stage) {
    let filter = resource.reference("network_acl_id", ACL_TYPES);
    let subnet = stage.facet::<Network>(
        resource,
        "subnet_id",
        SUBNET_TYPES,
        |row, code| row.has_own_filter = Cell::Gap(code),
        |row| row.has_own_filter = true.into(),
    );
    let row = Attachment { what: filter.cell(), kind: "filter".into(), target: subnet.cell(), ..Attachment::default() };
    stage.add(resource, row);
}

/// One spelling for protocols.
pub(crate) fn protocol_word(protocol: &str) -> String {
    match protocol.to_ascii_lowercase().as_str() {
        "-1" | "all" => "any".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        other => other.to_owned(),
    }
}

/// The ports that are meant: every one for protocols without ports, and where a rule says 0 to 0 for all protocols.
pub(crate) fn ports(protocol: &Cell<String>, from: Attr<i64>, to: Attr<i64>) -> (Cell<i64>, Cell<i64>) {
    match protocol.known().map(String::as_str) {
        Some("tcp" | "udp") => {
            // -1 is how the API says "every port".
            let low = from.map(|port| port.max(0)).or(0);
            let high = to.map(|port| if port < 0 { 65535 } else { port }).or(65535);
            (low, high)
        }
        Some(_) => (0.into(), 65535.into()),
        None => (from.cell(), to.cell()),
    }
}

/// Both lists of address ranges, sorted.
fn joined(v4: Attr<Vec<String>>, v6: Attr<Vec<String>>) -> Cell<Vec<String>> {
    match (v4, v6) {
        // One range that is open decides, whatever the other list holds; but then the list itself is not known.
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => Cell::Gap(code),
        (v4, v6) => {
            let mut all: Vec<String> = v4.known().into_iter().chain(v6.known()).flatten().cloned().collect();
            all.sort();
            all.dedup();
            Cell::Known(all)
        }
    }
}

/// Whether a range takes in everybody.
pub(crate) fn anywhere(cidrs: &Cell<Vec<String>>) -> Cell<bool> {
    cidrs.clone().map(|cidrs| is_everybody(cidrs.iter().map(String::as_str)))
}

/// As [`anywhere`], beside prefix lists: what is in them is not in the rule.
fn anywhere_or_listed(cidrs: &Cell<Vec<String>>, lists: &[Reference]) -> Cell<bool> {
    anywhere(cidrs).either(unread_list(!lists.is_empty()))
}

pub(crate) fn unread_list(there: bool) -> Cell<bool> {
    if there { Cell::Gap(GapCode::UnresolvedReference) } else { Cell::Known(false) }
}

fn described(description: &Attr<String>) -> Cell<bool> {
    description.clone().map(|text| !NO_DESCRIPTION.contains(&text.as_str())).or(false)
}

fn with_self(peers: Cell<Vec<String>>, own: Cell<bool>, uid: &str) -> Cell<Vec<String>> {
    peers.and_then(|mut peers| {
        own.map(|own| {
            if own && !uid.is_empty() {
                peers.push(uid.to_owned());
                peers.sort();
            }
            peers
        })
    })
}
