//! Chains, and laying them out as one list of rules.

use std::collections::{BTreeMap, VecDeque};

use crate::acl::AclError;
use crate::acl::document::{MAX_INTERVALS, MAX_RULES};
use crate::packet::{AddressSet, Family, Match};
use crate::policy::{Action, Certainty, Note, NoteKind, Policy, Rule};

/// Where a matching packet goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flow {
    /// A decision; [`None`] when another program decides.
    Decide(Option<Action>),
    /// Into a chain, and back if it does not decide.
    Jump(String),
    /// Into a chain, and back to where this chain was called from.
    Goto(String),
    /// Back to the caller.
    Return,
    /// On to the next rule.
    Continue,
}

/// One rule of a chain.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) flow: Flow,
    pub(super) matches: Vec<Match>,
    pub(super) certainty: Certainty,
    pub(super) line: u32,
    pub(super) label: String,
    pub(super) notes: Vec<Note>,
}

/// A chain and its policy, when it has one.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) policy: Option<Action>,
    pub(super) steps: VecDeque<Step>,
}

impl Chain {
    /// The chains this one enters.
    pub(super) fn entered(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match &step.flow {
            Flow::Jump(to) | Flow::Goto(to) => Some(to.as_str()),
            _ => None,
        })
    }
}

/// Chains may nest this deep.
const MAX_DEPTH: usize = 64;
/// At most this many products describe where a packet is within a chain; beyond, rules become uncertain.
const MAX_PRODUCTS: usize = 256;

/// Where packets of the current chain still are: products, and whether they are exact.
#[derive(Clone)]
struct Here {
    products: Vec<Match>,
    certainty: Certainty,
}

/// Appends the rules of a base chain, user chains laid out, to a policy.
pub(super) fn lay_out(
    chains: &BTreeMap<String, Chain>,
    name: &str,
    family: Option<Family>,
    policy: &mut Policy,
) -> Result<(), AclError> {
    let everything = match family {
        None => Match::any(),
        Some(family) => Match::any().with_source(AddressSet::family(family)),
    };
    let start = Here { products: vec![everything], certainty: Certainty::Exact };
    let steps: usize = chains.values().map(|chain| chain.steps.len()).sum();
    let mut walk = Walk {
        chains,
        path: vec![name.to_owned()],
        left: steps.saturating_mul(4).saturating_add(SPARE_STEPS),
        room: MAX_INTERVALS,
    };
    walk.chain(name, start, policy)
}

/// Steps laid out beyond four times those of the file: chains that call each other twice a level would double without end.
const SPARE_STEPS: usize = 50_000;

struct Walk<'a> {
    chains: &'a BTreeMap<String, Chain>,
    path: Vec<String>,
    /// Steps that may still be laid out.
    left: usize,
    /// Intervals that rules may still hold.
    room: usize,
}

impl Walk<'_> {
    fn chain(&mut self, name: &str, mut here: Here, policy: &mut Policy) -> Result<(), AclError> {
        let Some(chain) = self.chains.get(name) else { return Ok(()) };
        for step in &chain.steps {
            self.left = self.left.checked_sub(1).ok_or(AclError::TooManyRules { line: step.line })?;
            policy.notes.extend(step.notes.iter().cloned());
            let inside = limit(&here, step);
            if inside.products.is_empty() {
                continue;
            }
            let weight = inside.products.iter().map(Match::intervals).sum();
            self.room = self.room.checked_sub(weight).ok_or(AclError::TooManyRules { line: step.line })?;
            match &step.flow {
                Flow::Continue => {}
                Flow::Decide(action) => decide(policy, *action, &inside, step)?,
                Flow::Return => leave(&mut here, step),
                Flow::Jump(to) | Flow::Goto(to) => {
                    self.enter(to, inside, step, policy)?;
                    if matches!(step.flow, Flow::Goto(_)) {
                        leave(&mut here, step);
                    }
                }
            }
        }
        Ok(())
    }

    fn enter(&mut self, to: &str, inside: Here, step: &Step, policy: &mut Policy) -> Result<(), AclError> {
        if !self.chains.contains_key(to) {
            let message = format!("chain or target {to} is not known: anything may happen");
            policy.notes.push(Note { line: step.line, kind: NoteKind::NotUnderstood, message });
            return decide(policy, None, &inside, step);
        }
        if self.path.len() >= MAX_DEPTH || self.path.iter().any(|name| name == to) {
            let message = format!("chain {to} is entered from itself or more than {MAX_DEPTH} deep");
            return Err(AclError::Malformed { line: step.line, message });
        }
        self.path.push(to.to_owned());
        let done = self.chain(to, inside, policy);
        self.path.pop();
        done
    }
}

fn limit(here: &Here, step: &Step) -> Here {
    let mut products = Vec::new();
    for place in &here.products {
        products.extend(step.matches.iter().map(|one| place.intersection(one)).filter(|both| !both.is_nothing()));
    }
    let mut certainty = here.certainty.max(step.certainty);
    if products.len() > MAX_PRODUCTS {
        // Wider than the truth, and said so.
        products = step.matches.clone();
        certainty = Certainty::AtMost;
    }
    Here { products, certainty }
}

/// Takes what returns out of where packets are; an uncertain return leaves the rest uncertain.
fn leave(here: &mut Here, step: &Step) {
    if step.certainty == Certainty::AtMost {
        here.certainty = Certainty::AtMost;
        return;
    }
    let mut rest = here.products.clone();
    for one in &step.matches {
        rest = rest.iter().flat_map(|place| place.difference(one)).collect();
        if rest.len() > MAX_PRODUCTS {
            here.certainty = Certainty::AtMost;
            return;
        }
    }
    here.products = rest;
}

fn decide(policy: &mut Policy, action: Option<Action>, inside: &Here, step: &Step) -> Result<(), AclError> {
    if policy.rules.len() >= MAX_RULES {
        return Err(AclError::TooManyRules { line: step.line });
    }
    let rule = |action, certainty| Rule {
        action,
        certainty,
        matches: inside.products.clone(),
        line: step.line,
        label: step.label.clone(),
    };
    match action {
        Some(action) => policy.rules.push(rule(action, inside.certainty)),
        None => {
            policy.rules.extend([Action::Permit, Action::Deny].map(|action| rule(action, Certainty::AtMost)));
        }
    }
    Ok(())
}
