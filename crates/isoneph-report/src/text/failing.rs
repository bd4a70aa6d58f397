//! Failing checks, worst first, each with its first subjects and where they were seen.

use isoneph_assessment::CheckInfo;
use isoneph_model::Outcome;
use unicode_width::UnicodeWidthStr;

use crate::tally::CheckTally;
use crate::text::page::{Look, Page};
use crate::text::{Kept, View};

pub(super) fn write(page: &mut Page, view: &View<'_>) {
    let failing = view.tally.failing(view.head);
    if failing.is_empty() {
        return;
    }
    page.heading(&view.words.say("failing-checks"));
    for (place, (index, check, tally)) in failing.iter().enumerate() {
        if place > 0 {
            page.blank();
        }
        title(page, view, check, tally);
        let kept = view.kept.get(*index).map_or(&[][..], Vec::as_slice);
        for subject in kept {
            write_subject(page, view, subject);
        }
        let told: u64 = kept.iter().map(|subject| 1 + subject.more_of_story).sum();
        if let Some(more @ 1..) = tally.of(Outcome::Fail).checked_sub(told) {
            page.paragraph(4, &view.words.say_with("and-more", &[("n", more.into())]), Look::Dim);
        }
        let show = view.words.say_with("see-all", &[("check", check.id.as_str().into())]);
        page.paragraph(4, &format!("{}: {show}", view.words.say("fix")), Look::Dim);
    }
}

fn title(page: &mut Page, view: &View<'_>, check: &CheckInfo, tally: &CheckTally) {
    let words = view.words;
    let severity = words.severity(check.severity);
    let look = if tally.open() > 0 { Look::of_severity(check.severity) } else { Look::Dim };
    let lead = format!("  {} ", page.paint(look, &severity));
    let indent = 3 + severity.width();
    let title = format!("{} [{}]", check.title.get(words.lang()), check.id);
    page.wrapped(&lead, indent, indent, &title, Look::Bold);
    let mut counts =
        words.say_with("fails-of", &[("fail", tally.of(Outcome::Fail).into()), ("total", tally.total().into())]);
    if tally.excepted > 0 {
        counts = format!("{counts}, {}", words.say_with("excepted-of", &[("n", tally.excepted.into())]));
    }
    let mut controls: Vec<String> = Vec::new();
    for supports in &check.supports {
        let cell = format!("{} ({})", supports.control, words.role(supports.role));
        if !controls.contains(&cell) {
            controls.push(cell);
        }
    }
    if !controls.is_empty() {
        counts = format!("{counts}; {} {}", words.say("controls"), controls.join(&words.say("list-separator")));
    }
    page.paragraph(4, &counts, Look::Dim);
}

fn write_subject(page: &mut Page, view: &View<'_>, kept: &Kept) {
    let mut line = if kept.address.is_empty() { view.words.say("nothing-seen") } else { kept.address.clone() };
    if let Some(exception) = kept.exception.and_then(|index| view.head.config.exceptions.get(index)) {
        let until = exception.until.to_string();
        line = format!("{line} [{}]", view.words.say_with("exception-short", &[("until", until.as_str().into())]));
    }
    page.paragraph(4, &line, Look::Plain);
    let message = match kept.more_of_story {
        0 => kept.message.clone(),
        more => format!("{}; {}", kept.message, view.words.say_with("more-of-session", &[("n", more.into())])),
    };
    page.paragraph(6, &message, Look::Plain);
    let more = if kept.more_places > 0 { format!(" (+{})", kept.more_places) } else { String::new() };
    page.paragraph(6, &format!("{}{more}", kept.place), Look::Dim);
}
