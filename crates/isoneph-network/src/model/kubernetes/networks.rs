//! Which pod network a namespace's pods are on: the cluster's, or a primary user-defined one.

use std::collections::BTreeMap;

use super::selector::Selector;
use super::{Cluster, Object};
use crate::model::json::text;
use crate::model::policy::Match;

/// The label without which a namespace keeps the cluster's network.
const LABEL: &str = "k8s.ovn.org/primary-user-defined-network";

/// (name of the network, of namespace) by namespace; namespaces on the cluster's own network are absent.
pub(super) fn primary(cluster: &Cluster) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let willing = |namespace: &str| {
        let (labels, complete) = cluster.namespace(namespace);
        !complete || labels.contains_key(LABEL)
    };
    for object in cluster.of_kind("UserDefinedNetwork") {
        if is_primary(object.body.get("spec")) && willing(&object.namespace) {
            out.insert(object.namespace.clone(), format!("{}[udn]", object.namespace));
        }
    }
    for object in cluster.of_kind("ClusterUserDefinedNetwork") {
        let spec = object.body.get("spec");
        let Some(network) = spec.and_then(|spec| spec.get("network")).filter(|held| is_primary(Some(held))) else {
            continue;
        };
        let _ = network;
        let Some(selector) = spec.and_then(|spec| spec.get("namespaceSelector")).map(Selector::read) else { continue };
        for namespace in namespaces(cluster) {
            let (labels, complete) = cluster.namespace(&namespace);
            if selector.matches(&labels, complete) == Match::Yes && willing(&namespace) {
                out.entry(namespace).or_insert_with(|| format!("{}[cudn]", object.name));
            }
        }
    }
    out
}

/// Every namespace that is named somewhere.
fn namespaces(cluster: &Cluster) -> Vec<String> {
    let mut out: Vec<String> = cluster.namespaces.keys().cloned().collect();
    out.extend(cluster.objects.iter().map(|object: &Object| object.namespace.clone()));
    out.sort_unstable();
    out.dedup();
    out
}

fn is_primary(spec: Option<&serde_json::Value>) -> bool {
    let Some(spec) = spec else { return false };
    ["layer2", "layer3"].iter().filter_map(|layer| spec.get(layer)).any(|layer| text(layer, "role") == Some("Primary"))
}
