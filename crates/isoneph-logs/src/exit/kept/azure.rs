//! Azure. An operation of the control plane names the type of the thing; Entra ID and the vaults' own logs have words.

use super::Keeping::{For, Not, Perhaps};
use super::Kept;

pub(super) const KEPT: &[Kept] = &[
    // Key Vault and managed HSM: 7 to 90 days.
    (
        For(90),
        &[
            "microsoft.keyvault/vaults/delete",
            "microsoft.keyvault/vaults/keys/delete",
            "microsoft.keyvault/vaults/secrets/delete",
            "microsoft.keyvault/managedhsms/delete",
            "vaultdelete",
            "keydelete",
            "secretdelete",
            "certificatedelete",
        ],
        // Their identities are addresses of a vault, which say no type.
        &[
            "azurerm_key_vault_certificate",
            "azurerm_key_vault_key",
            "azurerm_key_vault_managed_hardware_security_module_key",
            "azurerm_key_vault_secret",
        ],
    ),
    (
        Not,
        &[
            "microsoft.keyvault/locations/deletedvaults/purge/action",
            "microsoft.keyvault/locations/deletedmanagedhsms/purge/action",
            "microsoft.appconfiguration/locations/deletedconfigurationstores/purge/action",
            "keypurge",
            "secretpurge",
            "certificatepurge",
            "vaultpurge",
            "hard delete user",
            "hard delete application",
            "hard delete group",
        ],
        &[],
    ),
    (For(30), &["delete user", "delete application", "delete service principal", "delete group"], &[]),
    // A cancelled subscription is kept for 30 to 90 days.
    (For(90), &["microsoft.subscription/cancel/action"], &[]),
    (For(14), &["microsoft.storage/storageaccounts/delete", "microsoft.classicstorage/storageaccounts/delete"], &[]),
    // Soft deletion of containers and shares: 1 to 365 days, and seven as the portal sets it.
    (
        Perhaps(365),
        &[
            "microsoft.storage/storageaccounts/blobservices/containers/delete",
            "microsoft.storage/storageaccounts/fileservices/shares/delete",
            "deletecontainer",
            "deletefilesystem",
            "deleteshare",
        ],
        &[],
    ),
    (
        Not,
        &[
            "microsoft.storage/storageaccounts/queueservices/queues/delete",
            "microsoft.storage/storageaccounts/tableservices/tables/delete",
            "deletequeue",
            "deletetable",
        ],
        &[],
    ),
    // Backup items, and the vaults: soft deletion, 14 to 180 days.
    (
        Perhaps(180),
        &[
            "microsoft.recoveryservices/vaults/delete",
            "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems/delete",
            "microsoft.dataprotection/backupvaults/delete",
            "microsoft.dataprotection/backupvaults/backupinstances/delete",
        ],
        &[],
    ),
    // Point-in-time restore of deleted databases, 1 to 35 days; how long, was set before. Long-term backups are things of
    // their own.
    (
        Perhaps(35),
        &[
            "microsoft.sql/servers/delete",
            "microsoft.sql/servers/databases/delete",
            "microsoft.sql/managedinstances/delete",
            "microsoft.sql/managedinstances/databases/delete",
            "microsoft.dbforpostgresql/flexibleservers/databases/delete",
            "microsoft.dbformysql/flexibleservers/databases/delete",
            "microsoft.documentdb/mongoclusters/delete",
        ],
        &[],
    ),
    // The backup of a deleted server is kept for five days.
    (
        For(5),
        &[
            "microsoft.dbforpostgresql/servers/delete",
            "microsoft.dbforpostgresql/flexibleservers/delete",
            "microsoft.dbformysql/servers/delete",
            "microsoft.dbformysql/flexibleservers/delete",
            "microsoft.dbformariadb/servers/delete",
        ],
        &[],
    ),
    // Continuous backup of 7 or 30 days; periodic backups for 30 days after the account went.
    (
        Perhaps(30),
        &[
            "microsoft.documentdb/databaseaccounts/delete",
            "microsoft.documentdb/databaseaccounts/sqldatabases/delete",
            "microsoft.documentdb/databaseaccounts/sqldatabases/containers/delete",
            "microsoft.documentdb/databaseaccounts/mongodbdatabases/delete",
            "microsoft.documentdb/databaseaccounts/mongodbdatabases/collections/delete",
            "microsoft.documentdb/databaseaccounts/gremlindatabases/delete",
            "microsoft.documentdb/databaseaccounts/tables/delete",
            "microsoft.documentdb/databaseaccounts/cassandrakeyspaces/delete",
        ],
        &[],
    ),
    // Deleted applications can be restored for 30 days, but for those of some plans.
    (Perhaps(30), &["microsoft.web/sites/delete", "microsoft.web/sites/slots/delete"], &[]),
    (Perhaps(30), &["microsoft.managedidentity/userassignedidentities/delete"], &[]),
    (
        For(14),
        &["microsoft.operationalinsights/workspaces/delete", "microsoft.machinelearningservices/workspaces/delete"],
        &[],
    ),
    (Perhaps(14), &["microsoft.kusto/clusters/delete", "microsoft.kusto/clusters/databases/delete"], &[]),
    // Stores of the standard tier and above: 1 to 7 days.
    (Perhaps(7), &["microsoft.appconfiguration/configurationstores/delete"], &[]),
    (
        Perhaps(7),
        &[
            "microsoft.compute/galleries/delete",
            "microsoft.compute/galleries/images/delete",
            "microsoft.compute/galleries/images/versions/delete",
        ],
        &[],
    ),
    (For(2), &["microsoft.cognitiveservices/accounts/delete", "microsoft.apimanagement/service/delete"], &[]),
    // What is gone with the order. A group's members are looked for one by one.
    (
        Not,
        &[
            "microsoft.compute/virtualmachines/delete",
            "microsoft.compute/virtualmachinescalesets/delete",
            "microsoft.compute/virtualmachinescalesets/delete/action",
            "microsoft.compute/virtualmachinescalesets/virtualmachines/delete",
            "microsoft.classiccompute/virtualmachines/delete",
            "microsoft.compute/disks/delete",
            "microsoft.compute/snapshots/delete",
            "microsoft.compute/images/delete",
            "microsoft.compute/restorepointcollections/delete",
            "microsoft.compute/restorepointcollections/restorepoints/delete",
            "microsoft.compute/diskencryptionsets/delete",
            "microsoft.containerservice/managedclusters/delete",
            "microsoft.containerservice/managedclusters/agentpools/delete",
            "microsoft.web/serverfarms/delete",
            "microsoft.app/containerapps/delete",
            "microsoft.containerinstance/containergroups/delete",
            "microsoft.containerregistry/registries/delete",
            "microsoft.desktopvirtualization/hostpools/delete",
            "microsoft.batch/batchaccounts/delete",
            "microsoft.cache/redis/delete",
            "microsoft.cache/redisenterprise/delete",
            "microsoft.search/searchservices/delete",
            "microsoft.eventhub/namespaces/delete",
            "microsoft.eventhub/namespaces/eventhubs/delete",
            "microsoft.servicebus/namespaces/delete",
            "microsoft.datafactory/factories/delete",
            "microsoft.sql/servers/elasticpools/delete",
            "microsoft.sql/locations/longtermretentionservers/longtermretentiondatabases/longtermretentionbackups/delete",
            "microsoft.dbforpostgresql/flexibleservers/backups/delete",
            "microsoft.recoveryservices/vaults/backuppolicies/delete",
            "microsoft.dataprotection/backupvaults/backuppolicies/delete",
            "microsoft.resources/subscriptions/resourcegroups/delete",
            "microsoft.management/managementgroups/delete",
            "microsoft.resources/deploymentstacks/delete",
            "microsoft.insights/diagnosticsettings/delete",
            "microsoft.insights/logprofiles/delete",
            "microsoft.insights/datacollectionrules/delete",
        ],
        &[],
    ),
];
