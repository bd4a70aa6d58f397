//! Obligations.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{Document, EvidenceRef, Kind, KindSpec, References};

record! {
    /// A law, regulation or contract that binds a party.
    pub struct Obligation {
        /// What it is.
        title: String,
        /// The party that it binds.
        party: String,
    } optional {
        /// Its country or union (ISO 3166-1, `EU`).
        jurisdiction: Option<String>,
        /// The services that it reaches; absent for all.
        services: Vec<String>,
        /// What it is about: `incident-notice`, `data-location`, `cryptography`, `records`, `evidence` …
        topic: Option<String>,
        /// In how many hours the party has to act.
        clock_hours: Option<u32>,
        /// From when the clock runs.
        clock_from: Option<String>,
        /// Countries that it permits data in.
        permitted_countries: Vec<String>,
        /// For how many days records have to be kept.
        retention_days: Option<u32>,
        /// The controls that it bears on.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The text.
        document: Option<Document>,
        /// The day it was last reviewed.
        reviewed: Option<Date>,
        /// Proof that it is kept.
        evidence: Vec<EvidenceRef>,
        /// Who is accountable.
        owner: Option<String>,
    }
}

impl KindSpec for Obligation {
    const KIND: Kind = Kind::Obligation;

    fn references(&self, to: &mut References) {
        to.object("party", Kind::Party, &self.party);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
    }
}
