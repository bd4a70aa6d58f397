//! The catalogue of signs: `standard/signs`, one file a platform.

use std::collections::{BTreeMap, HashMap, HashSet};

use isoneph_model::{Text, fits_pattern};
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::grantee::Form;
use crate::event::{ActorKind, Category};
use crate::operations::at_google;

isoneph_model::vocabulary! {
    /// What a sign is a sign of.
    pub enum SignKind {
        /// Data leaves the service, or may be taken from outside.
        DataLeaves = "data-leaves",
        /// The service is used against others.
        AttackFromService = "attack-from-service",
    }
}

isoneph_model::vocabulary! {
    /// Where it leads, if the record names nobody.
    pub enum Reach {
        /// To everybody.
        Anyone = "anyone",
        /// The record cannot tell.
        Untold = "untold",
        /// To third parties.
        Others = "others",
    }
}

/// Who gets it, and how that is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Receiver {
    /// Where it stands: `request/…`, `response/…`, `more/…`, `actor`.
    pub(super) at: String,
    #[serde(rename = "as")]
    pub(super) form: Form,
    /// Where this is there, it says all: nothing behind it is looked at.
    #[serde(default)]
    pub(super) alone: bool,
}

/// An entry of the catalogue.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// What happened, in one word: `disk-copy-shared`.
    pub id: String,
    /// What it is a sign of.
    pub kind: SignKind,
    /// Why.
    pub why: Text,
    /// The operations by which it shows, in one spelling; `*` stands for any text.
    pub operations: Vec<String>,
    /// The category of records that it shows in; all without one.
    #[serde(default)]
    pub category: Option<Category>,
    /// The kinds of actors by whom it is one; all without any.
    #[serde(default)]
    pub actors: Vec<ActorKind>,
    /// It is one only where it is the first in its region, so many days behind the first that was heard of its account.
    #[serde(default)]
    pub first_after_days: Option<i64>,
    #[serde(default, skip_serializing)]
    pub(super) when: Vec<Condition>,
    #[serde(default, skip_serializing)]
    pub(super) unless: Vec<Condition>,
    /// Nobody outside of the organisation can be among `to` where one of these holds.
    #[serde(default, skip_serializing)]
    pub(super) within: Vec<Condition>,
    #[serde(default, skip_serializing)]
    pub(super) to: Vec<Receiver>,
    /// Where it leads, if the record names nobody.
    #[serde(default)]
    pub reach: Option<Reach>,
}

impl Sign {
    /// Whether it is one by whoever acted alone: what was asked for says nothing more.
    pub(super) fn is_by_actor(&self) -> bool {
        self.reach.is_none() && !self.to.is_empty() && self.to.iter().all(|receiver| receiver.at == "actor")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: String,
    platform: String,
    #[serde(default)]
    inward: HashSet<String>,
    #[serde(default)]
    own_account: Vec<OwnAccounts>,
    sign: Vec<Sign>,
}

/// Accounts of the cloud itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnAccounts {
    #[serde(rename = "of")]
    _of: String,
    ids: Vec<String>,
}

/// What is wrong with a file of the catalogue.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct SignsError {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub message: String,
}

/// The signs of every platform.
#[derive(Debug, Clone, Default)]
pub struct SignCatalogue {
    platforms: BTreeMap<String, Platform>,
    /// The operations of Kubernetes, by the names that Google Cloud's audit log has for them.
    clusters: HashMap<String, String>,
}

/// The signs of a platform.
#[derive(Debug, Clone)]
pub(super) struct Platform {
    version: String,
    pub(super) signs: Vec<Sign>,
    /// By the name of the operation.
    by_name: HashMap<String, Vec<usize>>,
    /// Those with a pattern for a name.
    patterns: Vec<(String, usize)>,
    /// What only puts something in, for whoever may do it.
    pub(super) inward: HashSet<String>,
    /// Accounts of the cloud itself.
    pub(super) own_accounts: HashSet<String>,
}

const FILES: [(&str, &str); 4] = [
    ("standard/signs/aws.toml", include_str!("../../../../standard/signs/aws.toml")),
    ("standard/signs/azure.toml", include_str!("../../../../standard/signs/azure.toml")),
    ("standard/signs/google.toml", include_str!("../../../../standard/signs/google.toml")),
    ("standard/signs/kubernetes.toml", include_str!("../../../../standard/signs/kubernetes.toml")),
];

impl SignCatalogue {
    /// What ships.
    ///
    /// # Errors
    /// Only when the files that were built in are not of their form.
    pub fn shipped() -> Result<SignCatalogue, SignsError> {
        let mut platforms: BTreeMap<String, Platform> = BTreeMap::new();
        for (file, text) in FILES {
            let told = |error: toml::de::Error| SignsError { file: file.to_owned(), message: error.to_string() };
            let document: Document = toml::from_str(text).map_err(told)?;
            platforms.insert(document.platform.clone(), Platform::new(document));
        }
        let of_clusters = platforms.get("kubernetes").map(|platform| &platform.by_name);
        let clusters = of_clusters.into_iter().flat_map(HashMap::keys).map(|name| (at_google(name), name.clone()));
        Ok(SignCatalogue { clusters: clusters.collect(), platforms })
    }

    /// Every sign, with its platform.
    pub fn signs(&self) -> impl Iterator<Item = (&str, &Sign)> {
        self.platforms.iter().flat_map(|(name, platform)| platform.signs.iter().map(move |sign| (name.as_str(), sign)))
    }

    /// The version of each platform's list.
    pub fn versions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.platforms.iter().map(|(name, platform)| (name.as_str(), platform.version.as_str()))
    }

    /// The signs that an operation of this name may be.
    pub(super) fn of_operation(&self, provider: &str, name: &str) -> Option<(&Platform, Vec<&Sign>)> {
        let (platform, name) = self.platform_and_name(provider, name)?;
        let signs = platform.of_name(name).into_iter().filter_map(|index| platform.signs.get(index));
        Some((platform, signs.collect()))
    }

    /// The sign of this name that an operation may be.
    pub(super) fn find(&self, provider: &str, name: &str, what: &str) -> Option<&Sign> {
        self.of_operation(provider, name)?.1.into_iter().find(|sign| sign.id == what)
    }

    pub(super) fn platform_of(&self, provider: &str, name: &str) -> Option<&Platform> {
        self.platform_and_name(provider, name).map(|(platform, _)| platform)
    }

    /// The platform whose signs count for an operation, and the operation's name there: a cluster of Google Cloud keeps
    /// its record in the cloud's own form.
    fn platform_and_name<'a: 'n, 'n>(&'a self, provider: &str, name: &'n str) -> Option<(&'a Platform, &'n str)> {
        match self.clusters.get(name).filter(|_| provider == "google") {
            Some(own) => Some((self.platforms.get("kubernetes")?, own)),
            None => Some((self.platforms.get(provider)?, name)),
        }
    }
}

impl Platform {
    fn new(document: Document) -> Platform {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        let mut patterns = Vec::new();
        let mut signs = document.sign;
        for (index, sign) in signs.iter_mut().enumerate() {
            for name in &mut sign.operations {
                *name = name.trim().to_lowercase();
                match name.contains('*') {
                    true => patterns.push((name.clone(), index)),
                    false => by_name.entry(name.clone()).or_default().push(index),
                }
            }
        }
        let own_accounts = document.own_account.into_iter().flat_map(|own| own.ids).collect();
        Platform { version: document.version, signs, by_name, patterns, inward: document.inward, own_accounts }
    }

    /// The signs that an operation of this name may be, as indices.
    fn of_name(&self, name: &str) -> Vec<usize> {
        let mut found = self.by_name.get(name).cloned().unwrap_or_default();
        found.extend(self.patterns.iter().filter(|(pattern, _)| fits_pattern(pattern, name)).map(|(_, index)| index));
        found
    }
}
