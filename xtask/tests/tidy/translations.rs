//! Both languages say the same things.

use std::collections::BTreeSet;

use crate::{files_below, none, read};

#[test]
fn every_fluent_message_stands_in_both_languages() {
    let mut problems = Vec::new();
    let mut seen = 0;
    for path in files_below("crates").iter().filter(|path| path.extension().is_some_and(|e| e == "ftl")) {
        let text = path.to_string_lossy();
        let other = if text.contains("/en/") { text.replace("/en/", "/ja/") } else { text.replace("/ja/", "/en/") };
        let keys = |text: &str| -> BTreeSet<String> {
            let ids = text.lines().filter_map(|line| line.split_once(" ="));
            ids.filter(|(id, _)| !id.starts_with([' ', '#', '.'])).map(|(id, _)| id.to_owned()).collect()
        };
        let (ours, theirs) = (keys(&read(path)), keys(&std::fs::read_to_string(&other).unwrap_or_default()));
        problems.extend(ours.difference(&theirs).map(|key| format!("{other}: {key} is missing")));
        seen += ours.len();
    }
    assert!(seen > 0, "no Fluent message was found: this test looks in the wrong place");
    none(&problems);
}
