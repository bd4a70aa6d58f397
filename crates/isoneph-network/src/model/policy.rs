//! Access policies: tiers of ordered rules, evaluated as sets and, independently, packet by packet.
//!
//! One shape carries them all: a security group is one tier of permits that ends in deny; a network ACL is one ordered
//! tier; Kubernetes is three tiers of which the first may pass to the next; Google's hierarchy passes with `goto_next`.
//! A rule whose peer or service is not fully known *may* match: the set evaluation yields what may be permitted and what
//! may be denied, so `must = not may_deny`. The two overlap exactly where the input leaves the answer open.

mod reading;

use serde::Serialize;

use super::address::{AddressRange, Meeting, RangeSet};
use super::form::{EndpointId, NamedPort, Origin};
use super::traffic::{Parcel, Traffic};

/// What a rule, or the end of a tier, does with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Lets it through.
    Permit,
    /// Drops it.
    Deny,
    /// Leaves it to the next tier.
    Pass,
}

/// Who may be at one end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Peers {
    /// Everybody, of either family.
    pub any: bool,
    /// These addresses.
    pub addresses: RangeSet,
    /// Whether the addresses are meant for what stands outside the model: whether they hold for an endpoint of the model
    /// that has such an address is left open by the platform.
    pub outside_only: bool,
    /// What counts instead of `addresses` for an endpoint whose address is not known: a cluster's pods are taken not to have
    /// public ones.
    pub unplaced: Option<RangeSet>,
    /// These endpoints, sorted.
    pub endpoints: Vec<EndpointId>,
    /// Addresses under which those endpoints, and those of which the input does not say, are not meant.
    #[serde(skip_serializing_if = "RangeSet::is_empty")]
    pub beside: RangeSet,
    /// Endpoints of which the input does not say, sorted.
    pub maybe: Vec<EndpointId>,
    /// Why the input does not say of them.
    pub doubt: Option<String>,
    /// Objects whose content the input does not show: any peer may be in them.
    pub unknown: Vec<String>,
}

/// Which packets a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// An exact set.
    Exact(Traffic),
    /// A port of the destination, by name and protocol.
    Named {
        /// The name.
        name: String,
        /// Protocol number; `None` takes the name with any protocol.
        protocol: Option<u8>,
    },
    /// Not understood: may be any packet within the set.
    Unknown {
        /// What was not understood.
        object: String,
        /// The packets it may be.
        within: Traffic,
    },
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// How the platform, or a reader of its configuration, names it.
    pub id: String,
    /// What it does.
    pub action: Action,
    /// The far end: source of incoming, destination of outgoing packets.
    pub peers: Peers,
    /// The near end, where the rule restricts it.
    pub local: Option<Peers>,
    /// The packets; several are a union.
    pub services: Vec<Service>,
    /// A condition that was not understood: the rule may hold.
    pub condition: Option<String>,
}

/// Rules of equal standing, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// The rules; the first that matches decides.
    pub rules: Vec<Rule>,
    /// What happens to packets no rule matches.
    pub otherwise: Action,
    /// Why it is unknown whether the tier applies at all.
    pub uncertain: Option<String>,
}

/// A policy attached to endpoints or borders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The platform's identifier.
    pub id: String,
    /// Its name, or the identifier again.
    pub name: String,
    /// Whether answers to permitted packets pass without being asked.
    pub stateful: bool,
    /// The tiers in order. Past the last one packets are permitted.
    pub tiers: Vec<Tier>,
    /// Where it stands in the input.
    pub origin: Origin,
}

/// One end of a packet as a policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Side {
    /// The address; a range where it is not known better.
    pub range: AddressRange,
    /// The endpoint it is, where the platform still knows (not behind a translation).
    pub endpoint: Option<EndpointId>,
}

/// What a policy is asked about: two ends and the destination's named ports.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The end the policy is attached to.
    pub local: Side,
    /// The other end.
    pub remote: Side,
    /// Named ports of the packet's destination.
    pub ports: &'a [NamedPort],
}

/// Set verdict: what may be permitted and what may be denied. Their union is everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Packets for which some reading of the unknown permits.
    pub may_permit: Traffic,
    /// Packets for which some reading of the unknown denies.
    pub may_deny: Traffic,
}

impl Verdict {
    /// Packets that are permitted however the unknown is read.
    #[must_use]
    pub fn must_permit(&self) -> Traffic {
        self.may_deny.not()
    }
}

/// How surely something matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It does not.
    No,
    /// It may.
    Maybe,
    /// It does.
    Yes,
}

/// What decided about one packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Permit or deny; `None` where it depends on something unknown.
    pub permit: Option<bool>,
    /// The rule that decided, or the tier's end (`default`).
    pub rule: String,
    /// What was not known.
    pub because: Vec<String>,
}

impl Peers {
    /// Everybody.
    #[must_use]
    pub fn everybody() -> Self {
        Self { any: true, ..Self::default() }
    }

    /// These addresses.
    #[must_use]
    pub fn addresses(ranges: Vec<AddressRange>) -> Self {
        Self { addresses: RangeSet::new(ranges), ..Self::default() }
    }

    /// How surely `side` is one of them.
    #[must_use]
    pub fn matches(&self, side: Side) -> Match {
        if self.any {
            return Match::Yes;
        }
        let mut best = if self.unknown.is_empty() { Match::No } else { Match::Maybe };
        if let Some(endpoint) = side.endpoint {
            let beside = self.beside.meeting(side.range);
            match (self.endpoints.binary_search(&endpoint).is_ok(), beside) {
                (true, Meeting::Apart) => return Match::Yes,
                (true, Meeting::Partly) => best = Match::Maybe,
                _ => {}
            }
            if self.maybe.binary_search(&endpoint).is_ok() && beside != Meeting::Within {
                best = Match::Maybe;
            }
        }
        match self.addresses_for(side).meeting(side.range) {
            Meeting::Within if !(self.outside_only && side.endpoint.is_some()) => Match::Yes,
            Meeting::Within | Meeting::Partly => Match::Maybe,
            Meeting::Apart => best,
        }
    }

    fn addresses_for(&self, side: Side) -> &RangeSet {
        match &self.unplaced {
            Some(unplaced) if side.endpoint.is_some() && side.range.single().is_none() => unplaced,
            _ => &self.addresses,
        }
    }

    /// Why a match of `side` is only possible.
    fn doubts(&self, side: Side, out: &mut Vec<String>) {
        out.extend(self.unknown.iter().cloned());
        let named = side.endpoint.is_some_and(|endpoint| self.endpoints.binary_search(&endpoint).is_ok());
        if named && self.beside.meeting(side.range) == Meeting::Partly {
            out.push(format!("by which of its addresses {} the peer speaks", side.range));
        }
        let meeting = self.addresses_for(side).meeting(side.range);
        if self.outside_only && side.endpoint.is_some() && meeting != Meeting::Apart {
            out.push("whether an ipBlock holds for the addresses of pods is left to the network plugin".into());
        } else if meeting == Meeting::Partly {
            out.push(format!("the address within {} is not known", side.range));
        }
        if side.endpoint.is_some_and(|endpoint| self.maybe.binary_search(&endpoint).is_ok()) {
            out.push(self.doubt.clone().unwrap_or_else(|| "whether the peer is selected is not known".into()));
        }
    }
}

impl Service {
    /// (packets it surely means, packets it may mean).
    fn bounds(&self, ports: &[NamedPort]) -> (Traffic, Traffic) {
        match self {
            Self::Exact(set) => (set.clone(), set.clone()),
            Self::Named { name, protocol } => {
                let mut set = Traffic::none();
                for port in ports {
                    if port.name == *name && protocol.is_none_or(|wanted| wanted == port.protocol) {
                        set = set.or(&Traffic::ports(port.protocol, port.port, port.port));
                    }
                }
                (set.clone(), set)
            }
            Self::Unknown { within, .. } => (Traffic::none(), within.clone()),
        }
    }
}

impl Rule {
    fn ends(&self, view: &View<'_>) -> Match {
        let local = self.local.as_ref().map_or(Match::Yes, |peers| peers.matches(view.local));
        let ends = self.peers.matches(view.remote).min(local);
        if self.condition.is_some() { ends.min(Match::Maybe) } else { ends }
    }

    /// (packets it surely matches, packets it may match), given both ends.
    fn bounds(&self, view: &View<'_>) -> Option<(Traffic, Traffic)> {
        let ends = self.ends(view);
        if ends == Match::No {
            return None;
        }
        let (mut low, mut high) = (Traffic::none(), Traffic::none());
        for service in &self.services {
            let (sure, possible) = service.bounds(view.ports);
            low = low.or(&sure);
            high = high.or(&possible);
        }
        Some(if ends == Match::Yes { (low, high) } else { (Traffic::none(), high) })
    }

    fn matches(&self, view: &View<'_>, parcel: Parcel, because: &mut Vec<String>) -> Match {
        let ends = self.ends(view);
        if ends == Match::No {
            return Match::No;
        }
        let mut best = Match::No;
        for service in &self.services {
            let found = match service {
                Service::Exact(set) if set.contains(parcel) => Match::Yes,
                Service::Named { name, protocol }
                    if view.ports.iter().any(|port| {
                        port.name == *name
                            && protocol.is_none_or(|wanted| wanted == port.protocol)
                            && port.protocol == parcel.protocol
                            && port.port == parcel.destination
                    }) =>
                {
                    Match::Yes
                }
                Service::Unknown { object, within } if within.contains(parcel) => {
                    because.push(object.clone());
                    Match::Maybe
                }
                _ => Match::No,
            };
            best = best.max(found);
        }
        let found = best.min(ends);
        if found == Match::Maybe && ends == Match::Maybe {
            self.peers.doubts(view.remote, because);
            if let Some(local) = &self.local {
                local.doubts(view.local, because);
            }
            because.extend(self.condition.iter().cloned());
        }
        found
    }
}

impl Policy {
    /// What the policy may permit and may deny between two ends.
    #[must_use]
    pub fn evaluate(&self, view: &View<'_>) -> Verdict {
        let mut verdict = Verdict { may_permit: Traffic::none(), may_deny: Traffic::none() };
        let mut arriving = Traffic::all();
        for tier in &self.tiers {
            let mut next = if tier.uncertain.is_some() { arriving.clone() } else { Traffic::none() };
            for rule in &tier.rules {
                if arriving.is_empty() {
                    break;
                }
                let Some((low, high)) = rule.bounds(view) else { continue };
                verdict.take(rule.action, &arriving.and(&high), &mut next);
                arriving = arriving.minus(&low);
            }
            verdict.take(tier.otherwise, &arriving, &mut next);
            arriving = next;
        }
        verdict.may_permit = verdict.may_permit.or(&arriving);
        verdict
    }

    /// What the policy does with one packet, rule by rule: written apart from [`Policy::evaluate`], so that each can be held
    /// against the other.
    #[must_use]
    pub fn decide(&self, view: &View<'_>, parcel: Parcel) -> Decision {
        let mut possible: Option<bool> = None;
        let mut open = false;
        let mut because = Vec::new();
        let mut first = String::new();
        let mut settle = |permit: bool, rule: &str| {
            if possible.is_some_and(|other| other != permit) {
                open = true;
            }
            if possible.is_none() {
                first = rule.into();
            }
            possible = Some(permit);
        };
        let mut arrives = true;
        for tier in &self.tiers {
            let mut passes = tier.uncertain.is_some();
            because.extend(tier.uncertain.iter().cloned());
            let mut falls = true;
            for rule in &tier.rules {
                let found = rule.matches(view, parcel, &mut because);
                if found == Match::No {
                    continue;
                }
                match rule.action {
                    Action::Permit => settle(true, &rule.id),
                    Action::Deny => settle(false, &rule.id),
                    Action::Pass => passes = true,
                }
                if found == Match::Yes {
                    falls = false;
                    break;
                }
            }
            if falls {
                match tier.otherwise {
                    Action::Permit => settle(true, &format!("end of {}", tier.name)),
                    Action::Deny => settle(false, &format!("end of {}", tier.name)),
                    Action::Pass => passes = true,
                }
            }
            arrives = passes;
            if !arrives {
                break;
            }
        }
        if arrives {
            settle(true, "nothing denies");
        }
        because.sort_unstable();
        because.dedup();
        Decision {
            permit: if open { None } else { possible },
            rule: first,
            because: if open { because } else { Vec::new() },
        }
    }
}

impl Verdict {
    fn take(&mut self, action: Action, packets: &Traffic, next: &mut Traffic) {
        match action {
            Action::Permit => self.may_permit = self.may_permit.or(packets),
            Action::Deny => self.may_deny = self.may_deny.or(packets),
            Action::Pass => *next = next.or(packets),
        }
    }
}
