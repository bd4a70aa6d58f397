//! The standings as a picture: a bar for each role, and every control as a coloured, marked, worded cell.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment::StandingAnswer;
use isoneph_model::{ControlId, Role, Severity, Standing};

use super::super::view::{View, anchor, symbol_of_standing};
use crate::text::WORST_FIRST;

/// The standings of one service.
pub(super) struct Grid {
    pub(super) title: String,
    pub(super) roles: Vec<Role>,
    pub(super) bars: Vec<Bar>,
    pub(super) clauses: Vec<Clause>,
}

/// How many cells of a role have which standing.
pub(super) struct Bar {
    pub(super) role: Role,
    pub(super) parts: Vec<Part>,
    pub(super) total: usize,
    pub(super) words: String,
}

/// A piece of a bar, in cells.
pub(super) struct Part {
    pub(super) standing: Standing,
    pub(super) start: usize,
    pub(super) n: usize,
}

/// The controls of one clause.
pub(super) struct Clause {
    pub(super) name: String,
    pub(super) rows: Vec<GridRow>,
}

pub(super) struct GridRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) anchor: String,
    pub(super) cells: Vec<Option<GridCell>>,
}

pub(super) struct GridCell {
    pub(super) standing: Standing,
    pub(super) symbol: &'static str,
}

/// A cell that evidence speaks against.
pub(super) struct Against {
    pub(super) standing: Standing,
    pub(super) symbol: &'static str,
    pub(super) control: String,
    pub(super) title: String,
    pub(super) anchor: String,
    pub(super) role: Role,
    pub(super) service: Option<String>,
    pub(super) why: Vec<String>,
    pub(super) severities: Vec<(Severity, u64)>,
}

pub(super) fn grids(view: &View<'_>) -> Vec<Grid> {
    let services: BTreeSet<&str> = view.tail.standings.iter().map(|s| s.service.as_str()).collect();
    services.into_iter().map(|service| grid(view, service)).collect()
}

fn grid(view: &View<'_>, service: &str) -> Grid {
    let answers: Vec<&StandingAnswer> = view.tail.standings.iter().filter(|s| s.service == service).collect();
    let roles: Vec<Role> = answers.iter().map(|a| a.role).collect::<BTreeSet<_>>().into_iter().collect();
    let mut controls: BTreeMap<&ControlId, Vec<&StandingAnswer>> = BTreeMap::new();
    for answer in &answers {
        controls.entry(&answer.control).or_default().push(answer);
    }
    let mut clauses: Vec<Clause> = Vec::new();
    for (id, answers) in controls {
        let control = view.catalogue.control(view.head.edition, id);
        let name = control.map(|c| c.clause.clone()).unwrap_or_default();
        if clauses.last().is_none_or(|clause| clause.name != name) {
            clauses.push(Clause { name, rows: Vec::new() });
        }
        let cell = |role: &Role| {
            let answer = answers.iter().find(|a| a.role == *role)?;
            Some(GridCell { standing: answer.standing, symbol: symbol_of_standing(answer.standing) })
        };
        let row = GridRow {
            id: id.to_string(),
            title: view.title(id).to_owned(),
            anchor: anchor("c", id.as_str()),
            cells: roles.iter().map(cell).collect(),
        };
        if let Some(clause) = clauses.last_mut() {
            clause.rows.push(row);
        }
    }
    let bars = roles.iter().map(|role| bar(view, *role, &answers)).collect();
    Grid { title: view.service(service), roles, bars, clauses }
}

fn bar(view: &View<'_>, role: Role, answers: &[&StandingAnswer]) -> Bar {
    let mut parts: Vec<Part> = Vec::new();
    let mut total = 0;
    for standing in WORST_FIRST {
        let n = answers.iter().filter(|a| a.role == role && a.standing == standing).count();
        if n > 0 {
            parts.push(Part { standing, start: total, n });
        }
        total += n;
    }
    let words: Vec<String> = parts.iter().map(|p| format!("{} {}", p.n, view.words.standing(p.standing))).collect();
    Bar { role, parts, total, words: words.join(&view.words.say("list-separator")) }
}

pub(super) fn against(view: &View<'_>) -> Vec<Against> {
    let several = view.tail.standings.iter().map(|s| &s.service).collect::<BTreeSet<_>>().len() > 1;
    let speaks = |s: &&StandingAnswer| matches!(s.standing, Standing::Contradicted | Standing::Adverse);
    let mut answers: Vec<&StandingAnswer> = view.tail.standings.iter().filter(speaks).collect();
    let worst = |a: &StandingAnswer| a.counts.failures.iter().filter(|(_, n)| **n > 0).map(|(s, _)| *s).max();
    // The sort is stable: within a standing and a worst severity the order of the standard stays.
    answers.sort_by_key(|a| (a.standing, std::cmp::Reverse(worst(a))));
    let row = |answer: &StandingAnswer| {
        let mut why: Vec<String> = answer.why.iter().map(|why| view.words.why(why)).collect();
        let mut seen = BTreeSet::new();
        why.retain(|text| seen.insert(text.clone()));
        Against {
            standing: answer.standing,
            symbol: symbol_of_standing(answer.standing),
            control: answer.control.to_string(),
            title: view.title(&answer.control).to_owned(),
            anchor: anchor("c", answer.control.as_str()),
            role: answer.role,
            service: several.then(|| answer.service.clone()),
            why,
            severities: answer.counts.failures.iter().rev().filter(|(_, n)| **n > 0).map(|(s, n)| (*s, *n)).collect(),
        }
    };
    answers.into_iter().map(row).collect()
}

impl Bar {
    /// Hundredths of the bar's width, so that any number of cells fills it.
    pub(super) fn x(&self, cells: &usize) -> usize {
        (cells * 10_000).checked_div(self.total).unwrap_or_default()
    }
}
