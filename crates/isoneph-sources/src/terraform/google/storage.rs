//! Buckets of Cloud Storage, who is let into them, and topics of Pub/Sub.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Bucket, Queue, ResourcePolicy};

use super::members::{self, Binding};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::estate::tag;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_pubsub_topic", topic, &[table::<Queue>]),
    Mapping::new("google_pubsub_topic_iam_binding", topic_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<Queue>]),
    Mapping::new("google_pubsub_topic_iam_member", topic_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<Queue>]),
    Mapping::new("google_pubsub_topic_iam_policy", topic_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<Queue>]),
    Mapping::new("google_storage_bucket", bucket, &[table::<Bucket>]),
    Mapping::new("google_storage_bucket_access_control", entry, &[]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_bucket_acl", acl, &[]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_bucket_iam_binding", binding, &[table::<ResourcePolicy>]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_bucket_iam_member", binding, &[table::<ResourcePolicy>]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_bucket_iam_policy", binding, &[table::<ResourcePolicy>]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_default_object_access_control", entry, &[]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_default_object_acl", acl, &[]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_object_access_control", entry, &[]).patching(&[table::<Bucket>]),
    Mapping::new("google_storage_object_acl", acl, &[]).patching(&[table::<Bucket>]),
];

const BUCKET: &[&str] = &["google_storage_bucket"];
const TOPIC: &[&str] = &["google_pubsub_topic"];
pub(super) const KEYS: &[&str] = &["google_kms_crypto_key", "google_kms_crypto_key_version"];

/// The key in an attribute, and who manages it: a key that is named lies in the customer's own ring.
pub(super) fn key_at(resource: &Resource, path: &str) -> (Cell<String>, Cell<String>) {
    let top = path.split('.').next().unwrap_or(path);
    let named = resource.is_set(path);
    match named {
        Attr::Unknown(_) if resource.is_configured(top) == Some(false) => (String::new().into(), "provider".into()),
        // A key that is to be made counts as named, if a key it is.
        Attr::Unknown(_) => {
            let key = resource.reference(path, KEYS);
            (key.cell(), key.cell().map(|_| "customer".to_owned()))
        }
        Attr::Known(true) => (resource.reference(path, KEYS).cell(), "customer".into()),
        Attr::Known(false) | Attr::Unset => (String::new().into(), "provider".into()),
    }
}

/// A block that is there, and what the provider fills in where nobody wrote it.
pub(super) fn there(resource: &Resource, path: &str) -> Cell<bool> {
    let top = path.split('.').next().unwrap_or(path);
    match resource.is_set(path) {
        Attr::Unknown(_) if resource.is_configured(top) == Some(false) => false.into(),
        attr => attr.cell(),
    }
}

/// Whether a binding names everybody, or everybody who has an account at the provider.
pub(super) fn is_everybody(member: &str) -> bool {
    matches!(member, "allUsers" | "allAuthenticatedUsers")
}

fn bucket(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "encryption.default_kms_key_name");
    let blocked = match resource.text("public_access_prevention") {
        Attr::Unknown(_) if resource.is_configured("public_access_prevention") == Some(false) => Attr::Unset,
        attr => attr,
    };
    let blocked = blocked.or("inherited").map(|mode| mode == "enforced");
    let logging = there(resource, "logging");
    let kept = there(resource, "retention_policy");
    let locked = resource.bool("retention_policy.is_locked").or(false);
    stage.add(
        resource,
        Bucket {
            cipher: "AES256".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            holds_customer_data: no_tag(resource, &["customer-data", "holds-customer-data"]).not(),
            holds_records: no_tag(resource, &["holds-records", "record-class", "records"]).not(),
            own_public_access_block: blocked.clone(),
            // A constraint of the organisation may enforce it as well: what is only inherited does not refuse by itself.
            public_access_blocked: blocked,
            public_acl: false.into(),
            public_policy: false.into(),
            uniform_access: resource
                .bool("uniform_bucket_level_access")
                .or_else(|| resource.bool("bucket_policy_only"))
                .or_default(resource, "google_storage_bucket.uniform_bucket_level_access"),
            tls_min: String::new().into(),
            versioning: match resource.bool("versioning.enabled") {
                Attr::Unknown(_) if resource.is_configured("versioning") == Some(false) => false.into(),
                attr => attr.or(false),
            },
            mfa_delete: false.into(),
            recovery_days: match resource.int("soft_delete_policy.retention_duration_seconds") {
                Attr::Unset => resource.default("google_storage_bucket.recovery_days"),
                Attr::Unknown(_) if resource.is_configured("soft_delete_policy") == Some(false) => {
                    resource.default("google_storage_bucket.recovery_days")
                }
                attr => attr.cell().map(|seconds| seconds / 86_400),
            },
            log_target: match logging.known() {
                Some(false) => String::new().into(),
                _ => resource.reference("logging.log_bucket", BUCKET).cell(),
            },
            access_log: logging,
            retention_locked: kept.clone().and(locked),
            retention_lock: kept,
            has_expiry_rule: expires(resource),
            replicated_to: Vec::new().into(),
            force_destroy: resource.bool("force_destroy").or_default(resource, "google_storage_bucket.force_destroy"),
            network_restricted: match resource.text("ip_filter.mode") {
                Attr::Known(mode) if mode == "Enabled" => true.into(),
                _ => Cell::default(),
            },
            ..Bucket::default()
        },
    );
}

/// Whether none of these labels is there, or the one that is says no.
fn no_tag(resource: &Resource, keys: &[&str]) -> Cell<bool> {
    let no = ["", "false", "no", "none", "0"];
    tag(&resource.common.tags, keys).map(|value| no.contains(&value.to_lowercase().as_str()))
}

fn expires(resource: &Resource) -> Cell<bool> {
    match resource.blocks("lifecycle_rule") {
        Attr::Known(rules) => rules.iter().map(deletes).fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("lifecycle_rule") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let everybody = members::any_public(&bindings);
    let target = stage.facet_of_several::<Bucket>(
        resource,
        "bucket",
        BUCKET,
        |row, code| row.public_policy = std::mem::take(&mut row.public_policy).either(Cell::Gap(code)),
        move |row| row.public_policy = std::mem::take(&mut row.public_policy).either(everybody),
    );
    add_bindings(resource, stage, &bindings, &target);
}

/// A row for each member of each binding on a thing.
pub(super) fn add_bindings(resource: &Resource, stage: &mut Stage, bindings: &[Binding], target: &Reference) {
    let own = resource.common.account.known().cloned();
    for binding in bindings {
        let row = binding.on_resource(target.cell(), own.as_deref());
        let suffix = if binding.suffix.is_empty() { "#binding" } else { &binding.suffix };
        stage.add_suffixed(resource, suffix, row);
    }
}

/// Whether a rule deletes current objects; one that waits for a newer version to come deletes old ones only.
fn deletes(rule: &Block<'_>) -> Cell<bool> {
    let kind = rule.text("action.type").cell().map(|kind| kind == "Delete");
    let number = |path: &str| rule.int(path).or(0).map(|number| number == 0);
    let state = rule.text("condition.with_state").or("").map(|state| state != "ARCHIVED");
    kind.and(state)
        .and(number("condition.num_newer_versions"))
        .and(number("condition.days_since_noncurrent_time"))
        .and(rule.is_set("condition.noncurrent_time_before").cell().not())
}

fn acl(resource: &Resource, stage: &mut Stage) {
    let predefined = match resource.text("predefined_acl") {
        Attr::Known(name) => Cell::Known(name.starts_with("public") || name == "authenticatedRead"),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("predefined_acl") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let entries = match resource.texts("role_entity") {
        Attr::Known(entries) => Cell::Known(
            entries.iter().any(|entry| entry.split_once(':').is_some_and(|(_, entity)| is_everybody(entity))),
        ),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("role_entity") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let public = predefined.either(entries);
    add_to_acl(resource, stage, public);
}

/// One entry of a list, of a bucket, of its objects to come, or of one object.
fn entry(resource: &Resource, stage: &mut Stage) {
    let public = resource.text("entity").cell().map(|entity| is_everybody(&entity));
    add_to_acl(resource, stage, public);
}

fn add_to_acl(resource: &Resource, stage: &mut Stage, public: Cell<bool>) {
    stage.facet_of_several::<Bucket>(
        resource,
        "bucket",
        BUCKET,
        |row, code| row.public_acl = std::mem::take(&mut row.public_acl).either(Cell::Gap(code)),
        move |row| row.public_acl = std::mem::take(&mut row.public_acl).either(public),
    );
}

fn topic(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "kms_key_name");
    stage.add(
        resource,
        Queue {
            kind: "topic".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public_policy: false.into(),
            tls_required: true.into(),
            ..Queue::default()
        },
    );
}

fn topic_binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let everybody = members::any_public(&bindings);
    let target = stage.facet_of_several::<Queue>(
        resource,
        "topic",
        TOPIC,
        |row, code| row.public_policy = std::mem::take(&mut row.public_policy).either(Cell::Gap(code)),
        move |row| row.public_policy = std::mem::take(&mut row.public_policy).either(everybody),
    );
    add_bindings(resource, stage, &bindings, &target);
}
