//! Splits a YAML stream into documents, so that one that cannot be read does not take the others with it.

use serde_json::Value;

/// One document: its first line (from 1) and its value, or why it cannot be read.
pub(super) struct Document {
    /// Line of the file, from 1.
    pub(super) line: usize,
    /// The value.
    pub(super) value: Result<Value, String>,
}

/// Reads every document of a stream. Empty documents are left out.
pub(super) fn documents(text: &str) -> Vec<Document> {
    let mut out = Vec::new();
    let (mut start, mut line, mut first) = (0, 1, 1);
    let mut offset = 0;
    for piece in text.split_inclusive('\n') {
        let end = offset + piece.len();
        let mark = piece.trim_end();
        if mark == "---" || mark.starts_with("--- ") || mark == "..." {
            push(&mut out, &text[start..offset], first);
            // What follows the mark on its line belongs to the next document.
            start = if mark.starts_with("--- ") { offset + 4 } else { end };
            first = if mark.starts_with("--- ") { line } else { line + 1 };
        }
        offset = end;
        line += 1;
    }
    push(&mut out, &text[start..], first);
    out
}

fn push(out: &mut Vec<Document>, text: &str, line: usize) {
    let empty = text.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with('%')
    });
    if empty {
        return;
    }
    let value = crate::yaml::read::<Value>(text).map_err(|error| error.to_string());
    if !matches!(value, Ok(Value::Null)) {
        out.push(Document { line, value });
    }
}
