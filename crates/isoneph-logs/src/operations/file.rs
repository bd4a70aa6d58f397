//! The file of one platform: groups of operations that share a class and a reason.

use std::sync::Arc;

use isoneph_model::Text;
use serde::Deserialize;
use toml::Spanned;

use crate::signs::condition::Condition;

use super::{Act, Basis, CriticalOperation, OperationClass, OperationsError, Reversible};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: String,
    platform: String,
    group: Vec<Group>,
    #[serde(default)]
    weakening: Vec<Weakening>,
}

/// Operations that weaken a record only by what they ask for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weakening {
    operations: Vec<Spanned<String>>,
    /// One of these holds of those that do.
    any: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    class: OperationClass,
    act: Act,
    reversible: Reversible,
    #[serde(default)]
    weakens_logging: bool,
    #[serde(default)]
    resumes_logging: bool,
    why: Text,
    operations: Vec<Spanned<String>>,
}

/// What is said of an operation, beside its name.
pub(super) struct Entry {
    pub(super) class: OperationClass,
    pub(super) act: Act,
    pub(super) reversible: Reversible,
    pub(super) weakens_logging: bool,
    pub(super) resumes_logging: bool,
    pub(super) why: Text,
}

impl Entry {
    /// The entry under a name.
    pub(super) fn named(&self, platform: &str, name: &str, basis: Basis) -> CriticalOperation {
        CriticalOperation {
            platform: platform.to_owned(),
            name: name.to_owned(),
            class: self.class,
            act: self.act,
            reversible: self.reversible,
            weakens_logging: self.weakens_logging,
            resumes_logging: self.resumes_logging,
            why: self.why.clone(),
            basis,
        }
    }
}

/// A platform's list.
pub(super) struct PlatformFile {
    pub(super) file: String,
    pub(super) platform: String,
    pub(super) version: String,
    operations: Vec<(usize, CriticalOperation)>,
    weakening: Vec<(usize, String, Arc<[Condition]>)>,
}

impl PlatformFile {
    pub(super) fn parse(file: &str, text: &str) -> Result<PlatformFile, OperationsError> {
        let document: Document = toml::from_str(text).map_err(|error| OperationsError::syntax(file, text, &error))?;
        let mut operations = Vec::new();
        let mut weakening = Vec::new();
        for asked in document.weakening {
            let any: Arc<[Condition]> = asked.any.into();
            let named = |name: &Spanned<String>| (name.span().start, name.get_ref().clone(), Arc::clone(&any));
            weakening.extend(asked.operations.iter().map(named));
        }
        for group in document.group {
            let entry = Entry {
                class: group.class,
                act: group.act,
                reversible: group.reversible,
                weakens_logging: group.weakens_logging,
                resumes_logging: group.resumes_logging,
                why: group.why,
            };
            for name in &group.operations {
                let operation = entry.named(&document.platform, name.get_ref(), Basis::Proposed);
                operations.push((name.span().start, operation));
            }
        }
        Ok(PlatformFile {
            file: file.to_owned(),
            platform: document.platform,
            version: document.version,
            operations,
            weakening,
        })
    }

    /// The operations that weaken a record where one of the conditions holds, each with the byte where its name stands.
    pub(super) fn weakening(&self) -> impl Iterator<Item = (usize, &str, &Arc<[Condition]>)> {
        self.weakening.iter().map(|(byte, name, any)| (*byte, name.as_str(), any))
    }

    /// The operations, each with the byte where its name stands.
    pub(super) fn operations(&self) -> impl Iterator<Item = (usize, CriticalOperation)> {
        self.operations.iter().cloned()
    }
}
