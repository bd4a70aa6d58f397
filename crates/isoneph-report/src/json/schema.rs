//! The JSON Schema of `isoneph.assessment/1`, made from the types of [`document`](super::document).

use isoneph_model::{
    Edition, EvidenceClass, Extent, GapCode, Outcome, ReasonCode, RequirementKind, Role, Severity, SnapshotKind,
    Standing, Support,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::document::Document;

/// The JSON Schema (2020-12) of what [`JsonWriter`](super::JsonWriter) writes.
pub fn assessment_schema() -> Value {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Document>();
    schema.insert("$id".to_owned(), json!("urn:isoneph:schema:assessment:1"));
    schema.to_value()
}

/// Words of a closed vocabulary, with `null` where the value may be absent, as a schema.
pub(super) trait Words {
    fn schema() -> Value;
}

macro_rules! closed {
    ($($vocabulary:ty),+) => {
        $(impl Words for $vocabulary {
            fn schema() -> Value {
                let words: Vec<&str> = <$vocabulary>::ALL.iter().map(|word| word.as_str()).collect();
                json!({ "type": "string", "enum": words })
            }
        })+
    };
}

closed!(Edition, EvidenceClass, Extent, Outcome, Role, Severity, SnapshotKind, Standing, Support, RequirementKind);

/// More codes may come: a reader takes those it does not know for "unknown".
macro_rules! open {
    ($($vocabulary:ty),+) => {
        $(impl Words for $vocabulary {
            fn schema() -> Value {
                let words: Vec<&str> = <$vocabulary>::ALL.iter().map(|word| word.as_str()).collect();
                json!({ "type": "string", "examples": words })
            }
        })+
    };
}

open!(GapCode, ReasonCode);

impl<W: Words> Words for Option<W> {
    fn schema() -> Value {
        json!({ "anyOf": [W::schema(), { "type": "null" }] })
    }
}

impl<W: Words> Words for Vec<W> {
    fn schema() -> Value {
        json!({ "type": "array", "items": W::schema() })
    }
}

pub(super) fn word<W: Words>(_: &mut SchemaGenerator) -> Schema {
    Schema::try_from(W::schema()).unwrap_or_default()
}

/// A SHA-256 digest, `null` where it may be absent.
pub(super) fn digest<const NULLABLE: bool>(generator: &mut SchemaGenerator) -> Schema {
    let digest = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    if NULLABLE {
        return json_schema!({ "anyOf": [digest, { "type": "null" }] });
    }
    Schema::try_from(digest).unwrap_or_else(|_| String::json_schema(generator))
}
