//! Secrets of Secret Manager. Their values are never read, only whether the tool keeps them.

use isoneph_tables::Cell;
use isoneph_tables::schema::{ResourcePolicy, Secret};

use super::kms::{KEYS, add, days_of};
use super::members;
use crate::terraform::attr::Attr;
use crate::terraform::aws::secrets::kept_in_state;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_secret_manager_regional_secret", regional_secret, &[table::<Secret>]),
    Mapping::new("google_secret_manager_regional_secret_version", version, &[]).patching(&[table::<Secret>]),
    Mapping::new("google_secret_manager_secret", secret, &[table::<Secret>]),
    Mapping::new("google_secret_manager_secret_iam_binding", binding, &[table::<ResourcePolicy>]),
    Mapping::new("google_secret_manager_secret_iam_member", binding, &[table::<ResourcePolicy>]),
    Mapping::new("google_secret_manager_secret_iam_policy", binding, &[table::<ResourcePolicy>]),
    Mapping::new("google_secret_manager_secret_version", version, &[]).patching(&[table::<Secret>]),
];

const SECRETS: &[&str] = &["google_secret_manager_secret", "google_secret_manager_regional_secret"];

fn secret(resource: &Resource, stage: &mut Stage) {
    let keys = keys(resource);
    stage.add(resource, row(resource, &keys));
}

fn regional_secret(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("customer_managed_encryption.kms_key_name", KEYS);
    stage.add(resource, row(resource, &Cell::Known(vec![key])));
}

fn row(resource: &Resource, keys: &Cell<Vec<Reference>>) -> Secret {
    let (rotation, rotation_days) = match resource.block("rotation") {
        Attr::Known(block) => (
            block.is_set("rotation_period").cell(),
            block.text("rotation_period").and_then(|text| days_of(&text)).cell(),
        ),
        Attr::Unset => (false.into(), 0.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    };
    let recovery = match resource.text("version_destroy_ttl") {
        Attr::Unset => 0.into(),
        ttl => ttl.and_then(|text| days_of(&text)).cell(),
    };
    Secret {
        rotation,
        rotation_days,
        has_expiry: resource.is_set("expire_time").cell().either(resource.is_set("ttl").cell()),
        expires_at: resource.time("expire_time").cell(),
        key: keys.clone().and_then(|keys| keys.first().map_or("".into(), Reference::cell)),
        key_manager: keys.clone().and_then(|keys| manager(&keys)),
        recovery_days: recovery,
        key_selectable: true.into(),
        // A version of the plan says otherwise.
        value_in_state: false.into(),
    }
}

/// The keys of all places that a secret is kept in: its own, or nothing for the provider's.
fn keys(resource: &Resource) -> Cell<Vec<Reference>> {
    let replication = match resource.block("replication") {
        Attr::Known(replication) => replication,
        Attr::Unset => return Cell::default(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let replicas = match replication.blocks("user_managed.replicas") {
        Attr::Known(replicas) => replicas,
        Attr::Unset => Vec::new(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let key_in = |block: &Block<'_>| resource.reference_in(block, "customer_managed_encryption.kms_key_name", KEYS);
    if replicas.is_empty() {
        return Cell::Known(vec![resource.reference_in(
            &replication,
            "auto.customer_managed_encryption.kms_key_name",
            KEYS,
        )]);
    }
    Cell::Known(replicas.iter().map(key_in).collect())
}

/// One copy under the provider's key is enough to be read without the customer's.
fn manager(keys: &[Reference]) -> Cell<String> {
    if keys.iter().any(Reference::is_unset) {
        return "provider".into();
    }
    match keys.iter().find_map(|key| if let Reference::Unresolved(code) = key { Some(*code) } else { None }) {
        Some(code) => Cell::Gap(code),
        None => "customer".into(),
    }
}

fn version(resource: &Resource, stage: &mut Stage) {
    // The provider writes 0 for a write-only value that is not used.
    let write_only = resource.int("secret_data_wo_version").known().is_some_and(|version| *version != 0);
    let kept = if write_only { false.into() } else { kept_in_state(resource, &["secret_data"], "secret_data_wo") };
    let forget =
        |row: &mut Secret, code| row.value_in_state = std::mem::take(&mut row.value_in_state).either(Cell::Gap(code));
    stage.facet_of_several::<Secret>(resource, "secret", SECRETS, forget, |row| {
        row.value_in_state = std::mem::take(&mut row.value_in_state).either(kept);
    });
}

fn binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let secret = resource.reference("secret_id", SECRETS);
    add(resource, stage, &bindings, &secret.cell());
}
