//! Firewall rules and policies as one policy a target: hierarchical policies, network policies, classic rules, implied rules.

use std::collections::BTreeMap;

use super::estate::{Estate, Firewall, FirewallPolicy, Interface};
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::form::{EndpointId, Origin};
use crate::model::policy::{Action, Peers, Policy, Rule, Service, Tier};
use crate::model::traffic::{ICMP, ICMP6, Traffic, protocol_number};

/// Members of tags and service accounts in each network, sorted. Tags mean nothing across networks.
#[derive(Default)]
pub(super) struct Members {
    pub(super) tags: BTreeMap<(String, String), Vec<EndpointId>>,
    pub(super) accounts: BTreeMap<(String, String), Vec<EndpointId>>,
    /// Those of each network whose tags are not known.
    pub(super) open_tags: BTreeMap<String, Vec<EndpointId>>,
    /// Those of each network whose account is not known.
    pub(super) open_accounts: BTreeMap<String, Vec<EndpointId>>,
    /// Alias ranges of IPv4: a rule that names sources by tag or account means their other addresses alone.
    pub(super) aliases: BTreeMap<EndpointId, Vec<AddressRange>>,
}

/// The policy of one interface and direction.
pub(super) fn policy(estate: &Estate, interface: &Interface, region: &str, members: &Members, ingress: bool) -> Policy {
    let word = if ingress { "ingress" } else { "egress" };
    let network = &interface.network;
    let mut tiers: Vec<Tier> = Vec::new();
    tiers.extend(estate.networks.get(network).filter(|held| held.looked_up).map(|_| {
        let what = format!("firewall rules of {network} that are not shown");
        let rules = Firewall::unseen(&what);
        let rules = rules.iter().filter(|rule| rule.ingress == ingress);
        let rules = rules.flat_map(|rule| convert(rule, interface, members)).collect();
        Tier { name: what, rules, otherwise: Action::Pass, uncertain: None }
    }));
    let mut held: Vec<&FirewallPolicy> =
        estate.policies.values().filter(|policy| policy.hierarchical.is_some()).collect();
    // From the outside in, as far as that is known.
    let depth = |policy: &FirewallPolicy| {
        let above = estate.ancestors.get(&interface.project)?;
        above.iter().rev().position(|node| policy.above.contains(node))
    };
    held.sort_by_key(|policy| (policy.hierarchical, depth(policy), policy.name.clone()));
    held.retain(|policy| holds_for(estate, policy, interface) != Some(false));
    tiers.extend(held.into_iter().map(|policy| {
        let sure = holds_for(estate, policy, interface).is_some();
        let doubt = (!sure).then(|| format!("whether firewall policy {} holds for the project", policy.name));
        policy_tier(policy, interface, members, ingress, doubt)
    }));
    let of_network = |regional: bool| {
        let here = move |policy: &&FirewallPolicy| {
            (policy.anywhere || policy.networks.contains(network))
                && policy.hierarchical.is_none()
                && policy.regional.as_ref().map_or(!regional, |held| regional && held == region)
        };
        estate
            .policies
            .values()
            .filter(here)
            .map(|policy| {
                let surely = policy.networks.contains(network);
                let doubt = (!surely).then(|| format!("whether firewall policy {} holds there", policy.name));
                policy_tier(policy, interface, members, ingress, doubt)
            })
            .chain((!regional).then(|| unshown_policy(estate, interface, members, ingress)).flatten())
            .collect::<Vec<_>>()
    };
    let classic = classic_tier(estate, interface, members, ingress);
    let classic_first = estate.networks.get(network).is_none_or(|network| network.classic_first);
    // Network policies, the regional ones last, stand after the classic rules unless the network is told otherwise.
    let of_network = of_network(false).into_iter().chain(of_network(true));
    if classic_first {
        tiers.push(classic);
        tiers.extend(of_network);
    } else {
        tiers.extend(of_network);
        tiers.push(classic);
    }
    let end = if ingress { Action::Deny } else { Action::Permit };
    let name = format!("implied {word} rule");
    tiers.push(Tier { name, rules: Vec::new(), otherwise: end, uncertain: None });
    let name = format!("firewall of {network} for {}", interface.name);
    Policy { id: format!("{network} {word}"), name, stateful: true, tiers, origin: Origin::default() }
}

/// The policy that a network names as its own, where the input does not show it.
fn unshown_policy(estate: &Estate, interface: &Interface, members: &Members, ingress: bool) -> Option<Tier> {
    let name = estate.networks.get(&interface.network)?.policy.as_ref()?;
    let known = |(id, held): (&String, &FirewallPolicy)| id == name || held.networks.contains(&interface.network);
    if estate.policies.iter().any(known) {
        return None;
    }
    let name = format!("firewall policy {name}, which is not in the input");
    let rules = Firewall::unseen(&name).into_iter().filter(|rule| rule.ingress == ingress);
    let rules = rules.flat_map(|rule| convert(&rule, interface, members)).collect();
    Some(Tier { name, rules, otherwise: Action::Pass, uncertain: None })
}

/// Classic rules that target the interface: by priority, deny before allow.
fn classic_tier(estate: &Estate, interface: &Interface, members: &Members, ingress: bool) -> Tier {
    let mut rules: Vec<&Firewall> = estate
        .firewalls
        .values()
        .filter(|rule| {
            let here = rule.network == interface.network || rule.network.is_empty();
            here && rule.ingress == ingress && !rule.disabled && targets(rule, interface)
        })
        .collect();
    rules.sort_by_key(|rule| (rule.priority, rule.action != "deny", rule.name.clone()));
    let hidden = estate.hidden(&interface.network, "compute#firewall", "firewall rules");
    let hidden = hidden.map(|what| Firewall::unseen(&what)).into_iter().flatten().collect::<Vec<_>>();
    let rules = hidden.iter().filter(|rule| rule.ingress == ingress).chain(rules);
    Tier {
        name: "VPC firewall rules".into(),
        rules: rules.into_iter().flat_map(|rule| convert(rule, interface, members)).collect(),
        otherwise: Action::Pass,
        uncertain: None,
    }
}

/// Whether what a hierarchical policy is attached to holds an interface: both its machine's project and its network's, which in
/// a shared network are two. `None` where no input shows what these are in.
fn holds_for(estate: &Estate, policy: &FirewallPolicy, interface: &Interface) -> Option<bool> {
    let host = estate.networks.get(&interface.network).map(|network| network.project.as_str());
    let above = |project: &str| estate.ancestors.get(project).filter(|_| !policy.above.is_empty());
    let is_above = |project: &str| Some(above(project)?.iter().any(|node| policy.above.contains(node)));
    let (own, host) = (is_above(&interface.project)?, is_above(host?)?);
    (own == host).then_some(own)
}

fn policy_tier(
    policy: &FirewallPolicy,
    interface: &Interface,
    members: &Members,
    ingress: bool,
    uncertain: Option<String>,
) -> Tier {
    let mut rules: Vec<&Firewall> = policy
        .rules
        .iter()
        .filter(|rule| rule.ingress == ingress && !rule.disabled && targets(rule, interface))
        .filter(|rule| rule.target_networks.is_empty() || rule.target_networks.contains(&interface.network))
        .collect();
    rules.sort_by_key(|rule| rule.priority);
    Tier {
        name: format!("firewall policy {}", policy.name),
        rules: rules.into_iter().flat_map(|rule| convert(rule, interface, members)).collect(),
        otherwise: Action::Pass,
        uncertain,
    }
}

/// Whether a rule is about an interface, or may be.
fn targets(rule: &Firewall, interface: &Interface) -> bool {
    let open_tags = interface.open_tags && !rule.target_tags.is_empty();
    let open_account = interface.open_account && !rule.target_accounts.is_empty();
    open_tags || open_account || surely_targets(rule, interface)
}

fn surely_targets(rule: &Firewall, interface: &Interface) -> bool {
    let none = rule.target_tags.is_empty() && rule.target_accounts.is_empty();
    none || rule.target_tags.iter().any(|tag| interface.tags.contains(tag))
        || rule.target_accounts.iter().any(|account| interface.accounts.contains(account))
}

/// One rule; where it is not known what it does (or an inspection decides), one for each of what it may do.
fn convert(rule: &Firewall, interface: &Interface, members: &Members) -> Vec<Rule> {
    let actions: &[Action] = match rule.action.as_str() {
        "allow" => &[Action::Permit],
        "deny" => &[Action::Deny],
        "goto_next" => &[Action::Pass],
        _ => &[Action::Permit, Action::Deny, Action::Pass],
    };
    let unknown_action = actions.len() > 1;
    let (far, near) = if rule.ingress {
        (&rule.source_ranges, &rule.destination_ranges)
    } else {
        (&rule.destination_ranges, &rule.source_ranges)
    };
    let mut peers = ranges(far);
    if rule.ingress {
        for (names, known) in [(&rule.source_tags, &members.tags), (&rule.source_accounts, &members.accounts)] {
            for name in names {
                peers.endpoints.extend(known.get(&(interface.network.clone(), name.clone())).into_iter().flatten());
            }
        }
        peers.endpoints.sort_unstable();
        peers.endpoints.dedup();
        for (names, open) in [(&rule.source_tags, &members.open_tags), (&rule.source_accounts, &members.open_accounts)]
        {
            let open = open.get(&interface.network).filter(|_| !names.is_empty());
            peers.maybe.extend(open.into_iter().flatten());
        }
        peers.maybe.sort_unstable();
        peers.maybe.dedup();
        let named = peers.endpoints.iter().chain(&peers.maybe);
        peers.beside = RangeSet::new(named.filter_map(|id| members.aliases.get(id)).flatten().copied().collect());
        peers.doubt = (!peers.maybe.is_empty()).then(|| "the peer's tags and account are not all known".into());
    }
    // A rule that names nobody means everybody.
    let named = !rule.source_tags.is_empty() || !rule.source_accounts.is_empty();
    let restricted = !far.is_empty() || (rule.ingress && named);
    if !restricted {
        peers = Peers::everybody();
    }
    peers.unknown.extend(rule.unclear.iter().cloned());
    if !rule.unclear.is_empty() {
        peers.any = false;
    }
    let held = Rule {
        id: format!("{} {}", rule.priority, rule.name),
        action: actions[0],
        peers,
        local: (!near.is_empty()).then(|| ranges(near)),
        services: services(rule),
        condition: rule
            .doubt
            .clone()
            .or_else(|| {
                unknown_action.then(|| match rule.action.as_str() {
                    "" => format!("what rule {} says", rule.name),
                    action => format!("what the action {action} of rule {} does", rule.name),
                })
            })
            .or_else(|| {
                (!surely_targets(rule, interface)).then(|| "which tags and account the machine has".to_owned())
            }),
    };
    actions.iter().map(|action| Rule { action: *action, ..held.clone() }).collect()
}

fn ranges(texts: &[String]) -> Peers {
    let held: Vec<AddressRange> = texts.iter().filter_map(|text| AddressRange::parse(text)).collect();
    let mut out = Peers { addresses: RangeSet::new(held), ..Peers::default() };
    out.unknown.extend(
        texts.iter().filter(|text| AddressRange::parse(text).is_none()).map(|text| format!("address block {text}")),
    );
    // One family's whole line does not stand for the other's.
    debug_assert!(out.addresses.ranges().iter().all(|range| matches!(range.family, Family::V4 | Family::V6)));
    out
}

fn services(rule: &Firewall) -> Vec<Service> {
    if rule.services.is_empty() {
        return vec![Service::Exact(Traffic::all())];
    }
    let mut out = Vec::new();
    for (protocol, ports) in &rule.services {
        if matches!(protocol.to_ascii_lowercase().as_str(), "all" | "") {
            out.push(Service::Exact(Traffic::all()));
            continue;
        }
        let Some(number) = protocol_number(protocol) else {
            out.push(Service::Unknown {
                object: format!("protocol {protocol:?} of rule {}", rule.name),
                within: Traffic::all(),
            });
            continue;
        };
        if ports.is_empty() || number == ICMP || number == ICMP6 {
            out.push(Service::Exact(Traffic::protocol(number)));
        }
        for port in ports {
            let (first, last) = port.split_once('-').unwrap_or((port, port));
            match (first.trim().parse(), last.trim().parse()) {
                (Ok(first), Ok(last)) if first <= last => out.push(Service::Exact(Traffic::ports(number, first, last))),
                _ => out.push(Service::Unknown {
                    object: format!("port {port:?} of rule {}", rule.name),
                    within: Traffic::protocol(number),
                }),
            }
        }
    }
    out
}
