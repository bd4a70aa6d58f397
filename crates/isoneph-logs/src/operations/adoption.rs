//! What a named person has decided about the proposals.

use std::collections::HashMap;

use isoneph_model::{Text, fits_pattern};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Date;

use super::{Act, Basis, Catalogue, Entry, OperationClass, OperationsError, Reversible, name};
use crate::line::line_of;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    adopted_by: Spanned<String>,
    adopted_on: Date,
    #[serde(default)]
    platforms: Vec<Spanned<String>>,
    #[serde(default)]
    operation: Vec<Spanned<Decision>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    platform: String,
    name: String,
    #[serde(default = "yes")]
    critical: bool,
    class: Option<OperationClass>,
    act: Option<Act>,
    reversible: Option<Reversible>,
    weakens_logging: Option<bool>,
    resumes_logging: Option<bool>,
    why: Option<Text>,
}

fn yes() -> bool {
    true
}

/// An adoption file, read.
pub(super) struct Adoption<'a> {
    file: &'a str,
    text: &'a str,
    document: Document,
}

impl<'a> Adoption<'a> {
    pub(super) fn parse(file: &'a str, text: &'a str) -> Result<Adoption<'a>, OperationsError> {
        let document: Document = toml::from_str(text).map_err(|error| OperationsError::syntax(file, text, &error))?;
        if document.adopted_by.get_ref().trim().is_empty() {
            let line = line_of(text, document.adopted_by.span().start);
            let message = "'adopted_by' names the person who answers for the list".to_owned();
            return Err(OperationsError::Syntax { file: file.to_owned(), line, message });
        }
        Ok(Adoption { file, text, document })
    }

    pub(super) fn apply(&self, to: &mut Catalogue) -> Result<(), OperationsError> {
        let by = self.document.adopted_by.get_ref().trim().to_owned();
        let on = self.document.adopted_on.to_string();
        for platform in &self.document.platforms {
            self.known(to, platform.get_ref(), platform.span().start)?;
            let entries = to.entries.entry(platform.get_ref().clone()).or_default();
            for operation in entries.values_mut().filter(|operation| operation.basis == Basis::Proposed) {
                operation.basis = Basis::Adopted { by: by.clone(), on: on.clone() };
            }
        }
        let basis = Basis::Amended { by, on };
        self.document.operation.iter().try_for_each(|decision| self.decide(to, decision, &basis))
    }

    fn known(&self, catalogue: &Catalogue, platform: &str, byte: usize) -> Result<(), OperationsError> {
        if catalogue.versions.contains_key(platform) {
            return Ok(());
        }
        let known = catalogue.versions.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let (file, line) = (self.file.to_owned(), line_of(self.text, byte));
        Err(OperationsError::UnknownPlatform { file, line, platform: platform.to_owned(), known })
    }

    fn decide(
        &self,
        catalogue: &mut Catalogue,
        decision: &Spanned<Decision>,
        basis: &Basis,
    ) -> Result<(), OperationsError> {
        let start = decision.span().start;
        let decision = decision.get_ref();
        let missing = |missing| OperationsError::Missing {
            file: self.file.to_owned(),
            line: line_of(self.text, start),
            name: decision.name.clone(),
            missing,
        };
        self.known(catalogue, &decision.platform, start)?;
        let why = decision.why.clone().ok_or_else(|| missing("why"))?;
        let wanted = name::spelling(&decision.name);
        let keys = self.keys(catalogue, decision, &wanted, start)?;
        let entries = catalogue.entries.entry(decision.platform.clone()).or_default();
        for key in keys {
            if !decision.critical {
                entries.remove(&key);
                catalogue.dropped.entry(decision.platform.clone()).or_default().insert(key);
                continue;
            }
            // What the decision leaves out stays as it was.
            let old = entries.get(&key);
            let name = old.filter(|_| key != wanted).map_or(&decision.name, |old| &old.name).clone();
            let entry = Entry {
                class: decision.class.or(old.map(|old| old.class)).ok_or_else(|| missing("class"))?,
                act: decision.act.or(old.map(|old| old.act)).ok_or_else(|| missing("act"))?,
                reversible: decision
                    .reversible
                    .or(old.map(|old| old.reversible))
                    .ok_or_else(|| missing("reversible"))?,
                weakens_logging: decision.weakens_logging.or(old.map(|old| old.weakens_logging)).unwrap_or(false),
                resumes_logging: decision.resumes_logging.or(old.map(|old| old.resumes_logging)).unwrap_or(false),
                why: why.clone(),
            };
            if decision.platform == "kubernetes" {
                catalogue.clusters.insert(name::at_google(&key), key.clone());
            }
            entries.insert(key, entry.named(&decision.platform, &name, basis.clone()));
        }
        Ok(())
    }

    /// The entries that a decision is about: that of its name, or all that its pattern describes. A name that nothing
    /// has is one to add, or a slip where it was to be taken off.
    fn keys(
        &self,
        catalogue: &Catalogue,
        decision: &Decision,
        wanted: &str,
        start: usize,
    ) -> Result<Vec<String>, OperationsError> {
        let entries = catalogue.entries.get(&decision.platform);
        let dropped = catalogue.dropped.get(&decision.platform);
        let mut known: Vec<&String> = entries.into_iter().flat_map(HashMap::keys).collect();
        known.extend(dropped.into_iter().flatten());
        let is_pattern = wanted.contains('*');
        let found = known.iter().any(|key| if is_pattern { fits_pattern(wanted, key) } else { **key == wanted });
        if !found && (is_pattern || !decision.critical) {
            let nearest = name::nearest(wanted, known.iter().map(|key| key.as_str()), NEAR).filter(|_| !is_pattern);
            return Err(OperationsError::Unknown {
                file: self.file.to_owned(),
                line: line_of(self.text, start),
                platform: decision.platform.clone(),
                name: decision.name.clone(),
                nearest: nearest.map_or_else(String::new, |name| format!("; perhaps '{name}' is meant")),
            });
        }
        if !is_pattern {
            return Ok(vec![wanted.to_owned()]);
        }
        let all = entries.into_iter().flat_map(HashMap::keys).filter(|key| fits_pattern(wanted, key));
        Ok(all.cloned().collect())
    }
}

/// Names that differ in more letters are not taken for one another.
const NEAR: usize = 3;
