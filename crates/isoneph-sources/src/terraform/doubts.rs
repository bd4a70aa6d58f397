//! Resources that no mapper knows, but whose names say that they bear on access, encryption, filters or records: what
//! they refer to may be different from what the tables show, so the absence of a row proves nothing there. Others are
//! machines, databases, workloads themselves: a table without them does not hold all that there are.

use isoneph_model::GapCode;
use isoneph_tables::{Scope, TableId};

use super::resource::Resource;
use super::stage::Stage;

/// A word in a type's name, and the tables whose rows such a resource could have added to.
const WORDS: &[(&[&str], &[&str])] = &[
    (&["policy", "acl", "iam", "permission", "grant", "access", "public"], &["resource_policy", "grant"]),
    (&["role", "assignment"], &["grant"]),
    (&["firewall", "rule", "acl", "nsg"], &["firewall_rule"]),
    (&["encrypt", "encryption", "kms"], &["key"]),
    (&["lock", "backup"], &["backup"]),
    (&["logging", "log", "trail", "diagnostic"], &["audit_trail", "log_store"]),
];

/// What types begin with, and the tables that would hold a row for each such resource if its type were read.
const THINGS: &[(&[&str], &[&str])] = &[
    (
        &[
            "aws_dax_cluster",
            "aws_dsql_cluster",
            "aws_keyspaces_table",
            "aws_lightsail_database",
            "aws_memorydb_cluster",
            "aws_qldb_ledger",
            "aws_redshiftserverless_",
            "aws_timestreaminfluxdb_",
            "aws_timestreamwrite_table",
            "azurerm_kusto_cluster",
            "azurerm_managed_redis",
            "azurerm_mariadb_server",
            "azurerm_mssql_managed_instance",
            "azurerm_mysql_server",
            "azurerm_redis_enterprise_cluster",
            "azurerm_sql_",
            "azurerm_synapse_sql_pool",
            "google_memcache_instance",
            "google_memorystore_instance",
            "google_redis_cluster",
        ],
        &["database"],
    ),
    (
        &[
            "aws_ec2_fleet",
            "aws_emr_cluster",
            "aws_gamelift_fleet",
            "aws_launch_configuration",
            "aws_lightsail_instance",
            "aws_sagemaker_notebook_instance",
            "aws_spot_fleet_request",
            "aws_spot_instance_request",
            "aws_workspaces_workspace",
            "azurerm_batch_pool",
            "azurerm_databricks_workspace",
            "azurerm_hdinsight_",
            "azurerm_virtual_desktop_host_pool",
            "azurerm_vmware_cluster",
            "google_compute_instance_from_",
            "google_dataproc_cluster",
            "google_notebooks_",
            "google_tpu_",
            "google_vmwareengine_",
            "google_workbench_instance",
            "google_workstations_",
        ],
        &["vm", "disk"],
    ),
    (&["aws_lightsail_disk", "azurerm_elastic_san", "google_compute_storage_pool"], &["disk"]),
    (
        &[
            "aws_elastic_beanstalk_environment",
            "aws_lightsail_container_service",
            "azurerm_red_hat_openshift_cluster",
            "azurerm_spring_cloud_",
            "helm_release",
            "kubernetes_cron_job",
            "kubernetes_daemon",
            "kubernetes_deployment",
            "kubernetes_job",
            "kubernetes_manifest",
            "kubernetes_pod",
            "kubernetes_replication_controller",
            "kubernetes_stateful_set",
        ],
        &["workload"],
    ),
    (&["azurerm_app_service", "azurerm_function_app"], &["workload", "endpoint"]),
    (
        &[
            "azurerm_linux_function_app_slot",
            "azurerm_linux_web_app_slot",
            "azurerm_windows_function_app_slot",
            "azurerm_windows_web_app_slot",
        ],
        &["endpoint"],
    ),
    (&["google_compute_machine_image"], &["disk_snapshot"]),
    (&["aws_ecrpublic_repository"], &["image_registry"]),
    (&["aws_lightsail_bucket", "aws_s3_directory_bucket", "aws_s3tables_table_bucket"], &["bucket"]),
    (&["aws_mq_broker", "azurerm_eventhub", "azurerm_storage_queue", "google_managed_kafka_cluster"], &["queue"]),
    (&["azurerm_netapp_volume", "azurerm_storage_share", "google_netapp_volume"], &["file_store"]),
];

/// Says that what a table holds of a provider's things is not all.
fn doubt_thing(resource: &Resource, stage: &mut Stage) {
    let begins = |list: &[&str]| list.iter().any(|begin| resource.native_type.starts_with(begin));
    let tables = THINGS.iter().filter(|(list, _)| begins(list)).flat_map(|(_, tables)| tables.iter());
    for table in tables.filter_map(|name| TableId::find(name)) {
        // Whoever asks for all there are asks of every provider, and of those that nobody reads at all.
        stage.doubt(resource, table, Scope::default(), GapCode::NotCollected);
    }
}

/// Says what such a resource leaves open.
pub(crate) fn doubt(resource: &Resource, stage: &mut Stage) {
    doubt_thing(resource, stage);
    let words: Vec<&str> = resource.native_type.split('_').collect();
    let tables = WORDS.iter().filter(|(list, _)| list.iter().any(|word| words.contains(word)));
    let mut tables: Vec<&str> = tables.flat_map(|(_, tables)| tables.iter().copied()).collect();
    tables.sort_unstable();
    tables.dedup();
    if tables.is_empty() {
        return;
    }
    let provider = resource.common.provider.known().cloned();
    let mut subjects: Vec<Option<String>> = resource
        .log
        .borrow()
        .iter()
        .filter_map(|logged| logged.reference.uid())
        .map(|uid| Some(uid.to_owned()))
        .collect();
    if subjects.is_empty() {
        subjects.push(None);
    }
    for table in tables.into_iter().filter_map(TableId::find) {
        for subject in &subjects {
            let scope = Scope { provider: provider.clone(), subject: subject.clone(), ..Scope::default() };
            stage.doubt(resource, table, scope, GapCode::NotCollected);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::mapping;

    #[test]
    fn what_is_said_of_types_nobody_reads_is_true_and_names_tables() {
        let known: Vec<&str> = mapping::mapped_types().iter().map(|mapped| mapped.native_type).collect();
        for (list, tables) in THINGS {
            assert!(tables.iter().all(|table| TableId::find(table).is_some()), "{tables:?}");
            for begin in *list {
                let read: Vec<&&str> = known.iter().filter(|known| known.starts_with(begin)).collect();
                assert!(read.is_empty(), "{begin}: {read:?}");
            }
        }
    }
}
