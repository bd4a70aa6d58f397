//! Ordered rules, their naive evaluation, and the difference of two policies.
//!
//! A policy is a list of [`Rule`]s with a default. What a reader did not understand of a rule makes it
//! [`Certainty::AtMost`]: the true condition is at most what is written here. Two readings follow — what *must* be
//! permitted and what *may* be — and every answer is between them: certain where they agree, undecided where they do not.

mod align;
mod compile;
mod compose;
mod condition;
mod diff;
mod dimensions;
mod explain;
pub mod flat;
pub mod generate;
mod naive;
mod open;
mod order;
mod quantify;
mod rule;
mod sample;
mod seek;

pub use compile::Reading;
pub use compose::{compose_in, compose_into};
pub use condition::{Condition, State, States, Way};
pub(crate) use condition::{OWN, conjoin, fits};
pub use diff::{Difference, Method, Options, Side, Statistics, Undecided, difference};
pub use explain::{Explanation, Finding};
pub use naive::{Deciding, Verdict};
pub use open::{Comparison, OpenPoint};
pub use rule::{Action, Certainty, Combination, Note, NoteKind, Policy, Rule, Set};
pub use sample::sampled_difference;
