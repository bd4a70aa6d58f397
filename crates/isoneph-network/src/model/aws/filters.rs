//! Security groups and network ACLs as policies.

use std::collections::BTreeMap;

use super::estate::{Acl, AclEntry, Estate, Group, Permission};
use crate::model::address::{Meeting, RangeSet};
use crate::model::form::{EndpointId, PolicyId};
use crate::model::policy::{Action, Peers, Policy, Rule, Service, Tier};
use crate::model::traffic::{ICMP, ICMP6, Traffic, protocol_number};

/// Who is in which security group.
#[derive(Default)]
pub(super) struct Members {
    /// The members of each, sorted.
    pub(super) sure: BTreeMap<String, Vec<EndpointId>>,
    /// Those that may be members of each, sorted.
    pub(super) maybe: BTreeMap<String, Vec<EndpointId>>,
    /// Endpoints whose groups are not all known, sorted: they may be in any.
    pub(super) open: Vec<EndpointId>,
}

/// Protocols whose ports a rule restricts; for others AWS ignores them.
const WITH_PORTS: [u8; 2] = [6, 17];

/// The packets of a rule in EC2's words: protocol, and ports or ICMP type and code where -1 is any.
pub(super) fn service(protocol: &str, from: Option<i64>, to: Option<i64>) -> Service {
    let port = |value: Option<i64>| value.map_or_else(|| "not told".to_owned(), |value| value.to_string());
    let unclear = |within| Service::Unknown {
        object: format!("protocol {protocol}, ports from {} to {}", port(from), port(to)),
        within,
    };
    if matches!(protocol, "-1" | "all") {
        return Service::Exact(Traffic::all());
    }
    let Some(number) = protocol_number(protocol) else { return unclear(Traffic::all()) };
    let any = |value: Option<i64>| value.is_none_or(|value| value == -1);
    let byte = |value: Option<i64>| value.filter(|value| *value != -1).map(u16::try_from).transpose();
    if number == ICMP || number == ICMP6 {
        return match (byte(from), byte(to)) {
            (Ok(kind), Ok(code)) => Service::Exact(Traffic::icmp(number, kind, code)),
            _ => unclear(Traffic::protocol(number)),
        };
    }
    if !WITH_PORTS.contains(&number) || (any(from) && any(to)) {
        return Service::Exact(Traffic::protocol(number));
    }
    match (from.map(u16::try_from), to.map(u16::try_from)) {
        (Some(Ok(from)), Some(Ok(to))) if from <= to => Service::Exact(Traffic::ports(number, from, to)),
        _ => unclear(Traffic::protocol(number)),
    }
}

/// The policies of one security group: (ingress, egress). Only permits, in no order, ending in deny.
pub(super) fn group(id: &str, group: &Group, estate: &Estate, members: &Members) -> (Policy, Policy) {
    let side = |word: &str, permissions: &[Permission]| Policy {
        id: id.to_owned(),
        name: if group.name.is_empty() { id.to_owned() } else { format!("{id} ({})", group.name) },
        stateful: true,
        tiers: vec![Tier {
            name: format!("{id} {word}"),
            rules: permissions.iter().map(|permission| permit(id, permission, estate, members)).collect(),
            otherwise: Action::Deny,
            uncertain: None,
        }],
        origin: group.origin.clone(),
    };
    (side("ingress", &group.ingress), side("egress", &group.egress))
}

/// What stands for a group that the input does not show: it may permit anything.
pub(super) fn unknown_group(id: &str) -> Policy {
    let rule = Rule {
        id: format!("{id}: rules not shown"),
        action: Action::Permit,
        peers: Peers::everybody(),
        local: None,
        services: vec![Service::Exact(Traffic::all())],
        condition: Some(format!("security group {id} is not in the input")),
    };
    let tier = Tier { name: id.to_owned(), rules: vec![rule], otherwise: Action::Deny, uncertain: None };
    Policy { id: id.into(), name: id.into(), stateful: true, tiers: vec![tier], origin: Default::default() }
}

fn permit(id: &str, permission: &Permission, estate: &Estate, members: &Members) -> Rule {
    let mut peers = Peers { addresses: RangeSet::default(), ..Peers::default() };
    let mut held = permission.ranges.clone();
    for list in &permission.prefix_lists {
        match estate.prefix_lists.get(list) {
            Some(ranges) if !estate.open_lists.contains(list) => held.extend(ranges),
            known => {
                held.extend(known.into_iter().flatten());
                peers.unknown.push(format!("prefix list {list}"));
            }
        }
    }
    peers.addresses = RangeSet::new(held);
    for other in &permission.groups {
        match members.sure.get(other) {
            Some(endpoints) => peers.endpoints.extend(endpoints),
            // No interface carries it. Where its rules are not shown either, it may be another account's group, with
            // interfaces that the input does not show; those are no endpoints of the model.
            None if estate.groups.contains_key(other) => {}
            None => peers.unknown.push(format!("members of security group {other}")),
        }
    }
    if !permission.groups.is_empty() {
        peers.maybe.clone_from(&members.open);
        peers.maybe.extend(permission.groups.iter().filter_map(|other| members.maybe.get(other)).flatten());
    }
    peers.unknown.extend(permission.unclear.clone());
    for held in [&mut peers.endpoints, &mut peers.maybe] {
        held.sort_unstable();
        held.dedup();
    }
    peers.doubt = (!peers.maybe.is_empty()).then(|| "the peer's security groups are not all known".into());
    Rule {
        id: format!("{id} {}", permission.id),
        action: Action::Permit,
        peers,
        local: None,
        services: vec![service(&permission.protocol, permission.from, permission.to)],
        condition: permission.condition.clone(),
    }
}

/// A policy that nobody has: who will be in the groups that it names is not known either.
pub(super) fn spare(mut policy: Policy, permissions: &[Permission], members: &Members) -> Policy {
    let rules = policy.tiers.iter_mut().flat_map(|tier| &mut tier.rules);
    for (rule, permission) in rules.zip(permissions) {
        let empty = permission.groups.iter().filter(|group| !members.sure.contains_key(*group));
        let told: Vec<String> = empty.map(|group| format!("members of security group {group}")).collect();
        rule.peers.unknown.retain(|held| !told.contains(held));
        rule.peers.unknown.extend(told);
    }
    policy
}

/// The union of several groups' policies: one interface carries them all, and may carry those of `maybe`. Where it has one of
/// these alone, what all of them permit is sure.
pub(super) fn union(policies: &[Policy], parts: &[PolicyId], maybe: &[PolicyId]) -> Policy {
    let of = |part: &PolicyId| policies[*part].tiers.iter().flat_map(|tier| tier.rules.iter());
    let mut rules: Vec<Rule> = parts.iter().flat_map(of).cloned().collect();
    if parts.is_empty() {
        let in_all = |rule: &&Rule| maybe.iter().all(|other| of(other).any(|held| covers(held, rule)));
        rules.extend(maybe.iter().flat_map(of).filter(in_all).cloned());
    }
    for part in maybe.iter().filter(|part| !parts.contains(*part)) {
        let name = &policies[*part].name;
        let loose = |rule: &Rule| {
            let doubt = || format!("whether {name} is one of its security groups");
            Rule { condition: rule.condition.clone().or_else(|| Some(doubt())), ..rule.clone() }
        };
        rules.extend(of(part).map(loose));
    }
    let of_all = parts.iter().chain(if parts.is_empty() { maybe } else { &[] });
    let names: Vec<&str> = of_all.clone().map(|part| policies[*part].name.as_str()).collect();
    let name = names.join(if parts.is_empty() { " or " } else { " + " });
    Policy {
        id: of_all.clone().map(|part| policies[*part].id.as_str()).collect::<Vec<_>>().join("+"),
        stateful: true,
        tiers: vec![Tier { name: format!("security groups {name}"), rules, otherwise: Action::Deny, uncertain: None }],
        name,
        origin: of_all.clone().next().map(|part| policies[*part].origin.clone()).unwrap_or_default(),
    }
}

/// Whether a rule surely permits whatever another one may.
fn covers(rule: &Rule, other: &Rule) -> bool {
    let peers = || {
        let (own, others) = (&rule.peers, &other.peers);
        let known = others.unknown.is_empty() && others.maybe.is_empty();
        known
            && others.addresses.ranges().iter().all(|range| own.addresses.meeting(*range) == Meeting::Within)
            && others.endpoints.iter().all(|endpoint| own.endpoints.binary_search(endpoint).is_ok())
    };
    let services = || match (rule.services.as_slice(), other.services.as_slice()) {
        ([Service::Exact(own)], [Service::Exact(others)]) => others.is_within(own),
        _ => false,
    };
    rule.condition.is_none() && other.condition.is_none() && peers() && services()
}

/// The two lists of a network ACL: (into the subnet, out of it). Numbered, the first match decides, the rest is denied.
pub(super) fn acl(id: &str, acl: &Acl) -> (Policy, Policy) {
    let side = |egress: bool| {
        let mut entries: Vec<&AclEntry> = acl.entries.iter().filter(|entry| entry.egress == egress).collect();
        entries.sort_by_key(|entry| entry.number);
        let word = if egress { "outbound" } else { "inbound" };
        Policy {
            id: id.to_owned(),
            name: acl.tags.get("Name").map_or_else(|| id.to_owned(), |name| format!("{id} ({name})")),
            stateful: false,
            tiers: vec![Tier {
                name: format!("{id} {word}"),
                rules: entries.into_iter().map(|entry| acl_rule(id, word, entry)).collect(),
                otherwise: Action::Deny,
                uncertain: None,
            }],
            origin: acl.origin.clone(),
        }
    };
    (side(false), side(true))
}

fn acl_rule(id: &str, word: &str, entry: &AclEntry) -> Rule {
    let (from, to) = match (entry.icmp, entry.ports) {
        (Some((kind, code)), _) => (Some(kind), Some(code)),
        (None, Some((from, to))) => (Some(from), Some(to)),
        (None, None) => (None, None),
    };
    let number = match entry.number {
        ..0 => "of a number that is not shown".into(),
        0..32767 => entry.number.to_string(),
        _ => "*".into(),
    };
    Rule {
        id: format!("{id} {word} rule {number}"),
        action: if entry.allow { Action::Permit } else { Action::Deny },
        peers: Peers {
            addresses: RangeSet::new(entry.range.into_iter().collect()),
            unknown: entry.unclear.clone().into_iter().collect(),
            ..Peers::default()
        },
        local: None,
        services: vec![service(&entry.protocol, from, to)],
        condition: entry.condition.clone(),
    }
}
