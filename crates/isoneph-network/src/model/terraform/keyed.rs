//! Outputs and variables of which a part is named by a text (`module.a.groups["web"]`, `var.groups.web`): they are maps, and what
//! takes one for a list goes through it, and may sift it there (`for … if`).

use serde_json::Value;

use super::Document;
use super::references::Scope;
use super::steps::{Step, steps};

impl Document {
    /// Notes what the expressions of a module name parts of.
    pub(super) fn note_keyed(&mut self, module: &Value, path: &str) {
        for key in ["resources", "outputs"] {
            module.get(key).into_iter().for_each(|held| self.note(held, path));
        }
        for call in module.get("module_calls").and_then(Value::as_object).into_iter().flat_map(|held| held.values()) {
            let own = call.as_object().into_iter().flatten().filter(|(key, _)| *key != "module");
            own.for_each(|(_, held)| self.note(held, path));
        }
    }

    fn note(&mut self, value: &Value, path: &str) {
        match value {
            Value::Object(held) => held.values().for_each(|one| self.note(one, path)),
            Value::Array(held) => held.iter().for_each(|one| self.note(one, path)),
            Value::String(reference) => {
                let steps = steps(reference);
                let Some((base, rest)) = base(&steps) else { return };
                let last = &steps[rest - 1];
                // Before there were brackets for it a number was written as a name is.
                let named = steps.get(rest).is_some_and(|step| step.name.parse::<usize>().is_err());
                if last.index.map_or(named, |index| index.starts_with('"')) {
                    self.keyed.insert((path.to_owned(), base));
                }
            }
            _ => {}
        }
    }

    /// Whether a reference is to the whole of what is a map.
    pub(super) fn is_keyed(&self, scope: &Scope, steps: &[Step<'_>]) -> bool {
        base(steps).is_some_and(|(base, rest)| {
            let whole = steps.len() == rest && steps[rest - 1].index.is_none();
            whole && self.keyed.contains(&(scope.module.clone(), base))
        })
    }
}

/// What of a reference names an output or a variable, and of how many names it is made.
fn base(steps: &[Step<'_>]) -> Option<(String, usize)> {
    match steps {
        [first, call, output, ..] if first.name == "module" => {
            Some((format!("module.{}.{}", call.name, output.name), 3))
        }
        [first, name, ..] if first.name == "var" => Some((format!("var.{}", name.name), 2)),
        _ => None,
    }
}
