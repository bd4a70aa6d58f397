//! Addresses of both families, their ranges and sets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::Serialize;

use super::Ranges;

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
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

/// Consecutive addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressRange {
    /// IPv4, first and last.
    V4(u32, u32),
    /// IPv6, first and last.
    V6(u128, u128),
}

impl AddressRange {
    /// The prefix of `length` bits that holds `address`: bits beyond the length are ignored, as devices do.
    pub fn prefix(address: IpAddr, length: u8) -> Option<Self> {
        match address {
            IpAddr::V4(v4) => {
                let host = u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                (length <= 32).then(|| Self::V4(u32::from(v4) & !host, u32::from(v4) | host))
            }
            IpAddr::V6(v6) => {
                let host = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                (length <= 128).then(|| Self::V6(u128::from(v6) & !host, u128::from(v6) | host))
            }
        }
    }

    /// The addresses between two of one family, both included.
    pub fn between(first: IpAddr, last: IpAddr) -> Option<Self> {
        match (first, last) {
            (IpAddr::V4(low), IpAddr::V4(high)) if low <= high => Some(Self::V4(low.into(), high.into())),
            (IpAddr::V6(low), IpAddr::V6(high)) if low <= high => Some(Self::V6(low.into(), high.into())),
            _ => None,
        }
    }

    /// The family.
    pub fn family(self) -> Family {
        match self {
            Self::V4(..) => Family::V4,
            Self::V6(..) => Family::V6,
        }
    }

    /// The first address.
    pub fn first(self) -> IpAddr {
        match self {
            Self::V4(low, _) => Ipv4Addr::from(low).into(),
            Self::V6(low, _) => Ipv6Addr::from(low).into(),
        }
    }

    /// The last address.
    pub fn last(self) -> IpAddr {
        match self {
            Self::V4(_, high) => Ipv4Addr::from(high).into(),
            Self::V6(_, high) => Ipv6Addr::from(high).into(),
        }
    }

    /// The length of the prefix that is exactly this range.
    pub fn prefix_length(self) -> Option<u8> {
        let (low, high, width) = match self {
            Self::V4(low, high) => (u128::from(low), u128::from(high), 32),
            Self::V6(low, high) => (low, high, 128),
        };
        let host_bits = 128 - (low ^ high).leading_zeros();
        let host = 1_u128.checked_shl(host_bits).map_or(u128::MAX, |size| size - 1);
        (low & host == 0 && high & host == host).then(|| (width - host_bits) as u8)
    }
}

impl From<IpAddr> for AddressRange {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::V4(v4.into(), v4.into()),
            IpAddr::V6(v6) => Self::V6(v6.into(), v6.into()),
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

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first() == self.last() {
            return write!(f, "{}", self.first());
        }
        match self.prefix_length() {
            Some(length) => write!(f, "{}/{length}", self.first()),
            None => write!(f, "{}-{}", self.first(), self.last()),
        }
    }
}

/// A set of addresses of both families.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    /// The IPv4 addresses.
    pub v4: Ranges<u32>,
    /// The IPv6 addresses.
    pub v6: Ranges<u128>,
}

impl AddressSet {
    /// Every address of both families.
    pub fn any() -> Self {
        Self { v4: Ranges::any(), v6: Ranges::any() }
    }

    /// No address.
    pub fn none() -> Self {
        Self { v4: Ranges::none(), v6: Ranges::none() }
    }

    /// Every address of one family.
    pub fn family(family: Family) -> Self {
        match family {
            Family::V4 => Self { v4: Ranges::any(), v6: Ranges::none() },
            Family::V6 => Self { v4: Ranges::none(), v6: Ranges::any() },
        }
    }

    /// The addresses in any of the ranges.
    pub fn from_ranges(ranges: impl IntoIterator<Item = AddressRange>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            match range {
                AddressRange::V4(low, high) => v4.push((low, high)),
                AddressRange::V6(low, high) => v6.push((low, high)),
            }
        }
        Self { v4: Ranges::from_intervals(v4), v6: Ranges::from_intervals(v6) }
    }

    /// The ranges, IPv4 first, rising.
    pub fn ranges(&self) -> impl Iterator<Item = AddressRange> + '_ {
        let v4 = self.v4.intervals().iter().map(|(low, high)| AddressRange::V4(*low, *high));
        v4.chain(self.v6.intervals().iter().map(|(low, high)| AddressRange::V6(*low, *high)))
    }

    /// Whether every address of both families is in.
    pub fn is_any(&self) -> bool {
        self.v4.is_any() && self.v6.is_any()
    }

    /// Whether no address is in.
    pub fn is_none(&self) -> bool {
        self.v4.is_none() && self.v6.is_none()
    }

    /// Whether the address is in.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.v4.contains(v4.into()),
            IpAddr::V6(v6) => self.v6.contains(v6.into()),
        }
    }

    /// The addresses in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The addresses in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses not in.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }

    /// The addresses in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }
}

impl From<AddressRange> for AddressSet {
    fn from(range: AddressRange) -> Self {
        Self::from_ranges([range])
    }
}

impl From<IpAddr> for AddressSet {
    fn from(address: IpAddr) -> Self {
        Self::from(AddressRange::from(address))
    }
}
