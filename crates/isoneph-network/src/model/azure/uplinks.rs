//! What leads out of networks past their peerings: gateways of VPN and ExpressRoute, route servers, hubs of a virtual WAN. The
//! blocks that are written for a gateway are known; what it learns is not, and may be a route for everything.
//!
//! Routes that are learned hold where neither the platform's own of networks and peerings do (these come first, however long the
//! others are) nor a user's route.

use std::collections::BTreeMap;

use super::estate::{Estate, Peering, Subnet as EstateSubnet, is_unclear};
use crate::model::address::{AddressRange, Family};
use crate::model::form::{Route, Target};

/// The subnet in which a route server stands: that takes any route that appliances tell it.
const ROUTE_SERVERS: &str = "RouteServerSubnet";

/// What leads out of networks past their peerings.
#[derive(Debug, Default)]
pub(super) struct Uplinks {
    /// Gateways, by identifier.
    pub(super) gateways: BTreeMap<String, Gateway>,
    /// The blocks behind sites that gateways lead to, by identifier (local network gateways); of some not all are known.
    pub(super) sites: BTreeMap<String, Site>,
    /// Which gateways lead to which sites.
    pub(super) connections: Vec<Connection>,
}

/// A gateway, a route server, or a connection to a hub.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) name: String,
    /// The network that it is of; `None` where it may be of any.
    pub(super) network: Option<String>,
    /// Whether it may hand on a route for everything.
    pub(super) takes_all: bool,
}

#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) blocks: Vec<AddressRange>,
    /// Whether it may have more.
    pub(super) open: bool,
}

/// A connection between a gateway and a site.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) gateway: String,
    /// `None` where it leads to no site: to another network, or to a circuit.
    pub(super) site: Option<String>,
}

impl Uplinks {
    /// Adds a gateway; of one that is told twice, what either tells may be so.
    pub(super) fn add(&mut self, id: String, gateway: Gateway) {
        let takes_all = gateway.takes_all || self.gateways.get(&id).is_some_and(|held| held.takes_all);
        self.gateways.insert(id, Gateway { takes_all, ..gateway });
    }

    /// Adds a site; of one that is told twice, what either tells may be so.
    pub(super) fn add_site(&mut self, id: String, site: Site) {
        let held = self.sites.entry(id).or_default();
        held.name = site.name;
        held.open |= site.open;
        held.blocks.extend(site.blocks);
    }

    fn of<'u>(&'u self, network: &'u str) -> impl Iterator<Item = (&'u String, &'u Gateway)> {
        let is_of = move |held: &Gateway| held.network.as_ref().is_none_or(|of| of == network);
        self.gateways.iter().filter(move |(_, held)| is_of(held))
    }

    /// Whether a network has a gateway, or may have.
    pub(super) fn has_any(&self, network: &str) -> bool {
        self.of(network).next().is_some()
    }

    /// Why a gateway may lead more than is written for it to itself.
    fn unwritten(&self, id: &str, gateway: &Gateway) -> Option<String> {
        let own = self.connections.iter().filter(|held| held.gateway == id || is_unclear(&held.gateway));
        let site = |held: &Connection| match held.site.as_ref() {
            Some(site) => match self.sites.get(site) {
                Some(known) => known.open.then(|| format!("the blocks of {}", known.name)),
                None => Some(format!("the blocks that connection {} leads to", held.name)),
            },
            None => None,
        };
        gateway
            .takes_all
            .then(|| format!("whether {} hands on a route for everything", gateway.name))
            .or_else(|| own.filter_map(site).next())
    }

    /// The blocks that are written for the gateways of a network. A site of which no connection is shown may be of any.
    pub(super) fn blocks<'u>(&'u self, network: &'u str) -> impl Iterator<Item = (&'u str, AddressRange)> {
        let leads = |id: &String, site: &String| {
            let mut of = self.connections.iter().filter(|held| held.site.as_ref() == Some(site)).peekable();
            of.peek().is_none() || of.any(|held| held.gateway == *id || is_unclear(&held.gateway))
        };
        self.of(network).flat_map(move |(id, gateway)| {
            let sites = self.sites.iter().filter(move |(site, _)| leads(id, site));
            sites.flat_map(|(_, site)| site.blocks.iter().map(|block| (gateway.name.as_str(), *block)))
        })
    }
}

impl Estate {
    /// Why a way out of a network past its peerings may take everything; gateways of others that it uses count as well.
    pub(super) fn may_take_all(&self, subnet: &EstateSubnet) -> Option<String> {
        let network = subnet.network.as_str();
        let far = self.peerings.iter().filter(|held| held.from == network && held.remote_gateways && held.connected);
        let unseen = |held: &Peering| format!("what the gateway behind peering {} leads to", held.name);
        let far = far.filter(|held| held.joins(subnet)).filter_map(|held| {
            // Who uses the gateway of another network says that there is one.
            let lacks = !self.has_uplink(&held.to);
            self.own_may_take_all(&held.to).or_else(|| lacks.then(|| unseen(held)))
        });
        self.own_may_take_all(network).or_else(|| far.min()).or_else(|| self.unshown_peerings(network))
    }

    fn own_may_take_all(&self, network: &str) -> Option<String> {
        let told = self.uplinks.of(network).find_map(|(id, held)| self.uplinks.unwritten(id, held));
        told.or_else(|| self.unseen_gateway(network))
    }

    /// A gateway that may be there though none, or not that one, is shown.
    fn unseen_gateway(&self, network: &str) -> Option<String> {
        let looked_up = self.networks.get(network).is_some_and(|held| held.looked_up);
        if looked_up || self.connected.iter().any(|held| held == network) {
            return Some(format!("the gateways of {}", self.name_of(network)));
        }
        let is_shown = |name: &String| self.uplinks.gateways.contains_key(name);
        let shown = |subnet: &EstateSubnet| match subnet.standing.as_slice() {
            _ if subnet.name.eq_ignore_ascii_case(ROUTE_SERVERS) => false,
            [] => self.uplinks.has_any(network),
            named => named.iter().all(is_shown),
        };
        let mut held = self.subnets.values().filter(|held| held.network == network && held.gateway);
        held.find(|held| !shown(held)).map(|held| format!("what stands in {} of {}", held.name, self.name_of(network)))
    }

    /// Whether a network has a gateway, or a subnet for one in which something stands.
    pub(super) fn has_uplink(&self, network: &str) -> bool {
        let used = |held: &EstateSubnet| held.network == network && held.gateway;
        self.uplinks.has_any(network) || self.subnets.values().any(used)
    }

    /// A network's name, or its identifier.
    pub(super) fn name_of<'e>(&'e self, network: &'e str) -> &'e str {
        self.networks.get(network).map(|held| held.name.as_str()).filter(|name| !name.is_empty()).unwrap_or(network)
    }

    /// The networks of which gateways lead a subnet out: its own, and those whose gateways its network uses.
    pub(super) fn led_by<'e>(&'e self, subnet: &'e EstateSubnet) -> impl Iterator<Item = &'e str> {
        let network = subnet.network.as_str();
        let far = self.peerings.iter().filter(move |held| held.from == network && held.remote_gateways);
        let far = far.filter(|held| held.connected && held.joins(subnet)).map(|held| held.to.as_str());
        std::iter::once(network).chain(far)
    }
}

/// The routes that gateways put into a table: `routes` are the platform's own of the network and its peerings.
pub(super) fn written(subnet: &EstateSubnet, estate: &Estate, routes: &[Route]) -> Vec<Route> {
    let leads = |target: &Target| matches!(target, Target::Local | Target::Peer { .. });
    let own = routes.iter().filter(|route| route.unknown.is_none() && leads(&route.target));
    let own: Vec<AddressRange> = own.map(|route| route.destination).collect();
    let all = estate.led_by(subnet).flat_map(|network| estate.uplinks.blocks(network));
    let route = |(name, block): (&str, AddressRange)| {
        let target = Target::Opaque { name: format!("what {name} leads to") };
        let left = block.minus(&own).into_iter();
        left.map(move |destination| Route { destination, unknown: None, target: target.clone(), rank: 1 })
            .collect::<Vec<_>>()
    };
    all.flat_map(route).collect()
}

/// The route for everything that a subnet may have learned: it takes what no other route is for but the platform's own to the
/// internet.
pub(super) fn learned(subnet: &EstateSubnet, estate: &Estate, routes: &[Route]) -> Vec<Route> {
    let Some(what) = estate.may_take_all(subnet) else { return Vec::new() };
    let is_platforms = |route: &&Route| route.rank == 2 && matches!(route.target, Target::Internet { .. });
    let sure = routes.iter().filter(|route| route.unknown.is_none() && !is_platforms(route));
    let sure: Vec<AddressRange> = sure.map(|route| route.destination).collect();
    let left = [Family::V4, Family::V6].into_iter().flat_map(|family| AddressRange::whole(family).minus(&sure));
    left.map(|destination| Route {
        destination,
        unknown: Some(what.clone()),
        target: Target::Opaque { name: what.clone() },
        rank: 2,
    })
    .collect()
}
