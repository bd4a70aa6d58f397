//! What hands packets on to others than those they were sent to: load balancers' nodes, and interfaces that stand for a
//! service elsewhere.

use std::collections::BTreeMap;

use super::path::{Direction, End, Rewrite, Stage};
use super::state::{Linked, State};
use super::walk::{Goal, Walker};
use crate::model::Model;
use crate::model::address::{AddressRange, Meeting};
use crate::model::form::{Balancer, Endpoint, EndpointId, EndpointKind, Lead, LeadTo, Parts};

/// By endpoint: those that hand packets on to it, or may.
pub(crate) fn fronts(parts: &Parts) -> BTreeMap<EndpointId, Vec<EndpointId>> {
    let mut out: BTreeMap<EndpointId, Vec<EndpointId>> = BTreeMap::new();
    for (id, endpoint) in parts.endpoints.iter().enumerate() {
        for target in behind(parts, endpoint) {
            out.entry(target).or_default().push(id);
        }
    }
    for held in out.values_mut() {
        held.sort_unstable();
        held.dedup();
    }
    out
}

/// Everybody that an endpoint hands packets on to, or may.
fn behind(parts: &Parts, endpoint: &Endpoint) -> Vec<EndpointId> {
    match endpoint.kind {
        EndpointKind::Balancer { balancer } => behind_node(parts, endpoint, &parts.balancers[balancer]),
        EndpointKind::Link { link } => {
            let leads = parts.links[link].leads.iter();
            leads.flat_map(|lead| behind_lead(parts, endpoint, lead)).collect()
        }
        _ => Vec::new(),
    }
}

fn behind_lead(parts: &Parts, entry: &Endpoint, lead: &Lead) -> Vec<EndpointId> {
    match lead.to {
        LeadTo::Node(node) => behind(parts, &parts.endpoints[node]),
        LeadTo::Network(network) if network != entry.network => members(parts, network).collect(),
        LeadTo::Network(_) => Vec::new(),
    }
}

fn behind_node(parts: &Parts, node: &Endpoint, balancer: &Balancer) -> Vec<EndpointId> {
    if balancer.ends_connections {
        return Vec::new();
    }
    if !balancer.complete || balancer.listeners.iter().any(|listener| !listener.complete) {
        // Whom it hands on to is not all shown: anybody beside it may be one.
        return members(parts, node.network).collect();
    }
    let targets: Vec<_> = balancer.listeners.iter().flat_map(|listener| &listener.targets).collect();
    let own = &parts.networks[node.network].ranges;
    let holds = |address: AddressRange, id: EndpointId| {
        let held = &parts.endpoints[id];
        let may = held.network == node.network || own.meeting(address) == Meeting::Apart;
        may && held.places.iter().any(|place| place.inside == address)
    };
    let by_address = targets.iter().filter_map(|target| target.address.filter(|_| target.endpoint.is_none()));
    let by_address: Vec<AddressRange> = by_address.collect();
    let mut out: Vec<EndpointId> = targets.iter().filter_map(|target| target.endpoint).collect();
    if !by_address.is_empty() {
        out.extend((0..parts.endpoints.len()).filter(|id| by_address.iter().any(|address| holds(*address, *id))));
    }
    out
}

/// Those of a network that take connections.
fn members(parts: &Parts, network: usize) -> impl Iterator<Item = EndpointId> + '_ {
    let takes = |held: &Endpoint| match held.kind {
        EndpointKind::Nat | EndpointKind::Plumbing => false,
        // One of requests may be behind one of connections.
        EndpointKind::Balancer { balancer } => parts.balancers[balancer].ends_connections,
        _ => true,
    };
    let of = parts.endpoints.iter().enumerate().filter(move |(_, held)| held.network == network && takes(held));
    of.map(|(id, _)| id)
}

/// The addresses by which an endpoint is reached through what hands packets on to it.
pub(super) fn through(model: &Model, target: EndpointId, outside: bool) -> Vec<(Goal, AddressRange)> {
    let mut out = Vec::new();
    for node in model.fronts(target) {
        for (place, held) in model.parts.endpoints[*node].places.iter().enumerate() {
            let goal = Goal::Behind { node: *node, place, target };
            let own = (!outside || held.public.is_none()).then_some(held.inside);
            out.extend(own.into_iter().chain(held.public).map(|range| (goal, range)));
        }
    }
    out
}

impl Walker<'_> {
    /// An interface that stands for a service hands on what its groups let in, and nothing comes back but answers.
    pub(super) fn through_link(&mut self, mut state: State, id: EndpointId, place: usize, link: usize) {
        let (entry, held) = (&self.model.parts.endpoints[id], &self.model.parts.links[link]);
        self.push_policies(&mut state, &entry.inbound, Direction::In, Some(id), &entry.name);
        if !state.visit(id) {
            if self.behind.is_some() {
                return self.block(state, "the routes go in a circle", &entry.name);
            }
            return self.end(state, End::Endpoint { endpoint: id, place });
        }
        let mut led = false;
        for lead in &held.leads {
            match (lead.to, self.behind) {
                (LeadTo::Node(node), behind) => {
                    if behind.is_none_or(|meant| self.model.fronts(meant).contains(&node)) {
                        led = true;
                        self.into_node(state.clone(), id, node, lead, &held.name);
                    }
                }
                (LeadTo::Network(network), Some(meant)) if self.model.parts.endpoints[meant].network == network => {
                    led = true;
                    let object = lead.doubt.clone().unwrap_or_else(|| format!("what is behind {}", held.name));
                    self.doubt_behind(state.clone(), &object);
                }
                (LeadTo::Network(_), _) => {}
            }
        }
        match self.behind {
            _ if led => {}
            None => self.end(state, End::Endpoint { endpoint: id, place }),
            Some(_) => self.block(state, "it does not lead to the receiver", &entry.name),
        }
    }

    /// To a node of the provider's load balancer. Its groups see the client; what it hands on comes from itself.
    fn into_node(&mut self, mut state: State, entry: EndpointId, node: EndpointId, lead: &Lead, name: &str) {
        let held = &self.model.parts.endpoints[node];
        let EndpointKind::Balancer { balancer } = held.kind else { return self.doubt_behind(state, name) };
        let family = state.destination.family;
        let places = held.places.iter();
        let place = places.clone().position(|place| place.inside.family == family).unwrap_or(0);
        let Some(inside) = held.places.get(place).map(|place| place.inside) else {
            return self.doubt_behind(state, &format!("the addresses of {}", held.name));
        };
        state.stages.push(Stage::Hop { what: "through", name: name.to_owned() });
        state.stages.extend(lead.doubt.clone().map(|object| Stage::Doubt { object }));
        state.stages.push(Stage::Rewrite(Rewrite::Linked { entry, client: state.source }));
        state.linked = Some(Linked { guarded: lead.guarded });
        state.references = false;
        state.source.endpoint = None;
        state.network = held.network;
        state.subnet = held.subnet;
        state.destination = inside;
        self.balance(state, node, place, balancer);
    }

    /// Something unknown stands between what hands packets on and who is meant; where nobody is, what hands them on is.
    pub(super) fn doubt_behind(&mut self, mut state: State, object: &str) {
        let Some(meant) = self.behind else { return self.doubt(state, object) };
        let places = &self.model.parts.endpoints[meant].places;
        let family = state.destination.family;
        let Some(place) = places.iter().position(|place| place.inside.family == family) else {
            let reason = "the receiver has no address of that family";
            return self.block(state, reason, &self.model.parts.endpoints[meant].name);
        };
        state.destination = places[place].inside;
        let goal = std::mem::replace(&mut self.goal, Goal::Endpoint(meant, place));
        let behind = self.behind.take();
        self.doubt(state, object);
        (self.goal, self.behind) = (goal, behind);
    }
}
