//! Where two policies surely differ that are too large to be compared whole: packets of their rules are decided rule by rule,
//! and around those that are decided otherwise the policies are compared as always.

use super::diff::{Difference, Options, Run, as_named};
use super::seek::{Found, Seek};
use super::{Deciding, Policy};
use crate::idd::Budget;
use crate::packet::{Match, Packet, PacketSpace};

/// At most so many regions are told.
const REGIONS: usize = 16;
/// How often rules are looked at, over all packets that are tried.
const LOOKS: usize = 200_000_000;
/// At least and at most so many packets are tried.
const PACKETS: (usize, usize) = (32, 1024);

/// What two policies surely decide otherwise, of packets that their rules are about. [`None`] where none is found, which
/// says nothing of the others.
#[must_use]
pub fn sampled_difference(first: &Policy, second: &Policy, options: &Options) -> Option<Difference> {
    let (first, second) = as_named(first, second);
    let (first, second) = (first.as_ref(), second.as_ref());
    // A region is about few rules; one that is not is given up soon, for the packet alone.
    let options = Options { budget: Budget::for_rules(0), ..*options };
    let mut run = Run::new(first, second, &options);
    let seeks = [Seek::new(first, second), Seek::new(second, first)];
    let mut regions: Vec<Match> = Vec::new();
    for packet in packets(first, second) {
        if regions.len() == REGIONS {
            break;
        }
        if regions.iter().any(|region| region.contains(&packet)) {
            continue;
        }
        let Some(found) = seeks.iter().find_map(|seek| Some((seek, seek.find(&packet, true).ok()??))) else { continue };
        let around = around(found.0, &found.1, &packet);
        let alone = Match::of(&packet);
        let kept = [around, alone].into_iter().find(|region| run.compare(Some(region)).is_ok());
        regions.extend(kept);
    }
    let mut found = run.finish().ok().filter(Difference::is_different)?;
    (found.only_first.complete, found.only_second.complete) = (false, false);
    Some(found)
}

/// A packet of every so many rules, of the one policy and of the other in turns.
fn packets(first: &Policy, second: &Policy) -> impl Iterator<Item = Packet> {
    let rules = first.rules.len() + second.rules.len();
    let each = (LOOKS / rules.max(1)).clamp(PACKETS.0, PACKETS.1) / 2;
    let of = move |policy: &Policy| -> Vec<Packet> {
        let step = policy.rules.len().div_ceil(each).max(1);
        policy.rules.iter().step_by(step).filter_map(|rule| packet_of(rule.matches.first()?)).collect()
    };
    let (one, other) = (of(first), of(second));
    let most = one.len().max(other.len());
    (0..most).flat_map(move |place| [one.get(place).copied(), other.get(place).copied()]).flatten()
}

fn packet_of(one: &Match) -> Option<Packet> {
    let mut space = PacketSpace::new(Budget::for_rules(0));
    let set = space.matching(one).ok()?;
    space.witness(set)
}

/// The packets that both deciding rules match.
fn around(seek: &Seek, found: &Found, packet: &Packet) -> Match {
    let matched = |policy: &Policy, by: Deciding| match by {
        Deciding::Rule(index) => policy.rules[index].matches.iter().find(|one| one.contains(packet)).cloned(),
        Deciding::Default => None,
    };
    let one = matched(seek.permitting(), found.permitted_by);
    let other = matched(seek.denying(), found.denied_by);
    match (one, other) {
        (Some(one), Some(other)) => one.intersection(&other),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => Match::of(packet),
    }
}
