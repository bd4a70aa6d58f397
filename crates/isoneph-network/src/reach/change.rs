//! What a network lets pass that another state of it did not, and the reverse.
//!
//! Endpoints of the two states are the same where their identifiers are, else where their names are and nobody else's. Those
//! that behave alike in both states are compared once. Compared is what arrives, whether it is answered or not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::classes::{Class, outside_name, outside_pieces};
use super::expect::Questions;
use super::matrix::{Cell, MAX_PAIRS, Matrix, ReachError, between, matrix};
use super::path::{Passage, TraceHop};
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::traffic::Traffic;

/// Changes of which the way is told.
const MAX_TOLD: usize = 1_000;

/// A packet that passes in one state and not in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The senders.
    pub from: String,
    /// The receivers.
    pub to: String,
    /// What surely passes only in the one state.
    pub surely: Traffic,
    /// What may pass only in the one state: holds `surely`.
    pub perhaps: Traffic,
    /// What a packet of it passes, with the rules responsible.
    pub path: Vec<TraceHop>,
    /// What is unknown, where something is.
    pub because: Vec<String>,
}

/// Two states of a network compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// What passes in the second state only, shortest ways first.
    pub gained: Vec<Change>,
    /// What passes in the first state only.
    pub lost: Vec<Change>,
    /// Endpoints that only one of the states has.
    pub unpaired: Vec<String>,
}

impl Changes {
    /// Whether both states surely let the same pass.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }

    /// Whether something surely passes in one state only.
    #[must_use]
    pub fn is_different(&self) -> bool {
        self.gained.iter().chain(&self.lost).any(|change| !change.surely.is_empty())
    }
}

/// Compares two states of a network.
///
/// # Errors
/// Where there are more classes of endpoints than can be followed pair by pair.
pub fn changes(first: &Model, second: &Model) -> Result<Changes, ReachError> {
    let states = [State::of(first)?, State::of(second)?];
    let (joint, unpaired) = pair_up(&states);
    if joint.len().saturating_mul(joint.len()) > MAX_PAIRS {
        return Err(ReachError::TooMany { classes: joint.len(), most: MAX_PAIRS });
    }
    let mut out = Changes { gained: Vec::new(), lost: Vec::new(), unpaired };
    for from in &joint {
        for to in &joint {
            let [before, after] = [0, 1].map(|state| states[state].passes(from.classes[state], to.classes[state]));
            for (state, here, there, list) in
                [(1, &after, &before, &mut out.gained), (0, &before, &after, &mut out.lost)]
            {
                let perhaps = here.may.minus(&there.must);
                if perhaps.is_empty() {
                    continue;
                }
                let surely = here.must.minus(&there.may);
                // Where both states leave it open alike nothing has changed.
                if surely.is_empty() && here == there {
                    continue;
                }
                let told = list.len() < MAX_TOLD;
                let (path, because) =
                    if told { states[state].tell(from, to, state, &surely, &perhaps) } else { Default::default() };
                list.push(Change { from: from.name(), to: to.name(), surely, perhaps, path, because });
            }
        }
    }
    for list in [&mut out.gained, &mut out.lost] {
        list.sort_by(|one, other| {
            let key = |change: &Change| (change.surely.is_empty(), change.path.len());
            key(one).cmp(&key(other)).then_with(|| (&one.from, &one.to).cmp(&(&other.from, &other.to)))
        });
    }
    Ok(out)
}

/// One state, with all that passes in it.
struct State<'m> {
    model: &'m Model,
    matrix: Matrix,
    cells: BTreeMap<(usize, usize), usize>,
}

impl<'m> State<'m> {
    fn of(model: &'m Model) -> Result<Self, ReachError> {
        let matrix = matrix(model)?;
        let cells = matrix.cells.iter().enumerate().map(|(index, cell)| ((cell.from, cell.to), index)).collect();
        Ok(Self { model, matrix, cells })
    }

    fn passes(&self, from: Option<usize>, to: Option<usize>) -> Passage {
        let cell = from.zip(to).and_then(|pair| self.cells.get(&pair));
        cell.map_or_else(Passage::none, |index| {
            let cell: &Cell = &self.matrix.cells[*index];
            cell.arrives.clone()
        })
    }

    fn tell(
        &self,
        from: &Joint,
        to: &Joint,
        state: usize,
        surely: &Traffic,
        perhaps: &Traffic,
    ) -> (Vec<TraceHop>, Vec<String>) {
        let class = |joint: &Joint| joint.classes[state].map(|class| &self.matrix.classes[class]);
        let (Some(from), Some(to)) = (class(from), class(to)) else { return Default::default() };
        let Some(parcel) = surely.witness().or_else(|| perhaps.witness()) else { return Default::default() };
        let found = between(&mut Questions::new(self.model), self.model, from, to);
        let ways = found.iter().flat_map(|found| &found.told).flat_map(|connection| &connection.ways);
        let traces = ways.map(|way| way.path.trace(self.model, parcel)).filter(|trace| trace.arrives != Some(false));
        traces
            .min_by_key(|trace| (trace.arrives.is_none(), trace.hops.len()))
            .map(|trace| (trace.hops, trace.because))
            .unwrap_or_default()
    }

    /// Endpoints by identifier: (name, class).
    fn endpoints(&self) -> BTreeMap<&str, (&str, usize)> {
        let members =
            |(class, held): (usize, &Class)| held.members.iter().map(move |id| (*id, class)).collect::<Vec<_>>();
        let all = self.matrix.classes.iter().enumerate().flat_map(members);
        all.map(|(id, class)| {
            let endpoint = &self.model.parts.endpoints[id];
            (endpoint.id.as_str(), (endpoint.name.as_str(), class))
        })
        .collect()
    }
}

/// Endpoints that are of one class in each state.
struct Joint {
    classes: [Option<usize>; 2],
    members: Vec<String>,
}

impl Joint {
    fn name(&self) -> String {
        match self.members.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }
}

fn pair_up(states: &[State<'_>; 2]) -> (Vec<Joint>, Vec<String>) {
    let [first, second] = [0, 1].map(|state| states[state].endpoints());
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, (name, _)) in second.iter().filter(|(id, _)| !first.contains_key(**id)) {
        by_name.entry(name).or_default().push(id);
    }
    let mut joint: BTreeMap<[Option<usize>; 2], Vec<String>> = BTreeMap::new();
    let mut unpaired = Vec::new();
    let mut paired: Vec<&str> = Vec::new();
    for (id, (name, class)) in &first {
        let other = match (second.contains_key(id), by_name.get(name).map(Vec::as_slice)) {
            (true, _) => Some(*id),
            (false, Some([one])) => Some(*one),
            _ => None,
        };
        let other_class = other.and_then(|other| second.get(other)).map(|(_, class)| *class);
        paired.extend(other);
        if other.is_none() {
            unpaired.push((*name).to_owned());
        }
        joint.entry([Some(*class), other_class]).or_default().push((*name).to_owned());
    }
    paired.sort_unstable();
    for (_, (name, class)) in second.iter().filter(|(id, _)| paired.binary_search(id).is_err()) {
        unpaired.push((*name).to_owned());
        joint.entry([None, Some(*class)]).or_default().push((*name).to_owned());
    }
    let mut out: Vec<Joint> = joint.into_iter().map(|(classes, members)| Joint { classes, members }).collect();
    out.extend(outside(states));
    unpaired.sort_unstable();
    (out, unpaired)
}

/// The outside as both states see it: one for each two groups of pieces that share an address.
fn outside(states: &[State<'_>; 2]) -> Vec<Joint> {
    let [first, second] = [0, 1].map(|state| outside_pieces(states[state].model));
    let class = |state: usize, group: usize| {
        let classes = states[state].matrix.classes.iter().enumerate().filter(|(_, held)| held.outside.is_some());
        classes.map(|(class, _)| class).nth(group)
    };
    let mut shared: BTreeMap<(usize, usize), (AddressRange, usize)> = BTreeMap::new();
    for (range, group) in &first {
        for (other, other_group) in &second {
            if let Some(both) = range.and(*other) {
                shared.entry((*group, *other_group)).or_insert((both, 0)).1 += 1;
            }
        }
    }
    let joint = |((group, other_group), (range, alike))| Joint {
        classes: [class(0, group), class(1, other_group)],
        members: vec![outside_name(range, alike)],
    };
    shared.into_iter().map(joint).collect()
}
