//! Which field to test first. The best order differs by policy up to sixfold in size, so a sample of the rules is built
//! in each candidate order and the smallest diagram wins.

use super::compile::{Compressed, CubeSpan, Cubes};
use crate::idd::{Budget, Diagrams, Exhausted, NONE, Operation};
use crate::packet::{DEFAULT_ORDER, Field, Order};

/// Ports before addresses: what firewalls with few services and mixed wildcards want.
pub(crate) const PORTS_FIRST: Order = [
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

const CANDIDATES: [Order; 3] = [DEFAULT_ORDER, PORTS_FIRST, DESTINATION_FIRST];

/// Rules built to compare the orders.
const SAMPLE: usize = 192;
/// Below this many rules any order will do.
const SMALL: usize = 96;

/// The candidate in which the first rules of the larger policy make the smallest diagram.
pub(crate) fn choose(cubes: &Cubes, compressed: &Compressed, spans: &[CubeSpan]) -> Result<Order, Exhausted> {
    let Some(largest) = spans.iter().max_by_key(|span| span.len()).filter(|span| span.len() >= SMALL) else {
        return Ok(DEFAULT_ORDER);
    };
    let sample = largest.head(SAMPLE);
    let mut best = (u64::MAX, DEFAULT_ORDER);
    for order in CANDIDATES {
        // A candidate that is no better than the best so far need not be finished.
        let budget = Budget { edges: best.0.min(1 << 22), ..Budget::default() };
        let mut diagrams = Diagrams::new(budget, 4096);
        let built = compressed
            .leaves(cubes, sample, &order, &mut diagrams)
            .and_then(|leaves| diagrams.fold_balanced(Operation::FirstMatch, leaves, NONE));
        let edges = diagrams.edge_count() as u64;
        if built.is_ok() && edges < best.0 {
            best = (edges, order);
        }
    }
    Ok(best.1)
}
