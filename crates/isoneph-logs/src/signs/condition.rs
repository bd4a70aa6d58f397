//! What a record must say to be a sign.

use serde::Deserialize;

use super::path::texts;
use super::record::{Part, Said};

/// What holds where the record's part is there and does not say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unsaid {
    /// It cannot be told.
    #[default]
    Untold,
    /// The condition holds.
    Yes,
    /// It does not.
    No,
}

/// A condition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// Where something stands.
    #[serde(default)]
    at: String,
    /// One of what must stand there; anything at all without any.
    #[serde(default)]
    is: Vec<String>,
    /// In its place: one of these holds.
    #[serde(default)]
    any: Vec<Condition>,
    #[serde(default)]
    unsaid: Unsaid,
}

impl Condition {
    /// Whether it holds; `None` where the record does not tell.
    pub(crate) fn holds(&self, said: &Said) -> Option<bool> {
        if !self.any.is_empty() {
            let all: Vec<Option<bool>> = self.any.iter().map(|one| one.holds(said)).collect();
            if all.contains(&Some(true)) {
                return Some(true);
            }
            // A part that is not in the log could have said any of it; one that is there and says none, does not.
            return match () {
                () if self.any.iter().all(|one| one.is_missing(said)) => None,
                () if all.contains(&Some(false)) => Some(false),
                () => self.unsaid(),
            };
        }
        self.stated(said).or_else(|| if self.is_missing(said) { None } else { self.unsaid() })
    }

    fn unsaid(&self) -> Option<bool> {
        match self.unsaid {
            Unsaid::Untold => None,
            Unsaid::Yes => Some(true),
            Unsaid::No => Some(false),
        }
    }

    /// What is stated of it.
    fn stated(&self, said: &Said) -> Option<bool> {
        let found = said.at(&self.at);
        if found.is_empty() {
            return None;
        }
        let is = |text: String| self.is.iter().any(|wanted| wanted.eq_ignore_ascii_case(&text));
        Some(self.is.is_empty() || found.into_iter().flat_map(texts).any(is))
    }

    fn is_missing(&self, said: &Said) -> bool {
        !matches!(said.part(&self.at), Part::Read(_))
    }
}
