//! Managed databases: Cloud SQL, AlloyDB, Spanner, Bigtable, Firestore, BigQuery, Memorystore.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::Database;

use super::members;
use super::storage::{is_everybody, key_at, there};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::everybody::any_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_alloydb_cluster", alloydb, &[table::<Database>]),
    Mapping::new("google_alloydb_instance", alloydb_instance, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_dataset", dataset, &[table::<Database>]),
    Mapping::new("google_bigquery_dataset_access", dataset_access, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_dataset_iam_binding", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_dataset_iam_member", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_dataset_iam_policy", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_table_iam_binding", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_table_iam_member", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigquery_table_iam_policy", dataset_binding, &[]).patching(&[table::<Database>]),
    Mapping::new("google_bigtable_instance", bigtable, &[table::<Database>]),
    Mapping::new("google_firestore_database", firestore, &[table::<Database>]),
    Mapping::new("google_redis_instance", redis, &[table::<Database>]),
    Mapping::new("google_spanner_database", spanner, &[table::<Database>]),
    Mapping::new("google_sql_database_instance", sql, &[table::<Database>]),
];

fn flag(resource: &Resource, path: &str) -> Cell<bool> {
    resource.bool(path).or_default(resource, &format!("{}.{path}", resource.native_type()))
}

/// Regions that hold several: a location that is one of them is a copy in more than one region.
pub(super) fn is_multi_region(location: &str) -> bool {
    matches!(
        location.to_lowercase().as_str(),
        "us" | "eu" | "asia" | "nam3" | "nam5" | "eur3" | "eur4" | "eur5" | "asia1"
    )
}

/// The block of Cloud SQL that says from where and how an instance is reached. The provider shows one nobody wrote.
const ADDRESSES: &str = "settings.ip_configuration";

fn sql(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "encryption_key_name");
    let replica = match resource.is_set("master_instance_name") {
        Attr::Unknown(_) if resource.is_configured("master_instance_name") == Some(false) => false.into(),
        attr => attr.cell(),
    };
    let version = resource.text("database_version").cell();
    let engine = version.clone().map(|version| version.split('_').next().unwrap_or_default().to_lowercase());
    let setting = |path: &str| format!("settings.{path}");
    let backup = |path: &str| {
        let written = resource.bool(&setting(&format!("backup_configuration.{path}")));
        resource.unset_if_computed(&setting("backup_configuration"), written)
    };
    let backups = backup("enabled").or(false);
    let point_in_time = match engine.known().map(String::as_str) {
        Some("mysql") => backup("binary_log_enabled").or(false),
        _ => backup("point_in_time_recovery_enabled").or(false),
    };
    let location = resource.text("settings.backup_configuration.location");
    let copied = match location {
        Attr::Known(location) => Cell::Known(is_multi_region(&location)),
        // Where nothing is set, backups go to the multi-region nearest to the instance.
        Attr::Unset => resource.default("google_sql_database_instance.backup_copied"),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        Database {
            version,
            kind: replica.map(|replica| if replica { "replica" } else { "instance" }.to_owned()),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: resource
                .unset_if_computed(ADDRESSES, resource.bool(&format!("{ADDRESSES}.ipv4_enabled")))
                .or_default(resource, "google_sql_database_instance.settings.ip_configuration.ipv4_enabled"),
            open_to_world: networks(resource),
            tls_required: sql_tls(resource),
            identity_login: iam_flag(resource),
            backup_days: backups.clone().and_then(|on| if on { sql_days(resource) } else { Cell::Known(0) }),
            point_in_time_recovery: backups.clone().and(point_in_time),
            backup_copied: copied,
            final_backup: sql_final_backup(resource),
            backups,
            deletion_protected: flag(resource, "settings.deletion_protection_enabled"),
            multi_zone: resource.text("settings.availability_type").or("ZONAL").map(|kind| kind == "REGIONAL"),
            automatic_minor_upgrades: true.into(),
            // The engine's logs go to Cloud Logging by themselves.
            log_export: true.into(),
            storage_grows: resource.bool("settings.disk_autoresize").or(true),
            monitored: there(resource, "settings.insights_config"),
            port: engine.clone().and_then(|engine| match engine.as_str() {
                "postgres" => Cell::Known(5432),
                "mysql" => Cell::Known(3306),
                "sqlserver" => Cell::Known(1433),
                _ => Cell::default(),
            }),
            engine,
            ..Database::default()
        },
    );
}

/// Days of backups: the service makes one a day, so as many days as copies are kept.
fn sql_days(resource: &Resource) -> Cell<i64> {
    let kept = "settings.backup_configuration.backup_retention_settings";
    match resource.is_set(kept) {
        Attr::Known(false) | Attr::Unset => resource.default("google_sql_database_instance.backup_days"),
        _ => resource.int(&format!("{kept}.retained_backups")).cell(),
    }
}

fn sql_final_backup(resource: &Resource) -> Cell<bool> {
    let kept = resource.bool("settings.retain_backups_on_delete").or_else(|| resource.bool("retain_backups_on_delete"));
    let last =
        resource.bool("settings.final_backup_config.enabled").or_else(|| resource.bool("final_backup_config.enabled"));
    match kept {
        Attr::Unknown(_) if last.known() != Some(&true) && resource.is_configured("settings") == Some(false) => {
            Cell::default()
        }
        kept => kept.or(false).either(last.or(false)),
    }
}

fn networks(resource: &Resource) -> Cell<bool> {
    let blocks = resource.blocks("settings.ip_configuration.authorized_networks");
    match resource.unset_if_computed(ADDRESSES, blocks) {
        Attr::Known(blocks) => {
            any_everybody(&blocks.iter().map(|block| block.text("value").cell()).collect::<Vec<_>>())
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn sql_tls(resource: &Resource) -> Cell<bool> {
    let mode = resource.text("settings.ip_configuration.ssl_mode");
    let mode = resource.unset_if_computed("settings.ip_configuration.ssl_mode", mode);
    let older = resource.bool("settings.ip_configuration.require_ssl");
    let older = resource.unset_if_computed("settings.ip_configuration.require_ssl", older);
    mode.map(|mode| mode != "ALLOW_UNENCRYPTED_AND_ENCRYPTED").or_else(|| older).or(false)
}

fn iam_flag(resource: &Resource) -> Cell<bool> {
    match resource.blocks("settings.database_flags") {
        Attr::Known(blocks) => {
            let on = |block: &Block<'_>| {
                let named =
                    block.text("name").cell().map(|name| name.replace('_', ".") == "cloudsql.iam.authentication");
                named.and(block.text("value").cell().map(|value| value.eq_ignore_ascii_case("on")))
            };
            blocks.iter().map(on).fold(Cell::Known(false), Cell::either)
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn alloydb(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "encryption_config.kms_key_name");
    let continuous = match resource.bool("continuous_backup_config.enabled") {
        Attr::Unknown(_) if resource.is_configured("continuous_backup_config") == Some(false) => true.into(),
        attr => attr.or(true),
    };
    let window = match resource.int("continuous_backup_config.recovery_window_days") {
        Attr::Unknown(_) if resource.is_configured("continuous_backup_config") == Some(false) => 14.into(),
        attr => attr.or(14),
    };
    let automated = resource.bool("automated_backup_policy.enabled");
    let automated = resource.unset_if_computed("automated_backup_policy", automated);
    let backups = continuous.clone().either(automated.or(false));
    let secondary = resource.text("cluster_type").or("PRIMARY").map(|kind| kind == "SECONDARY");
    stage.add(
        resource,
        Database {
            engine: "postgres".into(),
            version: resource.text("database_version").cell(),
            kind: secondary.map(|secondary| if secondary { "replica" } else { "cluster" }.to_owned()),
            encrypted: true.into(),
            key,
            key_manager: manager,
            open_to_world: false.into(),
            identity_login: true.into(),
            backup_days: continuous.clone().and_then(|on| if on { window } else { Cell::default() }),
            point_in_time_recovery: continuous,
            backups,
            deletion_protected: false.into(),
            automatic_minor_upgrades: true.into(),
            log_export: true.into(),
            storage_grows: true.into(),
            port: 5432.into(),
            ..Database::default()
        },
    );
}

fn alloydb_instance(resource: &Resource, stage: &mut Stage) {
    let public = resource.bool("network_config.enable_public_ip");
    let public = resource.unset_if_computed("network_config", public).or(false);
    let open = match resource.blocks("network_config.authorized_external_networks") {
        Attr::Known(blocks) => {
            any_everybody(&blocks.iter().map(|block| block.text("cidr_range").cell()).collect::<Vec<_>>())
        }
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("network_config") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let zones = resource.text("availability_type");
    let zones = zones.cell().map(|kind| kind == "REGIONAL");
    let mode = resource.text("client_connection_config.ssl_config.ssl_mode");
    let tls = resource.unset_if_computed("client_connection_config", mode);
    let tls = tls.or("ENCRYPTED_ONLY").map(|mode| mode == "ENCRYPTED_ONLY");
    let primary = resource.text("instance_type").or("PRIMARY").map(|kind| kind == "PRIMARY");
    stage.facet::<Database>(
        resource,
        "cluster",
        &["google_alloydb_cluster"],
        |row, code| {
            row.public = Cell::Gap(code);
            row.multi_zone = Cell::Gap(code);
        },
        move |row| {
            let none = Cell::Gap(GapCode::NotCollected);
            row.public = if row.public == none { public } else { std::mem::take(&mut row.public).either(public) };
            row.tls_required =
                if row.tls_required == none { tls } else { std::mem::take(&mut row.tls_required).and(tls) };
            row.open_to_world = std::mem::take(&mut row.open_to_world).either(open);
            if primary.known() == Some(&true) {
                row.multi_zone = zones;
            }
        },
    );
}

fn spanner(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "encryption_config.kms_key_name");
    resource.reference("instance", &["google_spanner_instance"]);
    stage.add(
        resource,
        Database {
            engine: "spanner".into(),
            version: String::new().into(),
            kind: "table".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: true.into(),
            open_to_world: false.into(),
            tls_required: true.into(),
            tls_min: String::new().into(),
            identity_login: true.into(),
            // Versions of at least an hour are always kept.
            point_in_time_recovery: true.into(),
            deletion_protected: resource.bool("enable_drop_protection").or(false),
            multi_zone: true.into(),
            automatic_minor_upgrades: true.into(),
            storage_grows: true.into(),
            port: 0.into(),
            ..Database::default()
        },
    );
}

fn bigtable(resource: &Resource, stage: &mut Stage) {
    let clusters = resource.blocks("cluster");
    let (key, manager) = match &clusters {
        Attr::Known(blocks) if !blocks.is_empty() => key_at(resource, "cluster.0.kms_key_name"),
        Attr::Unknown(code) => (Cell::Gap(*code), Cell::Gap(*code)),
        _ => (String::new().into(), "provider".into()),
    };
    let (key, manager) = match resource.is_set("cluster.0.kms_key_name") {
        // The provider reads the key back: where no reference leads to one, none was asked for.
        Attr::Unknown(_) if key.known().is_none() => (Cell::default(), Cell::default()),
        _ => (key, manager),
    };
    stage.add(
        resource,
        Database {
            engine: "bigtable".into(),
            version: String::new().into(),
            kind: "table".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: true.into(),
            open_to_world: false.into(),
            tls_required: true.into(),
            tls_min: String::new().into(),
            identity_login: true.into(),
            multi_zone: match clusters {
                Attr::Known(blocks) => (blocks.len() > 1).into(),
                _ => Cell::default(),
            },
            automatic_minor_upgrades: true.into(),
            storage_grows: true.into(),
            port: 0.into(),
            ..Database::default()
        },
    );
}

fn firestore(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "cmek_config.kms_key_name");
    let enabled = |path: &str, word: &'static str| match resource.text(path) {
        Attr::Unknown(_) if resource.is_configured(path) == Some(false) => false.into(),
        attr => attr.or("").map(|state| state == word),
    };
    stage.add(
        resource,
        Database {
            engine: "firestore".into(),
            version: String::new().into(),
            kind: "table".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: true.into(),
            open_to_world: false.into(),
            tls_required: true.into(),
            tls_min: String::new().into(),
            identity_login: true.into(),
            point_in_time_recovery: enabled("point_in_time_recovery_enablement", "POINT_IN_TIME_RECOVERY_ENABLED"),
            deletion_protected: enabled("delete_protection_state", "DELETE_PROTECTION_ENABLED"),
            multi_zone: true.into(),
            automatic_minor_upgrades: true.into(),
            storage_grows: true.into(),
            port: 0.into(),
            ..Database::default()
        },
    );
}

fn dataset(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "default_encryption_configuration.kms_key_name");
    let open = match resource.blocks("access") {
        Attr::Known(blocks) => blocks.iter().map(lets_everybody_in).fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("access") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        Database {
            engine: "bigquery".into(),
            version: String::new().into(),
            kind: "table".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: true.into(),
            open_to_world: open,
            tls_required: true.into(),
            tls_min: String::new().into(),
            identity_login: true.into(),
            // Every moment of the last two to seven days can be queried and restored.
            point_in_time_recovery: true.into(),
            backups: true.into(),
            backup_days: match resource.int("max_time_travel_hours") {
                Attr::Unknown(_) if resource.is_configured("max_time_travel_hours") == Some(false) => 7.into(),
                attr => attr.or(168).map(|hours| hours / 24),
            },
            deletion_protected: resource.bool("delete_contents_on_destroy").or(false).not(),
            multi_zone: true.into(),
            automatic_minor_upgrades: true.into(),
            storage_grows: true.into(),
            port: 0.into(),
            ..Database::default()
        },
    );
}

/// Whether an entry of a dataset's list names everybody.
fn lets_everybody_in(entry: &Block<'_>) -> Cell<bool> {
    let group = entry.text("special_group").or("").map(|group| group == "allAuthenticatedUsers");
    group.either(entry.text("iam_member").or("").map(|member| is_everybody(&member)))
}

fn dataset_access(resource: &Resource, stage: &mut Stage) {
    open_dataset(resource, stage, lets_everybody_in(&resource.root()));
}

/// Bindings of a dataset, and of a table in it.
fn dataset_binding(resource: &Resource, stage: &mut Stage) {
    open_dataset(resource, stage, members::any_public(&members::read(resource)));
}

fn open_dataset(resource: &Resource, stage: &mut Stage, everybody: Cell<bool>) {
    stage.facet_of_several::<Database>(
        resource,
        "dataset_id",
        &["google_bigquery_dataset"],
        |row, code| row.open_to_world = std::mem::take(&mut row.open_to_world).either(Cell::Gap(code)),
        move |row| row.open_to_world = std::mem::take(&mut row.open_to_world).either(everybody),
    );
}

fn redis(resource: &Resource, stage: &mut Stage) {
    let (key, manager) = key_at(resource, "customer_managed_key");
    let persistence = resource.text("persistence_config.persistence_mode");
    let persistence = resource.unset_if_computed("persistence_config", persistence);
    stage.add(
        resource,
        Database {
            engine: "redis".into(),
            version: resource.text("redis_version").cell(),
            kind: "cache".into(),
            encrypted: true.into(),
            key,
            key_manager: manager,
            public: false.into(),
            open_to_world: false.into(),
            tls_required: resource
                .text("transit_encryption_mode")
                .or("DISABLED")
                .map(|mode| mode == "SERVER_AUTHENTICATION"),
            identity_login: false.into(),
            backups: persistence.or("DISABLED").map(|mode| mode == "RDB"),
            multi_zone: resource.text("tier").or("BASIC").map(|tier| tier == "STANDARD_HA"),
            automatic_minor_upgrades: true.into(),
            replicated_to: Vec::new().into(),
            port: 6379.into(),
            ..Database::default()
        },
    );
}
