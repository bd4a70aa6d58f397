//! Times as registers write them.

use std::borrow::Cow;

use isoneph_tables::Instant;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeError {
    NoZone,
    NotATime,
}

/// Forms with an offset, beside RFC 3339: Jira's `2026-11-02T04:00:00.000+0000`.
const WITH_OFFSET: [&str; 5] = [
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%d %H:%M:%S%.f %:z",
    "%Y-%m-%d %H:%M %:z",
];

/// Forms without one, in which [`in_one_form`] has left no comma: those of Jira's CSV beside ISO 8601, and those of
/// spreadsheets that leave open neither day nor month. `11/2/2026` does.
#[rustfmt::skip]
const LOCAL: [&str; 24] = [
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p",
    "%d/%b/%y %I:%M %p", "%d/%b/%Y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%Y %H:%M", "%d/%b/%Y %H:%M:%S",
    "%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %I:%M %p",
    "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%d %B %Y %H:%M", "%b %d %Y %I:%M %p", "%B %d %Y %I:%M %p",
    "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S%.f", "%Y.%m.%d %H:%M",
    "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y年%m月%d日 %H:%M",
];

/// Days alone.
const DAYS: [&str; 5] = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y", "%Y年%m月%d日"];

/// Years before it are those of a year of two figures, of which nobody knows whether they are the year.
const FIRST_YEAR: i16 = 1970;

/// The day that a text names, where it names no time of it.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = in_one_form(text);
    let day = DAYS.iter().find_map(|form| Date::strptime(form, &*text).ok());
    day.filter(|day| day.year() >= FIRST_YEAR)
}

/// A time without what programs put between its parts: commas, spaces of other widths, figures of full width.
fn in_one_form(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains([',', '\t']) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        ',' | '、' => ' ',
        c => c,
    };
    let text: String = text.chars().map(narrow).collect();
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The instant that a text names. A text without an offset needs the zone.
pub(super) fn instant(text: &str, zone: Option<&TimeZone>) -> Result<Instant, TimeError> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(Instant(timestamp.as_microsecond()));
    }
    for form in WITH_OFFSET {
        if let Ok(timestamp) = strtime::parse(form, text).and_then(|broken| broken.to_timestamp()) {
            return Ok(Instant(timestamp.as_microsecond()));
        }
    }
    if let Ok(zoned) = rfc2822::parse(text) {
        return Ok(Instant(zoned.timestamp().as_microsecond()));
    }
    if let Some(utc) = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")) {
        return instant(utc, Some(&TimeZone::UTC));
    }
    let (local, zone) = (local(text).ok_or(TimeError::NotATime)?, zone.ok_or(TimeError::NoZone)?);
    // An hour that a change of clocks repeats or leaves out names no instant.
    let timestamp = zone.to_ambiguous_timestamp(local).unambiguous().map_err(|_| TimeError::NotATime)?;
    Ok(Instant(timestamp.as_microsecond()))
}

/// The time of day and the day that a text names, wherever that may be.
fn local(text: &str) -> Option<DateTime> {
    let text = in_one_form(text);
    let local = text.parse::<DateTime>().ok();
    let local = local.or_else(|| LOCAL.iter().find_map(|form| DateTime::strptime(form, &*text).ok()));
    let local = local.or_else(|| Some(day(&text)?.to_datetime(jiff::civil::Time::midnight())));
    local.filter(|local| local.year() >= FIRST_YEAR)
}

/// Between which instants somebody's date or time lies: with no zone, anywhere on Earth. Everything, where it is neither.
pub(super) fn span(text: &str, zone: Option<&TimeZone>) -> (Instant, Instant) {
    if let Some(day) = day(text) {
        return day_anywhere(day);
    }
    match (instant(text, zone), instant(text, Some(&TimeZone::UTC))) {
        (Ok(at), _) => (at, at),
        (_, Ok(at)) => (Instant(at.0 - 14 * HOUR), Instant(at.0 + 12 * HOUR)),
        _ => (Instant(i64::MIN), Instant(i64::MAX)),
    }
}

/// Between which instants a day lies, wherever on Earth it was written down.
pub fn day_anywhere(day: Date) -> (Instant, Instant) {
    let at = |day: Date| day.to_zoned(TimeZone::UTC).map(|at| at.timestamp().as_microsecond());
    let begin = at(day).map_or(i64::MIN, |begin| begin - 14 * HOUR);
    let end = day.tomorrow().and_then(at).map_or(i64::MAX, |end| end + 12 * HOUR);
    (Instant(begin), Instant(end))
}

const HOUR: i64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_instants_where_they_name_one() {
        let utc = Some(&TimeZone::UTC);
        let four = 1_793_592_000_000_000;
        let cases = [
            ("2026-11-02T04:00:00Z", None, Ok(four)),
            ("2026-11-02T13:00:00+09:00", None, Ok(four)),
            ("2026-11-02T04:00:00.000+0000", None, Ok(four)),
            ("2026-11-02 04:00:00", utc, Ok(four)),
            ("2026-11-02 04:00", utc, Ok(four)),
            ("2026-11-02", utc, Ok(four - 4 * 3_600_000_000)),
            ("02/Nov/26 4:00 AM", utc, Ok(four)),
            ("2026/11/02 04:00", utc, Ok(four)),
            ("2026/11/2 4:00:00", utc, Ok(four)),
            ("02.11.2026 04:00", utc, Ok(four)),
            ("2026年11月2日 4:00", utc, Ok(four)),
            ("2026/11/02", utc, Ok(four - 4 * 3_600_000_000)),
            ("2026-11-02 13:00:00 +09:00", None, Ok(four)),
            ("2026-11-02 04:00:00 UTC", None, Ok(four)),
            ("02.11.2026, 04:00", utc, Ok(four)),
            ("2026-11-02, 04:00", utc, Ok(four)),
            ("Nov 2, 2026, 4:00\u{202f}AM", utc, Ok(four)),
            ("November 2, 2026 4:00 AM", utc, Ok(four)),
            ("02-Nov-2026 04:00:00", utc, Ok(four)),
            ("2 Nov 2026 04:00", utc, Ok(four)),
            ("02/Nov/2026 04:00", utc, Ok(four)),
            ("2026-11-02 04:00 AM", utc, Ok(four)),
            ("２０２６/１１/０２ ０４:００", utc, Ok(four)),
            ("Mon, 02 Nov 2026 13:00:00 +0900", None, Ok(four)),
            ("11/2/2026 4:00 AM", utc, Err(TimeError::NotATime)),
            // A year of two figures is no year, and may be the day.
            ("02.11.26 04:00", utc, Err(TimeError::NotATime)),
            ("02/11/26 04:00", utc, Err(TimeError::NotATime)),
            ("02.11.26", utc, Err(TimeError::NotATime)),
            ("0026-11-02 04:00:00", utc, Err(TimeError::NotATime)),
            ("2026-11-02 04:00:00", None, Err(TimeError::NoZone)),
            ("soon", utc, Err(TimeError::NotATime)),
            ("", utc, Err(TimeError::NotATime)),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(instant(text, zone).map(|i| i.0), expected, "{text}");
        }
    }
}
