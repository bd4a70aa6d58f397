//! One outcome as a row, and how many rows of a check are shown.

use std::collections::BTreeMap;
use std::io;

use askama::Template;
use isoneph_assessment::{CheckOutcome, Head};
use isoneph_model::Outcome;

use super::view::{LISTED_FIRST, symbol_of_outcome};
use crate::plain::plain;
use crate::words::Words;

/// Failing rows shown of a check.
pub(super) const MOST_FAILING: u64 = 5_000;
/// Rows of any other outcome shown of a check.
pub(super) const MOST_OTHER: u64 = 200;
/// Places shown of one row.
const MOST_PLACES: usize = 8;

/// How many rows of an outcome are shown of each check.
pub(super) fn most(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Fail => MOST_FAILING,
        Outcome::Unknown | Outcome::Pass | Outcome::NotApplicable => MOST_OTHER,
    }
}

/// The rows of the check whose outcomes stream by, failing ones before others.
#[derive(Default)]
pub(super) struct Pending {
    check: Option<usize>,
    rows: BTreeMap<Outcome, (u64, String)>,
}

impl Pending {
    pub(super) fn is_of_another(&self, check: usize) -> bool {
        self.check.is_some_and(|ours| ours != check)
    }

    pub(super) fn take(&mut self) -> Option<(usize, String)> {
        let check = self.check.take()?;
        let mut rows = std::mem::take(&mut self.rows);
        let text = LISTED_FIRST.iter().filter_map(|outcome| rows.remove(outcome)).map(|(_, text)| text).collect();
        Some((check, text))
    }

    pub(super) fn add(&mut self, words: &Words, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        self.check = Some(outcome.check);
        let (n, text) = self.rows.entry(outcome.outcome).or_default();
        *n += 1;
        if *n <= most(outcome.outcome) {
            Row::new(words, head, outcome).render_into(text).map_err(io::Error::other)?;
        }
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "html/row.html")]
struct Row<'a> {
    words: &'a Words,
    outcome: Outcome,
    service: &'a str,
    subject: String,
    about: String,
    message: String,
    exception: Option<String>,
    places: Vec<Seen>,
    more_places: usize,
    observed: Option<String>,
}

struct Seen {
    place: String,
    table: String,
    class: String,
}

impl<'a> Row<'a> {
    fn new(words: &'a Words, head: &Head, outcome: &'a CheckOutcome) -> Row<'a> {
        let subject = outcome.subject.as_ref();
        let about = subject.map(|s| {
            let parts = [&s.name, &s.native_type, &s.provider, &s.account, &s.region];
            let known = parts.iter().filter(|part| !part.is_empty() && **part != &s.address);
            known.map(|part| plain(part)).collect::<Vec<_>>().join(" · ")
        });
        let exception = outcome.exception.and_then(|index| head.config.exceptions.get(index)).map(|exception| {
            let until = exception.until.to_string();
            let accepted = words.say_with("exception-short", &[("until", until.as_str().into())]);
            format!(
                "{accepted}: {} ({} → {})",
                plain(&exception.reason),
                plain(&exception.owner),
                plain(&exception.approver)
            )
        });
        Row {
            words,
            outcome: outcome.outcome,
            service: &outcome.service,
            subject: subject.map_or_else(|| words.say("nothing-seen"), |s| plain(&s.address).into_owned()),
            about: about.unwrap_or_default(),
            message: message(words, head, outcome),
            exception,
            places: outcome.evidence.iter().take(MOST_PLACES).map(|e| seen(words, head, e)).collect(),
            more_places: outcome.evidence.len().saturating_sub(MOST_PLACES),
            observed: outcome.observed_at.and_then(crate::json::time),
        }
    }

    fn symbol(&self) -> &'static str {
        symbol_of_outcome(self.outcome)
    }
}

fn message(words: &Words, head: &Head, outcome: &CheckOutcome) -> String {
    let text = match (outcome.outcome, &outcome.reason) {
        (Outcome::Fail, _) => head.checks.get(outcome.check).map(|c| c.message.fill(words.lang(), &outcome.values)),
        (_, Some(reason)) => Some(words.reason(reason)),
        (_, None) => None,
    };
    plain(&text.unwrap_or_default()).into_owned()
}

fn seen(words: &Words, head: &Head, evidence: &isoneph_assessment::Evidence) -> Seen {
    Seen {
        place: crate::place::told(head, &evidence.place),
        table: plain(&evidence.table).into_owned(),
        class: words.class(evidence.class),
    }
}
