//! The report of a scan of disk images for a terminal: image by image, how much was decided, what is worst and how it is
//! put right, and what could not be decided and why.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use isoneph_assessment::{CheckInfo, CheckOutcome, Evidence, Head, Tail, Writer};
use isoneph_model::{Lang, Outcome, Reason};
use unicode_width::UnicodeWidthStr;

use crate::plain::plain;
use crate::text::page::{Look, Page};
use crate::text::{Style, place as place_of};
use crate::words::Words;

/// Failures told of all images together; with many images each has its worst told.
const TOLD: usize = 400;
/// Failures told of one image at least.
const TOLD_AT_LEAST: usize = 8;

/// What the report says of an image beside outcomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScannedImage {
    /// What it is, in words that need no translation: distribution, container, file system.
    pub about: String,
    /// Why settings are unknown, by the check that asks for them.
    pub reasons: BTreeMap<String, String>,
}

/// Writes a scan of disk images as text.
pub struct ImageTextWriter<W> {
    out: W,
    words: Words,
    style: Style,
    known: BTreeMap<String, ScannedImage>,
    images: BTreeMap<String, Judged>,
}

/// What came of one image.
#[derive(Debug, Default)]
struct Judged {
    counts: BTreeMap<Outcome, u64>,
    failures: Vec<Failure>,
    /// The checks that decided nothing, each with the first reason.
    unknown: Vec<(usize, Option<Reason>)>,
}

#[derive(Debug)]
struct Failure {
    check: usize,
    message: String,
    place: String,
    exception: Option<usize>,
}

impl<W: io::Write> ImageTextWriter<W> {
    /// A writer to `out`. `known` says what the images are, by their names.
    pub fn new(out: W, lang: Lang, style: Style, known: BTreeMap<String, ScannedImage>) -> Self {
        ImageTextWriter { out, words: Words::new(lang), style, known, images: BTreeMap::new() }
    }

    fn image(&self, page: &mut Page, head: &Head, name: &str, judged: &Judged, most: usize) {
        let known = self.known.get(name).cloned().unwrap_or_default();
        page.heading(&plain(name));
        if !known.about.is_empty() {
            page.paragraph(2, &plain(&known.about), Look::Plain);
        }
        page.paragraph(2, &self.coverage(judged), Look::Plain);
        let mut failures: Vec<&Failure> = judged.failures.iter().collect();
        let check = |failure: &Failure| head.checks.get(failure.check);
        failures
            .sort_by_key(|one| (one.exception.is_some(), Reverse(check(one).map(|check| check.severity)), one.check));
        for failure in failures.iter().take(most) {
            if let Some(check) = check(failure) {
                self.failure(page, head, check, failure);
            }
        }
        if let Some(more @ 1..) = failures.len().checked_sub(most) {
            page.blank();
            page.paragraph(2, &self.words.say_with("and-more", &[("n", more.into())]), Look::Dim);
        }
        self.undecided(page, head, judged, &known);
    }

    /// How much was decided: an answer over half of the questions must say so.
    fn coverage(&self, judged: &Judged) -> String {
        let n = |outcome| judged.counts.get(&outcome).copied().unwrap_or_default();
        let total: u64 = judged.counts.values().sum();
        let decided = total - n(Outcome::Unknown);
        let percent = (decided * 100).checked_div(total).unwrap_or_default();
        self.words.say_with(
            "scan-coverage",
            &[
                ("decided", decided.into()),
                ("total", total.into()),
                ("percent", percent.into()),
                ("fail", n(Outcome::Fail).into()),
                ("pass", n(Outcome::Pass).into()),
                ("na", n(Outcome::NotApplicable).into()),
                ("unknown", n(Outcome::Unknown).into()),
            ],
        )
    }

    fn failure(&self, page: &mut Page, head: &Head, check: &CheckInfo, failure: &Failure) {
        let words = &self.words;
        let severity = words.severity(check.severity);
        let look = if failure.exception.is_none() { Look::of_severity(check.severity) } else { Look::Dim };
        let indent = 3 + severity.width();
        page.blank();
        let title = format!("{} [{}]", check.title.get(words.lang()), check.id);
        page.wrapped(&format!("  {} ", page.paint(look, &severity)), indent, indent, &title, Look::Bold);
        if let Some(exception) = failure.exception.and_then(|index| head.config.exceptions.get(index)) {
            let until = exception.until.to_string();
            page.paragraph(4, &words.say_with("exception-short", &[("until", until.as_str().into())]), Look::Dim);
        }
        page.paragraph(4, &failure.message, Look::Plain);
        page.paragraph(4, &failure.place, Look::Dim);
        for line in code_of(&check.fix) {
            let lead = format!("    {}: ", words.say("fix"));
            let indent = lead.width();
            page.wrapped(&lead, indent, indent, line, Look::Good);
        }
    }

    fn undecided(&self, page: &mut Page, head: &Head, judged: &Judged, known: &ScannedImage) {
        if judged.unknown.is_empty() {
            return;
        }
        page.blank();
        page.paragraph(2, &self.words.say("scan-undecided"), Look::Warn);
        // Many wait for the same: each reason is said once.
        let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (index, reason) in &judged.unknown {
            let Some(check) = head.checks.get(*index) else { continue };
            let own = known.reasons.get(&check.id).filter(|reason| !reason.is_empty());
            let said = own.map(|reason| plain(reason).into_owned());
            let said = said.or_else(|| reason.as_ref().map(|reason| self.words.reason(reason)));
            by_reason.entry(said.unwrap_or_default()).or_default().push(&check.id);
        }
        for (reason, checks) in by_reason {
            page.paragraph(4, &reason, Look::Plain);
            page.paragraph(6, &checks.join(&self.words.say("list-separator")), Look::Dim);
        }
    }
}

/// The lines of code in a Markdown text.
fn code_of(markdown: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    markdown.lines().filter(move |line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        inside && !fence && !line.trim().is_empty()
    })
}

impl<W: io::Write> Writer for ImageTextWriter<W> {
    fn head(&mut self, _: &Head) -> io::Result<()> {
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        // Without a subject there was no image: the losses say why.
        let (Some(subject), Some(check)) = (&outcome.subject, head.checks.get(outcome.check)) else { return Ok(()) };
        let (table, name) = (check.subject.as_str(), &subject.address);
        let image =
            if table == "image" { name } else { name.split_once('#').map_or(name.as_str(), |(image, _)| image) };
        let judged = self.images.entry(image.to_owned()).or_default();
        *judged.counts.entry(outcome.outcome).or_default() += 1;
        match outcome.outcome {
            Outcome::Fail => {
                let place = outcome.evidence.iter().rev().max_by_key(|evidence| exactness(evidence));
                judged.failures.push(Failure {
                    check: outcome.check,
                    message: plain(&check.message.fill(self.words.lang(), &outcome.values)).into_owned(),
                    place: place.map(|evidence| place_of(head, evidence)).unwrap_or_default(),
                    exception: outcome.exception,
                });
            }
            Outcome::Unknown if judged.unknown.last().map(|(check, _)| *check) != Some(outcome.check) => {
                judged.unknown.push((outcome.check, outcome.reason.clone()));
            }
            _ => {}
        }
        Ok(())
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        let mut page = Page::new(self.style);
        let (edition, day) = (head.edition.to_string(), head.as_of.to_string());
        let values = [("edition", edition.as_str().into()), ("date", day.as_str().into())];
        let title = page.paint(Look::Bold, &self.words.say("scan-title"));
        page.line(&title);
        page.paragraph(0, &self.words.say_with("subtitle", &values), Look::Dim);
        super::top::losses(&mut page, &self.words, tail);
        let most = (TOLD / self.images.len().max(1)).max(TOLD_AT_LEAST);
        for (name, judged) in &self.images {
            self.image(&mut page, head, name, judged, most);
        }
        page.blank();
        let look = if tail.failures.values().any(|count| *count > 0) { Look::Bad } else { Look::Good };
        page.paragraph(0, &super::top::failures_line(&self.words, tail), look);
        if !tail.losses.is_empty() {
            page.paragraph(0, &self.words.say("closing-loss"), Look::Bad);
        }
        page.paragraph(0, &self.words.say("scan-closing"), Look::Dim);
        self.out.write_all(page.text().as_bytes())?;
        self.out.flush()
    }
}

/// How exactly a piece of evidence points into the guest: at a line, at a file, or at the guest as a whole.
fn exactness(evidence: &Evidence) -> u8 {
    let locator = evidence.place.locator.as_str();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match locator.rsplit_once(':') {
        Some((_, line)) if is_number(line) => 2,
        _ => u8::from(evidence.table != "image" && locator != "guest:/"),
    }
}
