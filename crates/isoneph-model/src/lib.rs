//! The words every isoneph crate shares: who (roles), what (controls, checks), how it came out (outcomes, reasons,
//! standings) and where it is seen (inputs, locators, rows). Plain values: no IO, no clock, no text for people.

mod control;
mod evidence;
pub mod native_type;
mod outcome;
mod pattern;
mod row;
mod standing;
mod text;

pub use control::{ControlId, ControlIdError, Edition, Role};
pub use evidence::{Digest, EvidenceClass, Extent, InputId, Locator, Place, SnapshotKind};
pub use outcome::{GapCode, Outcome, Reason, ReasonCode, Severity, Support};
pub use pattern::fits_pattern;
pub use row::RowId;
pub use standing::{RequirementKind, Standing};
pub use text::{Lang, Text};

/// Declares a fieldless enum whose variants have one written form, used in files, tables, flags and output alike.
#[macro_export]
macro_rules! vocabulary {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The one written form.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word).ok_or_else(|| $crate::UnknownWord {
                    word: word.to_owned(),
                    known: Self::ALL.iter().map(|v| v.as_str()).collect(),
                })
            }
        }
    };
}

/// A word outside a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is not one of: {}", known.join(", "))]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What could have been written.
    pub known: Vec<&'static str>,
}
