//! Azure Firewall: what its rules may let through. What they do not is denied, whatever order they stand in.

use serde_json::Value;

use super::{Reading, name};
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Estate, Firewall, Forwarded};
use crate::model::json::{list, text, text_or_empty, texts};
use crate::model::terraform::Resource;
use crate::model::traffic::{ICMP, ICMP6, TCP, Traffic, UDP};

/// Fields of collections in a group of a policy.
const COLLECTIONS: [(&str, What); 3] = [
    ("network_rule_collection", What::Network),
    ("application_rule_collection", What::Application),
    ("nat_rule_collection", What::Translation),
];
/// Collections of a firewall without a policy.
const CLASSIC: [(&str, What); 3] = [
    ("azurerm_firewall_network_rule_collection", What::Network),
    ("azurerm_firewall_application_rule_collection", What::Application),
    ("azurerm_firewall_nat_rule_collection", What::Translation),
];

/// What the rules of a collection are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Addresses and ports.
    Network,
    /// Names of hosts: it may proxy to any address.
    Application,
    /// The firewall's own addresses, behind which others are.
    Translation,
}
const GROUP: &str = "azurerm_firewall_policy_rule_collection_group";

/// Takes firewalls that stand in a subnet.
pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.of_kind(&["azurerm_firewall"]) {
        let Some(subnet) = reading.at(resource, &["ip_configuration", "0", "subnet_id"]) else { continue };
        let firewall = Firewall { name: name(resource), subnet, allowed: allowed(reading, resource) };
        estate.firewalls.insert(Reading::own(resource), firewall);
    }
}

/// All that a firewall may let through; `None` where some of its rules are not shown.
fn allowed(reading: &Reading<'_>, firewall: &Resource) -> Option<Vec<Forwarded>> {
    let document = reading.document;
    if !document.is_given(firewall, "firewall_policy_id") {
        let mut out = Vec::new();
        for (kind, what) in CLASSIC {
            for collection in document.of_kind(&[kind]) {
                // They name their firewall by its name.
                let own = document.ids(collection, &["azure_firewall_name"]);
                let named = own.found.iter().any(|held| *held == name(firewall) || *held == firewall.identity());
                if named || own.open {
                    let rules = whole(reading, collection, "rule")?;
                    out.extend(of_collection(reading, &collection.values, rules, what));
                }
            }
        }
        return Some(out);
    }
    let mut out = Vec::new();
    let mut next = document.ids(firewall, &["firewall_policy_id"]);
    // A policy has the rules of the one that it is made over.
    for _ in 0..8 {
        let [id] = next.found.as_slice() else { return None };
        let policy = document.of_kind(&["azurerm_firewall_policy"]).find(|held| held.identity() == *id)?;
        out.extend(of_policy(reading, policy)?);
        if !document.is_given(policy, "base_policy_id") {
            return Some(out);
        }
        next = document.ids(policy, &["base_policy_id"]);
    }
    None
}

fn of_policy(reading: &Reading<'_>, policy: &Resource) -> Option<Vec<Forwarded>> {
    let mut out = Vec::new();
    for group in reading.document.of_kind(&[GROUP]) {
        let of = reading.document.ids(group, &["firewall_policy_id"]);
        if !of.found.contains(&policy.identity()) {
            if of.open {
                return None;
            }
            continue;
        }
        for (key, what) in COLLECTIONS {
            for collection in whole(reading, group, key)? {
                out.extend(of_collection(reading, collection, list(collection, "rule"), what));
            }
        }
    }
    Some(out)
}

/// The blocks of a field, where all that stands in them is known.
fn whole<'r>(reading: &Reading<'_>, resource: &'r Resource, key: &str) -> Option<&'r [Value]> {
    let unknown = reading.document.is_unknown(resource, &[key]) || reading.document.is_open_block(resource, key);
    (!unknown).then(|| list(&resource.values, key))
}

/// What the rules of a collection let through; a collection that denies lets nothing through.
fn of_collection(reading: &Reading<'_>, collection: &Value, rules: &[Value], what: What) -> Vec<Forwarded> {
    let denies = text(collection, "action").is_some_and(|action| action.eq_ignore_ascii_case("deny"));
    rules.iter().filter(|_| !denies).map(|rule| forwarded(reading, rule, what)).collect()
}

fn forwarded(reading: &Reading<'_>, rule: &Value, what: What) -> Forwarded {
    // Names of hosts may stand for any address, and what stands behind an address of the firewall has ports of its own.
    let by_name = what == What::Application || !list(rule, "destination_fqdns").is_empty();
    let destinations = match what {
        _ if by_name => None,
        What::Translation => text(rule, "translated_address").and_then(AddressRange::parse).map(|held| vec![held]),
        _ => ranges(reading, rule, "destination_addresses", "destination_ip_groups"),
    };
    let (protocols, ports) = match what {
        What::Network => (texts(rule, "protocols"), Some(rule)),
        What::Application => (vec!["tcp".to_owned()], None),
        What::Translation => (texts(rule, "protocols"), None),
    };
    Forwarded {
        name: text_or_empty(rule, "name"),
        sources: ranges(reading, rule, "source_addresses", "source_ip_groups"),
        destinations,
        traffic: protocols.iter().fold(Traffic::none(), |sum, protocol| sum.or(&traffic(protocol, ports))),
    }
}

/// Addresses of a rule; `None` for any, and where not all of them are known as addresses (tags of services).
fn ranges(reading: &Reading<'_>, rule: &Value, key: &str, groups: &str) -> Option<Vec<AddressRange>> {
    let mut held = texts(rule, key);
    for group in texts(rule, groups) {
        let mut all = reading.document.of_kind(&["azurerm_ip_group"]);
        let found = all.find(|other| other.identity().eq_ignore_ascii_case(&group))?;
        // Blocks that stand by themselves may be of any group, and what is known after apply may be any.
        let open = reading.document.is_unknown(found, &["cidrs"]);
        if open || reading.document.of_kind(&["azurerm_ip_group_cidr"]).next().is_some() {
            return None;
        }
        held.extend(texts(&found.values, "cidrs"));
    }
    held.iter().map(|text| AddressRange::parse(text)).collect::<Option<Vec<_>>>().filter(|held| !held.is_empty())
}

/// The packets of a protocol to the ports of a rule, where it names any.
fn traffic(protocol: &str, rule: Option<&Value>) -> Traffic {
    let numbers: &[u8] = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => &[TCP],
        "udp" => &[UDP],
        "icmp" => return Traffic::protocol(ICMP).or(&Traffic::protocol(ICMP6)),
        _ => return Traffic::all(),
    };
    let ports: Vec<String> = rule.map(|rule| texts(rule, "destination_ports")).unwrap_or_default();
    let read = |text: &String| -> Option<(u16, u16)> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
    };
    // `*`, and what cannot be read, may be any port.
    let ports = ports.iter().map(read).collect::<Option<Vec<_>>>().filter(|ports| !ports.is_empty());
    let ports = ports.unwrap_or_else(|| vec![(0, u16::MAX)]);
    let each =
        numbers.iter().flat_map(|number| ports.iter().map(|(first, last)| Traffic::ports(*number, *first, *last)));
    each.fold(Traffic::none(), |sum, more| sum.or(&more))
}

/// The subnet of the firewall that a route's next hop is an address of.
pub(super) fn next_hop(
    estate: &Estate,
    reading: &Reading<'_>,
    resource: &Resource,
    path: &[&str],
) -> Option<AddressRange> {
    let ids = reading.document.ids(resource, path);
    let [id] = ids.found.as_slice() else { return None };
    let mut firewalls = reading.document.of_kind(&["azurerm_firewall"]);
    let firewall = firewalls.find(|held| held.identity() == *id)?;
    let subnet = reading.at(firewall, &["ip_configuration", "0", "subnet_id"])?;
    estate.subnets.get(&subnet)?.ranges.first().copied()
}
