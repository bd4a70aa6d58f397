//! What each kind of route target does with a packet.

use super::beside::BESIDE;
use super::path::{Direction, End, Rewrite, Stage};
use super::state::State;
use super::walk::{Goal, Walker};
use crate::model::address::{AddressRange, Family, Meeting};
use crate::model::form::{Attachment, EndpointId, Firewall, Network, NetworkId, Outbound, Platform, TableId, Target};
use crate::model::policy::Side;
use crate::model::traffic::{ICMP, ICMP6, TCP, Traffic, UDP};

impl<'m> Walker<'m> {
    /// Follows a route that was chosen.
    pub(super) fn follow(&mut self, mut state: State, table: TableId, route: usize) {
        let held = &self.model.parts.tables[table];
        let route = &held.routes[route];
        state.stages.push(Stage::Hop { what: "route", name: format!("{} {}", held.name, route.destination) });
        match &route.target {
            Target::Local => self.local(state),
            Target::Drop { reason } => self.block(state, reason, &held.name),
            Target::Internet { gateway, outbound_only } => {
                self.through_internet_gateway(state, gateway, *outbound_only);
            }
            Target::Nat { nat } => self.through_nat(state, *nat),
            Target::Peer { peering, network, references } => {
                self.through_peering(state, peering, *network, *references);
            }
            Target::Transit { transit } => self.enter_hub(state, *transit),
            Target::Endpoint { endpoint } => self.through_appliance(state, *endpoint),
            Target::Address { address } => self.through_address(state, *address),
            // No address of the platform's own services is a customer's.
            Target::Service { name } if matches!(self.goal, Goal::Endpoint(..) | Goal::Behind { .. }) => {
                self.block(state, &format!("the route leads to {name}"), &held.name);
            }
            Target::Service { name } => self.end(state, End::Service { name: name.clone() }),
            Target::Opaque { name } => self.doubt(state, name),
        }
    }

    fn through_internet_gateway(&mut self, mut state: State, gateway: &str, outbound_only: bool) {
        let network = &self.model.parts.networks[state.network];
        state.stages.push(Stage::Hop { what: "through", name: gateway.to_owned() });
        if self.to_edge {
            let range = state.destination;
            return self.end(state, End::Outside { range });
        }
        if outbound_only && state.destination.family == Family::V4 {
            return self.block(state, "an egress-only gateway takes IPv6 alone", gateway);
        }
        if outbound_only && self.reply {
            // It knows the connections that it let out; whether it takes answers of others, nobody says.
            state.stages.push(Stage::Doubt {
                object: format!("whether {gateway} takes answers to what came in by another gateway"),
            });
        }
        let family = state.destination.family;
        // An address of IPv6 is its own outside, but in Azure, where one outside is translated to it as those of IPv4 are.
        if family == Family::V4 || network.platform == Platform::Azure {
            let place = state.sender.map(|(endpoint, place)| &self.model.parts.endpoints[endpoint].places[place]);
            let own = place.filter(|held| held.inside == state.source.range).and_then(|held| held.public);
            let nat = state.subnet.and_then(|subnet| self.model.parts.subnets[subnet].nat);
            let nat = nat.filter(|nat| self.may_translate(*nat, family));
            let before = nat.filter(|_| network.platform == Platform::Azure && !self.reply);
            let way = state.sender.and_then(|(endpoint, _)| self.model.parts.outbound.get(&endpoint));
            if let (Some(public), Some(nat)) = (own, before) {
                self.past_gateway(state.clone(), nat, public);
                return self.translate(state, nat);
            } else if let Some(public) = own {
                state.stages.push(Stage::Rewrite(Rewrite::SourcePublic { to: public }));
                state.source = Side { range: public, endpoint: None };
            } else if let Some(nat) = nat {
                return self.translate(state, nat);
            } else if let Some(way) = way {
                return self.by_balancer(state, way, gateway);
            } else if self.lends(network, &state) {
                self.lend(&mut state);
            } else if let loose @ [_, ..] = network.loose_of(state.sender.map(|(endpoint, _)| endpoint)).as_slice() {
                let to = AddressRange::whole(family);
                state.stages.push(Stage::Doubt { object: format!("who holds {}", loose.join(", ")) });
                state.stages.push(Stage::Rewrite(Rewrite::SourcePublic { to }));
                state.source = Side { range: to, endpoint: None };
            } else {
                return self.block(
                    state,
                    "the sender has no public address, which this way to the internet needs",
                    gateway,
                );
            }
        }
        self.internet(state);
    }

    /// Whether the provider lends the sender an address on its way out: of IPv4, unless its subnet is private.
    fn lends(&self, network: &Network, state: &State) -> bool {
        let is_private = state.subnet.is_some_and(|subnet| self.model.parts.subnets[subnet].private);
        network.default_outbound && state.destination.family == Family::V4 && !is_private
    }

    fn lend(&self, state: &mut State) {
        let to = AddressRange::whole(state.destination.family);
        let what = "the provider's own way out".to_owned();
        state.stages.push(Stage::Limit { what, traffic: self.translatable(state) });
        state.stages.push(Stage::Rewrite(Rewrite::SourcePublic { to }));
        state.source = Side { range: to, endpoint: None };
    }

    /// Where a gateway comes before a public address of the sender's own, that is left for what the gateway does not translate;
    /// whether it is used, the platform does not say.
    fn past_gateway(&mut self, mut state: State, nat: usize, public: AddressRange) {
        let name = &self.model.parts.nats[nat].id;
        let traffic = self.translatable(&state).not();
        state.stages.push(Stage::Limit { what: format!("what {name} does not translate"), traffic });
        state.stages.push(Stage::Doubt { object: format!("whether what {name} does not translate goes past it") });
        state.stages.push(Stage::Rewrite(Rewrite::SourcePublic { to: public }));
        state.source = Side { range: public, endpoint: None };
        state.target = Some(BESIDE);
        self.internet(state);
    }

    /// The way out of those behind a load balancer.
    fn by_balancer(&mut self, mut state: State, way: &Outbound, gateway: &str) {
        if let Some(doubt) = &way.doubt {
            state.stages.push(Stage::Doubt { object: doubt.clone() });
        }
        match way.nat.filter(|nat| self.may_translate(*nat, state.destination.family)) {
            Some(nat) => {
                let what = self.model.parts.nats[nat].id.clone();
                state.stages.push(Stage::Limit { what, traffic: way.traffic.clone() });
                self.translate(state, nat);
            }
            None if way.doubt.is_some() => {
                self.lend(&mut state);
                self.internet(state);
            }
            None => {
                let reason = format!("{} is lent no address, and has none of its own", way.name);
                self.block(state, &reason, gateway);
            }
        }
    }

    /// Whether a gateway translates addresses of a family, or may: which addresses it has outside is not always shown.
    fn may_translate(&self, nat: usize, family: Family) -> bool {
        let public = &self.model.parts.nats[nat].public;
        family == Family::V4
            || public.is_empty()
            || public.iter().any(|held| held.family == family || *held == AddressRange::whole(Family::V4))
    }

    /// A gateway that hands packets to the internet itself.
    fn translate(&mut self, mut state: State, nat: usize) {
        let held = &self.model.parts.nats[nat];
        let family = state.destination.family;
        // It takes any of its addresses: what lies between the first and the last is all that is known.
        let own = held.public.iter().filter(|range| range.family == family).copied();
        let known = own.reduce(|one, other| AddressRange {
            family,
            low: one.low.min(other.low),
            high: one.high.max(other.high),
        });
        let public = known.unwrap_or_else(|| AddressRange::whole(family));
        state.stages.push(Stage::Hop { what: "through", name: held.id.clone() });
        if family == Family::V6 && known.is_none() {
            state.stages.push(Stage::Doubt { object: format!("whether {} has an address of IPv6", held.id) });
        }
        state.stages.push(Stage::Limit { what: held.id.clone(), traffic: self.translatable(&state) });
        state.stages.push(Stage::Rewrite(Rewrite::SourceNat { nat, to: public }));
        state.source = Side { range: public, endpoint: None };
        self.internet(state);
    }

    fn through_nat(&mut self, mut state: State, nat: usize) {
        let held = &self.model.parts.nats[nat];
        if !state.step() {
            return self.block(state, "the routes go in a circle", &held.id);
        }
        if held.direct {
            return self.translate(state, nat);
        }
        let (Some(subnet), Some(endpoint)) = (held.subnet, held.endpoint) else {
            return self.doubt(state, &held.id);
        };
        if state.subnet != Some(subnet)
            && let Some((into, _)) = self.model.parts.subnets[subnet].border
        {
            self.push_border(&mut state, into, Direction::In, subnet);
        }
        let inside = self.model.parts.endpoints[endpoint].places.first().map(|place| place.inside);
        let Some(inside) = inside else { return self.doubt(state, &held.id) };
        if !state.visit(endpoint) {
            return self.block(state, "the routes go in a circle", &held.id);
        }
        state.stages.push(Stage::Hop { what: "through", name: held.id.clone() });
        state.stages.push(Stage::Limit { what: held.id.clone(), traffic: self.translatable(&state) });
        state.subnet = Some(subnet);
        state.network = self.model.parts.subnets[subnet].network;
        state.references = false;
        state.source = Side { range: inside, endpoint: None };
        // Out of its subnet it goes under its inside address; the internet gateway puts the public one in its place.
        state.sender = Some((endpoint, 0));
        state.stages.push(Stage::Rewrite(Rewrite::SourceNat { nat, to: inside }));
        self.leave_subnet(state);
    }

    fn through_peering(
        &mut self,
        mut state: State,
        peering: &str,
        network: Option<NetworkId>,
        references: Option<bool>,
    ) {
        let Some(network) = network else {
            return self.doubt(state, &format!("the network behind {peering}"));
        };
        if !state.step() {
            return self.block(state, "the routes go in a circle", peering);
        }
        state.stages.push(Stage::Hop { what: "through", name: peering.to_owned() });
        let other = &self.model.parts.networks[network];
        if !other.open && other.ranges.meeting(state.destination) == Meeting::Apart {
            let reason =
                format!("peering {peering} leads to {} alone, and {} is not in it", other.name, state.destination);
            return self.block(state, &reason, peering);
        }
        state.network = network;
        state.subnet = None;
        if references.is_none() && state.references {
            // Either may be so.
            let mut without = state.clone();
            without.references = false;
            self.local(without);
        }
        state.references &= references.unwrap_or(true);
        self.local(state);
    }

    fn enter_hub(&mut self, mut state: State, transit: usize) {
        let held = &self.model.parts.transits[transit];
        if !state.step() {
            return self.block(state, "the routes go in a circle", &held.id);
        }
        let Some(attachment) = held.attachments.iter().find(|own| own.network == Some(state.network)) else {
            if held.complete {
                let reason = format!("the network is not attached to {}", held.id);
                return self.block(state, &reason, &held.id);
            }
            return self.doubt(state, &held.id);
        };
        let zone = state.subnet.map(|subnet| self.model.parts.subnets[subnet].zone.clone()).unwrap_or_default();
        let zones: Vec<_> = attachment
            .subnets
            .iter()
            .map(|subnet| (*subnet, self.model.parts.subnets[*subnet].zone.as_str()))
            .collect();
        // A subnet that is attached is in a zone that is, whichever that is.
        let attached = state.subnet.filter(|subnet| attachment.subnets.contains(subnet));
        let own =
            zones.iter().find(|(_, held)| *held == zone && !zone.is_empty()).map(|(subnet, _)| *subnet).or(attached);
        let known = !zone.is_empty() && !zones.is_empty() && zones.iter().all(|(_, zone)| !zone.is_empty());
        if own.is_none() && known {
            let reason = format!("{} has no attachment in zone {zone}", held.id);
            return self.block(state, &reason, &held.id);
        }
        match own {
            Some(subnet) => {
                if let Some((into, _)) = self.model.parts.subnets[subnet].border {
                    self.push_border(&mut state, into, Direction::In, subnet);
                }
            }
            None => state.stages.push(Stage::Doubt { object: format!("the subnets of attachment {}", attachment.id) }),
        }
        state.zone = zone;
        state.references &= attachment.references;
        state.stages.push(Stage::Hop { what: "through", name: held.id.clone() });
        self.through_hub(state, transit, attachment.table);
    }

    fn through_hub(&mut self, mut state: State, transit: usize, table: Option<usize>) {
        let held = &self.model.parts.transits[transit];
        if !state.step() {
            return self.block(state, "the routes go in a circle", &held.id);
        }
        let Some(table) = table.map(|table| &held.tables[table]) else {
            if held.complete {
                let reason = format!("the attachment is not associated with a table of {}", held.id);
                return self.block(state, &reason, &held.id);
            }
            return self.doubt(state, &format!("the tables of {}", held.id));
        };
        let mut order: Vec<&crate::model::form::TransitRoute> =
            table.routes.iter().filter(|route| route.destination.meets(state.destination)).collect();
        order.sort_by_key(|route| (route.destination.span(), route.rank));
        let mut rest = vec![state.destination];
        let mut pieces = Vec::new();
        for route in order {
            let mut left = Vec::new();
            for piece in rest {
                pieces.extend(piece.and(route.destination).map(|hit| (hit, route)));
                left.extend(piece.minus(&[route.destination]));
            }
            rest = left;
        }
        for piece in rest {
            let mut other = state.clone();
            other.destination = piece;
            if table.complete {
                let reason = format!("{} has no route to {piece}", table.id);
                self.block(other, &reason, &table.id);
            } else {
                self.doubt(other, &format!("the routes of {}", table.id));
            }
        }
        for (piece, route) in pieces {
            let mut other = state.clone();
            other.destination = piece;
            if !table.complete {
                // A route that is not shown may be narrower, and take the packet.
                self.doubt(other.clone(), &format!("the routes of {}", table.id));
            }
            other.stages.push(Stage::Hop { what: "route", name: format!("{} {}", table.id, route.destination) });
            match route.attachment {
                None => self.block(other, "the route is a black hole", &table.id),
                Some(index) => self.out_of_hub(other, &held.attachments[index]),
            }
        }
    }

    /// Out of a transit gateway into what is attached.
    fn out_of_hub(&mut self, mut state: State, attachment: &Attachment) {
        state.references &= attachment.references;
        state.stages.push(Stage::Hop { what: "into", name: attachment.id.clone() });
        if let Some((transit, index)) = attachment.peer {
            let table = self.model.parts.transits[transit].attachments[index].table;
            return self.through_hub(state, transit, table);
        }
        let Some(network) = attachment.network else {
            return self.doubt(state, &format!("what is attached by {}", attachment.id));
        };
        state.network = network;
        state.subnet = None;
        if attachment.subnets.is_empty() {
            state.stages.push(Stage::Doubt { object: format!("the subnets of attachment {}", attachment.id) });
            return self.local(state);
        }
        let subnets = &self.model.parts.subnets;
        // It keeps to the sender's zone where it can; else any of its subnets may be the one.
        let same: Vec<_> = attachment.subnets.iter().filter(|subnet| subnets[**subnet].zone == state.zone).collect();
        let entries = if same.is_empty() || state.zone.is_empty() || attachment.appliance_mode {
            attachment.subnets.iter().collect()
        } else {
            same
        };
        for subnet in entries {
            let mut other = state.clone();
            other.subnet = Some(*subnet);
            // No list is asked for what stays in the attachment's own subnet; the outbound one is, for the rest.
            self.leave(other, None);
        }
    }

    /// A machine that was made the next hop. Whether it passes packets on, and under whose name, is its own affair.
    fn through_appliance(&mut self, mut state: State, id: EndpointId) {
        let endpoint = &self.model.parts.endpoints[id];
        let name = endpoint.name.clone();
        if let Goal::Endpoint(goal, place) = self.goal
            && goal == id
            && endpoint.places.get(place).is_some_and(|held| held.inside.meets(state.destination))
        {
            return self.arrive(state, id, place);
        }
        if !endpoint.forwards {
            let reason = format!("{name} drops packets that are not for it (its source/destination check is on)");
            return self.block(state, &reason, &name);
        }
        if !state.visit(id) || !state.step() {
            return self.block(state, "the routes go in a circle", &name);
        }
        if endpoint.subnet != state.subnet
            && let Some(subnet) = endpoint.subnet
            && let Some((into, _)) = self.model.parts.subnets[subnet].border
        {
            self.push_border(&mut state, into, Direction::In, subnet);
        }
        self.push_policies(&mut state, &endpoint.inbound, Direction::In, Some(id), &name);
        state.stages.push(Stage::Doubt { object: format!("what {name} passes on") });
        state.network = endpoint.network;
        state.subnet = endpoint.subnet;
        let mut translated = state.clone();
        if let Some((number, place)) =
            endpoint.places.iter().enumerate().find(|(_, place)| place.inside.family == state.destination.family)
        {
            translated.source = Side { range: place.inside, endpoint: Some(id) };
            translated.sender = Some((id, number));
            translated.references = true;
            self.push_policies(&mut translated, &endpoint.outbound, Direction::Out, Some(id), &name);
            self.leave(translated, endpoint.table);
        }
        self.push_policies(&mut state, &endpoint.outbound, Direction::Out, Some(id), &name);
        self.leave(state, endpoint.table);
    }

    /// The firewall that an address is of, in the packet's network or in one that is peered with it: others may have the same.
    fn firewall(&self, state: &State, address: AddressRange) -> Option<&'m Firewall> {
        let parts = &self.model.parts;
        let table = state.subnet.and_then(|subnet| parts.subnets[subnet].table);
        let routes = table.map_or(&[][..], |table| parts.tables[table].routes.as_slice());
        let is_beside = |network: NetworkId| {
            let leads =
                |target: &Target| matches!(target, Target::Peer { network: Some(other), .. } if *other == network);
            network == state.network || routes.iter().any(|route| leads(&route.target))
        };
        let held = |held: &&Firewall| held.ranges.meeting(address) == Meeting::Within && is_beside(held.network);
        let mut found = parts.firewalls.iter().filter(held);
        found.next().filter(|_| found.next().is_none())
    }

    /// A firewall of the platform: what its rules deny ends there; what else it does, under whose name, is open.
    fn through_firewall(&mut self, mut state: State, firewall: &Firewall) {
        state.stages.push(Stage::Hop { what: "through", name: firewall.name.clone() });
        self.push_policies(&mut state, &[firewall.policy], Direction::In, None, &firewall.name);
        self.doubt(state, &format!("what {} passes on", firewall.name));
    }

    /// A next hop given by address: the endpoint that has it, in this network or one beside it.
    fn through_address(&mut self, state: State, address: AddressRange) {
        if let Some(firewall) = self.firewall(&state, address) {
            return self.through_firewall(state, firewall);
        }
        let index = self.model.index();
        let own = index.inside(&self.model.parts, state.network, address).next();
        let found = own.or_else(|| {
            (0..self.model.parts.networks.len())
                .filter(|network| *network != state.network)
                .find_map(|network| index.inside(&self.model.parts, network, address).next())
        });
        match found {
            Some((endpoint, place)) if self.model.parts.endpoints[endpoint].places[place].inside.single().is_some() => {
                self.through_appliance(state, endpoint);
            }
            _ => self.doubt(state, &format!("the next hop {address}")),
        }
    }

    /// What a translating gateway knows to translate. Azure's knows no ICMP.
    fn translatable(&self, state: &State) -> Traffic {
        let icmp = if state.destination.family == Family::V4 { ICMP } else { ICMP6 };
        let known: &[u8] = match self.model.parts.networks[state.network].platform {
            Platform::Azure => &[TCP, UDP],
            _ => &[TCP, UDP, icmp],
        };
        known.iter().fold(Traffic::none(), |set, protocol| set.or(&Traffic::protocol(*protocol)))
    }
}
