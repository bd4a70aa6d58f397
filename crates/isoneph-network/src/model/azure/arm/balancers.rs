//! Load balancers.

use serde_json::Value;

use super::super::template::is_untold;
use super::{id, is_untold_at, offer, parent, properties, reference, references, subscription};
use crate::model::Problem;
use crate::model::address::AddressRange;
use crate::model::azure::estate::{Balancer, BalancerRule, Estate, LetsOut};
use crate::model::form::Origin;
use crate::model::json::{flag, list, number, text, text_or_empty};

/// The scale set whose machine an interface is of, else the interface.
fn scaled(interface: &str) -> String {
    let set = interface.split_once("/virtualmachines/").map(|(set, _)| set);
    set.filter(|set| set.contains("/virtualmachinescalesets/")).unwrap_or(interface).to_owned()
}

/// A rule that leads to the pools that it names.
fn balanced(rule: &Value, pools: &[Value]) -> BalancerRule {
    let port = |key: &str| number(rule, key);
    let mut named: Vec<String> = reference(rule, "backendAddressPool").into_iter().collect();
    named.extend(references(rule, "backendAddressPools"));
    named.sort_unstable();
    named.dedup();
    let known: Vec<&Value> = pools.iter().filter(|pool| named.contains(&id(pool))).map(properties).collect();
    // A configuration's identifier ends in its interface's, `/ipConfigurations/NAME`.
    let targets = known.iter().flat_map(|pool| references(pool, "backendIPConfigurations"));
    let targets: Vec<String> = targets.map(|held| scaled(&parent(&held))).collect();
    let entries: Vec<&Value> = known.iter().flat_map(|pool| list(pool, "loadBalancerBackendAddresses")).collect();
    let addresses: Vec<_> = entries.iter().filter_map(|held| by_address(properties(held))).collect();
    BalancerRule {
        protocol: text_or_empty(rule, "protocol"),
        frontend: reference(rule, "frontendIPConfiguration")
            .filter(|held| !is_untold(held))
            .and_then(|held| held.rsplit('/').next().map(str::to_owned)),
        frontend_port: port("frontendPort").or_else(|| port("frontendPortRangeStart")).unwrap_or(0),
        frontend_last: port("frontendPortRangeEnd").filter(|last| *last > 0),
        backend_port: port("backendPort").unwrap_or(0),
        // What has no address is an interface's.
        complete: !named.is_empty() && known.len() == named.len() && entries.len() - addresses.len() <= targets.len(),
        pools: named,
        addresses,
        targets,
    }
}

/// A target by its address, with its network.
fn by_address(held: &Value) -> Option<(AddressRange, Option<String>)> {
    let address = text(held, "ipAddress").and_then(AddressRange::parse)?;
    let network = reference(held, "virtualNetwork");
    let of_subnet = || reference(held, "subnet").map(|subnet| parent(&subnet));
    Some((address, network.or_else(of_subnet)))
}

/// A rule of address translation: to one configuration, or to those of a pool.
fn translated(rule: &Value, pools: &[Value]) -> BalancerRule {
    let of = properties(rule);
    let mut read = balanced(of, pools);
    let one = reference(of, "backendIPConfiguration").map(|held| scaled(&parent(&held)));
    read.complete |= one.is_some();
    read.targets.extend(one);
    read.pools.push(id(rule));
    read
}

/// Rules of balancing translate on the way out as well, unless they are told not to; others do nothing else.
fn lets_out(held: &Value) -> Vec<LetsOut> {
    let pools = list(held, "backendAddressPools");
    let rule = |rule: &Value, sure: bool| {
        let read = balanced(properties(rule), pools);
        LetsOut { protocol: read.protocol, pools: read.pools, targets: read.targets, sure }
    };
    let quiet = |held: &Value| flag(properties(held), "disableOutboundSnat") == Some(true);
    let both = list(held, "loadBalancingRules").iter().filter(|held| !quiet(held));
    let both = both.map(|held| rule(held, !is_untold_at(properties(held), "disableOutboundSnat")));
    both.chain(list(held, "outboundRules").iter().map(|held| rule(held, true))).collect()
}

pub(super) fn balancer(
    estate: &mut Estate,
    value: &Value,
    own: String,
    name: String,
    origin: Origin,
    problems: &mut Vec<Problem>,
) {
    let held = properties(value);
    let frontends = list(held, "frontendIPConfigurations").iter();
    let frontends =
        frontends.map(|front| (text_or_empty(front, "name"), reference(properties(front), "publicIPAddress")));
    let pools = list(held, "backendAddressPools");
    let rules = list(held, "loadBalancingRules").iter().map(|rule| balanced(properties(rule), pools));
    // Address translation leads to one of those behind it, or by a range of ports to each.
    let kinds = ["inboundNatRules", "inboundNatPools"];
    let nat = kinds.iter().flat_map(|kind| list(held, kind)).map(|rule| translated(rule, pools));
    let rules = rules.chain(nat).collect();
    let members = pools.iter().flat_map(|pool| references(properties(pool), "backendIPConfigurations"));
    let read = Balancer {
        name,
        owner: subscription(&own),
        frontends: frontends.collect(),
        rules,
        standard: offer(value),
        lets_out: lets_out(held),
        members: members.map(|held| scaled(&parent(&held))).collect(),
        maybe: Vec::new(),
        origin,
    };
    estate.told.settle(&own, &read, &read.origin, problems);
    estate.balancers.insert(own, read);
}
