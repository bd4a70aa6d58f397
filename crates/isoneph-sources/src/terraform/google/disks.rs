//! Disks, their snapshots and images, schedules for them, backup vaults and file systems.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Backup, Disk, DiskSnapshot, FileStore, ResourcePolicy};

use super::databases::is_multi_region;
use super::members;
use super::storage::{add_bindings, is_everybody, key_at, there};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_backup_dr_backup_vault", vault, &[table::<Backup>]),
    Mapping::new("google_compute_disk", disk, &[table::<Disk>]),
    Mapping::new("google_compute_disk_resource_policy_attachment", schedule_of_disk, &[])
        .patching(&[table::<Disk>, table::<Backup>]),
    Mapping::new("google_compute_image", image, &[table::<DiskSnapshot>]),
    Mapping::new("google_compute_image_iam_binding", image_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<DiskSnapshot>]),
    Mapping::new("google_compute_image_iam_member", image_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<DiskSnapshot>]),
    Mapping::new("google_compute_image_iam_policy", image_binding, &[table::<ResourcePolicy>])
        .patching(&[table::<DiskSnapshot>]),
    Mapping::new("google_compute_region_disk", disk, &[table::<Disk>]),
    Mapping::new("google_compute_resource_policy", schedule, &[table::<Backup>]),
    Mapping::new("google_compute_snapshot", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("google_filestore_instance", filestore, &[table::<FileStore>]),
];

const DISKS: &[&str] = &["google_compute_disk", "google_compute_region_disk"];

/// Every disk is encrypted; a key handed over with each call is the customer's as well, and held by the customer alone.
fn disk_key(resource: &Resource, block: &str) -> (Cell<String>, Cell<String>) {
    let raw = resource.is_set(&format!("{block}.raw_key")).known() == Some(&true)
        || resource.is_set(&format!("{block}.rsa_encrypted_key")).known() == Some(&true);
    if raw {
        (String::new().into(), "customer".into())
    } else {
        key_at(resource, &format!("{block}.kms_key_self_link"))
    }
}

fn disk(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = disk_key(resource, "disk_encryption_key");
    stage.add(
        resource,
        Disk {
            vm: String::new().into(),
            kind: "data".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            size_gib: resource.int("size").cell(),
            deleted_with_vm: false.into(),
            public_access: false.into(),
            has_backup: there(resource, "resource_policies"),
            ..Disk::default()
        },
    );
}

fn image(resource: &Resource, stage: &mut Stage) {
    let (_, manager) = disk_key(resource, "image_encryption_key");
    let source = resource.reference("source_disk", DISKS);
    stage.add(
        resource,
        DiskSnapshot {
            kind: "image".into(),
            source: source.cell(),
            encrypted: true.into(),
            key_manager: manager,
            public: false.into(),
            shared_with: Vec::new().into(),
            ..DiskSnapshot::default()
        },
    );
}

fn snapshot(resource: &Resource, stage: &mut Stage) {
    let (_, manager) = disk_key(resource, "snapshot_encryption_key");
    let source = resource.reference("source_disk", DISKS);
    stage.add(
        resource,
        DiskSnapshot {
            kind: "snapshot".into(),
            source: source.cell(),
            encrypted: true.into(),
            key_manager: manager,
            public: false.into(),
            shared_with: Vec::new().into(),
            ..DiskSnapshot::default()
        },
    );
}

/// Who may use an image: everybody, or somebody by name.
fn image_binding(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let everybody = members::any_public(&bindings);
    let named = bindings.iter().fold(Cell::Known(Vec::new()), |all: Cell<Vec<String>>, binding| {
        let member = binding.member.clone();
        all.and_then(|mut all| {
            member.map(|member| {
                if !is_everybody(&member) {
                    all.push(member);
                }
                all
            })
        })
    });
    let target = stage.facet_of_several::<DiskSnapshot>(
        resource,
        "image",
        &["google_compute_image"],
        |row, code| {
            row.public = std::mem::take(&mut row.public).either(Cell::Gap(code));
            if row.shared_with.known().is_none_or(Vec::is_empty) {
                row.shared_with = Cell::Gap(code);
            }
        },
        move |row| {
            row.public = std::mem::take(&mut row.public).either(everybody);
            row.shared_with = std::mem::take(&mut row.shared_with).and_then(|mut all| {
                named.map(|named| {
                    all.extend(named);
                    all.sort();
                    all.dedup();
                    all
                })
            });
        },
    );
    add_bindings(resource, stage, &bindings, &target);
}

/// A snapshot schedule; other policies of the same type (placement, start and stop) are no backups.
fn schedule(resource: &Resource, stage: &mut Stage) {
    const POLICY: &str = "snapshot_schedule_policy";
    if resource.is_set(POLICY).known() == Some(&false) {
        return;
    }
    let path = |rest: &str| format!("{POLICY}.{rest}");
    let ends = resource.is_set(&path("retention_policy")).cell();
    let location = resource.texts(&path("snapshot_properties.storage_locations"));
    let elsewhere = match &location {
        Attr::Known(places) => Cell::Known(places.iter().any(|place| is_multi_region(place))),
        // Where nothing is set, snapshots go to the multi-region nearest to the disk.
        Attr::Unset => resource.default("google_compute_resource_policy.copied_elsewhere"),
        Attr::Unknown(code) => Cell::Gap(*code),
    };
    let hours = resource
        .int(&path("schedule.hourly_schedule.hours_in_cycle"))
        .or_else(|| resource.int(&path("schedule.daily_schedule.days_in_cycle")).map(|days| days.saturating_mul(24)));
    stage.add(
        resource,
        Backup {
            kind: "schedule".into(),
            covers: Vec::new().into(),
            retention_days: ends.clone().and_then(|ends| match ends {
                true => resource.int(&path("retention_policy.max_retention_days")).cell(),
                false => Cell::Known(0),
            }),
            has_expiry: ends,
            locked: false.into(),
            soft_delete: false.into(),
            copied_elsewhere: elsewhere,
            interval_hours: hours.or(168),
            ..Backup::default()
        },
    );
}

/// A disk that a schedule takes snapshots of.
fn schedule_of_disk(resource: &Resource, stage: &mut Stage) {
    let disk = resource.reference("disk", DISKS);
    stage.facet::<Disk>(
        resource,
        "disk",
        DISKS,
        |row, code| row.has_backup = Cell::Gap(code),
        |row| row.has_backup = true.into(),
    );
    stage.facet::<Backup>(
        resource,
        "name",
        &["google_compute_resource_policy"],
        |row, code| row.covers = Cell::Gap(code),
        move |row| {
            row.covers = std::mem::take(&mut row.covers).and_then(|mut all| {
                disk.cell().map(|disk| {
                    all.push(disk);
                    all.sort();
                    all
                })
            });
        },
    );
}

/// Copies in a vault stay for its enforced minimum; from its effective time on, nobody can shorten that.
fn vault(resource: &Resource, stage: &mut Stage) {
    let effective = match resource.is_set("effective_time") {
        Attr::Unknown(_) if resource.is_configured("effective_time") == Some(false) => false.into(),
        attr => attr.cell(),
    };
    stage.add(
        resource,
        Backup {
            kind: "vault".into(),
            covers: Vec::new().into(),
            locked: effective,
            soft_delete: false.into(),
            key_manager: there(resource, "encryption_config")
                .map(|own| if own { "customer" } else { "provider" }.to_owned()),
            interval_hours: 0.into(),
            replicated_to: Vec::new().into(),
            ..Backup::default()
        },
    );
}

fn filestore(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "kms_key_name");
    let tier = resource.text("tier").cell();
    stage.add(
        resource,
        FileStore {
            encrypted: true.into(),
            key,
            key_manager: manager,
            tls_required: false.into(),
            multi_zone: tier.map(|tier| matches!(tier.as_str(), "ENTERPRISE" | "REGIONAL")),
            deletion_protected: resource.bool("deletion_protection_enabled").or(false),
            ..FileStore::default()
        },
    );
}
