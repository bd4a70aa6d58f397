//! What `iptables-save` and `ip6tables-save` print, and scripts of `iptables` commands of the same words.
//!
//! Each base chain of the filter table becomes one policy. User chains are laid out where they are jumped to: their
//! rules are limited to the jump's condition, and what a `RETURN` matches is taken out of the rules after it. Filter
//! rules see addresses after destination translation. Rules of other tables that drop are carried as uncertain denials.
//!
//! Interfaces, states of connections that packets here do not have (`INVALID`, `RELATED`), and what is not understood are
//! conditions of a rule: two policies of this kind are compared under all of them, others take such a rule as uncertain.

mod beside;
mod chain;
mod condition;
mod families;
mod step;
mod unread;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::document::{MAX_RULES, ReadOptions};
use super::{AclError, Document, Format};
use crate::packet::{Family, Match};
use crate::policy::{Action, Certainty, Condition, Note, NoteKind, Policy, Rule};
use chain::{Chain, Interfaces, lay_out};
use step::Around;

/// Chains that the kernel enters by itself.
const BASE: [&str; 3] = ["INPUT", "FORWARD", "OUTPUT"];

pub(super) fn looks_like(text: &str) -> bool {
    text.lines().take(200).any(|line| {
        let line = line.trim();
        let command = line.strip_prefix("iptables ").or_else(|| line.strip_prefix("ip6tables "));
        let appends = |words: &str| ["-A ", "-P ", "-N ", "-I "].iter().any(|start| words.starts_with(start));
        line == "*filter" || command.is_some_and(|rest| appends(rest.trim_start())) || appends(line)
    })
}

/// The tables of a file, their chains, and what was noted.
struct File {
    tables: BTreeMap<String, BTreeMap<String, Chain>>,
    family: Option<Family>,
    notes: Vec<Note>,
    /// Lines not understood: anything may follow from them.
    wild: Vec<(u32, String)>,
}

pub(super) fn read(text: &str, options: &ReadOptions) -> Result<Document, AclError> {
    let lines = families::of_lines(text);
    let has = |family| lines.contains(&Some(family));
    if !(has(Family::V4) && has(Family::V6)) {
        let family = if has(Family::V6) { Family::V6 } else { Family::V4 };
        return read_family(text, options, family, |_| true);
    }
    // Both in one file are two sets of tables.
    let own = |family: Family| {
        let lines = &lines;
        move |line: usize| lines.get(line).is_none_or(|held| held.is_none_or(|held| held == family))
    };
    let mut document = read_family(text, options, Family::V4, own(Family::V4))?;
    let mut six = read_family(text, options, Family::V6, own(Family::V6))?;
    six.policies.iter_mut().for_each(|policy| policy.name += " (IPv6)");
    document.policies.append(&mut six.policies);
    document.notes.append(&mut six.notes);
    document.notes.sort();
    document.notes.dedup();
    Ok(document)
}

fn read_family(
    text: &str,
    options: &ReadOptions,
    family: Family,
    is_own: impl Fn(usize) -> bool,
) -> Result<Document, AclError> {
    let mut file = read_lines(text, Some(family), is_own)?;
    file.notes.extend(beside::without_filter(&file));
    let mut policies = Vec::new();
    let filter = file.tables.get("filter");
    let entered = |name: &str| BASE.contains(&name);
    for (name, chain) in filter.into_iter().flatten() {
        if entered(name) || (chain.policy.is_some()) {
            policies.push(policy(name, chain, &file, options)?);
        }
    }
    if policies.is_empty() {
        // A file of user chains alone: each chain nobody jumps to is a policy whose end is not known.
        let entered: BTreeSet<&str> = filter.into_iter().flatten().flat_map(|(_, chain)| chain.entered()).collect();
        for (name, chain) in filter.into_iter().flatten().filter(|(name, _)| !entered.contains(name.as_str())) {
            policies.push(policy(name, chain, &file, options)?);
        }
    }
    Ok(Document::of(Format::Iptables, policies, file.notes))
}

fn read_lines(text: &str, family: Option<Family>, is_own: impl Fn(usize) -> bool) -> Result<File, AclError> {
    let mut file = File { tables: BTreeMap::new(), family, notes: Vec::new(), wild: Vec::new() };
    let untracked = text.lines().any(exempts_from_tracking);
    let around = Around { family, untracked };
    let mut table = "filter".to_owned();
    let mut rules = 0;
    for (index, raw) in text.lines().enumerate() {
        let number = index as u32 + 1;
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') || line == "COMMIT" || !is_own(index) {
            continue;
        }
        if let Some(name) = line.strip_prefix('*') {
            table = name.trim().to_owned();
            if file.tables.remove(&table).is_some() {
                let message = format!("table {table} is given again: what stood in it before is replaced");
                file.notes.push(Note { line: number, kind: NoteKind::Assumed, message });
            }
            continue;
        }
        rules += 1;
        if rules > MAX_RULES {
            return Err(AclError::TooManyRules { line: number });
        }
        if let Some(declared) = line.strip_prefix(':') {
            let mut words = declared.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            let policy = words.next().and_then(target_action);
            file.tables.entry(table.clone()).or_default().entry(name).or_default().policy = policy;
            continue;
        }
        command(&mut file, &table, line, number, around);
    }
    Ok(file)
}

/// Whether a rule leaves packets untracked; the machine's own packets are not compared.
fn exempts_from_tracking(line: &str) -> bool {
    let words = || line.split_whitespace();
    let own = words().zip(words().skip(1)).any(|pair| matches!(pair, ("-i" | "-o", "lo")));
    !own && !line.trim_start().starts_with('#') && words().any(|word| word == "NOTRACK" || word == "--notrack")
}

fn target_action(word: &str) -> Option<Action> {
    match word {
        "ACCEPT" => Some(Action::Permit),
        "DROP" | "REJECT" => Some(Action::Deny),
        _ => None,
    }
}

/// One `-A`, `-I`, `-P`, `-N` line, or a command of those.
fn command(file: &mut File, table: &str, line: &str, number: u32, around: Around) {
    let Some(mut words) = words::split(line) else {
        file.wild.push((number, line.to_owned()));
        return;
    };
    if words.first().is_some_and(|word| word.starts_with('[') && word.ends_with(']')) {
        words.remove(0);
    }
    let mut own_table = table.to_owned();
    let is_command = words.first().is_some_and(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        matches!(name, "iptables" | "ip6tables" | "sudo")
    });
    if is_command {
        let comment = words.iter().position(|word| word.starts_with('#'));
        words.truncate(comment.unwrap_or(words.len()));
        if words::is_for_the_shell(line.split(" #").next().unwrap_or(line)) {
            file.wild.push((number, line.to_owned()));
            return;
        }
        words
            .retain(|word| !matches!(word.rsplit('/').next(), Some("iptables" | "ip6tables" | "sudo")) && word != "-w");
    }
    if let Some(at) = words.iter().position(|word| word == "-t" || word == "--table")
        && at + 1 < words.len()
    {
        own_table = words[at + 1].clone();
        words.drain(at..=at + 1);
    }
    let chains = file.tables.entry(own_table).or_default();
    let argument = words.get(1).cloned().unwrap_or_default();
    match words.first().map(String::as_str) {
        Some("-N" | "--new-chain") => {
            chains.entry(argument).or_default();
        }
        Some("-P" | "--policy") => {
            let policy = words.get(2).and_then(|word| target_action(word));
            chains.entry(argument).or_default().policy = policy;
        }
        Some("-A" | "--append") => {
            let step = step::step(&words[2.min(words.len())..], number, line, around);
            chains.entry(argument).or_default().steps.push_back(step);
        }
        Some("-I" | "--insert") => {
            let place = words.get(2).and_then(|word| word.parse::<usize>().ok());
            let rest = if place.is_some() { 3 } else { 2 };
            let step = step::step(&words[rest.min(words.len())..], number, line, around);
            let steps = &mut chains.entry(argument).or_default().steps;
            let at = place.unwrap_or(1).saturating_sub(1).min(steps.len());
            steps.insert(at, step);
        }
        Some("-F" | "--flush" | "-X" | "--delete-chain" | "-Z" | "--zero")
            if chains.values().all(|chain| chain.steps.is_empty()) => {}
        _ => file.wild.push((number, line.to_owned())),
    }
}

fn policy(name: &str, chain: &Chain, file: &File, options: &ReadOptions) -> Result<Policy, AclError> {
    let filter = &file.tables["filter"];
    let mut policy = Policy::first_match(name, Vec::new(), chain.policy.unwrap_or(Action::Permit));
    policy.family = file.family;
    policy.tracks = true;
    for (line, text) in &file.wild {
        let message = format!("not understood, so that anything may follow from it: {text}");
        policy.notes.push(Note { line: *line, kind: NoteKind::NotUnderstood, message });
        policy.rules.extend(both_ways(*line, text));
    }
    beside::other_tables(name, file, &mut policy);
    lay_out(filter, Interfaces::of(name, options), file.family, &mut policy)?;
    if chain.policy.is_none() {
        let message = format!("chain {name} has no policy here: what happens at its end is not known");
        policy.notes.push(Note { line: 0, kind: NoteKind::NotUnderstood, message: message.clone() });
        let condition = Condition::unknown(format!("the end of chain {name} permits"));
        policy.rules.extend(by_condition(condition, 0, &message));
    }
    let sets = std::mem::take(&mut policy.sets);
    let asked: Vec<&str> = policy.unknown().into_iter().collect();
    policy.sets = sets.into_iter().filter(|set| unread::is_asked_for(&set.rule.label, &asked)).collect();
    policy.notes.sort();
    policy.notes.dedup();
    Ok(policy)
}

/// A rule that may permit and may deny anything.
fn both_ways(line: u32, label: &str) -> [Rule; 2] {
    [Action::Permit, Action::Deny].map(|action| Rule {
        action,
        certainty: Certainty::AtMost,
        line,
        label: label.to_owned(),
        ..Rule::new(action, Match::any())
    })
}

/// Permits everything under a condition, and else denies it.
fn by_condition(condition: Condition, line: u32, label: &str) -> [Rule; 2] {
    [(Action::Permit, condition.clone()), (Action::Deny, condition.opposite())].map(|(action, condition)| Rule {
        conditions: vec![condition],
        line,
        label: label.to_owned(),
        ..Rule::new(action, Match::any())
    })
}
