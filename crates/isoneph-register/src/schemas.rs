//! JSON Schemas of the kinds, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::kinds::{Kind, spec_schema};
use crate::object::MAX_NAME;

/// The JSON Schema of each kind: (its name, the schema), in the order of [`Kind::ALL`].
pub fn schemas() -> Vec<(String, Value)> {
    Kind::ALL.iter().map(|kind| (kind.to_string(), schema(*kind))).collect()
}

/// The schema of the documents of any kind: an editor that knows it completes every file of the register.
pub fn schema_of_any() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let any: Vec<Value> = Kind::ALL.iter().map(|kind| envelope(*kind, &mut generator)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "an object of the register",
        "oneOf": any,
        "$defs": generator.take_definitions(true),
    })
}

pub(crate) fn schema(kind: Kind) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = envelope(kind, &mut generator);
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        fields.insert("title".to_owned(), json!(kind.as_str()));
        fields.insert("$defs".to_owned(), Value::Object(generator.take_definitions(true)));
    }
    schema
}

fn envelope(kind: Kind, generator: &mut schemars::SchemaGenerator) -> Value {
    let spec = spec_schema(kind, generator);
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["kind", "name", "spec"],
        "properties": {
            "kind": { "const": kind.as_str() },
            "name": {
                "type": "string", "minLength": 1, "maxLength": MAX_NAME,
                "description": "What it is known by: unique among the objects of its kind."
            },
            "labels": { "type": "object", "additionalProperties": { "type": "string" } },
            "proposed": {
                "type": "boolean",
                "description": "Whether a draft made it and nobody has taken it on. What is proposed claims nothing."
            },
            "spec": spec,
        },
    })
}
