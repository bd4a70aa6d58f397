//! Whom a policy of another maker may hold for, as far as its selectors are plain.
//!
//! Sources: Calico, GlobalNetworkPolicy and NetworkPolicy (`selector`, `namespaceSelector`); Cilium, "Endpoint Based" and
//! "Using Kubernetes Constructs In Policy" (labels with the name of their source before them); Istio, AuthorizationPolicy
//! (`selector`); Amazon EKS, SecurityGroupPolicy (`podSelector`) and ClusterNetworkPolicy (`subject`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::expression::{Expression, Label};
use super::policies::Pod;
use super::selector::Selector;
use crate::model::json::{list, text};
use crate::model::policy::Match;

/// The labels of a namespace, and whether all of them are known.
pub(super) type Space = (BTreeMap<String, String>, bool);

/// One condition that a pod meets if the policy holds for it.
#[derive(Debug)]
pub(super) enum Bound {
    Pods(Selector),
    Namespaces(Selector),
    /// Calico's, of pods; of host endpoints the labels are not shown.
    Endpoints(Expression),
    /// Calico's, of namespaces.
    Spaces(Expression),
    /// Nodes, and the pods that have their network.
    Nodes,
}

/// The name that Kubernetes gives a namespace as a label.
const NAME: &str = "kubernetes.io/metadata.name";

impl Bound {
    /// What bounds a policy; nothing where its selectors are not understood.
    pub(super) fn of(kind: &str, spec: &Value, everywhere: bool) -> Vec<Self> {
        match kind {
            "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" => cilium(spec, everywhere),
            "GlobalNetworkPolicy" | "NetworkPolicy" => calico(spec),
            "ClusterNetworkPolicy" => subject(spec),
            "AuthorizationPolicy" if spec.get("targetRefs").is_none() && spec.get("targetRef").is_none() => {
                plain(spec.get("selector")).map(Self::Pods).into_iter().collect()
            }
            "SecurityGroupPolicy" | "ApplicationNetworkPolicy" => {
                plain(spec.get("podSelector")).map(Self::Pods).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn may_hold(&self, pod: &Pod, space: &Space) -> bool {
        let found = match self {
            Self::Pods(selector) => selector.selects(pod),
            Self::Namespaces(selector) => selector.matches(&space.0, space.1),
            Self::Endpoints(_) if pod.host_network => Match::Maybe,
            Self::Endpoints(expression) => expression.matches(&|key| label_of_endpoint(key, pod, space)),
            Self::Spaces(expression) => expression.matches(&|key| label_of_space(key, space)),
            Self::Nodes if pod.host_network => Match::Maybe,
            Self::Nodes => Match::No,
        };
        found != Match::No
    }
}

/// A selector of labels that has no other fields.
fn plain(selector: Option<&Value>) -> Option<Selector> {
    let fields = selector?.as_object()?;
    let known = |key: &String| matches!(key.as_str(), "matchLabels" | "matchExpressions");
    fields.keys().all(known).then(|| Selector::read(&Value::Object(fields.clone())))
}

fn calico(spec: &Value) -> Vec<Bound> {
    let read = |key: &str| text(spec, key).and_then(Expression::read);
    let endpoints = read("selector").map(Bound::Endpoints);
    endpoints.into_iter().chain(read("namespaceSelector").map(Bound::Spaces)).collect()
}

/// Calico's labels of a pod: its own, those that tell its namespace, and under a prefix those of its namespace and account.
fn label_of_endpoint<'a>(key: &str, pod: &'a Pod, space: &'a Space) -> Label<'a> {
    if let Some(own) = key.strip_prefix("pcns.") {
        return label_of_space(own, space);
    }
    match key {
        "projectcalico.org/namespace" => Label::Is(&pod.namespace),
        "projectcalico.org/orchestrator" => Label::Is("k8s"),
        _ if key.starts_with("projectcalico.org/") || key.starts_with("pcsa.") => Label::Unknown,
        _ => match pod.labels.get(key) {
            Some(held) => Label::Is(held),
            None if pod.open_labels.contains_key(key) => Label::Unknown,
            None => Label::Absent,
        },
    }
}

fn label_of_space<'a>(key: &str, (labels, complete): &'a Space) -> Label<'a> {
    let key = if key == "projectcalico.org/name" { NAME } else { key };
    match labels.get(key) {
        Some(held) => Label::Is(held),
        None if *complete && !key.starts_with("projectcalico.org/") => Label::Absent,
        None => Label::Unknown,
    }
}

/// Cilium's selector. It can be told to leave out labels of pods, and then takes them for absent: only what must be there
/// bounds it.
fn cilium(spec: &Value, everywhere: bool) -> Vec<Bound> {
    let of = |key: &str| spec.get(key).filter(|held| held.is_object());
    let Some(selector) = of("endpointSelector") else {
        // A cluster-wide one may be of nodes; one of both is refused.
        return of("nodeSelector").filter(|_| everywhere).map(|_| Bound::Nodes).into_iter().collect();
    };
    let (mut pods, mut spaces) = (Map::new(), Map::new());
    let mut needed: Vec<(&str, Value)> = Vec::new();
    for (key, held) in selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
        needed.push((key, json!({"operator": "In", "values": [held]})));
    }
    for held in list(selector, "matchExpressions") {
        if let (Some(key), Some("In" | "Exists")) = (text(held, "key"), text(held, "operator")) {
            needed.push((key, held.clone()));
        }
    }
    for (key, mut held) in needed {
        let Some((of_space, key)) = of_source(key) else { continue };
        held["key"] = key.into();
        // A policy in a namespace holds there, whatever its selector says of namespaces.
        match of_space {
            true if everywhere => push(&mut spaces, held),
            true => {}
            false => push(&mut pods, held),
        }
    }
    let read = |held: Map<String, Value>| Selector::read(&Value::Object(held));
    vec![Bound::Pods(read(pods)), Bound::Namespaces(read(spaces))]
}

fn push(selector: &mut Map<String, Value>, requirement: Value) {
    let held = selector.entry("matchExpressions").or_insert_with(|| json!([]));
    if let Some(held) = held.as_array_mut() {
        held.push(requirement);
    }
}

/// Whether a label is of namespaces, and its name there; nothing for one that is neither's, or derived.
fn of_source(key: &str) -> Option<(bool, &str)> {
    let key = key.strip_prefix("k8s:").unwrap_or(key);
    if key == "io.kubernetes.pod.namespace" {
        return Some((true, NAME));
    }
    if let Some(own) = key.strip_prefix("io.cilium.k8s.namespace.labels.") {
        return Some((true, own));
    }
    let derived = key.contains(':') || key.starts_with("io.kubernetes.") || key.starts_with("io.cilium.");
    (!derived).then_some((false, key))
}

/// The subject of an administrator's policy: one of two plain forms.
fn subject(spec: &Value) -> Vec<Bound> {
    let Some(fields) = spec.get("subject").and_then(Value::as_object).filter(|held| held.len() == 1) else {
        return Vec::new();
    };
    if let Some(namespaces) = fields.get("namespaces") {
        return plain(Some(namespaces)).map(Bound::Namespaces).into_iter().collect();
    }
    let Some(pods) = fields.get("pods").and_then(Value::as_object) else { return Vec::new() };
    let namespaces = plain(pods.get("namespaceSelector")).map(Bound::Namespaces);
    plain(pods.get("podSelector")).map(Bound::Pods).into_iter().chain(namespaces).collect()
}
