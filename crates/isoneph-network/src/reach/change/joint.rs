//! Who of one state is who of the other, and by which addresses.

use std::collections::BTreeMap;

use super::state::State;
use crate::model::address::AddressRange;
use crate::model::form::{Endpoint, EndpointId, EndpointKind};
use crate::reach::classes::{Class, outside_name, outside_pieces};

/// Endpoints that are of one class in each state, or a part of the outside that both see.
pub(super) struct Joint {
    /// In each state, where it has them: the endpoints, in one order.
    pub(super) classes: [Option<Class>; 2],
    names: Vec<String>,
}

impl Joint {
    pub(super) fn name(&self) -> String {
        match self.names.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }

    /// Who an endpoint of one state is in the other.
    pub(super) fn counterpart(&self, state: usize, endpoint: EndpointId) -> Option<EndpointId> {
        let [own, other] = [state, 1 - state].map(|state| self.classes[state].as_ref());
        let place = own?.members.iter().position(|held| *held == endpoint)?;
        other?.members.get(place).copied()
    }
}

/// What comes of holding the endpoints of two states against each other.
#[derive(Default)]
pub(super) struct PairedUp {
    pub(super) joint: Vec<Joint>,
    pub(super) unpaired: Vec<String>,
    pub(super) readdressed: Vec<String>,
    pub(super) undecided: Vec<String>,
}

/// A member of both states, or of one.
type Member = ([Option<EndpointId>; 2], String);

pub(super) fn pair_up(states: &[State<'_>; 2]) -> PairedUp {
    let [first, second] = [0, 1].map(|state| states[state].endpoints());
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, (_, name, _)) in second.iter().filter(|(id, _)| !first.contains_key(**id)) {
        by_name.entry(name).or_default().push(id);
    }
    let mut out = PairedUp::default();
    let mut members: BTreeMap<[Option<usize>; 2], Vec<Member>> = BTreeMap::new();
    let mut taken: Vec<&str> = Vec::new();
    for (id, (endpoint, name, class)) in &first {
        let is_pod = |held: &&str| states[1].model.parts.endpoints[second[*held].0].kind == EndpointKind::Workload;
        let others: &[&str] = match (second.contains_key(id), by_name.get(name).map(Vec::as_slice)) {
            (true, _) => &[*id],
            // Pods of one owner that are not alike have its name together.
            (false, Some(named)) if named.len() == 1 || named.iter().all(is_pod) => named,
            _ => &[],
        };
        taken.extend(others);
        if others.is_empty() {
            out.unpaired.push((*name).to_owned());
            members.entry([Some(*class), None]).or_default().push(([Some(*endpoint), None], (*name).to_owned()));
        }
        for (other, _, other_class) in others.iter().map(|other| second[*other]) {
            out.addresses(states, name, [*endpoint, other]);
            let both = [Some(*endpoint), Some(other)];
            members.entry([Some(*class), Some(other_class)]).or_default().push((both, (*name).to_owned()));
        }
    }
    taken.sort_unstable();
    for (_, (endpoint, name, class)) in second.iter().filter(|(id, _)| taken.binary_search(id).is_err()) {
        out.unpaired.push((*name).to_owned());
        members.entry([None, Some(*class)]).or_default().push(([None, Some(*endpoint)], (*name).to_owned()));
    }
    out.joint = members.into_values().map(joint).collect();
    out.joint.extend(outside(states));
    out.unpaired.sort_unstable();
    out
}

fn joint(members: Vec<Member>) -> Joint {
    let classes = [0, 1].map(|state| {
        let ids: Option<Vec<EndpointId>> = members.iter().map(|(ids, _)| ids[state]).collect();
        ids.map(|members| Class { name: String::new(), members, outside: None, mark: 0 })
    });
    Joint { classes, names: members.into_iter().map(|(_, name)| name).collect() }
}

/// The outside as both states see it: one for each two groups of pieces that share an address.
fn outside(states: &[State<'_>; 2]) -> Vec<Joint> {
    let [first, second] = [0, 1].map(|state| outside_pieces(states[state].model));
    let mut shared: BTreeMap<(usize, usize), (AddressRange, usize)> = BTreeMap::new();
    for (range, group) in &first {
        for (other, other_group) in &second {
            if let Some(both) = range.and(*other) {
                shared.entry((*group, *other_group)).or_insert((both, 0)).1 += 1;
            }
        }
    }
    let joint = |(range, alike)| Joint {
        classes: [0, 1]
            .map(|_| Some(Class { name: String::new(), members: Vec::new(), outside: Some(range), mark: 0 })),
        names: vec![outside_name(range, alike)],
    };
    shared.into_values().map(joint).collect()
}

impl PairedUp {
    /// Notes what addresses an endpoint has in one state only. Pods come and go, and their addresses with them.
    fn addresses(&mut self, states: &[State<'_>; 2], name: &str, ids: [EndpointId; 2]) {
        let held = [0, 1].map(|state| &states[state].model.parts.endpoints[ids[state]]);
        if held.iter().any(|endpoint| endpoint.kind == EndpointKind::Workload) {
            return;
        }
        let own = [0, 1].map(|state| of_one(held[state], held[1 - state]));
        if own.iter().all(Vec::is_empty) {
            return;
        }
        let [before, after] = own.each_ref().map(|ranges| listed(ranges));
        // A range says that the address is one of many: it may be the other state's.
        let unknown = |range: &AddressRange, others: &[AddressRange]| others.iter().any(|other| other.meets(*range));
        if own[0].iter().any(|range| unknown(range, &own[1])) {
            self.undecided.push(format!(
                "{name}: its address is {before} in the first state and {after} in the second: whether it is the same is not known"
            ));
        } else {
            let told =
                [(before, "first"), (after, "second")].into_iter().filter(|(addresses, _)| !addresses.is_empty());
            let told: Vec<String> =
                told.map(|(addresses, word)| format!("{addresses} in the {word} state only")).collect();
            self.readdressed.push(format!("{name}: {}", told.join(", ")));
        }
    }
}

fn listed(ranges: &[AddressRange]) -> String {
    let text = |range: &AddressRange| match range.single() {
        Some(_) => range.to_string(),
        None => format!("one of {range}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn ranges(endpoint: &Endpoint) -> impl Iterator<Item = AddressRange> {
    endpoint.places.iter().flat_map(|place| std::iter::once(place.inside).chain(place.public))
}

/// The addresses that an endpoint has and its counterpart does not.
fn of_one(endpoint: &Endpoint, other: &Endpoint) -> Vec<AddressRange> {
    ranges(endpoint).filter(|range| !ranges(other).any(|held| held == *range)).collect()
}

/// How an address of an endpoint is told from its others in both states: by itself where both have it, else by its place
/// among those that only this state has.
pub(super) fn known_by(range: AddressRange, endpoint: &Endpoint, other: Option<&Endpoint>) -> String {
    let Some(other) = other else { return range.to_string() };
    let own = of_one(endpoint, other);
    let alike = own.iter().filter(|held| held.family == range.family);
    match alike.into_iter().position(|held| *held == range) {
        Some(place) => format!("{} {place}", range.family as usize),
        None => range.to_string(),
    }
}
