//! Notices.

use isoneph_model::ControlId;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::kinds::{Act, Document, EvidenceRef, Kind, KindSpec, NoticeTopic, References};

record! {
    /// What one party told another.
    pub struct Notice {
        /// The service.
        service: String,
        /// What it is about.
        topic: NoticeTopic,
        /// When it was sent or received.
        on: Date,
    } optional {
        /// The parties it went to; absent for all customers.
        to: Vec<String>,
        /// What it says, in short.
        what: Option<String>,
        /// The version that it announces.
        version: Option<String>,
        /// The change that it announces.
        change: Option<String>,
        /// The first moment of what it announces.
        #[schemars(with = "Option<String>")]
        begins: Option<Timestamp>,
        /// The last moment of it.
        #[schemars(with = "Option<String>")]
        ends: Option<Timestamp>,
        /// When the provider knew of it: what a promised time counts from.
        #[schemars(with = "Option<String>")]
        known: Option<Timestamp>,
        /// When it was sent, to the minute, where a promised time is counted.
        #[schemars(with = "Option<String>")]
        sent: Option<Timestamp>,
        /// The controls.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The text.
        document: Option<Document>,
        /// Who judged its impact, on the side that received it.
        assessed: Option<Act>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Notice {
    const KIND: Kind = Kind::Notice;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.objects("to", Kind::Party, &self.to);
        to.object("change", Kind::Change, &self.change);
        to.controls("controls", &self.controls);
    }
}
