//! Vaults and policies of backup, disks and snapshots.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Backup, Disk, DiskSnapshot, Queue, Vm};

use super::machines::MACHINES;
use super::storage::paired;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_backup_policy_vm", policy, &[table::<Backup>]),
    Mapping::new("azurerm_backup_protected_vm", protected_vm, &[]).patching(&[table::<Backup>, table::<Vm>]),
    Mapping::new("azurerm_data_protection_backup_vault", data_vault, &[table::<Backup>]),
    Mapping::new("azurerm_disk_encryption_set", encryption_set, &[]),
    Mapping::new("azurerm_managed_disk", disk, &[table::<Disk>]),
    Mapping::new("azurerm_recovery_services_vault", vault, &[table::<Backup>]).patching(&[table::<Backup>]),
    Mapping::new("azurerm_servicebus_namespace", service_bus, &[table::<Queue>]),
    Mapping::new("azurerm_snapshot", snapshot, &[table::<DiskSnapshot>]),
];

fn vault(resource: &Resource, stage: &mut Stage) {
    let mode = resource.text("storage_mode_type").or("GeoRedundant");
    let geo = mode.map(|mode| mode == "GeoRedundant");
    let regions = paired(resource, &geo);
    stage.add(
        resource,
        Backup {
            kind: "vault".into(),
            covers: Vec::new().into(),
            locked: resource.text("immutability").or("Disabled").map(|state| state != "Disabled"),
            soft_delete: resource.bool("soft_delete_enabled").or(true),
            copied_elsewhere: geo.clone(),
            key_manager: resource
                .is_set("encryption")
                .cell()
                .map(|own| if own { "customer" } else { "provider" }.to_owned()),
            interval_hours: 0.into(),
            replicated_to: regions.clone(),
            ..Backup::default()
        },
    );
    // What a policy backs up goes where its vault keeps it.
    stage.for_referrers::<Backup>(resource, &["recovery_vault_name"], move |_, row| {
        row.copied_elsewhere = geo.clone();
        row.replicated_to = regions.clone();
    });
}

fn data_vault(resource: &Resource, stage: &mut Stage) {
    let geo = resource.text("redundancy").cell().map(|mode| mode == "GeoRedundant");
    stage.add(
        resource,
        Backup {
            kind: "vault".into(),
            covers: Vec::new().into(),
            locked: resource.text("immutability").or("Disabled").map(|state| state != "Disabled"),
            soft_delete: resource.text("soft_delete").or("On").map(|state| state != "Off"),
            replicated_to: paired(resource, &geo),
            copied_elsewhere: geo,
            interval_hours: 0.into(),
            ..Backup::default()
        },
    );
}

fn policy(resource: &Resource, stage: &mut Stage) {
    resource.reference("recovery_vault_name", &["azurerm_recovery_services_vault"]);
    // Weekly, monthly and yearly copies live longer than daily ones: their counts are taken in days.
    let kept =
        |block: &str, days: i64| resource.int(&format!("{block}.count")).or(0).map(|count| count.saturating_mul(days));
    let longest =
        [("retention_daily", 1), ("retention_weekly", 7), ("retention_monthly", 30), ("retention_yearly", 365)]
            .into_iter()
            .map(|(block, days)| kept(block, days))
            .fold(Cell::Known(0), |longest, days| longest.and_then(|longest: i64| days.map(|days| longest.max(days))));
    stage.add(
        resource,
        Backup {
            kind: "plan".into(),
            covers: Vec::new().into(),
            has_expiry: true.into(),
            retention_days: longest,
            locked: false.into(),
            interval_hours: resource.text("backup.frequency").cell().and_then(|word| match word.as_str() {
                "Daily" => Cell::Known(24),
                "Weekly" => Cell::Known(168),
                _ => resource.int("backup.hour_interval").cell(),
            }),
            ..Backup::default()
        },
    );
}

fn protected_vm(resource: &Resource, stage: &mut Stage) {
    let forget = |row: &mut Vm, code| row.has_backup = Cell::Gap(code);
    let state = resource.unset_if_computed("protection_state", resource.text("protection_state")).or("");
    let runs = state.map(|state| !matches!(state.as_str(), "BackupsSuspended" | "ProtectionStopped"));
    let backed_up = runs.clone();
    let machine = stage.facet::<Vm>(resource, "source_vm_id", MACHINES, forget, |row| row.has_backup = backed_up);
    let uid = runs.and_then(|runs| if runs { machine.cell() } else { String::new().into() });
    stage.facet::<Backup>(
        resource,
        "backup_policy_id",
        &["azurerm_backup_policy_vm"],
        |row, code| row.covers = Cell::Gap(code),
        move |row| {
            row.covers = std::mem::take(&mut row.covers).and_then(|mut all| {
                uid.map(|uid| {
                    all.extend(Some(uid).filter(|uid| !uid.is_empty()));
                    all.sort();
                    all
                })
            });
        },
    );
}

fn encryption_set(resource: &Resource, _stage: &mut Stage) {
    resource.reference(
        "key_vault_key_id",
        &["azurerm_key_vault_key", "azurerm_key_vault_managed_hardware_security_module_key"],
    );
}

fn disk(resource: &Resource, stage: &mut Stage) {
    let set = resource.reference("disk_encryption_set_id", &["azurerm_disk_encryption_set"]);
    let access = resource.text("network_access_policy").or("AllowAll").map(|policy| policy == "AllowAll");
    let network = resource.bool("public_network_access_enabled").or(true);
    stage.add(
        resource,
        Disk {
            vm: String::new().into(),
            kind: resource.text("os_type").or("").map(|os| if os.is_empty() { "data" } else { "boot" }.to_owned()),
            encrypted: true.into(),
            key: set.cell(),
            key_manager: manager_of(&set),
            size_gib: resource.int("disk_size_gb").cell(),
            deleted_with_vm: false.into(),
            public_access: access.and(network),
            ..Disk::default()
        },
    );
}

/// A disk encryption set holds a key of the customer.
fn manager_of(set: &Reference) -> Cell<String> {
    match set {
        Reference::Uid(_) | Reference::Literal(_) => "customer".into(),
        Reference::Unset => "provider".into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    }
}

fn snapshot(resource: &Resource, stage: &mut Stage) {
    let uri = resource.reference("source_uri", &["azurerm_managed_disk"]);
    let source = if uri.is_unset() {
        resource.reference("source_resource_id", &["azurerm_snapshot"]).cell()
    } else {
        uri.cell()
    };
    stage.add(
        resource,
        DiskSnapshot {
            kind: "snapshot".into(),
            source,
            encrypted: true.into(),
            key_manager: resource
                .is_set("disk_encryption_set_id")
                .cell()
                .map(|own| if own { "customer" } else { "provider" }.to_owned()),
            // A snapshot is shared through rights alone: nobody can be let in without being named.
            public: false.into(),
            shared_with: Vec::new().into(),
            ..DiskSnapshot::default()
        },
    );
}

fn service_bus(resource: &Resource, stage: &mut Stage) {
    let own = resource.is_set("customer_managed_key");
    let network = resource.bool("public_network_access_enabled").or(true);
    let rules = match resource.text("network_rule_set.default_action") {
        Attr::Unknown(_) if resource.is_configured("network_rule_set") == Some(false) => Attr::Unset,
        action => action,
    };
    stage.add(
        resource,
        Queue {
            kind: "queue".into(),
            encrypted: true.into(),
            key: match own {
                Attr::Known(false) => String::new().into(),
                _ => resource.reference("customer_managed_key.key_vault_key_id", &["azurerm_key_vault_key"]).cell(),
            },
            key_manager: own.cell().map(|own| if own { "customer" } else { "provider" }.to_owned()),
            public_policy: false.into(),
            tls_required: true.into(),
            network_restricted: network.not().either(rules.or("Allow").map(|action| action == "Deny")),
            ..Queue::default()
        },
    );
}
