//! What a field refers to: the resources whose identifiers it will hold, found through the configuration's references.
//!
//! A plan lists the references of an expression, not the expression. Which instance of several is meant is told by a
//! constant index (`subnet.a[0]`), or by the key that the referring instance shares with it (`each.key`, `count.index`).
//! Where neither tells, all of them are candidates, and said to be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::conditions::{Chosen, is_identifier};
use super::steps::{Step, steps, value_at};
use super::{Document, Ids, Resource};
use crate::model::json::list;

/// How many references one value is followed through.
const MAX_REFERENCES: usize = 256;

/// Attributes that identify something a resource is made with, and by what name readers know it.
pub(super) const MADE_WITH: [(&str, &str); 6] = [
    ("default_security_group_id", "default security group of"),
    ("default_network_acl_id", "default network ACL of"),
    ("default_route_table_id", "main table of"),
    ("main_route_table_id", "main table of"),
    ("association_default_route_table_id", "default table of"),
    ("propagation_default_route_table_id", "default table of"),
];

/// Fields of several identifiers whose names do not end as such names do.
const SEVERAL: [&str; 1] = ["vpc_zone_identifier"];

/// Where an expression stands.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// Path of the module, without indexes.
    pub(super) module: String,
    /// The module's instance, where it is one.
    pub(super) place: Option<String>,
    /// Index of what the expression belongs to.
    pub(super) index: String,
    /// What the expression belongs to, within the module: `type.name` or `module.name`.
    pub(super) owner: String,
}

/// How the references of one expression choose among instances.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Choosing {
    /// By the key they share.
    pub(super) by_key: bool,
    /// By something a plan does not show.
    pub(super) otherwise: bool,
    /// The field holds several.
    pub(super) several: bool,
    /// The field holds identifiers, and no names.
    pub(super) identifiers: bool,
    /// Which of the fields it is whose locals are followed.
    pub(super) field: Option<usize>,
}

impl Choosing {
    /// The same of another expression: how that one chooses, its own references tell.
    pub(super) fn afresh(self) -> Self {
        Self { by_key: false, otherwise: false, ..self }
    }

    /// The same of an expression of another field.
    pub(super) fn of_field(self, name: &str) -> Self {
        Self { field: super::locals::field(name), ..self.afresh() }
    }
}

impl Scope {
    /// Where the expressions of a resource stand.
    pub(super) fn of(resource: &Resource) -> Self {
        Self {
            module: resource.module.clone(),
            place: Some(resource.place.clone()),
            index: resource.index.clone(),
            owner: resource.local.clone(),
        }
    }
}

impl Document {
    /// The identifiers a field holds or will hold. `path` leads through blocks: names and, for lists, numbers.
    pub(crate) fn ids(&self, resource: &Resource, path: &[&str]) -> Ids {
        let mut out = Ids::default();
        match value_at(&resource.values, path) {
            Some(Value::String(held)) if !held.is_empty() => {
                self.add_written(held, &mut out);
                return out;
            }
            Some(Value::Array(held)) if !held.is_empty() => {
                held.iter().filter_map(Value::as_str).for_each(|held| self.add_written(held, &mut out));
                if held.iter().all(Value::is_string) {
                    return out;
                }
            }
            // What is known only after apply is left out of the values: this is known to be nothing.
            Some(Value::Null | Value::String(_)) => return out,
            Some(Value::Array(held)) if held.is_empty() => return out,
            _ => {}
        }
        self.add_referred(resource, path, &mut out);
        out
    }

    /// The resources that a field's expression names, also where its value is known.
    pub(crate) fn referred(&self, resource: &Resource, path: &[&str]) -> Ids {
        let mut out = Ids::default();
        self.add_referred(resource, path, &mut out);
        out
    }

    /// What an expression of a resource, wherever it stands in it, names.
    pub(super) fn named_in(&self, resource: &Resource, key: &str, expression: &Value) -> Ids {
        let (mut out, mut budget) = (Ids::default(), MAX_REFERENCES);
        let wanted = Choosing { several: true, field: super::locals::field(key), ..Choosing::default() };
        self.follow(&Scope::of(resource), expression, wanted, &mut budget, &mut out);
        out
    }

    fn add_referred(&self, resource: &Resource, path: &[&str], out: &mut Ids) {
        let written = self.written(resource, path);
        let [first, more @ ..] = &written.expressions[..] else {
            let unseen = written.open && self.is_unknown(resource, path);
            out.open = unseen || self.is_unknown_in_block(resource, path);
            return;
        };
        let last = path.last().copied().unwrap_or_default();
        let several = last.ends_with('s') || SEVERAL.contains(&last);
        let identifiers = last.ends_with("_id") || last.ends_with("_ids");
        let known = more.is_empty() && first.get("constant_value").is_some();
        let scope = Scope::of(resource);
        let mut budget = MAX_REFERENCES;
        let field = super::locals::field(last);
        let mut gap = written.open;
        for expression in &written.expressions {
            let before = out.found.len();
            let wanted = Choosing { several, identifiers, field, ..Choosing::default() };
            self.follow(&scope, expression, wanted, &mut budget, out);
            let leads_nowhere = !more.is_empty() && out.found.len() == before;
            (out.open, out.choice) = (out.open || leads_nowhere, out.choice || leads_nowhere);
            gap |= leads_nowhere;
        }
        out.found.sort_unstable();
        out.found.dedup();
        let narrowed = out.found.len() > 1 && self.keep_fitting(last, out);
        // What a list cannot hold stands in its expression to choose by (`aws_vpc.a.id == … ? …`).
        out.choice |= narrowed && several && out.found.len() > 1;
        let whole = !gap && !out.open && !out.lost && budget > 0;
        if narrowed && whole && !several && out.found.len() == 1 {
            out.choice = false;
        }
        // What could not be followed may be the one that is meant.
        out.choice |= out.lost && !several && (written.merged || narrowed);
        out.choice |= written.open || (!several || written.merged || !more.is_empty()) && out.found.len() > 1;
        out.open |= written.open || budget == 0 || (out.found.is_empty() && !known);
        out.older &= !out.open;
        out.open |= out.older;
    }

    /// Takes away candidates that are of a kind which the field does not take; says whether there were any. What is a part of
    /// another thing may be what that stands in, and stays.
    fn keep_fitting(&self, field: &str, out: &mut Ids) -> bool {
        let before = out.found.len();
        let told = |id: &String| out.own.contains(id) && !out.parts.contains(id);
        let other: BTreeSet<String> = self
            .resources
            .iter()
            .filter(|held| super::locals::is_for_another_field(&held.kind, field))
            .map(Resource::identity)
            .filter(told)
            .collect();
        out.found.retain(|id| !other.contains(id));
        out.found.len() < before
    }

    /// What a rule, route or association belongs to, and why that is not sure: where the plan does not show which of `all`
    /// it is, it may be any.
    pub(crate) fn owners<'k>(
        &self,
        resource: &Resource,
        key: &str,
        all: impl Iterator<Item = &'k String>,
    ) -> (Vec<String>, Option<String>) {
        let ids = self.ids(resource, &[key]);
        let doubt = || Some(format!("what {} belongs to", resource.address));
        match (ids.found.is_empty(), ids.open || ids.choice) {
            (false, false) => (ids.found, None),
            (false, true) => (ids.found, doubt()),
            (true, true) => (all.cloned().collect(), doubt()),
            (true, false) => (Vec::new(), None),
        }
    }

    /// The one identifier of a field. Where several may be meant it is the name of nothing, so that nothing is taken for
    /// what it may not be.
    pub(crate) fn id(&self, resource: &Resource, path: &[&str]) -> Option<String> {
        let ids = self.ids(resource, path);
        if ids.choice { Some(format!("one of {}", ids.found.join(", "))) } else { ids.found.into_iter().next() }
    }

    /// Adds what an expression names, through variables and outputs.
    pub(super) fn follow(
        &self,
        scope: &Scope,
        expression: &Value,
        wanted: Choosing,
        budget: &mut usize,
        out: &mut Ids,
    ) {
        let mut references: Vec<&str> = list(expression, "references").iter().filter_map(Value::as_str).collect();
        // Nested blocks hold expressions of their own.
        if let (Some(object), true) = (expression.as_object(), references.is_empty()) {
            references.extend(object.values().flat_map(|held| list(held, "references")).filter_map(Value::as_str));
        }
        constants(expression.get("constant_value"), &mut out.found);
        let choosing = choosing(&references, wanted);
        let given = self.given(scope, &references);
        let aside = choosing.several && self.leave_asides(scope, &mut references, choosing);
        let chosen = if choosing.several { self.may_choose(scope, &references) } else { Chosen::Whole };
        let all = references.clone();
        let (before, mut picked) = (out.found.len(), false);
        // After `a.b[0].c` its parts follow, `a.b[0]` and `a.b`: they name nothing more.
        let mut whole: Option<(Vec<&str>, Option<&str>)> = None;
        for reference in references {
            if *budget == 0 {
                out.open = true;
                return;
            }
            *budget -= 1;
            let steps = steps(reference);
            let data = usize::from(steps.first().is_some_and(|step| step.name == "data"));
            let names: Vec<&str> = steps.iter().take(2 + data).map(|step| step.name).collect();
            let index = steps.get(1 + data).and_then(|step| step.index);
            let plain = steps.len() == 2 + data;
            if let Some((_, of)) = whole.as_ref().filter(|(held, _)| plain && *held == names) {
                if index == *of && index.is_some() {
                    continue;
                }
                if index.is_none() {
                    whole = None;
                    continue;
                }
            }
            whole = Some((names, index)).filter(|_| !plain || index.is_some());
            let at = out.found.len();
            picked |= self.step(scope, &steps, (choosing, &given), budget, out);
            out.choice |= choosing.several && takes_some(&all, &steps, &out.found[at..]);
            let sifted = choosing.several && out.found.len() > at + 1 && self.is_keyed(scope, &steps);
            out.choice |= sifted && !all.iter().any(|other| is_part_of(other, reference));
        }
        // A text that is no index is an identifier itself, beside or instead of what else is named.
        if !picked {
            // A word that can be none chooses among them (`var.mode == "single" ? …`).
            let given: Vec<String> =
                given.into_iter().filter(|text| !wanted.identifiers || is_identifier(text)).collect();
            out.choice |= !choosing.several && !given.is_empty() && out.found.len() > before;
            out.found.extend(given);
        }
        let more = match chosen {
            _ if aside => 1,
            Chosen::Whole => return,
            Chosen::OneOfSeveral => 2,
            Chosen::OrNone => 1,
        };
        out.choice |= !picked && out.found.len() >= before + more;
    }

    /// The texts that variables of an expression are known to hold.
    fn given(&self, scope: &Scope, references: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        for reference in references {
            let [first, name, ..] = &steps(reference)[..] else { continue };
            if first.name != "var" {
                continue;
            }
            match self.variable(scope, name.name) {
                Some((_, held)) => constants(held.and_then(|held| held.get("constant_value")), &mut out),
                None => constants(self.variables.get(name.name), &mut out),
            }
        }
        out
    }

    /// Follows one reference; says whether a text that was given chose among instances.
    fn step(
        &self,
        scope: &Scope,
        steps: &[Step<'_>],
        (choosing, given): (Choosing, &[String]),
        budget: &mut usize,
        out: &mut Ids,
    ) -> bool {
        match steps {
            [first, name, ..] if first.name == "var" => self.of_variable(scope, name, choosing, budget, out),
            [first, call, output, ..] if first.name == "module" => {
                self.output(scope, (call, output), choosing, budget, out);
            }
            [first, name, rest @ ..] if first.name == "each" && name.name == "value" => {
                self.each_value(scope, rest, choosing, budget, out);
            }
            [first, name, ..] if first.name == "local" => self.local(scope, name, choosing, out),
            [first, call] if first.name == "module" && call.index.is_none() => {
                self.instance_of_module(scope, call, choosing, out);
            }
            [first, ..] if matches!(first.name, "each" | "count" | "path" | "terraform" | "self" | "module") => {}
            [data, kind, name, rest @ ..] if data.name == "data" => {
                let local = format!("data.{}.{}", kind.name, name.name);
                if !self.is_later(&scope.module, &local) {
                    return self.resource(scope, (&local, name.index, rest), (choosing, given), budget, out);
                }
                self.looked_up(scope, (&local, name.index, rest), choosing, budget, out);
            }
            [kind, name, rest @ ..] => {
                let local = format!("{}.{}", kind.name, name.name);
                return self.resource(scope, (&local, name.index, rest), (choosing, given), budget, out);
            }
            _ => {}
        }
        false
    }

    /// What a module is given.
    fn of_variable(&self, scope: &Scope, name: &Step<'_>, choosing: Choosing, budget: &mut usize, out: &mut Ids) {
        match self.variable(scope, name.name) {
            Some((outer, Some(held))) if held.get("constant_value").is_none() => {
                self.follow(&outer, held, choosing, budget, out);
            }
            Some(_) => {}
            None if self.variables.contains_key(name.name) => {}
            None => out.lose(choosing.several),
        }
    }

    /// What a module gives out.
    fn output(
        &self,
        scope: &Scope,
        (call, output): (&Step<'_>, &Step<'_>),
        choosing: Choosing,
        budget: &mut usize,
        out: &mut Ids,
    ) {
        let (inner, sure) = self.child(scope, call, choosing);
        match self.outputs.get(&(inner.module.clone(), output.name.to_owned())) {
            Some(held) => {
                self.follow(&inner, held, choosing.afresh(), budget, out);
                out.choice |= !sure && !out.found.is_empty();
            }
            None => out.lose(choosing.several),
        }
    }

    /// A part of what the resource, or its module, is made over.
    fn each_value(&self, scope: &Scope, rest: &[Step<'_>], choosing: Choosing, budget: &mut usize, out: &mut Ids) {
        let over = self.repeats.get(&(scope.module.clone(), scope.owner.clone())).or_else(|| {
            let call = scope.owner.strip_prefix("module.")?;
            self.calls.get(&(scope.module.clone(), call.to_owned()))?.get("for_each_expression")
        });
        let Some(over) = over else { return out.lose(choosing.several) };
        let before = out.found.len();
        self.follow(scope, over, Choosing { by_key: true, ..choosing }, budget, out);
        self.hand_on_each(before, rest, choosing, budget, out);
        // Each instance has a part of what all are made over, and a plan does not show which.
        out.found[before..].sort_unstable();
        out.choice |= out.found[before..].windows(2).any(|two| two[0] != two[1]);
    }

    /// What a local may be.
    fn local(&self, scope: &Scope, name: &Step<'_>, choosing: Choosing, out: &mut Ids) {
        let followed = choosing.field.filter(|_| !choosing.several || self.is_first());
        match followed.and_then(|field| self.of_local(scope, name.name, field)) {
            Some(held) if !held.is_empty() => {
                out.found.extend(held);
                // Of a list it may be any part, and beside that what stood before, by its identifier.
                out.choice |= choosing.several;
                out.older |= choosing.several;
            }
            _ => out.lose(choosing.several),
        }
    }

    /// An output of the instance of a module that a key tells: which output, a plan does not show.
    fn instance_of_module(&self, scope: &Scope, call: &Step<'_>, choosing: Choosing, out: &mut Ids) {
        let Some(field) = choosing.field else { return };
        let (mut inner, mut sure) = self.child(scope, call, choosing);
        if inner.place.as_ref().is_some_and(|place| !self.resources.iter().any(|held| held.is_in(place))) {
            (inner.place, sure) = (None, choosing.several);
        }
        match self.of_module(&inner, field) {
            Some(held) if held.len() == 1 || !choosing.several || self.is_first() => {
                let part = choosing.several && held.len() > 1;
                out.choice |= (!sure && !held.is_empty()) || part;
                out.older |= part;
                out.found.extend(held);
            }
            _ => out.lose(choosing.several),
        }
    }
}

/// By what name readers know what an attribute says a resource is made with.
pub(super) fn made_words(rest: &[Step<'_>]) -> Option<&'static str> {
    let attribute = rest.first()?.name;
    MADE_WITH.iter().find(|(known, _)| *known == attribute).map(|(_, words)| *words)
}

/// How an expression's other references choose among the instances of those that have several.
fn choosing(references: &[&str], wanted: Choosing) -> Choosing {
    let starts = |words: &[&str]| {
        references.iter().any(|reference| {
            words.iter().any(|word| {
                reference.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        })
    };
    let by_key = starts(&["each.key", "count.index"]);
    Choosing {
        by_key: wanted.by_key || by_key,
        otherwise: wanted.otherwise || starts(&["var", "local", "each.value"]),
        ..wanted
    }
}

/// Whether fewer parts of an output or a variable are named (`module.a.groups["web"]`, `var.groups.web`) than it holds:
/// which of them those are, a plan does not show.
fn takes_some(references: &[&str], of: &[Step<'_>], found: &[String]) -> bool {
    let names = match of {
        [first, ..] if first.name == "module" => 3,
        [first, ..] if first.name == "var" => 2,
        _ => return false,
    };
    let held: BTreeSet<&String> = found.iter().collect();
    if of.len() < names || held.len() < 2 {
        return false;
    }
    let is_part = |reference: &&&str| {
        let steps = steps(reference);
        let same = steps.len() >= names && steps.iter().zip(&of[..names]).take(names).all(|(a, b)| a.name == b.name);
        let of_one = names < 3 || steps[1].index == of[1].index;
        // A part of a part is named beside it.
        let is_last = !references.iter().any(|other| {
            other.len() > reference.len()
                && other.starts_with(**reference)
                && other[reference.len()..].starts_with(['.', '['])
        });
        same && of_one && is_last && (steps.len() > names || steps[names - 1].index.is_some())
    };
    let parts: BTreeSet<&&str> = references.iter().filter(is_part).collect();
    !parts.is_empty() && parts.len() < held.len()
}

/// Whether a reference names a part of what another names.
fn is_part_of(reference: &str, whole: &str) -> bool {
    reference.strip_prefix(whole).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Texts of a constant: identifiers of what the configuration does not make.
fn constants(value: Option<&Value>, out: &mut Vec<String>) {
    match value {
        Some(Value::String(held)) if !held.is_empty() => out.push(held.clone()),
        Some(Value::Array(held)) => out.extend(held.iter().filter_map(Value::as_str).map(ToOwned::to_owned)),
        _ => {}
    }
}
