//! Which endpoint is in which zone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::intent::{Intent, Member, Zone, ZoneKind};
use crate::model::Model;
use crate::model::address::{AddressRange, Meeting, RangeSet};
use crate::model::form::{Endpoint, EndpointId, EndpointKind};

/// The zone of every endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// By endpoint: index of the zone that it is surely in, and in no other.
    pub zones: Vec<Option<usize>>,
    /// The zones of which an endpoint may be: its address is known as a range that goes beyond them, or several take it.
    pub perhaps: BTreeMap<EndpointId, Vec<usize>>,
    /// Endpoints that more than one zone takes, none of them part of another: (endpoint, zones).
    pub disputed: Vec<(EndpointId, Vec<usize>)>,
    /// Members that name nothing in the model: (zone, member).
    pub empty: Vec<(usize, usize)>,
}

/// Finds the zone of every endpoint. Plumbing of the platform (gateways' own interfaces) belongs to nobody and is left out.
#[must_use]
pub fn assign(model: &Model, intent: &Intent) -> Assignment {
    let mut out = Assignment {
        zones: vec![None; model.parts.endpoints.len()],
        perhaps: BTreeMap::new(),
        disputed: Vec::new(),
        empty: Vec::new(),
    };
    let mut used: Vec<Vec<bool>> = intent.zones.iter().map(|zone| vec![false; zone.members.len()]).collect();
    for (id, endpoint) in model.parts.endpoints.iter().enumerate() {
        if matches!(endpoint.kind, EndpointKind::Nat | EndpointKind::Plumbing) {
            continue;
        }
        let (mut sure, mut maybe) = (Vec::new(), Vec::new());
        for (index, zone) in intent.zones.iter().enumerate().filter(|(_, zone)| zone.kind != ZoneKind::Outside) {
            match membership(model, zone, (id, endpoint), &mut used[index]) {
                Membership::Held => sure.push(index),
                Membership::Perhaps => maybe.push(index),
                Membership::Apart => {}
            }
        }
        out.place(intent, (id, endpoint), sure, maybe);
    }
    for (zone, used) in used.into_iter().enumerate().filter(|(zone, _)| intent.zones[*zone].kind != ZoneKind::Outside) {
        out.empty.extend(used.into_iter().enumerate().filter(|(_, used)| !used).map(|(member, _)| (zone, member)));
    }
    out
}

impl Assignment {
    fn place(
        &mut self,
        intent: &Intent,
        (id, endpoint): (EndpointId, &Endpoint),
        sure: Vec<usize>,
        mut maybe: Vec<usize>,
    ) {
        // What is in a zone and in one around it counts for the narrower.
        let around = |outer: usize, inner: usize| intent.is_part_of(inner, outer);
        let kept = |outer: usize, all: &[usize]| !all.iter().any(|inner| around(outer, *inner));
        let narrow: Vec<usize> = sure.iter().copied().filter(|zone| kept(*zone, &sure)).collect();
        maybe.retain(|zone| kept(*zone, &narrow));
        // An address of which nothing at all is known does not make doubtful what another mark of the endpoint says.
        if !narrow.is_empty() && !endpoint.places.iter().any(|place| is_told(place.inside)) {
            maybe.clear();
        }
        match (narrow.as_slice(), maybe.is_empty()) {
            ([], true) => {}
            ([one], true) => self.zones[id] = Some(*one),
            _ => {
                if narrow.len() > 1 {
                    self.disputed.push((id, narrow.clone()));
                }
                maybe.extend(narrow);
                maybe.sort_unstable();
                self.perhaps.insert(id, maybe);
            }
        }
    }
}

/// Whether an address is known at least as a part of its family.
fn is_told(range: AddressRange) -> bool {
    range != AddressRange::whole(range.family)
}

/// Whether an endpoint is in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Membership {
    Held,
    /// The zone has a part of the range that its address is in.
    Perhaps,
    Apart,
}

/// `used` takes which members of the zone name the endpoint.
fn membership(model: &Model, zone: &Zone, (id, endpoint): (EndpointId, &Endpoint), used: &mut [bool]) -> Membership {
    let mut held = false;
    // Members that name addresses hold a range together, though none of them may hold it alone.
    let mut addresses = Vec::new();
    for (member, used) in zone.members.iter().zip(used) {
        if !holds(model, member, id, endpoint) {
            continue;
        }
        let Some(text) = &member.address else {
            (held, *used) = (true, true);
            continue;
        };
        let met = AddressRange::parse(text).filter(|range| endpoint.places.iter().any(|at| range.meets(at.inside)));
        *used |= met.is_some();
        addresses.extend(met);
    }
    let addresses = RangeSet::new(addresses);
    let meetings = || endpoint.places.iter().map(|place| addresses.meeting(place.inside));
    if held || meetings().any(|meeting| meeting == Meeting::Within) {
        Membership::Held
    } else if meetings().any(|meeting| meeting == Meeting::Partly) {
        Membership::Perhaps
    } else {
        Membership::Apart
    }
}

/// Whether all of a member's fields hold but the address, which may hold in part.
fn holds(model: &Model, member: &Member, id: EndpointId, endpoint: &Endpoint) -> bool {
    let network = &model.parts.networks[endpoint.network];
    let subnet = endpoint.subnet.map(|subnet| &model.parts.subnets[subnet]);
    let same =
        |wanted: &Option<String>, held: &[&str]| wanted.as_ref().is_none_or(|wanted| held.contains(&wanted.as_str()));
    let cluster = endpoint.kind == EndpointKind::Workload;
    let accounts = [endpoint.owner.as_str(), subnet.map_or("", |subnet| &subnet.owner), network.owner.as_str()];
    // The nearest owner that the input names counts: in a shared network machines belong to their own account.
    let account = accounts.iter().find(|owner| !owner.is_empty()).copied().unwrap_or_default();
    let empty = *member == Member::default();
    !empty
        && same(&member.account, &[if cluster { network.owner.as_str() } else { account }])
        && same(&member.network, &[&network.id, &network.name])
        && same(&member.subnet, &[subnet.map_or("", |subnet| &subnet.id), subnet.map_or("", |subnet| &subnet.name)])
        && same(&member.namespace, &[if cluster { endpoint.owner.as_str() } else { "" }])
        && member.tag.as_ref().is_none_or(|tag| has_tag(model, endpoint, tag))
        && member.name.as_ref().is_none_or(|name| model.index().named(name).contains(&id))
        && member.any.as_ref().is_none_or(|pattern| {
            let of_subnet = subnet.iter().flat_map(|subnet| [&subnet.id, &subnet.name]);
            let own = [&endpoint.id, &endpoint.name, &network.id, &network.name];
            let space = cluster.then_some(&endpoint.owner);
            own.into_iter().chain(&endpoint.aliases).chain(of_subnet).chain(space).any(|name| is_like(pattern, name))
        })
}

/// Whether a name is like a pattern in which `*` stands for any text.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

fn has_tag(model: &Model, endpoint: &Endpoint, tag: &str) -> bool {
    let (key, value) = tag.split_once('=').map_or((tag, None), |(key, value)| (key, Some(value)));
    nearest_tag(model, endpoint, key).is_some_and(|held| value.is_none_or(|value| held == value))
}

/// A label of the endpoint, else of its subnet, else of its network.
pub(super) fn nearest_tag<'m>(model: &'m Model, endpoint: &'m Endpoint, key: &str) -> Option<&'m str> {
    let subnet = endpoint.subnet.map(|subnet| &model.parts.subnets[subnet].tags);
    let network = &model.parts.networks[endpoint.network].tags;
    [Some(&endpoint.tags), subnet, Some(network)]
        .into_iter()
        .flatten()
        .find_map(|tags| tags.get(key))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, name, like) in [
            ("vpc-1", "vpc-1", true),
            ("vpc-1", "vpc-12", false),
            ("vpc-*", "vpc-", true),
            ("*-web-*", "red-web-1", true),
            ("*-web-*", "red-db-1", false),
            ("a*b*b", "ab", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "x", false),
        ] {
            assert_eq!(is_like(pattern, name), like, "{pattern} {name}");
        }
    }
}
