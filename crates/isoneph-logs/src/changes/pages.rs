//! Answers of programming interfaces that come in pages: whether all of them were given.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ChangeFile, ChangePlace, RefusedChange};

/// What a file says of rows that stand in other pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorePages {
    /// Where it says so.
    pub place: ChangePlace,
    /// How many rows there are in all; `None` where only that more follows is said.
    pub total: Option<u64>,
}

/// What an answer with so many rows says of others: the key that says it, and how many there are in all.
pub(super) fn more(document: &Value, rows: usize) -> Option<(&'static str, Option<u64>)> {
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
    let total = TOTALS.iter().find_map(|key| Some((*key, document.get(key)?.as_u64()?)));
    if let Some((key, total)) = total.filter(|(_, total)| *total > rows as u64) {
        return Some((key, Some(total)));
    }
    let next = NEXT.iter().find(|key| document.get(key).is_some_and(is_said));
    let last = LAST.iter().find(|(key, more)| document.get(key).and_then(Value::as_bool) == Some(*more));
    let links = ["links", "_links", "paging"].iter().find(|key| {
        let next = document.get(key).and_then(|links| links.get("next"));
        next.is_some_and(is_said)
    });
    next.or(last.map(|(key, _)| key)).or(links).map(|key| (*key, None))
}

/// The files that say that more follows, where what follows is in none of the others: what it would have approved is not
/// known.
pub fn not_given(files: &[ChangeFile]) -> Vec<RefusedChange> {
    let mut missing = Vec::new();
    for file in files {
        let Some(MorePages { place, total }) = &file.more else { continue };
        let message = match total.map(|total| (total, rows(files, file.format, total))) {
            Some((total, given)) if given >= total => continue,
            Some((total, given)) => format!("{given} of {total} rows are given: get all pages"),
            None => "more follows behind it: get all pages, and join their lists into one".to_owned(),
        };
        missing.push(RefusedChange { place: place.clone(), code: "more-follows", message });
    }
    missing
}

/// How many rows the pages of one answer have together: those that name the same total.
fn rows(files: &[ChangeFile], format: &str, total: u64) -> u64 {
    let is_page =
        |file: &&ChangeFile| file.format == format && file.more.as_ref().is_some_and(|more| more.total == Some(total));
    let pages: Vec<&ChangeFile> = files.iter().filter(is_page).collect();
    let read: BTreeSet<&str> = pages.iter().flat_map(|file| &file.changes).map(|change| change.id.as_str()).collect();
    let refused: usize = pages.iter().map(|file| file.refused.len()).sum();
    (read.len() + refused) as u64
}
