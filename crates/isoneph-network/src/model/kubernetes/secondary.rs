//! Networks that pods have interfaces in beside the cluster's own: what Multus attaches.
//!
//! Sources: Kubernetes Network Plumbing Working Group, "Network Custom Resource Definition De-facto Standard" (the
//! annotation); KubeVirt, `spec.networks[].multus`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::json::{list, text};

/// The annotation by which pods ask for further networks.
const FURTHER: &str = "k8s.v1.cni.cncf.io/networks";
/// The annotation by which pods ask for one in the place of the cluster's own.
const INSTEAD: &str = "v1.multus-cni.io/default-network";

/// The networks of a pod or of the template of one, each as `namespace/name`.
pub(super) fn of_pod(pod: &Value, labelled: Option<&Value>, namespace: &str) -> BTreeSet<String> {
    let asked = [FURTHER, INSTEAD].into_iter().filter_map(|key| annotation(labelled, key));
    let asked = asked.flat_map(|asked| names(asked, namespace));
    let machine = pod.get("spec").map_or(&[][..], |spec| list(spec, "networks"));
    let machine = machine.iter().filter_map(|held| text(held.get("multus")?, "networkName"));
    asked.chain(machine.map(|name| whole(name, namespace))).collect()
}

/// The network that a pod, or the template of one, has in the place of the cluster's own.
pub(super) fn instead(labelled: Option<&Value>, namespace: &str) -> Option<String> {
    names(annotation(labelled, INSTEAD)?, namespace).into_iter().next()
}

fn annotation<'v>(labelled: Option<&'v Value>, key: &str) -> Option<&'v str> {
    text(labelled?.get("metadata")?.get("annotations")?, key)
}

/// `name`, `namespace/name@interface`, several between commas, or a list of objects in JSON. What is neither is a network of
/// that name.
fn names(asked: &str, namespace: &str) -> Vec<String> {
    if let Ok(Value::Array(listed)) = serde_json::from_str(asked) {
        let of = |held: &Value| {
            let name = text(held, "name").unwrap_or("?");
            format!("{}/{name}", text(held, "namespace").unwrap_or(namespace))
        };
        return listed.iter().map(of).collect();
    }
    let each = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
    each.map(|name| whole(name.split('@').next().unwrap_or(name), namespace)).collect()
}

fn whole(name: &str, namespace: &str) -> String {
    if name.contains('/') { name.to_owned() } else { format!("{namespace}/{name}") }
}
