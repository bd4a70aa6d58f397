//! Who there is in the directory and what they are given: principals, their credentials, role assignments.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Credential, Grant, Principal};
use isoneph_tables::{Cell, Common};

use crate::terraform::address::Address;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azuread_application", application, &[]),
    Mapping::new("azuread_application_certificate", application_certificate, &[table::<Credential>]),
    Mapping::new("azuread_application_password", application_password, &[table::<Credential>]),
    Mapping::new("azuread_group", group, &[table::<Principal>]),
    Mapping::new("azuread_group_member", group_member, &[]),
    Mapping::new("azuread_service_principal", service_principal, &[table::<Principal>]),
    Mapping::new("azuread_service_principal_certificate", principal_certificate, &[table::<Credential>]),
    Mapping::new("azuread_service_principal_password", principal_password, &[table::<Credential>]),
    Mapping::new("azuread_user", user, &[table::<Principal>, table::<Credential>]),
    Mapping::new("azurerm_role_assignment", assignment, &[table::<Grant>]),
    Mapping::new("azurerm_role_definition", definition, &[]).patching(&[table::<Grant>]),
    Mapping::new("azurerm_user_assigned_identity", identity, &[table::<Principal>]),
];

const APPLICATIONS: &[&str] = &["azuread_application", "azuread_application_registration"];
const SERVICE_PRINCIPALS: &[&str] = &["azuread_service_principal"];
const DEFINITIONS: &[&str] = &["azurerm_role_definition"];

fn workload() -> Principal {
    Principal {
        kind: "service".into(),
        console_access: false.into(),
        mfa_required: false.into(),
        external_trust: false.into(),
        public_trust: false.into(),
        has_boundary: false.into(),
        max_session_seconds: 0.into(),
    }
}

fn identity(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, workload());
}

fn service_principal(resource: &Resource, stage: &mut Stage) {
    resource.reference("client_id", APPLICATIONS);
    stage.add(resource, workload());
}

fn group(resource: &Resource, stage: &mut Stage) {
    // What the directory demands of its members stands in conditional access.
    stage.add(resource, Principal { kind: "group".into(), mfa_required: Cell::default(), ..workload() });
}

fn group_member(resource: &Resource, _stage: &mut Stage) {
    resource.reference("group_object_id", &["azuread_group"]);
    resource.reference("member_object_id", &[]);
}

fn user(resource: &Resource, stage: &mut Stage) {
    let enabled = resource.bool("account_enabled").or(true);
    stage.add(
        resource,
        Principal { kind: "user".into(), console_access: enabled.clone(), mfa_required: Cell::default(), ..workload() },
    );
    let given = resource.unset_if_computed("password", resource.is_set("password")).or(false);
    if given != Cell::Known(false) {
        let row = Credential {
            principal: resource.uid().into(),
            kind: "password".into(),
            active: enabled,
            long_lived: true.into(),
            has_expiry: Cell::default(),
            // Known only later, it is written to the state all the same.
            secret_in_state: true.into(),
            ..Credential::default()
        };
        stage.add_suffixed(resource, "#password", row);
    }
}

fn application(resource: &Resource, _stage: &mut Stage) {
    resource.references("owners", &[]);
}

fn application_password(resource: &Resource, stage: &mut Stage) {
    let owner = application_of(resource);
    stage.add(resource, secret_of(resource, owner, "client-secret", true));
}

fn application_certificate(resource: &Resource, stage: &mut Stage) {
    let owner = application_of(resource);
    stage.add(resource, secret_of(resource, owner, "certificate", false));
}

fn application_of(resource: &Resource) -> Reference {
    // Version 3 of the provider renamed it.
    let path = if resource.knows("application_id") { "application_id" } else { "application_object_id" };
    resource.reference(path, APPLICATIONS)
}

fn principal_password(resource: &Resource, stage: &mut Stage) {
    let owner = resource.reference("service_principal_id", SERVICE_PRINCIPALS);
    stage.add(resource, secret_of(resource, owner, "client-secret", true));
}

fn principal_certificate(resource: &Resource, stage: &mut Stage) {
    let owner = resource.reference("service_principal_id", SERVICE_PRINCIPALS);
    stage.add(resource, secret_of(resource, owner, "certificate", false));
}

/// A secret of an application always ends; a certificate is given by its public half.
fn secret_of(resource: &Resource, owner: Reference, kind: &str, in_state: bool) -> Credential {
    Credential {
        principal: owner.cell(),
        kind: kind.into(),
        active: true.into(),
        long_lived: true.into(),
        has_expiry: true.into(),
        expires_at: resource.time("end_date").cell(),
        created_at: resource.time("start_date").cell(),
        secret_in_state: in_state.into(),
    }
}

/// What kind of principal a reference leads to, by the type of the resource.
pub(crate) fn principal_kind(reference: &Reference) -> Cell<String> {
    match reference {
        Reference::Uid(uid) => {
            let address = uid.split_once(':').map_or(uid.as_str(), |(_, address)| address);
            let native_type = Address::parse(address).resource.split('.').next().unwrap_or_default();
            match native_type {
                "azuread_user" => "user".into(),
                "azuread_group" => "group".into(),
                // What has an identity of its own (a machine, a web application) is a workload.
                _ => "service".into(),
            }
        }
        Reference::Unresolved(code) => Cell::Gap(*code),
        Reference::Literal(_) | Reference::Unset => Cell::Gap(GapCode::NotCollected),
    }
}

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
    "Azure Kubernetes Service RBAC Cluster Admin",
    "Managed Identity Contributor",
    "Access Review Operator Service Role",
];

fn assignment(resource: &Resource, stage: &mut Stage) {
    let principal = resource.reference("principal_id", &[]);
    let told = resource.text("principal_type").cell().and_then(|kind| match kind.as_str() {
        "User" => "user".into(),
        "Group" => "group".into(),
        "ServicePrincipal" => "service".into(),
        _ => Cell::Gap(GapCode::Unreadable),
    });
    let kind = match told {
        Cell::Gap(_) => principal_kind(&principal),
        told => told,
    };
    let reach = reach(resource);
    let named = resource.text("role_definition_name");
    let by_id = resource.unless_computed("role_definition_id", DEFINITIONS);
    let role = match (&named, &by_id) {
        (Attr::Known(name), _) => name.as_str().into(),
        // Filled in by the definition's own mapping.
        (_, Reference::Uid(uid)) => uid.as_str().into(),
        (_, Reference::Literal(id)) => built_in(id),
        (Attr::Unknown(code), _) | (_, Reference::Unresolved(code)) => Cell::Gap(*code),
        (Attr::Unset, Reference::Unset) => Cell::default(),
    };
    let custom = matches!((&named, &by_id), (Attr::Unset | Attr::Unknown(_), Reference::Uid(_)));
    let is_owner = if custom { Cell::default() } else { role.clone().map(|role| role == "Owner") };
    let manages = if custom { Cell::default() } else { role.clone().map(|role| MANAGING.contains(&role.as_str())) };
    stage.add(
        resource,
        Grant {
            principal: principal.cell(),
            principal_kind: kind,
            effect: "allow".into(),
            role_name: role,
            actions: Vec::new().into(),
            full_admin: is_owner.and(of_whole_account(&reach)),
            reach,
            resources: resource.texts("scope").cell(),
            manages_access: manages,
            has_condition: resource.is_set("condition").cell(),
            mfa_condition: false.into(),
            has_expiry: false.into(),
        },
    );
}

fn built_in(id: &str) -> Cell<String> {
    let id = id.rsplit('/').next().unwrap_or(id);
    let known = BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
    known.map_or(Cell::Gap(GapCode::NotCollected), |(_, name)| (*name).into())
}

fn of_whole_account(reach: &Cell<String>) -> Cell<bool> {
    reach.clone().map(|reach| reach == "account" || reach == "organisation")
}

/// How far an assignment reaches: by its scope as written, else by what the scope refers to.
fn reach(resource: &Resource) -> Cell<String> {
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
    stage.for_referrers::<Grant>(resource, &["role_definition_id"], move |_: &Common, row| {
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
        let assigns = actions.clone().map(|actions| actions.iter().any(|action| assigns_roles(action)));
        let kept = excluded.map(|excluded| !excluded.iter().any(|action| assigns_roles(action)));
        rights = rights.either(assigns.and(kept));
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

fn assigns_roles(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let wanted = ["microsoft.authorization/roleassignments/write", "microsoft.authorization/roledefinitions/write"];
    wanted.iter().any(|wanted| crate::terraform::policy::wildcard(&action, wanted))
}

#[cfg(test)]
mod tests {
    use super::{assigns_roles, reach_of};
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
        assert!(assigns_roles("*") && assigns_roles("Microsoft.Authorization/*"));
        assert!(assigns_roles("Microsoft.Authorization/roleAssignments/write"));
        assert!(!assigns_roles("Microsoft.Authorization/*/read") && !assigns_roles("Microsoft.Compute/*"));
    }
}
