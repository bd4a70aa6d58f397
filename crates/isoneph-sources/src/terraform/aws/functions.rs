//! Functions of Lambda: what they run as, what their settings hold, and who may call them.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Endpoint, ResourcePolicy, Workload};

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_lambda_function", function, &[table::<Workload>]),
    Mapping::new("aws_lambda_function_url", url, &[table::<Endpoint>]),
    Mapping::new("aws_lambda_permission", permission, &[table::<ResourcePolicy>]),
];

const FUNCTIONS: &[&str] = &["aws_lambda_function", "aws_lambda_alias"];

fn function(resource: &Resource, stage: &mut Stage) {
    let role = resource.reference("role", &["aws_iam_role"]);
    // -1, the default, is "whatever the account has left"; 0 keeps the function from running at all.
    let reserved = resource.int("reserved_concurrent_executions").or(-1);
    stage.add(
        resource,
        Workload {
            kind: "function".into(),
            // A function from a container image has no runtime of the provider.
            runtime: resource.text("runtime").or(""),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: resource.decide_any("environment.variables", secrets::in_setting).or(false),
            privileged: false.into(),
            in_own_network: match resource.block("vpc_config") {
                Attr::Known(block) => block.is_set("subnet_ids").cell(),
                Attr::Unset => false.into(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            scales: reserved.clone().map(|reserved| reserved != 0),
            max_instances: reserved.map(|reserved| reserved.max(0)),
            ..Workload::default()
        },
    );
}

fn url(resource: &Resource, stage: &mut Stage) {
    let function = resource.reference("function_name", FUNCTIONS);
    stage.add(
        resource,
        Endpoint {
            kind: "api".into(),
            resource: function.cell(),
            public: true.into(),
            restricted: false.into(),
            port: 443.into(),
            tls: true.into(),
            // The address is Lambda's own: a firewall can stand before a distribution in front of it, not before it.
            has_waf: false.into(),
            authenticated: resource.text("authorization_type").cell().map(|kind| kind == "AWS_IAM"),
            ..Endpoint::default()
        },
    );
}

fn permission(resource: &Resource, stage: &mut Stage) {
    let function = resource.reference("function_name", FUNCTIONS);
    let principal = resource.text("principal").cell();
    let limited = ["source_arn", "source_account", "principal_org_id"]
        .iter()
        .map(|path| resource.is_set(path).cell())
        .fold(Cell::Known(false), Cell::either)
        // A URL that authenticates its callers lets nobody in by this statement alone.
        .either(resource.text("function_url_auth_type").or("").map(|kind| kind == "AWS_IAM"));
    let own = resource.common.account.known().cloned();
    stage.add(
        resource,
        ResourcePolicy {
            resource: function.cell(),
            kind: "policy".into(),
            effect: "allow".into(),
            principals: principal.clone().map(|principal| vec![principal]),
            actions: resource.text("action").cell().map(|action| vec![action]),
            public: principal.clone().map(|principal| principal == "*").and(limited.clone().not()),
            cross_account: principal.and_then(|principal| is_foreign(&principal, own.as_deref())),
            allows_write: false.into(),
            has_condition: limited,
            requires_tls: false.into(),
            ..ResourcePolicy::default()
        },
    );
}

/// Whether a principal belongs to another account; services belong to none.
fn is_foreign(principal: &str, own: Option<&str>) -> Cell<bool> {
    let account = match principal.strip_prefix("arn:") {
        Some(arn) => arn.split(':').nth(3),
        None if principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit()) => Some(principal),
        None => return Cell::Known(false),
    };
    match (account, own) {
        (Some(account), Some(own)) => Cell::Known(account != own),
        _ => Cell::default(),
    }
}
