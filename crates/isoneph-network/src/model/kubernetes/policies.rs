//! NetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy as policies of pods.
//!
//! A pod's policy of one direction has up to four tiers: what its own node may always do, the administrator's ordered
//! rules (which may pass on), the union of network policies (which ends in deny as soon as one selects the pod), and the
//! baseline.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::foreign::Foreign;
use super::objects::Workload;
use super::selector::Selector;
use super::{Cluster, Object, present, schema};
use crate::model::Problem;
use crate::model::address::{AddressRange, AddressSet, Family, Meeting, private_blocks};
use crate::model::form::{EndpointId, Origin, Parts, PolicyId};
use crate::model::json::{list, number, text, texts};
use crate::model::policy::{Action, Match, Peers, Policy, Rule, Service, Tier};
use crate::model::traffic::{Traffic, protocol_number};

/// A pod, as selectors see it.
pub(super) struct Pod {
    pub(super) endpoint: EndpointId,
    pub(super) namespace: String,
    pub(super) labels: BTreeMap<String, String>,
    /// Labels of which the value is not known.
    pub(super) open_labels: BTreeSet<String>,
    pub(super) host_network: bool,
    /// Nothing about it is known but that it is a pod (the entry from outside).
    pub(super) faceless: bool,
}

impl Pod {
    pub(super) fn of(endpoint: EndpointId, workload: &Workload) -> Self {
        Self {
            endpoint,
            namespace: workload.namespace.clone(),
            labels: workload.labels.clone(),
            open_labels: workload.open_labels.clone(),
            host_network: workload.host_network,
            faceless: false,
        }
    }
}

/// Why nobody can say what a policy does to some pods.
const HOST_NETWORK: &str =
    "hostNetwork: whether a policy holds for pods on the host's network is left to the network plugin";

/// Why nobody can say whether a policy selects a pod.
const LABELS: &str = "labels of the pod, or of its namespace, that are not shown";

/// Why nobody can say whether a pod is selected by a label that its controller gives it.
const GIVEN_LATER: &str = "the labels that its controller gives the pod";

/// Which way a rule looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// A policy with whom it selects.
struct Held {
    name: String,
    kind: &'static str,
    priority: i64,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
    /// By pod, in the order of pods.
    selects: Vec<Match>,
    origin: Origin,
    /// Why it may not be there at all.
    refused: Option<String>,
}

/// Whether a pod is on the host's network, which policies select it (surely or maybe), and which of other makers may.
type Selected = (bool, Vec<(usize, bool)>, Vec<usize>);

/// Attaches policies to the endpoints of the pods.
pub(super) fn attach(cluster: &Cluster, pods: &[Pod], parts: &mut Parts, problems: &mut Vec<Problem>) {
    let spaces = pods.iter().map(|pod| (pod.namespace.clone(), cluster.namespace(&pod.namespace))).collect();
    let sight = Sight { spaces, pods };
    let mut network: Vec<Held> =
        cluster.of_kind("NetworkPolicy").map(|held| sight.network_policy(held, problems)).collect();
    let mut admin: Vec<Held> = cluster
        .of_kind("AdminNetworkPolicy")
        .map(|held| sight.admin_policy(held, "AdminNetworkPolicy", problems))
        .collect();
    let mut baseline: Vec<Held> = cluster
        .of_kind("BaselineAdminNetworkPolicy")
        .map(|held| sight.admin_policy(held, "BaselineAdminNetworkPolicy", problems))
        .collect();
    parts.unseen.extend(unseen(cluster, &sight, network.iter().chain(&admin).chain(&baseline)));
    network.sort_by(|left, right| left.name.cmp(&right.name));
    admin.sort_by(|left, right| (left.priority, &left.name).cmp(&(right.priority, &right.name)));
    for held in admin.iter_mut().chain(&mut network).chain(&mut baseline) {
        held.soften_refused(cluster, problems);
    }
    doubt_ties(&mut admin);
    let hosts: Vec<EndpointId> = pods.iter().filter(|pod| pod.host_network).map(|pod| pod.endpoint).collect();
    let unlisted = cluster.unlisted();
    let foreign: Vec<&Foreign> = cluster.foreign.iter().chain(&unlisted).collect();
    for way in [Way::In, Way::Out] {
        let mut known: BTreeMap<Selected, Option<PolicyId>> = BTreeMap::new();
        for (index, pod) in pods.iter().enumerate() {
            let key: Vec<(usize, bool)> = admin
                .iter()
                .chain(&network)
                .chain(&baseline)
                .enumerate()
                .filter(|(_, held)| held.rules(way).is_some() && held.selects[index] != Match::No)
                .map(|(number, held)| (number, held.selects[index] == Match::Yes))
                .collect();
            let others: Vec<usize> = (0..foreign.len()).filter(|held| foreign[*held].may_select(pod, way)).collect();
            let policy = *known.entry((pod.host_network, key, others)).or_insert_with_key(|(_, _, others)| {
                let policy = compose(way, index, &admin, &network, &baseline, &hosts, pod.endpoint);
                let others: Vec<&Foreign> = others.iter().map(|held| foreign[*held]).collect();
                parts.policies.push(with_foreign(policy, &others)?);
                Some(parts.policies.len() - 1)
            });
            let endpoint = &mut parts.endpoints[pod.endpoint];
            match way {
                Way::In => endpoint.inbound.extend(policy),
                Way::Out => endpoint.outbound.extend(policy),
            }
        }
    }
}

/// What policies say of pods that nobody shows: those that select none, and those whose peers are none.
fn unseen<'h>(
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
                let none = list(rule, ends).iter().filter(|peer| !sight.is_somebody(peer, own));
                let [ports, action] = ["ports", "action"].map(|word| rule.get(word).unwrap_or(&Value::Null));
                out.extend(none.map(|peer| (name.clone(), format!("{key} {peer} {ports} {action}"))));
            }
        }
    }
    out
}

/// Which of two administrator's policies of one priority comes first is not defined.
fn doubt_ties(admin: &mut [Held]) {
    let tied: Vec<bool> = admin
        .iter()
        .enumerate()
        .map(|(index, held)| {
            admin.iter().enumerate().any(|(other, more)| {
                let both = held
                    .selects
                    .iter()
                    .zip(&more.selects)
                    .any(|(left, right)| *left != Match::No && *right != Match::No);
                other != index && more.priority == held.priority && both
            })
        })
        .collect();
    for (held, tied) in admin.iter_mut().zip(tied) {
        let rules = held.ingress.iter_mut().chain(held.egress.iter_mut()).flatten();
        for rule in rules.filter(|_| tied) {
            rule.condition = Some(format!("another AdminNetworkPolicy has priority {} too", held.priority));
        }
    }
}

/// A policy after those of other makers, which may say anything before it does.
fn with_foreign(policy: Option<Policy>, foreign: &[&Foreign]) -> Option<Policy> {
    if foreign.is_empty() {
        return policy;
    }
    let name = "policies of other makers".to_owned();
    let mut out = policy.unwrap_or_else(|| Policy {
        id: name.clone(),
        name,
        stateful: true,
        tiers: Vec::new(),
        origin: Origin::default(),
    });
    out.tiers.splice(0..0, foreign.iter().map(|held| held.tier()));
    Some(out)
}

/// The policy of one pod and direction; `None` where nothing restricts it.
fn compose(
    way: Way,
    pod: usize,
    admin: &[Held],
    network: &[Held],
    baseline: &[Held],
    hosts: &[EndpointId],
    endpoint: EndpointId,
) -> Option<Policy> {
    let chosen = |all: &'_ [Held]| -> Vec<usize> {
        (0..all.len()).filter(|held| all[*held].rules(way).is_some() && all[*held].selects[pod] != Match::No).collect()
    };
    let (first, second, last) = (chosen(admin), chosen(network), chosen(baseline));
    if first.is_empty() && second.is_empty() && last.is_empty() {
        return None;
    }
    let mut tiers = Vec::new();
    if !hosts.is_empty() {
        tiers.push(node_tier(hosts, way));
    }
    let mut names = Vec::new();
    let mut origin = None;
    for (all, chosen, end) in
        [(admin, first, Action::Pass), (network, second, Action::Deny), (baseline, last, Action::Pass)]
    {
        let (mut rules, mut sure) = (Vec::new(), false);
        let doubt = if hosts.contains(&endpoint) { HOST_NETWORK } else { LABELS }.to_owned();
        for number in &chosen {
            let held = &all[*number];
            names.push(held.name.clone());
            origin.get_or_insert_with(|| held.origin.clone());
            let certain = held.selects[pod] == Match::Yes;
            sure |= certain;
            rules.extend(held.rules(way).into_iter().flatten().cloned().map(|rule| {
                let condition = rule
                    .condition
                    .clone()
                    .or_else(|| held.refused.clone())
                    .or_else(|| (!certain).then(|| format!("whether {} selects the pod", held.name)));
                Rule { condition, ..rule }
            }));
        }
        if let Some(number) = chosen.first() {
            let name =
                if chosen.len() == 1 { all[*number].name.clone() } else { format!("{} policies", all[*number].kind) };
            let refused = chosen.iter().find_map(|number| all[*number].refused.clone());
            let uncertain = (!sure).then(|| refused.unwrap_or_else(|| doubt.clone()));
            tiers.push(Tier { name, rules, otherwise: end, uncertain });
        }
    }
    let name = names.join(" + ");
    Some(Policy { id: name.clone(), name, stateful: true, tiers, origin: origin.unwrap_or_default() })
}

/// A pod and its own node always reach each other; which node that is, manifests do not say.
fn node_tier(hosts: &[EndpointId], way: Way) -> Tier {
    let rule = Rule {
        id: if way == Way::In { "from the pod's own node" } else { "to the pod's own node" }.into(),
        action: Action::Permit,
        peers: Peers { maybe: hosts.to_vec(), doubt: Some(HOST_NETWORK.into()), ..Peers::default() },
        local: None,
        services: vec![Service::Exact(Traffic::all())],
        condition: None,
    };
    Tier { name: "own node".into(), rules: vec![rule], otherwise: Action::Pass, uncertain: None }
}

impl Held {
    /// A policy with fields that none has is refused, or holds without them: which, nobody knows.
    fn soften_refused(&mut self, cluster: &Cluster, problems: &mut Vec<Problem>) {
        let own = cluster.of_kind(self.kind).find(|object| object.origin == self.origin);
        let refused = own.map(schema::refused).unwrap_or_default();
        let Some(first) = refused.first() else { return };
        let whose = format!("{} {}", self.kind, self.name);
        for what in &refused {
            let message =
                format!("{whose}: {what}, which the API server refuses or leaves out: whether it holds is open");
            problems.push(Problem::unread(self.origin.source, &self.origin.locator, &message));
        }
        self.selects.iter_mut().for_each(|held| *held = (*held).min(Match::Maybe));
        self.refused = Some(format!("whether {whose} holds, with its {first}"));
    }

    fn rules(&self, way: Way) -> Option<&Vec<Rule>> {
        match way {
            Way::In => self.ingress.as_ref(),
            Way::Out => self.egress.as_ref(),
        }
    }
}

/// What selectors are evaluated against.
struct Sight<'a> {
    /// Labels of each namespace, and whether all of them are known.
    spaces: BTreeMap<String, (BTreeMap<String, String>, bool)>,
    pods: &'a [Pod],
}

impl Sight<'_> {
    fn network_policy(&self, object: &Object, problems: &mut Vec<Problem>) -> Held {
        let spec = object.body.get("spec").unwrap_or(&Value::Null);
        let name = format!("{}/{}", object.namespace, object.name);
        let types = texts(spec, "policyTypes");
        // Without types an empty list is no rule, and does not make the policy one of egress.
        let egress_written = !list(spec, "egress").is_empty();
        let has = |word: &str| types.iter().any(|held| held == word);
        let ingress = if types.is_empty() { true } else { has("Ingress") };
        let egress = if types.is_empty() { egress_written } else { has("Egress") };
        let side = |way: Way, key: &str, ends: &str, problems: &mut Vec<Problem>| -> Vec<Rule> {
            list(spec, key)
                .iter()
                .enumerate()
                .map(|(index, rule)| {
                    let id = format!("{name} {key}/{index}");
                    let peers = match present(rule, ends).filter(|peers| !peers.is_empty()) {
                        None => Peers::everybody(),
                        Some(peers) => self.network_peers(peers, &object.namespace),
                    };
                    let services = services(rule, object, &id, way, problems);
                    Rule { id, action: Action::Permit, peers, local: None, services, condition: None }
                })
                .collect()
        };
        let selector = Selector::read(spec.get("podSelector").unwrap_or(&Value::Null));
        let selects = |pod: &Pod| {
            if pod.faceless || pod.namespace != object.namespace {
                return Match::No;
            }
            soften(selector.selects(pod), pod.host_network)
        };
        Held {
            kind: "NetworkPolicy",
            priority: 0,
            ingress: ingress.then(|| side(Way::In, "ingress", "from", problems)),
            egress: egress.then(|| side(Way::Out, "egress", "to", problems)),
            selects: self.pods.iter().map(selects).collect(),
            origin: object.origin.clone(),
            name,
            refused: None,
        }
    }

    fn network_peers(&self, peers: &[Value], namespace: &str) -> Peers {
        let mut out = Peers::default();
        let mut blocks = Blocks::default();
        for peer in peers {
            if let Some(block) = peer.get("ipBlock").filter(|held| held.is_object()) {
                blocks.add(text(block, "cidr").unwrap_or_default(), &texts(block, "except"), &mut out);
                continue;
            }
            let pods = peer.get("podSelector").filter(|held| held.is_object()).map(Selector::read);
            let namespaces = peer.get("namespaceSelector").filter(|held| held.is_object()).map(Selector::read);
            if pods.is_none() && namespaces.is_none() {
                out.unknown.push("a peer that selects in no known way".into());
                continue;
            }
            self.select(namespaces.as_ref(), pods.as_ref(), Some(namespace), &mut out);
        }
        blocks.finish(&mut out, true);
        out
    }

    /// Whether a peer is a block of addresses, or some pod that is shown may be one.
    fn is_somebody(&self, peer: &Value, own: Option<&str>) -> bool {
        let mut found = Peers::default();
        let of = |word: &str| peer.get(word).filter(|held| held.is_object()).map(Selector::read);
        match (own, of("podSelector"), of("namespaceSelector")) {
            (Some(_), None, None) => return true,
            (Some(_), pods, spaces) => self.select(spaces.as_ref(), pods.as_ref(), own, &mut found),
            (None, ..) if peer.get("namespaces").is_some() || peer.get("pods").is_some() => {
                self.admin_select(peer, &mut found);
            }
            (None, ..) => return true,
        }
        let is_shown = |id: &EndpointId| !self.pods.iter().any(|pod| pod.faceless && pod.endpoint == *id);
        found.endpoints.iter().chain(&found.maybe).any(is_shown)
    }

    /// Adds the pods of the namespaces (all, or the policy's own where not given) that the pod selector takes.
    fn select(&self, namespaces: Option<&Selector>, pods: Option<&Selector>, own: Option<&str>, out: &mut Peers) {
        let mut known: BTreeMap<&str, Match> = BTreeMap::new();
        for pod in self.pods {
            let whole = pods.is_none_or(Selector::is_empty);
            let found = if pod.faceless {
                match (namespaces, own) {
                    // Any namespace will do, and any pod.
                    (Some(namespaces), _) if namespaces.is_empty() && whole => Match::Yes,
                    (None, Some(_)) => Match::Maybe,
                    _ => Match::Maybe,
                }
            } else {
                let space = match (namespaces, own) {
                    (Some(selector), _) => *known.entry(&pod.namespace).or_insert_with(|| {
                        self.spaces
                            .get(&pod.namespace)
                            .map_or(Match::Maybe, |(labels, complete)| selector.matches(labels, *complete))
                    }),
                    (None, Some(own)) if own == pod.namespace => Match::Yes,
                    (None, Some(_)) => Match::No,
                    (None, None) => Match::Yes,
                };
                let labels = pods.map_or(Match::Yes, |selector| selector.selects(pod));
                soften(space.min(labels), pod.host_network)
            };
            match found {
                Match::Yes => out.endpoints.push(pod.endpoint),
                Match::Maybe => {
                    out.maybe.push(pod.endpoint);
                    let why = if pod.host_network {
                        HOST_NETWORK.to_owned()
                    } else if pod.faceless {
                        "the namespace and labels of the ingress controller".to_owned()
                    } else if self.spaces.get(&pod.namespace).is_some_and(|(_, complete)| *complete) {
                        GIVEN_LATER.to_owned()
                    } else {
                        format!("the labels of namespace {}", pod.namespace)
                    };
                    out.doubt = Some(why);
                }
                Match::No => {}
            }
        }
        out.endpoints.sort_unstable();
        out.endpoints.dedup();
        out.maybe.sort_unstable();
        out.maybe.dedup();
    }

    fn admin_policy(&self, object: &Object, kind: &'static str, problems: &mut Vec<Problem>) -> Held {
        let spec = object.body.get("spec").unwrap_or(&Value::Null);
        let name = format!("{kind} {}", object.name);
        let side = |way: Way, key: &str, ends: &str, problems: &mut Vec<Problem>| -> Option<Vec<Rule>> {
            let rules = present(spec, key)?;
            let rule = |(index, rule): (usize, &Value)| {
                let id = match text(rule, "name") {
                    Some(word) => format!("{name} {key}/{index} {word}"),
                    None => format!("{name} {key}/{index}"),
                };
                let action = match text(rule, "action") {
                    Some("Allow") => Action::Permit,
                    Some("Deny") => Action::Deny,
                    _ => Action::Pass,
                };
                let services = services(rule, object, &id, way, problems);
                Rule { id, action, peers: self.admin_peers(list(rule, ends)), local: None, services, condition: None }
            };
            Some(rules.iter().enumerate().map(rule).collect())
        };
        let (ingress, egress) = (side(Way::In, "ingress", "from", problems), side(Way::Out, "egress", "to", problems));
        let subject = spec.get("subject").unwrap_or(&Value::Null);
        let mut selected = Peers::default();
        self.admin_select(subject, &mut selected);
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
            kind,
            priority: number(spec, "priority").unwrap_or(0),
            ingress,
            egress,
            selects: self.pods.iter().map(selects).collect(),
            origin: object.origin.clone(),
            name,
            refused: None,
        }
    }

    fn admin_select(&self, value: &Value, out: &mut Peers) {
        if let Some(namespaces) = value.get("namespaces").filter(|held| held.is_object()) {
            self.select_namespaces(namespaces, None, out);
        } else if let Some(pods) = value.get("pods").filter(|held| held.is_object()) {
            let selector = pods.get("podSelector").map(Selector::read);
            let namespaces = pods.get("namespaceSelector").or_else(|| pods.get("namespaces")).unwrap_or(&Value::Null);
            self.select_namespaces(namespaces, selector.as_ref(), out);
        }
    }

    /// Namespaces of an administrator's policy. Older drafts of the API wrapped the selector once more, and compared
    /// namespaces by labels they share with the subject's, which is not followed: any may be meant.
    fn select_namespaces(&self, namespaces: &Value, pods: Option<&Selector>, out: &mut Peers) {
        let selector = namespaces.get("namespaceSelector").unwrap_or(namespaces);
        let odd = selector
            .as_object()
            .and_then(|held| held.keys().find(|key| !matches!(key.as_str(), "matchLabels" | "matchExpressions")));
        match odd {
            Some(key) => {
                out.maybe.extend(self.pods.iter().map(|pod| pod.endpoint));
                out.maybe.sort_unstable();
                out.maybe.dedup();
                out.doubt = Some(format!("whom {key} selects"));
            }
            None => self.select(Some(&Selector::read(selector)), pods, None, out),
        }
    }

    fn admin_peers(&self, peers: &[Value]) -> Peers {
        let mut out = Peers::default();
        let mut blocks = Blocks::default();
        for peer in peers {
            if peer.get("networks").is_some() {
                for network in texts(peer, "networks") {
                    blocks.add(&network, &[], &mut out);
                }
            } else if peer.get("nodes").is_some() {
                // Nodes are no endpoints of the model; pods on the host's network have a node's address.
                out.maybe.extend(self.pods.iter().filter(|pod| pod.host_network).map(|pod| pod.endpoint));
            } else if peer.get("namespaces").is_some() || peer.get("pods").is_some() {
                self.admin_select(peer, &mut out);
            } else {
                out.unknown.push("a peer of a kind that is not known".into());
            }
        }
        blocks.finish(&mut out, false);
        out.maybe.sort_unstable();
        out.maybe.dedup();
        out
    }
}

/// Selection of pods on the host's network is left to the network plugin.
fn soften(found: Match, host_network: bool) -> Match {
    if host_network { found.min(Match::Maybe) } else { found }
}

/// Address blocks of one rule.
#[derive(Default)]
struct Blocks(Vec<AddressRange>);

impl Blocks {
    fn add(&mut self, cidr: &str, except: &[String], out: &mut Peers) {
        let Some(range) = AddressRange::parse(cidr) else {
            out.unknown.push(format!("address block {cidr:?}"));
            return;
        };
        let taken: Vec<AddressRange> = except.iter().filter_map(|text| AddressRange::parse(text)).collect();
        if taken.len() < except.len() {
            out.unknown.push(format!("an exception of address block {cidr}"));
        }
        self.0.extend(range.minus(&taken));
    }

    /// Public addresses are taken to stand outside; private ones may be pods'.
    fn finish(self, out: &mut Peers, plugin_decides: bool) {
        let inside = self.0.iter().flat_map(|range| private_blocks().into_iter().filter_map(|block| block.and(*range)));
        let mut inside: Vec<AddressRange> = inside.collect();
        out.addresses = AddressSet::new(self.0);
        // All that a pod may have of a family.
        inside.extend(
            [Family::V4, Family::V6]
                .into_iter()
                .filter(|family| {
                    let mut blocks = private_blocks().into_iter().filter(|block| block.family == *family);
                    blocks.all(|block| out.addresses.meeting(block) == Meeting::Within)
                })
                .map(AddressRange::whole),
        );
        out.unplaced = Some(AddressSet::new(inside));
        out.outside_only = plugin_decides;
    }
}

fn services(rule: &Value, object: &Object, id: &str, way: Way, problems: &mut Vec<Problem>) -> Vec<Service> {
    let _ = way;
    let all = || vec![Service::Exact(Traffic::all())];
    let Some(ports) = present(rule, "ports").filter(|ports| !ports.is_empty()) else { return all() };
    let mut out = Vec::new();
    for port in ports {
        match service(port) {
            Ok(service) => out.push(service),
            Err(message) => {
                let message = format!("{id}: {message}");
                problems.push(Problem::unread(object.origin.source, &object.origin.locator, &message));
                out.push(Service::Unknown { object: message, within: Traffic::all() });
            }
        }
    }
    out
}

fn service(port: &Value) -> Result<Service, String> {
    if let Some(name) = text(port, "namedPort") {
        return Ok(Service::Named { name: name.into(), protocol: None });
    }
    let of = |value: &Value, key: &str| -> Result<Option<u16>, String> {
        match value.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => {
                let port = number(value, key).and_then(|held| u16::try_from(held).ok()).filter(|held| *held > 0);
                port.map(Some).ok_or_else(|| format!("{key} is no port"))
            }
        }
    };
    let protocol_of = |value: &Value| -> Result<u8, String> {
        match text(value, "protocol").unwrap_or("TCP") {
            word @ ("TCP" | "UDP" | "SCTP") => Ok(protocol_number(word).unwrap_or(6)),
            word => Err(format!("{word:?} is no protocol of a policy")),
        }
    };
    if let Some(held) = port.get("portNumber").filter(|held| held.is_object()) {
        let (protocol, number) = (protocol_of(held)?, of(held, "port")?.ok_or("a port is missing")?);
        return Ok(Service::Exact(Traffic::ports(protocol, number, number)));
    }
    if let Some(held) = port.get("portRange").filter(|held| held.is_object()) {
        let (first, last) =
            (of(held, "start")?.ok_or("a start is missing")?, of(held, "end")?.ok_or("an end is missing")?);
        if first > last {
            return Err(format!("the range {first}-{last} is empty"));
        }
        return Ok(Service::Exact(Traffic::ports(protocol_of(held)?, first, last)));
    }
    let protocol = protocol_of(port)?;
    let last = of(port, "endPort")?;
    if let Some(name) = text(port, "port").filter(|name| name.parse::<u16>().is_err()) {
        if last.is_some() {
            return Err("endPort stands beside a named port".into());
        }
        return Ok(Service::Named { name: name.into(), protocol: Some(protocol) });
    }
    match (of(port, "port")?, last) {
        (None, None) => Ok(Service::Exact(Traffic::protocol(protocol))),
        (Some(first), None) => Ok(Service::Exact(Traffic::ports(protocol, first, first))),
        (Some(first), Some(last)) if first <= last => Ok(Service::Exact(Traffic::ports(protocol, first, last))),
        (Some(first), Some(last)) => Err(format!("the range {first}-{last} is empty")),
        (None, Some(_)) => Err("endPort stands without port".into()),
    }
}
