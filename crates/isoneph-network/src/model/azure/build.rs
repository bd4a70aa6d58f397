//! From an Azure estate to the one form.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{AdminRule, Estate, NatGateway, Peering, SecurityGroup, Subnet as EstateSubnet};
use super::rules::Surroundings;
use super::{balancers, firewalls, links, outbound, routes};
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::form::{
    Endpoint, EndpointId, EndpointKind, Loose, Nat, Network, NetworkId, Parts, Place, Platform, PolicyId, Subnet,
    SubnetId, TableId,
};
use crate::model::policy::Policy;

#[derive(Default)]
pub(super) struct Places {
    pub(super) networks: BTreeMap<String, NetworkId>,
    pub(super) subnets: BTreeMap<String, SubnetId>,
    endpoints: BTreeMap<String, EndpointId>,
    nats: BTreeMap<String, usize>,
    /// The routes every subnet of a network has before it is given others.
    pub(super) plain: BTreeMap<NetworkId, TableId>,
    /// Tables by which private endpoints answer, by subnet, where these are not the subnet's own.
    pub(super) answering: BTreeMap<String, TableId>,
}

/// Adds everything of the estate to `parts`.
pub(crate) fn build(estate: &Estate, parts: &mut Parts) {
    let mut places = Places::default();
    networks(estate, parts, &mut places);
    routes::tables(estate, parts, &mut places);
    endpoints(estate, parts, &mut places);
    balancers::build(estate, parts, &places);
    outbound::build(estate, parts, &places);
    policies(estate, parts, &places);
    links::build(estate, parts, &places);
    firewalls::build(estate, parts, &places);
}

impl Places {
    /// Where an interface stands among the endpoints.
    pub(super) fn endpoint(&self, interface: &str) -> Option<EndpointId> {
        self.endpoints.get(interface).copied()
    }

    /// Where a network stands.
    pub(super) fn network(&self, network: &str) -> Option<NetworkId> {
        self.networks.get(network).copied()
    }

    /// All networks.
    pub(super) fn networks(&self) -> impl Iterator<Item = NetworkId> + '_ {
        self.networks.values().copied()
    }

    /// The routes that a network has by itself.
    pub(super) fn plain(&self, network: NetworkId) -> Option<TableId> {
        self.plain.get(&network).copied()
    }

    /// Where a subnet stands.
    pub(super) fn subnet(&self, subnet: &str) -> Option<usize> {
        self.subnets.get(subnet).copied()
    }
}

pub(super) fn or<'a>(name: &'a str, id: &'a str) -> String {
    if name.is_empty() { id.to_owned() } else { name.to_owned() }
}

fn networks(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let entries = estate.ways_in();
    for (id, network) in &estate.networks {
        places.networks.insert(id.clone(), parts.networks.len());
        parts.networks.push(Network {
            id: id.clone(),
            name: or(&network.name, id),
            platform: Platform::Azure,
            owner: network.owner.clone(),
            region: network.region.clone(),
            ranges: RangeSet::new(network.ranges.clone()),
            open: network.ranges.is_empty(),
            flat: false,
            default_outbound: true,
            complete: false,
            internet: Some("internet".into()),
            edge: None,
            entries: entries.clone(),
            loose: Loose::any(&estate.loose),
            tags: network.tags.clone(),
            origin: network.origin.clone(),
        });
    }
    // Of a gateway that is not shown nobody knows the addresses.
    let unshown = NatGateway { public: vec![String::new()] };
    let named = estate.subnets.values().filter_map(|subnet| subnet.nat.as_ref()).map(|id| (id, &unshown));
    let gateways: BTreeMap<_, _> = named.chain(&estate.gateways).collect();
    for (id, gateway) in gateways {
        places.nats.insert(id.clone(), parts.nats.len());
        parts.nats.push(Nat {
            id: id.clone(),
            endpoint: None,
            subnet: None,
            public: outbound::addresses(estate, gateway.public.iter()),
            direct: true,
        });
    }
    for (id, subnet) in &estate.subnets {
        let Some(network) = places.networks.get(&subnet.network) else { continue };
        places.subnets.insert(id.clone(), parts.subnets.len());
        parts.subnets.push(Subnet {
            id: id.clone(),
            name: or(&subnet.name, id),
            network: *network,
            zone: String::new(),
            ranges: RangeSet::new(subnet.ranges.clone()),
            table: None,
            border: None,
            nat: subnet.nat.as_ref().and_then(|nat| places.nats.get(nat)).copied(),
            private: subnet.private,
            owner: parts.networks[*network].owner.clone(),
            tags: BTreeMap::new(),
            origin: subnet.origin.clone(),
        });
    }
}

/// What the tag VirtualNetwork means at a subnet.
#[derive(Default)]
pub(super) struct Tag {
    pub(super) ranges: Vec<AddressRange>,
    /// What of it is not known.
    pub(super) unknown: Vec<String>,
    /// What leads to private addresses that belong to it, of which not all are known.
    pub(super) beyond: Option<String>,
}

/// The tag VirtualNetwork at a subnet.
pub(super) fn virtual_network(subnet: &EstateSubnet, estate: &Estate, parts: &Parts, places: &Places) -> Tag {
    let network = subnet.network.as_str();
    let Some(index) = places.networks.get(network) else {
        return Tag { unknown: vec![format!("network {network}")], ..Tag::default() };
    };
    let mut out = parts.networks[*index].ranges.ranges().to_vec();
    let of = |network: usize| format!("the addresses of {}", parts.networks[network].name);
    let mut unknown: Vec<String> = parts.networks[*index].open.then(|| of(*index)).into_iter().collect();
    let here = |peering: &&Peering| peering.from == network && peering.joins(subnet);
    for peering in estate.peerings.iter().filter(here).filter(|peering| peering.access && peering.connected) {
        match (places.networks.get(&peering.to), estate.joined_blocks(peering)) {
            (_, Some(Some(blocks))) => out.extend(blocks),
            (_, Some(None)) => unknown.push(format!("the subnets that peering {} joins", peering.name)),
            (Some(other), None) => {
                out.extend(parts.networks[*other].ranges.ranges());
                unknown.extend(parts.networks[*other].open.then(|| of(*other)));
            }
            (None, None) => unknown.push(format!("the addresses of {}", peering.to)),
        }
    }
    unknown.extend(estate.unshown_peerings(network));
    if estate.is_joined(network) {
        unknown.push("what the network's gateway leads to".into());
    }
    // What gateways lead to belongs to it: a route for everything as well.
    unknown.extend(estate.may_take_all(subnet));
    let beyond = estate.led_by(subnet).find(|led| estate.has_uplink(led));
    let beyond = beyond.map(|led| format!("what the gateway of {} leads to", estate.name_of(led)));
    out.extend(estate.led_by(subnet).flat_map(|led| estate.uplinks.blocks(led)).map(|(_, block)| block));
    out.extend(AddressRange::parse("168.63.129.16"));
    Tag { ranges: out, unknown, beyond }
}

/// The tag at a subnet: prefixes of its user-defined routes belong to it as well.
fn surroundings(subnet: &EstateSubnet, estate: &Estate, parts: &Parts, places: &Places) -> Surroundings {
    let Tag { mut ranges, mut unknown, beyond } = virtual_network(subnet, estate, parts, places);
    let joined = ranges.clone();
    let table = subnet.table.as_ref().and_then(|table| estate.tables.get(table));
    let unshown = subnet.table.iter().filter(|_| table.is_none());
    unknown.extend(unshown.map(|id| format!("the routes of {id}")));
    for route in table.into_iter().flat_map(|table| &table.routes) {
        // No block and no tag has words: it is a route of which nothing is known.
        unknown.extend(route.prefix.contains(' ').then(|| route.prefix.clone()));
        let inward = !matches!(route.kind.to_ascii_lowercase().as_str(), "internet" | "none");
        ranges.extend(AddressRange::parse(&route.prefix).filter(|_| inward));
    }
    let mut members: BTreeMap<String, Vec<EndpointId>> = BTreeMap::new();
    let mut open: Vec<EndpointId> = Vec::new();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = places.endpoints.get(id) else { continue };
        if places.networks.get(&subnet.network) != Some(&parts.endpoints[*endpoint].network) {
            continue;
        }
        open.extend(interface.open_groups.then_some(*endpoint));
        for group in &interface.application_groups {
            members.entry(group.clone()).or_default().push(*endpoint);
        }
    }
    members.values_mut().for_each(|list| list.sort_unstable());
    open.sort_unstable();
    Surroundings { virtual_network: ranges, joined, unknown, beyond, members, open, vacant: false }
}

fn endpoints(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let owners: BTreeMap<&str, (&str, &super::estate::Machine)> = estate
        .machines
        .iter()
        .flat_map(|(id, machine)| machine.interfaces.iter().map(move |name| (name.as_str(), (id.as_str(), machine))))
        .collect();
    for (id, interface) in &estate.interfaces {
        let Some(subnet) = interface.places.iter().find_map(|place| places.subnets.get(&place.subnet)).copied() else {
            continue;
        };
        let network = parts.subnets[subnet].network;
        let mut held = Vec::new();
        for place in &interface.places {
            let of = |inside: AddressRange| {
                let public = place.public.as_ref().and_then(|name| estate.public_of(name, inside.family));
                Place { inside, public }
            };
            match (place.address, places.subnets.get(&place.subnet)) {
                (Some(inside), _) => held.push(of(inside)),
                (None, Some(own)) => held.extend(parts.subnets[*own].ranges.ranges().iter().copied().map(of)),
                (None, None) => {}
            }
        }
        if held.is_empty() {
            // It stands somewhere, though nothing shows where.
            let public = interface.places.iter().any(|place| place.public.is_some());
            let whole = AddressRange::whole(Family::V4);
            held.push(Place { inside: whole, public: public.then_some(whole) });
        }
        let answers = interface.places.iter().find_map(|place| places.answering.get(&place.subnet)).copied();
        let answering = answers.filter(|_| estate.is_private_endpoint(id));
        let machine = owners.get(id.as_str());
        let mut aliases = interface.aliases.clone();
        aliases.push(interface.name.clone());
        aliases.extend(machine.map(|(id, _)| (*id).to_owned()));
        let mut tags = interface.tags.clone();
        tags.extend(machine.map(|(_, machine)| machine.tags.clone()).unwrap_or_default());
        places.endpoints.insert(id.clone(), parts.endpoints.len());
        parts.endpoints.push(Endpoint {
            id: id.clone(),
            name: machine
                .map(|(_, machine)| machine.name.clone())
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| or(&interface.name, id)),
            aliases,
            kind: if interface.template { EndpointKind::Template } else { EndpointKind::Interface },
            network,
            subnet: Some(subnet),
            owner: or(&interface.owner, &parts.networks[network].owner),
            places: held,
            inbound: Vec::new(),
            outbound: Vec::new(),
            table: answering,
            forwards: interface.forwards,
            ports: Vec::new(),
            tags,
            origin: interface.origin.clone(),
        });
    }
    // What may stand in several subnets is one interface all the same.
    let is_sure = |name: &String| estate.interfaces.get(name).is_none_or(|held| held.candidates.is_empty());
    let known = estate
        .machines
        .values()
        .filter(|held| held.interfaces.iter().all(is_sure))
        .map(|held| held.interfaces.iter().filter_map(|name| places.endpoint(name)).collect::<Vec<EndpointId>>());
    parts.machines.extend(known.filter(|own| own.len() > 1));
    // Each machine of a scale set has all the interfaces that the set names.
    let mut sets: BTreeMap<&str, Vec<EndpointId>> = BTreeMap::new();
    for (id, endpoint) in places.endpoints.iter().filter(|(id, _)| is_sure(id)) {
        sets.entry(id.split_once(" interface ").map_or(id, |(set, _)| set)).or_default().push(*endpoint);
    }
    parts.machines.extend(sets.into_values().filter(|own| own.len() > 1));
}

/// Subnet's group, then interface's, on the way in; the other way round on the way out. Both must allow.
fn policies(estate: &Estate, parts: &mut Parts, places: &Places) {
    let mut known: BTreeMap<(String, String, Option<String>, Vec<bool>), (PolicyId, PolicyId)> = BTreeMap::new();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = places.endpoints.get(id).copied() else { continue };
        let Some((subnet_id, subnet)) =
            interface.places.iter().find_map(|place| estate.subnets.get_key_value(&place.subnet))
        else {
            continue;
        };
        let held = surroundings(subnet, estate, parts, places);
        let (admin, sure) = admin_rules(&subnet.network, estate);
        let mut pairs = Vec::new();
        let Ok(at_subnet) = group_at(subnet, interface) else {
            // Whether the subnet's group holds for it is not known: what it lets in may be all, or what the group does.
            let empty = SecurityGroup { name: "security group of the subnet".into(), ..Default::default() };
            let mut both = [true, false].map(|inbound| held.policy(&empty.name, &empty, &admin, inbound, sure));
            both.iter_mut().for_each(|policy| doubt(policy, "for private endpoints"));
            let [into, out] = both;
            parts.policies.extend([into, out]);
            parts.endpoints[endpoint].inbound.push(parts.policies.len() - 2);
            continue;
        };
        for name in [at_subnet, &interface.group].into_iter().flatten() {
            let key = (name.clone(), subnet.network.clone(), subnet.table.clone(), estate.joined_by(subnet));
            pairs.push(*known.entry(key).or_insert_with(|| {
                let empty = SecurityGroup { name: format!("{name} (not shown)"), ..Default::default() };
                let group = estate.groups.get(name);
                let mut both =
                    [true, false].map(|inbound| held.policy(name, group.unwrap_or(&empty), &admin, inbound, sure));
                if group.is_none() {
                    both.iter_mut().for_each(|policy| doubt(policy, name));
                }
                let [into, out] = both;
                parts.policies.extend([into, out]);
                (parts.policies.len() - 2, parts.policies.len() - 1)
            }));
        }
        if pairs.is_empty() {
            if !admin.is_empty() {
                let open = SecurityGroup {
                    name: format!("no group at {subnet_id}"),
                    rules: open_rules(),
                    ..Default::default()
                };
                let [into, out] = [true, false].map(|inbound| held.policy("no group", &open, &admin, inbound, sure));
                parts.policies.extend([into, out]);
                pairs.push((parts.policies.len() - 2, parts.policies.len() - 1));
            }
            if let Some(standard) = outbound::closed(estate, id, interface) {
                parts.policies.push(held.ungrouped(standard));
                parts.endpoints[endpoint].inbound.push(parts.policies.len() - 1);
            }
        }
        parts.endpoints[endpoint].inbound.extend(pairs.iter().map(|pair| pair.0));
        parts.endpoints[endpoint].outbound.extend(pairs.iter().rev().map(|pair| pair.1));
    }
    let held: BTreeSet<&str> = known.keys().map(|(name, ..)| name.as_str()).collect();
    let spare = estate.groups.iter().filter(|(name, _)| !held.contains(name.as_str()));
    let spare: Vec<_> = spare.flat_map(|(name, group)| vacant_group(name, group, estate, parts, places)).collect();
    parts.spare.extend(spare);
}

/// The policies of a group that nobody has: in each subnet that has it, else in a network that is not known.
fn vacant_group(name: &str, group: &SecurityGroup, estate: &Estate, parts: &Parts, places: &Places) -> Vec<Policy> {
    let subnets = estate.subnets.values().filter(|subnet| subnet.group.as_deref() == Some(name));
    let mut around: Vec<(Surroundings, Vec<&AdminRule>)> = subnets
        .map(|subnet| (surroundings(subnet, estate, parts, places), admin_rules(&subnet.network, estate).0))
        .collect();
    if around.is_empty() {
        around.push((surroundings(&EstateSubnet::default(), estate, parts, places), Vec::new()));
    }
    let both = |(mut held, admin): (Surroundings, Vec<&AdminRule>)| {
        held.vacant = true;
        [true, false].map(|inbound| held.policy(name, group, &admin, inbound, true))
    };
    around.into_iter().flat_map(both).collect()
}

/// The subnet's group as far as it holds for an interface: private endpoints are under it only where the subnet says so.
/// An error where the input does not say.
fn group_at<'e>(subnet: &'e EstateSubnet, interface: &super::estate::Interface) -> Result<&'e Option<String>, ()> {
    match (interface.private_endpoint, subnet.endpoint_policies) {
        (false, _) | (true, Some(true)) => Ok(&subnet.group),
        (true, Some(false)) => Ok(&None),
        (true, None) if subnet.group.is_none() => Ok(&None),
        (true, None) => Err(()),
    }
}

fn doubt(policy: &mut Policy, name: &str) {
    use crate::model::policy::{Action, Peers, Rule, Service};
    let rule = Rule {
        id: format!("{name}: rules not shown"),
        action: Action::Permit,
        peers: Peers::everybody(),
        local: None,
        services: vec![Service::Exact(crate::model::traffic::Traffic::all())],
        condition: Some(format!("security group {name} is not in the input")),
    };
    let deny = Rule { action: Action::Deny, condition: rule.condition.clone(), ..rule.clone() };
    if let Some(tier) = policy.tiers.last_mut() {
        tier.rules.splice(0..0, [rule, deny]);
    }
}

fn open_rules() -> Vec<super::estate::SecurityRule> {
    let end = || super::estate::End { prefixes: vec!["*".into()], ..Default::default() };
    [true, false]
        .map(|inbound| super::estate::SecurityRule {
            name: "everything".into(),
            priority: 1,
            inbound,
            allow: true,
            protocol: "*".into(),
            source: end(),
            destination: end(),
            doubt: None,
        })
        .to_vec()
}

/// Rules of network managers that hold for a network, and whether it is sure that all of them do.
fn admin_rules<'e>(network: &str, estate: &'e Estate) -> (Vec<&'e AdminRule>, bool) {
    let held: Vec<&AdminRule> = estate
        .admin
        .iter()
        .filter(|rule| rule.networks.as_ref().is_none_or(|networks| networks.iter().any(|held| held == network)))
        .collect();
    (held, true)
}
