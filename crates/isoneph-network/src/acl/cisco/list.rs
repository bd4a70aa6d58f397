//! A list under way, and what it comes to at its end.

use super::objects::Objects;
use super::order::{self, Placed};
use super::tokens::Tokens;
use super::{Dialect, entry};
use crate::acl::draft::Draft;
use crate::packet::{Family, Match};
use crate::policy::{Action, Certainty, Note, NoteKind, Policy, Rule};

/// A list under way.
pub(super) struct List {
    policy: Policy,
    dialect: Dialect,
    pub(super) standard: bool,
    pub(super) entries: Vec<Placed>,
    /// The highest sequence number so far.
    pub(super) last: u64,
    /// Whether an entry was taken back, so that no other is sure to be there.
    doubted: bool,
}

impl List {
    pub(super) fn new(name: &str, family: Option<Family>, dialect: Dialect, standard: bool) -> Self {
        let mut policy = Policy::first_match(name, Vec::new(), Action::Deny);
        policy.family = family;
        Self { policy, dialect, standard, entries: Vec::new(), last: 0, doubted: false }
    }

    /// Adds an entry; says how many intervals it holds.
    pub(super) fn add(&mut self, words: &str, line: u32, objects: &Objects, place: Option<usize>) -> usize {
        let mut tokens = Tokens::new(words);
        let given = order::sequence(&mut tokens);
        let sequence = given.unwrap_or(self.last.saturating_add(10));
        if tokens.peek() == Some("remark") {
            // It decides nothing, and takes a line.
            self.last = self.last.max(given.unwrap_or(0));
            self.entries.push(Placed { sequence, place, line, rules: Vec::new() });
            return 1;
        }
        self.last = self.last.max(sequence);
        let mut draft = Draft::new(line, words);
        entry::read(&mut draft, &mut tokens, self.dialect, self.standard, self.policy.family, objects);
        let mut rules = Vec::new();
        let weight = draft.weight().max(1);
        self.policy.fragments.extend(draft.of_fragments());
        draft.finish(&mut rules, &mut self.policy.notes);
        self.entries.push(Placed { sequence, place, line, rules });
        weight
    }

    /// Takes an entry back: the one of these words, or of this number, where there is no doubt which one that is.
    pub(super) fn take(&mut self, entry: &str, words: &str, line: u32) {
        // Of numbered lists IOS takes all entries away then.
        let is_clear = match self.dialect {
            Dialect::Asa => self.entries.iter().all(|held| held.place.is_none()),
            Dialect::Ios => !words.starts_with("no access-list"),
        };
        if !is_clear || !order::take(&mut self.entries, entry) {
            self.doubt(words, line);
        }
    }

    /// A line on what becomes of all later fragments that no entry names.
    pub(super) fn all_fragments(&mut self, words: &str, line: u32) {
        let action = match words {
            "fragments permit-all" => Action::Permit,
            "fragments deny-all" => Action::Deny,
            // Counters.
            _ => return,
        };
        self.policy.fragments.push(Rule { line, label: words.to_owned(), ..Rule::new(action, Match::any()) });
    }

    /// An entry is taken back, or all of the list: any of it may be gone.
    fn doubt(&mut self, words: &str, line: u32) {
        self.doubted = true;
        let message = format!("takes from the list what is not followed: {words}");
        self.policy.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
    }

    pub(super) fn finish(mut self) -> Policy {
        if self.entries.iter().all(|entry| entry.rules.is_empty()) {
            return self.without_entries();
        }
        self.policy.rules = order::arrange(std::mem::take(&mut self.entries), &mut self.policy.notes);
        if self.doubted {
            self.policy.rules.iter_mut().for_each(|rule| rule.certainty = Certainty::AtMost);
            return self.without_entries();
        }
        if self.policy.family == Some(Family::V6) && self.dialect == Dialect::Ios {
            self.policy.rules.push(Rule::neighbour_discovery());
            let message = "neighbour discovery is permitted before the implicit denial, as IOS does".to_owned();
            self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        }
        let message = "what no entry matches is denied".to_owned();
        self.policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message });
        self.policy
    }

    /// A list that has no entries, or may have none left: some systems let everything pass then, others nothing.
    fn without_entries(mut self) -> Policy {
        let mut draft = Draft::new(0, "no entry");
        let has = if self.doubted { "may have" } else { "has" };
        draft.not_understood(format!("the list {has} no entry: some systems let everything pass then, others nothing"));
        draft.finish(&mut self.policy.rules, &mut self.policy.notes);
        self.policy
    }
}
