//! Cloud Run and Cloud Functions, and who may call them.

use isoneph_tables::schema::{Endpoint, ResourcePolicy, Workload};
use isoneph_tables::{Cell, Common};

use super::machines::{is_left_out, is_shared};
use super::members;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_cloud_run_service", run_v1, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("google_cloud_run_service_iam_binding", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloud_run_service_iam_member", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloud_run_service_iam_policy", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloud_run_v2_service", run_v2, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("google_cloud_run_v2_service_iam_binding", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloud_run_v2_service_iam_member", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloud_run_v2_service_iam_policy", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloudfunctions2_function", function_v2, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("google_cloudfunctions_function", function_v1, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("google_cloudfunctions_function_iam_binding", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloudfunctions_function_iam_member", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
    Mapping::new("google_cloudfunctions_function_iam_policy", callers, &[table::<ResourcePolicy>])
        .patching(&[table::<Endpoint>]),
];

const ACCOUNTS: &[&str] = &["google_service_account"];
const SERVICES: &[&str] =
    &["google_cloud_run_service", "google_cloud_run_v2_service", "google_cloudfunctions_function"];

/// What differs between the four kinds of resources.
struct Shape<'a> {
    kind: &'a str,
    runtime: Cell<String>,
    account: &'a str,
    secret: Cell<bool>,
    network: Cell<bool>,
    most: Attr<i64>,
    ingress: Attr<String>,
}

fn write(resource: &Resource, stage: &mut Stage, shape: Shape<'_>) {
    let account = resource.reference(shape.account, ACCOUNTS);
    let shared = match &account {
        Reference::Uid(_) => false.into(),
        Reference::Literal(email) => is_shared(email).into(),
        Reference::Unset => true.into(),
        Reference::Unresolved(_) if is_left_out(resource, shape.account) => true.into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    };
    let identity = if shared == Cell::Known(true) { "default".into() } else { account.cell() };
    stage.add(
        resource,
        Workload {
            kind: shape.kind.into(),
            runtime: shape.runtime,
            identity,
            default_identity: shared,
            secret_in_settings: shape.secret,
            privileged: false.into(),
            in_own_network: shape.network,
            logging: true.into(),
            scales: true.into(),
            // Nothing set leaves it to the provider's own limit, which has changed over time.
            max_instances: shape.most.or_cell(Cell::Gap(isoneph_model::GapCode::ProviderDefault)),
            ..Workload::default()
        },
    );
    let uid = resource.uid().to_owned();
    stage.add_suffixed(
        resource,
        "#service",
        Endpoint {
            kind: "web-application".into(),
            resource: uid.into(),
            public: shape.ingress.map(|ingress| ingress.to_uppercase().ends_with("ALL")).or(true),
            restricted: false.into(),
            port: 443.into(),
            tls: true.into(),
            authenticated: authenticated(resource, stage),
            ..Endpoint::default()
        },
    );
}

/// Whether callers need an identity: they do unless somebody lets everybody in, which bindings say of a service.
fn authenticated(resource: &Resource, stage: &Stage) -> Cell<bool> {
    // A function of the second generation is called through a service that bindings name instead of it.
    let elsewhere = stage.survey().index.types().iter().any(|kind| {
        kind.starts_with("google_cloud_run") && kind.contains("_iam_")
            || kind.starts_with("google_cloudfunctions2_function_iam_")
    });
    if resource.native_type() == "google_cloudfunctions2_function" && elsewhere {
        return Cell::default();
    }
    resource.bool("invoker_iam_disabled").or(false).not()
}

/// Folds what each block of a list says; none says no.
fn any(blocks: Attr<Vec<Block<'_>>>, about: impl Fn(&Block<'_>) -> Cell<bool>) -> Cell<bool> {
    match blocks {
        Attr::Known(blocks) => blocks.iter().map(about).fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// Whether a variable holds a secret itself, rather than naming one.
fn holds_secret(variable: &Block<'_>) -> Cell<bool> {
    let name = variable.text("name").cell();
    name.and_then(|name| variable.decide("value", |value| secrets::in_setting(&name, value)).or(false))
}

fn in_containers(resource: &Resource, path: &str) -> Cell<bool> {
    any(resource.blocks(path), |container| any(container.blocks("env"), holds_secret))
}

fn run_v2(resource: &Resource, stage: &mut Stage) {
    let connector = resource.is_set("template.vpc_access.connector").cell();
    let interfaces = any(resource.blocks("template.vpc_access.network_interfaces"), |_| Cell::Known(true));
    let most =
        resource.int("template.scaling.max_instance_count").or_else(|| resource.int("scaling.max_instance_count"));
    write(
        resource,
        stage,
        Shape {
            kind: "container-service",
            runtime: "".into(),
            account: "template.service_account",
            secret: in_containers(resource, "template.containers"),
            network: connector.either(interfaces),
            most: resource.unset_if_computed("template.scaling", most),
            ingress: resource.unset_if_computed("ingress", resource.text("ingress")),
        },
    );
}

/// The first generation keeps its settings in annotations.
fn run_v1(resource: &Resource, stage: &mut Stage) {
    let annotations = match resource.pairs("template.metadata.annotations") {
        Attr::Unknown(_) if resource.is_configured("template.metadata.annotations") == Some(false) => {
            Cell::Known(Vec::new())
        }
        annotations => annotations.or(Vec::new()),
    };
    let own = resource.pairs("metadata.annotations").or(Vec::new());
    let value = |pairs: &Cell<Vec<String>>, key: &str| match pairs {
        Cell::Known(pairs) => {
            let found = pairs.iter().find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key));
            found.map_or(Attr::Unset, |(_, value)| Attr::Known(value.to_owned()))
        }
        Cell::Gap(code) => Attr::Unknown(*code),
    };
    let is_there = |key: &str| value(&annotations, key).map(|_| true).or(false);
    let most = value(&annotations, "autoscaling.knative.dev/maxScale");
    write(
        resource,
        stage,
        Shape {
            kind: "container-service",
            runtime: "".into(),
            account: "template.spec.service_account_name",
            secret: in_containers(resource, "template.spec.containers"),
            network: is_there("run.googleapis.com/vpc-access-connector")
                .either(is_there("run.googleapis.com/network-interfaces")),
            most: most.and_then(|most| most.parse().map_or(Attr::Unset, Attr::Known)),
            ingress: value(&own, "run.googleapis.com/ingress"),
        },
    );
}

fn function_v2(resource: &Resource, stage: &mut Stage) {
    let settings = |path: &str| resource.decide_any(path, secrets::in_setting).or(false);
    write(
        resource,
        stage,
        Shape {
            kind: "function",
            runtime: resource.text("build_config.runtime").or(""),
            account: "service_config.service_account_email",
            secret: settings("service_config.environment_variables")
                .either(settings("build_config.environment_variables")),
            network: resource.is_set("service_config.vpc_connector").cell(),
            most: resource.unset_if_computed(
                "service_config.max_instance_count",
                resource.int("service_config.max_instance_count"),
            ),
            ingress: resource.text("service_config.ingress_settings"),
        },
    );
}

fn function_v1(resource: &Resource, stage: &mut Stage) {
    let settings = |path: &str| resource.decide_any(path, secrets::in_setting).or(false);
    let most = resource.unset_if_computed("max_instances", resource.int("max_instances"));
    write(
        resource,
        stage,
        Shape {
            kind: "function",
            runtime: resource.text("runtime").or(""),
            account: "service_account_email",
            secret: settings("environment_variables").either(settings("build_environment_variables")),
            network: resource.is_set("vpc_connector").cell(),
            // 0 is "no limit of its own".
            most: most.and_then(|most| if most > 0 { Attr::Known(most) } else { Attr::Unset }),
            ingress: resource.text("ingress_settings"),
        },
    );
}

/// Who may call a service. Whoever lets everybody call it asks nobody for an identity.
fn callers(resource: &Resource, stage: &mut Stage) {
    let path = if resource.knows("cloud_function") {
        "cloud_function"
    } else if resource.knows("service") {
        "service"
    } else {
        "name"
    };
    let bindings = members::read(resource);
    let public = members::any_public(&bindings);
    let all_named = public == Cell::Known(false);
    let target = resource.reference(path, SERVICES);
    if let Some(uid) = target.uid().map(|uid| format!("{uid}#service")) {
        stage.for_account::<Endpoint>(resource, move |common: &Common, row| {
            if common.uid == uid {
                row.authenticated = std::mem::take(&mut row.authenticated).and(public.clone().not());
            }
        });
    }
    if let (Reference::Unresolved(code), false) = (&target, all_named) {
        let code = *code;
        stage.for_account::<Endpoint>(resource, move |common: &Common, row| {
            let of_kind = common.native_type.known().is_some_and(|kind| SERVICES.contains(&kind.as_str()));
            if of_kind && row.authenticated == Cell::Known(true) {
                row.authenticated = Cell::Gap(code);
            }
        });
    }
    let own = resource.common.account.known().cloned();
    for one in bindings {
        stage.add_suffixed(resource, &one.suffix, one.on_resource(target.cell(), own.as_deref()));
    }
}
