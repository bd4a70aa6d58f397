//! The register as a workbook: a sheet a kind, a row an object, a column a field, with drop-downs for words. What is
//! written comes back as it was.
//!
//! The columns follow from the JSON Schemas of the kinds. A field of a part stands under its path (`document.title`). A
//! list of texts stands in one cell, a line each. A list of parts does too, each line in YAML's flow style:
//! `{title: Minutes, from: "2026-05-01"}`.

mod cell;
mod columns;
mod read;
mod write;

pub use read::{is_register_workbook, read_workbook};
pub use write::to_workbook;

/// The column that names an object.
const NAME: &str = "name";
/// The column of labels, `key=value` a line.
const LABELS: &str = "labels";
/// The column that marks drafts.
const PROPOSED: &str = "proposed";

#[cfg(test)]
mod tests;
