//! Reviews.

use isoneph_model::{ControlId, Role};
use jiff::civil::Date;

use crate::kinds::{EvidenceRef, Kind, KindSpec, References, ReviewResult, ReviewType};

record! {
    /// Something was reviewed, evaluated, compared or rehearsed.
    pub struct Review {
        /// What was.
        title: String,
        /// What sort of review.
        r#type: ReviewType,
        /// When.
        on: Date,
    } optional {
        /// Who did it.
        by: Option<String>,
        /// The party for which it was done; absent for whoever keeps the register.
        party: Option<String>,
        /// The services that it was about.
        services: Vec<String>,
        /// The controls that it was about.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The requirement of a cell that it answers.
        requirement: Option<String>,
        /// The role for which it was done.
        #[schemars(with = "Option<String>")]
        role: Option<Role>,
        /// The agreement that was looked at.
        agreement: Option<String>,
        /// The assurance that was looked at.
        assurance: Option<String>,
        /// The version of the provider's document that was looked at.
        version: Option<String>,
        /// What it came to.
        result: Option<ReviewResult>,
        /// What was found, and what follows.
        findings: Vec<String>,
        /// When it is to be done next.
        next: Option<Date>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Review {
    const KIND: Kind = Kind::Review;

    fn references(&self, to: &mut References) {
        to.object("party", Kind::Party, &self.party);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
        to.object("agreement", Kind::Agreement, &self.agreement);
        to.object("assurance", Kind::Assurance, &self.assurance);
    }
}
