//! Audit logs of the clouds: decoded record by record, normalised to one [`Event`](event::Event), kept as Parquet in
//! the shape of the table `audit_event`, with a manifest of what was read and what was not.

mod base64;
pub mod changes;
pub mod coverage;
mod decode;
pub mod digest;
pub mod event;
pub mod exit;
pub mod feed;
mod hash;
mod hex;
pub mod ingest;
mod line;
pub mod operations;
mod pages;
pub mod reconcile;
pub mod signs;

pub use decode::{LogFormat, MAX_RECORD};
