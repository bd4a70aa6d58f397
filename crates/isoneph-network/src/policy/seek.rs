//! Under which interfaces, states and unknown conditions two policies decide a packet otherwise: found rule by rule, so that it
//! confirms what the diagrams say.

use std::cell::Cell;

use super::condition::State;
use super::dimensions::{Axis, Dimensions, Placed, track};
use super::{Action, Certainty, Deciding, Policy, Verdict};
use crate::idd::Exhausted;
use crate::packet::{Packet, names};

/// At most so often is a rule looked at for a packet, over all readings that are tried.
const MAX_LOOKS: usize = 4_000_000;

/// How two policies decide a packet otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) permitted_by: Deciding,
    pub(super) denied_by: Deciding,
    /// What must hold beside the packet.
    pub(super) conditions: Vec<String>,
}

/// Two policies and their lines.
pub(super) struct Seek<'a> {
    permitting: &'a Policy,
    denying: &'a Policy,
    dimensions: Dimensions,
}

impl<'a> Seek<'a> {
    pub(super) fn new(permitting: &'a Policy, denying: &'a Policy) -> Self {
        let rules = permitting.rules.iter().chain(&denying.rules);
        let dimensions = Dimensions::of(rules, track(permitting, denying), usize::MAX);
        Self { permitting, denying, dimensions }
    }

    pub(super) fn permitting(&self) -> &'a Policy {
        self.permitting
    }

    pub(super) fn denying(&self) -> &'a Policy {
        self.denying
    }

    /// How the one permits and the other denies a packet: surely so, whatever holds of what is not known, or possibly.
    ///
    /// # Errors
    /// Where too many readings would have to be tried.
    pub(super) fn find(&self, packet: &Packet, surely: bool) -> Result<Option<Found>, Exhausted> {
        let of = |policy: &Policy| self.matched(policy, packet);
        let axes = self.dimensions.axes();
        let mut step = Step {
            seek: self,
            matched: [of(self.permitting), of(self.denying)],
            values: vec![None; axes.len()],
            surely,
            left: Cell::new(MAX_LOOKS),
        };
        let state = axes.iter().position(|axis| *axis == Axis::State);
        let states = State::ALL.into_iter().take(if state.is_some() { State::ALL.len() } else { 1 });
        for value in states.filter(|state| occurs(packet, *state)) {
            if let Some(state) = state {
                step.values[state] = Some(value as u32);
            }
            if let Some((permitted_by, denied_by)) = step.go() {
                let told = step.values.iter().zip(axes);
                let conditions = told.filter_map(|(value, axis)| axis.text((*value)?)).collect();
                return Ok(Some(Found { permitted_by, denied_by, conditions }));
            }
        }
        if step.left.get() == 0 { Err(Exhausted::Steps(MAX_LOOKS as u64)) } else { Ok(None) }
    }

    /// The rules that may match a packet, in the order in which they are tried, up to one that surely does.
    fn matched(&self, policy: &Policy, packet: &Packet) -> Vec<(usize, Placed)> {
        let mut matched = Vec::new();
        for index in policy.deciding_order().into_iter().map(|index| index as usize) {
            let rule = &policy.rules[index];
            if !rule.matches(packet) {
                continue;
            }
            let Some(placed) = self.dimensions.place(rule) else { continue };
            let is_last = placed.certainty == Certainty::Exact && placed.limits.is_empty();
            matched.push((index, placed));
            if is_last {
                break;
            }
        }
        matched
    }

    /// What may decide, where no single reading shows it: of each, the first rule that surely or possibly does so.
    pub(super) fn perhaps(&self, packet: &Packet) -> Option<Found> {
        let first = |policy: &Policy, action: Action| {
            let order = policy.deciding_order().into_iter().map(|index| index as usize);
            let mut counted = order.filter(|index| {
                let rule = &policy.rules[*index];
                let open = rule.certainty == Certainty::AtMost || !rule.conditions.is_empty();
                rule.matches(packet) && (!open || rule.action == action)
            });
            match counted.next() {
                Some(index) => (policy.rules[index].action == action).then_some(Deciding::Rule(index)),
                None => (policy.default == action).then_some(Deciding::Default),
            }
        };
        let (permitted_by, denied_by) = (first(self.permitting, Action::Permit)?, first(self.denying, Action::Deny)?);
        Some(Found { permitted_by, denied_by, conditions: Vec::new() })
    }
}

/// Whether a packet like this occurs in a state.
fn occurs(packet: &Packet, state: State) -> bool {
    state != State::NewWithoutSyn || (packet.protocol() == names::TCP && packet.is_established())
}

/// A search that sets one line after another, and only those on which something hangs.
struct Step<'s, 'a> {
    seek: &'s Seek<'a>,
    /// Of each side the rules that may match the packet.
    matched: [Vec<(usize, Placed)>; 2],
    values: Vec<Option<u32>>,
    surely: bool,
    /// How often rules may still be looked at.
    left: Cell<usize>,
}

impl Step<'_, '_> {
    fn go(&mut self) -> Option<(Deciding, Deciding)> {
        if self.left.get() == 0 {
            return None;
        }
        match (self.evaluate(0), self.evaluate(1)) {
            (Verdict::Deny(_), _) | (_, Verdict::Permit(_)) => return None,
            (Verdict::Permit(permitted), Verdict::Deny(denied)) => return Some((permitted, denied)),
            _ => {}
        }
        let Some(axis) = self.open_axis() else {
            // What stays open is open by itself.
            let decided = self.decider(0, Action::Permit).zip(self.decider(1, Action::Deny));
            return decided.filter(|_| !self.surely);
        };
        let pieces = 0..self.seek.dimensions.axes()[axis].pieces();
        if self.surely && !self.seek.dimensions.axes()[axis].is_of_packets() {
            let mut found = None;
            for piece in pieces {
                self.values[axis] = Some(piece);
                found = self.go();
                if found.is_none() {
                    break;
                }
            }
            self.values[axis] = None;
            return found;
        }
        for piece in pieces {
            self.values[axis] = Some(piece);
            if let Some(found) = self.go() {
                return Some(found);
            }
        }
        self.values[axis] = None;
        None
    }

    fn policy(&self, side: usize) -> &Policy {
        if side == 0 { self.seek.permitting } else { self.seek.denying }
    }

    /// The rules of a side that may match as far as is settled, and how well they are known.
    fn rules(&self, side: usize) -> impl Iterator<Item = (usize, &Placed, Certainty)> {
        self.matched[side].iter().filter_map(move |(index, placed)| {
            self.left.set(self.left.get().saturating_sub(1));
            Some((*index, placed, self.certainty(placed)?))
        })
    }

    /// How well a rule is known as far as is settled; [`None`] where it does not match.
    fn certainty(&self, placed: &Placed) -> Option<Certainty> {
        let mut certainty = placed.certainty;
        for (axis, places) in &placed.limits {
            match self.values[*axis] {
                Some(piece) if places.contains(piece) => {}
                Some(_) => return None,
                None => certainty = Certainty::AtMost,
            }
        }
        Some(certainty)
    }

    fn evaluate(&self, side: usize) -> Verdict {
        let policy = self.policy(side);
        policy.walk(self.rules(side).map(|(index, _, certainty)| (index, &policy.rules[index], certainty)))
    }

    /// A line that is not settled and on which a rule hangs; lines of packets before those of what is not known.
    fn open_axis(&self) -> Option<usize> {
        let dimensions = &self.seek.dimensions;
        let mut unknown = None;
        // What follows a rule that surely decides settles nothing.
        let open = |side| self.rules(side).take_while(|(.., certainty)| *certainty != Certainty::Exact);
        for (_, placed, _) in open(0).chain(open(1)) {
            for (axis, _) in placed.limits.iter().filter(|(axis, _)| self.values[*axis].is_none()) {
                if dimensions.axes()[*axis].is_of_packets() {
                    return Some(*axis);
                }
                unknown = unknown.or(Some(*axis));
            }
        }
        unknown
    }

    /// The first rule that decides so, where those that are open may.
    fn decider(&self, side: usize, action: Action) -> Option<Deciding> {
        let policy = self.policy(side);
        let decides = |index: usize| policy.rules[index].action == action;
        let mut rules = self.rules(side);
        match rules.find(|(index, _, certainty)| *certainty == Certainty::Exact || decides(*index)) {
            Some((index, ..)) => decides(index).then_some(Deciding::Rule(index)),
            None => (policy.default == action).then_some(Deciding::Default),
        }
    }
}
