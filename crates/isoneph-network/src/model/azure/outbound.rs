//! Ways out of machines, and what the offers of addresses and load balancers close. Those behind a standard load balancer are
//! lent no address by the platform: they get out by the balancer's rules, or not at all.

use super::build::Places;
use super::estate::{Balancer, Estate, Interface};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{Nat, Outbound, Parts};
use crate::model::traffic::{TCP, Traffic, UDP};

/// Public addresses by name; any of IPv4 beside them where one of these is not known.
pub(super) fn addresses<'e>(estate: &Estate, names: impl Iterator<Item = &'e String>) -> Vec<AddressRange> {
    let known: Vec<Option<AddressRange>> =
        names.map(|name| estate.public.get(name).and_then(|held| held.address)).collect();
    let whole = !known.is_empty() && known.iter().all(Option::is_some);
    let mut out: Vec<AddressRange> = known.into_iter().flatten().collect();
    out.extend((!whole).then(|| AddressRange::whole(Family::V4)));
    out
}

/// Adds the ways out of those behind load balancers.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = places.endpoint(id) else { continue };
        if let Some(way) = way(estate, parts, id, interface) {
            parts.outbound.insert(endpoint, way);
        }
    }
}

/// Which offer a balancer is of: that of its public addresses, which it shares.
fn offer(estate: &Estate, balancer: &Balancer) -> Option<bool> {
    let public = balancer.frontends.values().flatten().find_map(|name| estate.public.get(name)?.standard);
    balancer.standard.or(public)
}

/// Load balancers that an interface stands behind: in a pool, or as one that they lead to in another way, or maybe.
fn behind<'e>(estate: &'e Estate, id: &String, interface: &Interface) -> Vec<(&'e String, &'e Balancer, bool)> {
    let told = |(name, held): (&'e String, &'e Balancer)| {
        let pool = format!("{name}/backendaddresspools/");
        let sure = held.members.contains(id) || interface.pools.iter().any(|named| named.starts_with(&pool));
        // Of those in a pool by their addresses the platform does not say how they get out.
        let maybe = held.rules.iter().flat_map(|rule| &rule.addresses).any(|(address, network)| {
            interface.places.iter().any(|place| {
                let of = estate.subnets.get(&place.subnet).map(|subnet| &subnet.network);
                place.address == Some(*address) && network.as_ref().is_none_or(|network| of == Some(network))
            })
        }) || interface.behind.contains(name)
            || held.maybe.contains(id)
            || held.rules.iter().any(|rule| rule.targets.contains(id));
        (sure || maybe).then_some((name, held, sure))
    };
    estate.balancers.iter().filter_map(told).collect()
}

/// What a balancer's rules let out of those in its pools, and whether they surely do.
fn let_out(balancer: &Balancer, id: &String, interface: &Interface) -> (Traffic, bool) {
    let about = |pools: &[String], targets: &[String]| {
        targets.contains(id) || pools.iter().any(|pool| interface.pools.contains(pool))
    };
    let mut out = (Traffic::none(), true);
    for rule in balancer.lets_out.iter().filter(|rule| about(&rule.pools, &rule.targets)) {
        let own: &[u8] = match rule.protocol.to_ascii_lowercase().as_str() {
            "tcp" => &[TCP],
            "udp" => &[UDP],
            _ => &[TCP, UDP],
        };
        out.0 = own.iter().fold(out.0, |sum, protocol| sum.or(&Traffic::protocol(*protocol)));
        out.1 &= rule.sure;
    }
    out
}

fn way(estate: &Estate, parts: &mut Parts, id: &String, interface: &Interface) -> Option<Outbound> {
    let all = behind(estate, id, interface);
    for (name, balancer, sure) in &all {
        let (mut traffic, known) = let_out(balancer, id, interface);
        if !traffic.is_empty() && offer(estate, balancer) == Some(false) {
            // The basic offer does not ask what its rules are about.
            traffic = traffic.or(&Traffic::protocol(TCP)).or(&Traffic::protocol(UDP));
        }
        let public: Vec<&String> = balancer.frontends.values().flatten().collect();
        if traffic.is_empty() || public.is_empty() {
            continue;
        }
        let name = if balancer.name.is_empty() { (*name).clone() } else { balancer.name.clone() };
        let public = addresses(estate, public.into_iter());
        parts.nats.push(Nat { id: name.clone(), endpoint: None, subnet: None, public, direct: true });
        let doubt = (!(*sure && known)).then(|| format!("what {name} lets out"));
        return Some(Outbound { name, nat: Some(parts.nats.len() - 1), traffic, doubt });
    }
    let none = |name: String, doubt| Some(Outbound { name, nat: None, traffic: Traffic::none(), doubt });
    if interface.unlent {
        return none("a machine of a flexible scale set".into(), None);
    }
    let closes = |(_, held, sure): &&(&String, &Balancer, bool)| *sure && offer(estate, held) == Some(true);
    if let Some((name, ..)) = all.iter().find(closes) {
        return none(format!("what is behind {name}"), None);
    }
    let unshown = || {
        let named = interface.behind.iter().filter(|name| name.contains("/loadbalancers/"));
        named.filter(|name| !estate.balancers.contains_key(*name)).min()
    };
    let unsure = all.iter().find(|(_, held, _)| offer(estate, held) != Some(false)).map(|(name, ..)| *name);
    let name = unsure.or_else(unshown)?.clone();
    none(name.clone(), Some(format!("what {name} lets out")))
}

/// Whether what has no group is closed towards the internet, by the offer of its public addresses and of the load balancers that
/// lead to it: `Some(None)` where that is not known, or some are and others not.
pub(super) fn closed(estate: &Estate, id: &String, interface: &Interface) -> Option<Option<bool>> {
    let own = interface.places.iter().filter_map(|place| place.public.as_ref());
    let own = own.map(|name| estate.public.get(name).and_then(|held| held.standard));
    let is_public = |held: &Balancer| held.frontends.values().any(Option::is_some);
    let behind = behind(estate, id, interface).into_iter().filter(|(_, held, _)| is_public(held));
    let mut all: Vec<Option<bool>> = own.chain(behind.map(|(_, held, _)| offer(estate, held))).collect();
    all.sort_unstable();
    all.dedup();
    match all[..] {
        [] | [Some(false)] => None,
        [only] => Some(only),
        _ => Some(None),
    }
}
