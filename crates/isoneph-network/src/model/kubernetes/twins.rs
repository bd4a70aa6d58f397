//! Policies of one name that say otherwise each: the one replaces the other, and nobody knows which.

use super::policies::Held;
use crate::model::Problem;
use crate::model::policy::Match;

/// Leaves open policies that another one of their kind and name contradicts.
pub(super) fn doubt(policies: &mut [Held], problems: &mut Vec<Problem>) {
    let has_twin = |own: &Held| policies.iter().any(|other| is_of_one_name(own, other) && !says_the_same(own, other));
    let twins: Vec<bool> = policies.iter().map(has_twin).collect();
    for (held, _) in policies.iter_mut().zip(twins).filter(|(_, twin)| *twin) {
        let whose = format!("{} {}", held.kind, held.name);
        let message = format!("{whose} is given more than once and says otherwise: which of them holds is open");
        problems.push(Problem::unread(held.origin.source, &held.origin.locator, &message));
        held.selects.iter_mut().for_each(|selects| *selects = (*selects).min(Match::Maybe));
        held.refused.get_or_insert_with(|| format!("which {whose} holds, of several that differ"));
    }
}

/// Whether both have one name. A place, where no name can be read, and the start of names that the server makes are none.
fn is_of_one_name(one: &Held, other: &Held) -> bool {
    one.kind == other.kind && one.name == other.name && !one.name.contains(' ') && !one.name.ends_with('-')
}

fn says_the_same(one: &Held, other: &Held) -> bool {
    one.ingress == other.ingress
        && one.egress == other.egress
        && one.selects == other.selects
        && one.priority == other.priority
        && one.refused == other.refused
}
