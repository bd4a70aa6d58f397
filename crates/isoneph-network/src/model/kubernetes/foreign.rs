//! Policies that are not Kubernetes' own: of network plugins and service meshes. What they say is not followed; whom they
//! may hold for is, so that answers about those stay open.

use serde_json::Value;

use super::policies::{Pod, Way};
use super::selector::Selector;
use crate::model::json::{list, text, texts};
use crate::model::policy::{Action, Match, Peers, Rule, Service, Tier};
use crate::model::traffic::Traffic;

/// A policy of another maker.
#[derive(Debug)]
pub(super) struct Foreign {
    name: String,
    /// The namespace it holds in; `None` for all.
    namespace: Option<String>,
    /// Whom it selects there, where that can be read.
    selector: Option<Selector>,
    inbound: bool,
    outbound: bool,
    /// Whether it may let through what others deny; else it only takes away.
    permits: bool,
}

/// API groups whose policies are followed.
const OWN: [&str; 3] = ["networking.k8s.io", "extensions", "policy.networking.k8s.io"];

/// Kinds of other makers: whether they hold in every namespace, and whether they may permit.
const KINDS: [(&str, bool, bool); 9] = [
    ("CiliumNetworkPolicy", false, true),
    ("CiliumClusterwideNetworkPolicy", true, true),
    ("GlobalNetworkPolicy", true, true),
    ("ClusterNetworkPolicy", true, true),
    ("NetworkPolicy", false, true),
    ("AuthorizationPolicy", false, false),
    ("EgressFirewall", false, false),
    ("EgressNetworkPolicy", false, false),
    // Groups of the cloud, given to pods.
    ("SecurityGroupPolicy", false, false),
];

/// The namespace whose policies a mesh applies everywhere.
const MESH_ROOT: &str = "istio-system";

/// Reads a policy of another maker; `None` for anything else.
pub(super) fn read(kind: &str, body: &Value) -> Option<Foreign> {
    let (_, everywhere, permits) = *KINDS.iter().find(|(known, _, _)| *known == kind)?;
    let group = text(body, "apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    if kind == "NetworkPolicy" && OWN.contains(&group) {
        return None;
    }
    let empty = Value::Null;
    let (metadata, spec) = (body.get("metadata").unwrap_or(&empty), body.get("spec").unwrap_or(&empty));
    let namespace = text(metadata, "namespace").unwrap_or("default");
    let everywhere = everywhere || (kind == "AuthorizationPolicy" && namespace == MESH_ROOT);
    let types = texts(spec, "types");
    let looks = |word: &str| types.is_empty() || types.iter().any(|held| held == word);
    let (inbound, outbound) = match kind {
        "AuthorizationPolicy" => (true, false),
        "EgressFirewall" | "EgressNetworkPolicy" => (false, true),
        _ => (looks("Ingress"), looks("Egress")),
    };
    let selector = spec.get("endpointSelector").filter(|held| held.is_object() && is_of_pods(held));
    Some(Foreign {
        name: format!("{kind} {}", text(metadata, "name").unwrap_or_default()),
        namespace: (!everywhere).then(|| namespace.to_owned()),
        selector: selector.map(Selector::read),
        inbound,
        outbound,
        permits,
    })
}

/// Whether a selector goes by labels of pods alone: keys with the name of a source before them, and those that Cilium
/// derives, tell of more than the pod.
fn is_of_pods(selector: &Value) -> bool {
    let expressions = list(selector, "matchExpressions").iter().filter_map(|held| text(held, "key"));
    let labels = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    let derived = |key: &str| key.contains(':') || key.starts_with("io.kubernetes.") || key.starts_with("io.cilium.");
    !expressions.chain(labels.map(|(key, _)| key.as_str())).any(derived)
}

impl Foreign {
    /// Policies of which nothing is known: they may hold for every pod, and say anything.
    pub(super) fn unlisted(name: &str) -> Self {
        Self { name: name.to_owned(), namespace: None, selector: None, inbound: true, outbound: true, permits: true }
    }

    pub(super) fn effect(&self) -> &'static str {
        if self.permits {
            "not modelled: what the pods it may select send or take is undecided"
        } else {
            "not modelled: what would pass the pods it may select is undecided"
        }
    }

    /// Whether it may hold for a pod.
    pub(super) fn may_select(&self, pod: &Pod, way: Way) -> bool {
        let direction = if way == Way::In { self.inbound } else { self.outbound };
        let here = self.namespace.as_ref().is_none_or(|namespace| *namespace == pod.namespace);
        let selected = self.selector.as_ref().is_none_or(|held| held.selects(pod) != Match::No);
        direction && here && selected && !pod.faceless
    }

    /// What comes of it: anything it may say.
    pub(super) fn tier(&self) -> Tier {
        let rule = |action| Rule {
            id: self.name.clone(),
            action,
            peers: Peers::everybody(),
            local: None,
            services: vec![Service::Exact(Traffic::all())],
            condition: Some(format!("what {} says", self.name)),
        };
        let actions = if self.permits { vec![Action::Permit, Action::Deny] } else { vec![Action::Deny] };
        let rules = actions.into_iter().map(rule).collect();
        Tier { name: self.name.clone(), rules, otherwise: Action::Pass, uncertain: None }
    }
}
