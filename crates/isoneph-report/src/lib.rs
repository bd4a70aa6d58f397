//! An assessment for people and programs: text for a terminal, JSON (`isoneph.assessment/1`), and one self-contained
//! HTML file. ([`network`] draws the picture of a network.) Each is an [`isoneph_assessment::Writer`] that gets the outcomes as they stream by and keeps only what is
//! bounded: counts, the first subjects, and a temporary file.
//!
//! - The same assessment gives the same bytes.
//! - Words come from the Fluent files under `locales/` ([`Words`]); domain values stay typed until here.
//! - Everything from evidence is hostile until [`plain()`] and the template engine have had it.

mod html;
mod json;
pub mod network;
mod place;
mod plain;
mod sheets;
mod tally;
mod text;
mod words;

pub use html::HtmlWriter;
pub use json::{JsonWriter, SCHEMA_ID, assessment_schema, document};
pub use plain::{MOST_CHARACTERS, plain};
pub use sheets::write_sheets_html;
pub use text::{ImageTextWriter, ScannedImage, Style, TextWriter};
pub use words::{Arg, Words, why_code};
