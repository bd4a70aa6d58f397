//! The columns of a kind's sheet, from its JSON Schema.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::kinds::Kind;
use crate::schemas::schema;

/// How deep parts within parts are laid out as columns. The kinds go three deep.
const MAX_DEPTH: usize = 8;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, a day, a digest, an id.
    Text,
    /// One of some words.
    Word(Vec<String>),
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// A list of texts or words, a line each.
    Texts,
    /// A list of parts, a line each.
    Parts,
    /// That a part is there of which nothing more is said.
    Presence,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// The path of the field within the spec.
    pub(super) path: Vec<String>,
    pub(super) shape: Shape,
    /// What the field means.
    pub(super) hint: String,
}

impl Column {
    /// Its heading: `document.title`.
    pub(super) fn title(&self) -> String {
        self.path.join(".")
    }
}

/// The columns of a kind, in the order of its fields.
pub(super) fn columns(kind: Kind) -> &'static [Column] {
    static ALL: OnceLock<Vec<Vec<Column>>> = OnceLock::new();
    let all = ALL.get_or_init(|| Kind::ALL.iter().map(|kind| read(&schema(*kind))).collect());
    let index = Kind::ALL.iter().position(|known| *known == kind);
    index.and_then(|index| all.get(index)).map_or(&[], Vec::as_slice)
}

fn read(schema: &Value) -> Vec<Column> {
    let mut reader = Reader { definitions: schema.get("$defs").and_then(Value::as_object), columns: Vec::new() };
    if let Some(spec) = schema.pointer("/properties/spec") {
        reader.record(spec, &mut Vec::new());
    }
    reader.columns
}

struct Reader<'a> {
    definitions: Option<&'a Map<String, Value>>,
    columns: Vec<Column>,
}

impl<'a> Reader<'a> {
    /// Follows references, and takes what is there where something may also be absent.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..MAX_DEPTH {
            let alternatives = schema.get("anyOf").and_then(Value::as_array);
            let present = |one: &&Value| one.get("type").and_then(Value::as_str) != Some("null");
            let named = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            let next = match (alternatives, named) {
                (Some(alternatives), _) => alternatives.iter().find(present),
                (None, Some(name)) => self.definitions.and_then(|definitions| definitions.get(name)),
                (None, None) => None,
            };
            match next {
                Some(next) => schema = next,
                None => return schema,
            }
        }
        schema
    }

    fn record(&mut self, schema: &'a Value, path: &mut Vec<String>) {
        let fields = self.resolve(schema).get("properties").and_then(Value::as_object);
        for (name, field) in fields.into_iter().flatten() {
            path.push(name.clone());
            self.field(field, path);
            path.pop();
        }
    }

    fn field(&mut self, field: &'a Value, path: &mut Vec<String>) {
        let found = self.resolve(field);
        let described = field.get("description").or_else(|| found.get("description"));
        let hint = described.and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        let shape = match kind_of(found) {
            "object" if path.len() < MAX_DEPTH => {
                let asks = found.get("required").and_then(Value::as_array).is_some_and(|required| !required.is_empty());
                if !asks {
                    self.columns.push(Column { path: path.clone(), shape: Shape::Presence, hint });
                }
                return self.record(found, path);
            }
            "array" => match found.get("items").map(|items| kind_of(self.resolve(items))) {
                Some("object") => Shape::Parts,
                _ => Shape::Texts,
            },
            "integer" => Shape::Number,
            "boolean" => Shape::Flag,
            _ => match found.get("enum").and_then(Value::as_array) {
                Some(words) => Shape::Word(words.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
                None => Shape::Text,
            },
        };
        self.columns.push(Column { path: path.clone(), shape, hint });
    }
}

fn kind_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(word)) => word,
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).find(|word| *word != "null").unwrap_or(""),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    }
}
