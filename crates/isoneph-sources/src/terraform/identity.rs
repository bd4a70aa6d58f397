//! By what a resource is known, and where it says it is: the few attributes that the first pass looks at.

use serde::Deserialize;
use serde_json::Value;

/// What the first pass reads of a resource.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Identity {
    #[serde(default)]
    pub(crate) address: String,
    #[serde(default)]
    pub(crate) mode: String,
    #[serde(default, rename = "type")]
    pub(crate) native_type: String,
    #[serde(default)]
    values: Naming,
}

/// The attributes that name or place a resource. What is not text is taken for absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Naming {
    id: Value,
    arn: Value,
    name: Value,
    bucket: Value,
    self_link: Value,
    key_id: Value,
    identifier: Value,
    cluster_identifier: Value,
    function_name: Value,
    email: Value,
    unique_id: Value,
    principal_id: Value,
    allocation_id: Value,
    account_id: Value,
    dataset_id: Value,
    domain_name: Value,
    subscription_id: Value,
    region: Value,
    project: Value,
    location: Value,
    key_ring: Value,
    repository_id: Value,
    secret_id: Value,
}

/// How Google writes the whole name of a thing. Its parts are known before it is made, though the plan does not show the
/// name itself: people write it by hand.
const GOOGLE_NAMES: &[(&str, &str)] = &[
    ("google_artifact_registry_repository", "projects/{project}/locations/{location}/repositories/{repository_id}"),
    ("google_bigquery_dataset", "projects/{project}/datasets/{dataset_id}"),
    ("google_cloud_run_service", "locations/{location}/namespaces/{project}/services/{name}"),
    ("google_cloudfunctions_function", "projects/{project}/locations/{region}/functions/{name}"),
    ("google_compute_network", "projects/{project}/global/networks/{name}"),
    ("google_compute_subnetwork", "projects/{project}/regions/{region}/subnetworks/{name}"),
    ("google_kms_crypto_key", "{key_ring}/cryptoKeys/{name}"),
    ("google_kms_key_ring", "projects/{project}/locations/{location}/keyRings/{name}"),
    ("google_pubsub_topic", "projects/{project}/topics/{name}"),
    ("google_secret_manager_regional_secret", "projects/{project}/locations/{location}/secrets/{secret_id}"),
    ("google_secret_manager_secret", "projects/{project}/secrets/{secret_id}"),
    ("google_service_account", "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com"),
    ("google_service_account", "{account_id}@{project}.iam.gserviceaccount.com"),
    ("google_service_account", "serviceAccount:{account_id}@{project}.iam.gserviceaccount.com"),
];

impl Naming {
    fn part(&self, name: &str) -> Option<&str> {
        let value = match name {
            "account_id" => &self.account_id,
            "dataset_id" => &self.dataset_id,
            "key_ring" => &self.key_ring,
            "location" => &self.location,
            "name" => &self.name,
            "project" => &self.project,
            "region" => &self.region,
            "repository_id" => &self.repository_id,
            "secret_id" => &self.secret_id,
            _ => return None,
        };
        value.as_str().filter(|text| !text.is_empty())
    }

    /// A name with each `{part}` filled in; none when a part is not known.
    fn fill(&self, pattern: &str) -> Option<String> {
        let mut pieces = pattern.split('{');
        let mut name = pieces.next()?.to_owned();
        for piece in pieces {
            let (part, rest) = piece.split_once('}')?;
            name.push_str(self.part(part)?);
            name.push_str(rest);
        }
        Some(name)
    }
}

impl Identity {
    /// The identifiers that other resources may write to mean this one.
    pub(crate) fn literals(&self) -> Vec<String> {
        let v = &self.values;
        // These name the resource that carries them, whatever its type.
        let mut named = vec![&v.id, &v.arn, &v.name, &v.self_link, &v.unique_id];
        // These name it in some types; in others they are how one resource refers to another.
        match self.native_type.as_str() {
            "aws_s3_bucket" => named.push(&v.bucket),
            "aws_lambda_function" => named.push(&v.function_name),
            "google_bigquery_dataset" => named.push(&v.dataset_id),
            "aws_opensearch_domain" | "aws_elasticsearch_domain" => named.push(&v.domain_name),
            "aws_eip" => named.push(&v.allocation_id),
            "google_service_account" => named.push(&v.email),
            "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster" | "aws_redshift_cluster" => {
                named.push(&v.cluster_identifier);
            }
            "azurerm_user_assigned_identity" => named.push(&v.principal_id),
            "aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key" => named.push(&v.key_id),
            _ => named.push(&v.identifier),
        }
        let mut literals: Vec<String> =
            named.into_iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect();
        // Known before the bucket is made, though the plan does not show it: people write it by hand.
        if let ("aws_s3_bucket", Some(bucket)) = (self.native_type.as_str(), v.bucket.as_str()) {
            literals.push(format!("arn:aws:s3:::{bucket}"));
        }
        // Google names a service account in policies by its address with a prefix.
        if let ("google_service_account", Some(email)) = (self.native_type.as_str(), v.email.as_str()) {
            literals.push(format!("serviceAccount:{email}"));
        }
        if let Some(rest) = v.self_link.as_str().and_then(|link| link.split_once("/projects/")) {
            literals.push(format!("projects/{}", rest.1));
        }
        let whole = GOOGLE_NAMES.iter().filter(|(native_type, _)| *native_type == self.native_type);
        literals.extend(whole.filter_map(|(_, pattern)| v.fill(pattern)));
        literals.sort();
        literals.dedup();
        literals
    }

    /// The first word of the type: `aws`, `azurerm`, `google`.
    pub(crate) fn provider(&self) -> &str {
        self.native_type.split('_').next().unwrap_or_default()
    }

    /// The account, subscription or project that its own identifiers show.
    pub(crate) fn account(&self) -> Option<String> {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match self.provider() {
            "aws" => text(&self.values.arn).and_then(|arn| arn_part(&arn, 4)),
            "azurerm" => text(&self.values.id).and_then(|id| subscription_of(&id)),
            _ => None,
        }
    }

    /// The region that its own identifiers show.
    pub(crate) fn region(&self) -> Option<String> {
        match self.provider() {
            "aws" => self.values.arn.as_str().and_then(|arn| arn_part(arn, 3)),
            _ => None,
        }
    }

    /// Only what places it.
    pub(crate) fn place_only(&self) -> Identity {
        let values = Naming { arn: self.values.arn.clone(), id: self.values.id.clone(), ..Naming::default() };
        Identity { native_type: self.native_type.clone(), values, ..Identity::default() }
    }

    /// What a data source that asks "who am I, and where" was told: provider, account, region.
    pub(crate) fn answer(&self) -> Option<(&'static str, Option<String>, Option<String>)> {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let v = &self.values;
        match self.native_type.as_str() {
            "aws_caller_identity" => Some(("aws", text(&v.account_id), None)),
            "aws_region" => Some(("aws", None, text(&v.region).or_else(|| text(&v.name)))),
            "azurerm_client_config" | "azurerm_subscription" => Some(("azurerm", text(&v.subscription_id), None)),
            "google_client_config" => Some(("google", text(&v.project), text(&v.region))),
            _ => None,
        }
    }
}

/// A part of an ARN, by its place: 3 is the region, 4 the account.
pub(crate) fn arn_part(arn: &str, place: usize) -> Option<String> {
    if !arn.starts_with("arn:") {
        return None;
    }
    arn.split(':').nth(place).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// The subscription in an Azure resource id.
pub(crate) fn subscription_of(id: &str) -> Option<String> {
    let mut segments = id.split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("subscriptions"));
    segments.nth(1).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// `projects/p/locations/…`: the project of Google Cloud in an identity. Some services write its number there, which is no
/// name of it.
pub(crate) fn project_of(id: &str) -> Option<String> {
    let project = id.strip_prefix("projects/")?.split('/').next()?;
    let is_name = !project.is_empty() && project.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_name.then(|| project.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(native_type: &str, values: &Value) -> Vec<String> {
        let written = serde_json::json!({ "type": native_type, "values": values });
        serde_json::from_value::<Identity>(written).unwrap().literals()
    }

    #[test]
    fn the_whole_name_at_google_is_known_before_the_thing_is_made() {
        let topic = literals("google_pubsub_topic", &serde_json::json!({"name": "t", "project": "p1", "id": null}));
        assert_eq!(topic, ["projects/p1/topics/t", "t"]);
        let account = serde_json::json!({"account_id": "shop", "project": "p1"});
        assert!(
            literals("google_service_account", &account)
                .contains(&"serviceAccount:shop@p1.iam.gserviceaccount.com".to_owned())
        );
    }

    #[test]
    fn the_project_stands_in_the_identity_by_its_name_or_not_at_all() {
        let cases = [
            ("projects/acme-prod/locations/eu/keyRings/r/cryptoKeys/k", Some("acme-prod")),
            ("projects/123456789012/secrets/s", None),
            ("projects/_/buckets/b", None),
            ("acme-bucket", None),
            ("projects/", None),
        ];
        for (id, project) in cases {
            assert_eq!(project_of(id).as_deref(), project, "{id}");
        }
    }

    #[test]
    fn a_name_with_a_part_that_is_not_known_is_none() {
        assert_eq!(literals("google_pubsub_topic", &serde_json::json!({"name": "t"})), ["t"]);
    }

    #[test]
    fn every_part_of_a_name_at_google_is_read() {
        for (_, pattern) in GOOGLE_NAMES {
            for part in pattern.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(part, _)| part) {
                let one = serde_json::from_value::<Naming>(serde_json::json!({ part: "x" })).unwrap();
                assert_eq!(one.part(part), Some("x"), "{part}");
            }
        }
    }
}
