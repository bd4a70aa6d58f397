//! The report as one HTML file that asks nothing of a network: readable without a script, filterable with one,
//! printable, and safe to open whatever the evidence says.
//!
//! Outcomes wait in a temporary file until the standings are known; memory holds the rows of one check at most.

mod assets;
mod control;
mod logs;
mod markdown;
mod row;
mod spool;
mod summary;
mod view;

use std::io;

use askama::Template;
use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_model::Lang;
use isoneph_standard::Catalogue;

use self::row::Pending;
use self::spool::Spool;
use crate::tally::Tally;
use crate::words::Words;

/// Writes an assessment as HTML.
pub struct HtmlWriter<'a, W> {
    out: W,
    catalogue: &'a Catalogue,
    words: Words,
    tally: Tally,
    spool: Spool,
    pending: Pending,
}

impl<'a, W: io::Write> HtmlWriter<'a, W> {
    /// A writer to `out`.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn new(out: W, catalogue: &'a Catalogue, lang: Lang) -> io::Result<Self> {
        let words = Words::new(lang);
        let (tally, spool, pending) = (Tally::default(), Spool::new()?, Pending::default());
        Ok(HtmlWriter { out, catalogue, words, tally, spool, pending })
    }

    fn write(&mut self, template: &impl Template) -> io::Result<()> {
        Template::write_into(template, &mut self.out).map_err(io::Error::other)
    }

    fn close_check(&mut self) -> io::Result<()> {
        match self.pending.take() {
            Some((check, rows)) => self.spool.add(check, &rows),
            None => Ok(()),
        }
    }
}

impl<W: io::Write> Writer for HtmlWriter<'_, W> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        self.tally.start(head);
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        self.tally.add(outcome);
        if self.pending.is_of_another(outcome.check) {
            self.close_check()?;
        }
        self.pending.add(&self.words, head, outcome)
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        self.close_check()?;
        let words = Words::new(self.words.lang());
        let tally = std::mem::take(&mut self.tally);
        let view = view::View { head, tail, words: &words, catalogue: self.catalogue, tally: &tally };
        self.write(&summary::Start::new(&view))?;
        if let Some(logs) = logs::Logs::of(&view) {
            self.write(&logs)?;
        }
        self.write(&summary::Controls::new(&view))?;
        for control in control::controls(&view) {
            self.write(&control)?;
            for check in &control.checks {
                self.check(&view, check)?;
            }
            self.out.write_all(b"</section>\n")?;
        }
        self.write(&summary::End::new(&view))?;
        self.out.flush()
    }
}

impl<W: io::Write> HtmlWriter<'_, W> {
    fn check(&mut self, view: &view::View<'_>, check: &control::CheckBlock<'_>) -> io::Result<()> {
        self.write(check)?;
        if check.is_here {
            self.spool.copy(check.index, &mut self.out)?;
            self.write(&control::CheckEnd::new(view, check.index))?;
        }
        Ok(())
    }
}
