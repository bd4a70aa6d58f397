//! Rules over five plain numbers, as packet classification benchmarks write them: source, destination, protocol, source
//! port, destination port, in a space where every protocol has ports. The same diagrams as for packets; used to measure
//! them against other engines on the same question.

use super::compile::Cubes;
use super::{compose, order};
use crate::idd::{Budget, Diagrams, EMPTY, Exhausted, FULL, Operation};
use crate::packet::{Field, Order};

/// The greatest value of each number.
pub const FLAT_GREATEST: [u32; 5] = [u32::MAX, u32::MAX, 255, 65535, 65535];

/// A rule: the product of five inclusive intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlatRule {
    /// Source, destination, protocol, source port, destination port.
    pub bounds: [(u32, u32); 5],
    /// Whether it permits.
    pub permit: bool,
}

impl FlatRule {
    /// Whether the rule matches a point.
    pub fn matches(&self, point: &[u32; 5]) -> bool {
        self.bounds.iter().zip(point).all(|((low, high), at)| low <= at && at <= high)
    }
}

/// What comparing flat rules found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlatOutcome {
    /// A point that one list permits and the other denies; [`None`]: there is none.
    pub witness: Option<[u32; 5]>,
    /// Edges made.
    pub edges: u64,
    /// The order of fields used.
    pub order: Order,
}

/// What a list decides for a point, rule by rule; what no rule matches is denied.
pub fn decide(rules: &[FlatRule], point: &[u32; 5]) -> bool {
    rules.iter().find(|rule| rule.matches(point)).is_some_and(|rule| rule.permit)
}

/// Compares two first-match lists as a whole: both are built, and their difference taken.
pub fn compare(
    first: &[FlatRule],
    second: &[FlatRule],
    order: Option<Order>,
    budget: Budget,
) -> Result<FlatOutcome, Exhausted> {
    let mut cubes = Cubes::new();
    let (left, right) = (cubes.add_flat(first), cubes.add_flat(second));
    let compressed = cubes.compress();
    let order = match order {
        Some(order) => order,
        None => order::choose(&cubes, &compressed, &[left, right])?,
    };
    let mut diagrams = Diagrams::new(budget, cubes.len() * 8);
    let leaves = compressed.leaves(&cubes, left, &order, &mut diagrams)?;
    let left = compose::compose(&mut diagrams, leaves)?;
    let leaves = compressed.leaves(&cubes, right, &order, &mut diagrams)?;
    let right = compose::compose(&mut diagrams, leaves)?;
    let differs = diagrams.apply(Operation::Xor, left, right)?;
    let mut witness = None;
    if differs != EMPTY {
        let mut point = [0_u32; 5];
        let mut id = differs;
        while id != FULL {
            let level = diagrams.level(id).map_or(0, usize::from);
            let field = order[level];
            let edges = diagrams.edges(id);
            let at = edges.iter().position(|(_, child)| *child != EMPTY).unwrap_or(0);
            if field != Field::Established {
                let low = at.checked_sub(1).map_or(0, |before| compressed.end_of(field, edges[before].0) as u32 + 1);
                point[field as usize - 1] = low;
            }
            id = edges[at].1;
        }
        witness = Some(point);
    }
    Ok(FlatOutcome { witness, edges: diagrams.edge_count() as u64, order })
}
