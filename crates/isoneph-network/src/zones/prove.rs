//! The proof: every ordered pair of zones, class by class.

use std::collections::BTreeSet;

use super::future::with_future_members;
use super::intent::{Intent, ZoneKind};
use super::members::{Assignment, assign};
use super::pair::{Holding, Pair};
use super::parties::{Parties, Party};
use super::proof::{Latent, PairProof, Proof, Separation, ZoneSummary};
use crate::model::Model;
use crate::reach::classes::Class;
use crate::reach::expect::Questions;
use crate::reach::matrix::{MAX_PAIRS, ReachError};

/// How much a proof may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most pairs of classes that are followed.
    pub pairs: usize,
    /// Whether members to come are asked about too.
    pub future: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { pairs: MAX_PAIRS, future: true }
    }
}

/// Proves, for every ordered pair of zones, that nothing passes but what is intended on a day.
///
/// # Errors
/// Where there are more classes than can be followed pair by pair.
pub fn prove(model: &Model, intent: &Intent, day: jiff::civil::Date) -> Result<Proof, ReachError> {
    prove_within(model, intent, day, Bounds::default())
}

/// As [`prove`], within bounds of the caller's.
///
/// # Errors
/// Where there are more pairs of classes than the bounds allow.
pub fn prove_within(
    model: &Model,
    intent: &Intent,
    day: jiff::civil::Date,
    bounds: Bounds,
) -> Result<Proof, ReachError> {
    let mut proof = prove_today(model, intent, day, bounds.pairs)?;
    if !bounds.future {
        return Ok(proof);
    }
    if let Some(future) = with_future_members(model) {
        // Where those to come make too many classes, nothing is said of them.
        if let Ok(later) = prove_today(&future, intent, day, bounds.pairs) {
            for (pair, later) in proof.pairs.iter_mut().zip(later.pairs) {
                if pair.separation == Separation::Apart && later.separation != Separation::Apart {
                    let (separation, witness, because) = (later.separation, later.witness, later.because);
                    pair.latent = Some(Latent { separation, witness, because });
                }
            }
        }
    }
    Ok(proof)
}

/// How many ways a pair of classes may have, on the average of those that are followed.
const WAYS_OF_PAIR: usize = 10;

/// The ways from every class to every other: to itself, and through all that hands packets on to it.
fn ways(model: &Model, classes: &[Class]) -> usize {
    let to = |class: &Class| class.members.first().map_or(1, |id| 1 + model.fronts(*id).len());
    classes.iter().map(to).sum::<usize>().saturating_mul(classes.len())
}

fn prove_today(model: &Model, intent: &Intent, day: jiff::civil::Date, most: usize) -> Result<Proof, ReachError> {
    let assignment = assign(model, intent);
    let parties = Parties::of(model, intent, &assignment);
    let count = parties.all.len();
    if count.saturating_mul(count) > most {
        return Err(ReachError::TooMany { classes: count, most });
    }
    let (ways, most_ways) = (ways(model, &parties.all), most.saturating_mul(WAYS_OF_PAIR));
    if ways > most_ways {
        return Err(ReachError::TooManyWays { ways, most: most_ways });
    }
    let by_zone: Vec<Vec<Party<'_>>> = (0..intent.zones.len()).map(|zone| parties.in_zone(zone)).collect();
    let mut pairs = Vec::new();
    for (from, sender) in intent.zones.iter().enumerate() {
        let mut questions = Questions::new(model);
        for (to, receiver) in intent.zones.iter().enumerate() {
            let both_outside = sender.kind == ZoneKind::Outside && receiver.kind == ZoneKind::Outside;
            if from == to || both_outside {
                continue;
            }
            let (senders, receivers) = (&by_zone[from], &by_zone[to]);
            let mut pair = Pair::new(intent, &sender.name, &receiver.name, day);
            for (sender, receiver) in
                senders.iter().flat_map(|sender| receivers.iter().map(move |receiver| (sender, receiver)))
            {
                pair.follow(&mut questions, model, *sender, *receiver);
            }
            pairs.push(pair.finish(Holding::of(senders).min(Holding::of(receivers))));
        }
    }
    Ok(summary(model, intent, &assignment, &by_zone, pairs))
}

fn summary(
    model: &Model,
    intent: &Intent,
    assignment: &Assignment,
    by_zone: &[Vec<Party<'_>>],
    pairs: Vec<PairProof>,
) -> Proof {
    let name = |id: usize| model.parts.endpoints[id].name.clone();
    let zones = intent.zones.iter().enumerate().map(|(index, zone)| ZoneSummary {
        name: zone.name.clone(),
        kind: zone.kind,
        endpoints: assignment.zones.iter().filter(|held| **held == Some(index)).count(),
        classes: by_zone[index].len(),
    });
    let platforms: BTreeSet<_> = model.parts.networks.iter().map(|network| network.platform).collect();
    let shared = platforms.into_iter().flat_map(|platform| {
        use crate::model::form::Platform;
        match platform {
            Platform::Aws => &["Amazon DNS", "instance metadata", "time synchronisation", "DHCP"][..],
            Platform::Azure => &["Azure platform address 168.63.129.16", "instance metadata"],
            Platform::Google => &["metadata server 169.254.169.254"],
            Platform::Kubernetes => &["a pod's own node"],
        }
    });
    use crate::model::form::EndpointKind;
    let unassigned = (0..model.parts.endpoints.len()).filter(|id| {
        let plumbing = matches!(model.parts.endpoints[*id].kind, EndpointKind::Nat | EndpointKind::Plumbing);
        assignment.zones[*id].is_none() && !assignment.perhaps.contains_key(id) && !plumbing
    });
    let disputed: BTreeSet<usize> = assignment.disputed.iter().map(|(id, _)| *id).collect();
    let uncertain = assignment.perhaps.keys().copied().filter(|id| !disputed.contains(id));
    Proof {
        model: model.digest.clone(),
        layer: "network",
        derived: intent.derived,
        zones: zones.collect(),
        unassigned: unassigned.map(name).collect(),
        disputed: assignment.disputed.iter().map(|(id, _)| name(*id)).collect(),
        uncertain: uncertain.map(name).collect(),
        empty: assignment
            .empty
            .iter()
            .map(|(zone, member)| format!("{}: {}", intent.zones[*zone].name, member + 1))
            .collect(),
        shared_by_platform: shared.map(|name| (*name).to_owned()).collect(),
        pairs,
        unsupported: model.unsupported.iter().filter(|held| !held.is_lack()).count(),
    }
}
