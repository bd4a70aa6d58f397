//! Addresses of both families as inclusive ranges of numbers.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Serialize, Serializer};

/// The internet protocol's family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The greatest address as a number.
    #[must_use]
    pub fn max(self) -> u128 {
        match self {
            Self::V4 => u128::from(u32::MAX),
            Self::V6 => u128::MAX,
        }
    }
}

/// An inclusive range of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The family.
    pub family: Family,
    /// The first address.
    pub low: u128,
    /// The last address.
    pub high: u128,
}

impl AddressRange {
    /// Every address of a family.
    #[must_use]
    pub fn whole(family: Family) -> Self {
        Self { family, low: 0, high: family.max() }
    }

    /// One address. An IPv4 address mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub fn one(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::number(Family::V4, u128::from(u32::from(v4))),
            IpAddr::V6(v6) => Self::number(Family::V6, u128::from(v6)),
        }
    }

    /// One address given as a number.
    #[must_use]
    pub fn number(family: Family, address: u128) -> Self {
        Self { family, low: address, high: address }
    }

    /// Reads `ADDRESS`, `ADDRESS/LENGTH` or `FIRST-LAST`. Bits below the length are ignored, as the clouds do.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once('-') {
            let (first, last) = (Self::parse_one(first)?, Self::parse_one(last)?);
            return (first.family == last.family && first.low <= last.low).then_some(Self {
                family: first.family,
                low: first.low,
                high: last.low,
            });
        }
        let Some((address, length)) = text.split_once('/') else { return Self::parse_one(text) };
        let address: IpAddr = address.trim().parse().ok()?;
        let length: u32 = length.trim().parse().ok()?;
        let (family, number, bits) = match address {
            IpAddr::V4(v4) => (Family::V4, u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (Family::V6, u128::from(v6), 128),
        };
        let free = bits - (length <= bits).then_some(length)?;
        let mask = if free == 128 { u128::MAX } else { (1_u128 << free) - 1 };
        Some(Self { family, low: number & !mask, high: (number & !mask) | (mask & family.max()) })
    }

    fn parse_one(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self::one)
    }

    /// The only address, where there is one.
    #[must_use]
    pub fn single(self) -> Option<u128> {
        (self.low == self.high).then_some(self.low)
    }

    /// Whether every address of `other` is in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.family == other.family && self.low <= other.low && other.high <= self.high
    }

    /// Whether it shares an address with `other`.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.family == other.family && self.low <= other.high && other.low <= self.high
    }

    /// The shared addresses.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        self.meets(other).then(|| Self {
            family: self.family,
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        })
    }

    /// The number of addresses, less one (so that the whole of IPv6 has an answer).
    #[must_use]
    pub fn span(self) -> u128 {
        self.high - self.low
    }

    /// The addresses of `self` that no range of `taken` holds, in rising order.
    #[must_use]
    pub fn minus(self, taken: &[Self]) -> Vec<Self> {
        let mut cuts: Vec<Self> = taken.iter().filter_map(|other| other.and(self)).collect();
        cuts.sort_unstable();
        let (mut out, mut next) = (Vec::new(), Some(self.low));
        for cut in cuts {
            let Some(from) = next else { break };
            if cut.low > from {
                out.push(Self { low: from, high: cut.low - 1, ..self });
            }
            next = cut.high.checked_add(1).map(|after| after.max(from)).filter(|after| *after <= self.high);
        }
        if let Some(from) = next {
            out.push(Self { low: from, ..self });
        }
        out
    }

    /// Whether it is one block that a prefix length can name, and which length.
    #[must_use]
    pub fn prefix_length(self) -> Option<u32> {
        let bits = if self.family == Family::V4 { 32 } else { 128 };
        let span = self.span();
        if span == u128::MAX {
            return Some(0);
        }
        let size = span + 1;
        (size.is_power_of_two() && self.low.is_multiple_of(size)).then(|| bits - size.trailing_zeros())
    }
}

/// Whether an address is meant for one site only (RFC 1918, RFC 6598, RFC 4193) or for one link (RFC 3927, RFC 4291).
#[must_use]
pub fn is_private(range: AddressRange) -> bool {
    PRIVATE.iter().filter_map(|text| AddressRange::parse(text)).any(|block| block.covers(range))
}

/// The blocks of [`is_private`].
const PRIVATE: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
];

/// The blocks that the public internet does not route.
#[must_use]
pub fn private_blocks() -> Vec<AddressRange> {
    PRIVATE.iter().filter_map(|text| AddressRange::parse(text)).collect()
}

/// An address as text.
#[must_use]
pub fn address_text(family: Family, number: u128) -> String {
    match family {
        Family::V4 => Ipv4Addr::from(number.min(Family::V4.max()) as u32).to_string(),
        Family::V6 => Ipv6Addr::from(number).to_string(),
    }
}

impl fmt::Display for AddressRange {
    /// `ADDRESS`, `PREFIX/LENGTH` or `FIRST-LAST`, whichever says it shortest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = address_text(self.family, self.low);
        match (self.single(), self.prefix_length()) {
            (Some(_), _) => f.write_str(&first),
            (None, Some(length)) => write!(f, "{first}/{length}"),
            (None, None) => write!(f, "{first}-{}", address_text(self.family, self.high)),
        }
    }
}

impl Serialize for AddressRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A set of addresses: sorted, disjoint, unmerged neighbours joined.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct AddressSet(Vec<AddressRange>);

/// How a range lies to a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// No address of it.
    Apart,
    /// Some addresses of it.
    Partly,
    /// All addresses of it.
    Within,
}

impl AddressSet {
    /// A set of ranges in any order.
    #[must_use]
    pub fn new(mut ranges: Vec<AddressRange>) -> Self {
        ranges.sort_unstable();
        let mut out: Vec<AddressRange> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match out.last_mut() {
                Some(last) if last.family == range.family && (range.low <= last.high || range.low - 1 == last.high) => {
                    last.high = last.high.max(range.high);
                }
                _ => out.push(range),
            }
        }
        Self(out)
    }

    /// The ranges in rising order.
    #[must_use]
    pub fn ranges(&self) -> &[AddressRange] {
        &self.0
    }

    /// Whether it holds no address.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How `range` lies to the set.
    #[must_use]
    pub fn meeting(&self, range: AddressRange) -> Meeting {
        let start = self.0.partition_point(|own| (own.family, own.high) < (range.family, range.low));
        match self.0.get(start) {
            Some(own) if own.covers(range) => Meeting::Within,
            Some(own) if own.meets(range) => Meeting::Partly,
            _ => Meeting::Apart,
        }
    }
}
