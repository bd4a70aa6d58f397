//! A policy of both families of addresses beside the two lists that a device has of it.

use super::{Document, Format};
use crate::packet::Family;
use crate::policy::Policy;

/// The policies to compare where one file holds one Capirca filter of both families (`mixed`), and the other a list of
/// each: the filter as it holds for each family, beside the list of that family.
pub(super) fn halves(first: &Document, second: &Document) -> Option<Vec<(Policy, Policy)>> {
    if let Some(found) = of(first, second) {
        return Some(found);
    }
    let found = of(second, first)?;
    Some(found.into_iter().map(|(whole, list)| (list, whole)).collect())
}

fn of(whole: &Document, lists: &Document) -> Option<Vec<(Policy, Policy)>> {
    let ([whole_policy], [_, _]) = (whole.policies.as_slice(), lists.policies.as_slice()) else { return None };
    if whole.format != Format::Capirca || whole_policy.family.is_some() {
        return None;
    }
    let half = |family: Family| {
        let list = lists.policies.iter().find(|list| list.family == Some(family))?;
        Some((Policy { family: Some(family), ..whole_policy.clone() }, list.clone()))
    };
    Family::ALL.into_iter().map(half).collect()
}
