//! Into the tables `log_day` and `log_gap`.

use isoneph_model::{Extent, InputId};
use isoneph_tables::schema::{LogDay as DayRow, LogGap};
use isoneph_tables::{Cell, Common, Instant, Scope, Sink, SinkError, TableId};

use super::{Cut, LogCoverage, LogDay, Silence, Stream};
use crate::ingest::MORE_FOLLOWS;
use crate::reconcile::Operation;

/// How long before a hole a stopped record explains it, in microseconds.
const BEFORE: i64 = 86_400_000_000;

impl LogCoverage {
    /// Writes days and silences. `operations` are those of the same logs: a hole names the one that stopped the
    /// record. `input_of` gives the input that a source file (path, SHA-256) is kept under, `scope_input` that which
    /// says what should be there.
    pub fn write(
        &self,
        operations: &[Operation],
        sink: &mut Sink,
        snapshot: i64,
        scope_input: InputId,
        input_of: &mut dyn FnMut(&mut Sink, &str, &str) -> InputId,
    ) -> Result<(), SinkError> {
        for day in &self.days {
            let place = match &day.source {
                Some(source) => {
                    let input = input_of(sink, &source.file, &source.sha256);
                    sink.place(input, &format!("record {}", source.index))?
                }
                None => sink.place(scope_input, "#")?,
            };
            let uid = format!("log-day:{}/{}", day.stream.name(), day.day);
            sink.push(snapshot, place, &common(&day.stream, uid, &day.day), &day_row(day))?;
        }
        for silence in &self.silences {
            let place = sink.place(scope_input, "#")?;
            let uid = format!("log-gap:{}/{}", silence.stream.name(), silence.begins_at);
            let row = gap_row(silence, operations);
            sink.push(snapshot, place, &common(&silence.stream, uid, ""), &row)?;
        }
        for cut in &self.cuts {
            let input = input_of(sink, &cut.source.file, &cut.source.sha256);
            let place = sink.place(input, "#")?;
            let uid = format!("log-gap:{}/{}/{}", cut.stream.name(), cut.begins_at, cut.source.sha256);
            sink.push(snapshot, place, &common(&cut.stream, uid, ""), &cut_row(cut))?;
        }
        // Where no day is, neither seen nor expected, no record of events was looked at: that is no record without holes.
        let tables: &[&str] = if self.days.is_empty() { &[] } else { &["log_day", "log_gap"] };
        for table in tables.iter().filter_map(|table| TableId::find(table)) {
            sink.covers(table, snapshot, scope_input, Scope::default(), Extent::Declared);
        }
        Ok(())
    }
}

fn common(stream: &Stream, uid: String, name: &str) -> Common {
    let text = |text: &str| if text.is_empty() { Cell::default() } else { text.into() };
    Common {
        uid,
        provider: stream.provider.as_str().into(),
        account: text(&stream.account),
        region: text(&stream.region),
        name: name.into(),
        ..Common::default()
    }
}

fn day_row(day: &LogDay) -> DayRow {
    let count = |count: u64| Cell::Known(i64::try_from(count).unwrap_or(i64::MAX));
    DayRow {
        day: day.day.as_str().into(),
        events: count(day.events),
        first_at: known(day.first_at.map(Instant)),
        last_at: known(day.last_at.map(Instant)),
        longest_silence_seconds: day.longest_silence.into(),
        proven: day.proven.into(),
        noticeable_seconds: known(day.noticeable),
        delay_seconds: known(day.delay),
        events_after_delivery: day.after_delivery.map_or_else(Cell::default, count),
        stream: day.stream.name().into(),
    }
}

fn gap_row(silence: &Silence, operations: &[Operation]) -> LogGap {
    let (begins_at, ends_at) = (Instant(silence.begins_at), Instant(silence.ends_at));
    let basis = if silence.no_events { "no-events" } else { "silence" };
    let row =
        crate::digest::gap_row(&silence.stream, basis, silence.certain, (begins_at, ends_at), silence.days.clone());
    let by = weakened_by(operations, &silence.stream.provider, &silence.stream.account, begins_at);
    LogGap { weakened_by: by.unwrap_or_default().into(), ..row }
}

/// Each of the days may lack something of its own.
fn cut_row(cut: &Cut) -> LogGap {
    let times = (Instant(cut.begins_at), Instant(cut.ends_at));
    let row = crate::digest::gap_row(&cut.stream, MORE_FOLLOWS, None, times, cut.days.clone());
    LogGap { told_on: cut.days.clone().into(), detail: (&*cut.source.file).into(), ..row }
}

/// The operation that last stopped or weakened the record of an account before a hole, if it was not taken back.
pub(crate) fn weakened_by(
    operations: &[Operation],
    provider: &str,
    account: &str,
    begins_at: Instant,
) -> Option<String> {
    let before = |operation: &&Operation| {
        operation.weakens_logging == Some(true)
            && operation.carried_out == Some(true)
            && &*operation.provider == provider
            && operation.account.as_deref() == Some(account)
            && operation.time.is_some_and(|at| at <= begins_at && begins_at.0.saturating_sub(at.0) <= BEFORE)
            && operation.resumed_at.is_none_or(|resumed| resumed > begins_at)
    };
    let last = operations.iter().filter(before).max_by_key(|operation| (operation.time, &operation.uid));
    last.map(|operation| operation.uid.to_string())
}

fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}
