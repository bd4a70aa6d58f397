//! From paths to answers: what may arrive, and which connections can be set up.
//!
//! A packet *arrives* when it passes every stage one way. A connection *can be set up* when its answer comes back too:
//! stateful policies let it pass unasked, stateless lists and routes are asked again, and it must come from the address
//! that was asked.

use super::beside::BESIDE;
use super::path::{End, Passage, Path, Rewrite, Stage, at_any_port};
use super::walk::{Goal, Start, Walker};
use crate::model::Model;
use crate::model::address::{AddressRange, private_blocks};
use crate::model::form::EndpointId;
use crate::model::traffic::{Parcel, TCP, Traffic, TrafficBox, UDP};

/// Everything known about packets from one start to one destination.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The ways there, each with the ways back of its answers.
    pub ways: Vec<Way>,
    /// Packets that arrive.
    pub arrives: Passage,
    /// Packets whose connection can be set up (or, where none is needed, that arrive).
    pub connects: Passage,
}

/// One way there.
#[derive(Debug, Clone)]
pub struct Way {
    /// The way there.
    pub path: Path,
    /// What gets through there.
    pub arrives: Passage,
    /// What gets through there and is answered.
    pub connects: Passage,
    /// The ways the answers take, leg by leg; each leg may have several.
    pub back: Vec<Vec<Path>>,
    /// Why no answer comes back, where that is not a matter of policies.
    pub broken: Option<String>,
}

/// Follows packets from a start to a destination, and their answers.
#[must_use]
pub fn connect(model: &Model, start: Start, goal: Goal, destination: AddressRange) -> Connection {
    let paths = Walker::new(model, goal, false).run(start, destination);
    let ways: Vec<Way> = paths.into_iter().map(|path| way(model, start, destination, path)).collect();
    Connection { arrives: gather(&ways, |way| &way.arrives), connects: gather(&ways, |way| &way.connects), ways }
}

/// Ways with different targets suffice one by one; ways of one target are readings of the unknown. Those beside the network
/// suffice as well.
fn gather(ways: &[Way], of: impl Fn(&Way) -> &Passage) -> Passage {
    let (beside, ways): (Vec<&Way>, Vec<&Way>) = ways.iter().partition(|way| way.path.target == Some(BESIDE));
    beside.into_iter().fold(gather_followed(&ways, &of), |sum, way| sum.or(of(way)))
}

fn gather_followed(ways: &[&Way], of: impl Fn(&Way) -> &Passage) -> Passage {
    let mut targets: Vec<(Option<usize>, Passage)> = Vec::new();
    for way in ways {
        match targets.iter_mut().find(|(target, _)| *target == way.path.target) {
            Some((_, held)) => *held = held.either(of(way)),
            None => targets.push((way.path.target, of(way).clone())),
        }
    }
    // A part of the ways that branch before any balancer is a reading of the unknown for the rest.
    let balanced = targets.iter().filter(|(target, _)| target.is_some());
    let sum = balanced
        .fold(None, |sum: Option<Passage>, (_, held)| Some(sum.map_or_else(|| held.clone(), |sum| sum.or(held))));
    let plain = targets.iter().find(|(target, _)| target.is_none()).map(|(_, held)| held);
    match (sum, plain) {
        (Some(sum), Some(plain)) => sum.either(plain),
        (Some(sum), None) => sum,
        (None, Some(plain)) => plain.clone(),
        (None, None) => Passage::none(),
    }
}

fn way(model: &Model, start: Start, asked: AddressRange, path: Path) -> Way {
    let mut arrives = path.passage(model);
    if let Some((port, target)) = moved_port(&path) {
        arrives = at_asked_port(&path, model, port, target);
    }
    if let Some(cut) = path.stages.iter().position(|stage| matches!(stage, Stage::Rewrite(Rewrite::Anywhere { .. }))) {
        let (before, after) = path.stages.split_at(cut);
        let half = |stages: &[Stage]| Path { stages: stages.to_vec(), ..path.clone() }.passage(model);
        let (before, after) = (half(before), half(after));
        arrives = before.and(&Passage { may: at_any_port(&after.may), must: Traffic::none() });
    }
    if arrives.may.is_empty() {
        return Way { path, connects: Passage::none(), arrives, back: Vec::new(), broken: None };
    }
    // Past something unknown the answer's way is unknown as well.
    if !path.doubts().is_empty() {
        let connects = Passage { may: arrives.may.clone(), must: Traffic::none() };
        return Way { path, arrives, connects, back: Vec::new(), broken: None };
    }
    match back(model, start, asked, &path) {
        Ok(legs) => {
            let mut connects = arrives.clone();
            for leg in &legs {
                let passage = leg
                    .iter()
                    .map(|path| path.passage(model))
                    .reduce(|sum, more| sum.either(&more))
                    .unwrap_or_else(Passage::none);
                let port = moved_port(&path);
                connects = Passage {
                    may: answered(&connects.may, &passage.may, port),
                    must: answered(&connects.must, &passage.must, port),
                };
            }
            let broken = legs.iter().find(|leg| leg.iter().all(|path| !path.arrives())).and_then(|leg| {
                leg.iter().find_map(|path| match &path.end {
                    End::Blocked { reason, .. } => Some(format!("the answer finds no way back: {reason}")),
                    _ => None,
                })
            });
            Way { path, arrives, connects, back: legs, broken }
        }
        Err(reason) => Way { path, connects: Passage::none(), arrives, back: Vec::new(), broken: Some(reason) },
    }
}

/// (asked, target's) where a balancer changes the port.
fn moved_port(path: &Path) -> Option<(u16, u16)> {
    path.rewrites().find_map(|rewrite| match rewrite {
        Rewrite::Balanced { port, target_port, .. } if port != target_port => Some((port, target_port)),
        _ => None,
    })
}

/// What arrives where a balancer moves the port: stages before it see the port asked for, stages past it the target's.
fn at_asked_port(path: &Path, model: &Model, port: u16, target: u16) -> Passage {
    let cut = path.stages.iter().position(|stage| matches!(stage, Stage::Rewrite(Rewrite::Balanced { .. })));
    let (before, after) = path.stages.split_at(cut.unwrap_or(path.stages.len()));
    let half = |stages: &[Stage]| Path { stages: stages.to_vec(), ..path.clone() }.passage(model);
    let (before, after) = (half(before), half(after));
    before.and(&Passage { may: move_port(&after.may, target, port), must: move_port(&after.must, target, port) })
}

/// The packets to port `from`, as packets to port `to`.
pub(crate) fn move_port(set: &Traffic, from: u16, to: u16) -> Traffic {
    let mut out = Traffic::none();
    for protocol in [TCP, UDP] {
        for piece in set.and(&Traffic::ports(protocol, from, from)).boxes() {
            out = out.or(&Traffic::of(TrafficBox { destination: (to, to), ..piece }));
        }
    }
    out
}

fn answered(packets: &Traffic, replies: &Traffic, moved: Option<(u16, u16)>) -> Traffic {
    let Some((port, target)) = moved else { return packets.answered_by(replies) };
    let seen = move_port(packets, port, target);
    packets.and(&move_port(&seen.answered_by(replies), target, port))
}

/// The legs an answer goes: from the receiver to the sender, by the load balancer's node and the translating gateway.
fn back(model: &Model, start: Start, asked: AddressRange, path: &Path) -> Result<Vec<Vec<Path>>, String> {
    let mut legs = Vec::new();
    let balanced = path.rewrites().find_map(|rewrite| match rewrite {
        Rewrite::Balanced { node, client, .. } => Some((node, client)),
        _ => None,
    });
    let linked = path.rewrites().find_map(|rewrite| match rewrite {
        Rewrite::Linked { entry, client } => Some((entry, client)),
        _ => None,
    });
    let seen = linked.or(balanced).map_or(path.sender, |(_, client)| client).range;
    let responder = match (&path.end, balanced) {
        (End::Endpoint { endpoint, place }, None) => Start::Endpoint(*endpoint, *place),
        (End::Endpoint { endpoint, place }, Some((node, _))) => {
            let family = path.destination.family;
            let node_place = place_of(model, node, family).ok_or("the load balancer has no address of that family")?;
            let inside = model.parts.endpoints[node].places[node_place].inside;
            if linked.is_none() && model.parts.endpoints[node].subnet.is_none() {
                // At the network's edge it takes back what the target's own routes lead there.
                let target = Start::Endpoint(*endpoint, *place);
                let seen = translated(start, seen).into_iter();
                legs.push(seen.flat_map(|seen| Walker::to_the_edge(model).run(target, seen)).collect());
            }
            legs.push(
                Walker::new(model, Goal::Endpoint(node, node_place), true)
                    .run(Start::Endpoint(*endpoint, *place), inside),
            );
            match linked {
                // Between the two the platform carries it.
                Some((entry, client)) => {
                    let family = client.range.family;
                    let place =
                        place_of(model, entry, family).ok_or("what stands for it has no address of that family")?;
                    Start::Endpoint(entry, place)
                }
                None => Start::Endpoint(node, node_place),
            }
        }
        (End::Outside { range }, _) => Start::Outside(*range),
        (End::Service { .. }, _) => return Ok(service_answers(model, start, path)),
        (End::Vacant { .. } | End::Blocked { .. }, _) => return Ok(legs),
    };
    let nat = path.rewrites().filter_map(|rewrite| match rewrite {
        Rewrite::SourceNat { nat, .. } => Some(nat),
        _ => None,
    });
    let nat = nat.last();
    // An address that the provider lent it on the way out: the provider knows whose it is.
    let lent = matches!(start, Start::Endpoint(endpoint, place) if model.parts.endpoints[endpoint].places[place].public.is_none())
        && path.rewrites().any(|rewrite| matches!(rewrite, Rewrite::SourcePublic { .. }));
    let goal = match (nat.map(|nat| &model.parts.nats[nat]), start) {
        _ if lent => Goal::Outside,
        // Without an endpoint it stands outside the network and answers to its own.
        (Some(nat), _) => nat.endpoint.map_or(Goal::Outside, |endpoint| Goal::Endpoint(endpoint, 0)),
        (None, Start::Endpoint(endpoint, place)) => Goal::Endpoint(endpoint, place),
        (None, Start::Outside(_)) => Goal::Outside,
    };
    if goal == Goal::Outside && matches!((start, responder), (Start::Endpoint(..), Start::Outside(_))) {
        return Ok(legs);
    }
    let seen = if goal == Goal::Outside { translated(start, seen) } else { vec![seen] };
    let answers = seen.into_iter().flat_map(|seen| Walker::new(model, goal, true).run(responder, seen));
    let answers: Vec<Path> = answers.collect();
    let right = answers.iter().any(|answer| !answer.arrives() || answer.sender.range.meets(asked));
    if !right {
        let wrong = answers.iter().find(|answer| answer.arrives()).map(|answer| answer.sender.range);
        return Err(wrong.map(|range| wrong_sender(range, asked)).unwrap_or_default());
    }
    // Another way that it may take all the same, under an address that was not asked, sets up nothing.
    let known = |answer: Path| match answer.arrives() && !answer.sender.range.meets(asked) {
        true if answer.doubts().is_empty() => None,
        true => {
            let reason = wrong_sender(answer.sender.range, asked);
            Some(Path { end: End::Blocked { reason, at: "the sender".into() }, ..answer })
        }
        false => Some(answer),
    };
    legs.push(answers.into_iter().filter_map(known).collect());
    if let (Some(nat), Start::Endpoint(endpoint, place)) = (nat, start)
        && let Some(subnet) = model.parts.nats[nat].subnet
    {
        let inside = model.parts.endpoints[endpoint].places[place].inside;
        legs.push(Walker::new(model, Goal::Endpoint(endpoint, place), true).run_from_subnet(subnet, asked, inside));
    }
    Ok(legs)
}

fn wrong_sender(range: AddressRange, asked: AddressRange) -> String {
    format!("the answer comes from {range}, not from {asked}")
}

/// The address that a receiver outside the sender's network sees: of one that is not known, which the sender was given on its
/// way out, this much is, that it is one of the internet.
fn translated(start: Start, seen: AddressRange) -> Vec<AddressRange> {
    match start {
        Start::Endpoint(..) if seen.single().is_none() => seen.minus(&private_blocks()),
        _ => vec![seen],
    }
}

fn place_of(model: &Model, endpoint: EndpointId, family: crate::model::address::Family) -> Option<usize> {
    model.parts.endpoints[endpoint].places.iter().position(|place| place.inside.family == family)
}

/// Answers of a service: they enter the sender's subnet, unless no list covers the service at all.
fn service_answers(model: &Model, start: Start, path: &Path) -> Vec<Vec<Path>> {
    let Start::Endpoint(endpoint, place) = start else { return Vec::new() };
    let covered = path.stages.iter().any(|stage| matches!(stage, Stage::Filter { .. }));
    let held = &model.parts.endpoints[endpoint];
    let Some(((into, _), subnet)) =
        held.subnet.and_then(|subnet| Some((model.parts.subnets[subnet].border?, subnet))).filter(|_| covered)
    else {
        return Vec::new();
    };
    let far = crate::model::policy::Side { range: path.destination, endpoint: None };
    let near = crate::model::policy::Side { range: held.places[place].inside, endpoint: None };
    let stage = Stage::Filter {
        policy: into,
        direction: super::path::Direction::In,
        local: near,
        remote: far,
        destination: None,
        at: format!("subnet {}", model.parts.subnets[subnet].name),
    };
    let end = End::Endpoint { endpoint, place };
    vec![vec![Path { stages: vec![stage], end, sender: far, destination: near.range, target: None }]]
}

/// What the network does to one packet and its answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Explanation {
    /// Whether a connection can be set up; `None` where that depends on something unknown.
    pub permit: Option<bool>,
    /// The way there.
    pub path: Vec<super::path::TraceHop>,
    /// The way back, where it decides.
    pub back: Vec<super::path::TraceHop>,
    /// What blocks, or what is unknown.
    pub because: Vec<String>,
}

impl Connection {
    /// Why a packet may not pass where some other way than the best is taken.
    pub(super) fn otherwise(&self, model: &Model, parcel: Parcel) -> Vec<String> {
        let told = self.ways.iter().map(|way| explain_way(model, way, parcel));
        told.filter(|found| found.permit != Some(true)).flat_map(|found| found.because).collect()
    }

    /// Follows one packet and its answer, rule by rule. The best way is told: one that permits, else one that may, else the
    /// one that gets farthest.
    #[must_use]
    pub fn explain(&self, model: &Model, parcel: Parcel) -> Explanation {
        let mut best: Option<((u8, usize), Explanation)> = None;
        for way in &self.ways {
            let found = explain_way(model, way, parcel);
            let rank = match found.permit {
                Some(true) => 2,
                None => 1,
                Some(false) => 0,
            };
            let key = (rank, found.path.len() + found.back.len());
            if best.as_ref().is_none_or(|(other, _)| key > *other) {
                best = Some((key, found));
            }
        }
        best.map(|(_, found)| found).unwrap_or(Explanation {
            permit: Some(false),
            path: Vec::new(),
            back: Vec::new(),
            because: vec!["the input shows no way".into()],
        })
    }
}

pub(super) fn explain_way(model: &Model, way: &Way, parcel: Parcel) -> Explanation {
    let there = way.path.trace(model, parcel);
    let mut out = Explanation { permit: there.arrives, path: there.hops, back: Vec::new(), because: there.because };
    if out.permit == Some(false) {
        return out;
    }
    if let Some(reason) = &way.broken {
        out.permit = Some(false);
        out.because = vec![reason.clone()];
        return out;
    }
    let answer = Traffic::answer_to(way.path.rewrites().fold(parcel, |parcel, rewrite| rewrite.moved(parcel)));
    let needs_answer = Traffic::answer_to(parcel) != parcel
        || !matches!(parcel.protocol, crate::model::traffic::ICMP | crate::model::traffic::ICMP6);
    if !needs_answer {
        return out;
    }
    for leg in &way.back {
        let traces: Vec<_> = leg.iter().map(|path| path.trace(model, answer)).collect();
        let Some(first) = traces.iter().find(|trace| trace.arrives == Some(false)).or_else(|| traces.first()) else {
            continue;
        };
        if traces.iter().all(|trace| trace.arrives == Some(true)) {
            continue;
        }
        out.back.clone_from(&first.hops);
        let because: Vec<String> = first.because.iter().map(|why| format!("the answer: {why}")).collect();
        if traces.iter().all(|trace| trace.arrives == Some(false)) {
            out.permit = Some(false);
            out.because = because;
            return out;
        }
        out.permit = None;
        out.because.extend(because);
    }
    out
}
