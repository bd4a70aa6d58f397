//! Silences that are longer than what is usual for the account and region.

use isoneph_tables::Instant;

use super::cells::{DAY, DayCell, SECOND};
use crate::digest::Proven;

use super::{CoverageInputs, FAR, LogCoverage, LogDay, Silence, Stream, day_name};

/// Seconds of a day.
const LENGTH: i64 = DAY / SECOND;

/// With fewer times between events than this, nobody knows what is usual.
const BASELINE: usize = 100;
/// How much longer than 99 in 100 times between events a silence is.
const FACTOR: i64 = 3;
/// With fewer other days than this to compare the hours with, a silence may be usual.
const OTHER_DAYS: usize = 3;
/// The most days that the hours are compared with, on either side.
const REACH: i64 = 35;
/// The most days of a period that get a row of their own.
const MAX_PERIOD: i64 = 3_660;
/// Of more days in a row without any event than twice this, and outside a period, only so many get a row at either end:
/// one wrong date makes no thousands of days. The silence says how long it was.
const MAX_EMPTY: i64 = 31;

/// Judges one stream: its days, and its silences. `record` is the first and the last day of what is known of its
/// account, where no period is given: there the record of one region may end, or begin, while others go on.
pub(super) fn judge(
    stream: &Stream,
    days: &[(i64, DayCell)],
    record: Option<(i64, i64)>,
    inputs: &CoverageInputs,
    to: &mut LogCoverage,
) {
    let seconds = seconds_of(days);
    let usual = noticeable(&seconds, inputs.shortest_silence);
    let Some(span) = span(&seconds, record, usual, inputs).filter(|(from, until)| from < until) else { return };
    let rows = rows(stream, days, span, inputs);
    let mut silences = silences(stream, &seconds, span, usual, inputs);
    for silence in &mut silences {
        silence.days = touched(silence, &rows, usual);
    }
    to.silences.extend(silences);
    push_days(stream, days, &rows, &seconds, span, usual, inputs, to);
}

/// The time to look at, in seconds since 1970: the period, or else whole days, if anything can be said of their ends.
fn span(
    seconds: &[i64],
    record: Option<(i64, i64)>,
    usual: Option<i64>,
    inputs: &CoverageInputs,
) -> Option<(i64, i64)> {
    if let Some((from, until)) = inputs.period {
        return Some((from.0.div_euclid(SECOND), until.0.div_euclid(SECOND)));
    }
    let whole = |(first, last): (i64, i64)| (first * LENGTH, (last + 1) * LENGTH);
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else { return record.map(whole) };
    if usual.is_none() {
        return Some((*first, last + 1));
    }
    let own = (first.div_euclid(LENGTH), last.div_euclid(LENGTH));
    let all = record.map_or(own, |record| (own.0.min(record.0), own.1.max(record.1)));
    Some(whole(all))
}

/// The days that get a row, in order.
fn rows(stream: &Stream, days: &[(i64, DayCell)], (from, until): (i64, i64), inputs: &CoverageInputs) -> Vec<i64> {
    let (first, last) = (from.div_euclid(LENGTH), (until - 1).div_euclid(LENGTH));
    let seen = days.iter().map(|(day, _)| *day);
    let mut all: Vec<i64> = if inputs.period.is_some() {
        (first..=last.min(first + MAX_PERIOD)).chain(seen).collect()
    } else {
        let edges: Vec<i64> = [first].into_iter().chain(seen).chain([last]).collect();
        let run =
            |(one, other): (i64, i64)| (one..=other.min(one + MAX_EMPTY)).chain(one.max(other - MAX_EMPTY)..=other);
        let holes = inputs.holes.iter().filter(|hole| is_of(stream, hole)).map(days_of);
        edges.windows(2).map(|pair| (pair[0], pair[1])).chain(holes).flat_map(run).collect()
    };
    all.sort_unstable();
    all.dedup();
    all
}

/// The days of which a silence takes more than what is usual; if it does so of none, the day of which it takes most.
fn touched(silence: &Silence, rows: &[i64], usual: Option<i64>) -> Vec<String> {
    let (begins, ends) = (silence.begins_at / SECOND, silence.ends_at / SECOND);
    let part = |day: i64| ends.min((day + 1) * LENGTH) - begins.max(day * LENGTH);
    let of = rows.partition_point(|day| (day + 1) * LENGTH <= begins)..rows.partition_point(|day| day * LENGTH < ends);
    let of = &rows[of];
    let long: Vec<i64> = of.iter().copied().filter(|day| part(*day) > usual.unwrap_or(0)).collect();
    let most = || of.iter().copied().max_by_key(|day| (part(*day), -day)).into_iter().collect();
    let days: Vec<i64> = if long.is_empty() { most() } else { long };
    days.into_iter().map(day_name).collect()
}

/// The seconds with events. A record of what is set up and changed is not whole because that of access to data, which
/// somebody asked for beside it, goes on.
fn seconds_of(days: &[(i64, DayCell)]) -> Vec<i64> {
    let start = |day: &i64| day * (DAY / SECOND);
    let of = |asked_for: bool| -> Vec<i64> {
        let of_day = |(day, cell): &(i64, DayCell)| {
            let start = start(day);
            cell.seconds(asked_for).into_iter().map(move |second| start + second)
        };
        days.iter().flat_map(of_day).collect()
    };
    let own = of(false);
    if own.is_empty() { of(true) } else { own }
}

/// How long a silence must be to stand out, in seconds.
fn noticeable(seconds: &[i64], shortest: i64) -> Option<i64> {
    let mut between: Vec<i64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if between.len() < BASELINE {
        return None;
    }
    between.sort_unstable();
    let usual = between[between.len() * 99 / 100];
    Some(shortest.max(usual.saturating_mul(FACTOR)))
}

fn silences(
    stream: &Stream,
    seconds: &[i64],
    (from, until): (i64, i64),
    usual: Option<i64>,
    inputs: &CoverageInputs,
) -> Vec<Silence> {
    let silence = |begins: i64, ends: i64, certain, no_events| Silence {
        stream: stream.clone(),
        begins_at: begins * SECOND,
        ends_at: ends * SECOND,
        certain,
        no_events,
        days: Vec::new(),
    };
    if seconds.is_empty() {
        let all = !is_proven(stream, from, until, inputs);
        return all.then(|| silence(from, until, None, true)).into_iter().collect();
    }
    let Some(usual) = usual else { return Vec::new() };
    let inside: Vec<i64> = seconds.iter().copied().filter(|second| (from..until).contains(second)).collect();
    let mut ends = vec![from];
    ends.extend(&inside);
    ends.push(until);
    let long = ends.windows(2).map(|pair| (pair[0], pair[1])).filter(|(begins, ends)| ends - begins > usual);
    let judged = long.filter_map(|(begins, ends)| {
        // Without a period nobody says that the record should begin before its first event and go on behind its last.
        let is_edge =
            inside.first().is_none_or(|first| ends <= *first) || inside.last().is_none_or(|last| begins >= *last);
        let certain = stands_out(&inside, begins, ends)?.filter(|_| inputs.period.is_some() || !is_edge);
        // What digests prove to be whole is quiet, not missing.
        (!is_proven(stream, begins, ends, inputs)).then(|| silence(begins, ends, certain, false))
    });
    judged.collect()
}

/// Whether the same hours of other days had events. The outer `None`: they mostly had none, so that this is usual.
fn stands_out(seconds: &[i64], begins: i64, ends: i64) -> Option<Option<bool>> {
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else { return Some(None) };
    let shifts = (-REACH..=REACH).filter(|shift| *shift != 0);
    let others = shifts.map(|shift| (begins + shift * LENGTH, ends + shift * LENGTH));
    let others = others.filter(|(b, e)| b >= first && e <= last && (*e <= begins || *b >= ends));
    let (mut compared, mut busy) = (0, 0);
    for (b, e) in others {
        // The second in which the silence begins has an event itself.
        let next = seconds.partition_point(|second| *second <= b);
        let is_busy = seconds.get(next).is_some_and(|second| *second < e);
        // Between a wrong date and all others no day is of the record.
        let around = next.checked_sub(1).zip(seconds.get(next)).map(|(before, after)| after - seconds[before]);
        if is_busy || around.is_none_or(|around| around <= FAR * LENGTH) {
            compared += 1;
            busy += usize::from(is_busy);
        }
    }
    match (compared, busy) {
        (compared, _) if compared < OTHER_DAYS => Some(None),
        (compared, busy) if compared == busy => Some(Some(true)),
        (compared, busy) if busy * 2 >= compared => Some(None),
        _ => None,
    }
}

/// Whether what digests say is of a stream.
fn is_of(stream: &Stream, said: &Proven) -> bool {
    stream.provider == "aws" && said.account == stream.account && said.region == stream.region
}

/// The first and the last day of a time.
fn days_of(time: &Proven) -> (i64, i64) {
    let first = time.begins_at.0.div_euclid(DAY);
    (first, (time.ends_at.0 - 1).div_euclid(DAY).max(first))
}

/// Whether digests prove the whole of a time, in seconds since 1970.
fn is_proven(stream: &Stream, from: i64, until: i64, inputs: &CoverageInputs) -> bool {
    let (from, until) = (Instant(from * SECOND), Instant(until * SECOND));
    inputs.proven.iter().filter(|p| is_of(stream, p)).any(|p| p.begins_at <= from && until <= p.ends_at)
}

#[allow(clippy::too_many_arguments, reason = "what was found of one stream")]
fn push_days(
    stream: &Stream,
    days: &[(i64, DayCell)],
    rows: &[i64],
    seconds: &[i64],
    (from, until): (i64, i64),
    noticeable: Option<i64>,
    inputs: &CoverageInputs,
    to: &mut LogCoverage,
) {
    for day in rows.iter().copied() {
        let cell = days.binary_search_by_key(&day, |(day, _)| *day).ok().map(|index| &days[index].1);
        let whole = (day * LENGTH, (day + 1) * LENGTH);
        let (begins, ends) = (whole.0.max(from), whole.1.min(until));
        let inside = begins < ends;
        // Only a period says that a day need not be covered to its end.
        let to_prove = if inputs.period.is_some() { (begins, ends) } else { whole };
        to.days.push(LogDay {
            stream: stream.clone(),
            day: day_name(day),
            events: cell.map_or(0, |cell| cell.events),
            first_at: cell.map(|cell| cell.first),
            last_at: cell.map(|cell| cell.last),
            longest_silence: longest(seconds, begins, ends),
            proven: inside && is_proven(stream, to_prove.0, to_prove.1, inputs),
            // Of a day outside the period nobody looked for silences.
            noticeable: noticeable.filter(|_| inside),
            delay: cell.and_then(DayCell::delay),
            after_delivery: cell.filter(|cell| cell.tells_delivery()).map(|cell| cell.after_delivery),
            source: cell.map(|cell| cell.source.clone()),
        });
    }
}

/// The longest time without an event between two instants.
fn longest(seconds: &[i64], begins: i64, ends: i64) -> i64 {
    if begins >= ends {
        return 0;
    }
    let start = seconds.partition_point(|second| *second < begins);
    let end = seconds.partition_point(|second| *second < ends);
    let mut before = begins;
    let mut longest = 0;
    for second in seconds[start..end].iter().copied().chain([ends]) {
        longest = longest.max(second - before);
        before = second;
    }
    longest
}
