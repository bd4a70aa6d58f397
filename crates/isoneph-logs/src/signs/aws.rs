//! Who gets something, as requests to AWS write it; policies are in [`policy`](super::policy).

use serde_json::Value;

use super::grantee::Grantee;
use super::path::{field, texts};

/// Whether it is the number of an account of AWS.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account in an ARN; buckets have none in theirs.
pub(super) fn account_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3).filter(|account| is_account(account))
}

pub(super) fn account(text: &str) -> Grantee {
    match text {
        "*" => Grantee::Anyone,
        _ if text.eq_ignore_ascii_case("all") => Grantee::Anyone,
        _ if is_account(text) => Grantee::Account(text.to_owned()),
        // A share with an organisation is not one with the account that manages it.
        _ if text.contains(":organizations:") => Grantee::Named(text.to_owned()),
        _ => {
            account_of_arn(text).map_or_else(|| Grantee::Named(text.to_owned()), |own| Grantee::Account(own.to_owned()))
        }
    }
}

/// Whether it names an organisation of AWS, or a unit of one.
pub(super) fn is_organisation(grantee: &Grantee) -> bool {
    matches!(grantee, Grantee::Named(text) if text.contains(":organizations:"))
}

/// What a share was tied to. AWS says of each whether it is of the same organisation as the share's owner.
pub(super) fn associations(value: &Value) -> Option<Vec<Grantee>> {
    let mut found = Vec::new();
    for tied in value.as_array()? {
        if field(tied, "associationType").and_then(Value::as_str) == Some("RESOURCE") {
            continue;
        }
        let is_fellow = field(tied, "external").and_then(Value::as_bool) == Some(false);
        for entity in texts(field(tied, "associatedEntity")?) {
            let entity = account(&entity);
            found.push(if is_fellow { entity.within_organisation(true) } else { entity });
        }
    }
    Some(found)
}

pub(super) fn group(text: &str) -> Option<Grantee> {
    Some(if text.eq_ignore_ascii_case("all") { Grantee::Anyone } else { Grantee::Named(text.to_owned()) })
}

/// A service acts for whoever set it up: it is nobody in itself.
pub(super) fn principal(text: &str) -> Option<Grantee> {
    let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
    (!is_service).then(|| account(text))
}

pub(super) fn address(text: &str) -> Grantee {
    match text {
        _ if text.starts_with("arn:") => account(text),
        _ if text.contains('@') && !text.contains('/') => Grantee::Person(text.to_lowercase()),
        _ => Grantee::Named(text.to_owned()),
    }
}

pub(super) fn canned_acl(text: &str) -> Option<Grantee> {
    match text.to_ascii_lowercase().as_str() {
        "public-read" | "public-read-write" | "authenticated-read" => Some(Grantee::Anyone),
        "private" | "bucket-owner-read" | "bucket-owner-full-control" | "log-delivery-write" | "aws-exec-read" => None,
        other => Some(Grantee::Named(other.to_owned())),
    }
}

/// A group of S3 by its address.
pub(super) fn acl_group(text: &str) -> Option<Grantee> {
    if text.contains("/global/AllUsers") || text.contains("/global/AuthenticatedUsers") {
        return Some(Grantee::Anyone);
    }
    (!text.contains("/s3/LogDelivery")).then(|| Grantee::Named(text.to_owned()))
}

/// What reading, or the right to say who reads, is given to; the owner has it anyway.
pub(super) fn acl(value: &Value) -> Option<Vec<Grantee>> {
    let owner = field(value, "Owner").and_then(|owner| field(owner, "ID")).map(texts).unwrap_or_default();
    let list = field(value, "AccessControlList")?;
    let grants = match field(list, "Grant") {
        None => return Some(Vec::new()),
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
    };
    let mut found = Vec::new();
    for grant in grants {
        let right = field(grant, "Permission").map(texts).unwrap_or_default();
        if right.iter().any(|right| right == "WRITE" || right == "READ_ACP") {
            continue;
        }
        let grantee = field(grant, "Grantee")?;
        if let Some(uri) = field(grantee, "URI") {
            found.extend(texts(uri).iter().filter_map(|uri| acl_group(uri)));
        } else if let Some(mail) = field(grantee, "EmailAddress") {
            found.extend(texts(mail).into_iter().map(|mail| Grantee::Person(mail.to_lowercase())));
        } else {
            let ids = texts(field(grantee, "ID")?);
            found.extend(ids.into_iter().filter(|id| !owner.contains(id)).map(Grantee::Named));
        }
    }
    Some(found)
}

/// Where the rules of a bucket write to. The owner of the other bucket stands there only where it is to own the copies.
pub(super) fn replication(value: &Value) -> Option<Vec<Grantee>> {
    let rules = field(value, "Rule").or_else(|| field(value, "Rules"))?;
    let rules: Vec<&Value> = rules.as_array().map_or_else(|| vec![rules], |all| all.iter().collect());
    let is_on = |rule: &&Value| field(rule, "Status").and_then(Value::as_str) != Some("Disabled");
    let place = |rule: &Value| {
        let to = field(rule, "Destination")?;
        let all = texts(field(to, "Account").or_else(|| field(to, "Bucket"))?);
        Some(all.iter().map(|text| account(text)).collect::<Vec<_>>())
    };
    let places: Option<Vec<_>> = rules.into_iter().filter(is_on).map(place).collect();
    Some(places?.concat())
}
