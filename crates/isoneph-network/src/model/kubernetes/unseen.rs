//! What policies say of pods that nobody shows: two states that differ in it alone are not the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::policies::{Held, Sight};
use super::selector::Selector;
use super::{Cluster, admin};
use crate::model::form::EndpointId;
use crate::model::json::list;
use crate::model::policy::{Match, Peers};

/// Those policies that select nobody, and those whose peers are nobody, each by name with what it says.
pub(super) fn said<'h>(
    cluster: &Cluster,
    sight: &Sight<'_>,
    held: impl Iterator<Item = &'h Held>,
) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    for held in held {
        let Some(object) = cluster.of_kind(held.kind).find(|object| object.origin == held.origin) else { continue };
        let spec = object.body.get("spec").unwrap_or(&Value::Null);
        let own = (held.kind == "NetworkPolicy").then_some(object.namespace.as_str());
        let name = if own.is_some() { format!("NetworkPolicy {}", held.name) } else { held.name.clone() };
        if held.selects.iter().all(|found| *found == Match::No) {
            out.insert((name, spec.to_string()));
            continue;
        }
        for (key, ends) in [("ingress", "from"), ("egress", "to")] {
            for rule in list(spec, key) {
                let none = list(rule, ends).iter().filter(|peer| !is_somebody(sight, peer, own));
                let [ports, protocols, action] =
                    ["ports", "protocols", "action"].map(|word| rule.get(word).unwrap_or(&Value::Null));
                out.extend(none.map(|peer| (name.clone(), format!("{key} {peer} {ports} {protocols} {action}"))));
            }
        }
    }
    out
}

/// Whether a peer is a block of addresses, or some pod that is shown may be one. `own` is the namespace of the policy, where
/// it has one.
fn is_somebody(sight: &Sight<'_>, peer: &Value, own: Option<&str>) -> bool {
    let mut found = Peers::default();
    let of = |word: &str| peer.get(word).filter(|held| held.is_object()).map(Selector::read);
    match (own, of("podSelector"), of("namespaceSelector")) {
        (Some(_), None, None) => return true,
        (Some(_), pods, spaces) => sight.select(spaces.as_ref(), pods.as_ref(), own, &mut found),
        (None, ..) if peer.get("namespaces").is_some() || peer.get("pods").is_some() => {
            admin::select(sight, peer, &mut found);
        }
        (None, ..) => return true,
    }
    let is_shown = |id: &EndpointId| !sight.pods.iter().any(|pod| pod.faceless && pod.endpoint == *id);
    found.endpoints.iter().chain(&found.maybe).any(is_shown)
}
