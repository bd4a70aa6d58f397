//! Keys of KMS, and how other resources say which key they use.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Key, ResourcePolicy};

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_kms_alias", alias, &[]),
    Mapping::new("aws_kms_external_key", external_key, &[table::<Key>, table::<ResourcePolicy>]),
    Mapping::new("aws_kms_key", key, &[table::<Key>, table::<ResourcePolicy>]),
    Mapping::new("aws_kms_replica_key", replica_key, &[table::<Key>, table::<ResourcePolicy>]),
];

/// What an attribute that takes a KMS key may point at.
pub(crate) const KEY_TYPES: &[&str] =
    &["aws_kms_key", "aws_kms_alias", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key"];

/// Who manages the key that an attribute names. `unset` is who does when none is named.
pub(crate) fn key_manager(key: &Reference, unset: Cell<String>) -> Cell<String> {
    match key {
        Reference::Uid(_) => "customer".into(),
        Reference::Literal(name) if name.contains("alias/aws/") => "provider".into(),
        Reference::Literal(name) if name.contains("alias/") => "customer".into(),
        // The identifier of a key outside the input does not tell who manages it.
        Reference::Literal(_) => Cell::Gap(GapCode::NotCollected),
        Reference::Unset => unset,
        // Whichever it is, a resource of a customer's configuration is a customer's key.
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

fn key(resource: &Resource, stage: &mut Stage) {
    let spec = resource.text("customer_master_key_spec").or_else(|| resource.text("key_spec")).or("SYMMETRIC_DEFAULT");
    let symmetric = spec.clone().map(|spec| spec == "SYMMETRIC_DEFAULT");
    let store = resource.is_set("custom_key_store_id");
    let external = resource.is_set("xks_key_id");
    let rotation = resource.bool("enable_key_rotation").or(false);
    let period = resource.int("rotation_period_in_days");
    let period = resource.unset_if_computed("rotation_period_in_days", period).or(365);
    stage.add(
        resource,
        Key {
            origin: origin(&store, &external),
            // KMS keeps material in validated modules; an external store is the customer's own affair.
            hardware_protected: external
                .cell()
                .and_then(|external| if external { Cell::Gap(GapCode::NotCollected) } else { Cell::Known(true) }),
            rotatable: symmetric.and(store.cell().not()),
            rotation_days: rotation.clone().and_then(|on| if on { period } else { Cell::Known(0) }),
            rotation,
            ..described(resource, spec)
        },
    );
    key_policy(resource, stage);
}

fn origin(store: &Attr<bool>, external: &Attr<bool>) -> Cell<String> {
    match (external, store) {
        (Attr::Known(true), _) => "external".into(),
        (Attr::Known(false), Attr::Known(true)) => "customer-hsm".into(),
        (Attr::Known(false), Attr::Known(false)) => "provider-hsm".into(),
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => Cell::Gap(*code),
        (Attr::Unset, _) | (_, Attr::Unset) => Cell::default(),
    }
}

/// What every kind of key has.
fn described(resource: &Resource, spec: Cell<String>) -> Key {
    Key {
        manager: "customer".into(),
        purpose: purpose(resource.unset_if_computed("key_usage", resource.text("key_usage")).or("ENCRYPT_DECRYPT")),
        algorithm: spec.map(|spec| algorithm(&spec)),
        enabled: resource
            .bool("is_enabled")
            .or_else(|| resource.unset_if_computed("enabled", resource.bool("enabled")))
            .or(true),
        deletion_delay_days: resource.int("deletion_window_in_days").or(30),
        deletion_protected: false.into(),
        public: policy::is_public(&resource.unset_if_computed("policy", resource.text("policy"))),
        has_expiry: false.into(),
        ..Key::default()
    }
}

fn external_key(resource: &Resource, stage: &mut Stage) {
    let expires = resource.is_set("valid_to").cell();
    stage.add(
        resource,
        Key {
            origin: "imported".into(),
            hardware_protected: true.into(),
            rotatable: false.into(),
            rotation: false.into(),
            rotation_days: 0.into(),
            has_expiry: expires,
            ..described(resource, resource.text("key_spec").or("SYMMETRIC_DEFAULT"))
        },
    );
    key_policy(resource, stage);
}

/// A replica shares material, specification and rotation with its primary key.
fn replica_key(resource: &Resource, stage: &mut Stage) {
    let primary = resource.reference("primary_key_arn", KEY_TYPES);
    let unseen = match &primary {
        Reference::Unresolved(code) => Cell::Gap(*code),
        _ => Cell::Gap(GapCode::NotCollected),
    };
    stage.add(
        resource,
        Key {
            origin: "provider-hsm".into(),
            hardware_protected: true.into(),
            rotatable: unseen.clone().map(|()| false),
            rotation: resource.bool("key_rotation_enabled").or_cell(unseen.map(|()| false)),
            ..described(resource, resource.text("key_spec").cell())
        },
    );
    key_policy(resource, stage);
}

fn alias(resource: &Resource, _stage: &mut Stage) {
    // An alias is a name: it is known by the relation to its key.
    resource.reference("target_key_id", KEY_TYPES);
}

/// The policy that is declared. The one that AWS gives every other key lets its own account in, and nobody else.
fn key_policy(resource: &Resource, stage: &mut Stage) {
    if resource.unset_if_computed("policy", resource.text("policy")).is_unset() {
        return;
    }
    policy::add_statements(resource, stage, "policy", resource.uid().into());
}

fn purpose(usage: Cell<String>) -> Cell<String> {
    usage.map(|usage| {
        let word = match usage.as_str() {
            "ENCRYPT_DECRYPT" => "encrypt",
            "SIGN_VERIFY" => "sign",
            "GENERATE_VERIFY_MAC" => "mac",
            "KEY_AGREEMENT" => "agree",
            _ => "other",
        };
        word.to_owned()
    })
}

fn algorithm(spec: &str) -> String {
    match spec {
        "SYMMETRIC_DEFAULT" => "AES-256".to_owned(),
        "ECC_NIST_P256" => "EC-P256".to_owned(),
        "ECC_NIST_P384" => "EC-P384".to_owned(),
        "ECC_NIST_P521" => "EC-P521".to_owned(),
        other => other.replace('_', "-"),
    }
}
