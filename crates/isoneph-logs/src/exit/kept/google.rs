//! Google Cloud.

use super::Keeping::{For, Not, Perhaps};
use super::Kept;

pub(super) const KEPT: &[Kept] = &[
    (
        For(30),
        &[
            "cloudresourcemanager:deleteproject",
            "google.cloud.resourcemanager.projects.deleteproject",
            "cloudresourcemanager:deletefolder",
            "google.cloud.resourcemanager.folders.deletefolder",
        ],
        &["google_project", "google_folder"],
    ),
    (
        For(120),
        &["google.cloud.kms.keymanagementservice.destroycryptokeyversion", "cloudkms:destroycryptokeyversion"],
        &["google_kms_crypto_key", "google_kms_crypto_key_version"],
    ),
    (For(30), &["google.iam.admin.deleteserviceaccount"], &["google_service_account"]),
    (
        For(30),
        &[
            "google.iam.workloadidentitypools.deleteworkloadidentitypool",
            "google.iam.workloadidentitypools.deleteworkloadidentitypoolprovider",
        ],
        &["google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider"],
    ),
    (For(30), &["google.api.apikeys.apikeys.deletekey"], &["google_apikeys_key"]),
    (For(20), &["google.admin.adminservice.deleteuser"], &[]),
    // UndeleteRole, within 7 days.
    (
        For(7),
        &["google.iam.admin.deleterole"],
        &["google_project_iam_custom_role", "google_organization_iam_custom_role"],
    ),
    // A bucket of logs waits for 7 days.
    (
        For(7),
        &["google.logging.configservicev2.deletebucket"],
        &[
            "google_logging_billing_account_bucket_config",
            "google_logging_folder_bucket_config",
            "google_logging_organization_bucket_config",
            "google_logging_project_bucket_config",
        ],
    ),
    // A week that anybody can go back, and one more of Google's own.
    (
        For(14),
        &[
            "google.cloud.bigquery.datasetservice.deletedataset",
            "google.cloud.bigquery.tableservice.deletetable",
            "datasetservice.delete",
            "tableservice.delete",
        ],
        &["google_bigquery_dataset", "google_bigquery_table"],
    ),
    // UndeleteTable, within 7 days.
    (For(7), &["google.bigtable.admin.bigtabletableadmin.deletetable"], &["google_bigtable_table"]),
    // Soft deletion: none, or 7 to 90 days.
    (Perhaps(90), &["storage.buckets.delete"], &["google_storage_bucket"]),
    // Backups that outlive the instance, the last one included: up to 365 days.
    (
        Perhaps(365),
        &["cloudsql.instances.delete", "google.cloud.sql.sqlinstancesservice.delete"],
        &["google_sql_database_instance"],
    ),
    // The instance's own point-in-time recovery, up to 35 days.
    (
        Perhaps(35),
        &["cloudsql.databases.delete", "google.cloud.sql.sqldatabasesservice.delete"],
        &["google_sql_database"],
    ),
    // Scheduled backups do not go with the database: Spanner's live for up to a year, AlloyDB's too, Firestore's for 14 weeks.
    (Perhaps(366), &["google.spanner.admin.database.databaseadmin.dropdatabase"], &["google_spanner_database"]),
    (Perhaps(365), &["google.cloud.alloydb.alloydbadmin.deletecluster"], &["google_alloydb_cluster"]),
    (Perhaps(98), &["google.firestore.admin.firestoreadmin.deletedatabase"], &["google_firestore_database"]),
    // The recycle bin of Compute Engine, by a policy of project or organisation; the manual names no longest time.
    (Perhaps(365), &["compute.snapshots.delete"], &["google_compute_snapshot"]),
    // Versions can be kept for a time that was set for the secret; the secret itself goes at once.
    (
        Not,
        &["google.cloud.secretmanager.secretmanagerservice.deletesecret"],
        &["google_secret_manager_regional_secret", "google_secret_manager_secret"],
    ),
    (
        Not,
        &[
            "compute.instances.delete",
            "compute.instancegroupmanagers.delete",
            "compute.instancegroupmanagers.deleteinstances",
            "compute.instancegroups.delete",
            "compute.instancetemplates.delete",
            "compute.regioninstancegroupmanagers.delete",
            "compute.nodegroups.delete",
            "compute.images.delete",
            "compute.machineimages.delete",
            "compute.disks.delete",
            "compute.regiondisks.delete",
            "compute.instantsnapshots.delete",
            "google.container.clustermanager.deletecluster",
            "google.container.clustermanager.deletenodepool",
            "google.cloud.run.services.deleteservice",
            "google.cloud.run.services.services.deleteservice",
            "google.cloud.run.jobs.deletejob",
            "google.cloud.functions.cloudfunctionsservice.deletefunction",
            "google.cloud.functions.functionservice.deletefunction",
            "google.appengine.services.deleteservice",
            "google.appengine.versions.deleteversion",
            "google.cloud.dataproc.clustercontroller.deletecluster",
            "google.spanner.admin.instance.instanceadmin.deleteinstance",
            "google.bigtable.admin.bigtableinstanceadmin.deleteinstance",
            "google.bigtable.admin.bigtableinstanceadmin.deletecluster",
            "google.cloud.alloydb.alloydbadmin.deleteinstance",
            "google.cloud.redis.cloudredis.deleteinstance",
            "google.cloud.memcache.cloudmemcache.deleteinstance",
            "google.cloud.filestore.cloudfilestoremanager.deleteinstance",
            "google.pubsub.publisher.deletetopic",
            "google.pubsub.subscriber.deletesubscription",
        ],
        &[
            "google_alloydb_instance",
            "google_bigtable_instance",
            "google_compute_disk",
            "google_compute_image",
            "google_compute_instance",
            "google_compute_machine_image",
            "google_compute_region_disk",
            "google_filestore_instance",
            "google_memcache_instance",
            "google_pubsub_subscription",
            "google_pubsub_topic",
            "google_redis_instance",
            "google_spanner_instance",
        ],
    ),
    (
        Not,
        &[
            "cloudsql.backupruns.delete",
            "google.cloud.sql.sqlbackuprunsservice.delete",
            "google.cloud.sql.sqlbackupsservice.deletebackup",
            "google.spanner.admin.database.databaseadmin.deletebackup",
            "google.bigtable.admin.bigtabletableadmin.deletebackup",
            "google.cloud.gkebackup.backupforgke.deletebackup",
            "google.cloud.gkebackup.backupforgke.deletebackupplan",
            "google.cloud.filestore.cloudfilestoremanager.deletebackup",
            "google.cloud.filestore.cloudfilestoremanager.deletesnapshot",
            "google.firestore.admin.firestoreadmin.deletebackup",
            "google.firestore.admin.firestoreadmin.deletebackupschedule",
            "google.cloud.alloydb.alloydbadmin.deletebackup",
            "compute.resourcepolicies.delete",
        ],
        &[
            "google_alloydb_backup",
            "google_compute_resource_policy",
            "google_filestore_backup",
            "google_filestore_snapshot",
            "google_gke_backup_backup_plan",
        ],
    ),
    (
        Not,
        &[
            "google.iam.admin.deleteserviceaccountkey",
            "storage.hmackeys.delete",
            "google.logging.configservicev2.deletesink",
            "google.logging.configservicev2.deletelink",
            "google.logging.configservicev2.deleteview",
        ],
        &["google_service_account_key", "google_storage_hmac_key"],
    ),
];
