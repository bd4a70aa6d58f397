//! Load balancers, and the entries of clusters: what they hand on, and what they open connections to.

use super::path::{Direction, End, Rewrite, Stage};
use super::state::State;
use super::walk::{Goal, Walker};
use crate::model::address::{AddressRange, Family, Meeting};
use crate::model::form::{Balancer, BalancerTarget, EndpointId, Listener};
use crate::model::policy::Side;
use crate::model::traffic::Traffic;
use crate::model::{Model, Spot};

impl Walker<'_> {
    /// The entry of a cluster opens connections to what Ingresses and Routes lead to, and to nothing else. It has a foot in
    /// every network of the cluster.
    pub(super) fn leave_entry(&mut self, mut state: State, balancer: usize) {
        let held = &self.model.parts.balancers[balancer];
        let Goal::Endpoint(goal, place) = self.goal else {
            return self.block(state, "it opens connections only to what Ingresses and Routes lead to", &held.name);
        };
        let traffic = self.balanced_to(held, goal);
        if traffic.is_empty() && held.complete {
            return self.block(state, "no Ingress or Route leads to it", &held.name);
        }
        if held.complete {
            state.stages.push(Stage::Limit { what: held.name.clone(), traffic });
        } else {
            state.stages.push(Stage::Doubt { object: "what an Ingress or Route leads to".into() });
        }
        self.arrive(state, goal, place);
    }

    /// The packets a balancer sends to an endpoint: those of the targets registered with it.
    fn balanced_to(&self, balancer: &Balancer, goal: EndpointId) -> Traffic {
        let mut traffic = Traffic::none();
        for listener in &balancer.listeners {
            for target in listener.targets.iter().filter(|target| is_target(self.model, target, goal)) {
                let port = target.port.unwrap_or(listener.port);
                for protocol in &listener.protocols {
                    traffic = traffic.or(&Traffic::ports(*protocol, port, port));
                }
            }
        }
        traffic
    }

    /// A load balancer's node opens connections to its targets alone; one that does not end connections opens none.
    pub(super) fn leave_balancer(&mut self, mut state: State, id: EndpointId, balancer: usize) {
        let (held, node) = (&self.model.parts.balancers[balancer], &self.model.parts.endpoints[id]);
        let Goal::Endpoint(goal, _) = self.goal else {
            return self.block(state, "a load balancer opens connections to its targets alone", &held.name);
        };
        if !held.ends_connections {
            return self.block(state, "this load balancer opens no connections of its own", &held.name);
        }
        let complete = held.complete && held.listeners.iter().all(|listener| listener.complete);
        if complete {
            let traffic = self.balanced_to(held, goal);
            if traffic.is_empty() {
                return self.block(state, "a load balancer opens connections to its targets alone", &held.name);
            }
            state.stages.push(Stage::Limit { what: format!("load balancer {}", held.name), traffic });
        } else {
            state.stages.push(Stage::Doubt { object: format!("the targets of {}", held.name) });
        }
        self.push_policies(&mut state, &node.outbound, Direction::Out, Some(id), &node.name);
        self.leave(state, node.table);
    }

    /// A node of a load balancer hands the packet to one of its targets, or ends the connection itself.
    pub(super) fn balance(&mut self, mut state: State, id: EndpointId, place: usize, balancer: usize) {
        let node = &self.model.parts.endpoints[id];
        let held = &self.model.parts.balancers[balancer];
        if state.linked.is_none_or(|linked| linked.guarded) {
            self.push_policies(&mut state, &node.inbound, Direction::In, Some(id), &node.name);
        }
        if !state.visit(id) {
            // What comes back to it, by a target or by what is not known of it, goes round no more.
            if self.behind.is_some() {
                return self.block(state, "the routes go in a circle", &node.name);
            }
            return self.end(state, End::Endpoint { endpoint: id, place });
        }
        if held.ends_connections {
            return self.end_connection(state, id, place, held);
        }
        if !held.complete {
            return self.doubt_beyond(state, id, &format!("the listeners of {}", held.name));
        }
        if held.listeners.is_empty() {
            let reason = format!("load balancer {} listens on nothing", held.name);
            return self.block(state, &reason, &held.name);
        }
        let mut choice = 0;
        for listener in &held.listeners {
            let mut heard = state.clone();
            heard.stages.push(Stage::Limit {
                what: format!("listener {} of {}", listener.port, held.name),
                traffic: heard_by(listener),
            });
            self.hand_on(&heard, id, (held, listener), &mut choice);
        }
        if choice == 0 {
            self.block(state, "it hands nothing on to the receiver", &held.name);
        }
    }

    /// What a listener hears goes to its targets: all of them, or the one that is meant. Each is a choice of its own.
    fn hand_on(&mut self, heard: &State, id: EndpointId, of: (&Balancer, &Listener), choice: &mut usize) {
        let (held, listener) = of;
        let mut next = || {
            let mut state = heard.clone();
            state.target = Some(*choice);
            *choice += 1;
            state
        };
        if !listener.complete {
            let mut open = next();
            open.stages.push(Stage::Rewrite(Rewrite::Anywhere { node: id }));
            self.doubt_beyond(open, id, &format!("the targets of listener {} of {}", listener.port, held.name));
        }
        if listener.targets.is_empty() && listener.complete && self.behind.is_none() {
            let reason = format!("listener {} of {} has no target", listener.port, held.name);
            self.block(next(), &reason, &held.name);
        }
        for target in &listener.targets {
            if self.behind.is_none_or(|meant| is_target(self.model, target, meant)) {
                self.send_to_target(next(), id, target, listener.port);
            }
        }
    }

    /// A balancer of requests takes connections to what it listens on, and opens its own.
    fn end_connection(&mut self, mut state: State, id: EndpointId, place: usize, held: &Balancer) {
        if held.complete {
            let traffic = held.listeners.iter().map(heard_by).fold(Traffic::none(), |set, more| set.or(&more));
            state.stages.push(Stage::Limit { what: format!("load balancer {}", held.name), traffic });
        } else {
            state.stages.push(Stage::Doubt { object: format!("the listeners of {}", held.name) });
        }
        self.end(state, End::Endpoint { endpoint: id, place });
    }

    /// Who has the address of a target: somebody beside the node, else whoever has it in another network that routes may lead
    /// to. Where several have, the routes are not asked which.
    fn holder(&self, node: EndpointId, address: AddressRange) -> Option<EndpointId> {
        let parts = &self.model.parts;
        let network = parts.endpoints[node].network;
        if let Some((found, _)) = self.model.index().inside(parts, network, address).next() {
            return Some(found);
        }
        if parts.networks[network].ranges.meeting(address) != Meeting::Apart {
            return None;
        }
        let has = |spot: &Spot| parts.endpoints[spot.0].places[spot.1].inside == address;
        let elsewhere: Vec<Spot> = self.model.index().anywhere(parts, address).into_iter().filter(has).collect();
        match elsewhere.as_slice() {
            [(only, _)] => Some(*only),
            _ => None,
        }
    }

    /// Whom a node hands on to is not known, and so is what the receiver sees: the client, or the node.
    fn doubt_beyond(&mut self, state: State, node: EndpointId, object: &str) {
        let mut own = state.clone();
        own.source = self.as_node(node, state.destination.family);
        own.references = true;
        self.doubt_behind(state, object);
        self.doubt_behind(own, object);
    }

    /// A node as whoever takes what it hands on sees it.
    fn as_node(&self, node: EndpointId, family: Family) -> Side {
        let places = &self.model.parts.endpoints[node].places;
        let own = places.iter().find(|place| place.inside.family == family).map(|place| place.inside);
        Side { range: own.unwrap_or_else(|| AddressRange::whole(family)), endpoint: Some(node) }
    }

    fn send_to_target(&mut self, mut state: State, node: EndpointId, target: &BalancerTarget, port: u16) {
        let balancer = &self.model.parts.endpoints[node];
        let Some(endpoint) = target.endpoint.or_else(|| target.address.and_then(|address| self.holder(node, address)))
        else {
            let what = target.address.map_or_else(|| "a target".into(), |address| format!("target {address}"));
            return self.doubt_beyond(state, node, &format!("{what} of {}", balancer.name));
        };
        let receiver = &self.model.parts.endpoints[endpoint];
        let family = state.destination.family;
        if self.behind.is_some_and(|meant| meant != endpoint) {
            return self.block(state, "the target is somebody else of that address", &receiver.name);
        }
        let Some(place) = receiver.places.iter().position(|place| place.inside.family == family) else {
            return self.block(state, "the target has no address of that family", &receiver.name);
        };
        state.stages.push(Stage::Rewrite(Rewrite::Balanced {
            node,
            client: state.source,
            port,
            target_port: target.port.unwrap_or(port),
        }));
        state.destination = receiver.places[place].inside;
        state.subnet = balancer.subnet;
        state.network = balancer.network;
        let keeps_client = if state.linked.is_some() { Some(false) } else { target.keeps_client };
        if keeps_client.is_none() {
            state.stages.push(Stage::Doubt { object: format!("whether {} keeps the client's address", balancer.name) });
        }
        if keeps_client != Some(true) {
            state.source = self.as_node(node, family);
            state.references = true;
        }
        let goal = std::mem::replace(&mut self.goal, Goal::Endpoint(endpoint, place));
        let behind = self.behind.take();
        if keeps_client == Some(true) && !balancer.inbound.is_empty() {
            // A rule that names a group of the balancer lets in what it hands on, whosever address that has: one of two ways
            // of which each suffices.
            let mut named = state.clone();
            named.source.endpoint = Some(node);
            named.references = true;
            named.target = state.target.map(|target| target + BY_GROUP);
            self.pass_on(named, balancer.subnet.is_some());
        }
        self.pass_on(state, balancer.subnet.is_some());
        (self.goal, self.behind) = (goal, behind);
    }

    /// Sends it on its way to the target.
    fn pass_on(&mut self, state: State, is_inside: bool) {
        if is_inside {
            self.leave(state, None);
        } else {
            // It stands at the network's edge, not in a subnet.
            self.local(state);
        }
    }
}

/// What tells the way of a target as one of whom a balancer's groups are named from its other.
const BY_GROUP: usize = 1 << 32;

/// The packets that a listener hears.
fn heard_by(listener: &Listener) -> Traffic {
    let ports = |protocol: &u8| Traffic::ports(*protocol, listener.port, listener.last);
    listener.protocols.iter().map(ports).fold(Traffic::none(), |set, more| set.or(&more))
}

/// Whether a target is an endpoint, by itself or by its address.
pub(super) fn is_target(model: &Model, target: &BalancerTarget, goal: EndpointId) -> bool {
    let places = &model.parts.endpoints[goal].places;
    target.endpoint == Some(goal)
        || target.address.is_some_and(|address| places.iter().any(|place| place.inside == address))
}
