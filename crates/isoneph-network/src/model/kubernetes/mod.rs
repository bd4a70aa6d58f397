//! Kubernetes: workloads and policies from manifests, or from `kubectl get -o json|yaml`.
//!
//! Not shown by such files, and therefore taken as follows: a pod without address has a private one; pods of one owner with
//! the same labels and ports behave alike; an address block of a NetworkPolicy may or may not hold for pods (the API leaves
//! it to the network plugin); pods on the host's network may or may not be selected.

mod admin;
mod assumed;
mod bounds;
mod build;
mod entry;
mod expression;
mod foreign;
mod given;
mod networks;
mod nodes;
mod objects;
mod policies;
mod schema;
mod secondary;
mod selector;
mod services;
mod ties;
mod twins;
mod unseen;
mod valid;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::form::Origin;
use super::json::{list, text};
use super::{Problem, Unsupported};

pub(crate) use assumed::taken_as_private;
pub(crate) use build::build;

/// One object, as read.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    kind: String,
    namespace: String,
    name: String,
    body: Value,
    origin: Origin,
}

/// All objects read, in the order of files.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    objects: Vec<Object>,
    namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// Namespaces of which two objects give labels that differ; what both say is among those above.
    disputed: BTreeSet<String>,
    /// Policies of other makers, which are not followed.
    foreign: Vec<foreign::Foreign>,
    /// Where the server itself showed what runs in it.
    live: Option<Origin>,
    /// Whether a list of network policies was given, though nothing be in it, and whether all lists of them ended.
    policies: bool,
    cut: bool,
    /// Whether a list of nothing was given that does not say of what it is one.
    nothing: bool,
}

/// Kinds whose objects a packet depends on.
const READ: &[&str] = &[
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "VirtualMachine",
    "VirtualMachineInstance",
    "NetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
    "Namespace",
    "Service",
    "Ingress",
    "Route",
    "UserDefinedNetwork",
    "ClusterUserDefinedNetwork",
];

/// Kinds a packet may depend on, which are not modelled.
const OPEN: &[(&str, &str)] = &[
    ("MultiNetworkPolicy", "secondary networks are not followed"),
    ("NetworkAttachmentDefinition", "secondary networks are not followed"),
    ("EgressIP", "not modelled: the address seen outside may be another"),
    ("Gateway", "gateways of the Gateway API are not followed"),
    ("HTTPRoute", "gateways of the Gateway API are not followed"),
];

/// Whether a document is a Kubernetes object or list.
pub(crate) fn recognises(value: &Value) -> bool {
    text(value, "kind").is_some() && text(value, "apiVersion").is_some() && value.get("resources").is_none()
}

/// Takes a document into the cluster.
pub(crate) fn read(
    cluster: &mut Cluster,
    document: &Value,
    (origin, name): (&Origin, &str),
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    let kind = text(document, "kind").unwrap_or_default();
    list_of_policies(cluster, kind, document, name);
    if let (Some(of), Some(items)) = (kind.strip_suffix("List"), document.get("items").and_then(Value::as_array)) {
        for (index, item) in items.iter().enumerate() {
            let origin = Origin { source: origin.source, locator: format!("{}/items/{index}", origin.locator) };
            let kind = text(item, "kind").unwrap_or(of);
            // Of a list of one kind the API says group and kind once, above the items.
            let whole = text(item, "apiVersion").is_none() && !of.is_empty();
            let group = document.get("apiVersion").filter(|_| whole).cloned();
            let item = &with_group(item, group);
            if kind.ends_with("List") {
                problems.push(Problem::unread(origin.source, &origin.locator, "a list within a list"));
                continue;
            }
            take(cluster, kind, item, origin, unsupported, problems);
        }
        return;
    }
    take(cluster, kind, document, origin.clone(), unsupported, problems);
}

/// Notes whether a document tells which network policies there are. An empty list of the command line does not say of
/// what it is one (Ingresses may be none as well): the file's name does, or nobody.
fn list_of_policies(cluster: &mut Cluster, kind: &str, document: &Value, name: &str) {
    let items = list(document, "items");
    let holds = kind == "NetworkPolicy" || items.iter().any(|item| text(item, "kind") == Some("NetworkPolicy"));
    let nothing = kind == "List" && items.is_empty();
    let is_list = kind == "NetworkPolicyList" || (nothing && is_of_policies(name));
    cluster.nothing |= nothing && !is_list;
    let more = document.pointer("/metadata/continue").and_then(Value::as_str).is_some_and(|token| !token.is_empty());
    cluster.policies |= holds || is_list;
    // The last page of several ends them.
    if holds || is_list {
        cluster.cut = more;
    }
}

/// Whether a file's name says that it holds network policies, and not those of an administrator.
fn is_of_policies(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let known = ["netpol", "networkpolic", "policies", "policy"].iter().any(|word| name.contains(word));
    const OTHERS: [&str; 7] =
        ["admin", "baseline", "clusternetworkpolic", "globalnetworkpolic", "multi", "cilium", "calico"];
    known && !OTHERS.iter().any(|word| name.contains(word))
}

fn with_group(item: &Value, group: Option<Value>) -> Cow<'_, Value> {
    let Some(group) = group else { return Cow::Borrowed(item) };
    let mut item = item.clone();
    if let Some(object) = item.as_object_mut() {
        object.insert("apiVersion".into(), group);
    }
    Cow::Owned(item)
}

/// Whether an object of another maker (a Rollout, a DeploymentConfig) makes pods as Kubernetes' own do.
fn makes_pods(body: &Value) -> bool {
    body.pointer("/spec/template/spec/containers").is_some_and(Value::is_array)
}

/// Kinds that decide about packets whatever they are called.
const POLICIES: [&str; 4] =
    ["NetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"];

fn take(
    cluster: &mut Cluster,
    kind: &str,
    body: &Value,
    origin: Origin,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    if let Some((_, effect)) = OPEN.iter().find(|(open, _)| *open == kind) {
        unsupported.push(Unsupported::new(origin.source, origin.locator, kind, effect));
        return;
    }
    if let Some(held) = foreign::read(kind, body) {
        unsupported.push(Unsupported::new(origin.source, origin.locator, kind, held.effect()));
        cluster.foreign.push(held);
        return;
    }
    // Other kinds carry no packets.
    if !READ.contains(&kind) && !makes_pods(body) {
        return;
    }
    let Some(metadata) = body.get("metadata").filter(|held| held.is_object()) else {
        problems.push(Problem::unread(origin.source, &origin.locator, "an object without metadata"));
        return;
    };
    let unnamed = format!("at {}", origin.locator);
    let name = text(metadata, "name")
        .or_else(|| text(metadata, "generateName"))
        .or_else(|| POLICIES.contains(&kind).then_some(unnamed.as_str()))
        .unwrap_or_default();
    if name.is_empty() {
        problems.push(Problem::unread(origin.source, &origin.locator, "an object without a name"));
        return;
    }
    if text(metadata, "resourceVersion").is_some() && !POLICIES.contains(&kind) && kind != "Namespace" {
        cluster.live.get_or_insert_with(|| origin.clone());
    }
    if kind == "Namespace" {
        cluster.add_namespace(name, objects::labels(metadata));
    }
    cluster.objects.push(Object {
        kind: kind.to_owned(),
        namespace: text(metadata, "namespace").unwrap_or("default").to_owned(),
        name: name.to_owned(),
        body: body.clone(),
        origin,
    });
}

impl Cluster {
    fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }

    /// What stands for the network policies of a running cluster behind the page where its list of them was cut.
    fn unlisted(&self) -> Option<foreign::Foreign> {
        let hidden = self.live.is_some() && self.cut;
        hidden.then(|| foreign::Foreign::unlisted("the network policies of the cluster, of which the list was cut"))
    }

    /// What is said where nobody gave the policies of a running cluster. Without any, pods are open: that shows what may
    /// pass and proves nobody apart, so it is told and not left open.
    pub(crate) fn without_policies(&self) -> Option<Unsupported> {
        let live = self.live.as_ref().filter(|_| !self.policies)?;
        let effect = if self.nothing {
            "no list of the cluster's network policies was given, unless the list of nothing is one, which does not say \
             of what it is (the name networkpolicies.json would): taken as none"
        } else {
            "no list of the cluster's network policies was given (`kubectl get all` has none): taken as none"
        };
        Some(Unsupported::new(live.source, live.locator.clone(), "NetworkPolicy", effect))
    }

    fn add_namespace(&mut self, name: &str, labels: BTreeMap<String, String>) {
        match self.namespaces.get_mut(name) {
            Some(held) if *held != labels => {
                held.retain(|key, value| labels.get(key) == Some(value));
                self.disputed.insert(name.to_owned());
            }
            Some(_) => {}
            None => {
                self.namespaces.insert(name.to_owned(), labels);
            }
        }
    }

    /// The labels of a namespace, and whether all of them are known.
    fn namespace(&self, name: &str) -> (BTreeMap<String, String>, bool) {
        let mut labels = self.namespaces.get(name).cloned().unwrap_or_default();
        labels.insert("kubernetes.io/metadata.name".into(), name.to_owned());
        (labels, self.namespaces.contains_key(name) && !self.disputed.contains(name))
    }
}

/// The elements of a list field, where the field is there at all: absent and empty differ.
fn present<'v>(value: &'v Value, key: &str) -> Option<&'v [Value]> {
    value.get(key).filter(|held| !held.is_null()).map(|_| list(value, key))
}
