//! The row that every managed resource has, of whatever type.

use isoneph_tables::Cell;
use isoneph_tables::schema::Resource as ResourceRow;

use super::attr::Attr;
use super::resource::Resource;

/// Types that hold data of their own, beside those whose table says so.
const DATA_TABLES: &[&str] =
    &["bucket", "disk", "disk_snapshot", "database", "secret", "log_store", "image_registry", "backup"];
const DATA_TYPES: &[&str] = &[
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_kinesis_stream",
    "aws_efs_file_system",
    "aws_fsx_lustre_file_system",
    "aws_fsx_windows_file_system",
    "aws_msk_cluster",
    "aws_mq_broker",
    "aws_workspaces_workspace",
    "azurerm_servicebus_namespace",
    "azurerm_eventhub_namespace",
    "azurerm_search_service",
    "azurerm_storage_share",
    "google_pubsub_topic",
    "google_filestore_instance",
];

const DAY: i64 = 86_400;

/// Where it is set for how long a service keeps a thing that was deleted, and how many seconds the unit has.
const KEPT: &[(&str, &str, i64)] = &[
    ("azurerm_app_configuration", "soft_delete_retention_days", DAY),
    ("azurerm_key_vault", "soft_delete_retention_days", DAY),
    ("azurerm_key_vault_managed_hardware_security_module", "soft_delete_retention_days", DAY),
    ("google_storage_bucket", "soft_delete_policy.retention_duration_seconds", 1),
];

/// The row of a resource; `kind` is the table that describes it.
pub(crate) fn row(resource: &Resource, kind: Option<&str>) -> ResourceRow {
    let [owner, classification, environment] = said_by_tags(&resource.common.tags);
    let taggable =
        ["tags", "tags_all", "labels", "user_labels", "effective_labels"].iter().any(|path| resource.knows(path));
    let holds_data = kind.is_some_and(|kind| DATA_TABLES.contains(&kind) && resource.native_type != "aws_backup_plan")
        || DATA_TYPES.contains(&resource.native_type.as_str());
    ResourceRow {
        kind: kind.unwrap_or("other").into(),
        owner,
        classification,
        environment,
        taggable: taggable.into(),
        holds_data: holds_data.into(),
        change: resource.action.as_str().into(),
        kept_days: kept_days(resource),
        ..ResourceRow::default()
    }
}

/// For how many days the thing is kept after its deletion, a part of a day as a whole one.
fn kept_days(resource: &Resource) -> Cell<i64> {
    let Some((_, path, unit)) = KEPT.iter().find(|(kind, ..)| *kind == resource.native_type) else {
        return Cell::default();
    };
    match resource.int(path) {
        Attr::Known(number) => number.saturating_mul(*unit).saturating_add(DAY - 1).div_euclid(DAY).into(),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// The owner, the classification and the environment that tags name.
pub(crate) fn said_by_tags(tags: &Cell<Vec<String>>) -> [Cell<String>; 3] {
    [
        tag(tags, &["owner", "team", "contact", "managed-by-team"]),
        tag(tags, &["classification", "data-classification", "sensitivity", "confidentiality"]),
        tag(tags, &["environment", "env", "stage"]),
    ]
}

/// The value of the first of these tags that is there, in any case and with `_` for `-`; `''` for none.
pub(crate) fn tag(tags: &Cell<Vec<String>>, keys: &[&str]) -> Cell<String> {
    tags.clone().map(|tags| {
        let normal = |key: &str| key.to_lowercase().replace('_', "-");
        let find =
            |wanted: &&str| tags.iter().find_map(|tag| tag.split_once('=').filter(|(key, _)| normal(key) == **wanted));
        keys.iter().find_map(find).map_or_else(String::new, |(_, value)| value.to_owned())
    })
}
