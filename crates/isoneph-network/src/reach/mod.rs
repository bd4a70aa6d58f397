//! What reaches what: ways, policies on the way, answers.

mod connection;
pub mod expect;
mod gateways;
mod path;
mod refer;
mod walk;

pub use connection::{Connection, Explanation, Way, connect};
pub use path::{Direction, End, Passage, Path, Rewrite, Stage, Trace, TraceHop};
pub use refer::{Party, Unreferred, internet};
pub use walk::{Goal, Start};
