//! Networks of every platform in one form, with an index to find endpoints by address and by name.
//!
//! [`Model::load`] reads files and folders, [`Model::read`] bytes. Formats are told by content. What was not understood is
//! in [`Model::unsupported`] and, where packets may depend on it, in the form itself as *may*.

pub mod address;
mod aws;
mod azure;
pub mod form;
mod google;
mod index;
pub(crate) mod json;
mod kubernetes;
mod load;
mod loose;
mod once;
pub mod policy;
mod service;
mod terraform;
pub mod traffic;
mod translation;
mod unfollowed;
mod yaml;

use std::collections::BTreeMap;

use serde::Serialize;

pub use index::{Index, Spot};
pub use load::{InputFile, MAX_FILE_BYTES};
pub(crate) use unfollowed::{Object, Unfollowed};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its path as given.
    pub path: String,
    /// What it was taken for.
    pub format: &'static str,
    /// Whether it shows what is there, and not what somebody means to be: a provider's or a cluster's own answer, or a
    /// state.
    pub live: bool,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Something given that could not be read: what depends on it is missing from the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, where one is at fault.
    pub path: String,
    /// The place in it; empty for the whole.
    pub locator: String,
    /// What is wrong.
    pub message: String,
    #[serde(skip)]
    source: Option<usize>,
}

impl Problem {
    pub(crate) fn unread(source: usize, locator: &str, message: &str) -> Self {
        Self { path: String::new(), locator: locator.into(), message: message.into(), source: Some(source) }
    }

    pub(crate) fn file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.into(), locator: String::new(), message: message.into(), source: None }
    }
}

/// Something read and understood as what it is, whose effect on packets is not modelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unsupported {
    /// Index in [`Model::sources`].
    pub source: usize,
    /// The place in it.
    pub locator: String,
    /// The kind of object or field.
    pub kind: String,
    /// What that means for answers.
    pub effect: String,
}

/// How it is told that what nobody gave was taken as nothing.
pub(crate) const TAKEN_AS_NONE: &str = "taken as none";

/// How it is told that something stands in a network that is not in the input.
pub(crate) const NOT_SHOWN: &str = "is not shown: nothing is said of it";

impl Unsupported {
    /// Whether it is something of this name that stands in a network which is not in the input.
    pub(crate) fn is_unplaced(&self, name: &str) -> bool {
        let mut words = self.locator.split([' ', '(', ')']);
        self.effect.ends_with(NOT_SHOWN) && words.any(|word| word == name || word.rsplit('.').next() == Some(name))
    }

    /// Whether it is a list that was not given, and taken as one of nothing.
    #[must_use]
    pub fn is_lack(&self) -> bool {
        self.effect.ends_with(TAKEN_AS_NONE)
    }

    pub(crate) fn new(source: usize, locator: String, kind: &str, effect: &str) -> Self {
        Self { source, locator, kind: kind.into(), effect: effect.into() }
    }
}

/// A network estate, ready for questions.
#[derive(Debug, Serialize)]
pub struct Model {
    /// The form.
    #[serde(flatten)]
    pub parts: form::Parts,
    /// The files it was made of.
    pub sources: Vec<Source>,
    /// What was not modelled, sorted.
    pub unsupported: Vec<Unsupported>,
    /// Files of folders that were opened and in which nothing of a network was found.
    #[serde(skip)]
    pub passed: Vec<String>,
    /// SHA-256 over the digests of all sources, in order: what a proof names.
    pub digest: String,
    /// What of the input the form does not hold: what two states are compared by beside it.
    #[serde(skip)]
    pub(crate) unfollowed: Unfollowed,
    #[serde(skip)]
    index: Index,
    /// By endpoint: those that hand packets on to it.
    #[serde(skip)]
    fronts: BTreeMap<form::EndpointId, Vec<form::EndpointId>>,
}

impl Model {
    /// Builds the index over finished parts.
    #[must_use]
    pub fn new(parts: form::Parts, sources: Vec<Source>, mut unsupported: Vec<Unsupported>) -> Self {
        unsupported.sort_unstable();
        unsupported.dedup();
        let digest = crate::digest::sha256_of_lines(sources.iter().map(|source| source.sha256.as_str()));
        let (index, fronts) = (Index::new(&parts), crate::reach::fronts(&parts));
        let unfollowed = Unfollowed::default();
        Self { parts, sources, unsupported, passed: Vec::new(), digest, unfollowed, index, fronts }
    }

    /// Load balancers' nodes, and what stands for services, that hand packets on to an endpoint, or may.
    pub(crate) fn fronts(&self, target: form::EndpointId) -> &[form::EndpointId] {
        self.fronts.get(&target).map_or(&[], Vec::as_slice)
    }

    /// The services that a text names, or of which it is an address; whoever is called so, or holds the address, comes first.
    #[must_use]
    pub fn services(&self, text: &str) -> Vec<&form::Service> {
        if self.parts.services.is_empty() || !self.index.named(text).is_empty() || crate::reach::is_outside(text) {
            return Vec::new();
        }
        let name = text.to_ascii_lowercase();
        let address = address::AddressRange::parse(text).filter(|range| range.single().is_some());
        let address = address.filter(|range| self.index.anywhere(&self.parts, *range).is_empty());
        let is_it = |held: &&form::Service| {
            let mut all = held.inside.iter().chain(&held.outside);
            held.names.contains(&name) || address.is_some_and(|address| all.any(|held| *held == address))
        };
        self.parts.services.iter().filter(is_it).collect()
    }

    /// The index of endpoints.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }
}
