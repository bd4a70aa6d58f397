//! What Azure lists: rows of Resource Graph (`az graph query`, `Search-AzGraph`), and `az resource list`.

use serde_json::Value;

use super::list::{Listed, Thing};
use crate::head::FirstKeys;

/// Rows, alone or in a list of pages, and resources in a list, by keys that answers about single services do not have
/// together: those of a virtual machine have all of them but `properties`.
pub(super) fn sniff(keys: &FirstKeys) -> bool {
    let is_id = |path: &str| {
        keys.text(path)
            .is_some_and(|id| id.get(..15).is_some_and(|begins| begins.eq_ignore_ascii_case("/subscriptions/")))
    };
    let rows = ["data/0", "Data/0", "0/data/0", "0/Data/0"].iter().any(|row| {
        let named = is_id(&format!("{row}/id")) || is_id(&format!("{row}/ResourceId"));
        named && keys.text(&format!("{row}/type")).is_some()
    });
    let all = ["0/managedBy", "0/plan", "0/properties"].iter().all(|key| keys.has(key));
    let listed = is_id("0/id") && keys.text("0/type").is_some() && all;
    let none = keys.has("data") && ["total_records", "totalRecords"].iter().any(|key| keys.number(key) == Some(0));
    rows || listed || none
}

pub(super) fn thing(record: &Value) -> Listed {
    let text = |key: &str| record.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(id) = text("id").or_else(|| text("ResourceId")) else { return Listed::Senseless("a row without an id") };
    let Some(native_type) = text("type") else { return Listed::Senseless("a row without a type") };
    let mut parts = id.split('/');
    let of_path = parts.nth(1).filter(|word| word.eq_ignore_ascii_case("subscriptions")).and_then(|_| parts.next());
    let source = record.pointer("/properties/creationData/sourceResourceId").and_then(Value::as_str);
    let source = source.or_else(|| record.pointer("/properties/sourceVirtualMachine/id").and_then(Value::as_str));
    Listed::Thing(Box::new(
        Thing {
            id: id.to_owned(),
            native_type: native_type.to_lowercase(),
            account: of_path.or_else(|| text("subscriptionId")).map(str::to_lowercase),
            region: text("location").map(|place| place.to_lowercase().replace(' ', "")),
            name: text("name").or_else(|| id.rsplit('/').next()).map(str::to_owned),
            made_from: source.map(|source| ("source_resource_id", source.to_owned())),
            ..Thing::default()
        }
        .with_tags(record.get("tags")),
    ))
}
