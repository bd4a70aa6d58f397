//! Rules and policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::condition::{Condition, Plainly, State};
use crate::packet::{AddressSet, Family, Match, Ranges, names};

/// What a rule does with what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Lets it pass.
    Permit,
    /// Drops or rejects it.
    Deny,
}

impl Action {
    /// The other action.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Permit => Self::Deny,
            Self::Deny => Self::Permit,
        }
    }
}

/// How well a rule's condition is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The rule matches exactly what is written.
    Exact,
    /// The rule matches at most what is written: a part of its condition is not understood or not known.
    AtMost,
}

/// One rule: the union of its matches, where its conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub action: Action,
    /// How well its matches are known, apart from its conditions.
    pub certainty: Certainty,
    /// What it matches: any of these. None at all matches nothing.
    pub matches: Vec<Match>,
    /// What it asks for beyond a packet's fields: all of these.
    pub conditions: Vec<Condition>,
    /// The lines that leave it open, with what they say, where these are others than its own.
    pub open_by: Vec<(u32, Arc<str>)>,
    /// The line of the source it begins at, from 1; 0 when made by a program.
    pub line: u32,
    /// Its name or text in the source, for people.
    pub label: String,
}

impl Default for Rule {
    /// Denies nothing.
    fn default() -> Self {
        Self {
            action: Action::Deny,
            certainty: Certainty::Exact,
            matches: Vec::new(),
            conditions: Vec::new(),
            open_by: Vec::new(),
            line: 0,
            label: String::new(),
        }
    }
}

impl Rule {
    /// An exact rule.
    pub fn new(action: Action, one: Match) -> Self {
        Self { action, certainty: Certainty::Exact, matches: vec![one], ..Self::default() }
    }

    /// What lists of IPv6 permit by themselves before they deny the rest.
    pub(crate) fn neighbour_discovery() -> Self {
        let everybody = AddressSet::family(Family::V6);
        let discovery = Match::any()
            .with_source(everybody.clone())
            .with_destination(everybody)
            .with_protocol(names::ICMP6)
            .with_icmp(Ranges::between(135, 136), Ranges::any());
        let label = "implicit: permit neighbour discovery".to_owned();
        Self { label, ..Self::new(Action::Permit, discovery) }
    }

    /// Whether both surely decide the same packets alike: labels and lines do not count. Conditions of the same text are the
    /// same; rules of which more is not known never are, not even when written alike, since what they refer to may differ.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let exact = self.certainty == Certainty::Exact && other.certainty == Certainty::Exact;
        let alike = self.matches == other.matches && self.conditions == other.conditions;
        exact && self.action == other.action && alike
    }

    /// How well it is known of packets of which no more is said than a state; [`None`] where it matches none of these.
    pub(crate) fn plainly(&self, state: State) -> Option<Certainty> {
        let mut certainty = self.certainty;
        for condition in &self.conditions {
            match condition.plainly(state) {
                Plainly::Holds => {}
                Plainly::Fails => return None,
                Plainly::Open => certainty = Certainty::AtMost,
            }
        }
        Some(certainty)
    }
}

/// How the rules of a policy combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combination {
    /// The first rule that matches decides.
    FirstMatch,
    /// Order does not count: what any deny rule matches is denied, else what any permit rule matches is permitted.
    DenyOverrides,
}

/// What a reader noted about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// The line holds no rule and was passed over (a remark, a counter, another kind of object).
    Ignored,
    /// A part was not understood: the rule is carried as "at most".
    NotUnderstood,
    /// A part is understood and asks for what a packet's fields do not tell, as an interface.
    Depends,
    /// The line was understood and can never match (expired, empty group, wrong family).
    NeverMatches,
    /// An assumption was made that the line does not state.
    Assumed,
}

/// One remark of a reader, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// The line, from 1.
    pub line: u32,
    /// What kind of remark.
    pub kind: NoteKind,
    /// What was noted.
    pub message: String,
}

/// A rule that leaves something behind which a later rule asks for: a mark, an entry in a set or in a list of recent addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// How many rules of the policy are tried before it.
    pub after: usize,
    /// Where it holds; its label is what the source says.
    pub rule: Rule,
}

/// So many intervals take as much room as a rule of a usual policy does once it is composed with the others.
const INTERVALS_OF_A_RULE: usize = 400;

/// A list of rules with a default.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name: the access list, chain or filter.
    pub name: String,
    /// How the rules combine.
    pub combination: Combination,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Rules about later fragments only. Those packets are outside of what is compared, so that these rules decide
    /// nothing here; whoever calls two policies equal must look at them too.
    pub fragments: Vec<Rule>,
    /// What happens to what no rule matches.
    pub default: Action,
    /// The only family of packets it governs; [`None`]: both. Packets of another family are not compared.
    pub family: Option<Family>,
    /// Whether it tells interfaces and states of connections apart beyond what packets here have.
    pub tracks: bool,
    /// What other tables may make of packets before they come here, in order: with its line, as written without remarks.
    pub before: Vec<(u32, String)>,
    /// What its own rules set and ask for.
    pub sets: Vec<Set>,
    /// What the reader noted.
    pub notes: Vec<Note>,
}

impl Policy {
    /// Whether the policy governs packets of a family.
    pub fn governs(&self, family: Family) -> bool {
        self.family.is_none_or(|own| own == family)
    }

    /// Whose packets both policies govern.
    pub fn families_with(&self, other: &Self) -> Vec<Family> {
        Family::ALL.into_iter().filter(|family| self.governs(*family) && other.governs(*family)).collect()
    }

    /// Whether both surely say the same of later fragments, by rules of their own.
    pub fn treats_fragments_like(&self, other: &Self) -> bool {
        let (own, others) = (&self.fragments, &other.fragments);
        own.len() == others.len() && own.iter().zip(others).all(|(own, other)| own.means_the_same(other))
    }

    /// Whether packets come to both alike, as far as other tables of the same files make something else of them.
    pub fn comes_after_the_same(&self, other: &Self) -> bool {
        self.before.iter().map(|(_, text)| text).eq(other.before.iter().map(|(_, text)| text))
    }

    /// Whether both set the same where they ask for what they set. Who comes to a rule that sets hangs on those before it.
    pub fn sets_the_same(&self, other: &Self) -> bool {
        let alike = |(own, others): (&Set, &Set)| {
            let (rule, other) = (&own.rule, &others.rule);
            own.after == others.after && rule.label == other.label && rule.means_the_same(other)
        };
        let last = self.sets.last().map_or(0, |set| set.after);
        let mut before = self.rules.iter().zip(&other.rules).take(last);
        self.sets.len() == other.sets.len()
            && self.sets.iter().zip(&other.sets).all(alike)
            && before.all(|(own, others)| own.means_the_same(others))
    }

    /// Whether what is not known is the same in both where they call it the same.
    pub fn names_the_same(&self, other: &Self) -> bool {
        self.comes_after_the_same(other) && self.sets_the_same(other)
    }

    /// What is not known and is taken to be the same wherever it has the same text.
    pub fn unknown(&self) -> BTreeSet<&str> {
        let conditions = self.rules.iter().flat_map(|rule| &rule.conditions);
        conditions
            .filter_map(|one| match one {
                Condition::Unknown { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// A first-match policy.
    pub fn first_match(name: impl Into<String>, rules: Vec<Rule>, default: Action) -> Self {
        Self {
            name: name.into(),
            combination: Combination::FirstMatch,
            rules,
            fragments: Vec::new(),
            default,
            family: None,
            tracks: false,
            before: Vec::new(),
            sets: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A policy in which order does not count.
    pub fn set(name: impl Into<String>, rules: Vec<Rule>, default: Action) -> Self {
        Self { combination: Combination::DenyOverrides, ..Self::first_match(name, rules, default) }
    }

    /// How many plain rules it is worth: large groups of addresses count as many.
    pub fn weight(&self) -> usize {
        let matches = self.rules.iter().flat_map(|rule| &rule.matches);
        self.rules.len().max(matches.map(Match::intervals).sum::<usize>() / INTERVALS_OF_A_RULE)
    }

    /// Whether what every rule matches is known, and told by a packet's fields alone.
    pub fn is_exact(&self) -> bool {
        self.rules.iter().all(|rule| rule.certainty == Certainty::Exact && rule.conditions.is_empty())
    }

    /// The indices of the rules in an order in which the first match decides.
    pub(crate) fn deciding_order(&self) -> Vec<u32> {
        let indices = 0..self.rules.len() as u32;
        match self.combination {
            Combination::FirstMatch => indices.collect(),
            Combination::DenyOverrides => {
                let (deny, permit): (Vec<u32>, Vec<u32>) =
                    indices.partition(|index| self.rules[*index as usize].action == Action::Deny);
                deny.into_iter().chain(permit).collect()
            }
        }
    }
}
