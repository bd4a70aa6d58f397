//! What parties say counts for what a control asks to be stated, disclosed or assured; never more, and drafts not at all.

use serde_json::Value;

use crate::{file, isoneph};

const CONFIG: &str = r#"
[organisation]
id = "us"
name = "Us"

[[parties]]
id = "cloud"
name = "Cloud"

[[services]]
id = "desk"
name = "Desk"
model = "saas"
provider = "us"
built-on = ["base"]

[[services]]
id = "base"
name = "Base"
model = "iaas"
provider = "cloud"
"#;

/// The cell of a control in a role, with this register beside the declaration.
fn cell(register: &str, control: &str, role: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let config = file(&folder, "isoneph.toml", CONFIG.as_bytes());
    let path = file(&folder, "register.yaml", register.as_bytes());
    let words =
        ["assess", "--config", &config, "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none", &path];
    let assessment = isoneph(&words).ends_with(0).json();
    let standings = assessment["standings"].as_array().expect("standings").clone();
    let found = standings.into_iter().find(|cell| cell["control"] == control && cell["role"] == role);
    found.expect("the cell is there")
}

fn said(cell: &Value) -> usize {
    cell["said"].as_array().map_or(0, Vec::len)
}

fn clock(more: &str) -> String {
    let one = |requirement: &str| {
        format!(
            "---\nkind: disclosure\nname: {requirement}\n{more}spec: {{ service: desk, control: 12.4.4, requirement: {requirement}, what: UTC, document: {{ title: Guide }} }}\n"
        )
    };
    [one("clock-told"), one("synchronisation-told")].concat()
}

#[test]
fn disclosures_that_are_documented_support_a_cell_that_asks_for_no_more() {
    let cell = cell(&clock(""), "12.4.4", "provider");
    assert_eq!(cell["standing"], "supported", "{cell}");
    assert_eq!(said(&cell), 2);
}

#[test]
fn drafts_claim_nothing() {
    let cell = cell(&clock("proposed: true\n"), "12.4.4", "provider");
    assert_eq!(cell["standing"], "incomplete");
    assert_eq!(said(&cell), 0);
}

#[test]
fn what_is_told_without_a_document_and_to_nobody_does_not_count() {
    let register = clock("").replace(", document: { title: Guide }", "");
    assert_eq!(said(&cell(&register, "12.4.4", "provider")), 0);
}

#[test]
fn a_statement_under_a_number_of_2022_answers_the_cells_that_have_guidance_on_it() {
    let register = "kind: statement\nname: logging\nspec: { control: \"8.15\", role: customer, service: base, applicable: true, status: implemented, how: All trails are on. }\n";
    let cell = cell(register, "12.4.1", "customer");
    assert_eq!(said(&cell), 1, "{cell}");
}

#[test]
fn a_statement_of_one_service_and_role_says_nothing_of_others() {
    let register = "kind: statement\nname: logging\nspec: { control: 12.4.1, role: customer, service: base, applicable: true, status: implemented, how: All trails are on. }\n";
    assert_eq!(said(&cell(register, "12.4.1", "customer")), 1);
    assert_eq!(said(&cell(register, "12.4.1", "provider")), 0);
}

#[test]
fn an_exclusion_holds_while_nothing_refutes_it() {
    let register = "kind: statement\nname: machines\nspec: { control: CLD.9.5.2, role: customer, service: base, applicable: false, exclusion: No machines are run. }\n";
    assert_eq!(cell(register, "CLD.9.5.2", "customer")["standing"], "excluded");
}

#[test]
fn a_review_that_is_overdue_makes_an_answer_stale() {
    let statement = |next: &str| {
        format!(
            "kind: statement\nname: logging\nspec: {{ control: 12.4.1, role: customer, service: base, requirement: logging-requirements, applicable: true, status: implemented, how: All., reviewed: 2025-01-01, next-review: {next} }}\n"
        )
    };
    let stale = |next: &str| {
        let cell = cell(&statement(next), "12.4.1", "customer");
        let why = cell["why"].as_array().expect("why").clone();
        why.iter().any(|why| why["code"] == "stale")
    };
    assert!(stale("2026-01-01"));
    assert!(!stale("2027-01-01"));
}

#[test]
fn who_has_no_machine_may_exclude_hardening_them_whatever_else_there_is() {
    let state = std::fs::read_to_string(crate::root().join("examples/saas/google/state.json")).expect("the example");
    let mut without: Value = serde_json::from_str(&state).expect("JSON");
    let resources = without["values"]["root_module"]["resources"].as_array_mut().expect("resources");
    let before = resources.len();
    resources.retain(|resource| resource["type"] != "google_compute_instance");
    assert_eq!(resources.len() + 1, before, "the example has one machine there");
    let folder = tempfile::tempdir().expect("a folder");
    let standing = |state: &str| {
        let path = file(&folder, "state.json", state.as_bytes());
        let config = ["--config", "examples/saas/isoneph.toml", "--as-of", "2026-11-20", "--fail-on", "none"];
        let paths = ["--format", "json", "examples/saas/register", &path];
        let json = isoneph(&[&["assess"], &config[..], &paths[..]].concat()).ends_with(0).json();
        let cells = json["standings"].as_array().expect("standings").clone();
        let of = |cell: &&Value| cell["control"] == "CLD.9.5.2" && cell["service"] == "google-cloud";
        cells.iter().find(of).expect("the cell")["standing"].clone()
    };
    assert_eq!(standing(&state), "contradicted");
    assert_eq!(standing(&without.to_string()), "excluded");
}
