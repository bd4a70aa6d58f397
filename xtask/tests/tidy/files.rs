//! Files stay small and finished; folders keep their conventions.

use std::collections::BTreeSet;

use crate::{files_below, none, read, root};

const MOST_LINES: usize = 800;

#[test]
fn no_module_is_longer_than_a_reader_can_hold() {
    let mut problems = Vec::new();
    for path in files_below("").iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let lines = read(path).lines().count();
        if lines > MOST_LINES {
            problems.push(format!("{}: {lines} lines, more than {MOST_LINES}", path.display()));
        }
    }
    none(&problems);
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    // Spelled in parts, so that this file does not find itself.
    let words = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore")];
    let mut problems = Vec::new();
    for path in files_below("").iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let text = read(path);
        problems.extend(words.iter().filter(|w| text.contains(**w)).map(|w| format!("{}: {w}", path.display())));
    }
    none(&problems);
}

#[test]
fn no_module_is_named_for_nothing_in_particular() {
    let vague = ["utils", "util", "common", "helpers", "helper", "manager", "misc"];
    let mut problems = Vec::new();
    for path in files_below("crates").iter().filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if vague.contains(&stem.as_str()) {
            problems.push(format!("{}: name it for what it holds", path.display()));
        }
    }
    none(&problems);
}

#[test]
fn every_control_has_its_text_and_every_check_its_tests() {
    let mut problems = Vec::new();
    let mut controls = 0;
    for entry in std::fs::read_dir(root().join("controls")).expect("controls/ exists") {
        let folder = entry.expect("controls/ can be read").path();
        controls += 1;
        if !folder.join("control.toml").is_file() {
            problems.push(format!("{}: no control.toml", folder.display()));
        }
        for check in std::fs::read_dir(&folder).expect("a control's folder can be read").flatten() {
            let check = check.path();
            if !check.is_dir() {
                continue;
            }
            for needed in ["check.md", "tests.md"] {
                if !check.join(needed).is_file() {
                    problems.push(format!("{}: no {needed}", check.display()));
                }
            }
        }
    }
    none(&problems);
    assert_eq!(controls, 44, "the controls of ISO/IEC 27017:2015 with cloud guidance");
}

#[test]
fn every_check_is_shown_on_each_cloud_or_says_why_not() {
    let clouds = ["aws", "azure", "google"];
    let mut problems = Vec::new();
    for path in files_below("controls").iter().filter(|path| path.ends_with("check.md")) {
        let fixtures = path.with_file_name("fixtures");
        let expect = std::fs::read_to_string(fixtures.join("expect.md")).unwrap_or_default();
        let told: BTreeSet<&str> = expect.lines().map(|line| line.split([':', ' ']).next().unwrap_or("")).collect();
        for cloud in clouds {
            if !told.contains(cloud) {
                problems.push(format!("{}: fixtures/expect.md says nothing of {cloud}", path.display()));
            }
        }
    }
    none(&problems);
}
