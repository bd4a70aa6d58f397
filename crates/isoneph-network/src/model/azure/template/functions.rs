//! Functions of the language, of values.

use serde_json::Value;

use super::scope::{MAX_COPIES, field, is_open, scalar};

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

fn texts(values: &[Value]) -> Option<Vec<String>> {
    values.iter().map(scalar).collect()
}

/// Texts or lists one after the other.
fn joined(arguments: &[Value]) -> Option<Value> {
    if !arguments.is_empty() && arguments.iter().all(Value::is_array) {
        return Some(Value::Array(arguments.iter().filter_map(Value::as_array).flatten().cloned().collect()));
    }
    texts(arguments).map(|words| Value::String(words.concat()))
}

/// The elements of lists, each once, or the fields of objects, the later before the earlier.
fn united(arguments: &[Value]) -> Option<Value> {
    if arguments.iter().all(Value::is_array) {
        let mut out: Vec<Value> = Vec::new();
        for one in arguments.iter().filter_map(Value::as_array).flatten() {
            if !out.contains(one) {
                out.push(one.clone());
            }
        }
        return Some(Value::Array(out));
    }
    // Of fields that are objects themselves the language joins the parts as well.
    let objects: Vec<_> = arguments.iter().map(Value::as_object).collect::<Option<_>>()?;
    let plain = objects.iter().all(|held| held.values().all(|held| !held.is_object()));
    plain.then(|| Value::Object(objects.into_iter().flatten().map(|(key, held)| (key.clone(), held.clone())).collect()))
}

fn numbers(first: i64, count: i64) -> Option<Value> {
    (0..=MAX_COPIES).contains(&count).then(|| (first..first.saturating_add(count)).map(Value::from).collect())
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
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Value> {
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
        ("first", [Value::Array(held)]) => held.first()?.clone(),
        ("last", [Value::Array(held)]) => held.last()?.clone(),
        ("split", [Value::String(held), Value::String(sign)]) if !sign.is_empty() => {
            held.split(sign.as_str()).map(Value::from).collect()
        }
        ("replace", [Value::String(held), Value::String(from), Value::String(to)]) if !from.is_empty() => {
            held.replace(from.as_str(), to).into()
        }
        ("contains", [Value::Array(held), wanted]) => held.contains(wanted).into(),
        ("contains", [Value::Object(held), Value::String(key)]) => {
            held.keys().any(|held| held.eq_ignore_ascii_case(key)).into()
        }
        ("coalesce", [one, ..]) if !one.is_null() => one.clone(),
        ("coalesce", [Value::Null, rest @ ..]) => call(name, rest)?,
        ("tryget", [of @ Value::Object(_), Value::String(key)]) => field(of, key).cloned().unwrap_or_default(),
        ("union", _) => united(arguments)?,
        ("add", [one, other]) => one.as_i64()?.checked_add(other.as_i64()?)?.into(),
        ("sub", [one, other]) => one.as_i64()?.checked_sub(other.as_i64()?)?.into(),
        ("mul", [one, other]) => one.as_i64()?.checked_mul(other.as_i64()?)?.into(),
        ("range", [first, count]) => numbers(first.as_i64()?, count.as_i64()?)?,
        ("createarray", _) => Value::Array(arguments.to_vec()),
        ("null", []) => Value::Null,
        ("true", []) => true.into(),
        ("false", []) => false.into(),
        _ => return None,
    })
}
