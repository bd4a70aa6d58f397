//! Whether boxes cover a universe exactly once, dimension by dimension.

use crate::ProofError;
use crate::geometry::{Cuboid, DIMENSIONS};

/// Steps that checking may take.
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(2_000_000_000)
    }

    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), ProofError> {
        self.0 = self.0.checked_sub(steps).ok_or(ProofError::TooComplex)?;
        Ok(())
    }
}

/// A place that the universe holds not once or that boxes cover not once; [`None`] when there is none.
pub(crate) fn first_fault(
    universe: &[Cuboid],
    boxes: &[Cuboid],
    budget: &mut Budget,
) -> Result<Option<String>, ProofError> {
    let universe: Vec<&Cuboid> = universe.iter().collect();
    let boxes: Vec<&Cuboid> = boxes.iter().collect();
    let mut place = Vec::new();
    let found = slab(&universe, &boxes, 0, &mut place, budget)?;
    Ok(found.then(|| {
        let numbers: Vec<String> = place.iter().map(u128::to_string).collect();
        format!("the point at {}", numbers.join(", "))
    }))
}

/// Cuts along one dimension wherever a box begins or ends and looks into each slab; true when a fault is found, with
/// its place.
fn slab(
    universe: &[&Cuboid],
    boxes: &[&Cuboid],
    dimension: usize,
    place: &mut Vec<u128>,
    budget: &mut Budget,
) -> Result<bool, ProofError> {
    if dimension == DIMENSIONS {
        return Ok(universe.len() > 1 || boxes.len() != universe.len());
    }
    if universe.is_empty() && boxes.is_empty() {
        return Ok(false);
    }
    let mut starts: Vec<u128> = Vec::new();
    for one in universe.iter().chain(boxes) {
        let (low, high) = one.0[dimension];
        starts.push(low);
        starts.extend(high.checked_add(1));
    }
    starts.sort_unstable();
    starts.dedup();
    budget.spend(starts.len() as u64)?;
    let mut before: Option<(Vec<&Cuboid>, Vec<&Cuboid>)> = None;
    for start in starts {
        budget.spend((universe.len() + boxes.len()) as u64)?;
        let here = |list: &[&'_ Cuboid]| -> Vec<usize> {
            (0..list.len())
                .filter(|index| (list[*index].0[dimension].0..=list[*index].0[dimension].1).contains(&start))
                .collect()
        };
        let inside: Vec<&Cuboid> = here(universe).into_iter().map(|index| universe[index]).collect();
        let within: Vec<&Cuboid> = here(boxes).into_iter().map(|index| boxes[index]).collect();
        let same = before.as_ref().is_some_and(|(a, b)| same(a, &inside) && same(b, &within));
        if !same {
            place.push(start);
            if slab(&inside, &within, dimension + 1, place, budget)? {
                return Ok(true);
            }
            place.pop();
            before = Some((inside, within));
        }
    }
    Ok(false)
}

/// Whether the lists hold the same boxes, by identity.
fn same(left: &[&Cuboid], right: &[&Cuboid]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| std::ptr::eq(*a, *b))
}

/// Whether the list, taken together, holds all of the box.
pub(crate) fn holds(list: &[Cuboid], one: &Cuboid, budget: &mut Budget) -> Result<bool, ProofError> {
    let mut left = vec![*one];
    for part in list {
        left = left.iter().flat_map(|rest| rest.minus(part)).collect();
        budget.spend(left.len() as u64 + 1)?;
        if left.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
