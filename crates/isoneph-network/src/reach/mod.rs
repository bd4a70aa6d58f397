//! What reaches what: ways, policies on the way, answers.

mod alike;
mod balance;
mod beside;
mod change;
pub mod classes;
mod cluster;
mod connection;
pub mod expect;
pub mod flat;
mod gateways;
mod join;
mod links;
pub mod matrix;
mod names;
mod narrow;
mod nodes;
mod outside;
mod path;
mod platform;
mod refer;
pub mod selected;
mod services;
mod signature;
mod state;
mod walk;

pub use change::{Change, Changes, PolicyChange, changes};
pub(crate) use connection::move_port;
pub use connection::{Connection, Explanation, Way, connect};
pub(crate) use links::fronts;
pub use matrix::{Cell, Matrix, Reach, ReachError, WayShown, matrix, matrix_of, matrix_within, reach};
pub use narrow::Narrow;
pub use path::{Direction, End, Passage, Path, Rewrite, Stage, Trace, TraceHop};
pub(crate) use path::{at_any_port, ports_of};
pub(crate) use refer::is_outside;
pub use refer::{Goals, Party, Unreferred, internet};
pub use walk::{Goal, Start};
