//! Which field to test first. The best order differs by policy up to sixfold in size, so a sample of the rules is built
//! in each candidate order and the smallest diagram wins.

use super::compile::{Compressed, CubeSpan, Cubes};
use crate::idd::{Budget, Diagrams, Exhausted, NONE, Operation};
use crate::packet::{DEFAULT_ORDER, Field, Order};

/// Ports before addresses: what firewalls with few services and mixed wildcards want.
const PORTS_FIRST: Order = [
    Field::Family,
    Field::Protocol,
    Field::DestinationPort,
    Field::Destination,
    Field::Source,
    Field::SourcePort,
    Field::Established,
];

/// Addresses before ports, destination first.
const DESTINATION_FIRST: Order = [
    Field::Family,
    Field::Destination,
    Field::Source,
    Field::Protocol,
    Field::DestinationPort,
    Field::SourcePort,
    Field::Established,
];

/// Both ports before addresses: best where source ports tell rules apart, twice as small on large firewalls.
const BOTH_PORTS_FIRST: Order = [
    Field::Family,
    Field::Protocol,
    Field::SourcePort,
    Field::DestinationPort,
    Field::Destination,
    Field::Source,
    Field::Established,
];

const CANDIDATES: [Order; 4] = [DEFAULT_ORDER, DESTINATION_FIRST, PORTS_FIRST, BOTH_PORTS_FIRST];

/// At least and at most this many rules are built to compare the orders: an eighth of the larger policy, evenly spread,
/// since the head of a policy is often unlike the rest. Of a short policy a sixteenth: in every order it is built soon, so
/// that choosing would cost more than a worse choice.
const SAMPLE: (usize, usize) = (64, 1024);
/// Below this many rules a policy is short.
const SHORT: usize = 2048;
/// A first sample is this many times smaller: an order that is small there and grows fast is not the smallest in the end.
const STEP: usize = 4;
/// Below this many rules any order will do.
const SMALL: usize = 96;

/// The candidate in which the larger policy is expected to make the smallest diagram, by how two samples of it grow.
pub(crate) fn choose(cubes: &Cubes, compressed: &Compressed, spans: &[CubeSpan]) -> Result<Order, Exhausted> {
    let Some(largest) = spans.iter().max_by_key(|span| span.len()).filter(|span| span.len() >= SMALL) else {
        return Ok(DEFAULT_ORDER);
    };
    let part = if largest.len() < SHORT { 16 } else { 8 };
    let large = (largest.len() / part).clamp(SAMPLE.0, SAMPLE.1);
    let mut best = (u128::MAX, DEFAULT_ORDER);
    let mut limit = 1 << 22;
    for order in CANDIDATES {
        let Some(few) = sample_edges(cubes, compressed, largest.sample(large / STEP), &order, limit) else { continue };
        let Some(many) = sample_edges(cubes, compressed, largest.sample(large), &order, limit) else { continue };
        let expected = extrapolate(few, many, largest.len() / large);
        if expected < best.0 {
            best = (expected, order);
        }
        // A candidate far beyond the smallest sample so far need not be finished.
        limit = limit.min(many.saturating_mul(8));
    }
    Ok(best.1)
}

/// Edges that a sample makes in an order; [`None`] beyond the limit.
fn sample_edges(cubes: &Cubes, compressed: &Compressed, sample: CubeSpan, order: &Order, limit: u64) -> Option<u64> {
    let mut diagrams = Diagrams::new(Budget { edges: limit, ..Budget::default() }, sample.len() * 4);
    let leaves = compressed.leaves(cubes, sample, order, &mut diagrams).ok()?;
    diagrams.fold_balanced(Operation::FirstMatch, leaves, NONE).ok()?;
    Some(diagrams.edge_count() as u64)
}

/// Edges at `times` the larger sample, if they keep growing by the same factor each [`STEP`] times the rules.
fn extrapolate(few: u64, many: u64, times: usize) -> u128 {
    let (few, mut expected) = (u128::from(few.max(1)), u128::from(many));
    let mut left = times;
    while left >= STEP / 2 {
        expected = expected.saturating_mul(many.into()) / few;
        left /= STEP;
    }
    expected
}
