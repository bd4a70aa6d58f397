//! Zones that a model suggests, where nobody gave any.

use std::collections::BTreeSet;

use super::intent::{Intent, Member, Zone, ZoneKind};
use super::members::nearest_tag;
use crate::model::Model;
use crate::model::form::{Endpoint, EndpointKind};

/// Labels by which people name tenants, in the order they are looked for.
pub const TENANT_KEYS: [&str; 6] = ["tenant", "Tenant", "tenant-id", "TenantId", "customer", "Customer"];
/// Namespaces of a cluster's own administration.
const ADMINISTRATION: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// Whether tenant labels tell zones apart: such zones name tenants, others only places.
#[must_use]
pub fn names_tenants(model: &Model) -> bool {
    TENANT_KEYS.iter().any(|key| model.parts.endpoints.iter().any(|held| nearest_tag(model, held, key).is_some()))
}

/// By tenant labels where there are any; else by namespace in clusters, by account where there are several, by network
/// otherwise. Everything outside is one zone more.
#[must_use]
pub fn derive(model: &Model) -> Intent {
    let mut zones: BTreeSet<(String, String, String)> = BTreeSet::new();
    let machines: Vec<&Endpoint> = model
        .parts
        .endpoints
        .iter()
        .filter(|endpoint| {
            !matches!(endpoint.kind, EndpointKind::Nat | EndpointKind::Plumbing | EndpointKind::Entry { .. })
        })
        .collect();
    let key =
        TENANT_KEYS.iter().find(|key| machines.iter().any(|endpoint| nearest_tag(model, endpoint, key).is_some()));
    let owners: BTreeSet<&str> = machines
        .iter()
        .filter(|endpoint| endpoint.kind != EndpointKind::Workload)
        .map(|endpoint| account(model, endpoint))
        .collect();
    for endpoint in machines {
        let network = &model.parts.networks[endpoint.network];
        if let Some((key, held)) = key.and_then(|key| Some((key, nearest_tag(model, endpoint, key)?))) {
            zones.insert((held.to_owned(), "tag".into(), format!("{key}={held}")));
        } else if endpoint.kind == EndpointKind::Workload {
            zones.insert((endpoint.owner.clone(), "namespace".into(), endpoint.owner.clone()));
        } else if owners.len() > 1 {
            let owner = account(model, endpoint);
            zones.insert((owner.to_owned(), "account".into(), owner.to_owned()));
        } else {
            zones.insert((network.name.clone(), "network".into(), network.id.clone()));
        }
    }
    let mut out: Vec<Zone> = Vec::new();
    for (mut name, by, value) in zones {
        if name.is_empty() {
            name = format!("no {by} told");
        }
        if out.iter().any(|zone| zone.name == name) {
            name = format!("{name} ({value})");
        }
        let mut member = Member::default();
        let kind = if by == "namespace" && (ADMINISTRATION.contains(&value.as_str()) || value.starts_with("openshift-"))
        {
            ZoneKind::Administration
        } else if by == "tag" {
            ZoneKind::Tenant
        } else {
            // A network, an account or a namespace is a place: whose it is, nobody said.
            ZoneKind::Internal
        };
        match by.as_str() {
            "tag" => member.tag = Some(value),
            "namespace" => member.namespace = Some(value),
            "account" => member.account = Some(value),
            _ => member.network = Some(value),
        }
        let tenant = if by == "tag" { name.clone() } else { String::new() };
        out.push(Zone { name, kind, tenant, implied: false, members: vec![member] });
    }
    out.push(Zone {
        name: "outside".into(),
        kind: ZoneKind::Outside,
        tenant: String::new(),
        implied: false,
        members: Vec::new(),
    });
    Intent { zones: out, derived: true, ..Intent::default() }
}

fn account<'m>(model: &'m Model, endpoint: &'m Endpoint) -> &'m str {
    if endpoint.owner.is_empty() { &model.parts.networks[endpoint.network].owner } else { &endpoint.owner }
}
