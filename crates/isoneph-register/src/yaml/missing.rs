//! The fields that an object lacks: reading stops at the first one, and one round of mending is enough for all.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::options;
use crate::kinds::Kind;
use crate::schemas::schema;

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    spec: BTreeMap<String, IgnoredAny>,
}

/// All fields that the `spec` of a document must have and has not, where the `first` of them is one; else that one, which
/// a part of the `spec` lacks.
pub(super) fn missing(kind: Kind, text: &str, first: &str) -> Vec<String> {
    let all = all(kind, text).unwrap_or_default();
    if all.iter().any(|field| field == first) { all } else { vec![first.to_owned()] }
}

fn all(kind: Kind, text: &str) -> Option<Vec<String>> {
    let given: Fields = serde_saphyr::from_str_with_options(text, options()).ok()?;
    let schema = schema(kind);
    let spec = schema.pointer("/properties/spec")?;
    let defined = spec.get("$ref").and_then(Value::as_str).and_then(|path| schema.pointer(path.strip_prefix('#')?));
    let required = defined.unwrap_or(spec).get("required")?.as_array()?;
    let names = required.iter().filter_map(Value::as_str);
    Some(names.filter(|name| !given.spec.contains_key(*name)).map(str::to_owned).collect())
}
