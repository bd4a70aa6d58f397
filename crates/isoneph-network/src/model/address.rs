//! Addresses as clouds write them, and sets of their ranges.

use std::net::IpAddr;

use serde::Serialize;

pub use crate::packet::{AddressRange, Family, address_text};

impl AddressRange {
    /// One address. An IPv4 address mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub fn one(address: IpAddr) -> Self {
        Self::from(address.to_canonical())
    }

    /// Reads `ADDRESS`, `ADDRESS/LENGTH` or `FIRST-LAST`. Bits below the length are ignored, as the clouds do.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address = |text: &str| text.trim().parse::<IpAddr>().ok();
        if let Some((first, last)) = text.split_once('-') {
            return Self::between(address(first)?.to_canonical(), address(last)?.to_canonical());
        }
        let Some((base, length)) = text.split_once('/') else { return address(text).map(Self::one) };
        Self::prefix(address(base)?, length.trim().parse().ok()?)
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

/// Ranges in rising order, apart and joined where they touch: what routes and peers ask of, address by address. Rules of lists have
/// [`crate::packet::AddressSet`], which has the algebra of sets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct RangeSet(Vec<AddressRange>);

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

impl RangeSet {
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
