//! Values as texts of cells, and back. A text that a spreadsheet would not keep as it is stands in quotes, as JSON has it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::columns::Shape;
use crate::yaml;

/// The text of a cell; empty where nothing is said.
pub(super) fn write(value: &Value, shape: &Shape) -> String {
    match (value, shape) {
        (Value::Null, _) => String::new(),
        (Value::Object(fields), Shape::Presence) if fields.is_empty() => "{}".to_owned(),
        (_, Shape::Presence) => String::new(),
        (Value::Array(items), Shape::Parts) => items.iter().map(flow).collect::<Vec<_>>().join("\n"),
        (Value::Array(items), _) => texts(items),
        (Value::String(text), _) => {
            if is_kept(text) {
                text.clone()
            } else {
                quoted(text)
            }
        }
        (other, _) => other.to_string(),
    }
}

/// What a cell says, or why it says nothing. The cell is not empty.
pub(super) fn read(text: &str, shape: &Shape) -> Result<Value, String> {
    match shape {
        Shape::Text => unquoted(text).map(Value::String),
        Shape::Word(words) => {
            let known = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            known
                .map(|word| Value::String(word.clone()))
                .ok_or_else(|| format!("'{text}' is none of {}", words.join(", ")))
        }
        Shape::Number => text.parse::<u64>().map(Value::from).map_err(|_| format!("'{text}' is no whole number")),
        Shape::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => Err(format!("'{text}' is neither true nor false")),
        },
        Shape::Texts => read_texts(text),
        Shape::Parts => text.lines().filter(|line| !line.trim().is_empty()).map(part).collect(),
        Shape::Presence if text == "{}" => Ok(Value::Object(Map::new())),
        Shape::Presence => {
            Err(format!("'{text}': this cell is empty or holds {{}}; its fields have columns of their own"))
        }
    }
}

/// Whether a spreadsheet gives a text back as it was: it trims, ends lines its own way, and writes some characters as
/// `_x000D_`.
fn is_kept(text: &str) -> bool {
    let plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{feff}' || c == '\u{fffe}' || c == '\u{ffff}');
    !text.is_empty() && !text.starts_with('"') && text.trim() == text && text.chars().all(plain) && !text.contains("_x")
}

/// As JSON, in plain characters where a spreadsheet would change them.
fn quoted(text: &str) -> String {
    escaped(&Value::String(text.to_owned()).to_string())
}

fn escaped(json: &str) -> String {
    json.chars()
        .map(|c| match c {
            '_' => "\\u005f".to_owned(),
            c if c.is_control() || ('\u{fff0}'..='\u{ffff}').contains(&c) || c == '\u{feff}' => {
                format!("\\u{:04x}", u32::from(c))
            }
            c => c.to_string(),
        })
        .collect()
}

fn unquoted(text: &str) -> Result<String, String> {
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    serde_json::from_str(text).map_err(|error| format!("a text that begins with a quotation mark is JSON: {error}"))
}

fn texts(items: &[Value]) -> String {
    let plain = |item: &Value| item.as_str().is_some_and(|text| is_kept(text) && !text.contains('\n'));
    let lines: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    if items.iter().all(plain) && !lines.first().is_some_and(|line| line.starts_with('[')) {
        lines.join("\n")
    } else {
        escaped(&Value::Array(items.to_vec()).to_string())
    }
}

fn read_texts(text: &str) -> Result<Value, String> {
    if text.starts_with('[') {
        return serde_json::from_str(text).map_err(|error| format!("a list that begins with [ is JSON: {error}"));
    }
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect())
}

/// A part in YAML's flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", flow(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Whether YAML reads a bare word as the text that it is.
fn is_plain(text: &str) -> bool {
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " ./()-".contains(c))
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
}

fn part(line: &str) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Part(Map<String, Value>);
    let read: Result<Part, _> = serde_saphyr::from_str_with_options(line, yaml::options());
    read.map(|part| Value::Object(part.0)).map_err(|error| {
        format!("a line here is a part like {{title: Minutes, from: \"2026-05-01\"}}: {}", first_line(&error))
    })
}

fn first_line(error: &serde_saphyr::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
