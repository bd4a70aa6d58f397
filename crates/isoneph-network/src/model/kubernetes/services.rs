//! Services: names and addresses of a cluster whose ports lead to those of pods.

use serde_json::{Value, json};

use super::objects::Workload;
use super::policies::Pod;
use super::selector::Selector;
use super::{Cluster, Object};
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, Entry, Service, ServicePort, ServiceTarget};
use crate::model::json::{list, number, text, texts};
use crate::model::policy::Match;
use crate::model::traffic::{TCP, protocol_number};

/// A pod, as selectors see it and as it is.
type Known<'a> = (&'a Pod, EndpointId, &'a Workload);

/// All services of the cluster.
pub(super) fn services(cluster: &Cluster, pods: &[Pod], workloads: &[(EndpointId, &Workload)]) -> Vec<Service> {
    let known: Vec<Known<'_>> =
        pods.iter().zip(workloads).map(|(pod, (endpoint, workload))| (pod, *endpoint, *workload)).collect();
    cluster.of_kind("Service").map(|object| service(object, &known)).collect()
}

fn service(object: &Object, pods: &[Known<'_>]) -> Service {
    let spec = object.body.get("spec").unwrap_or(&Value::Null);
    let name = format!("{}/{}", object.namespace, object.name);
    let selector = spec.get("selector").and_then(Value::as_object).filter(|held| !held.is_empty());
    let behind: Vec<(Known<'_>, bool)> = selector.map_or_else(Vec::new, |labels| {
        let selector = Selector::read(&json!({ "matchLabels": labels }));
        let own = pods.iter().filter(|(pod, _, _)| pod.namespace == object.namespace);
        let found = own.map(|held| (*held, selector.selects(held.0))).filter(|(_, found)| *found != Match::No);
        found.map(|(held, found)| (held, found == Match::Yes)).collect()
    });
    let open = if text(spec, "type") == Some("ExternalName") {
        Some(format!("what {} is, the name that service {name} stands for", text_or(spec, "externalName")))
    } else if selector.is_none() {
        Some(format!("whom service {name}, which selects nobody, is given"))
    } else if behind.is_empty() {
        Some(format!("the pods behind service {name}: none that is shown is"))
    } else {
        None
    };
    let (inside, outside) = addresses(object, spec);
    let entry = match text(spec, "type") {
        Some("LoadBalancer") => Entry::Own,
        _ if !outside.is_empty() => Entry::Own,
        Some("NodePort") => Entry::Nodes,
        _ => Entry::Nowhere,
    };
    Service {
        names: names(object, &name),
        inside,
        outside,
        direct: text(spec, "clusterIP") == Some("None"),
        entry,
        keeps_to_node: text(spec, "internalTrafficPolicy") == Some("Local"),
        restricted: !list(spec, "loadBalancerSourceRanges").is_empty(),
        pods: behind.iter().map(|((_, endpoint, _), sure)| (*endpoint, *sure)).collect(),
        ports: list(spec, "ports").iter().filter_map(|port| port_of(port, &behind)).collect(),
        open,
        name,
    }
}

fn text_or(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or("something").to_owned()
}

/// What it may be asked for by, in lower case.
fn names(object: &Object, name: &str) -> Vec<String> {
    let (space, own) = (&object.namespace, &object.name);
    let status = object.body.pointer("/status/loadBalancer").unwrap_or(&Value::Null);
    let outside = list(status, "ingress").iter().filter_map(|held| text(held, "hostname").map(str::to_owned));
    let mut out = vec![
        name.to_owned(),
        own.clone(),
        format!("{name}[Service]"),
        format!("{own}[Service]"),
        format!("Service/{own}"),
        format!("{space}/Service/{own}"),
        format!("{own}.{space}"),
        format!("{own}.{space}.svc"),
        format!("{own}.{space}.svc.cluster.local"),
    ];
    out.extend(outside);
    out.iter().map(|name| name.to_ascii_lowercase()).collect()
}

/// Its addresses in the cluster, and those at which it is reached from outside as well.
fn addresses(object: &Object, spec: &Value) -> (Vec<AddressRange>, Vec<AddressRange>) {
    let mut inside = texts(spec, "clusterIPs");
    inside.extend(text(spec, "clusterIP").map(str::to_owned));
    let mut outside = texts(spec, "externalIPs");
    let status = object.body.pointer("/status/loadBalancer").unwrap_or(&Value::Null);
    outside.extend(list(status, "ingress").iter().filter_map(|held| text(held, "ip").map(str::to_owned)));
    outside.extend(text(spec, "loadBalancerIP").filter(|address| !address.is_empty()).map(str::to_owned));
    [inside, outside]
        .map(|texts| {
            let mut out: Vec<AddressRange> = texts.iter().filter_map(|text| AddressRange::parse(text)).collect();
            out.sort_unstable();
            out.dedup();
            out
        })
        .into()
}

/// A port, with where it leads at each pod behind the service: one that has no port of the name is not behind it.
fn port_of(port: &Value, behind: &[(Known<'_>, bool)]) -> Option<ServicePort> {
    let protocol = protocol_number(text(port, "protocol").unwrap_or("TCP")).unwrap_or(TCP);
    let own = number(port, "port").and_then(|held| u16::try_from(held).ok())?;
    let node = number(port, "nodePort").filter(|held| *held > 0).and_then(|held| u16::try_from(held).ok());
    let targets = behind.iter().map(|((_, endpoint, workload), sure)| ServiceTarget {
        endpoint: *endpoint,
        port: led_to(port, protocol, workload),
        sure: *sure,
    });
    let targets = targets.filter(|target| target.port.is_some() || !target.sure);
    Some(ServicePort { protocol, port: own, node, targets: targets.collect() })
}

/// The port that one of a service leads to at a pod; `None` where that is by a name which the pod does not show.
pub(super) fn led_to(port: &Value, protocol: u8, workload: &Workload) -> Option<u16> {
    match text(port, "targetPort").filter(|name| name.parse::<u16>().is_err()) {
        Some(name) => {
            workload.ports.iter().find(|held| held.name == name && held.protocol == protocol).map(|held| held.port)
        }
        None => {
            let held = number(port, "targetPort").filter(|held| *held > 0);
            held.or_else(|| number(port, "port")).and_then(|held| u16::try_from(held).ok())
        }
    }
}
