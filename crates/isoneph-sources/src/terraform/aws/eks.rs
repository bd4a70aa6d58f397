//! Clusters of EKS, their node groups and the add-on that enforces network policies.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Endpoint, Workload};
use serde_json::Value;

use crate::terraform::attr::Attr;
use crate::terraform::everybody::is_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_eks_addon", addon, &[]).patching(&[table::<Workload>]),
    Mapping::new("aws_eks_cluster", cluster, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("aws_eks_node_group", node_group, &[table::<Workload>]),
];

const CLUSTERS: &[&str] = &["aws_eks_cluster"];
const ROLES: &[&str] = &["aws_iam_role"];

fn cluster(resource: &Resource, stage: &mut Stage) {
    let role = resource.reference("role_arn", ROLES);
    let audited =
        resource.texts("enabled_cluster_log_types").map(|logs| logs.iter().any(|log| log == "audit")).or(false);
    let support = resource.unset_if_computed("upgrade_policy", resource.text("upgrade_policy.support_type"));
    stage.add(
        resource,
        Workload {
            kind: "cluster".into(),
            runtime: resource.text("version").cell(),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: false.into(),
            in_own_network: true.into(),
            logging: audited.clone(),
            automatic_upgrades: support.or_default(resource, "aws.eks.support_type").map(|kind| kind == "STANDARD"),
            secrets_encrypted: resource
                .texts("encryption_config.resources")
                .map(|resources| resources.iter().any(|kind| kind == "secrets"))
                .or(false),
            identity_integrated: true.into(),
            scales: false.into(),
            max_instances: 0.into(),
            deletion_protected: resource.bool("deletion_protection").or(false),
            ..Workload::default()
        },
    );
    let cidrs = match (resource.block("vpc_config"), resource.texts("vpc_config.public_access_cidrs")) {
        (Attr::Known(block), Attr::Unknown(_))
            if resource.is_configured_in(&block, "public_access_cidrs") == Some(false) =>
        {
            Attr::Unset
        }
        (_, cidrs) => cidrs,
    };
    let uid = resource.uid().to_owned();
    stage.add_suffixed(
        resource,
        "#api",
        Endpoint {
            kind: "cluster-api".into(),
            resource: uid.into(),
            public: resource.bool("vpc_config.endpoint_public_access").or(true),
            // Without a list EKS lets everybody try.
            restricted: cidrs.map(|cidrs| !is_everybody(cidrs.iter().map(String::as_str))).or(false),
            port: 443.into(),
            tls: true.into(),
            has_waf: false.into(),
            access_log: audited,
            authenticated: true.into(),
            ..Endpoint::default()
        },
    );
}

fn node_group(resource: &Resource, stage: &mut Stage) {
    resource.reference("cluster_name", CLUSTERS);
    let role = resource.reference("node_role_arn", ROLES);
    let least = resource.int("scaling_config.min_size").cell();
    let most = resource.int("scaling_config.max_size").cell();
    let scales = match (&least, &most) {
        (Cell::Known(least), Cell::Known(most)) => Cell::Known(least < most),
        (Cell::Gap(code), _) | (_, Cell::Gap(code)) => Cell::Gap(*code),
    };
    stage.add(
        resource,
        Workload {
            kind: "node-pool".into(),
            runtime: resource.text("version").cell(),
            identity: role.cell(),
            default_identity: false.into(),
            secret_in_settings: false.into(),
            in_own_network: true.into(),
            // New versions of nodes wait for somebody's order.
            automatic_upgrades: false.into(),
            scales,
            max_instances: most,
            ..Workload::default()
        },
    );
}

fn addon(resource: &Resource, stage: &mut Stage) {
    let name = resource.text("addon_name");
    if name.known().is_some_and(|name| name != "vpc-cni") {
        resource.reference("cluster_name", CLUSTERS);
        return;
    }
    let enforced = match (name, resource.text("configuration_values")) {
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => Cell::Gap(code),
        (_, Attr::Known(text)) => network_policy(&text),
        (_, Attr::Unset) => false.into(),
    };
    let forget = |row: &mut Workload, code| row.network_policy = Cell::Gap(code);
    stage.facet::<Workload>(resource, "cluster_name", CLUSTERS, forget, move |row| row.network_policy = enforced);
}

/// Whether the configuration of the network add-on switches its policy engine on; it is off where nothing is said.
fn network_policy(text: &str) -> Cell<bool> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(values)) => match values.get("enableNetworkPolicy") {
            Some(Value::Bool(on)) => Cell::Known(*on),
            Some(Value::String(on)) => Cell::Known(on == "true"),
            Some(_) => Cell::Gap(GapCode::Unreadable),
            None => Cell::Known(false),
        },
        // YAML is allowed too; one word in it is enough to know.
        _ if text.contains("enableNetworkPolicy") => Cell::Gap(GapCode::Unreadable),
        _ => Cell::Known(false),
    }
}
