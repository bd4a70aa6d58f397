//! Boxes in numbers.

use std::net::IpAddr;

use crate::form::{Box, Family};

/// Dimensions: family, source, destination, protocol, first, second, established.
pub(crate) const DIMENSIONS: usize = 7;

/// A product of intervals, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cuboid(pub(crate) [(u128, u128); DIMENSIONS]);

impl Cuboid {
    pub(crate) fn read(one: &Box) -> Result<Self, String> {
        let family = u128::from(one.family == Family::V6);
        let address = |text: &String| -> Result<u128, String> {
            match (text.parse::<IpAddr>(), one.family) {
                (Ok(IpAddr::V4(address)), Family::V4) => Ok(u32::from(address).into()),
                (Ok(IpAddr::V6(address)), Family::V6) => Ok(address.into()),
                _ => Err(format!("{text:?} is no address of its box's family")),
            }
        };
        let pair = |[low, high]: &[String; 2]| -> Result<(u128, u128), String> { Ok((address(low)?, address(high)?)) };
        let cuboid = Self([
            (family, family),
            pair(&one.source)?,
            pair(&one.destination)?,
            (one.protocol[0].into(), one.protocol[1].into()),
            (one.first[0].into(), one.first[1].into()),
            (one.second[0].into(), one.second[1].into()),
            (one.established[0].into(), one.established[1].into()),
        ]);
        let ordered = cuboid.0.iter().all(|(low, high)| low <= high) && cuboid.0[6].1 <= 1;
        if ordered { Ok(cuboid) } else { Err(format!("{cuboid} is no box")) }
    }

    /// Whether the boxes share a point.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, others)| own.0 <= others.1 && others.0 <= own.1)
    }

    /// What is left of this without `other`: disjoint boxes.
    pub(crate) fn minus(&self, other: &Self) -> Vec<Self> {
        if !self.meets(other) {
            return vec![*self];
        }
        let mut rest = *self;
        let mut parts = Vec::new();
        for dimension in 0..DIMENSIONS {
            let (low, high) = rest.0[dimension];
            let (other_low, other_high) = other.0[dimension];
            if low < other_low {
                let mut below = rest;
                below.0[dimension].1 = other_low - 1;
                parts.push(below);
            }
            if other_high < high {
                let mut above = rest;
                above.0[dimension].0 = other_high + 1;
                parts.push(above);
            }
            rest.0[dimension] = (low.max(other_low), high.min(other_high));
        }
        parts
    }
}

impl std::fmt::Display for Cuboid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = ["family", "source", "destination", "protocol", "first", "second", "established"];
        for (index, (name, (low, high))) in names.iter().zip(&self.0).enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{name} {low}-{high}")?;
        }
        Ok(())
    }
}
