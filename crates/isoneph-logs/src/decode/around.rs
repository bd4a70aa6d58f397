//! What stands around records: objects that hold a list of them, and that say whose they are.

use serde::Deserialize;

use super::azure;
use super::loose::Text;
use super::window::Skipper;

/// What stands around records says whose they are.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Around<'a> {
    /// Of a subscription of CloudWatch Logs.
    #[serde(borrow)]
    owner: Text<'a>,
    /// Of Azure's resource logs, and of rows of their tables.
    #[serde(borrow, rename = "resourceId")]
    resource: Text<'a>,
    #[serde(borrow, rename = "ResourceId")]
    resource_of_table: Text<'a>,
    #[serde(borrow, rename = "_ResourceId")]
    holder_of_table: Text<'a>,
}

/// The account that what stands around records names.
pub(super) fn account_around(json: &str) -> Option<String> {
    let around: Around<'_> = serde_json::from_str(json).ok()?;
    let resources = [&around.resource, &around.resource_of_table, &around.holder_of_table];
    let of_resource = || resources.iter().find_map(|resource| azure::subscription(resource.get()?));
    let account = around.owner.get().map(str::to_owned).or_else(of_resource);
    account.filter(|account| !account.is_empty())
}

/// The same, of the beginning of an object up to the array in it.
pub(super) fn account_before(bytes: &[u8]) -> Option<String> {
    let json = std::str::from_utf8(bytes).ok().filter(|json| json.contains("\"owner\""))?;
    account_around(&[json, "]}"].concat())
}

/// Whether behind an array its object goes on with another one under the same name: the end of `before` has the name.
pub(super) fn begins_again(before: &[u8], behind: &[u8]) -> bool {
    let name = before.rsplit(|byte| *byte == b'"').nth(1).unwrap_or_default();
    let key = [b"\"", name, b"\""].concat();
    behind.windows(key.len()).enumerate().filter(|(_, window)| *window == key).any(|(at, _)| {
        let rest = behind[at + key.len()..].trim_ascii_start();
        rest.strip_prefix(b":").is_some_and(|value| value.trim_ascii_start().starts_with(b"["))
    })
}

/// Fields that hold a list of records.
const LISTS: [&str; 11] = [
    "Records",
    "records",
    "Events",
    "events",
    "logEvents",
    "QueryResultRows",
    "value",
    "items",
    "entries",
    "receivedMessages",
    "Messages",
];

/// The place inside the array of records of an object, if it begins in these bytes.
pub(super) fn array_in(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += white(&bytes[at..])?;
        let key_start = at.checked_add(1).filter(|_| bytes[at] == b'"')?;
        let key_end = key_start + bytes[key_start..].iter().position(|byte| *byte == b'"')?;
        let key = std::str::from_utf8(&bytes[key_start..key_end]).ok()?;
        at = key_end + 1;
        at += white(&bytes[at..])?;
        at = at.checked_add(1).filter(|_| bytes[at] == b':')?;
        at += white(&bytes[at..])?;
        if bytes[at] == b'[' && LISTS.contains(&key) {
            return Some(at + 1);
        }
        at += Skipper::default().end(&bytes[at..])?;
        at += white(&bytes[at..])?;
        at = at.checked_add(1).filter(|_| bytes[at] == b',')?;
    }
}

/// How much white space there is before something else; `None` where there is nothing else.
fn white(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_array_of_records_is_found_behind_other_fields() {
        for (json, rest) in [
            (r#"{"Records":[1]}"#, Some("1]}")),
            (r#" {"Records":[1]}"#.trim_start(), Some("1]}")),
            (r#"{ "kind" : "EventList", "metadata": {"a": ["]"]}, "items" : [ 1 ] }"#, Some(" 1 ] }")),
            (r#"{"@odata.context":"x","value":[{"a":1}"#, Some(r#"{"a":1}"#)),
            (r#"{"value":"x","n":[1]}"#, None),
            (r#"{"Records":"#, None),
            (r#"{"a""#, None),
            ("{", None),
        ] {
            assert_eq!(array_in(json.as_bytes()).map(|at| &json[at..]), rest, "{json}");
        }
    }
}
