//! Tags, as lists have them.

use serde_json::Value;

use super::list::Thing;

/// What is told where they cannot be read.
const UNREAD: &str = "tags that are no object and no list of keys and values (`ConvertTo-Json` writes a text instead without \
                      -Depth): whose the thing is they do not tell";

impl Thing {
    /// With what a record says of its tags.
    pub(super) fn with_tags(mut self, told: Option<&Value>) -> Thing {
        self.tags = told.and_then(read);
        self.unread = (told.is_some() && self.tags.is_none()).then_some(UNREAD);
        self
    }
}

/// Tags as an object, or as a list of keys and values in either case, or as JSON in a text; null where there are none.
pub(super) fn read(value: &Value) -> Option<Vec<String>> {
    let mut all: Vec<String> = match value {
        Value::Null => Vec::new(),
        Value::Object(held) => {
            held.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect()
        }
        Value::Array(held) => held.iter().map(pair).collect::<Option<_>>()?,
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => {
            return read(&serde_json::from_str::<Value>(text).ok().filter(|held| !held.is_string())?);
        }
        Value::Bool(_) | Value::Number(_) => return None,
    };
    all.sort();
    Some(all)
}

/// A tag in a list of tags.
fn pair(one: &Value) -> Option<String> {
    let part = |keys: [&str; 2]| keys.iter().find_map(|key| one.get(*key)?.as_str());
    match part(["Key", "key"]) {
        Some(key) => Some(format!("{key}={}", part(["Value", "value"]).unwrap_or_default())),
        None => one.get("tag").and_then(Value::as_str).map(str::to_owned),
    }
}
