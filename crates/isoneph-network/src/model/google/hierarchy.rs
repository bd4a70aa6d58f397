//! What of a plan stands above networks: folders and organisations, what of them projects are in, and the firewall policies that
//! are associated with them.

use super::estate::{Estate, Firewall, FirewallPolicy};
use super::reading::{Reading, own};
use crate::model::json::text;
use crate::model::terraform::Resource;

const FOLDER: [&str; 1] = ["google_folder"];
const POLICY: [&str; 2] = ["google_compute_firewall_policy", "google_compute_firewall_policy_with_rules"];
/// How deep folders nest, at most.
const MAX_DEPTH: usize = 32;

/// Takes what projects are in, as far as it ends in an organisation.
pub(super) fn ancestry(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in reading.document.any_of_kind(&["google_project"]) {
        let Some(project) = text(&resource.values, "project_id") else { continue };
        let folder = node(reading, resource, "folder_id", "folders");
        let first = folder.or_else(|| node(reading, resource, "org_id", "organizations"));
        if let Some(above) = first.and_then(|first| chain(reading, first)) {
            estate.ancestors.entry(project.to_owned()).or_insert(above);
        }
    }
}

/// What a folder is in, from itself on; `None` where that does not end in an organisation.
fn chain(reading: &Reading<'_>, first: String) -> Option<Vec<String>> {
    let mut out = vec![first];
    while !out.last()?.starts_with("organizations/") {
        let last = out.last()?;
        let held = reading.document.any_of_kind(&FOLDER).find(|held| folder(held) == *last)?;
        let above = node(reading, held, "parent", "folders").filter(|_| out.len() < MAX_DEPTH)?;
        out.push(above);
    }
    Some(out)
}

/// A folder's own name, `folders/NUMBER`, or what stands for it until apply.
fn folder(resource: &Resource) -> String {
    let known =
        ["name", "id"].iter().filter_map(|key| text(&resource.values, key)).find(|name| name.starts_with("folders/"));
    known.map_or_else(|| own(resource), ToOwned::to_owned)
}

/// The folder or organisation that a field names; a bare number is of `kind`.
fn node(reading: &Reading<'_>, resource: &Resource, key: &str, kind: &str) -> Option<String> {
    let referred = reading.document.referred(resource, &[key]);
    let mut folders = reading.document.any_of_kind(&FOLDER);
    if let ([only], false) = (referred.found.as_slice(), referred.choice)
        && let Some(found) = folders.find(|held| held.identity() == *only)
    {
        return Some(folder(found));
    }
    let written = text(&resource.values, key).filter(|held| !held.is_empty())?;
    let at = ["organizations/", "folders/"].iter().find_map(|word| written.rfind(word));
    Some(at.map_or_else(|| format!("{kind}/{written}"), |at| written[at..].to_owned()))
}

/// What a hierarchical policy is associated with; nothing where that is not all shown.
pub(super) fn attachments(reading: &Reading<'_>, policy: &Resource) -> Vec<String> {
    let all = associations(reading).filter(|held| policy_of(reading, held) == Some(own(policy)));
    let targets: Option<Vec<String>> = all.map(|held| node(reading, held, "attachment_target", "folders")).collect();
    targets.unwrap_or_default()
}

/// Policies that are associated and not shown: nobody knows what they say.
pub(super) fn unseen(estate: &mut Estate, reading: &Reading<'_>) {
    for resource in associations(reading) {
        let id = policy_of(reading, resource).unwrap_or_else(|| resource.address.clone());
        if estate.policies.contains_key(&id) {
            continue;
        }
        let target = node(reading, resource, "attachment_target", "folders");
        let whole = target.as_ref().is_some_and(|held| held.starts_with("organizations/"));
        let policy = FirewallPolicy {
            rules: Firewall::unseen(&id).into(),
            name: id.clone(),
            hierarchical: Some(u8::from(!whole)),
            above: target.into_iter().collect(),
            ..FirewallPolicy::default()
        };
        estate.policies.insert(id, policy);
    }
}

fn associations<'r>(reading: &'r Reading<'_>) -> impl Iterator<Item = &'r Resource> {
    reading.document.of_kind(&["google_compute_firewall_policy_association"])
}

fn policy_of(reading: &Reading<'_>, association: &Resource) -> Option<String> {
    reading.at(association, &["firewall_policy"], &POLICY)
}
