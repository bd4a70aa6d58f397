//! What the evidence about one cell shows, counted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use isoneph_model::{EvidenceClass, Outcome, Support};
use serde::Serialize;

use crate::control::RequirementKey;

/// How many outcomes came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Passing outcomes.
    pub pass: u64,
    /// Failing outcomes, those under an accepted exception included.
    pub fail: u64,
    /// Outcomes that decide nothing.
    pub unknown: u64,
    /// Outcomes that concern nothing.
    #[serde(rename = "not-applicable")]
    pub not_applicable: u64,
}

impl Counts {
    /// Counts one more outcome.
    pub fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Pass => &mut self.pass,
            Outcome::Fail => &mut self.fail,
            Outcome::Unknown => &mut self.unknown,
            Outcome::NotApplicable => &mut self.not_applicable,
        };
        *count = count.saturating_add(1);
    }

    /// All of them.
    pub fn total(self) -> u64 {
        self.pass.saturating_add(self.fail).saturating_add(self.unknown).saturating_add(self.not_applicable)
    }

    pub(super) fn is_only_not_applicable(self) -> bool {
        self.not_applicable > 0 && self.not_applicable == self.total()
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.pass = self.pass.saturating_add(other.pass);
        self.fail = self.fail.saturating_add(other.fail);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.not_applicable = self.not_applicable.saturating_add(other.not_applicable);
    }
}

/// How much of the scope was seen, in accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Population {
    /// Accounts in scope seen by evidence other than plans.
    pub seen: u64,
    /// Accounts in scope; `None` if nobody declared them.
    pub expected: Option<u64>,
}

/// What was seen about one requirement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Outcomes of checks that the cell requires.
    pub required: Counts,
    /// Outcomes of checks that only contribute, other scanners' findings among them.
    pub contributing: Counts,
    /// How many of the failing outcomes, of either sort, are under an accepted exception.
    pub excepted: u64,
    /// The classes of evidence under the required outcomes that decide something.
    pub classes: BTreeSet<EvidenceClass>,
    /// How many required outcomes rest on evidence older than their check allows.
    pub stale: u64,
    /// How much of the scope was seen. `None` only where evidence is not gathered account by account.
    pub population: Option<Population>,
}

impl Evidence {
    /// Counts one more outcome and, if it is required and decides something, the class of its evidence.
    pub fn add(&mut self, outcome: Outcome, support: Support, class: EvidenceClass) {
        match support {
            Support::Required => {
                self.required.add(outcome);
                if outcome != Outcome::Unknown {
                    self.classes.insert(class);
                }
            }
            Support::Contributing => self.contributing.add(outcome),
        }
    }

    /// Failing outcomes under no accepted exception.
    pub fn failing(&self) -> u64 {
        self.all_failing().saturating_sub(self.excepted)
    }

    fn all_failing(&self) -> u64 {
        self.required.fail.saturating_add(self.contributing.fail)
    }
}

/// What was seen about a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellEvidence {
    /// By requirement.
    pub requirements: BTreeMap<RequirementKey, Evidence>,
    /// About the cell as a whole. It can speak against the cell; alone it never supports it.
    pub whole: Evidence,
    /// Things that the control is about, seen to exist by evidence other than plans.
    pub subjects: u64,
    /// Outcomes about such things that fail, of plans too.
    pub failing_subjects: u64,
}

impl CellEvidence {
    /// All outcomes of the cell.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, part) in self.parts() {
            counts += part.required;
            counts += part.contributing;
        }
        counts
    }

    /// Failing outcomes under an accepted exception.
    pub fn excepted(&self) -> u64 {
        self.parts().fold(0, |n, (_, part)| n.saturating_add(part.excepted.min(part.all_failing())))
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = (Option<&RequirementKey>, &Evidence)> {
        let by_requirement = self.requirements.iter().map(|(key, part)| (Some(key), part));
        by_requirement.chain([(None, &self.whole)])
    }
}
