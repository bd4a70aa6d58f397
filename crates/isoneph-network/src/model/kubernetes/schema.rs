//! The fields that policies have: one that is none of them the API server refuses, or leaves out of what it stores.
//!
//! Sources: Kubernetes API reference, `networking.k8s.io/v1` NetworkPolicy; network-policy-api, `v1alpha1` AdminNetworkPolicy and
//! BaselineAdminNetworkPolicy, with the drafts before it.

use serde_json::Value;

use super::Object;

/// What may stand somewhere.
enum Shape {
    /// Anything.
    Any,
    List(&'static Shape),
    Fields(&'static [(&'static str, Shape)]),
}

use Shape::{Any, Fields, List};

const EXPRESSION: Shape = Fields(&[("key", Any), ("operator", Any), ("values", List(&Any))]);
const SELECTOR: Shape = Fields(&[("matchLabels", Any), ("matchExpressions", List(&EXPRESSION))]);
const BLOCK: Shape = Fields(&[("cidr", Any), ("except", List(&Any))]);
const PEER: Shape = Fields(&[("podSelector", SELECTOR), ("namespaceSelector", SELECTOR), ("ipBlock", BLOCK)]);
const PORT: Shape = Fields(&[("protocol", Any), ("port", Any), ("endPort", Any)]);
const INGRESS: Shape = Fields(&[("from", List(&PEER)), ("ports", List(&PORT))]);
const EGRESS: Shape = Fields(&[("to", List(&PEER)), ("ports", List(&PORT))]);
const POLICY: Shape = Fields(&[
    ("podSelector", SELECTOR),
    ("policyTypes", List(&Any)),
    ("ingress", List(&INGRESS)),
    ("egress", List(&EGRESS)),
]);

/// A selector of namespaces; drafts wrapped it once more.
const NAMESPACES: Shape = Fields(&[
    ("matchLabels", Any),
    ("matchExpressions", List(&EXPRESSION)),
    ("namespaceSelector", SELECTOR),
    ("sameLabels", Any),
    ("notSameLabels", Any),
]);
const PODS: Shape = Fields(&[("podSelector", SELECTOR), ("namespaceSelector", SELECTOR), ("namespaces", NAMESPACES)]);
const SUBJECT: Shape = Fields(&[("namespaces", NAMESPACES), ("pods", PODS)]);
const ADMIN_PEER: Shape = Fields(&[
    ("namespaces", NAMESPACES),
    ("pods", PODS),
    ("nodes", Any),
    ("networks", List(&Any)),
    ("domainNames", List(&Any)),
]);
const NUMBER: Shape = Fields(&[("protocol", Any), ("port", Any)]);
const RANGE: Shape = Fields(&[("protocol", Any), ("start", Any), ("end", Any)]);
const ADMIN_PORT: Shape = Fields(&[("portNumber", NUMBER), ("namedPort", Any), ("portRange", RANGE)]);
const ADMIN_INGRESS: Shape =
    Fields(&[("name", Any), ("action", Any), ("from", List(&ADMIN_PEER)), ("ports", List(&ADMIN_PORT))]);
const ADMIN_EGRESS: Shape =
    Fields(&[("name", Any), ("action", Any), ("to", List(&ADMIN_PEER)), ("ports", List(&ADMIN_PORT))]);
const ADMIN_POLICY: Shape = Fields(&[
    ("priority", Any),
    ("subject", SUBJECT),
    ("ingress", List(&ADMIN_INGRESS)),
    ("egress", List(&ADMIN_EGRESS)),
]);

/// Parts that every object has, or may have.
const TOP: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];

/// What of a policy is no field of one, or not of its kind, each with its place.
pub(super) fn refused(object: &Object) -> Vec<String> {
    let shape = if object.kind == "NetworkPolicy" { &POLICY } else { &ADMIN_POLICY };
    let mut out: Vec<String> = object
        .body
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !TOP.contains(&key.as_str()))
        .map(|(key, _)| format!("unknown field {key}"))
        .collect();
    if let Some(spec) = object.body.get("spec") {
        compare(spec, shape, "spec", &mut out);
    }
    out
}

fn compare(value: &Value, shape: &Shape, at: &str, out: &mut Vec<String>) {
    match (shape, value) {
        (Any, _) | (_, Value::Null) => {}
        (List(of), Value::Array(held)) => {
            for (index, one) in held.iter().enumerate() {
                compare(one, of, &format!("{at}[{index}]"), out);
            }
        }
        (List(_), _) => out.push(format!("{at} is no list")),
        (Fields(known), Value::Object(held)) => {
            for (key, one) in held {
                match known.iter().find(|(name, _)| name == key) {
                    Some((_, shape)) => compare(one, shape, &format!("{at}.{key}"), out),
                    None => out.push(format!("unknown field {at}.{key}")),
                }
            }
        }
        (Fields(_), _) => out.push(format!("{at} is no object")),
    }
}
