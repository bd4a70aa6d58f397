//! Numbers as rule files write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::packet::{AddressRange, AddressSet, Coordinate, Ranges};

/// A list of numbers and ranges, separated by `;`, `,` or spaces; `one` reads a number or a name.
pub(super) fn numbers<T: Coordinate>(
    text: &str,
    what: &str,
    one: impl Fn(&str) -> Option<T>,
) -> Result<Ranges<T>, String> {
    if is_any(text) {
        return Ok(Ranges::any());
    }
    let parts = text.split([';', ',', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let mut intervals = Vec::new();
    for part in parts {
        intervals.push(interval(part, &one).ok_or_else(|| format!("{part:?} is no {what} or range of them"))?);
    }
    Ok(Ranges::from_intervals(intervals))
}

/// A name, a number, or `low-high` or `low:high` (an end may be left out of the latter).
fn interval<T: Coordinate>(part: &str, one: &impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    // A name may hold a hyphen: the whole is tried first.
    if let Some(value) = one(part) {
        return Some((value, value));
    }
    let (low, high) = match part.split_once(':') {
        Some((low, high)) => {
            (if low.is_empty() { T::MIN } else { one(low)? }, if high.is_empty() { T::MAX } else { one(high)? })
        }
        None => {
            let (low, high) = part.split_once('-')?;
            (one(low.trim())?, one(high.trim())?)
        }
    };
    (low <= high).then_some((low, high))
}

/// Whether a cell leaves its field free.
pub(super) fn is_any(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text == "*"
        || text == "-"
        || text.eq_ignore_ascii_case("any")
        || text.eq_ignore_ascii_case("all")
}

/// The addresses that stand for groups of receivers.
pub(super) fn multicast() -> AddressSet {
    let between = |first: IpAddr, last: IpAddr| AddressRange::between(first, last);
    let four = between(Ipv4Addr::new(224, 0, 0, 0).into(), Ipv4Addr::new(239, 255, 255, 255).into());
    let six = between(Ipv6Addr::from(0xff << 120).into(), Ipv6Addr::from(u128::MAX).into());
    AddressSet::from_ranges(four.into_iter().chain(six))
}
