//! What an Azure estate holds, in Azure's words. Identifiers are in lower case: Azure does not tell cases apart.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::uplinks::Uplinks;
use crate::model::address::{AddressRange, Family};
use crate::model::form::Origin;
use crate::model::json::unshown;
use crate::model::once::Told;
use crate::model::traffic::Traffic;

/// Everything read, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    pub(super) networks: BTreeMap<String, VirtualNetwork>,
    pub(super) subnets: BTreeMap<String, Subnet>,
    pub(super) groups: BTreeMap<String, SecurityGroup>,
    pub(super) interfaces: BTreeMap<String, Interface>,
    pub(super) machines: BTreeMap<String, Machine>,
    pub(super) public: BTreeMap<String, PublicAddress>,
    pub(super) tables: BTreeMap<String, Table>,
    /// Rules and routes that are answered with by themselves, by what they are of.
    pub(super) parts: BTreeMap<String, LooseParts>,
    pub(super) peerings: Vec<Peering>,
    /// Networks of which an answer does not show the peerings.
    pub(super) unpeered: BTreeSet<String>,
    /// What answers said of each object.
    pub(crate) told: Told,
    pub(super) gateways: BTreeMap<String, NatGateway>,
    pub(super) balancers: BTreeMap<String, Balancer>,
    pub(super) admin: Vec<AdminRule>,
    /// Networks that something joins to others, or gives a gateway, of which nothing is read.
    pub(super) connected: Vec<String>,
    /// Networks that are joined to others past gateways: by a network manager, by peerings of nobody knows which.
    pub(super) meshed: Vec<String>,
    /// What leads out of networks past their peerings.
    pub(super) uplinks: Uplinks,
    /// Firewalls that stand in a subnet.
    pub(super) firewalls: BTreeMap<String, Firewall>,
    /// Private link services, each with the subnets out of which it sends.
    pub(super) services: BTreeMap<String, Vec<String>>,
    /// Interfaces of private endpoints, each with what it is of.
    pub(super) endpoints: BTreeMap<String, Connection>,
    /// Ways in from outside that are not modelled.
    pub(super) entries: Vec<String>,
    /// What may have a public address of which nothing shows whether it has.
    pub(super) loose: Vec<String>,
    /// Network managers whose rules and connections the input does not show.
    pub(super) managers: Vec<String>,
}

impl Estate {
    /// Interfaces whose subnets are not shown, by name and that of the machine that carries them.
    pub(crate) fn unplaced(&self) -> Vec<(String, &Origin)> {
        let shown = |place: &InterfacePlace| {
            self.subnets.get(&place.subnet).is_some_and(|subnet| self.networks.contains_key(&subnet.network))
        };
        let lost = self.interfaces.iter().filter(|(_, held)| !held.places.iter().any(shown));
        let named = |(id, held): (&String, &'_ Interface)| {
            let carrier = self.machines.values().find(|machine| machine.interfaces.contains(id));
            carrier.map_or_else(|| held.name.clone(), |machine| format!("{} ({})", machine.name, held.name))
        };
        lost.map(|held| (named(held), &held.1.origin)).collect()
    }

    /// Whether an interface is that of a private endpoint.
    pub(super) fn is_private_endpoint(&self, interface: &str) -> bool {
        let own = self.interfaces.get(interface).is_some_and(|held| held.private_endpoint);
        own || self.endpoints.contains_key(interface)
    }

    /// Adds rules and routes that were answered with by themselves to what they are of: those that it does not hold itself were
    /// there at another time, or are there by now, and of a rule that it holds otherwise either may hold.
    pub(super) fn add_parts(&mut self, of: &str) {
        let Some(held) = self.parts.get(of) else { return };
        if let Some(group) = self.groups.get_mut(of) {
            for rule in &held.rules {
                if group.rules.iter().any(|held| held.says_the_same(rule)) {
                    continue;
                }
                let is_named = |held: &&mut SecurityRule| held.name == rule.name && held.inbound == rule.inbound;
                let doubt = format!("which of the two descriptions of rule {} of {} holds", rule.name, group.name);
                let others: Vec<_> = group.rules.iter_mut().filter(is_named).collect();
                let doubt = match others.is_empty() {
                    true => format!("whether {} still has rule {}, or has it by now", group.name, rule.name),
                    false => doubt,
                };
                others.into_iter().for_each(|held| held.doubt = Some(doubt.clone()));
                group.rules.push(SecurityRule { doubt: Some(doubt), ..rule.clone() });
            }
        }
        if let Some(table) = self.tables.get_mut(of) {
            let name = table.name.clone();
            let open = |route: &Route| Route {
                prefix: format!("whether {name} has the route to {}", route.prefix),
                kind: route.kind.clone(),
                next: route.next,
            };
            for route in &held.routes {
                let is_same = |held: &Route| {
                    (&held.prefix, &held.kind, held.next) == (&route.prefix, &route.kind, route.next)
                        || held.prefix == open(route).prefix
                };
                if !table.routes.iter().any(is_same) {
                    table.routes.push(open(route));
                }
            }
        }
    }

    /// What is known of a public address as one of a family: of one that may be of either, any address of that family.
    pub(super) fn public_of(&self, name: &str, family: Family) -> Option<AddressRange> {
        let held = self.public.get(name);
        let known = held.and_then(|held| held.address);
        let told = known.map(|range| range.family).or_else(|| held.and_then(|held| held.family));
        told.is_none_or(|told| told == family).then(|| known.unwrap_or_else(|| AddressRange::whole(family)))
    }

    /// Which of the peerings of a subnet's network join the subnet: subnets alike in that have the same ways.
    pub(super) fn joined_by(&self, subnet: &Subnet) -> Vec<bool> {
        let own = self.peerings.iter().filter(|peering| peering.from == subnet.network && peering.subnets.is_some());
        own.map(|peering| peering.joins(subnet)).collect()
    }

    /// The blocks at the other end of a peering that joins some subnets alone; `None` where one of these is not shown.
    pub(super) fn joined_blocks(&self, peering: &Peering) -> Option<Option<Vec<AddressRange>>> {
        let (_, there) = peering.subnets.as_ref()?;
        let block = |name: &String| {
            let is_it = |held: &&Subnet| held.network == peering.to && held.name.eq_ignore_ascii_case(name);
            self.subnets.values().find(is_it).map(|held| held.ranges.clone()).filter(|held| !held.is_empty())
        };
        Some(there.iter().map(block).collect::<Option<Vec<_>>>().map(|held| held.concat()))
    }

    /// What of the networks beside one is not shown.
    pub(super) fn unshown_peerings(&self, network: &str) -> Option<String> {
        self.unpeered.contains(network).then(|| unshown("virtualNetworkPeerings", network))
    }

    /// Whether something joins a network to others in ways that are not followed, and that no route table shuts out.
    pub(super) fn is_joined(&self, network: &str) -> bool {
        let held = |all: &[String]| all.iter().any(|held| held == network);
        let looked_up = self.networks.get(network).is_some_and(|held| held.looked_up);
        !self.managers.is_empty() || looked_up || held(&self.connected) || held(&self.meshed)
    }

    /// What may let in packets from outside, as far as it is not followed: also load balancers that interfaces name and the
    /// input does not show.
    pub(super) fn ways_in(&self) -> Vec<String> {
        let named = self.interfaces.values().flat_map(|held| &held.behind);
        let unshown = named.filter(|id| !self.balancers.contains_key(*id));
        let mut out: Vec<String> = unshown.map(|id| format!("{id}, which is not in the input")).collect();
        out.sort_unstable();
        out.dedup();
        out.splice(0..0, self.entries.iter().cloned());
        out
    }

    /// Whether the other end of a peering may be there, though it is not sure that it is.
    pub(super) fn may_answer(&self, peering: &Peering) -> bool {
        let may = |name: &str, wanted: &str| name == wanted || is_unclear(name);
        self.unpeered.contains(&peering.to)
            || self.peerings.iter().any(|back| may(&back.from, &peering.to) && may(&back.to, &peering.from))
    }
}

/// Whether a name stands for what the input does not tell: nothing, or one of several.
pub(super) fn is_unclear(name: &str) -> bool {
    name.is_empty() || name.starts_with("one of ")
}

#[derive(Debug, Default, Serialize)]
pub(super) struct VirtualNetwork {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) region: String,
    pub(super) ranges: Vec<AddressRange>,
    /// Whether the input looks it up and does not make it: its peerings and gateways are not all shown.
    pub(super) looked_up: bool,
    pub(super) tags: BTreeMap<String, String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Subnet {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) ranges: Vec<AddressRange>,
    pub(super) group: Option<String>,
    pub(super) table: Option<String>,
    pub(super) nat: Option<String>,
    /// Whether the group holds for private endpoints too; `None` where the input does not say.
    pub(super) endpoint_policies: Option<bool>,
    /// Whether route tables hold for private endpoints in it; `None` where the input does not say.
    pub(super) endpoint_routes: Option<bool>,
    /// The platform's services that it has a route to (service endpoints).
    #[serde(skip)]
    pub(super) services: Vec<String>,
    /// Whether machines without an address or gateway of their own have no way out.
    pub(super) private: bool,
    /// Whether a gateway or route server stands in it, or is meant to.
    pub(super) gateway: bool,
    /// Which gateways stand in it, where that is told.
    #[serde(skip)]
    pub(super) standing: Vec<String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct SecurityGroup {
    pub(super) name: String,
    pub(super) rules: Vec<SecurityRule>,
    pub(super) origin: Origin,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct SecurityRule {
    pub(super) name: String,
    pub(super) priority: i64,
    pub(super) inbound: bool,
    pub(super) allow: bool,
    pub(super) protocol: String,
    pub(super) source: End,
    pub(super) destination: End,
    /// Why it is not sure that it holds.
    pub(super) doubt: Option<String>,
}

/// Rules of a group, routes of a table.
#[derive(Debug, Default)]
pub(super) struct LooseParts {
    pub(super) rules: Vec<SecurityRule>,
    pub(super) routes: Vec<Route>,
}

/// One end of a rule.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) prefixes: Vec<String>,
    pub(super) ports: Vec<String>,
    pub(super) groups: Vec<String>,
}

#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) group: Option<String>,
    pub(super) forwards: bool,
    pub(super) places: Vec<InterfacePlace>,
    pub(super) application_groups: Vec<String>,
    /// Load balancers and application gateways that it is a target of, as far as it names them itself.
    pub(super) behind: Vec<String>,
    /// The pools of load balancers, and rules of address translation, that it names.
    pub(super) pools: Vec<String>,
    /// Whether it may be in application groups that are not known.
    pub(super) open_groups: bool,
    pub(super) template: bool,
    /// Whether it is of machines that are lent no way out, whatever their subnet.
    pub(super) unlent: bool,
    /// Whether it is that of a private endpoint.
    pub(super) private_endpoint: bool,
    /// The subnets that it stands in one of, where nobody knows in which.
    #[serde(skip)]
    pub(super) candidates: Vec<String>,
    pub(super) aliases: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct InterfacePlace {
    pub(super) subnet: String,
    pub(super) address: Option<AddressRange>,
    pub(super) public: Option<String>,
}

/// A firewall of Azure's own.
#[derive(Debug, Default)]
pub(super) struct Firewall {
    pub(super) name: String,
    pub(super) subnet: String,
    /// All that it may let through; `None` where its rules are not all shown.
    pub(super) allowed: Option<Vec<Forwarded>>,
}

/// What one rule of a firewall lets through.
#[derive(Debug)]
pub(super) struct Forwarded {
    pub(super) name: String,
    /// `None` for any.
    pub(super) sources: Option<Vec<AddressRange>>,
    pub(super) destinations: Option<Vec<AddressRange>>,
    pub(super) traffic: Traffic,
}

/// What a private endpoint is of.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Connection {
    /// The resource; nothing where it is not shown.
    pub(super) to: String,
    /// Whether the resource's owner has not let it in.
    pub(super) refused: bool,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) interfaces: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct PublicAddress {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<AddressRange>,
    /// The family, where it is told; an address that is known tells its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) family: Option<Family>,
    /// `Some(true)` for the standard offer, which is closed unless a group opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) standard: Option<bool>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) name: String,
    /// Whether it keeps out the routes of gateways.
    pub(super) shuts_out: bool,
    pub(super) routes: Vec<Route>,
    pub(super) origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct Route {
    pub(super) prefix: String,
    pub(super) kind: String,
    pub(super) next: Option<AddressRange>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Peering {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) access: bool,
    /// `false` where the state says that the other end is missing.
    pub(super) connected: bool,
    pub(super) remote_gateways: bool,
    /// Names of the subnets that it joins, here and there, where it does not join the whole networks.
    pub(super) subnets: Option<(Vec<String>, Vec<String>)>,
}

impl Peering {
    /// Whether it joins a subnet to the other end.
    pub(super) fn joins(&self, subnet: &Subnet) -> bool {
        let named = |names: &Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(&subnet.name));
        self.subnets.as_ref().is_none_or(|(here, _)| named(here))
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct NatGateway {
    pub(super) public: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Balancer {
    pub(super) name: String,
    pub(super) owner: String,
    /// Public address of each frontend by name; `None` for an inside one.
    pub(super) frontends: BTreeMap<String, Option<String>>,
    pub(super) rules: Vec<BalancerRule>,
    /// `Some(true)` for the standard offer: those behind it are lent no way out, and nothing gets in unless a group opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) standard: Option<bool>,
    /// Rules by which those behind it get out under its addresses.
    pub(super) lets_out: Vec<LetsOut>,
    /// Interfaces that surely stand in its pools, and that may, beside those that name it themselves.
    #[serde(skip)]
    pub(super) members: Vec<String>,
    #[serde(skip)]
    pub(super) maybe: Vec<String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct BalancerRule {
    pub(super) protocol: String,
    /// The frontend that it listens at, where that is told.
    pub(super) frontend: Option<String>,
    pub(super) frontend_port: i64,
    /// The last port of a range, of which each leads to one of those behind it.
    pub(super) frontend_last: Option<i64>,
    pub(super) backend_port: i64,
    /// What interfaces name that are behind it: a pool, or the rule itself.
    pub(super) pools: Vec<String>,
    /// Addresses behind it, each with its network where that is told.
    pub(super) addresses: Vec<(AddressRange, Option<String>)>,
    /// Interfaces behind it.
    pub(super) targets: Vec<String>,
    pub(super) complete: bool,
}

/// A rule that translates addresses on the way out.
#[derive(Debug, Default, Serialize)]
pub(super) struct LetsOut {
    pub(super) protocol: String,
    pub(super) pools: Vec<String>,
    /// Interfaces behind it, beside those that name its pools themselves.
    #[serde(skip)]
    pub(super) targets: Vec<String>,
    /// Whether it surely does.
    pub(super) sure: bool,
}

/// A rule of a network manager, which comes before every group.
#[derive(Debug, Default)]
pub(super) struct AdminRule {
    pub(super) rule: SecurityRule,
    /// `Allow`, `AlwaysAllow` or `Deny`.
    pub(super) action: String,
    /// The networks it surely holds for; `None` where membership is computed by a policy.
    pub(super) networks: Option<Vec<String>>,
}

impl SecurityRule {
    /// Whether another says the same, however sure it is that either holds.
    fn says_the_same(&self, other: &Self) -> bool {
        *self == Self { doubt: self.doubt.clone(), ..other.clone() }
    }

    /// Rules of which nothing is known: each way they may allow anything, or deny it.
    pub(super) fn unseen(what: &str) -> Vec<Self> {
        let end = || End { prefixes: vec!["*".into()], ..End::default() };
        let rule = |inbound, allow| Self {
            name: what.to_owned(),
            priority: -1,
            inbound,
            allow,
            protocol: "*".into(),
            source: end(),
            destination: end(),
            doubt: Some(what.to_owned()),
        };
        vec![rule(true, true), rule(true, false), rule(false, true), rule(false, false)]
    }
}

impl AdminRule {
    /// Rules of a manager that the input does not show: they may deny anything, or allow it.
    pub(super) fn unseen(manager: &str) -> Vec<Self> {
        let end = || End { prefixes: vec!["*".into()], ..End::default() };
        let rule = |inbound| SecurityRule {
            name: format!("of {manager}, which the input does not show"),
            inbound,
            protocol: "Any".into(),
            source: end(),
            destination: end(),
            ..SecurityRule::default()
        };
        let sides = [true, false].into_iter().flat_map(|inbound| ["Deny", "AlwaysAllow"].map(|word| (inbound, word)));
        sides.map(|(inbound, word)| Self { rule: rule(inbound), action: word.into(), networks: None }).collect()
    }
}
