//! Why a standing is not better, in words.

use isoneph_standard::standing::Why;

use crate::words::Words;

/// The code of a reason, as JSON has it and as the Fluent keys end.
pub fn why_code(why: &Why) -> &'static str {
    match why {
        Why::ExclusionRefuted { .. } => "exclusion-refuted",
        Why::ExclusionWithoutReason => "exclusion-without-reason",
        Why::FailingOutcomes { .. } => "failing-outcomes",
        Why::ExceptionsOnly { .. } => "exceptions-only",
        Why::NoEvidence { .. } => "no-evidence",
        Why::ContributingOnly { .. } => "contributing-only",
        Why::UnknownOutcomes { .. } => "unknown-outcomes",
        Why::Stale { .. } => "stale",
        Why::IntendedOnly { .. } => "intended-only",
        Why::ClassTooWeak { .. } => "class-too-weak",
        Why::AccountsUnseen { .. } => "accounts-unseen",
        Why::ScopeUndeclared { .. } => "scope-undeclared",
        Why::NothingToJudge => "nothing-to-judge",
        Why::RequirementsUnknown => "requirements-unknown",
    }
}

impl Words {
    /// A reason for a standing, in a sentence that does not name the requirement.
    pub fn why(&self, why: &Why) -> String {
        let key = format!("why-{}", why_code(why));
        match why {
            Why::ExclusionRefuted { subjects, failing } => {
                self.say_with(&key, &[("subjects", (*subjects).into()), ("failing", (*failing).into())])
            }
            Why::FailingOutcomes { n, .. }
            | Why::ExceptionsOnly { n }
            | Why::ContributingOnly { n, .. }
            | Why::UnknownOutcomes { n, .. }
            | Why::Stale { n, .. } => self.say_with(&key, &[("n", (*n).into())]),
            Why::NoEvidence { kind, .. } => self.say_with(&key, &[("kind", self.kind(*kind).as_str().into())]),
            Why::ClassTooWeak { kind, classes, .. } => {
                let classes: Vec<String> = classes.iter().map(|class| self.class(*class)).collect();
                let classes = classes.join(&self.say("list-separator"));
                self.say_with(&key, &[("kind", self.kind(*kind).as_str().into()), ("classes", classes.as_str().into())])
            }
            Why::AccountsUnseen { seen, expected, .. } => {
                self.say_with(&key, &[("seen", (*seen).into()), ("expected", (*expected).into())])
            }
            Why::ExclusionWithoutReason
            | Why::IntendedOnly { .. }
            | Why::ScopeUndeclared { .. }
            | Why::NothingToJudge
            | Why::RequirementsUnknown => self.say(&key),
        }
    }

    /// What somebody could do about a reason for a standing.
    pub fn why_help(&self, why: &Why) -> String {
        let key = format!("why-help-{}", why_code(why));
        match why {
            Why::NoEvidence { kind, .. } => self.say(&format!("{key}-{kind}")),
            _ => self.say(&key),
        }
    }
}
