//! Service accounts, their keys, and roles on projects, folders and organisations.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Credential, Grant, Principal, ResourcePolicy};
use isoneph_tables::{Cell, Common};

use super::kms::add;
use super::members::{self, Binding};
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_folder_iam_binding", on_folder, &[table::<Grant>]),
    Mapping::new("google_folder_iam_member", on_folder, &[table::<Grant>]),
    Mapping::new("google_folder_iam_policy", on_folder, &[table::<Grant>]),
    Mapping::new("google_organization_iam_binding", on_organisation, &[table::<Grant>]),
    Mapping::new("google_organization_iam_custom_role", custom_role, &[]).patching(&[table::<Grant>]),
    Mapping::new("google_organization_iam_member", on_organisation, &[table::<Grant>]),
    Mapping::new("google_organization_iam_policy", on_organisation, &[table::<Grant>]),
    Mapping::new("google_project_iam_binding", on_project, &[table::<Grant>]),
    Mapping::new("google_project_iam_custom_role", custom_role, &[]).patching(&[table::<Grant>]),
    Mapping::new("google_project_iam_member", on_project, &[table::<Grant>]),
    Mapping::new("google_project_iam_policy", on_project, &[table::<Grant>]),
    Mapping::new("google_service_account", service_account, &[table::<Principal>]),
    Mapping::new("google_service_account_iam_binding", on_account, &[table::<ResourcePolicy>])
        .patching(&[table::<Principal>]),
    Mapping::new("google_service_account_iam_member", on_account, &[table::<ResourcePolicy>])
        .patching(&[table::<Principal>]),
    Mapping::new("google_service_account_iam_policy", on_account, &[table::<ResourcePolicy>])
        .patching(&[table::<Principal>]),
    Mapping::new("google_service_account_key", account_key, &[table::<Credential>]),
];

/// What a member may be, of the resources of an input.
pub(crate) const ACCOUNTS: &[&str] = &["google_service_account"];
const CUSTOM_ROLES: &[&str] = &["google_project_iam_custom_role", "google_organization_iam_custom_role"];

fn service_account(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Principal {
            kind: "service".into(),
            console_access: false.into(),
            mfa_required: false.into(),
            // Bindings of the plan say otherwise.
            external_trust: false.into(),
            public_trust: false.into(),
            has_boundary: false.into(),
            max_session_seconds: 0.into(),
        },
    );
}

fn account_key(resource: &Resource, stage: &mut Stage) {
    let account = resource.reference("service_account_id", ACCOUNTS);
    // A key without an end is given one in the year 9999.
    let ends = resource.text("valid_before").cell();
    let has_expiry = ends.map(|text| !text.starts_with("9999-"));
    stage.add(
        resource,
        Credential {
            principal: account.cell(),
            kind: "service-account-key".into(),
            active: true.into(),
            long_lived: true.into(),
            has_expiry: has_expiry.clone(),
            expires_at: has_expiry.and_then(|has| {
                if has { resource.time("valid_before").cell() } else { Cell::Gap(GapCode::NotCollected) }
            }),
            created_at: resource.time("valid_after").cell(),
            // Where only the public half is given, the private one never comes here.
            secret_in_state: resource.is_set("public_key_data").cell().not(),
        },
    );
}

/// Roles by which one acts as an account: on the account itself they are its trust.
fn on_account(resource: &Resource, stage: &mut Stage) {
    let bindings = members::read(resource);
    let acting: Vec<&Binding> = bindings.iter().filter(|binding| !only_reads(binding)).collect();
    let own = resource.text("service_account_id").known().and_then(|id| project_of_account(id));
    let own = own.or_else(|| resource.common.account.known().cloned());
    let public = acting.iter().map(|binding| binding.public()).fold(Cell::Known(false), Cell::either);
    let foreign = acting.iter().map(|binding| binding.foreign(own.as_deref())).fold(Cell::Known(false), Cell::either);
    let forget = |row: &mut Principal, code| {
        row.public_trust = std::mem::take(&mut row.public_trust).either(Cell::Gap(code));
        row.external_trust = std::mem::take(&mut row.external_trust).either(Cell::Gap(code));
    };
    let account = stage.facet_of_several::<Principal>(resource, "service_account_id", ACCOUNTS, forget, move |row| {
        row.public_trust = std::mem::take(&mut row.public_trust).either(public);
        row.external_trust = std::mem::take(&mut row.external_trust).either(foreign);
    });
    add(resource, stage, &bindings, &account.cell());
}

/// Roles on an account that let nobody act as it.
fn only_reads(binding: &Binding) -> bool {
    const READING: &[&str] = &["roles/iam.securityReviewer", "roles/iam.serviceAccountViewer", "roles/viewer"];
    binding.role.known().is_some_and(|role| READING.contains(&role.as_str()))
}

/// `projects/p/serviceAccounts/…` → `p`.
fn project_of_account(id: &str) -> Option<String> {
    let project = id.strip_prefix("projects/")?.split('/').next()?;
    (project != "-").then(|| project.to_owned())
}

fn on_project(resource: &Resource, stage: &mut Stage) {
    grants(resource, stage, "account", "project");
}

fn on_folder(resource: &Resource, stage: &mut Stage) {
    grants(resource, stage, "group", "folder");
}

fn on_organisation(resource: &Resource, stage: &mut Stage) {
    grants(resource, stage, "organisation", "org_id");
}

fn grants(resource: &Resource, stage: &mut Stage, reach: &str, target: &str) {
    // A custom role of the plan: its own mapping fills in what it allows.
    let custom = if resource.knows("role") {
        resource.reference("role", CUSTOM_ROLES)
    } else {
        crate::terraform::references::Reference::Unset
    };
    let things = resource.text(target).cell().map(|thing| vec![thing]);
    for binding in members::read(resource) {
        let mut row = grant(&binding, reach, things.clone());
        if let Some(uid) = custom.uid() {
            row.role_name = uid.into();
            row.full_admin = Cell::default();
            row.manages_access = Cell::default();
        }
        if binding.suffix.is_empty() {
            stage.add(resource, row);
        } else {
            stage.add_suffixed(resource, &binding.suffix, row);
        }
    }
}

fn grant(binding: &Binding, reach: &str, things: Cell<Vec<String>>) -> Grant {
    Grant {
        principal: binding.member.clone(),
        principal_kind: binding.principal_kind(),
        effect: "allow".into(),
        role_name: binding.role.clone(),
        actions: Vec::new().into(),
        reach: reach.into(),
        resources: things,
        full_admin: binding.role.clone().and_then(|role| is_owner(&role)),
        manages_access: binding.role.clone().and_then(|role| manages_access(&role)),
        has_condition: binding.has_condition.clone(),
        mfa_condition: false.into(),
        has_expiry: binding.has_expiry.clone(),
    }
}

/// Roles that write policies, make or take on identities, or shape roles.
const MANAGING: &[&str] = &[
    "roles/owner",
    "roles/admin",
    // It may act as every service account of the project.
    "roles/editor",
    "roles/writer",
    "roles/iam.admin",
    "roles/iam.organizationRoleAdmin",
    "roles/iam.roleAdmin",
    "roles/iam.securityAdmin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountKeyAdmin",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountUser",
    "roles/iam.workforcePoolAdmin",
    "roles/iam.workloadIdentityPoolAdmin",
    "roles/resourcemanager.folderAdmin",
    "roles/resourcemanager.folderIamAdmin",
    "roles/resourcemanager.organizationAdmin",
    "roles/resourcemanager.projectIamAdmin",
];

fn is_owner(role: &str) -> Cell<bool> {
    if role.starts_with("roles/") {
        matches!(role, "roles/owner" | "roles/admin").into()
    } else {
        // A custom role cannot hold everything that the owner may.
        false.into()
    }
}

fn manages_access(role: &str) -> Cell<bool> {
    // What a custom role of elsewhere allows is not in the input, nor what agents of services and rarer roles on rights do.
    let about_rights = ["roles/iam.", "roles/resourcemanager."].iter().any(|prefix| role.starts_with(prefix));
    let reads = ["Viewer", "Reviewer", "viewer", "browser"].iter().any(|word| role.ends_with(word));
    if MANAGING.contains(&role) {
        true.into()
    } else if !role.starts_with("roles/") || role.ends_with("erviceAgent") || (about_rights && !reads) {
        Cell::Gap(GapCode::NotCollected)
    } else {
        false.into()
    }
}

/// Permissions with which a custom role manages rights.
const RIGHTS: &[&str] = &[
    "iam.roles.create",
    "iam.roles.update",
    "iam.serviceAccountKeys.create",
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.implicitDelegation",
    "iam.serviceAccounts.setIamPolicy",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
    "resourcemanager.folders.setIamPolicy",
    "resourcemanager.organizations.setIamPolicy",
    "resourcemanager.projects.setIamPolicy",
];

fn custom_role(resource: &Resource, stage: &mut Stage) {
    let permissions = resource.texts("permissions").cell().map(|mut permissions| {
        permissions.sort();
        permissions
    });
    let manages = permissions.clone().map(|permissions| permissions.iter().any(|one| RIGHTS.contains(&one.as_str())));
    let name = resource.text("role_id").cell();
    let uid = resource.uid().to_owned();
    stage.for_referrers::<Grant>(resource, &["role"], move |_: &Common, row| {
        if row.role_name.known() != Some(&uid) {
            return;
        }
        row.role_name = name.clone();
        row.actions = permissions.clone();
        row.full_admin = false.into();
        row.manages_access = manages.clone();
    });
}
