//! The value of one column in one row: known, or a gap with a code.

use isoneph_model::GapCode;

use crate::column::{ColumnBuilder, ColumnKind};

/// A value, or why there is none. The default is a gap: what a source does not set, it has not collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<T> {
    /// The value is known.
    Known(T),
    /// The value is not known.
    Gap(GapCode),
}

impl<T> Cell<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Cell::Known(value) => Some(value),
            Cell::Gap(_) => None,
        }
    }

    /// Why it is not known, if it is not.
    pub fn gap(&self) -> Option<GapCode> {
        match self {
            Cell::Known(_) => None,
            Cell::Gap(code) => Some(*code),
        }
    }

    /// Applies a function to a known value; a gap stays the gap it is.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Cell<U> {
        match self {
            Cell::Known(value) => Cell::Known(f(value)),
            Cell::Gap(code) => Cell::Gap(code),
        }
    }

    /// Applies a function that may itself not know.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Cell<U>) -> Cell<U> {
        match self {
            Cell::Known(value) => f(value),
            Cell::Gap(code) => Cell::Gap(code),
        }
    }

    /// This cell, or another where this one was not collected. A gap with a stronger code is kept: it says more.
    pub fn or(self, other: Cell<T>) -> Cell<T> {
        match self {
            Cell::Gap(GapCode::NotCollected) => other,
            cell => cell,
        }
    }
}

impl<T: Clone> Cell<&T> {
    /// An owned copy.
    pub fn cloned(self) -> Cell<T> {
        self.map(T::clone)
    }
}

impl Cell<bool> {
    /// Three-valued AND: one known `false` decides.
    pub fn and(self, other: Cell<bool>) -> Cell<bool> {
        match (self, other) {
            (Cell::Known(false), _) | (_, Cell::Known(false)) => Cell::Known(false),
            (Cell::Known(true), Cell::Known(true)) => Cell::Known(true),
            (Cell::Gap(code), _) | (_, Cell::Gap(code)) => Cell::Gap(code),
        }
    }

    /// Three-valued OR: one known `true` decides.
    pub fn either(self, other: Cell<bool>) -> Cell<bool> {
        self.not().and(other.not()).not()
    }

    /// Takes in what one of several says of what they are together: it is so where one of them is. As long as nothing was
    /// collected, nobody has spoken.
    pub fn take_in_any(&mut self, one: Cell<bool>) {
        *self = std::mem::take(self).or(one.clone()).either(one);
    }

    /// As [`take_in_any`](Self::take_in_any), of what holds of all together only where it holds of each.
    pub fn take_in_all(&mut self, one: Cell<bool>) {
        *self = std::mem::take(self).or(one.clone()).and(one);
    }

    /// Three-valued NOT.
    #[allow(clippy::should_implement_trait)]
    pub fn not(self) -> Cell<bool> {
        self.map(|value| !value)
    }
}

impl<T> Default for Cell<T> {
    fn default() -> Self {
        Cell::Gap(GapCode::NotCollected)
    }
}

impl<T> From<T> for Cell<T> {
    fn from(value: T) -> Self {
        Cell::Known(value)
    }
}

impl From<&str> for Cell<String> {
    fn from(value: &str) -> Self {
        Cell::Known(value.to_owned())
    }
}

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

/// A type that a column can hold.
pub trait CellValue: Sized {
    /// The kind of column.
    const KIND: ColumnKind;

    /// Appends a value, or NULL.
    fn append(value: Option<&Self>, to: &mut ColumnBuilder);
}

impl CellValue for String {
    const KIND: ColumnKind = ColumnKind::Text;

    fn append(value: Option<&Self>, to: &mut ColumnBuilder) {
        to.append_text(value.map(String::as_str));
    }
}

impl CellValue for bool {
    const KIND: ColumnKind = ColumnKind::Bool;

    fn append(value: Option<&Self>, to: &mut ColumnBuilder) {
        to.append_bool(value.copied());
    }
}

impl CellValue for i64 {
    const KIND: ColumnKind = ColumnKind::Int;

    fn append(value: Option<&Self>, to: &mut ColumnBuilder) {
        to.append_int(value.copied());
    }
}

impl CellValue for Instant {
    const KIND: ColumnKind = ColumnKind::Time;

    fn append(value: Option<&Self>, to: &mut ColumnBuilder) {
        to.append_time(value.map(|instant| instant.0));
    }
}

impl CellValue for Vec<String> {
    const KIND: ColumnKind = ColumnKind::Texts;

    fn append(value: Option<&Self>, to: &mut ColumnBuilder) {
        to.append_texts(value.map(Vec::as_slice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_valued_logic_never_decides_what_it_does_not_know() {
        let unknown: Cell<bool> = Cell::Gap(GapCode::AfterApply);
        assert_eq!(unknown.clone().and(false.into()), Cell::Known(false));
        assert_eq!(unknown.clone().and(true.into()), unknown);
        assert_eq!(unknown.clone().either(true.into()), Cell::Known(true));
        assert_eq!(unknown.clone().either(false.into()), unknown);
        assert_eq!(unknown.clone().not(), unknown);
    }

    #[test]
    fn a_gap_that_says_more_is_kept() {
        let after_apply: Cell<bool> = Cell::Gap(GapCode::AfterApply);
        assert_eq!(after_apply.clone().or(true.into()), after_apply);
        assert_eq!(Cell::default().or(Cell::Known(true)), Cell::Known(true));
    }
}
