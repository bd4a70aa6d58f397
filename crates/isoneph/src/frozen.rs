//! Statements of applicability that a workspace has frozen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use isoneph_derive::soa::FrozenSoa;

use crate::exit::usage;
use crate::workspace;

/// Where a workspace keeps frozen versions: a folder a scope, a file a version.
pub(crate) const FOLDER: &str = ".isoneph/soa";

/// More versions than any workspace has reason to keep.
const MAX_FROZEN: usize = 10_000;

/// Every version that a workspace has frozen, of all its scopes. One that was changed afterwards is an error, not a version.
pub(crate) fn all(workspace: &Path) -> anyhow::Result<Vec<FrozenSoa>> {
    let mut found = Vec::new();
    for folder in listed(&workspace.join(FOLDER))?.iter().filter(|path| path.is_dir()) {
        for path in listed(folder)?.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
            if found.len() >= MAX_FROZEN {
                return Err(usage(format!("{}: more than {MAX_FROZEN} versions", workspace.join(FOLDER).display())));
            }
            found.push(read(path)?);
        }
    }
    Ok(found)
}

fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

pub(crate) fn read(path: &Path) -> anyhow::Result<FrozenSoa> {
    let told = |error: &dyn std::fmt::Display| usage(format!("{}: {error}", path.display()));
    let frozen: FrozenSoa = serde_json::from_slice(&workspace::bytes(path)?).map_err(|error| told(&error))?;
    frozen.verify().map_err(|error| told(&error))?;
    Ok(frozen)
}

/// The versions that a workspace has frozen, by organisation, the newest last.
pub(crate) fn versions(workspace: &Path) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut frozen = all(workspace)?;
    // Of one day the higher number is the newer: 1.10 comes after 1.9.
    let numbers = |version: &str| -> Vec<u64> {
        version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    frozen.sort_by_cached_key(|frozen| (frozen.soa.as_of, numbers(&frozen.version), frozen.version.clone()));
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for version in frozen {
        held.entry(version.soa.organisation).or_default().push(version.version);
    }
    Ok(held)
}
