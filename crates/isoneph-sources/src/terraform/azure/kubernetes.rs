//! Clusters of AKS and their node pools.

use isoneph_tables::schema::{Endpoint, Workload};
use isoneph_tables::{Cell, Common};

use super::machines::identity;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::everybody::is_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_kubernetes_cluster", cluster, &[table::<Workload>, table::<Endpoint>])
        .patching(&[table::<Workload>]),
    Mapping::new("azurerm_kubernetes_cluster_node_pool", node_pool, &[table::<Workload>]),
];

fn cluster(resource: &Resource, stage: &mut Stage) {
    // The channel has had two names; without one nothing is upgraded.
    let channel = resource.text("automatic_upgrade_channel").or_else(|| resource.text("automatic_channel_upgrade"));
    let upgraded = channel.map(|channel| channel != "none").or(false);
    let local = resource.bool("local_account_disabled").or(false);
    stage.add(
        resource,
        Workload {
            kind: "cluster".into(),
            runtime: resource.text("kubernetes_version").cell(),
            identity: identity(resource),
            default_identity: false.into(),
            secret_in_settings: false.into(),
            in_own_network: true.into(),
            // A diagnostic setting, a resource of its own, sends the log of the API.
            logging: false.into(),
            automatic_upgrades: upgraded.clone(),
            secrets_encrypted: resource.is_set("key_management_service").cell(),
            identity_integrated: local,
            network_policy: resource.text("network_profile.network_policy").map(|policy| policy != "none").or(false),
            scales: false.into(),
            max_instances: 0.into(),
            ..Workload::default()
        },
    );
    let uid = resource.uid().to_owned();
    stage.add_suffixed(
        resource,
        "#api",
        Endpoint {
            kind: "cluster-api".into(),
            resource: uid.into(),
            public: resource.bool("private_cluster_enabled").or(false).not(),
            restricted: restricted(resource),
            port: 443.into(),
            tls: true.into(),
            has_waf: false.into(),
            authenticated: true.into(),
            ..Endpoint::default()
        },
    );
    if let Attr::Known(pool) = resource.block("default_node_pool") {
        let row = pool_row(&pool, upgraded.clone());
        stage.add_block(resource, &pool, row);
    }
    stage.for_referrers::<Workload>(resource, &["kubernetes_cluster_id"], move |_: &Common, row| {
        row.automatic_upgrades = upgraded.clone();
    });
}

/// Whether only listed addresses reach the API. The list has moved twice.
fn restricted(resource: &Resource) -> Cell<bool> {
    let ranges = resource.texts("api_server_access_profile.authorized_ip_ranges");
    let ranges = ranges.or_else(|| resource.texts("api_server_authorized_ip_ranges"));
    ranges.map(|ranges| !ranges.is_empty() && !is_everybody(ranges.iter().map(String::as_str))).or(false)
}

fn node_pool(resource: &Resource, stage: &mut Stage) {
    resource.reference("kubernetes_cluster_id", &["azurerm_kubernetes_cluster"]);
    let row = pool_row(&resource.root(), Cell::default());
    stage.add(resource, row);
}

fn pool_row(pool: &Block<'_>, upgraded: Cell<bool>) -> Workload {
    let scales = pool.bool("auto_scaling_enabled").or_else(|| pool.bool("enable_auto_scaling")).or(false);
    Workload {
        kind: "node-pool".into(),
        runtime: pool.text("orchestrator_version").cell(),
        default_identity: false.into(),
        secret_in_settings: false.into(),
        in_own_network: true.into(),
        automatic_upgrades: upgraded,
        max_instances: scales.clone().and_then(|on| if on { pool.int("max_count").cell() } else { Cell::Known(0) }),
        scales,
        multi_zone: pool.texts("zones").map(|zones| zones.len() > 1).or(false),
        ..Workload::default()
    }
}
