//! The program, its tests and single crates share one build of the heavy dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::{none, root};

/// Every package that DataFusion is built from, each with the features it gets in some selection of the workspace.
fn features(selection: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree(selection) {
        let (package, listed) = line.split_once(" [").unwrap_or((&line, ""));
        features.entry(package.to_owned()).or_default().insert(listed.trim_end_matches(']').to_owned());
    }
    features
}

fn tree(selection: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(selection)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn running_testing_and_one_crate_alone_build_datafusion_once() {
    let heavy: Vec<String> = features(&["--package", "datafusion", "--edges", "normal"]).into_keys().collect();
    assert!(heavy.len() > 100, "this looks at the wrong thing: {}", heavy.len());
    let tests = features(&["--workspace", "--edges", "normal,dev"]);
    let selections: [(&str, &[&str]); 2] = [
        ("cargo run", &["--workspace", "--edges", "normal"]),
        ("the engine's crate alone", &["--package", "isoneph-assess", "--edges", "normal,dev"]),
    ];
    let mut problems = Vec::new();
    for (name, selection) in selections {
        let these = features(selection);
        // One package may be built twice, once for build scripts: the build for the program is the one that counts.
        let shared = |package: &&String| match (these.get(*package), tests.get(*package)) {
            (Some(these), Some(tests)) => !tests.is_disjoint(these) && tests.is_subset(these),
            _ => false,
        };
        for package in heavy.iter().filter(|package| !shared(package)) {
            let (this, test) = (these.get(package), tests.get(package));
            problems.push(format!(
                "{name}: {package} has {this:?}, in tests {test:?}: name the features in isoneph-assess"
            ));
        }
    }
    none(&problems);
}
