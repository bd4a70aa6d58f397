//! The catalogue of critical operations: those where a slip does harm that nobody can undo, or takes away the means to
//! see or to undo it.
//!
//! What ships under `standard/operations/` is a proposal. A named person adopts a platform's list as a whole and amends
//! single entries in an [adoption file](Catalogue::amend); every entry says which of the two it rests on.

mod adoption;
mod error;
mod file;
mod name;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use isoneph_model::Text;
use serde::Serialize;

use crate::event::Event;
use crate::line::line_of;
use crate::signs::condition::Condition;
use crate::signs::record::Said;

pub use error::OperationsError;
use file::{Entry, PlatformFile};
pub(crate) use name::{at_google, nearest};

isoneph_model::vocabulary! {
    /// What a critical operation is done to.
    pub enum OperationClass {
        /// Virtual servers, clusters and what else runs programs.
        VirtualServer = "virtual-server",
        /// Networks, rules, routes, addresses, names.
        Network = "network",
        /// Volumes, buckets, databases, queues.
        Storage = "storage",
        /// Copies, and putting them back.
        BackupRestore = "backup-restore",
        /// The end of an account, a subscription, a key that all data hangs on, or of a whole group of resources.
        ServiceTermination = "service-termination",
        /// Records, and what looks at them.
        LoggingMonitoring = "logging-monitoring",
        /// Identities, rights, keys, secrets.
        IdentityKeys = "identity-keys",
    }
}

isoneph_model::vocabulary! {
    /// What the operation does.
    pub enum Act {
        /// Makes something.
        Create = "create",
        /// Changes something.
        Change = "change",
        /// Removes something.
        Delete = "delete",
        /// Puts old data back.
        Restore = "restore",
        /// Ends a whole.
        Terminate = "terminate",
    }
}

isoneph_model::vocabulary! {
    /// Whether it can be taken back.
    pub enum Reversible {
        /// Another operation of the same service undoes it.
        Yes = "yes",
        /// For some days, or where something was switched on beforehand.
        ForATime = "for-a-time",
        /// Not by the service.
        No = "no",
    }
}

/// On whose word an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "basis")]
pub enum Basis {
    /// isoneph's proposal: nobody has answered for it.
    Proposed,
    /// A named person has adopted it as proposed.
    Adopted {
        /// Who.
        by: String,
        /// When, as a date.
        on: String,
    },
    /// A named person has written or changed it.
    Amended {
        /// Who.
        by: String,
        /// When, as a date.
        on: String,
    },
}

/// A critical operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriticalOperation {
    /// The platform: `aws`, `azure`, `google`, `kubernetes`.
    pub platform: String,
    /// The name as the platform writes it: `ec2:TerminateInstances`.
    pub name: String,
    /// What it is done to.
    pub class: OperationClass,
    /// What it does.
    pub act: Act,
    /// Whether it can be taken back.
    pub reversible: Reversible,
    /// Whether it can take something out of a record of what is done, or silence what watches it.
    pub weakens_logging: bool,
    /// Whether it begins such a record, or lets it go on.
    pub resumes_logging: bool,
    /// Why it is critical.
    pub why: Text,
    /// On whose word.
    #[serde(flatten)]
    pub basis: Basis,
}

/// The critical operations of every platform.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// By platform, then by name in one spelling.
    entries: HashMap<String, HashMap<String, CriticalOperation>>,
    versions: BTreeMap<String, String>,
    /// The operations of Kubernetes, by the names that Google Cloud's audit log has for them.
    clusters: HashMap<String, String>,
    /// What operations that weaken a record only by what they ask for ask for then, by platform and name in one spelling.
    weakening: HashMap<String, HashMap<String, Arc<[Condition]>>>,
    /// What amendments took off the lists, by platform: it is known all the same.
    dropped: HashMap<String, HashSet<String>>,
}

/// The proposals, as they ship: path in the repository and text.
const PROPOSALS: [(&str, &str); 4] = [
    ("standard/operations/aws.toml", include_str!("../../../../standard/operations/aws.toml")),
    ("standard/operations/azure.toml", include_str!("../../../../standard/operations/azure.toml")),
    ("standard/operations/google.toml", include_str!("../../../../standard/operations/google.toml")),
    ("standard/operations/kubernetes.toml", include_str!("../../../../standard/operations/kubernetes.toml")),
];

impl Catalogue {
    /// What ships: a proposal.
    ///
    /// # Errors
    /// Only when the files that were built in contradict themselves.
    pub fn proposed() -> Result<Catalogue, OperationsError> {
        let mut catalogue = Catalogue::default();
        for (file, text) in PROPOSALS {
            catalogue.add_platform(PlatformFile::parse(file, text)?, text)?;
        }
        Ok(catalogue)
    }

    fn add_platform(&mut self, platform: PlatformFile, text: &str) -> Result<(), OperationsError> {
        for (byte, operation) in platform.operations() {
            let entries = self.entries.entry(platform.platform.clone()).or_default();
            let key = name::spelling(&operation.name);
            if entries.contains_key(&key) {
                let line = line_of(text, byte);
                return Err(OperationsError::Twice { file: platform.file.clone(), line, name: operation.name });
            }
            if platform.platform == "kubernetes" {
                self.clusters.insert(at_google(&key), key.clone());
            }
            entries.insert(key, operation);
        }
        for (byte, name, any) in platform.weakening() {
            let key = name::spelling(name);
            if !self.entries.get(&platform.platform).is_some_and(|entries| entries.contains_key(&key)) {
                return Err(OperationsError::Unknown {
                    file: platform.file.clone(),
                    line: line_of(text, byte),
                    platform: platform.platform.clone(),
                    name: name.to_owned(),
                    nearest: String::new(),
                });
            }
            self.weakening.entry(platform.platform.clone()).or_default().insert(key, Arc::clone(any));
        }
        self.versions.insert(platform.platform, platform.version);
        Ok(())
    }

    /// Takes over what a named person has decided: platforms adopted as proposed, operations added, changed, or found
    /// not to be critical. `file` is the name that errors show.
    ///
    /// ```toml
    /// adopted_by = "Aiko Mori"
    /// adopted_on = 2026-11-02
    /// platforms  = ["aws"]                  # adopted as proposed
    /// [[operation]]                         # added or changed
    /// platform = "aws"
    /// name = "ec2:CreateTags"
    /// class = "virtual-server"
    /// act = "change"
    /// reversible = "yes"
    /// why = { en = "our billing hangs on tags", ja = "課金がタグに依存する" }
    /// [[operation]]                         # not critical here; `*` stands for any text
    /// platform = "aws"
    /// name = "ec2:RunInstances"
    /// critical = false
    /// why = { en = "autoscaled all day", ja = "終日自動で増減する" }
    /// ```
    pub fn amend(&mut self, file: &str, text: &str) -> Result<(), OperationsError> {
        adoption::Adoption::parse(file, text)?.apply(self)
    }

    /// The operation under this name, as [`operation_name`](crate::event::operation_name) spells it.
    pub fn find(&self, platform: &str, operation_name: &str) -> Option<&CriticalOperation> {
        let found = self.entries.get(platform).and_then(|entries| entries.get(operation_name));
        match found {
            None if platform == "google" && operation_name.starts_with("io.") => {
                self.entries.get("kubernetes")?.get(self.clusters.get(operation_name)?)
            }
            found => found,
        }
    }

    /// What an operation asks for where it weakens a record; `None` of one that says so, or not, by its name.
    fn weakening(&self, entry: &CriticalOperation) -> Option<&Arc<[Condition]>> {
        let all = self.weakening.get(&entry.platform).filter(|_| !entry.weakens_logging)?;
        all.get(&name::spelling(&entry.name))
    }

    /// Whether it depends on what it asks for whether an operation weakens a record.
    pub(crate) fn weakens_by_request(&self, entry: &CriticalOperation) -> bool {
        self.weakening(entry).is_some()
    }

    /// Whether an operation can take something out of a record; `None` where that depends on what the event does not say.
    pub(crate) fn weakens(&self, entry: &CriticalOperation, event: &Event<'_>) -> Option<bool> {
        let Some(any) = self.weakening(entry) else { return Some(entry.weakens_logging) };
        let said = Said::new(event);
        let holds: Vec<Option<bool>> = any.iter().map(|condition| condition.holds(&said)).collect();
        match () {
            () if holds.contains(&Some(true)) => Some(true),
            () if holds.contains(&None) => None,
            () => Some(false),
        }
    }

    /// Every operation, by platform and name.
    pub fn operations(&self) -> Vec<&CriticalOperation> {
        let mut all: Vec<&CriticalOperation> = self.entries.values().flat_map(HashMap::values).collect();
        all.sort_by(|a, b| (&a.platform, a.class, &a.name).cmp(&(&b.platform, b.class, &b.name)));
        all
    }

    /// The names of all operations that are known, in one spelling, also of those that amendments took off the lists.
    pub(crate) fn names(&self) -> Vec<&str> {
        let own = self.entries.values().flat_map(HashMap::keys).chain(self.clusters.keys());
        let mut all: Vec<&str> = own.chain(self.dropped.values().flatten()).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The version of each platform's list.
    pub fn versions(&self) -> &BTreeMap<String, String> {
        &self.versions
    }
}

#[cfg(test)]
mod tests;
