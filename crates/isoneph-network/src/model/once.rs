//! One object, described more than once: copies count once, and what copies say differently nobody knows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::sha256;

/// What was said of each object, by identifier: where, and the digest of each part; `None` where two differ.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeMap<String, (String, BTreeMap<String, Option<String>>)>);

/// Parts that tell nothing of packets and are not the same for everybody who asks.
const NEEDLESS: [&str; 14] = [
    "Tags",
    "TagSet",
    "Description",
    "GroupName",
    "UserId",
    "VpcPeeringConnectionId",
    "PeeringStatus",
    "AssociationId",
    "RouteTableAssociationId",
    "NetworkAclAssociationId",
    "IpOwnerId",
    "PublicDnsName",
    "PrivateDnsName",
    "OwnerId",
];

/// A part in a form that is the same however it is ordered.
fn plain(value: &Value, ignored: &[&str]) -> String {
    match value {
        Value::Array(held) => {
            let mut each: Vec<String> = held.iter().map(|one| plain(one, ignored)).collect();
            each.sort_unstable();
            format!("[{}]", each.join(","))
        }
        Value::Object(held) => {
            let told = held.iter().filter(|(key, held)| !ignored.contains(&key.as_str()) && !held.is_null());
            let mut each: Vec<String> = told.map(|(key, held)| format!("{key:?}:{}", plain(held, ignored))).collect();
            each.sort_unstable();
            format!("{{{}}}", each.join(","))
        }
        other => other.to_string(),
    }
}

impl Told {
    /// Takes what one place says of an object. Where another has said otherwise of some of `parts`: these, and that place.
    pub(crate) fn differs<'k>(
        &mut self,
        id: String,
        value: &Value,
        parts: &[&'k str],
        at: &str,
    ) -> Option<(Vec<&'k str>, String)> {
        let (place, known) = self.0.entry(id).or_insert_with(|| (at.to_owned(), BTreeMap::new()));
        let mut differing = Vec::new();
        for part in parts {
            let Some(held) = value.get(*part) else { continue };
            let digest = sha256(plain(held, &NEEDLESS).as_bytes());
            let before = known.entry((*part).to_owned()).or_insert_with(|| Some(digest.clone()));
            if before.as_ref() != Some(&digest) {
                *before = None;
                differing.push(*part);
            }
        }
        (!differing.is_empty()).then(|| (differing, place.clone()))
    }
}
