//! What a difference hangs on: rules that are not fully known, where they may decide.

use std::collections::BTreeSet;

use serde::Serialize;

use super::diff::{Difference, Side};
use super::explain::Finding;
use super::{Certainty, NoteKind, Policy};

/// What two policies come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// Every packet is decided alike.
    Equal,
    /// Some packet is surely permitted by one and denied by the other.
    Different,
    /// Whether one is depends on rules that are not fully known.
    Undecided,
}

/// A rule that is not fully known and may decide otherwise than the other policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct OpenPoint {
    /// The line, from 1; 0 where it has none.
    pub line: u32,
    /// The rule, as the source calls it.
    pub rule: String,
    /// What is not understood or not known of it.
    pub message: String,
}

impl Difference {
    /// What the two policies come to.
    #[must_use]
    pub fn comparison(&self) -> Comparison {
        match (self.is_equal(), self.is_different()) {
            (true, _) => Comparison::Equal,
            (false, true) => Comparison::Different,
            (false, false) => Comparison::Undecided,
        }
    }

    /// What is open of the first policy and of the second: for every finding that is not certain, the rules that match its
    /// witness and are not fully known.
    #[must_use]
    pub fn open_points(&self, first: &Policy, second: &Policy) -> [Vec<OpenPoint>; 2] {
        let doubtful: Vec<&Finding> = [&self.only_first, &self.only_second]
            .into_iter()
            .flat_map(|side: &Side| &side.findings)
            .filter(|finding| !finding.certain)
            .collect();
        [first, second].map(|policy| open_of(policy, &doubtful))
    }
}

fn open_of(policy: &Policy, doubtful: &[&Finding]) -> Vec<OpenPoint> {
    let mut out = BTreeSet::new();
    for rule in policy.rules.iter().filter(|rule| rule.certainty == Certainty::AtMost) {
        if !doubtful.iter().any(|finding| rule.matches(&finding.witness)) {
            continue;
        }
        let point = |message: String| OpenPoint { line: rule.line, rule: rule.label.clone(), message };
        let noted = policy.notes.iter().filter(|note| note.kind == NoteKind::NotUnderstood && note.line == rule.line);
        let before = out.len();
        // What has no line is said of the whole file: the rule's own label names it.
        out.extend(noted.filter(|note| note.line > 0).map(|note| point(note.message.clone())));
        if out.len() == before {
            let known = |held: &OpenPoint| held.line == rule.line && held.rule == rule.label;
            if !out.iter().any(known) {
                out.insert(point("is not fully understood".to_owned()));
            }
        }
    }
    out.into_iter().collect()
}
