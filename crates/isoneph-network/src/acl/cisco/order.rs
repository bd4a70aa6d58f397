//! The order of a list's entries: sequence numbers, lines that entries are put at, and numbers given anew.

use super::Key;
use super::tokens::Tokens;
use crate::policy::{Certainty, Note, NoteKind, Rule};

/// An entry and where it was put.
pub(super) struct Placed {
    /// Its sequence number, given or counted.
    pub(super) sequence: u64,
    /// The line of the list that an ASA was told to put it at, from 1; remarks count.
    pub(super) place: Option<usize>,
    pub(super) line: u32,
    pub(super) rules: Vec<Rule>,
}

/// Takes the sequence number of an entry, before it or, as IPv6 lists of IOS have it, by a word.
pub(super) fn sequence(tokens: &mut Tokens<'_>) -> Option<u64> {
    tokens.take("sequence");
    tokens.number()
}

/// `ip access-list resequence NAME START STEP`, or `resequence ip access-list NAME START STEP`.
pub(super) fn numbers_anew(words: &str) -> Option<(Key, u64, u64)> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let (name, rest) = match words.as_slice() {
        ["ip" | "ipv4" | "ipv6", "access-list", "resequence", name, rest @ ..]
        | ["resequence", _, "access-list", name, rest @ ..]
        | ["resequence", "access-list", _, name, rest @ ..] => (*name, rest),
        _ => return None,
    };
    let number = |at: usize| rest.get(at).map_or(Some(10), |word| word.parse().ok());
    Some((Key { name: name.to_owned(), six: words.contains(&"ipv6") }, number(0)?, number(1)?))
}

/// Numbers entries anew, and gives back the highest number.
pub(super) fn resequence(entries: &mut [Placed], start: u64, step: u64) -> u64 {
    entries.sort_by_key(|entry| entry.sequence);
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.sequence = start.saturating_add(step.saturating_mul(index as u64));
    }
    entries.last().map_or(0, |entry| entry.sequence)
}

/// Takes the entry away that these words name: its number, or all that it says. False where it is not sure which is meant.
pub(super) fn take(entries: &mut Vec<Placed>, words: &str) -> bool {
    let named = said(words);
    let number = words.split_whitespace().count() == 1;
    let is = |entry: &Placed| match entry.rules.first() {
        Some(_) if number => words.parse() == Ok(entry.sequence),
        Some(rule) => said(&rule.label) == named,
        None => false,
    };
    let (gone, rest): (Vec<&Placed>, Vec<&Placed>) = entries.iter().partition(|entry| is(entry));
    // What another entry says in other words may have been refused as the same, or be meant as well.
    let stays = |one: &&Placed| rest.iter().any(|other| means_the_same(one, other));
    let sure = !gone.is_empty() && !gone.iter().any(stays);
    if sure {
        entries.retain(|entry| !is(entry));
    }
    sure
}

/// What an entry says, without its number and the kind of its list.
fn said(words: &str) -> Vec<&str> {
    let mut tokens = Tokens::new(words);
    sequence(&mut tokens);
    tokens.take_any(&["extended", "standard"]);
    std::iter::from_fn(|| tokens.next()).collect()
}

fn means_the_same(one: &Placed, other: &Placed) -> bool {
    one.rules.len() == other.rules.len()
        && one.rules.iter().zip(&other.rules).all(|(one, other)| one.means_the_same(other))
}

/// The rules of entries in the order in which a device tries them.
pub(super) fn arrange(mut entries: Vec<Placed>, notes: &mut Vec<Note>) -> Vec<Rule> {
    if entries.iter().all(|entry| entry.place.is_none()) {
        entries.sort_by_key(|entry| entry.sequence);
        doubt_twice(&mut entries, notes, |one, other| one.sequence == other.sequence);
    } else if is_listing(&entries) {
        doubt_twice(&mut entries, notes, |one, other| one.place == other.place);
    } else {
        entries = put(entries);
    }
    entries.into_iter().flat_map(|entry| entry.rules).collect()
}

/// Whether the lines are those of a list as it is shown, rather than places where commands put entries.
fn is_listing(entries: &[Placed]) -> bool {
    entries.iter().all(|entry| entry.place.is_some()) && entries.is_sorted_by_key(|entry| entry.place)
}

/// Puts each entry where its command says: what stood there moves on.
fn put(entries: Vec<Placed>) -> Vec<Placed> {
    let mut list: Vec<Placed> = Vec::new();
    for entry in entries {
        let at = entry.place.map_or(list.len(), |place| place.saturating_sub(1).min(list.len()));
        list.insert(at, entry);
    }
    list
}

/// Entries of one number: some devices refuse the later, others replace the earlier, so that neither is sure.
fn doubt_twice(entries: &mut Vec<Placed>, notes: &mut Vec<Note>, same: impl Fn(&Placed, &Placed) -> bool) {
    // Remarks share the number of what follows them.
    entries.retain(|entry| !entry.rules.is_empty());
    for group in entries.chunk_by_mut(same) {
        let Some((first, more)) = group.split_first() else { continue };
        if more.iter().all(|entry| means_the_same(first, entry)) {
            continue;
        }
        for entry in group {
            entry.rules.iter_mut().for_each(|rule| rule.certainty = Certainty::AtMost);
            let message = "another entry has this number: which of them a device keeps is not known".to_owned();
            notes.push(Note { line: entry.line, kind: NoteKind::NotUnderstood, message });
        }
    }
}
