//! Policies of an administrator: AdminNetworkPolicy and BaselineAdminNetworkPolicy, and ClusterNetworkPolicy, which came after
//! both.
//!
//! Source: network-policy-api, `policy.networking.k8s.io` v1alpha1, v1alpha2 and v1beta1.

use serde_json::Value;

use super::policies::{Blocks, Held, Pod, Sight, read_services, service};
use super::selector::Selector;
use super::{Cluster, Object, present};
use crate::model::Problem;
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::json::{list, number, text, texts};
use crate::model::policy::{Action, Match, Peers, Rule, Service};
use crate::model::traffic::{SCTP, TCP, Traffic, UDP};

/// The kind that has both tiers in one.
pub(super) const CLUSTER: &str = "ClusterNetworkPolicy";
/// Kinds of an administrator's policies.
const KINDS: [&str; 3] = ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", CLUSTER];
/// Versions of [`CLUSTER`] that are read.
const VERSIONS: [&str; 2] = ["policy.networking.k8s.io/v1alpha2", "policy.networking.k8s.io/v1beta1"];

/// Whether a ClusterNetworkPolicy is of a version that is read, and says in which tier it is.
pub(super) fn is_read(body: &Value) -> bool {
    let tier = body.pointer("/spec/tier").and_then(Value::as_str);
    text(body, "apiVersion").is_some_and(|version| VERSIONS.contains(&version))
        && matches!(tier, Some("Admin" | "Baseline"))
}

/// The policies before and after those of namespaces, each in the order in which they hold. `of_pods` are the addresses of pods.
pub(super) fn policies(
    cluster: &Cluster,
    sight: &Sight<'_>,
    of_pods: &[AddressRange],
    problems: &mut Vec<Problem>,
) -> (Vec<Held>, Vec<Held>) {
    let (mut admin, mut baseline) = (Vec::new(), Vec::new());
    for kind in KINDS {
        for object in cluster.of_kind(kind) {
            let tier = if is_baseline(object) { &mut baseline } else { &mut admin };
            tier.push(Reading { sight, of_pods, object, kind }.policy(problems));
        }
    }
    for tier in [&mut admin, &mut baseline] {
        tier.sort_by(|left, right| (left.priority, &left.name).cmp(&(right.priority, &right.name)));
    }
    (admin, baseline)
}

fn is_baseline(object: &Object) -> bool {
    object.kind == "BaselineAdminNetworkPolicy"
        || object.body.pointer("/spec/tier").and_then(Value::as_str) == Some("Baseline")
}

/// One policy, and what it is read against.
struct Reading<'a> {
    sight: &'a Sight<'a>,
    of_pods: &'a [AddressRange],
    object: &'a Object,
    kind: &'static str,
}

impl Reading<'_> {
    fn policy(&self, problems: &mut Vec<Problem>) -> Held {
        let spec = self.object.body.get("spec").unwrap_or(&Value::Null);
        let name = format!("{} {}", self.kind, self.object.name);
        let mut side = |key: &str, ends: &str| -> Option<Vec<Rule>> {
            let rules = present(spec, key)?.iter().enumerate();
            Some(
                rules
                    .flat_map(|(index, rule)| self.rules(rule, &format!("{name} {key}/{index}"), ends, problems))
                    .collect(),
            )
        };
        let (ingress, egress) = (side("ingress", "from"), side("egress", "to"));
        let mut selected = Peers::default();
        select(self.sight, spec.get("subject").unwrap_or(&Value::Null), &mut selected);
        let selects = |pod: &Pod| match (
            selected.endpoints.binary_search(&pod.endpoint),
            selected.maybe.binary_search(&pod.endpoint),
        ) {
            _ if pod.faceless => Match::No,
            (Ok(_), _) => Match::Yes,
            (_, Ok(_)) => Match::Maybe,
            _ => Match::No,
        };
        Held {
            kind: self.kind,
            priority: number(spec, "priority").unwrap_or(0),
            ingress,
            egress,
            selects: self.sight.pods.iter().map(selects).collect(),
            origin: self.object.origin.clone(),
            name,
            refused: None,
        }
    }

    /// What one rule says: of nodes apart, since which addresses are theirs is not shown.
    fn rules(&self, rule: &Value, at: &str, ends: &str, problems: &mut Vec<Problem>) -> Vec<Rule> {
        let id = text(rule, "name").map_or_else(|| at.to_owned(), |word| format!("{at} {word}"));
        let action = match text(rule, "action") {
            Some("Allow" | "Accept") => Action::Permit,
            Some("Deny") => Action::Deny,
            _ => Action::Pass,
        };
        let services = self.services(rule, &id, problems);
        let peers = self.peers(list(rule, ends));
        let whole = |action, peers: Peers, condition| Rule {
            id: id.clone(),
            action,
            peers,
            local: None,
            services: services.clone(),
            condition,
        };
        let mut out = Vec::new();
        // Whoever does not know a peer denies what the rule would pass on.
        if action == Action::Pass && !peers.unknown.is_empty() {
            out.push(whole(Action::Deny, Peers { unknown: peers.unknown.clone(), ..Peers::default() }, None));
        }
        out.push(whole(action, peers, None));
        if list(rule, ends).iter().any(|peer| peer.get("nodes").is_some()) {
            let condition = "whether the address is one of a node's".to_owned();
            out.push(whole(action, self.nodes(), Some(condition)));
        }
        out
    }

    /// Ports are of the forerunners and of drafts, protocols of what came after; where both stand, either may be left out.
    fn services(&self, rule: &Value, id: &str, problems: &mut Vec<Problem>) -> Vec<Service> {
        let told = |key: &str| present(rule, key).is_some_and(|held| !held.is_empty());
        match (told("ports"), told("protocols")) {
            (true, true) => {
                vec![Service::Unknown { object: format!("{id}: ports and protocols"), within: Traffic::all() }]
            }
            (false, true) => read_services(rule, "protocols", protocol, (self.object, id), problems),
            _ => read_services(rule, "ports", service, (self.object, id), problems),
        }
    }

    fn peers(&self, peers: &[Value]) -> Peers {
        let mut out = Peers::default();
        let mut blocks = Blocks::default();
        for peer in peers {
            if peer.get("networks").is_some() {
                for network in texts(peer, "networks") {
                    blocks.add(&network, &[], &mut out);
                }
            } else if peer.get("domainNames").is_some() {
                out.unknown.push(format!("the addresses of {}", texts(peer, "domainNames").join(", ")));
            } else if peer.get("namespaces").is_some() || peer.get("pods").is_some() {
                select(self.sight, peer, &mut out);
            } else if peer.get("nodes").is_none() {
                out.unknown.push("a peer of a kind that is not known".into());
            }
        }
        blocks.finish(&mut out, false);
        out
    }

    /// Nodes are no endpoints of the model: any address may be one's that is no pod's, and pods on the host's network have one.
    fn nodes(&self) -> Peers {
        let all = [Family::V4, Family::V6].into_iter().map(AddressRange::whole);
        let known: Vec<AddressRange> = self.of_pods.iter().copied().filter(|range| range.single().is_some()).collect();
        let hosts = self.sight.pods.iter().filter(|pod| pod.host_network).map(|pod| pod.endpoint);
        let mut maybe: Vec<_> = hosts.collect();
        maybe.sort_unstable();
        Peers {
            addresses: RangeSet::new(all.flat_map(|whole| whole.minus(&known)).collect()),
            unplaced: Some(RangeSet::default()),
            maybe,
            ..Peers::default()
        }
    }
}

/// Adds the pods that a subject or a peer means.
pub(super) fn select(sight: &Sight<'_>, value: &Value, out: &mut Peers) {
    if let Some(held) = value.get("namespaces").filter(|held| held.is_object()) {
        namespaces(sight, held, None, out);
    } else if let Some(pods) = value.get("pods").filter(|held| held.is_object()) {
        let selector = pods.get("podSelector").map(Selector::read);
        let held = pods.get("namespaceSelector").or_else(|| pods.get("namespaces")).unwrap_or(&Value::Null);
        namespaces(sight, held, selector.as_ref(), out);
    }
}

/// Namespaces. Older drafts of the API wrapped the selector once more, and compared namespaces by labels they share with the
/// subject's, which is not followed: any may be meant.
fn namespaces(sight: &Sight<'_>, namespaces: &Value, pods: Option<&Selector>, out: &mut Peers) {
    let selector = namespaces.get("namespaceSelector").unwrap_or(namespaces);
    let odd = selector
        .as_object()
        .and_then(|held| held.keys().find(|key| !matches!(key.as_str(), "matchLabels" | "matchExpressions")));
    match odd {
        Some(key) => {
            out.maybe.extend(sight.pods.iter().map(|pod| pod.endpoint));
            out.maybe.sort_unstable();
            out.maybe.dedup();
            out.doubt = Some(format!("whom {key} selects"));
        }
        None => sight.select(Some(&Selector::read(selector)), pods, None, out),
    }
}

/// One of the protocols of a ClusterNetworkPolicy's rule, with its ports.
fn protocol(held: &Value) -> Result<Service, String> {
    if let Some(name) = text(held, "destinationNamedPort") {
        return Ok(Service::Named { name: name.into(), protocol: None });
    }
    let known = [("tcp", TCP), ("udp", UDP), ("sctp", SCTP)];
    let Some((own, number_of)) = known.iter().find_map(|(key, number)| Some((held.get(key)?, *number))) else {
        return Err("a protocol that is none of tcp, udp and sctp".into());
    };
    let Some(ports) = own.get("destinationPort").filter(|held| held.is_object()) else {
        return Ok(Service::Exact(Traffic::protocol(number_of)));
    };
    let port = |value: &Value, key: &str| {
        let held = number(value, key).and_then(|held| u16::try_from(held).ok()).filter(|held| *held > 0);
        held.ok_or_else(|| format!("{key} is no port"))
    };
    let (first, last) = match ports.get("range").filter(|held| held.is_object()) {
        Some(range) => (port(range, "start")?, port(range, "end")?),
        None => (port(ports, "number")?, port(ports, "number")?),
    };
    if first > last {
        return Err(format!("the range {first}-{last} is empty"));
    }
    Ok(Service::Exact(Traffic::ports(number_of, first, last)))
}
