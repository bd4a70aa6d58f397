//! What expressions of a template come to. What cannot be told keeps its name in braces: the same expression is the same
//! value, whatever that is.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::expression::{Expression, inside, parse};

/// The deepest that values may refer to each other.
const MAX_DEPTH: usize = 32;
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
}

/// Whether a part of a value is not known.
pub(super) fn is_open(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('{'))
}

fn open(what: &str) -> Value {
    Value::String(format!("{{{what}}}"))
}

/// A field, whatever its letters' case.
fn field<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, held)| held)
}

fn scalar(value: &Value) -> Option<String> {
    crate::model::json::scalar(value)
}

/// A value as it stands in the name of what is not known.
fn shown(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| value.to_string().replace(['{', '}'], "").chars().take(80).collect())
}

fn texts(values: &[Value]) -> Option<Vec<String>> {
    values.iter().map(scalar).collect()
}

/// The identifier of a resource within its group.
pub(super) fn identifier(kind: &str, names: &[&str]) -> String {
    let (provider, kinds) = kind.split_once('/').unwrap_or((kind, ""));
    let parts = kinds.split('/').zip(names.iter().flat_map(|name| name.split('/')));
    let parts: Vec<String> = parts.map(|(kind, name)| format!("/{kind}/{name}")).collect();
    format!("/providers/{provider}{}", parts.concat())
}

/// `resourceId([subscription], [group], kind, names…)`.
fn resource_id(arguments: &[Value]) -> Option<String> {
    let words = texts(arguments)?;
    let at = words.iter().position(|word| word.contains('/') && !word.contains('{'))?;
    let own = |word: &&String| word.starts_with("{{resourcegroup()") || word.starts_with("{{subscription()");
    let others: Vec<&String> = words[..at].iter().filter(|word| !own(word)).collect();
    let names: Vec<&str> = words[at + 1..].iter().map(String::as_str).collect();
    let within = identifier(&words[at], &names);
    Some(match others.as_slice() {
        [] => within,
        [group] => format!("/resourcegroups/{group}{within}"),
        [subscription, group, ..] => format!("/subscriptions/{subscription}/resourcegroups/{group}{within}"),
    })
}

/// A pattern with its places filled: `{0}`, `{1}`.
fn filled(arguments: &[Value]) -> Option<String> {
    let words = texts(arguments)?;
    let (pattern, rest) = words.split_first()?;
    let mut out = String::new();
    let mut pieces = pattern.split('{');
    out.push_str(pieces.next()?);
    for piece in pieces {
        let (place, after) = piece.split_once('}')?;
        out.push_str(rest.get(place.parse::<usize>().ok()?)?);
        out.push_str(after);
    }
    Some(out)
}

/// Texts or lists one after the other.
fn joined(arguments: &[Value]) -> Option<Value> {
    if !arguments.is_empty() && arguments.iter().all(Value::is_array) {
        return Some(Value::Array(arguments.iter().filter_map(Value::as_array).flatten().cloned().collect()));
    }
    texts(arguments).map(|words| Value::String(words.concat()))
}

fn is_empty(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(true),
        Value::String(text) => Some(text.is_empty()),
        Value::Array(held) => Some(held.is_empty()),
        Value::Object(held) => Some(held.is_empty()),
        _ => None,
    }
}

/// What a function of values comes to; `None` where that is not known, or the function is not.
fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    if name != "concat" && name != "format" && name != "resourceid" && arguments.iter().any(is_open) {
        return None;
    }
    let truths = || arguments.iter().map(Value::as_bool).collect::<Option<Vec<bool>>>();
    let text = |at: usize| arguments.get(at).and_then(Value::as_str);
    Some(match (name, arguments) {
        ("concat", _) => joined(arguments)?,
        ("format", _) => filled(arguments)?.into(),
        ("resourceid", _) => resource_id(arguments)?.into(),
        ("equals", [one, other]) => match (one, other) {
            (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
            _ => one == other,
        }
        .into(),
        ("not", [Value::Bool(held)]) => (!held).into(),
        ("and", _) => truths()?.into_iter().all(|held| held).into(),
        ("or", _) => truths()?.into_iter().any(|held| held).into(),
        ("empty", [held]) => is_empty(held)?.into(),
        ("tolower", _) => text(0)?.to_lowercase().into(),
        ("toupper", _) => text(0)?.to_uppercase().into(),
        ("string", [held]) => scalar(held)?.into(),
        ("length", [Value::Array(held)]) => held.len().into(),
        ("createarray", _) => Value::Array(arguments.to_vec()),
        ("null", []) => Value::Null,
        ("true", []) => true.into(),
        ("false", []) => false.into(),
        _ => return None,
    })
}

impl<'v> Scope<'v> {
    pub(super) fn new(template: &'v Value, given: Map<String, Value>, budget: &'v Cell<usize>) -> Self {
        Self { template, given, turns: Vec::new(), budget }
    }

    /// The same in one turn of a loop.
    pub(super) fn turn(&self, name: &str, turn: i64) -> Self {
        let mut out = self.clone();
        out.turns.push((name.to_owned(), turn));
        out
    }

    /// A template within this one: one that knows its own names alone, or these.
    pub(super) fn within(&self, template: &'v Value, given: Map<String, Value>, own: bool) -> Self {
        if own { Self::new(template, given, self.budget) } else { self.clone() }
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
            "variables" => self.named("variables", &arguments).map(|held| self.value(held, depth + 1)),
            "copyindex" => self.index(&arguments),
            _ => call(name, &arguments),
        };
        let told = || arguments.iter().map(shown).collect::<Vec<_>>().join(",");
        known.unwrap_or_else(|| open(&format!("{name}({})", told())))
    }

    fn named(&self, of: &str, arguments: &[Value]) -> Option<&'v Value> {
        field(field(self.template, of)?, arguments.first()?.as_str()?)
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
