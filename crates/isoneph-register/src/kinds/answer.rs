//! Answers to questionnaires.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{AnswerValue, Document, EvidenceRef, Holder, Kind, KindSpec, References};

record! {
    /// A provider's answer to one question. The question's text is not kept: its id is.
    pub struct Answer {
        /// The service.
        service: String,
        /// The questionnaire: `caiq`, `isoneph`, or its own name.
        questionnaire: String,
        /// The id of the question (`A&A-01.1`).
        question: String,
        /// The answer.
        answer: AnswerValue,
    } optional {
        /// The version of the questionnaire.
        version: Option<String>,
        /// Who owns the control, as answered.
        ownership: Option<Holder>,
        /// What the provider does, as answered.
        implementation: Option<String>,
        /// What it leaves to the customer, as answered.
        customer_duty: Option<String>,
        /// The area of responsibilities that the question belongs to.
        area: Option<String>,
        /// The controls of ISO/IEC 27017 or 27002 that it bears on.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// Which requirement of the provider's cell it answers.
        requirement: Option<String>,
        /// The file it stands in.
        document: Option<Document>,
        /// When it was answered.
        answered: Option<Date>,
        /// Who answered.
        by: Option<String>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Answer {
    const KIND: Kind = Kind::Answer;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.controls("controls", &self.controls);
    }
}
