//! What was asked for and from where, as far as two forms of one event can be held against each other.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

use serde_json::{Map, Value};

/// The parameters of a request, in short: their names, and all of them with their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    names: u64,
    all: u64,
}

impl Asked {
    /// `None` where the log does not keep them, or not whole.
    pub(super) fn of(request: &str) -> Option<Asked> {
        let parameters: Map<String, Value> = serde_json::from_str(request).ok()?;
        let (mut names, mut all) = (DefaultHasher::new(), DefaultHasher::new());
        parameters.keys().for_each(|name| name.hash(&mut names));
        hash_fields(&parameters, &mut all);
        (!parameters.is_empty()).then(|| Asked { names: names.finish(), all: all.finish() })
    }

    /// Whether both have the same parameters with other values. What one of them leaves out is no contradiction.
    pub(super) fn differs(self, other: Asked) -> bool {
        self.names == other.names && self.all != other.all
    }
}

fn hash_fields(fields: &Map<String, Value>, hasher: &mut DefaultHasher) {
    for (name, value) in fields {
        name.hash(hasher);
        hash_value(value, hasher);
    }
}

/// Some forms give every value as text, also one that has parts.
fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(fields) => hash_fields(fields, hasher),
        Value::Array(values) => values.iter().for_each(|value| hash_value(value, hasher)),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(parts @ (Value::Object(_) | Value::Array(_))) => hash_value(&parts, hasher),
            _ => text.hash(hasher),
        },
        Value::Null => "".hash(hasher),
        plain => plain.to_string().hash(hasher),
    }
}

/// Whether two addresses are of different places. A name and a number may be of one.
pub(super) fn is_elsewhere(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<IpAddr>().ok();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_differs_where_both_say_a_thing_and_not_the_same() {
        let first = r#"{"bucketName": "acme-1", "versions": 3, "acl": {"owner": true}}"#;
        let cases = [
            (first, false),
            (r#"{"acl": "{\"owner\": true}", "versions": "3", "bucketName": "acme-1"}"#, false),
            (r#"{"bucketName": "acme-1"}"#, false),
            ("", false),
            (r#"{"bucketName": "acme-1", "vers"#, false),
            (r#"{"bucketName": "acme-2", "versions": 3, "acl": {"owner": true}}"#, true),
            (r#"{"bucketName": "acme-1", "versions": 3, "acl": {"owner": false}}"#, true),
        ];
        for (second, expected) in cases {
            let both = Asked::of(first).zip(Asked::of(second));
            assert_eq!(both.is_some_and(|(one, other)| one.differs(other)), expected, "{second}");
        }
    }

    #[test]
    fn addresses_differ_as_numbers() {
        let cases = [
            ("1.1.1.1", "1.1.1.2", true),
            ("1.1.1.1", "1.1.1.1", false),
            ("2001:db8::1", "2001:db8:0:0::1", false),
            ("1.1.1.1", "console.amazonaws.com", false),
            ("1.1.1.1", "", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_elsewhere(one, other), expected, "{one} {other}");
        }
    }
}
