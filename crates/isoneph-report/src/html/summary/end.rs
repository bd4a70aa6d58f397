//! What keeps the answer from being complete, what was read, and what the words mean.

use std::collections::BTreeMap;

use askama::Template;
use isoneph_model::{EvidenceClass, Extent, GapCode, Outcome, ReasonCode, Standing};

use super::super::assets::SCRIPT;
use super::super::view::{View, symbol_of_outcome, symbol_of_standing};
use crate::plain::plain;
use crate::text::{WORST_FIRST, input_words};
use crate::words::Words;

/// Record types, rejects, notes and snapshots shown of each list.
const MOST: usize = 200;

/// The page from the last control down.
#[derive(Template)]
#[template(path = "html/end.html")]
pub(in crate::html) struct End<'a> {
    words: &'a Words,
    script: &'static str,
    undecided: Vec<Undecided>,
    inputs: Vec<InputView>,
    skipped: Vec<String>,
    coverage: Vec<CoverageRow>,
    parameters: Vec<(String, bool)>,
    exceptions: Vec<(String, String)>,
    made_by: String,
}

struct Undecided {
    reason: String,
    help: String,
    counts: String,
}

struct InputView {
    number: usize,
    path: String,
    digest: String,
    about: String,
    unsupported: Vec<String>,
    rejected: Vec<(String, String, String)>,
    notes: Vec<String>,
    cut: Option<String>,
}

/// Coverage entries of one table, extent and code.
struct CoverageRow {
    table: &'static str,
    extent: Extent,
    reason: String,
    n: usize,
}

impl<'a> End<'a> {
    pub(in crate::html) fn new(view: &View<'a>) -> End<'a> {
        let (head, words) = (view.head, view.words);
        let values = [("tool", head.tool.name.into()), ("version", head.tool.version.into())];
        End {
            words,
            script: SCRIPT,
            undecided: undecided(view),
            inputs: head.inputs.iter().enumerate().map(|(n, input)| input_view(words, n, input)).collect(),
            skipped: skipped(view),
            coverage: coverage(view),
            parameters: parameters(view),
            exceptions: exceptions(view),
            made_by: words.say_with("made-by", &values),
        }
    }

    fn standings(&self) -> Vec<(Standing, &'static str)> {
        WORST_FIRST.iter().map(|s| (*s, symbol_of_standing(*s))).collect()
    }

    fn outcomes(&self) -> Vec<(Outcome, &'static str)> {
        Outcome::ALL.iter().map(|o| (*o, symbol_of_outcome(*o))).collect()
    }

    fn classes(&self) -> &'static [EvidenceClass] {
        EvidenceClass::ALL
    }
}

fn undecided(view: &View<'_>) -> Vec<Undecided> {
    let rows = view.tally.reasons().into_iter().map(|(reason, tally)| {
        let ids: Vec<&str> =
            tally.checks.iter().filter_map(|i| view.head.checks.get(*i)).map(|c| c.id.as_str()).take(5).collect();
        let counts =
            view.words.say_with("undecided-line", &[("n", tally.n.into()), ("checks", tally.checks.len().into())]);
        Undecided {
            reason: plain(&view.words.reason(reason)).into_owned(),
            help: view.words.help(reason),
            counts: format!("{counts}: {}", ids.join(" ")),
        }
    });
    rows.collect()
}

fn input_view(words: &Words, number: usize, input: &isoneph_tables::Input) -> InputView {
    let text = |text: &str| plain(text).into_owned();
    let rejected = input.rejected.iter().take(MOST);
    let hidden = [input.unsupported.len(), input.rejected.len(), input.notes.len()];
    let cut: usize = hidden.iter().map(|n| n.saturating_sub(MOST)).sum();
    InputView {
        number,
        path: text(&input.path),
        digest: input.sha256.map(|d| d.to_string()).unwrap_or_else(|| words.say("unknown-value")),
        about: input_words(words, input),
        unsupported: input.unsupported.iter().take(MOST).map(|(t, n)| format!("{} {n}", plain(t))).collect(),
        rejected: rejected.map(|r| (text(r.locator.as_str()), text(&r.code), text(&r.message))).collect(),
        notes: input.notes.iter().take(MOST).map(|note| text(note)).collect(),
        cut: (cut > 0).then(|| words.say_with("and-more", &[("n", cut.into())])),
    }
}

fn skipped(view: &View<'_>) -> Vec<String> {
    let line = |(id, reason): &(i64, String)| {
        let snapshot = view.head.snapshots.iter().find(|s| s.id == *id);
        let path = snapshot.and_then(|s| view.head.inputs.get(s.input.0 as usize)).map(|input| input.path.as_str());
        let id = id.to_string();
        let path = path.unwrap_or_default();
        let values = [("id", id.as_str().into()), ("path", path.into()), ("reason", reason.as_str().into())];
        view.words.say_with("snapshot-skipped", &values)
    };
    let mut lines: Vec<String> = view.head.not_judged.iter().take(MOST).map(line).collect();
    if let Some(more @ 1..) = view.head.not_judged.len().checked_sub(MOST) {
        lines.push(view.words.say_with("and-more", &[("n", more.into())]));
    }
    lines
}

fn coverage(view: &View<'_>) -> Vec<CoverageRow> {
    let mut rows: BTreeMap<(&'static str, Extent, Option<GapCode>), usize> = BTreeMap::new();
    for entry in &view.head.coverage {
        *rows.entry((entry.table.def().name, entry.extent, entry.code)).or_default() += 1;
    }
    let row = |((table, extent, code), n): ((&'static str, Extent, Option<GapCode>), usize)| CoverageRow {
        table,
        extent,
        reason: code.map(|code| view.words.reason_code(ReasonCode::from(code))).unwrap_or_default(),
        n,
    };
    rows.into_iter().map(row).collect()
}

fn parameters(view: &View<'_>) -> Vec<(String, bool)> {
    let line = |p: &isoneph_assessment::Parameter| {
        let values = [
            ("check", p.check.as_str().into()),
            ("name", p.name.as_str().into()),
            ("value", p.value.as_str().into()),
            ("default", p.default.as_str().into()),
        ];
        (view.words.say_with("parameter-changed", &values), p.looser)
    };
    view.head.config.parameters.iter().map(line).collect()
}

fn exceptions(view: &View<'_>) -> Vec<(String, String)> {
    let line = |e: &isoneph_assessment::Exception| {
        let until = e.until.to_string();
        let values = [
            ("subject", e.subject.as_str().into()),
            ("owner", e.owner.as_str().into()),
            ("approver", e.approver.as_str().into()),
            ("until", until.as_str().into()),
            ("reason", e.reason.as_str().into()),
        ];
        (e.check.clone(), view.words.say_with("exception-line", &values))
    };
    view.head.config.exceptions.iter().map(line).collect()
}
