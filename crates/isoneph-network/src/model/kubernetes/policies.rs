//! NetworkPolicy, and what an administrator sets over and under it, as policies of pods.
//!
//! A pod's policy of one direction has up to four tiers: what its own node may always do, the administrator's ordered
//! rules (which may pass on), the union of network policies (which ends in deny as soon as one selects the pod), and the
//! baseline.

use std::collections::BTreeMap;

use serde_json::Value;

use super::foreign::Foreign;
use super::given::Given;
use super::objects::Workload;
use super::selector::Selector;
use super::{Cluster, Object, admin, assumed, present, schema, ties, twins, unseen};
use crate::model::Problem;
use crate::model::address::{AddressRange, RangeSet};
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
    pub(super) open_labels: BTreeMap<String, Given>,
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
pub(super) struct Held {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) priority: i64,
    pub(super) ingress: Option<Vec<Rule>>,
    pub(super) egress: Option<Vec<Rule>>,
    /// By pod, in the order of pods.
    pub(super) selects: Vec<Match>,
    pub(super) origin: Origin,
    /// Why it may not be there at all.
    pub(super) refused: Option<String>,
}

/// Whether a pod is on the host's network, which policies select it (surely or maybe), and which of other makers may.
type Selected = (bool, Vec<(usize, bool)>, Vec<usize>);

/// Attaches policies to the endpoints of the pods.
pub(super) fn attach(cluster: &Cluster, pods: &[Pod], parts: &mut Parts, problems: &mut Vec<Problem>) {
    let spaces = pods.iter().map(|pod| (pod.namespace.clone(), cluster.namespace(&pod.namespace))).collect();
    let sight = Sight { spaces, pods };
    let mut network: Vec<Held> =
        cluster.of_kind("NetworkPolicy").map(|held| sight.network_policy(held, problems)).collect();
    let own = pods.iter().filter(|pod| !pod.host_network).flat_map(|pod| &parts.endpoints[pod.endpoint].places);
    let of_pods: Vec<AddressRange> = own.map(|place| place.inside).collect();
    let (mut admin, mut baseline) = admin::policies(cluster, &sight, &of_pods, problems);
    parts.unseen.extend(unseen::said(cluster, &sight, network.iter().chain(&admin).chain(&baseline)));
    network.sort_by(|left, right| left.name.cmp(&right.name));
    for held in admin.iter_mut().chain(&mut network).chain(&mut baseline) {
        held.soften_refused(cluster, problems);
    }
    for policies in [&mut admin, &mut network, &mut baseline] {
        twins::doubt(policies, problems);
    }
    ties::doubt(&mut admin);
    ties::doubt(&mut baseline);
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
            let space = &sight.spaces[&pod.namespace];
            let others = (0..foreign.len()).filter(|held| foreign[*held].may_select(pod, space, way)).collect();
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
pub(super) struct Sight<'a> {
    /// Labels of each namespace, and whether all of them are known.
    pub(super) spaces: BTreeMap<String, (BTreeMap<String, String>, bool)>,
    pub(super) pods: &'a [Pod],
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
        let side = |key: &str, ends: &str, problems: &mut Vec<Problem>| -> Vec<Rule> {
            list(spec, key)
                .iter()
                .enumerate()
                .map(|(index, rule)| {
                    let id = format!("{name} {key}/{index}");
                    let peers = match present(rule, ends).filter(|peers| !peers.is_empty()) {
                        None => Peers::everybody(),
                        Some(peers) => self.network_peers(peers, &object.namespace),
                    };
                    let services = services(rule, object, &id, problems);
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
            ingress: ingress.then(|| side("ingress", "from", problems)),
            egress: egress.then(|| side("egress", "to", problems)),
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

    /// Adds the pods of the namespaces (all, or the policy's own where not given) that the pod selector takes. Policies of an
    /// administrator have no namespace of their own, and never mean pods on the host's network.
    pub(super) fn select(
        &self,
        namespaces: Option<&Selector>,
        pods: Option<&Selector>,
        own: Option<&str>,
        out: &mut Peers,
    ) {
        let mut known: BTreeMap<&str, Match> = BTreeMap::new();
        for pod in self.pods.iter().filter(|pod| own.is_some() || !pod.host_network) {
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
}

/// Selection of pods on the host's network is left to the network plugin.
fn soften(found: Match, host_network: bool) -> Match {
    if host_network { found.min(Match::Maybe) } else { found }
}

/// Address blocks of one rule.
#[derive(Default)]
pub(super) struct Blocks(Vec<AddressRange>);

impl Blocks {
    pub(super) fn add(&mut self, cidr: &str, except: &[String], out: &mut Peers) {
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

    /// What is named is asked of pods without an address by what they may have.
    pub(super) fn finish(self, out: &mut Peers, plugin_decides: bool) {
        out.addresses = RangeSet::new(self.0);
        out.unplaced = Some(assumed::among(&out.addresses));
        out.outside_only = plugin_decides;
    }
}

fn services(rule: &Value, object: &Object, id: &str, problems: &mut Vec<Problem>) -> Vec<Service> {
    read_services(rule, "ports", service, (object, id), problems)
}

/// The services of a rule, each as `read` reads it; all traffic where none is told.
pub(super) fn read_services(
    rule: &Value,
    key: &str,
    read: fn(&Value) -> Result<Service, String>,
    (object, id): (&Object, &str),
    problems: &mut Vec<Problem>,
) -> Vec<Service> {
    let all = || vec![Service::Exact(Traffic::all())];
    let Some(told) = present(rule, key).filter(|told| !told.is_empty()) else { return all() };
    let mut out = Vec::new();
    for one in told {
        match read(one) {
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

pub(super) fn service(port: &Value) -> Result<Service, String> {
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
