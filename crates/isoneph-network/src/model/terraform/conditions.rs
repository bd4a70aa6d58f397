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

/// What of the things that an expression names a list may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// All of them.
    Whole,
    /// Of several, some; one is there.
    OneOfSeveral,
    /// Some or none.
    OrNone,
}

impl Document {
    /// Whether an expression of a list may hold some of what it refers to, and not the rest.
    pub(super) fn may_choose(&self, scope: &Scope, references: &[&str]) -> Chosen {
        let is_switch = |reference: &&&str| self.is_switch(scope, reference, MAX_DEPTH);
        let names = |reference: &&str| local_of(reference).filter(|_| !is_switch(&reference));
        let named: BTreeSet<String> = references.iter().filter_map(names).collect();
        // What is counted and there is there because a condition of its own holds.
        let counted = named.iter().filter(|local| self.is_repeated(scope, local)).count();
        // Of a module of which no output is named, an expression tells which instance, or which output, is meant.
        let is_whole = |name: &str| name.starts_with("module.") && steps(name).len() == 2;
        let by_key = whole_names(references)
            .any(|name| is_whole(name) || local_of(name).is_some_and(|local| self.is_repeated(scope, &local)));
        let of_several = references.iter().any(|reference| self.may_hold_several(scope, reference));
        if named.is_empty() && !of_several {
            return Chosen::Whole;
        }
        let switches: Vec<&&str> = references.iter().filter(is_switch).collect();
        let own = |reference: &&str| {
            let steps = steps(reference);
            let first = steps.first().map_or("", |step| step.name);
            // A key may name which one is meant of what is repeated.
            steps.len() > 1 && (first == "each" || first == "count") && !by_key
        };
        if references.iter().any(own) {
            return Chosen::OrNone;
        }
        if !named.is_empty() && counted == named.len() && !of_several {
            let known = |held: &&&str| named.iter().all(|local| self.is_counted_by(scope, local, held));
            let chooses = |held: &&&str| self.is_flag(scope, held, MAX_DEPTH) && !known(held);
            return if switches.iter().any(chooses) { Chosen::OrNone } else { Chosen::Whole };
        }
        let first = references.iter().position(|reference| names(reference).is_some()).unwrap_or(references.len());
        // A text that stands after what is named may be one more (`compact([a.id, var.more])`).
        let decides = |held: &&&str| self.is_flag(scope, held, MAX_DEPTH) || references[..first].contains(*held);
        if switches.iter().any(decides) {
            Chosen::OrNone
        } else if switches.is_empty() {
            Chosen::Whole
        } else {
            Chosen::OneOfSeveral
        }
    }

    /// Whether a condition on the same, or on what a plan does not show, is why what is counted is there.
    fn is_counted_by(&self, scope: &Scope, local: &str, switch: &str) -> bool {
        let own = self.repeats.get(&(scope.module.clone(), local.to_owned()));
        let over = own.into_iter().chain(self.call_over(scope, local));
        let mut told = over.flat_map(|held| list(held, "references")).filter_map(Value::as_str);
        told.any(|held| held == switch || held.starts_with("local."))
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
            let decides = ["var", "local", "each", "count", "terraform"];
            steps(reference).first().is_some_and(|step| decides.contains(&step.name))
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

    /// Whether there may be several of a resource or a called module. Over what they are made, where that is written with
    /// nothing but functions of constants, a plan does not say.
    fn is_repeated(&self, scope: &Scope, local: &str) -> bool {
        let key = (scope.module.clone(), local.to_owned());
        let indexed = || {
            let own = self.instances.get(&key).into_iter().flatten();
            own.into_iter().any(|at| !self.resources[*at].index.is_empty())
        };
        let called = || {
            let place = scope.place.as_deref().filter(|place| !place.is_empty());
            let start = place.map_or_else(|| format!("{local}["), |place| format!("{place}.{local}["));
            local.starts_with("module.") && self.resources.iter().any(|held| held.place.starts_with(&start))
        };
        self.repeats.contains_key(&key) || self.call_over(scope, local).is_some() || indexed() || called()
    }

    /// Over what the call of a module is repeated.
    fn call_over(&self, scope: &Scope, local: &str) -> Option<&Value> {
        let call = self.calls.get(&(scope.module.clone(), local.strip_prefix("module.")?.to_owned()))?;
        ["for_each_expression", "count_expression"].iter().find_map(|key| call.get(*key))
    }

    /// Whether a reference is to a switch that is no text either: it can be no part of a list of texts.
    fn is_flag(&self, scope: &Scope, reference: &str, depth: usize) -> bool {
        let steps = steps(reference);
        let [first, name, ..] = &steps[..] else { return false };
        if first.name != "var" {
            return self.is_switch(scope, reference, depth);
        }
        let is_text = |held: Option<&Value>| held.is_some_and(Value::is_string);
        match self.variable(scope, name.name) {
            None => !is_text(self.variables.get(name.name)),
            Some((_, None)) => !is_text(self.defaults.get(&(scope.module.clone(), name.name.to_owned()))),
            Some((_, Some(given))) => !is_text(given.get("constant_value")),
        }
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

/// References that name more than what the one before them is a part of: `a.b[0].c`, and not `a.b[0]` and `a.b` after it.
fn whole_names<'r>(references: &'r [&'r str]) -> impl Iterator<Item = &'r str> {
    let mut whole = "";
    references.iter().copied().filter(move |reference| {
        let is_part = whole.strip_prefix(*reference).is_some_and(|rest| rest.starts_with(['.', '[']));
        whole = if is_part { whole } else { reference };
        !is_part
    })
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
