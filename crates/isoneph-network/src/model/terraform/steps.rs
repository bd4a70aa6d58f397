//! References and paths as texts: their names and indexes, and what stands at a path of a value.

use serde_json::{Map, Value};

/// One name of a reference with its index: `subnet["a"]`.
pub(super) struct Step<'r> {
    pub(super) name: &'r str,
    pub(super) index: Option<&'r str>,
}

/// `a.b["x.y"].c` as names with their indexes.
pub(super) fn steps(reference: &str) -> Vec<Step<'_>> {
    let (mut out, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, letter) in reference.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 && !quoted => {
                out.push(step_of(&reference[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(step_of(&reference[start..]));
    out
}

fn step_of(text: &str) -> Step<'_> {
    match text.split_once('[') {
        Some((name, index)) => Step { name, index: Some(index.strip_suffix(']').unwrap_or(index)) },
        None => Step { name: text, index: None },
    }
}

/// (outer module, call) of a module's path or address; `None` for the root.
pub(super) fn split_module(module: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut last = None;
    for (at, letter) in module.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            'm' if depth == 0 && module[at..].starts_with("module.") => last = Some(at),
            _ => {}
        }
    }
    let at = last?;
    Some((module[..at].trim_end_matches('.'), &module[at + "module.".len()..]))
}

pub(super) fn value_at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |held, key| match held {
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        // The whole of a block that is known only after apply.
        Value::Bool(true) => Some(held),
        _ => held.get(key),
    })
}

/// An expression by path. A block that is not a list in the configuration stands for each of its instances.
pub(super) fn expression_at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    let mut held = value;
    for key in path {
        held = match (key.parse::<usize>(), held) {
            (Ok(index), Value::Array(elements)) => elements.get(index).or_else(|| elements.first())?,
            (Ok(_), _) => held,
            (Err(_), Value::Object(object)) if is_expression(object) => return Some(held),
            (Err(_), _) => held.get(key)?,
        };
    }
    Some(held)
}

pub(super) fn is_expression(object: &Map<String, Value>) -> bool {
    object.contains_key("references") || object.contains_key("constant_value")
}
