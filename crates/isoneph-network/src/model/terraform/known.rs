//! What of a field is written, and what of it is known only after apply.

use serde_json::Value;

use super::steps::value_at;
use super::{Document, Resource};
use crate::model::json::list;

impl Document {
    /// Whether a value is written and known only after apply; `values` holds the last name of the path.
    pub(crate) fn is_open(&self, resource: &Resource, path: &[&str], values: &Value) -> bool {
        let key = path.last().copied().unwrap_or_default();
        values.get(key).is_none() && (self.is_written(resource, path) || self.is_unknown_in_block(resource, path))
    }

    /// Whether blocks that are written as a value, or by `dynamic`, are known only after apply as a whole.
    pub(crate) fn is_open_block(&self, resource: &Resource, key: &str) -> bool {
        list(&resource.values, key).is_empty() && self.is_written(resource, &[key]) && {
            let held = self.expressions.get(&(resource.module.clone(), resource.local.clone()));
            let written = held.and_then(|held| held.get(key)).and_then(Value::as_object);
            let refers = written.is_some_and(|held| held.contains_key("references"));
            refers && (resource.values.get(key).is_none() || self.is_unknown(resource, &[key]))
        }
    }

    /// Whether blocks that only people write are known only after apply as a whole: `dynamic` over what is unknown leaves
    /// them out of the values, and out of the configuration.
    pub(crate) fn is_open_list(&self, resource: &Resource, path: &[&str]) -> bool {
        let held = value_at(&resource.values, path).and_then(Value::as_array);
        held.is_none_or(Vec::is_empty) && self.is_unknown(resource, path)
    }

    /// Whether a field of a block is known only after apply. The configuration of a plan does not show what `dynamic`
    /// writes; what is nowhere written outside of blocks the provider chooses, which readers know the outcome of.
    pub(super) fn is_unknown_in_block(&self, resource: &Resource, path: &[&str]) -> bool {
        path.len() > 1 && !self.is_written(resource, &path[..1]) && self.is_unknown(resource, path)
    }

    /// Whether the configuration gives the field at all: one that is nowhere written is empty, not unknown.
    pub(crate) fn is_written(&self, resource: &Resource, path: &[&str]) -> bool {
        let written = self.written(resource, path);
        !written.expressions.is_empty() || (written.open && self.is_unknown(resource, path))
    }

    /// Whether a field is given something, known or not.
    pub(crate) fn is_given(&self, resource: &Resource, key: &str) -> bool {
        match resource.values.get(key) {
            Some(Value::Null) => false,
            Some(Value::Array(held)) => !held.is_empty(),
            Some(Value::String(held)) => !held.is_empty(),
            Some(_) => true,
            None => self.is_written(resource, &[key]),
        }
    }

    /// Whether a field has a value that is known.
    pub(crate) fn is_told(&self, resource: &Resource, path: &[&str]) -> bool {
        value_at(&resource.values, path).is_some_and(|held| !held.is_null())
    }

    /// Whether the plan says that some of the field is known only after apply.
    pub(crate) fn is_unknown(&self, resource: &Resource, path: &[&str]) -> bool {
        fn any(value: &Value) -> bool {
            match value {
                Value::Bool(held) => *held,
                Value::Array(held) => held.iter().any(any),
                Value::Object(held) => held.values().any(any),
                _ => false,
            }
        }
        self.unknown.get(&resource.address).and_then(|held| value_at(held, path)).is_some_and(any)
    }
}
