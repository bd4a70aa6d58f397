//! An assessment in the formats of other tools. Each is an [`isoneph_assessment::Writer`] that streams: a format that
//! wants counts first waits in a temporary file, never in memory.
//!
//! | format | fail | unknown | pass | not applicable | something given was lost |
//! |---|---|---|---|---|---|
//! | SARIF 2.1.0 | `fail`, level by severity | `open` | `pass` | `notApplicable` | `executionSuccessful: false` |
//! | JUnit | failure | skipped | test case | skipped | error |
//! | OCSF 1.5 Compliance Finding | Fail (3) | Unknown (0) | Pass (1) | Other (99) | not expressible: use another |
//!
//! A failure under an accepted exception stays a failure; SARIF and OCSF say beside it that it is suppressed. Texts are
//! English or Japanese as asked; values from evidence are escaped as each format asks.

mod finding;
mod junit;
mod ocsf;
mod sarif;

pub use junit::JunitWriter;
pub use ocsf::OcsfWriter;
pub use sarif::SarifWriter;
