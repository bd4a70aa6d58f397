//! What isoneph knows: controls, checks, tables, words, and questions in SQL.

use serde_json::Value;

use crate::isoneph;

fn array(arguments: &[&str]) -> Vec<Value> {
    isoneph(arguments).ends_with(0).json().as_array().expect("an array").clone()
}

#[test]
fn the_controls_are_listed_with_title_and_roles() {
    let controls = array(&["control", "list", "--format", "json"]);
    assert_eq!(controls.len(), 44);
    assert!(controls.iter().all(|c| c["id"].is_string() && c["title"].is_string() && c["roles"].is_array()));
    assert_eq!(array(&["control", "list", "--format", "json", "--role", "provider"]).len(), 40);
    assert_eq!(array(&["control", "list", "--format", "json", "--role", "customer"]).len(), 39);
    assert_eq!(array(&["control", "list", "--format", "json", "--all"]).len(), 114 + 7);
    assert_eq!(array(&["control", "list", "--format", "json", "--edition", "2026"]).len(), 43);
}

#[test]
fn a_control_is_found_by_every_way_of_writing_it() {
    for id in ["6.3.1", "CLD.6.3.1", "cld 6.3.1"] {
        let control = isoneph(&["control", "show", id, "--format", "json"]).ends_with(0).json();
        assert_eq!(control["id"], "CLD.6.3.1");
    }
    let text = isoneph(&["control", "show", "9.2.3", "--lang", "ja"]).ends_with(0).stdout();
    assert!(text.contains("クラウドサービスカスタマ"), "{text}");
    isoneph(&["control", "show", "99.9"]).ends_with(2);
}

#[test]
fn the_standard_itself_is_explained() {
    for term in ["ISO 27017", "Cloud security code of practice"] {
        let text = isoneph(&["explain", term]).ends_with(0).stdout();
        assert!(text.contains("ISO/IEC 27017"), "{text}");
    }
    assert!(isoneph(&["explain", "tenant", "--lang", "ja"]).ends_with(0).stdout().contains("テナント"));
    isoneph(&["explain", "zzzzqqq"]).ends_with(2);
}

#[test]
fn every_check_and_table_can_be_shown() {
    let checks = array(&["check", "list", "--format", "json"]);
    assert!(checks.len() >= 45, "{}", checks.len());
    let id = checks[0]["id"].as_str().expect("an id");
    assert!(isoneph(&["check", "show", id]).ends_with(0).stdout().contains("SELECT"));
    let tables = array(&["table", "list", "--format", "json"]);
    for table in &tables {
        let name = table["name"].as_str().expect("a name");
        assert!(isoneph(&["table", "show", name]).ends_with(0).stdout().contains("none:"));
    }
    isoneph(&["table", "show", "buckets"]).ends_with(2);
}

#[test]
fn a_table_says_what_fills_it() {
    let told = isoneph(&["table", "show", "bucket"]).ends_with(0).stdout();
    assert!(told.contains("Filled by Terraform: aws_s3_bucket"), "{told}");
}

#[test]
fn the_tests_of_one_check_can_be_run() {
    let run = isoneph(&["check", "test", "bucket-without-versioning"]).ends_with(0);
    assert!(run.stdout().contains("1 passed, 0 failed"), "{}", run.stdout());
}

#[test]
fn a_question_in_sql_is_answered_as_table_csv_and_json() {
    let ask = |format: &str| {
        isoneph(&[
            "query",
            "SELECT name, versioning FROM bucket WHERE provider = 'aws' ORDER BY name",
            "examples/saas",
            "--as-of",
            "2026-11-20",
            "--format",
            format,
        ])
        .ends_with(0)
        .stdout()
    };
    assert!(ask("csv").starts_with("name,versioning\nkumo-desk-exports,"), "{}", ask("csv"));
    let rows: Value = serde_json::from_str(&ask("json")).expect("JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(3));
    assert!(ask("table").contains("| kumo-desk-logs"));
    let told = isoneph(&["query", "SELECT nme FROM bucket", "examples/saas"]).ends_with(2).stderr();
    assert!(told.contains("nme"), "{told}");
    isoneph(&["query", "DROP TABLE bucket", "examples/saas"]).ends_with(2);
    let told = isoneph(&["query", "SELECT CAST(name AS INT) FROM bucket", "examples/saas"]).ends_with(2).stderr();
    assert!(told.contains("the question cannot be answered") && told.contains("'kumo-desk"), "{told}");
}
