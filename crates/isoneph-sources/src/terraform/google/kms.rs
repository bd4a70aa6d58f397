//! Keys of Cloud KMS, and who may use them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Key, ResourcePolicy};

use super::members::{self, Binding};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_kms_crypto_key", key, &[table::<Key>]),
    Mapping::new("google_kms_crypto_key_iam_binding", key_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<Key>]),
    Mapping::new("google_kms_crypto_key_iam_member", key_binding, &[table::<ResourcePolicy>]).patching(&[table::<Key>]),
    Mapping::new("google_kms_crypto_key_iam_policy", key_binding, &[table::<ResourcePolicy>]).patching(&[table::<Key>]),
    Mapping::new("google_kms_key_ring", ring, &[]),
    Mapping::new("google_kms_key_ring_iam_binding", ring_binding, &[table::<ResourcePolicy>]).patching(&[table::<Key>]),
    Mapping::new("google_kms_key_ring_iam_member", ring_binding, &[table::<ResourcePolicy>]).patching(&[table::<Key>]),
    Mapping::new("google_kms_key_ring_iam_policy", ring_binding, &[table::<ResourcePolicy>]).patching(&[table::<Key>]),
];

/// What an attribute that takes a key may point at.
pub(crate) const KEYS: &[&str] = &["google_kms_crypto_key"];
const RINGS: &[&str] = &["google_kms_key_ring"];

fn key(resource: &Resource, stage: &mut Stage) {
    resource.reference("key_ring", RINGS);
    let purpose = resource.text("purpose").or("ENCRYPT_DECRYPT");
    let level = unless_computed(resource, "version_template.protection_level").or("SOFTWARE");
    let imported = resource.unset_if_computed("import_only", resource.bool("import_only")).or(false);
    let symmetric = purpose.clone().map(|purpose| purpose == "ENCRYPT_DECRYPT");
    // What stands outside the cloud is rotated there.
    let held_here = level.clone().map(|level| !level.starts_with("EXTERNAL"));
    let rotation = resource.is_set("rotation_period").cell();
    let days = resource.text("rotation_period").and_then(|text| days_of(&text));
    stage.add(
        resource,
        Key {
            manager: "customer".into(),
            origin: origin(&level, &imported),
            hardware_protected: level.clone().and_then(|level| match level.as_str() {
                "HSM" | "HSM_SINGLE_TENANT" => true.into(),
                "SOFTWARE" => false.into(),
                // What holds it stands outside the cloud.
                _ => Cell::Gap(GapCode::NotCollected),
            }),
            algorithm: algorithm(resource, &purpose),
            purpose: purpose.map(|purpose| purpose_word(&purpose).to_owned()),
            rotatable: symmetric.and(imported.not()).and(held_here),
            rotation_days: rotation.clone().and_then(|on| if on { days.cell() } else { 0.into() }),
            rotation,
            enabled: true.into(),
            deletion_delay_days: match unless_computed(resource, "destroy_scheduled_duration") {
                Attr::Unset => resource.default("google.kms.destroy_scheduled_days"),
                duration => duration.and_then(|text| days_of(&text)).cell(),
            },
            // It cannot be changed once the key is made.
            deletion_protected: true.into(),
            // A binding of the plan says otherwise.
            public: false.into(),
            has_expiry: false.into(),
        },
    );
}

/// A text that the provider computes when nobody sets it.
fn unless_computed(resource: &Resource, path: &str) -> Attr<String> {
    let name = path.split('.').next().unwrap_or(path);
    resource.unset_if_computed(name, resource.text(path))
}

/// `7776000s` → 90; a part of a day does not count.
pub(crate) fn days_of(duration: &str) -> Attr<i64> {
    let seconds = duration.trim().strip_suffix('s').and_then(|text| text.split('.').next()?.parse::<i64>().ok());
    seconds.map_or(Attr::Unknown(GapCode::Unreadable), |seconds| Attr::Known(seconds / 86_400))
}

fn origin(level: &Cell<String>, imported: &Cell<bool>) -> Cell<String> {
    imported.clone().and_then(|imported| {
        if imported {
            return "imported".into();
        }
        level.clone().map(|level| {
            let word = match level.as_str() {
                "HSM" | "HSM_SINGLE_TENANT" => "provider-hsm",
                "EXTERNAL" | "EXTERNAL_VPC" => "external",
                _ => "provider",
            };
            word.to_owned()
        })
    })
}

fn purpose_word(purpose: &str) -> &'static str {
    match purpose {
        "ENCRYPT_DECRYPT" | "ASYMMETRIC_DECRYPT" | "RAW_ENCRYPT_DECRYPT" => "encrypt",
        "ASYMMETRIC_SIGN" => "sign",
        "MAC" => "mac",
        "KEY_ENCAPSULATION" => "agree",
        _ => "other",
    }
}

fn algorithm(resource: &Resource, purpose: &Cell<String>) -> Cell<String> {
    let written = unless_computed(resource, "version_template.algorithm");
    let default = purpose.clone().and_then(|purpose| {
        if purpose == "ENCRYPT_DECRYPT" { "GOOGLE_SYMMETRIC_ENCRYPTION".into() } else { Cell::default() }
    });
    written.or_cell(default).map(|algorithm| spelled(&algorithm))
}

/// The one spelling of an algorithm: `RSA_SIGN_PSS_3072_SHA256` → `RSA-3072`.
fn spelled(algorithm: &str) -> String {
    let parts: Vec<&str> = algorithm.split('_').collect();
    let bits = || parts.iter().find(|part| matches!(**part, "2048" | "3072" | "4096"));
    match parts.as_slice() {
        ["GOOGLE", "SYMMETRIC", ..] => "AES-256".to_owned(),
        ["AES", bits, ..] => format!("AES-{bits}"),
        ["RSA", ..] => bits().map_or_else(|| algorithm.to_owned(), |bits| format!("RSA-{bits}")),
        ["EC", "SIGN", "SECP256K1", ..] => "EC-P256K".to_owned(),
        ["EC", "SIGN", curve, ..] => format!("EC-{curve}"),
        ["HMAC", hash] => format!("HMAC-{}", hash.trim_start_matches("SHA")),
        ["PQ", "SIGN", "ML", "DSA", size, ..] => format!("ML-DSA-{size}"),
        ["ML", "KEM", size, ..] => format!("ML-KEM-{size}"),
        _ => algorithm.replace('_', "-"),
    }
}

fn ring(_resource: &Resource, _stage: &mut Stage) {
    // A ring holds keys and bindings; it has nothing of its own to tell.
}

fn key_binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let public = members::any_public(&bindings);
    let forget = |row: &mut Key, code| row.public = std::mem::take(&mut row.public).either(Cell::Gap(code));
    let key = stage.facet_of_several::<Key>(resource, "crypto_key_id", KEYS, forget, move |row| {
        row.public = std::mem::take(&mut row.public).either(public);
    });
    add(resource, stage, &bindings, &key.cell());
}

fn ring_binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let ring = resource.reference("key_ring_id", RINGS);
    // Who is bound to the ring is bound to each key in it.
    let public = members::any_public(&bindings);
    if public != Cell::Known(false) {
        let doubt = |row: &mut Key, code| row.public = std::mem::take(&mut row.public).either(Cell::Gap(code));
        stage.for_members::<Key>(resource, &ring, ("key_ring", KEYS), doubt, move |_, row| {
            row.public = std::mem::take(&mut row.public).either(public.clone());
        });
    }
    add(resource, stage, &bindings, &ring.cell());
}

/// Adds the rows of bindings on a thing.
pub(crate) fn add(resource: &Resource, stage: &mut Stage, bindings: &[Binding], target: &Cell<String>) {
    for binding in bindings {
        let row = binding.on_resource(target.clone(), resource.common.account.known().map(String::as_str));
        if binding.suffix.is_empty() {
            stage.add(resource, row);
        } else {
            stage.add_suffixed(resource, &binding.suffix, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{days_of, spelled};
    use crate::terraform::attr::Attr;

    #[test]
    fn algorithms_have_one_spelling() {
        for (written, ours) in [
            ("GOOGLE_SYMMETRIC_ENCRYPTION", "AES-256"),
            ("AES_128_GCM", "AES-128"),
            ("RSA_SIGN_PSS_3072_SHA256", "RSA-3072"),
            ("RSA_DECRYPT_OAEP_4096_SHA512", "RSA-4096"),
            ("RSA_SIGN_RAW_PKCS1_2048", "RSA-2048"),
            ("EC_SIGN_P256_SHA256", "EC-P256"),
            ("EC_SIGN_SECP256K1_SHA256", "EC-P256K"),
            ("EC_SIGN_ED25519", "EC-ED25519"),
            ("HMAC_SHA512", "HMAC-512"),
            ("PQ_SIGN_ML_DSA_65", "ML-DSA-65"),
            ("ML_KEM_768", "ML-KEM-768"),
            ("EXTERNAL_SYMMETRIC_ENCRYPTION", "EXTERNAL-SYMMETRIC-ENCRYPTION"),
        ] {
            assert_eq!(spelled(written), ours);
        }
    }

    #[test]
    fn a_duration_counts_whole_days() {
        assert_eq!(days_of("7776000s"), Attr::Known(90));
        assert_eq!(days_of("86399s"), Attr::Known(0));
        assert!(matches!(days_of("ninety days"), Attr::Unknown(_)));
    }
}
