//! OCSF Compliance Finding (class 2003), one JSON array: what security lakes and SIEMs take in.
//!
//! The time of an event is when the subject was seen; where the evidence does not say, midnight UTC of the day for which
//! the assessment holds. Identifiers come from content: the same finding has the same identifier in every run.

mod event;

use std::io;

use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_model::Lang;

/// Writes an assessment as OCSF events.
pub struct OcsfWriter<W> {
    out: W,
    lang: Lang,
    first: bool,
}

impl<W: io::Write> OcsfWriter<W> {
    /// A writer to `out`; messages are in `lang`.
    pub fn new(out: W, lang: Lang) -> Self {
        OcsfWriter { out, lang, first: true }
    }
}

impl<W: io::Write> Writer for OcsfWriter<W> {
    fn head(&mut self, _head: &Head) -> io::Result<()> {
        self.out.write_all(b"[")
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let event = event::event(head, self.lang, outcome)?;
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        Ok(serde_json::to_writer(&mut self.out, &event)?)
    }

    fn tail(&mut self, _head: &Head, _tail: &Tail) -> io::Result<()> {
        self.out.write_all(if self.first { b"]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}
