//! Returned assets.

use jiff::civil::Date;

use crate::kinds::{Act, EvidenceRef, Kind, KindSpec, References};

record! {
    /// Assets were handed back to a customer.
    pub struct AssetReturn {
        /// The tenant.
        tenant: String,
        /// When they were handed over, or could be fetched from.
        handed_over: Date,
    } optional {
        /// What was returned.
        assets: Vec<String>,
        /// In which format.
        format: Option<String>,
        /// How much, in the unit that `amount-unit` says.
        amount: Option<u64>,
        /// The unit: `records`, `bytes`, `files`.
        amount_unit: Option<String>,
        /// Who acknowledged that it is complete and can be read.
        acknowledged: Option<Act>,
        /// Whether the customer had nothing to be returned, or waived it.
        waived: Option<Act>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for AssetReturn {
    const KIND: Kind = Kind::AssetReturn;

    fn references(&self, to: &mut References) {
        to.object("tenant", Kind::Tenant, &self.tenant);
    }
}
