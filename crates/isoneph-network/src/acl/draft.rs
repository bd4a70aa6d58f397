//! A rule while it is read: what was not understood widens it and makes it uncertain.

use crate::packet::Match;
use crate::policy::{Action, Certainty, Condition, Note, NoteKind, Rule};

/// A rule while it is read.
pub(super) struct Draft {
    /// The action; [`None`] when it was not understood.
    pub(super) action: Option<Action>,
    pub(super) matches: Vec<Match>,
    pub(super) line: u32,
    pub(super) label: String,
    certainty: Certainty,
    conditions: Vec<Condition>,
    notes: Vec<Note>,
    never: bool,
    fragments: bool,
}

impl Draft {
    pub(super) fn new(line: u32, label: impl Into<String>) -> Self {
        Self {
            action: None,
            matches: vec![Match::any()],
            line,
            label: label.into(),
            certainty: Certainty::Exact,
            conditions: Vec::new(),
            notes: Vec::new(),
            never: false,
            fragments: false,
        }
    }

    /// Notes a part that was not understood: the rule matches at most what is kept.
    pub(super) fn not_understood(&mut self, message: impl Into<String>) {
        self.certainty = Certainty::AtMost;
        self.note(NoteKind::NotUnderstood, message);
    }

    /// Notes a condition that is not understood, told wholly by a text: what has the same text is the same elsewhere.
    pub(super) fn unknown(&mut self, condition: Condition, message: impl Into<String>) {
        self.conditions.push(condition);
        self.note(NoteKind::NotUnderstood, message);
    }

    /// Asks for more than a packet's fields tell.
    pub(super) fn ask(&mut self, condition: Condition) {
        self.conditions.push(condition);
    }

    /// What it asks for beyond the fields, taken out.
    pub(super) fn take_conditions(&mut self) -> Vec<Condition> {
        std::mem::take(&mut self.conditions)
    }

    pub(super) fn note(&mut self, kind: NoteKind, message: impl Into<String>) {
        self.notes.push(Note { line: self.line, kind, message: message.into() });
    }

    /// Whether a part was not understood so far.
    pub(super) fn is_uncertain(&self) -> bool {
        self.certainty == Certainty::AtMost
    }

    /// The rule matches nothing, for a reason.
    pub(super) fn never(&mut self, message: impl Into<String>) {
        self.note(NoteKind::NeverMatches, message);
        self.never = true;
    }

    /// The rule is about later fragments only: it matches nothing of what is compared, and that is said.
    pub(super) fn later_fragments(&mut self) {
        self.fragments = true;
        self.never("matches later fragments only, which are outside of what is compared");
    }

    /// The rule, where it is about later fragments only; one without a known action is of neither.
    pub(super) fn of_fragments(&self) -> Option<Rule> {
        let action = self.action.filter(|_| self.fragments)?;
        let (matches, label) = (self.matches.clone(), self.label.clone());
        let conditions = self.conditions.clone();
        Some(Rule { action, certainty: self.certainty, matches, conditions, line: self.line, label, ..Rule::default() })
    }

    /// Intervals held by the matches: what bounds the memory of a rule that refers to large groups.
    pub(super) fn weight(&self) -> usize {
        self.matches.iter().map(Match::intervals).sum()
    }

    /// Limits every match.
    pub(super) fn limit(&mut self, change: impl Fn(&mut Match)) {
        self.matches.iter_mut().for_each(change);
    }

    /// What was noted so far, taken out.
    pub(super) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Whether it was found that no packet can match.
    pub(super) fn matches_nothing(&self) -> bool {
        self.never || self.matches.iter().all(Match::is_nothing)
    }

    /// The rule, or two where the action is unknown: it may permit and it may deny.
    pub(super) fn finish(mut self, rules: &mut Vec<Rule>, notes: &mut Vec<Note>) {
        self.matches.retain(|one| !one.is_nothing());
        if self.never {
            self.matches.clear();
        } else if self.matches.is_empty() {
            self.note(NoteKind::NeverMatches, "no packet matches this rule");
        }
        notes.append(&mut self.notes);
        self.conditions.sort();
        self.conditions.dedup();
        let rule = |action, certainty| Rule {
            action,
            certainty,
            matches: self.matches.clone(),
            conditions: self.conditions.clone(),
            line: self.line,
            label: self.label.clone(),
            ..Rule::default()
        };
        match self.action {
            Some(action) => rules.push(rule(action, self.certainty)),
            None => rules.extend([Action::Permit, Action::Deny].map(|action| rule(action, Certainty::AtMost))),
        }
    }
}
