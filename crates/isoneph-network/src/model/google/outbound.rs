//! Cloud NAT: which subnets it lets out, and which machines whose subnets the input does not show.

use std::collections::BTreeMap;

use super::estate::{Estate, Interface, Nat as CloudNat};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{EndpointId, Nat, Outbound, Parts};
use crate::model::traffic::Traffic;

/// A subnet, as far as it is known: its identifier, network and region are empty where they are not.
#[derive(Clone, Copy)]
pub(super) struct Place<'e> {
    pub(super) subnet: &'e str,
    pub(super) network: &'e str,
    pub(super) region: &'e str,
}

/// Whether a gateway lets a subnet out; `None` where that is not known.
fn covers(nat: &CloudNat, place: Place<'_>) -> Option<bool> {
    match nat.subnets.is_empty() {
        false if place.subnet.is_empty() => (nat.network != place.network).then_some(false),
        false => Some(nat.subnets.iter().any(|held| held == place.subnet)),
        true if nat.network != place.network => Some(false),
        true if nat.region.is_empty() => Some(true),
        true if place.region.is_empty() => None,
        true => Some(nat.region == place.region),
    }
}

fn add(nat: &CloudNat, parts: &mut Parts) -> usize {
    let public = if nat.public.is_empty() { vec![AddressRange::whole(Family::V4)] } else { nat.public.clone() };
    parts.nats.push(Nat { id: nat.name.clone(), endpoint: None, subnet: None, public, direct: true });
    parts.nats.len() - 1
}

/// The gateway that lets a subnet out.
pub(super) fn of_subnet(estate: &Estate, parts: &mut Parts, place: Place<'_>) -> Option<usize> {
    let nat = estate.nats.iter().find(|nat| covers(nat, place) == Some(true))?;
    Some(add(nat, parts))
}

/// Adds the ways out of machines whose subnets are not shown: the gateway names subnets, or takes all of a region.
pub(super) fn of_machines(estate: &Estate, parts: &mut Parts, endpoints: &BTreeMap<&str, EndpointId>) {
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = endpoints.get(id.as_str()).copied().filter(|id| parts.endpoints[*id].subnet.is_none())
        else {
            continue;
        };
        let network = parts.networks[parts.endpoints[endpoint].network].id.clone();
        let place = Place { subnet: &interface.subnet, network: &network, region: region(interface) };
        let sure = estate.nats.iter().find(|nat| covers(nat, place) == Some(true));
        let maybe = || estate.nats.iter().find(|nat| covers(nat, place).is_none());
        let Some(nat) = sure.or_else(maybe) else { continue };
        let doubt = sure.is_none().then(|| format!("whether Cloud NAT {} is for {}", nat.name, interface.name));
        let held = Some(add(nat, parts));
        parts.outbound.insert(endpoint, Outbound { name: nat.name.clone(), nat: held, traffic: Traffic::all(), doubt });
    }
}

/// Whether a gateway takes the addresses that machines have first, and not those alone of further ranges of a subnet.
pub(super) fn takes_first(ranges: &[String]) -> bool {
    ranges.is_empty() || ranges.iter().any(|word| matches!(word.as_str(), "ALL_IP_RANGES" | "PRIMARY_IP_RANGE"))
}

/// The region of an interface: a subnet's identifier has it between its project and its name.
fn region(interface: &Interface) -> &str {
    let mut parts = interface.subnet.splitn(3, '/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(region), Some(_)) => region,
        _ => interface.region.as_str(),
    }
}

/// The region of a zone, by its name or link.
pub(super) fn region_of_zone(zone: &str) -> String {
    let name = zone.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('-').map(|(region, _)| region.to_owned()).unwrap_or_default()
}
