//! Who there is in the directory: principals and their credentials.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Credential, Principal};

use crate::terraform::address::Address;
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
    Mapping::new("azurerm_user_assigned_identity", identity, &[table::<Principal>]),
];

const APPLICATIONS: &[&str] = &["azuread_application", "azuread_application_registration"];
const SERVICE_PRINCIPALS: &[&str] = &["azuread_service_principal"];
/// What may be given a role: people, groups, applications, and what has an identity of its own.
pub(crate) const PRINCIPALS: &[&str] = &[
    "azuread_group",
    "azuread_service_principal",
    "azuread_user",
    "azurerm_api_management",
    "azurerm_app_configuration",
    "azurerm_application_gateway",
    "azurerm_automation_account",
    "azurerm_batch_account",
    "azurerm_cognitive_account",
    "azurerm_container_app",
    "azurerm_container_app_job",
    "azurerm_container_group",
    "azurerm_container_registry",
    "azurerm_cosmosdb_account",
    "azurerm_data_factory",
    "azurerm_data_protection_backup_vault",
    "azurerm_databricks_access_connector",
    "azurerm_disk_encryption_set",
    "azurerm_eventgrid_topic",
    "azurerm_eventhub_namespace",
    "azurerm_function_app",
    "azurerm_kubernetes_cluster",
    "azurerm_linux_function_app",
    "azurerm_linux_virtual_machine",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_linux_web_app",
    "azurerm_logic_app_standard",
    "azurerm_logic_app_workflow",
    "azurerm_machine_learning_workspace",
    "azurerm_management_group_policy_assignment",
    "azurerm_mssql_server",
    "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_purview_account",
    "azurerm_recovery_services_vault",
    "azurerm_resource_group_policy_assignment",
    "azurerm_search_service",
    "azurerm_servicebus_namespace",
    "azurerm_storage_account",
    "azurerm_stream_analytics_job",
    "azurerm_subscription_policy_assignment",
    "azurerm_synapse_workspace",
    "azurerm_user_assigned_identity",
    "azurerm_windows_function_app",
    "azurerm_windows_virtual_machine",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_windows_web_app",
];

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
    resource.reference("member_object_id", PRINCIPALS);
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
    resource.references("owners", PRINCIPALS);
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
