//! Who gets something, as requests write it.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use super::path::{field, texts};
use super::{aws, google, policy};

/// Who gets something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grantee {
    /// Everybody, or everybody who is somebody's customer.
    Anyone,
    /// Third parties that the record does not name.
    Others,
    /// An account, a subscription, a tenant, a project.
    Account(String),
    /// An account that the cloud itself says is of the same organisation as the log's own.
    Fellow(String),
    /// An account that is of it, if the log's own is of any.
    PerhapsFellow(String),
    /// A person or a group by an address, or a domain.
    Person(String),
    /// Something of which the name alone does not say whose it is.
    Named(String),
}

impl Grantee {
    pub(super) fn text(&self) -> &str {
        match self {
            Grantee::Anyone => "anyone",
            Grantee::Others => "others",
            Grantee::Account(text) | Grantee::Fellow(text) | Grantee::PerhapsFellow(text) => text,
            Grantee::Person(text) | Grantee::Named(text) => text,
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    /// Numbers of accounts, ARNs, `all`.
    Account,
    /// The actor's account, where it is not the log's own.
    OtherAccount,
    /// The actor, where nobody signed in.
    Anonymous,
    /// A group of accounts: `all`.
    Group,
    /// A name: of an organisation, of a place.
    Name,
    /// Understood, and nobody.
    Nobody,
    /// A policy of AWS.
    Policy,
    /// One principal of AWS.
    Principal,
    /// What a share of AWS was tied to, with what AWS says of whether that is of the organisation.
    ShareAssociations,
    /// Rules by which a bucket is written to another one.
    Replication,
    /// Where messages go: ARN, mail address, URL.
    Address,
    /// A mail address.
    Person,
    /// An access list of S3 by its name.
    CannedAcl,
    /// An access list of S3.
    Acl,
    /// The same as a header.
    AclHeader,
    /// A path of a resource of Azure, or the id of a subscription or tenant.
    Azure,
    /// What a policy of Google Cloud got in addition.
    GoogleDelta,
    /// A policy of Google Cloud as it is now.
    GoogleBindings,
    /// An access list of a dataset.
    GoogleAcl,
    /// Where a sink writes.
    GoogleDestination,
    /// Subjects of a binding of Kubernetes.
    Subjects,
}

impl Form {
    /// Who is written there; `None` where it cannot be read.
    pub(super) fn read(self, value: &Value, inward: &HashSet<String>) -> Option<Vec<Grantee>> {
        let each = |one: fn(&str) -> Option<Grantee>| {
            let all: Vec<String> = texts(value).into_iter().filter(|text| !text.trim().is_empty()).collect();
            if all.iter().any(|text| is_withheld(text)) {
                return None;
            }
            Some(all.iter().filter_map(|text| one(text.trim())).collect())
        };
        match self {
            Form::Account => each(|text| Some(aws::account(text))),
            Form::Group => each(aws::group),
            Form::Name => each(|text| Some(Grantee::Named(text.to_owned()))),
            Form::Nobody | Form::OtherAccount | Form::Anonymous => Some(Vec::new()),
            Form::Policy => policy::grantees(value, inward),
            Form::Principal => each(aws::principal),
            Form::ShareAssociations => aws::associations(value),
            Form::Replication => aws::replication(value),
            Form::Address => each(|text| Some(aws::address(text))),
            Form::Person => each(|text| Some(Grantee::Person(text.to_lowercase()))),
            Form::CannedAcl => each(aws::canned_acl),
            Form::Acl => aws::acl(value),
            Form::AclHeader => each(aws::acl_group),
            Form::Azure => each(|text| Some(azure(text))),
            Form::GoogleDelta => google::delta(value, inward),
            Form::GoogleBindings => google::bindings(value, inward),
            Form::GoogleAcl => google::acl(value),
            Form::GoogleDestination => each(|text| Some(google::destination(text))),
            Form::Subjects => subjects(value),
        }
    }
}

impl Grantee {
    /// The same, where the request lets in nobody who is outside of the organisation. That binds only accounts that are
    /// of one: `proven` says whether this one is.
    pub(super) fn within_organisation(self, proven: bool) -> Grantee {
        match self {
            Grantee::Account(text) | Grantee::Named(text) if proven => Grantee::Fellow(text),
            Grantee::Account(text) => Grantee::PerhapsFellow(text),
            other => other,
        }
    }
}

/// What the decoder put in the place of something secret.
fn is_withheld(text: &str) -> bool {
    text.starts_with("[withheld") || text.starts_with("[sha256:")
}

/// The subscription in a path, or the id of a subscription or a tenant.
fn azure(text: &str) -> Grantee {
    let lower = text.to_ascii_lowercase();
    let subscription = lower.split("/subscriptions/").nth(1).and_then(|rest| rest.split('/').next());
    match subscription {
        Some(id) => Grantee::Account(id.to_owned()),
        None if is_guid(&lower) => Grantee::Account(lower),
        None => Grantee::Named(text.to_owned()),
    }
}

/// Whether it is an id as Azure gives them to subscriptions and tenants.
pub(super) fn is_guid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whoever has no identity is everybody; identities of the cluster are its own.
fn subjects(value: &Value) -> Option<Vec<Grantee>> {
    let mut found = Vec::new();
    for subject in value.as_array()? {
        for name in texts(field(subject, "name")?) {
            match name.as_str() {
                "system:unauthenticated" | "system:anonymous" => found.push(Grantee::Anyone),
                // Behind some clouds' sign-in this is everybody with an account there.
                "system:authenticated" => found.push(Grantee::Named(name)),
                _ => {}
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(form: Form, value: &Value) -> Option<Vec<String>> {
        let found = form.read(value, &HashSet::new())?;
        Some(found.iter().map(|grantee| format!("{grantee:?}")).collect())
    }

    #[test]
    fn requests_say_who_gets_it() {
        let all_users = json!({ "URI": "http://acs.amazonaws.com/groups/global/AllUsers" });
        let acl = |grantee: &Value, right: &str| {
            json!({ "Owner": { "ID": "me" },
                    "AccessControlList": { "Grant": [{ "Grantee": grantee, "Permission": right }] } })
        };
        let own = json!({ "ID": "me" });
        let cases: Vec<(Form, Value, Option<Vec<&str>>)> = vec![
            (Form::Account, json!(["all", "111111111111"]), Some(vec!["Anyone", "Account(\"111111111111\")"])),
            (Form::Account, json!("arn:aws:kms:r:222222222222:key/k"), Some(vec!["Account(\"222222222222\")"])),
            (Form::Account, json!("arn:aws:s3:::b"), Some(vec!["Named(\"arn:aws:s3:::b\")"])),
            (Form::Account, json!([]), Some(vec![])),
            (Form::Account, json!("[withheld]"), None),
            (Form::Principal, json!("s3.amazonaws.com"), Some(vec![])),
            (Form::CannedAcl, json!(["public-read"]), Some(vec!["Anyone"])),
            (Form::CannedAcl, json!("private"), Some(vec![])),
            (Form::Acl, acl(&all_users, "READ"), Some(vec!["Anyone"])),
            (Form::Acl, acl(&all_users, "WRITE"), Some(vec![])),
            (Form::Acl, acl(&own, "FULL_CONTROL"), Some(vec![])),
            (Form::Acl, json!({ "Owner": {} }), None),
            (Form::AclHeader, json!("uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""), Some(vec!["Anyone"])),
            (
                Form::GoogleDelta,
                json!([{ "action": "REMOVE", "member": "allUsers" }, { "action": "ADD", "member": "user:A@x.org" }]),
                Some(vec!["Person(\"a@x.org\")"]),
            ),
            (Form::GoogleDelta, json!({}), None),
            (Form::GoogleDelta, json!([{ "action": "PERHAPS", "member": "allUsers" }]), None),
            (
                Form::GoogleBindings,
                json!([{ "role": "r", "members": ["allAuthenticatedUsers", "serviceAccount:s@p-1.iam.gserviceaccount.com",
                    "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com",
                    "serviceAccount:1-compute@developer.gserviceaccount.com"] }]),
                Some(vec!["Anyone", "Account(\"p-1\")", "Named(\"1-compute@developer.gserviceaccount.com\")"]),
            ),
            (
                Form::GoogleDestination,
                json!("bigquery.googleapis.com/projects/P-2/datasets/d"),
                Some(vec!["Account(\"p-2\")"]),
            ),
            (
                Form::Azure,
                json!("/subscriptions/0A0A0A0A-0000-0000-0000-000000000001/resourceGroups/r"),
                Some(vec!["Account(\"0a0a0a0a-0000-0000-0000-000000000001\")"]),
            ),
            (
                Form::Subjects,
                json!([{ "kind": "Group", "name": "system:unauthenticated" }, { "kind": "User", "name": "bea" }]),
                Some(vec!["Anyone"]),
            ),
        ];
        for (form, value, expected) in cases {
            let expected = expected.map(|all| all.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(read(form, &value), expected, "{form:?} {value}");
        }
    }
}
