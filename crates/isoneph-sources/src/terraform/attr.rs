//! The value of one attribute: known, not set, or unknown. The difference between the last two is the whole point of
//! reading a plan: "not set" may be decided by a documented default, "unknown" never.

use isoneph_model::GapCode;
use isoneph_tables::Cell;

use super::defaults::DefaultValue;
use super::resource::Resource;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attr<T> {
    /// It has this value.
    Known(T),
    /// It is null, empty or absent.
    Unset,
    /// It is not known, and why.
    Unknown(GapCode),
}

impl<T> Attr<T> {
    /// The value, if known.
    pub(crate) fn known(&self) -> Option<&T> {
        match self {
            Attr::Known(value) => Some(value),
            Attr::Unset | Attr::Unknown(_) => None,
        }
    }

    /// Whether it is known not to be set.
    pub(crate) fn is_unset(&self) -> bool {
        matches!(self, Attr::Unset)
    }

    /// A cell; an attribute that is not set was not collected.
    pub(crate) fn cell(self) -> Cell<T> {
        match self {
            Attr::Known(value) => Cell::Known(value),
            Attr::Unset => Cell::Gap(GapCode::NotCollected),
            Attr::Unknown(code) => Cell::Gap(code),
        }
    }

    /// A cell; an attribute that is not set means this value, as the provider documents for every version.
    pub(crate) fn or(self, value: impl Into<T>) -> Cell<T> {
        match self {
            Attr::Unset => Cell::Known(value.into()),
            attr => attr.cell(),
        }
    }

    /// A cell; an attribute that is not set means what another cell says.
    pub(crate) fn or_cell(self, other: Cell<T>) -> Cell<T> {
        match self {
            Attr::Unset => other,
            attr => attr.cell(),
        }
    }

    /// This attribute, or another where this one is not set.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Attr<T>) -> Attr<T> {
        match self {
            Attr::Unset => other(),
            attr => attr,
        }
    }

    /// A cell; for an attribute that is not set the dated table of defaults decides where it can prove itself.
    pub(crate) fn or_default(self, resource: &Resource, key: &str) -> Cell<T>
    where
        T: DefaultValue,
    {
        match self {
            Attr::Unset => resource.default(key),
            attr => attr.cell(),
        }
    }

    /// Applies a function to a known value.
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Attr::Known(value) => Attr::Known(f(value)),
            Attr::Unset => Attr::Unset,
            Attr::Unknown(code) => Attr::Unknown(code),
        }
    }

    /// Applies a function that may itself not know.
    pub(crate) fn and_then<U>(self, f: impl FnOnce(T) -> Attr<U>) -> Attr<U> {
        match self {
            Attr::Known(value) => f(value),
            Attr::Unset => Attr::Unset,
            Attr::Unknown(code) => Attr::Unknown(code),
        }
    }
}

impl<T> From<Cell<T>> for Attr<T> {
    fn from(cell: Cell<T>) -> Attr<T> {
        match cell {
            Cell::Known(value) => Attr::Known(value),
            Cell::Gap(code) => Attr::Unknown(code),
        }
    }
}
