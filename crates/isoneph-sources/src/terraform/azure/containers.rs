//! Registries of container images, and containers without a cluster of one's own.

use isoneph_tables::schema::{Endpoint, ImageRegistry, Workload};
use isoneph_tables::{Cell, Common};

use super::machines::identity;
use super::networks::{SUBNETS, is_named};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_container_app", app, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("azurerm_container_app_environment", environment, &[]).patching(&[table::<Workload>]),
    Mapping::new("azurerm_container_group", group, &[table::<Workload>]),
    Mapping::new("azurerm_container_registry", registry, &[table::<ImageRegistry>]),
];

fn registry(resource: &Resource, stage: &mut Stage) {
    let encrypted = resource.is_set("encryption.key_vault_key_id").cell();
    // Version 4 of the provider made one number of the block.
    let days = resource.int("retention_policy_in_days").map(|days| days > 0);
    let old = resource.bool("retention_policy.enabled");
    stage.add(
        resource,
        ImageRegistry {
            // Scanning belongs to the plan of Defender for the subscription, and tags are locked one by one.
            scan_on_push: Cell::default(),
            tags_immutable: Cell::default(),
            public: resource.bool("anonymous_pull_enabled").or(false),
            admin_account: resource.bool("admin_enabled").or(false),
            key_manager: encrypted.map(|own| if own { "customer" } else { "provider" }.to_owned()),
            has_expiry_rule: days.or_else(|| old).or(false),
            ..ImageRegistry::default()
        },
    );
}

/// Folds what each container of a list says; none says no.
fn any(containers: Attr<Vec<Block<'_>>>, about: impl Fn(&Block<'_>) -> Cell<bool>) -> Cell<bool> {
    match containers {
        Attr::Known(containers) => containers.iter().map(about).fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn app(resource: &Resource, stage: &mut Stage) {
    resource.reference("container_app_environment_id", &["azurerm_container_app_environment"]);
    let holds = |variable: &Block<'_>| {
        let name = variable.text("name").cell();
        // A variable that names a secret of the application holds none itself.
        name.and_then(|name| variable.decide("value", |value| secrets::in_setting(&name, value)).or(false))
    };
    let secret = any(resource.blocks("template.container"), |container| any(container.blocks("env"), holds));
    let most = resource.int("template.max_replicas").or(10);
    let least = resource.int("template.min_replicas").or(0);
    stage.add(
        resource,
        Workload {
            kind: "container-service".into(),
            runtime: "".into(),
            identity: identity(resource),
            default_identity: false.into(),
            secret_in_settings: secret,
            privileged: false.into(),
            // The environment decides; where it is not part of the input nobody can tell.
            in_own_network: Cell::default(),
            scales: most.clone().and_then(|most| least.map(|least| least < most)),
            max_instances: most,
            ..Workload::default()
        },
    );
    let Attr::Known(ingress) = resource.block("ingress") else { return };
    let uid = resource.uid().to_owned();
    let rules = ingress.blocks("ip_security_restriction");
    stage.add_block(
        resource,
        &ingress,
        Endpoint {
            kind: "web-application".into(),
            resource: uid.into(),
            public: ingress.bool("external_enabled").or(false),
            restricted: any(rules, |rule| rule.text("action").cell().map(|action| action == "Allow")),
            port: 443.into(),
            tls: ingress.bool("allow_insecure_connections").or(false).not(),
            ..Endpoint::default()
        },
    );
}

fn environment(resource: &Resource, stage: &mut Stage) {
    let own = is_named(&resource.reference("infrastructure_subnet_id", SUBNETS));
    stage.for_referrers::<Workload>(resource, &["container_app_environment_id"], move |_: &Common, row| {
        row.in_own_network = own.clone();
    });
}

fn group(resource: &Resource, stage: &mut Stage) {
    let subnets = resource.references("subnet_ids", SUBNETS);
    let private = resource.text("ip_address_type").or("Public").map(|kind| kind == "Private");
    let in_subnet = subnets.iter().map(is_named).fold(Cell::Known(false), Cell::either);
    let containers = || resource.blocks("container");
    stage.add(
        resource,
        Workload {
            kind: "container-service".into(),
            runtime: "".into(),
            identity: identity(resource),
            default_identity: false.into(),
            secret_in_settings: any(containers(), |container| {
                container.decide_any("environment_variables", secrets::in_setting).or(false)
            }),
            privileged: any(containers(), |container| {
                any(container.blocks("security"), |security| security.bool("privilege_enabled").cell())
            }),
            in_own_network: private.either(in_subnet),
            scales: false.into(),
            max_instances: 0.into(),
            ..Workload::default()
        },
    );
}
