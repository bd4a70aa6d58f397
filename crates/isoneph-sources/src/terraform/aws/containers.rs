//! Containers outside of clusters of one's own: ECS, App Runner, Batch, and the builds of CodeBuild.

use isoneph_model::GapCode;
use isoneph_tables::schema::{Endpoint, Workload};
use isoneph_tables::{Cell, Common};
use serde_json::Value;

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_apprunner_service", apprunner, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("aws_batch_job_definition", job, &[table::<Workload>]),
    Mapping::new("aws_codebuild_project", build, &[table::<Workload>]),
    Mapping::new("aws_ecs_cluster", cluster, &[]),
    Mapping::new("aws_ecs_service", service, &[table::<Workload>]),
    Mapping::new("aws_ecs_task_definition", task, &[table::<Workload>]).patching(&[table::<Workload>]),
];

const ROLES: &[&str] = &["aws_iam_role"];

/// A cluster of ECS is a name for services to stand under; what runs is told by those.
fn cluster(_: &Resource, _: &mut Stage) {}

/// Decides something about the containers that an attribute describes in JSON.
fn decide(resource: &Resource, path: &str, about: impl Fn(&Value) -> bool) -> Cell<bool> {
    let containers = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Array(containers)) => Some(containers),
        Ok(one @ Value::Object(_)) => Some(vec![one]),
        _ => None,
    };
    let readable = resource.decide(path, |text| containers(text).is_some());
    match readable {
        Attr::Known(false) => Cell::Gap(GapCode::Unreadable),
        Attr::Known(true) => {
            resource.decide(path, |text| containers(text).is_some_and(|list| list.iter().any(about))).cell()
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn is_privileged(container: &Value) -> bool {
    container.get("privileged").and_then(Value::as_bool).unwrap_or(false)
}

fn has_secret(container: &Value) -> bool {
    let settings = container.get("environment").and_then(Value::as_array);
    settings.into_iter().flatten().any(|setting| {
        let text = |name: &str| setting.get(name).and_then(Value::as_str).unwrap_or_default();
        secrets::in_setting(text("name"), text("value"))
    })
}

fn task(resource: &Resource, stage: &mut Stage) {
    let role = resource.reference("task_role_arn", ROLES);
    let privileged = decide(resource, "container_definitions", is_privileged);
    let secret = decide(resource, "container_definitions", has_secret);
    stage.add(
        resource,
        Workload {
            kind: "container-service".into(),
            runtime: "".into(),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: secret.clone(),
            privileged: privileged.clone(),
            // Its machines, of Fargate too, stand in a network of the account.
            in_own_network: true.into(),
            // A definition runs nothing; the service that uses it grows.
            scales: false.into(),
            max_instances: 0.into(),
            ..Workload::default()
        },
    );
    stage.for_referrers::<Workload>(resource, &["task_definition"], move |_: &Common, row| {
        row.privileged = privileged.clone();
        row.secret_in_settings = secret.clone();
    });
}

fn service(resource: &Resource, stage: &mut Stage) {
    resource.reference("task_definition", &["aws_ecs_task_definition"]);
    resource.reference("cluster", &["aws_ecs_cluster"]);
    // Scaling is set by targets that name the service in a text of their own.
    let targets = stage.survey().index.types().contains("aws_appautoscaling_target");
    stage.add(
        resource,
        Workload {
            kind: "container-service".into(),
            runtime: "".into(),
            default_identity: false.into(),
            in_own_network: true.into(),
            scales: if targets { Cell::default() } else { false.into() },
            max_instances: if targets { Cell::default() } else { 0.into() },
            ..Workload::default()
        },
    );
}

fn job(resource: &Resource, stage: &mut Stage) {
    stage.add(
        resource,
        Workload {
            kind: "batch".into(),
            runtime: "".into(),
            default_identity: false.into(),
            secret_in_settings: decide(resource, "container_properties", has_secret),
            privileged: decide(resource, "container_properties", is_privileged),
            in_own_network: true.into(),
            scales: false.into(),
            max_instances: 0.into(),
            ..Workload::default()
        },
    );
}

fn build(resource: &Resource, stage: &mut Stage) {
    let role = resource.reference("service_role", ROLES);
    stage.add(
        resource,
        Workload {
            kind: "build".into(),
            runtime: resource.text("environment.image").or(""),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: build_settings(resource),
            privileged: match resource.block("environment") {
                Attr::Known(block) => block.bool("privileged_mode").or(false),
                Attr::Unset => false.into(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            in_own_network: match resource.block("vpc_config") {
                Attr::Known(_) => true.into(),
                Attr::Unset => false.into(),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            scales: false.into(),
            max_instances: 0.into(),
            ..Workload::default()
        },
    );
}

fn build_settings(resource: &Resource) -> Cell<bool> {
    let variables = match resource.blocks("environment.environment_variable") {
        Attr::Known(variables) => variables,
        Attr::Unset => return false.into(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let one = |variable: &crate::terraform::block::Block<'_>| {
        // The other types name a parameter or a secret instead of holding it.
        let plain = variable.text("type").or("PLAINTEXT").map(|kind| kind == "PLAINTEXT");
        let name = variable.text("name").cell();
        let holds = name.and_then(|name| variable.decide("value", |value| secrets::in_setting(&name, value)).or(false));
        plain.and(holds)
    };
    variables.iter().map(one).fold(Cell::Known(false), Cell::either)
}

fn apprunner(resource: &Resource, stage: &mut Stage) {
    let role = resource.reference("instance_configuration.instance_role_arn", ROLES);
    let image = "source_configuration.image_repository.image_configuration.runtime_environment_variables";
    let code = "source_configuration.code_repository.code_configuration.code_configuration_values.runtime_environment_variables";
    let secret = |path| resource.decide_any(path, secrets::in_setting).or(false);
    stage.add(
        resource,
        Workload {
            kind: "container-service".into(),
            runtime: "".into(),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: secret(image).either(secret(code)),
            privileged: false.into(),
            in_own_network: resource
                .text("network_configuration.egress_configuration.egress_type")
                .or("DEFAULT")
                .map(|kind| kind == "VPC"),
            scales: true.into(),
            // The limit stands in a configuration of its own; without one App Runner's default configuration has one.
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
            public: resource.bool("network_configuration.ingress_configuration.is_publicly_accessible").or(true),
            restricted: false.into(),
            port: 443.into(),
            tls: true.into(),
            ..Endpoint::default()
        },
    );
}
