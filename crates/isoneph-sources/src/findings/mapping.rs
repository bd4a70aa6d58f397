//! Our own mapping from other scanners' rules to controls, for findings that name no clause (`mappings.toml`).

use std::collections::BTreeMap;

use isoneph_model::ControlId;

const EMBEDDED: &str = include_str!("mappings.toml");

/// No beginning of a rule is longer, so that a hostile rule is not tried letter by letter.
const LONGEST_PREFIX: usize = 128;

/// Rules, and beginnings of rules, with their controls.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    exact: BTreeMap<String, Vec<ControlId>>,
    prefixes: BTreeMap<String, Vec<ControlId>>,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum MappingError {
    /// It is not TOML, or not of the shape `[tool]`, `"rule" = ["control"]`.
    #[error("mappings.toml: {0}")]
    Toml(#[from] toml::de::Error),
    /// A rule stands there twice.
    #[error("mappings.toml: '{0}' is mapped twice")]
    Twice(String),
    /// A rule is mapped to nothing.
    #[error("mappings.toml: '{0}' is mapped to no control")]
    Nothing(String),
    /// Only the end of a rule can be left open.
    #[error("mappings.toml: '{0}' has a star that is not at its end")]
    Star(String),
    /// A rule is longer than any that is looked up.
    #[error("mappings.toml: '{0}' is longer than 128 bytes")]
    TooLong(String),
}

impl Mappings {
    /// The mapping that this program carries.
    pub(super) fn embedded() -> Result<Mappings, MappingError> {
        Mappings::parse(EMBEDDED)
    }

    /// Tables are named after tools for the reader; rules of different tools never look alike, so one lookup serves all.
    pub(super) fn parse(text: &str) -> Result<Mappings, MappingError> {
        let tools: BTreeMap<String, BTreeMap<String, Vec<ControlId>>> = toml::from_str(text)?;
        let mut mappings = Mappings::default();
        for (rule, mut controls) in tools.into_values().flatten() {
            if controls.is_empty() {
                return Err(MappingError::Nothing(rule));
            }
            if rule.len() > LONGEST_PREFIX {
                return Err(MappingError::TooLong(rule));
            }
            controls.sort();
            controls.dedup();
            if rule.trim_end_matches('*').contains('*') || rule.starts_with('*') {
                return Err(MappingError::Star(rule));
            }
            let replaced = match rule.strip_suffix('*') {
                Some(prefix) => mappings.prefixes.insert(prefix.to_owned(), controls),
                None => mappings.exact.insert(rule.clone(), controls),
            };
            if replaced.is_some() {
                return Err(MappingError::Twice(rule));
            }
        }
        Ok(mappings)
    }

    /// The controls of a rule: its own entry, or else the longest beginning of it that has one.
    pub(super) fn controls(&self, rule: &str) -> Option<&[ControlId]> {
        let rule = canonical(rule);
        let by_prefix = || {
            let ends = (1..=rule.len().min(LONGEST_PREFIX)).rev().filter(|end| rule.is_char_boundary(*end));
            ends.filter_map(|end| self.prefixes.get(&rule[..end])).next()
        };
        self.exact.get(&rule).or_else(by_prefix).map(Vec::as_slice)
    }

    /// Every entry, for tests.
    #[cfg(test)]
    fn entries(&self) -> impl Iterator<Item = (&String, &Vec<ControlId>)> {
        self.exact.iter().chain(&self.prefixes)
    }
}

/// Trivy has written one rule as `AVD-AWS-0086`, `AWS-0086`, `KSV014` and `KSV-0014` over the years; we write the
/// newest form.
fn canonical(rule: &str) -> String {
    let rule = rule.strip_prefix("AVD-").unwrap_or(rule);
    for family in ["KSV", "DS"] {
        let number =
            rule.strip_prefix(family).map(|rest| rest.trim_start_matches('-')).and_then(|n| n.parse::<u32>().ok());
        if let Some(number) = number {
            return format!("{family}-{number:04}");
        }
    }
    rule.to_owned()
}

#[cfg(test)]
mod tests {
    use isoneph_standard::Catalogue;

    use super::super::controls::is_control;
    use super::*;

    fn ids(controls: Option<&[ControlId]>) -> Vec<&str> {
        controls.unwrap_or_default().iter().map(ControlId::as_str).collect()
    }

    #[test]
    fn every_control_of_the_mapping_exists() {
        let catalogue = Catalogue::embedded().unwrap();
        let mappings = Mappings::embedded().unwrap();
        let wrong: Vec<String> = mappings
            .entries()
            .flat_map(|(rule, controls)| controls.iter().map(move |c| (rule, c)))
            .filter(|(_, control)| !is_control(catalogue, control))
            .map(|(rule, control)| format!("{rule} → {control}"))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn an_exact_entry_beats_a_prefix_and_a_long_prefix_a_short_one() {
        let text = "[t]\n'a_b' = ['9.2.1']\n'a_*' = ['9.2.2']\n'a_c*' = ['9.2.3']\n";
        let mappings = Mappings::parse(text).unwrap();
        assert_eq!(ids(mappings.controls("a_b")), ["9.2.1"]);
        assert_eq!(ids(mappings.controls("a_bb")), ["9.2.2"]);
        assert_eq!(ids(mappings.controls("a_cd")), ["9.2.3"]);
        assert_eq!(mappings.controls("b_a_b"), None);
        assert_eq!(mappings.controls(""), None);
    }

    #[test]
    fn a_mapping_that_contradicts_itself_is_refused() {
        let twice = "[a]\n'x' = ['9.2.1']\n[b]\n'x' = ['9.2.2']\n";
        assert!(matches!(Mappings::parse(twice), Err(MappingError::Twice(rule)) if rule == "x"));
        assert!(matches!(Mappings::parse("[a]\n'x*y' = ['9.2.1']\n"), Err(MappingError::Star(_))));
        assert!(matches!(Mappings::parse("[a]\n'x' = []\n"), Err(MappingError::Nothing(_))));
        assert!(matches!(Mappings::parse("[a]\n'x' = ['nine']\n"), Err(MappingError::Toml(_))));
    }

    #[test]
    fn old_and_new_spellings_of_one_rule_are_one() {
        for (old, new) in [("AVD-AWS-0086", "AWS-0086"), ("KSV014", "KSV-0014"), ("AVD-KSV-0014", "KSV-0014")] {
            assert_eq!(canonical(old), new);
        }
    }
}
