//! What a report for people keeps of the outcomes while they stream by: counts, never the outcomes themselves.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment::{CheckInfo, CheckOutcome, Head};
use isoneph_model::{Outcome, Reason, Severity};

/// Counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// By check, in the order of [`Head::checks`].
    pub(crate) checks: Vec<CheckTally>,
    /// Why outcomes are unknown: how often, and for which checks. Tables and columns are few, so reasons are.
    pub(crate) unknown: BTreeMap<Reason, ReasonTally>,
}

/// Counts of one check.
#[derive(Debug, Default, Clone)]
pub(crate) struct CheckTally {
    counts: BTreeMap<Outcome, u64>,
    /// Failures under an accepted exception.
    pub(crate) excepted: u64,
}

/// How often a reason was given.
#[derive(Debug, Default)]
pub(crate) struct ReasonTally {
    pub(crate) n: u64,
    pub(crate) checks: BTreeSet<usize>,
}

impl Tally {
    pub(crate) fn start(&mut self, head: &Head) {
        self.checks = vec![CheckTally::default(); head.checks.len()];
    }

    pub(crate) fn add(&mut self, outcome: &CheckOutcome) {
        if let Some(check) = self.checks.get_mut(outcome.check) {
            *check.counts.entry(outcome.outcome).or_default() += 1;
            check.excepted += u64::from(outcome.outcome == Outcome::Fail && outcome.exception.is_some());
        }
        if let (Outcome::Unknown, Some(reason)) = (outcome.outcome, &outcome.reason) {
            let tally = self.unknown.entry(reason.clone()).or_default();
            tally.n += 1;
            tally.checks.insert(outcome.check);
        }
    }

    /// Reasons for unknown outcomes, the most frequent first.
    pub(crate) fn reasons(&self) -> Vec<(&Reason, &ReasonTally)> {
        let mut reasons: Vec<_> = self.unknown.iter().collect();
        reasons.sort_by(|(a, x), (b, y)| y.n.cmp(&x.n).then_with(|| a.cmp(b)));
        reasons
    }

    /// The checks with failing outcomes, worst first: unaccepted before accepted, then by severity, then by how many.
    pub(crate) fn failing<'h>(&self, head: &'h Head) -> Vec<(usize, &'h CheckInfo, &CheckTally)> {
        let all = head.checks.iter().zip(&self.checks).enumerate().map(|(index, (check, tally))| (index, check, tally));
        let mut failing: Vec<_> = all.filter(|(_, _, tally)| tally.of(Outcome::Fail) > 0).collect();
        failing.sort_by_key(|(index, check, tally)| (rank(check.severity, tally), *index));
        failing
    }
}

/// Smaller is worse.
pub(crate) fn rank(severity: Severity, tally: &CheckTally) -> impl Ord + use<> {
    use std::cmp::Reverse;
    let open = tally.open();
    let state = match (open, tally.of(Outcome::Fail), tally.of(Outcome::Unknown)) {
        (1.., _, _) => 0,
        (0, 1.., _) => 1,
        (0, 0, 1..) => 2,
        (0, 0, 0) => 3,
    };
    (state, Reverse(severity), Reverse(open))
}

impl CheckTally {
    pub(crate) fn of(&self, outcome: Outcome) -> u64 {
        self.counts.get(&outcome).copied().unwrap_or_default()
    }

    /// Failures under no accepted exception.
    pub(crate) fn open(&self) -> u64 {
        self.of(Outcome::Fail).saturating_sub(self.excepted)
    }

    pub(crate) fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}
