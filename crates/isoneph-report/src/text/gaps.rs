//! What keeps answers from being known: undecided outcomes, what incomplete cells wait for, and what was not understood.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, RequirementKind, Standing};
use isoneph_standard::standing::Why;

use crate::place;
use crate::plain::plain;
use crate::text::View;
use crate::text::page::{Look, Page};
use crate::words::why_code;

/// Reasons, rejects and types listed each; the others are counted.
const MOST_LINES: usize = 12;

pub(super) fn write(page: &mut Page, view: &View<'_>) {
    undecided(page, view);
    waits(page, view);
    not_understood(page, view);
}

fn more(page: &mut Page, view: &View<'_>, total: usize) {
    if let Some(more @ 1..) = total.checked_sub(MOST_LINES) {
        page.paragraph(2, &view.words.say_with("and-more", &[("n", more.into())]), Look::Dim);
    }
}

fn undecided(page: &mut Page, view: &View<'_>) {
    let reasons = view.tally.reasons();
    if reasons.is_empty() {
        return;
    }
    page.heading(&view.words.say("undecided"));
    for (reason, tally) in reasons.iter().take(MOST_LINES) {
        let counts =
            view.words.say_with("undecided-line", &[("n", tally.n.into()), ("checks", tally.checks.len().into())]);
        page.paragraph(2, &format!("{} ({counts})", plain(&view.words.reason(reason))), Look::Plain);
        page.paragraph(4, &view.words.help(reason), Look::Dim);
    }
    more(page, view, reasons.len());
}

/// What a reason for being incomplete is grouped under.
type Wait = (&'static str, Option<RequirementKind>);

fn waits(page: &mut Page, view: &View<'_>) {
    let mut groups: BTreeMap<Wait, (&Why, BTreeMap<&ControlId, ()>, usize)> = BTreeMap::new();
    let incomplete = view.tail.standings.iter().filter(|s| s.standing == Standing::Incomplete);
    for answer in incomplete {
        let mut seen: Vec<Wait> = Vec::new();
        for why in &answer.why {
            let kind = match why {
                Why::NoEvidence { kind, .. } => Some(*kind),
                _ => None,
            };
            let wait = (why_code(why), kind);
            let group = groups.entry(wait).or_insert_with(|| (why, BTreeMap::new(), 0));
            group.1.insert(&answer.control, ());
            if !seen.contains(&wait) {
                group.2 += 1;
                seen.push(wait);
            }
        }
    }
    if groups.is_empty() {
        return;
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(a, x), (b, y)| y.2.cmp(&x.2).then_with(|| a.cmp(b)));
    page.heading(&view.words.say("waits"));
    for ((code, kind), (why, controls, cells)) in groups {
        let what = match kind {
            Some(_) => view.words.why(why),
            None => view.words.say(&format!("waits-{code}")),
        };
        let cells = view.words.say_with("waits-cells", &[("cells", cells.into())]);
        page.paragraph(2, &format!("{what}: {cells}"), Look::Plain);
        let ids: Vec<&str> = controls.keys().map(|id| id.as_str()).collect();
        page.paragraph(4, &ids.join(" "), Look::Dim);
        page.paragraph(4, &view.words.why_help(why), Look::Dim);
    }
}

fn not_understood(page: &mut Page, view: &View<'_>) {
    let inputs = &view.head.inputs;
    let nothing = inputs.iter().all(|i| i.unsupported.is_empty() && i.rejected.is_empty() && !i.format.is_empty());
    if nothing && view.head.not_judged.is_empty() {
        return;
    }
    page.heading(&view.words.say("not-understood"));
    for input in inputs.iter().filter(|i| i.format.is_empty()) {
        page.paragraph(2, &format!("{}: {}", plain(&input.path), view.words.say("input-unknown")), Look::Plain);
    }
    unsupported(page, view);
    let rejects = inputs.iter().flat_map(|input| input.rejected.iter().map(move |reject| (input, reject)));
    let rejects: Vec<_> = rejects.collect();
    for (input, reject) in rejects.iter().take(MOST_LINES) {
        let place = place::in_file(&input.path, reject.locator.as_str());
        let message = format!("{place}: {} [{}]", plain(&reject.message), plain(&reject.code));
        page.paragraph(2, &message, Look::Warn);
    }
    more(page, view, rejects.len());
    for (id, reason) in view.head.not_judged.iter().take(MOST_LINES) {
        page.paragraph(2, &skipped(view, *id, reason), Look::Plain);
    }
    more(page, view, view.head.not_judged.len());
}

fn skipped(view: &View<'_>, id: i64, reason: &str) -> String {
    let snapshot = view.head.snapshots.iter().find(|s| s.id == id);
    let path = snapshot.and_then(|s| view.head.inputs.get(s.input.0 as usize)).map(|input| input.path.as_str());
    let id = id.to_string();
    let values = [("id", id.as_str().into()), ("path", path.unwrap_or_default().into()), ("reason", reason.into())];
    view.words.say_with("snapshot-skipped", &values)
}

/// Types over all inputs, the most frequent first.
fn unsupported(page: &mut Page, view: &View<'_>) {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for (native_type, n) in view.head.inputs.iter().flat_map(|input| &input.unsupported) {
        *types.entry(native_type).or_default() += n;
    }
    if types.is_empty() {
        return;
    }
    let records: u64 = types.values().sum();
    let counts = view.words.say_with("types-records", &[("types", types.len().into()), ("records", records.into())]);
    page.paragraph(2, &format!("{} ({counts}):", view.words.say("unsupported-types")), Look::Plain);
    let mut types: Vec<_> = types.into_iter().collect();
    types.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    let named: Vec<String> =
        types.iter().take(MOST_LINES).map(|(native_type, n)| format!("{} {n}", plain(native_type))).collect();
    page.paragraph(4, &named.join(&view.words.say("list-separator")), Look::Dim);
    more(page, view, types.len());
}
