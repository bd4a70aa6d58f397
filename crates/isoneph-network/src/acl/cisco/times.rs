//! What a configuration says of the ranges of time that its entries name: of the same name and text they are the same.

use std::collections::BTreeMap;

use crate::policy::{Condition, Policy};

/// Adds to entries that name a range of time what the configuration says of it.
pub(super) fn say(text: &str, policies: &mut [Policy]) {
    let ranges = ranges(text);
    for condition in policies.iter_mut().flat_map(|policy| &mut policy.rules).flat_map(|rule| &mut rule.conditions) {
        let Condition::Unknown { text, .. } = condition else { continue };
        let mut words = text.split_whitespace().skip_while(|word| *word != "time-range");
        if let Some(said) = words.nth(1).and_then(|name| ranges.get(name)) {
            text.push_str(&format!(" ({said})"));
        }
    }
}

/// The lines of every range, joined.
fn ranges(text: &str) -> BTreeMap<&str, String> {
    let mut ranges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let words = line.trim();
        if let Some(name) = words.strip_prefix("time-range ") {
            current = Some(name.trim());
            ranges.entry(name.trim()).or_default();
        } else if !line.starts_with([' ', '\t']) {
            current = None;
        } else if let Some(name) = current {
            ranges.entry(name).or_default().push(words);
        }
    }
    ranges.into_iter().map(|(name, lines)| (name, lines.join("; "))).collect()
}
