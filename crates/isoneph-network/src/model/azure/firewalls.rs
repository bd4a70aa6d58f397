//! Azure Firewall as a policy that denies what none of its rules lets through.

use super::build::Places;
use super::estate::{Estate, Forwarded};
use crate::model::address::AddressRange;
use crate::model::form::{Firewall, Origin, Parts};
use crate::model::policy::{Action, Peers, Policy, Rule, Service, Tier};

/// Adds the firewalls whose rules are all shown.
pub(super) fn build(estate: &Estate, parts: &mut Parts, places: &Places) {
    for (id, firewall) in &estate.firewalls {
        let (Some(allowed), Some(subnet)) = (&firewall.allowed, places.subnet(&firewall.subnet)) else { continue };
        let rules = allowed.iter().map(rule).collect();
        let tier = Tier { name: "rules".into(), rules, otherwise: Action::Deny, uncertain: None };
        let name = firewall.name.clone();
        parts.policies.push(Policy {
            id: id.clone(),
            name: name.clone(),
            stateful: true,
            tiers: vec![tier],
            origin: Origin::default(),
        });
        let (network, ranges) = (parts.subnets[subnet].network, parts.subnets[subnet].ranges.clone());
        parts.firewalls.push(Firewall { name, network, ranges, policy: parts.policies.len() - 1 });
    }
}

fn rule(held: &Forwarded) -> Rule {
    let peers = |ranges: &Option<Vec<AddressRange>>| {
        ranges.as_ref().map_or_else(Peers::everybody, |ranges| Peers::addresses(ranges.clone()))
    };
    Rule {
        id: held.name.clone(),
        action: Action::Permit,
        peers: peers(&held.sources),
        local: Some(peers(&held.destinations)),
        services: vec![Service::Exact(held.traffic.clone())],
        condition: None,
    }
}
