//! Whether ranges of addresses let everybody in: all of the internet, or so much of it that nobody is kept out on purpose.

use std::net::{IpAddr, Ipv4Addr};

use isoneph_tables::Cell;

/// Addresses from one to another, both of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    v6: bool,
    first: u128,
    last: u128,
}

/// Half of all IPv4 addresses, and half of the IPv6 addresses that are given out (`2000::/3`).
const MANY_V4: u128 = 1 << 31;
const MANY_V6: u128 = 1 << 124;

/// Whether ranges such as `0.0.0.0/1` together hold half of the internet. What is no range holds nothing of it.
pub(crate) fn is_everybody<'a>(cidrs: impl IntoIterator<Item = &'a str>) -> bool {
    holds_many(cidrs.into_iter().filter_map(cidr).collect())
}

/// As [`is_everybody`], for ranges of which some are not known: one that is open decides.
pub(crate) fn any_everybody(cidrs: &[Cell<String>]) -> Cell<bool> {
    let known = cidrs.iter().filter_map(|cidr| cidr.known().map(String::as_str));
    let gaps = cidrs.iter().map(|cidr| cidr.clone().map(|_| false));
    gaps.fold(Cell::Known(is_everybody(known)), Cell::either)
}

/// Whether everything from one address to another is half of the internet.
pub(crate) fn is_everybody_between(first: &str, last: &str) -> bool {
    let address = |text: &str| text.trim().parse::<IpAddr>().ok().map(number);
    let (Some((v6, first)), Some((other, last))) = (address(first), address(last)) else { return false };
    v6 == other && holds_many(vec![Span { v6, first, last }])
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, u128::from(address)),
    }
}

fn cidr(text: &str) -> Option<Span> {
    let (address, bits) = text.trim().split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    // Without a mask it is everything, however the address is written.
    let any = (bits == 0).then_some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let (v6, address) = number(address.parse().ok().or(any)?);
    let width: u32 = if v6 { 128 } else { 32 };
    let host = width.checked_sub(bits)?;
    let mask = if host == 128 { u128::MAX } else { (1 << host) - 1 };
    Some(Span { v6, first: address & !mask, last: address | mask })
}

fn holds_many(mut spans: Vec<Span>) -> bool {
    spans.sort_unstable();
    let (mut counts, mut next) = ([0_u128; 2], [0_u128; 2]);
    for span in spans {
        let family = usize::from(span.v6);
        // What an earlier range held is not counted again.
        let first = span.first.max(next[family]);
        if span.last >= first {
            counts[family] = counts[family].saturating_add((span.last - first).saturating_add(1));
            next[family] = span.last.saturating_add(1);
        }
    }
    counts[0] >= MANY_V4 || counts[1] >= MANY_V6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_internet_is_everybody_however_it_is_cut() {
        for (cidrs, expected) in [
            (&["0.0.0.0/0"][..], true),
            (&["::/0"], true),
            (&["2000::/3"], true),
            (&["0.0.0.0/1", "128.0.0.0/1"], true),
            (&["128.0.0.0/1"], true),
            (&["0.0.0.0/2", "64.0.0.0/2"], true),
            (&["0.0.0.0/2", "0.0.0.0/2"], false),
            (&["10.0.0.0/8", "192.168.0.0/16"], false),
            (&["2001:db8::/32"], false),
            (&["2001:db8::/32", "0.0.0.0/0"], true),
            (&["0/0"], true),
            (&["pl-1", "", "0.0.0.0/99", "nonsense/8"], false),
            (&[], false),
        ] {
            assert_eq!(is_everybody(cidrs.iter().copied()), expected, "{cidrs:?}");
        }
        assert!(is_everybody_between("1.0.0.0", "255.255.255.254"));
        assert!(!is_everybody_between("0.0.0.0", "0.0.0.0"));
        assert!(!is_everybody_between("255.0.0.0", "1.0.0.0"));
    }
}
