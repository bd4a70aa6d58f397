//! The section of one control: what it asks, how it stands, what has to be shown, and the checks with their findings.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use isoneph_assessment::{CheckInfo, StandingAnswer};
use isoneph_model::{ControlId, Lang, Outcome, Role, Standing, Support};
use isoneph_standard::standing::Why;
use isoneph_standard::{Control, Origin, RequirementKey};

use super::markdown;
use super::row::most;
use super::view::{LISTED_FIRST, View, anchor, symbol_of_standing};
use crate::plain::plain;
use crate::tally::{CheckTally, rank};
use crate::words::Words;

/// A control, or the place of checks that belong to none shown.
#[derive(Template)]
#[template(path = "html/control.html")]
pub(super) struct ControlSection<'a> {
    words: &'a Words,
    id: String,
    anchor: String,
    title: String,
    clause: &'a str,
    basis: &'a str,
    own_rendering: bool,
    cells: Vec<CellView<'a>>,
    pub(super) checks: Vec<CheckBlock<'a>>,
}

/// A role's side of a control.
struct CellView<'a> {
    role: Role,
    guidance: Vec<&'a str>,
    known: Option<&'a str>,
    answers: Vec<Answer>,
    requirements: Vec<RequirementView<'a>>,
}

/// How the cell stands for one service.
struct Answer {
    service: Option<String>,
    standing: Standing,
    why: Vec<String>,
    counts: Option<String>,
    population: String,
}

struct RequirementView<'a> {
    what: &'a str,
    kind: String,
    support: Support,
    lacks: Vec<String>,
    /// What parties say that answers it, each with its place.
    said: Vec<String>,
}

/// A check; its rows follow if this is where they stand.
#[derive(Template)]
#[template(path = "html/check.html")]
pub(super) struct CheckBlock<'a> {
    words: &'a Words,
    pub(super) index: usize,
    pub(super) is_here: bool,
    check: &'a CheckInfo,
    anchor: String,
    home: Option<String>,
    tally: CheckTally,
    roles: String,
    controls: String,
    why: String,
    fix: String,
}

/// What follows the rows of a check.
#[derive(Template)]
#[template(path = "html/check_end.html")]
pub(super) struct CheckEnd {
    cuts: Vec<String>,
}

impl CheckEnd {
    pub(super) fn new(view: &View<'_>, index: usize) -> CheckEnd {
        let tally = view.tally.checks.get(index).cloned().unwrap_or_default();
        let cut = |outcome: &Outcome| {
            let (total, listed) = (tally.of(*outcome), most(*outcome));
            (total > listed).then(|| {
                let name = view.words.outcome(*outcome);
                let values = [("listed", listed.into()), ("total", total.into()), ("outcome", name.as_str().into())];
                view.words.say_with("listed-cut", &values)
            })
        };
        CheckEnd { cuts: LISTED_FIRST.iter().filter_map(cut).collect() }
    }
}

/// Every control with a standing, in the order of the standard, then what belongs to none.
pub(super) fn controls<'a>(view: &'a View<'a>) -> Vec<ControlSection<'a>> {
    let ids: BTreeSet<&ControlId> = view.tail.standings.iter().map(|s| &s.control).collect();
    let mut sections: Vec<ControlSection<'a>> = ids.into_iter().map(|id| section(view, id)).collect();
    let homeless = view.head.checks.iter().enumerate().filter(|(_, check)| view.home(check).is_none());
    let checks: Vec<CheckBlock<'a>> = homeless.map(|(index, check)| block(view, index, check, None)).collect();
    if !checks.is_empty() {
        let title = view.words.say("other-checks");
        sections.push(ControlSection {
            words: view.words,
            id: String::new(),
            anchor: anchor("c", "other"),
            title,
            clause: "",
            basis: "",
            own_rendering: false,
            cells: Vec::new(),
            checks: sorted(checks),
        });
    }
    sections
}

fn section<'a>(view: &'a View<'a>, id: &'a ControlId) -> ControlSection<'a> {
    let control = view.catalogue.control(view.head.edition, id);
    let mut answers: BTreeMap<Role, Vec<&StandingAnswer>> = BTreeMap::new();
    for answer in view.answers_of(id) {
        answers.entry(answer.role).or_default().push(answer);
    }
    let concerned = view.head.checks.iter().enumerate().filter(|(_, c)| c.supports.iter().any(|s| s.control == *id));
    let checks = concerned.map(|(index, check)| block(view, index, check, Some(id))).collect();
    let lang = view.words.lang();
    let own_rendering = control.is_some_and(|c| c.title_ja_basis == isoneph_standard::TitleBasis::OwnRendering);
    ControlSection {
        words: view.words,
        id: id.to_string(),
        anchor: anchor("c", id.as_str()),
        title: view.title(id).to_owned(),
        clause: control.map(|c| c.clause.as_str()).unwrap_or_default(),
        basis: control.map(|c| c.confidence.basis.get(lang)).unwrap_or_default(),
        own_rendering: own_rendering && lang == Lang::Ja,
        cells: answers.iter().map(|(role, answers)| cell(view, control, *role, answers)).collect(),
        checks: sorted(checks),
    }
}

/// Checks with their findings here first, worst first; then those that stand elsewhere.
fn sorted(mut checks: Vec<CheckBlock<'_>>) -> Vec<CheckBlock<'_>> {
    checks.sort_by_cached_key(|c| (!c.is_here, rank(c.check.severity, &c.tally), c.index));
    checks
}

fn cell<'a>(view: &View<'a>, control: Option<&'a Control>, role: Role, answers: &[&StandingAnswer]) -> CellView<'a> {
    let lang = view.words.lang();
    let cell = control.map(|c| c.cell(role));
    let several = view.tail.standings.iter().any(|s| s.service != view.tail.standings[0].service);
    let known = cell.and_then(|cell| match &cell.origin {
        Origin::Unseen { known } => Some(known.get(lang)),
        Origin::Written | Origin::Derived { .. } => None,
    });
    let requirements = cell.map(|c| c.requires.as_slice()).unwrap_or_default().iter();
    CellView {
        role,
        guidance: cell.map(|c| c.passages.iter().map(|p| p.text.get(lang)).collect()).unwrap_or_default(),
        known,
        answers: answers.iter().map(|a| answer(view, a, several)).collect(),
        requirements: requirements
            .map(|requirement| RequirementView {
                what: requirement.what.get(lang),
                kind: view.words.kind(requirement.kind),
                support: requirement.support,
                lacks: lacks(view, answers, &requirement.key, several),
                said: said(view, answers, &requirement.key, several),
            })
            .collect(),
    }
}

fn answer(view: &View<'_>, answer: &StandingAnswer, several: bool) -> Answer {
    let words = view.words;
    let whole: Vec<String> =
        answer.why.iter().filter(|why| requirement_of(why).is_none()).map(|why| words.why(why)).collect();
    let n = |outcome| answer.counts.outcomes.get(&outcome).copied().unwrap_or_default();
    let mut counts = (answer.counts.outcomes.values().sum::<u64>() > 0).then(|| {
        words.say_with(
            "counts-line",
            &[
                ("fail", n(Outcome::Fail).into()),
                ("unknown", n(Outcome::Unknown).into()),
                ("pass", n(Outcome::Pass).into()),
                ("na", n(Outcome::NotApplicable).into()),
            ],
        )
    });
    let (pass, fail) = answer.counts.findings;
    if let Some(counts) = counts.as_mut()
        && answer.counts.excepted > 0
    {
        let excepted = words.say_with("counts-excepted", &[("n", answer.counts.excepted.into())]);
        *counts = format!("{counts}; {excepted}");
    }
    if pass + fail > 0 {
        let findings = words.say_with("findings-line", &[("pass", pass.into()), ("fail", fail.into())]);
        counts = Some(counts.map_or_else(|| findings.clone(), |counts| format!("{counts}; {findings}")));
    }
    let seen = answer.population.seen;
    let population = match answer.population.expected {
        Some(expected) => {
            let basis = words.say(&format!("basis-{}", answer.population.basis));
            let values = [("seen", seen.into()), ("expected", expected.into()), ("basis", basis.as_str().into())];
            words.say_with("population-line", &values)
        }
        None => words.say_with("population-open", &[("seen", seen.into())]),
    };
    Answer {
        service: several.then(|| view.service(&answer.service)),
        standing: answer.standing,
        why: whole,
        counts,
        population,
    }
}

/// Why a requirement keeps the cell from standing better.
fn lacks(view: &View<'_>, answers: &[&StandingAnswer], key: &RequirementKey, several: bool) -> Vec<String> {
    let mut lacks = Vec::new();
    for answer in answers {
        for why in answer.why.iter().filter(|why| requirement_of(why) == Some(key)) {
            let text = view.words.why(why);
            lacks.push(if several { format!("{}: {text}", plain(&answer.service)) } else { text });
        }
    }
    lacks
}

/// What parties say that answers a requirement.
fn said(view: &View<'_>, answers: &[&StandingAnswer], key: &RequirementKey, several: bool) -> Vec<String> {
    let mut told = BTreeSet::new();
    for answer in answers {
        for said in answer.said.iter().filter(|said| said.requirement == *key) {
            let text = format!("{} ({})", crate::place::told(view.head, &said.place), view.words.class(said.class));
            told.insert(if several { format!("{}: {text}", plain(&answer.service)) } else { text });
        }
    }
    told.into_iter().collect()
}

fn requirement_of(why: &Why) -> Option<&RequirementKey> {
    match why {
        Why::FailingOutcomes { requirement, .. } | Why::UnknownOutcomes { requirement, .. } => requirement.as_ref(),
        Why::NoEvidence { requirement, .. }
        | Why::ContributingOnly { requirement, .. }
        | Why::Stale { requirement, .. }
        | Why::IntendedOnly { requirement }
        | Why::ClassTooWeak { requirement, .. }
        | Why::AccountsUnseen { requirement, .. }
        | Why::ScopeUndeclared { requirement } => Some(requirement),
        Why::ExclusionRefuted { .. }
        | Why::ExclusionWithoutReason
        | Why::ExceptionsOnly { .. }
        | Why::NothingToJudge
        | Why::RequirementsUnknown => None,
    }
}

fn block<'a>(view: &View<'a>, index: usize, check: &'a CheckInfo, control: Option<&ControlId>) -> CheckBlock<'a> {
    let home = view.home(check);
    let roles: BTreeSet<&str> = check.supports.iter().map(|s| s.role.as_str()).collect();
    let cells: BTreeSet<String> =
        check.supports.iter().map(|s| format!("{} ({})", s.control, view.words.role(s.role))).collect();
    CheckBlock {
        words: view.words,
        index,
        is_here: home == control,
        check,
        anchor: anchor("k", &check.id),
        home: home.map(ToString::to_string),
        tally: view.tally.checks.get(index).cloned().unwrap_or_default(),
        roles: roles.into_iter().collect::<Vec<_>>().join(" "),
        controls: cells.into_iter().collect::<Vec<_>>().join(&view.words.say("list-separator")),
        why: markdown::html(&check.why),
        fix: markdown::html(&check.fix),
    }
}

impl CheckBlock<'_> {
    fn title(&self) -> &str {
        self.check.title.get(self.words.lang())
    }

    fn chips(&self) -> Vec<(Outcome, u64)> {
        LISTED_FIRST.iter().map(|o| (*o, self.tally.of(*o))).filter(|(_, n)| *n > 0).collect()
    }

    fn is_open(&self) -> bool {
        self.tally.open() > 0
    }

    /// Checks are written in English.
    fn prose_lang(&self) -> Option<&'static str> {
        (self.words.lang() != Lang::En).then_some("en")
    }
}

impl Answer {
    fn symbol(&self) -> &'static str {
        symbol_of_standing(self.standing)
    }
}
