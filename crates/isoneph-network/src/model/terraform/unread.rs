//! Resources that no reader asked for, and what of a network they name: at any depth, by a value or by a reference.
//!
//! Which kinds are read nobody writes down a second time: a reader that asks for a kind takes it. Whatever else names a subnet
//! or a group may stand in the one and add a rule to the other, and the reader of its platform says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::steps::{is_expression, steps};
use super::{Document, Resource};
use crate::model::json::{list, text};

/// A resource of which nothing is read.
pub(crate) struct Unread<'d> {
    pub(crate) resource: &'d Resource,
    /// Identities of what its expressions refer to.
    pub(crate) named: BTreeSet<String>,
    /// Its texts, each with the name of the field that holds it.
    pub(crate) texts: Vec<(String, String)>,
    /// A field that by its name takes something of a network, and of which nothing shows what it holds.
    pub(crate) unshown: Option<String>,
}

/// Words in names of fields that take something of a network.
const TAKES: [&str; 3] = ["subnet", "security_group", "vpc_id"];

/// Fields, and blocks, that name networks to say who may ask something of the platform, or are about no packet at all.
const ASIDE: [&str; 29] = [
    "assume_role_policy",
    "availability_zone",
    "availability_zones",
    "condition",
    "custom_data",
    "description",
    "dimensions",
    "ip_restriction",
    "ip_rules",
    "labels",
    "location",
    "metadata",
    "name",
    "network_acls",
    "network_rule_set",
    "network_rules",
    "network_rulesets",
    "policy",
    "project",
    "region",
    "resource_group_name",
    "scm_ip_restriction",
    "tags",
    "tags_all",
    "timeouts",
    "user_data",
    "user_data_base64",
    "virtual_network_rule",
    "zones",
];

/// Ends of attributes by which a resource is named.
const IDENTIFYING: [&str; 6] = ["id", "ids", "arn", "name", "link", "uri"];
/// Attributes that end so and name something else.
const OF_OTHERS: [&str; 4] = ["availability_zone_id", "owner_id", "resource_group_name", "zone_id"];

/// Whether a field takes, by its name, a subnet, a group or a network.
pub(crate) fn takes(key: &str) -> bool {
    TAKES.iter().any(|word| key.contains(word))
}

fn is_aside(key: &str) -> bool {
    ASIDE.contains(&key) || key.contains("cidr")
}

/// Whether a reference leads to a resource itself, and not to what it has in common with others: its place, its addresses.
fn is_identifying(reference: &str) -> bool {
    let steps = steps(reference);
    let data = usize::from(steps.first().is_some_and(|step| step.name == "data"));
    let Some(last) = steps.get(2 + data..).and_then(<[_]>::last) else { return true };
    match steps[0].name {
        "var" | "local" | "each" => true,
        "module" => !["cidr", "location", "region", "zone"].iter().any(|word| last.name.contains(word)),
        _ => IDENTIFYING.iter().any(|end| last.name.ends_with(end)) && !OF_OTHERS.contains(&last.name),
    }
}

/// The references of an expression that lead to resources themselves. After `a.b.c` a plan lists `a.b`, which names no more.
fn identifying(references: &[Value]) -> Vec<&str> {
    let (mut out, mut left): (Vec<&str>, Option<&str>) = (Vec::new(), None);
    for reference in references.iter().filter_map(Value::as_str) {
        let is_part = |whole: &str| whole.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']));
        if left.is_some_and(is_part) {
            continue;
        }
        left = (!is_identifying(reference)).then_some(reference);
        out.extend(left.is_none().then_some(reference));
    }
    out
}

impl Document {
    /// Resources of a provider that no reader has asked for by now, each with what it names. What `through` says of a kind
    /// stands for all that it names itself: a group of subnets, a template of machines.
    pub(crate) fn unread(&self, providers: &[&str], through: fn(&str) -> bool) -> Vec<Unread<'_>> {
        let asked = self.asked.borrow().clone();
        let of_provider = |held: &&Resource| providers.iter().any(|start| held.kind.starts_with(start));
        let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for resource in self.resources.iter().filter(|held| through(&held.kind)) {
            let held = self.naming(resource);
            let own = held.named.into_iter().chain(held.texts.into_iter().map(|(_, text)| text));
            let own: BTreeSet<String> = own.collect();
            links.extend(text(&resource.values, "name").map(|name| (name.to_owned(), own.clone())));
            links.insert(resource.identity(), own);
        }
        let own = self.resources.iter().filter(|held| held.is_managed() && !through(&held.kind)).filter(of_provider);
        let unread = own.filter(|held| !asked.contains(&held.kind)).map(|held| self.naming(held));
        let followed = unread.map(|mut held| {
            let names = held.named.iter().chain(held.texts.iter().map(|(_, text)| text));
            let more: BTreeSet<String> = names.filter_map(|name| links.get(name)).flatten().cloned().collect();
            held.named.extend(more);
            held
        });
        followed.collect()
    }

    fn naming<'d>(&'d self, resource: &'d Resource) -> Unread<'d> {
        let (named, texts) = (BTreeSet::new(), Vec::new());
        let mut out = Unread { resource, named, texts, unshown: None };
        gather(&resource.values, "", &mut out.texts);
        if let Some(held) = self.expressions.get(&(resource.module.clone(), resource.local.clone())) {
            self.gather_references(held, "", &mut out);
        }
        out
    }

    fn gather_references(&self, value: &Value, key: &str, out: &mut Unread<'_>) {
        match value {
            Value::Array(held) => held.iter().for_each(|one| self.gather_references(one, key, out)),
            Value::Object(held) if is_expression(held) => {
                let references = identifying(list(value, "references"));
                if references.is_empty() {
                    return;
                }
                let ids = self.named_in(out.resource, key, &json!({ "references": references }));
                if takes(key) && ids.found.is_empty() && !out.texts.iter().any(|(held, _)| held == key) {
                    out.unshown.get_or_insert_with(|| key.to_owned());
                }
                out.named.extend(ids.found);
            }
            Value::Object(held) => {
                let wanted = held.iter().filter(|(key, _)| !is_aside(key));
                wanted.for_each(|(key, one)| self.gather_references(one, key, out));
            }
            _ => {}
        }
    }
}

/// The texts of a value, at any depth.
fn gather(value: &Value, key: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if !text.is_empty() => out.push((key.to_owned(), text.clone())),
        Value::Array(held) => held.iter().for_each(|one| gather(one, key, out)),
        Value::Object(held) => {
            let wanted = held.iter().filter(|(key, _)| !is_aside(key));
            wanted.for_each(|(key, one)| gather(one, key, out));
        }
        _ => {}
    }
}
