//! The way of an answer: from where a packet arrived to who sent it, by the load balancer's node and the translating gateway.

use super::path::{Direction, End, Path, Rewrite, Stage};
use super::walk::{Goal, Start, Walker};
use crate::model::Model;
use crate::model::address::{AddressRange, Family, private_blocks};
use crate::model::form::EndpointId;
use crate::model::policy::Side;

/// The ways of each leg.
pub(super) type Legs = Vec<Vec<Path>>;

/// The legs that an answer goes, or why it is none to what was asked.
pub(super) fn legs(model: &Model, start: Start, asked: AddressRange, path: &Path) -> Result<Legs, String> {
    let answer = Answer::to(model, start, asked, path);
    let mut legs = Legs::new();
    let responder = match path.end {
        End::Endpoint { endpoint, place } => answer.responder(Start::Endpoint(endpoint, place), &mut legs)?,
        End::Outside { range } => Start::Outside(range),
        End::Service { .. } => return Ok(service_answers(model, start, path)),
        End::Vacant { .. } | End::Blocked { .. } => return Ok(legs),
    };
    let nat = answer.nat();
    let goal = answer.goal(nat);
    if goal == Goal::Outside && matches!((start, responder), (Start::Endpoint(..), Start::Outside(_))) {
        return Ok(legs);
    }
    legs.push(answer.from(responder, goal)?);
    if let (Some(nat), Start::Endpoint(endpoint, place)) = (nat, start)
        && let Some(subnet) = model.parts.nats[nat].subnet
    {
        let inside = model.parts.endpoints[endpoint].places[place].inside;
        legs.push(Walker::new(model, Goal::Endpoint(endpoint, place), true).run_from_subnet(subnet, asked, inside));
    }
    Ok(legs)
}

/// An answer to what went a path.
struct Answer<'a> {
    model: &'a Model,
    /// Who asked, and the address asked.
    start: Start,
    asked: AddressRange,
    path: &'a Path,
    /// The load balancer's node by which it went.
    balanced: Option<EndpointId>,
    /// What stands for a service of another network, with the address that it sends from there.
    linked: Option<(EndpointId, AddressRange)>,
    /// The sender's address as the receiver sees it.
    seen: AddressRange,
}

impl<'a> Answer<'a> {
    fn to(model: &'a Model, start: Start, asked: AddressRange, path: &'a Path) -> Self {
        let balanced = path.rewrites().find_map(|rewrite| match rewrite {
            Rewrite::Balanced { node, client, .. } => Some((node, client.range)),
            _ => None,
        });
        let linked = path.rewrites().find_map(|rewrite| match rewrite {
            Rewrite::Linked { entry, client } => Some((entry, client.range)),
            _ => None,
        });
        let seen = linked.or(balanced).map_or(path.sender.range, |(_, client)| client);
        Self { model, start, asked, path, balanced: balanced.map(|(node, _)| node), linked, seen }
    }

    /// Who answers to the sender: the target itself, or the node that handed on what it was sent, once it has the target's answer.
    fn responder(&self, target: Start, legs: &mut Legs) -> Result<Start, String> {
        let Some(node) = self.balanced else { return Ok(target) };
        let held = &self.model.parts.endpoints[node];
        let family = self.path.destination.family;
        let place = place_of(self.model, node, family).ok_or("the load balancer has no address of that family")?;
        if self.linked.is_none() && held.subnet.is_none() {
            // At the network's edge it takes back what the target's own routes lead there.
            let seen = translated(self.start, self.seen).into_iter();
            legs.push(seen.flat_map(|seen| Walker::to_the_edge(self.model).run(target, seen)).collect());
        }
        legs.push(Walker::new(self.model, Goal::Endpoint(node, place), true).run(target, held.places[place].inside));
        // Between the two the platform carries it.
        let Some((entry, client)) = self.linked else { return Ok(Start::Endpoint(node, place)) };
        let place =
            place_of(self.model, entry, client.family).ok_or("what stands for it has no address of that family")?;
        Ok(Start::Endpoint(entry, place))
    }

    /// The last gateway that put an address of its own in place of the sender's.
    fn nat(&self) -> Option<usize> {
        let nats = self.path.rewrites().filter_map(|rewrite| match rewrite {
            Rewrite::SourceNat { nat, .. } => Some(nat),
            _ => None,
        });
        nats.last()
    }

    /// Whom the answer is sent to.
    fn goal(&self, nat: Option<usize>) -> Goal {
        match (nat.map(|nat| &self.model.parts.nats[nat]), self.start) {
            _ if self.is_lent() => Goal::Outside,
            // Without an endpoint it stands outside the network and answers to its own.
            (Some(nat), _) => nat.endpoint.map_or(Goal::Outside, |endpoint| Goal::Endpoint(endpoint, 0)),
            (None, Start::Endpoint(endpoint, place)) => Goal::Endpoint(endpoint, place),
            (None, Start::Outside(_)) => Goal::Outside,
        }
    }

    /// Whether the provider lent the sender an address on the way out: the provider knows whose it is.
    fn is_lent(&self) -> bool {
        let has_none =
            |endpoint: EndpointId, place: usize| self.model.parts.endpoints[endpoint].places[place].public.is_none();
        matches!(self.start, Start::Endpoint(endpoint, place) if has_none(endpoint, place))
            && self.path.rewrites().any(|rewrite| matches!(rewrite, Rewrite::SourcePublic { .. }))
    }

    /// The ways from who answers, of those that answer from the address that was asked.
    fn from(&self, responder: Start, goal: Goal) -> Result<Vec<Path>, String> {
        let seen = if goal == Goal::Outside { translated(self.start, self.seen) } else { vec![self.seen] };
        let ways = seen.into_iter().flat_map(|seen| Walker::new(self.model, goal, true).run(responder, seen));
        let (right, wrong): (Vec<Path>, Vec<Path>) =
            ways.partition(|way| !way.arrives() || way.sender.range.meets(self.asked));
        if right.is_empty() {
            return Err(wrong.first().map(|way| self.wrong_sender(way)).unwrap_or_default());
        }
        // Another way that it may take all the same, under an address that was not asked, sets up nothing.
        let blocked = wrong.into_iter().filter(|way| !way.doubts().is_empty()).map(|way| {
            let end = End::Blocked { reason: self.wrong_sender(&way), at: "the sender".into() };
            Path { end, ..way }
        });
        Ok(right.into_iter().chain(blocked).collect())
    }

    fn wrong_sender(&self, way: &Path) -> String {
        format!("the answer comes from {}, not from {}", way.sender.range, self.asked)
    }
}

/// The address that a receiver outside the sender's network sees: of one that is not known, which the sender was given on its
/// way out, this much is, that it is one of the internet.
fn translated(start: Start, seen: AddressRange) -> Vec<AddressRange> {
    match start {
        Start::Endpoint(..) if seen.single().is_none() => seen.minus(&private_blocks()),
        _ => vec![seen],
    }
}

fn place_of(model: &Model, endpoint: EndpointId, family: Family) -> Option<usize> {
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
    let far = Side { range: path.destination, endpoint: None };
    let near = Side { range: held.places[place].inside, endpoint: None };
    let stage = Stage::Filter {
        policy: into,
        direction: Direction::In,
        local: near,
        remote: far,
        destination: None,
        at: format!("subnet {}", model.parts.subnets[subnet].name),
    };
    let end = End::Endpoint { endpoint, place };
    vec![vec![Path { stages: vec![stage], end, sender: far, destination: near.range, target: None }]]
}
