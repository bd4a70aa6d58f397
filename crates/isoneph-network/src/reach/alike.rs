//! Load balancers that are alike: for everybody else one of them answers for the rest.
//!
//! Where the targets of balancers are not known, everybody beside them may be one: two hundred balancers are two hundred ways
//! to each of a thousand machines, and all of them the same way.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::{Class, Cuts};
use super::signature::{Signature, Signatures};
use super::walk::Goal;
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, EndpointKind, Listener};

/// Which nodes of load balancers are alike.
pub(super) struct Alike {
    /// By node: its group. Who is in none is like nobody else.
    groups: BTreeMap<EndpointId, usize>,
}

/// A way to a party, and how many more there are like it.
pub(super) type Like = ((Goal, AddressRange), usize);

impl Alike {
    pub(super) fn of(model: &Model) -> Self {
        let cuts = Cuts::of(model);
        let signatures = Signatures::of(model, &cuts);
        let (targets, holders) = (Targets::of(model), holders(model));
        let mut known: BTreeMap<(Signature, bool, bool, &[Listener]), usize> = BTreeMap::new();
        let mut groups = BTreeMap::new();
        for (id, endpoint) in model.parts.endpoints.iter().enumerate() {
            let EndpointKind::Balancer { balancer } = endpoint.kind else { continue };
            // Who shares an address would not be clear where it is asked for.
            let mut ranges = endpoint.places.iter().flat_map(|place| std::iter::once(place.inside).chain(place.public));
            if endpoint.forwards || targets.hold(model, id) || ranges.any(|range| holders[&range] > 1) {
                continue;
            }
            let held = &model.parts.balancers[balancer];
            let key = (signatures.signature(id, 0, ""), held.complete, held.ends_connections, &held.listeners[..]);
            let next = known.len();
            groups.insert(id, *known.entry(key).or_insert(next));
        }
        Self { groups }
    }

    /// The ways, each but once of those that are alike.
    pub(super) fn once(&self, model: &Model, ways: Vec<(Goal, AddressRange)>) -> Vec<Like> {
        let mut seen: BTreeMap<(usize, usize, bool, EndpointId), usize> = BTreeMap::new();
        let mut out: Vec<Like> = Vec::new();
        for (goal, range) in ways {
            if let Goal::Behind { node, place, target } = goal
                && let Some(group) = self.groups.get(&node)
            {
                let is_inside = model.parts.endpoints[node].places[place].inside == range;
                let key = (*group, place, is_inside, target);
                if let Some(first) = seen.get(&key) {
                    out[*first].1 += 1;
                    continue;
                }
                seen.insert(key, out.len());
            }
            out.push(((goal, range), 0));
        }
        out
    }

    /// The ways from one sender to all of these classes.
    pub(super) fn count<'c>(&self, model: &Model, receivers: impl Iterator<Item = &'c Class>) -> usize {
        let to = |class: &Class| {
            let nodes = class.members.first().map_or(&[][..], |id| model.fronts(*id));
            let alike: BTreeSet<usize> = nodes.iter().filter_map(|node| self.groups.get(node)).copied().collect();
            let others = nodes.iter().filter(|node| !self.groups.contains_key(node)).count();
            1 + alike.len() + others
        };
        receivers.map(to).sum()
    }
}

/// What load balancers have for targets.
struct Targets {
    endpoints: BTreeSet<EndpointId>,
    addresses: BTreeSet<AddressRange>,
}

impl Targets {
    fn of(model: &Model) -> Self {
        let listeners = || model.parts.balancers.iter().flat_map(|balancer| &balancer.listeners);
        Self {
            endpoints: listeners().flat_map(|held| &held.targets).filter_map(|target| target.endpoint).collect(),
            addresses: listeners().flat_map(|held| &held.targets).filter_map(|target| target.address).collect(),
        }
    }

    fn hold(&self, model: &Model, id: EndpointId) -> bool {
        let places = &model.parts.endpoints[id].places;
        self.endpoints.contains(&id) || places.iter().any(|place| self.addresses.contains(&place.inside))
    }
}

/// How many have each address.
fn holders(model: &Model) -> BTreeMap<AddressRange, usize> {
    let mut out = BTreeMap::new();
    for place in model.parts.endpoints.iter().flat_map(|endpoint| &endpoint.places) {
        for range in std::iter::once(place.inside).chain(place.public) {
            *out.entry(range).or_insert(0) += 1;
        }
    }
    out
}
