//! From typed values to the types of [`document`](super::document).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment as assessment;
use isoneph_assessment::{Head, RolesBasis, Tail};
use isoneph_model::{Lang, Outcome, Role, Severity};
use isoneph_standard::standing::Why;
use isoneph_tables as tables;
use isoneph_tables::Instant;
use jiff::Timestamp;

use super::document as doc;
use crate::words::{Words, why_code};

pub(super) fn tool(head: &Head) -> doc::Tool {
    doc::Tool { name: head.tool.name.to_owned(), version: head.tool.version.to_owned() }
}

pub(super) fn config(head: &Head) -> doc::Config {
    let parameter = |p: &assessment::Parameter| doc::Parameter {
        check: p.check.clone(),
        name: p.name.clone(),
        default: p.default.clone(),
        value: p.value.clone(),
        looser: p.looser,
    };
    doc::Config {
        sha256: head.config.sha256,
        parameters: head.config.parameters.iter().map(parameter).collect(),
        exceptions: head.config.exceptions.iter().map(exception).collect(),
    }
}

fn exception(exception: &assessment::Exception) -> doc::Exception {
    doc::Exception {
        check: exception.check.clone(),
        subject: exception.subject.clone(),
        owner: exception.owner.clone(),
        approver: exception.approver.clone(),
        reason: exception.reason.clone(),
        until: exception.until.to_string(),
    }
}

pub(super) fn scope(head: &Head) -> doc::Scope {
    let scope = &head.scope;
    let period = scope.period.map(|(from, to)| doc::Period { from: from.to_string(), to: to.to_string() });
    let roles = match scope.roles {
        RolesBasis::Declared => "declared",
        RolesBasis::Assumed => "assumed",
    };
    doc::Scope {
        services: scope.services.clone(),
        accounts: scope.accounts.clone(),
        regions: scope.regions.clone(),
        period,
        roles: roles.to_owned(),
    }
}

pub(super) fn input(input: &tables::Input) -> doc::Input {
    let reject = |r: &tables::Reject| doc::Reject {
        locator: r.locator.to_string(),
        code: r.code.clone(),
        message: r.message.clone(),
    };
    doc::Input {
        path: input.path.clone(),
        sha256: input.sha256,
        format: input.format.clone(),
        class: input.class,
        records: input.records,
        unsupported: input.unsupported.clone(),
        rejected: input.rejected.iter().map(reject).collect(),
        notes: input.notes.clone(),
    }
}

pub(super) fn snapshot(snapshot: &tables::Snapshot) -> doc::Snapshot {
    doc::Snapshot {
        id: snapshot.id,
        input: snapshot.input.0,
        kind: snapshot.kind,
        observed_at: snapshot.observed_at.and_then(time),
    }
}

/// RFC 3339. `None` for an instant that no calendar holds.
pub(crate) fn time(instant: Instant) -> Option<String> {
    Timestamp::from_microsecond(instant.0).ok().map(|time| time.to_string())
}

pub(super) fn not_judged((snapshot, reason): &(i64, String)) -> doc::NotJudged {
    doc::NotJudged { snapshot: *snapshot, reason: reason.clone() }
}

pub(super) fn coverage(entry: &tables::Coverage) -> doc::Coverage {
    let scope = entry.scope.clone();
    doc::Coverage {
        table: entry.table.to_string(),
        scope: doc::CoverageScope {
            provider: scope.provider,
            account: scope.account,
            region: scope.region,
            native_type: scope.native_type,
            subject: scope.subject,
        },
        extent: entry.extent,
        code: entry.code,
        snapshot: entry.snapshot,
        input: entry.input.0,
        locator: entry.locator.as_ref().map(ToString::to_string),
    }
}

pub(super) fn check(check: &assessment::CheckInfo, lang: Lang) -> doc::Check {
    let supports = |s: &assessment::Supports| doc::Supports {
        control: s.control.to_string(),
        role: s.role,
        support: s.support,
        requirement: s.requirement.clone(),
    };
    doc::Check {
        id: check.id.clone(),
        title: check.title.get(lang).to_owned(),
        severity: check.severity,
        subject: check.subject.clone(),
        supports: check.supports.iter().map(supports).collect(),
        file: check.file.clone(),
        why: check.why.clone(),
        fix: check.fix.clone(),
    }
}

/// What every outcome of a check repeats.
pub(super) struct Repeated {
    controls: Vec<String>,
    roles: Vec<Role>,
}

impl Repeated {
    pub(super) fn of(check: &assessment::CheckInfo) -> Repeated {
        let controls: BTreeSet<_> = check.supports.iter().map(|s| &s.control).collect();
        let roles: BTreeSet<_> = check.supports.iter().map(|s| s.role).collect();
        Repeated {
            controls: controls.into_iter().map(ToString::to_string).collect(),
            roles: roles.into_iter().collect(),
        }
    }
}

/// An outcome. The error names a check that does not exist: a bug, told rather than hidden.
pub(super) fn outcome<'a>(
    words: &Words,
    head: &'a Head,
    repeated: &'a [Repeated],
    outcome: &'a assessment::CheckOutcome,
) -> Result<doc::CheckOutcome<'a>, String> {
    let known = head.checks.get(outcome.check).zip(repeated.get(outcome.check));
    let (check, repeated) = known.ok_or_else(|| format!("no check has the number {}", outcome.check))?;
    let borrowed = |(name, value): &'a (String, Option<String>)| (name.into(), value.as_ref().map(Cow::from));
    Ok(doc::CheckOutcome {
        check: Cow::from(&check.id),
        controls: Cow::from(&repeated.controls),
        roles: Cow::from(&repeated.roles),
        service: Cow::from(&outcome.service),
        severity: check.severity,
        subject: outcome.subject.as_ref().map(|s| Cow::from(&s.address)),
        resource: outcome.subject.as_ref().map(resource),
        outcome: outcome.outcome,
        message: message(words, check, outcome),
        values: outcome.values.iter().map(borrowed).collect(),
        reason: outcome.reason.as_ref().map(|reason| doc::Reason {
            code: reason.code,
            table: reason.table.as_ref().map(Cow::from),
            column: reason.column.as_ref().map(Cow::from),
        }),
        exception: outcome.exception.and_then(|index| head.config.exceptions.get(index)).map(exception),
        evidence: outcome.evidence.iter().map(evidence).collect(),
        observed_at: outcome.observed_at.and_then(time),
        fingerprint: outcome.fingerprint,
    })
}

/// A failing check's message, or why nothing was decided. A message is worded for what fails.
fn message(words: &Words, check: &assessment::CheckInfo, outcome: &assessment::CheckOutcome) -> Option<String> {
    match outcome.outcome {
        Outcome::Pass => None,
        Outcome::Fail => Some(check.message.fill(words.lang(), &outcome.values)),
        Outcome::Unknown | Outcome::NotApplicable => outcome.reason.as_ref().map(|reason| words.reason(reason)),
    }
}

fn resource(subject: &assessment::Subject) -> doc::Resource<'_> {
    doc::Resource {
        name: Cow::from(&subject.name),
        native_type: Cow::from(&subject.native_type),
        provider: Cow::from(&subject.provider),
        account: Cow::from(&subject.account),
        region: Cow::from(&subject.region),
    }
}

fn evidence(evidence: &assessment::Evidence) -> doc::Evidence<'_> {
    doc::Evidence {
        input: evidence.place.input.0,
        locator: Cow::from(evidence.place.locator.as_str()),
        table: Cow::from(&evidence.table),
        class: evidence.class,
    }
}

pub(super) fn standing(words: &Words, answer: &assessment::StandingAnswer) -> doc::StandingAnswer {
    doc::StandingAnswer {
        control: answer.control.to_string(),
        role: answer.role,
        service: answer.service.clone(),
        standing: answer.standing,
        why: answer.why.iter().map(|w| why(words, w)).collect(),
        counts: counts(&answer.counts),
        said: answer.said.iter().map(said).collect(),
        population: doc::Population {
            seen: answer.population.seen,
            expected: answer.population.expected,
            basis: answer.population.basis.to_owned(),
        },
    }
}

fn said(answer: &assessment::SaidAnswer) -> doc::Said {
    doc::Said {
        requirement: answer.requirement.to_string(),
        input: answer.place.input.0,
        locator: answer.place.locator.to_string(),
        class: answer.class,
    }
}

fn why(words: &Words, why: &Why) -> doc::Why {
    let base = doc::Why { code: why_code(why).to_owned(), text: words.why(why), ..doc::Why::default() };
    match why {
        Why::ExclusionRefuted { subjects, failing } => {
            doc::Why { subjects: Some(*subjects), failing: Some(*failing), ..base }
        }
        Why::FailingOutcomes { requirement, n } | Why::UnknownOutcomes { requirement, n } => {
            doc::Why { requirement: requirement.as_ref().map(ToString::to_string), n: Some(*n), ..base }
        }
        Why::ExceptionsOnly { n } => doc::Why { n: Some(*n), ..base },
        Why::NoEvidence { requirement, kind } => {
            doc::Why { requirement: Some(requirement.to_string()), kind: Some(*kind), ..base }
        }
        Why::ContributingOnly { requirement, n } | Why::Stale { requirement, n } => {
            doc::Why { requirement: Some(requirement.to_string()), n: Some(*n), ..base }
        }
        Why::IntendedOnly { requirement } | Why::ScopeUndeclared { requirement } => {
            doc::Why { requirement: Some(requirement.to_string()), ..base }
        }
        Why::ClassTooWeak { requirement, kind, classes } => doc::Why {
            requirement: Some(requirement.to_string()),
            kind: Some(*kind),
            classes: Some(classes.iter().copied().collect()),
            ..base
        },
        Why::AccountsUnseen { requirement, seen, expected } => doc::Why {
            requirement: Some(requirement.to_string()),
            seen: Some(*seen),
            expected: Some(*expected),
            ..base
        },
        Why::ExclusionWithoutReason | Why::NothingToJudge | Why::RequirementsUnknown => base,
    }
}

fn counts(counts: &assessment::Counts) -> doc::Counts {
    let n = |outcome| counts.outcomes.get(&outcome).copied().unwrap_or_default();
    doc::Counts {
        pass: n(Outcome::Pass),
        fail: n(Outcome::Fail),
        unknown: n(Outcome::Unknown),
        not_applicable: n(Outcome::NotApplicable),
        excepted: counts.excepted,
        failures: failures(&counts.failures),
        findings: doc::Findings { pass: counts.findings.0, fail: counts.findings.1 },
    }
}

fn failures(failures: &BTreeMap<Severity, u64>) -> doc::Failures {
    let n = |severity| failures.get(&severity).copied().unwrap_or_default();
    doc::Failures {
        critical: n(Severity::Critical),
        high: n(Severity::High),
        medium: n(Severity::Medium),
        low: n(Severity::Low),
    }
}

pub(super) fn loss(loss: &assessment::Loss) -> doc::Loss {
    doc::Loss { input: loss.input.map(|input| input.0), message: loss.message.clone() }
}

pub(super) fn summary(tail: &Tail) -> doc::Summary {
    let n = |outcome| tail.outcomes.get(&outcome).copied().unwrap_or_default();
    let mut standings: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for answer in &tail.standings {
        let role = standings.entry(answer.role.to_string()).or_default();
        *role.entry(answer.standing.to_string()).or_default() += 1;
    }
    doc::Summary {
        outcomes: doc::OutcomeTotals {
            pass: n(Outcome::Pass),
            fail: n(Outcome::Fail),
            unknown: n(Outcome::Unknown),
            not_applicable: n(Outcome::NotApplicable),
        },
        failures: failures(&tail.failures),
        standings,
        complete: tail.losses.is_empty(),
    }
}
