//! Follows a packet's addresses through routes, gateways and borders. Ports play no part in routing, so one walk serves
//! all packets between two addresses; what the policies on the way let through is computed from the [`Path`]s.

use super::cluster::JOINED_UNSEEN;
use super::path::{Direction, End, Path, Stage};
use super::state::State;
use crate::model::Model;
use crate::model::address::{AddressRange, Meeting};
use crate::model::form::{EndpointId, EndpointKind, Platform, PolicyId, Route, SubnetId, TableId, Target};
use crate::model::policy::Side;

/// The most ways of one question that are kept; past it the rest is one doubt.
const MAX_PATHS: usize = 256;

/// Where a packet starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// At a place of an endpoint.
    Endpoint(EndpointId, usize),
    /// Outside every network of the model.
    Outside(AddressRange),
}

/// What the question is about: the packet is taken to be for it where an address alone leaves that open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// Whoever has the address.
    Anybody,
    /// This place of an endpoint.
    Endpoint(EndpointId, usize),
    /// Somebody outside every network of the model.
    Outside,
    /// This endpoint, by the place of another that hands packets on to it: a load balancer's node, a link.
    Behind {
        /// What is asked.
        node: EndpointId,
        /// At which of its places.
        place: usize,
        /// Who is meant.
        target: EndpointId,
    },
}

/// All ways from one start to one destination.
pub(super) struct Walker<'m> {
    pub(super) model: &'m Model,
    /// Never [`Goal::Behind`]: that is the node, and `behind`.
    pub(super) goal: Goal,
    /// Who is meant of those that the goal hands packets on to; `None` where any of them is.
    pub(super) behind: Option<EndpointId>,
    /// Answers: stateful policies let them pass unasked, and translating gateways take them.
    pub(super) reply: bool,
    /// Whether the network's edge is as far as it goes: what stands there puts addresses back.
    pub(super) to_edge: bool,
    /// Whether there are more ways than are kept.
    full: bool,
    pub(super) paths: Vec<Path>,
}

impl<'m> Walker<'m> {
    pub(super) fn new(model: &'m Model, goal: Goal, reply: bool) -> Self {
        let (goal, behind) = match goal {
            Goal::Behind { node, place, target } => (Goal::Endpoint(node, place), Some(target)),
            plain => (plain, None),
        };
        Self { model, goal, behind, reply, to_edge: false, full: false, paths: Vec::new() }
    }

    /// Follows answers as far as the network's edge.
    pub(super) fn to_the_edge(model: &'m Model) -> Self {
        Self { to_edge: true, ..Self::new(model, Goal::Outside, true) }
    }

    /// Follows a packet from its start.
    pub(super) fn run(mut self, start: Start, destination: AddressRange) -> Vec<Path> {
        if let Some(object) = &self.model.parts.contradiction {
            self.contradicted(start, destination, object);
            return self.paths;
        }
        match start {
            Start::Endpoint(endpoint, place) => self.leave_endpoint(endpoint, place, destination),
            Start::Outside(range) => {
                let state = State::new(0, Side { range, endpoint: None }, destination);
                self.come_beside(&state);
                self.come_from_outside(state);
            }
        }
        self.found(destination)
    }

    /// Follows an answer that a translating gateway hands on inside: `source` is who the sender asked.
    pub(super) fn run_from_subnet(
        mut self,
        subnet: SubnetId,
        source: AddressRange,
        destination: AddressRange,
    ) -> Vec<Path> {
        let network = self.model.parts.subnets[subnet].network;
        let mut state = State::new(network, Side { range: source, endpoint: None }, destination);
        state.subnet = Some(subnet);
        self.leave_subnet(state);
        self.found(destination)
    }

    /// In a network of which two descriptions differ anything may be, and nothing is sure.
    fn contradicted(&mut self, start: Start, destination: AddressRange, object: &str) {
        let (network, side) = match start {
            Start::Endpoint(id, place) => {
                let endpoint = &self.model.parts.endpoints[id];
                (endpoint.network, Side { range: endpoint.places[place].inside, endpoint: Some(id) })
            }
            Start::Outside(range) => (0, Side { range, endpoint: None }),
        };
        let mut state = State::new(network, side, destination);
        state.stages.push(Stage::Doubt { object: object.to_owned() });
        let end = match self.goal {
            Goal::Endpoint(endpoint, place) => End::Endpoint { endpoint, place },
            Goal::Anybody | Goal::Outside | Goal::Behind { .. } => End::Outside { range: destination },
        };
        self.end(state, end);
    }

    fn leave_endpoint(&mut self, id: EndpointId, place: usize, destination: AddressRange) {
        let endpoint = &self.model.parts.endpoints[id];
        let inside = endpoint.places[place].inside;
        let mut state = State::new(endpoint.network, Side { range: inside, endpoint: Some(id) }, destination);
        state.sender = Some((id, place));
        state.subnet = endpoint.subnet;
        if inside.family != destination.family {
            return self.block(state, "the two ends have no address family in common", &endpoint.name);
        }
        self.leave_beside(&state, id);
        let itself = self.goal == Goal::Endpoint(id, place) || self.goal == Goal::Anybody;
        // Whom it hands packets on to it does not ask by its own address.
        if itself && self.behind.is_none() && inside.single().is_some() && inside == destination {
            return self.end(state, End::Endpoint { endpoint: id, place });
        }
        if let EndpointKind::Balancer { balancer } = endpoint.kind
            && !self.reply
        {
            return self.leave_balancer(state, id, balancer);
        }
        if matches!(endpoint.kind, EndpointKind::Link { .. }) && !self.reply {
            return self.block(state, "what stands for a service elsewhere opens no connections", &endpoint.name);
        }
        if let Some(name) = self.unfiltered(endpoint.network, destination) {
            // Such an address is the platform's own: nobody is asked for by it, though answers may go there.
            return match self.goal {
                Goal::Endpoint(..) if !self.reply => self.block(state, &format!("{destination} is the {name}"), &name),
                _ => self.end(state, End::Service { name }),
            };
        }
        if let Some(name) = self.model.parts.replaced.get(&id) {
            return self.doubt(state, &format!("what passes over {name}"));
        }
        self.push_policies(&mut state, &endpoint.outbound, Direction::Out, Some(id), &endpoint.name);
        self.leave(state, endpoint.table);
    }

    /// Out of an endpoint, past its own policies.
    pub(super) fn leave(&mut self, mut state: State, table: Option<TableId>) {
        let network = &self.model.parts.networks[state.network];
        if let Goal::Endpoint(goal, _) = self.goal
            && Self::joins_unseen(network, &self.model.parts.networks[self.model.parts.endpoints[goal].network])
        {
            return self.doubt(state, JOINED_UNSEEN);
        }
        if network.flat {
            return self.flat(state);
        }
        let Some(subnet) = state.subnet else {
            return match table {
                Some(table) => self.route(state, table),
                None => self.doubt(state, "the endpoint's subnet"),
            };
        };
        if network.platform == Platform::Aws && self.stays(&state, subnet) {
            return self.local(state);
        }
        if let Some((_, out)) = self.model.parts.subnets[subnet].border {
            self.push_border(&mut state, out, Direction::Out, subnet);
        }
        match table.or(self.model.parts.subnets[subnet].table) {
            Some(table) => self.route(state, table),
            None => self.doubt(state, &format!("the route table of subnet {}", self.model.parts.subnets[subnet].id)),
        }
    }

    /// Out of a subnet a gateway stands in.
    pub(super) fn leave_subnet(&mut self, state: State) {
        self.leave(state, None);
    }

    /// Whether the destination is on the same link.
    fn stays(&self, state: &State, subnet: SubnetId) -> bool {
        if let Goal::Endpoint(goal, place) = self.goal {
            let endpoint = &self.model.parts.endpoints[goal];
            let same = endpoint.places.get(place).is_some_and(|held| held.inside == state.destination);
            return same && endpoint.subnet == Some(subnet) && endpoint.network == state.network;
        }
        let ranges = &self.model.parts.subnets[subnet].ranges;
        ranges.meeting(state.destination) == Meeting::Within
    }

    /// Looks the destination up in a table. A range is cut where routes differ: each piece is a way of its own.
    pub(super) fn route(&mut self, mut state: State, table: TableId) {
        let held = &self.model.parts.tables[table];
        if self.full {
            return;
        }
        if !state.step() {
            return self.block(state, "the routes go in a circle", &held.name);
        }
        if let Some(index) = self.stays_within(&state, table) {
            return self.follow(state, table, index);
        }
        let mut pieces: Vec<(AddressRange, usize)> = Vec::new();
        let mut rest = vec![state.destination];
        let mut order: Vec<usize> = (0..held.routes.len()).collect();
        order.sort_by_key(|index| {
            let route = &held.routes[*index];
            (route.destination.family, route.destination.span(), route.rank, *index)
        });
        for index in order {
            let route = &held.routes[index];
            if !state.destination.meets(route.destination) {
                continue;
            }
            if route.unknown.is_some() && route.target == Target::Local && self.goal == Goal::Outside {
                // Whoever is outside of every network has no address of this one.
                continue;
            }
            if let Some(unknown) = &route.unknown {
                let mut other = state.clone();
                other.stages.push(Stage::Doubt { object: format!("{unknown} in route table {}", held.name) });
                self.follow(other, table, index);
                continue;
            }
            let mut left = Vec::new();
            for piece in rest {
                pieces.extend(piece.and(route.destination).map(|hit| (hit, index)));
                left.extend(piece.minus(&[route.destination]));
            }
            rest = left;
        }
        for piece in rest {
            let mut other = state.clone();
            other.destination = piece;
            let reason = format!("route table {} has no route to {piece}", held.name);
            self.block(other, &reason, &held.name);
        }
        for (piece, index) in pieces {
            let mut other = state.clone();
            other.destination = piece;
            self.follow(other, table, index);
        }
    }

    /// The route to a block of the network that is not known, where it surely is the receiver's, and no other route but one for
    /// everything may take the packet.
    fn stays_within(&self, state: &State, table: TableId) -> Option<usize> {
        let Goal::Endpoint(goal, place) = self.goal else { return None };
        let endpoint = &self.model.parts.endpoints[goal];
        let inside = endpoint.places.get(place)?.inside;
        let whole = AddressRange::whole(inside.family);
        let aws = self.model.parts.networks[state.network].platform == Platform::Aws;
        if !aws || endpoint.network != state.network || inside != state.destination || inside != whole {
            return None;
        }
        let mut meant = self.model.parts.tables[table].routes.iter().enumerate();
        let is_own = |route: &Route| route.unknown.is_some() && route.target == Target::Local;
        let takes = |route: &Route| route.destination.family == inside.family && !is_own(route);
        let plain = |route: &Route| !takes(route) || (route.unknown.is_none() && route.destination == whole);
        let all = meant.clone().all(|(_, route)| plain(route));
        meant.find(|(_, route)| route.destination == whole && is_own(route)).map(|(index, _)| index).filter(|_| all)
    }

    /// Packets for addresses of the network itself.
    pub(super) fn local(&mut self, mut state: State) {
        let network = &self.model.parts.networks[state.network];
        if let Goal::Endpoint(goal, place) = self.goal {
            let endpoint = &self.model.parts.endpoints[goal];
            let held = endpoint.places.get(place).filter(|_| endpoint.network == state.network);
            if held.is_some_and(|held| held.inside.meets(state.destination)) {
                return self.arrive(state, goal, place);
            }
            // The address names somebody else here: networks may hold the same addresses.
            let reason =
                format!("in {} the address {} is not that of {}", network.name, state.destination, endpoint.name);
            return self.block(state, &reason, &network.name);
        }
        let found: Vec<_> = self.model.index().inside(&self.model.parts, state.network, state.destination).collect();
        let sure = |spot: &(EndpointId, usize)| {
            state.destination.covers(self.model.parts.endpoints[spot.0].places[spot.1].inside)
        };
        let known = found.iter().any(sure);
        for (endpoint, place) in found {
            let mut other = state.clone();
            if !sure(&(endpoint, place)) {
                if known {
                    continue;
                }
                let name = &self.model.parts.endpoints[endpoint].name;
                other.stages.push(Stage::Doubt { object: format!("the address of {name}") });
            }
            self.arrive(other, endpoint, place);
        }
        if known {
            return;
        }
        if network.complete {
            let reason = format!("nothing in {} has the address {}", network.name, state.destination);
            return self.block(state, &reason, &network.name);
        }
        state.stages.push(Stage::Doubt { object: format!("the interfaces of {}", network.name) });
        let range = state.destination;
        self.end(state, End::Vacant { range });
    }

    /// Into an endpoint.
    pub(super) fn arrive(&mut self, mut state: State, id: EndpointId, place: usize) {
        let endpoint = &self.model.parts.endpoints[id];
        if let Some(subnet) = endpoint.subnet
            && state.subnet != Some(subnet)
            && let Some((into, _)) = self.model.parts.subnets[subnet].border
        {
            self.push_border(&mut state, into, Direction::In, subnet);
        }
        state.subnet = endpoint.subnet;
        let destination = endpoint.places.get(place).map_or(state.destination, |held| held.inside);
        self.name_destination(&mut state, id);
        match endpoint.kind {
            EndpointKind::Nat if !self.reply => {
                return self.block(state, "a NAT gateway takes no connections", &endpoint.name);
            }
            EndpointKind::Plumbing => {
                return self.block(state, "this interface of the platform takes no connections", &endpoint.name);
            }
            EndpointKind::Balancer { balancer } if !self.reply => {
                return self.balance(state, id, place, balancer);
            }
            EndpointKind::Link { link } if !self.reply => {
                state.destination = destination;
                return self.through_link(state, id, place, link);
            }
            _ => {}
        }
        state.destination = destination;
        match self.model.parts.replaced.get(&id) {
            Some(name) => state.stages.push(Stage::Doubt { object: format!("what passes over {name}") }),
            None => self.push_policies(&mut state, &endpoint.inbound, Direction::In, Some(id), &endpoint.name),
        }
        self.end(state, End::Endpoint { endpoint: id, place });
    }

    /// Tells the sender's own policies who the destination is, where the platform knows.
    fn name_destination(&self, state: &mut State, id: EndpointId) {
        let (known, asked) = (state.references, state.destination);
        for stage in &mut state.stages {
            if let Stage::Filter { direction: Direction::Out, remote, destination, .. } = stage
                && remote.range.meets(asked)
                && remote.endpoint.is_none()
            {
                *destination = Some(id);
                if known {
                    remote.endpoint = Some(id);
                }
            }
        }
    }

    pub(super) fn push_border(&self, state: &mut State, policy: PolicyId, direction: Direction, subnet: SubnetId) {
        let at = format!("subnet {}", self.model.parts.subnets[subnet].name);
        let (local, remote) = ends(state, direction);
        self.push_filter(state, policy, direction, local, remote, None, &at);
    }

    pub(super) fn push_policies(
        &self,
        state: &mut State,
        policies: &[PolicyId],
        direction: Direction,
        own: Option<EndpointId>,
        at: &str,
    ) {
        for policy in policies {
            let (mut local, mut remote) = ends(state, direction);
            local.endpoint = own;
            if !state.references {
                remote.endpoint = None;
            }
            let destination = if direction == Direction::In { own } else { None };
            self.push_filter(state, *policy, direction, local, remote, destination, at);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one stage has that many parts")]
    fn push_filter(
        &self,
        state: &mut State,
        policy: PolicyId,
        direction: Direction,
        local: Side,
        remote: Side,
        destination: Option<EndpointId>,
        at: &str,
    ) {
        if self.reply && self.model.parts.policies[policy].stateful {
            return;
        }
        state.stages.push(Stage::Filter { policy, direction, local, remote, destination, at: at.to_owned() });
    }

    pub(super) fn block(&mut self, state: State, reason: &str, at: &str) {
        self.end(state, End::Blocked { reason: reason.into(), at: at.into() });
    }

    /// Something the input does not show stands in the way: it may drop the packet, pass it, or pass it under its own name.
    pub(super) fn doubt(&mut self, mut state: State, object: &str) {
        state.stages.push(Stage::Doubt { object: object.to_owned() });
        let mut found = Vec::new();
        match self.goal {
            Goal::Endpoint(endpoint, place) => found.push((endpoint, place)),
            Goal::Anybody => found.extend(self.model.index().anywhere(&self.model.parts, state.destination)),
            Goal::Outside | Goal::Behind { .. } => {}
        }
        if found.is_empty() {
            let range = state.destination;
            return self.end(state, End::Outside { range });
        }
        state.subnet = None;
        for (endpoint, place) in found {
            let mut translated = state.clone();
            translated.source = Side { range: AddressRange::whole(state.destination.family), endpoint: None };
            translated.network = self.model.parts.endpoints[endpoint].network;
            translated.references = false;
            self.arrive(translated, endpoint, place);
            self.arrive(state.clone(), endpoint, place);
        }
    }

    pub(super) fn end(&mut self, state: State, end: End) {
        self.full |= self.paths.len() >= MAX_PATHS;
        if !self.full {
            self.paths.push(state.path(end));
        }
    }

    /// The ways that were found, and where there are more, that one of these may lead to whoever is meant.
    fn found(mut self, destination: AddressRange) -> Vec<Path> {
        if !self.full {
            return self.paths;
        }
        let kept = std::mem::take(&mut self.paths);
        self.full = false;
        let anybody = Side { range: AddressRange::whole(destination.family), endpoint: None };
        self.doubt_behind(State::new(0, anybody, destination), "more ways than are followed");
        self.paths.extend(kept);
        self.paths
    }
}

/// (near end, far end) of a packet for a policy that looks one way.
fn ends(state: &State, direction: Direction) -> (Side, Side) {
    let destination = Side { range: state.destination, endpoint: None };
    match direction {
        Direction::In => (destination, state.source),
        Direction::Out => (state.source, destination),
    }
}
