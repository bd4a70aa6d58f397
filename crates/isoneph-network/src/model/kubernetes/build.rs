//! From a cluster's objects to the one form.

use std::collections::BTreeMap;

use super::objects::{self, Workload};
use super::policies::{self, Pod};
use super::{Cluster, entry, networks, nodes, services};
use crate::model::Problem;
use crate::model::address::RangeSet;
use crate::model::form::{Endpoint, EndpointId, EndpointKind, Network, NetworkId, Origin, Parts, Platform};

/// Adds everything of the cluster to `parts`.
pub(crate) fn build(cluster: &Cluster, parts: &mut Parts, problems: &mut Vec<Problem>) {
    if cluster.objects.is_empty() {
        return;
    }
    let workloads = objects::workloads(cluster);
    let primary = networks::primary(cluster);
    let mut places: BTreeMap<&str, NetworkId> = BTreeMap::new();
    let mut pods: Vec<(EndpointId, &Workload)> = Vec::new();
    for workload in &workloads {
        let name = primary.get(&workload.namespace).map_or("pod network", String::as_str);
        let network = *places.entry(name).or_insert_with(|| add_network(parts, name));
        let own = primary.get(&workload.namespace).map(String::as_str);
        pods.push((parts.endpoints.len(), workload));
        if !workload.secondary.is_empty() {
            let names = workload.secondary.iter().cloned().collect::<Vec<_>>().join(", ");
            parts.secondary.insert(parts.endpoints.len(), format!("the secondary network {names}"));
        }
        if let Some(name) = &workload.instead {
            let name = format!("the network {name} in the place of the cluster's own");
            parts.replaced.insert(parts.endpoints.len(), name);
        }
        parts.endpoints.push(endpoint(workload, network, own));
    }
    let mut selected: Vec<Pod> = pods.iter().map(|(endpoint, workload)| Pod::of(*endpoint, workload)).collect();
    parts.masked.extend(nodes::masked(cluster, &selected, &pods));
    parts.services.extend(services::services(cluster, &selected, &pods));
    if let Some(balancer) = entry::balancer(cluster, &pods) {
        selected.push(add_entry(parts, balancer, &places));
    }
    policies::attach(cluster, &selected, parts, problems);
}

fn add_network(parts: &mut Parts, name: &str) -> NetworkId {
    parts.networks.push(Network {
        id: name.to_owned(),
        name: name.to_owned(),
        platform: Platform::Kubernetes,
        owner: String::new(),
        region: String::new(),
        ranges: RangeSet::default(),
        open: false,
        flat: true,
        default_outbound: true,
        complete: false,
        internet: None,
        edge: None,
        entries: Vec::new(),
        loose: Vec::new(),
        tags: BTreeMap::new(),
        origin: Origin::default(),
    });
    parts.networks.len() - 1
}

fn endpoint(workload: &Workload, network: NetworkId, own: Option<&str>) -> Endpoint {
    let name = format!("{}/{}", workload.namespace, workload.name);
    let kind = &workload.kind;
    let mut aliases: Vec<String> = workload.aliases.iter().cloned().collect();
    aliases.push(format!("{name}[{kind}]"));
    aliases.push(format!("{}/{kind}/{}", workload.namespace, workload.name));
    aliases.push(format!("{kind}/{}", workload.name));
    aliases.push(workload.name.clone());
    if let Some(own) = own {
        aliases.push(format!("{own}/{}[{kind}]", workload.name));
        aliases.push(format!("{own}/{}", workload.name));
    }
    let mut tags = workload.labels.clone();
    tags.insert("kubernetes.io/metadata.namespace".into(), workload.namespace.clone());
    let places = if workload.places.is_empty() { objects::anywhere() } else { workload.places.clone() };
    Endpoint {
        id: format!("{name}[{kind}]{}", workload.variant),
        name,
        aliases,
        kind: EndpointKind::Workload,
        network,
        subnet: None,
        owner: workload.namespace.clone(),
        places,
        inbound: Vec::new(),
        outbound: Vec::new(),
        table: None,
        forwards: workload.host_network,
        ports: workload.ports.iter().filter(|port| !port.name.is_empty()).cloned().collect(),
        tags,
        origin: workload.origin.clone(),
    }
}

/// The controller that Ingresses and Routes are served by: a pod of which nothing is known.
fn add_entry(parts: &mut Parts, balancer: crate::model::form::Balancer, places: &BTreeMap<&str, NetworkId>) -> Pod {
    let index = parts.balancers.len();
    let name = balancer.name.clone();
    parts.balancers.push(balancer);
    let network = places.get("pod network").or_else(|| places.values().next()).copied().unwrap_or_default();
    let endpoint = parts.endpoints.len();
    parts.endpoints.push(Endpoint {
        id: name.clone(),
        name,
        aliases: vec!["ingress-controller".into()],
        kind: EndpointKind::Entry { balancer: index },
        network,
        subnet: None,
        owner: String::new(),
        places: objects::anywhere(),
        inbound: Vec::new(),
        outbound: Vec::new(),
        table: None,
        forwards: false,
        ports: Vec::new(),
        tags: BTreeMap::new(),
        origin: Origin::default(),
    });
    let labels = BTreeMap::new();
    let open_labels = BTreeMap::new();
    Pod { endpoint, namespace: String::new(), labels, open_labels, host_network: false, faceless: true }
}
