//! Policies of an administrator of which none comes first.
//!
//! Of two policies of one tier and priority the cluster may apply either to what both are about, and nobody can say which. What
//! only one of them is about, and what both say alike, is certain all the same.

use super::policies::Held;
use crate::model::address::{Meeting, RangeSet};
use crate::model::policy::{Match, Peers, Rule, Service};

/// Leaves rules open that another policy of the same standing may contradict.
pub(super) fn doubt(tier: &mut [Held]) {
    for index in 0..tier.len() {
        let ways = [contradicted(tier, index, |held| &held.ingress), contradicted(tier, index, |held| &held.egress)];
        let held = &mut tier[index];
        for (rules, contradicted) in [&mut held.ingress, &mut held.egress].into_iter().zip(ways) {
            for (rule, why) in rules.iter_mut().flatten().zip(contradicted) {
                rule.condition = why.or_else(|| rule.condition.take());
            }
        }
    }
}

/// Why each rule of a policy may not be the one that decides.
fn contradicted(tier: &[Held], index: usize, way: fn(&Held) -> &Option<Vec<Rule>>) -> Vec<Option<String>> {
    let own = &tier[index];
    let equals = || tier.iter().enumerate().filter(|(other, held)| *other != index && are_tied(own, held));
    let why = |rule: &Rule| {
        let against = |held: &&Held| way(held).iter().flatten().any(|other| contradict(rule, other));
        let (_, other) = equals().find(|(_, held)| against(held))?;
        Some(match other.kind == own.kind {
            true => format!("another {} has priority {} too", own.kind, own.priority),
            false => format!("which of {} and {} comes first is not defined", own.name, other.name),
        })
    };
    way(own).iter().flatten().map(why).collect()
}

/// Whether neither comes first, and some pod may be of both. Between kinds no order is defined.
fn are_tied(one: &Held, other: &Held) -> bool {
    let mut selected = one.selects.iter().zip(&other.selects);
    (one.priority == other.priority || one.kind != other.kind)
        && selected.any(|(one, other)| *one != Match::No && *other != Match::No)
}

/// Whether some packet may be of both rules, and they say otherwise of it.
fn contradict(one: &Rule, other: &Rule) -> bool {
    one.action != other.action && may_share(&one.services, &other.services) && may_meet(&one.peers, &other.peers)
}

fn may_share(some: &[Service], others: &[Service]) -> bool {
    let share = |one: &Service, other: &Service| match (one, other) {
        (Service::Exact(one), Service::Exact(other)) => !one.and(other).is_empty(),
        _ => true,
    };
    some.iter().any(|one| others.iter().any(|other| share(one, other)))
}

fn may_meet(one: &Peers, other: &Peers) -> bool {
    let is_open = |held: &Peers| held.any || !held.unknown.is_empty();
    let named = |held: &Peers| !held.endpoints.is_empty() || !held.maybe.is_empty();
    let addressed = |held: &Peers| !held.addresses.is_empty();
    if is_open(one) || is_open(other) {
        return true;
    }
    // An address may be a pod's.
    if (addressed(one) && named(other)) || (named(one) && addressed(other)) {
        return true;
    }
    let has = |held: &Peers, endpoint| held.endpoints.contains(endpoint) || held.maybe.contains(endpoint);
    one.endpoints.iter().chain(&one.maybe).any(|endpoint| has(other, endpoint))
        || overlap(&one.addresses, &other.addresses)
}

fn overlap(one: &RangeSet, other: &RangeSet) -> bool {
    one.ranges().iter().any(|range| other.meeting(*range) != Meeting::Apart)
}
