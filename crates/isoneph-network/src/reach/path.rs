//! Paths: what a packet passes on its way, and what of it gets through.

use serde::Serialize;

use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::{EndpointId, NamedPort, PolicyId};
use crate::model::policy::{Policy, Side, View};
use crate::model::traffic::{Parcel, TCP, Traffic, UDP};

/// Which way a policy looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// At what the packet enters.
    In,
    /// At what the packet leaves.
    Out,
}

/// One thing a packet meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "stage")]
pub enum Stage {
    /// A policy.
    Filter {
        /// Index of the policy.
        policy: PolicyId,
        /// Which way it looks.
        direction: Direction,
        /// The end it is attached to.
        local: Side,
        /// The other end.
        remote: Side,
        /// The endpoint whose named ports the packet's destination has.
        destination: Option<EndpointId>,
        /// What it is attached to.
        at: String,
    },
    /// A gateway, table or link on the way.
    Hop {
        /// What kind.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// Something that takes only some packets.
    Limit {
        /// What it is.
        what: String,
        /// The packets.
        traffic: Traffic,
    },
    /// Something the input does not show: what follows may be so.
    Doubt {
        /// The object.
        object: String,
    },
    /// Addresses change.
    Rewrite(Rewrite),
}

/// A change of addresses on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rewrite")]
pub enum Rewrite {
    /// The sender's public address takes the place of its own.
    SourcePublic {
        /// The address now seen.
        to: AddressRange,
    },
    /// A translating gateway's address takes the place of the sender's.
    SourceNat {
        /// Index of the gateway.
        nat: usize,
        /// The address now seen.
        to: AddressRange,
    },
    /// The public address asked for becomes the receiver's own.
    DestinationPublic {
        /// The address asked for.
        from: AddressRange,
    },
    /// What stands for a service elsewhere hands the packet to it.
    Linked {
        /// What stands for it.
        entry: EndpointId,
        /// The sender's address as the entry saw it.
        client: Side,
    },
    /// A load balancer's node hands the packet to a target that is not known, at whatever port.
    Anywhere {
        /// The node.
        node: EndpointId,
    },
    /// A load balancer's node hands the packet to a target.
    Balanced {
        /// The node.
        node: EndpointId,
        /// The sender's address as the node saw it.
        client: Side,
        /// The port asked for.
        port: u16,
        /// The port at the target.
        target_port: u16,
    },
}

/// Where a path ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "end")]
pub enum End {
    /// At an endpoint.
    Endpoint {
        /// The endpoint.
        endpoint: EndpointId,
        /// Which of its places.
        place: usize,
    },
    /// Outside every network of the model.
    Outside {
        /// The addresses.
        range: AddressRange,
    },
    /// At a service of the provider that no policy covers.
    Service {
        /// Its name.
        name: String,
    },
    /// At an address that an endpoint may have which the input does not list.
    Vacant {
        /// The addresses.
        range: AddressRange,
    },
    /// Nowhere.
    Blocked {
        /// Why.
        reason: String,
        /// What blocks.
        at: String,
    },
}

/// One way a packet may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Path {
    /// What it meets, in order.
    pub stages: Vec<Stage>,
    /// Where it ends.
    pub end: End,
    /// The sender as the last stage sees it.
    pub sender: Side,
    /// The destination as asked for last.
    pub destination: AddressRange,
    /// Which target a load balancer chose; paths of different targets are alternatives of which one suffices. The greatest number
    /// stands for a way beside the network that is followed.
    pub target: Option<usize>,
}

/// Packets that may get through, and packets that surely do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// For some reading of what is unknown.
    pub may: Traffic,
    /// For every reading.
    pub must: Traffic,
}

impl Passage {
    /// Nothing gets through.
    #[must_use]
    pub fn none() -> Self {
        Self { may: Traffic::none(), must: Traffic::none() }
    }

    /// Everything gets through.
    #[must_use]
    pub fn all() -> Self {
        Self { may: Traffic::all(), must: Traffic::all() }
    }

    /// Either way suffices.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self { may: self.may.or(&other.may), must: self.must.or(&other.must) }
    }

    /// One of the two ways is taken; which is not known.
    #[must_use]
    pub fn either(&self, other: &Self) -> Self {
        Self { may: self.may.or(&other.may), must: self.must.and(&other.must) }
    }

    /// Of these packets alone.
    #[must_use]
    pub fn within(&self, packets: &Traffic) -> Self {
        Self { may: self.may.and(packets), must: self.must.and(packets) }
    }

    /// Both must be passed.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { may: self.may.and(&other.may), must: self.must.and(&other.must) }
    }
}

/// What happened to one packet on a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Whether it arrives; `None` where that depends on something unknown.
    pub arrives: Option<bool>,
    /// One line a stage.
    pub hops: Vec<TraceHop>,
    /// What blocked it, or what is unknown.
    pub because: Vec<String>,
}

/// One line of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceHop {
    /// What it is: `security-group`, `network-acl`, `route`…
    pub what: String,
    /// Which one.
    pub name: String,
    /// The rule that decided, where one did.
    pub rule: Option<String>,
}

impl Path {
    /// Whether the path ends at what was asked for.
    #[must_use]
    pub fn arrives(&self) -> bool {
        !matches!(self.end, End::Blocked { .. })
    }

    /// Whether something on the way is unknown.
    #[must_use]
    pub fn doubts(&self) -> Vec<&str> {
        self.stages
            .iter()
            .filter_map(|stage| match stage {
                Stage::Doubt { object } => Some(object.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The rewrites in order.
    pub fn rewrites(&self) -> impl Iterator<Item = Rewrite> {
        self.stages.iter().filter_map(|stage| match stage {
            Stage::Rewrite(rewrite) => Some(*rewrite),
            _ => None,
        })
    }

    /// The packets that get to the end, by set algebra.
    #[must_use]
    pub fn passage(&self, model: &Model) -> Passage {
        if !self.arrives() {
            return Passage::none();
        }
        let mut passage = Passage::all();
        for stage in &self.stages {
            match stage {
                Stage::Filter { policy, direction, local, remote, destination, .. } => {
                    let _ = direction;
                    let view = View { local: *local, remote: *remote, ports: ports_of(model, *destination) };
                    let verdict = model.parts.policies[*policy].evaluate(&view);
                    passage.may = passage.may.and(&verdict.may_permit);
                    passage.must = passage.must.minus(&verdict.may_deny);
                }
                Stage::Limit { traffic, .. } => {
                    passage.may = passage.may.and(traffic);
                    passage.must = passage.must.and(traffic);
                }
                Stage::Doubt { .. } => passage.must = Traffic::none(),
                Stage::Hop { .. } | Stage::Rewrite(_) => {}
            }
            if passage.may.is_empty() {
                return Passage::none();
            }
        }
        passage
    }

    /// What happens to one packet, stage by stage and rule by rule: no set algebra is used, so a witness is checked by
    /// other means than those that found it.
    #[must_use]
    pub fn trace(&self, model: &Model, mut parcel: Parcel) -> Trace {
        let mut trace = Trace { arrives: Some(true), hops: Vec::new(), because: Vec::new() };
        let mut any_port = false;
        let hop =
            |what: &str, name: &str, rule: Option<String>| TraceHop { what: what.into(), name: name.into(), rule };
        for stage in &self.stages {
            match stage {
                Stage::Filter { policy, direction, local, remote, destination, at } => {
                    let policy = &model.parts.policies[*policy];
                    let view = View { local: *local, remote: *remote, ports: ports_of(model, *destination) };
                    let decision = policy.decide(&view, parcel);
                    let what = if *direction == Direction::In { "into" } else { "out of" };
                    trace.hops.push(hop(&format!("{what} {at}"), &policy.name, Some(decision.rule.clone())));
                    match decision.permit {
                        Some(true) => {}
                        // At another port it may pass.
                        Some(false) if any_port && passes_somewhere(policy, &view, parcel) => trace.arrives = None,
                        Some(false) => {
                            trace.arrives = Some(false);
                            trace.because = vec![format!("{} {what} {at}: {}", policy.name, decision.rule)];
                            return trace;
                        }
                        None => {
                            trace.arrives = None;
                            trace.because.extend(decision.because);
                        }
                    }
                }
                Stage::Hop { what, name } => trace.hops.push(hop(what, name, None)),
                Stage::Limit { what, traffic } => {
                    trace.hops.push(hop("takes", what, Some(traffic.to_string())));
                    if !traffic.contains(parcel) {
                        trace.arrives = Some(false);
                        trace.because = vec![format!("{what} takes only {traffic}")];
                        return trace;
                    }
                }
                Stage::Doubt { object } => {
                    trace.hops.push(hop("unknown", object, None));
                    trace.arrives = None;
                    trace.because.push(object.clone());
                }
                Stage::Rewrite(rewrite) => {
                    let (what, name) = rewrite.describe(model);
                    trace.hops.push(hop(what, &name, None));
                    parcel = rewrite.moved(parcel);
                    any_port |= matches!(rewrite, Rewrite::Anywhere { .. });
                }
            }
        }
        if let End::Blocked { reason, at } = &self.end {
            trace.hops.push(hop("blocked", at, None));
            trace.arrives = Some(false);
            trace.because = vec![reason.clone()];
        }
        trace.because.sort_unstable();
        trace.because.dedup();
        trace
    }
}

/// Whether a policy may let through some packet of the protocol.
fn passes_somewhere(policy: &Policy, view: &View<'_>, parcel: Parcel) -> bool {
    !policy.evaluate(view).may_permit.and(&Traffic::protocol(parcel.protocol)).is_empty()
}

/// All packets of the protocols that have some in a set.
pub(crate) fn at_any_port(set: &Traffic) -> Traffic {
    let some = |protocol: &u8| !set.and(&Traffic::protocol(*protocol)).is_empty();
    [TCP, UDP].iter().filter(|protocol| some(protocol)).fold(set.clone(), |sum, held| sum.or(&Traffic::protocol(*held)))
}

impl Rewrite {
    /// The packet past it: a balancer's target may listen on another port than was asked for.
    pub(super) fn moved(self, parcel: Parcel) -> Parcel {
        match self {
            Self::Balanced { port, target_port, .. }
                if parcel.destination == port && matches!(parcel.protocol, TCP | UDP) =>
            {
                Parcel { destination: target_port, ..parcel }
            }
            _ => parcel,
        }
    }

    fn describe(self, model: &Model) -> (&'static str, String) {
        match self {
            Self::SourcePublic { to } => ("source becomes", one_of(to)),
            Self::SourceNat { nat, to } => {
                ("source becomes", format!("{} of {}", one_of(to), model.parts.nats[nat].id))
            }
            Self::DestinationPublic { from } => ("public address", one_of(from)),
            Self::Linked { entry, .. } => ("handed on by", model.parts.endpoints[entry].name.clone()),
            Self::Anywhere { node } | Self::Balanced { node, .. } => {
                ("balanced by", model.parts.endpoints[node].name.clone())
            }
        }
    }
}

/// An address that a packet has; of one that is not known, what is known of it.
fn one_of(range: AddressRange) -> String {
    if range == AddressRange::whole(range.family) {
        return "an address that is not shown".into();
    }
    if range.single().is_some() { range.to_string() } else { format!("an address of {range}") }
}

pub(crate) fn ports_of(model: &Model, endpoint: Option<EndpointId>) -> &[NamedPort] {
    endpoint.map_or(&[], |endpoint| model.parts.endpoints[endpoint].ports.as_slice())
}
