//! `isoneph.assessment/1`: the form that scripts rely on. Optional fields may be added, none is removed.
//!
//! Outcomes are written as they come, one a line; [`document`] gives the types, [`assessment_schema`] their JSON Schema.

mod convert;
pub mod document;
mod schema;

use std::io;

use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_model::Lang;
use serde::Serialize;

pub(crate) use convert::time;
pub use schema::assessment_schema;

use crate::words::Words;

/// The value of the field `schema`.
pub const SCHEMA_ID: &str = "isoneph.assessment/1";

/// Writes an assessment as JSON.
pub struct JsonWriter<W> {
    out: Fields<W>,
    words: Words,
    /// By check, once the head is known.
    repeated: Vec<convert::Repeated>,
    first_outcome: bool,
}

impl<W: io::Write> JsonWriter<W> {
    /// A writer to `out`; texts for people inside are in `lang`.
    pub fn new(out: W, lang: Lang) -> Self {
        let out = Fields { out, element: Vec::new() };
        JsonWriter { out, words: Words::new(lang), repeated: Vec::new(), first_outcome: true }
    }
}

/// The fields of the document, one a line, and their elements, one a line.
struct Fields<W> {
    out: W,
    /// One element, before it goes out: serde writes a few bytes at a time, which costs less into memory.
    element: Vec<u8>,
}

impl<W: io::Write> Fields<W> {
    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "  \"{name}\": ")?;
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b",\n")
    }

    /// An array with one element a line.
    fn list<T: Serialize>(&mut self, name: &str, values: impl Iterator<Item = T>) -> io::Result<()> {
        write!(self.out, "  \"{name}\": [")?;
        let mut first = true;
        for value in values {
            self.element(first, &value)?;
            first = false;
        }
        self.out.write_all(if first { b"],\n" } else { b"\n  ],\n" })
    }

    fn element(&mut self, first: bool, value: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if first { b"\n    " } else { b",\n    " })?;
        self.element.clear();
        serde_json::to_writer(&mut self.element, value)?;
        self.out.write_all(&self.element)
    }
}

impl<W: io::Write> Writer for JsonWriter<W> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        let lang = self.words.lang();
        self.repeated = head.checks.iter().map(convert::Repeated::of).collect();
        self.out.out.write_all(b"{\n")?;
        self.out.field("schema", &SCHEMA_ID)?;
        self.out.field("tool", &convert::tool(head))?;
        self.out.field("edition", &head.edition)?;
        self.out.field("as_of", &head.as_of)?;
        self.out.field("config", &convert::config(head))?;
        self.out.field("scope", &convert::scope(head))?;
        self.out.list("inputs", head.inputs.iter().map(convert::input))?;
        self.out.list("snapshots", head.snapshots.iter().map(convert::snapshot))?;
        self.out.list("not_judged", head.not_judged.iter().map(convert::not_judged))?;
        self.out.list("coverage", head.coverage.iter().map(convert::coverage))?;
        self.out.list("checks", head.checks.iter().map(|check| convert::check(check, lang)))?;
        self.out.out.write_all(b"  \"outcomes\": [")
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let converted = convert::outcome(&self.words, head, &self.repeated, outcome).map_err(io::Error::other)?;
        self.out.element(self.first_outcome, &converted)?;
        self.first_outcome = false;
        Ok(())
    }

    fn tail(&mut self, _head: &Head, tail: &Tail) -> io::Result<()> {
        self.out.out.write_all(if self.first_outcome { b"],\n" } else { b"\n  ],\n" })?;
        let standings: Vec<_> = tail.standings.iter().map(|s| convert::standing(&self.words, s)).collect();
        self.out.list("standings", standings.iter())?;
        self.out.list("losses", tail.losses.iter().map(convert::loss))?;
        self.out.out.write_all(b"  \"summary\": ")?;
        serde_json::to_writer(&mut self.out.out, &convert::summary(tail))?;
        self.out.out.write_all(b"\n}\n")?;
        self.out.out.flush()
    }
}
