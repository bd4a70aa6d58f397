//! Which rules of a PAM stack hold: those that every way through it reaches.

use crate::guest::pam::{Item, Rule};
use crate::guest::pam_run::{Answer, Run};

fn is_unix(rule: &Rule) -> bool {
    matches!(rule.module.as_str(), "pam_unix" | "pam_unix2")
}

/// Modules whose answer depends on what a run cannot know: both are tried.
const OPEN: [&str; 6] = ["pam_succeed_if", "pam_listfile", "pam_exec", "pam_script", "pam_access", "pam_time"];

fn both_ways<'p>(items: &'p [Item], answer: &dyn Fn(&Rule) -> Answer) -> [Run<'p>; 2] {
    [Answer::Success, Answer::Failure]
        .map(|open| Run::through(items, &|rule| if OPEN.contains(&rule.module.as_str()) { open } else { answer(rule) }))
}

fn good(rule: &Rule) -> Answer {
    if rule.module == "pam_deny" { Answer::Failure } else { Answer::Success }
}

/// Modules that know a wrong password.
const PASSWORDS: [&str; 9] = [
    "pam_unix",
    "pam_unix2",
    "pam_sss",
    "pam_ldap",
    "pam_krb5",
    "pam_winbind",
    "pam_deny",
    "pam_systemd_home",
    "pam_u2f",
];

/// Another proof than a password that is enough alone, such as a finger: somebody who guesses has none.
fn is_other_proof(rule: &Rule) -> bool {
    (rule.control == "sufficient" || rule.control.contains("success=done"))
        && !PASSWORDS.contains(&rule.module.as_str())
        && !is_faillock(rule)
}

fn wrong(rule: &Rule) -> Answer {
    if PASSWORDS.contains(&rule.module.as_str()) || is_other_proof(rule) { Answer::Failure } else { Answer::Success }
}

fn right(rule: &Rule) -> Answer {
    if is_other_proof(rule) { Answer::Failure } else { good(rule) }
}

/// Whether a rule is asked before any new password is stored.
pub(super) fn asked_before_change(items: &[Item], rule: &Rule) -> bool {
    both_ways(items, &good).iter().all(|run| {
        let asked = run.position(|other| other.place == rule.place);
        let changed = run.position(is_unix);
        match (asked, changed) {
            (Some(asked), Some(changed)) => asked < changed,
            (asked, None) => asked.is_some() || run.fails(),
            (None, Some(_)) => false,
        }
    })
}

/// Whether every way ends badly for whom these rules turn away, however well all others answer.
pub(super) fn cannot_do_without(items: &[Item], rules: &dyn Fn(&Rule) -> bool) -> bool {
    let ways = both_ways(items, &|rule| if rules(rule) { Answer::Failure } else { good(rule) });
    let reached = |run: &Run<'_>| run.position(rules).is_some();
    ways.iter().all(Run::fails) && ways.iter().any(reached)
}

/// The rule of pam_faillock that refuses a locked account before a password is taken, or after it was right.
pub(super) fn refusing(items: &[Item]) -> Option<Rule> {
    let first = |rule: &Rule| is_faillock(rule) && rule.has("preauth") && rule.is_binding();
    let after = |rule: &Rule| is_faillock(rule) && rule.has("authsucc") && rule.is_binding();
    let mut found = None;
    for run in both_ways(items, &right) {
        let unix = run.position(is_unix);
        if unix.is_none() && run.fails() {
            continue;
        }
        let before = run.position(first).filter(|at| unix.is_none_or(|unix| *at < unix));
        found = Some(run.reached[before.or_else(|| run.position(after))?].clone());
    }
    found
}

/// The rule of pam_faillock that counts a wrong password.
pub(super) fn counting(items: &[Item]) -> Option<Rule> {
    let counts = |rule: &Rule| is_faillock(rule) && rule.has("authfail");
    let mut found = None;
    for run in both_ways(items, &wrong) {
        if run.position(is_unix).is_none() && run.position(counts).is_none() && run.fails() {
            continue;
        }
        found = Some(run.reached[run.position(counts)?].clone());
    }
    found
}

/// The rule of pam_tally2 that counts and refuses, whether the password is right or wrong.
pub(super) fn tallying(items: &[Item]) -> Option<Rule> {
    let counts = |rule: &Rule| {
        matches!(rule.module.as_str(), "pam_tally2" | "pam_tally") && rule.value("deny").is_some() && rule.is_binding()
    };
    let mut found = None;
    for run in both_ways(items, &right).into_iter().chain(both_ways(items, &wrong)) {
        if run.position(is_unix).is_none() && run.position(counts).is_none() && run.fails() {
            continue;
        }
        found = Some(run.reached[run.position(counts)?].clone());
    }
    found
}

fn is_faillock(rule: &Rule) -> bool {
    rule.module == "pam_faillock"
}
