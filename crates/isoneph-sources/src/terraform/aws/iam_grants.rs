//! Rights in IAM: inline policies, managed policies and what attaches them.

use isoneph_model::GapCode;
use isoneph_tables::schema::Grant;
use isoneph_tables::{Cell, Common};

use super::iam::{GROUPS, ROLES, USERS};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy::{self, Statement};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_iam_group_policy", group_policy, &[table::<Grant>]),
    Mapping::new("aws_iam_group_policy_attachment", group_attachment, &[table::<Grant>]),
    Mapping::new("aws_iam_policy", managed_policy, &[]).patching(&[table::<Grant>]),
    Mapping::new("aws_iam_policy_attachment", attachment, &[table::<Grant>]),
    Mapping::new("aws_iam_role_policy", role_policy, &[table::<Grant>]),
    Mapping::new("aws_iam_role_policy_attachment", role_attachment, &[table::<Grant>]),
    Mapping::new("aws_iam_user_policy", user_policy, &[table::<Grant>]),
    Mapping::new("aws_iam_user_policy_attachment", user_attachment, &[table::<Grant>]),
];

const POLICIES: &[&str] = &["aws_iam_policy"];

fn role_policy(resource: &Resource, stage: &mut Stage) {
    inline(resource, stage, "role", ROLES);
}

fn user_policy(resource: &Resource, stage: &mut Stage) {
    inline(resource, stage, "user", USERS);
}

fn group_policy(resource: &Resource, stage: &mut Stage) {
    inline(resource, stage, "group", GROUPS);
}

fn inline(resource: &Resource, stage: &mut Stage, holder: &'static str, types: &'static [&'static str]) {
    let holder_of = Holder { uid: resource.reference(holder, types).cell(), kind: holder };
    let name = resource.common.name.clone();
    statements(resource, stage, &resource.text("policy"), "/values/policy", "", &holder_of, name);
}

/// Whom a right is given to.
struct Holder {
    uid: Cell<String>,
    kind: &'static str,
}

/// Adds a row for each statement of a document; one that knows nothing when it cannot be read.
fn statements(
    resource: &Resource,
    stage: &mut Stage,
    document: &Attr<String>,
    pointer: &str,
    prefix: &str,
    holder: &Holder,
    name: Cell<String>,
) {
    let lead = if prefix.is_empty() { "#".to_owned() } else { format!("#{prefix}/") };
    match policy::statements(document) {
        Attr::Known(statements) => {
            for (i, statement) in statements.iter().enumerate() {
                let row = row_of(std::slice::from_ref(statement), holder, name.clone());
                stage.add_part(resource, pointer, &format!("{lead}statement/{i}"), row);
            }
        }
        Attr::Unset => {}
        Attr::Unknown(code) => {
            stage.add_suffixed(resource, &format!("{lead}statements"), unknown(holder, name, code));
        }
    }
}

/// A right of which only the holder is known.
fn unknown(holder: &Holder, name: Cell<String>, code: GapCode) -> Grant {
    Grant {
        principal: holder.uid.clone(),
        principal_kind: holder.kind.into(),
        effect: Cell::Gap(code),
        role_name: name,
        actions: Cell::Gap(code),
        reach: Cell::Gap(code),
        resources: Cell::Gap(code),
        full_admin: Cell::Gap(code),
        manages_access: Cell::Gap(code),
        has_condition: Cell::Gap(code),
        mfa_condition: Cell::Gap(code),
        has_expiry: Cell::Gap(code),
    }
}

/// What statements come to together. A condition counts where it limits everything that makes them powerful.
fn row_of(statements: &[Statement], holder: &Holder, name: Cell<String>) -> Grant {
    let allowing: Vec<&Statement> = statements.iter().filter(|statement| statement.allow).collect();
    let is_powerful = |s: &&&Statement| s.is_full_admin() || manages_access(s);
    let powerful: Vec<&Statement> = allowing.iter().filter(is_powerful).copied().collect();
    let judged: Vec<&Statement> = match (powerful.is_empty(), allowing.is_empty()) {
        (false, _) => powerful,
        (true, false) => allowing.clone(),
        (true, true) => statements.iter().collect(),
    };
    let all = |what: fn(&Statement) -> bool| !judged.is_empty() && judged.iter().all(|statement| what(statement));
    let mut actions: Vec<String> = statements.iter().flat_map(|s| s.actions.iter().cloned()).collect();
    let mut resources: Vec<String> = statements.iter().flat_map(|s| s.resources.iter().cloned()).collect();
    for list in [&mut actions, &mut resources] {
        list.sort();
        list.dedup();
    }
    let everything = statements.iter().any(|s| s.other_resources) || resources.iter().any(|resource| resource == "*");
    Grant {
        principal: holder.uid.clone(),
        principal_kind: holder.kind.into(),
        effect: if allowing.is_empty() && !statements.is_empty() { "deny" } else { "allow" }.into(),
        role_name: name,
        actions: actions.into(),
        reach: if everything { "account" } else { "resource" }.into(),
        resources: resources.into(),
        full_admin: allowing.iter().any(|statement| statement.is_full_admin()).into(),
        manages_access: allowing.iter().any(|statement| manages_access(statement)).into(),
        has_condition: all(|statement| !statement.conditions.is_empty()).into(),
        mfa_condition: all(Statement::demands_mfa).into(),
        has_expiry: all(ends).into(),
    }
}

fn ends(statement: &Statement) -> bool {
    statement.conditions.iter().any(|(operator, key, _)| {
        let operator = operator.to_ascii_lowercase();
        operator.starts_with("datelessthan")
            && !operator.ends_with("ifexists")
            && matches!(key.as_str(), "aws:currenttime" | "aws:epochtime")
    })
}

/// Whether a statement lets its holder manage rights, other than a user's own credentials, or pass one named role.
fn manages_access(statement: &Statement) -> bool {
    statement.manages_access() && !is_about_oneself(statement) && !only_passes_named_roles(statement)
}

/// A user who may change what oneself is allowed is an administrator all the same.
fn is_about_oneself(statement: &Statement) -> bool {
    const WIDENING: [&str; 4] =
        ["iam:addusertogroup", "iam:attachuserpolicy", "iam:deleteuserpermissionsboundary", "iam:putuserpolicy"];
    let own = |resource: &String| resource.contains("${aws:username}");
    !statement.other_resources
        && !statement.other_actions
        && !statement.resources.is_empty()
        && statement.resources.iter().all(own)
        && !WIDENING.iter().any(|action| statement.lists(action))
}

fn only_passes_named_roles(statement: &Statement) -> bool {
    let harmless = |action: &String| {
        let action = action.to_ascii_lowercase();
        match action.split_once(':') {
            Some(("iam", verb)) => verb == "passrole" || verb.starts_with("get") || verb.starts_with("list"),
            Some((service, _)) => !service.contains('*') && !matches!(service, "organizations" | "sso"),
            None => false,
        }
    };
    let named = |resource: &String| match resource.rsplit_once(":role") {
        Some((_, name)) => name.chars().any(|c| !matches!(c, '*' | '?' | '/')),
        None => resource != "*" && !resource.ends_with(":*"),
    };
    !statement.other_actions
        && !statement.other_resources
        && statement.actions.iter().all(harmless)
        && statement.resources.iter().all(named)
}

fn role_attachment(resource: &Resource, stage: &mut Stage) {
    attached(resource, stage, "role", ROLES);
}

fn user_attachment(resource: &Resource, stage: &mut Stage) {
    attached(resource, stage, "user", USERS);
}

fn group_attachment(resource: &Resource, stage: &mut Stage) {
    attached(resource, stage, "group", GROUPS);
}

fn attached(resource: &Resource, stage: &mut Stage, holder: &'static str, types: &'static [&'static str]) {
    let holder = Holder { uid: resource.reference(holder, types).cell(), kind: holder };
    let policy = resource.reference("policy_arn", POLICIES);
    stage.add(resource, of_policy(&policy, &holder));
}

fn attachment(resource: &Resource, stage: &mut Stage) {
    let policy = resource.reference("policy_arn", POLICIES);
    let lists = [("roles", "role", ROLES), ("users", "user", USERS), ("groups", "group", GROUPS)];
    for (list, kind, types) in lists {
        for (i, reference) in resource.references(list, types).iter().enumerate() {
            let holder = Holder { uid: reference.cell(), kind };
            stage.add_suffixed(resource, &format!("#{list}/{i}"), of_policy(&policy, &holder));
        }
        if resource.hides_constants(list) {
            let holder = Holder { uid: Cell::Gap(GapCode::AfterApply), kind };
            stage.add_suffixed(resource, &format!("#{list}/rest"), of_policy(&policy, &holder));
        }
    }
}

/// What a role holds by its own blocks, as older versions of the provider have them.
pub(crate) fn of_role(resource: &Resource, stage: &mut Stage) {
    let holder = Holder { uid: resource.uid().into(), kind: "role" };
    let listed = resource.unset_if_computed("managed_policy_arns", resource.is_set("managed_policy_arns"));
    if let Attr::Known(true) | Attr::Unknown(_) = listed {
        for (i, policy) in resource.references("managed_policy_arns", POLICIES).iter().enumerate() {
            stage.add_suffixed(resource, &format!("#managed_policy_arns/{i}"), of_policy(policy, &holder));
        }
        if resource.hides_constants("managed_policy_arns") {
            let rest = Reference::Unresolved(GapCode::AfterApply);
            stage.add_suffixed(resource, "#managed_policy_arns/rest", of_policy(&rest, &holder));
        }
    }
    // Where nobody wrote one, the provider reads back what other resources made: those have rows of their own.
    for block in resource.blocks("inline_policy").known().into_iter().flatten() {
        let pointer = format!("{}/policy", block.pointer());
        let prefix = block.path().replace('.', "/");
        statements(resource, stage, &block.text("policy"), &pointer, &prefix, &holder, block.text("name").cell());
    }
}

/// A row for a policy that is attached. What a policy of the plan comes to is filled in by its own mapping.
fn of_policy(policy: &Reference, holder: &Holder) -> Grant {
    match policy {
        Reference::Literal(arn) => of_named(arn, holder),
        Reference::Uid(uid) => unknown(holder, uid.as_str().into(), GapCode::NotCollected),
        Reference::Unset => unknown(holder, Cell::default(), GapCode::NotCollected),
        Reference::Unresolved(code) => unknown(holder, Cell::Gap(*code), *code),
    }
}

/// Policies of AWS itself that manage rights.
const MANAGING: &[&str] = &[
    "AWSOrganizationsFullAccess",
    "AWSSSOMasterAccountAdministrator",
    "AWSSSOMemberAccountAdministrator",
    "AdministratorAccess",
    "AdministratorAccess-AWSElasticBeanstalk",
    "AdministratorAccess-Amplify",
    "IAMFullAccess",
    "job-function/SystemAdministrator",
];

/// Policies of AWS itself that neither write rights nor pass roles, beside those that only read.
const HARMLESS: &[&str] = &["PowerUserAccess", "SecurityAudit", "job-function/Billing", "job-function/ViewOnlyAccess"];

fn of_named(arn: &str, holder: &Holder) -> Grant {
    let Some(name) = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::aws:policy/")).map(|(_, n)| n)
    else {
        // A policy of an account, made elsewhere: its statements are not in the input.
        let name = arn.rsplit('/').next().unwrap_or(arn);
        return Grant { effect: "allow".into(), ..unknown(holder, name.into(), GapCode::NotCollected) };
    };
    let reads = name.ends_with("ReadOnlyAccess") || name.ends_with("ReadOnly") || HARMLESS.contains(&name);
    let manages = if MANAGING.contains(&name) {
        true.into()
    } else if reads {
        false.into()
    } else {
        Cell::Gap(GapCode::NotCollected)
    };
    Grant {
        effect: "allow".into(),
        actions: Vec::new().into(),
        reach: "account".into(),
        resources: vec!["*".to_owned()].into(),
        // Of all policies that AWS gives, one allows every action on everything.
        full_admin: (name == "AdministratorAccess").into(),
        manages_access: manages,
        has_condition: false.into(),
        mfa_condition: false.into(),
        has_expiry: false.into(),
        ..unknown(holder, name.into(), GapCode::NotCollected)
    }
}

fn managed_policy(resource: &Resource, stage: &mut Stage) {
    let statements = policy::statements(&resource.text("policy")).cell();
    let uid = resource.uid().to_owned();
    let name = resource.common.name.clone();
    stage.for_referrers::<Grant>(resource, &["policy_arn", "managed_policy_arns"], move |_: &Common, row| {
        if row.role_name.known() != Some(&uid) {
            return;
        }
        let holder = Holder { uid: row.principal.clone(), kind: "" };
        let kind = row.principal_kind.clone();
        *row = match &statements {
            Cell::Known(statements) => row_of(statements, &holder, name.clone()),
            Cell::Gap(code) => unknown(&holder, name.clone(), *code),
        };
        row.principal_kind = kind;
    });
}
