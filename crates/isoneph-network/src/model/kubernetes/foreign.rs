//! Policies that are not Kubernetes' own: of network plugins and service meshes. What they say is not followed; whom they
//! may hold for, and for packets of which way, is, so that answers about those stay open and no others.

use serde_json::Value;

use super::admin;
use super::bounds::{Bound, Space};
use super::policies::{Pod, Way};
use crate::model::json::{list, text, texts};
use crate::model::policy::{Action, Peers, Rule, Service, Tier};
use crate::model::traffic::Traffic;

/// A policy of another maker.
#[derive(Debug)]
pub(super) struct Foreign {
    name: String,
    /// The namespace it holds in; `None` for all.
    namespace: Option<String>,
    /// Whom it selects there, as far as that can be read.
    bounds: Vec<Bound>,
    inbound: bool,
    outbound: bool,
    /// Whether it may let through what others deny; else it only takes away.
    permits: bool,
}

/// API groups whose policies are followed.
const OWN: [&str; 3] = ["networking.k8s.io", "extensions", "policy.networking.k8s.io"];

/// Kinds of other makers: whether they hold in every namespace, and whether they may permit.
const KINDS: [(&str, bool, bool); 10] = [
    ("CiliumNetworkPolicy", false, true),
    ("CiliumClusterwideNetworkPolicy", true, true),
    ("GlobalNetworkPolicy", true, true),
    ("ClusterNetworkPolicy", true, true),
    ("NetworkPolicy", false, true),
    ("ApplicationNetworkPolicy", false, true),
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
    if (kind == "NetworkPolicy" && OWN.contains(&group)) || (kind == admin::CLUSTER && admin::is_read(body)) {
        return None;
    }
    let empty = Value::Null;
    let (metadata, spec) = (body.get("metadata").unwrap_or(&empty), body.get("spec").unwrap_or(&empty));
    let namespace = text(metadata, "namespace").unwrap_or("default");
    let everywhere = everywhere || (kind == "AuthorizationPolicy" && namespace == MESH_ROOT);
    let (inbound, outbound) = ways(kind, spec);
    Some(Foreign {
        name: format!("{kind} {}", text(metadata, "name").unwrap_or_default()),
        namespace: (!everywhere).then(|| namespace.to_owned()),
        bounds: Bound::of(kind, spec, everywhere),
        inbound,
        outbound,
        permits,
    })
}

/// Whether it decides about what comes in, and about what goes out.
fn ways(kind: &str, spec: &Value) -> (bool, bool) {
    let types = texts(spec, "types");
    let named = |word: &str| types.iter().any(|held| held == word);
    let told = |keys: [&str; 2]| keys.iter().any(|key| spec.get(*key).is_some_and(|held| !held.is_null()));
    match kind {
        "AuthorizationPolicy" => (true, false),
        "EgressFirewall" | "EgressNetworkPolicy" => (false, true),
        // Where one section alone stands, the other way is as it was; rules under `specs` are not looked into.
        "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" => {
            let (inbound, outbound) = (told(["ingress", "ingressDeny"]), told(["egress", "egressDeny"]));
            if inbound || outbound { (inbound, outbound) } else { (true, true) }
        }
        "GlobalNetworkPolicy" | "NetworkPolicy" if types.is_empty() => {
            // Without types it is one of the ways in which it has rules, and of ingress where it has none.
            let outbound = !list(spec, "egress").is_empty();
            (!list(spec, "ingress").is_empty() || !outbound, outbound)
        }
        _ if types.is_empty() => (true, true),
        _ => (named("Ingress"), named("Egress")),
    }
}

impl Foreign {
    /// Policies of which nothing is known: they may hold for every pod, and say anything.
    pub(super) fn unlisted(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            namespace: None,
            bounds: Vec::new(),
            inbound: true,
            outbound: true,
            permits: true,
        }
    }

    pub(super) fn effect(&self) -> &'static str {
        if self.permits {
            "not modelled: what the pods it may select send or take is undecided"
        } else {
            "not modelled: what would pass the pods it may select is undecided"
        }
    }

    /// Whether it may hold for a pod in a namespace.
    pub(super) fn may_select(&self, pod: &Pod, space: &Space, way: Way) -> bool {
        let direction = if way == Way::In { self.inbound } else { self.outbound };
        let here = self.namespace.as_ref().is_none_or(|namespace| *namespace == pod.namespace);
        direction && here && !pod.faceless && self.bounds.iter().all(|bound| bound.may_hold(pod, space))
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
