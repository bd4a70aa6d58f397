//! The activity log and where it goes, logs of single resources, and the workspaces that keep them.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Account, AuditTrail, Bucket, Database, Endpoint, LogStore, Workload};

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_application_insights", insights, &[table::<LogStore>]),
    Mapping::new("azurerm_log_analytics_cluster", cluster, &[]),
    Mapping::new("azurerm_log_analytics_cluster_customer_managed_key", cluster, &[]),
    Mapping::new("azurerm_log_analytics_linked_service", linked_service, &[]).patching(&[table::<LogStore>]),
    Mapping::new("azurerm_log_analytics_workspace", workspace, &[table::<LogStore>]),
    Mapping::new("azurerm_monitor_aad_diagnostic_setting", directory, &[]),
    Mapping::new("azurerm_monitor_log_profile", log_profile, &[table::<AuditTrail>]),
    Mapping::new("azurerm_monitor_diagnostic_setting", diagnostic, &[table::<AuditTrail>]).patching(&[
        table::<Bucket>,
        table::<Database>,
        table::<Endpoint>,
        table::<LogStore>,
        table::<Workload>,
    ]),
];

const WORKSPACES: &[&str] = &["azurerm_log_analytics_workspace"];

/// What takes connections, and has rows in `endpoint` under names of its own.
const ENDPOINTS: &[&str] = &[
    "azurerm_api_management",
    "azurerm_application_gateway",
    "azurerm_cdn_frontdoor_profile",
    "azurerm_linux_function_app",
    "azurerm_linux_web_app",
    "azurerm_windows_function_app",
    "azurerm_windows_web_app",
];

/// Categories that only the activity log of a subscription has.
const ACTIVITY: &[&str] = &[
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
];

/// Notes that the subscription's own settings are in the input. What Azure records by itself lasts for 90 days.
pub(crate) fn account_seen(resource: &Resource, stage: &mut Stage) {
    stage.account(resource, |account: &mut Account| {
        account.settings_seen = true.into();
        account.recorded_by_provider = false.into();
    });
}

/// The categories and groups that a setting switches on; `enabled_log` since version 3, `log` before.
fn categories(resource: &Resource) -> Cell<Vec<String>> {
    let mut on = Vec::new();
    for list in ["enabled_log", "log"] {
        let blocks = match resource.blocks(list) {
            Attr::Known(blocks) => blocks,
            Attr::Unset => continue,
            // The old list is computed from the new one.
            Attr::Unknown(_) if list == "log" && resource.is_configured("log") != Some(true) => continue,
            Attr::Unknown(code) => return Cell::Gap(code),
        };
        for block in blocks {
            if list == "log" && block.bool("enabled").known() == Some(&false) {
                continue;
            }
            match (block.text("category"), block.text("category_group")) {
                (Attr::Known(name), _) | (_, Attr::Known(name)) => on.push(name),
                (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => return Cell::Gap(code),
                (Attr::Unset, Attr::Unset) => {}
            }
        }
    }
    on.sort();
    on.dedup();
    Cell::Known(on)
}

fn diagnostic(resource: &Resource, stage: &mut Stage) {
    let on = categories(resource);
    let of_subscription = match resource.text("target_resource_id") {
        Attr::Known(id) => is_subscription(&id),
        // A subscription is mostly read, not made: then only the categories tell that it is one.
        _ => on.known().is_some_and(|on| on.iter().any(|name| ACTIVITY.contains(&name.as_str()))),
    };
    if of_subscription { export(resource, stage, &on) } else { log_of_resource(resource, stage, &on) }
}

fn is_subscription(id: &str) -> bool {
    let mut parts = id.trim_matches('/').split('/');
    parts.next().is_some_and(|word| word.eq_ignore_ascii_case("subscriptions")) && parts.nth(1).is_none()
}

/// An export of the activity log. It holds writes of administration in all regions, never accesses to data.
fn export(resource: &Resource, stage: &mut Stage, on: &Cell<Vec<String>>) {
    account_seen(resource, stage);
    let storage = resource.reference("storage_account_id", &["azurerm_storage_account"]);
    let workspace = resource.reference("log_analytics_workspace_id", WORKSPACES);
    let hub = resource.reference("eventhub_authorization_rule_id", &[]);
    let partner = resource.reference("partner_solution_id", &[]);
    let destination = [&storage, &workspace, &hub, &partner].into_iter().find(|reference| !reference.is_unset());
    let watched = [&workspace, &hub, &partner].into_iter().any(|reference| !reference.is_unset());
    stage.add(
        resource,
        AuditTrail {
            enabled: on.clone().map(|on| !on.is_empty()),
            all_regions: true.into(),
            organisation: false.into(),
            management_events: on.clone().map(|on| on.iter().any(|name| name == "Administrative" || name == "allLogs")),
            data_events: false.into(),
            can_hold_data_events: false.into(),
            integrity_protected: false.into(),
            key_manager: "".into(),
            destination: destination.map_or_else(|| "".into(), Reference::cell),
            watched: watched.into(),
            ..AuditTrail::default()
        },
    );
    if !workspace.is_unset() {
        stage.facet::<LogStore>(
            resource,
            "log_analytics_workspace_id",
            WORKSPACES,
            |row, code| row.receives_audit_trail = Cell::Gap(code),
            |row| row.receives_audit_trail = true.into(),
        );
    }
}

/// How the activity log was exported before diagnostic settings could; its regions were listed one by one.
fn log_profile(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let storage = resource.reference("storage_account_id", &["azurerm_storage_account"]);
    let hub = resource.reference("servicebus_rule_id", &[]);
    let destination = if storage.is_unset() { &hub } else { &storage };
    let categories = resource.texts("categories").cell();
    stage.add(
        resource,
        AuditTrail {
            enabled: true.into(),
            // That a list of regions is complete today says nothing of tomorrow's.
            all_regions: Cell::default(),
            organisation: false.into(),
            management_events: categories
                .map(|on| ["Write", "Delete", "Action"].iter().all(|kind| on.iter().any(|name| name == kind))),
            data_events: false.into(),
            can_hold_data_events: false.into(),
            integrity_protected: false.into(),
            key_manager: "".into(),
            destination: destination.cell(),
            watched: (!hub.is_unset()).into(),
            ..AuditTrail::default()
        },
    );
}

/// Logs of one resource: what they are called depends on what it is.
fn log_of_resource(resource: &Resource, stage: &mut Stage, on: &Cell<Vec<String>>) {
    let any = on.clone().map(|on| !on.is_empty());
    let has = |wanted: &'static [&'static str]| {
        on.clone().map(|on| {
            let grouped = on.iter().any(|name| name == "audit" || name == "allLogs");
            grouped || wanted.iter().all(|wanted| on.iter().any(|name| name == wanted))
        })
    };
    let objects = has(&["StorageRead", "StorageWrite", "StorageDelete"]);
    let calls = on
        .clone()
        .map(|on| on.iter().any(|name| name.starts_with("kube-audit") || name == "audit" || name == "allLogs"));
    let target = resource.reference("target_resource_id", &[]);
    match &target {
        Reference::Literal(id) => {
            // Logs of a storage account are those of its services: `…/storageAccounts/NAME/blobServices/default`.
            let id = id.split("/blobServices/").next().unwrap_or_default();
            if let Some(Some(found)) = resource.survey.index.by_literal(id, &["azurerm_storage_account"]) {
                let account = format!("{}:{}", resource.snapshot, resource.survey.index.address(found));
                stage.link(&Reference::Uid(resource.uid().to_owned()), &Reference::Uid(account));
                stage.for_linked::<Bucket>(resource, move |_, row| {
                    row.access_log = row.access_log.clone().either(objects.clone());
                });
            }
        }
        Reference::Uid(_) | Reference::Unresolved(_) | Reference::Unset => {
            stage.facet::<Bucket>(
                resource,
                "target_resource_id",
                &[],
                |row, code| forget(&mut row.access_log, code),
                move |row| row.access_log = row.access_log.clone().either(objects),
            );
        }
    }
    let of_endpoint = any.clone();
    stage.facet::<Database>(
        resource,
        "target_resource_id",
        &[],
        |row, code| forget(&mut row.log_export, code),
        move |row| row.log_export = row.log_export.clone().either(any),
    );
    stage.facet::<Workload>(
        resource,
        "target_resource_id",
        &[],
        |row, code| forget(&mut row.logging, code),
        move |row| row.logging = row.logging.clone().either(calls),
    );
    let of_front = |uid: &&str| ENDPOINTS.iter().any(|kind| uid.split([':', '.']).any(|part| part == *kind));
    if let Some(uid) = target.uid().filter(of_front).map(str::to_owned) {
        stage.for_account::<Endpoint>(resource, move |_, row| {
            if row.resource.known() == Some(&uid) {
                row.access_log = row.access_log.clone().or(false.into()).either(of_endpoint.clone());
            }
        });
    }
}

/// A log that may be switched on by a setting whose target is not known: only "off" becomes unknown.
fn forget(cell: &mut Cell<bool>, code: GapCode) {
    if cell.known() == Some(&false) {
        *cell = Cell::Gap(code);
    }
}

fn directory(resource: &Resource, _stage: &mut Stage) {
    // Sign-ins of the directory: a record of another kind than a subscription's, told by its relation to the workspace.
    resource.reference("log_analytics_workspace_id", WORKSPACES);
}

fn workspace(resource: &Resource, stage: &mut Stage) {
    let days = resource.unset_if_computed("retention_in_days", resource.int("retention_in_days"));
    let ingestion = resource.bool("internet_ingestion_enabled").or(true);
    let query = resource.bool("internet_query_enabled").or(true);
    stage.add(
        resource,
        LogStore {
            has_expiry: true.into(),
            retention_days: days.or_default(resource, "azure.log_analytics.retention_days"),
            key: "".into(),
            // A key of one's own comes with a dedicated cluster: see the linked service.
            key_manager: "provider".into(),
            locked: false.into(),
            public: ingestion.either(query),
            deletion_protected: false.into(),
            receives_audit_trail: false.into(),
            ..LogStore::default()
        },
    );
}

fn cluster(resource: &Resource, _stage: &mut Stage) {
    resource.reference("log_analytics_cluster_id", &["azurerm_log_analytics_cluster"]);
    resource.reference("key_vault_key_id", &["azurerm_key_vault_key"]);
}

/// Ties a workspace to a dedicated cluster. Only where the input gives a cluster a key is it known whose it is.
fn linked_service(resource: &Resource, stage: &mut Stage) {
    let cluster = resource.reference("write_access_id", &["azurerm_log_analytics_cluster"]);
    if cluster.is_unset() {
        return;
    }
    let keyed =
        stage.survey().index.types().iter().any(|kind| &**kind == "azurerm_log_analytics_cluster_customer_managed_key");
    let manager: Cell<String> = if keyed { "customer".into() } else { Cell::default() };
    stage.facet::<LogStore>(
        resource,
        "workspace_id",
        WORKSPACES,
        |row, code| row.key_manager = Cell::Gap(code),
        move |row| row.key_manager = manager,
    );
}

fn insights(resource: &Resource, stage: &mut Stage) {
    let ingestion = resource.bool("internet_ingestion_enabled").or(true);
    let query = resource.bool("internet_query_enabled").or(true);
    resource.reference("workspace_id", WORKSPACES);
    stage.add(
        resource,
        LogStore {
            has_expiry: true.into(),
            retention_days: resource.int("retention_in_days").or(90),
            key: "".into(),
            key_manager: "provider".into(),
            locked: false.into(),
            public: ingestion.either(query),
            deletion_protected: false.into(),
            receives_audit_trail: false.into(),
            ..LogStore::default()
        },
    );
}
