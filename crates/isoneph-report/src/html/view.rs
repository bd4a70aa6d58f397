//! What the sections of the page share.

use isoneph_assessment::{CheckInfo, Head, StandingAnswer, Tail};
use isoneph_model::{ControlId, Outcome, Standing};
use isoneph_standard::Catalogue;

use crate::tally::Tally;
use crate::words::Words;

/// Everything a section reads.
pub(super) struct View<'a> {
    pub(super) head: &'a Head,
    pub(super) tail: &'a Tail,
    pub(super) words: &'a Words,
    pub(super) catalogue: &'a Catalogue,
    pub(super) tally: &'a Tally,
}

/// Outcomes in the order of a check's rows.
pub(super) const LISTED_FIRST: [Outcome; 4] = [Outcome::Fail, Outcome::Unknown, Outcome::Pass, Outcome::NotApplicable];

/// A mark beside the colour.
pub(super) fn symbol_of_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✕",
        Outcome::Unknown => "?",
        Outcome::NotApplicable => "–",
    }
}

/// A mark beside the colour.
pub(super) fn symbol_of_standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Contradicted => "‼",
        Standing::Adverse => "✕",
        Standing::Incomplete => "◐",
        Standing::Supported => "✓",
        Standing::Excluded => "⊘",
        Standing::NoGuidance => "–",
    }
}

impl<'a> View<'a> {
    pub(super) fn title(&self, control: &ControlId) -> &'a str {
        let control = self.catalogue.control(self.head.edition, control);
        control.map(|c| c.title.get(self.words.lang())).unwrap_or_default()
    }

    /// A service as a person would call it.
    pub(super) fn service(&self, name: &str) -> String {
        match name {
            "" => self.words.say("service-undeclared"),
            name => self.words.say_with("service-named", &[("name", name.into())]),
        }
    }

    /// The control under which a check and its findings stand: that of its folder, else the first it supports.
    pub(super) fn home<'c>(&self, check: &'c CheckInfo) -> Option<&'c ControlId> {
        let shown = |id: &ControlId| self.tail.standings.iter().any(|s| s.control == *id);
        let mut controls = check.supports.iter().map(|s| &s.control).filter(|id| shown(id));
        let folder = check.file.strip_prefix("controls/").unwrap_or_default();
        let of_folder =
            controls.clone().find(|id| folder.strip_prefix(id.as_str()).is_some_and(|r| r.starts_with('-')));
        of_folder.or_else(|| controls.next())
    }

    pub(super) fn answers_of(&self, control: &ControlId) -> impl Iterator<Item = &'a StandingAnswer> {
        self.tail.standings.iter().filter(move |answer| answer.control == *control)
    }
}

/// A name for a place in the page.
pub(super) fn anchor(prefix: &str, name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    format!("{prefix}-{}", name.chars().map(safe).collect::<String>())
}
