//! Answers that come in pages: what stands around a list of records may say that more follows behind it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::pages::more;

/// How much of what stands behind a list is looked at.
pub(super) const BEHIND: usize = 1 << 16;

/// Whether an object around a list of so many records says that more follows.
pub(super) fn more_follows(json: &str, records: usize) -> bool {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) else { return false };
    let small = fields.into_iter().filter(|(_, value)| !value.get().starts_with('[') && value.get().len() <= BEHIND);
    let small = small.filter_map(|(name, value)| Some((name, serde_json::from_str::<Value>(value.get()).ok()?)));
    more(&Value::Object(small.collect::<Map<String, Value>>()), records).is_some()
}

/// The same, of what stands before the list and behind it.
pub(super) fn more_around(before: &[u8], behind: &[u8], records: usize) -> bool {
    let before = std::str::from_utf8(before).is_ok_and(|text| more_follows(&[text, "]}"].concat(), records));
    let behind = std::str::from_utf8(behind).ok().and_then(|text| text.trim_start().strip_prefix(','));
    before || behind.is_some_and(|text| more_follows(&["{", text].concat(), records))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_list_says_that_more_follows() {
        for (before, behind, more) in [
            (r#"{"@odata.context":"x","@odata.nextLink":"https://x/?$skiptoken=a","value":["#, "}", true),
            (r#"{"value":["#, r#" , "nextLink":"https://x"}"#, true),
            (r#"{"value":["#, r#","nextLink":null}"#, false),
            (r#"{"value":["#, r#","@odata.deltaLink":"https://x"}"#, false),
            (r#"{"Events":["#, r#","NextToken":"eyJ"}"#, true),
            (r#"{"entries":["#, r#","nextPageToken":""}"#, false),
            (r#"{"kind":"EventList","metadata":{"continue":"abc","remainingItemCount":9},"items":["#, "}", true),
            (r#"{"kind":"EventList","metadata":{"resourceVersion":"1"},"items":["#, "}", false),
            (r#"{"total":{"value":10000,"relation":"gte"},"hits":["#, "}", true),
            (r#"{"total":{"value":10,"relation":"eq"},"hits":["#, "}", false),
            (r#"{"Records":["#, "}", false),
        ] {
            assert_eq!(more_around(before.as_bytes(), behind.as_bytes(), 10), more, "{before}…{behind}");
        }
    }
}
