//! From sets of packets and what lies beyond their fields to sets of packets.

use super::compile::{BEYOND, Compressed, CubeSpan, Cubes};
use super::condition::State;
use super::dimensions::{Axis, Dimensions, Places};
use crate::idd::{Diagrams, EMPTY, Exhausted, FULL, Id, Operation};
use crate::packet::{Field, Match, Order, names};

/// Which packets there are in states that packets here do not have by themselves. Of those that are not tracked by a connection,
/// [`Field::Established`] says for TCP whether a lone SYN is missing, and nothing for others.
pub(super) fn bounds(dimensions: &Dimensions) -> Option<Vec<(Match, usize, Places)>> {
    let axis = dimensions.axes().iter().position(|axis| *axis == Axis::State)?;
    let untracked = Axis::of_states(&[State::Related, State::Invalid, State::Untracked]);
    let tcp = Match::any().with_protocol(names::TCP);
    Some(vec![
        (Match::any(), axis, Axis::of_states(&[State::Usual])),
        (tcp.with_established(true), axis, Axis::of_states(&[State::NewWithoutSyn])),
        (Match::any(), axis, untracked),
    ])
}

/// What brings sets over packets and lines down to packets.
pub(super) struct Quantifier<'a> {
    pub(super) dimensions: &'a Dimensions,
    pub(super) order: &'a Order,
    /// All there is, where not every point of the lines is a packet.
    pub(super) universe: Option<Id>,
}

impl Quantifier<'_> {
    /// Composes what bounds the lines.
    pub(super) fn new<'a>(
        dimensions: &'a Dimensions,
        order: &'a Order,
        (cubes, compressed, span): (&Cubes, &Compressed, Option<CubeSpan>),
        diagrams: &mut Diagrams<u32>,
    ) -> Result<Quantifier<'a>, Exhausted> {
        let universe = match span {
            Some(span) => {
                let leaves = compressed.leaves(cubes, span, order, diagrams)?;
                Some(super::compose::compose(diagrams, leaves)?)
            }
            None => None,
        };
        Ok(Quantifier { dimensions, order, universe })
    }

    /// Packets that are surely in the set (whatever holds of what is not known), and that may be, of a set that is surely and
    /// one that is possibly so.
    pub(super) fn packets(&self, d: &mut Diagrams<u32>, surely: Id, perhaps: Id) -> Result<(Id, Id), Exhausted> {
        let mut surely = self.within(d, surely)?;
        for level in self.levels(|axis| !axis.is_of_packets()) {
            let not = d.complement(surely)?;
            let not = d.project(not, level)?;
            surely = d.complement(not)?;
        }
        let surely = self.within(d, surely)?;
        let perhaps = self.within(d, perhaps)?;
        let surely = self.some(d, surely)?;
        let perhaps = self.some(d, perhaps)?;
        Ok((surely, d.apply(Operation::Or, perhaps, surely)?))
    }

    fn within(&self, d: &mut Diagrams<u32>, set: Id) -> Result<Id, Exhausted> {
        self.universe.map_or(Ok(set), |universe| d.apply(Operation::And, set, universe))
    }

    fn levels(&self, wanted: impl Fn(&Axis) -> bool) -> Vec<u8> {
        let axes = self.dimensions.axes().iter().enumerate();
        axes.filter(|(_, axis)| wanted(axis)).map(|(index, _)| BEYOND + index as u8).collect()
    }

    fn forget(&self, d: &mut Diagrams<u32>, mut set: Id) -> Result<Id, Exhausted> {
        for level in self.levels(|_| true) {
            set = d.project(set, level)?;
        }
        Ok(set)
    }

    /// Packets that are in the set somewhere on the lines. What is so of usual packets is not told again of the same packets in
    /// unusual states.
    fn some(&self, d: &mut Diagrams<u32>, set: Id) -> Result<Id, Exhausted> {
        let everywhere = self.forget(d, set)?;
        let mut plain = set;
        for (index, axis) in self.dimensions.axes().iter().enumerate() {
            let within = d.test(BEYOND + index as u8, axis.plain().intervals(), FULL, EMPTY)?;
            plain = d.apply(Operation::And, plain, within)?;
        }
        let plain = self.forget(d, plain)?;
        let level = self.order.iter().position(|field| *field == Field::Established).unwrap_or_default();
        let told = d.project(plain, level as u8)?;
        let more = d.apply(Operation::Minus, everywhere, told)?;
        d.apply(Operation::Or, plain, more)
    }
}
