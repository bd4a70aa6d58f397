//! The closed vocabularies in words. Values may be borrowed: templates lend them.

use std::borrow::Borrow;

use isoneph_model::{
    EvidenceClass, Extent, Outcome, Reason, ReasonCode, RequirementKind, Role, Severity, Standing, Support,
};

use crate::words::Words;

impl Words {
    /// An outcome.
    pub fn outcome(&self, outcome: impl Borrow<Outcome>) -> String {
        self.say(&format!("outcome-{}", outcome.borrow()))
    }

    /// A severity.
    pub fn severity(&self, severity: impl Borrow<Severity>) -> String {
        self.say(&format!("severity-{}", severity.borrow()))
    }

    /// So many of a severity.
    pub fn severity_count(&self, severity: impl Borrow<Severity>, n: impl Borrow<u64>) -> String {
        let severity = self.severity(severity);
        self.say_with("n-severity", &[("n", (*n.borrow()).into()), ("severity", severity.as_str().into())])
    }

    /// A role.
    pub fn role(&self, role: impl Borrow<Role>) -> String {
        self.say(&format!("role-{}", role.borrow()))
    }

    /// A standing.
    pub fn standing(&self, standing: impl Borrow<Standing>) -> String {
        self.say(&format!("standing-{}", standing.borrow()))
    }

    /// What a standing means.
    pub fn standing_means(&self, standing: impl Borrow<Standing>) -> String {
        self.say(&format!("means-{}", standing.borrow()))
    }

    /// What an outcome means.
    pub fn outcome_means(&self, outcome: impl Borrow<Outcome>) -> String {
        self.say(&format!("outcome-means-{}", outcome.borrow()))
    }

    /// A kind of requirement.
    pub fn kind(&self, kind: impl Borrow<RequirementKind>) -> String {
        self.say(&format!("kind-{}", kind.borrow()))
    }

    /// Whether something is required.
    pub fn support(&self, support: impl Borrow<Support>) -> String {
        self.say(&format!("support-{}", support.borrow()))
    }

    /// A class of evidence.
    pub fn class(&self, class: impl Borrow<EvidenceClass>) -> String {
        self.say(&format!("class-{}", class.borrow()))
    }

    /// What a class of evidence is.
    pub fn class_means(&self, class: impl Borrow<EvidenceClass>) -> String {
        self.say(&format!("class-means-{}", class.borrow()))
    }

    /// How much of a table was seen.
    pub fn extent(&self, extent: impl Borrow<Extent>) -> String {
        self.say(&format!("extent-{}", extent.borrow()))
    }

    /// Why an outcome is `unknown` or `not-applicable`, in a sentence.
    pub fn reason(&self, reason: &Reason) -> String {
        let words = self.reason_code(reason.code);
        match (&reason.table, &reason.column) {
            (Some(table), Some(column)) => format!("{table}.{column}: {words}"),
            (Some(table), None) => format!("{table}: {words}"),
            (None, _) => words,
        }
    }

    /// A reason without the table it is about.
    pub fn reason_code(&self, code: ReasonCode) -> String {
        self.say(&format!("reason-{code}"))
    }

    /// What somebody could do about a reason: what only people know is given by an option of its own.
    pub fn help(&self, reason: &Reason) -> String {
        let place = (reason.code, reason.table.as_deref(), reason.column.as_deref());
        match place {
            (ReasonCode::NotCollected, Some("critical_operation"), Some("procedure" | "break_glass" | "reviewer")) => {
                self.say("reason-help-administration")
            }
            (ReasonCode::NotCollected, Some("critical_operation"), Some("approval" | "own_approver")) => {
                self.say("reason-help-changes")
            }
            _ => self.reason_help(reason.code),
        }
    }

    /// What somebody could do about a kind of reason.
    pub fn reason_help(&self, code: ReasonCode) -> String {
        self.say(&format!("reason-help-{code}"))
    }
}
