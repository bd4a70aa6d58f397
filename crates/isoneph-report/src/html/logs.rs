//! The audit logs: critical operations day by day, the sessions behind them, and how whole the record is.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use isoneph_assessment::{DayState, Done, LogPicture, LogSession};

use super::view::View;
use crate::plain::plain;
use crate::words::Words;

/// The most days that a table has beside each other: the last ones.
const MAX_DAYS: usize = 62;
/// The most accounts and regions.
const MAX_STREAMS: usize = 400;
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

/// A table with a column for each day.
struct Days {
    days: Vec<String>,
    earlier: Option<String>,
    rows: Vec<DaysRow>,
    more: Option<String>,
}

struct DaysRow {
    head: String,
    cells: Vec<Option<DayCell>>,
}

/// What a day is coloured, marked and titled as.
struct DayCell {
    state: &'static str,
    text: String,
    title: String,
}

struct Session {
    from: String,
    account: String,
    actor: String,
    operations: String,
    approval: String,
    own_approver: u64,
    without_mfa: u64,
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

fn more(words: &Words, n: usize) -> Option<String> {
    (n > 0).then(|| words.say_with("and-more", &[("n", n.into())]))
}

/// A table of rows by name, of which each has cells by day.
fn table(words: &Words, rows: BTreeMap<Vec<String>, BTreeMap<String, DayCell>>) -> Days {
    let all: BTreeSet<&String> = rows.values().flat_map(BTreeMap::keys).collect();
    let earlier = all.len().saturating_sub(MAX_DAYS);
    let days: Vec<String> = all.into_iter().skip(earlier).cloned().collect();
    let hidden = rows.len().saturating_sub(MAX_STREAMS);
    let row = |(names, mut cells): (Vec<String>, BTreeMap<String, DayCell>)| DaysRow {
        head: names.iter().filter(|name| !name.is_empty()).map(|name| plain(name)).collect::<Vec<_>>().join(" "),
        cells: days.iter().map(|day| cells.remove(day)).collect(),
    };
    let rows = rows.into_iter().take(MAX_STREAMS).map(row).collect();
    Days { earlier: more(words, earlier), rows, more: more(words, hidden), days }
}

fn timeline(logs: &LogPicture, words: &Words) -> Days {
    let mut rows: BTreeMap<Vec<String>, BTreeMap<String, DayCell>> = BTreeMap::new();
    for mark in &logs.marks {
        let (state, symbol) = match mark.done {
            Done { not_approved: 1.., .. } | Done { own_approver: 1.., .. } => ("missing", "✖"),
            Done { open: 1.., .. } => ("thin", "◐"),
            _ => ("watched", ""),
        };
        let text = format!("{}{symbol}", mark.done.operations);
        let title = approval(&mark.done, words);
        let name = words.say(&format!("opclass-{}", mark.class));
        rows.entry(vec![name]).or_default().insert(mark.day.clone(), DayCell { state, text, title });
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

fn told(session: &LogSession, words: &Words) -> Session {
    let or_unknown = |text: &str| if text.is_empty() { words.say("unknown-value") } else { plain(text).into_owned() };
    let names = session.operations.iter().take(MAX_NAMES);
    let mut names: Vec<String> = names.map(|(name, count)| format!("{} {count}", plain(name))).collect();
    names.extend(more(words, session.operations.len().saturating_sub(MAX_NAMES)));
    Session {
        from: or_unknown(&session.from),
        account: or_unknown(&session.account),
        actor: or_unknown(&session.actor),
        operations: names.join(&words.say("list-separator")),
        approval: approval(&session.done, words),
        own_approver: session.done.own_approver,
        without_mfa: session.done.without_mfa,
    }
}

fn record(logs: &LogPicture, words: &Words) -> Days {
    let mut rows: BTreeMap<Vec<String>, BTreeMap<String, DayCell>> = BTreeMap::new();
    for day in &logs.days {
        let events = words.say_with("log-events", &[("n", day.events.into())]);
        let title = format!("{}{}{events}", words.say(&format!("logday-{}", day.state)), words.say("list-separator"));
        let cell = DayCell { state: day.state.as_str(), text: symbol(day.state).to_owned(), title };
        let stream = vec![cloud(&day.provider), day.account.clone(), day.region.clone()];
        rows.entry(stream).or_default().insert(day.day.clone(), cell);
    }
    table(words, rows)
}
