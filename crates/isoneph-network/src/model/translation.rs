//! Addresses that packets get on their way out.

use serde::Serialize;

use super::address::AddressRange;
use super::form::{EndpointId, SubnetId};
use super::traffic::Traffic;

/// A gateway that translates many sources into few, and lets no connection in.
#[derive(Debug, Clone, Serialize)]
pub struct Nat {
    /// The platform's identifier.
    pub id: String,
    /// The endpoint that stands for it inside, where it has one.
    pub endpoint: Option<EndpointId>,
    /// The subnet whose table its packets follow, where it has one.
    pub subnet: Option<SubnetId>,
    /// Its addresses towards the internet; empty for a private one.
    pub public: Vec<AddressRange>,
    /// Whether it hands packets to the internet itself (Cloud NAT, Azure NAT gateway), without a table.
    pub direct: bool,
}

/// The way out of an endpoint that stands behind load balancers, or is lent none, in the place of the provider's own.
#[derive(Debug, Clone, Serialize)]
pub struct Outbound {
    /// What decides on it.
    pub name: String,
    /// The balancer's addresses, as a gateway; `None` where it lets nothing out.
    pub nat: Option<usize>,
    /// What that lets out.
    pub traffic: Traffic,
    /// Why it is not sure.
    pub doubt: Option<String>,
}
