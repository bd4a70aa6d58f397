//! What a difference hangs on: rules that are not fully known, where they may decide.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::condition::Condition;
use super::diff::Difference;
use super::dimensions::track;
use super::explain::Finding;
use super::{Certainty, Deciding, NoteKind, Policy, Rule};

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
    /// witness, are not fully known and are tried before one decides.
    #[must_use]
    pub fn open_points(&self, first: &Policy, second: &Policy) -> [Vec<OpenPoint>; 2] {
        let tracked = track(first, second);
        let mut out = [BTreeSet::new(), BTreeSet::new()];
        for (side, permits, denies) in [(&self.only_first, 0, 1), (&self.only_second, 1, 0)] {
            for finding in side.findings.iter().filter(|finding| !finding.certain) {
                let policies = [first, second];
                open_of(policies[permits], finding, finding.permitted_by, tracked, &mut out[permits]);
                open_of(policies[denies], finding, finding.denied_by, tracked, &mut out[denies]);
            }
        }
        out.map(|points| points.into_iter().collect())
    }
}

fn open_of(policy: &Policy, finding: &Finding, by: Deciding, tracked: bool, out: &mut BTreeSet<OpenPoint>) {
    for index in policy.deciding_order().into_iter().map(|index| index as usize) {
        let rule = &policy.rules[index];
        if is_open(rule, tracked) && rule.matches(&finding.witness) {
            points_of(policy, rule, tracked, out);
        }
        if by == Deciding::Rule(index) {
            break;
        }
    }
}

/// Whether it hangs on something that is not settled in a comparison.
fn is_open(rule: &Rule, tracked: bool) -> bool {
    let open = |condition: &Condition| match condition {
        Condition::Unknown { .. } => true,
        Condition::Interface { .. } | Condition::Own { .. } => !tracked,
        Condition::State(_) => false,
    };
    rule.certainty == Certainty::AtMost || rule.conditions.iter().any(open)
}

/// What is noted of the lines that leave a rule open.
fn points_of(policy: &Policy, rule: &Rule, tracked: bool, out: &mut BTreeSet<OpenPoint>) {
    let told = |kind: NoteKind| kind == NoteKind::NotUnderstood || (kind == NoteKind::Depends && !tracked);
    let own = (rule.line, Arc::from(rule.label.as_str()));
    let mut found = false;
    for (line, label) in rule.open_by.iter().chain([&own]).filter(|(line, _)| *line > 0) {
        let noted = policy.notes.iter().filter(|note| told(note.kind) && note.line == *line);
        for note in noted {
            found = true;
            out.insert(OpenPoint { line: *line, rule: label.to_string(), message: note.message.clone() });
        }
    }
    // What has no line is said of the whole file: the rule's own label names it.
    if !found && !out.iter().any(|held| held.line == rule.line && held.rule == rule.label) {
        let message = "is not fully understood".to_owned();
        out.insert(OpenPoint { line: rule.line, rule: rule.label.clone(), message });
    }
}
