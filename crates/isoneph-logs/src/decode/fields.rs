//! What the decoders share: identities for records without one, and fields of records that are read as a tree.

use std::borrow::Cow;

use ring::digest::{Context, SHA256};
use serde_json::{Map, Value};

use super::redact::{Collect, Redactor, Targets};
use crate::hex::hex;

/// An object of a record.
pub(super) type Fields = Map<String, Value>;

/// An identity for a record that has none: the digest of what it says.
pub(super) fn digest_id(said: &[Option<&str>]) -> String {
    let mut context = Context::new(&SHA256);
    for text in said {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        context.update(&text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
        context.update(text.unwrap_or_default().as_bytes());
    }
    hex(&context.finish().as_ref()[..16])
}

/// A text without credentials.
pub(super) fn masked<'a>(redactor: &Redactor, text: Cow<'a, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => redactor.text(text),
        Cow::Owned(text) => match redactor.text(&text) {
            Cow::Owned(masked) => Cow::Owned(masked),
            Cow::Borrowed(_) => Cow::Owned(text),
        },
    }
}

/// The value at a path of keys, whatever their case: exports of one log disagree on it.
pub(super) fn at<'v>(fields: &'v Fields, path: &str) -> Option<&'v Value> {
    let (key, rest) = path.split_once('/').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let value = fields
        .get(key)
        .or_else(|| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))?;
    match rest {
        None => Some(value),
        Some(rest) => at(value.as_object()?, rest),
    }
}

/// The text at a path; numbers and booleans as text. `None` where there is none, or an empty one.
pub(super) fn text(fields: &Fields, path: &str) -> Option<String> {
    as_text(at(fields, path)?)
}

/// The first text at one of several paths.
pub(super) fn first(fields: &Fields, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| text(fields, path))
}

/// A value as text: also of `{"value": …, "localizedValue": …}`, as the `az` command prints names.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Object(fields) => {
            fields.get("value").and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        }
        Value::Null | Value::Array(_) => None,
    }
}

/// The object at a path; also of a text that holds one.
pub(super) fn object<'v>(fields: &'v Fields, path: &str) -> Option<Cow<'v, Fields>> {
    match at(fields, path)? {
        Value::Object(object) => Some(Cow::Borrowed(object)),
        Value::String(text) if text.trim_start().starts_with('{') => serde_json::from_str(text).ok().map(Cow::Owned),
        _ => None,
    }
}

/// The objects of the array at a path.
pub(super) fn objects<'v>(fields: &'v Fields, path: &str) -> impl Iterator<Item = &'v Fields> {
    at(fields, path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// A row of a table of a workspace, whose columns hold objects and lists as texts.
pub(super) fn unfolded(row: &Fields) -> Fields {
    let value = |value: &Value| match value {
        Value::String(text) if text.starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        value => value.clone(),
    };
    row.iter().map(|(name, cell)| (name.clone(), value(cell))).collect()
}

/// What is kept of a part of a record, and the identifiers in it.
pub(super) fn kept(
    value: Option<&Value>,
    redactor: &mut Redactor,
    collect: Collect,
    targets: &mut Targets<'static>,
) -> Option<Cow<'static, str>> {
    let Some(value) = value else { return Some(Cow::Borrowed("")) };
    let json = value.to_string();
    let mut found = Targets::default();
    let kept = redactor.document(&json, collect, &mut found).into_owned();
    targets.add_all(found);
    Some(Cow::Owned(kept))
}

/// A text that may be missing where missing means none.
pub(super) fn or_none(text: Option<String>) -> Option<Cow<'static, str>> {
    Some(text.map_or(Cow::Borrowed(""), Cow::Owned))
}

/// A text that may be missing where missing means unknown.
pub(super) fn owned(text: Option<String>) -> Option<Cow<'static, str>> {
    text.map(Cow::Owned)
}
