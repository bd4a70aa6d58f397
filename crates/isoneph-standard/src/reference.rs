//! References to ISO standards as they stand in other tools' findings: `ISO27001:2013 A.9.2.3`, `8.15`, `CLD.9.5.2`.

use std::collections::BTreeSet;
use std::str::FromStr;

use isoneph_model::{ControlId, Edition};

use crate::base::{BaseControl, BaseStandard};
use crate::catalogue::Catalogue;
use crate::control::{Control, MappingBasis};
use crate::spelling;

isoneph_model::vocabulary! {
    /// A standard whose control numbers lead to ISO/IEC 27017.
    pub enum Family {
        /// ISO/IEC 27001; its Annex A has the controls of ISO/IEC 27002.
        Iso27001 = "27001",
        /// ISO/IEC 27002.
        Iso27002 = "27002",
        /// ISO/IEC 27017.
        Iso27017 = "27017",
    }
}

/// A standard as another tool names it: `ISO27001-2013`, `iso_27001_2022`, `ISO/IEC 27017:2015`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StandardRef {
    /// Which standard.
    pub family: Family,
    /// Which edition, if it says so. If not, the shape of a number tells: three parts are of 2013, two of 2022.
    pub year: Option<u16>,
}

/// Text that names no standard of which [`Catalogue::controls_for_reference`] knows the numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' does not name ISO/IEC 27001, 27002 or 27017")]
pub struct StandardRefError(String);

impl FromStr for StandardRef {
    type Err = StandardRefError;

    fn from_str(text: &str) -> Result<Self, StandardRefError> {
        let words = words(text);
        let family = words.iter().find_map(|w| family(w)).ok_or_else(|| StandardRefError(text.to_owned()))?;
        Ok(StandardRef { family, year: words.iter().find_map(|w| year(w)) })
    }
}

/// Upper-case runs of letters, digits and dots.
fn words(text: &str) -> Vec<String> {
    let upper = spelling::half_width(text).to_uppercase();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '.';
    upper.split(|c| !is_word(c)).map(|w| w.trim_matches('.').to_owned()).filter(|w| !w.is_empty()).collect()
}

fn family(word: &str) -> Option<Family> {
    let number = word.strip_prefix("ISOIEC").or_else(|| word.strip_prefix("ISO")).unwrap_or(word);
    number.parse().ok()
}

fn year(word: &str) -> Option<u16> {
    word.parse().ok().filter(|year| [2013, 2015, 2022, 2026].contains(year))
}

/// An identifier in a reference, and whether it carries the prefix of Annex A.
struct Number {
    id: ControlId,
    annex_a: bool,
}

impl Number {
    fn parts(&self) -> usize {
        self.id.as_str().split('.').filter(|part| *part != "CLD").count()
    }
}

fn numbers(words: &[String]) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut cloud = false;
    for word in words {
        if word == "CLD" {
            cloud = true;
            continue;
        }
        // "CLD 9.5.2" comes as two words, "CLD.9.5.2" as one, "A9.2.3" without a dot after the A.
        let bare = word.strip_prefix('A').map(|rest| rest.trim_start_matches('.')).filter(|r| !r.is_empty());
        let written = if cloud { format!("CLD.{word}") } else { bare.unwrap_or(word).to_owned() };
        cloud = false;
        if let Ok(id) = written.parse() {
            numbers.push(Number { id, annex_a: bare.is_some() });
        }
    }
    numbers
}

impl Catalogue {
    /// The controls of ISO/IEC 27017:2015 that a reference in another tool's finding leads to, in order, none twice.
    ///
    /// A standard named inside `text` goes before `standard`. Without any, only what cannot be mistaken is understood:
    /// `CLD.…` and `A.…`. A reference to a control without cloud guidance leads nowhere, and so do numbers that may as
    /// well be clauses of ISO/IEC 27001 itself (`9.2` is its internal audit, `A.9.2` would be access). A number of 2022
    /// leads through the public correspondence to 2013; our own mapping of the `CLD` controls counts only where that
    /// leads nowhere.
    pub fn controls_for_reference(&self, standard: Option<StandardRef>, text: &str) -> Vec<ControlId> {
        let words = words(text);
        let standard = text.parse().ok().or(standard);
        if standard.is_none() && words.iter().any(|w| w.starts_with("ISO") && w.len() > 3) {
            return Vec::new();
        }
        let of_27001 = standard.is_some_and(|s| s.family == Family::Iso27001);
        if of_27001 && words.iter().any(|w| w == "CLAUSE" || w == "CLAUSES") {
            return Vec::new();
        }
        let controls: BTreeSet<&ControlId> =
            numbers(&words).iter().flat_map(|n| self.controls_for_number(standard, n)).collect();
        controls.into_iter().cloned().collect()
    }

    fn controls_for_number(&self, standard: Option<StandardRef>, number: &Number) -> Vec<&ControlId> {
        if number.id.is_extended() {
            return self.in_2015.control(&number.id).map(|c| &c.id).into_iter().collect();
        }
        let Some(base) = base_standard(standard, number) else { return Vec::new() };
        if standard.is_some_and(|s| s.family == Family::Iso27017) {
            return self.controls_for_cloud_number(base.cloud_edition(), &number.id);
        }
        let Some(control) = self.base_control(base, &number.id) else { return Vec::new() };
        match base {
            BaseStandard::E2013 => self.in_2015.control(&control.id).map(|c| &c.id).into_iter().collect(),
            BaseStandard::E2022 => self.controls_from_2022(control),
        }
    }

    /// A number of ISO/IEC 27017 itself: `6.3.1` of 2015 is `CLD.6.3.1`, `8.35` of 2026 comes from `CLD.9.5.1`.
    fn controls_for_cloud_number(&self, edition: Edition, id: &ControlId) -> Vec<&ControlId> {
        let found = self.find_id(edition, id).and_then(|found| self.control(edition, found.id()));
        match (edition, found) {
            (_, None) => Vec::new(),
            (Edition::E2015, Some(control)) => vec![&control.id],
            (Edition::E2026, Some(control)) => control.links.iter().map(|l| &l.id).collect(),
        }
    }

    fn controls_from_2022(&self, control: &BaseControl) -> Vec<&ControlId> {
        let public = control.counterparts.iter().filter_map(|id| self.in_2015.control(id));
        let public: Vec<&ControlId> = public.map(|c| &c.id).collect();
        if !public.is_empty() {
            return public;
        }
        let ours =
            |c: &&Control| c.iso27002_2022_basis == MappingBasis::OwnMapping && c.iso27002_2022.contains(&control.id);
        self.in_2015.controls().filter(ours).map(|c| &c.id).collect()
    }
}

/// The edition of ISO/IEC 27002 whose numbering a number follows. `None` if it may be something else.
fn base_standard(standard: Option<StandardRef>, number: &Number) -> Option<BaseStandard> {
    let by_shape = if number.parts() == 3 { BaseStandard::E2013 } else { BaseStandard::E2022 };
    let Some(standard) = standard else { return number.annex_a.then_some(by_shape) };
    let base = match standard.year {
        None => by_shape,
        Some(2013 | 2015) => BaseStandard::E2013,
        Some(_) => BaseStandard::E2022,
    };
    let ambiguous = standard.family == Family::Iso27001 && !number.annex_a && is_clause_of_27001(&number.id);
    (base == by_shape && !ambiguous).then_some(base)
}

/// Whether ISO/IEC 27001 has a clause of its own with this number, so that it says nothing of Annex A.
fn is_clause_of_27001(id: &ControlId) -> bool {
    let clauses = [
        "5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "7.1", "7.2", "7.3", "7.4", "7.5", "8.1", "8.2", "8.3", "6.1.1",
        "6.1.2", "6.1.3",
    ];
    clauses.contains(&id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controls(standard: &str, text: &str) -> Vec<String> {
        let standard = (!standard.is_empty()).then(|| standard.parse().unwrap());
        let ids = Catalogue::embedded().unwrap().controls_for_reference(standard, text);
        ids.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn standards_are_named_in_many_ways() {
        for name in
            ["ISO27001-2013", "iso_27001_2013_aws", "ISO/IEC 27001:2013", "ISOIEC27001:2013", "ISO 27001 (2013)"]
        {
            let expected = StandardRef { family: Family::Iso27001, year: Some(2013) };
            assert_eq!(name.parse(), Ok(expected), "{name}");
        }
        assert_eq!("ISO 27017".parse(), Ok(StandardRef { family: Family::Iso27017, year: None }));
        assert!("CIS AWS 1.5".parse::<StandardRef>().is_err());
        assert!("ISO 27018".parse::<StandardRef>().is_err());
    }

    #[test]
    fn annex_a_of_2013_has_the_numbers_of_the_2015_edition() {
        assert_eq!(controls("ISO27001-2013", "A.9.2.3"), ["9.2.3"]);
        assert_eq!(controls("", "ISO27001:2013 A.9.2.3"), ["9.2.3"]);
        assert_eq!(controls("", "A.12.4.1, A.12.4.3 and A.9.2.3"), ["9.2.3", "12.4.1", "12.4.3"]);
        assert_eq!(controls("ISO27001-2013", "A.12.4.2"), [""; 0]);
    }

    #[test]
    fn numbers_of_2022_lead_through_the_correspondence() {
        assert_eq!(controls("ISO27001-2022", "A.8.15"), ["12.4.1", "12.4.3"]);
        assert_eq!(controls("ISO/IEC 27002:2022", "8.15"), ["12.4.1", "12.4.3"]);
        assert_eq!(controls("ISO 27002", "8.24"), ["10.1.1", "10.1.2"]);
    }

    #[test]
    fn our_own_mapping_counts_where_there_is_no_other() {
        assert_eq!(controls("ISO 27002:2022", "8.9"), ["CLD.9.5.2", "CLD.13.1.4"]);
        assert_eq!(controls("ISO 27002:2022", "8.16"), ["CLD.12.4.5"]);
        assert_eq!(controls("ISO 27002:2022", "7.4"), [""; 0]);
    }

    #[test]
    fn numbers_of_27017_itself() {
        assert_eq!(controls("", "CLD.9.5.2"), ["CLD.9.5.2"]);
        assert_eq!(controls("", "cld 9.5.2"), ["CLD.9.5.2"]);
        assert_eq!(controls("ISO 27017", "6.3.1"), ["CLD.6.3.1"]);
        assert_eq!(controls("ISO 27017:2026", "8.35"), ["CLD.9.5.1", "13.1.3"]);
        assert_eq!(controls("ISO 27017:2015", "9.4.2"), [""; 0]);
        assert_eq!(controls("", "CLD.16.1.3"), [""; 0]);
    }

    #[test]
    fn what_may_be_a_clause_of_27001_leads_nowhere() {
        assert_eq!(controls("ISO 27001:2013", "6.1.1"), [""; 0]);
        assert_eq!(controls("ISO 27001:2013", "A.6.1.1"), ["6.1.1"]);
        assert_eq!(controls("ISO 27001:2022", "8.2"), [""; 0]);
        assert_eq!(controls("ISO 27001:2022", "A.8.2"), ["9.2.3"]);
        assert_eq!(controls("ISO 27001", "clause 9.2"), [""; 0]);
        assert_eq!(controls("ISO 27001:2013", "9.2.3"), ["9.2.3"]);
    }

    #[test]
    fn numbers_of_other_standards_lead_nowhere() {
        for text in ["9.2.3", "CIS 9.2.3", "ISO27018 A.9.2.3", "PCI 8.2.1", "", "A", "CLD"] {
            assert_eq!(controls("", text), [""; 0], "{text}");
        }
        assert_eq!(controls("ISO 27001:2022", "A.9.2.3"), [""; 0]);
        assert_eq!(controls("ISO 27001:2013", "A.8.15"), [""; 0]);
    }
}
