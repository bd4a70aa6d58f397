//! Readers of rule files into one policy form.
//!
//! [`read`] tells the format by content. Nothing is dropped in silence: each line that holds no rule is noted, and a rule
//! of which a part was not understood is carried as [`crate::policy::Certainty::AtMost`], so that the answers it touches
//! come out undecided.

mod address;
mod capirca;
mod cisco;
mod document;
mod draft;
mod halves;
mod iptables;
mod masks;
mod pairs;
mod plain;

pub use capirca::Definitions;
pub use document::{AclError, Applied, Aside, Document, Format, Interfaces, ReadOptions, detect, read};
pub use pairs::{Alone, Pair, Pairs, pairs};
