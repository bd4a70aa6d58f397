//! Label selectors, in three values where labels are not all known.

use std::collections::BTreeMap;

use serde_json::Value;

use super::given::Given;
use super::policies::Pod;
use crate::model::json::{list, scalar, text};
use crate::model::policy::Match;

/// A selector that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    /// An operator that does not exist: nobody knows what it selects.
    Unknown,
}

impl Selector {
    /// Reads a selector; an empty one selects everything.
    pub(super) fn read(value: &Value) -> Self {
        let mut requirements: Vec<Requirement> = value
            .get("matchLabels")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(key, held)| Requirement { key: key.clone(), test: Test::In(scalar(held).into_iter().collect()) })
            .collect();
        for expression in list(value, "matchExpressions") {
            let values = list(expression, "values").iter().filter_map(scalar).collect();
            requirements.push(Requirement {
                key: text(expression, "key").unwrap_or_default().into(),
                test: match text(expression, "operator") {
                    Some("In") => Test::In(values),
                    Some("NotIn") => Test::NotIn(values),
                    Some("Exists") => Test::Exists,
                    Some("DoesNotExist") => Test::Absent,
                    _ => Test::Unknown,
                },
            });
        }
        Self { requirements }
    }

    /// Selects everything.
    pub(super) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether a pod is selected by its labels.
    pub(super) fn selects(&self, pod: &Pod) -> Match {
        self.requirements.iter().map(|requirement| requirement.selects(pod)).min().unwrap_or(Match::Yes)
    }

    /// Whether labels are selected. Where `complete` is false other labels may be there.
    pub(super) fn matches(&self, labels: &BTreeMap<String, String>, complete: bool) -> Match {
        self.requirements.iter().map(|requirement| requirement.matches(labels, complete)).min().unwrap_or(Match::Yes)
    }
}

impl Requirement {
    fn selects(&self, pod: &Pod) -> Match {
        match pod.open_labels.get(&self.key).filter(|_| !pod.labels.contains_key(&self.key)) {
            Some(given) => self.of_given(given),
            None => self.matches(&pod.labels, true),
        }
    }

    /// Whether a label is selected that the pods have with values that are not known, or not the same.
    fn of_given(&self, given: &Given) -> Match {
        let (inside, all) = match &self.test {
            Test::In(values) | Test::NotIn(values) => (given.may_be(values), given.is_surely(values)),
            Test::Exists | Test::Absent => (true, given.is_there()),
            Test::Unknown => return Match::Maybe,
        };
        let found = match (inside, all) {
            (false, _) => Match::No,
            (true, true) => Match::Yes,
            (true, false) => Match::Maybe,
        };
        match (&self.test, found) {
            (Test::NotIn(_) | Test::Absent, Match::Yes) => Match::No,
            (Test::NotIn(_) | Test::Absent, Match::No) => Match::Yes,
            _ => found,
        }
    }

    fn matches(&self, labels: &BTreeMap<String, String>, complete: bool) -> Match {
        let held = labels.get(&self.key);
        if held.is_none() && !complete {
            return Match::Maybe;
        }
        let truth = match &self.test {
            Test::In(values) => held.is_some_and(|held| values.contains(held)),
            Test::NotIn(values) => held.is_none_or(|held| !values.contains(held)),
            Test::Exists => held.is_some(),
            Test::Absent => held.is_none(),
            Test::Unknown => return Match::Maybe,
        };
        if truth { Match::Yes } else { Match::No }
    }
}
