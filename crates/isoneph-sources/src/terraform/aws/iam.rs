//! Users, groups and roles of IAM, what proves who they are, and the account's rule on passwords.

use isoneph_tables::Cell;
use isoneph_tables::schema::{AuthPolicy, Credential, Principal};

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy::{self, Statement};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_iam_access_key", access_key, &[table::<Credential>]),
    Mapping::new("aws_iam_account_password_policy", password_policy, &[table::<AuthPolicy>]),
    Mapping::new("aws_iam_group", group, &[table::<Principal>]),
    Mapping::new("aws_iam_group_membership", group_membership, &[]),
    Mapping::new("aws_iam_instance_profile", instance_profile, &[]),
    Mapping::new("aws_iam_role", role, &[table::<Principal>, table::<isoneph_tables::schema::Grant>]),
    Mapping::new("aws_iam_user", user, &[table::<Principal>]),
    Mapping::new("aws_iam_user_group_membership", user_membership, &[]),
    Mapping::new("aws_iam_user_login_profile", login_profile, &[table::<Credential>]).patching(&[table::<Principal>]),
    Mapping::new("aws_iam_user_ssh_key", ssh_key, &[table::<Credential>]),
];

/// What an attribute that takes a user may point at.
pub(crate) const USERS: &[&str] = &["aws_iam_user"];
/// What an attribute that takes a group may point at.
pub(crate) const GROUPS: &[&str] = &["aws_iam_group"];
/// What an attribute that takes a role may point at.
pub(crate) const ROLES: &[&str] = &["aws_iam_role"];

fn user(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Principal {
            kind: "user".into(),
            // A login profile of the plan says otherwise.
            console_access: false.into(),
            // A policy elsewhere may demand it of the user: no attribute here tells.
            mfa_required: Cell::default(),
            external_trust: false.into(),
            public_trust: false.into(),
            has_boundary: resource.is_set("permissions_boundary").cell(),
            max_session_seconds: 0.into(),
        },
    );
}

fn group(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Principal {
            kind: "group".into(),
            console_access: false.into(),
            mfa_required: Cell::default(),
            external_trust: false.into(),
            public_trust: false.into(),
            has_boundary: false.into(),
            max_session_seconds: 0.into(),
        },
    );
}

fn role(resource: &Resource, stage: &mut Stage) {
    let trust = policy::statements(&resource.text("assume_role_policy")).cell();
    let account = resource.common.account.known().cloned();
    stage.add(
        resource,
        Principal {
            kind: trust.clone().map(|trust| if is_workload(&trust) { "service" } else { "role" }.to_owned()),
            console_access: false.into(),
            mfa_required: trust.clone().and_then(|trust| demands_mfa(&trust)),
            external_trust: trust.clone().and_then(|trust| reaches_further(&trust, account.as_deref())),
            public_trust: trust.map(|trust| trust.iter().any(Statement::is_public)),
            has_boundary: resource.is_set("permissions_boundary").cell(),
            max_session_seconds: resource.int("max_session_duration").or(3600),
        },
    );
    super::iam_grants::of_role(resource, stage);
}

/// A service of AWS, as a trust policy names it. Cognito stands there for those who sign in to it.
fn is_service(principal: &str) -> bool {
    (principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn"))
        && !principal.starts_with("arn:")
        && !principal.starts_with("cognito-identity.")
}

/// Users, roles and accounts, told from services and identity providers.
fn is_of_account(principal: &str) -> bool {
    let federated = principal.contains(":saml-provider/") || principal.contains(":oidc-provider/");
    principal == "*" || (!federated && (principal.starts_with("arn:") || !principal.contains('.')))
}

/// Only services may act as it: an identity of workloads, not of people.
fn is_workload(trust: &[Statement]) -> bool {
    let mut allowing = trust.iter().filter(|statement| statement.allow).peekable();
    let by_services = |statement: &Statement| {
        !statement.other_principals && statement.principals.iter().all(|principal| is_service(principal))
    };
    allowing.peek().is_some() && allowing.all(by_services)
}

/// Whether everybody who may act as it needs a second factor. What an identity provider demands is not seen here.
fn demands_mfa(trust: &[Statement]) -> Cell<bool> {
    let allowing = || trust.iter().filter(|statement| statement.allow);
    let of_accounts = |statement: &&Statement| {
        statement.other_principals || statement.principals.iter().any(|principal| is_of_account(principal))
    };
    if allowing().filter(of_accounts).any(|statement| !statement.demands_mfa()) {
        return false.into();
    }
    let federated = |principal: &String| !is_service(principal) && !is_of_account(principal);
    if allowing().any(|statement| statement.principals.iter().any(federated)) {
        return Cell::default();
    }
    allowing().any(|statement| of_accounts(&statement)).into()
}

fn reaches_further(trust: &[Statement], account: Option<&str>) -> Cell<bool> {
    let mut unknown = false;
    for statement in trust {
        match statement.is_cross_account(account) {
            Some(true) => return true.into(),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Cell::default() } else { false.into() }
}

fn access_key(resource: &Resource, stage: &mut Stage) {
    let user = resource.reference("user", USERS);
    stage.add(
        resource,
        Credential {
            principal: user.cell(),
            kind: "access-key".into(),
            active: resource.text("status").or("Active").map(|status| status.eq_ignore_ascii_case("active")),
            long_lived: true.into(),
            has_expiry: false.into(),
            created_at: resource.time("create_date").cell(),
            secret_in_state: resource.is_set("pgp_key").cell().not(),
            ..Credential::default()
        },
    );
}

fn login_profile(resource: &Resource, stage: &mut Stage) {
    let user = stage.facet::<Principal>(
        resource,
        "user",
        USERS,
        |row, code| row.console_access = Cell::Gap(code),
        |row| row.console_access = true.into(),
    );
    stage.add(
        resource,
        Credential {
            principal: user.cell(),
            kind: "password".into(),
            active: true.into(),
            long_lived: true.into(),
            has_expiry: false.into(),
            // Without a key to encrypt it for, the first password is an output like any other.
            secret_in_state: resource.is_set("pgp_key").cell().not(),
            ..Credential::default()
        },
    );
}

fn ssh_key(resource: &Resource, stage: &mut Stage) {
    let user = resource.reference("username", USERS);
    stage.add(
        resource,
        Credential {
            principal: user.cell(),
            kind: "ssh-key".into(),
            active: resource.text("status").or("Active").map(|status| status.eq_ignore_ascii_case("active")),
            long_lived: true.into(),
            has_expiry: false.into(),
            // Only the public half is given.
            secret_in_state: false.into(),
            ..Credential::default()
        },
    );
}

fn password_policy(resource: &Resource, stage: &mut Stage) {
    let classes =
        ["require_lowercase_characters", "require_uppercase_characters", "require_numbers", "require_symbols"];
    let max_age = resource.unset_if_computed("max_password_age", resource.int("max_password_age")).or(0);
    stage.account(resource, |account| account.settings_seen = true.into());
    stage.add(
        resource,
        AuthPolicy {
            kind: "account-passwords".into(),
            audience: "staff".into(),
            enabled: true.into(),
            mfa_required: false.into(),
            has_password_rule: true.into(),
            min_length: resource.int("minimum_password_length").cell(),
            character_classes: count(classes.map(|path| resource.unset_if_computed(path, resource.bool(path)))),
            reuse_prevented: resource
                .unset_if_computed("password_reuse_prevention", resource.int("password_reuse_prevention"))
                .or(0),
            has_max_age: max_age.clone().map(|days| days > 0),
            max_age_days: max_age,
            mfa_offered: Cell::default(),
        },
    );
}

/// How many are true; of those that are not set none is.
pub(crate) fn count<const N: usize>(flags: [Attr<bool>; N]) -> Cell<i64> {
    flags.into_iter().fold(0.into(), |sum: Cell<i64>, flag| {
        let flag = flag.or(false);
        sum.and_then(|sum| flag.map(|flag| sum + i64::from(flag)))
    })
}

fn group_membership(resource: &Resource, _stage: &mut Stage) {
    resource.reference("group", GROUPS);
    resource.references("users", USERS);
}

fn user_membership(resource: &Resource, _stage: &mut Stage) {
    resource.reference("user", USERS);
    resource.references("groups", GROUPS);
}

fn instance_profile(resource: &Resource, _stage: &mut Stage) {
    resource.reference("role", ROLES);
}
