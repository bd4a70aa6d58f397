//! Checks, the engine that runs them, and what their outcomes come to. The one crate that names DataFusion.
//!
//! A check is data: SQL over documented tables that yields *observations*. The engine owns the subjects and the fold, so
//! no `WHERE` and no join can lose a subject, and what is not known stays unknown: see [`engine`] for how.

mod check;
pub mod engine;
mod error;
mod fold;
pub mod harness;
mod query;
mod said;
mod standings;

pub use check::{
    Check, Pack, ParameterDef, ParameterType, ParameterValue, Rule, Status, Stricter, SupportedCell, TestFiles,
};
pub use engine::{AssessError, CellClaim, Engine, ServiceInScope, Settings, StoredEvents};
pub use error::CheckError;
pub use fold::{Folded, fold};
pub use query::{Answer, QueryError, query};
