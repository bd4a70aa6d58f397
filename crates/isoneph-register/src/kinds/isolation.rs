//! How tenants are kept apart.

use jiff::civil::Date;

use crate::kinds::{Document, EvidenceRef, Kind, KindSpec, Layer, References, Tenancy};

record! {
    /// How the tenants of a service are kept apart, layer by layer. A layer that is not told is not answered.
    pub struct Isolation {
        /// The service.
        service: String,
        /// The layers.
        layers: Vec<LayerIsolation>,
    } optional {
        /// Where it is described.
        document: Option<Document>,
        /// Whether customers may run software of their own in it.
        customer_software: Option<bool>,
        /// The assessment of that risk.
        customer_software_risk: Option<EvidenceRef>,
        /// Who is accountable.
        owner: Option<String>,
        /// The day it was last reviewed.
        reviewed: Option<Date>,
    }
}

record! {
    /// One layer.
    pub struct LayerIsolation {
        /// Which.
        layer: Layer,
        /// How tenants share it.
        tenancy: Tenancy,
    } optional {
        /// What keeps them apart.
        how: Option<String>,
        /// The service below whose assurance this rests on.
        inherited_from: Option<String>,
        /// Tests across the boundary.
        tests: Vec<BoundaryTest>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

record! {
    /// A run of tests across the boundary between tenants.
    pub struct BoundaryTest {
        /// When.
        on: Date,
        /// How many tests found no way through.
        passed: u32,
        /// How many found one.
        failed: u32,
    } optional {
        /// How many did not run.
        skipped: Option<u32>,
        /// The release that was tried.
        release: Option<String>,
        /// The path of the result (JUnit) beside the register.
        junit: Option<String>,
        /// The record.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Isolation {
    const KIND: Kind = Kind::Isolation;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        for (i, layer) in self.layers.iter().enumerate() {
            to.object(&format!("layers/{i}/inherited-from"), Kind::CloudService, &layer.inherited_from);
        }
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let twice = |(i, layer): (usize, &LayerIsolation)| {
            let before = self.layers[..i].iter().any(|other| other.layer == layer.layer);
            before.then(|| (format!("layers/{i}/layer"), format!("layer '{}' is told twice", layer.layer)))
        };
        self.layers.iter().enumerate().filter_map(twice).collect()
    }
}
