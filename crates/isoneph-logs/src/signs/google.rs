//! Whom policies and access lists of Google Cloud let in.

use std::collections::HashSet;

use serde_json::Value;

use super::grantee::Grantee;
use super::path::{field, texts};

pub(super) fn delta(value: &Value, inward: &HashSet<String>) -> Option<Vec<Grantee>> {
    let mut found = Vec::new();
    for delta in value.as_array()? {
        match field(delta, "action")?.as_str()?.to_uppercase().as_str() {
            "ADD" if !is_inward(delta, inward) => {
                found.extend(texts(field(delta, "member")?).iter().filter_map(|text| member(text)));
            }
            "ADD" | "REMOVE" => {}
            _ => return None,
        }
    }
    Some(found)
}

pub(super) fn bindings(value: &Value, inward: &HashSet<String>) -> Option<Vec<Grantee>> {
    let mut found = Vec::new();
    for binding in value.as_array()?.iter().filter(|binding| !is_inward(binding, inward)) {
        let members = field(binding, "members").map(texts).unwrap_or_default();
        found.extend(members.iter().filter_map(|text| member(text)));
    }
    Some(found)
}

/// Whether the role of a binding only lets put something in.
fn is_inward(binding: &Value, inward: &HashSet<String>) -> bool {
    field(binding, "role").and_then(Value::as_str).is_some_and(|role| inward.contains(&role.to_lowercase()))
}

pub(super) fn acl(value: &Value) -> Option<Vec<Grantee>> {
    let mut found = Vec::new();
    for entry in value.as_array()? {
        for (name, to) in [("groupEmail", "group:"), ("userEmail", "user:"), ("domain", "domain:")] {
            let all = field(entry, name).map(texts).unwrap_or_default();
            found.extend(all.iter().filter_map(|text| member(&format!("{to}{text}"))));
        }
        let special = field(entry, "specialGroup").map(texts).unwrap_or_default();
        // The project's own readers, writers and owners are the others.
        found.extend(special.iter().filter(|text| text.to_lowercase().contains("all")).map(|_| Grantee::Anyone));
        let members = field(entry, "iamMember").map(texts).unwrap_or_default();
        found.extend(members.iter().filter_map(|text| member(text)));
    }
    Some(found)
}

/// Projects of Google's own in which its services have their identities.
const GOOGLE_OWN: [&str; 6] = [
    "compute-system",
    "container-engine-robot",
    "containerregistry",
    "dataproc-accounts",
    "gcf-admin-robot",
    "serverless-robot-prod",
];

/// A member of a policy of Google Cloud. Google's own services act for whoever set them up.
fn member(text: &str) -> Option<Grantee> {
    let (kind, name) = text.split_once(':').unwrap_or((text, ""));
    match kind {
        "allUsers" | "allAuthenticatedUsers" => Some(Grantee::Anyone),
        "deleted" => None,
        "user" | "group" | "domain" => Some(Grantee::Person(name.to_lowercase())),
        "projectOwner" | "projectEditor" | "projectViewer" => Some(Grantee::Account(name.to_lowercase())),
        "serviceAccount" => service_account(name),
        _ => Some(Grantee::Named(text.to_owned())),
    }
}

fn service_account(name: &str) -> Option<Grantee> {
    let domain = name.split_once('@').map_or("", |(_, domain)| domain);
    let unknown = || Some(Grantee::Named(name.to_owned()));
    if let Some(project) = name.strip_suffix("@appspot.gserviceaccount.com") {
        return Some(Grantee::Account(project.to_lowercase()));
    }
    match domain.strip_suffix(".gserviceaccount.com") {
        Some("cloudservices" | "system") => None,
        Some(of) => match of.strip_suffix(".iam") {
            Some(project) if project.starts_with("gcp-sa-") || GOOGLE_OWN.contains(&project) => None,
            Some(project) => Some(Grantee::Account(project.to_lowercase())),
            // The number of a project, where accounts go by their names.
            None => unknown(),
        },
        None => unknown(),
    }
}

/// `bigquery.googleapis.com/projects/p/datasets/d`; a bucket's name does not say whose it is.
pub(super) fn destination(text: &str) -> Grantee {
    let project = text.split("/projects/").nth(1).and_then(|rest| rest.split('/').next());
    project.map_or_else(|| Grantee::Named(text.to_owned()), |project| Grantee::Account(project.to_lowercase()))
}
