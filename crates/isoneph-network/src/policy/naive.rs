//! The naive evaluator: reads rules one by one for one packet. Shares nothing with the diagrams, so that it can check
//! what they say; no witness is shown that it has not confirmed.

use serde::Serialize;

use super::{Action, Certainty, Combination, Policy, Rule};
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
    /// What the policy does with a packet, rule by rule.
    pub fn evaluate(&self, packet: &Packet) -> Verdict {
        match self.combination {
            Combination::FirstMatch => self.walk(packet, self.rules.iter().enumerate()),
            Combination::DenyOverrides => {
                let of = |action| self.rules.iter().enumerate().filter(move |(_, rule)| rule.action == action);
                self.walk(packet, of(Action::Deny).chain(of(Action::Permit)))
            }
        }
    }

    fn walk<'a>(&self, packet: &Packet, rules: impl Iterator<Item = (usize, &'a Rule)>) -> Verdict {
        let mut doubtful: Option<(usize, Action)> = None;
        let mut decided = (self.default, Deciding::Default);
        for (index, rule) in rules.filter(|(_, rule)| rule.matches(packet)) {
            match rule.certainty {
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
