//! One ordered pair of zones: what surely and what perhaps arrives, held against what is intended.

use std::collections::{BTreeMap, BTreeSet};

use super::intent::{Flow, Intent};
use super::parties::Party;
use super::proof::{Allowed, NOT_SHOWN, PairProof, Separation, Witness};
use crate::model::Model;
use crate::model::address::{AddressRange, address_text};
use crate::model::form::{EndpointId, Origin};
use crate::model::traffic::{Traffic, protocol_name};
use crate::reach::classes::Class;
use crate::reach::expect::Questions;
use crate::reach::matrix::{Between, between};
use crate::reach::{End, Rewrite, Stage};

/// A pair of zones under proof.
pub(super) struct Pair {
    from: String,
    to: String,
    intended: Vec<(Allowed, Traffic)>,
    wanted: Traffic,
    breaching: Traffic,
    open: bool,
    because: BTreeSet<String>,
    witness: Option<(u8, Witness)>,
    origin: Option<Origin>,
    may_pass: bool,
    must_pass: bool,
    followed: usize,
    kept: BTreeMap<String, usize>,
}

impl Pair {
    pub(super) fn new(intent: &Intent, from: &str, to: &str, day: jiff::civil::Date) -> Self {
        let mut wanted = Traffic::none();
        let mut intended = Vec::new();
        for (flow, traffic) in intent.wanted(from, to, day) {
            wanted = wanted.or(&traffic);
            intended.push((Allowed { flow: flow.clone(), open: false, surely: false, expired: false }, traffic));
        }
        let past = |flow: &&Flow| flow.is_between(from, to) && !flow.deny && !flow.holds_on(day);
        for flow in intent.flows.iter().filter(past) {
            let expired = Allowed { flow: flow.clone(), open: false, surely: false, expired: true };
            intended.push((expired, flow.traffic().unwrap_or_else(|_| Traffic::none())));
        }
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            intended,
            wanted,
            breaching: Traffic::none(),
            open: false,
            because: BTreeSet::new(),
            witness: None,
            origin: None,
            may_pass: false,
            must_pass: false,
            followed: 0,
            kept: BTreeMap::new(),
        }
    }

    pub(super) fn follow(&mut self, questions: &mut Questions<'_>, model: &Model, from: Party<'_>, to: Party<'_>) {
        let (sender, receiver) = (from.class, to.class);
        let Some(mut found) = between(questions, model, sender, receiver) else { return };
        self.followed += 1;
        let doubts = [from.doubt, to.doubt].into_iter().flatten();
        if doubts.clone().next().is_some() {
            // What is not surely of the zones sends and takes nothing of theirs for sure.
            found.arrives.must = Traffic::none();
        }
        self.may_pass |= !found.arrives.may.is_empty();
        self.must_pass |= !found.arrives.must.is_empty();
        if self.origin.is_none() {
            let first = receiver.members.first().or_else(|| sender.members.first());
            self.origin = first.map(|id| model.parts.endpoints[*id].origin.clone());
        }
        for (allowed, traffic) in &mut self.intended {
            allowed.open |= !found.arrives.may.and(traffic).is_empty();
            allowed.surely |= !found.arrives.must.and(traffic).is_empty();
        }
        let may = found.arrives.may.minus(&self.wanted);
        if may.is_empty() {
            let reason = self.keeper(model, &found);
            *self.kept.entry(reason).or_default() += 1;
            return;
        }
        let must = found.arrives.must.minus(&self.wanted);
        self.breaching = self.breaching.or(&must);
        let shown = self.show(model, sender, receiver, &found, &must);
        if !must.is_empty() && !shown {
            // Two evaluations of one packet differ: nothing is claimed.
            self.open = true;
            self.because.insert("a packet that two evaluations judge differently".into());
        }
        let rest = may.minus(&must);
        if let Some(parcel) = rest.witness() {
            self.open = true;
            self.because.extend(doubts.map(str::to_owned));
            for connection in &found.told {
                for way in &connection.ways {
                    let trace = way.path.trace(model, parcel);
                    if trace.arrives.is_none() {
                        self.because.extend(trace.because);
                    }
                }
            }
        }
    }

    /// What blocks everything unwanted between two classes.
    fn keeper(&self, model: &Model, found: &Between) -> String {
        if !found.arrives.may.is_empty() {
            return "only intended flows pass".into();
        }
        let Some(parcel) = Traffic::all().minus(&self.wanted).witness() else { return "everything is intended".into() };
        let mut ways = found.told.iter().flat_map(|connection| &connection.ways);
        let trace = ways.find_map(|way| {
            let trace = way.path.trace(model, parcel);
            (trace.arrives == Some(false)).then_some(trace)
        });
        trace.and_then(|trace| trace.because.into_iter().next()).unwrap_or_else(|| "no way".into())
    }

    /// Keeps a packet that surely arrives, after following it rule by rule. Whether one stood that test.
    fn show(&mut self, model: &Model, sender: &Class, receiver: &Class, found: &Between, must: &Traffic) -> bool {
        let mut shown = false;
        for connection in &found.told {
            let own = must.and(&connection.arrives.must);
            let Some(parcel) = own.witness() else { continue };
            for way in &connection.ways {
                let trace = way.path.trace(model, parcel);
                if trace.arrives != Some(true) {
                    continue;
                }
                shown = true;
                let connects = way.connects.must.contains(parcel);
                // A connection tells more than a packet, and fewer gateways are read faster.
                let key = u8::from(!connects);
                if self
                    .witness
                    .as_ref()
                    .is_some_and(|(other, held)| (*other, held.path.len()) <= (key, trace.hops.len()))
                {
                    continue;
                }
                let source = match sender.outside {
                    Some(range) => address_text(range.family, range.low),
                    None => start_address(model, sender),
                };
                let family = way.path.destination.family;
                let node = |id: EndpointId| {
                    let mut places = model.parts.endpoints[id].places.iter().map(|place| place.inside);
                    places.find(|inside| inside.family == family)
                };
                let asked = way.path.rewrites().find_map(|rewrite| match rewrite {
                    Rewrite::DestinationPublic { from } => Some(from),
                    Rewrite::Linked { entry: node_of, .. } | Rewrite::Balanced { node: node_of, .. } => node(node_of),
                    _ => None,
                });
                let destination = asked.unwrap_or(way.path.destination);
                let destination = match receiver.outside {
                    Some(_) => AddressRange::number(destination.family, destination.low),
                    None => destination,
                };
                let to = match &way.path.end {
                    End::Endpoint { endpoint, .. } => model.parts.endpoints[*endpoint].name.clone(),
                    _ => receiver.name.clone(),
                };
                let from = sender
                    .members
                    .first()
                    .map_or_else(|| sender.name.clone(), |id| model.parts.endpoints[*id].name.clone());
                let witness = Witness {
                    from,
                    source,
                    to,
                    destination: shown_address(destination),
                    protocol: protocol_name(parcel.protocol),
                    packet: parcel,
                    path: trace.hops,
                    connects,
                };
                self.witness = Some((key, witness));
                let policy = way.path.stages.iter().rev().find_map(|stage| match stage {
                    Stage::Filter { policy, .. } => Some(&model.parts.policies[*policy].origin),
                    _ => None,
                });
                self.origin = policy.cloned().or(self.origin.take());
            }
        }
        shown
    }

    /// `holding` is what the one holds of which less is known.
    pub(super) fn finish(mut self, holding: Holding) -> PairProof {
        let separation = match (holding, self.witness.is_some(), self.open) {
            (Holding::Nothing, _, _) => Separation::HoldsNothing,
            (_, true, _) => Separation::Breach,
            (_, false, true) => Separation::Undecided,
            (Holding::Perhaps, false, false) => {
                self.because.insert("no endpoint is surely in one of the two zones".into());
                Separation::Undecided
            }
            (Holding::Surely, false, false) => Separation::Apart,
        };
        let mut kept: Vec<(String, usize)> = self.kept.into_iter().collect();
        kept.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        kept.truncate(8);
        let passes = match (self.must_pass, self.may_pass) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        PairProof {
            from: self.from,
            to: self.to,
            separation,
            passes,
            origin: self.origin,
            witness: self.witness.map(|(_, witness)| witness),
            breaching: self.breaching,
            because: self.because.into_iter().collect(),
            intended: self.intended.into_iter().map(|(allowed, _)| allowed).collect(),
            followed: self.followed,
            latent: None,
            kept_apart_by: kept,
        }
    }
}

/// Whether a zone holds something of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holding {
    Nothing,
    Perhaps,
    Surely,
}

impl Holding {
    pub(super) fn of(parties: &[Party<'_>]) -> Self {
        match (parties.is_empty(), parties.iter().any(|party| party.doubt.is_none())) {
            (true, _) => Holding::Nothing,
            (false, false) => Holding::Perhaps,
            (false, true) => Holding::Surely,
        }
    }
}

fn start_address(model: &Model, class: &Class) -> String {
    let place = class.members.first().and_then(|id| model.parts.endpoints[*id].places.first());
    place.map(|place| shown_address(place.inside)).unwrap_or_default()
}

fn shown_address(range: AddressRange) -> String {
    if range == AddressRange::whole(range.family) { NOT_SHOWN.into() } else { range.to_string() }
}
