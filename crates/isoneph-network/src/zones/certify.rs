//! The certificate of a proof: every pair of zones that was proved apart, class by class, with all paths and what each policy
//! on them may permit, so that a program that shares no code can check the cover.

use std::collections::BTreeMap;

use super::intent::{Flow, Intent};
use super::members::assign;
use super::parties::Parties;
use super::proof::{Proof, Separation};
use crate::certificate::{Certificate, CertifyError, ClaimInput, PathInput, Statement, certify as write, state};
use crate::idd::Budget;
use crate::model::Model;
use crate::model::address::{AddressRange, Family};
use crate::model::policy::View;
use crate::model::traffic::{ICMP, ICMP6, Traffic, TrafficBox};
use crate::packet::{AddressSet, Match, Ranges};
use crate::policy::{Action, Policy, Rule};
use crate::reach::classes::Class;
use crate::reach::expect::Questions;
use crate::reach::matrix::between;
use crate::reach::{Path, Rewrite, Stage};

/// The most claims one certificate holds.
pub const MAX_CLAIMS: usize = 100_000;

/// Writes the certificate of all pairs that `proof` found apart, for the same model, intent and day.
///
/// # Errors
/// Where a claim does not hold after all, or the budget runs out.
pub fn certify(
    model: &Model,
    intent: &Intent,
    day: jiff::civil::Date,
    proof: &Proof,
    budget: Budget,
) -> Result<Certificate, CertifyError> {
    let apart = proof.pairs.iter().filter(|pair| pair.separation == Separation::Apart);
    let pairs = apart.map(|pair| (pair.from.as_str(), pair.to.as_str()));
    let writer = Writer::of(model, intent, day, pairs)?;
    write(&model.digest, &writer.policies(), &writer.claims, budget)
}

/// What the certificate of some pairs of zones says of this model, intent and day: to be compared with what one does say.
///
/// # Errors
/// Where it would hold too many claims, or the budget runs out.
pub fn restate<'p>(
    model: &Model,
    intent: &Intent,
    day: jiff::civil::Date,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    budget: Budget,
) -> Result<Statement, CertifyError> {
    let writer = Writer::of(model, intent, day, pairs)?;
    Ok(state(&writer.policies(), &writer.claims, budget)?)
}

struct Writer<'m> {
    model: &'m Model,
    policies: Vec<Policy>,
    /// (what it is, what it may permit) to the index of the policy.
    known: BTreeMap<(String, Vec<TrafficBox>), usize>,
    claims: Vec<ClaimInput>,
}

impl<'m> Writer<'m> {
    /// The claims of some pairs of zones.
    fn of<'p>(
        model: &'m Model,
        intent: &Intent,
        day: jiff::civil::Date,
        pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, CertifyError> {
        let assignment = assign(model, intent);
        let parties = Parties::of(model, intent, &assignment);
        let mut writer = Writer { model, policies: Vec::new(), known: BTreeMap::new(), claims: Vec::new() };
        for (from_name, to_name) in pairs {
            let mark = |name: &str| intent.zones.iter().position(|zone| zone.name == name);
            let (Some(from), Some(to)) = (mark(from_name), mark(to_name)) else { continue };
            let flows = intent.wanted(from_name, to_name, day);
            let mut questions = Questions::new(model);
            for sender in parties.in_zone(from) {
                for receiver in parties.in_zone(to) {
                    if writer.claims.len() >= MAX_CLAIMS {
                        return Err(CertifyError::TooMany(MAX_CLAIMS));
                    }
                    writer.claim(&mut questions, (from_name, sender.class), (to_name, receiver.class), &flows);
                }
            }
        }
        Ok(writer)
    }

    fn policies(&self) -> Vec<&Policy> {
        self.policies.iter().collect()
    }

    fn claim(
        &mut self,
        questions: &mut Questions<'_>,
        from: (&str, &Class),
        to: (&str, &Class),
        flows: &[(&Flow, Traffic)],
    ) {
        let Some(found) = between(questions, self.model, from.1, to.1) else { return };
        let mut universe = Vec::new();
        for family in [Family::V4, Family::V6] {
            let (source, destination) = (self.inside(from.1, family), self.asked(to.1, family));
            if !source.is_empty() && !destination.is_empty() {
                universe.push(Match::any().with_source(set(&source)).with_destination(set(&destination)));
            }
        }
        let ways = found.told.iter().flat_map(|connection| &connection.ways).filter(|way| way.path.arrives());
        let paths = ways.map(|way| self.path(&way.path)).collect();
        let name = |flow: &Flow| format!("{} {}/{}", flow.reason, flow.proto, flow.port);
        let exceptions = flows.iter().map(|(flow, traffic)| (name(flow), matches(traffic))).collect();
        // Classes may share a name; what claims speak of may not.
        let part = format!("{}: {} to {}", self.claims.len() + 1, from.1.name, to.1.name);
        self.claims.push(ClaimInput {
            from: from.0.to_owned(),
            to: to.0.to_owned(),
            part,
            universe,
            exceptions,
            paths,
        });
    }

    fn inside(&self, class: &Class, family: Family) -> Vec<AddressRange> {
        let places =
            class.members.iter().flat_map(|id| &self.model.parts.endpoints[*id].places).map(|place| place.inside);
        places.chain(class.outside).filter(|range| range.family == family).collect()
    }

    /// Inside and public addresses, and those of what hands packets on: a packet may be sent to any.
    fn asked(&self, class: &Class, family: Family) -> Vec<AddressRange> {
        let places = class.members.iter().flat_map(|id| &self.model.parts.endpoints[*id].places);
        let fronts = class.members.iter().flat_map(|id| self.model.fronts(*id));
        let places = places.chain(fronts.flat_map(|id| &self.model.parts.endpoints[*id].places));
        let both = places.flat_map(|place| std::iter::once(place.inside).chain(place.public));
        both.chain(class.outside).filter(|range| range.family == family).collect()
    }

    fn path(&mut self, path: &Path) -> PathInput {
        let mut carries = Traffic::all();
        let mut stages = Vec::new();
        let mut names = Vec::new();
        let mut moved: Option<(u16, u16)> = None;
        let asked = |set: Traffic, moved: Option<(u16, u16)>| match moved {
            Some((port, target)) if port != target => crate::reach::move_port(&set, target, port),
            _ => set,
        };
        for (at, stage) in path.stages.iter().enumerate() {
            match stage {
                Stage::Filter { policy, local, remote, destination, at, .. } => {
                    let held = &self.model.parts.policies[*policy];
                    let view = View {
                        local: *local,
                        remote: *remote,
                        ports: crate::reach::ports_of(self.model, *destination),
                    };
                    let permits = asked(held.evaluate(&view).may_permit, moved);
                    stages.push(self.policy(format!("{} at {at}", held.name), &permits));
                }
                Stage::Limit { traffic, .. } => carries = carries.and(&asked(traffic.clone(), moved)),
                Stage::Hop { what, name } => names.push(format!("{what} {name}")),
                Stage::Doubt { object } => names.push(format!("unknown {object}")),
                Stage::Rewrite(Rewrite::Balanced { port, target_port, .. }) => moved = Some((*port, *target_port)),
                Stage::Rewrite(Rewrite::Anywhere { node }) => {
                    // At which port it goes on is not known: what passes at one and the same past there counts as a whole.
                    let rest = Path { stages: path.stages[at + 1..].to_vec(), ..path.clone() };
                    let permits = crate::reach::at_any_port(&rest.passage(self.model).may);
                    let name = format!("past {}", self.model.parts.endpoints[*node].name);
                    stages.push(self.policy(name, &permits));
                    names.extend(rest.doubts().into_iter().map(|object| format!("unknown {object}")));
                    break;
                }
                Stage::Rewrite(_) => {}
            }
        }
        let name = if names.is_empty() { "direct".to_owned() } else { names.join(", ") };
        PathInput { name, carries: matches(&carries), stages }
    }

    fn policy(&mut self, name: String, permits: &Traffic) -> usize {
        let key = (name.clone(), permits.boxes());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let rules = matches(permits).into_iter().map(|one| Rule::new(Action::Permit, one)).collect();
        self.policies.push(Policy::first_match(name, rules, Action::Deny));
        self.known.insert(key, self.policies.len() - 1);
        self.policies.len() - 1
    }
}

pub(super) fn set(ranges: &[AddressRange]) -> AddressSet {
    AddressSet::from_ranges(ranges.iter().copied())
}

/// Boxes of traffic as conditions on any address.
pub(super) fn matches(traffic: &Traffic) -> Vec<Match> {
    let mut out = Vec::new();
    for piece in traffic.boxes() {
        let whole = piece.source == (0, u16::MAX) && piece.destination == (0, u16::MAX);
        if whole {
            out.push(Match { protocol: Ranges::between(piece.protocol.0, piece.protocol.1), ..Match::any() });
            continue;
        }
        for protocol in piece.protocol.0..=piece.protocol.1 {
            out.extend(one(protocol, piece));
        }
    }
    out
}

fn one(protocol: u8, piece: TrafficBox) -> Option<Match> {
    let base = Match::any().with_protocol(protocol);
    if protocol == ICMP || protocol == ICMP6 {
        // Types and codes are bytes; what lies past them is no packet.
        let byte = |range: (u16, u16)| {
            Some(Ranges::between(u8::try_from(range.0).ok()?, u8::try_from(range.1.min(255)).ok()?))
        };
        return Some(base.with_icmp(byte(piece.source)?, byte(piece.destination)?));
    }
    let mut held = base;
    if piece.source != (0, u16::MAX) {
        held = held.with_source_ports(Ranges::between(piece.source.0, piece.source.1));
    }
    if piece.destination != (0, u16::MAX) {
        held = held.with_destination_ports(Ranges::between(piece.destination.0, piece.destination.1));
    }
    Some(held)
}
