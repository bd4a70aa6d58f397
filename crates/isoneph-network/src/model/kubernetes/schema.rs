//! The fields that policies have: one that is none of them the API server refuses, or leaves out of what it stores.
//!
//! Sources: Kubernetes API reference, `networking.k8s.io/v1` NetworkPolicy; network-policy-api, `v1alpha1` AdminNetworkPolicy and
//! BaselineAdminNetworkPolicy, with the drafts before it, `v1alpha2` and `v1beta1` ClusterNetworkPolicy.

use serde_json::Value;

use super::{Object, admin, valid};
use crate::model::json::text;

/// What may stand somewhere.
enum Shape {
    /// Anything.
    Any,
    List(&'static Shape),
    /// A list of at least one.
    Some(&'static Shape),
    Fields(&'static [(&'static str, Shape)]),
    /// Exactly one of these.
    One(&'static [(&'static str, Shape)]),
    /// An object, with fields that it must have.
    With(&'static [&'static str], &'static Shape),
    Words(&'static [&'static str]),
    Within(i64, i64),
    /// What a text must be, and how that is called.
    Text(fn(&str) -> bool, &'static str),
    /// A number, or a text as above.
    NumberOr(i64, i64, fn(&str) -> bool, &'static str),
    /// Texts by texts: what their keys and they must be.
    Labels,
    /// Of this shape, and of what else is said where it is not so.
    Checked(&'static Shape, fn(&Value) -> Option<&'static str>),
}

use Shape::{Any, Checked, Fields, Labels, List, NumberOr, One, Some as Filled, Text, With, Within, Words};

const OPERATOR: Shape = Words(&["In", "NotIn", "Exists", "DoesNotExist"]);
const LABEL: Shape = Text(valid::label_value, "no value of a label");
const EXPRESSION: Shape = Checked(
    &With(
        &["key", "operator"],
        &Fields(&[
            ("key", Text(valid::label_key, "no key of a label")),
            ("operator", OPERATOR),
            ("values", List(&LABEL)),
        ]),
    ),
    valid::values,
);
const SELECTOR: Shape = Fields(&[("matchLabels", Labels), ("matchExpressions", List(&EXPRESSION))]);
const BLOCK: Shape = Checked(&With(&["cidr"], &Fields(&[("cidr", Any), ("except", List(&Any))])), valid::except);
const PEER: Shape =
    Checked(&Fields(&[("podSelector", SELECTOR), ("namespaceSelector", SELECTOR), ("ipBlock", BLOCK)]), valid::peer);
const PORT: Shape = Fields(&[
    ("protocol", Words(&["TCP", "UDP", "SCTP"])),
    ("port", NumberOr(1, 65_535, valid::port_name, "no port and no name of one")),
    ("endPort", PORT_NUMBER),
]);
const INGRESS: Shape = Fields(&[("from", List(&PEER)), ("ports", List(&PORT))]);
const EGRESS: Shape = Fields(&[("to", List(&PEER)), ("ports", List(&PORT))]);
const POLICY: Shape = Fields(&[
    ("podSelector", SELECTOR),
    ("policyTypes", List(&Words(&["Ingress", "Egress"]))),
    ("ingress", List(&INGRESS)),
    ("egress", List(&EGRESS)),
]);

/// A selector of namespaces; drafts wrapped it once more.
const NAMESPACES: Shape = Fields(&[
    ("matchLabels", Labels),
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
const RULE: [&str; 1] = ["action"];
const ACTION: Shape = Words(&["Allow", "Deny", "Pass"]);
const ADMIN_INGRESS: Shape =
    Fields(&[("name", Any), ("action", ACTION), ("from", List(&ADMIN_PEER)), ("ports", List(&ADMIN_PORT))]);
const ADMIN_EGRESS: Shape =
    Fields(&[("name", Any), ("action", ACTION), ("to", List(&ADMIN_PEER)), ("ports", List(&ADMIN_PORT))]);
const ADMIN_POLICY: Shape = Fields(&[
    ("priority", Any),
    ("subject", SUBJECT),
    ("ingress", List(&With(&RULE, &ADMIN_INGRESS))),
    ("egress", List(&With(&RULE, &ADMIN_EGRESS))),
]);

const POD_PEER: Shape = With(&["podSelector"], &Fields(&[("podSelector", SELECTOR), ("namespaceSelector", SELECTOR)]));
const CLUSTER_SUBJECT: Shape = One(&[("namespaces", SELECTOR), ("pods", POD_PEER)]);
const CLUSTER_PEER: Shape = One(&[
    ("namespaces", SELECTOR),
    ("pods", POD_PEER),
    ("nodes", SELECTOR),
    ("networks", Filled(&Any)),
    ("domainNames", Filled(&Any)),
]);
const PORT_NUMBER: Shape = Within(1, 65_535);
const PORTS: Shape = With(&["start", "end"], &Fields(&[("start", PORT_NUMBER), ("end", PORT_NUMBER)]));
const DESTINATION: Shape = One(&[("destinationPort", One(&[("number", PORT_NUMBER), ("range", PORTS)]))]);
const PROTOCOL: Shape =
    One(&[("tcp", DESTINATION), ("udp", DESTINATION), ("sctp", DESTINATION), ("destinationNamedPort", Any)]);
const CLUSTER_ACTION: Shape = Words(&["Accept", "Deny", "Pass"]);
const TIER: Shape = Words(&["Admin", "Baseline"]);

/// A ClusterNetworkPolicy; the first drafts of it had ports as those of its forerunners.
macro_rules! cluster_policy {
    ($($ports:expr)?) => {
        With(
            &["tier", "priority", "subject"],
            &Fields(&[
                ("tier", TIER),
                ("priority", Within(0, 1000)),
                ("subject", CLUSTER_SUBJECT),
                ("ingress", List(&With(&["action", "from"], &Fields(&[
                    ("name", Any),
                    ("action", CLUSTER_ACTION),
                    ("from", Filled(&CLUSTER_PEER)),
                    ("protocols", Filled(&PROTOCOL)),
                    $(("ports", $ports),)?
                ])))),
                ("egress", List(&With(&["action", "to"], &Fields(&[
                    ("name", Any),
                    ("action", CLUSTER_ACTION),
                    ("to", Filled(&CLUSTER_PEER)),
                    ("protocols", Filled(&PROTOCOL)),
                    $(("ports", $ports),)?
                ])))),
            ]),
        )
    };
}
const CLUSTER_POLICY: Shape = cluster_policy!();
const CLUSTER_DRAFT: Shape = cluster_policy!(Filled(&ADMIN_PORT));

/// Parts that every object has, or may have.
const TOP: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];

/// What of a policy is no field of one, or not of its kind, each with its place.
pub(super) fn refused(object: &Object) -> Vec<String> {
    let draft = || text(&object.body, "apiVersion").is_some_and(|version| version.ends_with("/v1alpha2"));
    let shape = match object.kind.as_str() {
        "NetworkPolicy" => &POLICY,
        admin::CLUSTER if draft() => &CLUSTER_DRAFT,
        admin::CLUSTER => &CLUSTER_POLICY,
        _ => &ADMIN_POLICY,
    };
    let mut out: Vec<String> = object
        .body
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !TOP.contains(&key.as_str()))
        .map(|(key, _)| format!("unknown field {key}"))
        .collect();
    let name = object.body.get("metadata").and_then(|metadata| text(metadata, "name"));
    if name.is_some_and(|name| !valid::name(name)) {
        out.push("metadata.name is no name of an object".to_owned());
    }
    if let Some(spec) = object.body.get("spec") {
        compare(spec, shape, "spec", &mut out);
    }
    out
}

fn compare(value: &Value, shape: &Shape, at: &str, out: &mut Vec<String>) {
    match (shape, value) {
        (Any, _) | (_, Value::Null) => {}
        (Filled(_), Value::Array(held)) if held.is_empty() => out.push(format!("{at} is empty")),
        (List(of) | Filled(of), Value::Array(held)) => {
            for (index, one) in held.iter().enumerate() {
                compare(one, of, &format!("{at}[{index}]"), out);
            }
        }
        (List(_) | Filled(_), _) => out.push(format!("{at} is no list")),
        (Fields(known) | One(known), Value::Object(held)) => {
            if matches!(shape, One(_)) && held.len() != 1 {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                out.push(format!("{at} is not exactly one of {}", names.join(", ")));
            }
            for (key, one) in held {
                match known.iter().find(|(name, _)| name == key) {
                    Some((_, shape)) => compare(one, shape, &format!("{at}.{key}"), out),
                    None => out.push(format!("unknown field {at}.{key}")),
                }
            }
        }
        (Fields(_) | One(_), _) => out.push(format!("{at} is no object")),
        (With(needed, of), _) => {
            let missing = needed.iter().filter(|key| value.get(**key).is_none_or(Value::is_null));
            out.extend(missing.map(|key| format!("missing field {at}.{key}")));
            compare(value, of, at, out);
        }
        (Words(known), _) => {
            if !value.as_str().is_some_and(|held| known.contains(&held)) {
                out.push(format!("{at} is none of {}", known.join(", ")));
            }
        }
        (Text(is, what), _) => {
            if !value.as_str().is_some_and(is) {
                out.push(format!("{at} is {what}"));
            }
        }
        (NumberOr(low, high, is, what), _) => {
            let number = value.as_i64().is_some_and(|held| (*low..=*high).contains(&held));
            if !number && !value.as_str().is_some_and(is) {
                out.push(format!("{at} is {what}"));
            }
        }
        (Labels, Value::Object(held)) => {
            for (key, one) in held {
                if !valid::label_key(key) {
                    out.push(format!("{at}.{key} is no key of a label"));
                }
                compare(one, &LABEL, &format!("{at}.{key}"), out);
            }
        }
        (Labels, _) => out.push(format!("{at} is no object")),
        (Checked(of, check), _) => {
            compare(value, of, at, out);
            out.extend(check(value).map(|what| format!("{at} {what}")));
        }
        (Within(low, high), _) => {
            if !value.as_i64().is_some_and(|held| (*low..=*high).contains(&held)) {
                out.push(format!("{at} is no number of {low} to {high}"));
            }
        }
    }
}
