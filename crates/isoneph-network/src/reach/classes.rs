//! Parties that behave alike: one question answers for all of them.
//!
//! Two endpoints are in one class when every policy, route, border and zone treats them the same: the same network, subnet,
//! table, policies and named ports, addresses between the same cuts, and membership of the same lists. The outside is cut
//! at every bound some policy or route names.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::links::through;
use super::names::tell_apart;
use super::refer::internet;
use super::signature::{Signature, Signatures};
use super::walk::{Goal, Start};
use crate::model::Model;
use crate::model::address::{AddressRange, Family, Meeting, RangeSet, address_text};
use crate::model::form::{EndpointId, EndpointKind};
use crate::model::policy::{Peers, Rule};

/// The most pieces the outside is cut into; past them questions about it are not asked one by one.
pub const MAX_OUTSIDE_PIECES: usize = 4096;

/// Parties that behave alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Class {
    /// How a reader knows it: the first member's name, and how many more there are.
    pub name: String,
    /// The members, where they are endpoints.
    pub members: Vec<EndpointId>,
    /// The addresses, where it is a part of the outside.
    pub outside: Option<AddressRange>,
    /// The caller's own mark (a zone), by which classes are kept apart.
    pub mark: usize,
}

impl Class {
    /// Where a packet of the class starts. A class of several has a second member to talk to the first.
    #[must_use]
    pub fn starts(&self, model: &Model) -> Vec<Start> {
        match (self.outside, self.members.first()) {
            (Some(range), _) => vec![Start::Outside(range)],
            (None, Some(endpoint)) => (0..model.parts.endpoints[*endpoint].places.len())
                .map(|place| Start::Endpoint(*endpoint, place))
                .collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Where a packet for the class goes: each address a member can be reached at from `from`, public ones included.
    #[must_use]
    pub fn goals(&self, model: &Model, from: &Self) -> Vec<(Goal, AddressRange)> {
        if let Some(range) = self.outside {
            return vec![(Goal::Outside, range)];
        }
        let same = from.outside.is_none() && from.members.first() == self.members.first();
        let member = if same { self.members.get(1) } else { self.members.first() };
        let Some(endpoint) = member.copied() else { return Vec::new() };
        let mut out = Vec::new();
        for (place, held) in model.parts.endpoints[endpoint].places.iter().enumerate() {
            out.push((Goal::Endpoint(endpoint, place), held.inside));
            out.extend(held.public.map(|public| (Goal::Endpoint(endpoint, place), public)));
        }
        // Whoever hands packets on to it is an address of it as well, but not to itself.
        let own = |goal: &Goal| matches!(goal, Goal::Behind { node, .. } if from.members.contains(node));
        out.extend(through(model, endpoint, false).into_iter().filter(|(goal, _)| !own(goal)));
        out
    }
}

/// Every bound that some policy, route, subnet or network names.
pub(crate) struct Cuts {
    v4: Vec<u128>,
    v6: Vec<u128>,
}

impl Cuts {
    pub(crate) fn of(model: &Model) -> Self {
        let mut out = Self { v4: Vec::new(), v6: Vec::new() };
        let mut add = |range: &AddressRange| out.add(range);
        for peers in all_peers(model) {
            peers.addresses.ranges().iter().for_each(&mut add);
            peers.beside.ranges().iter().for_each(&mut add);
            peers.unplaced.iter().flat_map(RangeSet::ranges).for_each(&mut add);
        }
        for table in &model.parts.tables {
            table.routes.iter().map(|route| &route.destination).for_each(&mut add);
        }
        for table in model.parts.transits.iter().flat_map(|transit| &transit.tables) {
            table.routes.iter().map(|route| &route.destination).for_each(&mut add);
        }
        model.parts.networks.iter().flat_map(|network| network.ranges.ranges()).for_each(&mut add);
        model.parts.subnets.iter().flat_map(|subnet| subnet.ranges.ranges()).for_each(&mut add);
        model.parts.released.iter().map(|(range, _)| range).for_each(&mut add);
        out.sorted()
    }

    /// The bounds of these sets alone.
    pub(super) fn between<'s>(sets: impl Iterator<Item = &'s RangeSet>) -> Self {
        let mut out = Self { v4: Vec::new(), v6: Vec::new() };
        sets.flat_map(RangeSet::ranges).for_each(|range| out.add(range));
        out.sorted()
    }

    fn add(&mut self, range: &AddressRange) {
        let line = if range.family == Family::V4 { &mut self.v4 } else { &mut self.v6 };
        line.push(range.low);
        line.extend(range.high.checked_add(1).filter(|next| *next <= range.family.max()));
    }

    fn sorted(mut self) -> Self {
        for line in [&mut self.v4, &mut self.v6] {
            line.sort_unstable();
            line.dedup();
        }
        self
    }

    fn line(&self, family: Family) -> &[u128] {
        if family == Family::V4 { &self.v4 } else { &self.v6 }
    }

    /// Which piece an address is in.
    pub(super) fn piece(&self, family: Family, address: u128) -> usize {
        self.line(family).partition_point(|cut| *cut <= address)
    }

    /// A range's pieces.
    pub(crate) fn pieces(&self, range: AddressRange) -> Vec<AddressRange> {
        let line = self.line(range.family);
        let (first, last) = (self.piece(range.family, range.low), self.piece(range.family, range.high));
        let mut out = Vec::with_capacity(last - first + 1);
        let mut low = range.low;
        for cut in &line[first..last] {
            out.push(AddressRange { low, high: cut - 1, ..range });
            low = *cut;
        }
        out.push(AddressRange { low, ..range });
        out
    }
}

pub(super) fn all_peers(model: &Model) -> impl Iterator<Item = &Peers> {
    let rules = model.parts.policies.iter().flat_map(|policy| &policy.tiers).flat_map(|tier| &tier.rules);
    rules.flat_map(|rule: &Rule| std::iter::once(&rule.peers).chain(&rule.local))
}

/// Classes of all endpoints and of the outside. `mark` keeps endpoints apart that policies would not.
#[must_use]
pub fn classes(model: &Model, mark: impl Fn(EndpointId) -> usize, outside_mark: usize) -> Vec<Class> {
    let cuts = Cuts::of(model);
    let signatures = Signatures::of(model, &cuts);
    let mut found: BTreeMap<Signature, Vec<EndpointId>> = BTreeMap::new();
    for (id, endpoint) in model.parts.endpoints.iter().enumerate() {
        // These send nothing of their own and take no connections.
        if matches!(endpoint.kind, EndpointKind::Nat | EndpointKind::Plumbing) {
            continue;
        }
        // A node of a balancer, a gateway or an appliance is a class of its own: others name it.
        let own = match endpoint.kind {
            EndpointKind::Interface | EndpointKind::Workload | EndpointKind::Template if !is_named(model, id) => {
                String::new()
            }
            _ => id.to_string(),
        };
        let signature = signatures.signature(id, mark(id), &own);
        found.entry(signature).or_default().push(id);
    }
    let mut out: Vec<Class> = found
        .into_iter()
        .map(|(signature, members)| Class {
            name: name_of(model, &members),
            members,
            outside: None,
            mark: signature.mark(),
        })
        .collect();
    out.sort_by_key(|class| class.members.first().copied());
    tell_apart(model, &mut out);
    out.extend(outside(model, &cuts).into_iter().map(|piece| Class {
        name: outside_name(piece.range, piece.alike),
        members: Vec::new(),
        outside: Some(piece.range),
        mark: outside_mark,
    }));
    out
}

/// Whether a route or balancer names the endpoint.
fn is_named(model: &Model, id: EndpointId) -> bool {
    model.parts.endpoints[id].forwards
        || model
            .parts
            .balancers
            .iter()
            .flat_map(|balancer| &balancer.listeners)
            .flat_map(|listener| &listener.targets)
            .any(|target| target.endpoint == Some(id))
}

fn name_of(model: &Model, members: &[EndpointId]) -> String {
    let first = members.first().map(|id| model.parts.endpoints[*id].name.as_str()).unwrap_or_default();
    match members.len() {
        0 | 1 => first.to_owned(),
        count => format!("{first} and {} more", count - 1),
    }
}

/// How a reader knows a part of the outside. What is one piece is known by it; what stands for many has an example.
pub(crate) fn outside_name(range: AddressRange, alike: usize) -> String {
    match alike {
        1 => format!("outside {range}"),
        _ => format!("the internet (e.g. {})", address_text(range.family, range.low)),
    }
}

/// A piece of the outside, and how many pieces it stands for with itself.
#[derive(Debug, Clone, Copy)]
struct Piece {
    range: AddressRange,
    alike: usize,
}

/// The outside in pieces between cuts, each with the number of its group: pieces that every list of addresses and every
/// route treats the same are one group. Groups are numbered as classes of the outside stand in [`classes`].
pub(crate) fn outside_pieces(model: &Model) -> Vec<(AddressRange, usize)> {
    grouped_pieces(model, &Cuts::of(model))
}

/// The groups of the outside, each by its first piece.
fn outside(model: &Model, cuts: &Cuts) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for (range, group) in grouped_pieces(model, cuts) {
        match out.get_mut(group) {
            Some(known) => known.alike += 1,
            None => out.push(Piece { range, alike: 1 }),
        }
    }
    out
}

fn grouped_pieces(model: &Model, cuts: &Cuts) -> Vec<(AddressRange, usize)> {
    let each_alone = |pieces: Vec<AddressRange>| (0..).zip(pieces).map(|(group, range)| (range, group)).collect();
    let pieces: Vec<AddressRange> = internet(model).into_iter().flat_map(|range| cuts.pieces(range)).collect();
    if pieces.len() > MAX_OUTSIDE_PIECES {
        // Too many to ask about one by one: whole stretches stand for them, and answers about those that differ stay open.
        return each_alone(internet(model));
    }
    let lists = all_peers(model).map(|peers| &peers.addresses).filter(|set| !set.is_empty());
    let lists: BTreeSet<&RangeSet> = lists.collect();
    let tables = model.parts.tables.iter().flat_map(|table| &table.routes).map(|route| route.destination);
    let hubs = model.parts.transits.iter().flat_map(|transit| &transit.tables).flat_map(|table| &table.routes);
    let routes: BTreeSet<AddressRange> = tables.chain(hubs.map(|route| route.destination)).collect();
    if pieces.len().saturating_mul(lists.len() + routes.len()) > 50_000_000 {
        return each_alone(pieces);
    }
    let mut seen: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
    let group = |piece: AddressRange| {
        let mut signature = vec![piece.family == Family::V4];
        signature.extend(lists.iter().map(|set| set.meeting(piece) != Meeting::Apart));
        signature.extend(routes.iter().map(|route| route.covers(piece)));
        let next = seen.len();
        (piece, *seen.entry(signature).or_insert(next))
    };
    pieces.into_iter().map(group).collect()
}
