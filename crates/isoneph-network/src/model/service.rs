//! Services of a cluster.

use serde::Serialize;

use super::address::AddressRange;
use super::form::EndpointId;

/// A service of a cluster: a name and addresses whose ports lead to those of pods. It is nobody by itself: what is sent to it
/// is sent to a pod, at the pod's port.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Namespace and name.
    pub name: String,
    /// What it may be asked for by, in lower case.
    pub names: Vec<String>,
    /// Its addresses in the cluster.
    pub inside: Vec<AddressRange>,
    /// Addresses at which it is reached from outside as well.
    pub outside: Vec<AddressRange>,
    /// Whether it is a name for the pods alone, without ports of its own (headless).
    pub direct: bool,
    /// Where the outside asks for it.
    pub entry: Entry,
    /// Whether it leads senders of the cluster to pods on their own node alone (`internalTrafficPolicy: Local`).
    pub keeps_to_node: bool,
    /// Whether its addresses of the outside are asked to take some senders alone.
    pub restricted: bool,
    /// Those behind it, and whether they surely are.
    pub pods: Vec<(EndpointId, bool)>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Why nobody knows whom it leads to.
    pub open: Option<String>,
}

/// Where the outside of a cluster asks for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Entry {
    /// At addresses of its own, by its ports.
    Own,
    /// At the nodes, by a port that these keep for it.
    Nodes,
    /// Nowhere: its address is the cluster's.
    Nowhere,
}

/// A port of a service.
#[derive(Debug, Clone, Serialize)]
pub struct ServicePort {
    /// Protocol number.
    pub protocol: u8,
    /// The port.
    pub port: u16,
    /// The one that nodes keep for it, where it is shown.
    pub node: Option<u16>,
    /// Where it leads; any of them.
    pub targets: Vec<ServiceTarget>,
}

/// Where a port of a service leads.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceTarget {
    /// The pods.
    pub endpoint: EndpointId,
    /// Their port; `None` where that is by a name which they do not show.
    pub port: Option<u16>,
    /// Whether they surely are behind the service.
    pub sure: bool,
}
