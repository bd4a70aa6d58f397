//! One object, described more than once: copies count once, and what copies say differently nobody knows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Problem;
use super::form::Origin;
use crate::digest::sha256;

/// What was said of each object, by identifier: where, and the digest of each part; `None` where two differ.
#[derive(Debug, Default)]
pub(crate) struct Told {
    known: BTreeMap<String, (String, BTreeMap<String, Option<String>>)>,
    /// The file that is being read.
    path: String,
    /// What nobody knows of the whole, where descriptions differ in what ways and addresses follow from.
    contradiction: Option<String>,
}

/// What two places do not say alike of one object.
pub(crate) struct Differing<'k> {
    pub(crate) parts: Vec<&'k str>,
    /// The first place that told of it.
    other: String,
}

impl Differing<'_> {
    /// How that is told.
    pub(crate) fn problem(&self, id: &str, source: usize, locator: &str) -> Problem {
        let (other, parts) = (&self.other, self.parts.join(", "));
        let message =
            format!("{id} is described differently here and in {other}: {parts}; which of the two holds nobody knows");
        Problem::unread(source, locator, &message)
    }
}

/// Parts that tell nothing of packets and are not the same for everybody who asks.
const NEEDLESS: [&str; 16] = [
    "Tags",
    "TagSet",
    "Description",
    "GroupName",
    "UserId",
    "PeeringStatus",
    "AssociationId",
    "RouteTableAssociationId",
    "NetworkAclAssociationId",
    "IpOwnerId",
    "PublicDnsName",
    "PrivateDnsName",
    "OwnerId",
    "etag",
    "provisioningState",
    "resourceGuid",
];

/// A part in a form that is the same however it is ordered and whichever of its tools a provider wrote it by.
fn plain(value: &Value) -> String {
    match value {
        Value::Array(held) => {
            let mut each: Vec<String> = held.iter().map(plain).collect();
            each.sort_unstable();
            format!("[{}]", each.join(","))
        }
        Value::Object(_) => {
            let mut each = Vec::new();
            fields(value, &mut each);
            each.sort_unstable();
            format!("{{{}}}", each.join(","))
        }
        Value::String(text) => format!("{:?}", text.to_ascii_lowercase()),
        other => other.to_string(),
    }
}

/// The fields of an object that say something; what stands under `properties` some tools write beside it.
fn fields(value: &Value, out: &mut Vec<String>) {
    for (key, held) in value.as_object().into_iter().flatten() {
        let is_none = held.is_null() || held.as_array().is_some_and(Vec::is_empty);
        if key == "properties" {
            fields(held, out);
        } else if !is_none && !NEEDLESS.iter().any(|needless| needless.eq_ignore_ascii_case(key)) {
            out.push(format!("{:?}:{}", key.to_ascii_lowercase(), plain(held)));
        }
    }
}

impl Told {
    /// Notes which file is read from now on.
    pub(crate) fn enter(&mut self, path: &str) {
        path.clone_into(&mut self.path);
    }

    /// Notes what leaves everything open.
    pub(crate) fn leave_open(&mut self, what: String) {
        self.contradiction.get_or_insert(what);
    }

    /// What nobody knows of the whole network, since descriptions of something in it differ.
    pub(crate) fn contradiction(&self) -> Option<&String> {
        self.contradiction.as_ref()
    }

    /// Takes all that was read of an object from which ways and addresses follow. Where another place says otherwise the two
    /// show the network at two times, or two networks: nothing of it is sure.
    pub(crate) fn settle(&mut self, id: &str, read: &impl Serialize, at: &Origin, problems: &mut Vec<Problem>) {
        let read = serde_json::to_value(read).unwrap_or_default();
        let parts: Vec<&str> = read.as_object().into_iter().flatten().map(|(part, _)| part.as_str()).collect();
        self.settle_parts(id, &read, &parts, at, problems);
    }

    /// The same of some parts of what is written.
    pub(crate) fn settle_parts(
        &mut self,
        id: &str,
        value: &Value,
        parts: &[&str],
        at: &Origin,
        problems: &mut Vec<Problem>,
    ) {
        if let Some(differing) = self.differs(id, value, parts, &at.locator) {
            problems.push(differing.problem(id, at.source, &at.locator));
            self.contradiction.get_or_insert_with(|| format!("which of the two descriptions of {id} holds"));
        }
    }

    /// Takes what a place of the file says of an object; what of `parts` another place has said otherwise.
    pub(crate) fn differs<'k>(
        &mut self,
        id: &str,
        value: &Value,
        parts: &[&'k str],
        locator: &str,
    ) -> Option<Differing<'k>> {
        let at = || format!("{} {locator}", self.path);
        let (other, known) = self.known.entry(id.to_owned()).or_insert_with(|| (at(), BTreeMap::new()));
        let mut differing = Vec::new();
        for part in parts {
            let Some(held) = value.get(*part) else { continue };
            let digest = sha256(plain(held).as_bytes());
            let before = known.entry((*part).to_owned()).or_insert_with(|| Some(digest.clone()));
            if before.as_ref() != Some(&digest) {
                *before = None;
                differing.push(*part);
            }
        }
        let other = other.clone();
        (!differing.is_empty()).then_some(Differing { parts: differing, other })
    }
}
