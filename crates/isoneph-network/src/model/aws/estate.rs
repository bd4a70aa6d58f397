//! What an AWS estate holds, in the words of its API, before it becomes one [`Parts`](crate::model::Parts).
//!
//! Two readers fill it: the API's own JSON ([`super::api`]) and Terraform ([`super::terraform`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::once::Told;

/// Everything read, keyed by identifier so that an object listed twice counts once.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    pub(crate) vpcs: BTreeMap<String, Vpc>,
    /// Blocks that networks are given by themselves, by network and family; nothing where one is not known.
    pub(crate) blocks: Vec<(String, usize, Option<AddressRange>)>,
    pub(crate) subnets: BTreeMap<String, Subnet>,
    pub(crate) tables: BTreeMap<String, Table>,
    /// Networks of which all tables and lists are shown, for the input makes them.
    pub(crate) whole: BTreeSet<String>,
    pub(crate) acls: BTreeMap<String, Acl>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) interfaces: BTreeMap<String, Interface>,
    /// Instance id to its name and interfaces.
    pub(crate) instances: BTreeMap<String, Instance>,
    /// Gateway id to the VPCs it is attached to.
    pub(crate) internet_gateways: BTreeMap<String, Vec<String>>,
    /// Gateways of which it is not known to which VPC they are attached, each with those it may be; none named is any.
    pub(crate) loose_gateways: BTreeMap<String, Vec<String>>,
    /// Accelerators, which let the internet in without a public address of the receiver, each with those it leads to; none
    /// named is any.
    pub(crate) accelerators: BTreeMap<String, Vec<String>>,
    /// Public addresses of which it is not known who holds them, each with the machines and interfaces that may; none where
    /// anybody may.
    pub(crate) loose_addresses: Vec<(String, Option<Vec<String>>)>,
    pub(crate) nats: BTreeMap<String, NatGateway>,
    pub(crate) peerings: BTreeMap<String, Peering>,
    pub(crate) transits: BTreeMap<String, TransitGateway>,
    /// Whether something is attached to, or a table is of, nobody knows which transit gateway.
    pub(crate) loose_transits: bool,
    pub(crate) attachments: BTreeMap<String, TransitAttachment>,
    /// Attachments that were listed with the table that they are associated with, or with none.
    pub(crate) tabled: BTreeSet<String>,
    pub(crate) transit_tables: BTreeMap<String, TransitTable>,
    pub(crate) prefix_lists: BTreeMap<String, Vec<AddressRange>>,
    /// Prefix lists that may hold more than is known of them.
    pub(crate) open_lists: BTreeSet<String>,
    /// VPC endpoints by identifier.
    pub(crate) endpoints: BTreeMap<String, VpcEndpoint>,
    pub(crate) services: BTreeMap<String, EndpointService>,
    pub(crate) lattices: Vec<Lattice>,
    pub(crate) balancers: BTreeMap<String, Balancer>,
    /// Balancers that listen somewhere that is not shown.
    pub(crate) unheard: BTreeSet<String>,
    pub(crate) target_groups: BTreeMap<String, TargetGroup>,
    /// Which lists were given, by folder.
    pub(crate) listed: BTreeSet<(String, &'static str)>,
    /// Lists of which more pages were to come, by folder.
    pub(crate) cut: BTreeSet<(String, &'static str)>,
    /// Lists of which some element does not show what it belongs to.
    pub(crate) loose: BTreeSet<&'static str>,
    /// What answers said of each object.
    pub(crate) told: Told,
}

impl Estate {
    /// Whether the input lacks pages of a list, or what elements of it belong to.
    pub(crate) fn lacks(&self, list: &str) -> bool {
        self.loose.contains(list) || self.cut.iter().any(|held| held.1 == list && !self.listed.contains(held))
    }

    /// The interfaces of a load balancer.
    pub(crate) fn nodes_of(&self, balancer: &str) -> Vec<String> {
        let key = balancer.split_once(":loadbalancer/").map_or(balancer, |(_, key)| key);
        let is_node = |held: &Interface| held.description.strip_prefix("ELB ") == Some(key);
        self.interfaces.iter().filter(|(_, held)| is_node(held)).map(|(id, _)| id.clone()).collect()
    }

    /// The network of what an accelerator leads to: a machine, a subnet, a load balancer, or itself.
    pub(crate) fn network_of(&self, id: &str) -> Option<&str> {
        let own = self.instances.get(id).and_then(|held| held.interfaces.first().cloned());
        own.or_else(|| self.nodes_of(id).into_iter().next())
            .and_then(|name| self.interfaces.get(&name))
            .map(|held| held.vpc.as_str())
            .or_else(|| self.subnets.get(id).map(|held| held.vpc.as_str()))
            .or_else(|| self.vpcs.get_key_value(id).map(|(id, _)| id.as_str()))
    }

    /// The interfaces that a machine's first one, or one that is named, may be: one for each subnet it may stand in, where
    /// the input does not show which it is.
    pub(crate) fn standing(&self, id: &str) -> Vec<String> {
        let first = self.instances.get(id).and_then(|held| held.interfaces.first()).map_or(id, String::as_str);
        let own = without_place(first);
        if self.interfaces.contains_key(own) {
            return vec![own.to_owned()];
        }
        let within = format!("{own} in ");
        let after = self.interfaces.range(within.clone()..).map(|(name, _)| name);
        after.take_while(|name| name.starts_with(&within)).cloned().collect()
    }

    /// The blocks of a network, wherever they are told.
    pub(crate) fn ranges_of(&self, network: &str) -> Vec<AddressRange> {
        let vpc = self.vpcs.get(network);
        let own = vpc.into_iter().flat_map(|vpc| &vpc.ranges).copied();
        // A subnet stands in one of its network's blocks.
        let cut = vpc.is_some_and(|vpc| vpc.cut);
        let within = self.subnets.values().filter(|subnet| cut && subnet.vpc == network);
        own.chain(within.flat_map(|subnet| &subnet.ranges).copied())
            .chain(self.blocks.iter().filter(|(of, ..)| of == network).filter_map(|(.., range)| *range))
            .collect()
    }

    /// Families of which a network has a block that is not known.
    pub(crate) fn open_of(&self, network: &str) -> [bool; 2] {
        let mut out = self.vpcs.get(network).map(|vpc| vpc.open).unwrap_or_default();
        // In a block that no subnet has a part of nobody stands: where all subnets are listed, all that matters is.
        let subnets = |vpc: &&Vpc| self.listed.contains(&(vpc.folder.clone(), "Subnets"));
        if self.vpcs.get(network).is_some_and(|vpc| vpc.cut && !subnets(&vpc)) {
            out = [true, true];
        }
        for (_, family, _) in self.blocks.iter().filter(|(of, _, range)| of == network && range.is_none()) {
            out[*family] = true;
        }
        out
    }

    /// Interfaces whose network is not shown, by identifier.
    pub(crate) fn unplaced(&self) -> Vec<(String, &Origin)> {
        let shown: BTreeSet<&str> =
            self.vpcs.keys().chain(self.subnets.values().map(|subnet| &subnet.vpc)).map(String::as_str).collect();
        let lost = self.interfaces.iter().filter(|(_, held)| !shown.contains(held.vpc.as_str()));
        lost.map(|(id, held)| (id.clone(), &held.origin)).collect()
    }
}

/// The identifier of what may stand in several subnets, without the one it is taken to stand in.
pub(crate) fn without_place(interface: &str) -> &str {
    interface.split_once(" in ").map_or(interface, |(own, _)| own)
}

#[derive(Debug, Default)]
pub(crate) struct Vpc {
    pub(crate) ranges: Vec<AddressRange>,
    /// Families of which it has a block that is not known: IPv4, IPv6.
    pub(crate) open: [bool; 2],
    /// Whether the answer shows its first block and not the list of all.
    pub(crate) cut: bool,
    pub(crate) owner: String,
    pub(crate) region: String,
    pub(crate) folder: String,
    /// Whether the input looks it up and does not make it: what else stands in it is not shown.
    pub(crate) looked_up: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Default)]
pub(crate) struct Subnet {
    pub(crate) vpc: String,
    pub(crate) ranges: Vec<AddressRange>,
    pub(crate) zone: String,
    pub(crate) owner: String,
    /// Whether the input looks it up and does not make it: which table and list it has may not be shown.
    pub(crate) looked_up: bool,
    /// Whether it may have a table, or a list, other than those that are sure to be its own.
    pub(crate) unclear_table: bool,
    pub(crate) unclear_acl: bool,
    /// Of which tables it has one where that is not clear, if not of any.
    pub(crate) maybe_tables: Option<Vec<String>>,
    /// Whether interfaces are given an IPv6 address when they are made.
    pub(crate) assigns_six: bool,
    /// Whether machines are given a public IPv4 address when they are made.
    pub(crate) assigns_public: bool,
    /// Families of which it has a block that is not known: IPv4, IPv6.
    pub(crate) open: [bool; 2],
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) vpc: String,
    pub(crate) main: bool,
    /// Whether it is for what comes in through the network's internet gateway.
    pub(crate) edge: bool,
    pub(crate) subnets: Vec<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) destination: Destination,
    pub(crate) target: RouteTarget,
    pub(crate) active: bool,
    pub(crate) propagated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Range(AddressRange),
    PrefixList(String),
    /// A route to this block that the table may have or not, and why.
    Perhaps(AddressRange, String),
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RouteTarget {
    Local,
    Internet(String),
    EgressOnly(String),
    Nat(String),
    Peering(String),
    Transit(String),
    Interface(String),
    Instance(String),
    Endpoint(String),
    Other(String),
    /// One of these, of which the input does not show which.
    OneOf(Vec<RouteTarget>),
}

impl std::fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local => f.write_str("the network itself"),
            Self::Internet(id)
            | Self::EgressOnly(id)
            | Self::Nat(id)
            | Self::Peering(id)
            | Self::Transit(id)
            | Self::Interface(id)
            | Self::Instance(id)
            | Self::Endpoint(id)
            | Self::Other(id) => f.write_str(id),
            Self::OneOf(_) => f.write_str("one of several"),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Acl {
    pub(crate) vpc: String,
    pub(crate) default: bool,
    pub(crate) subnets: Vec<String>,
    /// Subnets that it may be for beside those, where they are all known.
    pub(crate) maybe_subnets: Option<BTreeSet<String>>,
    pub(crate) entries: Vec<AclEntry>,
    /// Whether it may say more than its entries, before them.
    pub(crate) open: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone)]
pub(crate) struct AclEntry {
    pub(crate) egress: bool,
    pub(crate) number: i64,
    pub(crate) allow: bool,
    pub(crate) protocol: String,
    pub(crate) ports: Option<(i64, i64)>,
    /// ICMP type and code; -1 is any.
    pub(crate) icmp: Option<(i64, i64)>,
    pub(crate) range: Option<AddressRange>,
    /// What could not be read of whom it names.
    pub(crate) unclear: Option<String>,
    /// Why it is not sure that it holds as it stands.
    pub(crate) condition: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// Its network, where that is known.
    pub(crate) vpc: String,
    pub(crate) ingress: Vec<Permission>,
    pub(crate) egress: Vec<Permission>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Permission {
    pub(crate) id: String,
    pub(crate) protocol: String,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    pub(crate) ranges: Vec<AddressRange>,
    pub(crate) groups: Vec<String>,
    pub(crate) prefix_lists: Vec<String>,
    /// What could not be read of whom it names.
    pub(crate) unclear: Option<String>,
    /// Why it is not sure that it holds as it stands.
    pub(crate) condition: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Interface {
    pub(crate) subnet: String,
    pub(crate) vpc: String,
    pub(crate) owner: String,
    pub(crate) kind: String,
    pub(crate) description: String,
    pub(crate) groups: Vec<String>,
    /// Groups of which it may carry any; where none is sure, it carries one of these.
    pub(crate) maybe_groups: Vec<String>,
    /// Whether it may carry any of the groups, for those it carries are not all known.
    pub(crate) open_groups: bool,
    /// Whether it may have addresses of its subnet that are not shown.
    pub(crate) open_addresses: bool,
    /// (inside, public). A range where only the subnet is known.
    pub(crate) addresses: Vec<(AddressRange, Option<AddressRange>)>,
    pub(crate) forwards: bool,
    pub(crate) instance: Option<String>,
    pub(crate) template: bool,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) origin: Origin,
}

#[derive(Debug, Default)]
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) interfaces: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(crate) struct NatGateway {
    pub(crate) subnet: String,
    pub(crate) interfaces: Vec<String>,
    pub(crate) inside: Vec<AddressRange>,
    pub(crate) public: Vec<AddressRange>,
    pub(crate) gone: bool,
    pub(crate) private: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Peering {
    pub(crate) active: bool,
    /// Whether the input shows nobody who accepts it.
    pub(crate) pending: bool,
    pub(crate) sides: [String; 2],
    /// Networks that its ends may be, where the input does not show which they are.
    pub(crate) candidates: Option<Vec<String>>,
    pub(crate) regions: [String; 2],
    /// Whether it is not known that the two are of one region, nor that they are not.
    pub(crate) unclear_regions: bool,
}

#[derive(Debug, Default)]
pub(crate) struct TransitGateway {
    pub(crate) references: bool,
    pub(crate) folder: String,
}

#[derive(Debug, Default)]
pub(crate) struct TransitAttachment {
    pub(crate) transit: String,
    pub(crate) kind: String,
    pub(crate) resource: String,
    pub(crate) subnets: Vec<String>,
    pub(crate) table: Option<String>,
    pub(crate) references: Option<bool>,
    pub(crate) appliance_mode: bool,
    /// Whether it may be associated with another table than is known.
    pub(crate) unclear_table: bool,
    /// Whether the input does not show which network it attaches.
    pub(crate) unclear_network: bool,
    /// The other attachment, for peerings.
    pub(crate) peer: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct TransitTable {
    pub(crate) transit: String,
    /// (destination, attachment or blackhole, static).
    pub(crate) routes: Vec<(AddressRange, Option<String>, bool)>,
    pub(crate) propagations: Vec<String>,
    pub(crate) listed: bool,
    /// Whether its routes were searched for: what is propagated may have been left out.
    pub(crate) searched: bool,
    /// Whether what is propagated to it is known.
    pub(crate) told_propagated: bool,
    /// Attachments that are associated with it, as far as it names them itself, and whether these are all.
    pub(crate) associated: Vec<String>,
    pub(crate) told_associated: bool,
    /// Whether it has a route of which the input does not show where to, or for what.
    pub(crate) unclear: bool,
}

#[derive(Debug, Default)]
pub(crate) struct VpcEndpoint {
    pub(crate) kind: String,
    /// The service's name, or what stands for it where the name is not known yet; for other kinds what they lead to.
    pub(crate) service: String,
    /// Whether which service it is of is not shown.
    pub(crate) unclear: bool,
    pub(crate) interfaces: Vec<String>,
    /// Whether the service's owner took it; `None` where the input does not say.
    pub(crate) accepted: Option<bool>,
}

/// A service that somebody offers to other networks (PrivateLink).
#[derive(Debug, Default)]
pub(crate) struct EndpointService {
    /// Its names, as far as they are known.
    pub(crate) names: Vec<String>,
    pub(crate) balancers: Vec<String>,
    /// Whether it may have balancers that are not shown.
    pub(crate) open: bool,
    /// Whether its owner must take who asks for it; `None` where that is not known.
    pub(crate) asks: Option<bool>,
}

/// What joins networks past their routes (VPC Lattice).
#[derive(Debug, Default)]
pub(crate) struct Lattice {
    pub(crate) name: String,
    /// Networks whose members use it.
    pub(crate) from: Vec<String>,
    /// Networks in which its services stand.
    pub(crate) to: Vec<String>,
    /// Identifiers by which endpoints name it.
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Balancer {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) listed: bool,
    /// Name under which it is noted whether the services of its owner were listed.
    pub(crate) folder: String,
    /// Whether its groups are not asked about what comes by PrivateLink.
    pub(crate) unguarded: bool,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Listener {
    pub(crate) protocol: String,
    pub(crate) port: i64,
    pub(crate) groups: Vec<String>,
    pub(crate) clear: bool,
}

#[derive(Debug, Default)]
pub(crate) struct TargetGroup {
    pub(crate) kind: String,
    pub(crate) protocol: String,
    /// The `preserve_client_ip.enabled` attribute, where given.
    pub(crate) keeps_client: Option<bool>,
    /// (instance, interface address or load balancer, port).
    pub(crate) targets: Vec<(String, Option<i64>)>,
    pub(crate) listed: bool,
}
