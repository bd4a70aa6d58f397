//! Who is told of what: alert policies, budgets, contacts, notifications of Security Command Center.

use isoneph_tables::Cell;
use isoneph_tables::schema::AlertRule;

use super::logging::{account_seen, for_organisation};
use crate::terraform::attr::Attr;
use crate::terraform::aws::alarms::names_any;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_billing_budget", budget, &[table::<AlertRule>]),
    Mapping::new("google_essential_contacts_contact", contact, &[table::<AlertRule>]),
    Mapping::new("google_logging_metric", log_metric, &[]).patching(&[table::<AlertRule>]),
    Mapping::new("google_monitoring_alert_policy", policy, &[table::<AlertRule>]).patching(&[table::<AlertRule>]),
    Mapping::new("google_monitoring_notification_channel", channel, &[]),
    Mapping::new("google_scc_folder_notification_config", findings, &[table::<AlertRule>]),
    Mapping::new("google_scc_notification_config", organisation_findings, &[table::<AlertRule>]),
    Mapping::new("google_scc_project_notification_config", findings, &[table::<AlertRule>]),
    Mapping::new("google_scc_v2_folder_notification_config", findings, &[table::<AlertRule>]),
    Mapping::new("google_scc_v2_organization_notification_config", organisation_findings, &[table::<AlertRule>]),
    Mapping::new("google_scc_v2_project_notification_config", findings, &[table::<AlertRule>]),
];

fn channel(_resource: &Resource, _stage: &mut Stage) {
    // A channel tells nobody of anything by itself.
}

/// What a filter over logs looks for.
fn watches_logs(filter: &str) -> &'static str {
    const WORDS: &[(&str, &[&str])] = &[
        (
            "logging-changes",
            &["ConfigServiceV2", "logging.googleapis.com", "UpdateSink", "DeleteSink", "auditConfigDeltas"],
        ),
        ("sign-in", &["login.googleapis.com", "google.login"]),
        (
            "identity-changes",
            &["SetIamPolicy", "iam_role", "CreateServiceAccount", "bindingDeltas", "iam.googleapis.com"],
        ),
        (
            "network-changes",
            &[
                "gce_firewall_rule",
                "gce_network",
                "gce_route",
                "compute.firewalls",
                "compute.networks",
                "compute.routes",
            ],
        ),
        ("administrative-activity", &["protoPayload", "cloudaudit"]),
    ];
    let named = |(_, words): &&(&str, &[&str])| words.iter().any(|word| filter.contains(word));
    WORDS.iter().find(named).map_or("other", |(kind, _)| kind)
}

/// What a filter over metrics measures.
fn watches_metric(filter: &str) -> &'static str {
    const AVAILABILITY: &[&str] = &["uptime_check", "latency", "error", "5xx", "request_count", "up\""];
    const CAPACITY: &[&str] = &[
        "quota",
        "utilization",
        "cpu",
        "memory",
        "disk",
        "storage",
        "bytes_used",
        "capacity",
        "connections",
        "num_backends",
        "oldest_unacked",
        "num_undelivered",
        "instance_count",
        "throttl",
    ];
    let filter = filter.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| filter.contains(word));
    if filter.contains("billing") {
        "spend"
    } else if has(CAPACITY) {
        "capacity"
    } else if has(AVAILABILITY) {
        "availability"
    } else {
        "other"
    }
}

fn policy(resource: &Resource, stage: &mut Stage) {
    let (watches, pattern) = match resource.blocks("conditions") {
        Attr::Known(conditions) => conditions.first().map_or_else(|| ("other".into(), "".into()), condition),
        Attr::Unset => ("other".into(), "".into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    };
    let channels = resource.references("notification_channels", &["google_monitoring_notification_channel"]);
    stage.add(
        resource,
        AlertRule {
            watches,
            enabled: resource.bool("enabled").or(true),
            has_receiver: names_any(&channels),
            pattern,
            organisation: false.into(),
            ..AlertRule::default()
        },
    );
}

/// What the first condition of a policy watches, and its filter or query.
fn condition(condition: &Block<'_>) -> (Cell<String>, Cell<String>) {
    let logs = condition.text("condition_matched_log.filter");
    if !logs.is_unset() {
        return (logs.clone().map(|filter| watches_logs(&filter).to_owned()).cell(), logs.cell());
    }
    const MEASURED: &[&str] = &[
        "condition_threshold.filter",
        "condition_absent.filter",
        "condition_monitoring_query_language.query",
        "condition_prometheus_query_language.query",
    ];
    let found = MEASURED.iter().map(|path| condition.text(path)).find(|text| !text.is_unset());
    let text = found.unwrap_or(Attr::Unset);
    (text.clone().map(|text| watches_metric(&text).to_owned()).or("other"), text.or(""))
}

/// A metric over logs gives the policies on it their meaning.
fn log_metric(resource: &Resource, stage: &mut Stage) {
    let Attr::Known(name) = resource.text("name") else { return };
    let watches = resource.text("filter").cell().map(|filter| watches_logs(&filter).to_owned());
    let metric = format!("logging.googleapis.com/user/{name}");
    stage.for_account::<AlertRule>(resource, move |common, row| {
        let is_policy = common.native_type.known().is_some_and(|kind| kind == "google_monitoring_alert_policy");
        let on_it = row.pattern.known().is_some_and(|pattern| names(pattern, &metric));
        if is_policy && on_it {
            row.watches = watches.clone();
        }
    });
}

/// Whether a filter names this metric, and not one whose name only begins alike.
fn names(filter: &str, metric: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c));
    filter.match_indices(metric).any(|(at, _)| !goes_on(&filter[at + metric.len()..]))
}

/// Whether a list of projects names the resource's own account.
fn own_project(resource: &Resource, projects: &[String]) -> bool {
    let own = resource.common.account.known();
    own.is_some_and(|own| projects.iter().any(|project| project.trim_start_matches("projects/") == own))
}

/// A budget counts the projects that it names, or all of its billing account.
fn budget(resource: &Resource, stage: &mut Stage) {
    let projects = resource.unset_if_computed("budget_filter", resource.texts("budget_filter.projects"));
    let (watches, organisation): (Cell<String>, Cell<bool>) = match &projects {
        Attr::Unset => ("spend".into(), true.into()),
        Attr::Known(projects) if projects.is_empty() => ("spend".into(), true.into()),
        Attr::Known(projects) if own_project(resource, projects) => ("spend".into(), false.into()),
        // Projects by number, or others: which accounts they are is not seen here.
        Attr::Known(_) => (Cell::default(), Cell::default()),
        Attr::Unknown(code) => (Cell::Gap(*code), Cell::Gap(*code)),
    };
    let thresholds = resource.blocks("threshold_rules").map(|rules| !rules.is_empty()).or(false);
    // Without channels of its own, a budget writes to the administrators of the billing account.
    let administrators = resource.bool("all_updates_rule.disable_default_iam_recipients").or(false).not();
    let channels = resource.is_set("all_updates_rule.monitoring_notification_channels").or(false);
    let topic = resource.is_set("all_updates_rule.pubsub_topic").or(false);
    stage.add(
        resource,
        AlertRule {
            watches,
            enabled: true.into(),
            has_receiver: thresholds.and(administrators.either(channels)).either(topic),
            pattern: "".into(),
            organisation,
            ..AlertRule::default()
        },
    );
}

/// A contact for security gets the provider's notices for a project, or for everything below a folder or organisation.
fn contact(resource: &Resource, stage: &mut Stage) {
    let kinds = resource.texts("notification_category_subscriptions").cell();
    let parent = resource.text("parent");
    let told = kinds.map(|kinds| kinds.iter().any(|kind| kind == "SECURITY" || kind == "ALL"));
    let word = told.map(|told| if told { "provider-notices" } else { "other" }.to_owned());
    let (watches, organisation): (Cell<String>, Cell<bool>) = match &parent {
        Attr::Known(parent) if parent.starts_with("organizations/") => (word, true.into()),
        Attr::Known(parent) if own_project(resource, std::slice::from_ref(parent)) => {
            account_seen(resource, stage);
            (word, false.into())
        }
        // Another project, one by its number, or a folder: which accounts it is for is not seen here.
        Attr::Known(_) | Attr::Unset => (Cell::default(), Cell::default()),
        Attr::Unknown(code) => (Cell::Gap(*code), Cell::Gap(*code)),
    };
    stage.add(
        resource,
        AlertRule {
            watches,
            enabled: true.into(),
            has_receiver: true.into(),
            pattern: "".into(),
            organisation,
            ..AlertRule::default()
        },
    );
}

fn notification(resource: &Resource, stage: &mut Stage, organisation: Cell<bool>) {
    let told = names_any(&resource.references("pubsub_topic", &["google_pubsub_topic"]));
    stage.add(
        resource,
        AlertRule {
            watches: "threat-findings".into(),
            enabled: true.into(),
            has_receiver: told,
            pattern: resource.text("streaming_config.filter").or(""),
            organisation,
            ..AlertRule::default()
        },
    );
}

fn findings(resource: &Resource, stage: &mut Stage) {
    notification(resource, stage, for_organisation(resource));
}

fn organisation_findings(resource: &Resource, stage: &mut Stage) {
    notification(resource, stage, true.into());
}
