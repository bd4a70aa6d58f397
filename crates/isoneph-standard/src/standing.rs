//! The rule that says what the evidence about one cell (control × role × service) comes to.
//!
//! [`judge`] is a pure function of four things: what the cell asks, what the evidence shows, what the party claims, and
//! nothing else. It answers with a [`Standing`] and every reason for it as a typed [`Why`]; words are for the edge.
//!
//! In order:
//! 1. No guidance for the role: `no-guidance`.
//! 2. The party excludes the control, with a reason. If things that it is about are seen to exist, or fail in a plan, the
//!    exclusion is refuted: `contradicted`. Otherwise `excluded`. An exclusion without a reason counts as none, and keeps
//!    the cell from being supported.
//! 3. Something fails, be the check required or contributing, and is not under an accepted exception: `contradicted` if
//!    the party claims that the control holds, else `adverse`. A plan that would fail counts: plans cannot support, but
//!    they can speak against.
//! 4. A required requirement has no evidence from a required check; or a required check's outcome is unknown; or evidence
//!    is stale, of plans only, or of a class that cannot show what is asked; or accounts in scope are unseen, or the scope
//!    is not declared; or everything required found nothing to judge; or all failures are under accepted exceptions:
//!    `incomplete`.
//! 5. Otherwise `supported`.
//!
//! Exceptions: accepting one takes the edge off a failure (`adverse` becomes `incomplete`) but never makes it evidence in
//! favour. The outcome stays `fail`, and the cell says so until the failure is gone.
//!
//! What the rule cannot see: an outcome that never reached it. The engine keeps every subject of a check, so a required
//! outcome can turn unknown but not vanish. Contributing outcomes, other scanners' findings among them, are not owed by
//! anybody: leaving one out that fails does improve the answer.

mod evidence;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use isoneph_model::{EvidenceClass, Lang, RequirementKind, Standing, Support};
use serde::Serialize;

pub use evidence::{CellEvidence, Counts, Evidence, Population};

use crate::control::{Cell, Origin, Requirement, RequirementKey};

/// What a party says of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The party states that it does what the guidance asks.
    Holds,
    /// The party excludes the control for this service.
    Excluded {
        /// Its reason. Without words it is no exclusion.
        reason: String,
    },
}

/// What the evidence comes to, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The standing of the cell.
    pub standing: Standing,
    /// Every reason, what speaks against it first, then what is missing, in the order of the requirements. Empty for
    /// `supported`, `excluded` and `no-guidance`.
    pub why: Vec<Why>,
}

/// A reason for a standing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Why {
    /// The control is excluded, but there is something that it is about.
    ExclusionRefuted {
        /// Subjects seen to exist.
        subjects: u64,
        /// Failing outcomes.
        failing: u64,
    },
    /// The control is excluded without a reason.
    ExclusionWithoutReason,
    /// Checks fail, exceptions not counted.
    FailingOutcomes {
        /// The requirement they are about; `None` if about the cell as a whole.
        requirement: Option<RequirementKey>,
        /// How many.
        n: u64,
    },
    /// Nothing fails but what is under an accepted exception.
    ExceptionsOnly {
        /// How many failing outcomes are.
        n: u64,
    },
    /// Nothing was seen about a requirement.
    NoEvidence {
        /// The requirement.
        requirement: RequirementKey,
        /// What it asks for.
        kind: RequirementKind,
    },
    /// Only contributing checks looked at a requirement; they cannot support it alone.
    ContributingOnly {
        /// The requirement.
        requirement: RequirementKey,
        /// How many outcomes there are.
        n: u64,
    },
    /// Required checks could not decide.
    UnknownOutcomes {
        /// The requirement; `None` if about the cell as a whole.
        requirement: Option<RequirementKey>,
        /// How many.
        n: u64,
    },
    /// Evidence is older than the checks allow.
    Stale {
        /// The requirement.
        requirement: RequirementKey,
        /// How many outcomes rest on such evidence.
        n: u64,
    },
    /// A plan says so, nothing else does.
    IntendedOnly {
        /// The requirement.
        requirement: RequirementKey,
    },
    /// The evidence is of classes that cannot show what is asked: a party's word for a setting, say.
    ClassTooWeak {
        /// The requirement.
        requirement: RequirementKey,
        /// What it asks for.
        kind: RequirementKind,
        /// What there is.
        classes: BTreeSet<EvidenceClass>,
    },
    /// Accounts in scope were not seen.
    AccountsUnseen {
        /// The requirement.
        requirement: RequirementKey,
        /// Accounts seen.
        seen: u64,
        /// Accounts in scope.
        expected: u64,
    },
    /// Nobody declared which accounts are in scope, so that nothing shows that all were seen.
    ScopeUndeclared {
        /// The requirement.
        requirement: RequirementKey,
    },
    /// Everything required applies to nothing that exists. An exclusion would say so.
    NothingToJudge,
    /// The edition has guidance here, but what it asks is not known.
    RequirementsUnknown,
}

/// The rule in words, to be printed with the answer.
pub const RULE: Rule = Rule {
    en: "A control is supported for a role and a service only if everything required is shown by evidence that is current, \
         is more than a plan, is of a kind that can show it, and covers every account in scope. One failing check, required \
         or contributing, makes it adverse, or contradicted if the party claims otherwise. What is missing, unknown, stale, \
         unseen, intended only, or failing under an accepted exception makes it incomplete. An exclusion stands while it has \
         a reason and nothing that the control is about is found.",
    ja: "管理策は、求められる事項のすべてが、新しく、計画にとどまらず、その事項を示すことのできる種類の証拠によって、対象範囲の\
         全アカウントについて示されている場合に限り、その役割及びサービスについて「裏付けあり」(supported)となる。必須か補助かを\
         問わず、一つでも不合格のチェックがあれば「不利」(adverse)、当事者が満たしていると表明していれば「矛盾」(contradicted)となる。\
         証拠が欠けている、判定できない、古い、範囲に届かない、計画だけである、又は不合格が承認済みの例外に限られる場合は「不完全」\
         (incomplete)となる。除外は、理由があり、その管理策の対象が見つからない間は有効(excluded)である。",
};

/// A text of the program itself, in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    en: &'static str,
    ja: &'static str,
}

impl Rule {
    /// The text in one language.
    pub fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Ja => self.ja,
        }
    }
}

/// What the evidence about a cell comes to.
pub fn judge(cell: &Cell, evidence: &CellEvidence, claim: Option<&Claim>) -> Judgement {
    if !cell.guidance {
        return Judgement { standing: Standing::NoGuidance, why: Vec::new() };
    }
    let mut why = Vec::new();
    match claim {
        Some(Claim::Excluded { reason }) if !reason.trim().is_empty() => return judge_exclusion(evidence),
        Some(Claim::Excluded { .. }) => why.push(Why::ExclusionWithoutReason),
        Some(Claim::Holds) | None => {}
    }
    let failing = failing(evidence);
    let fails = !failing.is_empty();
    why.extend(failing);
    why.extend(missing(cell, evidence));
    let standing = match (fails, claim) {
        (true, Some(Claim::Holds)) => Standing::Contradicted,
        (true, _) => Standing::Adverse,
        (false, _) if why.is_empty() => Standing::Supported,
        (false, _) => Standing::Incomplete,
    };
    Judgement { standing, why }
}

fn judge_exclusion(evidence: &CellEvidence) -> Judgement {
    let (subjects, failing) = (evidence.subjects, evidence.failing_subjects);
    if subjects == 0 && failing == 0 {
        return Judgement { standing: Standing::Excluded, why: Vec::new() };
    }
    Judgement { standing: Standing::Contradicted, why: vec![Why::ExclusionRefuted { subjects, failing }] }
}

/// What fails and is under no accepted exception.
fn failing(evidence: &CellEvidence) -> Vec<Why> {
    let failing = |(requirement, evidence): (Option<&RequirementKey>, &Evidence)| {
        let n = evidence.failing();
        (n > 0).then(|| Why::FailingOutcomes { requirement: requirement.cloned(), n })
    };
    evidence.parts().filter_map(failing).collect()
}

/// What keeps a cell from being supported though nothing fails.
fn missing(cell: &Cell, evidence: &CellEvidence) -> Vec<Why> {
    let mut why = Vec::new();
    let required: Vec<&Requirement> = cell.requires.iter().filter(|r| r.support == Support::Required).collect();
    if required.is_empty() || matches!(cell.origin, Origin::Unseen { .. }) {
        why.push(Why::RequirementsUnknown);
    }
    let none = Evidence::default();
    let of = |requirement: &Requirement| evidence.requirements.get(&requirement.key).unwrap_or(&none);
    for requirement in &required {
        why.extend(shortfalls(requirement, of(requirement)));
    }
    // An unknown outcome of a required check counts wherever it stands, or hiding a failure would help.
    for (key, part) in evidence.parts() {
        if part.required.unknown > 0 {
            why.push(Why::UnknownOutcomes { requirement: key.cloned(), n: part.required.unknown });
        }
    }
    let nothing_applies = |r: &&Requirement| of(r).required.is_only_not_applicable();
    if !required.is_empty() && required.iter().all(nothing_applies) {
        why.push(Why::NothingToJudge);
    }
    let exceptions = evidence.excepted();
    if exceptions > 0 {
        why.push(Why::ExceptionsOnly { n: exceptions });
    }
    why
}

/// What the evidence about one required requirement lacks.
fn shortfalls(requirement: &Requirement, evidence: &Evidence) -> Vec<Why> {
    let (key, kind) = (&requirement.key, requirement.kind);
    if evidence.required.total() == 0 {
        return vec![match evidence.contributing.total() {
            0 => Why::NoEvidence { requirement: key.clone(), kind },
            n => Why::ContributingOnly { requirement: key.clone(), n },
        }];
    }
    let mut why = Vec::new();
    if evidence.stale > 0 {
        why.push(Why::Stale { requirement: key.clone(), n: evidence.stale });
    }
    why.extend(class_shortfall(requirement, evidence));
    match evidence.population {
        Some(Population { expected: None, .. }) => why.push(Why::ScopeUndeclared { requirement: key.clone() }),
        Some(Population { seen, expected: Some(expected) }) if seen < expected => {
            why.push(Why::AccountsUnseen { requirement: key.clone(), seen, expected });
        }
        Some(_) => {}
        None if is_about_accounts(kind) => why.push(Why::ScopeUndeclared { requirement: key.clone() }),
        None => {}
    }
    why
}

fn class_shortfall(requirement: &Requirement, evidence: &Evidence) -> Option<Why> {
    let key = requirement.key.clone();
    let decided = evidence.required.pass + evidence.required.not_applicable;
    if decided == 0 {
        return None;
    }
    let classes = &evidence.classes;
    if !classes.is_empty() && classes.iter().all(|c| *c == EvidenceClass::Intended) {
        return Some(Why::IntendedOnly { requirement: key });
    }
    let shown = classes.iter().any(|class| can_show(*class, requirement.kind));
    (evidence.required.pass > 0 && !shown).then(|| Why::ClassTooWeak {
        requirement: key,
        kind: requirement.kind,
        classes: classes.clone(),
    })
}

/// Whether evidence of a class can show what a requirement of a kind asks for. A plan shows nothing; a party's own word
/// shows what it says, not what it set up or did; assurance comes from a third party only.
pub fn can_show(class: EvidenceClass, kind: RequirementKind) -> bool {
    use EvidenceClass::{Assured, Configured, Intended, Operated};
    match kind {
        RequirementKind::Configuration => matches!(class, Configured | Operated | Assured),
        RequirementKind::Operation => matches!(class, Operated | Assured),
        RequirementKind::Statement | RequirementKind::Disclosure => class != Intended,
        RequirementKind::Assurance => class == Assured,
    }
}

/// Whether evidence of a kind is gathered account by account.
fn is_about_accounts(kind: RequirementKind) -> bool {
    matches!(kind, RequirementKind::Configuration | RequirementKind::Operation)
}
