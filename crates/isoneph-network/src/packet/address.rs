//! Sets of addresses of both families.

use std::net::IpAddr;

use super::{AddressRange, Family, Ranges};

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
            match range.family {
                Family::V4 => v4.push((range.low as u32, range.high as u32)),
                Family::V6 => v6.push((range.low, range.high)),
            }
        }
        Self { v4: Ranges::from_intervals(v4), v6: Ranges::from_intervals(v6) }
    }

    /// The ranges, IPv4 first, rising.
    pub fn ranges(&self) -> impl Iterator<Item = AddressRange> + '_ {
        let v4 = self.v4.intervals().iter().map(|(low, high)| AddressRange {
            family: Family::V4,
            low: u128::from(*low),
            high: u128::from(*high),
        });
        let v6 = self.v6.intervals().iter();
        v4.chain(v6.map(|(low, high)| AddressRange { family: Family::V6, low: *low, high: *high }))
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
