//! The tables: the contract between the sources that fill them and the checks that read them.
//!
//! A table is declared once, in [`schema`], with the [`table!`](crate::table) macro: it gives the typed row that
//! sources build, the Arrow schema that SQL sees, and the documentation that people read. Three invariants hold:
//!
//! - **NULL only ever means unknown.** "There is none" is a value, documented for every column.
//! - A NULL is a [`Cell::Gap`] with a code: sources say *why* they do not know, and the [`Sink`] keeps it.
//! - Every row has a [`Place`](isoneph_model::Place): an input and a locator inside it. There is no way to add a row
//!   without one.

mod attribution;
mod cell;
mod column;
mod coverage;
mod inventory;
mod places;
pub mod schema;
mod sink;
mod table;

pub use attribution::{Attribution, Unattributed};
pub use cell::{Cell, CellValue, Instant};
pub use column::{Column, ColumnBuilder, ColumnKind};
pub use coverage::{Coverage, CoverageAnswer, Scope};
pub use inventory::{Gap, Input, Inventory, Reject, Snapshot};
pub use places::{PlaceId, Places};
pub use schema::TABLES;
pub use sink::{NewInput, Sink, SinkError};
pub use table::{COMMON_COLUMNS, Common, Row, TableDef, TableId};
