//! Who is told of what: alarms of CloudWatch, rules of EventBridge, budgets, contacts for notices.

use isoneph_tables::Cell;
use isoneph_tables::schema::{AlertRule, AuditTrail};

use super::trails::account_seen;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_account_alternate_contact", contact, &[table::<AlertRule>]),
    Mapping::new("aws_budgets_budget", budget, &[table::<AlertRule>]),
    Mapping::new("aws_ce_anomaly_monitor", anomaly_monitor, &[]),
    Mapping::new("aws_ce_anomaly_subscription", anomaly_subscription, &[table::<AlertRule>]),
    Mapping::new("aws_cloudwatch_composite_alarm", composite_alarm, &[table::<AlertRule>]),
    Mapping::new("aws_cloudwatch_event_rule", event_rule, &[table::<AlertRule>])
        .patching(&[table::<AlertRule>, table::<AuditTrail>]),
    Mapping::new("aws_cloudwatch_event_target", event_target, &[]).patching(&[table::<AlertRule>]),
    Mapping::new("aws_cloudwatch_log_metric_filter", metric_filter, &[]).patching(&[table::<AlertRule>]),
    Mapping::new("aws_cloudwatch_metric_alarm", metric_alarm, &[table::<AlertRule>]).patching(&[table::<AlertRule>]),
    Mapping::new("aws_sns_topic_subscription", subscription, &[]),
];

/// Whether an attribute names anything that is told: something resolved or written is enough.
pub(crate) fn names_any(references: &[Reference]) -> Cell<bool> {
    let mut open = None;
    for reference in references {
        match reference {
            Reference::Uid(_) | Reference::Literal(_) => return true.into(),
            Reference::Unresolved(code) => open = Some(*code),
            Reference::Unset => {}
        }
    }
    open.map_or(Cell::Known(false), Cell::Gap)
}

/// What calls that a pattern lists are about, by the names that occur in it.
const CALLS: &[(&str, &[&str])] = &[
    (
        "logging-changes",
        &["StopLogging", "DeleteTrail", "UpdateTrail", "DeleteFlowLogs", "StopConfigurationRecorder", "DeleteDetector"],
    ),
    ("sign-in", &["ConsoleLogin", "AWS Console Sign In", "aws.signin", "signin.amazonaws.com"]),
    (
        "identity-changes",
        &[
            "UserPolicy",
            "RolePolicy",
            "GroupPolicy",
            "CreatePolicy",
            "AccessKey",
            "aws.iam",
            "iam.amazonaws.com",
            "CreateUser",
        ],
    ),
    (
        "network-changes",
        &[
            "SecurityGroup",
            "NetworkAcl",
            "CreateVpc",
            "DeleteVpc",
            "VpcPeering",
            "CreateRoute",
            "DeleteRoute",
            "Gateway",
        ],
    ),
    (
        "administrative-activity",
        &["userIdentity", "eventName", "eventSource", "UnauthorizedOperation", "AccessDenied", "via CloudTrail"],
    ),
];

/// Events that are no calls.
const EVENTS: &[(&str, &[&str])] = &[
    ("threat-findings", &["aws.guardduty", "aws.securityhub", "aws.inspector", "aws.macie", "aws.access-analyzer"]),
    ("provider-notices", &["aws.health"]),
    ("spend", &["aws.ce\"", "aws.budgets"]),
    ("capacity", &["aws.autoscaling", "aws.trustedadvisor"]),
];

fn listed(lists: &[(&'static str, &[&str])], text: &str) -> Option<&'static str> {
    lists.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(kind, _)| *kind)
}

/// What a metric tells, by its namespace and name.
fn watches_metric(namespace: &str, name: &str) -> &'static str {
    const CAPACITY: &[&str] = &[
        "cpu",
        "memory",
        "mem_",
        "storage",
        "disk",
        "volume",
        "throttl",
        "capacity",
        "connections",
        "concurrent",
        "queue",
        "credit",
        "burstbalance",
        "evict",
        "approximate",
        "resourcecount",
        "iops",
        "lcu",
        "utilization",
        "lag",
    ];
    const AVAILABILITY: &[&str] =
        &["statuscheck", "5xx", "4xx", "healthyhost", "error", "latency", "responsetime", "duration", "invocations"];
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match namespace {
        "AWS/Billing" => "spend",
        "AWS/Usage" => "capacity",
        // Metrics under other names are the application's own, unless they are those of the agent.
        _ if !namespace.starts_with("AWS/") && namespace != "CWAgent" && namespace != "ECS/ContainerInsights" => {
            "other"
        }
        _ if has(CAPACITY) => "capacity",
        _ if has(AVAILABILITY) => "availability",
        _ => "other",
    }
}

fn metric_alarm(resource: &Resource, stage: &mut Stage) {
    let (watches, pattern) = metrics(resource);
    let receivers = names_any(&resource.references("alarm_actions", &[]));
    stage.add(
        resource,
        AlertRule {
            watches,
            enabled: true.into(),
            has_receiver: resource.bool("actions_enabled").or(true).and(receivers),
            pattern,
            organisation: false.into(),
            ..AlertRule::default()
        },
    );
}

/// What an alarm watches, and its metric as `NAMESPACE/NAME`.
fn metrics(resource: &Resource) -> (Cell<String>, Cell<String>) {
    let queries = match resource.blocks("metric_query") {
        Attr::Known(queries) => queries,
        Attr::Unset => Vec::new(),
        Attr::Unknown(code) => return (Cell::Gap(code), Cell::Gap(code)),
    };
    if queries.is_empty() {
        return metric_of(&resource.root());
    }
    let by_quota =
        |query: &Block<'_>| query.text("expression").known().is_some_and(|text| text.contains("SERVICE_QUOTA"));
    if queries.iter().any(by_quota) {
        return ("capacity".into(), "SERVICE_QUOTA".into());
    }
    let measured = queries.iter().filter_map(|query| query.block("metric").known().cloned());
    let mut found: Vec<_> = measured.map(|metric| metric_of(&metric)).collect();
    match found.len() {
        0 => ("other".into(), "".into()),
        _ => found.swap_remove(0),
    }
}

fn metric_of(block: &Block<'_>) -> (Cell<String>, Cell<String>) {
    let (namespace, name) = (block.text("namespace").or(""), block.text("metric_name").or(""));
    let both = namespace.and_then(|namespace| name.map(|name| (namespace, name)));
    (
        both.clone().map(|(namespace, name)| watches_metric(&namespace, &name).to_owned()),
        both.map(|(namespace, name)| format!("{namespace}/{name}")),
    )
}

fn composite_alarm(resource: &Resource, stage: &mut Stage) {
    let receivers = names_any(&resource.references("alarm_actions", &[]));
    stage.add(
        resource,
        AlertRule {
            watches: "other".into(),
            enabled: true.into(),
            has_receiver: resource.bool("actions_enabled").or(true).and(receivers),
            pattern: resource.text("alarm_rule").cell(),
            organisation: false.into(),
            ..AlertRule::default()
        },
    );
}

/// A filter gives a metric its meaning: alarms on that metric watch what the filter looks for.
fn metric_filter(resource: &Resource, stage: &mut Stage) {
    resource.reference("log_group_name", &["aws_cloudwatch_log_group"]);
    let pattern = resource.text("pattern").or("");
    let watches = pattern.clone().map(|pattern| listed(CALLS, &pattern).unwrap_or("other").to_owned());
    let Attr::Known(metrics) = resource.blocks("metric_transformation") else { return };
    for metric in metrics {
        let (Attr::Known(namespace), Attr::Known(name)) = (metric.text("namespace"), metric.text("name")) else {
            continue;
        };
        let metric = format!("{namespace}/{name}");
        let (watches, pattern) = (watches.clone(), pattern.clone());
        stage.for_account::<AlertRule>(resource, move |common, row| {
            let is_alarm = common.native_type.known().is_some_and(|kind| kind == "aws_cloudwatch_metric_alarm");
            if is_alarm && row.pattern.known() == Some(&metric) {
                row.watches = watches.clone();
                row.pattern = pattern.clone();
            }
        });
    }
}

/// A rule on events. One that only passes events on within an application is no alert.
fn event_rule(resource: &Resource, stage: &mut Stage) {
    let pattern = resource.text("event_pattern");
    if pattern.is_unset() {
        return;
    }
    let pattern = pattern.cell();
    let kind = |text: &str| listed(EVENTS, text).or_else(|| listed(CALLS, text)).unwrap_or("other");
    if pattern.known().is_some_and(|text| kind(text) == "other") {
        return;
    }
    let off = |state: String| state == "DISABLED";
    let enabled = resource
        .unset_if_computed("state", resource.text("state"))
        .map(|state| !off(state))
        .or_else(|| resource.unset_if_computed("is_enabled", resource.bool("is_enabled")))
        .or(true);
    if pattern.known().is_some_and(|text| text.contains("via CloudTrail")) {
        let enabled = enabled.clone();
        stage.for_account::<AuditTrail>(resource, move |_, row| {
            row.watched = row.watched.clone().either(enabled.clone());
        });
    }
    stage.add(
        resource,
        AlertRule {
            watches: pattern.clone().map(|text| kind(&text).to_owned()),
            enabled,
            has_receiver: false.into(),
            pattern,
            organisation: false.into(),
            ..AlertRule::default()
        },
    );
}

fn event_target(resource: &Resource, stage: &mut Stage) {
    stage.facet::<AlertRule>(
        resource,
        "rule",
        &["aws_cloudwatch_event_rule"],
        |row, code| row.has_receiver = Cell::Gap(code),
        |row| row.has_receiver = true.into(),
    );
}

fn subscription(resource: &Resource, _stage: &mut Stage) {
    // That somebody has subscribed is told by the relation to the topic.
    resource.reference("topic_arn", &["aws_sns_topic"]);
}

fn told(blocks: Attr<Vec<Block<'_>>>, paths: &[&str]) -> Cell<bool> {
    match blocks {
        Attr::Known(blocks) => blocks
            .iter()
            .flat_map(|block| paths.iter().map(|path| block.is_set(path).or(false)))
            .fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn budget(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let notifications = resource.blocks("notification");
    let by_account = match resource.blocks("cost_filter") {
        Attr::Known(filters) => {
            filters.iter().any(|filter| filter.text("name").known().is_some_and(|n| n == "LinkedAccount"))
        }
        Attr::Unset | Attr::Unknown(_) => false,
    };
    stage.add(
        resource,
        AlertRule {
            watches: "spend".into(),
            enabled: true.into(),
            has_receiver: told(notifications, &["subscriber_email_addresses", "subscriber_sns_topic_arns"]),
            pattern: resource.text("budget_type").or(""),
            // Of the payer it counts all accounts, of any other account its own: the budget does not say which it is.
            organisation: if by_account { false.into() } else { Cell::default() },
            ..AlertRule::default()
        },
    );
}

fn anomaly_monitor(_resource: &Resource, _stage: &mut Stage) {
    // It tells nobody by itself: its subscriptions do.
}

fn anomaly_subscription(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    resource.references("monitor_arn_list", &["aws_ce_anomaly_monitor"]);
    stage.add(
        resource,
        AlertRule {
            watches: "spend".into(),
            enabled: true.into(),
            has_receiver: told(resource.blocks("subscriber"), &["address"]),
            pattern: "".into(),
            organisation: Cell::default(),
            ..AlertRule::default()
        },
    );
}

/// A contact for security or operations gets the provider's notices of that kind.
fn contact(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let kind = resource.text("alternate_contact_type").cell();
    let elsewhere = resource
        .text("account_id")
        .known()
        .is_some_and(|account| resource.common.account.known().is_none_or(|own| own != account));
    stage.add(
        resource,
        AlertRule {
            watches: kind.map(|kind| if kind == "SECURITY" { "provider-notices" } else { "other" }.to_owned()),
            enabled: true.into(),
            // Named for another account than its own: of this one nothing is said.
            has_receiver: if elsewhere { Cell::default() } else { true.into() },
            pattern: "".into(),
            organisation: if elsewhere { Cell::default() } else { false.into() },
            ..AlertRule::default()
        },
    );
}
