//! The `Defaults` lines of sudoers(5): whom they hold for, and the options they set.

use super::Place;
use super::sudoers::SudoOption;

/// The options of one line, after the word `Defaults`. `None` where it cannot be told what it sets, or for whom.
pub(super) fn options(rest: &str, place: &Place) -> Option<Vec<SudoOption>> {
    let (scope, list) = scope_of(rest)?;
    let mut options = Vec::new();
    for item in split_at_commas(list) {
        let item = item.trim();
        let negations = item.chars().take_while(|c| *c == '!').count();
        let item = item.trim_start_matches('!').trim();
        if item.is_empty() {
            continue;
        }
        let (name, value) = match item.find(['=', '+', '-']) {
            Some(at) if item[at..].trim_start_matches(['+', '-']).starts_with('=') => {
                let value = item[at..].trim_start_matches(['+', '-']).trim_start_matches('=').trim();
                (item[..at].trim(), Some(value.trim_matches('"').to_owned()))
            }
            _ => (item, None),
        };
        // No option has such a name: part of the scope was taken for it.
        if name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '!')) {
            return None;
        }
        let negated = negations % 2 == 1;
        options.push(SudoOption { scope: scope.clone(), name: name.to_owned(), value, negated, place: place.clone() });
    }
    Some(options)
}

/// The scope, without blanks around its members, and the rest of the line.
fn scope_of(rest: &str) -> Option<(String, &str)> {
    let Some(kind) = rest.chars().next().filter(|first| matches!(first, ':' | '@' | '>' | '!')) else {
        return (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (String::new(), rest));
    };
    let mut members = Vec::new();
    let mut rest = rest[1..].trim_start();
    loop {
        let end = member_end(rest);
        if end == 0 {
            return None;
        }
        members.push(&rest[..end]);
        rest = rest[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => return Some((format!("{kind}{}", members.join(",")), rest)),
        }
    }
}

/// Where a member of a list ends: at a blank or comma that is neither quoted nor escaped.
fn member_end(text: &str) -> usize {
    let (mut quoted, mut previous) = (false, ' ');
    for (at, character) in text.char_indices() {
        match character {
            '"' if previous != '\\' => quoted = !quoted,
            ',' | ' ' | '\t' if !quoted && previous != '\\' && !text[..at].ends_with('!') => return at,
            _ => {}
        }
        previous = character;
    }
    text.len()
}

fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut previous) = (Vec::new(), 0, false, ' ');
    for (at, character) in text.char_indices() {
        match character {
            '"' if previous != '\\' => quoted = !quoted,
            ',' if !quoted && previous != '\\' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        previous = character;
    }
    parts.push(&text[start..]);
    parts
}
