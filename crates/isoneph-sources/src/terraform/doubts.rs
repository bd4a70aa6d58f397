//! Resources that no mapper knows, but whose names say that they bear on access, encryption, filters or records: what
//! they refer to may be different from what the tables show, so the absence of a row proves nothing there.

use isoneph_model::GapCode;
use isoneph_tables::{Scope, TableId};

use super::resource::Resource;
use super::stage::Stage;

/// A word in a type's name, and the tables whose rows such a resource could have added to.
const WORDS: &[(&[&str], &[&str])] = &[
    (&["policy", "acl", "iam", "permission", "grant", "access", "public"], &["resource_policy", "grant"]),
    (&["firewall", "rule", "acl", "nsg"], &["firewall_rule"]),
    (&["encrypt", "encryption", "kms"], &["key"]),
    (&["lock", "backup"], &["backup"]),
    (&["logging", "log", "trail", "diagnostic"], &["audit_trail", "log_store"]),
];

/// Says what such a resource leaves open.
pub(crate) fn doubt(resource: &Resource, stage: &mut Stage) {
    let words: Vec<&str> = resource.native_type.split('_').collect();
    let tables = WORDS.iter().filter(|(list, _)| list.iter().any(|word| words.contains(word)));
    let mut tables: Vec<&str> = tables.flat_map(|(_, tables)| tables.iter().copied()).collect();
    tables.sort_unstable();
    tables.dedup();
    if tables.is_empty() {
        return;
    }
    let provider = resource.common.provider.known().cloned();
    let mut subjects: Vec<Option<String>> = resource
        .log
        .borrow()
        .iter()
        .filter_map(|logged| logged.reference.uid())
        .map(|uid| Some(uid.to_owned()))
        .collect();
    if subjects.is_empty() {
        subjects.push(None);
    }
    for table in tables.into_iter().filter_map(TableId::find) {
        for subject in &subjects {
            let scope = Scope { provider: provider.clone(), subject: subject.clone(), ..Scope::default() };
            stage.doubt(resource, table, scope, GapCode::NotCollected);
        }
    }
}
