//! From a finding to the controls it bears on: the clauses it names, or else our own mapping of its rule.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::OnceLock;

use isoneph_model::ControlId;
use isoneph_standard::{BaseStandard, Catalogue, Family, StandardRef};

use super::mapping::{MappingError, Mappings};
use crate::Fault;

/// How many different references are remembered.
const REMEMBERED: usize = 20_000;

/// The longest reference that is read.
const REFERENCE_CAP: usize = 256;

/// A clause of a standard, as a finding names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference<'v> {
    /// The standard under which the finding lists the clause, if it is not in `text`.
    pub(super) standard: Option<&'v str>,
    /// The clause, perhaps with the standard before it.
    pub(super) text: &'v str,
}

/// The controls of a finding, and how it came to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bearing {
    /// The controls of ISO/IEC 27017:2015, sorted.
    pub(super) controls: Vec<ControlId>,
    /// `named`, `mapped`, or `''`.
    pub(super) basis: &'static str,
}

/// Finds controls, remembering what it found: every finding of a scanner names the same few clauses.
pub(super) struct Controls {
    catalogue: &'static Catalogue,
    mappings: &'static Mappings,
    remembered: BTreeMap<String, Rc<[ControlId]>>,
}

impl Controls {
    /// Over the catalogue and the mapping that this program carries.
    pub(super) fn new() -> Result<Controls, Fault> {
        static MAPPINGS: OnceLock<Result<Mappings, MappingError>> = OnceLock::new();
        // Tests see to it that neither happens; if one does, no finding must quietly lose its controls.
        let broken = |error: &dyn std::error::Error| Fault::reject("", "internal", error.to_string());
        let catalogue = Catalogue::embedded().map_err(|error| broken(&error))?;
        let mappings = MAPPINGS.get_or_init(Mappings::embedded).as_ref().map_err(|error| broken(error))?;
        Ok(Controls { catalogue, mappings, remembered: BTreeMap::new() })
    }

    /// The controls that a finding bears on. What it names goes before what we think of its rule.
    pub(super) fn of<'v>(&mut self, references: impl IntoIterator<Item = Reference<'v>>, rule: &str) -> Bearing {
        let mut named = BTreeSet::new();
        for reference in references.into_iter().filter(names_a_standard) {
            named.extend(self.named(reference).iter().cloned());
        }
        if !named.is_empty() {
            return Bearing { controls: named.into_iter().collect(), basis: "named" };
        }
        match self.mappings.controls(rule) {
            Some(controls) => Bearing { controls: controls.to_vec(), basis: "mapped" },
            None => Bearing::default(),
        }
    }

    fn named(&mut self, reference: Reference<'_>) -> Rc<[ControlId]> {
        let key = format!("{}\0{}", reference.standard.unwrap_or_default(), reference.text);
        if let Some(known) = self.remembered.get(&key) {
            return Rc::clone(known);
        }
        let standard = standard_of(reference);
        let mut controls: BTreeSet<ControlId> =
            self.catalogue.controls_for_reference(standard, reference.text).into_iter().collect();
        if let Some(standard) = standard {
            controls.extend(base_controls(self.catalogue, standard, reference.text));
        }
        let controls: Rc<[ControlId]> = controls.into_iter().collect();
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(key, Rc::clone(&controls));
        }
        controls
    }
}

/// Whether one of the standards that lead to ISO/IEC 27017 is named at all. Scanners list clauses of dozens of others,
/// some with numbers like ours.
fn names_a_standard(reference: &Reference<'_>) -> bool {
    let names = |text: &str| text.contains("270") || text.contains("CLD");
    let short = reference.text.len() <= REFERENCE_CAP && reference.standard.is_none_or(|s| s.len() <= REFERENCE_CAP);
    short && (names(reference.text) || reference.standard.is_some_and(|s| s.contains("270")))
}

/// The standard in the text itself, or else the one the text is listed under.
fn standard_of(reference: Reference<'_>) -> Option<StandardRef> {
    reference.text.parse().ok().or_else(|| reference.standard?.parse().ok())
}

/// The controls of ISO/IEC 27002:2013 that a reference means. ISO/IEC 27017:2015 has a heading for each of them, also
/// where it adds no guidance, and a finding about one is worth keeping under it.
fn base_controls(catalogue: &Catalogue, standard: StandardRef, text: &str) -> Vec<ControlId> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let words = text.split(|c| !is_word(c)).map(|word| word.trim_matches('.'));
    words.flat_map(|word| base_controls_of_word(catalogue, standard, word)).collect()
}

fn base_controls_of_word(catalogue: &Catalogue, standard: StandardRef, word: &str) -> Vec<ControlId> {
    let annex_a = word.strip_prefix(['A', 'a']).map(|rest| rest.trim_start_matches('.'));
    let Ok(id) = annex_a.unwrap_or(word).parse::<ControlId>() else { return Vec::new() };
    let parts = id.as_str().split('.').count();
    let in_2013 = parts == 3;
    if id.is_extended() || standard.year.is_some_and(|year| in_2013 != (year < 2022)) {
        return Vec::new();
    }
    // ISO/IEC 27001 has clauses of its own: 9.2 is one of them, A.9.2 is not, and no clause goes beyond N.5 or 6.1.3.
    let last = id.as_str().rsplit('.').next().and_then(|n| n.parse::<u16>().ok()).unwrap_or(0);
    let may_be_a_clause = if in_2013 { id.as_str().starts_with("6.1.") } else { last <= 5 };
    if standard.family == Family::Iso27001 && annex_a.is_none() && may_be_a_clause {
        return Vec::new();
    }
    let base = if in_2013 { BaseStandard::E2013 } else { BaseStandard::E2022 };
    match catalogue.base_control(base, &id) {
        Some(_) if in_2013 => vec![id],
        Some(control) => control.counterparts.clone(),
        None => Vec::new(),
    }
}

/// Whether ISO/IEC 27017:2015 has this control, with guidance or without.
#[cfg(test)]
pub(super) fn is_control(catalogue: &Catalogue, id: &ControlId) -> bool {
    catalogue.find(isoneph_model::Edition::E2015, id.as_str()).is_ok_and(|found| found.id() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(standard: Option<&str>, text: &str) -> Vec<String> {
        let bearing = Controls::new().unwrap().of([Reference { standard, text }], "no such rule");
        assert!(bearing.controls.is_empty() || bearing.basis == "named");
        bearing.controls.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_way_of_naming_a_clause_leads_to_it() {
        assert_eq!(named(Some("ISO27001-2013"), "A.9.2.3"), ["9.2.3"]);
        assert_eq!(named(None, "ISO 27001:2013 A.9.2.3"), ["9.2.3"]);
        assert_eq!(named(None, "ISO27001-A.12.4.1"), ["12.4.1"]);
        assert_eq!(named(Some("ISO27001-2022"), "A.8.15"), ["12.4.1", "12.4.2", "12.4.3"]);
        assert_eq!(named(Some("ISO27017-2015"), "CLD.9.5.2"), ["CLD.9.5.2"]);
    }

    #[test]
    fn controls_without_cloud_guidance_are_kept() {
        assert_eq!(named(Some("ISO27001-2013"), "A.9.4.3"), ["9.4.3"]);
    }

    #[test]
    fn clauses_of_other_standards_and_of_27001_itself_lead_nowhere() {
        assert!(named(Some("CIS-3.0"), "9.2.3").is_empty());
        assert!(named(Some("ISO27001-2022"), "9.2").is_empty());
        assert!(named(None, "A.9.2.3").is_empty(), "of which standard?");
        assert!(named(Some("ISO27001-2013"), "A.12.4.B").is_empty(), "an objective, not a control");
        assert!(named(None, "port 27017").is_empty());
    }

    #[test]
    fn what_a_finding_names_goes_before_the_mapping() {
        let rule = "ec2_instance_imdsv2_enabled";
        let reference = Reference { standard: Some("ISO27001-2013"), text: "A.12.4.1" };
        let mut controls = Controls::new().unwrap();
        assert_eq!(controls.of([reference], rule).basis, "named");
        let mapped = controls.of([], rule);
        assert_eq!(mapped.basis, "mapped");
        assert!(mapped.controls.iter().any(|c| c.as_str() == "CLD.9.5.2"));
        assert_eq!(controls.of([], "no such rule"), Bearing::default());
    }
}
