//! Key Vault: vaults, what is in them, and who may reach it.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Credential, Grant, Key, Secret};
use isoneph_tables::{Cell, Common};

use super::access::{PRINCIPALS, principal_kind};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_key_vault", vault, &[table::<Grant>]).patching(&[table::<Key>, table::<Secret>]),
    Mapping::new("azurerm_key_vault_access_policy", access_policy, &[table::<Grant>]),
    Mapping::new("azurerm_key_vault_certificate", certificate, &[table::<Credential>]),
    Mapping::new("azurerm_key_vault_key", key, &[table::<Key>]),
    Mapping::new("azurerm_key_vault_managed_hardware_security_module", hsm, &[]).patching(&[table::<Key>]),
    Mapping::new("azurerm_key_vault_managed_hardware_security_module_key", hsm_key, &[table::<Key>]),
    Mapping::new("azurerm_key_vault_secret", secret, &[table::<Secret>]),
];

const VAULTS: &[&str] = &["azurerm_key_vault"];
const MODULES: &[&str] = &["azurerm_key_vault_managed_hardware_security_module"];

fn vault(resource: &Resource, stage: &mut Stage) {
    let (days, protected) = recovery(resource);
    let (key_days, key_protected) = (days.clone(), protected);
    stage.for_referrers::<Key>(resource, &["key_vault_id"], move |_: &Common, row| {
        row.deletion_delay_days = key_days.clone();
        row.deletion_protected = key_protected.clone();
    });
    stage.for_referrers::<Secret>(resource, &["key_vault_id"], move |_: &Common, row| row.recovery_days = days.clone());
    // Where nobody wrote one, the provider reads back what other resources made: those have rows of their own.
    for block in resource.blocks("access_policy").known().into_iter().flatten() {
        let principal = resource.reference_in(block, "object_id", PRINCIPALS);
        stage.add_block(resource, block, permissions(block, &principal));
    }
}

fn hsm(resource: &Resource, stage: &mut Stage) {
    let (days, protected) = recovery(resource);
    stage.for_referrers::<Key>(resource, &["managed_hsm_id"], move |_: &Common, row| {
        row.deletion_delay_days = days.clone();
        row.deletion_protected = protected.clone();
    });
}

/// The days in which a deletion can be taken back, whoever gave the order. Without purge protection an administrator ends
/// them at once: then there are none to rely on.
fn recovery(resource: &Resource) -> (Cell<i64>, Cell<bool>) {
    let protected = resource.bool("purge_protection_enabled").or(false);
    let days = resource.int("soft_delete_retention_days").or(90);
    (protected.clone().and_then(|protected| if protected { days } else { 0.into() }), protected)
}

fn access_policy(resource: &Resource, stage: &mut Stage) {
    resource.reference("key_vault_id", VAULTS);
    let principal = resource.reference("object_id", PRINCIPALS);
    stage.add(resource, permissions(&resource.root(), &principal));
}

fn permissions(block: &Block<'_>, principal: &Reference) -> Grant {
    let kinds = ["key", "secret", "certificate", "storage"];
    let actions = kinds.iter().fold(Cell::Known(Vec::new()), |all: Cell<Vec<String>>, kind| {
        let own = match block.texts(&format!("{kind}_permissions")) {
            Attr::Unset => Cell::Known(Vec::new()),
            attr => attr.cell(),
        };
        all.and_then(|mut all| {
            own.map(|own| {
                all.extend(own.iter().map(|action| format!("{kind}:{action}")));
                all.sort();
                all
            })
        })
    });
    Grant {
        principal: principal.cell(),
        principal_kind: principal_kind(principal),
        effect: "allow".into(),
        role_name: "".into(),
        actions,
        reach: "resource".into(),
        resources: Cell::default(),
        full_admin: false.into(),
        // Rights on a vault's contents; who may change those rights stands in role assignments.
        manages_access: false.into(),
        has_condition: false.into(),
        mfa_condition: false.into(),
        has_expiry: false.into(),
    }
}

fn key(resource: &Resource, stage: &mut Stage) {
    resource.reference("key_vault_id", VAULTS);
    let kind = resource.text("key_type").cell();
    stage.add(resource, key_row(resource, &kind, false));
}

fn hsm_key(resource: &Resource, stage: &mut Stage) {
    resource.reference("managed_hsm_id", MODULES);
    let kind = resource.text("key_type").cell();
    let own = key_row(resource, &kind, true);
    // Its rotation is a resource of its own.
    stage.add(resource, Key { rotation: Cell::default(), rotation_days: Cell::default(), ..own });
}

fn key_row(resource: &Resource, kind: &Cell<String>, in_module: bool) -> Key {
    let hardware = kind.clone().map(|kind| in_module || kind.ends_with("-HSM"));
    let policy = resource.block("rotation_policy");
    let (rotation, rotation_days) = rotation(&policy);
    let ends = match &policy {
        Attr::Known(policy) => policy.is_set("expire_after").cell(),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(*code),
    };
    Key {
        manager: "customer".into(),
        origin: hardware.clone().map(|hardware| if hardware { "provider-hsm" } else { "provider" }.to_owned()),
        hardware_protected: hardware,
        purpose: purpose(resource),
        algorithm: algorithm(resource, kind),
        rotatable: true.into(),
        rotation,
        rotation_days,
        enabled: true.into(),
        // The vault tells, where it is part of the input.
        deletion_delay_days: Cell::default(),
        deletion_protected: Cell::default(),
        // Rights on a vault and its keys always name principals of the directory.
        public: false.into(),
        has_expiry: resource.is_set("expiration_date").cell().either(ends),
    }
}

fn purpose(resource: &Resource) -> Cell<String> {
    resource.texts("key_opts").cell().map(|uses| {
        let has = |word: &str| uses.iter().any(|one| one.eq_ignore_ascii_case(word));
        let word = if ["encrypt", "decrypt", "wrapKey", "unwrapKey"].iter().any(|word| has(word)) {
            "encrypt"
        } else if has("sign") || has("verify") {
            "sign"
        } else {
            "other"
        };
        word.to_owned()
    })
}

fn algorithm(resource: &Resource, kind: &Cell<String>) -> Cell<String> {
    kind.clone().and_then(|kind| match kind.trim_end_matches("-HSM") {
        "RSA" => resource.int("key_size").cell().map(|bits| format!("RSA-{bits}")),
        "EC" => resource.text("curve").cell().map(|curve| format!("EC-{}", curve.replace('-', ""))),
        "oct" => resource.int("key_size").or(256).map(|bits| format!("AES-{bits}")),
        other => Cell::Known(other.to_owned()),
    })
}

fn rotation(policy: &Attr<Block<'_>>) -> (Cell<bool>, Cell<i64>) {
    let policy = match policy {
        Attr::Known(policy) => policy,
        Attr::Unset => return (false.into(), 0.into()),
        Attr::Unknown(code) => return (Cell::Gap(*code), Cell::Gap(*code)),
    };
    let automatic = match policy.block("automatic") {
        Attr::Known(automatic) => automatic,
        Attr::Unset => return (false.into(), 0.into()),
        Attr::Unknown(code) => return (Cell::Gap(code), Cell::Gap(code)),
    };
    let days_of = |text: Attr<String>| {
        text.and_then(|text| period_days(&text).map_or(Attr::Unknown(GapCode::Unreadable), Attr::Known))
    };
    let after = days_of(automatic.text("time_after_creation"));
    let days = after.or_else(|| {
        // So many days before the end of a life of so many.
        days_of(policy.text("expire_after"))
            .and_then(|life| days_of(automatic.text("time_before_expiry")).map(|before| life.saturating_sub(before)))
    });
    (true.into(), days.cell())
}

/// The days of a period in ISO 8601 (`P90D`, `P1Y`, `P2W`); a month counts 30, a year 365.
fn period_days(text: &str) -> Option<i64> {
    let mut days: i64 = 0;
    let mut rest = text.strip_prefix('P')?.split('T').next()?;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b'Y' => 365,
            b'M' => 30,
            b'W' => 7,
            b'D' => 1,
            _ => return None,
        };
        days = days.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[end + 1..];
    }
    Some(days)
}

fn secret(resource: &Resource, stage: &mut Stage) {
    resource.reference("key_vault_id", VAULTS);
    let write_only = resource.is_set("value_wo_version");
    stage.add(
        resource,
        Secret {
            // A vault renews certificates and keys by itself, secrets never.
            rotation: false.into(),
            rotation_days: 0.into(),
            has_expiry: resource
                .is_set("expiration_date")
                .cell()
                .and_then(|set| if set { true.into() } else { false.into() }),
            expires_at: resource.time("expiration_date").cell(),
            key: "".into(),
            key_manager: "provider".into(),
            recovery_days: Cell::default(),
            key_selectable: false.into(),
            value_in_state: match (write_only, resource.is_set("value")) {
                (Attr::Known(true), _) | (_, Attr::Known(false)) => false.into(),
                // Known only later, it is written to the state all the same.
                _ => true.into(),
            },
        },
    );
}

fn certificate(resource: &Resource, stage: &mut Stage) {
    resource.reference("key_vault_id", VAULTS);
    // Made in the vault, its private half stays there; one that is imported comes from the configuration.
    let imported = resource.is_set("certificate").cell();
    stage.add(
        resource,
        Credential {
            principal: "".into(),
            kind: "certificate".into(),
            active: true.into(),
            long_lived: true.into(),
            has_expiry: true.into(),
            expires_at: resource.time("certificate_attribute.expires").cell(),
            created_at: resource.time("certificate_attribute.created").cell(),
            secret_in_state: imported,
        },
    );
}

#[cfg(test)]
mod tests {
    use super::period_days;

    #[test]
    fn periods_are_read_in_days() {
        assert_eq!(period_days("P90D"), Some(90));
        assert_eq!(period_days("P1Y"), Some(365));
        assert_eq!(period_days("P2W"), Some(14));
        assert_eq!(period_days("P1Y2M3D"), Some(428));
        assert_eq!(period_days("90"), None);
        assert_eq!(period_days("P99999999999999999999D"), None);
    }
}
