//! The naive evaluator: reads rules one by one for one packet. Shares nothing with the diagrams, so that it can check
//! what they say; no witness is shown that it has not confirmed.

use serde::Serialize;

use super::{Action, Certainty, Combination, Policy, Rule, State};
use crate::packet::Packet;

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deciding {
    /// The rule at this index.
    Rule(usize),
    /// No rule: the default.
    Default,
}

/// What a policy does with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Permitted, by this.
    Permit(Deciding),
    /// Denied, by this.
    Deny(Deciding),
    /// It depends on this rule, whose condition is not fully known.
    Undecided(usize),
}

impl Verdict {
    fn of(action: Action, deciding: Deciding) -> Self {
        match action {
            Action::Permit => Self::Permit(deciding),
            Action::Deny => Self::Deny(deciding),
        }
    }
}

impl Rule {
    /// Whether one of its matches holds the packet.
    pub fn matches(&self, packet: &Packet) -> bool {
        self.matches.iter().any(|one| one.contains(packet))
    }
}

impl Policy {
    /// What the policy does with a packet of which nothing more is said, rule by rule.
    pub fn evaluate(&self, packet: &Packet) -> Verdict {
        self.evaluate_in(packet, State::Usual)
    }

    /// The same of a packet in a state.
    pub fn evaluate_in(&self, packet: &Packet, state: State) -> Verdict {
        let matched = |(index, rule): (usize, &'_ Rule)| {
            rule.plainly(state).filter(|_| rule.matches(packet)).map(|certainty| (index, certainty))
        };
        let with_rule = |(index, certainty)| (index, &self.rules[index], certainty);
        match self.combination {
            Combination::FirstMatch => self.walk(self.rules.iter().enumerate().filter_map(matched).map(with_rule)),
            Combination::DenyOverrides => {
                let of = |action| self.rules.iter().enumerate().filter(move |(_, rule)| rule.action == action);
                self.walk(of(Action::Deny).chain(of(Action::Permit)).filter_map(matched).map(with_rule))
            }
        }
    }

    /// What comes of rules that match, tried in this order, so well known as is said of each.
    pub(super) fn walk<'a>(&self, rules: impl Iterator<Item = (usize, &'a Rule, Certainty)>) -> Verdict {
        let mut doubtful: Option<(usize, Action)> = None;
        let mut decided = (self.default, Deciding::Default);
        for (index, rule, certainty) in rules {
            match certainty {
                Certainty::Exact => {
                    decided = (rule.action, Deciding::Rule(index));
                    break;
                }
                Certainty::AtMost => match doubtful {
                    Some((first, action)) if action != rule.action => return Verdict::Undecided(first),
                    _ => doubtful = doubtful.or(Some((index, rule.action))),
                },
            }
        }
        match doubtful {
            Some((index, action)) if action != decided.0 => Verdict::Undecided(index),
            _ => Verdict::of(decided.0, decided.1),
        }
    }
}
