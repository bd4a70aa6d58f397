//! Rules and policies.

use serde::Serialize;

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

/// One rule: the union of its matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub action: Action,
    /// How well its condition is known.
    pub certainty: Certainty,
    /// What it matches: any of these. None at all matches nothing.
    pub matches: Vec<Match>,
    /// The line of the source it begins at, from 1; 0 when made by a program.
    pub line: u32,
    /// Its name or text in the source, for people.
    pub label: String,
}

impl Rule {
    /// An exact rule.
    pub fn new(action: Action, one: Match) -> Self {
        Self { action, certainty: Certainty::Exact, matches: vec![one], line: 0, label: String::new() }
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

    /// Whether both surely decide the same packets alike: labels and lines do not count. Rules that are not fully known
    /// never do, not even when written alike, since what they refer to may differ.
    pub fn means_the_same(&self, other: &Self) -> bool {
        let exact = self.certainty == Certainty::Exact && other.certainty == Certainty::Exact;
        exact && self.action == other.action && self.matches == other.matches
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

    /// A first-match policy.
    pub fn first_match(name: impl Into<String>, rules: Vec<Rule>, default: Action) -> Self {
        Self {
            name: name.into(),
            combination: Combination::FirstMatch,
            rules,
            fragments: Vec::new(),
            default,
            family: None,
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

    /// Whether every rule is known exactly.
    pub fn is_exact(&self) -> bool {
        self.rules.iter().all(|rule| rule.certainty == Certainty::Exact)
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
