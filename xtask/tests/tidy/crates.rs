//! Crates: one arrow, dependencies that point down, the same rules for all.

use std::collections::BTreeMap;

use crate::{none, read, root};

/// The crates from the ground up. A crate may use only crates that stand before it.
const ORDER: &[&str] = &[
    "isoneph-proof",
    "isoneph-network",
    "isoneph-image",
    "isoneph-model",
    "isoneph-workbook",
    "isoneph-tables",
    "isoneph-standard",
    "isoneph-assessment",
    "isoneph-register",
    "isoneph-logs",
    "isoneph-sources",
    "isoneph-derive",
    "isoneph-assess",
    "isoneph-report",
    "isoneph-exchange",
    "isoneph",
    "xtask",
];

fn manifests() -> BTreeMap<String, toml::Table> {
    let mut manifests = BTreeMap::new();
    let mut folders: Vec<_> =
        std::fs::read_dir(root().join("crates")).expect("crates/").flatten().map(|e| e.path()).collect();
    folders.push(root().join("xtask"));
    for folder in folders {
        let text = read(&folder.join("Cargo.toml"));
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        manifests.insert(name, text.parse().unwrap_or_else(|e| panic!("{}: {e}", folder.display())));
    }
    manifests
}

#[test]
fn a_crate_is_named_like_its_folder_and_keeps_the_workspace_lints() {
    let mut problems = Vec::new();
    for (folder, manifest) in manifests() {
        if manifest["package"]["name"].as_str() != Some(&folder) {
            problems.push(format!("{folder}: the package has another name"));
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            problems.push(format!("{folder}: [lints] workspace = true is missing"));
        }
    }
    none(&problems);
}

#[test]
fn dependencies_point_down() {
    let mut problems = Vec::new();
    for (name, manifest) in manifests() {
        let Some(height) = ORDER.iter().position(|n| *n == name) else {
            problems.push(format!("{name}: not in ORDER; say where it stands"));
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            if ORDER.iter().position(|n| n == dependency).is_some_and(|below| below >= height) {
                problems.push(format!("{name} uses {dependency}, which stands above it"));
            }
        }
    }
    none(&problems);
}

#[test]
fn only_the_engine_names_datafusion() {
    let users: Vec<String> = manifests()
        .into_iter()
        .filter(|(_, m)| m.get("dependencies").is_some_and(|d| d.get("datafusion").is_some()))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(users, ["isoneph-assess"]);
}

#[test]
fn there_is_one_arrow() {
    let lock: toml::Table = read(&root().join("Cargo.lock")).parse().expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("packages");
    let arrows: Vec<_> = packages.iter().filter(|p| p["name"].as_str() == Some("arrow")).collect();
    assert_eq!(arrows.len(), 1, "arrow must be the version DataFusion uses: {arrows:?}");
}
