//! What an assessment comes to, as typed values: the boundary between the engine that decides and the writers that
//! tell. It knows neither SQL nor any output format, so that a report builds without the query engine.
//!
//! An assessment is streamed. A [`Writer`] gets the [`Head`] first, then every [`CheckOutcome`] in order (by check,
//! then subject), then the [`Tail`]. A writer that wants the summary first keeps what it needs.

mod filter;
mod head;
mod logs;
mod message;
mod outcome;
mod tail;

pub use filter::{Filtered, View};
pub use head::{CheckInfo, Config, Head, Parameter, RolesBasis, Scope, Supports, Tool};
pub use logs::{DayState, Done, LogDay, LogMark, LogPicture, LogSession};
pub use message::{Message, MessageError};
pub use outcome::{CheckOutcome, Evidence, Exception, STORY, Subject};
pub use tail::{Counts, Loss, Population, SaidAnswer, StandingAnswer, Tail};

use std::io;

/// Writes an assessment down in some format.
pub trait Writer {
    /// Everything that is known before the first outcome.
    fn head(&mut self, head: &Head) -> io::Result<()>;

    /// One outcome. Outcomes come sorted: the same input gives the same order.
    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()>;

    /// The standings and the totals.
    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()>;
}
