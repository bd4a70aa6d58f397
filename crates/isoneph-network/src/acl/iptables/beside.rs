//! Tables other than the filter: what they drop, and what they make of packets before the filter sees them.

use std::collections::{BTreeMap, BTreeSet};

use super::File;
use super::chain::{Chain, Flow, Step};
use crate::packet::Match;
use crate::policy::{Action, Condition, Note, NoteKind, Policy, Rule};

/// Targets that neither decide nor change what a later rule sees.
const HARMLESS: &[&str] =
    &["LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "TCPMSS", "CHECKSUM", "CLASSIFY", "LED", "TEE", "IDLETIMER", "ECN"];

/// What is said of a file in whose tables nothing filters.
pub(super) fn without_filter(file: &File) -> Option<Note> {
    let filter = file.tables.get("filter").is_some_and(|chains| !chains.is_empty());
    let others: Vec<&str> = file.tables.keys().map(String::as_str).filter(|table| *table != "filter").collect();
    (!filter && !others.is_empty()).then(|| Note {
        line: 0,
        kind: NoteKind::NotUnderstood,
        message: format!("no chain of the table filter is in it; tables that are not followed: {}", others.join(", ")),
    })
}

/// What other tables may do before the filter table is reached.
pub(super) fn other_tables(name: &str, file: &File, policy: &mut Policy) {
    for (table, chains) in file.tables.iter().filter(|(table, _)| *table != "filter") {
        let entered = entered(name, chains);
        let held = || chains.iter().filter(|(chain, _)| entered.contains(chain.as_str()));
        for (chain, steps) in held() {
            steps.steps.iter().for_each(|step| other_step(table, step, policy));
            if steps.policy == Some(Action::Deny) {
                let message = format!("chain {chain} of table {table} drops what it does not accept");
                let (line, label) = (0, message.clone());
                let conditions = vec![Condition::unknown(message.clone())];
                policy.rules.push(Rule { conditions, line, label, ..Rule::new(Action::Deny, Match::any()) });
                policy.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
            }
        }
        let acts = |chain: &Chain| chain.policy == Some(Action::Deny) || chain.steps.iter().any(does_something);
        if held().any(|(_, chain)| acts(chain)) {
            for (chain, steps) in held() {
                let end = if steps.policy == Some(Action::Deny) { " drops what it does not accept" } else { "" };
                policy.before.push((0, format!("table {table}, chain {chain}{end}")));
                policy.before.extend(steps.steps.iter().map(|step| (step.line, step.words.clone())));
            }
        }
    }
}

/// The chains of a table that packets may pass before they come to a chain of the filter.
fn entered<'c>(name: &str, chains: &'c BTreeMap<String, Chain>) -> BTreeSet<&'c str> {
    let first = |chain: &str| match chain {
        "PREROUTING" => name != "OUTPUT",
        "INPUT" | "FORWARD" | "OUTPUT" => chain == name || !super::BASE.contains(&name),
        _ => false,
    };
    let mut left: Vec<&str> = chains.keys().map(String::as_str).filter(|chain| first(chain)).collect();
    let mut entered = BTreeSet::new();
    while let Some(chain) = left.pop() {
        if entered.insert(chain) {
            let further = chains.get(chain).into_iter().flat_map(Chain::entered);
            left.extend(further.filter_map(|to| chains.get_key_value(to)).map(|(to, _)| to.as_str()));
        }
    }
    entered
}

/// Whether a step may decide about packets or change what is seen of them later.
fn does_something(step: &Step) -> bool {
    let mut words = step.words.split(' ').skip_while(|word| !matches!(*word, "-j" | "--jump"));
    match &step.flow {
        Flow::Decide(Some(Action::Permit)) | Flow::Return => false,
        Flow::Continue => words.nth(1).is_some_and(|target| !HARMLESS.contains(&target)),
        // What a chain does is seen where it is entered.
        Flow::Jump(to) | Flow::Goto(to) => to.chars().all(|letter| letter.is_ascii_uppercase()),
        Flow::Decide(_) => true,
    }
}

fn other_step(table: &str, step: &Step, policy: &mut Policy) {
    let (kind, message) = match &step.flow {
        Flow::Decide(Some(Action::Deny)) | Flow::Decide(None) => {
            policy.rules.push(Rule {
                matches: step.places.iter().map(|place| place.one.clone()).collect(),
                conditions: vec![Condition::unknown(format!("table {table}: {}", step.words))],
                line: step.line,
                label: step.label.clone(),
                ..Rule::default()
            });
            (NoteKind::NotUnderstood, format!("may drop in table {table}, before the filter"))
        }
        _ => (NoteKind::Assumed, format!("table {table}: filter rules see packets after this rule")),
    };
    policy.notes.push(Note { line: step.line, kind, message });
}
