//! What reaches what: ways, policies on the way, answers.

pub mod classes;
mod connection;
pub mod expect;
mod gateways;
pub mod matrix;
mod path;
mod refer;
mod walk;

pub use connection::{Connection, Explanation, Way, connect};
pub use matrix::{Cell, Matrix, Reach, ReachError, WayShown, matrix, reach};
pub use path::{Direction, End, Passage, Path, Rewrite, Stage, Trace, TraceHop};
pub use refer::{Party, Unreferred, internet};
pub use walk::{Goal, Start};
