//! Every table, one file a subject. The order of [`TABLES`] is part of row numbers: append, never reorder.

mod audit;
mod compute;
mod estate;
mod feeds;
mod findings;
mod identity;
mod images;
mod keys;
mod network;
mod operated;
mod reach;
pub mod register;
mod storage;
mod tenants;
mod watching;

pub use audit::AuditEvent;
pub use compute::{Disk, DiskSnapshot, ImageRegistry, Vm, Workload};
pub use estate::{Account, Relation, Resource};
pub use feeds::{FeedAspect, FeedEvent, MonitoringFeed};
pub use findings::Finding;
pub use identity::{AuthPolicy, Credential, Grant, Principal, ResourcePolicy};
pub use images::{Image, ImageAccount, ImageFile, ImagePackage, ImageService, ImageSetting};
pub use keys::{Key, Secret};
pub use network::{Attachment, Endpoint, FirewallRule, Network, Route};
pub use operated::{ChangeRecord, CriticalOperation, ExitItem, LogDay, LogDigest, LogGap, MisuseSign, TenantExit};
pub use reach::{PolicyDifference, Reach};
pub use storage::{Backup, Bucket, Database, FileStore, Queue};
pub use tenants::TenantGrant;
pub use watching::{AlertRule, AuditTrail, LogStore, Protection};

use crate::table::{TableDef, TableId};

/// Every table.
pub const TABLES: &[TableDef] = &[
    Account::DEF,
    Resource::DEF,
    Relation::DEF,
    Principal::DEF,
    Credential::DEF,
    AuthPolicy::DEF,
    Grant::DEF,
    ResourcePolicy::DEF,
    Network::DEF,
    FirewallRule::DEF,
    Attachment::DEF,
    Route::DEF,
    Endpoint::DEF,
    Vm::DEF,
    Disk::DEF,
    DiskSnapshot::DEF,
    Workload::DEF,
    ImageRegistry::DEF,
    Bucket::DEF,
    Database::DEF,
    Backup::DEF,
    Key::DEF,
    Secret::DEF,
    AuditTrail::DEF,
    LogStore::DEF,
    AlertRule::DEF,
    Protection::DEF,
    Finding::DEF,
    Queue::DEF,
    FileStore::DEF,
    Image::DEF,
    ImageSetting::DEF,
    ImageService::DEF,
    ImageAccount::DEF,
    ImagePackage::DEF,
    ImageFile::DEF,
    Reach::DEF,
    PolicyDifference::DEF,
    AuditEvent::DEF,
    CriticalOperation::DEF,
    ChangeRecord::DEF,
    LogDay::DEF,
    LogGap::DEF,
    LogDigest::DEF,
    TenantExit::DEF,
    ExitItem::DEF,
    register::DeclaredScope::DEF,
    register::Party::DEF,
    register::CloudService::DEF,
    register::Contact::DEF,
    register::Responsibility::DEF,
    register::ResponsibilityAgreed::DEF,
    register::Disclosure::DEF,
    register::Capability::DEF,
    register::Notice::DEF,
    register::Answer::DEF,
    register::Agreement::DEF,
    register::AgreementTerm::DEF,
    register::Obligation::DEF,
    register::Assurance::DEF,
    register::AssuranceScope::DEF,
    register::AssuranceClaim::DEF,
    register::ComplementaryControl::DEF,
    register::Procedure::DEF,
    register::DocumentedOperation::DEF,
    register::ServiceOperation::DEF,
    register::Change::DEF,
    register::Awareness::DEF,
    register::Review::DEF,
    register::Statement::DEF,
    register::Tenant::DEF,
    register::TenantDataStore::DEF,
    register::ResidueCount::DEF,
    register::AssetReturn::DEF,
    register::AssetRemoval::DEF,
    register::Zone::DEF,
    register::IntendedFlow::DEF,
    register::ImagePurpose::DEF,
    register::ImageListener::DEF,
    register::IsolationLayer::DEF,
    register::MonitoringNeed::DEF,
    register::Promise::DEF,
    register::Delivery::DEF,
    register::TestRecord::DEF,
    register::EvidenceLink::DEF,
    register::DutyArea::DEF,
    register::ServiceSplit::DEF,
    register::AssuranceStanding::DEF,
    register::AssuredOffering::DEF,
    TenantGrant::DEF,
    register::BoundaryTest::DEF,
    MonitoringFeed::DEF,
    FeedAspect::DEF,
    FeedEvent::DEF,
    MisuseSign::DEF,
];

/// The id of the table with this name. It runs in the compiler: an unlisted table does not build.
pub const fn id_of(name: &str) -> TableId {
    let mut i = 0;
    while i < TABLES.len() {
        if same(TABLES[i].name.as_bytes(), name.as_bytes()) {
            return TableId(i as u16);
        }
        i += 1;
    }
    panic!("the table is not listed in TABLES")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests;
