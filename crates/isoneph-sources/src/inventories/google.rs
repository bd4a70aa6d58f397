//! What Google's Cloud Asset Inventory lists: exports, `gcloud asset list`, `gcloud asset search-all-resources`.
//!
//! A project goes by its name in some identities and by its number in others; which is whose, the list itself tells.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;

use super::list::{List, Listed, Thing};
use crate::Fault;
use crate::head::FirstKeys;

/// What may be made from another thing, by how its type ends.
const MADE: [&str; 4] = ["/Snapshot", "Image", "/Disk", "/RegionDisk"];

/// What an export holds of each asset instead of the asset itself: it is of those that have such a thing.
const OF_ASSETS: [&str; 11] = [
    "iamPolicy",
    "iam_policy",
    "orgPolicy",
    "org_policy",
    "osInventory",
    "os_inventory",
    "accessPolicy",
    "accessLevel",
    "servicePerimeter",
    "relatedAsset",
    "relatedAssets",
];

/// What is told of such an export.
const NARROWED: &str = "an export of policies, of software or of relations is of those assets only that have such a thing: give \
                        one with --content-type=resource";

/// What is told where a text is to be what an asset is set to, and is none.
const UNREAD: &str = "what the asset is set to is a text that is no JSON: whose it is it does not tell";

pub(super) fn sniff(keys: &FirstKeys) -> bool {
    ["", "0/", "assets/0/", "results/0/", "0/assets/0/", "0/results/0/"].iter().any(|root| {
        let named = keys.text(&format!("{root}name")).is_some_and(|name| name.starts_with("//"));
        named && ["assetType", "asset_type"].iter().any(|key| keys.has(&format!("{root}{key}")))
    })
}

/// Reads a list; things whose project is known by its number alone wait until everything is read.
pub(super) fn read(list: &mut List<'_>, reader: impl Read) -> Result<(), Fault> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut waiting: Vec<(Thing, String, String)> = Vec::new();
    let read = list.records(reader, &["assets", "results"], |list, record, place| {
        let Some(mut thing) = thing(record) else {
            return list.take(Listed::Senseless("an asset without a name or a type"), place);
        };
        if record.get("resource").is_none_or(Value::is_null) && OF_ASSETS.iter().any(|key| record.get(*key).is_some()) {
            list.narrow(NARROWED);
        }
        let number = number(record);
        if let (Some(number), Some(name)) = (&number, project_id(record)) {
            names.entry(number.clone()).or_insert(name);
        }
        match number.filter(|_| thing.account.is_none()) {
            Some(number) if !names.contains_key(&number) => waiting.push((thing, number, place.to_owned())),
            number => {
                thing.account = thing.account.or_else(|| names.get(&number?).cloned());
                list.take(Listed::Thing(Box::new(thing)), place)?;
            }
        }
        Ok(())
    });
    for (mut thing, number, place) in waiting {
        // A number stands for no name: of whose account it is nothing is said, rather than something that matches nobody.
        thing.account = names.get(&number).cloned();
        list.take(Listed::Thing(Box::new(thing)), &place)?;
    }
    read
}

fn text<'v>(record: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|key| record.get(*key)?.as_str()).filter(|text| !text.is_empty())
}

fn thing(record: &Value) -> Option<Thing> {
    let native_type = text(record, &["assetType", "asset_type"])?;
    let id = identity(text(record, &["name"])?, native_type);
    let data = data(record);
    let data = data.as_ref();
    let is_text = record.pointer("/resource/data").is_some_and(Value::is_string);
    let labels = [record.get("labels"), data.get("labels"), data.pointer("/settings/userLabels")];
    let labels = labels.into_iter().flatten().find_map(Value::as_object);
    // An export with what things are set to says all labels, and none where there are none.
    let tells_labels = labels.is_some() || data.is_object();
    let place = text(record, &["location"]).or_else(|| record.pointer("/resource/location").and_then(Value::as_str));
    let source = ["sourceDisk", "sourceInstance", "sourceImage", "sourceSnapshot"].iter().find_map(|key| {
        let source = data.get(*key)?.as_str()?;
        Some((word_for(key), path(source).to_owned()))
    });
    Some(Thing {
        account: project(&id).or_else(|| project_id(record)),
        native_type: native_type.to_owned(),
        region: place.map(|place| region(&place.to_lowercase())),
        name: text(record, &["displayName"]).or_else(|| id.rsplit('/').next()).map(str::to_owned),
        tags: tells_labels.then(|| {
            let held = labels.into_iter().flatten();
            let mut all: Vec<String> =
                held.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
            all.sort();
            all
        }),
        made_from: source.filter(|_| MADE.iter().any(|word| native_type.ends_with(word))),
        id,
        unread: (is_text && data.is_null()).then_some(UNREAD),
    })
}

/// What an asset is set to: an object, which tables of BigQuery hold as a text.
fn data(record: &Value) -> Cow<'_, Value> {
    match record.pointer("/resource/data") {
        Some(Value::String(text)) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        Some(data) => Cow::Borrowed(data),
        None => Cow::Owned(Value::Null),
    }
}

/// Terraform's word for a reference.
fn word_for(key: &str) -> &'static str {
    match key {
        "sourceDisk" => "source_disk",
        "sourceInstance" => "source_instance",
        "sourceImage" => "source_image",
        _ => "source_snapshot",
    }
}

/// The identity of an asset as Terraform has it: a path without its service; buckets and instances of Cloud SQL by their names.
fn identity(name: &str, native_type: &str) -> String {
    let by_name = ["storage.googleapis.com/Bucket", "sqladmin.googleapis.com/Instance"].contains(&native_type);
    let whole = path(name);
    if by_name { whole.rsplit('/').next().unwrap_or(whole).to_owned() } else { whole.to_owned() }
}

/// The path in `//compute.googleapis.com/projects/…` and `https://www.googleapis.com/compute/v1/projects/…`.
fn path(name: &str) -> &str {
    match name.find("projects/").filter(|_| name.starts_with("//") || name.starts_with("https://")) {
        Some(at) => &name[at..],
        None => name.trim_start_matches("//").split_once('/').map_or(name, |(_, path)| path),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The project in an identity, where it is there by its name.
fn project(id: &str) -> Option<String> {
    let rest = id.strip_prefix("projects/")?;
    rest.split('/').next().filter(|name| !is_number(name) && *name != "_").map(str::to_owned)
}

/// The name of the project, where a record says it.
fn project_id(record: &Value) -> Option<String> {
    let data = data(record);
    let of_project = data.get("projectId").and_then(Value::as_str);
    of_project.map(str::to_owned).or_else(|| project(path(text(record, &["name"])?)))
}

/// The number of the project, where a record says it.
fn number(record: &Value) -> Option<String> {
    let above = record.get("ancestors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let all = above.chain(text(record, &["project"]));
    let found = all.filter_map(|one| one.strip_prefix("projects/")).find(|number| is_number(number));
    found.map(str::to_owned)
}

/// `europe-west1-b` is a zone of `europe-west1`.
fn region(place: &str) -> String {
    match place.rsplit_once('-') {
        Some((region, zone)) if zone.len() == 1 && region.contains('-') => region.to_owned(),
        _ => place.to_owned(),
    }
}
