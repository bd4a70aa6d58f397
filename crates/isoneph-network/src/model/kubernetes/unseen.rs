//! What policies say of pods that nobody shows: two states that differ in it alone are not the same.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::policies::{Held, Sight};
use super::selector::Selector;
use super::{Cluster, admin};
use crate::model::form::EndpointId;
use crate::model::json::list;
use crate::model::policy::{Match, Peers};

/// Those policies that select nobody, and those whose peers are nobody, each by name with what it says.
pub(super) fn said<'h>(
    cluster: &Cluster,
    sight: &Sight<'_>,
    held: impl Iterator<Item = &'h Held>,
) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    for held in held {
        let Some(object) = cluster.of_kind(held.kind).find(|object| object.origin == held.origin) else { continue };
        let spec = object.body.get("spec").unwrap_or(&Value::Null);
        let own = (held.kind == "NetworkPolicy").then_some(object.namespace.as_str());
        let name = if own.is_some() { format!("NetworkPolicy {}", held.name) } else { held.name.clone() };
        if held.selects.iter().all(|found| *found == Match::No) {
            out.insert((name, in_one_form(spec, own.is_some()).to_string()));
            continue;
        }
        for (key, ends) in [("ingress", "from"), ("egress", "to")] {
            for rule in list(spec, key) {
                let none = list(rule, ends).iter().filter(|peer| !is_somebody(sight, peer, own));
                let rule = in_one_form(rule, own.is_some());
                let [ports, protocols, action] =
                    ["ports", "protocols", "action"].map(|word| rule.get(word).unwrap_or(&Value::Null));
                let said =
                    |peer: &Value| format!("{key} {} {ports} {protocols} {action}", in_one_form(peer, own.is_some()));
                out.extend(none.map(|peer| (name.clone(), said(peer))));
            }
        }
    }
    out
}

/// What is said, in one of the ways in which it can be said: without defaults, and lists of which the order says nothing in
/// one order. In policies of administrators the first rule that fits decides.
fn in_one_form(value: &Value, is_additive: bool) -> Value {
    match value {
        Value::Array(all) => Value::Array(all.iter().map(|one| in_one_form(one, is_additive)).collect()),
        Value::Object(fields) => {
            let mut out = selector(fields);
            for (key, held) in fields.iter().filter(|(key, _)| !SELECTS.contains(&key.as_str())) {
                let mut held = in_one_form(held, is_additive);
                let is_set = matches!(key.as_str(), "from" | "to" | "ports" | "protocols" | "networks" | "except")
                    || is_additive && matches!(key.as_str(), "ingress" | "egress" | "policyTypes");
                if let Value::Array(all) = &mut held
                    && is_set
                {
                    all.sort_by_cached_key(Value::to_string);
                    all.dedup();
                }
                out.insert(key.clone(), held);
            }
            if is_additive && (fields.contains_key("port") || fields.contains_key("endPort")) {
                out.entry("protocol").or_insert_with(|| "TCP".into());
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

const SELECTS: [&str; 2] = ["matchLabels", "matchExpressions"];

/// What selects by labels, as expressions in one order: a label is one of a single value.
fn selector(fields: &Map<String, Value>) -> Map<String, Value> {
    let labels = fields.get("matchLabels").and_then(Value::as_object);
    let labels =
        labels.into_iter().flatten().map(|(key, value)| json!({"key": key, "operator": "In", "values": [value]}));
    let expressions = fields.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<Value> = labels.chain(expressions.cloned()).collect();
    for values in all.iter_mut().filter_map(|one| one.get_mut("values")).filter_map(Value::as_array_mut) {
        values.sort_by_cached_key(Value::to_string);
        values.dedup();
    }
    all.sort_by_cached_key(Value::to_string);
    all.dedup();
    let told = (!all.is_empty()).then(|| ("matchExpressions".to_owned(), Value::Array(all)));
    told.into_iter().collect()
}

/// Whether a peer is a block of addresses, or some pod that is shown may be one. `own` is the namespace of the policy, where
/// it has one.
fn is_somebody(sight: &Sight<'_>, peer: &Value, own: Option<&str>) -> bool {
    let mut found = Peers::default();
    let of = |word: &str| peer.get(word).filter(|held| held.is_object()).map(Selector::read);
    match (own, of("podSelector"), of("namespaceSelector")) {
        (Some(_), None, None) => return true,
        (Some(_), pods, spaces) => sight.select(spaces.as_ref(), pods.as_ref(), own, &mut found),
        (None, ..) if peer.get("namespaces").is_some() || peer.get("pods").is_some() => {
            admin::select(sight, peer, &mut found);
        }
        (None, ..) => return true,
    }
    let is_shown = |id: &EndpointId| !sight.pods.iter().any(|pod| pod.faceless && pod.endpoint == *id);
    found.endpoints.iter().chain(&found.maybe).any(is_shown)
}
