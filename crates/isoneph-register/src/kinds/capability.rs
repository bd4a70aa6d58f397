//! Capabilities.

use isoneph_model::ControlId;

use crate::kinds::{Document, EvidenceRef, Kind, KindSpec, References, TestRecord};

record! {
    /// What a service lets its customers do for their security.
    pub struct Capability {
        /// The service.
        service: String,
        /// What it is: `monitoring`, `log-delivery`, `own-keys`, `second-factor`, `federation`, `labelling` …
        topic: String,
        /// Whether it is offered. Saying that it is not is worth as much.
        offered: bool,
    } optional {
        /// What it does, in short.
        what: Option<String>,
        /// The controls that it serves.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// Which requirement of a provider's cell it answers.
        requirement: Option<String>,
        /// What it covers: event categories, layers, attack and leakage …
        covers: Vec<String>,
        /// How to switch it on.
        how: Option<String>,
        /// What it cannot do.
        limits: Option<String>,
        /// For how many days what it yields is kept.
        retention_days: Option<u32>,
        /// How many minutes pass before it shows.
        latency_minutes: Option<u32>,
        /// Whether a tenant sees its own things only.
        tenant_limited: Option<bool>,
        /// Where it is described.
        document: Option<Document>,
        /// How it was tried.
        tested: Vec<TestRecord>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Capability {
    const KIND: Kind = Kind::Capability;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.controls("controls", &self.controls);
    }
}
