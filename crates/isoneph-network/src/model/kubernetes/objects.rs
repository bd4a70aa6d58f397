//! From workloads and pods to endpoints: one for all pods of an owner that carry the same labels and ports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::given::{self, Given};
use super::{Cluster, Object, secondary};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{NamedPort, Origin, Place};
use crate::model::json::{flag, list, number, scalar, text};
use crate::model::traffic::protocol_number;

/// Labels that only number the pods of one owner.
const NUMBERING: &[&str] = &[
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "controller-uid",
];

/// Pods that behave alike.
#[derive(Debug, Clone)]
pub(super) struct Workload {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// What tells it from other pods of its owner that are not alike; nothing where all are.
    pub(super) variant: String,
    pub(super) labels: BTreeMap<String, String>,
    /// Labels that its pods have, or may have, with a value that is not known, or not the same for all.
    pub(super) open_labels: BTreeMap<String, Given>,
    pub(super) ports: Vec<NamedPort>,
    /// Numbers of container ports, named or not.
    pub(super) host_network: bool,
    /// Networks that its pods have interfaces in beside the cluster's own, by namespace and name.
    pub(super) secondary: BTreeSet<String>,
    /// The network that stands in the place of the cluster's own.
    pub(super) instead: Option<String>,
    pub(super) aliases: BTreeSet<String>,
    pub(super) places: Vec<Place>,
    pub(super) origin: Origin,
}

/// Labels by which the pods of a job say whose they are.
const JOB_NAME: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];

/// The labels of a `metadata` object.
pub(super) fn labels(metadata: &Value) -> BTreeMap<String, String> {
    metadata
        .get("labels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, held)| Some((key.clone(), scalar(held)?)))
        .collect()
}

/// The pod template of a workload.
fn template(object: &Object) -> Option<&Value> {
    let spec = object.body.get("spec")?;
    match object.kind.as_str() {
        "CronJob" => spec.get("jobTemplate")?.get("spec")?.get("template"),
        _ => spec.get("template"),
    }
}

/// (kind, name) of what owns an object.
fn owner(object: &Object) -> Option<(String, String)> {
    let owners = object.body.get("metadata").map_or(&[][..], |held| list(held, "ownerReferences"));
    let main = owners.iter().find(|held| flag(held, "controller") == Some(true)).or_else(|| owners.first())?;
    Some((text(main, "kind").unwrap_or(&object.kind).into(), text(main, "name")?.into()))
}

/// All endpoints of the cluster, in the order of their names.
pub(super) fn workloads(cluster: &Cluster) -> Vec<Workload> {
    let mut parents: BTreeMap<(String, String, String), (String, String)> = BTreeMap::new();
    for object in &cluster.objects {
        if let Some(held) = owner(object) {
            parents.insert((object.namespace.clone(), object.kind.clone(), object.name.clone()), held);
        }
    }
    // The topmost owner, by ownership that the input shows.
    let top = |namespace: &str, kind: &str, name: &str| -> (String, String) {
        let (mut kind, mut name) = (kind.to_owned(), name.to_owned());
        for _ in 0..8 {
            match parents.get(&(namespace.to_owned(), kind.clone(), name.clone())) {
                Some((up, held)) if up != "Node" => (kind, name) = (up.clone(), held.clone()),
                _ => break,
            }
        }
        (kind, name)
    };
    let mut found: BTreeMap<String, Workload> = BTreeMap::new();
    let mut running: BTreeSet<(String, String, String)> = BTreeSet::new();
    for object in cluster.of_kind("Pod") {
        let (kind, name) = top(&object.namespace, "Pod", &object.name);
        running.insert((object.namespace.clone(), kind.clone(), name.clone()));
        let mut pod = workload(object, &kind, &name, Some(&object.body), &object.body);
        // A pod that has ended has given its address back; policies would hold for the next of its kind.
        if lives(object) {
            pod.places = addresses(&object.body);
        }
        pod.aliases.insert(format!("{}/{}", object.namespace, object.name));
        if let Some(hash) = pod.labels.get("pod-template-hash")
            && let Some(plain) = name.strip_suffix(&format!("-{hash}"))
        {
            pod.aliases.insert(format!("{}/{plain}", object.namespace));
        }
        add(&mut found, pod);
    }
    for object in &cluster.objects {
        let templated = matches!(
            object.kind.as_str(),
            "Deployment"
                | "StatefulSet"
                | "DaemonSet"
                | "ReplicaSet"
                | "ReplicationController"
                | "Job"
                | "CronJob"
                | "VirtualMachine"
                | "VirtualMachineInstance"
        ) || super::makes_pods(&object.body);
        let (kind, name) = top(&object.namespace, &object.kind, &object.name);
        let owned = kind != object.kind || name != object.name;
        if !templated || owned || running.contains(&(object.namespace.clone(), kind.clone(), name.clone())) {
            continue;
        }
        let held = if object.kind == "VirtualMachineInstance" { Some(&object.body) } else { template(object) };
        let empty = Value::Null;
        let held = held.unwrap_or(&empty);
        let mut made = workload(object, &kind, &name, held.is_object().then_some(held), held);
        for name in given::names(object) {
            made.aliases.insert(format!("{}/{name}", object.namespace));
            made.aliases.insert(name);
        }
        add(&mut found, made);
    }
    let mut out: Vec<Workload> = found.into_values().collect();
    tell_apart(&mut out);
    out
}

/// Gives pods of one owner that are not alike something to be told apart by.
fn tell_apart(all: &mut [Workload]) {
    let of = |held: &Workload| (held.namespace.clone(), held.kind.clone(), held.name.clone());
    let mut groups: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    for (index, held) in all.iter().enumerate() {
        groups.entry(of(held)).or_default().push(index);
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let shared =
            |(key, value): &(&String, &String)| group.iter().all(|other| all[*other].labels.get(*key) == Some(value));
        let own = |index: &usize| -> String {
            let labels = all[*index].labels.iter().filter(|held| !shared(held));
            labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
        };
        let told: Vec<String> = group.iter().map(own).collect();
        for (place, index) in group.iter().enumerate() {
            // Not by their labels: in the order in which they stand.
            let before = told[..place].iter().filter(|other| **other == told[place]).count();
            let again = if before > 0 { format!("#{before}") } else { String::new() };
            all[*index].variant = format!("{{{}{again}}}", told[place]);
        }
    }
}

/// Whether a pod has not ended.
fn lives(pod: &Object) -> bool {
    let phase = pod.body.get("status").and_then(|status| text(status, "phase"));
    !matches!(phase, Some("Succeeded" | "Failed"))
}

fn workload(object: &Object, kind: &str, name: &str, labelled: Option<&Value>, pod: &Value) -> Workload {
    let spec = pod.get("spec").unwrap_or(&Value::Null);
    let mut held = labelled.and_then(|held| held.get("metadata")).map(labels).unwrap_or_default();
    if object.kind == "VirtualMachine" && held.is_empty() {
        held = object.body.get("metadata").map(labels).unwrap_or_default();
    }
    let open_labels = given::later(object);
    if object.kind == "Job" {
        for label in JOB_NAME {
            held.entry(label.to_owned()).or_insert_with(|| object.name.clone());
        }
    }
    Workload {
        kind: kind.to_owned(),
        namespace: object.namespace.clone(),
        name: name.to_owned(),
        variant: String::new(),
        labels: held,
        open_labels,
        ports: ports(spec),
        host_network: flag(spec, "hostNetwork") == Some(true),
        secondary: secondary::of_pod(pod, labelled, &object.namespace),
        instead: secondary::instead(labelled, &object.namespace),
        aliases: BTreeSet::new(),
        places: Vec::new(),
        origin: object.origin.clone(),
    }
}

/// Joins pods that differ in nothing a packet depends on.
fn add(found: &mut BTreeMap<String, Workload>, mut one: Workload) {
    let telling: Vec<String> = one
        .labels
        .iter()
        .filter(|(key, _)| !NUMBERING.contains(&key.as_str()))
        .map(|(key, held)| format!("{key}={held}"))
        .collect();
    let ports: Vec<String> =
        one.ports.iter().map(|port| format!("{}:{}:{}", port.name, port.protocol, port.port)).collect();
    let key = format!(
        "{}/{}[{}]\u{0}{}\u{0}{}\u{0}{}\u{0}{:?}{:?}",
        one.namespace,
        one.name,
        one.kind,
        one.host_network,
        telling.join(","),
        ports.join(","),
        one.secondary,
        one.instead
    );
    match found.get_mut(&key) {
        Some(held) => {
            held.aliases.append(&mut one.aliases);
            held.places.append(&mut one.places);
            let known = |of: &Workload, label: &String| {
                of.open_labels.get(label).cloned().unwrap_or_else(|| Given::as_written(of.labels.get(label)))
            };
            let named = held.labels.keys().chain(one.labels.keys()).chain(held.open_labels.keys());
            let open: BTreeSet<String> = named.chain(one.open_labels.keys()).cloned().collect();
            for label in open {
                if held.labels.get(&label).is_none_or(|value| one.labels.get(&label) != Some(value)) {
                    let either = known(held, &label).or(known(&one, &label));
                    held.open_labels.insert(label, either);
                }
            }
            held.labels.retain(|label, value| one.labels.get(label) == Some(value));
        }
        None => {
            found.insert(key, one);
        }
    }
}

fn ports(spec: &Value) -> Vec<NamedPort> {
    // Side containers that keep running are init containers with a restart policy; their ports serve as well.
    let containers = list(spec, "containers").iter().chain(list(spec, "initContainers"));
    let mut out: Vec<NamedPort> = containers
        .flat_map(|container| list(container, "ports"))
        .filter_map(|port| {
            Some(NamedPort {
                name: text(port, "name").unwrap_or_default().into(),
                protocol: protocol_number(text(port, "protocol").unwrap_or("TCP"))?,
                port: u16::try_from(number(port, "containerPort")?).ok()?,
            })
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn addresses(pod: &Value) -> Vec<Place> {
    let Some(status) = pod.get("status") else { return Vec::new() };
    let many = list(status, "podIPs").iter().filter_map(|held| text(held, "ip"));
    let mut out: Vec<AddressRange> = many.chain(text(status, "podIP")).filter_map(AddressRange::parse).collect();
    out.sort_unstable();
    out.dedup();
    out.into_iter().map(|inside| Place { inside, public: None }).collect()
}

/// Places of pods whose address is not shown: any, of either family.
pub(super) fn anywhere() -> Vec<Place> {
    [Family::V4, Family::V6].map(|family| Place { inside: AddressRange::whole(family), public: None }).to_vec()
}
