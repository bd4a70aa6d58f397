//! Ways past the network that is followed: what both ends have an interface in besides, and what nobody reads.

use super::path::{End, Stage};
use super::state::State;
use super::walk::{Goal, Walker};
use crate::model::Spot;
use crate::model::form::EndpointId;

/// The target of ways beside: they suffice where the others do not, and take nothing from them.
pub(super) const BESIDE: usize = usize::MAX;

impl Walker<'_> {
    /// Notes that a packet of an endpoint (no answer: that goes back as it came) may go by a further network of it, past
    /// every policy that is known: to whoever is in such a one, under whatever name (two names may be one wire), and
    /// outside.
    pub(super) fn leave_beside(&mut self, state: &State, sender: EndpointId) {
        self.leave_joined(state, sender);
        let secondary = &self.model.parts.secondary;
        let Some(own) = secondary.get(&sender).filter(|_| !self.reply) else { return };
        match self.goal {
            Goal::Endpoint(goal, place) if goal != sender => {
                let Some(other) = secondary.get(&goal) else { return };
                let names = if own == other { own.clone() } else { format!("{own} and {other}") };
                self.pass_beside(state, &names, End::Endpoint { endpoint: goal, place });
            }
            Goal::Anybody => self.leave_for_address(state, own),
            Goal::Endpoint(..) | Goal::Behind { .. } => {}
            Goal::Outside => self.pass_beside(state, own, End::Outside { range: state.destination }),
        }
    }

    /// An address that is asked for: of those who surely have it in the sender's own network the ones that are in a further
    /// one too; where nobody has, whoever has it there.
    fn leave_for_address(&mut self, state: &State, own: &str) {
        let (parts, asked) = (&self.model.parts, state.destination);
        let surely = |spot: &Spot| asked.covers(parts.endpoints[spot.0].places[spot.1].inside);
        let here: Vec<Spot> = self.model.index().inside(parts, state.network, asked).filter(surely).collect();
        if here.is_empty() {
            return self.pass_beside(state, own, End::Outside { range: asked });
        }
        for (endpoint, place) in here.into_iter().filter(|spot| parts.secondary.contains_key(&spot.0)) {
            self.pass_beside(state, own, End::Endpoint { endpoint, place });
        }
    }

    /// Notes that a packet may reach members of other networks by what joins the sender's to them past routes.
    fn leave_joined(&mut self, state: &State, sender: EndpointId) {
        let parts = &self.model.parts;
        let Goal::Endpoint(endpoint, place) = self.goal else { return };
        if self.reply || self.behind.is_some() {
            return;
        }
        let (from, to) = (parts.endpoints[sender].network, parts.endpoints[endpoint].network);
        for join in parts.joins.iter().filter(|join| join.from.contains(&from) && join.to.contains(&to)) {
            self.pass_beside(state, &join.name, End::Endpoint { endpoint, place });
        }
    }

    /// Notes that a packet from outside may come in by a further network of the endpoint that it is for.
    pub(super) fn come_beside(&mut self, state: &State) {
        if let Goal::Endpoint(endpoint, place) = self.goal
            && !self.reply
            && let Some(own) = self.model.parts.secondary.get(&endpoint)
        {
            self.pass_beside(state, own, End::Endpoint { endpoint, place });
        }
    }

    fn pass_beside(&mut self, state: &State, names: &str, end: End) {
        let mut state = state.clone();
        state.target = Some(BESIDE);
        state.stages.push(Stage::Doubt { object: format!("what passes over {names}") });
        self.end(state, end);
    }
}
