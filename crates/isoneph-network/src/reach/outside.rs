//! The internet, and the ways into networks from there.

use super::path::{End, Rewrite, Stage};
use super::refer::found_from_outside;
use super::state::State;
use super::walk::{Goal, Walker};
use crate::model::address::{AddressRange, Family, Meeting, is_private};
use crate::model::form::{EndpointId, Network, Platform, Target};
use crate::model::policy::Side;

impl<'m> Walker<'m> {
    /// Out onto the internet, with the sender's address already translated.
    pub(super) fn internet(&mut self, mut state: State) {
        state.references = false;
        state.source.endpoint = None;
        if is_private(state.destination) {
            let reason = format!("{} is private: the internet has no way to it", state.destination);
            return self.block(state, &reason, "internet");
        }
        state.stages.push(Stage::Hop { what: "across", name: "internet".into() });
        self.come_from_outside(state);
    }

    /// From the internet towards the destination.
    pub(super) fn come_from_outside(&mut self, state: State) {
        if self.goal == Goal::Outside {
            let range = state.destination;
            return self.end(state, End::Outside { range });
        }
        let found = match self.goal {
            Goal::Endpoint(goal, place) => vec![(goal, place)],
            _ => found_from_outside(self.model, state.destination),
        };
        let parts = &self.model.parts;
        if found.is_empty() {
            let released = parts.released.iter().find(|(range, _)| range.covers(state.destination));
            if let Some((_, what)) = released {
                let reason = format!("{} belonged to {what}", state.destination);
                return self.block(state, &reason, what);
            }
            return self.outside_or_vacant(state);
        }
        for (endpoint, place) in found {
            self.enter(state.clone(), endpoint, place);
        }
    }

    /// To an address that nobody surely has: outside, unless it is an address of a network.
    pub(super) fn outside_or_vacant(&mut self, mut state: State) {
        let range = state.destination;
        let holds = |network: &&Network| !network.flat && network.ranges.meeting(range) == Meeting::Within;
        let Some(network) = self.model.parts.networks.iter().find(holds) else {
            return self.end(state, End::Outside { range });
        };
        if network.complete {
            let reason = format!("nothing in {} has the address {range}", network.name);
            return self.block(state, &reason, &network.name);
        }
        state.stages.push(Stage::Doubt { object: format!("the interfaces of {}", network.name) });
        self.end(state, End::Vacant { range });
    }

    /// From the internet into the network of an endpoint.
    fn enter(&mut self, mut state: State, id: EndpointId, place: usize) {
        let endpoint = &self.model.parts.endpoints[id];
        let network = &self.model.parts.networks[endpoint.network];
        let held = &endpoint.places[place];
        state.network = endpoint.network;
        state.subnet = None;
        if network.flat {
            if !self.come_by_node(&state, id, place) {
                self.arrive(state, id, place);
            }
            return;
        }
        if is_private(state.source.range) {
            let object = format!("no network of the model holds the address {}", state.source.range);
            return self.doubt(state, &object);
        }
        let entries = network.entries.iter().map(String::as_str);
        let unseen = entries.chain(network.loose_of(Some(id))).collect::<Vec<_>>().join(", ");
        let sure = network.internet.as_ref().or_else(|| self.way_out_alone(id, held.inside));
        let Some(gateway) = sure.or_else(|| network.entries.first()) else {
            let reason = format!("{} has no gateway to the internet", network.name);
            return self.block(state, &reason, &network.name);
        };
        if sure.is_none() {
            state.stages.push(Stage::Doubt { object: format!("what {unseen} lets in") });
        }
        if held.inside.family != state.destination.family {
            return self.block(state, "the two ends have no address family in common", &endpoint.name);
        }
        state.stages.push(Stage::Hop { what: "through", name: gateway.clone() });
        match held.public {
            Some(public) if public.meets(state.destination) && !is_private(state.destination) => {
                state.stages.push(Stage::Rewrite(Rewrite::DestinationPublic { from: state.destination }));
                state.destination = held.inside;
            }
            // Of IPv4 a gateway brings in what it translates, whatever addresses a network was given inside; Azure's of IPv6
            // as well.
            _ if held.inside.family == Family::V6
                && network.platform != Platform::Azure
                && held.inside.meets(state.destination)
                && !is_private(held.inside) => {}
            _ if !unseen.is_empty() => {
                state.stages.push(Stage::Doubt { object: format!("what {unseen} lets in") });
                state.destination = held.inside;
                // What it lets in it may pass on under an address of its own; AWS's that are not shown are gateways.
                if network.platform != Platform::Aws {
                    let mut translated = state.clone();
                    translated.source = Side { range: AddressRange::whole(held.inside.family), endpoint: None };
                    translated.references = false;
                    self.arrive(translated, id, place);
                }
            }
            _ => {
                let reason = format!("{} has no public address", endpoint.name);
                return self.block(state, &reason, &endpoint.name);
            }
        }
        match network.edge {
            Some(table) => self.route(state, table),
            None => self.arrive(state, id, place),
        }
    }

    /// The gateway that lets an endpoint's packets out and nothing in but the answers to them.
    fn way_out_alone(&self, id: EndpointId, inside: AddressRange) -> Option<&'m String> {
        let endpoint = &self.model.parts.endpoints[id];
        let of_subnet = || endpoint.subnet.and_then(|subnet| self.model.parts.subnets[subnet].table);
        let table = endpoint.table.or_else(of_subnet).filter(|_| self.reply && inside.family == Family::V6)?;
        self.model.parts.tables[table].routes.iter().find_map(|route| match &route.target {
            Target::Internet { gateway, outbound_only: true } => Some(gateway),
            _ => None,
        })
    }
}
