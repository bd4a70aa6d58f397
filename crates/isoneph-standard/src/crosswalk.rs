//! Where the controls of one edition went in the next.

use isoneph_model::{ControlId, Text};
use serde::{Deserialize, Serialize};

isoneph_model::vocabulary! {
    /// How a control of the 2015 edition relates to one of the 2026 edition.
    pub enum Relation {
        /// The control goes on under a new number.
        Successor = "successor",
        /// The control is gone as such; its subject is dealt with inside the other.
        Absorbed = "absorbed",
        /// Some of its subject went there, the rest elsewhere.
        Part = "part",
        /// Of 2015 only: no cloud guidance in 2026.
        Dropped = "dropped",
        /// Of 2026 only: no cloud guidance in 2015.
        New = "new",
    }
}

/// A link to a control of the other edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The control of the other edition.
    pub id: ControlId,
    /// `successor`, `absorbed` or `part`.
    pub relation: Relation,
}

/// One line of the crosswalk from the 2015 edition to the 2026 edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrosswalkRow {
    /// The control of 2015; `None` if the control of 2026 is new.
    pub old: Option<ControlId>,
    /// The control of 2026; `None` if the control of 2015 was dropped.
    pub new: Option<ControlId>,
    /// How they relate.
    pub relation: Relation,
    /// What is worth knowing.
    pub note: Option<Text>,
}
