//! Instants as the clouds write them.

use isoneph_tables::Instant;

/// Reads an instant: RFC 3339 with any offset and fraction, a space for the `T`, and no offset for UTC (Azure, exports
/// of databases); `None` for anything else.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let bytes = text.trim().as_bytes();
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', rest @ ..] = bytes else { return None };
    let [h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = rest else { return None };
    let year = digits(&[*y1, *y2, *y3, *y4])?;
    let [month, day, hour, minute, second] =
        [[*m1, *m2], [*d1, *d2], [*h1, *h2], [*n1, *n2], [*s1, *s2]].map(|pair| digits(&pair));
    let (month, day, hour, minute, second) = (month?, day?, hour?, minute?, second?);
    // A leap second is the last microsecond of its minute: it sorts right, and stays in its day.
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !in_range {
        return None;
    }
    let (fraction, rest) = fraction(rest)?;
    let offset = offset(rest)?;
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second.min(59);
    let micros = if second == 60 { 999_999 } else { fraction };
    Some(Instant((seconds - offset) * 1_000_000 + micros))
}

/// An instant from milliseconds since 1970, as OCSF and some exports have it; `None` outside the years 1970 to 9999.
pub(crate) fn from_milliseconds(milliseconds: i64) -> Option<Instant> {
    (0..253_402_300_800_000).contains(&milliseconds).then(|| Instant(milliseconds * 1000))
}

/// `YYYY-MM-DD` of an instant, in UTC.
pub(crate) fn day(instant: Instant) -> String {
    let (year, month, day) = civil(instant.0.div_euclid(86_400_000_000));
    format!("{year:04}-{month:02}-{day:02}")
}

/// RFC 3339 of an instant, in UTC, with a fraction only where there is one.
pub(crate) fn written(instant: Instant) -> String {
    let (seconds, micros) = (instant.0.div_euclid(1_000_000), instant.0.rem_euclid(1_000_000));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}Z", day(instant))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// Microseconds of a fraction, cut off behind the sixth digit, and what follows it.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = bytes.strip_prefix(b".").or_else(|| bytes.strip_prefix(b",")) else { return Some((0, bytes)) };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let micros = (0..6).fold(0, |micros, i| micros * 10 + if i < count { i64::from(rest[i] - b'0') } else { 0 });
    Some((micros, &rest[count..]))
}

/// Seconds east of UTC.
fn offset(bytes: &[u8]) -> Option<i64> {
    let (sign, rest) = match bytes {
        [] | [b'Z' | b'z'] | b" UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        [h1, h2] => (digits(&[*h1, *h2])?, 0),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; the year begins in March, so that the leap day is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_writing_an_instant_is_one_instant() {
        let expected = instant("2026-11-02T00:05:06Z");
        assert_eq!(expected, Some(Instant(1_793_577_906_000_000)));
        for text in [
            "2026-11-02 00:05:06Z",
            "2026-11-02T00:05:06",
            "2026-11-02T00:05:06.0000000Z",
            "2026-11-02T09:05:06+09:00",
            "2026-11-01T19:05:06-0500",
            " 2026-11-02T00:05:06+00 ",
            "2026-11-02 00:05:06 UTC",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        assert_eq!(instant("2026-11-02T00:05:06.1234567Z"), Some(Instant(1_793_577_906_123_456)));
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00Zx",
            "２026-01-01T00:00:00Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_instant_is_read_back(micros in 0_i64..253_402_300_799_999_999) {
            let text = written(Instant(micros));
            prop_assert_eq!(instant(&text), Some(Instant(micros)));
            let by_jiff: jiff::Timestamp = text.parse().unwrap();
            prop_assert_eq!(by_jiff.as_microsecond(), micros);
        }
    }
}
