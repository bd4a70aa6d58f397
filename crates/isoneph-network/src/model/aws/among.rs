//! Subnets of which the input does not show which of several tables, or lists, they have: what all of these say is sure, and
//! what one of them says may be.

use super::estate::{Acl, Estate, Subnet, Table};
use crate::model::address::AddressRange;
use crate::model::form::{Route, RouteTable};
use crate::model::policy::{Policy, Tier};

/// The tables that a subnet may have, where these are all. Nobody but the input has given a table to a network that it makes.
pub(super) fn tables<'e>(estate: &'e Estate, subnet: &Subnet) -> Option<Vec<(&'e str, &'e Table)>> {
    if subnet.looked_up || !estate.whole.contains(&subnet.vpc) {
        return None;
    }
    let named = subnet.maybe_tables.as_ref();
    let own =
        estate.tables.iter().filter(|(_, table)| table.vpc == subnet.vpc || !estate.vpcs.contains_key(&table.vpc));
    let meant: Vec<_> = own
        .filter(|(id, _)| named.is_none_or(|named| named.contains(id)))
        .map(|(id, table)| (id.as_str(), table))
        .collect();
    // A table of nobody knows which network may be of this one.
    let placed = meant.iter().all(|(_, table)| table.vpc == subnet.vpc);
    (placed && !meant.is_empty()).then_some(meant)
}

/// One table that stands for several of which a subnet has one.
pub(super) fn one_of(subnet: &str, of: &[(&str, &Table)], routes: Vec<Vec<Route>>) -> RouteTable {
    let name = format!("one of {}", of.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", "));
    let same = |one: &Route, other: &Route| {
        one.destination == other.destination
            && one.target == other.target
            && one.rank == other.rank
            && other.unknown.is_none()
    };
    let in_all =
        |route: &Route| route.unknown.is_none() && routes.iter().all(|all| all.iter().any(|held| same(route, held)));
    let sure: Vec<Route> = routes.first().into_iter().flatten().filter(|route| in_all(route)).cloned().collect();
    let mut out = sure.clone();
    for ((id, _), all) in of.iter().zip(&routes) {
        for route in all.iter().filter(|route| !in_all(route)) {
            let doubt = || format!("whether {id} is the table of {subnet}");
            let unknown = Some(route.unknown.clone().unwrap_or_else(doubt));
            // A longer prefix that every one of them has decides.
            let decides = |held: &&Route| {
                let longer = held.destination != route.destination || held.rank <= route.rank;
                longer && route.destination.covers(held.destination)
            };
            let within: Vec<AddressRange> = sure.iter().filter(decides).map(|held| held.destination).collect();
            // What a table itself leaves open is open already where its own routes do not decide.
            let left = if route.unknown.is_none() { route.destination.minus(&within) } else { vec![route.destination] };
            out.extend(left.into_iter().map(|destination| Route {
                destination,
                unknown: unknown.clone(),
                target: route.target.clone(),
                rank: route.rank,
            }));
        }
    }
    RouteTable { id: name.clone(), name, routes: out, origin: of[0].1.origin.clone() }
}

/// The network ACLs that a subnet may have, where these are all: the one that its network is made with, and those that may be
/// for it.
pub(super) fn lists<'e>(estate: &'e Estate, id: &str, subnet: &Subnet) -> Option<Vec<(&'e str, &'e Acl)>> {
    if subnet.looked_up || !estate.whole.contains(&subnet.vpc) {
        return None;
    }
    let elsewhere = |acl: &Acl| acl.vpc != subnet.vpc && estate.vpcs.contains_key(&acl.vpc);
    let may_be = |acl: &Acl| acl.maybe_subnets.as_ref().is_none_or(|held| held.contains(id));
    let is_for = |acl: &Acl| acl.default || may_be(acl) || acl.subnets.iter().any(|held| held == id);
    let meant: Vec<_> = estate
        .acls
        .iter()
        .filter(|(_, acl)| !elsewhere(acl) && is_for(acl))
        .map(|(id, acl)| (id.as_str(), acl))
        .collect();
    let shown = meant.iter().all(|(_, acl)| acl.vpc == subnet.vpc && !acl.open);
    (shown && meant.iter().any(|(_, acl)| acl.default)).then_some(meant)
}

/// One list that stands for several of which a subnet has one: each of them may be what decides.
pub(super) fn one_list(subnet: &str, of: &[(&str, Policy)]) -> Policy {
    let name = format!("one of {}", of.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", "));
    let last = of.len().saturating_sub(1);
    let tiers = of.iter().enumerate().flat_map(|(at, (id, policy))| {
        let doubt = (at < last).then(|| format!("whether {id} is the network ACL of {subnet}"));
        policy.tiers.iter().map(move |tier| Tier { uncertain: doubt.clone(), ..tier.clone() })
    });
    Policy {
        id: name.clone(),
        name,
        stateful: false,
        tiers: tiers.collect(),
        origin: of.first().map(|(_, policy)| policy.origin.clone()).unwrap_or_default(),
    }
}
