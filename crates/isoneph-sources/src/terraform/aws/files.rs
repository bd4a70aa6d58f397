//! File systems: EFS and FSx.

use isoneph_tables::Cell;
use isoneph_tables::schema::{FileStore, ResourcePolicy};

use super::databases::{flag, key_of};
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_efs_backup_policy", efs_backup, &[]).patching(&[table::<FileStore>]),
    Mapping::new("aws_efs_file_system", efs, &[table::<FileStore>]),
    Mapping::new("aws_efs_file_system_policy", efs_policy, &[table::<ResourcePolicy>]).patching(&[table::<FileStore>]),
    Mapping::new("aws_fsx_lustre_file_system", fsx, &[table::<FileStore>]),
    Mapping::new("aws_fsx_ontap_file_system", fsx, &[table::<FileStore>]),
    Mapping::new("aws_fsx_openzfs_file_system", fsx, &[table::<FileStore>]),
    Mapping::new("aws_fsx_windows_file_system", fsx, &[table::<FileStore>]),
];

const EFS: &[&str] = &["aws_efs_file_system"];

fn efs(resource: &Resource, stage: &mut Stage) {
    let encrypted = flag(resource, "encrypted");
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, false);
    let one_zone = resource.is_set("availability_zone_name");
    let one_zone = resource.unset_if_computed("availability_zone_name", one_zone).or(false);
    stage.add(
        resource,
        FileStore {
            encrypted,
            key,
            key_manager: manager,
            // Without a policy of its own a file system lets everybody mount it who reaches a mount target.
            open_to_all: true.into(),
            tls_required: false.into(),
            // A file system in one zone is backed up unless that is switched off; others only on request.
            backups: one_zone.clone(),
            backup_days: one_zone.clone().map(|one| if one { 35 } else { 0 }),
            multi_zone: one_zone.not(),
            deletion_protected: false.into(),
            ..FileStore::default()
        },
    );
}

fn efs_backup(resource: &Resource, stage: &mut Stage) {
    let on = resource.text("backup_policy.status").cell().map(|status| status == "ENABLED");
    stage.facet::<FileStore>(
        resource,
        "file_system_id",
        EFS,
        |row, code| {
            row.backups = Cell::Gap(code);
            row.backup_days = Cell::Gap(code);
        },
        move |row| {
            // The service's own plan keeps copies for 35 days.
            row.backup_days = on.clone().map(|on| if on { 35 } else { 0 });
            row.backups = on;
        },
    );
}

fn efs_policy(resource: &Resource, stage: &mut Stage) {
    let policy = resource.text("policy");
    let (public, tls) = (policy::is_public(&policy), policy::requires_tls(&policy));
    let target = stage.facet::<FileStore>(
        resource,
        "file_system_id",
        EFS,
        |row, code| {
            row.open_to_all = Cell::Gap(code);
            row.tls_required = Cell::Gap(code);
        },
        move |row| {
            row.open_to_all = public;
            row.tls_required = tls;
        },
    );
    policy::add_statements(resource, stage, "policy", target.cell());
}

/// FSx encrypts every file system.
fn fsx(resource: &Resource, stage: &mut Stage) {
    let encrypted = Cell::Known(true);
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, false);
    let days = resource
        .int("automatic_backup_retention_days")
        .or_default(resource, &format!("{}.automatic_backup_retention_days", resource.native_type()));
    let zones = match resource.native_type() {
        "aws_fsx_lustre_file_system" => false.into(),
        _ => resource.text("deployment_type").or("SINGLE_AZ_1").map(|kind| kind.starts_with("MULTI_AZ")),
    };
    stage.add(
        resource,
        FileStore {
            encrypted,
            key,
            key_manager: manager,
            backups: days.clone().map(|days| days > 0),
            backup_days: days,
            multi_zone: zones,
            deletion_protected: false.into(),
            ..FileStore::default()
        },
    );
}
