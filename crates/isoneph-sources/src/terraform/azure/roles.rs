//! Roles of Azure: what they allow, and to whom they are assigned.

use isoneph_model::GapCode;
use isoneph_tables::schema::Grant;
use isoneph_tables::{Cell, Common};

use super::access::{PRINCIPALS, principal_kind};
use crate::terraform::address::Address;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_role_assignment", assignment, &[table::<Grant>]),
    Mapping::new("azurerm_role_definition", definition, &[]).patching(&[table::<Grant>]),
];

const DEFINITIONS: &[&str] = &["azurerm_role_definition"];

/// Roles of Azure itself by their id, of those that manage rights or all.
const BUILT_IN: &[(&str, &str)] = &[
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
    ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"),
];

/// Roles of Azure itself that may assign roles.
const MANAGING: &[&str] = &[
    "Owner",
    "User Access Administrator",
    "Role Based Access Control Administrator",
    "Role Based Access Control Administrator (Preview)",
    "Key Vault Data Access Administrator",
    "Key Vault Data Access Administrator (preview)",
];

/// Roles of Azure itself that are often given and assign no roles.
const ORDINARY: &[&str] = &[
    "AcrDelete",
    "AcrPull",
    "AcrPush",
    "App Configuration Data Owner",
    "App Configuration Data Reader",
    "Application Insights Component Contributor",
    "Automation Contributor",
    "Automation Operator",
    "Azure Event Hubs Data Owner",
    "Azure Event Hubs Data Receiver",
    "Azure Event Hubs Data Sender",
    "Azure Kubernetes Service Cluster Admin Role",
    "Azure Kubernetes Service Cluster User Role",
    "Azure Kubernetes Service Contributor Role",
    "Azure Kubernetes Service RBAC Admin",
    "Azure Kubernetes Service RBAC Cluster Admin",
    "Azure Kubernetes Service RBAC Reader",
    "Azure Kubernetes Service RBAC Writer",
    "Azure Service Bus Data Owner",
    "Azure Service Bus Data Receiver",
    "Azure Service Bus Data Sender",
    "Backup Contributor",
    "Backup Operator",
    "Backup Reader",
    "Billing Reader",
    "CDN Endpoint Contributor",
    "CDN Profile Contributor",
    "Cognitive Services Contributor",
    "Cognitive Services OpenAI User",
    "Cognitive Services User",
    "Contributor",
    "Cosmos DB Account Reader Role",
    "Cosmos DB Operator",
    "Cost Management Contributor",
    "Cost Management Reader",
    "DNS Zone Contributor",
    "Data Factory Contributor",
    "Disk Backup Reader",
    "DocumentDB Account Contributor",
    "EventGrid Data Sender",
    "EventGrid EventSubscription Contributor",
    "Key Vault Administrator",
    "Key Vault Certificate User",
    "Key Vault Certificates Officer",
    "Key Vault Contributor",
    "Key Vault Crypto Officer",
    "Key Vault Crypto Service Encryption User",
    "Key Vault Crypto User",
    "Key Vault Reader",
    "Key Vault Secrets Officer",
    "Key Vault Secrets User",
    "Log Analytics Contributor",
    "Log Analytics Reader",
    "Logic App Contributor",
    "Managed Application Reader",
    "Monitoring Contributor",
    "Monitoring Metrics Publisher",
    "Monitoring Reader",
    "Network Contributor",
    "Private DNS Zone Contributor",
    "Reader",
    "Reader and Data Access",
    "Redis Cache Contributor",
    "SQL DB Contributor",
    "SQL Security Manager",
    "SQL Server Contributor",
    "Search Index Data Contributor",
    "Search Index Data Reader",
    "Search Service Contributor",
    "Security Admin",
    "Security Reader",
    "Storage Account Backup Contributor",
    "Storage Account Contributor",
    "Storage Account Key Operator Service Role",
    "Storage Blob Data Contributor",
    "Storage Blob Data Owner",
    "Storage Blob Data Reader",
    "Storage Blob Delegator",
    "Storage File Data SMB Share Contributor",
    "Storage File Data SMB Share Reader",
    "Storage Queue Data Contributor",
    "Storage Queue Data Message Processor",
    "Storage Queue Data Message Sender",
    "Storage Queue Data Reader",
    "Storage Table Data Contributor",
    "Storage Table Data Reader",
    "Tag Contributor",
    "Traffic Manager Contributor",
    "Virtual Machine Administrator Login",
    "Virtual Machine Contributor",
    "Virtual Machine User Login",
    "Web Plan Contributor",
    "Website Contributor",
];

fn assignment(resource: &Resource, stage: &mut Stage) {
    let principal = resource.reference("principal_id", PRINCIPALS);
    let told = resource.text("principal_type").cell().and_then(|kind| match kind.as_str() {
        "User" => "user".into(),
        "Group" => "group".into(),
        "ServicePrincipal" => "service".into(),
        _ => Cell::Gap(GapCode::Unreadable),
    });
    let kind = match told {
        Cell::Gap(_) => principal_kind(&principal),
        told @ Cell::Known(_) => told,
    };
    let reach = reach(resource);
    let role = role(resource);
    stage.add(
        resource,
        Grant {
            principal: principal.cell(),
            principal_kind: kind,
            effect: "allow".into(),
            full_admin: role.clone().and_then(|role| is_owner(&role)).and(of_whole_account(&reach)),
            manages_access: role.clone().and_then(|role| manages_access(&role)),
            role_name: role,
            actions: Vec::new().into(),
            reach,
            resources: resource.texts("scope").cell(),
            has_condition: resource.is_set("condition").cell(),
            mfa_condition: false.into(),
            has_expiry: false.into(),
        },
    );
}

/// The role by name; one that the plan itself defines by its `uid`, until its own mapping fills in what it allows.
fn role(resource: &Resource) -> Cell<String> {
    let by_name = resource.unless_computed("role_definition_name", DEFINITIONS);
    let by_id = resource.unless_computed("role_definition_id", DEFINITIONS);
    match (&by_name, &by_id) {
        (Reference::Uid(uid), _) | (_, Reference::Uid(uid)) => uid.as_str().into(),
        (Reference::Literal(name), _) => name.as_str().into(),
        (_, Reference::Literal(id)) => built_in(id),
        (Reference::Unresolved(code), _) | (_, Reference::Unresolved(code)) => Cell::Gap(*code),
        (Reference::Unset, Reference::Unset) => Cell::default(),
    }
}

fn built_in(id: &str) -> Cell<String> {
    let id = id.rsplit('/').next().unwrap_or(id);
    let known = BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
    known.map_or(Cell::Gap(GapCode::NotCollected), |(_, name)| (*name).into())
}

/// Of the roles of Azure itself one allows everything. What another name allows is not in the input.
fn is_owner(role: &str) -> Cell<bool> {
    if role == "Owner" {
        true.into()
    } else if MANAGING.contains(&role) || ORDINARY.contains(&role) {
        false.into()
    } else {
        Cell::default()
    }
}

fn manages_access(role: &str) -> Cell<bool> {
    if MANAGING.contains(&role) {
        true.into()
    } else if ORDINARY.contains(&role) {
        false.into()
    } else {
        Cell::default()
    }
}

fn of_whole_account(reach: &Cell<String>) -> Cell<bool> {
    reach.clone().map(|reach| reach == "account" || reach == "organisation")
}

/// How far an assignment reaches: by its scope as written, else by what the scope refers to.
pub(super) fn reach(resource: &Resource) -> Cell<String> {
    match resource.reference("scope", &[]) {
        Reference::Literal(scope) => reach_of(&scope),
        Reference::Uid(uid) => {
            let address = uid.split_once(':').map_or(uid.as_str(), |(_, address)| address);
            let word = match Address::parse(address).resource.split('.').next().unwrap_or_default() {
                "azurerm_management_group" => "organisation",
                "azurerm_subscription" => "account",
                "azurerm_resource_group" => "group",
                _ => "resource",
            };
            word.into()
        }
        Reference::Unset => Cell::default(),
        Reference::Unresolved(code) => Cell::Gap(code),
    }
}

fn reach_of(scope: &str) -> Cell<String> {
    let lower = scope.trim_matches('/').to_ascii_lowercase();
    let segments: Vec<&str> = lower.split('/').collect();
    match segments.as_slice() {
        [""] => "organisation".into(),
        ["providers", "microsoft.management", "managementgroups", _] => "organisation".into(),
        ["subscriptions", _] => "account".into(),
        ["subscriptions", _, "resourcegroups", _] => "group".into(),
        ["subscriptions", _, "resourcegroups", _, "providers", ..] | ["subscriptions", _, "providers", ..] => {
            "resource".into()
        }
        _ => Cell::Gap(GapCode::Unreadable),
    }
}

/// What a definition allows, in the assignments that refer to it.
fn definition(resource: &Resource, stage: &mut Stage) {
    let (all, rights, actions) = allowed(resource);
    let uid = resource.uid().to_owned();
    let name = resource.common.name.clone();
    stage.for_referrers::<Grant>(resource, &["role_definition_id", "role_definition_name"], move |_: &Common, row| {
        if row.role_name.known() != Some(&uid) {
            return;
        }
        row.role_name = name.clone();
        row.actions = actions.clone();
        row.full_admin = all.clone().and(of_whole_account(&row.reach));
        row.manages_access = rights.clone();
    });
}

/// Whether a definition allows everything, whether it allows assigning roles, and its actions.
fn allowed(resource: &Resource) -> (Cell<bool>, Cell<bool>, Cell<Vec<String>>) {
    let blocks = match resource.blocks("permissions") {
        Attr::Known(blocks) => blocks,
        Attr::Unset => return (false.into(), false.into(), Vec::new().into()),
        Attr::Unknown(code) => return (Cell::Gap(code), Cell::Gap(code), Cell::Gap(code)),
    };
    let empty = |attr: Attr<Vec<String>>| match attr {
        Attr::Unset => Cell::Known(Vec::new()),
        attr => attr.cell(),
    };
    let (mut all, mut rights, mut listed) = (Cell::Known(false), Cell::Known(false), Cell::Known(Vec::new()));
    for block in &blocks {
        let actions = empty(block.texts("actions"));
        let excluded = empty(block.texts("not_actions"));
        let everything = actions.clone().map(|actions| actions.iter().any(|action| action == "*"));
        let nothing_excluded = excluded.clone().map(|excluded| excluded.is_empty());
        all = all.either(everything.and(nothing_excluded));
        for right in RIGHTS {
            let holds = |actions: Vec<String>| actions.iter().any(|action| covers(action, right));
            rights = rights.either(actions.clone().map(holds).and(excluded.clone().map(holds).not()));
        }
        listed = listed.and_then(|mut listed: Vec<String>| {
            actions.map(|actions| {
                listed.extend(actions);
                listed.sort();
                listed.dedup();
                listed
            })
        });
    }
    (all, rights, listed)
}

/// Actions by which one gives oneself all others.
const RIGHTS: [&str; 2] =
    ["microsoft.authorization/roleassignments/write", "microsoft.authorization/roledefinitions/write"];

fn covers(action: &str, right: &str) -> bool {
    crate::terraform::policy::wildcard(&action.to_ascii_lowercase(), right)
}

#[cfg(test)]
mod tests {
    use super::{RIGHTS, covers, reach_of};
    use isoneph_tables::Cell;

    #[test]
    fn a_scope_tells_how_far_it_reaches() {
        for (scope, reach) in [
            ("/providers/Microsoft.Management/managementGroups/root", "organisation"),
            ("/subscriptions/0", "account"),
            ("/subscriptions/0/resourceGroups/app", "group"),
            ("/subscriptions/0/resourceGroups/app/providers/Microsoft.Storage/storageAccounts/a", "resource"),
        ] {
            assert_eq!(reach_of(scope), Cell::Known(reach.to_owned()), "{scope}");
        }
        assert!(reach_of("app").gap().is_some());
    }

    #[test]
    fn wildcards_of_actions_are_followed() {
        let assigns_roles = |action: &str| RIGHTS.iter().any(|right| covers(action, right));
        assert!(assigns_roles("*") && assigns_roles("Microsoft.Authorization/*"));
        assert!(assigns_roles("Microsoft.Authorization/roleAssignments/write"));
        assert!(!assigns_roles("Microsoft.Authorization/*/read") && !assigns_roles("Microsoft.Compute/*"));
    }
}
