//! Managed databases: Azure SQL, PostgreSQL, MySQL, Redis.

use isoneph_model::GapCode;
use isoneph_tables::schema::Database;
use isoneph_tables::{Cell, Common};

use super::storage::{flag, paired, tls_version};
use crate::terraform::attr::Attr;
use crate::terraform::everybody::is_everybody_between;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_mssql_database", mssql_database, &[table::<Database>]),
    Mapping::new("azurerm_mssql_database_extended_auditing_policy", database_audit, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_mssql_firewall_rule", mssql_rule, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_mssql_server", mssql_server, &[table::<Database>]),
    Mapping::new("azurerm_mssql_server_extended_auditing_policy", server_audit, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_mssql_server_transparent_data_encryption", server_key, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_mysql_flexible_server", mysql, &[table::<Database>]),
    Mapping::new("azurerm_mysql_flexible_server_active_directory_administrator", administrator, &[])
        .patching(&[table::<Database>]),
    Mapping::new("azurerm_mysql_flexible_server_configuration", mysql_setting, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_mysql_flexible_server_firewall_rule", mysql_rule, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_postgresql_firewall_rule", single_rule, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_postgresql_flexible_server", postgres, &[table::<Database>]),
    Mapping::new("azurerm_postgresql_flexible_server_configuration", postgres_setting, &[])
        .patching(&[table::<Database>]),
    Mapping::new("azurerm_postgresql_flexible_server_firewall_rule", postgres_rule, &[]).patching(&[table::<Database>]),
    Mapping::new("azurerm_postgresql_server", single_server, &[table::<Database>]),
    Mapping::new("azurerm_redis_cache", redis, &[table::<Database>]),
    Mapping::new("azurerm_redis_firewall_rule", redis_rule, &[]).patching(&[table::<Database>]),
];

const KEYS: &[&str] = &["azurerm_key_vault_key", "azurerm_key_vault_managed_hardware_security_module_key"];
const MSSQL: &[&str] = &["azurerm_mssql_server"];

/// The key in an attribute, and who manages it: whatever is named there lies in the customer's own vault.
pub(super) fn key_at(resource: &Resource, path: &str) -> (Cell<String>, Cell<String>) {
    let key = resource.reference(path, KEYS);
    let manager = match &key {
        Reference::Uid(_) | Reference::Literal(_) => "customer".into(),
        Reference::Unset => "provider".into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    };
    (key.cell(), manager)
}

/// As [`key_at`], of an attribute of a block; without the block the key is the provider's.
fn key_in(resource: &Resource, block: &str, attribute: &str) -> (Cell<String>, Cell<String>) {
    match resource.is_set(block) {
        Attr::Known(true) => (resource.reference(&format!("{block}.{attribute}"), KEYS).cell(), "customer".into()),
        Attr::Known(false) | Attr::Unset => (String::new().into(), "provider".into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    }
}

fn mssql_server(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Database {
            engine: "sqlserver".into(),
            version: resource.text("version").cell(),
            kind: "server".into(),
            public: flag(resource, "public_network_access_enabled"),
            open_to_world: false.into(),
            // The service refuses connections without TLS, whatever is set.
            tls_required: true.into(),
            tls_min: resource
                .text("minimum_tls_version")
                .or_default(resource, "azurerm_mssql_server.minimum_tls_version")
                .map(|text| tls_version(&text)),
            identity_login: resource.is_set("azuread_administrator").cell(),
            automatic_minor_upgrades: true.into(),
            log_export: false.into(),
            replicated_to: Vec::new().into(),
            port: 1433.into(),
            ..Database::default()
        },
    );
}

fn mssql_database(resource: &Resource, stage: &mut Stage) {
    resource.reference("server_id", MSSQL);
    let encrypted = flag(resource, "transparent_data_encryption_enabled");
    let (key, manager) = match encrypted.known() {
        Some(false) => (String::new().into(), String::new().into()),
        _ => key_at(resource, "transparent_data_encryption_key_vault_key_id"),
    };
    let copied = resource.text("storage_account_type").or("Geo").map(|kind| kind.starts_with("Geo"));
    stage.add(
        resource,
        Database {
            engine: "sqlserver".into(),
            kind: "database".into(),
            encrypted,
            key,
            key_manager: manager,
            backups: true.into(),
            backup_days: match resource.int("short_term_retention_policy.retention_days") {
                Attr::Unknown(_) if resource.is_configured("short_term_retention_policy") == Some(false) => 7.into(),
                attr => attr.or_default(resource, "azurerm_mssql_database.short_term_retention_policy.retention_days"),
            },
            point_in_time_recovery: true.into(),
            replicated_to: match copied.known() {
                Some(false) => Vec::new().into(),
                // A database has no place of its own: it lies where its server is.
                _ => Cell::default(),
            },
            backup_copied: copied,
            multi_zone: resource.bool("zone_redundant").or(false),
            automatic_minor_upgrades: true.into(),
            // Auditing of its server takes it in: without seeing that, nothing is known.
            log_export: Cell::default(),
            storage_grows: true.into(),
            port: 0.into(),
            ..Database::default()
        },
    );
}

fn database_audit(resource: &Resource, stage: &mut Stage) {
    let on = resource.bool("enabled").or(true);
    stage.facet::<Database>(
        resource,
        "database_id",
        &["azurerm_mssql_database"],
        |row, code| row.log_export = Cell::Gap(code),
        move |row| row.log_export = on,
    );
}

/// Auditing of a server takes in its databases; that is known of the server's row alone.
fn server_audit(resource: &Resource, stage: &mut Stage) {
    let on = resource.bool("enabled").or(true);
    stage.facet::<Database>(
        resource,
        "server_id",
        MSSQL,
        |row, code| row.log_export = Cell::Gap(code),
        move |row| row.log_export = on,
    );
}

/// A key for a whole server: which databases are on it is not seen from here, so of none it is known to be the provider's.
fn server_key(resource: &Resource, stage: &mut Stage) {
    resource.reference("server_id", MSSQL);
    let key = resource.reference("key_vault_key_id", KEYS);
    if key.is_unset() {
        return;
    }
    stage.for_account::<Database>(resource, |common, row| {
        let concerned = common.native_type.known().is_some_and(|kind| kind == "azurerm_mssql_database");
        if concerned && row.key_manager.known().is_some_and(|manager| manager == "provider") {
            row.key = Cell::Gap(GapCode::UnresolvedReference);
            row.key_manager = Cell::Gap(GapCode::UnresolvedReference);
        }
    });
}

/// A firewall rule: everybody, when it goes from one end of the internet to the other.
fn rule(resource: &Resource, stage: &mut Stage, path: &str, types: &'static [&'static str]) {
    let start = resource.text("start_ip_address").or_else(|| resource.text("start_ip")).cell();
    let end = resource.text("end_ip_address").or_else(|| resource.text("end_ip")).cell();
    let everybody = between(start, end);
    stage.facet_of_several::<Database>(
        resource,
        path,
        types,
        |row, code| row.open_to_world = std::mem::take(&mut row.open_to_world).either(Cell::Gap(code)),
        move |row| row.open_to_world = std::mem::take(&mut row.open_to_world).either(everybody),
    );
}

fn between(start: Cell<String>, end: Cell<String>) -> Cell<bool> {
    start.and_then(|start| end.map(|end| is_everybody_between(&start, &end)))
}

fn mssql_rule(resource: &Resource, stage: &mut Stage) {
    rule(resource, stage, "server_id", MSSQL);
}

fn postgres_rule(resource: &Resource, stage: &mut Stage) {
    rule(resource, stage, "server_id", &["azurerm_postgresql_flexible_server"]);
}

fn mysql_rule(resource: &Resource, stage: &mut Stage) {
    rule(resource, stage, "server_name", &["azurerm_mysql_flexible_server"]);
}

fn single_rule(resource: &Resource, stage: &mut Stage) {
    rule(resource, stage, "server_name", &["azurerm_postgresql_server"]);
}

/// A cache without rules answers every network; the first rule closes it to all that none names.
fn redis_rule(resource: &Resource, stage: &mut Stage) {
    let everybody = between(resource.text("start_ip").cell(), resource.text("end_ip").cell());
    let cache = stage.facet_of_several::<Database>(
        resource,
        "redis_cache_name",
        &["azurerm_redis_cache"],
        |row, code| row.open_to_world = Cell::Gap(code),
        |row| row.open_to_world = false.into(),
    );
    // Once all rules have closed it, each opens it again to those it names.
    stage.link(&Reference::Uid(resource.uid().to_owned()), &cache);
    stage.for_linked::<Database>(resource, move |_: &Common, row| {
        row.open_to_world = std::mem::take(&mut row.open_to_world).either(everybody.clone());
    });
}

/// What the flexible servers of PostgreSQL and MySQL share.
fn flexible(resource: &Resource, engine: &str, public: Cell<bool>) -> Database {
    let (key, manager) = key_in(resource, "customer_managed_key", "key_vault_key_id");
    let private = resource.is_set("delegated_subnet_id");
    let private = resource.unset_if_computed("delegated_subnet_id", private).or(false);
    let copied = flag(resource, "geo_redundant_backup_enabled");
    let mode = resource.text("create_mode");
    let replica = resource.unset_if_computed("create_mode", mode).or("Default");
    Database {
        engine: engine.into(),
        version: resource.text("version").cell(),
        kind: replica.map(|mode| if mode == "Replica" { "replica" } else { "instance" }.to_owned()),
        encrypted: true.into(),
        key,
        key_manager: manager,
        public: private.not().and(public),
        open_to_world: false.into(),
        // `require_secure_transport` is on unless a parameter says otherwise.
        tls_required: true.into(),
        tls_min: "1.2".into(),
        backups: true.into(),
        backup_days: resource
            .int("backup_retention_days")
            .or_default(resource, &format!("{}.backup_retention_days", resource.native_type())),
        point_in_time_recovery: true.into(),
        replicated_to: paired(resource, &copied),
        backup_copied: copied,
        multi_zone: match resource.block("high_availability") {
            Attr::Known(block) => block.text("mode").cell().map(|mode| mode == "ZoneRedundant"),
            Attr::Unset => false.into(),
            Attr::Unknown(code) => Cell::Gap(code),
        },
        automatic_minor_upgrades: true.into(),
        log_export: false.into(),
        ..Database::default()
    }
}

fn postgres(resource: &Resource, stage: &mut Stage) {
    let login = match resource.bool("authentication.active_directory_auth_enabled") {
        Attr::Unknown(_) if resource.is_configured("authentication") == Some(false) => false.into(),
        attr => attr.or(false),
    };
    let row = Database {
        identity_login: login,
        storage_grows: flag(resource, "auto_grow_enabled"),
        port: 5432.into(),
        ..flexible(resource, "postgres", flag(resource, "public_network_access_enabled"))
    };
    stage.add(resource, row);
}

fn mysql(resource: &Resource, stage: &mut Stage) {
    let access = resource.text("public_network_access").map(|word| word == "Enabled");
    let public = match access.or_else(|| resource.bool("public_network_access_enabled")) {
        Attr::Unknown(_) if resource.is_configured("public_network_access") == Some(false) => true.into(),
        attr => attr.or(true),
    };
    let row = Database {
        identity_login: false.into(),
        storage_grows: match resource.bool("storage.auto_grow_enabled") {
            Attr::Unknown(_) if resource.is_configured("storage") == Some(false) => true.into(),
            attr => attr.or(true),
        },
        port: 3306.into(),
        ..flexible(resource, "mysql", public)
    };
    stage.add(resource, row);
}

fn administrator(resource: &Resource, stage: &mut Stage) {
    stage.facet::<Database>(
        resource,
        "server_id",
        &["azurerm_mysql_flexible_server"],
        |row, code| row.identity_login = Cell::Gap(code),
        |row| row.identity_login = true.into(),
    );
}

fn postgres_setting(resource: &Resource, stage: &mut Stage) {
    setting(resource, stage, "server_id", &["azurerm_postgresql_flexible_server"], "ssl_min_protocol_version");
}

fn mysql_setting(resource: &Resource, stage: &mut Stage) {
    setting(resource, stage, "server_name", &["azurerm_mysql_flexible_server"], "tls_version");
}

/// A parameter of a server: only those that bear on TLS matter here.
fn setting(resource: &Resource, stage: &mut Stage, path: &str, types: &'static [&'static str], versions: &'static str) {
    let value = resource.text("value").cell();
    let forget = |row: &mut Database, code| {
        row.tls_required = std::mem::take(&mut row.tls_required).and(Cell::Gap(code));
        row.tls_min = Cell::Gap(code);
    };
    match resource.text("name") {
        Attr::Known(name) if name == "require_secure_transport" => {
            let on = value.map(|value| value.eq_ignore_ascii_case("on"));
            stage.facet_of_several::<Database>(resource, path, types, forget, move |row| row.tls_required = on);
        }
        Attr::Known(name) if name == versions => {
            let lowest = value.map(|list| list.split(',').map(tls_version).min().unwrap_or_default());
            stage.facet_of_several::<Database>(resource, path, types, forget, move |row| row.tls_min = lowest);
        }
        Attr::Known(_) => {
            resource.reference(path, types);
        }
        Attr::Unset | Attr::Unknown(_) => {
            let set = move |row: &mut Database| forget(row, GapCode::AfterApply);
            stage.facet_of_several::<Database>(resource, path, types, forget, set);
        }
    }
}

/// A single server, the forerunner of the flexible one.
fn single_server(resource: &Resource, stage: &mut Stage) {
    let copied = resource.bool("geo_redundant_backup_enabled").or(false);
    stage.add(
        resource,
        Database {
            engine: "postgres".into(),
            version: resource.text("version").cell(),
            kind: resource
                .text("create_mode")
                .or("Default")
                .map(|mode| if mode == "Replica" { "replica" } else { "instance" }.to_owned()),
            encrypted: true.into(),
            public: flag(resource, "public_network_access_enabled"),
            open_to_world: false.into(),
            tls_required: resource.bool("ssl_enforcement_enabled").cell(),
            tls_min: resource
                .text("ssl_minimal_tls_version_enforced")
                .or_default(resource, "azurerm_postgresql_server.ssl_minimal_tls_version_enforced")
                .map(|text| tls_version(&text)),
            backups: true.into(),
            backup_days: resource.int("backup_retention_days").or(7),
            point_in_time_recovery: true.into(),
            replicated_to: paired(resource, &copied),
            backup_copied: copied,
            multi_zone: false.into(),
            automatic_minor_upgrades: true.into(),
            log_export: false.into(),
            storage_grows: flag(resource, "auto_grow_enabled"),
            port: 5432.into(),
            ..Database::default()
        },
    );
}

fn redis(resource: &Resource, stage: &mut Stage) {
    let plain = resource
        .bool("non_ssl_port_enabled")
        .or_else(|| resource.bool("enable_non_ssl_port"))
        .or_default(resource, "azurerm_redis_cache.non_ssl_port_enabled");
    stage.add(
        resource,
        Database {
            engine: "redis".into(),
            version: resource.text("redis_version").cell(),
            kind: "cache".into(),
            encrypted: true.into(),
            key: String::new().into(),
            key_manager: "provider".into(),
            public: flag(resource, "public_network_access_enabled"),
            open_to_world: resource.is_set("subnet_id").cell().not(),
            tls_required: plain.not(),
            tls_min: resource
                .text("minimum_tls_version")
                .or_default(resource, "azurerm_redis_cache.minimum_tls_version")
                .map(|text| tls_version(&text)),
            identity_login: resource.bool("redis_configuration.active_directory_authentication_enabled").or(false),
            backups: resource.bool("redis_configuration.rdb_backup_enabled").or(false),
            deletion_protected: Cell::default(),
            multi_zone: resource.is_set("zones").cell(),
            automatic_minor_upgrades: true.into(),
            log_export: false.into(),
            replicated_to: Vec::new().into(),
            port: 6380.into(),
            ..Database::default()
        },
    );
}
