//! The proof: every ordered pair of zones, class by class.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::future::with_future_members;
use super::intent::{Flow, Intent, ZoneKind};
use super::members::{Assignment, assign};
use super::parties::{Parties, Party};
use crate::model::Model;
use crate::model::address::{AddressRange, address_text};
use crate::model::form::{EndpointId, Origin};
use crate::model::traffic::{ICMP, ICMP6, Parcel, TCP, Traffic, TrafficBox, UDP, protocol_name};
use crate::reach::classes::Class;
use crate::reach::expect::Questions;
use crate::reach::matrix::{Between, MAX_PAIRS, ReachError, between};
use crate::reach::{End, Rewrite, Stage, TraceHop};

/// Whether two zones are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Separation {
    /// No packet may arrive but those of intended flows.
    Apart,
    /// A packet arrives that nobody intends.
    Breach,
    /// Whether one arrives depends on objects that the input does not show.
    Undecided,
    /// One of the zones holds nothing of the network: nothing was asked, and nothing is proved.
    HoldsNothing,
}

/// What stands for an address that the input does not tell.
const NOT_SHOWN: &str = "an address not shown";

/// A packet that arrives where nobody wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The sender.
    pub from: String,
    /// The sender's address.
    pub source: String,
    /// The receiver.
    pub to: String,
    /// The address it is sent to.
    pub destination: String,
    /// Protocol by name.
    pub protocol: String,
    /// What it carries.
    pub packet: Parcel,
    /// What it passes.
    pub path: Vec<TraceHop>,
    /// Whether a connection can be set up, beyond the packet's arrival.
    pub connects: bool,
}

/// An intended flow, and whether anything uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The flow.
    #[serde(flatten)]
    pub flow: Flow,
    /// Whether some packet of it may arrive: a flow that nothing lets through is a wish.
    pub open: bool,
    /// Whether some packet of it surely arrives.
    pub surely: bool,
    /// Whether it is past its last day, and does not count.
    pub expired: bool,
}

/// One ordered pair of zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairProof {
    /// The sender's zone.
    pub from: String,
    /// The receiver's zone.
    pub to: String,
    /// The answer.
    pub separation: Separation,
    /// The packet, for a breach.
    pub witness: Option<Witness>,
    /// Whether anything at all passes, intended or not; `None` where that depends on what is unknown.
    pub passes: Option<bool>,
    /// Where the answer was found: the last policy that a breaching packet passes, else the receiver, else the sender.
    pub origin: Option<Origin>,
    /// All that surely arrives against the intent.
    pub breaching: Traffic,
    /// The named objects, where something is undecided.
    pub because: Vec<String>,
    /// Flows that are intended between the two.
    pub intended: Vec<Allowed>,
    /// Pairs of classes that were followed.
    pub followed: usize,
    /// What a member to come would change: the pair is apart today.
    pub latent: Option<Latent>,
    /// What keeps them apart, with how many pairs of classes each does for.
    pub kept_apart_by: Vec<(String, usize)>,
}

/// What one more machine like today's, elsewhere in its subnet, would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Latent {
    /// What the answer would be.
    pub separation: Separation,
    /// The packet.
    pub witness: Option<Witness>,
    /// The named objects, where something would be undecided.
    pub because: Vec<String>,
}

/// A zone in a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneSummary {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: ZoneKind,
    /// How many endpoints it surely holds.
    pub endpoints: usize,
    /// How many classes of endpoints (or pieces of the outside), those that it may hold included.
    pub classes: usize,
}

/// What was proved about all zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Digest of the inputs the model was made of.
    pub model: String,
    /// The layer the answers are about.
    pub layer: &'static str,
    /// Whether the zones were derived, and not given.
    pub derived: bool,
    /// The zones.
    pub zones: Vec<ZoneSummary>,
    /// Endpoints that no zone takes.
    pub unassigned: Vec<String>,
    /// Endpoints that several zones claim: they may be of each.
    pub disputed: Vec<String>,
    /// Endpoints of which a zone has a part of the range that their address is in.
    pub uncertain: Vec<String>,
    /// Members of zones that name nothing in the model, as `zone: member number`.
    pub empty: Vec<String>,
    /// Services of the platform that no policy covers, which every zone shares.
    pub shared_by_platform: Vec<String>,
    /// Every ordered pair of different zones.
    pub pairs: Vec<PairProof>,
    /// How many objects of the input are not modelled.
    pub unsupported: usize,
}

impl Proof {
    /// Whether anything was asked at all: some two zones hold something of the network.
    #[must_use]
    pub fn is_about_something(&self) -> bool {
        self.pairs.iter().any(|pair| pair.separation != Separation::HoldsNothing)
    }

    /// The zones that hold nothing of the network.
    pub fn hollow(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().filter(|zone| zone.classes == 0).map(|zone| zone.name.as_str())
    }
}

/// How much a proof may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most pairs of classes that are followed.
    pub pairs: usize,
    /// Whether members to come are asked about too.
    pub future: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { pairs: MAX_PAIRS, future: true }
    }
}

/// Proves, for every ordered pair of zones, that nothing passes but what is intended on a day.
///
/// # Errors
/// Where there are more classes than can be followed pair by pair.
pub fn prove(model: &Model, intent: &Intent, day: jiff::civil::Date) -> Result<Proof, ReachError> {
    prove_within(model, intent, day, Bounds::default())
}

/// As [`prove`], within bounds of the caller's.
///
/// # Errors
/// Where there are more pairs of classes than the bounds allow.
pub fn prove_within(
    model: &Model,
    intent: &Intent,
    day: jiff::civil::Date,
    bounds: Bounds,
) -> Result<Proof, ReachError> {
    let mut proof = prove_today(model, intent, day, bounds.pairs)?;
    if !bounds.future {
        return Ok(proof);
    }
    if let Some(future) = with_future_members(model) {
        // Where those to come make too many classes, nothing is said of them.
        if let Ok(later) = prove_today(&future, intent, day, bounds.pairs) {
            for (pair, later) in proof.pairs.iter_mut().zip(later.pairs) {
                if pair.separation == Separation::Apart && later.separation != Separation::Apart {
                    let (separation, witness, because) = (later.separation, later.witness, later.because);
                    pair.latent = Some(Latent { separation, witness, because });
                }
            }
        }
    }
    Ok(proof)
}

/// How many ways a pair of classes may have, on the average of those that are followed.
const WAYS_OF_PAIR: usize = 10;

/// The ways from every class to every other: to itself, and through all that hands packets on to it.
fn ways(model: &Model, classes: &[Class]) -> usize {
    let to = |class: &Class| class.members.first().map_or(1, |id| 1 + model.fronts(*id).len());
    classes.iter().map(to).sum::<usize>().saturating_mul(classes.len())
}

fn prove_today(model: &Model, intent: &Intent, day: jiff::civil::Date, most: usize) -> Result<Proof, ReachError> {
    let assignment = assign(model, intent);
    let parties = Parties::of(model, intent, &assignment);
    let count = parties.all.len();
    if count.saturating_mul(count) > most {
        return Err(ReachError::TooMany { classes: count, most });
    }
    let (ways, most_ways) = (ways(model, &parties.all), most.saturating_mul(WAYS_OF_PAIR));
    if ways > most_ways {
        return Err(ReachError::TooManyWays { ways, most: most_ways });
    }
    let by_zone: Vec<Vec<Party<'_>>> = (0..intent.zones.len()).map(|zone| parties.in_zone(zone)).collect();
    let mut pairs = Vec::new();
    for (from, sender) in intent.zones.iter().enumerate() {
        let mut questions = Questions::new(model);
        for (to, receiver) in intent.zones.iter().enumerate() {
            let both_outside = sender.kind == ZoneKind::Outside && receiver.kind == ZoneKind::Outside;
            if from == to || both_outside {
                continue;
            }
            let (senders, receivers) = (&by_zone[from], &by_zone[to]);
            let mut pair = Pair::new(intent, &sender.name, &receiver.name, day);
            for (sender, receiver) in
                senders.iter().flat_map(|sender| receivers.iter().map(move |receiver| (sender, receiver)))
            {
                pair.follow(&mut questions, model, *sender, *receiver);
            }
            pairs.push(pair.finish(Holding::of(senders).min(Holding::of(receivers))));
        }
    }
    Ok(summary(model, intent, &assignment, &by_zone, pairs))
}

fn summary(
    model: &Model,
    intent: &Intent,
    assignment: &Assignment,
    by_zone: &[Vec<Party<'_>>],
    pairs: Vec<PairProof>,
) -> Proof {
    let name = |id: usize| model.parts.endpoints[id].name.clone();
    let zones = intent.zones.iter().enumerate().map(|(index, zone)| ZoneSummary {
        name: zone.name.clone(),
        kind: zone.kind,
        endpoints: assignment.zones.iter().filter(|held| **held == Some(index)).count(),
        classes: by_zone[index].len(),
    });
    let platforms: BTreeSet<_> = model.parts.networks.iter().map(|network| network.platform).collect();
    let shared = platforms.into_iter().flat_map(|platform| {
        use crate::model::form::Platform;
        match platform {
            Platform::Aws => &["Amazon DNS", "instance metadata", "time synchronisation", "DHCP"][..],
            Platform::Azure => &["Azure platform address 168.63.129.16", "instance metadata"],
            Platform::Google => &["metadata server 169.254.169.254"],
            Platform::Kubernetes => &["a pod's own node"],
        }
    });
    use crate::model::form::EndpointKind;
    let unassigned = (0..model.parts.endpoints.len()).filter(|id| {
        let plumbing = matches!(model.parts.endpoints[*id].kind, EndpointKind::Nat | EndpointKind::Plumbing);
        assignment.zones[*id].is_none() && !assignment.perhaps.contains_key(id) && !plumbing
    });
    let disputed: BTreeSet<usize> = assignment.disputed.iter().map(|(id, _)| *id).collect();
    let uncertain = assignment.perhaps.keys().copied().filter(|id| !disputed.contains(id));
    Proof {
        model: model.digest.clone(),
        layer: "network",
        derived: intent.derived,
        zones: zones.collect(),
        unassigned: unassigned.map(name).collect(),
        disputed: assignment.disputed.iter().map(|(id, _)| name(*id)).collect(),
        uncertain: uncertain.map(name).collect(),
        empty: assignment
            .empty
            .iter()
            .map(|(zone, member)| format!("{}: {}", intent.zones[*zone].name, member + 1))
            .collect(),
        shared_by_platform: shared.map(|name| (*name).to_owned()).collect(),
        pairs,
        unsupported: model.unsupported.len(),
    }
}

/// A pair of zones under proof.
struct Pair {
    from: String,
    to: String,
    intended: Vec<(Allowed, Traffic)>,
    wanted: Traffic,
    breaching: Traffic,
    open: bool,
    because: BTreeSet<String>,
    witness: Option<(u8, Witness)>,
    origin: Option<Origin>,
    may_pass: bool,
    must_pass: bool,
    followed: usize,
    kept: BTreeMap<String, usize>,
}

impl Pair {
    fn new(intent: &Intent, from: &str, to: &str, day: jiff::civil::Date) -> Self {
        let mut wanted = Traffic::none();
        let mut intended = Vec::new();
        for (flow, traffic) in intent.wanted(from, to, day) {
            wanted = wanted.or(&traffic);
            intended.push((Allowed { flow: flow.clone(), open: false, surely: false, expired: false }, traffic));
        }
        let past = |flow: &&Flow| flow.is_between(from, to) && !flow.deny && !flow.holds_on(day);
        for flow in intent.flows.iter().filter(past) {
            let expired = Allowed { flow: flow.clone(), open: false, surely: false, expired: true };
            intended.push((expired, flow.traffic().unwrap_or_else(|_| Traffic::none())));
        }
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            intended,
            wanted,
            breaching: Traffic::none(),
            open: false,
            because: BTreeSet::new(),
            witness: None,
            origin: None,
            may_pass: false,
            must_pass: false,
            followed: 0,
            kept: BTreeMap::new(),
        }
    }

    fn follow(&mut self, questions: &mut Questions<'_>, model: &Model, from: Party<'_>, to: Party<'_>) {
        let (sender, receiver) = (from.class, to.class);
        let Some(mut found) = between(questions, model, sender, receiver) else { return };
        self.followed += 1;
        let doubts = [from.doubt, to.doubt].into_iter().flatten();
        if doubts.clone().next().is_some() {
            // What is not surely of the zones sends and takes nothing of theirs for sure.
            found.arrives.must = Traffic::none();
        }
        self.may_pass |= !found.arrives.may.is_empty();
        self.must_pass |= !found.arrives.must.is_empty();
        if self.origin.is_none() {
            let first = receiver.members.first().or_else(|| sender.members.first());
            self.origin = first.map(|id| model.parts.endpoints[*id].origin.clone());
        }
        for (allowed, traffic) in &mut self.intended {
            allowed.open |= !found.arrives.may.and(traffic).is_empty();
            allowed.surely |= !found.arrives.must.and(traffic).is_empty();
        }
        let may = found.arrives.may.minus(&self.wanted);
        if may.is_empty() {
            let reason = self.keeper(model, &found);
            *self.kept.entry(reason).or_default() += 1;
            return;
        }
        let must = found.arrives.must.minus(&self.wanted);
        self.breaching = self.breaching.or(&must);
        let shown = self.show(model, sender, receiver, &found, &must);
        if !must.is_empty() && !shown {
            // Two evaluations of one packet differ: nothing is claimed.
            self.open = true;
            self.because.insert("a packet that two evaluations judge differently".into());
        }
        let rest = may.minus(&must);
        if let Some(parcel) = rest.witness() {
            self.open = true;
            self.because.extend(doubts.map(str::to_owned));
            for connection in &found.told {
                for way in &connection.ways {
                    let trace = way.path.trace(model, parcel);
                    if trace.arrives.is_none() {
                        self.because.extend(trace.because);
                    }
                }
            }
        }
    }

    /// What blocks everything unwanted between two classes.
    fn keeper(&self, model: &Model, found: &Between) -> String {
        if !found.arrives.may.is_empty() {
            return "only intended flows pass".into();
        }
        let Some(parcel) = Traffic::all().minus(&self.wanted).witness() else { return "everything is intended".into() };
        let mut ways = found.told.iter().flat_map(|connection| &connection.ways);
        let trace = ways.find_map(|way| {
            let trace = way.path.trace(model, parcel);
            (trace.arrives == Some(false)).then_some(trace)
        });
        trace.and_then(|trace| trace.because.into_iter().next()).unwrap_or_else(|| "no way".into())
    }

    /// Keeps a packet that surely arrives, after following it rule by rule. Whether one stood that test.
    fn show(&mut self, model: &Model, sender: &Class, receiver: &Class, found: &Between, must: &Traffic) -> bool {
        let mut shown = false;
        for connection in &found.told {
            let own = must.and(&connection.arrives.must);
            let Some(parcel) = own.witness() else { continue };
            for way in &connection.ways {
                let trace = way.path.trace(model, parcel);
                if trace.arrives != Some(true) {
                    continue;
                }
                shown = true;
                let connects = way.connects.must.contains(parcel);
                // A connection tells more than a packet, and fewer gateways are read faster.
                let key = u8::from(!connects);
                if self
                    .witness
                    .as_ref()
                    .is_some_and(|(other, held)| (*other, held.path.len()) <= (key, trace.hops.len()))
                {
                    continue;
                }
                let source = match sender.outside {
                    Some(range) => address_text(range.family, range.low),
                    None => start_address(model, sender),
                };
                let family = way.path.destination.family;
                let node = |id: EndpointId| {
                    let mut places = model.parts.endpoints[id].places.iter().map(|place| place.inside);
                    places.find(|inside| inside.family == family)
                };
                let asked = way.path.rewrites().find_map(|rewrite| match rewrite {
                    Rewrite::DestinationPublic { from } => Some(from),
                    Rewrite::Linked { entry: node_of, .. } | Rewrite::Balanced { node: node_of, .. } => node(node_of),
                    _ => None,
                });
                let destination = asked.unwrap_or(way.path.destination);
                let destination = match receiver.outside {
                    Some(_) => AddressRange::number(destination.family, destination.low),
                    None => destination,
                };
                let to = match &way.path.end {
                    End::Endpoint { endpoint, .. } => model.parts.endpoints[*endpoint].name.clone(),
                    _ => receiver.name.clone(),
                };
                let from = sender
                    .members
                    .first()
                    .map_or_else(|| sender.name.clone(), |id| model.parts.endpoints[*id].name.clone());
                let witness = Witness {
                    from,
                    source,
                    to,
                    destination: shown_address(destination),
                    protocol: protocol_name(parcel.protocol),
                    packet: parcel,
                    path: trace.hops,
                    connects,
                };
                self.witness = Some((key, witness));
                let policy = way.path.stages.iter().rev().find_map(|stage| match stage {
                    Stage::Filter { policy, .. } => Some(&model.parts.policies[*policy].origin),
                    _ => None,
                });
                self.origin = policy.cloned().or(self.origin.take());
            }
        }
        shown
    }

    /// `holding` is what the one holds of which less is known.
    fn finish(mut self, holding: Holding) -> PairProof {
        let separation = match (holding, self.witness.is_some(), self.open) {
            (Holding::Nothing, _, _) => Separation::HoldsNothing,
            (_, true, _) => Separation::Breach,
            (_, false, true) => Separation::Undecided,
            (Holding::Perhaps, false, false) => {
                self.because.insert("no endpoint is surely in one of the two zones".into());
                Separation::Undecided
            }
            (Holding::Surely, false, false) => Separation::Apart,
        };
        let mut kept: Vec<(String, usize)> = self.kept.into_iter().collect();
        kept.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        kept.truncate(8);
        let passes = match (self.must_pass, self.may_pass) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        PairProof {
            from: self.from,
            to: self.to,
            separation,
            passes,
            origin: self.origin,
            witness: self.witness.map(|(_, witness)| witness),
            breaching: self.breaching,
            because: self.because.into_iter().collect(),
            intended: self.intended.into_iter().map(|(allowed, _)| allowed).collect(),
            followed: self.followed,
            latent: None,
            kept_apart_by: kept,
        }
    }
}

/// Whether a zone holds something of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holding {
    Nothing,
    Perhaps,
    Surely,
}

impl Holding {
    fn of(parties: &[Party<'_>]) -> Self {
        match (parties.is_empty(), parties.iter().any(|party| party.doubt.is_none())) {
            (true, _) => Holding::Nothing,
            (false, false) => Holding::Perhaps,
            (false, true) => Holding::Surely,
        }
    }
}

fn start_address(model: &Model, class: &Class) -> String {
    let place = class.members.first().and_then(|id| model.parts.endpoints[*id].places.first());
    place.map(|place| shown_address(place.inside)).unwrap_or_default()
}

fn shown_address(range: AddressRange) -> String {
    if range == AddressRange::whole(range.family) { NOT_SHOWN.into() } else { range.to_string() }
}

impl std::fmt::Display for Witness {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, source, to, destination, protocol, packet, .. } = self;
        let end = |name: &str, address: &str| {
            let said = name.ends_with(address) || name.ends_with(&format!("(e.g. {address})"));
            if said || address == NOT_SHOWN { name.to_owned() } else { format!("{name} ({address})") }
        };
        write!(out, "{protocol} {} -> {}", end(from, source), end(to, destination))?;
        let what = match packet.protocol {
            TCP | UDP => "port",
            ICMP | ICMP6 => "code",
            _ => return Ok(()),
        };
        write!(out, " {what} {}", packet.destination)
    }
}

/// The boxes of what breaches a pair, for tables.
impl PairProof {
    /// Every box of [`PairProof::breaching`].
    #[must_use]
    pub fn breaching_boxes(&self) -> Vec<TrafficBox> {
        self.breaching.boxes()
    }
}
