//! What an answer of a programming interface says of rows that stand in other pages.

use serde_json::Value;

/// What an answer with so many rows says of others: the key that says it, and how many there are in all.
pub(crate) fn more(document: &Value, rows: usize) -> Option<(&'static str, Option<u64>)> {
    const TOTALS: [&str; 4] = ["total", "total_count", "totalCount", "totalSize"];
    const NEXT: [&str; 12] = [
        "nextPageToken",
        "next_page_token",
        "nextToken",
        "NextToken",
        "continuationToken",
        "nextCursor",
        "next_cursor",
        "@odata.nextLink",
        "nextLink",
        "next",
        "nextPage",
        "next_page",
    ];
    const LAST: [(&str, bool); 5] =
        [("isLast", false), ("isLastPage", false), ("last", false), ("hasMore", true), ("has_more", true)];
    let is_said = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Object(_) => true,
        _ => false,
    };
    // Search engines say beside the number whether it is exact.
    let count = |value: &Value| value.as_u64().or_else(|| value.get("value")?.as_u64());
    let total = TOTALS.iter().find_map(|key| Some((*key, count(document.get(key)?)?)));
    if let Some((key, total)) = total.filter(|(_, total)| *total > rows as u64) {
        return Some((key, Some(total)));
    }
    let next = NEXT.iter().find(|key| document.get(key).is_some_and(is_said));
    let last = LAST.iter().find(|(key, more)| document.get(key).and_then(Value::as_bool) == Some(*more));
    let links = ["links", "_links", "paging"].iter().find(|key| {
        let next = document.get(key).and_then(|links| links.get("next"));
        next.is_some_and(is_said)
    });
    // Of a list of Kubernetes.
    let rest = document.get("metadata").and_then(|metadata| metadata.get("continue")).filter(|token| is_said(token));
    let rest = rest.map(|_| &"metadata.continue");
    next.or(last.map(|(key, _)| key)).or(links).or(rest).map(|key| (*key, None))
}
