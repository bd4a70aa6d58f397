//! Places in a request or an answer.

use serde_json::Value;

/// How deep JSON may stand in texts of JSON.
const EMBEDDED: u8 = 3;

/// The JSON of a request or an answer, with the JSON that stands in its texts; `None` where it is not there or cannot be
/// read.
pub(super) fn parsed(text: Option<&str>) -> Option<Value> {
    let value = serde_json::from_str(text.filter(|text| !text.is_empty())?).ok()?;
    Some(unfolded(value, EMBEDDED))
}

fn unfolded(value: Value, depth: u8) -> Value {
    match value {
        Value::String(text) if depth > 0 && text.trim_start().starts_with(['{', '[']) => {
            match serde_json::from_str(&text) {
                Ok(inner) => unfolded(inner, depth - 1),
                Err(_) => Value::String(text),
            }
        }
        Value::Array(all) => Value::Array(all.into_iter().map(|value| unfolded(value, depth)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, unfolded(value, depth))).collect())
        }
        other => other,
    }
}

/// What stands at a path: `/` between steps, `*` for every entry of a list or an object. Clouds differ in capitals from
/// one form of a record to the next.
pub(super) fn at<'v>(root: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![root];
    for step in path.split('/').filter(|step| !step.is_empty()) {
        found = found.into_iter().flat_map(|value| inside(value, step)).collect();
    }
    found.retain(|value| !value.is_null());
    found
}

fn inside<'v>(value: &'v Value, step: &str) -> Vec<&'v Value> {
    match (value, step) {
        (Value::Array(all), "*") => all.iter().collect(),
        (Value::Object(fields), "*") => fields.values().collect(),
        (Value::Object(fields), step) => {
            fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(step)).map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    }
}

/// A field of an object.
pub(super) fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    inside(value, name).into_iter().next()
}

/// Every text, number and truth value in a value, however it is wrapped.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
    }
}
