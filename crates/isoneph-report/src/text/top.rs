//! What was assessed, and in one line what came of it.

use isoneph_assessment::{RolesBasis, Tail};
use isoneph_model::{Outcome, Severity};
use isoneph_standard::standing::RULE;
use isoneph_tables::Input;

use crate::plain::plain;
use crate::text::View;
use crate::text::page::{Look, Page};
use crate::words::Words;

/// Inputs named in the head; the others are counted.
const INPUTS_NAMED: usize = 8;

pub(super) fn write(page: &mut Page, view: &View<'_>) {
    let (head, words) = (view.head, view.words);
    let subtitle = subtitle(view);
    page.line(&page.paint(Look::Bold, &format!("{} {}: {subtitle}", head.tool.name, head.tool.version)));
    let labels =
        ["input-label", "services", "accounts", "regions", "period", "roles", "config"].map(|key| words.say(key));
    let width = labels.iter().map(|label| unicode_width::UnicodeWidthStr::width(label.as_str())).max().unwrap_or(0);
    let [inputs, services, accounts, regions, period, roles, config] = &labels;
    // A folder stands among the inputs for what it holds and nobody read: that is told whatever else is listed.
    let (folders, files): (Vec<&Input>, Vec<&Input>) = head.inputs.iter().partition(|input| is_folder(input));
    let line = |input: &&Input| format!("{} ({})", plain(&input.path), input_words(words, input));
    let more = files.len().checked_sub(INPUTS_NAMED).filter(|more| *more > 0);
    let more = more.map(|more| words.say_with("and-more", &[("n", more.into())]));
    let lines = files.iter().take(INPUTS_NAMED).map(line).chain(more).chain(folders.iter().map(line));
    for (index, text) in lines.enumerate() {
        page.labelled(if index == 0 { inputs.as_str() } else { "" }, width, &text);
    }
    let named: Vec<&str> = head.scope.services.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    page.labelled(services, width, &list(words, &named, "not-declared"));
    let named: Vec<&str> = head.scope.accounts.iter().map(String::as_str).collect();
    page.labelled(accounts, width, &list(words, &named, "not-declared"));
    let named: Vec<&str> = head.scope.regions.iter().map(String::as_str).collect();
    page.labelled(regions, width, &list(words, &named, "any"));
    if let Some((from, to)) = head.scope.period {
        page.labelled(period, width, &format!("{from} – {to}"));
    }
    page.labelled(roles, width, &words.say(roles_key(head.scope.roles)));
    let config_is = head.config.sha256.map_or_else(|| words.say("config-none"), |d| format!("SHA-256 {d}"));
    page.labelled(config, width, &config_is);
    for parameter in &head.config.parameters {
        let changed = words.say_with(
            "parameter-changed",
            &[
                ("check", parameter.check.as_str().into()),
                ("name", parameter.name.as_str().into()),
                ("value", parameter.value.as_str().into()),
                ("default", parameter.default.as_str().into()),
            ],
        );
        let looser = if parameter.looser { format!(" ({})", words.say("parameter-looser")) } else { String::new() };
        page.labelled("", width, &format!("{changed}{looser}"));
    }
    losses(page, view.words, view.tail);
}

fn subtitle(view: &View<'_>) -> String {
    let (edition, date) = (view.head.edition.as_str(), view.head.as_of.to_string());
    view.words.say_with("subtitle", &[("edition", edition.into()), ("date", date.as_str().into())])
}

pub(crate) fn roles_key(roles: RolesBasis) -> &'static str {
    match roles {
        RolesBasis::Declared => "roles-declared",
        RolesBasis::Assumed => "roles-assumed",
    }
}

fn is_folder(input: &Input) -> bool {
    input.format == "folder"
}

/// The format, class and size of an input; of a folder what was passed over in it.
pub(crate) fn input_words(words: &Words, input: &Input) -> String {
    if is_folder(input) {
        let first = input.notes.first().map_or("", String::as_str);
        return words
            .say_with("folder-line", &[("files", input.notes.len().into()), ("first", plain(first).as_ref().into())]);
    }
    if input.format.is_empty() {
        return words.say("input-unknown");
    }
    let class = input.class.map(|class| words.class(class)).unwrap_or_else(|| words.say("unknown-value"));
    words.say_with(
        "input-line",
        &[
            ("format", input.format.as_str().into()),
            ("class", class.as_str().into()),
            ("records", input.records.into()),
        ],
    )
}

fn list(words: &Words, names: &[&str], when_empty: &str) -> String {
    const MOST: usize = 12;
    if names.is_empty() {
        return words.say(when_empty);
    }
    let shown: Vec<_> = names.iter().take(MOST).map(|name| plain(name)).collect();
    let mut text = shown.join(&words.say("list-separator"));
    if names.len() > MOST {
        text = format!("{text} {}", words.say_with("and-more", &[("n", (names.len() - MOST).into())]));
    }
    text
}

/// What is lost makes every number below it smaller than the truth: it comes first.
pub(super) fn losses(page: &mut Page, words: &Words, tail: &Tail) {
    const MOST: usize = 10;
    if tail.losses.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(0, &words.say("losses"), Look::Bad);
    for loss in tail.losses.iter().take(MOST) {
        page.paragraph(2, &plain(&loss.message), Look::Plain);
    }
    if let Some(more @ 1..) = tail.losses.len().checked_sub(MOST) {
        page.paragraph(2, &words.say_with("and-more", &[("n", more.into())]), Look::Dim);
    }
}

/// The rule, and what came of it all.
pub(super) fn close(page: &mut Page, view: &View<'_>) {
    let words = view.words;
    page.heading(&words.say("rule"));
    page.paragraph(2, RULE.get(words.lang()), Look::Dim);
    page.blank();
    let counts = outcome_counts(view);
    page.paragraph(0, &counts, Look::Bold);
    let open: u64 = view.tail.failures.values().sum();
    let look = if open > 0 { Look::Bad } else { Look::Good };
    page.paragraph(0, &failures_line(words, view.tail), look);
    let (_, found) = view.tail.findings;
    if found > 0 {
        page.paragraph(0, &words.say_with("closing-findings", &[("n", found.into())]), Look::Bad);
    }
    if !view.tail.losses.is_empty() {
        page.paragraph(0, &words.say("closing-loss"), Look::Bad);
    }
    page.paragraph(0, &words.say("closing-more"), Look::Dim);
}

fn outcome_counts(view: &View<'_>) -> String {
    let n = |outcome| view.tail.outcomes.get(&outcome).copied().unwrap_or_default();
    view.words.say_with(
        "counts-line",
        &[
            ("fail", n(Outcome::Fail).into()),
            ("unknown", n(Outcome::Unknown).into()),
            ("pass", n(Outcome::Pass).into()),
            ("na", n(Outcome::NotApplicable).into()),
        ],
    )
}

/// Unaccepted failures by severity.
pub(super) fn failures_line(words: &Words, tail: &Tail) -> String {
    let total: u64 = tail.failures.values().sum();
    if total == 0 {
        return words.say("no-failures");
    }
    let by_severity: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|s| tail.failures.get(s).filter(|n| **n > 0).map(|n| words.severity_count(s, *n)))
        .collect();
    let line = words.say_with("closing-fail", &[("n", total.into())]);
    format!("{line}: {}", by_severity.join(&words.say("list-separator")))
}
