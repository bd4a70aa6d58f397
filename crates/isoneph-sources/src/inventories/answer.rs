//! What an answer of an interface says of itself: that more follows, how much there is, that it was cut short.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Keys at the top of an answer that say, with a value, that more follows.
const MORE: [&str; 7] =
    ["NextToken", "PaginationToken", "nextPageToken", "nextLink", "skip_token", "skipToken", "$skipToken"];

/// The pages of one answer, as they stand one behind the other in a file.
#[derive(Debug, Default)]
pub(super) struct Pages {
    count: usize,
    records: u64,
    totals: BTreeSet<u64>,
}

impl Pages {
    /// Takes in a page with so many records. Gives whether something is missing for sure, as far as is told by now: what a
    /// page says that more follows is there only where a total says so, since nothing else tells which pages belong together.
    pub(super) fn add(&mut self, page: &Map<String, Value>, records: u64) -> bool {
        self.count += 1;
        self.records += records;
        self.totals.extend(total(page));
        if more_follows(page) {
            return self.totals.is_empty();
        }
        let pages = std::mem::take(self);
        let is_all = match pages.totals.first() {
            None => true,
            Some(total) if pages.count == 1 => pages.records >= *total,
            Some(total) => pages.totals.len() == 1 && pages.records == *total,
        };
        !is_all || is_cut_short(page)
    }

    /// Whether the last page said that more follows.
    pub(super) fn is_open(&self) -> bool {
        self.count > 0
    }
}

fn more_follows(page: &Map<String, Value>) -> bool {
    MORE.iter().any(|key| page.get(*key).and_then(Value::as_str).is_some_and(|token| !token.is_empty()))
}

/// How many records there are on all pages.
fn total(page: &Map<String, Value>) -> Option<u64> {
    let of_explorer = || page.get("Count")?.get("TotalResources")?.as_u64();
    ["total_records", "totalRecords"].iter().find_map(|key| page.get(*key)?.as_u64()).or_else(of_explorer)
}

/// Whether there is more than any page will show: Resource Graph says so where it cannot go on, Resource Explorer finds 1,000 things.
fn is_cut_short(page: &Map<String, Value>) -> bool {
    let truncated = page.get("resultTruncated");
    let is_truncated = truncated
        .is_some_and(|told| told == true || told.as_str().is_some_and(|told| told.eq_ignore_ascii_case("true")));
    is_truncated || page.get("Count").and_then(|count| count.get("Complete")) == Some(&Value::Bool(false))
}
