//! What the formats have in common: an outcome in one sentence, and its place as one string.

use std::fmt::Write as _;

use isoneph_assessment::{CheckInfo, CheckOutcome, Evidence, Exception, Head};
use isoneph_model::{Lang, Outcome, Reason};

/// The check of an outcome.
pub(crate) fn check<'h>(head: &'h Head, outcome: &CheckOutcome) -> std::io::Result<&'h CheckInfo> {
    let missing = || std::io::Error::other(format!("no check has the number {}", outcome.check));
    head.checks.get(outcome.check).ok_or_else(missing)
}

/// The exception that covers an outcome.
pub(crate) fn exception<'h>(head: &'h Head, outcome: &CheckOutcome) -> Option<&'h Exception> {
    outcome.exception.and_then(|index| head.config.exceptions.get(index))
}

/// The address of the subject; `""` without one.
pub(crate) fn address(outcome: &CheckOutcome) -> &str {
    outcome.subject.as_ref().map(|subject| subject.address.as_str()).unwrap_or_default()
}

/// An outcome in one sentence. A check's message is worded for what fails, so that a pass names the title instead.
pub(crate) fn message(lang: Lang, check: &CheckInfo, outcome: &CheckOutcome) -> String {
    let title = check.title.get(lang);
    match (outcome.outcome, lang) {
        (Outcome::Fail, _) => check.message.fill(lang, &outcome.values),
        (Outcome::Pass, Lang::En) => format!("Not found: {title}"),
        (Outcome::Pass, Lang::Ja) => format!("該当なし: {title}"),
        (Outcome::Unknown, Lang::En) => format!("Undecided ({}): {title}", reason(outcome.reason.as_ref())),
        (Outcome::Unknown, Lang::Ja) => format!("判定不能 ({}): {title}", reason(outcome.reason.as_ref())),
        (Outcome::NotApplicable, Lang::En) => format!("Not applicable ({}): {title}", reason(outcome.reason.as_ref())),
        (Outcome::NotApplicable, Lang::Ja) => format!("対象外 ({}): {title}", reason(outcome.reason.as_ref())),
    }
}

/// `after-apply bucket.public`.
pub(crate) fn reason(reason: Option<&Reason>) -> String {
    let Some(reason) = reason else { return "no reason given".to_owned() };
    let mut text = reason.code.to_string();
    if let Some(table) = &reason.table {
        let _ = write!(text, " {table}");
        if let Some(column) = &reason.column {
            let _ = write!(text, ".{column}");
        }
    }
    text
}

/// The path of the input that a row comes from.
pub(crate) fn path<'h>(head: &'h Head, evidence: &Evidence) -> &'h str {
    head.inputs.get(evidence.place.input.0 as usize).map(|input| input.path.as_str()).unwrap_or_default()
}

/// `path:locator`.
pub(crate) fn place(head: &Head, evidence: &Evidence) -> String {
    format!("{}:{}", path(head, evidence), evidence.place.locator)
}
