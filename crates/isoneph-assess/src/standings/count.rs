//! Sums: of one check's outcomes, and of a cell's.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment::{CheckOutcome, Counts, Population, SaidAnswer};
use isoneph_model::{EvidenceClass, Outcome, ReasonCode, RequirementKind, Severity, Support};
use isoneph_standard::standing::{CellEvidence, Counts as OutcomeCounts, Evidence, Population as Seen};

#[derive(Default, Clone)]
pub(super) struct Cell {
    pub(super) evidence: CellEvidence,
    /// What the control is about, as seen; put down only where somebody excludes it.
    pub(super) things: BTreeSet<String>,
    pub(super) counts: Counts,
    pub(super) said: Vec<SaidAnswer>,
}

/// Outcomes of one check, counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) outcomes: OutcomeCounts,
    excepted: u64,
    stale: u64,
    /// The classes under outcomes that decide something.
    classes: BTreeSet<EvidenceClass>,
    /// Subjects seen by evidence other than plans, where they matter.
    pub(super) things: BTreeSet<String>,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: &CheckOutcome, refuting: bool) {
        self.outcomes.add(outcome.outcome);
        self.excepted += u64::from(outcome.exception.is_some());
        self.stale += u64::from(outcome.reason.as_ref().is_some_and(|reason| reason.code == ReasonCode::Stale));
        // What found nothing to judge has no evidence and shows nothing: no class is put down for it.
        if let Some(class) = weakest(outcome) {
            if outcome.outcome != Outcome::Unknown {
                self.classes.insert(class);
            }
            if let Some(subject) = outcome.subject.as_ref().filter(|_| refuting && class != EvidenceClass::Intended) {
                self.things.insert(format!("{}/{}", subject.account, subject.address));
            }
        }
    }

    /// Failures that no exception covers.
    pub(super) fn failing(&self) -> u64 {
        self.outcomes.fail.saturating_sub(self.excepted)
    }
}

/// Settings and operations are seen account by account; what a party says is not.
pub(super) fn with_population(
    cell: &isoneph_standard::Cell,
    mut evidence: CellEvidence,
    population: &Population,
) -> CellEvidence {
    let seen = Seen { seen: population.seen, expected: population.expected };
    let of_accounts = |kind| matches!(kind, RequirementKind::Configuration | RequirementKind::Operation);
    for (key, part) in &mut evidence.requirements {
        let requirement = cell.requires.iter().find(|requirement| requirement.key == *key);
        part.population = requirement.is_none_or(|requirement| of_accounts(requirement.kind)).then_some(seen);
    }
    evidence.whole.population = Some(seen);
    evidence
}

pub(super) fn add_outcomes(counts: &mut BTreeMap<Outcome, u64>, tally: &Tally) {
    let OutcomeCounts { pass, fail, unknown, not_applicable } = tally.outcomes;
    let all = [
        (Outcome::Pass, pass),
        (Outcome::Fail, fail),
        (Outcome::Unknown, unknown),
        (Outcome::NotApplicable, not_applicable),
    ];
    for (outcome, n) in all.into_iter().filter(|(_, n)| *n > 0) {
        *counts.entry(outcome).or_default() += n;
    }
}

pub(super) fn add_failures(counts: &mut BTreeMap<Severity, u64>, severity: Severity, tally: &Tally) {
    if tally.failing() > 0 {
        *counts.entry(severity).or_default() += tally.failing();
    }
}

impl Cell {
    pub(super) fn count(&mut self, severity: Severity, tally: &Tally) {
        add_outcomes(&mut self.counts.outcomes, tally);
        add_failures(&mut self.counts.failures, severity, tally);
        self.counts.excepted += tally.excepted;
    }

    pub(super) fn merge(&mut self, other: &Cell) {
        for (outcome, n) in &other.counts.outcomes {
            *self.counts.outcomes.entry(*outcome).or_default() += n;
        }
        for (severity, n) in &other.counts.failures {
            *self.counts.failures.entry(*severity).or_default() += n;
        }
        self.counts.excepted += other.counts.excepted;
        self.counts.findings.0 += other.counts.findings.0;
        self.counts.findings.1 += other.counts.findings.1;
        self.evidence.failing_subjects += other.evidence.failing_subjects;
        self.things.extend(other.things.iter().cloned());
        self.said.extend(other.said.iter().cloned());
        merge_evidence(&mut self.evidence.whole, &other.evidence.whole);
        for (key, part) in &other.evidence.requirements {
            merge_evidence(self.evidence.requirements.entry(key.clone()).or_default(), part);
        }
    }
}

fn merge_evidence(into: &mut Evidence, from: &Evidence) {
    into.required += from.required;
    into.contributing += from.contributing;
    into.excepted += from.excepted;
    into.stale += from.stale;
    into.classes.extend(&from.classes);
}

pub(super) fn add_to(part: &mut Evidence, support: Support, tally: &Tally) {
    part.excepted += tally.excepted;
    match support {
        Support::Required => {
            part.required += tally.outcomes;
            part.stale += tally.stale;
            part.classes.extend(&tally.classes);
        }
        Support::Contributing => part.contributing += tally.outcomes,
    }
}

/// An answer is as good as the weakest of what it rests on: with a plan under it, it is a plan's.
fn weakest(outcome: &CheckOutcome) -> Option<EvidenceClass> {
    let classes = || outcome.evidence.iter().map(|evidence| evidence.class);
    let rank = |class: &EvidenceClass| match class {
        EvidenceClass::Intended => 0,
        EvidenceClass::Asserted => 1,
        EvidenceClass::Configured => 2,
        EvidenceClass::Operated => 3,
        EvidenceClass::Assured => 4,
    };
    classes().min_by_key(rank)
}
