//! Cuts the packets of a claim into parts, each with one reason a path.

use super::form::{self, CertificateClaim, CertificatePath, Why};
use super::{CertifyError, ClaimInput, PathInput};
use crate::idd::Exhausted;
use crate::packet::{PacketSet, PacketSpace};

/// Parts of one claim: more would mean that paths and policies multiply out.
const MAX_PARTS: usize = 1 << 16;

/// A part of the universe, and why it is blocked on each path so far.
type Part = (PacketSet, Vec<Option<usize>>);

pub(super) fn claim(
    space: &mut PacketSpace,
    permits: &[PacketSet],
    claim: &ClaimInput,
    max_boxes: u64,
) -> Result<CertificateClaim, CertifyError> {
    let universe = space.matching_any(&claim.universe)?;
    let mut rest = universe;
    let mut boxes = Vec::new();
    let mut room = max_boxes;
    let mut write = |space: &PacketSpace, set: PacketSet, why: &Why| -> Result<(), Exhausted> {
        for one in space.boxes(set, room)? {
            for written in form::boxes(&one) {
                boxes.push((written, why.clone()));
                room = room.checked_sub(1).ok_or(Exhausted::Boxes(max_boxes))?;
            }
        }
        Ok(())
    };
    for (index, (_, matches)) in claim.exceptions.iter().enumerate() {
        let exception = space.matching_any(matches)?;
        let inside = space.intersection(rest, exception)?;
        rest = space.difference(rest, exception)?;
        write(space, inside, &Why::Exception(index))?;
    }
    let mut parts: Vec<Part> = if rest.is_empty() { Vec::new() } else { vec![(rest, Vec::new())] };
    for path in &claim.paths {
        parts = cut_by_path(space, permits, claim, path, parts)?;
        if parts.len() > MAX_PARTS {
            return Err(Exhausted::Boxes(MAX_PARTS as u64).into());
        }
    }
    for (set, reasons) in parts {
        write(space, set, &Why::Blocked(reasons))?;
    }
    Ok(CertificateClaim { boxes, ..stated(space, claim, max_boxes)? })
}

/// What a claim says, without the boxes that prove it.
pub(super) fn stated(
    space: &mut PacketSpace,
    claim: &ClaimInput,
    max_boxes: u64,
) -> Result<CertificateClaim, Exhausted> {
    let universe = space.matching_any(&claim.universe)?;
    let disjoint = space.boxes(universe, max_boxes)?;
    Ok(CertificateClaim {
        from: claim.from.clone(),
        to: claim.to.clone(),
        part: claim.part.clone(),
        universe: disjoint.iter().flat_map(form::boxes).collect(),
        exceptions: claim
            .exceptions
            .iter()
            .map(|(name, matches)| (name.clone(), matches.iter().flat_map(form::boxes).collect()))
            .collect(),
        paths: claim
            .paths
            .iter()
            .map(|path| CertificatePath {
                name: path.name.clone(),
                carries: path.carries.iter().flat_map(form::boxes).collect(),
                stages: path.stages.clone(),
            })
            .collect(),
        boxes: Vec::new(),
    })
}

fn cut_by_path(
    space: &mut PacketSpace,
    permits: &[PacketSet],
    claim: &ClaimInput,
    path: &PathInput,
    parts: Vec<Part>,
) -> Result<Vec<Part>, CertifyError> {
    let carried = space.matching_any(&path.carries)?;
    let mut cut = Vec::with_capacity(parts.len());
    for (set, reasons) in parts {
        let mut keep = |part: PacketSet, why: Option<usize>| {
            if !part.is_empty() {
                cut.push((part, reasons.iter().copied().chain([why]).collect()));
            }
        };
        let outside = space.difference(set, carried)?;
        keep(outside, None);
        let mut inside = space.intersection(set, carried)?;
        for (place, stage) in path.stages.iter().enumerate() {
            let permitted = *permits
                .get(*stage)
                .ok_or_else(|| CertifyError::UnknownPolicy { path: path.name.clone(), stage: *stage })?;
            let denied = space.difference(inside, permitted)?;
            inside = space.intersection(inside, permitted)?;
            keep(denied, Some(place));
        }
        if let Some(witness) = space.witness(inside) {
            return Err(CertifyError::NotApart {
                from: claim.from.clone(),
                to: claim.to.clone(),
                witness,
                path: path.name.clone(),
            });
        }
    }
    Ok(cut)
}
