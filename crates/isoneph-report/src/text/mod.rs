//! The report for a terminal: what matters first, and never more than fits a reader's patience. Everything else is in
//! the HTML and JSON forms.

mod failing;
mod gaps;
mod images;
mod page;
mod standings;
mod top;

pub use images::{ImageTextWriter, ScannedImage};

pub(crate) use standings::WORST_FIRST;
pub(crate) use top::{input_words, roles_key};

use std::io;

use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_model::{Lang, Outcome};
use isoneph_standard::Catalogue;

use self::page::Page;
use crate::plain::plain;
use crate::tally::Tally;
use crate::words::Words;

/// Failing subjects kept of each check.
const KEPT_OF_A_CHECK: usize = 10;

/// How a terminal wants its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour it.
    pub color: bool,
    /// Columns to stay within, where words allow.
    pub width: usize,
}

/// Writes an assessment as text.
pub struct TextWriter<'a, W> {
    out: W,
    catalogue: &'a Catalogue,
    words: Words,
    style: Style,
    tally: Tally,
    /// The first failing subjects of each check.
    kept: Vec<Vec<Kept>>,
}

/// A failing subject.
#[derive(Debug)]
struct Kept {
    address: String,
    message: String,
    /// Where it was seen first, and how many more places there are.
    place: String,
    more_places: usize,
    exception: Option<usize>,
    /// The session that it is of, and how many more failing subjects are.
    story: Option<String>,
    more_of_story: u64,
}

impl<'a, W: io::Write> TextWriter<'a, W> {
    /// A writer to `out`.
    pub fn new(out: W, catalogue: &'a Catalogue, lang: Lang, style: Style) -> Self {
        let words = Words::new(lang);
        TextWriter { out, catalogue, words, style, tally: Tally::default(), kept: Vec::new() }
    }
}

impl<W: io::Write> Writer for TextWriter<'_, W> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        self.tally.start(head);
        self.kept = head.checks.iter().map(|_| Vec::new()).collect();
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        self.tally.add(outcome);
        let Some((check, kept)) = head.checks.get(outcome.check).zip(self.kept.get_mut(outcome.check)) else {
            return Ok(());
        };
        if outcome.outcome != Outcome::Fail {
            return Ok(());
        }
        let story = outcome.story().map(str::to_owned);
        let same =
            |kept: &&mut Kept| kept.story.is_some() && kept.story == story && kept.exception == outcome.exception;
        if let Some(told) = kept.iter_mut().find(same) {
            told.more_of_story += 1;
            return Ok(());
        }
        let new = || Kept {
            address: outcome.subject.as_ref().map(|s| plain(&s.address).into_owned()).unwrap_or_default(),
            message: plain(&check.message.fill(self.words.lang(), &outcome.values)).into_owned(),
            place: outcome.evidence.first().map(|e| place(head, e)).unwrap_or_default(),
            more_places: outcome.evidence.len().saturating_sub(1),
            exception: outcome.exception,
            story: story.clone(),
            more_of_story: 0,
        };
        if kept.len() < KEPT_OF_A_CHECK {
            kept.push(new());
        } else if outcome.exception.is_none()
            && let Some(accepted) = kept.iter().rposition(|k| k.exception.is_some())
        {
            // What nobody accepted matters more than what somebody did.
            kept.remove(accepted);
            kept.push(new());
        }
        Ok(())
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        let mut page = Page::new(self.style);
        let view =
            View { head, tail, words: &self.words, catalogue: self.catalogue, tally: &self.tally, kept: &self.kept };
        top::write(&mut page, &view);
        standings::write(&mut page, &view);
        failing::write(&mut page, &view);
        gaps::write(&mut page, &view);
        top::close(&mut page, &view);
        self.out.write_all(page.text().as_bytes())?;
        self.out.flush()
    }
}

/// Everything a section reads.
struct View<'a> {
    head: &'a Head,
    tail: &'a Tail,
    words: &'a Words,
    catalogue: &'a Catalogue,
    tally: &'a Tally,
    kept: &'a [Vec<Kept>],
}

/// `path:locator` of a row under an answer.
fn place(head: &Head, evidence: &isoneph_assessment::Evidence) -> String {
    crate::place::told(head, &evidence.place)
}
