//! Sorted lists of disjoint intervals of whole numbers.

/// A whole number of fixed width: an address, a port, a protocol.
pub trait Coordinate: Copy + Ord + std::fmt::Debug {
    /// The least value.
    const MIN: Self;
    /// The greatest value.
    const MAX: Self;
    /// The next value; [`None`] after [`Coordinate::MAX`].
    fn successor(self) -> Option<Self>;
    /// The value before; [`None`] before [`Coordinate::MIN`].
    fn predecessor(self) -> Option<Self>;
    /// The value as the engine's widest number.
    fn widen(self) -> u128;
}

macro_rules! coordinate {
    ($($number:ty),*) => {$(
        impl Coordinate for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn successor(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn predecessor(self) -> Option<Self> {
                self.checked_sub(1)
            }
            fn widen(self) -> u128 {
                u128::from(self)
            }
        }
    )*};
}
impl Coordinate for u128 {
    const MIN: Self = Self::MIN;
    const MAX: Self = Self::MAX;
    fn successor(self) -> Option<Self> {
        self.checked_add(1)
    }
    fn predecessor(self) -> Option<Self> {
        self.checked_sub(1)
    }
    fn widen(self) -> u128 {
        self
    }
}
coordinate!(u8, u16, u32);

/// A set of numbers as inclusive intervals, sorted, disjoint and not touching.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranges<T>(List<T>);

/// Nearly every field of nearly every rule is one interval: it needs no allocation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum List<T> {
    One([(T, T); 1]),
    Many(Box<[(T, T)]>),
}

impl<T: Coordinate> Ranges<T> {
    /// Every number.
    pub fn any() -> Self {
        Self(List::One([(T::MIN, T::MAX)]))
    }

    /// No number.
    pub fn none() -> Self {
        Self(List::Many(Box::new([])))
    }

    /// One number.
    pub fn single(value: T) -> Self {
        Self(List::One([(value, value)]))
    }

    /// The numbers from `low` to `high`, both included; none when `high` is below `low`.
    pub fn between(low: T, high: T) -> Self {
        if low <= high { Self(List::One([(low, high)])) } else { Self::none() }
    }

    /// The numbers in any of the intervals, given in any order, overlapping or not; those with `high < low` hold none.
    pub fn from_intervals(intervals: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut sorted: Vec<(T, T)> = intervals.into_iter().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some(last) if last.1.successor().is_none_or(|next| low <= next) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self::from_canonical(merged)
    }

    fn from_canonical(list: Vec<(T, T)>) -> Self {
        match <[(T, T); 1]>::try_from(list) {
            Ok(one) => Self(List::One(one)),
            Err(list) => Self(List::Many(list.into_boxed_slice())),
        }
    }

    /// The intervals, sorted, disjoint, not touching.
    pub fn intervals(&self) -> &[(T, T)] {
        match &self.0 {
            List::One(one) => one,
            List::Many(many) => many,
        }
    }

    /// Whether every number is in.
    pub fn is_any(&self) -> bool {
        self.intervals() == [(T::MIN, T::MAX)]
    }

    /// Whether no number is in.
    pub fn is_none(&self) -> bool {
        self.intervals().is_empty()
    }

    /// Whether exactly one number is in.
    pub fn is_single(&self) -> bool {
        matches!(self.intervals(), [(low, high)] if low == high)
    }

    /// Whether the number is in.
    pub fn contains(&self, value: T) -> bool {
        let intervals = self.intervals();
        let index = intervals.partition_point(|(_, high)| *high < value);
        intervals.get(index).is_some_and(|(low, _)| *low <= value)
    }

    /// Whether every number of `other` is in.
    pub fn contains_all(&self, other: &Self) -> bool {
        let own = self.intervals();
        other.intervals().iter().all(|(low, high)| {
            let index = own.partition_point(|(_, own_high)| own_high < low);
            own.get(index).is_some_and(|(own_low, own_high)| own_low <= low && high <= own_high)
        })
    }

    /// Whether some number is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (own, others) = (self.intervals(), other.intervals());
        let (mut i, mut j) = (0, 0);
        while i < own.len() && j < others.len() {
            if own[i].0 <= others[j].1 && others[j].0 <= own[i].1 {
                return true;
            }
            if own[i].1 < others[j].1 { i += 1 } else { j += 1 }
        }
        false
    }

    /// The numbers in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_intervals(self.intervals().iter().chain(other.intervals()).copied())
    }

    /// The numbers in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (own, others) = (self.intervals(), other.intervals());
        let (mut i, mut j) = (0, 0);
        let mut both = Vec::new();
        while i < own.len() && j < others.len() {
            let (low, high) = (own[i].0.max(others[j].0), own[i].1.min(others[j].1));
            if low <= high {
                both.push((low, high));
            }
            if own[i].1 < others[j].1 { i += 1 } else { j += 1 }
        }
        Self::from_canonical(both)
    }

    /// The numbers that are not in.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::new();
        let mut next = Some(T::MIN);
        for &(low, high) in self.intervals() {
            if let (Some(from), Some(to)) = (next, low.predecessor())
                && from <= to
            {
                gaps.push((from, to));
            }
            next = high.successor();
        }
        if let Some(from) = next {
            gaps.push((from, T::MAX));
        }
        Self::from_canonical(gaps)
    }

    /// The numbers in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }
}

impl<T: Coordinate> Default for Ranges<T> {
    fn default() -> Self {
        Self::any()
    }
}
