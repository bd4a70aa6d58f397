//! What a Google estate holds, in Google's words. Identifiers are the last part of self links, with the project before it:
//! `PROJECT/NAME`, or whatever stands for it until apply.

use std::collections::BTreeMap;

use serde::Serialize;

use super::listed::Listed;
use crate::model::address::AddressRange;
use crate::model::form::Origin;
use crate::model::once::Told;

/// Everything read, by identifier.
#[derive(Debug, Default)]
pub(crate) struct Estate {
    pub(super) networks: BTreeMap<String, Network>,
    pub(super) subnets: BTreeMap<String, Subnet>,
    pub(super) firewalls: BTreeMap<String, Firewall>,
    pub(super) policies: BTreeMap<String, FirewallPolicy>,
    pub(super) interfaces: BTreeMap<String, Interface>,
    pub(super) routes: BTreeMap<String, Route>,
    pub(super) peerings: Vec<Peering>,
    /// Cloud NAT: (subnet, or network for all of them, public addresses).
    pub(super) nats: Vec<Nat>,
    /// Service attachments (Private Service Connect), each with the subnets out of which it sends.
    pub(super) attachments: BTreeMap<String, Vec<String>>,
    /// Endpoints of them: name, network, attachment; nothing where either is not shown.
    pub(super) connected: Vec<Connected>,
    /// Ways in from outside that are not modelled.
    pub(super) entries: Vec<String>,
    /// Routes by policy: (network, or nothing where that is not known; name).
    pub(super) steered: Vec<(String, String)>,
    /// What may have a public address of which nothing shows whether it has.
    pub(super) loose: Vec<String>,
    /// Lists that the API answered with.
    pub(super) listed: Listed,
    /// What each project is in, from the inside out, as far as that is given.
    pub(super) ancestors: BTreeMap<String, Vec<String>>,
    /// What answers said of each object.
    pub(crate) told: Told,
}

impl Estate {
    /// Interfaces whose networks are not shown, by name.
    pub(crate) fn unplaced(&self) -> Vec<(String, &Origin)> {
        let lost = self.interfaces.values().filter(|held| !self.networks.contains_key(&held.network));
        lost.map(|held| (held.name.clone(), &held.origin)).collect()
    }

    /// Whether the other end of a peering may be there, though it is not sure that it is.
    pub(super) fn may_answer(&self, peering: &Peering) -> bool {
        let may = |name: &str, wanted: &str| name == wanted || name.is_empty();
        self.peerings.iter().any(|back| may(&back.from, &peering.to) && may(&back.to, &peering.from))
    }
}

/// A forwarding rule that leads to a service attachment.
#[derive(Debug, Default, Serialize)]
pub(super) struct Connected {
    pub(super) name: String,
    /// The network it is in; nothing where that is not shown.
    pub(super) network: String,
    /// The attachment; nothing where that is not shown.
    pub(super) to: String,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Network {
    pub(super) name: String,
    pub(super) project: String,
    /// Whether classic rules come before network policies.
    pub(super) classic_first: bool,
    /// Whether it has a subnet in every region, made with it.
    pub(super) automatic: bool,
    /// Whether the input looks it up and does not make it: its rules and routes are not all shown.
    pub(super) looked_up: bool,
    /// Whether the API answered with it: what else belongs to it stands in other lists.
    pub(super) answered: bool,
    /// Its subnets and its firewall policy, as far as it names them itself.
    pub(super) subnets: Vec<String>,
    pub(super) policy: Option<String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Subnet {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) project: String,
    pub(super) region: String,
    pub(super) ranges: Vec<AddressRange>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

/// A rule of a network, or of a policy.
#[derive(Debug, Default, Clone)]
pub(super) struct Firewall {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) priority: i64,
    pub(super) ingress: bool,
    /// `allow`, `deny`, `goto_next`, or something else.
    pub(super) action: String,
    pub(super) disabled: bool,
    /// (protocol, port ranges).
    pub(super) services: Vec<(String, Vec<String>)>,
    pub(super) source_ranges: Vec<String>,
    pub(super) destination_ranges: Vec<String>,
    pub(super) source_tags: Vec<String>,
    pub(super) source_accounts: Vec<String>,
    pub(super) target_tags: Vec<String>,
    pub(super) target_accounts: Vec<String>,
    /// Networks a policy's rule is restricted to.
    pub(super) target_networks: Vec<String>,
    /// What could not be read of whom it is about, beside those that are named.
    pub(super) unclear: Vec<String>,
    /// Why it is not sure that it holds for those that are named.
    pub(super) doubt: Option<String>,
}

/// A firewall policy and where it is attached.
#[derive(Debug, Default)]
pub(super) struct FirewallPolicy {
    pub(super) name: String,
    pub(super) rules: Vec<Firewall>,
    /// Networks it is associated with.
    pub(super) networks: Vec<String>,
    /// Whether it may be associated with any network.
    pub(super) anywhere: bool,
    /// Whether it is associated with an organisation or folder: then it comes first, for every network.
    pub(super) hierarchical: Option<u8>,
    /// Organisations and folders that it is associated with.
    pub(super) above: Vec<String>,
    /// Whether it is of one region.
    pub(super) regional: Option<String>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) project: String,
    pub(super) network: String,
    pub(super) subnet: String,
    /// Its machine's region, where that is told.
    #[serde(skip)]
    pub(super) region: String,
    pub(super) address: Option<AddressRange>,
    pub(super) more: Vec<AddressRange>,
    /// `Some(None)`: a public address that is not known.
    pub(super) public: Option<Option<AddressRange>>,
    pub(super) tags: Vec<String>,
    pub(super) accounts: Vec<String>,
    /// Whether it may have tags that are not known.
    pub(super) open_tags: bool,
    /// Whether it may have an account that is not known.
    pub(super) open_account: bool,
    pub(super) forwards: bool,
    pub(super) template: bool,
    pub(super) aliases: Vec<String>,
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip)]
    pub(super) origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct Route {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) range: Option<AddressRange>,
    pub(super) priority: i64,
    pub(super) tags: Vec<String>,
    pub(super) next: NextHop,
}

impl Firewall {
    /// A rule that may say anything both ways, for one says nothing of it.
    pub(super) fn unseen(what: &str) -> [Self; 2] {
        let rule = |ingress| Self { name: what.to_owned(), priority: -1, ingress, ..Self::default() };
        [rule(true), rule(false)]
    }
}

#[derive(Debug, Default, Clone)]
pub(super) enum NextHop {
    Internet,
    Instance(String),
    Address(AddressRange),
    #[default]
    Unknown,
    Other(String),
}

impl Route {
    /// What something leads to whose routes the input does not show.
    pub(super) fn unseen(network: String, by: &str) -> Self {
        let (range, next) = (None, NextHop::Other(format!("what {by} leads to")));
        Self { name: by.to_owned(), network, range, priority: 1000, tags: Vec::new(), next }
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Peering {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) active: bool,
    /// Whether routes beside those of subnets are taken from the other end, and given to it.
    pub(super) imports: bool,
    pub(super) exports: bool,
    /// The same of subnets with public addresses of IPv4; `None` where the input does not say.
    pub(super) imports_public: Option<bool>,
    pub(super) exports_public: Option<bool>,
    /// Whether this end has routes of IPv6 exchanged; `None` where the input does not say.
    pub(super) six: Option<bool>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Nat {
    pub(super) name: String,
    pub(super) network: String,
    pub(super) region: String,
    /// Empty for all subnets of the region.
    pub(super) subnets: Vec<String>,
    pub(super) public: Vec<AddressRange>,
}
