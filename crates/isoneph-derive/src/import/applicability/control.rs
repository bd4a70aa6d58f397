//! The control that a cell names.

use isoneph_model::{ControlId, Edition};
use isoneph_standard::{BaseStandard, Catalogue};

use crate::import::key;

/// The control that somebody means by `A.5.1`, `A5.1`, `Annex A 5.1 (title)`, `ISO/IEC 27001:2022 A.5.1`, `9.2.1`,
/// `6.3.1` or `CLD.6.3.1`.
pub(crate) fn known_control(catalogue: &Catalogue, text: &str) -> Option<ControlId> {
    let words = key(text);
    let mut words = words.split_whitespace().skip_while(|word| names_the_standard(word));
    let first = words.next()?.trim_end_matches(['.', ',']);
    // `A5.1` is written for `A.5.1`; `A 8.15` and `CLD 6.3.1` come as two words.
    let spelled = first.strip_prefix('a').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let spelled = spelled.map(|rest| format!("a.{rest}"));
    let first = spelled.as_deref().unwrap_or(first);
    let joined = || Some(format!("{first}.{}", words.clone().next()?));
    let id = first.parse::<ControlId>().ok().or_else(|| joined()?.parse().ok())?;
    let in_2022 = catalogue.base_control(BaseStandard::E2022, &id).map(|control| control.id.clone());
    let parts = id.as_str().trim_start_matches("CLD.").split('.').count();
    // A clause of the management system is no control: 9.2 is its internal audit, unless it says it is of Annex A.
    let found = |edition: Edition| catalogue.find(edition, id.as_str()).ok().map(|found| found.id().clone());
    match parts {
        2 => in_2022.or_else(|| found(Edition::E2026)),
        _ => found(Edition::E2015),
    }
}

/// `ISO/IEC 27001:2022 Annex`, before an id. The colon is gone by now: it is no part of a spelling.
fn names_the_standard(word: &str) -> bool {
    let numbers = ["27001", "27002", "27017"];
    matches!(word, "annex" | "iso" | "iec" | "iso/iec" | "din" | "en" | "jis" | "q")
        || numbers.iter().any(|number| {
            word.strip_prefix(number).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
        })
}
