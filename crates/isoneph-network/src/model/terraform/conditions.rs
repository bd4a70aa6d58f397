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

/// Data sources that tell where a plan is for, and make nothing that a list of identifiers holds.
const PLACES: [&str; 4] = ["aws_availability_zones", "aws_caller_identity", "aws_partition", "aws_region"];

impl Document {
    /// Whether an expression of a list may hold some of what it refers to, and not the rest.
    pub(super) fn may_choose(&self, scope: &Scope, references: &[&str]) -> bool {
        let named: BTreeSet<String> = references
            .iter()
            .filter(|reference| !self.is_switch(scope, reference, MAX_DEPTH))
            .filter_map(|reference| local_of(reference))
            .collect();
        // What is counted and there is there because a condition of its own holds.
        let counted = named.iter().filter(|local| self.is_repeated(scope, local)).count();
        let of_several = references.iter().any(|reference| self.may_hold_several(scope, reference));
        if !of_several && (named.len() < 2 || counted == named.len()) {
            return false;
        }
        let own = |reference: &&str| {
            let steps = steps(reference);
            steps.first().is_some_and(|step| matches!(step.name, "each" | "count")) && steps.len() > 1
        };
        (counted == 0 && references.iter().any(own))
            || references.iter().any(|reference| self.is_switch(scope, reference, MAX_DEPTH))
    }

    /// Whether a reference is to an output of a module that is not repeated, or to a variable that is given resources: one
    /// name may stand for several of them.
    fn may_hold_several(&self, scope: &Scope, reference: &str) -> bool {
        match &steps(reference)[..] {
            [first, call, _, ..] if first.name == "module" => {
                !self.is_repeated(scope, &format!("module.{}", call.name))
            }
            [first, name, ..] if first.name == "var" => {
                !self.is_switch(scope, &format!("var.{}", name.name), MAX_DEPTH)
                    && self
                        .variable(scope, name.name)
                        .is_some_and(|(_, given)| given.is_some_and(|given| !list(given, "references").is_empty()))
            }
            _ => false,
        }
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

    /// Whether a reference is to what is no identifier, nor several: its only use is to choose by.
    fn is_switch(&self, scope: &Scope, reference: &str, depth: usize) -> bool {
        let steps = steps(reference);
        let [first, name, ..] = &steps[..] else { return false };
        if (first.name, name.name) == ("terraform", "workspace") || first.name == "data" && PLACES.contains(&name.name)
        {
            return true;
        }
        if first.name != "var" || steps.len() > 2 || depth == 0 {
            return false;
        }
        match self.variable(scope, name.name) {
            None => self.variables.get(name.name).is_some_and(chooses),
            Some((_, None)) => self.defaults.get(&(scope.module.clone(), name.name.to_owned())).is_some_and(chooses),
            Some((outer, Some(given))) => match given.get("constant_value") {
                Some(held) => chooses(held),
                None => {
                    let mut told = list(given, "references").iter().filter_map(Value::as_str).peekable();
                    let made_over = |held: &str| held.starts_with("each.") || held.starts_with("count.");
                    let is_one = |held: &str| made_over(held) || held == "each" || held == "count";
                    told.peek().is_some() && told.all(|held| is_one(held) || self.is_switch(&outer, held, depth - 1))
                }
            },
        }
    }
}

/// Whether a value is none that identifies something.
fn chooses(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Number(_) => true,
        // An empty text is asked for too (`var.name == "" ? …`).
        Value::String(text) => !is_identifier(text),
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
