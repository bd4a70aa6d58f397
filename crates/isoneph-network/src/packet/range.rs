//! Families of addresses, and consecutive addresses of one.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The version of the Internet Protocol. IPv4-mapped IPv6 addresses (`::ffff:…`) count as IPv6, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// The greatest address as a number.
    #[must_use]
    pub fn max(self) -> u128 {
        match self {
            Self::V4 => u128::from(u32::MAX),
            Self::V6 => u128::MAX,
        }
    }

    /// How many bits an address has.
    fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::V4 { "IPv4" } else { "IPv6" })
    }
}

/// Why a text is no address or range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither an address, a prefix nor a range.
    #[error("{0:?} is no address, prefix or range of addresses")]
    Malformed(String),
    /// The prefix is longer than an address.
    #[error("{0:?} has a prefix length beyond its family's")]
    PrefixLength(String),
    /// The ends are of two families, or the first is above the second.
    #[error("{0:?} is a range that ends before it begins")]
    Backward(String),
}

/// Consecutive addresses of one family. As numbers, so that routes and rules are asked of both families alike.
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

    /// One address given as a number.
    #[must_use]
    pub fn number(family: Family, address: u128) -> Self {
        Self { family, low: address, high: address }
    }

    /// The prefix of `length` bits that holds `address`: bits beyond the length are ignored, as devices and clouds do.
    #[must_use]
    pub fn prefix(address: IpAddr, length: u8) -> Option<Self> {
        let one = Self::from(address);
        let free = one.family.bits().checked_sub(length)?;
        let host = 1_u128.checked_shl(u32::from(free)).map_or(u128::MAX, |size| size - 1);
        Some(Self { family: one.family, low: one.low & !host, high: one.low | host })
    }

    /// The addresses between two of one family, both included.
    #[must_use]
    pub fn between(first: IpAddr, last: IpAddr) -> Option<Self> {
        let (first, last) = (Self::from(first), Self::from(last));
        let is_range = first.family == last.family && first.low <= last.low;
        is_range.then_some(Self { family: first.family, low: first.low, high: last.low })
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

    /// The length of the prefix that is exactly this range.
    #[must_use]
    pub fn prefix_length(self) -> Option<u8> {
        let host_bits = 128 - (self.low ^ self.high).leading_zeros();
        let host = 1_u128.checked_shl(host_bits).map_or(u128::MAX, |size| size - 1);
        (self.low & host == 0 && self.high & host == host).then(|| self.family.bits() - host_bits as u8)
    }
}

/// An address as text.
#[must_use]
pub fn address_text(family: Family, number: u128) -> String {
    match family {
        Family::V4 => Ipv4Addr::from(number.min(Family::V4.max()) as u32).to_string(),
        Family::V6 => Ipv6Addr::from(number).to_string(),
    }
}

impl From<IpAddr> for AddressRange {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::number(Family::V4, u128::from(u32::from(v4))),
            IpAddr::V6(v6) => Self::number(Family::V6, u128::from(v6)),
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressError;

    /// Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9`, and the same of IPv6.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed(text.to_owned());
        let address = |part: &str| part.trim().parse::<IpAddr>().map_err(|_| malformed());
        if let Some((base, length)) = text.split_once('/') {
            let base = address(base)?;
            let length = match (length.trim().parse::<u8>(), length.trim().parse::<Ipv4Addr>()) {
                (Ok(length), _) => length,
                (_, Ok(mask)) if base.is_ipv4() && u32::from(mask).leading_ones() == u32::from(mask).count_ones() => {
                    u32::from(mask).count_ones() as u8
                }
                _ => return Err(malformed()),
            };
            return Self::prefix(base, length).ok_or_else(|| AddressError::PrefixLength(text.to_owned()));
        }
        if let Some((first, last)) = text.split_once('-') {
            return Self::between(address(first)?, address(last)?)
                .ok_or_else(|| AddressError::Backward(text.to_owned()));
        }
        address(text).map(Self::from)
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
