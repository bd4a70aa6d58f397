//! What words and parts of a policy must be, or the API server refuses it.
//!
//! Source: the validation of Kubernetes, `pkg/apis/networking/validation` and `apimachinery/pkg/util/validation`.

use serde_json::Value;

use crate::model::address::AddressRange;
use crate::model::json::{list, text, texts};

/// Letters and digits, and within them these signs.
fn is_made_of(word: &str, most: usize, signs: &[char]) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric();
    word.len() <= most
        && word.starts_with(plain)
        && word.ends_with(plain)
        && word.chars().all(|letter| plain(letter) || signs.contains(&letter))
}

/// The name of an object, as of a host: parts with points between them.
pub(super) fn name(word: &str) -> bool {
    let small = !word.contains(|letter: char| letter.is_ascii_uppercase());
    small && word.len() <= 253 && word.split('.').all(|part| is_made_of(part, 253, &['-']))
}

pub(super) fn label_key(word: &str) -> bool {
    let (prefix, own) = word.split_once('/').map_or((None, word), |(prefix, own)| (Some(prefix), own));
    prefix.is_none_or(name) && is_made_of(own, 63, &['-', '_', '.'])
}

pub(super) fn label_value(word: &str) -> bool {
    word.is_empty() || is_made_of(word, 63, &['-', '_', '.'])
}

/// The name of a port has a letter: a number in quotes is none.
pub(super) fn port_name(word: &str) -> bool {
    let small = !word.contains(|letter: char| letter.is_ascii_uppercase());
    let letter = word.contains(|letter: char| letter.is_ascii_alphabetic());
    small && letter && is_made_of(word, 15, &['-']) && !word.contains("--")
}

/// Whether an expression has values where its operator needs them, and none where it takes none.
pub(super) fn values(expression: &Value) -> Option<&'static str> {
    let none = list(expression, "values").is_empty();
    match text(expression, "operator") {
        Some("In" | "NotIn") if none => Some("has no values"),
        Some("Exists" | "DoesNotExist") if !none => Some("has values, and an operator that takes none"),
        _ => None,
    }
}

/// Whom a peer means: pods, or addresses, and not both.
pub(super) fn peer(peer: &Value) -> Option<&'static str> {
    let has = |key: &str| peer.get(key).is_some_and(|held| !held.is_null());
    match (has("ipBlock"), has("podSelector") || has("namespaceSelector")) {
        (true, true) => Some("means both addresses and pods"),
        (false, false) => Some("means nobody"),
        _ => None,
    }
}

/// Exceptions are parts of the block, and not all of it.
pub(super) fn except(block: &Value) -> Option<&'static str> {
    let whole = AddressRange::parse(text(block, "cidr")?)?;
    let parts = texts(block, "except");
    let mut known = parts.iter().filter_map(|part| AddressRange::parse(part));
    known.any(|part| part == whole || !whole.covers(part)).then_some("has an exception that is no part of it")
}
