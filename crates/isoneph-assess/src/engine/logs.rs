//! What the audit logs look like, out of the tables `critical_operation`, `log_day` and `log_gap`.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use isoneph_assessment::{DayState, Done, LogDay, LogMark, LogPicture, LogSession};
use isoneph_tables::schema::{CriticalOperation, LogDay as DayRow, LogGap};
use isoneph_tables::{Inventory, Row as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The most sessions that are told one by one. Those without approval come first, then those that came first.
const MAX_SESSIONS: usize = 200;
/// A silence as long as this, in seconds, must have been noticed for a day to count as watched.
const NOTICED: i64 = 3_600;

/// The picture of the snapshots that are judged.
pub(super) fn picture(inventory: &Inventory, chosen: &BTreeSet<i64>) -> LogPicture {
    let operations = Table(inventory.table_of(CriticalOperation::table(), chosen));
    let (marks, sessions) = operations_of(&operations);
    let more_sessions = sessions.len().saturating_sub(MAX_SESSIONS) as u64;
    let gaps = Gaps::new(&Table(inventory.table_of(LogGap::table(), chosen)));
    let weakened = Weakened::new(&operations);
    let days = days_of(&Table(inventory.table_of(DayRow::table(), chosen)), &gaps, &weakened);
    LogPicture { marks, sessions: most_telling(sessions), more_sessions, days }
}

/// A table whose columns are asked for by name. What is NULL is `None`.
struct Table(RecordBatch);

impl Table {
    fn column(&self, name: &str) -> Option<&dyn Array> {
        self.0.column_by_name(name).map(AsRef::as_ref)
    }

    fn text(&self, name: &str, row: usize) -> Option<&str> {
        let column = self.column(name)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row))
    }

    fn texts(&self, name: &str, row: usize) -> Vec<String> {
        let list = self.column(name).and_then(|column| column.as_list_opt::<i32>()).filter(|list| list.is_valid(row));
        let values = list.map(|list| list.value(row));
        let texts = values.as_ref().and_then(|values| values.as_string_opt::<i32>());
        texts.map(|texts| texts.iter().flatten().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn flag(&self, name: &str, row: usize) -> Option<bool> {
        let column = self.column(name)?.as_boolean_opt()?;
        column.is_valid(row).then(|| column.value(row))
    }

    fn number(&self, name: &str, row: usize) -> Option<i64> {
        let column = self.column(name)?.as_primitive_opt::<Int64Type>()?;
        column.is_valid(row).then(|| column.value(row))
    }

    fn time(&self, name: &str, row: usize) -> Option<i64> {
        let column = self.column(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        column.is_valid(row).then(|| column.value(row))
    }
}

/// A session: when it began, what is told of it, and how often each operation was carried out.
type Story = (Option<i64>, LogSession, BTreeMap<String, u64>);

fn operations_of(table: &Table) -> (Vec<LogMark>, Vec<LogSession>) {
    let mut marks: BTreeMap<(String, String), Done> = BTreeMap::new();
    let mut sessions: BTreeMap<String, Story> = BTreeMap::new();
    for row in (0..table.0.num_rows()).filter(|row| table.flag("carried_out", *row) == Some(true)) {
        let text = |name: &str| table.text(name, row).unwrap_or_default().to_owned();
        let time = table.time("time", row);
        let (not_approved, open) = match table.text("approval", row) {
            Some("change" | "pipeline") => (0, 0),
            Some(_) => (1, 0),
            None => (0, 1),
        };
        let unattended = table.flag("unattended", row) == Some(true);
        let without_mfa = u64::from(!unattended && table.flag("mfa", row) == Some(false));
        let own_approver = u64::from(table.flag("own_approver", row) == Some(true));
        let break_glass = u64::from(table.flag("break_glass", row) == Some(true));
        let done = Done { operations: 1, not_approved, open, own_approver, without_mfa, break_glass };
        let day = time.map(|time| written(time, "%Y-%m-%d")).unwrap_or_default();
        *marks.entry((text("class"), day)).or_default() += done;
        let (first, session, names) = sessions.entry(text("story")).or_default();
        *first = (*first).into_iter().chain(time).min();
        session.account = text("account");
        (session.actor, session.role) = match (text("session"), text("actor")) {
            (name, actor) if name.is_empty() || name == actor => (actor, String::new()),
            (name, actor) => (name, actor),
        };
        *names.entry(text("name")).or_default() += 1;
        session.done += done;
    }
    let marks = marks.into_iter().map(|((class, day), done)| LogMark { class, day, done }).collect();
    let mut sessions: Vec<_> = sessions.into_values().collect();
    sessions.sort_by(|a, b| (a.0, &a.1.account, &a.1.actor).cmp(&(b.0, &b.1.account, &b.1.actor)));
    let told = sessions.into_iter().map(|(first, session, names)| LogSession {
        from: first.map(|first| written(first, "%Y-%m-%d %H:%M")).unwrap_or_default(),
        operations: names.into_iter().collect(),
        ..session
    });
    (marks, told.collect())
}

fn written(time: i64, form: &str) -> String {
    let at = Timestamp::from_microsecond(time).map(|at| at.to_zoned(TimeZone::UTC));
    at.map(|at| at.strftime(form).to_string()).unwrap_or_default()
}

/// Of many sessions those that say most, in the order of time.
fn most_telling(sessions: Vec<LogSession>) -> Vec<LogSession> {
    let mut ranked: Vec<(usize, LogSession)> = sessions.into_iter().enumerate().collect();
    ranked.sort_by_key(|(place, session)| {
        (session.done.not_approved + session.done.own_approver == 0, session.done.open == 0, *place)
    });
    ranked.truncate(MAX_SESSIONS);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, session)| session).collect()
}

/// Holes by stream and day: whether something is surely missing.
struct Gaps(BTreeMap<[String; 4], bool>);

impl Gaps {
    fn new(table: &Table) -> Gaps {
        let mut gaps: BTreeMap<[String; 4], bool> = BTreeMap::new();
        for row in 0..table.0.num_rows() {
            for day in table.texts("days", row) {
                *gaps.entry(key(table, row, day)).or_default() |= table.flag("certain", row) == Some(true);
            }
        }
        Gaps(gaps)
    }
}

/// When the record of an account was stopped or weakened: by cloud and account, from one day until the day on which it
/// went on. What was never set going again counts on its first day: what follows is not shown by it alone.
struct Weakened(Vec<([String; 2], String, String)>);

impl Weakened {
    fn new(operations: &Table) -> Weakened {
        let did = |row: &usize| {
            let is = |name: &str| operations.flag(name, *row) == Some(true);
            is("weakens_logging") && is("carried_out")
        };
        let day = |time: i64| written(time, "%Y-%m-%d");
        let one = |row: usize| {
            let text = |name: &str| operations.text(name, row).unwrap_or_default().to_owned();
            let from = operations.time("time", row)?;
            let until = operations.time("logging_resumed_at", row).unwrap_or(from);
            Some(([text("provider"), text("account")], day(from), day(until)))
        };
        Weakened((0..operations.0.num_rows()).filter(did).filter_map(one).collect())
    }

    fn on(&self, provider: &str, account: &str, day: &str) -> bool {
        let is = |(own, from, until): &([String; 2], String, String)| {
            *own == [provider, account] && (from.as_str()..=until.as_str()).contains(&day)
        };
        self.0.iter().any(is)
    }
}

fn key(table: &Table, row: usize, day: String) -> [String; 4] {
    let text = |name: &str| table.text(name, row).unwrap_or_default().to_owned();
    [text("provider"), text("account"), text("region"), day]
}

fn days_of(table: &Table, gaps: &Gaps, weakened: &Weakened) -> Vec<LogDay> {
    let day = |row: usize| {
        let key = key(table, row, table.text("day", row).unwrap_or_default().to_owned());
        let noticed = table.number("noticeable_seconds", row).is_some_and(|seconds| seconds <= NOTICED);
        let state = match gaps.0.get(&key) {
            Some(true) => DayState::Missing,
            Some(false) => DayState::Doubtful,
            None if weakened.on(&key[0], &key[1], &key[3]) => DayState::Weakened,
            None if table.flag("proven", row) == Some(true) => DayState::Proven,
            None if noticed => DayState::Watched,
            None => DayState::Thin,
        };
        let events = table.number("events", row).and_then(|events| u64::try_from(events).ok()).unwrap_or_default();
        let [provider, account, region, day] = key;
        LogDay { provider, account, region, day, state, events }
    };
    let mut days: Vec<LogDay> = (0..table.0.num_rows()).map(day).collect();
    days.sort_by(|a, b| {
        (&a.provider, &a.account, &a.region, &a.day).cmp(&(&b.provider, &b.account, &b.region, &b.day))
    });
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_weakened_from_the_day_it_was_stopped_until_it_went_on() {
        let own = ["aws".to_owned(), "1".to_owned()];
        let weakened = Weakened(vec![(own, "2026-11-02".to_owned(), "2026-11-04".to_owned())]);
        let cases = [
            ("aws", "1", "2026-11-01", false),
            ("aws", "1", "2026-11-02", true),
            ("aws", "1", "2026-11-03", true),
            ("aws", "1", "2026-11-04", true),
            ("aws", "1", "2026-11-05", false),
            ("aws", "2", "2026-11-03", false),
            ("google", "1", "2026-11-03", false),
        ];
        for (provider, account, day, expected) in cases {
            assert_eq!(weakened.on(provider, account, day), expected, "{provider} {account} {day}");
        }
    }
}
