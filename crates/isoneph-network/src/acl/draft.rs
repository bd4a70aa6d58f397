//! A rule while it is read: what was not understood widens it and makes it uncertain.

use crate::packet::Match;
use crate::policy::{Action, Certainty, Note, NoteKind, Rule};

/// A rule while it is read.
pub(super) struct Draft {
    /// The action; [`None`] when it was not understood.
    pub(super) action: Option<Action>,
    pub(super) matches: Vec<Match>,
    pub(super) line: u32,
    pub(super) label: String,
    certainty: Certainty,
    notes: Vec<Note>,
}

impl Draft {
    pub(super) fn new(line: u32, label: impl Into<String>) -> Self {
        Self {
            action: None,
            matches: vec![Match::any()],
            line,
            label: label.into(),
            certainty: Certainty::Exact,
            notes: Vec::new(),
        }
    }

    /// Notes a part that was not understood: the rule matches at most what is kept.
    pub(super) fn not_understood(&mut self, message: impl Into<String>) {
        self.certainty = Certainty::AtMost;
        self.note(NoteKind::NotUnderstood, message);
    }

    pub(super) fn note(&mut self, kind: NoteKind, message: impl Into<String>) {
        self.notes.push(Note { line: self.line, kind, message: message.into() });
    }

    /// Limits every match.
    pub(super) fn limit(&mut self, change: impl Fn(&mut Match)) {
        self.matches.iter_mut().for_each(change);
    }

    /// The rule, or two where the action is unknown: it may permit and it may deny.
    pub(super) fn finish(mut self, rules: &mut Vec<Rule>, notes: &mut Vec<Note>) {
        self.matches.retain(|one| !one.is_nothing());
        if self.matches.is_empty() {
            self.note(NoteKind::NeverMatches, "no packet matches this rule");
        }
        notes.append(&mut self.notes);
        let rule = |action, certainty| Rule {
            action,
            certainty,
            matches: self.matches.clone(),
            line: self.line,
            label: self.label.clone(),
        };
        match self.action {
            Some(action) => rules.push(rule(action, self.certainty)),
            None => rules.extend([Action::Permit, Action::Deny].map(|action| rule(action, Certainty::AtMost))),
        }
    }
}
