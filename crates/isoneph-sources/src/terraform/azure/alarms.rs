//! Who is told of what: alerts of Azure Monitor and Sentinel, budgets, the contact of Defender for Cloud.

use isoneph_tables::Cell;
use isoneph_tables::schema::AlertRule;

use super::activity::account_seen;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_consumption_budget_management_group", group_budget, &[table::<AlertRule>]),
    Mapping::new("azurerm_consumption_budget_resource_group", part_budget, &[table::<AlertRule>]),
    Mapping::new("azurerm_consumption_budget_subscription", budget, &[table::<AlertRule>]),
    Mapping::new("azurerm_cost_anomaly_alert", cost_anomaly, &[table::<AlertRule>]),
    Mapping::new("azurerm_monitor_action_group", action_group, &[]),
    Mapping::new("azurerm_monitor_activity_log_alert", activity_alert, &[table::<AlertRule>]),
    Mapping::new("azurerm_monitor_metric_alert", metric_alert, &[table::<AlertRule>]),
    Mapping::new("azurerm_monitor_scheduled_query_rules_alert", query_alert, &[table::<AlertRule>]),
    Mapping::new("azurerm_monitor_scheduled_query_rules_alert_v2", query_alert, &[table::<AlertRule>]),
    Mapping::new("azurerm_security_center_contact", contact, &[table::<AlertRule>]),
    Mapping::new("azurerm_sentinel_alert_rule_fusion", sentinel_findings, &[table::<AlertRule>]),
    Mapping::new("azurerm_sentinel_alert_rule_ms_security_incident", sentinel_findings, &[table::<AlertRule>]),
    Mapping::new("azurerm_sentinel_alert_rule_nrt", sentinel_query, &[table::<AlertRule>]),
    Mapping::new("azurerm_sentinel_alert_rule_scheduled", sentinel_query, &[table::<AlertRule>]),
];

fn rule(watches: Cell<String>, enabled: Cell<bool>, has_receiver: Cell<bool>, pattern: Cell<String>) -> AlertRule {
    AlertRule { watches, enabled, has_receiver, pattern, organisation: false.into(), ..AlertRule::default() }
}

fn action_group(_resource: &Resource, _stage: &mut Stage) {
    // A group of receivers tells nobody of anything by itself.
}

/// Whether blocks at a path name something. An identifier that is only known later is one all the same.
fn named(blocks: Attr<Vec<Block<'_>>>, paths: &[&str]) -> Cell<bool> {
    match blocks {
        Attr::Known(blocks) => {
            let set = |block: &Block<'_>| paths.iter().any(|path| block.is_set(path) != Attr::Known(false));
            blocks.iter().any(set).into()
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn activity_alert(resource: &Resource, stage: &mut Stage) {
    let category = resource.text("criteria.category").cell();
    let operation = resource.text("criteria.operation_name").or("");
    let watches = category.and_then(|category| {
        let kind = match category.as_str() {
            "Administrative" => return operation.clone().map(|operation| administrative(&operation).to_owned()),
            "Policy" => "administrative-activity",
            "Security" => "threat-findings",
            "ServiceHealth" => "provider-notices",
            "ResourceHealth" => "availability",
            "Autoscale" => "capacity",
            _ => "other",
        };
        kind.into()
    });
    let enabled = resource.bool("enabled").or(true);
    if watches.known().is_some_and(|kind| kind != "availability" && kind != "capacity" && kind != "other") {
        account_seen(resource, stage);
    }
    stage.add(resource, rule(watches, enabled, named(resource.blocks("action"), &["action_group_id"]), operation));
}

fn administrative(operation: &str) -> &'static str {
    let operation = operation.to_lowercase();
    let begins = |prefix: &str| operation.starts_with(prefix);
    if begins("microsoft.authorization/") || begins("microsoft.managedidentity/") {
        "identity-changes"
    } else if begins("microsoft.network/") {
        "network-changes"
    } else if operation.contains("diagnosticsettings") || begins("microsoft.operationalinsights/") {
        "logging-changes"
    } else {
        "administrative-activity"
    }
}

fn metric_alert(resource: &Resource, stage: &mut Stage) {
    let name =
        resource.text("criteria.metric_name").or_else(|| resource.text("dynamic_criteria.metric_name")).or_else(|| {
            resource
                .text("application_insights_web_test_location_availability_criteria.web_test_id")
                .map(|_| "availability".to_owned())
        });
    let watches = name.clone().map(|name| watches_metric(&name).to_owned()).or("other");
    let enabled = resource.bool("enabled").or(true);
    stage.add(resource, rule(watches, enabled, named(resource.blocks("action"), &["action_group_id"]), name.or("")));
}

fn watches_metric(name: &str) -> &'static str {
    const CAPACITY: &[&str] = &[
        "cpu",
        "memory",
        "storage",
        "disk",
        "capacity",
        "throttl",
        "quota",
        "connections",
        "dtu",
        "percent",
        "workers",
        "queue",
        "requestunits",
        "ru",
        "credits",
        "utilization",
        "usage",
        "iops",
    ];
    const AVAILABILITY: &[&str] =
        &["availability", "health", "http5", "http4", "latency", "responsetime", "failed", "error"];
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(AVAILABILITY) {
        "availability"
    } else if has(CAPACITY) {
        "capacity"
    } else {
        "other"
    }
}

/// What a query looks at, by the tables of the workspace that it names.
fn watches_query(query: &str) -> &'static str {
    const TABLES: &[(&str, &[&str])] = &[
        ("sign-in", &["SigninLogs", "SignInLogs"]),
        ("identity-changes", &["AuditLogs", "Microsoft.Authorization"]),
        ("threat-findings", &["SecurityAlert", "SecurityIncident"]),
        ("network-changes", &["Microsoft.Network/"]),
        ("administrative-activity", &["AzureActivity"]),
        ("capacity", &["Perf", "InsightsMetrics", "_Usage", "Usage"]),
        ("availability", &["Heartbeat", "AppRequests", "requests", "exceptions"]),
    ];
    let named = |(_, words): &&(&str, &[&str])| words.iter().any(|word| query.contains(word));
    TABLES.iter().find(named).map_or("other", |(kind, _)| kind)
}

fn query_alert(resource: &Resource, stage: &mut Stage) {
    let query = resource.text("query").or_else(|| resource.text("criteria.query")).cell();
    let receivers = named(resource.blocks("action"), &["action_group", "action_groups"]);
    let enabled = resource.bool("enabled").or(true);
    stage.add(resource, rule(query.clone().map(|query| watches_query(&query).to_owned()), enabled, receivers, query));
}

/// Rules of Sentinel open incidents in a queue that people work on.
fn sentinel_query(resource: &Resource, stage: &mut Stage) {
    let query = resource.text("query").cell();
    let opens = resource
        .bool("incident.create_incident_enabled")
        .or_else(|| resource.bool("incident_configuration.create_incident"))
        .or(true);
    let enabled = resource.bool("enabled").or(true);
    stage.add(resource, rule(query.clone().map(|query| watches_query(&query).to_owned()), enabled, opens, query));
}

fn sentinel_findings(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, rule("threat-findings".into(), resource.bool("enabled").or(true), true.into(), "".into()));
}

fn notified(resource: &Resource) -> Cell<bool> {
    match resource.blocks("notification") {
        Attr::Known(blocks) => {
            let told = |block: &Block<'_>| {
                let any = ["contact_emails", "contact_groups", "contact_roles"]
                    .iter()
                    .any(|path| block.is_set(path) != Attr::Known(false));
                block.bool("enabled").or(true).and(any.into())
            };
            blocks.iter().map(told).fold(Cell::Known(false), Cell::either)
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn budget(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    stage.add(resource, rule("spend".into(), true.into(), notified(resource), "".into()));
}

fn group_budget(resource: &Resource, stage: &mut Stage) {
    let row = rule("spend".into(), true.into(), notified(resource), "".into());
    stage.add(resource, AlertRule { organisation: true.into(), ..row });
}

/// The budget of a resource group says nothing of its subscription.
fn part_budget(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, rule("other".into(), true.into(), notified(resource), "".into()));
}

fn cost_anomaly(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let told = resource.is_set("email_addresses").cell();
    stage.add(resource, rule("spend".into(), true.into(), told, "".into()));
}

/// Whom Defender for Cloud writes to.
fn contact(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let enabled = resource.bool("alert_notifications").cell();
    stage.add(resource, rule("provider-notices".into(), enabled, resource.is_set("email").cell(), "".into()));
}
