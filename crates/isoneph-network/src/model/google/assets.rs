//! What Cloud Asset Inventory exports: each asset holds an object of the Compute API, without the word for its kind.

use serde_json::{Value, json};

use super::api::{self, Held};
use super::estate::Estate;
use crate::model::json::{text, texts};
use crate::model::{Problem, Unsupported};

/// How types of assets of this API begin.
const OF_API: &str = "compute.googleapis.com/";
/// Routes by policy are of another.
const BY_POLICY: &str = "networkconnectivity.googleapis.com/PolicyBasedRoute";

/// Types, by how they end, of what takes and sends nothing by itself: stores, descriptions, and parts of what a forwarding rule
/// leads to. Members of a group of instances are assets of their own.
const ASIDE: [&str; 38] = [
    "Address",
    "Autoscaler",
    "BackendBucket",
    "BackendService",
    "Commitment",
    "Disk",
    "DiskType",
    "HealthCheck",
    "HttpHealthCheck",
    "HttpsHealthCheck",
    "Image",
    "InstanceGroup",
    "InstanceGroupManager",
    "InstanceSettings",
    "InstanceTemplate",
    "InstantSnapshot",
    "InterconnectLocation",
    "License",
    "MachineImage",
    "NetworkEndpointGroup",
    "NodeGroup",
    "NodeTemplate",
    "NotificationEndpoint",
    "Project",
    "PublicAdvertisedPrefix",
    "PublicDelegatedPrefix",
    "Reservation",
    "ResourcePolicy",
    "SecurityPolicy",
    "Snapshot",
    "SslCertificate",
    "SslPolicy",
    "StoragePool",
    "TargetInstance",
    "TargetPool",
    "Proxy",
    "UrlMap",
    "Zone",
];

/// What a search says of each thing, and an export does not.
const FOUND: [&str; 4] = ["displayName", "parentAssetType", "parentFullResourceName", "project"];

/// The type of an asset.
fn kind(asset: &Value) -> Option<&str> {
    let named = text(asset, "name").is_some_and(|name| name.starts_with("//"));
    ["assetType", "asset_type"].iter().find_map(|key| text(asset, key)).filter(|_| named)
}

/// Whether a document is an asset, or a list of such. What a search finds says what there is, and never how it is set up.
pub(crate) fn recognises(document: &Value) -> bool {
    let first = document.get(0).unwrap_or(document);
    let is_found = FOUND.iter().any(|key| first.get(*key).is_some()) && first.get("resource").is_none();
    kind(first).is_some() && !is_found
}

/// Takes the assets of this API.
pub(crate) fn read(
    estate: &mut Estate,
    document: &Value,
    source: usize,
    unsupported: &mut Vec<Unsupported>,
    problems: &mut Vec<Problem>,
) {
    let one = std::slice::from_ref(document);
    let all = document.as_array().map_or(one, Vec::as_slice).iter().enumerate();
    let mut objects: Vec<(String, Value)> = Vec::new();
    let mut empty = None;
    for (index, asset) in all {
        let at = if document.is_array() { format!("#/{index}") } else { "#".to_owned() };
        let by_policy = kind(asset) == Some(BY_POLICY);
        // What is an organisation's own is exported with all that is: its policies too.
        if texts(asset, "ancestors").first().is_some_and(|first| first.starts_with("organizations/")) {
            estate.listed.saw_above();
        }
        let of =
            if by_policy { Some("PolicyBasedRoute") } else { kind(asset).and_then(|kind| kind.strip_prefix(OF_API)) };
        let Some(of) = of else { continue };
        if ASIDE.iter().any(|end| of.ends_with(end)) {
            continue;
        }
        match asset.pointer("/resource/data").filter(|data| data.is_object()) {
            Some(data) => {
                ancestry(estate, asset, data);
                objects.push((at, object(asset, of, data)));
            }
            None => empty = empty.or(Some((at, of.to_owned()))),
        }
    }
    if let Some((at, of)) = empty {
        let message = format!(
            "an asset of type {OF_API}{of} without its resource: Cloud Asset Inventory writes it with --content-type=resource"
        );
        problems.push(Problem::unread(source, &at, &message));
    }
    let held = objects.iter().map(|(at, value)| Held { locator: at.clone(), value, cut: false }).collect();
    api::take(estate, held, source, unsupported, problems);
}

/// An object as the API answers with it.
fn object(asset: &Value, of: &str, data: &Value) -> Value {
    // Regional and global ones are types of their own here, and one kind there.
    let base = [("FirewallPolicy", "firewallPolicy"), ("ForwardingRule", "forwardingRule")];
    let known = base.iter().find(|(end, _)| of.ends_with(end)).map(|(_, kind)| (*kind).to_owned());
    let lower = || of.chars().take(1).flat_map(char::to_lowercase).chain(of.chars().skip(1)).collect();
    let mut data = data.clone();
    data["kind"] = match of {
        "PolicyBasedRoute" => json!(api::BY_POLICY),
        _ => json!(format!("compute#{}", known.unwrap_or_else(lower))),
    };
    if text(&data, "selfLink").is_none() {
        let name = text(asset, "name").unwrap_or_default().trim_start_matches('/');
        let path = name.split_once('/').map_or(name, |(_, path)| path);
        data["selfLink"] = json!(format!("https://www.googleapis.com/compute/v1/{path}"));
    }
    data
}

/// What the asset's project is in.
fn ancestry(estate: &mut Estate, asset: &Value, data: &Value) {
    let above: Vec<String> =
        texts(asset, "ancestors").into_iter().filter(|held| !held.starts_with("projects/")).collect();
    let link = text(data, "selfLink").or_else(|| text(asset, "name")).unwrap_or_default();
    let project = api::project_of(link);
    if !project.is_empty() && above.last().is_some_and(|last| last.starts_with("organizations/")) {
        estate.ancestors.insert(project, above);
    }
}
