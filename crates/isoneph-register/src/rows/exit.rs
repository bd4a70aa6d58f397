//! Tenants, where their data rests, and what becomes of it.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, large, maybe, said, start, word};
use super::{Part, Writer, sorted};
use crate::kinds::{AssetRemoval, AssetReturn, RemovedFrom, Tenant, TenantDataStore};
use crate::register::Entry;

impl<'a> Writer<'a> {
    pub(super) fn tenant(&mut self, entry: &Entry, spec: &Tenant) -> Result<(), SinkError> {
        let row = schema::Tenant {
            party: said(spec.party.as_ref()),
            agreement: said(spec.agreement.as_ref()),
            status: word(spec.status),
            has_ended: has(&spec.ended),
            ended_on: day(spec.ended),
            marks: sorted(&spec.marks).into(),
            accounts: sorted(&spec.accounts).into(),
        };
        self.row(entry, Part { suffix: "", service: &spec.service, tenant: &entry.object.name }, &row)
    }

    pub(super) fn tenant_data_store(&mut self, entry: &Entry, spec: &TenantDataStore) -> Result<(), SinkError> {
        let row = schema::TenantDataStore {
            type_of_store: word(Some(spec.r#type)),
            tenancy: word(Some(spec.tenancy)),
            resource: said(spec.resource.as_ref()),
            copy_of: said(spec.copy_of.as_ref()),
            partition_key: said(spec.partition.as_ref()),
            has_retention: has(&spec.retention_days),
            retention_days: maybe(spec.retention_days),
            has_recoverable: has(&spec.recoverable_days),
            recoverable_days: maybe(spec.recoverable_days),
            data_classes: sorted(&spec.data_classes).into(),
            owner: said(spec.owner.as_ref()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        for (i, residue) in spec.counts.iter().enumerate() {
            let row = schema::ResidueCount {
                store: entry.object.name.as_str().into(),
                left_over: large(residue.count),
                counted_on: start(residue.as_of).into(),
                unit: said(residue.unit.as_ref()),
                query_sha256: said(residue.query_sha256.as_ref()),
                evidence: count(residue.evidence.len()),
            };
            let suffix = format!("#count/{i}");
            self.row(entry, Part { suffix: &suffix, service: &spec.service, tenant: &residue.tenant }, &row)?;
        }
        self.evidence_links(entry)
    }

    pub(super) fn asset_return(&mut self, entry: &Entry, spec: &AssetReturn) -> Result<(), SinkError> {
        let row = schema::AssetReturn {
            handed_over_on: start(spec.handed_over).into(),
            assets: sorted(&spec.assets).into(),
            format: said(spec.format.as_ref()),
            has_acknowledged: has(&spec.acknowledged),
            acknowledged_on: day(spec.acknowledged.as_ref().map(|acknowledged| acknowledged.on)),
            waived: spec.waived.is_some().into(),
            evidence: count(spec.evidence.len()),
        };
        let service = self.service_of(&spec.tenant);
        self.row(entry, Part { suffix: "", service, tenant: &spec.tenant }, &row)?;
        self.evidence_links(entry)
    }

    pub(super) fn asset_removal(&mut self, entry: &Entry, spec: &AssetRemoval) -> Result<(), SinkError> {
        let service = self.service_of(&spec.tenant);
        if spec.removed.is_empty() {
            let row = removal_row(entry, spec, None);
            self.row(entry, Part { suffix: "", service, tenant: &spec.tenant }, &row)?;
        }
        for (i, removed) in spec.removed.iter().enumerate() {
            let row = removal_row(entry, spec, Some(removed));
            let suffix = format!("#removed/{i}");
            self.row(entry, Part { suffix: &suffix, service, tenant: &spec.tenant }, &row)?;
        }
        self.evidence_links(entry)
    }

    fn service_of(&self, tenant: &str) -> &'a str {
        self.register.find::<Tenant>(tenant).map_or("", |tenant| tenant.spec.service.as_str())
    }
}

fn removal_row(entry: &Entry, spec: &AssetRemoval, removed: Option<&RemovedFrom>) -> schema::AssetRemoval {
    let recoverable = removed.and_then(|removed| removed.recoverable_until);
    schema::AssetRemoval {
        record: entry.object.name.as_str().into(),
        store: said(removed.map(|removed| &removed.store)),
        has_removed: removed.is_some().into(),
        removed_on: day(removed.map(|removed| removed.on)),
        method: word(removed.map(|removed| removed.method)),
        has_recoverable: has(&recoverable),
        recoverable_until: day(recoverable),
        has_verified: has(&spec.verified),
        verified_on: day(spec.verified.as_ref().map(|verified| verified.on)),
        has_confirmed: has(&spec.confirmed),
        confirmed_on: day(spec.confirmed.as_ref().map(|confirmed| confirmed.on)),
        evidence: count(spec.evidence.len() + removed.map_or(0, |removed| removed.evidence.len())),
    }
}
