//! Interfaces that may stand in one of several subnets, of which a plan does not show which: each is asked for in all of them,
//! and what holds for some alone is open.

use super::Reading;
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Balancer, Estate, Interface, InterfacePlace};
use crate::model::terraform::Resource;

/// The subnet that a field names, and those that it may be one of. An address is its subnet's.
pub(super) fn subnet(
    estate: &Estate,
    reading: &Reading<'_>,
    resource: &Resource,
    path: &[&str],
    address: Option<AddressRange>,
) -> (String, Vec<String>) {
    let named = reading.document.ids(resource, path);
    let one = || reading.at(resource, path).unwrap_or_default();
    // An identifier that is written out may be of another subscription than what is made under its names.
    if !named.choice || named.open || reading.document.is_told(resource, path) {
        return (one(), Vec::new());
    }
    let fits = |id: &String| {
        let held = estate.subnets.get(id)?;
        let takes = |address: AddressRange| held.ranges.iter().any(|range| range.covers(address));
        Some(held.ranges.is_empty() || address.is_none_or(takes))
    };
    let all: Vec<String> = named.found.iter().map(|id| id.to_lowercase()).collect();
    // One that is not shown may have the address.
    let Some(known) = all.iter().map(fits).collect::<Option<Vec<bool>>>() else { return (one(), Vec::new()) };
    let left: Vec<String> = all.into_iter().zip(known).filter(|(_, fits)| *fits).map(|(id, _)| id).collect();
    match left.as_slice() {
        [only] => (only.clone(), Vec::new()),
        _ => (one(), left),
    }
}

/// The subnets that an interface with these places may stand in: all that it has stands in one.
pub(super) fn in_common(places: &mut [InterfacePlace], several: Vec<Vec<String>>) -> Vec<String> {
    let known = places.iter().zip(&several).find(|(_, all)| all.is_empty()).map(|(place, _)| place.subnet.clone());
    let Some(known) = known else {
        let mut all = several.into_iter();
        let first = all.next().unwrap_or_default();
        return all.fold(first, |left, other| left.into_iter().filter(|id| other.contains(id)).collect());
    };
    for (place, _) in places.iter_mut().zip(&several).filter(|(_, all)| all.contains(&known)) {
        place.subnet.clone_from(&known);
    }
    Vec::new()
}

/// Puts interfaces into each subnet that they may stand in: after all that names them. Those that load balancers lead to stay
/// where they are, for one of several targets suffices there.
pub(super) fn spread(estate: &mut Estate) {
    let wanted = |(id, held): (&String, &Interface)| {
        let balanced =
            !held.pools.is_empty() || !held.behind.is_empty() || estate.balancers.values().any(|of| leads(of, id));
        (!held.candidates.is_empty() && !balanced).then(|| id.clone())
    };
    let all: Vec<String> = estate.interfaces.iter().filter_map(wanted).collect();
    for id in all {
        let Some(held) = estate.interfaces.remove(&id) else { continue };
        let copies: Vec<String> = held.candidates.iter().map(|subnet| format!("{id} in {subnet}")).collect();
        for (subnet, copy) in held.candidates.iter().zip(&copies) {
            let mut one = held.clone();
            one.places.iter_mut().for_each(|place| place.subnet.clone_from(subnet));
            estate.interfaces.insert(copy.clone(), one);
        }
        if let Some(connection) = estate.endpoints.remove(&id) {
            estate.endpoints.extend(copies.iter().map(|copy| (copy.clone(), connection.clone())));
        }
        for machine in estate.machines.values_mut().filter(|held| held.interfaces.contains(&id)) {
            machine.interfaces.retain(|held| *held != id);
            machine.interfaces.extend(copies.iter().cloned());
        }
    }
}

fn leads(balancer: &Balancer, interface: &String) -> bool {
    let targets =
        balancer.rules.iter().map(|rule| &rule.targets).chain(balancer.lets_out.iter().map(|rule| &rule.targets));
    [&balancer.members, &balancer.maybe].into_iter().chain(targets).any(|held| held.contains(interface))
}
