//! From an export's bytes to changes.

use std::borrow::Cow;
use std::collections::BTreeSet;

use isoneph_tables::Instant;

use super::bounds::leave_open;
use super::record::{Column, Record};
use super::time::{TimeError, day, instant, span};
use super::{
    Change, ChangeFile, ChangeKind, ChangePlace, ChangesError, NO_END, Naming, ReadOptions, RefusedChange, json,
    naming, state, table, with_zeros,
};
use crate::event::operation_name;
use crate::operations::OperationClass;
use jiff::tz::TimeZone;

/// The most bytes of one export that are read.
const MAX_BYTES: usize = 256 << 20;

type Refusal = (&'static str, String);

/// Reads an export of changes or of pipeline runs; its form is told by its content. `file` is the name that places
/// show.
///
/// # Errors
/// When the file as a whole is not understood. Single rows that are not are in [`ChangeFile::refused`].
pub fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<ChangeFile, ChangesError> {
    if bytes.len() > MAX_BYTES {
        return Err(ChangesError::TooLarge { file: file.to_owned(), bytes: bytes.len(), limit: MAX_BYTES });
    }
    let bytes = &*in_utf8(file, bytes)?;
    let mut more = None;
    let (format, records, unread) = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => {
            let read = json::records(file, bytes)?;
            more = read.more;
            (read.format, read.records, read.unread)
        }
        Some(b'<') => {
            let message = "it is XML or HTML, which is not read: export the changes as CSV or JSON";
            return Err(ChangesError::Unreadable { file: file.to_owned(), message: message.to_owned() });
        }
        _ => {
            let (records, unread) = table::records(file, bytes)?;
            let runs = records.iter().any(|r| !r.text(Column::Run).is_empty() || !r.text(Column::Commit).is_empty());
            (if runs { "pipelines-csv" } else { "changes-csv" }, records, unread)
        }
    };
    let (mut records, unread): (Vec<Record>, BTreeSet<String>) = (records, unread);
    records.iter_mut().for_each(leave_open);
    let mut read = ChangeFile { format, unread_columns: unread.into_iter().collect(), more, ..ChangeFile::default() };
    read.open_columns =
        records.iter().flat_map(|record| record.open.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    for record in records {
        let place = ChangePlace { file: file.to_owned(), locator: record.locator.clone() };
        match change(&record, place.clone(), options) {
            Ok(change) => read.changes.push(change),
            Err((code, message)) => read.refused.push(RefusedChange { place, code, message }),
        }
    }
    let accounts = read.changes.iter().flat_map(|change| &change.accounts);
    let short: BTreeSet<&String> = accounts.filter(|account| with_zeros(account).is_some()).collect();
    read.short_accounts = short.into_iter().cloned().collect();
    Ok(read)
}

/// The bytes in UTF-8. UTF-16 says itself what it is; other encodings do not, and a wrong guess would spoil names.
fn in_utf8<'b>(file: &str, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>, ChangesError> {
    let order: Option<fn([u8; 2]) -> u16> = match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    let text = match order {
        Some(order) => {
            let units = bytes[2..].chunks(2).map(|pair| order([pair[0], pair.get(1).copied().unwrap_or_default()]));
            char::decode_utf16(units).collect::<Result<String, _>>().ok().map(|text| Cow::Owned(text.into_bytes()))
        }
        None => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(bytes).ok().map(|text| Cow::Borrowed(text.as_bytes()))
        }
    };
    let message = "it is not in UTF-8: save or export it as UTF-8 (ServiceNow and Excel use the encoding of a country)";
    text.ok_or_else(|| ChangesError::Unreadable { file: file.to_owned(), message: message.to_owned() })
}

fn change(record: &Record, place: ChangePlace, options: &ReadOptions) -> Result<Change, Refusal> {
    let (run, commit) = (record.text(Column::Run), record.text(Column::Commit));
    let kind = if run.is_empty() && commit.is_empty() { ChangeKind::Change } else { ChangeKind::Pipeline };
    // A run has a number of its own beside the one by which sessions are named.
    let id = [run, record.text(Column::Id), commit].into_iter().find(|id| !id.is_empty());
    let id = id.ok_or_else(|| ("no-id", "the row has no number".to_owned()))?;
    let (begin, end) = window(record, kind);
    let from = if begin == Column::RunFrom { written(record, begin, options) } else { time(record, begin, options)? };
    let (until, until_at_the_latest) = if end == Column::RunUntil {
        end_of_run(record, from, options)
    } else {
        (time(record, end, options)?, end_of_day(record, end, options))
    };
    let closed_at = closed_at(record, options);
    if let (Some(from), Some(until)) = (from, until_at_the_latest.or(until))
        && until <= from
    {
        return Err(("backwards", format!("change {id} ends before it begins")));
    }
    let given = state::Given {
        approval: record.texts(Column::Approval),
        state: record.texts(Column::State),
        outcome: record.texts(Column::Outcome),
        approvers: record.texts(Column::Approvers),
        says_approvers: record.has(Column::Approvers),
        of_service_now: is_service_nows(id, record.texts(Column::State)),
    };
    let approved = match kind {
        // What is marked as done without approval has none, whatever was said of it afterwards.
        ChangeKind::Change if state::is_yes(record.texts(Column::Unauthorized)) => Some(false),
        // It was closed before it began: whatever was approved, it was not carried out.
        ChangeKind::Change if closed_at.zip(from).is_some_and(|(closed, from)| closed <= from) => Some(false),
        ChangeKind::Change => state::approved(&given, options),
        ChangeKind::Pipeline => state::run_approved(&given),
    };
    let (resources, items) = (record.texts(Column::Resources), record.texts(Column::Items));
    let actors = if kind == ChangeKind::Pipeline { Column::Roles } else { Column::Actors };
    Ok(Change {
        kind,
        id: id.to_owned(),
        state: record.text(Column::State).to_owned(),
        approved,
        approved_at: approved_at(record, options),
        written_at: written_at(record, options).filter(|_| kind == ChangeKind::Change),
        closed_at: closed_at.filter(|_| kind == ChangeKind::Change),
        from,
        until,
        until_at_the_latest,
        accounts: accounts(record)?,
        services: None,
        classes: record.texts(Column::Classes).iter().map(|word| class(word)).collect::<Result<_, _>>()?,
        operations: record.texts(Column::Operations).iter().map(|name| operation(name)).collect(),
        perhaps: Vec::new(),
        resources_by_name: resources.is_empty() && !items.is_empty() || resources.iter().any(|text| is_words(text)),
        resources: if resources.is_empty() { items } else { resources }.to_vec(),
        actors: record.texts(actors).to_vec(),
        requester: named(record, Column::Requester, &[Naming::Somebody, Naming::Program]).next().unwrap_or_default(),
        started_by: started_by(record, kind),
        approvers: named(record, Column::Approvers, &[Naming::Somebody]).collect(),
        open: record.open.iter().cloned().chain(closed_sometime(record, kind)).collect(),
        window_open: !record.open.is_empty() && !record.has(begin) && !record.has(end),
        procedure: record.text(Column::Procedure).to_owned(),
        commit: commit.to_owned(),
        session: record.text(Column::Session).to_owned(),
        place,
    })
}

/// Those whom a column names.
fn named(record: &Record, column: Column, wanted: &[Naming]) -> impl Iterator<Item = String> {
    record.texts(column).iter().filter(|text| wanted.contains(&naming(text))).cloned()
}

/// The columns that say from when and until when: what made a run and wrote of it last bounds it where nothing else does.
fn window(record: &Record, kind: ChangeKind) -> (Column, Column) {
    let of_run =
        |column, own| if kind == ChangeKind::Pipeline && record.text(column).is_empty() { own } else { column };
    (of_run(Column::From, Column::RunFrom), of_run(Column::Until, Column::RunUntil))
}

/// When the record of a run was made or last written; a time that cannot be read bounds nothing.
fn written(record: &Record, column: Column, options: &ReadOptions) -> Option<Instant> {
    instant(record.text(column), zone(record, column, options).as_ref()).ok()
}

/// The end of a run of which only is told when its record was last written: of one that has ended, the latest that it can
/// have ended at, that second included. One that went on has no end that is known.
fn end_of_run(record: &Record, from: Option<Instant>, options: &ReadOptions) -> (Option<Instant>, Option<Instant>) {
    const SECOND: i64 = 1_000_000;
    let end = written(record, Column::RunUntil, options).map(|at| Instant(at.0.saturating_add(SECOND)));
    let end = end.filter(|end| from.is_none_or(|from| from < *end));
    let ended = state::has_ended(record.texts(Column::State), record.texts(Column::Outcome));
    (end, end.filter(|_| !ended).map(|_| NO_END))
}

/// Who started a run.
fn started_by(record: &Record, kind: ChangeKind) -> Vec<String> {
    let columns = if kind == ChangeKind::Pipeline { &[Column::Starters, Column::Actors][..] } else { &[] };
    columns.iter().flat_map(|column| named(record, *column, &[Naming::Somebody])).collect()
}

/// Whether a change has a number as ServiceNow gives them (`CHG0030001`), or a state by its number there. Keys of Jira's
/// issues have a dash (`CHG-1`).
fn is_service_nows(id: &str, states: &[String]) -> bool {
    const DIGITS: usize = 5;
    let number = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_number = number.len() >= DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && number.len() < id.len() || states.iter().any(|state| state.parse::<i32>().is_ok())
}

/// When a change was closed, at the latest: a day alone leaves open when on it.
fn closed_at(record: &Record, options: &ReadOptions) -> Option<Instant> {
    let text = record.text(Column::Closed);
    let zone = zone(record, Column::Closed, options);
    instant(text, Some(&TimeZone::UTC)).ok().map(|_| span(text, zone.as_ref()).1)
}

/// A time of closing that cannot be read bounds the change all the same: what it approves is open. A word (`open`, `n/a`) is none.
fn closed_sometime(record: &Record, kind: ChangeKind) -> Option<String> {
    let text = record.text(Column::Closed);
    let is_time = kind == ChangeKind::Change && text.bytes().any(|byte| byte.is_ascii_digit());
    (is_time && instant(text, Some(&TimeZone::UTC)).is_err()).then(|| Column::Closed.as_str().to_owned())
}

/// When the row was written into the register, at the earliest: nobody approved it there before.
fn written_at(record: &Record, options: &ReadOptions) -> Option<Instant> {
    let begin = |column| {
        let text = record.text(column);
        instant(text, Some(&TimeZone::UTC)).ok().map(|_| span(text, zone(record, column, options).as_ref()).0)
    };
    begin(Column::Created).or_else(|| begin(Column::RunFrom))
}

/// Between the earliest and the latest of its approvals.
fn approved_at(record: &Record, options: &ReadOptions) -> Option<(Instant, Instant)> {
    let zone = zone(record, Column::ApprovedAt, options);
    let spans = record.texts(Column::ApprovedAt).iter().map(|text| span(text, zone.as_ref()));
    spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

fn zone(record: &Record, column: Column, options: &ReadOptions) -> Option<TimeZone> {
    if record.utc.contains(&column) { Some(TimeZone::UTC) } else { options.time_zone.clone() }
}

/// The end of the day that the change's end names, where it names nothing else.
fn end_of_day(record: &Record, end: Column, options: &ReadOptions) -> Option<Instant> {
    let day = day(record.text(end))?;
    let next = day.tomorrow().ok()?.to_zoned(zone(record, end, options)?).ok()?;
    Some(Instant(next.timestamp().as_microsecond()))
}

/// The accounts; none where the row says that it is about all.
fn accounts(record: &Record) -> Result<Vec<String>, Refusal> {
    let texts = record.texts(Column::Accounts);
    if let [only] = texts
        && (only == "*" || only.eq_ignore_ascii_case("all"))
    {
        return Ok(Vec::new());
    }
    let accounts: Vec<Vec<String>> = texts.iter().map(|text| account(text)).collect::<Result<_, _>>()?;
    Ok(accounts.concat())
}

/// Whether what stands for a resource is words about it, or a pattern, and no identifier.
fn is_words(text: &str) -> bool {
    text.contains(char::is_whitespace) || (text != "*" && text.contains('*'))
}

/// An operation in one spelling: of AWS and of Google Cloud with the address of its service, as logs write it.
fn operation(written: &str) -> String {
    let written = written.to_lowercase();
    let of = |mark: char, end: &str| written.split_once(mark).filter(|(service, _)| service.ends_with(end));
    match (of(':', ".amazonaws.com"), of('/', ".googleapis.com")) {
        (Some((service, call)), _) => operation_name("aws", service, call),
        (_, Some((service, method))) => operation_name("google", service, method),
        (None, None) => written,
    }
}

/// An account as logs write it: spreadsheets put `="…"` around numbers, consoles dashes into them, and people names,
/// clouds and paths before and behind them.
fn account(text: &str) -> Result<Vec<String>, Refusal> {
    let text = text.trim_start_matches(['=', '\'']).trim_matches('"');
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(vec![digits]);
    }
    let is_rounded = text
        .split_once(['E', 'e'])
        .is_some_and(|(number, power)| number.contains('.') && power.starts_with('+') && number.parse::<f64>().is_ok());
    if is_rounded {
        let message = format!("'{text}' is what a spreadsheet makes of an account's number; keep that column as text");
        return Err(("spoiled-account", message));
    }
    let words = text.split(|c: char| c.is_whitespace() || "()[]{}/:,;".contains(c));
    let numbers = words.filter(|word| {
        let digits = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
        digits || (word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4)
    });
    let numbers: Vec<String> = numbers.map(str::to_owned).collect();
    Ok(match (numbers.last(), text.split_once('/')) {
        // Of an account's ARN the last number is its own; the one before is that of who pays.
        (Some(own), _) if text.starts_with("arn:") => vec![own.clone()],
        (Some(_), _) => numbers,
        (None, Some(("projects" | "google" | "gcp", project))) => vec![project.to_owned()],
        _ => vec![text.to_owned()],
    })
}

fn class(word: &str) -> Result<OperationClass, Refusal> {
    word.to_lowercase().replace([' ', '_'], "-").parse().map_err(|error| ("unknown-class", format!("class {error}")))
}

fn time(record: &Record, column: Column, options: &ReadOptions) -> Result<Option<Instant>, Refusal> {
    let text = record.text(column);
    if text.is_empty() {
        return Ok(None);
    }
    match instant(text, zone(record, column, options).as_ref()) {
        Ok(instant) => Ok(Some(instant)),
        Err(TimeError::NoZone) => {
            Err(("no-time-zone", format!("'{text}' has no time zone: `--changes-time-zone` says it for all of them")))
        }
        Err(TimeError::NotATime) => Err(("not-a-time", format!("'{text}' is not a time"))),
    }
}
