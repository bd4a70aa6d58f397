//! Looking into a parsed record without trusting it: nothing is there until it is, and nothing is longer than it may be.

use isoneph_model::GapCode;
use isoneph_tables::{Cell, Instant};
use serde_json::Value;

/// The most elements that are read of any list in a finding.
pub(super) const LIST_CAP: usize = 1_000;

/// The longest identifier. A longer one is refused rather than cut: a cut one could be another thing's.
pub(super) const ID_CAP: usize = 2_048;

/// The longest prose, in bytes. Longer prose is cut.
pub(super) const PROSE_CAP: usize = 4_096;

/// The value at a path of keys.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|v| !v.is_null())
}

/// The text at a path, if there is one that says something.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The first text that one of the paths leads to.
pub(super) fn first_text<'v>(value: &'v Value, paths: &[&[&str]]) -> Option<&'v str> {
    paths.iter().find_map(|path| text(value, path))
}

/// A number at a path, whether it is written as one or as text.
pub(super) fn number(value: &Value, path: &[&str]) -> Option<i64> {
    let value = at(value, path)?;
    value
        .as_i64()
        .or_else(|| value.as_f64().filter(|n| n.is_finite()).map(|n| n as i64))
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// The elements of the list at a path, at most [`LIST_CAP`].
pub(super) fn list<'v>(value: &'v Value, path: &[&str]) -> impl Iterator<Item = &'v Value> + use<'v> {
    at(value, path).and_then(Value::as_array).into_iter().flatten().take(LIST_CAP)
}

/// The texts of the list at a path, or the one text that stands there instead of a list.
pub(super) fn texts<'v>(value: &'v Value, path: &[&str]) -> Vec<&'v str> {
    match text(value, path) {
        Some(text) => vec![text],
        None => list(value, path).filter_map(Value::as_str).collect(),
    }
}

/// A known text, or a gap: what a finding does not say was not collected.
pub(super) fn cell(text: Option<&str>) -> Cell<String> {
    text.map_or_else(Cell::default, Cell::from)
}

/// Prose no longer than [`PROSE_CAP`].
pub(super) fn prose(text: &str) -> String {
    if text.len() <= PROSE_CAP {
        return text.to_owned();
    }
    let end = (0..=PROSE_CAP).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// An instant written with a date, a time and an offset. Without an offset nobody knows which instant it is.
pub(super) fn instant(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>().ok().map(|t| Instant(t.as_microsecond()))
}

/// An instant counted from 1970. OCSF counts milliseconds, Prowler writes seconds: the size tells which, for every
/// instant between 1973 and 5138.
pub(super) fn instant_of_count(count: i64) -> Option<Instant> {
    const SECONDS_END: u64 = 100_000_000_000;
    let micros =
        if count.unsigned_abs() < SECONDS_END { count.checked_mul(1_000_000) } else { count.checked_mul(1_000) };
    micros.and_then(|m| jiff::Timestamp::from_microsecond(m).ok()).map(|t| Instant(t.as_microsecond()))
}

/// The instant, or why it is not known: nothing was said, or nothing that can be understood.
pub(super) fn time_cell(said: bool, instant: Option<Instant>) -> Cell<Instant> {
    match instant {
        Some(instant) => Cell::Known(instant),
        None if said => Cell::Gap(GapCode::Unreadable),
        None => Cell::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_are_told_apart() {
        let seconds = instant_of_count(1_795_282_381);
        assert_eq!(seconds, instant_of_count(1_795_282_381_000));
        assert_eq!(seconds, instant("2026-11-21T17:33:01Z"));
        assert_eq!(instant_of_count(i64::MAX), None);
        assert_eq!(instant_of_count(i64::MIN), None);
    }

    #[test]
    fn a_time_without_an_offset_is_no_instant() {
        assert_eq!(instant("2026-11-21T17:33:01.974092"), None);
    }

    #[test]
    fn long_prose_is_cut_between_letters() {
        let cut = prose(&"あ".repeat(PROSE_CAP));
        assert!(cut.len() <= PROSE_CAP + '…'.len_utf8() && cut.ends_with('…'));
    }
}
