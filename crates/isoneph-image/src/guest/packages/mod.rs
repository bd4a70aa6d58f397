//! The packages that the guest's package manager counts as installed, and the files they own.

mod apk;
mod bdb;
mod dpkg;
mod ndb;
mod owners;
mod rpm;
mod shipped;
mod sqlite;

pub use owners::{Owners, owners};
pub use shipped::ships_bits;

use super::{Guest, Known};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes of a package database that are read.
const DATABASE_CAP: u64 = 512 << 20;

/// The kind of a package database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// Debian's.
    Dpkg,
    /// Red Hat's and SUSE's.
    Rpm,
    /// Alpine's.
    Apk,
}

/// One installed package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Version with release and epoch, as the manager writes it.
    pub version: String,
    /// Architecture; empty when the database does not say.
    pub architecture: String,
    /// Source package, where the database names another than the package's own.
    pub source: String,
    /// The database.
    pub manager: Manager,
    /// Path of the database.
    pub path: String,
    /// Line of the entry in a text database, else 0.
    pub line: u32,
}

/// All installed packages.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    by_name: BTreeMap<String, Package>,
    /// Whether a database was found and read.
    pub found: bool,
    pub(crate) rpm_files: Vec<rpm::OwnedFile>,
}

impl Packages {
    /// The installed package of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Package> {
        self.by_name.get(name)
    }

    /// The first of these names that is installed.
    #[must_use]
    pub fn any(&self, names: &[&str]) -> Option<&Package> {
        names.iter().find_map(|name| self.get(name))
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Package> {
        self.by_name.values()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether none was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Takes the packages of a text database. One that has content and lists none is damaged: it does not say that
    /// nothing is installed. An empty one is no database.
    fn take(&mut self, guest: &Guest<'_>, path: &str, bytes: &[u8], packages: Vec<Package>) {
        if packages.is_empty() && !bytes.trim_ascii().is_empty() {
            guest.problem(path, "damaged", format!("{path} lists no installed package"));
        }
        for package in packages {
            self.add(package);
        }
    }

    fn add(&mut self, package: Package) {
        self.found = true;
        // Of several architectures or versions of one name (kernels) one stands for the name.
        self.by_name.insert(package.name.clone(), package);
    }
}

/// Reads whichever databases the guest has. `with_files` also takes the lists of owned files that rpm keeps inside.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Packages> {
    guest.watched(|| {
        let read = guest.watched(|| {
            let mut packages = Packages::default();
            dpkg::read(guest, &mut packages);
            apk::read(guest, &mut packages);
            rpm::read(guest, &mut packages);
            packages
        });
        if !read.found && read.problems.is_empty() {
            guest.problem("/var/lib", "no-package-database", "no database of dpkg, rpm or apk was found");
        }
        read.facts
    })
}

/// The upstream part of a package version as numbers: `1:9.2p1-2+deb12u3` gives 9, 2.
#[must_use]
pub fn upstream_numbers(version: &str) -> Vec<u64> {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    let upstream = upstream.split(['-', '+', '~', 'p', '_']).next().unwrap_or(upstream);
    upstream.split('.').map_while(|part| part.parse().ok()).collect()
}
