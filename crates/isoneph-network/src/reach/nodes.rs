//! Connections that a cluster's nodes take for pods, and pass on under an address of their own.

use super::beside::BESIDE;
use super::path::Stage;
use super::state::State;
use super::walk::Walker;
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, Masked};
use crate::model::policy::{Side, View};

impl Walker<'_> {
    fn masked(&self, id: EndpointId) -> Option<&'_ Masked> {
        self.model.parts.masked.get(&id).filter(|_| !self.reply)
    }

    /// From outside to a pod: what a node may take for it comes under the client's address or the node's, the rest under the
    /// client's. False where no node takes anything.
    pub(super) fn come_by_node(&mut self, state: &State, id: EndpointId, place: usize) -> bool {
        let Some(Masked { by, traffic }) = self.masked(id).cloned() else { return false };
        let limit = |target: usize, traffic| {
            let mut state = state.clone();
            state.target = Some(target);
            state.stages.push(Stage::Limit { what: by.clone(), traffic });
            state
        };
        // Of two addresses that it may come under, what both let through is sure.
        let direct = limit(1, traffic.clone());
        let mut hidden = limit(1, traffic.clone());
        hidden.source = by_node(state);
        for state in [limit(0, traffic.not()), direct, hidden] {
            self.arrive(state, id, place);
        }
        true
    }

    /// From a pod to another by a node: one way more. The sender's policies see a node, at a port that nobody tells.
    pub(super) fn pass_by_node(&mut self, state: &State, sender: EndpointId, id: EndpointId, place: usize) {
        let Some(Masked { by, traffic }) = self.masked(id).cloned() else { return };
        let local = Side { range: state.source.range, endpoint: Some(sender) };
        let view = View { local, remote: by_node(state), ports: &[] };
        let outbound = &self.model.parts.endpoints[sender].outbound;
        let leaves = |policy: &usize| !self.model.parts.policies[*policy].evaluate(&view).may_permit.is_empty();
        if sender == id || !outbound.iter().all(leaves) {
            return;
        }
        let mut state = State::new(state.network, by_node(state), state.destination);
        state.target = Some(BESIDE);
        state.references = false;
        state.stages.push(Stage::Limit { what: by.clone(), traffic });
        state.stages.push(Stage::Doubt { object: format!("what nodes take for {by} under addresses of their own") });
        self.arrive(state, id, place);
    }
}

/// A node, of which nobody tells the address.
fn by_node(state: &State) -> Side {
    Side { range: AddressRange::whole(state.destination.family), endpoint: None }
}
