//! Network security groups and their rules.

use serde_json::Value;

use super::{Names, Reading, name, take};
use crate::model::azure::estate::{End, Estate, SecurityGroup, SecurityRule};
use crate::model::json::{list, number, text, text_or_empty, texts};
use crate::model::terraform::Resource;

fn end(reading: &Reading<'_>, resource: &Resource, path: &[&str], values: &Value, word: &str) -> End {
    let key = |tail: &str| format!("{word}_{tail}");
    let mut prefixes = texts(values, &key("address_prefixes"));
    prefixes.extend(text(values, &key("address_prefix")).map(ToOwned::to_owned));
    let mut ports = texts(values, &key("port_ranges"));
    ports.extend(text(values, &key("port_range")).map(ToOwned::to_owned));
    let field = key("application_security_group_ids");
    let groups_path: Vec<&str> = path.iter().copied().chain([field.as_str()]).collect();
    let named = reading.document.ids(resource, &groups_path);
    let mut groups: Vec<String> = named.found.iter().map(|id| id.to_lowercase()).collect();
    if named.choice {
        groups.clear();
        prefixes.push("an application group known after apply".into());
    }
    let open = |tail: &str| {
        let field = key(tail);
        let at: Vec<&str> = path.iter().copied().chain([field.as_str()]).collect();
        reading.document.is_open(resource, &at, values) || list(values, &field).iter().any(|held| !held.is_string())
    };
    let any_open = |tails: [&str; 2]| tails.iter().any(|tail| open(tail));
    if (prefixes.is_empty() && groups.is_empty()) || any_open(["address_prefix", "address_prefixes"]) {
        prefixes.push("an address known after apply".into());
    }
    if any_open(["port_range", "port_ranges"]) {
        ports.push("known after apply".into());
    }
    End { prefixes, ports, groups }
}

/// What stands for rules that are known only after apply: both ways, anything.
pub(super) fn any_rules(what: &str) -> Vec<SecurityRule> {
    let doubt = Some(what.to_owned());
    let end = || End { prefixes: vec!["*".into()], ports: Vec::new(), groups: Vec::new() };
    let sides = [true, false].into_iter().flat_map(|inbound| [true, false].map(|allow| (inbound, allow)));
    let of = |(inbound, allow)| SecurityRule {
        name: "security_rule".into(),
        priority: 0,
        inbound,
        allow,
        protocol: "*".into(),
        source: end(),
        destination: end(),
        doubt: doubt.clone(),
    };
    sides.map(of).collect()
}

/// A rule; two, where the plan does not show whether it allows or denies.
fn rule(reading: &Reading<'_>, resource: &Resource, path: &[&str], values: &Value) -> Vec<SecurityRule> {
    let is_open = |key: &&str| {
        let at: Vec<&str> = path.iter().copied().chain([*key]).collect();
        reading.document.is_open(resource, &at, values)
    };
    let doubt = ["priority", "access", "protocol"].iter().any(is_open);
    let doubt = doubt.then(|| format!("what {} says is known after apply", resource.address));
    let either = is_open(&"access");
    let held = SecurityRule {
        name: text_or_empty(values, "name"),
        priority: number(values, "priority").unwrap_or(i64::MAX),
        inbound: text(values, "direction").is_some_and(|word| word.eq_ignore_ascii_case("inbound")),
        allow: either || text(values, "access").is_some_and(|word| word.eq_ignore_ascii_case("allow")),
        protocol: text(values, "protocol").unwrap_or("*").to_owned(),
        source: end(reading, resource, path, values, "source"),
        destination: end(reading, resource, path, values, "destination"),
        doubt,
    };
    let other = either.then(|| SecurityRule { allow: false, ..held.clone() });
    other.into_iter().chain([held]).collect()
}

pub(super) fn groups(estate: &mut Estate, reading: &Reading<'_>) {
    let document = reading.document;
    let mut names = Names::default();
    for resource in document.any_of_kind(&["azurerm_network_security_group"]) {
        names.add(resource);
        let rules = list(&resource.values, "security_rule").iter().enumerate();
        let mut rules: Vec<SecurityRule> = rules
            .flat_map(|(index, held)| rule(reading, resource, &["security_rule", &index.to_string()], held))
            .collect();
        if document.is_open_block(resource, "security_rule") {
            rules.extend(any_rules(&format!("the rules of {}", resource.address)));
        }
        let group = SecurityGroup { name: name(resource), rules, origin: reading.origin(resource) };
        take(&mut estate.groups, resource, group);
    }
    for resource in document.of_kind(&["azurerm_network_security_rule"]) {
        let held = rule(reading, resource, &[], &resource.values);
        let id = names.find(reading, resource, "network_security_group_name");
        if let Some(group) = estate.groups.get_mut(&id) {
            group.rules.extend(held);
            continue;
        }
        // It may be a rule of any group of which it is not sure that it is none.
        let (_, doubt) = document.owners(resource, "network_security_group_name", std::iter::empty());
        let doubt = doubt.or_else(|| names.0.contains_key(&id).then(|| format!("which group {id} is")));
        for group in estate.groups.values_mut().filter(|_| doubt.is_some()) {
            group.rules.extend(held.iter().map(|one| SecurityRule { doubt: doubt.clone(), ..one.clone() }));
        }
    }
}
