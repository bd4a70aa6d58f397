//! A packet on its way, with all that it has passed.

use std::collections::BTreeSet;

use super::path::{End, Path, Stage};
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, NetworkId, SubnetId};
use crate::model::policy::Side;

/// The most gateways and tables one packet passes before its way counts as a loop.
const MAX_HOPS: usize = 24;

/// How a packet came through a link.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linked {
    /// Whether the groups of what takes it are asked.
    pub(super) guarded: bool,
}

/// A packet on its way.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) network: NetworkId,
    /// The subnet whose border was last passed, where the packet is in one.
    pub(super) subnet: Option<SubnetId>,
    pub(super) source: Side,
    /// The endpoint that first sent it, with its place: for its public address.
    pub(super) sender: Option<(EndpointId, usize)>,
    /// Whether rules that name groups still know the sender.
    pub(super) references: bool,
    pub(super) destination: AddressRange,
    pub(super) zone: String,
    pub(super) stages: Vec<Stage>,
    pub(super) target: Option<usize>,
    /// The lead by which it came through a link: what takes it does not hand on the client's address.
    pub(super) linked: Option<Linked>,
    hops: usize,
    appliances: BTreeSet<EndpointId>,
}

impl State {
    pub(super) fn new(network: NetworkId, source: Side, destination: AddressRange) -> Self {
        Self {
            network,
            subnet: None,
            source,
            sender: None,
            references: true,
            destination,
            zone: String::new(),
            stages: Vec::new(),
            target: None,
            linked: None,
            hops: 0,
            appliances: BTreeSet::new(),
        }
    }

    /// Counts one more gateway; false where that makes a loop.
    pub(super) fn step(&mut self) -> bool {
        self.hops += 1;
        self.hops <= MAX_HOPS
    }

    /// Notes an appliance; false where the packet has been there.
    pub(super) fn visit(&mut self, appliance: EndpointId) -> bool {
        self.appliances.insert(appliance)
    }

    pub(super) fn path(self, end: End) -> Path {
        Path { stages: self.stages, end, sender: self.source, destination: self.destination, target: self.target }
    }
}
