//! The standings: totals by role, then every control as a symbol, then what speaks against.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment::StandingAnswer;
use isoneph_model::{ControlId, Role, Severity, Standing};
use unicode_width::UnicodeWidthStr;

use crate::plain::plain;
use crate::text::View;
use crate::text::page::{Look, Page, pad, pad_left};

/// Standings as a summary lists them, worst first.
pub(crate) const WORST_FIRST: [Standing; 6] = [
    Standing::Contradicted,
    Standing::Adverse,
    Standing::Incomplete,
    Standing::Supported,
    Standing::Excluded,
    Standing::NoGuidance,
];

/// One column wide in every terminal.
fn symbol(standing: Standing) -> &'static str {
    match standing {
        Standing::Contradicted => "‼",
        Standing::Adverse => "✗",
        Standing::Incomplete => "~",
        Standing::Supported => "✓",
        Standing::Excluded => "/",
        Standing::NoGuidance => "-",
    }
}

pub(super) fn write(page: &mut Page, view: &View<'_>) {
    if view.tail.standings.is_empty() {
        page.heading(&view.words.say("standings"));
        page.paragraph(2, &view.words.say("no-standings"), Look::Plain);
        return;
    }
    for service in view.tail.standings.iter().map(|s| s.service.as_str()).collect::<BTreeSet<_>>() {
        let cells: Vec<&StandingAnswer> = view.tail.standings.iter().filter(|s| s.service == service).collect();
        let title = match service {
            "" => view.words.say("service-undeclared"),
            name => view.words.say_with("service-named", &[("name", name.into())]),
        };
        page.heading(&format!("{} · {title}", view.words.say("standings")));
        totals(page, view, &cells);
        page.blank();
        grid(page, view, &cells);
    }
    against(page, view);
    said(page, view);
}

/// How many places of one cell are shown.
const PLACES_SHOWN: usize = 4;

/// The cells that are supported by what parties say, with where they say it.
fn said(page: &mut Page, view: &View<'_>) {
    let supported = view.tail.standings.iter().filter(|s| s.standing == Standing::Supported && !s.said.is_empty());
    let supported: Vec<&StandingAnswer> = supported.collect();
    if supported.is_empty() {
        return;
    }
    page.heading(&view.words.say("rests-on-said"));
    for answer in supported {
        let title = view.catalogue.control(view.head.edition, &answer.control);
        let title = title.map(|c| c.title.get(view.words.lang())).unwrap_or_default();
        let what = format!("{} {title} ({}, {})", answer.control, view.words.role(answer.role), plain(&answer.service));
        page.wrapped("  ", 2, 4, &what, Look::Plain);
        let places: BTreeSet<String> =
            answer.said.iter().map(|said| crate::place::told(view.head, &said.place)).collect();
        let mut told: Vec<String> = places.iter().take(PLACES_SHOWN).cloned().collect();
        if places.len() > PLACES_SHOWN {
            told.push(view.words.say_with("said-more", &[("n", (places.len() - PLACES_SHOWN).into())]));
        }
        page.paragraph(4, &told.join(&view.words.say("list-separator")), Look::Dim);
    }
}

fn roles(cells: &[&StandingAnswer]) -> Vec<Role> {
    cells.iter().map(|cell| cell.role).collect::<BTreeSet<_>>().into_iter().collect()
}

fn totals(page: &mut Page, view: &View<'_>, cells: &[&StandingAnswer]) {
    let names = WORST_FIRST.map(|s| format!("{} {}", symbol(s), view.words.standing(s)));
    let roles = roles(cells);
    let first = roles.iter().map(|r| view.words.role(*r).width()).max().unwrap_or(0);
    let header: Vec<String> = names.iter().zip(WORST_FIRST).map(|(n, s)| page.paint(Look::of_standing(s), n)).collect();
    page.line(&format!("  {}  {}", pad("", first), header.join("  ")));
    for role in roles {
        let counts = WORST_FIRST.iter().zip(&names).map(|(standing, name)| {
            let n = cells.iter().filter(|c| c.role == role && c.standing == *standing).count();
            let look = if n == 0 { Look::Dim } else { Look::of_standing(*standing) };
            page.paint(look, &pad_left(&n.to_string(), name.width()))
        });
        let counts: Vec<String> = counts.collect();
        page.line(&format!("  {}  {}", pad(&view.words.role(role), first), counts.join("  ")));
    }
}

/// Every control as its identifier and a symbol a role, by clause.
fn grid(page: &mut Page, view: &View<'_>, cells: &[&StandingAnswer]) {
    let roles = roles(cells);
    let mut clauses: BTreeMap<u32, BTreeMap<&ControlId, Vec<&StandingAnswer>>> = BTreeMap::new();
    for cell in cells {
        let number = cell.control.as_str().trim_start_matches("CLD.").split('.').next();
        let clause = number.and_then(|n| n.parse().ok()).unwrap_or(u32::MAX);
        clauses.entry(clause).or_default().entry(&cell.control).or_default().push(cell);
    }
    let widest = cells.iter().map(|cell| cell.control.as_str().len()).max().unwrap_or(0);
    let entry_width = widest + 1 + roles.len() + 2;
    let per_line = (page.width().saturating_sub(4) / entry_width.max(1)).max(1);
    let legend: Vec<String> = roles.iter().map(|r| view.words.role(*r)).collect();
    let key = format!("{} {}", pad(&view.words.say("control"), widest), legend.join(" | "));
    page.line(&format!("  {}", page.paint(Look::Dim, &key)));
    for controls in clauses.values() {
        let entries: Vec<String> = controls
            .iter()
            .map(|(id, cells)| {
                let symbols = roles.iter().map(|role| match cells.iter().find(|c| c.role == *role) {
                    Some(cell) => page.paint(Look::of_standing(cell.standing), symbol(cell.standing)),
                    None => " ".to_owned(),
                });
                format!("{} {}", pad(id.as_str(), widest), symbols.collect::<String>())
            })
            .collect();
        for line in entries.chunks(per_line) {
            page.line(&format!("  {}", line.join("  ")));
        }
    }
}

/// The cells that evidence speaks against, with their counts.
fn against(page: &mut Page, view: &View<'_>) {
    let mut bad: Vec<&StandingAnswer> = view
        .tail
        .standings
        .iter()
        .filter(|s| matches!(s.standing, Standing::Contradicted | Standing::Adverse))
        .collect();
    if bad.is_empty() {
        return;
    }
    // The sort is stable: within a standing and a worst severity the order of the standard stays.
    bad.sort_by_key(|s| (s.standing, std::cmp::Reverse(worst(s))));
    page.heading(&view.words.say("worst-first"));
    let many_services = view.tail.standings.iter().map(|s| &s.service).collect::<BTreeSet<_>>().len() > 1;
    for answer in bad {
        let standing = pad(&view.words.standing(answer.standing), 12);
        let lead = format!("  {} ", page.paint(Look::of_standing(answer.standing), &standing));
        let title = view.catalogue.control(view.head.edition, &answer.control);
        let title = title.map(|c| c.title.get(view.words.lang())).unwrap_or_default();
        let service = if many_services { format!(", {}", plain(&answer.service)) } else { String::new() };
        let what = format!("{} {title} ({}{service})", answer.control, view.words.role(answer.role));
        let first = 3 + standing.width();
        page.wrapped(&lead, first, first, &what, Look::Plain);
        let why: Vec<String> = by_severity(view, answer).into_iter().chain(reasons(view, answer)).collect();
        page.paragraph(first, &why.join("; "), Look::Dim);
    }
}

fn worst(answer: &StandingAnswer) -> Option<Severity> {
    answer.counts.failures.iter().filter(|(_, n)| **n > 0).map(|(severity, _)| *severity).max()
}

fn by_severity(view: &View<'_>, answer: &StandingAnswer) -> Option<String> {
    let counts = answer.counts.failures.iter().rev().filter(|(_, n)| **n > 0);
    let parts: Vec<String> = counts.map(|(severity, n)| view.words.severity_count(severity, *n)).collect();
    (!parts.is_empty()).then(|| parts.join(&view.words.say("list-separator")))
}

fn reasons(view: &View<'_>, answer: &StandingAnswer) -> Vec<String> {
    use isoneph_standard::standing::Why;
    let refuted = answer.why.iter().filter(|why| matches!(why, Why::ExclusionRefuted { .. }));
    let mut reasons: Vec<String> = refuted.map(|why| view.words.why(why)).collect();
    // One number for the cell: which requirement how many of them speak against is in the other formats.
    if answer.why.iter().any(|why| matches!(why, Why::FailingOutcomes { .. })) {
        let n: u64 = answer.counts.failures.values().sum();
        reasons.extend((n > 0).then(|| view.words.why(&Why::FailingOutcomes { requirement: None, n })));
    }
    let (pass, fail) = answer.counts.findings;
    if fail > 0 {
        reasons.push(view.words.say_with("findings-line", &[("pass", pass.into()), ("fail", fail.into())]));
    }
    if answer.counts.excepted > 0 {
        reasons.push(view.words.say_with("counts-excepted", &[("n", answer.counts.excepted.into())]));
    }
    reasons
}
