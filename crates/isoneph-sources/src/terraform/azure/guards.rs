//! Services that look for trouble by themselves: plans of Defender for Cloud, Sentinel, policies of a subscription.

use isoneph_tables::Cell;
use isoneph_tables::schema::{ImageRegistry, Protection};

use super::activity::account_seen;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_log_analytics_solution", solution, &[table::<Protection>]),
    Mapping::new("azurerm_management_group_policy_assignment", group_policy, &[table::<Protection>]),
    Mapping::new(
        "azurerm_security_center_server_vulnerability_assessment_virtual_machine",
        assessment,
        &[table::<Protection>],
    ),
    Mapping::new(
        "azurerm_security_center_server_vulnerability_assessments_setting",
        assessment,
        &[table::<Protection>],
    ),
    Mapping::new("azurerm_security_center_subscription_pricing", plan, &[table::<Protection>])
        .patching(&[table::<ImageRegistry>]),
    Mapping::new("azurerm_sentinel_log_analytics_workspace_onboarding", sentinel, &[table::<Protection>]),
    Mapping::new("azurerm_subscription_policy_assignment", policy, &[table::<Protection>]),
];

fn service(kind: &str, target: Cell<String>, enabled: Cell<bool>) -> Protection {
    Protection { kind: kind.into(), target, enabled, organisation: false.into(), ..Protection::default() }
}

/// A plan of Defender for Cloud. Those for servers, containers and registries scan for vulnerabilities as well.
fn plan(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let on = resource.text("tier").cell().map(|tier| tier == "Standard");
    let of = resource.text("resource_type").or("VirtualMachines");
    let target = of.clone().map(|of| target_of(&of).to_owned());
    let kind = of.clone().map(|of| if of == "CloudPosture" { "posture" } else { "threat-detection" }.to_owned());
    stage.add(resource, Protection { kind, ..service("", target.clone(), on.clone()) });
    let scans =
        |of: &String| matches!(of.as_str(), "VirtualMachines" | "Containers" | "ContainerRegistry" | "CloudPosture");
    if of.known().is_some_and(|of| matches!(of.as_str(), "Containers" | "ContainerRegistry")) {
        let scanned = on.clone();
        stage.for_account::<ImageRegistry>(resource, move |_, row| {
            // Either plan scans; what no plan has spoken of before, this one decides.
            row.scan_on_push.take_in_any(scanned.clone());
        });
    }
    if of.known().is_none_or(scans) {
        let kind = of.map(|_| "vulnerability-scanning".to_owned());
        stage.add_suffixed(resource, "#scanning", Protection { kind, ..service("", target, on) });
    }
}

fn target_of(resource_type: &str) -> &'static str {
    match resource_type {
        "VirtualMachines" => "vm",
        "Containers" => "kubernetes",
        "KubernetesService" => "kubernetes",
        "ContainerRegistry" => "registry",
        "StorageAccounts" => "storage",
        "SqlServers" | "SqlServerVirtualMachines" | "OpenSourceRelationalDatabases" | "CosmosDbs" => "database",
        _ => "account",
    }
}

fn assessment(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, service("vulnerability-scanning", "vm".into(), true.into()));
}

fn sentinel(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    resource.reference("workspace_id", &["azurerm_log_analytics_workspace"]);
    stage.add(resource, service("threat-detection", "account".into(), true.into()));
}

/// Before version 4 of the provider, Sentinel was switched on as a solution of a workspace.
fn solution(resource: &Resource, stage: &mut Stage) {
    resource.reference("workspace_resource_id", &["azurerm_log_analytics_workspace"]);
    let name = resource.text("solution_name");
    if name.known().is_some_and(|name| name == "SecurityInsights") {
        account_seen(resource, stage);
        stage.add(resource, service("threat-detection", "account".into(), true.into()));
    }
}

/// A policy judges what is there, whether or not it also refuses what is new.
fn policy(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    stage.add(resource, service("posture", "account".into(), true.into()));
}

fn group_policy(resource: &Resource, stage: &mut Stage) {
    let row = service("posture", "account".into(), true.into());
    stage.add(resource, Protection { organisation: true.into(), ..row });
}
