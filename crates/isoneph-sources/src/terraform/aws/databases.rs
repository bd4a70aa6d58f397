//! Relational databases of RDS: instances, clusters and their members, and what is copied or shared of them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Database, DiskSnapshot};

use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_db_instance", instance, &[table::<Database>]),
    Mapping::new("aws_db_instance_automated_backups_replication", replication, &[]).patching(&[table::<Database>]),
    Mapping::new("aws_db_parameter_group", parameters, &[]).patching(&[table::<Database>]),
    Mapping::new("aws_db_snapshot", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("aws_db_cluster_snapshot", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("aws_db_snapshot_copy", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("aws_rds_cluster_snapshot_copy", snapshot, &[table::<DiskSnapshot>]),
    Mapping::new("aws_db_subnet_group", subnet_group, &[]),
    Mapping::new("aws_rds_cluster", cluster, &[table::<Database>]),
    Mapping::new("aws_rds_cluster_instance", member, &[]).patching(&[table::<Database>]),
    Mapping::new("aws_rds_cluster_parameter_group", parameters, &[]).patching(&[table::<Database>]),
];

const GROUPS: &[&str] = &["aws_security_group", "aws_default_security_group"];
const SNAPSHOTS: &[&str] = &["aws_db_snapshot", "aws_db_snapshot_copy"];
const CLUSTER_SNAPSHOTS: &[&str] = &["aws_db_cluster_snapshot", "aws_rds_cluster_snapshot_copy"];
const CLUSTER: &[&str] = &["aws_rds_cluster"];

/// An attribute that is not set means what the table of defaults says of it.
pub(super) fn flag(resource: &Resource, attribute: &str) -> Cell<bool> {
    resource.bool(attribute).or_default(resource, &format!("{}.{attribute}", resource.native_type()))
}

/// As [`flag`], of a number.
pub(super) fn number(resource: &Resource, attribute: &str) -> Cell<i64> {
    resource.int(attribute).or_default(resource, &format!("{}.{attribute}", resource.native_type()))
}

/// Whether a list has anything in it.
pub(super) fn any(resource: &Resource, attribute: &str) -> Cell<bool> {
    resource.is_set(attribute).cell()
}

/// The key and who manages it. `from_elsewhere`: it is made from a copy and takes that copy's key where none is named.
pub(super) fn key_of(
    resource: &Resource,
    attribute: &str,
    encrypted: &Cell<bool>,
    from_elsewhere: bool,
) -> (Cell<String>, Cell<String>) {
    if encrypted.known() == Some(&false) {
        return (String::new().into(), String::new().into());
    }
    let named = !resource.unset_if_computed(attribute, resource.text(attribute)).is_unset();
    match (named, from_elsewhere) {
        (true, _) => {
            let key = resource.reference(attribute, KEY_TYPES);
            (key.cell(), key_manager(&key, Cell::default()))
        }
        (false, true) => (Cell::default(), Cell::default()),
        (false, false) => (String::new().into(), "provider".into()),
    }
}

/// The engine in one spelling.
pub(super) fn engine(text: &str) -> String {
    let known = [
        ("aurora-postgresql", "postgres"),
        ("aurora", "mysql"),
        ("postgres", "postgres"),
        ("mysql", "mysql"),
        ("mariadb", "mariadb"),
        ("sqlserver", "sqlserver"),
        ("custom-sqlserver", "sqlserver"),
        ("oracle", "oracle"),
        ("custom-oracle", "oracle"),
        ("db2", "db2"),
    ];
    known.iter().find(|(prefix, _)| text.starts_with(prefix)).map_or(text, |(_, word)| word).to_owned()
}

fn port(resource: &Resource, engine: &Cell<String>) -> Cell<i64> {
    let usual = |engine: String| match engine.as_str() {
        "postgres" => Cell::Known(5432),
        "mysql" | "mariadb" => Cell::Known(3306),
        "sqlserver" => Cell::Known(1433),
        "oracle" => Cell::Known(1521),
        _ => Cell::default(),
    };
    match resource.int("port") {
        Attr::Known(port) => port.into(),
        Attr::Unknown(code) if resource.is_configured("port") != Some(false) => Cell::Gap(code),
        Attr::Unset | Attr::Unknown(_) => engine.clone().and_then(usual),
    }
}

fn instance(resource: &Resource, stage: &mut Stage) {
    let replica = resource.is_set("replicate_source_db");
    let copied = replica.known() != Some(&false)
        || ["snapshot_identifier", "restore_to_point_in_time", "s3_import"].iter().any(|a| is_used(resource, a));
    let encrypted = match (resource.bool("storage_encrypted"), copied) {
        (Attr::Unset, true) => Cell::default(),
        _ => flag(resource, "storage_encrypted"),
    };
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, copied);
    let days = number(resource, "backup_retention_period");
    let backups = days.clone().map(|days| days > 0);
    let engine = resource.text("engine").cell().map(|text| engine(&text));
    resource.references("vpc_security_group_ids", GROUPS);
    resource.reference("db_subnet_group_name", &["aws_db_subnet_group"]);
    resource.reference("parameter_group_name", &["aws_db_parameter_group"]);
    let watched = resource.int("monitoring_interval").or(0).map(|seconds| seconds > 0);
    stage.add(
        resource,
        Database {
            kind: replica.cell().map(|replica| if replica { "replica" } else { "instance" }.to_owned()),
            version: resource.text("engine_version").cell(),
            port: port(resource, &engine),
            engine,
            encrypted,
            key,
            key_manager: manager,
            public: flag(resource, "publicly_accessible"),
            identity_login: flag(resource, "iam_database_authentication_enabled").either(any(resource, "domain")),
            point_in_time_recovery: backups.clone(),
            backups,
            backup_days: days,
            backup_copied: false.into(),
            final_backup: flag(resource, "skip_final_snapshot").not(),
            deletion_protected: flag(resource, "deletion_protection"),
            multi_zone: flag(resource, "multi_az"),
            automatic_minor_upgrades: flag(resource, "auto_minor_version_upgrade"),
            log_export: any(resource, "enabled_cloudwatch_logs_exports"),
            storage_grows: resource.int("max_allocated_storage").or(0).map(|limit| limit > 0),
            monitored: resource.bool("performance_insights_enabled").or(false).either(watched),
            replicated_to: Vec::new().into(),
            ..Database::default()
        },
    );
}

/// Whether an attribute that says where the data comes from is, or may be, used.
pub(super) fn is_used(resource: &Resource, attribute: &str) -> bool {
    resource.is_set(attribute).known() != Some(&false) && resource.is_configured(attribute) != Some(false)
}

fn cluster(resource: &Resource, stage: &mut Stage) {
    let copied = [
        "snapshot_identifier",
        "restore_to_point_in_time",
        "replication_source_identifier",
        "global_cluster_identifier",
    ]
    .iter()
    .any(|attribute| is_used(resource, attribute));
    let mode = resource.text("engine_mode").or("provisioned");
    let written = resource.unset_if_computed("storage_encrypted", resource.bool("storage_encrypted"));
    let encrypted = match (written, copied) {
        (Attr::Unset, true) => Cell::default(),
        (Attr::Unset, false) if mode.known().is_some_and(|mode| mode == "serverless") => true.into(),
        _ => flag(resource, "storage_encrypted"),
    };
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, copied);
    let written = resource.text("engine").cell();
    let aurora = written.clone().map(|engine| engine.starts_with("aurora"));
    let engine = written.map(|text| engine(&text));
    resource.references("vpc_security_group_ids", GROUPS);
    resource.reference("db_subnet_group_name", &["aws_db_subnet_group"]);
    resource.reference("db_cluster_parameter_group_name", &["aws_rds_cluster_parameter_group"]);
    let global = resource.is_set("global_cluster_identifier");
    // A cluster of RDS proper has a standby in each of two further zones; one of Aurora has what its members make of it.
    let own_members = resource.is_set("db_cluster_instance_class");
    stage.add(
        resource,
        Database {
            kind: "cluster".into(),
            version: resource.text("engine_version").cell(),
            port: port(resource, &engine),
            engine,
            encrypted,
            key,
            key_manager: manager,
            identity_login: flag(resource, "iam_database_authentication_enabled").either(any(resource, "domain")),
            // Backups of a cluster cannot be switched off.
            backups: true.into(),
            backup_days: number(resource, "backup_retention_period"),
            point_in_time_recovery: true.into(),
            backup_copied: false.into(),
            final_backup: flag(resource, "skip_final_snapshot").not(),
            deletion_protected: flag(resource, "deletion_protection"),
            multi_zone: if own_members.known() == Some(&true) { true.into() } else { Cell::default() },
            log_export: any(resource, "enabled_cloudwatch_logs_exports"),
            storage_grows: aurora,
            replicated_to: if global.known() == Some(&false) { Vec::new().into() } else { Cell::default() },
            ..Database::default()
        },
    );
}

/// A member of a cluster: it has no data of its own, but opens the cluster to the internet or not.
fn member(resource: &Resource, stage: &mut Stage) {
    // Where nothing is set the subnets decide: that is a member who has spoken, and left it open.
    let public = resource.bool("publicly_accessible").or_cell(Cell::Gap(GapCode::ProviderDefault));
    let upgrades = flag(resource, "auto_minor_version_upgrade");
    let watched = resource.bool("performance_insights_enabled").or(false);
    resource.reference("db_parameter_group_name", &["aws_db_parameter_group"]);
    stage.facet_of_several::<Database>(
        resource,
        "cluster_identifier",
        CLUSTER,
        |row, code| {
            let lost = || Cell::Gap(code);
            row.public.take_in_any(lost());
            row.multi_zone.take_in_any(lost());
            row.automatic_minor_upgrades.take_in_all(lost());
            row.monitored.take_in_all(lost());
        },
        move |row| {
            row.public.take_in_any(public);
            row.automatic_minor_upgrades.take_in_all(upgrades);
            row.monitored.take_in_all(watched);
            // Aurora puts members into different zones: a second one makes the difference.
            row.multi_zone = match &row.multi_zone {
                Cell::Gap(GapCode::NotCollected) => false.into(),
                Cell::Known(_) => true.into(),
                Cell::Gap(code) => Cell::Gap(*code),
            };
        },
    );
}

/// Automatic backups copied to the region of this resource.
fn replication(resource: &Resource, stage: &mut Stage) {
    let region = resource.common.region.clone();
    stage.facet::<Database>(
        resource,
        "source_db_instance_arn",
        &["aws_db_instance"],
        |row, code| {
            row.backup_copied = Cell::Gap(code);
            row.replicated_to = Cell::Gap(code);
        },
        move |row| {
            row.backup_copied = true.into();
            row.replicated_to = add(&row.replicated_to, region);
        },
    );
}

/// A list with one more region.
pub(super) fn add(regions: &Cell<Vec<String>>, region: Cell<String>) -> Cell<Vec<String>> {
    let (Cell::Known(regions), Cell::Known(region)) = (regions, &region) else { return Cell::default() };
    let mut regions = regions.clone();
    regions.push(region.clone());
    regions.sort();
    regions.dedup();
    regions.into()
}

/// What a parameter group says about TLS, for everything that uses it.
fn parameters(resource: &Resource, stage: &mut Stage) {
    let tls = tls_of(resource);
    let version = resource.text("family").known().is_some_and(|family| family.starts_with("sqlserver"));
    let via: &'static [&'static str] = match resource.native_type() {
        "aws_db_parameter_group" => &["parameter_group_name"],
        _ => &["db_cluster_parameter_group_name"],
    };
    let min = if version { Cell::default() } else { tls_min(resource) };
    stage.for_referrers::<Database>(resource, via, move |_, row| {
        row.tls_required = tls.clone();
        row.tls_min = min.clone();
    });
}

fn tls_of(resource: &Resource) -> Cell<bool> {
    let Attr::Known(blocks) = resource.blocks("parameter") else { return Cell::Gap(GapCode::AfterApply) };
    for block in &blocks {
        match block.text("name") {
            Attr::Known(name) if matches!(&*name.to_lowercase(), "rds.force_ssl" | "require_secure_transport") => {
                return block
                    .text("value")
                    .cell()
                    .map(|value| matches!(value.to_lowercase().as_str(), "1" | "on" | "true"));
            }
            Attr::Known(_) => {}
            Attr::Unset | Attr::Unknown(_) => return Cell::Gap(GapCode::AfterApply),
        }
    }
    let family = resource.text("family").cell();
    family.and_then(|family| resource.default(&format!("aws_rds.{family}.tls_required")))
}

fn tls_min(resource: &Resource) -> Cell<String> {
    let Attr::Known(blocks) = resource.blocks("parameter") else { return Cell::Gap(GapCode::AfterApply) };
    let named =
        |wanted: &str| blocks.iter().find(|block| block.text("name").known().is_some_and(|name| name == wanted));
    let versions = named("ssl_min_protocol_version").map(|block| block.text("value").cell());
    let listed = named("tls_version").map(|block| {
        block.text("value").cell().map(|list| list.split(',').map(str::trim).min().unwrap_or_default().to_owned())
    });
    versions.or(listed).map_or_else(Cell::default, |cell| cell.map(|text| text.trim_start_matches("TLSv").to_owned()))
}

fn snapshot(resource: &Resource, stage: &mut Stage) {
    let source = match resource.native_type() {
        "aws_db_snapshot" => resource.reference("db_instance_identifier", &["aws_db_instance"]),
        "aws_db_snapshot_copy" => resource.reference("source_db_snapshot_identifier", SNAPSHOTS),
        "aws_rds_cluster_snapshot_copy" => {
            resource.reference("source_db_cluster_snapshot_identifier", CLUSTER_SNAPSHOTS)
        }
        _ => resource.reference("db_cluster_identifier", CLUSTER),
    };
    let shared = resource.texts("shared_accounts").or(Vec::new());
    let encrypted = resource.bool("encrypted").or_else(|| resource.bool("storage_encrypted")).cell();
    stage.add(
        resource,
        DiskSnapshot {
            kind: "database-snapshot".into(),
            source: source.cell(),
            encrypted,
            public: shared.clone().map(|accounts| accounts.iter().any(|account| account == "all")),
            shared_with: shared.map(|mut accounts| {
                accounts.sort();
                accounts
            }),
            ..DiskSnapshot::default()
        },
    );
}

fn subnet_group(resource: &Resource, _stage: &mut Stage) {
    let _: Vec<Reference> = resource.references("subnet_ids", &["aws_subnet", "aws_default_subnet"]);
}
