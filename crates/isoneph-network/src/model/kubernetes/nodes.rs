//! Services that nodes take connections for, and pass them on under an address of their own.
//!
//! With `externalTrafficPolicy: Cluster`, which is the default, a node that passes a connection on to a pod may put its own address
//! in the place of the client's. Which of the two a policy sees Kubernetes leaves to the cluster: "Behavior of ipBlock selectors"
//! in the documentation of network policies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::objects::Workload;
use super::policies::Pod;
use super::selector::Selector;
use super::services::led_to;
use super::{Cluster, Object};
use crate::model::form::{EndpointId, Masked};
use crate::model::json::{list, text};
use crate::model::policy::Match;
use crate::model::traffic::{TCP, Traffic, protocol_number};

/// What of the pods' connections may come by a node, under its address.
pub(super) fn masked(
    cluster: &Cluster,
    pods: &[Pod],
    workloads: &[(EndpointId, &Workload)],
) -> BTreeMap<EndpointId, Masked> {
    let mut out: BTreeMap<EndpointId, Masked> = BTreeMap::new();
    for service in cluster.of_kind("Service").filter(|held| is_masked(held)) {
        let spec = service.body.get("spec").unwrap_or(&Value::Null);
        let Some(selector) = spec.get("selector").filter(|held| held.is_object()) else { continue };
        let selector = Selector::read(&json!({ "matchLabels": selector }));
        for (pod, (endpoint, workload)) in pods.iter().zip(workloads) {
            if pod.namespace != service.namespace || selector.selects(pod) == Match::No {
                continue;
            }
            let ports = list(spec, "ports").iter().map(|port| taken(port, workload));
            let traffic = ports.fold(Traffic::none(), |sum, more| sum.or(&more));
            let by = format!("service {}/{}", service.namespace, service.name);
            let held = out.entry(*endpoint).or_insert_with(|| Masked { by, traffic: Traffic::none() });
            held.traffic = held.traffic.or(&traffic);
        }
    }
    out
}

/// Whether nodes take connections for a service, and may hide whose they are.
fn is_masked(service: &Object) -> bool {
    let spec = service.body.get("spec").unwrap_or(&Value::Null);
    let by_nodes =
        matches!(text(spec, "type"), Some("LoadBalancer" | "NodePort")) || !list(spec, "externalIPs").is_empty();
    by_nodes && text(spec, "externalTrafficPolicy") != Some("Local")
}

/// What a port of a service leads to at a pod; every port of its protocol where the name of one is not shown.
fn taken(port: &Value, workload: &Workload) -> Traffic {
    let protocol = protocol_number(text(port, "protocol").unwrap_or("TCP")).unwrap_or(TCP);
    let known = led_to(port, protocol, workload);
    known.map_or_else(|| Traffic::protocol(protocol), |port| Traffic::ports(protocol, port, port))
}
