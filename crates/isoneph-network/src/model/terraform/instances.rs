//! Which instance of several a reference means, of resources and of modules.

use serde_json::Value;

use super::aliases::handed_on;
use super::references::{Choosing, Scope, made_words};
use super::steps::{Step, split_module};
use super::{Document, Ids, Resource};

impl Document {
    /// The instances of a resource that a reference means; says whether a text that was given chose among them.
    pub(super) fn resource(
        &self,
        scope: &Scope,
        (local, index, rest): (&str, Option<&str>, &[Step<'_>]),
        (choosing, given): (Choosing, &[String]),
        budget: &mut usize,
        out: &mut Ids,
    ) -> bool {
        let mut picked = false;
        let key = (scope.module.clone(), local.to_owned());
        let all = self.instances.get(&key).map_or(&[][..], Vec::as_slice);
        let here = |held: &&Resource| scope.place.as_ref().is_none_or(|place| *place == held.place);
        let mut held: Vec<&Resource> = all.iter().map(|place| &self.resources[*place]).filter(here).collect();
        if let Some(index) = index {
            held.retain(|one| one.index == index);
        } else if held.len() > 1 {
            let of =
                |index: &str| -> Vec<&Resource> { held.iter().copied().filter(|one| one.index == index).collect() };
            let same = of(&scope.index);
            let named: Vec<&Resource> = given.iter().flat_map(|text| of(&format!("{text:?}"))).collect();
            picked = !named.is_empty();
            if choosing.by_key && same.len() == 1 && self.is_one_each(scope, held.len()) {
                held = same;
            } else if !choosing.several && named.len() == 1 {
                held = named;
            } else {
                // A whole map may be gone through and sifted (`for … if`); of a counted resource a list is taken whole.
                let sifted = rest.is_empty() && held.iter().any(|one| one.index.parse::<usize>().is_err());
                out.choice |= !choosing.several || choosing.by_key || choosing.otherwise || sifted;
            }
        }
        // What is configured and has no such instance is not made; what is not configured is not shown.
        out.open |= held.is_empty() && !self.expressions.contains_key(&key);
        if let Some(field) = handed_on(local, rest) {
            held.iter().for_each(|one| self.hand_on(one, field, choosing, budget, out));
            return picked;
        }
        let is_own = rest.first().is_some_and(|step| matches!(step.name, "id" | "arn"));
        let told = if is_own { &mut out.own } else { &mut out.parts };
        told.extend(held.iter().map(|one| one.identity()));
        let words =
            made_words(rest).or_else(|| super::locals::made_for(local, choosing.field).filter(|_| rest.is_empty()));
        out.found.extend(held.iter().map(|one| match words {
            Some(words) => format!("{words} {}", one.identity()),
            None => one.identity(),
        }));
        picked
    }

    /// Whether each of what is counted refers to one of as many: else the number may be reckoned with (`count.index + 2`),
    /// which a plan does not show. Keys are not reckoned with.
    fn is_one_each(&self, scope: &Scope, several: usize) -> bool {
        if scope.index.parse::<usize>().is_err() || scope.owner.starts_with("module.") {
            return true;
        }
        let all = self.instances.get(&(scope.module.clone(), scope.owner.clone())).map_or(&[][..], Vec::as_slice);
        let here = |at: &&usize| scope.place.as_ref().is_none_or(|place| *place == self.resources[**at].place);
        let own = all.iter().filter(here).count();
        own == 1 || own == several
    }

    /// The expression given to a variable of a module, and where that expression stands; `None` for the root's variables.
    /// A variable that is given nothing has its default, which refers to nothing.
    pub(super) fn variable(&self, scope: &Scope, name: &str) -> Option<(Scope, Option<&Value>)> {
        let (parent, call) = split_module(&scope.module)?;
        let held = self.calls.get(&(parent.to_owned(), call.to_owned()));
        let given = held.and_then(|held| held.get("expressions")).and_then(|held| held.get(name));
        Some((self.outer_of(scope), given))
    }

    /// Where the call of a module stands; the root's own for the root.
    pub(super) fn outer_of(&self, scope: &Scope) -> Scope {
        let (parent, call) = split_module(&scope.module).unwrap_or_default();
        let place = scope.place.as_deref().and_then(split_module);
        Scope {
            module: parent.to_owned(),
            place: place.map(|(outer, _)| outer.to_owned()),
            index: place
                .and_then(|(_, own)| own.split_once('['))
                .map(|(_, index)| index.trim_end_matches(']').to_owned())
                .unwrap_or_default(),
            owner: format!("module.{call}"),
        }
    }

    /// Inside of all instances of a called module.
    pub(super) fn child_of(&self, scope: &Scope, call: &str) -> Scope {
        let step = Step { name: call, index: None };
        self.child(scope, &step, Choosing::default()).0
    }

    /// Inside of a called module, and whether it is sure which of its instances is meant.
    pub(super) fn child(&self, scope: &Scope, call: &Step<'_>, choosing: Choosing) -> (Scope, bool) {
        let below = |outer: &str| {
            if outer.is_empty() { format!("module.{}", call.name) } else { format!("{outer}.module.{}", call.name) }
        };
        let module = below(&scope.module);
        let base = scope.place.as_deref().map(below);
        let place = match (base, call.index) {
            (Some(base), Some(index)) => Some(format!("{base}[{index}]")),
            (Some(base), None) => {
                let repeated = self.calls.get(&(scope.module.clone(), call.name.to_owned())).is_some_and(|held| {
                    ["for_each_expression", "count_expression"].iter().any(|key| held.get(key).is_some())
                });
                match (repeated, choosing.by_key) {
                    (false, _) => Some(base),
                    (true, true) => Some(format!("{base}[{}]", scope.index)),
                    (true, false) => None,
                }
            }
            (None, _) => None,
        };
        let sure = place.is_some() || choosing.several;
        (Scope { module, place, index: String::new(), owner: String::new() }, sure)
    }
}
