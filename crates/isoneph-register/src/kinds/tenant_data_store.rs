//! Stores of tenant data, and what is left in them.

use jiff::civil::Date;

use crate::kinds::{EvidenceRef, Kind, KindSpec, References, StoreType, Tenancy};

record! {
    /// A place where data of tenants rests. Pooled tenants are rows, prefixes and backups: they are counted.
    pub struct TenantDataStore {
        /// The service.
        service: String,
        /// What kind of place it is.
        r#type: StoreType,
        /// How tenants share it.
        tenancy: Tenancy,
    } optional {
        /// What people call it.
        title: Option<String>,
        /// The thing in the inventory: `uid`, native id or name.
        resource: Option<String>,
        /// The store that it holds copies of.
        copy_of: Option<String>,
        /// What tells tenants apart: a column, prefix, key, schema.
        partition: Option<String>,
        /// For how many days copies outlive a deletion.
        retention_days: Option<u32>,
        /// For how many days what was deleted can be brought back.
        recoverable_days: Option<u32>,
        /// What it holds.
        data_classes: Vec<String>,
        /// Counts of what tenants have in it.
        counts: Vec<ResidueCount>,
        /// Who is accountable.
        owner: Option<String>,
    }
}

record! {
    /// How much of a tenant's was in a store on a day.
    pub struct ResidueCount {
        /// The tenant.
        tenant: String,
        /// How many records, objects or copies.
        count: u64,
        /// When they were counted.
        as_of: Date,
    } optional {
        /// The digest of the query that counted.
        query_sha256: Option<String>,
        /// What was counted.
        unit: Option<String>,
        /// The record of the count.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for TenantDataStore {
    const KIND: Kind = Kind::TenantDataStore;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.object("copy-of", Kind::TenantDataStore, &self.copy_of);
        for (i, count) in self.counts.iter().enumerate() {
            to.object(&format!("counts/{i}/tenant"), Kind::Tenant, &count.tenant);
        }
    }
}
