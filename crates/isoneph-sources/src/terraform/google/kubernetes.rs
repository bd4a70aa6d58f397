//! Clusters of GKE and their node pools.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Endpoint, Workload};

use super::machines::{is_left_out, is_shared};
use crate::terraform::attr::Attr;
use crate::terraform::everybody::any_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_container_cluster", cluster, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("google_container_node_pool", node_pool, &[table::<Workload>]),
];

const ACCOUNTS: &[&str] = &["google_service_account"];

fn cluster(resource: &Resource, stage: &mut Stage) {
    let autopilot = resource.unset_if_computed("enable_autopilot", resource.bool("enable_autopilot")).or(false);
    let (identity, default_identity) = node_identity(resource);
    stage.add(
        resource,
        Workload {
            kind: "cluster".into(),
            runtime: resource.text("min_master_version").cell(),
            identity,
            default_identity,
            secret_in_settings: false.into(),
            in_own_network: true.into(),
            // The log of administrators' actions is always on.
            logging: true.into(),
            automatic_upgrades: channel(resource).either(autopilot.clone()),
            secrets_encrypted: resource
                .unset_if_computed("database_encryption", resource.text("database_encryption.state"))
                .or("DECRYPTED")
                .map(|state| state.contains("ENCRYPTED") && state != "DECRYPTED"),
            identity_integrated: without_local_accounts(resource),
            network_policy: network_policy(resource).either(autopilot.clone()),
            metadata_protected: resource
                .unset_if_computed(
                    "workload_identity_config",
                    resource.is_set("workload_identity_config.workload_pool"),
                )
                .or(false)
                .either(autopilot),
            scales: false.into(),
            max_instances: 0.into(),
            deletion_protected: resource.bool("deletion_protection").or(true),
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
            public: public(resource),
            restricted: restricted(resource),
            port: 443.into(),
            tls: true.into(),
            has_waf: false.into(),
            authenticated: true.into(),
            ..Endpoint::default()
        },
    );
}

/// Whether it follows a release channel: new clusters do unless they are told not to.
fn channel(resource: &Resource) -> Cell<bool> {
    match resource.text("release_channel.channel") {
        Attr::Known(channel) => (channel != "UNSPECIFIED").into(),
        Attr::Unset => resource.default("google.gke.release_channel"),
        Attr::Unknown(code) => match resource.is_configured("release_channel") {
            Some(false) => resource.default("google.gke.release_channel"),
            _ => Cell::Gap(code),
        },
    }
}

/// Whether rules between containers are enforced: by the newer data path always, else by the add-on.
fn network_policy(resource: &Resource) -> Cell<bool> {
    let path = resource.unset_if_computed("datapath_provider", resource.text("datapath_provider"));
    let addon = match resource.block("network_policy") {
        Attr::Known(block) => block.bool("enabled").cell(),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("network_policy") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    path.or("LEGACY_DATAPATH").map(|path| path == "ADVANCED_DATAPATH").either(addon)
}

/// Whether nobody enters by a client certificate, a password or rules from before roles.
fn without_local_accounts(resource: &Resource) -> Cell<bool> {
    let legacy = resource.bool("enable_legacy_abac").or(false);
    let auth = match resource.blocks("master_auth") {
        Attr::Known(auth) => auth,
        Attr::Unset => Vec::new(),
        Attr::Unknown(_) if resource.is_configured("master_auth") == Some(false) => Vec::new(),
        Attr::Unknown(code) => return legacy.not().and(Cell::Gap(code)),
    };
    let local = auth.iter().map(|auth| {
        let certificate = auth.bool("client_certificate_config.issue_client_certificate").or(false);
        certificate.either(auth.is_set("username").cell())
    });
    local.fold(legacy, Cell::either).not()
}

fn public(resource: &Resource) -> Cell<bool> {
    let private = match resource.block("private_cluster_config") {
        Attr::Known(block) => block.bool("enable_private_endpoint").or(false),
        Attr::Unset => false.into(),
        Attr::Unknown(_) if resource.is_configured("private_cluster_config") == Some(false) => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let addresses = resource.bool("control_plane_endpoints_config.ip_endpoints_config.enabled");
    let addresses = resource.unset_if_computed("control_plane_endpoints_config", addresses).or(true);
    private.not().and(addresses)
}

/// Whether only listed addresses reach the API. An empty list lets nobody in from outside.
fn restricted(resource: &Resource) -> Cell<bool> {
    let config = match resource.block("master_authorized_networks_config") {
        Attr::Known(config) => config,
        Attr::Unset => return false.into(),
        Attr::Unknown(_) if resource.is_configured("master_authorized_networks_config") == Some(false) => {
            return false.into();
        }
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    match config.blocks("cidr_blocks") {
        Attr::Known(blocks) => {
            any_everybody(&blocks.iter().map(|block| block.text("cidr_block").cell()).collect::<Vec<_>>()).not()
        }
        Attr::Unset => true.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// Whom the nodes act as. Nobody named: the identity that all machines of the project share.
fn node_identity(resource: &Resource) -> (Cell<String>, Cell<bool>) {
    let account = resource.reference("node_config.service_account", ACCOUNTS);
    let shared = match &account {
        Reference::Uid(_) => false.into(),
        Reference::Literal(email) => is_shared(email).into(),
        Reference::Unset => true.into(),
        Reference::Unresolved(_) if is_left_out(resource, "node_config.service_account") => true.into(),
        Reference::Unresolved(code) => Cell::Gap(*code),
    };
    let name = match (&account, &shared) {
        (_, Cell::Known(true)) => "default".into(),
        (account, _) => account.cell(),
    };
    (name, shared)
}

fn node_pool(resource: &Resource, stage: &mut Stage) {
    resource.reference("cluster", &["google_container_cluster"]);
    let (identity, default_identity) = node_identity(resource);
    let upgrades = match resource.block("management") {
        Attr::Known(block) => block.bool("auto_upgrade").or_cell(Cell::Gap(GapCode::ProviderDefault)),
        Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let (scales, most) = match resource.block("autoscaling") {
        Attr::Known(block) => {
            let most = block.int("max_node_count").or_else(|| block.int("total_max_node_count"));
            (true.into(), most.cell())
        }
        Attr::Unset => (false.into(), 0.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    };
    stage.add(
        resource,
        Workload {
            kind: "node-pool".into(),
            runtime: resource.text("version").cell(),
            identity,
            default_identity,
            secret_in_settings: false.into(),
            in_own_network: true.into(),
            automatic_upgrades: upgrades,
            scales,
            max_instances: most,
            ..Workload::default()
        },
    );
}
