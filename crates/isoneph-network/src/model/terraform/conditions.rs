//! Lists that a condition may choose: `[var.public ? a.id : b.id]`. A plan names what an expression refers to, and not that it
//! is a condition; what can have no other part in a list of identifiers tells.

use std::collections::BTreeSet;

use serde_json::Value;

use super::references::Scope;
use super::steps::steps;
use super::{Document, Resource};
use crate::model::json::list;

/// How many variables one is followed through.
const MAX_DEPTH: usize = 16;

impl Document {
    /// Whether an expression of a list may hold some of what it refers to, and not the rest.
    pub(super) fn may_choose(&self, scope: &Scope, references: &[&str]) -> bool {
        let named: BTreeSet<String> = references.iter().filter_map(|reference| local_of(reference)).collect();
        // What is counted and there is there because a condition of its own holds.
        let counted = named.iter().filter(|local| self.is_repeated(scope, local)).count();
        if named.len() < 2 || counted == named.len() {
            return false;
        }
        let own = |reference: &&str| ["each.key", "count.index"].contains(reference);
        (counted == 0 && references.iter().any(own))
            || references.iter().any(|reference| self.is_switch(scope, reference, MAX_DEPTH))
    }

    /// Whether a condition may give a field nothing (`each.value.public ? aws_instance.a.id : null`). What a provider fills in
    /// where nothing is given, a plan shows as known later either way. An index that is an expression hides the attribute, so
    /// what is named with one beside a switch is not chosen by it.
    pub(crate) fn may_be_nothing(&self, resource: &Resource, path: &[&str]) -> bool {
        let decides = |reference: &&str| {
            steps(reference).first().is_some_and(|step| matches!(step.name, "var" | "local" | "each" | "count"))
        };
        let names_whole = |reference: &&str| {
            let data = usize::from(reference.starts_with("data."));
            local_of(reference).is_some() && steps(reference).len() > 2 + data
        };
        self.written(resource, path).expressions.iter().any(|expression| {
            let references = || list(expression, "references").iter().filter_map(Value::as_str);
            references().any(|reference| decides(&reference)) && references().any(|reference| names_whole(&reference))
        })
    }

    fn is_repeated(&self, scope: &Scope, local: &str) -> bool {
        let call = || {
            let call = self.calls.get(&(scope.module.clone(), local.strip_prefix("module.")?.to_owned()))?;
            ["for_each_expression", "count_expression"].iter().find(|key| call.get(**key).is_some())
        };
        self.repeats.contains_key(&(scope.module.clone(), local.to_owned())) || call().is_some()
    }

    /// Whether a variable holds what is no identifier, nor several: its only use is to choose by.
    fn is_switch(&self, scope: &Scope, reference: &str, depth: usize) -> bool {
        let steps = steps(reference);
        let [first, name] = &steps[..] else { return false };
        if first.name != "var" || depth == 0 {
            return false;
        }
        match self.variable(scope, name.name) {
            None => self.variables.get(name.name).is_some_and(chooses),
            Some((_, None)) => false,
            Some((outer, Some(given))) => match given.get("constant_value") {
                Some(held) => chooses(held),
                None => match given.get("references").and_then(Value::as_array).map(Vec::as_slice) {
                    Some([only]) => only.as_str().is_some_and(|only| self.is_switch(&outer, only, depth - 1)),
                    _ => false,
                },
            },
        }
    }
}

/// Whether a value is none that identifies something.
fn chooses(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty() && !is_identifier(text),
        _ => false,
    }
}

/// Whether a text may be the identifier of something: `sg-0a1b2c3d`, an ARN, a path.
pub(super) fn is_identifier(text: &str) -> bool {
    let hexadecimal = |tail: &str| tail.len() >= 8 && tail.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.contains([':', '/']) || text.rsplit_once('-').is_some_and(|(_, tail)| hexadecimal(tail))
}

/// The resource, or called module, that a reference leads to.
fn local_of(reference: &str) -> Option<String> {
    let steps = steps(reference);
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    match names.as_slice() {
        ["var" | "local" | "each" | "count" | "path" | "terraform" | "self", ..] => None,
        ["data", kind, name, ..] => Some(format!("data.{kind}.{name}")),
        [kind, name, ..] => Some(format!("{kind}.{name}")),
        _ => None,
    }
}
