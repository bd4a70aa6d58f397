//! Managed stores beside RDS: DynamoDB, Redshift, ElastiCache, DocumentDB, Neptune, OpenSearch.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Database, ResourcePolicy};

use super::databases::{add, any, flag, is_used, key_of, number};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_docdb_cluster", docdb, &[table::<Database>]),
    Mapping::new("aws_dynamodb_table", dynamodb, &[table::<Database>]),
    Mapping::new("aws_elasticache_cluster", cache, &[table::<Database>]),
    Mapping::new("aws_elasticache_replication_group", cache_group, &[table::<Database>]),
    Mapping::new("aws_elasticsearch_domain", search, &[table::<Database>, table::<ResourcePolicy>]),
    Mapping::new("aws_neptune_cluster", neptune, &[table::<Database>]),
    Mapping::new("aws_elasticsearch_domain_policy", search_policy, &[table::<ResourcePolicy>])
        .patching(&[table::<Database>]),
    Mapping::new("aws_opensearch_domain_policy", search_policy, &[table::<ResourcePolicy>])
        .patching(&[table::<Database>]),
    Mapping::new("aws_opensearch_domain", search, &[table::<Database>, table::<ResourcePolicy>]),
    Mapping::new("aws_redshift_cluster", redshift, &[table::<Database>]),
    Mapping::new("aws_redshift_logging", redshift_logging, &[]).patching(&[table::<Database>]),
    Mapping::new("aws_redshift_snapshot_copy", redshift_copy, &[]).patching(&[table::<Database>]),
];

const GROUPS: &[&str] = &["aws_security_group", "aws_default_security_group"];

fn dynamodb(resource: &Resource, stage: &mut Stage) {
    // The provider shows both blocks as known after apply where nobody wrote them.
    let computed = |name: &str, attr| resource.unset_if_computed(name, attr);
    let recovery = computed("point_in_time_recovery", resource.bool("point_in_time_recovery.enabled")).or(false);
    let days = resource.int("point_in_time_recovery.recovery_period_in_days").or(35);
    // Without a setting the table is encrypted under a key that AWS owns; with one, under AWS's key for the service
    // unless another is named.
    let named = computed("server_side_encryption", resource.bool("server_side_encryption.enabled"));
    let (key, manager) = match named.or(false) {
        Cell::Known(true) => key_of_block(resource, "server_side_encryption.kms_key_arn"),
        Cell::Known(false) => (String::new().into(), "provider".into()),
        Cell::Gap(code) => (Cell::Gap(code), Cell::Gap(code)),
    };
    let replicas = match resource.blocks("replica") {
        Attr::Known(blocks) => {
            blocks.iter().fold(Cell::Known(Vec::new()), |all, block| add(&all, block.text("region_name").cell()))
        }
        Attr::Unset => Vec::new().into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        Database {
            engine: "dynamodb".into(),
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
            backups: recovery.clone(),
            backup_days: recovery.clone().and_then(|on| if on { days } else { Cell::Known(0) }),
            // Deleting a table that can be restored to a moment leaves a backup for 35 days.
            final_backup: recovery.clone(),
            point_in_time_recovery: recovery,
            backup_copied: replicas.clone().map(|regions| !regions.is_empty()),
            deletion_protected: flag(resource, "deletion_protection_enabled"),
            multi_zone: true.into(),
            automatic_minor_upgrades: true.into(),
            storage_grows: true.into(),
            replicated_to: replicas,
            port: 0.into(),
            ..Database::default()
        },
    );
}

/// The key in a nested attribute; AWS's own where none is named.
fn key_of_block(resource: &Resource, path: &str) -> (Cell<String>, Cell<String>) {
    let key = resource.reference(path, super::kms::KEY_TYPES);
    (key.cell(), super::kms::key_manager(&key, "provider".into()))
}

fn redshift(resource: &Resource, stage: &mut Stage) {
    let encrypted = flag(resource, "encrypted");
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, false);
    let days = resource
        .int("automated_snapshot_retention_period")
        .or_default(resource, "aws_redshift_cluster.automated_snapshot_retention_period");
    let copy = resource.text("snapshot_copy.destination_region");
    resource.references("vpc_security_group_ids", GROUPS);
    stage.add(
        resource,
        Database {
            engine: "redshift".into(),
            version: resource.text("cluster_version").or("1.0"),
            kind: "warehouse".into(),
            encrypted,
            key,
            key_manager: manager,
            public: flag(resource, "publicly_accessible"),
            identity_login: true.into(),
            backups: days.clone().map(|days| days > 0),
            point_in_time_recovery: false.into(),
            backup_days: days,
            backup_copied: resource.is_set("snapshot_copy").cell(),
            final_backup: flag(resource, "skip_final_snapshot").not(),
            deletion_protected: false.into(),
            multi_zone: flag(resource, "multi_az"),
            automatic_minor_upgrades: true.into(),
            log_export: resource.bool("logging.enable").or(false),
            storage_grows: resource.text("node_type").cell().map(|node| node.starts_with("ra3")),
            replicated_to: copy.map(|region| vec![region]).or(Vec::new()),
            port: resource.int("port").or(5439),
            ..Database::default()
        },
    );
}

fn redshift_logging(resource: &Resource, stage: &mut Stage) {
    stage.facet::<Database>(
        resource,
        "cluster_identifier",
        &["aws_redshift_cluster"],
        |row, code| row.log_export = Cell::Gap(code),
        |row| row.log_export = true.into(),
    );
}

fn redshift_copy(resource: &Resource, stage: &mut Stage) {
    let region = resource.text("destination_region").cell();
    stage.facet::<Database>(
        resource,
        "cluster_identifier",
        &["aws_redshift_cluster"],
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

/// A node of its own. A member of a replication group is described by the group.
fn cache(resource: &Resource, stage: &mut Stage) {
    let group = resource.unset_if_computed("replication_group_id", resource.text("replication_group_id"));
    if !group.is_unset() {
        resource.reference("replication_group_id", &["aws_elasticache_replication_group"]);
        return;
    }
    stage.add(
        resource,
        Database {
            engine: resource.text("engine").cell(),
            version: resource.text("engine_version").cell(),
            kind: "cache".into(),
            // A single node has no setting for encryption at rest.
            encrypted: false.into(),
            key: String::new().into(),
            key_manager: String::new().into(),
            public: false.into(),
            open_to_world: false.into(),
            tls_required: resource.bool("transit_encryption_enabled").or(false),
            identity_login: false.into(),
            backups: resource.int("snapshot_retention_limit").or(0).map(|days| days > 0),
            backup_days: resource.int("snapshot_retention_limit").or(0),
            deletion_protected: false.into(),
            multi_zone: resource.text("az_mode").cell().map(|mode| mode == "cross-az"),
            automatic_minor_upgrades: flag(resource, "auto_minor_version_upgrade"),
            log_export: any(resource, "log_delivery_configuration"),
            replicated_to: Vec::new().into(),
            port: resource.int("port").cell(),
            ..Database::default()
        },
    );
}

fn cache_group(resource: &Resource, stage: &mut Stage) {
    let inherited = is_used(resource, "global_replication_group_id");
    let encrypted = match resource.bool("at_rest_encryption_enabled") {
        // A secondary of a global datastore is what its primary is.
        Attr::Unset | Attr::Unknown(_) if inherited => Cell::default(),
        // Only Valkey encrypts where nothing is set.
        Attr::Unset | Attr::Unknown(_) if resource.is_configured("at_rest_encryption_enabled") == Some(false) => {
            resource.text("engine").or("redis").map(|engine| engine == "valkey")
        }
        attr => attr.or_default(resource, "aws_elasticache_replication_group.at_rest_encryption_enabled"),
    };
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, inherited);
    resource.references("security_group_ids", GROUPS);
    stage.add(
        resource,
        Database {
            engine: resource.text("engine").or("redis"),
            version: resource.text("engine_version").cell(),
            kind: "cache".into(),
            encrypted,
            key,
            key_manager: manager,
            public: false.into(),
            open_to_world: false.into(),
            tls_required: match resource.bool("transit_encryption_enabled") {
                Attr::Unset | Attr::Unknown(_) if inherited => Cell::default(),
                Attr::Known(false) | Attr::Unset => false.into(),
                Attr::Unknown(_) if resource.is_configured("transit_encryption_enabled") == Some(false) => {
                    resource.text("engine").or("redis").map(|engine| engine == "valkey")
                }
                Attr::Unknown(code) => Cell::Gap(code),
                Attr::Known(true) => {
                    resource.text("transit_encryption_mode").or("required").map(|mode| mode == "required")
                }
            },
            identity_login: any(resource, "user_group_ids"),
            backups: resource.int("snapshot_retention_limit").or(0).map(|days| days > 0),
            backup_days: resource.int("snapshot_retention_limit").or(0),
            deletion_protected: false.into(),
            multi_zone: resource.bool("multi_az_enabled").or(false),
            automatic_minor_upgrades: flag(resource, "auto_minor_version_upgrade"),
            log_export: any(resource, "log_delivery_configuration"),
            replicated_to: Vec::new().into(),
            port: resource.int("port").or(6379),
            ..Database::default()
        },
    );
}

/// What DocumentDB and Neptune share; neither can be given a public address by itself.
fn cluster(resource: &Resource, engine: &str, logs: &str) -> Database {
    let restored = is_used(resource, "snapshot_identifier");
    let written = resource.unset_if_computed("storage_encrypted", resource.bool("storage_encrypted"));
    let encrypted = match (written, restored) {
        (Attr::Unset, true) => Cell::default(),
        _ => flag(resource, "storage_encrypted"),
    };
    let (key, manager) =
        key_of(resource, if engine == "neptune" { "kms_key_arn" } else { "kms_key_id" }, &encrypted, restored);
    resource.references("vpc_security_group_ids", GROUPS);
    let global = resource.is_set("global_cluster_identifier");
    Database {
        engine: engine.into(),
        version: resource.text("engine_version").cell(),
        kind: "cluster".into(),
        encrypted,
        key,
        key_manager: manager,
        backups: true.into(),
        backup_days: number(resource, "backup_retention_period"),
        point_in_time_recovery: true.into(),
        backup_copied: false.into(),
        final_backup: flag(resource, "skip_final_snapshot").not(),
        deletion_protected: flag(resource, "deletion_protection"),
        log_export: any(resource, logs),
        storage_grows: true.into(),
        replicated_to: if global.known() == Some(&false) { Vec::new().into() } else { Cell::default() },
        ..Database::default()
    }
}

fn docdb(resource: &Resource, stage: &mut Stage) {
    let row = Database {
        public: false.into(),
        open_to_world: false.into(),
        // Accounts of DocumentDB have passwords; identities of IAM only where the cluster's version knows them.
        identity_login: Cell::default(),
        port: resource.int("port").or(27017),
        ..cluster(resource, "docdb", "enabled_cloudwatch_logs_exports")
    };
    stage.add(resource, row);
}

fn neptune(resource: &Resource, stage: &mut Stage) {
    let row = Database {
        identity_login: flag(resource, "iam_database_authentication_enabled"),
        port: resource.int("port").or(8182),
        ..cluster(resource, "neptune", "enable_cloudwatch_logs_exports")
    };
    stage.add(resource, row);
}

fn search(resource: &Resource, stage: &mut Stage) {
    let encrypted = resource.bool("encrypt_at_rest.enabled");
    let encrypted = resource.unset_if_computed("encrypt_at_rest", encrypted).or(false);
    let (key, manager) = match encrypted.known() {
        Some(false) => (String::new().into(), String::new().into()),
        _ => {
            let key = resource.reference("encrypt_at_rest.kms_key_id", super::kms::KEY_TYPES);
            (key.cell(), super::kms::key_manager(&key, "provider".into()))
        }
    };
    let policy = resource.unset_if_computed("access_policies", resource.text("access_policies"));
    let endpoint = |attribute: &str| {
        let written = resource.text(&format!("domain_endpoint_options.{attribute}"));
        resource.unset_if_computed("domain_endpoint_options", written)
    };
    resource.references("vpc_options.security_group_ids", GROUPS);
    stage.add(
        resource,
        Database {
            engine: if resource.native_type() == "aws_opensearch_domain" { "opensearch" } else { "elasticsearch" }
                .into(),
            version: resource.text("engine_version").or_else(|| resource.text("elasticsearch_version")).cell(),
            kind: "cluster".into(),
            encrypted,
            key,
            key_manager: manager,
            public: resource.is_set("vpc_options").cell().not(),
            open_to_world: policy::is_public(&policy),
            tls_required: endpoint("enforce_https").map(|text| text == "true").or(false),
            tls_min: endpoint("tls_security_policy")
                .or("Policy-Min-TLS-1-0-2019-07")
                .map(|policy| if policy.contains("TLS-1-2") { "1.2" } else { "1.0" }.to_owned()),
            identity_login: true.into(),
            // The service takes snapshots every hour and keeps them for two weeks, whatever is set.
            backups: true.into(),
            backup_days: 14.into(),
            point_in_time_recovery: false.into(),
            backup_copied: false.into(),
            final_backup: false.into(),
            deletion_protected: false.into(),
            multi_zone: resource
                .unset_if_computed("cluster_config", resource.bool("cluster_config.zone_awareness_enabled"))
                .or(false),
            automatic_minor_upgrades: resource.bool("software_update_options.auto_software_update_enabled").or(false),
            log_export: any(resource, "log_publishing_options"),
            storage_grows: false.into(),
            replicated_to: Vec::new().into(),
            port: 443.into(),
            ..Database::default()
        },
    );
    if !policy.is_unset() {
        policy::add_statements(resource, stage, "access_policies", resource.uid().into());
    }
}

/// The policy of a domain, on its own.
fn search_policy(resource: &Resource, stage: &mut Stage) {
    let open = policy::is_public(&resource.text("access_policies"));
    let domains = &["aws_opensearch_domain", "aws_elasticsearch_domain"];
    let forget = |row: &mut Database, code| row.open_to_world = Cell::Gap(code);
    let target = stage.facet::<Database>(resource, "domain_name", domains, forget, |row| row.open_to_world = open);
    policy::add_statements(resource, stage, "access_policies", target.cell());
}
