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
    out: W,
    words: Words,
    first_outcome: bool,
}

impl<W: io::Write> JsonWriter<W> {
    /// A writer to `out`; texts for people inside are in `lang`.
    pub fn new(out: W, lang: Lang) -> Self {
        JsonWriter { out, words: Words::new(lang), first_outcome: true }
    }

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
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }
}

impl<W: io::Write> Writer for JsonWriter<W> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        let lang = self.words.lang();
        self.out.write_all(b"{\n")?;
        self.field("schema", &SCHEMA_ID)?;
        self.field("tool", &convert::tool(head))?;
        self.field("edition", &head.edition)?;
        self.field("as_of", &head.as_of)?;
        self.field("config", &convert::config(head))?;
        self.field("scope", &convert::scope(head))?;
        self.list("inputs", head.inputs.iter().map(convert::input))?;
        self.list("snapshots", head.snapshots.iter().map(convert::snapshot))?;
        self.list("not_judged", head.not_judged.iter().map(convert::not_judged))?;
        self.list("coverage", head.coverage.iter().map(convert::coverage))?;
        self.list("checks", head.checks.iter().map(|check| convert::check(check, lang)))?;
        self.out.write_all(b"  \"outcomes\": [")
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let converted = convert::outcome(&self.words, head, outcome).map_err(io::Error::other)?;
        self.element(self.first_outcome, &converted)?;
        self.first_outcome = false;
        Ok(())
    }

    fn tail(&mut self, _head: &Head, tail: &Tail) -> io::Result<()> {
        self.out.write_all(if self.first_outcome { b"],\n" } else { b"\n  ],\n" })?;
        let standings: Vec<_> = tail.standings.iter().map(|s| convert::standing(&self.words, s)).collect();
        self.list("standings", standings.iter())?;
        self.list("losses", tail.losses.iter().map(convert::loss))?;
        self.out.write_all(b"  \"summary\": ")?;
        serde_json::to_writer(&mut self.out, &convert::summary(tail))?;
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}
