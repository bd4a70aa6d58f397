//! A device's rules against the intent: what they let pass between zones that are told by addresses.
//!
//! One list of rules does not decide what reaches what: other devices stand on the way too. What is answered is whether the
//! list permits what nobody intends, and denies what somebody does.

use serde::Serialize;

use super::certify::{matches, set};
use super::intent::{Intent, Zone, ZoneKind};
use crate::idd::{Budget, Exhausted};
use crate::model::address::AddressRange;
use crate::packet::{AddressSet, Family, Field, Match, Packet, PacketSet, PacketSpace, names};
use crate::policy::{Condition, Deciding, Policy, Reading, State, Verdict, compose_in, compose_into};

/// The most ordered pairs of zones that one policy is held against.
pub const MAX_BORDERS: usize = 10_000;

/// What a policy does between two zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Border {
    /// The sender's zone.
    pub from: String,
    /// The receiver's zone.
    pub to: String,
    /// Whether it permits anything; `None` where that depends on what is not understood.
    pub passes: Option<bool>,
    /// Whether all that it permits is intended.
    pub intended: Option<bool>,
    /// A packet that it permits and nobody intends.
    pub witness: Option<Packet>,
    /// What decides about that packet, with the line; line 0 is the default.
    pub rule: Option<(u32, String)>,
    /// Intended flows of which it denies everything.
    pub blocked: Vec<String>,
    /// Rules that are not fully understood and decide.
    pub because: Vec<String>,
}

/// Holds a policy against the intent of a day, for every ordered pair of zones that have addresses. Only packets that open
/// something are looked at, not those of a connection that is there. Of a family that it does not govern a policy says
/// nothing: where none of the device's policies does, the answer is open.
///
/// # Errors
/// Where the budget runs out.
pub fn borders(
    policy: &Policy,
    of_device: &[&Policy],
    intent: &Intent,
    day: jiff::civil::Date,
    budget: Budget,
) -> Result<Vec<Border>, Exhausted> {
    let zones: Vec<(&Zone, AddressSet)> =
        intent.zones.iter().map(|zone| (zone, addresses(zone, intent))).filter(|(_, held)| !held.is_none()).collect();
    let mut space = PacketSpace::new(budget);
    let may = compose_into(&mut space, policy, Reading::May)?;
    let must = compose_into(&mut space, policy, Reading::Must)?;
    let beside = Beside::of(&mut space, policy)?;
    let mut out = Vec::new();
    for (from, source) in &zones {
        for (to, destination) in &zones {
            let outside = from.kind == ZoneKind::Outside && to.kind == ZoneKind::Outside;
            if from.name == to.name || outside || out.len() >= MAX_BORDERS {
                continue;
            }
            let between = Match::any().with_source(source.clone()).with_destination(destination.clone());
            let unspoken = unspoken(policy, of_device, &between);
            if unspoken.is_empty() && !Family::ALL.into_iter().any(|one| policy.governs(one) && between.reaches(one)) {
                continue;
            }
            let universe = governed(&mut space, policy, &between.clone().with_established(false))?;
            let (may, must) = (space.intersection(may, universe)?, space.intersection(must, universe)?);
            let beside =
                beside.iter().map(|one| one.between(&mut space, policy, &between)).collect::<Result<_, _>>()?;
            let held = Held { policy, universe, may, must, beside, unspoken };
            out.push(held.judge(&mut space, intent, (&from.name, &to.name), day)?);
        }
    }
    Ok(out)
}

/// Families in which two zones meet and of which no policy of the device says anything.
fn unspoken(policy: &Policy, of_device: &[&Policy], between: &Match) -> Vec<Family> {
    let spoken = |family: Family| policy.governs(family) || of_device.iter().any(|other| other.governs(family));
    Family::ALL.into_iter().filter(|family| between.reaches(*family) && !spoken(*family)).collect()
}

/// The packets of a condition that a policy governs.
fn governed(space: &mut PacketSpace, policy: &Policy, one: &Match) -> Result<PacketSet, Exhausted> {
    let own = policy.family.map_or_else(AddressSet::any, AddressSet::family);
    space.matching(&one.intersection(&Match::any().with_source(own.clone()).with_destination(own)))
}

/// The addresses of a zone; of the world outside, all that no zone has.
fn addresses(zone: &Zone, intent: &Intent) -> AddressSet {
    let own = |zone: &Zone| {
        let ranges: Vec<AddressRange> =
            zone.members.iter().filter_map(|member| AddressRange::parse(member.address.as_deref()?)).collect();
        set(&ranges)
    };
    if zone.kind != ZoneKind::Outside {
        return own(zone);
    }
    let inside = intent.zones.iter().filter(|zone| zone.kind != ZoneKind::Outside).map(own);
    let inside = inside.fold(AddressSet::none(), |sum, held| sum.union(&held));
    if inside.is_none() { inside } else { inside.complement() }
}

/// What a policy permits of packets in a state that the usual ones do not have.
struct Beside {
    state: State,
    may: PacketSet,
    must: PacketSet,
}

impl Beside {
    /// Of the states that its rules tell apart. What is RELATED belongs to a connection, as what is established does; where
    /// something is UNTRACKED, its rules are open.
    fn of(space: &mut PacketSpace, policy: &Policy) -> Result<Vec<Self>, Exhausted> {
        let asks = |one: &Condition| matches!(one, Condition::State(_));
        if !policy.rules.iter().any(|rule| rule.conditions.iter().any(asks)) {
            return Ok(Vec::new());
        }
        let states = [State::NewWithoutSyn, State::Invalid].into_iter();
        let one = |state: State| {
            let may = compose_in(space, policy, Reading::May, state)?;
            Ok(Self { state, may, must: compose_in(space, policy, Reading::Must, state)? })
        };
        states.map(one).collect()
    }

    /// The same between two zones.
    fn between(&self, space: &mut PacketSpace, policy: &Policy, between: &Match) -> Result<Self, Exhausted> {
        let own = match self.state {
            State::NewWithoutSyn => between.clone().with_protocol(names::TCP).with_established(true),
            _ => between.clone(),
        };
        let universe = governed(space, policy, &own)?;
        let (may, must) = (space.intersection(self.may, universe)?, space.intersection(self.must, universe)?);
        Ok(Self { state: self.state, may, must })
    }
}

/// What a policy permits between two zones.
struct Held<'p> {
    policy: &'p Policy,
    /// What is asked about: of the families that the policy governs.
    universe: PacketSet,
    may: PacketSet,
    must: PacketSet,
    /// What it permits of packets in other states.
    beside: Vec<Beside>,
    /// What no policy of the device says anything of.
    unspoken: Vec<Family>,
}

impl Held<'_> {
    fn judge(
        &self,
        space: &mut PacketSpace,
        intent: &Intent,
        (from, to): (&str, &str),
        day: jiff::civil::Date,
    ) -> Result<Border, Exhausted> {
        let mut wanted = PacketSet::default();
        let mut blocked = Vec::new();
        for (flow, traffic) in intent.wanted(from, to, day) {
            let packets = space.matching_any(&matches(&traffic))?;
            let packets = space.intersection(packets, self.universe)?;
            wanted = space.union(wanted, packets)?;
            if !packets.is_empty() && !space.intersects(self.may, packets)? {
                blocked.push(format!("{} {}/{}", flow.reason, flow.proto, flow.port));
            }
        }
        let more = space.difference(self.must, wanted)?;
        let perhaps = space.difference(self.may, wanted)?;
        let permits = |packet: &Packet, state| matches!(self.policy.evaluate_in(packet, state), Verdict::Permit(_));
        let mut witness =
            space.witness(more).filter(|packet| permits(packet, State::Usual)).map(|one| (one, State::Usual));
        let mut doubt = space.witness(perhaps).filter(|_| witness.is_none()).map(|one| (one, State::Usual));
        let wanted = space.forget(wanted, Field::Established)?;
        for beside in self.beside.iter().filter(|_| perhaps.is_empty()) {
            let (more, perhaps) = (space.difference(beside.must, wanted)?, space.difference(beside.may, wanted)?);
            let found = space.witness(more).filter(|packet| permits(packet, beside.state));
            witness = witness.or(found.map(|packet| (packet, beside.state)));
            doubt = doubt.or(space.witness(perhaps).map(|packet| (packet, beside.state)));
        }
        let doubt = doubt.filter(|_| witness.is_none());
        let open = self.unspoken.iter().map(|family| format!("no list of the device is about {family}"));
        let because = doubt.iter().map(|(packet, state)| self.rule(packet, *state).1).chain(open).collect();
        let silent = !self.unspoken.is_empty();
        let surely = !self.must.is_empty() || self.beside.iter().any(|one| !one.must.is_empty());
        let possibly = !self.may.is_empty() || self.beside.iter().any(|one| !one.may.is_empty());
        Ok(Border {
            from: from.to_owned(),
            to: to.to_owned(),
            passes: decided(surely, silent || possibly),
            intended: decided(!silent && perhaps.is_empty() && doubt.is_none() && witness.is_none(), witness.is_none()),
            witness: witness.map(|(packet, _)| packet),
            rule: witness.map(|(packet, state)| self.rule(&packet, state)),
            blocked,
            because,
        })
    }

    /// What decides about a packet in a state.
    fn rule(&self, packet: &Packet, state: State) -> (u32, String) {
        let index = match self.policy.evaluate_in(packet, state) {
            Verdict::Permit(Deciding::Rule(index)) | Verdict::Deny(Deciding::Rule(index)) => index,
            Verdict::Undecided(index) => index,
            Verdict::Permit(Deciding::Default) | Verdict::Deny(Deciding::Default) => {
                return (0, "what no rule matches".to_owned());
            }
        };
        let rule = &self.policy.rules[index];
        let state = state.text().map(|text| format!(", where {text}")).unwrap_or_default();
        (rule.line, format!("line {}: {}{state}", rule.line, rule.label))
    }
}

/// Surely so; surely not; or neither.
fn decided(surely: bool, perhaps: bool) -> Option<bool> {
    match (surely, perhaps) {
        (true, _) => Some(true),
        (false, false) => Some(false),
        (false, true) => None,
    }
}
