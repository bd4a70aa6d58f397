//! Disclosures.

use isoneph_model::ControlId;

use crate::kinds::{Audience, Document, EvidenceRef, Kind, KindSpec, References, Sent, TestRecord};

record! {
    /// What a provider tells, gives or documents for the customers of a service: the answer to two thirds of the provider
    /// cells.
    pub struct Disclosure {
        /// The service.
        service: String,
        /// The control.
        #[schemars(with = "String")]
        control: ControlId,
    } optional {
        /// Which requirement of the provider's cell it answers (`isoneph control show`).
        requirement: Option<String>,
        /// What is told, in short. Absent while nothing is.
        what: Option<String>,
        /// Where it stands.
        document: Option<Document>,
        /// For whom.
        audience: Option<Audience>,
        /// The parties, where the audience is named.
        named: Vec<String>,
        /// When it went to whom.
        sent: Vec<Sent>,
        /// How it was tried that customers find it, and that it is so.
        tested: Vec<TestRecord>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
        /// Who is accountable.
        owner: Option<String>,
        /// The day it was last looked over.
        reviewed: Option<jiff::civil::Date>,
        /// The customer that holds it on file, where a customer records what it received.
        held_by: Option<String>,
    }
}

impl KindSpec for Disclosure {
    const KIND: Kind = Kind::Disclosure;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.control("control", &self.control);
        to.objects("named", Kind::Party, &self.named);
        to.object("held-by", Kind::Party, &self.held_by);
    }
}
