//! What stands before the controls (the answer at a glance) and after them (what keeps it from being complete).

mod end;
mod grid;

use askama::Template;
use isoneph_model::{ControlId, Outcome, Severity, Standing};
use isoneph_standard::standing::RULE;

use self::grid::{Against, Grid};
use super::assets::{STYLE, policy};
use super::view::{View, anchor, symbol_of_standing};
use crate::plain::plain;
use crate::text::{WORST_FIRST, roles_key};
use crate::words::Words;

pub(super) use self::end::End;

/// The page down to the first control.
#[derive(Template)]
#[template(path = "html/start.html")]
pub(super) struct Start<'a> {
    words: &'a Words,
    policy: String,
    style: &'static str,
    subtitle: String,
    facts: Vec<(String, Vec<String>)>,
    assumed: bool,
    losses: Vec<String>,
    counts: String,
    severities: Vec<(Severity, u64)>,
    grids: Vec<Grid>,
    against: Vec<Against>,
    failing: Vec<Failing>,
    rule: &'static str,
    logs: bool,
}

/// The head of the section of the controls: what can be chosen among them.
#[derive(Template)]
#[template(path = "html/controls.html")]
pub(super) struct Controls<'a> {
    words: &'a Words,
    controls: Vec<(String, String)>,
    services: Vec<String>,
}

/// A check with failing outcomes.
struct Failing {
    severity: Severity,
    title: String,
    id: String,
    anchor: String,
    fails: String,
    controls: String,
}

impl<'a> Start<'a> {
    pub(super) fn new(view: &View<'a>) -> Start<'a> {
        let (head, words) = (view.head, view.words);
        let (edition, date) = (head.edition.as_str(), head.as_of.to_string());
        Start {
            words,
            policy: policy(),
            style: STYLE,
            subtitle: words.say_with("subtitle", &[("edition", edition.into()), ("date", date.as_str().into())]),
            facts: facts(view),
            assumed: head.scope.roles == isoneph_assessment::RolesBasis::Assumed,
            losses: view.tail.losses.iter().map(|loss| plain(&loss.message).into_owned()).collect(),
            counts: counts(view),
            severities: Severity::ALL
                .iter()
                .rev()
                .map(|s| (*s, view.tail.failures.get(s).copied().unwrap_or_default()))
                .collect(),
            grids: grid::grids(view),
            against: grid::against(view),
            failing: failing(view),
            rule: RULE.get(words.lang()),
            logs: !view.tail.logs.is_empty(),
        }
    }

    fn legend(&self) -> Vec<(Standing, &'static str)> {
        WORST_FIRST.iter().map(|s| (*s, symbol_of_standing(*s))).collect()
    }

    fn roles_words(&self) -> String {
        self.words.say("roles-assumed")
    }
}

impl<'a> Controls<'a> {
    pub(super) fn new(view: &View<'a>) -> Controls<'a> {
        let mut controls: Vec<&ControlId> = view.tail.standings.iter().map(|s| &s.control).collect();
        controls.dedup();
        Controls {
            words: view.words,
            controls: controls.iter().map(|id| (id.to_string(), view.title(id).to_owned())).collect(),
            services: view.head.scope.services.iter().filter(|s| !s.is_empty()).cloned().collect(),
        }
    }
}

fn facts(view: &View<'_>) -> Vec<(String, Vec<String>)> {
    let (scope, words) = (&view.head.scope, view.words);
    let list = |names: &[String], when_empty: &str| {
        let named: Vec<String> = names.iter().filter(|n| !n.is_empty()).map(|n| plain(n).into_owned()).collect();
        if named.is_empty() { vec![words.say(when_empty)] } else { named }
    };
    let mut facts = vec![
        (words.say("services"), list(&scope.services, "not-declared")),
        (words.say("accounts"), list(&scope.accounts, "not-declared")),
        (words.say("regions"), list(&scope.regions, "any")),
    ];
    if let Some((from, to)) = scope.period {
        facts.push((words.say("period"), vec![format!("{from} – {to}")]));
    }
    facts.push((words.say("roles"), vec![words.say(roles_key(scope.roles))]));
    let config = view.head.config.sha256.map_or_else(|| words.say("config-none"), |d| format!("SHA-256 {d}"));
    facts.push((words.say("config"), vec![config]));
    facts
}

fn counts(view: &View<'_>) -> String {
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

fn failing(view: &View<'_>) -> Vec<Failing> {
    let words = view.words;
    let rows = view.tally.failing(view.head).into_iter().map(|(_, check, tally)| {
        let (fail, total) = (tally.of(Outcome::Fail), tally.total());
        let mut fails = words.say_with("fails-of", &[("fail", fail.into()), ("total", total.into())]);
        if tally.excepted > 0 {
            let excepted = words.say_with("excepted-of", &[("n", tally.excepted.into())]);
            fails = format!("{fails}{}{excepted}", words.say("list-separator"));
        }
        let mut controls: Vec<&str> = check.supports.iter().map(|s| s.control.as_str()).collect();
        controls.dedup();
        Failing {
            severity: check.severity,
            title: check.title.get(words.lang()).to_owned(),
            id: check.id.clone(),
            anchor: anchor("k", &check.id),
            fails,
            controls: controls.join(" "),
        }
    });
    rows.collect()
}
