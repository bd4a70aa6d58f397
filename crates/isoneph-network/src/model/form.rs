//! The one form in which every platform's network is held: networks, subnets, endpoints, policies, routes, gateways.
//!
//! Everything that names another thing names it by its index in the model; identifiers of the platform are kept for
//! reports. What a reader did not understand stands in a [`Policy`] or [`Target`] as *may*, never as nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::address::{AddressRange, RangeSet};
use super::policy::Policy;
use super::traffic::Traffic;

pub use super::loose::Loose;
pub use super::service::{Entry, Service, ServicePort, ServiceTarget};
pub use super::translation::{Nat, Outbound};

/// Index of an endpoint in [`Parts::endpoints`].
pub type EndpointId = usize;
/// Index of a policy in [`Parts::policies`].
pub type PolicyId = usize;
/// Index of a network in [`Parts::networks`].
pub type NetworkId = usize;
/// Index of a subnet in [`Parts::subnets`].
pub type SubnetId = usize;
/// Index of a table in [`Parts::tables`].
pub type TableId = usize;

/// Whose semantics a network has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Amazon VPC.
    Aws,
    /// Azure virtual network.
    Azure,
    /// Google Cloud VPC network.
    Google,
    /// A cluster's pod network, or a network of its own inside a cluster.
    Kubernetes,
}

/// A routing domain: an address has one meaning inside it.
#[derive(Debug, Clone, Serialize)]
pub struct Network {
    /// The platform's identifier.
    pub id: String,
    /// Its name, or the identifier again.
    pub name: String,
    /// Whose semantics hold inside.
    pub platform: Platform,
    /// Account, subscription or project; empty where the input does not say.
    pub owner: String,
    /// Region; empty where there is none.
    pub region: String,
    /// Its own addresses.
    pub ranges: RangeSet,
    /// Whether it may have addresses that are not known.
    pub open: bool,
    /// Whether everything inside reaches everything, and the outside, without routes (a cluster's pod network).
    pub flat: bool,
    /// Whether an endpoint without a public address still reaches the internet through addresses of the provider.
    pub default_outbound: bool,
    /// Whether every interface inside was listed, so that an address nobody holds answers nothing.
    pub complete: bool,
    /// The gateway through which the internet comes in, where one is attached.
    pub internet: Option<String>,
    /// The table by which what comes in through that gateway is routed, where it has one.
    pub edge: Option<TableId>,
    /// Ways in from outside that are not modelled, by name: they may lead to any endpoint inside.
    pub entries: Vec<String>,
    /// Public addresses of which it is not known who inside holds them.
    pub loose: Vec<Loose>,
    /// Labels of the platform.
    pub tags: BTreeMap<String, String>,
    /// Where it stands in the input.
    pub origin: Origin,
}

/// A place in the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Origin {
    /// Index in [`super::Model::sources`].
    pub source: usize,
    /// JSON pointer or document number within it.
    pub locator: String,
}

/// A part of a network with a table and a stateless access list of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Subnet {
    /// The platform's identifier.
    pub id: String,
    /// Its name, or the identifier again.
    pub name: String,
    /// The network it is in.
    pub network: NetworkId,
    /// Availability zone; empty where there is none.
    pub zone: String,
    /// Its addresses.
    pub ranges: RangeSet,
    /// The table that traffic leaving it follows.
    pub table: Option<TableId>,
    /// Stateless lists applied where traffic crosses its border: into it, out of it.
    pub border: Option<(PolicyId, PolicyId)>,
    /// Translation that its endpoints without public address use to reach the internet.
    pub nat: Option<usize>,
    /// Whether its endpoints have no way out of the provider's own, where the network has one.
    pub private: bool,
    /// Account that owns it.
    pub owner: String,
    /// Labels of the platform.
    pub tags: BTreeMap<String, String>,
    /// Where it stands in the input.
    pub origin: Origin,
}

/// What an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum EndpointKind {
    /// A network interface of a machine, or of a managed service in the customer's network.
    Interface,
    /// Pods of a workload.
    Workload,
    /// The members, present or future, that a template or service will place in a subnet.
    Template,
    /// A node of a load balancer.
    Balancer {
        /// Index in [`Parts::balancers`].
        balancer: usize,
    },
    /// An interface of a translating gateway: it takes no connections.
    Nat,
    /// Plumbing of the platform (transit attachment, endpoint of a firewall) that takes no connections of its own.
    Plumbing,
    /// An interface that stands for somebody's service in another network: it hands connections on, and opens none.
    Link {
        /// Index in [`Parts::links`].
        link: usize,
    },
    /// The entry for traffic from outside a cluster (Ingress, Route): it opens connections to what it leads to.
    Entry {
        /// Index in [`Parts::balancers`].
        balancer: usize,
    },
}

/// One address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The address inside its network; a range where the input knows only the subnet.
    pub inside: AddressRange,
    /// The public address translated to it one to one; a range where it will get one that is not known.
    pub public: Option<AddressRange>,
}

/// A port with a name, which rules may use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NamedPort {
    /// The name.
    pub name: String,
    /// Protocol number.
    pub protocol: u8,
    /// The port.
    pub port: u16,
}

/// Something that sends or takes packets.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoint {
    /// The platform's identifier.
    pub id: String,
    /// The name a reader knows it by.
    pub name: String,
    /// Other names by which it may be asked for.
    pub aliases: Vec<String>,
    /// What it is.
    #[serde(flatten)]
    pub kind: EndpointKind,
    /// The network it is in.
    pub network: NetworkId,
    /// The subnet it is in, where the platform has such.
    pub subnet: Option<SubnetId>,
    /// Account, project or namespace that owns it.
    pub owner: String,
    /// Its addresses.
    pub places: Vec<Place>,
    /// Policies that incoming traffic must all pass, in order.
    pub inbound: Vec<PolicyId>,
    /// Policies that outgoing traffic must all pass, in order.
    pub outbound: Vec<PolicyId>,
    /// A table of its own, instead of its subnet's.
    pub table: Option<TableId>,
    /// Whether it may pass on packets of others.
    pub forwards: bool,
    /// Ports with names.
    pub ports: Vec<NamedPort>,
    /// Labels of the platform.
    pub tags: BTreeMap<String, String>,
    /// Where it stands in the input.
    pub origin: Origin,
}

/// Where packets for a destination go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "to")]
pub enum Target {
    /// The network itself.
    Local,
    /// Nowhere.
    Drop {
        /// Why.
        reason: String,
    },
    /// The internet, with the one-to-one translation of public addresses.
    Internet {
        /// The gateway.
        gateway: String,
        /// Whether connections may only start inside.
        outbound_only: bool,
    },
    /// A translating gateway.
    Nat {
        /// Index in [`Parts::nats`].
        nat: usize,
    },
    /// Another network beside this one.
    Peer {
        /// The peering.
        peering: String,
        /// The other network, where the input shows it.
        network: Option<NetworkId>,
        /// Whether rules that name groups hold across it; `None` where the input does not show it.
        references: Option<bool>,
    },
    /// A transit gateway.
    Transit {
        /// Index in [`Parts::transits`].
        transit: usize,
    },
    /// An endpoint that may pass it on.
    Endpoint {
        /// The endpoint.
        endpoint: EndpointId,
    },
    /// An address inside that may pass it on.
    Address {
        /// The address.
        address: AddressRange,
    },
    /// A service of the provider.
    Service {
        /// Its name.
        name: String,
    },
    /// Something whose further way the input does not show.
    Opaque {
        /// Its name.
        name: String,
    },
}

/// One route.
#[derive(Debug, Clone, Serialize)]
pub struct Route {
    /// The destinations; one block. Several routes carry a list of blocks.
    pub destination: AddressRange,
    /// A destination list whose content the input does not show: the route may hold for any address.
    pub unknown: Option<String>,
    /// Where to.
    #[serde(flatten)]
    pub target: Target,
    /// Among equally long prefixes the lower one holds.
    pub rank: u32,
}

/// A table of routes: the longest prefix decides, then the rank.
#[derive(Debug, Clone, Serialize)]
pub struct RouteTable {
    /// The platform's identifier.
    pub id: String,
    /// Its name, or the identifier again.
    pub name: String,
    /// The routes in any order.
    pub routes: Vec<Route>,
    /// Where it stands in the input.
    pub origin: Origin,
}

/// A hub between networks, with tables of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Transit {
    /// The platform's identifier.
    pub id: String,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// Its tables.
    pub tables: Vec<TransitTable>,
    /// Whether every table was listed.
    pub complete: bool,
}

/// What is attached to a transit gateway.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// The platform's identifier.
    pub id: String,
    /// The network, for attachments of networks that the input shows.
    pub network: Option<NetworkId>,
    /// The subnets, one a zone, through which packets enter and leave the network.
    pub subnets: Vec<SubnetId>,
    /// The attachment at the other transit gateway, for a peering between two: (transit, attachment).
    pub peer: Option<(usize, usize)>,
    /// The table packets from it are looked up in (index in [`Transit::tables`]).
    pub table: Option<usize>,
    /// Whether rules that name groups hold across it.
    pub references: bool,
    /// Whether flows keep to one zone both ways, because an appliance must see both.
    pub appliance_mode: bool,
}

/// A table of a transit gateway.
#[derive(Debug, Clone, Serialize)]
pub struct TransitTable {
    /// The platform's identifier.
    pub id: String,
    /// (destinations, attachment or blackhole, rank): longest prefix first, then the lower rank.
    pub routes: Vec<TransitRoute>,
    /// Whether its routes were listed: else what it does with an address no route names is unknown.
    pub complete: bool,
}

/// A route of a transit gateway's table.
#[derive(Debug, Clone, Serialize)]
pub struct TransitRoute {
    /// The destinations.
    pub destination: AddressRange,
    /// Index in [`Transit::attachments`]; `None` drops.
    pub attachment: Option<usize>,
    /// Static before propagated.
    pub rank: u32,
}

/// A load balancer.
#[derive(Debug, Clone, Serialize)]
pub struct Balancer {
    /// The platform's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it ends connections and opens its own (then what it balances to is another question).
    pub ends_connections: bool,
    /// What it listens on.
    pub listeners: Vec<Listener>,
    /// Whether every listener was listed.
    pub complete: bool,
}

/// One port a load balancer listens on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Listener {
    /// Protocol numbers.
    pub protocols: Vec<u8>,
    /// The port, or the first of several.
    pub port: u16,
    /// The last of several ports; the port itself where it is one. Of several nobody tells which leads to which target's.
    pub last: u16,
    /// Where it may send to.
    pub targets: Vec<BalancerTarget>,
    /// Whether its targets are known.
    pub complete: bool,
}

/// Where a load balancer may send a connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BalancerTarget {
    /// The endpoint, where the input shows it.
    pub endpoint: Option<EndpointId>,
    /// The address, as registered.
    pub address: Option<AddressRange>,
    /// The port; the listener's where not given.
    pub port: Option<u16>,
    /// Whether the target sees the client's address (`None`: the input does not tell).
    pub keeps_client: Option<bool>,
}

/// A service that interfaces in other networks stand for (AWS PrivateLink, Azure Private Link): one way, and past routes.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// The service's name.
    pub name: String,
    /// Where it leads; nothing where no input shows whose service it is.
    pub leads: Vec<Lead>,
}

/// Where a service may lead.
#[derive(Debug, Clone, Serialize)]
pub struct Lead {
    /// What takes its packets.
    pub to: LeadTo,
    /// Why it is not sure that it leads there.
    pub doubt: Option<String>,
    /// Whether the groups of what takes them are asked: they see the client's own address.
    pub guarded: bool,
}

/// What takes the packets of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeadTo {
    /// A load balancer's node.
    Node(EndpointId),
    /// Somebody in a network; who, the input does not show.
    Network(NetworkId),
}

/// An appliance of the platform that routes lead to. What its policy denies does not pass; what else it does is open.
#[derive(Debug, Clone, Serialize)]
pub struct Firewall {
    /// Its name.
    pub name: String,
    /// The network it stands in.
    pub network: NetworkId,
    /// Its subnet: whatever next hop is in it is the firewall, for nothing else may stand there.
    pub ranges: RangeSet,
    /// Looked at as what comes in: the sender is the far end.
    pub policy: PolicyId,
}

/// What nodes of a cluster take for a pod and may pass on under addresses of their own.
#[derive(Debug, Clone, Serialize)]
pub struct Masked {
    /// The service for which they do.
    pub by: String,
    /// The packets, as they come to the pod.
    pub traffic: Traffic,
}

/// What lets members of some networks reach members of others past routes, in ways that are not followed.
#[derive(Debug, Clone, Serialize)]
pub struct Join {
    /// What it is called.
    pub name: String,
    /// From where.
    pub from: Vec<NetworkId>,
    /// To where.
    pub to: Vec<NetworkId>,
}

/// The whole of what a reader makes of an input, before indexes are built.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Parts {
    /// Routing domains.
    pub networks: Vec<Network>,
    /// Their parts.
    pub subnets: Vec<Subnet>,
    /// What sends and takes packets.
    pub endpoints: Vec<Endpoint>,
    /// What permits and denies.
    pub policies: Vec<Policy>,
    /// Groups that no endpoint has: what they say is compared, and decides nothing.
    #[serde(skip)]
    pub spare: Vec<Policy>,
    /// What policies of a cluster say of pods that the input does not show: (the policy, its words).
    #[serde(skip)]
    pub unseen: BTreeSet<(String, String)>,
    /// Route tables.
    pub tables: Vec<RouteTable>,
    /// Translating gateways.
    pub nats: Vec<Nat>,
    /// Endpoints that load balancers let out, or that are lent no way out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outbound: BTreeMap<EndpointId, Outbound>,
    /// Transit gateways.
    pub transits: Vec<Transit>,
    /// Load balancers.
    pub balancers: Vec<Balancer>,
    /// Machines of several interfaces, each with these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<Vec<EndpointId>>,
    /// Endpoints that are in further networks as well, which are not followed, and what those are called.
    pub secondary: BTreeMap<EndpointId, String>,
    /// Appliances of the platform whose rules are known, as far as they deny.
    pub firewalls: Vec<Firewall>,
    /// Services that interfaces of other networks stand for.
    pub links: Vec<Link>,
    /// What joins networks past their routes.
    pub joins: Vec<Join>,
    /// Endpoints that are in another network than their own platform's, in its place, and what that is called: no policy of
    /// the platform surely holds for them.
    pub replaced: BTreeMap<EndpointId, String>,
    /// Pods for which nodes take connections.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub masked: BTreeMap<EndpointId, Masked>,
    /// Services of clusters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Addresses that belonged to something deleted: (address, what it was).
    pub released: Vec<(AddressRange, String)>,
    /// What nobody knows of the whole, where two descriptions of something differ: then no answer is sure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<String>,
}
