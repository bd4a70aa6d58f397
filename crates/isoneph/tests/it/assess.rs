//! The main job, on the examples that ship.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{file, isoneph};

const CONFIG: &str = "examples/saas/isoneph.toml";

fn assess(more: &[&str]) -> crate::Run {
    let mut arguments = vec!["assess", "--as-of", "2026-11-20", "--config", CONFIG, "examples/saas"];
    arguments.extend(more);
    isoneph(&arguments)
}

fn assessment(more: &[&str]) -> Value {
    let mut arguments = vec!["--format", "json", "--fail-on", "none"];
    arguments.extend(more);
    assess(&arguments).ends_with(0).json()
}

fn outcomes(assessment: &Value) -> &Vec<Value> {
    assessment["outcomes"].as_array().expect("outcomes")
}

#[test]
fn the_examples_show_every_outcome_with_its_evidence() {
    let assessment = assessment(&[]);
    assert_eq!(assessment["schema"], "isoneph.assessment/1");
    let kinds: BTreeSet<&str> = outcomes(&assessment).iter().filter_map(|o| o["outcome"].as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["pass", "fail", "unknown", "not-applicable"]));
    for outcome in outcomes(&assessment) {
        let decided = ["pass", "fail"].contains(&outcome["outcome"].as_str().unwrap_or_default());
        let evidence = outcome["evidence"].as_array().expect("evidence");
        assert!(!decided || !evidence.is_empty(), "{outcome}");
    }
}

#[test]
fn every_piece_of_evidence_is_where_it_says() {
    let assessment = assessment(&[]);
    let inputs = assessment["inputs"].as_array().expect("inputs");
    let document = |input: &Value| {
        let path = crate::root().join(input["path"].as_str().expect("path"));
        // A folder is an input too: it holds the note of what was passed over. A register has lines.
        let read = |path| serde_json::from_slice(&std::fs::read(path).expect("an input")).expect("JSON");
        if path.is_file() && input["format"] != "register" { read(path) } else { Value::Null }
    };
    let documents: Vec<Value> = inputs.iter().map(document).collect();
    for outcome in outcomes(&assessment) {
        for evidence in outcome["evidence"].as_array().expect("evidence") {
            let input = evidence["input"].as_u64().expect("a number") as usize;
            let locator = evidence["locator"].as_str().expect("a locator");
            if inputs[input]["format"] == "register" && locator.contains(".yaml:") {
                let (path, line) = locator.rsplit_once(':').expect("FILE:LINE");
                let text = std::fs::read_to_string(crate::root().join(path)).expect("an input");
                let line = text.lines().nth(line.parse::<usize>().expect("a line") - 1).expect("the line is there");
                assert!(line.starts_with("kind:") || line.starts_with("name:"), "{locator}: {line}");
                continue;
            }
            let Some(pointer) = locator.strip_prefix('#') else {
                assert!(locator.starts_with("scope ") || locator.starts_with("service "), "{locator}");
                continue;
            };
            assert!(documents[input].pointer(pointer).is_some(), "{pointer}");
        }
    }
}

#[test]
fn each_role_has_its_own_services_and_an_unseen_account_keeps_every_cell_from_being_supported() {
    let assessment = assessment(&[]);
    let standings = assessment["standings"].as_array().expect("standings");
    let services = |role: &str| -> BTreeSet<&str> {
        standings.iter().filter(|s| s["role"] == role).filter_map(|s| s["service"].as_str()).collect()
    };
    assert_eq!(services("provider"), BTreeSet::from(["kumo-desk"]));
    assert_eq!(services("customer"), BTreeSet::from(["aws", "azure", "google-cloud"]));
    assert_eq!(standings.len(), 44 * 4);
    let supported = standings.iter().filter(|s| s["role"] == "provider" && s["standing"] == "supported");
    let by_outcomes: Vec<&Value> = supported.filter(|s| s["said"].as_array().is_none_or(Vec::is_empty)).collect();
    assert!(by_outcomes.is_empty(), "plans and an unseen account support nothing: {by_outcomes:?}");
}

#[test]
fn an_accepted_failure_stays_a_failure() {
    let assessment = assessment(&[]);
    let excepted: Vec<&Value> = outcomes(&assessment).iter().filter(|o| !o["exception"].is_null()).collect();
    assert!(!excepted.is_empty());
    assert!(excepted.iter().all(|outcome| outcome["outcome"] == "fail"), "{excepted:?}");
}

#[test]
fn two_runs_give_the_same_bytes_in_every_format() {
    for format in ["text", "json", "html", "sarif", "junit", "ocsf"] {
        let run = || assess(&["--format", format, "--fail-on", "none"]).ends_with(0).output.stdout;
        let (first, second) = (run(), run());
        assert!(!first.is_empty(), "{format}");
        assert!(first == second, "{format} differs between two runs");
    }
}

#[test]
fn a_role_and_a_service_only_leave_out() {
    let whole = outcomes(&assessment(&[])).len();
    let customer = assessment(&["--role", "customer"]);
    assert!(outcomes(&customer).len() < whole);
    assert!(customer["standings"].as_array().expect("standings").iter().all(|s| s["role"] == "customer"));
    let google = assessment(&["--service", "google-cloud"]);
    let addresses = outcomes(&google).iter().filter_map(|o| o["subject"].as_str());
    assert!(addresses.into_iter().all(|address| !address.starts_with("aws_")), "a service shows its own accounts only");
}

#[test]
fn the_exit_code_tells_how_it_ended() {
    assess(&["--format", "json"]).ends_with(1);
    assess(&["--format", "json", "--fail-on", "none"]).ends_with(0);
    assess(&["--format", "json", "--fail-on", "none", "--fail-on-unknown"]).ends_with(1);
    assess(&["--format", "json", "--service", "nobody"]).ends_with(2);
    isoneph(&["assess"]).ends_with(2);
    isoneph(&["assess", "--config", "no-such.toml", "examples/saas"]).ends_with(2);
    isoneph(&["--version"]).ends_with(0);
}

#[test]
fn a_folder_being_assessed_does_not_change_how_it_is_assessed() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = std::fs::read(crate::root().join("examples/saas/aws/plan.json")).expect("the example");
    file(&folder, "plan.json", &plan);
    let path = folder.path().display().to_string();
    let answer = || {
        let run =
            isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none", &path]).ends_with(0);
        let mut json = run.json();
        json["inputs"] = Value::Null;
        json
    };
    let before = answer();
    file(&folder, "isoneph.toml", b"[scope]\nregions = [\"us-east-1\"]\n");
    assert_eq!(before, answer());
    assert_eq!(before["scope"]["roles"], "assumed");
}

#[test]
fn a_report_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.html");
    let name = report.display().to_string();
    assess(&["--format", "html", "--fail-on", "none", "--output", &name]).ends_with(0);
    let text = std::fs::read_to_string(&report).expect("the report");
    assert!(text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["report.html"]);
    assess(&["--output", "no/such/folder/report.html"]).ends_with(2);
}

#[test]
fn nothing_that_is_marked_sensitive_comes_out() {
    for format in ["text", "json", "html", "sarif", "junit", "ocsf"] {
        let text = assess(&["--format", format, "--fail-on", "none"]).ends_with(0).stdout();
        for secret in ["example-not-a-secret", "example-not-a-key", "tr0ub4dor-and-3-example", "hunter2-is-no-secret"] {
            assert!(!text.contains(secret), "{format} shows {secret}");
        }
    }
}
