//! Whether a guest's settings are what the catalogue expects.

use super::{Check, Expectation, Profile, WhenAbsent, checks};
use crate::settings::{Facts, Origin, Reason, Setting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What comes of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All rows fit.
    Pass,
    /// A row does not.
    Fail,
    /// It cannot be told.
    Unknown,
    /// There is nothing to judge.
    NotApplicable,
}

/// The outcome of one check, with the rows that decided it.
#[derive(Clone, Debug)]
pub struct Judgement<'f> {
    /// The check.
    pub check: Check,
    /// What came of it.
    pub outcome: Outcome,
    /// The rows that decided: of a failure those that failed, of an unknown those that are unknown, else all.
    pub rows: Vec<&'f Setting>,
    /// Why it is unknown.
    pub reason: Option<Reason>,
}

/// What an image is declared for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Ports it may listen on, such as `22/tcp`.
    #[serde(default)]
    pub listens: BTreeSet<String>,
    /// Services it may run, beyond those of the distribution, such as `nginx.service`.
    #[serde(default)]
    pub services: BTreeSet<String>,
}

/// Judges a guest by the checks of a profile.
#[must_use]
pub fn judge<'f>(facts: &'f Facts, profile: Profile, purpose: Option<&Purpose>) -> Vec<Judgement<'f>> {
    let asked = checks().into_iter().filter(|check| check.profiles.contains(&profile));
    asked.map(|check| judge_check(facts, check, purpose)).collect()
}

fn judge_check<'f>(facts: &'f Facts, check: Check, purpose: Option<&Purpose>) -> Judgement<'f> {
    let (rows, missing) = rows_of(facts, &check, purpose);
    let has = |wanted: Outcome| rows.iter().any(|(outcome, _)| *outcome == wanted);
    let outcome = if has(Outcome::Fail) {
        Outcome::Fail
    } else if has(Outcome::Unknown) || missing.is_some() {
        Outcome::Unknown
    } else if has(Outcome::Pass) {
        Outcome::Pass
    } else {
        Outcome::NotApplicable
    };
    let deciding: Vec<&Setting> = rows.iter().filter(|(own, _)| *own == outcome).map(|(_, setting)| *setting).collect();
    let own = deciding.iter().find_map(|setting| setting.reason.clone());
    let undeclared = || Reason {
        code: "no-purpose".to_owned(),
        message: "it is not declared what the image may listen on".to_owned(),
    };
    let reason = (outcome == Outcome::Unknown).then(|| own.or(missing).unwrap_or_else(undeclared));
    Judgement { check, outcome, rows: deciding, reason }
}

/// The rows that a check reads, each with its verdict, and what it should have read and did not find.
fn rows_of<'f>(
    facts: &'f Facts,
    check: &Check,
    purpose: Option<&Purpose>,
) -> (Vec<(Outcome, &'f Setting)>, Option<Reason>) {
    let mut rows: Vec<(Outcome, &'f Setting)> = Vec::new();
    let mut missing = None;
    for expectation in &check.expect {
        let before = rows.len();
        rows.extend(
            facts.rows_of(&expectation.setting).map(|setting| (verdict(check, expectation, setting, purpose), setting)),
        );
        if rows.len() == before {
            missing = Some(Reason {
                code: "no-row".to_owned(),
                message: format!("{} was not examined", expectation.setting),
            });
        }
    }
    (rows, missing)
}

fn verdict(check: &Check, expectation: &Expectation, setting: &Setting, purpose: Option<&Purpose>) -> Outcome {
    match (setting.origin, &setting.value) {
        (Origin::Absent, _) if check.absent == WhenAbsent::Fail => Outcome::Fail,
        (Origin::Absent, _) => Outcome::NotApplicable,
        (Origin::Unknown, _) | (_, None) => Outcome::Unknown,
        (_, Some(value)) => match fits(expectation, value, setting.number, purpose) {
            Some(true) => Outcome::Pass,
            Some(false) => Outcome::Fail,
            None => Outcome::Unknown,
        },
    }
}

/// Whether a value is what is expected; `None` when that depends on a purpose nobody declared.
fn fits(expectation: &Expectation, value: &str, number: Option<i64>, purpose: Option<&Purpose>) -> Option<bool> {
    if expectation.values.iter().any(|one| one == value) {
        return Some(true);
    }
    if expectation.declared {
        return purpose.map(|purpose| purpose.listens.contains(value));
    }
    let words: BTreeSet<&str> = value.split_whitespace().collect();
    let mut asked = false;
    let mut holds = true;
    if !expectation.none_of.is_empty() {
        asked = true;
        holds &= !words.is_empty() && !expectation.none_of.iter().any(|one| words.contains(one.as_str()));
    }
    if !expectation.all_of.is_empty() {
        asked = true;
        holds &= expectation.all_of.iter().all(|one| words.contains(one.as_str()));
    }
    if let Some(mode) = expectation.within_mode.as_deref().map(|mode| i64::from_str_radix(mode, 8)) {
        asked = true;
        holds &= matches!((mode, number), (Ok(mode), Some(number)) if number & !mode == 0);
    }
    if expectation.min.is_some() || expectation.max.is_some() {
        asked = true;
        let above = |least: i64| number.is_some_and(|number| number >= least);
        let below = |most: i64| number.is_some_and(|number| number <= most);
        holds &= expectation.min.is_none_or(above) && expectation.max.is_none_or(below);
    }
    Some(asked && holds)
}
