//! What an `apply` changes, field by field.

use serde::Serialize;
use serde_json::Value;

use crate::object::ObjectKey;

words! {
    /// What becomes of an object.
    pub enum Action {
        /// It was not there.
        Created = "created",
        /// It was there, and says something else now.
        Changed = "changed",
        /// It is no longer there.
        Removed = "removed",
    }
}

/// What an `apply` changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The revision that the register stands at after it; the one before it if nothing was written.
    pub revision: i64,
    /// Whether it was written. Not for a dry run, and not where nothing changes.
    pub written: bool,
    /// What changes, by kind and name.
    pub changes: Vec<ObjectChange>,
    /// How many objects stand already as they were given.
    pub unchanged: usize,
}

/// What changes in one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectChange {
    /// The object.
    #[serde(flatten)]
    pub key: ObjectKey,
    /// What becomes of it.
    pub action: Action,
    /// Where it was given: `FILE:LINE`.
    pub source: String,
    /// Its fields, in the order of their paths. Empty for an object that is removed.
    pub fields: Vec<FieldChange>,
}

/// What changes in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its path: `spec/agreed/0/version`.
    pub path: String,
    /// What it said; `None` if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it says; `None` if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// The fields in which two objects differ. Lists of plain values count as one field, lists of records item by item.
pub(crate) fn fields(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found.retain(|change| change.path != "kind" && change.path != "name");
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let under = |step: &str| if path.is_empty() { step.to_owned() } else { format!("{path}/{step}") };
    match (before, after) {
        (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) => {
            let empty = serde_json::Map::new();
            let (before, after) = (map(before, &empty), map(after, &empty));
            let mut steps: Vec<&String> = before.keys().chain(after.keys()).collect();
            steps.sort();
            steps.dedup();
            for step in steps {
                compare(&under(step), before.get(step), after.get(step), found);
            }
        }
        (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) if records(before) || records(after) => {
            let (before, after) = (list(before), list(after));
            for i in 0..before.len().max(after.len()) {
                compare(&under(&i.to_string()), before.get(i), after.get(i), found);
            }
        }
        _ => found.push(FieldChange { path: path.to_owned(), before: before.cloned(), after: after.cloned() }),
    }
}

fn map<'a>(value: Option<&'a Value>, empty: &'a serde_json::Map<String, Value>) -> &'a serde_json::Map<String, Value> {
    value.and_then(Value::as_object).unwrap_or(empty)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn records(value: Option<&Value>) -> bool {
    list(value).iter().any(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(before: &Value, after: &Value) -> Vec<String> {
        fields(Some(before), Some(after)).into_iter().map(|change| change.path).collect()
    }

    #[test]
    fn a_difference_names_the_fields_that_differ_and_no_others() {
        let before =
            json!({ "kind": "party", "name": "a", "spec": { "title": "A", "aliases": ["x"], "in": [{ "y": 1 }] } });
        let after = json!({ "kind": "party", "name": "a", "spec": { "title": "A", "aliases": ["x", "z"], "in": [{ "y": 2 }, { "y": 3 }] } });
        assert_eq!(paths(&before, &after), ["spec/aliases", "spec/in/0/y", "spec/in/1/y"]);
        assert_eq!(paths(&before, &before), [""; 0]);
    }

    #[test]
    fn a_new_object_shows_every_field() {
        let after = json!({ "name": "a", "spec": { "title": "A", "country": "DE" } });
        let found = fields(None, Some(&after));
        let shown: Vec<&str> = found.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(shown, ["spec/country", "spec/title"]);
        assert!(found.iter().all(|change| change.before.is_none() && change.after.is_some()));
    }
}
