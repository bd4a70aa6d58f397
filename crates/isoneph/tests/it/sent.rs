//! What others send: questionnaires, matrices, audits and test results, taken in from the file to what it comes to.
//! Layouts are written from the public description of each format; questions and controls are invented.

use isoneph_workbook::{ColumnDraft, SheetDraft, WorkbookDraft, write_xlsx};
use serde_json::Value;

use crate::{Run, file, isoneph};

const PARTIES: &str = "\
kind: party
name: us
spec: { title: Us }
---
kind: party
name: kumo
spec: { title: Kumo }
---
kind: scope
name: isms
spec: { title: Cloud use, organisation: us, services: [desk] }
---
kind: cloud-service
name: desk
spec: { title: Desk, model: saas, provider: kumo, customers: [us] }
";

/// A workspace that knows two parties and the service between them.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "isoneph.toml", b"");
    let parties = file(&folder, "parties.yaml", PARTIES.as_bytes());
    at(&folder, &["apply", "-f", &parties, "--as", "ana"]).ends_with(0);
    folder
}

fn at<'a>(folder: &'a tempfile::TempDir, arguments: &[&'a str]) -> Run {
    let home = folder.path().to_str().expect("UTF-8");
    let mut all = arguments.to_vec();
    all.extend(["--workspace", home]);
    isoneph(&all)
}

/// A workbook whose sheets are lines with `|` between the cells.
fn book(folder: &tempfile::TempDir, name: &str, sheets: &[(&str, &str)]) -> String {
    let sheet = |(name, text): &(&str, &str)| {
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let mut lines = text.lines().map(cells);
        let columns = lines.next().expect("a line").iter().map(|title| ColumnDraft::text(title, 10)).collect();
        SheetDraft { name: (*name).to_owned(), columns, rows: lines.collect(), ..SheetDraft::default() }
    };
    let draft = WorkbookDraft { sheets: sheets.iter().map(sheet).collect(), ..WorkbookDraft::default() };
    file(folder, name, &write_xlsx(&draft).expect("a workbook"))
}

fn specs(folder: &tempfile::TempDir, kind: &str) -> Vec<Value> {
    let got = at(folder, &["get", kind, "--format", "json"]).ends_with(0).json();
    got.as_array().expect("objects").iter().map(|object| object["spec"].clone()).collect()
}

#[test]
fn a_caiq_is_shown_row_by_row_then_taken_in_and_leaves_its_duties() {
    let folder = workspace();
    let caiq = "\
CONSENSUS QUESTIONNAIRE v4.0.3
Question ID | Question | CSP CAIQ Answer | SSRM Control Ownership | CSP Implementation Description (Optional/Recommended) | CSC Responsibilities  (Optional/Recommended)
IAM-16.1 | Are owls registered? | Yes | Shared CSP and CSC | By the keeper. | Register your own owls.
IAM-16.2 | Are owls fed? | perhaps | CSP-owned | |";
    let path = book(&folder, "caiq.xlsx", &[("Introduction", "Read this"), ("CAIQv4.0.3", caiq)]);
    let words = ["import", &path, "--service", "desk", "--area", "IAM=identity"];
    let shown = at(&folder, &words).ends_with(3);
    assert!(shown.stdout().contains("CAIQv4.0.3!A3") && shown.stdout().contains("CAIQv4.0.3!C4"), "{}", shown.stdout());
    assert!(!shown.stdout().contains("registered?"), "the text of a question was taken over");
    assert!(specs(&folder, "answer").is_empty(), "nothing is written before somebody stands behind it");
    at(&folder, &[&words[..], &["--as", "aiko"]].concat()).ends_with(3);
    let answers = specs(&folder, "answer");
    assert_eq!(answers.len(), 1);
    assert_eq!((&answers[0]["question"], &answers[0]["ownership"]), (&"IAM-16.1".into(), &"shared".into()));
    let list = at(&folder, &["duties", "--party", "us", "--format", "json"]).ends_with(1).json();
    assert_eq!(list["open"][0]["duty"], "Register your own owls.", "{list}");
}

#[test]
fn a_fedramp_package_is_taken_in_and_its_sheets_are_held_against_each_other() {
    let folder = workspace();
    let summary = "\
Control Implementation Summary
 | Implementation Status | | | Control Origination | | |
Control ID | Implemented | Planned | N/A | Service Provider Corporate | Configured by Customer | Shared
AC-1 | x | | | x | |
AC-2 (01) | x | | | | x |";
    let matrix = "\
Customer Responsibility Matrix
Specific Inheritance and Customer Agency/CSP Responsibilities | Control ID | Can Be Inherited from CSP
 | AC-01 | Yes
Count your owls. | AC-2(1) | Partial";
    let path = book(&folder, "crm.xlsx", &[("CIS Worksheet", summary), ("CRM Worksheet", matrix)]);
    let words = ["import", &path, "--service", "desk", "--stated-by", "kumo", "--as", "aiko"];
    let taken = at(&folder, &words).ends_with(0).stdout();
    assert!(taken.contains("'CRM Worksheet'!C4 contradicts"), "{taken}");
    let rows = specs(&folder, "responsibility");
    let read: Vec<_> = rows.iter().map(|row| (&row["area"], &row["holder"])).map(|(a, h)| format!("{a} {h}")).collect();
    assert_eq!(read, [r#""nist-800-53:AC-1" "provider""#, r#""nist-800-53:AC-2(1)" "shared""#]);
    let matrix = at(&folder, &["matrix", "desk", "--format", "json"]).ends_with(1).json();
    let row = &matrix["matrices"][0]["rows"][1];
    assert_eq!((&row["holder"], &row["customer_duty"]), (&"shared".into(), &"Count your owls.".into()));
}

#[test]
fn an_audit_of_ciso_assistant_becomes_statements_of_the_applicability() {
    let folder = workspace();
    let audit = "\
urn,assessable,ref_id,name,compliance_result,requirement_progress,observations
urn:x:risk:req_node:iso27001-2022:a.8,,A.8,Lamps,,,
urn:x:risk:req_node:iso27001-2022:a.8.15,x,A.8.15,Lamps,compliant,done,All trails are on
urn:x:risk:req_node:iso27001-2022:a.7.1,x,A.7.1,Doors,not_applicable,done,No building
";
    let path = file(&folder, "audit.csv", audit.as_bytes());
    at(&folder, &["import", &path, "--dated", "2026-09-01", "--as", "aiko"]).ends_with(0);
    let soa = at(&folder, &["soa", "--format", "json"]).ends_with(0).json();
    let row = |id: &str| {
        let rows = soa["rows"].as_array().expect("rows");
        rows.iter().find(|row| row["id"] == id).expect("the row is there")["base"]["decision"].clone()
    };
    assert_eq!(
        (row("A.8.15"), row("A.7.1"), row("A.7.2")),
        ("applicable".into(), "excluded".into(), "undecided".into())
    );
}

#[test]
fn a_certificate_is_held_against_the_versions_that_were_frozen() {
    let folder = workspace();
    let certificate = |version: &str| {
        format!(
            "kind: assurance\nname: cert\nspec: {{ title: C, type: accredited-certificate, holder: us, standard: ISO/IEC 27001, edition: \"2022\", soa-version: \"{version}\" }}\n"
        )
    };
    let codes = |version: &str| {
        let path = file(&folder, "cert.yaml", certificate(version).as_bytes());
        at(&folder, &["apply", "-f", &path, "--as", "ana"]).ends_with(0);
        let told = at(&folder, &["assurance", "--format", "json"]).json();
        let findings = told["assurances"][0]["findings"].as_array().expect("findings").clone();
        let codes =
            findings.iter().filter_map(|finding| finding["code"].as_str()).filter(|code| code.starts_with("soa"));
        codes.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(codes("1.9"), ["soa-not-held"]);
    at(&folder, &["soa", "--freeze", "1.9"]).ends_with(0);
    assert!(codes("1.9").is_empty());
    at(&folder, &["soa", "--freeze", "1.10"]).ends_with(0);
    assert_eq!(codes("1.9"), ["soa-version-older"]);
    assert_eq!(codes("7"), ["soa-version-differs"]);
    // An assessment beside the workspace holds it against them as well.
    let [path, config] = ["cert.yaml", "isoneph.toml"].map(|name| folder.path().join(name).display().to_string());
    let outcome = |version: &str| {
        codes(version);
        let words = ["assess", "--config", &config, &path, "--fail-on", "none", "--format", "json"];
        let outcomes = isoneph(&words).json()["outcomes"].as_array().expect("outcomes").clone();
        let of_check = |o: &&Value| o["check"] == "certificate-of-another-statement-version";
        outcomes.iter().find(of_check).expect("it is judged")["outcome"].clone()
    };
    assert_eq!(outcome("1.9"), "fail");
    assert_eq!(outcome("1.10"), "pass");
    // A frozen version that somebody changed is no version.
    let path = folder.path().join(".isoneph/soa/isms/1.9.json");
    let text = std::fs::read_to_string(&path).expect("it is there").replace("Cloud use", "Cloud abuse");
    std::fs::write(&path, text).expect("it can be written");
    let told = at(&folder, &["assurance"]).ends_with(2).stderr();
    assert!(told.contains("1.9.json") && told.contains("changed"), "{told}");
}

const CLAIM: &str = "\
kind: isolation
name: desk
spec:
  service: desk
  layers:
    - layer: application
      tenancy: pool
      how: Every request carries its tenant.
      tests: [{ on: 2026-11-02, passed: 2, failed: 0, junit: boundary.xml }]
---
kind: statement
name: segregation
spec: { control: CLD.9.5.1, role: provider, service: desk, party: kumo, applicable: true, status: implemented, how: Kept apart. }
";

const RESULTS: &str = r#"<?xml version="1.0"?>
<testsuites>
  <testsuite name="tenants" failures="1" timestamp="2026-11-02T10:00:00Z">
    <testcase classname="tickets" name="own"/>
    <testcase classname="tickets" name="another tenant's"><failure message="found"/></testcase>
  </testsuite>
</testsuites>
"#;

fn assessed(folder: &tempfile::TempDir, paths: &[&str]) -> (Value, String) {
    let mut words = vec!["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none"];
    let config = folder.path().join("isoneph.toml").display().to_string();
    words.extend(["--config", &config]);
    words.extend(paths);
    let run = isoneph(&words);
    (run.json(), run.stderr())
}

/// An outcome of a test that was read, and not the word that nobody gave any.
fn tries_a_boundary(outcome: &Value) -> bool {
    outcome["check"] == "boundary-test-failed" && !outcome["subject"].is_null()
}

#[test]
fn a_boundary_test_that_failed_speaks_against_the_isolation_that_is_claimed_at_its_line() {
    let folder = workspace();
    let claim = file(&folder, "claim.yaml", [PARTIES, "---\n", CLAIM].concat().as_bytes());
    let results = file(&folder, "boundary.xml", RESULTS.as_bytes());
    let (assessment, _) = assessed(&folder, &[&claim, &results]);
    let outcomes = assessment["outcomes"].as_array().expect("outcomes");
    let found: Vec<&Value> = outcomes.iter().filter(|outcome| tries_a_boundary(outcome)).collect();
    let failed: Vec<&&Value> = found.iter().filter(|outcome| outcome["outcome"] == "fail").collect();
    assert_eq!((found.len(), failed.len()), (2, 1), "{found:#?}");
    let seen = &failed[0]["evidence"][0];
    let input = usize::try_from(seen["input"].as_u64().expect("an input")).expect("a small number");
    let path = assessment["inputs"][input]["path"].as_str().expect("a path");
    assert!(path.ends_with("boundary.xml") && seen["locator"] == "line 5", "{seen} of {path}");
    assert_eq!(failed[0]["subject"], "desk/application/tickets.another tenant's");
}

#[test]
fn other_test_results_of_a_folder_are_passed_over_and_a_bomb_is_refused_with_its_line() {
    let folder = workspace();
    let claim = file(&folder, "given/claim.yaml", [PARTIES, "---\n", CLAIM].concat().as_bytes());
    file(&folder, "given/unit.xml", RESULTS.as_bytes());
    let given = folder.path().join("given").display().to_string();
    let (assessment, _) = assessed(&folder, &[&given]);
    let outcomes = assessment["outcomes"].as_array().expect("outcomes").clone();
    assert!(!outcomes.iter().any(tries_a_boundary));
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE testsuites [<!ENTITY a \"aaaa\">]>\n<testsuites>&a;</testsuites>";
    let bomb = file(&folder, "boundary.xml", bomb.as_bytes());
    let (assessment, _) = assessed(&folder, &[&claim, &bomb]);
    let told = assessment["inputs"].to_string();
    assert!(told.contains("document-type") && told.contains("line 2"), "{told}");
}

#[test]
fn what_stands_in_the_workspace_and_in_documents_counts_once_and_a_difference_is_told() {
    let folder = workspace();
    let claim = file(&folder, "claim.yaml", CLAIM.as_bytes());
    at(&folder, &["apply", "-f", &claim, "--as", "ana"]).ends_with(0);
    let layers = |paths: &[&str]| {
        let config = folder.path().join("isoneph.toml").display().to_string();
        let mut words =
            vec!["query", "SELECT layer, how FROM isolation_layer", "--config", &config, "--format", "json"];
        words.extend(paths);
        let run = isoneph(&words);
        (run.stdout(), run.stderr())
    };
    let (same, told) = layers(&[&claim]);
    assert_eq!(same.matches("application").count(), 1, "{same}");
    assert!(!told.contains("otherwise"), "{told}");
    let other = file(&folder, "other.yaml", CLAIM.replace("Every request", "No request").as_bytes());
    let (kept, told) = layers(&[&other]);
    assert!(kept.contains("Every request") && !kept.contains("No request"), "{kept}");
    assert!(told.contains("other.yaml:1") && told.contains("isolation desk"), "{told}");
}
