//! From an estate in AWS's words to the one form.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{Estate, Interface, RouteTarget, Vpc, without_place};
use super::filters::{self, Members};
use super::{among, balancers, links, routes, transit};
use crate::model::address::{AddressRange, Family, RangeSet};
use crate::model::form::{
    Endpoint, EndpointKind, Loose, Nat, Network, NetworkId, Origin, Parts, Place, Platform, PolicyId, Subnet, SubnetId,
    TableId,
};
use crate::model::policy::{Action, Peers, Policy, Rule, Service, Tier};
use crate::model::traffic::Traffic;

/// Where things of the estate stand in the parts.
#[derive(Default)]
pub(super) struct Places {
    pub(super) networks: BTreeMap<String, NetworkId>,
    pub(super) subnets: BTreeMap<String, SubnetId>,
    pub(super) tables: BTreeMap<String, TableId>,
    pub(super) endpoints: BTreeMap<String, usize>,
    pub(super) nats: BTreeMap<String, usize>,
    pub(super) transits: BTreeMap<String, usize>,
    pub(super) balancers: BTreeMap<String, usize>,
}

/// Adds everything of the estate to `parts`.
pub(crate) fn build(estate: &Estate, parts: &mut Parts) {
    let mut places = Places::default();
    networks(estate, parts, &mut places);
    balancers::build(estate, parts, &mut places);
    let members = endpoints(estate, parts, &mut places);
    loose_addresses(estate, parts, &places);
    security_groups(estate, parts, &places, &members);
    balancers::targets(estate, parts, &places);
    nats(estate, parts, &mut places);
    transit::build(estate, parts, &mut places);
    routes::build(estate, parts, &mut places);
    borders(estate, parts, &places);
    links::build(estate, parts, &places);
}

impl Places {
    /// Where the interface of an identifier stands.
    pub(super) fn endpoint(&self, interface: &str) -> Option<usize> {
        self.endpoints.get(interface).copied()
    }
}

pub(super) fn name_or(tags: &BTreeMap<String, String>, id: &str) -> String {
    tags.get("Name").filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| id.to_owned())
}

fn networks(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    let gateways = gateways(estate);
    for (id, vpc) in &estate.vpcs {
        places.networks.insert(id.clone(), parts.networks.len());
        parts.networks.push(Network {
            id: id.clone(),
            name: name_or(&vpc.tags, id),
            platform: Platform::Aws,
            owner: vpc.owner.clone(),
            region: vpc.region.clone(),
            ranges: RangeSet::new(estate.ranges_of(id)),
            open: estate.open_of(id).contains(&true),
            flat: false,
            default_outbound: false,
            complete: estate.listed.contains(&(vpc.folder.clone(), "NetworkInterfaces")),
            internet: gateways.get(id.as_str()).map(|gateway| (*gateway).to_owned()),
            edge: None,
            entries: entries(id, vpc, gateways.contains_key(id.as_str()), estate),
            loose: Vec::new(),
            tags: vpc.tags.clone(),
            origin: vpc.origin.clone(),
        });
    }
    unshown(estate, parts, places);
    for (id, subnet) in &estate.subnets {
        let Some(network) = places.networks.get(&subnet.vpc) else { continue };
        places.subnets.insert(id.clone(), parts.subnets.len());
        parts.subnets.push(Subnet {
            id: id.clone(),
            name: name_or(&subnet.tags, id),
            network: *network,
            zone: subnet.zone.clone(),
            ranges: RangeSet::new(subnet.ranges.clone()),
            table: None,
            border: None,
            nat: None,
            private: false,
            owner: subnet.owner.clone(),
            tags: subnet.tags.clone(),
            origin: subnet.origin.clone(),
        });
    }
}

/// Public addresses of which it is not known who holds them: each of the networks is told.
fn loose_addresses(estate: &Estate, parts: &mut Parts, places: &Places) {
    let of = |held: &Vec<String>| {
        let own = held.iter().flat_map(|id| estate.standing(id));
        own.filter_map(|name| places.endpoint(&name)).collect()
    };
    let all: Vec<Loose> = estate
        .loose_addresses
        .iter()
        .map(|(name, held)| Loose { name: name.clone(), of: held.as_ref().map(of) })
        .collect();
    let own: BTreeSet<NetworkId> = places.networks.values().copied().collect();
    for network in own {
        parts.networks[network].loose.clone_from(&all);
    }
}

/// Networks with the gateway to the internet that is attached to them: a route that holds leads to no other.
fn gateways(estate: &Estate) -> BTreeMap<&str, &str> {
    let routes = estate.tables.values().flat_map(|table| table.routes.iter().map(|route| (table.vpc.as_str(), route)));
    let routed = routes.filter_map(|(vpc, route)| match &route.target {
        RouteTarget::Internet(id) if route.active && !estate.loose_gateways.contains_key(id) => {
            Some((vpc, id.as_str()))
        }
        _ => None,
    });
    let shown = estate.internet_gateways.iter();
    let known = |id: &str| estate.internet_gateways.contains_key(id);
    let attached = shown.flat_map(|(gateway, vpcs)| vpcs.iter().map(move |vpc| (vpc.as_str(), gateway.as_str())));
    routed.filter(|(_, id)| !known(id)).chain(attached).collect()
}

/// What may let in packets from the internet, of which it is not known whether it does.
fn entries(network: &str, vpc: &Vpc, has_gateway: bool, estate: &Estate) -> Vec<String> {
    let unlisted = !has_gateway && !estate.listed.contains(&(vpc.folder.clone(), "InternetGateways"));
    let may = |held: &&String| held.as_str() == network;
    let loose = estate.loose_gateways.iter().filter(|(_, held)| held.is_empty() || held.iter().any(|id| may(&id)));
    let leads = |held: &&String| estate.network_of(held) == Some(network);
    let accelerators =
        estate.accelerators.iter().filter(|(_, held)| held.is_empty() || held.iter().any(|id| leads(&id)));
    let loose = loose.chain(accelerators);
    loose.map(|(id, _)| id.clone()).chain((vpc.looked_up || unlisted).then(|| others_gateways(network))).collect()
}

/// What may stand at the border of a network that the input only looks up.
fn others_gateways(network: &str) -> String {
    format!("gateways of {network} that are not shown")
}

/// Whether it is the identifier of a network, and not a name for what is not known.
pub(super) fn is_network(id: &str) -> bool {
    id.starts_with("vpc-")
}

/// Networks of which only the identifier is known: their blocks, tables and lists may be any.
fn unshown(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    for subnet in estate.subnets.values().filter(|subnet| is_network(&subnet.vpc)) {
        if places.networks.contains_key(&subnet.vpc) {
            continue;
        }
        places.networks.insert(subnet.vpc.clone(), parts.networks.len());
        parts.networks.push(Network {
            id: subnet.vpc.clone(),
            name: subnet.vpc.clone(),
            platform: Platform::Aws,
            owner: String::new(),
            region: String::new(),
            ranges: RangeSet::default(),
            open: true,
            flat: false,
            default_outbound: false,
            complete: false,
            internet: None,
            edge: None,
            entries: vec![others_gateways(&subnet.vpc)],
            loose: Vec::new(),
            tags: BTreeMap::new(),
            origin: subnet.origin.clone(),
        });
    }
}

fn kind_of(interface: &Interface, places: &Places) -> EndpointKind {
    let balancer = interface.description.strip_prefix("ELB ").and_then(|key| places.balancers.get(key));
    match (balancer, interface.kind.as_str()) {
        (Some(balancer), _) => EndpointKind::Balancer { balancer: *balancer },
        (None, "nat_gateway" | "natGateway") => EndpointKind::Nat,
        (None, "transit_gateway" | "gateway_load_balancer" | "gateway_load_balancer_endpoint") => {
            EndpointKind::Plumbing
        }
        _ if interface.template => EndpointKind::Template,
        _ => EndpointKind::Interface,
    }
}

fn endpoints(estate: &Estate, parts: &mut Parts, places: &mut Places) -> Members {
    let mut members = Members::default();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, instance) in &estate.instances {
        owners.extend(instance.interfaces.iter().map(|interface| (interface.as_str(), id.as_str())));
    }
    for (id, interface) in &estate.interfaces {
        let Some(network) = places.networks.get(&interface.vpc) else { continue };
        let index = parts.endpoints.len();
        let instance = interface.instance.as_deref().or_else(|| owners.get(id.as_str()).copied());
        let known = instance.and_then(|instance| estate.instances.get(instance));
        let mut tags = interface.tags.clone();
        if let Some(known) = known {
            tags.extend(known.tags.clone());
        }
        let mut aliases = interface.aliases.clone();
        aliases.extend(instance.map(ToOwned::to_owned));
        // What a machine carries is called as the machine is, and as itself.
        aliases.extend(known.and(Some(&interface.name)).filter(|own| !own.is_empty()).cloned());
        let name =
            [known.map(|known| known.name.clone()), Some(interface.name.clone()), Some(interface.description.clone())]
                .into_iter()
                .flatten()
                .find(|name| !name.is_empty())
                .unwrap_or_else(|| id.clone());
        places.endpoints.insert(id.clone(), index);
        for group in &interface.groups {
            members.sure.entry(group.clone()).or_default().push(index);
        }
        for group in interface.maybe_groups.iter().filter(|group| !interface.groups.contains(*group)) {
            members.maybe.entry(group.clone()).or_default().push(index);
        }
        members.open.extend(interface.open_groups.then_some(index));
        let subnet = places.subnets.get(&interface.subnet).copied();
        let elsewhere = if interface.open_addresses { within(subnet, parts) } else { Vec::new() };
        parts.endpoints.push(Endpoint {
            id: id.clone(),
            name,
            aliases,
            kind: kind_of(interface, places),
            network: *network,
            subnet,
            owner: interface.owner.clone(),
            places: interface
                .addresses
                .iter()
                .map(|(inside, public)| Place { inside: *inside, public: *public })
                .chain(elsewhere)
                .collect(),
            inbound: Vec::new(),
            outbound: Vec::new(),
            table: None,
            forwards: interface.forwards,
            ports: Vec::new(),
            tags,
            origin: interface.origin.clone(),
        });
    }
    // One of which it is not known in which of several subnets it stands has one interface, wherever that is.
    let several =
        estate.instances.values().filter(|held| !held.interfaces.iter().any(|name| without_place(name) != name));
    let known = several.map(|held| held.interfaces.iter().filter_map(|name| places.endpoint(name)).collect());
    parts.machines.extend(known.filter(|own: &Vec<usize>| own.len() > 1));
    members
}

/// Anywhere in a subnet, for addresses that are not shown; anywhere at all where the subnet is not shown either.
fn within(subnet: Option<SubnetId>, parts: &Parts) -> Vec<Place> {
    let held = subnet.map(|subnet| parts.subnets[subnet].ranges.ranges().to_vec()).filter(|held| !held.is_empty());
    let held = held.unwrap_or_else(|| vec![AddressRange::whole(Family::V4)]);
    held.into_iter().map(|inside| Place { inside, public: None }).collect()
}

/// One policy a distinct set of groups, shared by all interfaces that carry the set.
fn security_groups(estate: &Estate, parts: &mut Parts, places: &Places, members: &Members) {
    let mut single: BTreeMap<String, (PolicyId, PolicyId)> = BTreeMap::new();
    let mut unions: BTreeMap<(Vec<String>, Vec<String>), (PolicyId, PolicyId)> = BTreeMap::new();
    for (id, interface) in &estate.interfaces {
        let Some(endpoint) = places.endpoints.get(id) else { continue };
        if interface.groups.is_empty() && interface.maybe_groups.is_empty() {
            continue;
        }
        let mut names = (interface.groups.clone(), interface.maybe_groups.clone());
        for held in [&mut names.0, &mut names.1] {
            held.sort_unstable();
            held.dedup();
        }
        let pair = *unions.entry(names).or_insert_with_key(|(groups, maybe)| {
            let mut of = |names: &[String]| -> Vec<(PolicyId, PolicyId)> {
                let add = |name: &String| {
                    *single.entry(name.clone()).or_insert_with(|| add_group(name, estate, parts, members))
                };
                names.iter().map(add).collect()
            };
            let (each, candidates) = (of(groups), of(maybe));
            if let ([only], []) = (each.as_slice(), candidates.as_slice()) {
                return *only;
            }
            let (inbound, outbound): (Vec<PolicyId>, Vec<PolicyId>) = each.into_iter().unzip();
            let (into, out): (Vec<PolicyId>, Vec<PolicyId>) = candidates.into_iter().unzip();
            let joined =
                (filters::union(&parts.policies, &inbound, &into), filters::union(&parts.policies, &outbound, &out));
            push_pair(parts, joined)
        });
        parts.endpoints[*endpoint].inbound.push(pair.0);
        parts.endpoints[*endpoint].outbound.push(pair.1);
    }
    for (id, group) in estate.groups.iter().filter(|(id, _)| !single.contains_key(*id)) {
        let (into, out) = filters::group(id, group, estate, members);
        parts
            .spare
            .extend([filters::spare(into, &group.ingress, members), filters::spare(out, &group.egress, members)]);
    }
}

fn add_group(name: &str, estate: &Estate, parts: &mut Parts, members: &Members) -> (PolicyId, PolicyId) {
    let pair = match estate.groups.get(name) {
        Some(group) => filters::group(name, group, estate, members),
        None => (filters::unknown_group(name), filters::unknown_group(name)),
    };
    push_pair(parts, pair)
}

fn push_pair(parts: &mut Parts, (first, second): (Policy, Policy)) -> (PolicyId, PolicyId) {
    parts.policies.extend([first, second]);
    (parts.policies.len() - 2, parts.policies.len() - 1)
}

fn nats(estate: &Estate, parts: &mut Parts, places: &mut Places) {
    for (id, nat) in &estate.nats {
        if nat.gone {
            let what = format!("NAT gateway {id}, which is deleted");
            parts.released.extend(nat.public.iter().map(|address| (*address, what.clone())));
            continue;
        }
        places.nats.insert(id.clone(), parts.nats.len());
        let endpoint = nat.interfaces.iter().find_map(|name| places.endpoints.get(name)).copied();
        if let Some(endpoint) = endpoint {
            parts.endpoints[endpoint].kind = EndpointKind::Nat;
        }
        // A plan knows neither address: anything public may be the sender.
        let mut public = nat.public.clone();
        if public.is_empty() && !nat.private {
            public.push(AddressRange::whole(Family::V4));
        }
        let endpoint = endpoint.or_else(|| stand_in(id, nat, public.first().copied(), parts, places));
        parts.nats.push(Nat {
            id: id.clone(),
            endpoint,
            subnet: places.subnets.get(&nat.subnet).copied(),
            public,
            direct: false,
        });
    }
}

/// A NAT gateway whose interface the input does not list still has an address in its subnet.
fn stand_in(
    id: &str,
    nat: &super::estate::NatGateway,
    public: Option<AddressRange>,
    parts: &mut Parts,
    places: &Places,
) -> Option<usize> {
    let subnet = *places.subnets.get(&nat.subnet)?;
    let network = parts.subnets[subnet].network;
    let inside = nat.inside.first().or_else(|| parts.subnets[subnet].ranges.ranges().first()).copied()?;
    parts.endpoints.push(Endpoint {
        id: id.to_owned(),
        name: id.to_owned(),
        aliases: Vec::new(),
        kind: EndpointKind::Nat,
        network,
        subnet: Some(subnet),
        owner: parts.networks[network].owner.clone(),
        places: vec![Place { inside, public }],
        inbound: Vec::new(),
        outbound: Vec::new(),
        table: None,
        forwards: false,
        ports: Vec::new(),
        tags: BTreeMap::new(),
        origin: Origin::default(),
    });
    Some(parts.endpoints.len() - 1)
}

/// Network ACLs by subnet. A subnet without one in the input has the VPC's default list, where that is shown; where no
/// list is shown at all, what it lets through is unknown.
fn borders(estate: &Estate, parts: &mut Parts, places: &Places) {
    let mut defaults: BTreeMap<&str, (PolicyId, PolicyId)> = BTreeMap::new();
    let mut own: BTreeMap<&str, (PolicyId, PolicyId)> = BTreeMap::new();
    for (id, acl) in &estate.acls {
        let pair = if acl.open { (unknown_acl(), unknown_acl()) } else { filters::acl(id, acl) };
        let pair = push_pair(parts, pair);
        if acl.default {
            defaults.insert(acl.vpc.as_str(), pair);
        }
        own.extend(acl.subnets.iter().map(|subnet| (subnet.as_str(), pair)));
    }
    let mut unknown = None;
    let cut = estate.lacks("NetworkAcls");
    for (id, subnet) in &estate.subnets {
        let Some(index) = places.subnets.get(id) else { continue };
        let default = defaults.get(subnet.vpc.as_str()).filter(|_| !subnet.looked_up && !cut);
        let pair = own.get(id.as_str()).or(default).copied();
        let pair = pair.filter(|_| !subnet.unclear_acl).or_else(|| one_of_lists(estate, id, parts));
        let pair =
            pair.unwrap_or_else(|| *unknown.get_or_insert_with(|| push_pair(parts, (unknown_acl(), unknown_acl()))));
        parts.subnets[*index].border = Some(pair);
    }
}

/// What stands for the list of a subnet that has one of several.
fn one_of_lists(estate: &Estate, id: &str, parts: &mut Parts) -> Option<(PolicyId, PolicyId)> {
    let of = among::lists(estate, id, &estate.subnets[id])?;
    let both = of.iter().map(|(id, acl)| (*id, filters::acl(id, acl)));
    let (into, out): (Vec<_>, Vec<_>) = both.map(|(name, (into, out))| ((name, into), (name, out))).unzip();
    Some(push_pair(parts, (among::one_list(id, &into), among::one_list(id, &out))))
}

fn unknown_acl() -> Policy {
    let rule = Rule {
        id: "network ACL not shown".into(),
        action: Action::Permit,
        peers: Peers::everybody(),
        local: None,
        services: vec![Service::Exact(Traffic::all())],
        condition: Some("the subnet's network ACL is not in the input".into()),
    };
    let tier = Tier { name: "network ACL".into(), rules: vec![rule], otherwise: Action::Deny, uncertain: None };
    Policy {
        id: "network ACL".into(),
        name: "network ACL".into(),
        stateful: false,
        tiers: vec![tier],
        origin: Origin::default(),
    }
}
