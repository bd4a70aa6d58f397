//! Removed assets.

use jiff::civil::Date;

use crate::kinds::{Act, EvidenceRef, Kind, KindSpec, References, RemovalMethod, Sent};

record! {
    /// Assets of a customer were removed. Recoverable is not deleted.
    pub struct AssetRemoval {
        /// The tenant.
        tenant: String,
    } optional {
        /// From where, each with its day.
        removed: Vec<RemovedFrom>,
        /// Who verified that nothing is left.
        verified: Option<Act>,
        /// When it was confirmed to the customer.
        confirmed: Option<Sent>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

record! {
    /// One store that was cleared.
    pub struct RemovedFrom {
        /// The store.
        store: String,
        /// When.
        on: Date,
        /// How.
        method: RemovalMethod,
    } optional {
        /// The last day on which it can be brought back.
        recoverable_until: Option<Date>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for AssetRemoval {
    const KIND: Kind = Kind::AssetRemoval;

    fn references(&self, to: &mut References) {
        to.object("tenant", Kind::Tenant, &self.tenant);
        for (i, removed) in self.removed.iter().enumerate() {
            to.object(&format!("removed/{i}/store"), Kind::TenantDataStore, &removed.store);
        }
    }
}
