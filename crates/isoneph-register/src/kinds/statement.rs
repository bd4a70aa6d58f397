//! Statements: what a party claims of its controls.

use isoneph_model::{ControlId, Role};
use jiff::civil::Date;

use crate::kinds::{Act, EvidenceRef, Implementation, Inclusion, Kind, KindSpec, References};

record! {
    /// A row of the statement of applicability: control × role × service.
    pub struct Statement {
        /// The control: of ISO/IEC 27017:2015 (`9.2.1`, `CLD.6.3.1`) or of ISO/IEC 27001:2022 Annex A (`8.15`).
        #[schemars(with = "String")]
        control: ControlId,
        /// Whether it applies.
        applicable: bool,
    } optional {
        /// The party that claims; absent for whoever keeps the register.
        party: Option<String>,
        /// The role in which it claims; absent where the control has no roles.
        #[schemars(with = "Option<String>")]
        role: Option<Role>,
        /// The service; absent for all in scope.
        service: Option<String>,
        /// The requirement of the cell, where it is about one of them.
        requirement: Option<String>,
        /// Why it applies.
        reasons: Vec<Inclusion>,
        /// Why it does not.
        exclusion: Option<String>,
        /// How far it is done.
        status: Option<Implementation>,
        /// How it is done.
        how: Option<String>,
        /// Who is accountable.
        owner: Option<String>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
        /// Risks that it treats.
        risks: Vec<String>,
        /// Who approved the treatment.
        approved: Option<Act>,
        /// The procedures that it rests on.
        procedures: Vec<String>,
        /// The party whose control is taken over, where it is inherited.
        inherited_from: Option<String>,
        /// When it was last reviewed.
        reviewed: Option<Date>,
        /// When it is to be reviewed next.
        next_review: Option<Date>,
    }
}

impl KindSpec for Statement {
    const KIND: Kind = Kind::Statement;

    fn references(&self, to: &mut References) {
        to.control("control", &self.control);
        to.object("party", Kind::Party, &self.party);
        to.object("service", Kind::CloudService, &self.service);
        to.objects("procedures", Kind::Procedure, &self.procedures);
        to.object("inherited-from", Kind::CloudService, &self.inherited_from);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if !self.applicable && self.exclusion.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
            found.push(("applicable".to_owned(), "an exclusion needs its reason (`exclusion`)".to_owned()));
        }
        if self.applicable && self.exclusion.is_some() {
            found.push(("exclusion".to_owned(), "a control that applies is not excluded".to_owned()));
        }
        if !self.applicable && self.status == Some(Implementation::Implemented) {
            found.push(("status".to_owned(), "a control that does not apply is not implemented".to_owned()));
        }
        found
    }
}
