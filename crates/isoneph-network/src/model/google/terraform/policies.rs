//! Firewall policies of networks, folders and organisations: their rules are resources of their own, or written within them.

use serde_json::Value;

use super::super::estate::{Estate, Firewall, FirewallPolicy};
use super::super::hierarchy;
use super::super::reading::{Named, Reading, accounts, name, own, short};
use super::{ANYWHERE, services};
use crate::model::json::{flag, list, number, text, text_or_empty, texts};
use crate::model::terraform::Resource;

/// Kinds of policies, and how far above networks they hold.
const KINDS: [(&str, Option<u8>); 6] = [
    ("google_compute_firewall_policy", Some(1)),
    ("google_compute_firewall_policy_with_rules", Some(1)),
    ("google_compute_network_firewall_policy", None),
    ("google_compute_network_firewall_policy_with_rules", None),
    ("google_compute_region_network_firewall_policy", None),
    ("google_compute_region_network_firewall_policy_with_rules", None),
];
/// How kinds end that have their rules within them.
const WITH_RULES: &str = "_with_rules";

pub(super) fn read(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    for (kind, hierarchical) in KINDS {
        for resource in document.of_kind(&[kind]) {
            let targets = if hierarchical.is_some() { hierarchy::attachments(reading, resource) } else { Vec::new() };
            let whole = targets.iter().any(|target| target.starts_with("organizations/"));
            let regional = kind.contains("region").then(|| text_or_empty(&resource.values, "region"));
            let level = hierarchical.map(|level| if whole { 0 } else { level });
            let held = text(&resource.values, "short_name").map_or_else(|| name(resource), ToOwned::to_owned);
            estate.policies.insert(
                own(resource),
                FirewallPolicy {
                    name: held,
                    rules: if kind.ends_with(WITH_RULES) { written(reading, resource) } else { Vec::new() },
                    hierarchical: level,
                    above: targets,
                    regional,
                    ..FirewallPolicy::default()
                },
            );
        }
    }
    let all: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    hierarchy::unseen(estate, reading);
    hierarchy::ancestry(estate, reading);
    let rules = [
        "google_compute_firewall_policy_rule",
        "google_compute_network_firewall_policy_rule",
        "google_compute_region_network_firewall_policy_rule",
    ];
    for resource in document.of_kind(&rules) {
        let held = rule(reading, resource, &[], &resource.values);
        let id = reading.at(resource, &["firewall_policy"], &all).unwrap_or_default();
        if let Some(policy) = estate.policies.get_mut(&id) {
            policy.rules.extend(held);
            continue;
        }
        let (_, doubt) = document.owners(resource, "firewall_policy", std::iter::empty());
        for policy in estate.policies.values_mut().filter(|_| doubt.is_some()) {
            policy.rules.extend(held.iter().map(|rule| Firewall { doubt: doubt.clone(), ..rule.clone() }));
        }
    }
    let associations = [
        "google_compute_network_firewall_policy_association",
        "google_compute_region_network_firewall_policy_association",
    ];
    for resource in document.of_kind(&associations) {
        let network = reading.known_network(resource, &["attachment_target"]);
        let id = reading.at(resource, &["firewall_policy"], &all).unwrap_or_else(|| resource.address.clone());
        let regional = resource.kind.contains("region").then(|| text_or_empty(&resource.values, "region"));
        // Of a policy that is associated and not shown nobody knows what it says.
        let policy = estate.policies.entry(id.clone()).or_insert_with(|| FirewallPolicy {
            rules: Firewall::unseen(&id).into(),
            name: id,
            regional,
            ..FirewallPolicy::default()
        });
        policy.anywhere |= network.is_none();
        policy.networks.extend(network);
    }
}

const NETWORKS: [&str; 1] = ["google_compute_network"];

/// Fields of a rule's match that narrow it in ways that are not followed.
const NARROWING: [&str; 16] = [
    "src_fqdns",
    "dest_fqdns",
    "src_region_codes",
    "dest_region_codes",
    "src_threat_intelligences",
    "dest_threat_intelligences",
    "src_address_groups",
    "dest_address_groups",
    "src_secure_tags",
    "src_secure_tag",
    "src_network_scope",
    "src_network_type",
    "src_network_context",
    "src_networks",
    "dest_network_scope",
    "dest_network_type",
];
/// The same of whom a rule is about.
const TAGS: [&str; 2] = ["target_secure_tags", "target_secure_tag"];
/// Fields of a rule that may be known only after apply, and of its match.
const OPEN: [&str; 6] = ["priority", "action", "disabled", "target_secure_tags", "target_secure_tag", "direction"];
const OPEN_MATCH: [&str; 7] = [
    "src_ip_ranges",
    "dest_ip_ranges",
    "layer4_configs",
    "layer4_config",
    "src_secure_tags",
    "src_secure_tag",
    "src_address_groups",
];

/// The rules that are written within a policy; where these are not known, any.
fn written(reading: &Reading<'_>, policy: &Resource) -> Vec<Firewall> {
    let rules = list(&policy.values, "rule");
    if reading.document.is_open_block(policy, "rule") || reading.document.is_open_list(policy, &["rule"]) {
        return Firewall::unseen(&format!("the rules of {}", policy.address)).into();
    }
    let each = rules.iter().enumerate();
    each.flat_map(|(index, values)| rule(reading, policy, &["rule", &index.to_string()], values)).collect()
}

/// One rule of a policy, which stands at a place in a resource; of one whose direction is not known both.
fn rule(reading: &Reading<'_>, resource: &Resource, at: &[&str], values: &Value) -> Vec<Firewall> {
    let document = reading.document;
    let empty = Value::Null;
    let held = list(values, "match").first().unwrap_or(&empty);
    let path = |more: &[&'static str]| [at, more].concat();
    let accounts = accounts(reading, resource, &path(&["target_service_accounts"]));
    let networks = document.ids(resource, &path(&["target_resources"]));
    let is_open = |key: &'static str| document.is_open(resource, &path(&[key]), values);
    let open = OPEN.iter().any(|key| is_open(key))
        || OPEN_MATCH.iter().any(|key| {
            let path = path(&["match", "0", key]);
            document.is_open(resource, &path, held) || document.is_open_list(resource, &path)
        });
    let is_given = |value: &Value, key: &str| {
        value.get(key).is_some_and(|held| match held {
            Value::String(word) => !word.is_empty(),
            Value::Array(elements) => !elements.is_empty(),
            _ => false,
        })
    };
    let doubt = NARROWING
        .into_iter()
        .find(|key| is_given(held, key))
        .or_else(|| TAGS.into_iter().find(|key| is_given(values, key)))
        .or_else(|| accounts.1.then_some("target_service_accounts"))
        .or_else(|| (networks.open || networks.choice).then_some("target_resources"))
        .or_else(|| open.then_some("what is known after apply"))
        .map(|key| format!("{key} of {}", resource.address));
    let project = text_or_empty(&resource.values, "project");
    let target_networks = networks.found.iter().map(|held| match reading.named(held, &project, &NETWORKS) {
        Named::One(id) => id,
        Named::Several | Named::Nothing => short(held),
    });
    let what = if is_given(held, "layer4_config") { "layer4_config" } else { "layer4_configs" };
    let found = Firewall {
        name: text(values, "rule_name").unwrap_or(&resource.address).to_owned(),
        priority: number(values, "priority").unwrap_or(ANYWHERE),
        ingress: text(values, "direction") != Some("EGRESS"),
        action: text_or_empty(values, "action"),
        disabled: flag(values, "disabled") == Some(true),
        services: services(held, what, "ip_protocol"),
        source_ranges: texts(held, "src_ip_ranges"),
        destination_ranges: texts(held, "dest_ip_ranges"),
        target_accounts: accounts.0,
        target_networks: target_networks.collect(),
        doubt,
        ..Firewall::default()
    };
    let other = is_open("direction").then(|| Firewall { ingress: !found.ingress, ..found.clone() });
    std::iter::once(found).chain(other).collect()
}
