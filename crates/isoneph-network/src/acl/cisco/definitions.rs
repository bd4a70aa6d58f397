//! The lines of a configuration that define objects and groups, extend and replace them, and take them away again.

use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use super::lines;
use super::member::{self, Header, Member};
use super::objects::Objects;
use crate::policy::{Note, NoteKind};

/// Whether a line opens an object or a group.
pub(super) fn opens(words: &str) -> bool {
    // Of two words it names a group within another.
    words.starts_with("object-group ") && words.split_whitespace().nth(2).is_some()
        || words.starts_with("object network ")
        || words.starts_with("object service ")
}

/// Whether a line removes objects or groups.
pub(super) fn removes(words: &str) -> bool {
    removed(words).is_some()
}

/// What a line removes.
enum Removed<'a> {
    One(&'a str),
    /// All whose kind begins so.
    All(String),
}

fn removed(words: &str) -> Option<Removed<'_>> {
    if let Some(rest) = words.strip_prefix("no ").map(str::trim_start) {
        return rest.starts_with("object").then_some(Removed::One(rest)).filter(|_| opens(rest));
    }
    let rest = words.strip_prefix("clear configure ")?.trim_start();
    let kind: Vec<&str> = rest.split_whitespace().collect();
    matches!(kind.first(), Some(&("object" | "object-group"))).then(|| Removed::All(kind.join(" ")))
}

/// Reads all objects and groups of a configuration, as they stand at its end.
pub(super) fn read(text: &str) -> (Objects, Vec<Note>) {
    let mut reading = Reading { aliases: Aliases::read(text), ..Reading::default() };
    let removes = text.lines().any(|line| removes(line.trim()));
    for (index, raw) in text.lines().enumerate() {
        reading.line(index as u32 + 1, raw);
        if removes {
            reading.remember(raw.trim());
        }
    }
    let plain = |group: Group| group.members.into_iter().map(|kept| kept.member).collect();
    let groups = reading.groups.into_iter().map(|(name, group)| (name, plain(group))).collect();
    (Objects { groups, aliases: reading.aliases }, reading.notes)
}

#[derive(Default)]
struct Reading<'a> {
    aliases: Aliases,
    groups: BTreeMap<String, Group>,
    /// The group whose members follow.
    open: Option<Header>,
    /// Whether its last member is not indented.
    flat: bool,
    /// Words of lines so far that may name a group in use.
    used: BTreeSet<&'a str>,
    notes: Vec<Note>,
}

struct Group {
    kind: String,
    members: Vec<Kept>,
}

/// A member as it was written.
struct Kept {
    number: Option<u64>,
    words: String,
    member: Member,
}

/// A member's sequence number, and its words with one space between them.
fn numbered(words: &str, header: &Header) -> (Option<u64>, String) {
    let mut words: Vec<&str> = words.split_whitespace().collect();
    let number = words.first().filter(|_| header.has_numbers).and_then(|word| word.parse().ok());
    if number.is_some() {
        words.remove(0);
    }
    (number, words.join(" "))
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: u32, raw: &str) {
        let words = raw.trim();
        if let Some(removed) = removed(words) {
            self.open = None;
            return self.remove(removed, line);
        }
        if opens(words) {
            self.open = member::header(words);
            self.flat = false;
            self.define(line);
            if let Some(header) = self.open.take_if(|header| !header.member.is_empty()) {
                self.add(&header, &header.member, line);
                self.open = Some(header);
            }
            return;
        }
        let says_nothing = ["!", "description", "remark"].iter().any(|start| words.starts_with(start));
        if words.is_empty() || words == "exit" || says_nothing {
            return;
        }
        let indented = raw.starts_with([' ', '\t']);
        let Some(header) = self.open.take() else { return };
        if !indented && !member::begins(words) {
            // Where members are not indented, what is no member that is known may be one all the same.
            if self.flat && !lines::ends_list(words) && !lines::holds_entry(words) {
                self.doubt(&header.name, format!("this may be of {}: {words}", header.name), line);
            }
            return;
        }
        self.flat = !indented;
        match words.strip_prefix("no ") {
            Some(taken) => self.take(&header, taken.trim_start(), line),
            None => self.add(&header, words, line),
        }
        self.open = Some(header);
    }

    /// Keeps the words of a line that may name a group, which no device then removes.
    fn remember(&mut self, words: &'a str) {
        let is_definition = opens(words) || removes(words);
        if !is_definition && !words.starts_with("description") && !words.contains(" remark ") {
            self.used.extend(words.split_whitespace());
        }
    }

    /// A header: a group opened again is extended; a name has one kind.
    fn define(&mut self, line: u32) {
        let Some(header) = &self.open else { return };
        let new = || Group { kind: header.kind.clone(), members: Vec::new() };
        let group = self.groups.entry(header.name.clone()).or_insert_with(new);
        if group.kind != header.kind {
            let message =
                format!("{} was defined before as {}: which of them counts is not known", header.name, group.kind);
            self.doubt(&header.name.clone(), message, line);
        }
    }

    fn add(&mut self, header: &Header, words: &str, line: u32) {
        let Some(member) = member::read(words, header, &self.aliases) else { return };
        let name = &header.name;
        if matches!(member, Member::Unknown) {
            let message = format!("member of {name} is not understood: {words}");
            self.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
        }
        let (number, words) = numbered(words, header);
        let Some(group) = self.groups.get_mut(name) else { return };
        if header.is_object && group.kind == header.kind {
            // An object has one value: the last counts.
            group.members.clear();
        }
        let twice = number.is_some() && group.members.iter().any(|kept| kept.number == number && kept.words != words);
        group.members.push(Kept { number, words, member });
        if twice {
            self.doubt(name, format!("{name} has two members of one number: which of them counts is not known"), line);
        }
    }

    /// A member is taken from its group.
    fn take(&mut self, header: &Header, words: &str, line: u32) {
        if words.starts_with("description") || words.starts_with("nat") {
            return;
        }
        let Some(group) = self.groups.get_mut(&header.name) else { return };
        let (number, rest) = numbered(words, header);
        let is = |kept: &Kept| if rest.is_empty() { kept.number == number } else { kept.words == rest };
        let before = group.members.len();
        group.members.retain(|kept| !is(kept));
        if group.members.len() == before {
            self.doubt(&header.name, format!("takes from {} what it is not seen to hold: {words}", header.name), line);
        }
    }

    fn remove(&mut self, removed: Removed<'_>, line: u32) {
        let names: Vec<String> = match removed {
            Removed::One(words) => member::header(words).map(|header| header.name).into_iter().collect(),
            Removed::All(kind) => {
                let of_kind =
                    |held: &str| held.strip_prefix(&kind).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
                self.groups.iter().filter(|(_, group)| of_kind(&group.kind)).map(|(name, _)| name.clone()).collect()
            }
        };
        for name in names {
            if self.used.contains(name.as_str()) {
                let message = format!("{name} is removed where it may be in use, which devices refuse");
                self.doubt(&name, message, line);
            } else {
                self.groups.remove(&name);
            }
        }
    }

    /// What a group holds is not known from here on.
    fn doubt(&mut self, name: &str, message: String, line: u32) {
        if let Some(group) = self.groups.get_mut(name) {
            group.members.push(Kept { number: None, words: String::new(), member: Member::Unknown });
            self.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
        }
    }
}
