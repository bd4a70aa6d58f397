//! Lists as devices show them (`show access-lists`): the same entries as in a configuration, with counters, and with heads of
//! their own. Each line becomes the line that a configuration has for it, so that places stay true.

use std::borrow::Cow;

/// Heads of lists, with what a configuration has for them.
const HEADS: &[(&str, &str)] = &[
    ("Extended IP access list ", "ip access-list extended "),
    ("Standard IP access list ", "ip access-list standard "),
    ("IPv6 access list ", "ipv6 access-list "),
    ("IP access list ", "ip access-list "),
];
/// What an ASA ends an entry with.
const COUNTED: &str = " (hitcnt=";

/// The text as a configuration has it.
pub(super) fn as_configured(text: &str) -> Cow<'_, str> {
    let is_shown = |line: &str| head(line).is_some() || line.contains(COUNTED) || without_counter(line).is_some();
    if !text.lines().any(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut lines = text.lines().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        out.push_str(&configured(line, next));
        out.push('\n');
    }
    Cow::Owned(out)
}

/// Whether a line begins a list as devices show it.
pub(super) fn begins(line: &str) -> bool {
    head(line).is_some()
}

fn head(line: &str) -> Option<String> {
    let (starts, configured) = HEADS.iter().find(|(starts, _)| line.starts_with(starts))?;
    // What is said beside the name is about how the device holds the list.
    let name = line[starts.len()..].split_whitespace().next()?;
    Some(format!("{configured}{name}"))
}

fn configured<'a>(line: &'a str, next: &str) -> Cow<'a, str> {
    if let Some(head) = head(line) {
        return Cow::Owned(head);
    }
    if line.trim_start().starts_with("access-list ") {
        return of_an_asa(line, next);
    }
    let Some(entry) = without_counter(line) else { return behind_first(line) };
    Cow::Owned(behind_first(entry).into_owned())
}

/// A number that stands behind an entry comes before it, and the wildcard of a standard entry is no word of its own.
fn behind_first(line: &str) -> Cow<'_, str> {
    if let Some((entry, number)) = line.rsplit_once(" sequence ")
        && number.trim().parse::<u32>().is_ok()
        && line.starts_with([' ', '\t'])
    {
        return Cow::Owned(format!(" sequence {} {}", number.trim(), entry.trim()));
    }
    if line.contains(", wildcard bits ") {
        return Cow::Owned(line.replacen(", wildcard bits ", " ", 1));
    }
    Cow::Borrowed(line)
}

/// Without how often an entry was met, as IOS, IOS XR and NX-OS tell it.
fn without_counter(line: &str) -> Option<&str> {
    let line = line.trim_end();
    if let Some((entry, count)) = line.rsplit_once('[') {
        return count.strip_prefix("match=").is_some_and(|count| count.ends_with(']')).then(|| entry.trim_end());
    }
    let (entry, count) = line.strip_suffix(')')?.rsplit_once(" (")?;
    let words: Vec<&str> = count.split_whitespace().collect();
    match words.as_slice() {
        [number, "match" | "matches"] | [number, "hw", "match" | "matches"] if number.parse::<u64>().is_ok() => {
            Some(entry)
        }
        _ => None,
    }
}

/// An entry that an ASA shows. One with groups is followed by what they hold, entry by entry, which says the same exactly.
fn of_an_asa<'a>(line: &'a str, next: &str) -> Cow<'a, str> {
    if line.contains("; name hash:") || line.starts_with("access-list cached ACL log flows") {
        return Cow::Borrowed("!");
    }
    // Older ones count only what an entry with groups holds.
    let is_held = |line: &str| line.starts_with([' ', '\t']) && line.contains(COUNTED);
    if is_held(next) && !is_held(line) && line.contains(" line ") {
        return Cow::Borrowed("!");
    }
    let Some((entry, rest)) = line.rsplit_once(COUNTED) else { return Cow::Borrowed(line) };
    let behind = said_behind(rest);
    let words: Vec<&str> = entry.split_whitespace().collect();
    // The place of an entry is that of its line here: those of one group share their number.
    let words = match words.as_slice() {
        [list, name, "line", _, entry @ ..] => [&[*list, *name], entry].concat(),
        words => words.to_vec(),
    };
    let behind: Vec<&str> = behind.into_iter().filter(|word| !words.contains(word)).collect();
    Cow::Owned([words, behind].concat().join(" "))
}

/// What an ASA says behind the counter, as `(inactive)`; not the hash of the entry, and not when it was met last.
fn said_behind(rest: &str) -> Vec<&str> {
    let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
    let said = behind.split(['(', ')']).map(str::trim).filter(|said| !said.is_empty());
    said.filter(|said| !said.starts_with("0x") && !said.starts_with("Last Hit=")).collect()
}
