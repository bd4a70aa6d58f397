//! Silences that are longer than what is usual for the account and region.

use isoneph_tables::Instant;

use super::cells::{DAY, DayCell, SECOND};
use super::{CoverageInputs, LogCoverage, LogDay, Silence, Stream, day_name};

/// With fewer times between events than this, nobody knows what is usual.
const BASELINE: usize = 100;
/// How much longer than 99 in 100 times between events a silence is.
const FACTOR: i64 = 3;
/// With fewer other days than this to compare the hours with, a silence may be usual.
const OTHER_DAYS: usize = 3;
/// The most days that the hours are compared with, on either side.
const REACH: i64 = 35;
/// The most days without any event that get a row of their own.
const MAX_EMPTY_DAYS: i64 = 3_660;

/// Judges one stream: its days, and its silences.
pub(super) fn judge(stream: &Stream, days: &[(i64, DayCell)], inputs: &CoverageInputs, to: &mut LogCoverage) {
    let seconds = seconds_of(days);
    let span = match (inputs.period, seconds.first(), seconds.last()) {
        (Some((from, until)), ..) => Some((from.0.div_euclid(SECOND), until.0.div_euclid(SECOND))),
        (None, Some(first), Some(last)) => Some((*first, *last + 1)),
        (None, ..) => None,
    };
    let Some(span) = span.filter(|(from, until)| from < until) else { return };
    let usual = noticeable(&seconds, inputs.shortest_silence);
    to.silences.extend(silences(stream, &seconds, span, usual, inputs));
    push_days(stream, days, &seconds, span, usual, inputs, to);
}

fn seconds_of(days: &[(i64, DayCell)]) -> Vec<i64> {
    let start = |day: &i64| day * (DAY / SECOND);
    days.iter().flat_map(|(day, cell)| cell.seconds().into_iter().map(move |second| start(day) + second)).collect()
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
        let certain = stands_out(&inside, begins, ends)?;
        // What digests prove to be whole is quiet, not missing.
        (!is_proven(stream, begins, ends, inputs)).then(|| silence(begins, ends, certain, false))
    });
    judged.collect()
}

/// Whether the same hours of other days had events. The outer `None`: they mostly had none, so that this is usual.
fn stands_out(seconds: &[i64], begins: i64, ends: i64) -> Option<Option<bool>> {
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else { return Some(None) };
    let day = DAY / SECOND;
    let shifts = (-REACH..=REACH).filter(|shift| *shift != 0);
    let others = shifts.map(|shift| (begins + shift * day, ends + shift * day));
    let others = others.filter(|(b, e)| b >= first && e <= last && (*e <= begins || *b >= ends));
    let (mut compared, mut busy) = (0, 0);
    for (b, e) in others {
        compared += 1;
        // The second in which the silence begins has an event itself.
        let next = seconds.partition_point(|second| *second <= b);
        busy += usize::from(seconds.get(next).is_some_and(|second| *second < e));
    }
    match (compared, busy) {
        (compared, _) if compared < OTHER_DAYS => Some(None),
        (compared, busy) if compared == busy => Some(Some(true)),
        (compared, busy) if busy * 2 >= compared => Some(None),
        _ => None,
    }
}

/// Whether digests prove the whole of a time, in seconds since 1970.
fn is_proven(stream: &Stream, from: i64, until: i64, inputs: &CoverageInputs) -> bool {
    let (from, until) = (Instant(from * SECOND), Instant(until * SECOND));
    let of_stream = |p: &&crate::digest::Proven| {
        stream.provider == "aws" && p.account == stream.account && p.region == stream.region
    };
    inputs.proven.iter().filter(of_stream).any(|p| p.begins_at <= from && until <= p.ends_at)
}

fn push_days(
    stream: &Stream,
    days: &[(i64, DayCell)],
    seconds: &[i64],
    (from, until): (i64, i64),
    noticeable: Option<i64>,
    inputs: &CoverageInputs,
    to: &mut LogCoverage,
) {
    let length = DAY / SECOND;
    let (first, last) = (from.div_euclid(length), (until - 1).div_euclid(length));
    let seen = days.iter().map(|(day, _)| *day);
    let mut all: Vec<i64> = (first..=last.min(first + MAX_EMPTY_DAYS)).chain(seen).collect();
    all.sort_unstable();
    all.dedup();
    for day in all {
        let cell = days.binary_search_by_key(&day, |(day, _)| *day).ok().map(|index| &days[index].1);
        let (begins, ends) = ((day * length).max(from), ((day + 1) * length).min(until));
        to.days.push(LogDay {
            stream: stream.clone(),
            day: day_name(day),
            events: cell.map_or(0, |cell| cell.events),
            first_at: cell.map(|cell| cell.first),
            last_at: cell.map(|cell| cell.last),
            longest_silence: longest(seconds, begins, ends),
            proven: begins < ends && is_proven(stream, begins, ends, inputs),
            noticeable,
            delay: cell.and_then(DayCell::delay),
            after_delivery: cell.map_or(0, |cell| cell.after_delivery),
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
