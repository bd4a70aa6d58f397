//! Chains, and laying them out as one list of rules.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::acl::AclError;
use crate::acl::document::{MAX_INTERVALS, MAX_RULES, ReadOptions};
use crate::packet::{AddressSet, Family, Match};
use crate::policy::{Action, Certainty, Condition, Note, NoteKind, OWN, Policy, Rule, Set, Way, conjoin, fits};

use super::unread;

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

/// A product, where conditions beyond the fields hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) one: Match,
    pub(super) conditions: BTreeSet<Condition>,
}

impl Place {
    /// Where both are; [`None`] where that is nowhere.
    fn both(&self, other: &Self) -> Option<Self> {
        let mut both = Self { one: self.one.intersection(&other.one), conditions: self.conditions.clone() };
        let possible = other.conditions.iter().all(|condition| conjoin(&mut both.conditions, condition));
        (possible && !both.one.is_nothing()).then_some(both)
    }

    /// What of it is not in `other`.
    fn without(&self, other: &Self) -> Vec<Self> {
        let conditions = &self.conditions;
        let mut rest: Vec<Self> = self
            .one
            .difference(&other.one)
            .into_iter()
            .map(|one| Self { one, conditions: conditions.clone() })
            .collect();
        let inside = self.one.intersection(&other.one);
        for condition in &other.conditions {
            let mut one = Self { one: inside.clone(), conditions: conditions.clone() };
            if conjoin(&mut one.conditions, &condition.opposite()) && !inside.is_nothing() {
                rest.push(one);
            }
        }
        rest
    }
}

/// One rule of a chain.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) flow: Flow,
    pub(super) places: Vec<Place>,
    /// Whether it is about later fragments alone, or about all packets but these, where it says so.
    pub(super) fragments: Option<bool>,
    pub(super) certainty: Certainty,
    pub(super) line: u32,
    pub(super) label: String,
    /// Its words, without counters and remarks.
    pub(super) words: String,
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

/// What is noted of a rule about later fragments.
const FRAGMENTS: &str = "matches later fragments only, which are outside of what is compared";

/// Chains may nest this deep.
const MAX_DEPTH: usize = 64;
/// At most this many products describe where a packet is within a chain; beyond, rules become uncertain.
const MAX_PRODUCTS: usize = 256;

/// Where packets of the current chain still are: products, and whether they are exact.
#[derive(Clone)]
struct Here {
    places: Vec<Place>,
    certainty: Certainty,
    /// The steps on the way that leave it open, with their lines.
    open_by: Vec<(u32, Arc<str>)>,
}

impl Here {
    /// From here on it hangs on a step as well.
    fn hangs_on(&mut self, step: &Step) {
        let open = |place: &Place| place.conditions.iter().any(|one| !matches!(one, Condition::State(_)));
        let is_open = step.certainty == Certainty::AtMost || step.places.iter().any(open);
        if is_open && !self.open_by.iter().any(|(line, _)| *line == step.line) {
            self.open_by.push((step.line, Arc::from(step.label.as_str())));
        }
    }
}

/// The interfaces a packet has in a base chain, as far as they are known.
pub(super) struct Interfaces<'a> {
    /// The base chain.
    chain: &'a str,
    options: &'a ReadOptions,
}

impl<'a> Interfaces<'a> {
    pub(super) fn of(chain: &'a str, options: &'a ReadOptions) -> Self {
        Self { chain, options }
    }

    /// Whether a condition holds, where that is known.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        let (way, name, holds) = match condition {
            Condition::Interface { way, name, holds } => (way, name, holds),
            // What is passed on is for somebody else.
            Condition::Own { holds } if self.chain == "FORWARD" => return Some(!holds),
            _ => return None,
        };
        let named = match (self.chain, way) {
            // What is for the machine goes out nowhere, and what it sends came in nowhere.
            ("INPUT", Way::Out) | ("OUTPUT", Way::In) => Some(""),
            (_, Way::In) => self.options.input_interface.as_deref(),
            (_, Way::Out) => self.options.output_interface.as_deref(),
        };
        match named {
            Some(own) => Some(fits(name, own) == *holds),
            // What is passed on is never the machine's own.
            None if name == OWN && self.chain == "FORWARD" => Some(!holds),
            None => None,
        }
    }

    /// The place without what holds; [`None`] where something does not.
    fn settle(&self, place: &Place) -> Option<Place> {
        let mut settled = Place { one: place.one.clone(), conditions: BTreeSet::new() };
        for condition in &place.conditions {
            match self.holds(condition) {
                Some(true) => {}
                Some(false) => return None,
                None => {
                    settled.conditions.insert(condition.clone());
                }
            }
        }
        Some(settled)
    }
}

/// Appends the rules of a base chain, user chains laid out, to a policy.
pub(super) fn lay_out(
    chains: &BTreeMap<String, Chain>,
    interfaces: Interfaces<'_>,
    family: Option<Family>,
    policy: &mut Policy,
) -> Result<(), AclError> {
    let everything = match family {
        None => Match::any(),
        Some(family) => Match::any().with_source(AddressSet::family(family)),
    };
    let places = vec![Place { one: everything, conditions: BTreeSet::new() }];
    let start = Here { places, certainty: Certainty::Exact, open_by: Vec::new() };
    let steps: usize = chains.values().map(|chain| chain.steps.len()).sum();
    let name = interfaces.chain;
    let mut walk = Walk {
        chains,
        interfaces,
        path: vec![name.to_owned()],
        left: steps.saturating_mul(4).saturating_add(SPARE_STEPS),
        room: MAX_INTERVALS,
        counted: BTreeMap::new(),
    };
    walk.chain(name, start, policy)
}

/// Steps laid out beyond four times those of the file: chains that call each other twice a level would double without end.
const SPARE_STEPS: usize = 50_000;

struct Walk<'a> {
    chains: &'a BTreeMap<String, Chain>,
    interfaces: Interfaces<'a>,
    path: Vec<String>,
    /// Steps that may still be laid out.
    left: usize,
    /// Intervals that rules may still hold.
    room: usize,
    /// How often conditions were met that may be answered otherwise each time.
    counted: BTreeMap<String, u32>,
}

impl Walk<'_> {
    fn chain(&mut self, name: &str, mut here: Here, policy: &mut Policy) -> Result<(), AclError> {
        let Some(chain) = self.chains.get(name) else { return Ok(()) };
        for step in &chain.steps {
            self.left = self.left.checked_sub(1).ok_or(AclError::TooManyRules { line: step.line })?;
            policy.notes.extend(step.notes.iter().cloned());
            let settled = self.settle(step);
            let step = settled.as_ref().unwrap_or(step);
            let counted = self.count(step);
            let step = counted.as_ref().unwrap_or(step);
            let inside = limit(&here, step);
            if inside.places.is_empty() {
                continue;
            }
            let weight = inside.places.iter().map(|place| place.one.intervals()).sum();
            self.room = self.room.checked_sub(weight).ok_or(AclError::TooManyRules { line: step.line })?;
            if unread::may_set(&step.words) {
                let set = |rule| Set { after: policy.rules.len(), rule };
                let sets: Vec<Set> = rules(Action::Permit, &step.words, &inside, step).map(set).collect();
                policy.sets.extend(sets);
            }
            if let (Some(only), Flow::Decide(Some(action))) = (step.fragments, &step.flow) {
                policy.fragments.extend(rules(*action, &step.label, &inside, step));
                if only {
                    policy.notes.push(Note {
                        line: step.line,
                        kind: NoteKind::NeverMatches,
                        message: FRAGMENTS.to_owned(),
                    });
                    continue;
                }
            }
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

    /// The step as it is in this base chain, where it asks for an interface or for whose address it is.
    fn settle(&self, step: &Step) -> Option<Step> {
        let settles = |one: &Condition| matches!(one, Condition::Interface { .. } | Condition::Own { .. });
        let asks = |place: &Place| place.conditions.iter().any(settles);
        step.places.iter().any(asks).then(|| {
            let places = step.places.iter().filter_map(|place| self.interfaces.settle(place)).collect();
            Step { places, ..step.clone() }
        })
    }

    /// The step with conditions that are told by how often they were met, where they may be answered otherwise each time.
    fn count(&mut self, step: &Step) -> Option<Step> {
        let conditions = step.places.iter().flat_map(|place| &place.conditions);
        let counted = conditions.filter_map(|one| match one {
            Condition::Unknown { text, .. } if unread::counts(text) => Some(text.clone()),
            _ => None,
        });
        let texts: BTreeSet<String> = counted.collect();
        if step.flow == Flow::Continue || texts.is_empty() {
            return None;
        }
        for text in &texts {
            *self.counted.entry(text.clone()).or_default() += 1;
        }
        let told = |one: &Condition| match one {
            Condition::Unknown { text, holds } if texts.contains(text) && self.counted[text] > 1 => {
                Condition::Unknown { text: format!("{text} (time {})", self.counted[text]), holds: *holds }
            }
            _ => one.clone(),
        };
        let place =
            |place: &Place| Place { one: place.one.clone(), conditions: place.conditions.iter().map(told).collect() };
        Some(Step { places: step.places.iter().map(place).collect(), ..step.clone() })
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
    let mut inside = Here { places: Vec::new(), certainty: here.certainty.max(step.certainty), ..here.clone() };
    for place in &here.places {
        inside.places.extend(step.places.iter().filter_map(|one| place.both(one)));
    }
    if inside.places.len() > MAX_PRODUCTS {
        // Wider than the truth, and said so.
        let wider = step.places.iter().map(|place| Place { one: place.one.clone(), conditions: BTreeSet::new() });
        inside.places = wider.collect();
        inside.certainty = Certainty::AtMost;
    }
    inside.hangs_on(step);
    inside
}

/// Takes what returns out of where packets are; an uncertain return leaves the rest uncertain.
fn leave(here: &mut Here, step: &Step) {
    here.hangs_on(step);
    if step.certainty == Certainty::AtMost {
        here.certainty = Certainty::AtMost;
        return;
    }
    let mut rest = here.places.clone();
    for one in &step.places {
        rest = rest.iter().flat_map(|place| place.without(one)).collect();
        if rest.len() > MAX_PRODUCTS {
            here.certainty = Certainty::AtMost;
            return;
        }
    }
    here.places = rest;
}

fn decide(policy: &mut Policy, action: Option<Action>, inside: &Here, step: &Step) -> Result<(), AclError> {
    let asked = |action: &str| Some(Condition::unknown(format!("{} {action}", step.words)));
    let actions = match action {
        Some(action) => vec![(action, None)],
        None => vec![(Action::Permit, asked("permits")), (Action::Deny, asked("denies"))],
    };
    for (action, condition) in actions {
        for mut rule in rules(action, &step.label, inside, step) {
            if policy.rules.len() >= MAX_RULES {
                return Err(AclError::TooManyRules { line: step.line });
            }
            if let Some(condition) = &condition {
                rule.conditions.push(condition.clone());
                rule.conditions.sort();
                rule.conditions.dedup();
            }
            policy.rules.push(rule);
        }
    }
    Ok(())
}

/// What a step is where packets are: products under the same conditions are one rule.
fn rules(action: Action, label: &str, inside: &Here, step: &Step) -> impl Iterator<Item = Rule> {
    let mut groups: Vec<(&BTreeSet<Condition>, Vec<Match>)> = Vec::new();
    for place in &inside.places {
        match groups.iter_mut().find(|(conditions, _)| **conditions == place.conditions) {
            Some((_, matches)) => matches.push(place.one.clone()),
            None => groups.push((&place.conditions, vec![place.one.clone()])),
        }
    }
    groups.into_iter().map(move |(conditions, matches)| Rule {
        action,
        certainty: inside.certainty,
        matches,
        conditions: conditions.iter().cloned().collect(),
        open_by: inside.open_by.clone(),
        line: step.line,
        label: label.to_owned(),
    })
}
