//! The audit logs: critical operations day by day, the sessions behind them, and how whole the record is.

mod days;

use std::collections::BTreeMap;

use askama::Template;
use isoneph_assessment::{DayState, Done, LogPicture, LogSession};

use days::{DayCell, Days, OfDay, Rows, more, table};

use super::view::View;
use crate::plain::plain;
use crate::words::Words;

/// Operations that are named of one session.
const MAX_NAMES: usize = 6;

/// The section of the audit logs.
#[derive(Template)]
#[template(path = "html/logs.html")]
pub(super) struct Logs<'a> {
    words: &'a Words,
    timeline: Days,
    sessions: Vec<Session>,
    more_sessions: Option<String>,
    record: Days,
    states: Vec<(DayState, &'static str, String)>,
}

struct Session {
    from: String,
    account: String,
    actor: String,
    role: String,
    operations: String,
    approval: String,
    notes: Vec<String>,
    break_glass: bool,
}

impl<'a> Logs<'a> {
    /// The section; `None` where there are no audit logs.
    pub(super) fn of(view: &View<'a>) -> Option<Logs<'a>> {
        let (logs, words) = (&view.tail.logs, view.words);
        if logs.is_empty() {
            return None;
        }
        let states = DayState::ALL.iter().map(|s| (*s, symbol(*s), words.say(&format!("logday-{s}"))));
        Some(Logs {
            words,
            timeline: timeline(logs, words),
            sessions: logs.sessions.iter().map(|session| told(session, words)).collect(),
            more_sessions: more(words, usize::try_from(logs.more_sessions).unwrap_or(usize::MAX)),
            record: record(logs, words),
            states: states.collect(),
        })
    }
}

/// A mark beside the colour, for those who do not see it.
fn symbol(state: DayState) -> &'static str {
    match state {
        DayState::Missing => "✖",
        DayState::Doubtful => "◐",
        DayState::Weakened => "▽",
        DayState::Thin => "·",
        DayState::Watched => "○",
        DayState::Proven => "●",
    }
}

/// A day of a stream, or several: how often it stands at its worst.
struct RecordDay {
    state: DayState,
    days: u64,
    events: u64,
}

impl OfDay for Done {
    fn add(&mut self, other: Done) {
        *self += other;
    }

    fn cell(&self, words: &Words) -> DayCell {
        let (state, symbol) = match self {
            Done { not_approved: 1.., .. } | Done { own_approver: 1.., .. } => ("missing", "✖"),
            Done { open: 1.., .. } => ("thin", "◐"),
            _ => ("watched", ""),
        };
        let more = [approval(self, words)].into_iter().chain(notes(self, words));
        let title = more.collect::<Vec<_>>().join(&words.say("list-separator"));
        DayCell { state, text: format!("{}{symbol}", self.operations), title }
    }
}

impl OfDay for RecordDay {
    fn add(&mut self, other: RecordDay) {
        self.events += other.events;
        if other.state == self.state {
            self.days += other.days;
        } else if other.state < self.state {
            (self.state, self.days) = (other.state, other.days);
        }
    }

    fn cell(&self, words: &Words) -> DayCell {
        let state = words.say(&format!("logday-{}", self.state));
        let days = (self.days > 1).then(|| words.say_with("log-on-days", &[("n", self.days.into())]));
        let events = words.say_with("log-events", &[("n", self.events.into())]);
        let title = std::iter::once(state).chain(days).chain([events]).collect::<Vec<_>>();
        let (text, title) = (symbol(self.state).to_owned(), title.join(&words.say("list-separator")));
        DayCell { state: self.state.as_str(), text, title }
    }
}

fn timeline(logs: &LogPicture, words: &Words) -> Days {
    let mut rows: Rows<Done> = BTreeMap::new();
    for mark in &logs.marks {
        let name = words.say(&format!("opclass-{}", mark.class));
        rows.entry(vec![name]).or_default().push((mark.day.clone(), mark.done));
    }
    table(words, rows)
}

/// A cloud as people write it.
fn cloud(provider: &str) -> String {
    let name = match provider {
        "aws" => "AWS",
        "azure" => "Azure",
        "google" => "Google Cloud",
        "kubernetes" => "Kubernetes",
        other => other,
    };
    name.to_owned()
}

fn approval(done: &Done, words: &Words) -> String {
    let values = [("n", done.operations.into()), ("none", done.not_approved.into()), ("open", done.open.into())];
    words.say_with("log-approval", &values)
}

/// What is to be told of operations beside how many of them were approved.
fn notes(done: &Done, words: &Words) -> Vec<String> {
    let notes = [
        ("log-own-approver", done.own_approver),
        ("log-without-mfa", done.without_mfa),
        ("log-break-glass", done.break_glass),
    ];
    notes.into_iter().filter(|(_, n)| *n > 0).map(|(id, n)| words.say_with(id, &[("n", n.into())])).collect()
}

fn told(session: &LogSession, words: &Words) -> Session {
    let or_unknown = |text: &str| if text.is_empty() { words.say("unknown-value") } else { plain(text).into_owned() };
    let names = session.operations.iter().take(MAX_NAMES);
    let mut names: Vec<String> = names.map(|(name, count)| format!("{} {count}", plain(name))).collect();
    names.extend(more(words, session.operations.len().saturating_sub(MAX_NAMES)));
    Session {
        from: or_unknown(&session.from),
        account: or_unknown(&session.account),
        actor: or_unknown(&session.actor),
        role: plain(&session.role).into_owned(),
        operations: names.join(&words.say("list-separator")),
        approval: approval(&session.done, words),
        notes: notes(&session.done, words),
        break_glass: session.done.break_glass > 0,
    }
}

fn record(logs: &LogPicture, words: &Words) -> Days {
    let mut rows: Rows<RecordDay> = BTreeMap::new();
    for day in &logs.days {
        let stream = vec![cloud(&day.provider), day.account.clone(), day.region.clone()];
        let known = RecordDay { state: day.state, days: 1, events: day.events };
        rows.entry(stream).or_default().push((day.day.clone(), known));
    }
    table(words, rows)
}
