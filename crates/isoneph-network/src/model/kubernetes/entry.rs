//! The way in from outside by Ingress and Route: which workloads, on which ports.

use std::collections::BTreeMap;

use serde_json::Value;

use super::objects::Workload;
use super::selector::Selector;
use super::{Cluster, Object};
use crate::model::form::{Balancer, BalancerTarget, EndpointId, Listener};
use crate::model::json::{list, number, text};
use crate::model::policy::Match;
use crate::model::traffic::{TCP, protocol_number};

/// What Ingresses and Routes of the cluster lead to, as one balancer; `None` where there are none.
pub(super) fn balancer(cluster: &Cluster, pods: &[(EndpointId, &Workload)]) -> Option<Balancer> {
    let services: BTreeMap<(&str, &str), &Object> =
        cluster.of_kind("Service").map(|held| ((held.namespace.as_str(), held.name.as_str()), held)).collect();
    let mut listeners: BTreeMap<(u8, u16), Vec<BalancerTarget>> = BTreeMap::new();
    let (mut any, mut complete) = (false, true);
    let backends = cluster
        .of_kind("Ingress")
        .flat_map(|held| ingress_backends(held).into_iter().map(move |backend| (held, backend)))
        .chain(
            cluster
                .of_kind("Route")
                .flat_map(|held| route_backends(held).into_iter().map(move |backend| (held, backend))),
        );
    for (object, (service, port)) in backends {
        any = true;
        let Some(service) = services.get(&(object.namespace.as_str(), service.as_str())) else {
            complete = false;
            continue;
        };
        for (endpoint, protocol, port) in targets(service, port.as_ref(), pods) {
            listeners.entry((protocol, port)).or_default().push(BalancerTarget {
                endpoint: Some(endpoint),
                address: None,
                port: Some(port),
                keeps_client: None,
            });
        }
    }
    any.then(|| Balancer {
        id: "{ingress-controller}".into(),
        name: "{ingress-controller}".into(),
        ends_connections: true,
        listeners: listeners
            .into_iter()
            .map(|((protocol, port), targets)| Listener {
                protocols: vec![protocol],
                port,
                last: port,
                targets,
                complete: true,
            })
            .collect(),
        complete,
    })
}

/// (service, port by number or name) of an Ingress, in the API's present and former shapes.
fn ingress_backends(object: &Object) -> Vec<(String, Option<Value>)> {
    let spec = object.body.get("spec").unwrap_or(&Value::Null);
    let paths = list(spec, "rules").iter().filter_map(|rule| rule.get("http")).flat_map(|http| list(http, "paths"));
    paths
        .filter_map(|path| path.get("backend"))
        .chain(spec.get("defaultBackend"))
        .chain(spec.get("backend"))
        .filter_map(|backend| {
            if let Some(service) = backend.get("service") {
                let port = service.get("port");
                let port = port.and_then(|port| port.get("number").or_else(|| port.get("name"))).cloned();
                return Some((text(service, "name")?.to_owned(), port));
            }
            Some((text(backend, "serviceName")?.to_owned(), backend.get("servicePort").cloned()))
        })
        .collect()
}

fn route_backends(object: &Object) -> Vec<(String, Option<Value>)> {
    let spec = object.body.get("spec").unwrap_or(&Value::Null);
    let port = spec.get("port").and_then(|port| port.get("targetPort")).cloned();
    spec.get("to")
        .into_iter()
        .chain(list(spec, "alternateBackends"))
        .filter(|held| text(held, "kind").unwrap_or("Service") == "Service")
        .filter_map(|held| Some((text(held, "name")?.to_owned(), port.clone())))
        .collect()
}

/// (workload, protocol, container port) behind a service's port.
fn targets(service: &Object, wanted: Option<&Value>, pods: &[(EndpointId, &Workload)]) -> Vec<(EndpointId, u8, u16)> {
    let spec = service.body.get("spec").unwrap_or(&Value::Null);
    let Some(selector) = spec.get("selector").filter(|held| held.is_object()) else { return Vec::new() };
    let selector = Selector::read(&serde_json::json!({ "matchLabels": selector }));
    let chosen = |port: &&Value| match wanted {
        None => true,
        Some(Value::String(name)) if name.parse::<i64>().is_err() => {
            text(port, "name") == Some(name) || text(port, "targetPort") == Some(name)
        }
        Some(held) => {
            let held = held.as_i64().or_else(|| held.as_str()?.parse().ok());
            number(port, "port") == held || (service_target(port) == held)
        }
    };
    let mut out = Vec::new();
    for port in list(spec, "ports").iter().filter(chosen) {
        let protocol = protocol_number(text(port, "protocol").unwrap_or("TCP")).unwrap_or(TCP);
        for (endpoint, workload) in pods {
            if workload.namespace != service.namespace || selector.matches(&workload.labels, true) != Match::Yes {
                continue;
            }
            let name = text(port, "targetPort").filter(|name| name.parse::<u16>().is_err());
            let number = match name {
                Some(name) => workload
                    .ports
                    .iter()
                    .find(|held| held.name == name && held.protocol == protocol)
                    .map(|held| held.port),
                None => service_target(port).and_then(|held| u16::try_from(held).ok()),
            };
            out.extend(number.map(|number| (*endpoint, protocol, number)));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn service_target(port: &Value) -> Option<i64> {
    number(port, "targetPort").or_else(|| number(port, "port"))
}
