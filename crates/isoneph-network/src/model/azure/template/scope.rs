//! What expressions of a template come to. What cannot be told keeps its name in braces: the same expression is the same
//! value, whatever that is.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::expression::{Expression, inside, parse};
use super::functions::{call, identifier};

/// The deepest that values may refer to each other.
const MAX_DEPTH: usize = 32;
/// Through how many templates one value is followed.
const MAX_FOLLOWED: usize = 6;
/// The longest text that is made.
const MAX_TEXT: usize = 4096;
/// The most elements that a loop makes.
pub(super) const MAX_COPIES: i64 = 256;

/// What the names of a template stand for.
#[derive(Clone)]
pub(super) struct Scope<'v> {
    template: &'v Value,
    given: Map<String, Value>,
    /// Loops around, from the outside in, each with its turn.
    turns: Vec<(String, i64)>,
    /// How many more values are worked out: templates may be written to have no end.
    budget: &'v Cell<usize>,
    /// Through how many templates what is worked out came: they may give out what they take from each other.
    followed: usize,
}

/// Whether a part of a value is not known.
pub(super) fn is_open(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('{'))
}

fn open(what: &str) -> Value {
    Value::String(format!("{{{what}}}"))
}

/// A field, whatever its letters' case.
pub(super) fn field<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, held)| held)
}

pub(super) fn scalar(value: &Value) -> Option<String> {
    crate::model::json::scalar(value)
}

/// A value as it stands in the name of what is not known.
fn shown(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| value.to_string().replace(['{', '}'], "").chars().take(80).collect())
}

impl<'v> Scope<'v> {
    pub(super) fn new(template: &'v Value, given: Map<String, Value>, budget: &'v Cell<usize>) -> Self {
        Self { template, given, turns: Vec::new(), budget, followed: 0 }
    }

    /// The same in one turn of a loop.
    pub(super) fn turn(&self, name: &str, turn: i64) -> Self {
        let mut out = self.clone();
        out.turns.push((name.to_owned(), turn));
        out
    }

    /// A template within this one: one that knows its own names alone, or these.
    fn within(&self, template: &'v Value, given: Map<String, Value>, own: bool) -> Self {
        let followed = self.followed;
        if own { Self { followed, ..Self::new(template, given, self.budget) } } else { self.clone() }
    }

    /// A value with all that it says worked out.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        self.value(value, 0)
    }

    fn value(&self, value: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH || self.budget.get() == 0 {
            return open("more than is worked out");
        }
        self.budget.set(self.budget.get() - 1);
        match value {
            Value::String(text) => match inside(text) {
                Some(within) => match parse(within) {
                    Some(found) => self.evaluate(&found, depth + 1),
                    None => open(within),
                },
                None => {
                    Value::String(text.strip_prefix('[').filter(|rest| rest.starts_with('[')).unwrap_or(text).into())
                }
            },
            Value::Array(held) => Value::Array(held.iter().map(|held| self.value(held, depth + 1)).collect()),
            Value::Object(held) => self.object(held, depth),
            other => other.clone(),
        }
    }

    /// An object; the lists that its loops make stand among its fields. One of which the length is not known is not there as a
    /// list.
    fn object(&self, held: &Map<String, Value>, depth: usize) -> Value {
        let mut out = Map::new();
        for (key, held) in held {
            let Some(loops) = held.as_array().filter(|_| key == "copy") else {
                out.insert(key.clone(), self.value(held, depth + 1));
                continue;
            };
            for one in loops {
                let Some(name) = field(one, "name").and_then(Value::as_str) else { continue };
                let input = field(one, "input").unwrap_or(&Value::Null);
                let made = self.turns_of(one).map(|turns| {
                    turns.map(|turn| self.turn(name, turn).value(input, depth + 1)).collect::<Vec<Value>>()
                });
                out.insert(name.to_owned(), made.map_or_else(|| open(&format!("the loop {name}")), Value::Array));
            }
        }
        Value::Object(out)
    }

    /// The turns of a loop, where their number is known.
    pub(super) fn turns_of(&self, copy: &Value) -> Option<std::ops::Range<i64>> {
        let count = self.resolve(field(copy, "count")?).as_i64()?;
        (0..=MAX_COPIES).contains(&count).then_some(0..count)
    }

    fn evaluate(&self, expression: &Expression, depth: usize) -> Value {
        if depth > MAX_DEPTH || self.budget.get() == 0 {
            return open("more than is worked out");
        }
        self.budget.set(self.budget.get() - 1);
        let found = match expression {
            Expression::Text(text) => Value::String(text.clone()),
            Expression::Number(number) => (*number).into(),
            Expression::Call(name, arguments) => self.call(name, arguments, depth),
            Expression::Member(of, key) => {
                if let Some(found) = self.output(of, key, depth) {
                    return found;
                }
                let of = self.evaluate(of, depth + 1);
                field(&of, key).cloned().unwrap_or_else(|| open(&format!("{}.{key}", shown(&of))))
            }
            Expression::Element(of, key) => {
                let (of, key) = (self.evaluate(of, depth + 1), self.evaluate(key, depth + 1));
                let at = key.as_u64().and_then(|at| usize::try_from(at).ok());
                let named = key.as_str().and_then(|key| field(&of, key));
                let found = at.and_then(|at| of.get(at)).or(named).cloned();
                found.unwrap_or_else(|| open(&format!("{}[{}]", shown(&of), shown(&key))))
            }
        };
        match found.as_str() {
            Some(text) if text.len() > MAX_TEXT => open("more than is worked out"),
            _ => found,
        }
    }

    fn call(&self, name: &str, arguments: &[Expression], depth: usize) -> Value {
        let of = |at: usize| self.evaluate(&arguments[at], depth + 1);
        if let ("if", [condition, _, _]) = (name, arguments) {
            let condition = self.evaluate(condition, depth + 1);
            return match condition.as_bool() {
                Some(true) => of(1),
                Some(false) => of(2),
                None => open(&format!("if({},{},{})", shown(&condition), shown(&of(1)), shown(&of(2)))),
            };
        }
        let arguments: Vec<Value> = (0..arguments.len()).map(of).collect();
        let known = match name {
            "parameters" => self.parameter(&arguments, depth),
            "variables" => self.variable(&arguments, depth),
            "copyindex" => self.index(&arguments),
            _ => call(name, &arguments),
        };
        let told = || arguments.iter().map(shown).collect::<Vec<_>>().join(",");
        known.unwrap_or_else(|| open(&format!("{name}({})", told())))
    }

    fn named(&self, of: &str, arguments: &[Value]) -> Option<&'v Value> {
        field(field(self.template, of)?, arguments.first()?.as_str()?)
    }

    /// A variable; one that a loop makes stands among the loops.
    fn variable(&self, arguments: &[Value], depth: usize) -> Option<Value> {
        if let Some(held) = self.named("variables", arguments) {
            return Some(self.value(held, depth + 1));
        }
        let wanted = arguments.first()?.as_str()?;
        let loops = field(field(self.template, "variables")?, "copy")?.as_array()?;
        let one = loops.iter().find(|one| field(one, "name").and_then(Value::as_str) == Some(wanted))?;
        let input = field(one, "input")?;
        let turns = self.turns_of(one)?;
        Some(turns.map(|turn| self.turn(wanted, turn).value(input, depth + 1)).collect())
    }

    /// What a template within this one gives out: `reference(DEPLOYMENT).outputs.NAME.value`.
    fn output(&self, of: &Expression, key: &str, depth: usize) -> Option<Value> {
        let Expression::Member(outputs, name) = of else { return None };
        let Expression::Member(call, word) = outputs.as_ref() else { return None };
        let Expression::Call(function, arguments) = call.as_ref() else { return None };
        let is_one =
            key.eq_ignore_ascii_case("value") && word.eq_ignore_ascii_case("outputs") && function == "reference";
        let wanted = self.evaluate(arguments.first().filter(|_| is_one)?, depth + 1);
        if self.followed >= MAX_FOLLOWED {
            return None;
        }
        let next = Self { followed: self.followed + 1, ..self.clone() };
        let (resource, scope) = next.deployment(wanted.as_str()?)?;
        let (template, inner) = scope.deployed(resource)?;
        let held = field(field(template, "outputs")?, name)?;
        if let Some(copy) = field(held, "copy") {
            let input = field(copy, "input")?;
            return Some(inner.turns_of(copy)?.map(|turn| inner.turn("", turn).value(input, depth + 1)).collect());
        }
        Some(inner.value(field(held, "value")?, depth + 1))
    }

    /// The deployment that an identifier, or a name of the template's own, is of.
    fn deployment(&self, wanted: &str) -> Option<(&'v Value, Self)> {
        let within = field(self.template, "resources")?;
        if let Some(found) = within.as_object().and_then(|all| all.get(wanted)) {
            return Some((found, self.clone()));
        }
        let all: Vec<&Value> = match within {
            Value::Array(all) => all.iter().collect(),
            Value::Object(all) => all.values().collect(),
            _ => Vec::new(),
        };
        let kind = "microsoft.resources/deployments";
        let is_one = |held: &&Value| {
            let word = field(held, "type").and_then(Value::as_str).unwrap_or_default();
            word.eq_ignore_ascii_case(kind)
        };
        let fits = |held: &Value, scope: &Self| {
            let name = field(held, "name").map(|name| scope.resolve(name));
            let own = name.and_then(|name| Some(identifier(kind, &[name.as_str()?])));
            own.is_some_and(|own| wanted.to_lowercase().ends_with(&own.to_lowercase()))
        };
        for held in all.into_iter().filter(is_one) {
            let Some(copy) = field(held, "copy") else {
                if fits(held, self) {
                    return Some((held, self.clone()));
                }
                continue;
            };
            let name = field(copy, "name").and_then(Value::as_str).unwrap_or_default();
            let mut turns = self.turns_of(copy)?.map(|turn| self.turn(name, turn));
            if let Some(scope) = turns.find(|scope| fits(held, scope)) {
                return Some((held, scope));
            }
        }
        None
    }

    /// The template that a deployment of this scope holds, with its own.
    pub(super) fn deployed(&self, resource: &'v Value) -> Option<(&'v Value, Self)> {
        let template = resource.pointer("/properties/template")?;
        let own = resource.pointer("/properties/expressionEvaluationOptions/scope").and_then(Value::as_str);
        let given = resource.pointer("/properties/parameters").and_then(Value::as_object);
        let value = |held: &Value| match held.get("value") {
            Some(held) => self.resolve(held),
            None => Value::String("{a value from elsewhere}".into()),
        };
        let given: Map<String, Value> =
            given.into_iter().flatten().map(|(name, held)| (name.clone(), value(held))).collect();
        let is_own = own.is_some_and(|word| word.eq_ignore_ascii_case("inner"));
        Some((template, self.within(template, given, is_own)))
    }

    fn parameter(&self, arguments: &[Value], depth: usize) -> Option<Value> {
        let name = arguments.first()?.as_str()?;
        if let Some((_, held)) = self.given.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            return Some(held.clone());
        }
        let held = field(self.named("parameters", arguments)?, "defaultValue")?;
        Some(self.value(held, depth + 1))
    }

    /// `copyIndex([loop], [offset])`.
    fn index(&self, arguments: &[Value]) -> Option<Value> {
        let name = arguments.iter().find_map(Value::as_str);
        let (_, turn) =
            self.turns.iter().rev().find(|(held, _)| name.is_none_or(|name| held.eq_ignore_ascii_case(name)))?;
        let offset = arguments.iter().find_map(Value::as_i64).unwrap_or(0);
        Some((turn + offset).into())
    }
}
