//! The closed vocabularies in words.

use isoneph_model::{
    EvidenceClass, Extent, Outcome, Reason, ReasonCode, RequirementKind, Role, Severity, Standing, Support,
};

use crate::words::Words;

impl Words {
    /// An outcome.
    pub fn outcome(&self, outcome: Outcome) -> String {
        self.say(&format!("outcome-{outcome}"))
    }

    /// A severity.
    pub fn severity(&self, severity: Severity) -> String {
        self.say(&format!("severity-{severity}"))
    }

    /// A role.
    pub fn role(&self, role: Role) -> String {
        self.say(&format!("role-{role}"))
    }

    /// A standing.
    pub fn standing(&self, standing: Standing) -> String {
        self.say(&format!("standing-{standing}"))
    }

    /// What a standing means.
    pub fn standing_means(&self, standing: Standing) -> String {
        self.say(&format!("means-{standing}"))
    }

    /// What an outcome means.
    pub fn outcome_means(&self, outcome: Outcome) -> String {
        self.say(&format!("outcome-means-{outcome}"))
    }

    /// A kind of requirement.
    pub fn kind(&self, kind: RequirementKind) -> String {
        self.say(&format!("kind-{kind}"))
    }

    /// Whether something is required.
    pub fn support(&self, support: Support) -> String {
        self.say(&format!("support-{support}"))
    }

    /// A class of evidence.
    pub fn class(&self, class: EvidenceClass) -> String {
        self.say(&format!("class-{class}"))
    }

    /// What a class of evidence is.
    pub fn class_means(&self, class: EvidenceClass) -> String {
        self.say(&format!("class-means-{class}"))
    }

    /// How much of a table was seen.
    pub fn extent(&self, extent: Extent) -> String {
        self.say(&format!("extent-{extent}"))
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

    /// What somebody could do about it.
    pub fn reason_help(&self, code: ReasonCode) -> String {
        self.say(&format!("reason-help-{code}"))
    }
}
