//! Answers of programming interfaces that come in pages: whether all of them were given.

use std::collections::BTreeSet;

use super::{ChangeFile, ChangePlace, RefusedChange};

/// What a file says of rows that stand in other pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorePages {
    /// Where it says so.
    pub place: ChangePlace,
    /// How many rows there are in all; `None` where only that more follows is said.
    pub total: Option<u64>,
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
