//! Small accessors over JSON values, for readers that take what is there and list what is not.

use std::collections::BTreeMap;

use serde_json::Value;

/// A text field; `None` where absent, null or empty.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// A text field, or the empty text.
pub(crate) fn text_or_empty(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or_default().into()
}

/// Whether a field is there. Answers that somebody has cut to some of their fields lack others; that says nothing of these.
pub(crate) fn is_given(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|held| !held.is_null())
}

/// What is said of a part of an answer that is not in it: somebody may have cut it off.
pub(crate) fn unshown(key: &str, of: &str) -> String {
    format!("{key} of {of}, which the input does not show")
}

/// Whether a list is there, though nothing be in it.
pub(crate) fn is_listed(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(Value::is_array)
}

/// The elements of a list field; empty where absent.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list field.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().filter_map(Value::as_str).map(Into::into).collect()
}

/// A truth field.
pub(crate) fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A whole number, also where it was written as a text.
pub(crate) fn number(value: &Value, key: &str) -> Option<i64> {
    match value.get(key)? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Labels written as `[{ "Key": …, "Value": … }]` or as an object.
pub(crate) fn tags(value: Option<&Value>) -> BTreeMap<String, String> {
    match value {
        Some(Value::Array(entries)) => entries
            .iter()
            .filter_map(|entry| {
                let key = text(entry, "Key").or_else(|| text(entry, "key"))?;
                let held = entry.get("Value").or_else(|| entry.get("value"))?;
                Some((key.to_owned(), held.as_str().unwrap_or_default().to_owned()))
            })
            .collect(),
        Some(Value::Object(entries)) => {
            entries.iter().filter_map(|(key, held)| Some((key.clone(), scalar(held)?))).collect()
        }
        _ => BTreeMap::new(),
    }
}

/// A scalar as text.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
