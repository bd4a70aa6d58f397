//! A cluster's network, in which everything reaches everything but for policies, and what joins it to others.

use super::path::{End, Stage};
use super::state::State;
use super::walk::{Goal, Walker};
use crate::model::form::{EndpointId, EndpointKind, Network, Platform};

/// Why a packet does not get from a cluster's network to somebody in another network.
const UNJOINED: &str = "the two are in networks that no route joins";

/// What nobody shows of a cluster inside a cloud.
pub(super) const JOINED_UNSEEN: &str = "how the cluster's network is joined to the cloud's";

impl Walker<'_> {
    /// A cluster's network: everything reaches everything, policies apart.
    pub(super) fn flat(&mut self, mut state: State) {
        if let Some((sender, _)) = state.sender
            && let EndpointKind::Entry { balancer } = self.model.parts.endpoints[sender].kind
        {
            return self.leave_entry(state, balancer);
        }
        let name = self.model.parts.networks[state.network].name.clone();
        state.stages.push(Stage::Hop { what: "across", name });
        match self.goal {
            Goal::Endpoint(goal, place) if self.model.parts.endpoints[goal].network == state.network => {
                if let Some((sender, _)) = state.sender {
                    self.pass_by_node(&state, sender, goal, place);
                }
                self.arrive(state, goal, place);
            }
            Goal::Endpoint(goal, _) => {
                state.references = false;
                let name = self.model.parts.endpoints[goal].name.clone();
                self.block(state, UNJOINED, &name);
            }
            Goal::Anybody | Goal::Behind { .. } => self.flat_address(state),
            Goal::Outside => {
                let range = state.destination;
                self.end(state, End::Outside { range });
            }
        }
    }

    /// An address asked for in a cluster's network: whoever surely has it there, else whoever has it elsewhere.
    fn flat_address(&mut self, mut state: State) {
        let parts = &self.model.parts;
        let asked = state.destination;
        let surely = |spot: &(EndpointId, usize)| asked.covers(parts.endpoints[spot.0].places[spot.1].inside);
        let here: Vec<_> = self.model.index().inside(parts, state.network, asked).filter(surely).collect();
        for (endpoint, place) in &here {
            self.arrive(state.clone(), *endpoint, *place);
        }
        if !here.is_empty() && asked.single().is_some() {
            return;
        }
        let elsewhere = self.model.index().anywhere(parts, asked).into_iter().find(|spot| !here.contains(spot));
        if let Some((endpoint, _)) = elsewhere.filter(|_| here.is_empty()) {
            let (here, there) = (&parts.networks[state.network], &parts.networks[parts.endpoints[endpoint].network]);
            if Self::joins_unseen(here, there) {
                return self.doubt(state, JOINED_UNSEEN);
            }
            state.references = false;
            let name = parts.endpoints[endpoint].name.clone();
            return self.block(state, UNJOINED, &name);
        }
        self.outside_or_vacant(state);
    }

    /// Whether one is a cluster's network and the other a cloud's: neither says how, or whether, nodes join the two.
    pub(super) fn joins_unseen(one: &Network, other: &Network) -> bool {
        (one.platform == Platform::Kubernetes) != (other.platform == Platform::Kubernetes)
    }
}
