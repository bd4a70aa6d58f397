//! The commands over the register, with the two companies that ship: a provider of a help desk, and a bank that buys it.

use std::path::Path;
use std::process::{Command, Stdio};

use isoneph_workbook::{ColumnDraft, Limits, SheetDraft, WorkbookDraft, write_xlsx};
use serde_json::Value;

use crate::{Run, file, isoneph};

const DAY: [&str; 2] = ["--as-of", "2026-11-20"];
const SAAS: &str = "examples/saas/register";
const BANK: &str = "examples/bank/register";

/// A workspace with nothing in its register.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "isoneph.toml", b"");
    folder
}

fn at<'a>(folder: &'a tempfile::TempDir, arguments: &[&'a str]) -> Run {
    let home = folder.path().to_str().expect("UTF-8");
    let mut all = arguments.to_vec();
    all.extend(["--workspace", home]);
    isoneph(&all)
}

fn names(folder: &tempfile::TempDir, kind: &str) -> Vec<String> {
    at(folder, &["get", kind, "--format", "names"]).ends_with(0).stdout().lines().map(str::to_owned).collect()
}

fn asked(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    all.extend(DAY);
    let run = isoneph(&all);
    assert!([Some(0), Some(1)].contains(&run.output.status.code()), "{}", run.stderr());
    run.json()
}

#[test]
fn a_register_goes_through_a_workbook_without_loss() {
    let (first, second) = (workspace(), workspace());
    at(&first, &["apply", "-f", SAAS, "--as", "ana"]).ends_with(0);
    let book = first.path().join("register.xlsx").display().to_string();
    at(&first, &["export", "--format", "xlsx", "--output", &book]).ends_with(0);
    at(&second, &["apply", "-f", &book, "--as", "ana"]).ends_with(0);
    let yaml = |folder| at(folder, &["export"]).ends_with(0).stdout();
    assert_eq!(yaml(&first), yaml(&second));
    let again = at(&second, &["apply", "-f", &book, "--as", "ana", "--dry-run"]).ends_with(0).stdout();
    assert!(again.starts_with("0 changed"), "{again}");
}

#[test]
fn a_workbook_with_a_mistake_changes_nothing_and_names_the_cell() {
    let folder = workspace();
    let sheet = SheetDraft {
        name: "party".to_owned(),
        columns: vec![ColumnDraft::text("name", 10), ColumnDraft::text("title", 10), ColumnDraft::text("type", 10)],
        rows: vec![
            vec!["good".to_owned(), "Good".to_owned()],
            vec!["bad".to_owned(), "Bad".to_owned(), "nonsense".to_owned()],
        ],
        ..SheetDraft::default()
    };
    let bytes = write_xlsx(&WorkbookDraft { sheets: vec![sheet], ..WorkbookDraft::default() }).expect("a workbook");
    let book = file(&folder, "r.xlsx", &bytes);
    let told = at(&folder, &["apply", "-f", &book, "--as", "ana"]).ends_with(2).stderr();
    assert!(told.contains("party!C3") && told.contains("nonsense"), "{told}");
    assert!(names(&folder, "party").is_empty());
    let broken = file(&folder, "broken.xlsx", b"PK\x03\x04 and nothing more");
    let told = at(&folder, &["apply", "-f", &broken, "--as", "ana"]).ends_with(2).stderr();
    assert!(told.contains("broken.xlsx"), "{told}");
}

#[test]
fn a_writer_killed_at_any_moment_leaves_all_or_nothing() {
    const OBJECTS: usize = 3_000;
    let text: String = (0..OBJECTS).map(|n| format!("---\nkind: party\nname: p{n}\nspec: {{ title: P }}\n")).collect();
    for wait in [0, 20, 60, 120, 250, 500] {
        let folder = workspace();
        let path = file(&folder, "many.yaml", text.as_bytes());
        let mut child = Command::new(env!("CARGO_BIN_EXE_isoneph"))
            .args(["apply", "-f", &path, "--as", "ana"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("isoneph runs");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().expect("it ends");
        let there = names(&folder, "party").len();
        assert!(there == 0 || there == OBJECTS, "after {wait} ms {there} of {OBJECTS} are there");
    }
}

#[test]
fn of_two_writers_none_is_lost() {
    let folder = workspace();
    let children: Vec<_> = (0..4)
        .map(|writer| {
            let text: String =
                (0..200).map(|n| format!("---\nkind: party\nname: w{writer}-{n}\nspec: {{ title: P }}\n")).collect();
            let path = file(&folder, &format!("{writer}.yaml"), text.as_bytes());
            Command::new(env!("CARGO_BIN_EXE_isoneph"))
                .args(["apply", "-f", &path, "--as", "ana"])
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .spawn()
                .expect("isoneph runs")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(names(&folder, "party").len(), 800);
}

#[test]
fn what_looks_like_a_formula_stays_text_in_every_sheet() {
    let folder = workspace();
    let register = r#"
kind: party
name: us
spec: { title: Us }
---
kind: scope
name: s
spec: { title: "=cmd|' /C calc'!A0", organisation: us, services: [desk] }
---
kind: cloud-service
name: desk
spec: { title: "@SUM(1)", model: saas, provider: us }
---
kind: responsibility
name: desk/backup
spec: { service: desk, area: backup, holder: provider, provider-duty: "=1+1", customer-duty: "-2", basis: { kind: own-reading } }
"#;
    let path = file(&folder, "r.yaml", register.as_bytes());
    let csv =
        isoneph(&["matrix", "desk", "-f", &path, "--format", "csv", "--as-of", "2026-11-20"]).ends_with(1).stdout();
    let cells = csv.replace('"', "").replace(['\n', '\r'], ",");
    assert!(csv.contains("'=1+1"), "{csv}");
    let risky: Vec<&str> =
        cells.split(',').filter(|cell| cell.starts_with(['=', '@', '+']) || cell.starts_with("-2")).collect();
    assert!(risky.is_empty(), "{risky:?}");
    let book = folder.path().join("m.xlsx").display().to_string();
    isoneph(&["matrix", "desk", "-f", &path, "--format", "xlsx", "--output", &book, "--as-of", "2026-11-20"])
        .ends_with(1);
    let read = isoneph_workbook::read("m.xlsx", &std::fs::read(&book).expect("it is there"), &Limits::default());
    assert!(read.expect("a workbook").notes.is_empty(), "no cell of it is a formula");
}

#[test]
fn an_import_shows_every_row_and_writes_nothing_before_somebody_says_so() {
    let folder = workspace();
    let base = "kind: party\nname: kumo\nspec: { title: Kumo }\n---\nkind: cloud-service\nname: desk\nspec: { title: Desk, model: saas, provider: kumo }\n";
    let base = file(&folder, "base.yaml", base.as_bytes());
    at(&folder, &["apply", "-f", &base, "--as", "ana"]).ends_with(0);
    let csv = "Area,Held by,Provider does,Customer does\nbackup,provider,Daily,\nlogging,shared,Records,Watches\nkeys,whoever,,\n";
    let csv = file(&folder, "theirs.csv", csv.as_bytes());
    let shown = at(&folder, &["import", &csv, "--service", "desk"]).ends_with(3).stdout();
    for word in ["backup", "logging", "whoever", "3 rows, 2 objects, 1 rows make nothing"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(names(&folder, "responsibility").is_empty());
    at(&folder, &["import", &csv, "--service", "desk", "--as", "ana", "--dry-run"]).ends_with(3);
    assert!(names(&folder, "responsibility").is_empty());
    at(&folder, &["import", &csv, "--service", "desk", "--as", "ana"]).ends_with(3);
    assert_eq!(names(&folder, "responsibility").len(), 2);
    at(&folder, &["import", &csv]).ends_with(2);
    let nothing = file(&folder, "nothing.csv", b"a,b\n1,2\n");
    at(&folder, &["import", &nothing]).ends_with(2);
}

#[test]
fn the_columns_of_a_statement_of_applicability_are_remembered() {
    let folder = workspace();
    let csv = "Nummer,Gilt,Warum nicht\nA.8.15,ja,\nCLD.9.5.2,nein,Keine Maschinen\n";
    let csv = file(&folder, "soa.csv", csv.as_bytes());
    at(&folder, &["import", &csv]).ends_with(2);
    let mapping = r#"{"columns":{"control":"Nummer","applicable":"Gilt","exclusion":"Warum nicht"},"words":{"ja":"yes","nein":"no"}}"#;
    let mapping = file(&folder, "mapping.json", mapping.as_bytes());
    let format = ["--format-of", "statement-of-applicability"];
    at(&folder, &["import", &csv, format[0], format[1], "--mapping", &mapping, "--as", "ana"]).ends_with(0);
    assert_eq!(names(&folder, "statement").len(), 2);
    let again = at(&folder, &["import", &csv, format[0], format[1]]).ends_with(0);
    assert!(again.stderr().contains("remembered"), "{}", again.stderr());
}

#[test]
fn statements_come_back_from_the_sheet_under_the_number_and_the_name_that_they_had() {
    let (first, second) = (workspace(), workspace());
    at(&first, &["apply", "-f", SAAS, "--as", "ana"]).ends_with(0);
    let book = first.path().join("soa.xlsx").display().to_string();
    at(&first, &["soa", "--format", "xlsx", "--output", &book]).ends_with(0);
    let others: Vec<&str> = vec!["parties", "services"];
    for other in others {
        let path = format!("{SAAS}/{other}.yaml");
        isoneph(&["apply", "-f", &path, "--as", "ana", "--workspace", &second.path().display().to_string()])
            .ends_with(0);
    }
    let run = at(&second, &["import", &book, "--format-of", "statement-of-applicability", "--as", "ana"]);
    assert!([Some(0), Some(3)].contains(&run.output.status.code()), "{}", run.stderr());
    let controls = |folder: &tempfile::TempDir| -> Vec<[String; 3]> {
        let all = at(folder, &["get", "statement", "--format", "json"]).ends_with(0).json();
        let all = all.as_array().expect("statements").clone();
        let of = |object: &Value| {
            [&object["name"], &object["spec"]["control"], &object["spec"]["requirement"]].map(ToString::to_string)
        };
        all.iter().map(of).collect()
    };
    assert_eq!(controls(&first), controls(&second));
}

#[test]
fn a_frozen_statement_of_applicability_never_changes() {
    let folder = workspace();
    at(&folder, &["apply", "-f", SAAS, "--as", "ana"]).ends_with(0);
    at(&folder, &["soa", "--freeze", "1.0", "--approved-by", "board"]).ends_with(0);
    let same = at(&folder, &["soa", "--compare", "1.0", "--format", "json"]).ends_with(0);
    assert_eq!(same.json()["changes"].as_array().map(Vec::len), Some(0));
    at(&folder, &["soa", "--freeze", "1.0"]).ends_with(2);
    let more = "kind: statement\nname: new\nspec: { control: \"8.13\", applicable: true, status: planned }\n";
    let more = file(&folder, "more.yaml", more.as_bytes());
    at(&folder, &["apply", "-f", &more, "--as", "ana"]).ends_with(0);
    let changed = at(&folder, &["soa", "--compare", "1.0"]).ends_with(1).stdout();
    assert!(changed.contains("A.8.13"), "{changed}");
    let path = folder.path().join(".isoneph/soa/kumo-isms/1.0.json");
    let text = std::fs::read_to_string(&path).expect("the frozen version").replace("harbour", "barbour");
    std::fs::write(&path, text.replace("UTC everywhere", "UTC nowhere")).expect("it can be written");
    let told = at(&folder, &["soa", "--compare", "1.0"]).ends_with(2).stderr();
    assert!(told.contains("changed after it was frozen"), "{told}");
    at(&folder, &["soa", "--freeze", "../up"]).ends_with(2);
}

#[test]
fn a_checklist_comes_back_as_answers() {
    let folder = workspace();
    at(&folder, &["apply", "-f", BANK, "--as", "aiko"]).ends_with(0);
    let book = folder.path().join("checklist.xlsx").display().to_string();
    isoneph(&["questionnaire", "--service", "kumo-desk", "--output", &book]).ends_with(0);
    let read = isoneph_workbook::read("c.xlsx", &std::fs::read(&book).expect("it is there"), &Limits::default());
    let sheet = read.expect("a workbook").sheets.remove(0);
    let heading = sheet.rows.iter().position(|row| row.text(0) == "Question ID").expect("headings");
    let answer = sheet.rows[heading].cells.iter().find(|cell| cell.text == "Answer").expect("a column").column as usize;
    let width = sheet.rows[heading].cells.len();
    let rows = sheet.rows.iter().enumerate().map(|(n, row)| {
        let mut cells: Vec<String> = (0..width as u32).map(|column| row.text(column).to_owned()).collect();
        if n == heading + 1 {
            cells[answer] = "yes".to_owned();
        }
        cells
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let above: Vec<(String, String)> = rows.drain(..heading).map(|row| (row[0].clone(), row[1].clone())).collect();
    let columns = rows.remove(0).into_iter().map(|title| ColumnDraft::text(title, 10)).collect();
    let filled = SheetDraft { name: "Checklist".to_owned(), facts: above, columns, rows };
    let bytes = write_xlsx(&WorkbookDraft { sheets: vec![filled], ..WorkbookDraft::default() }).expect("a workbook");
    let filled = file(&folder, "filled.xlsx", &bytes);
    at(&folder, &["apply", "-f", &filled, "--as", "aiko"]).ends_with(0);
    let answers = at(&folder, &["get", "answer", "--format", "json"]).ends_with(0).json();
    assert_eq!(answers.as_array().map(Vec::len), Some(1));
    assert_eq!(answers[0]["spec"]["service"], "kumo-desk");
}

#[test]
fn anybody_can_draw_a_sample_again() {
    let draw = |seed: &str| {
        let words = ["sample", "bucket-without-versioning", "examples/saas", "--config", "examples/saas/isoneph.toml"];
        let more = ["--size", "3", "--seed", seed, "--format", "json", "--as-of", "2026-11-20"];
        isoneph(&[&words[..], &more[..]].concat()).ends_with(0).json()
    };
    let (first, again, other) = (draw("7"), draw("7"), draw("8"));
    assert_eq!(first, again);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(first["population_sha256"], other["population_sha256"]);
    assert!(first["items"].as_array().expect("items").iter().all(|item| item["evidence"] != ""));
    isoneph(&["sample", "no-such-check", "examples/saas"]).ends_with(2);
}

#[test]
fn the_bank_sees_what_is_not_settled_and_what_is_left_to_it() {
    let matrix = asked(&["matrix", "kumo-desk", "-f", BANK]);
    let findings = matrix["matrices"][0]["findings"].as_array().expect("findings").clone();
    let codes: Vec<&str> = findings.iter().filter_map(|finding| finding["code"].as_str()).collect();
    for code in ["promise-slower-than-clock", "agreed-to-other-version", "seen-differently", "incident-facts-missing"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let chains = matrix["chains"].as_array().expect("chains");
    let end = |area: &str| chains.iter().find(|chain| chain["area"] == area).map(|chain| chain["end"].clone());
    assert_eq!(end("physical-security"), Some(Value::from("held-without-evidence")));
    let duties = asked(&["duties", "-f", BANK]);
    assert!(!duties["open"].as_array().expect("duties").is_empty());
    let assurance = asked(&["assurance", "kumo-desk", "-f", BANK]);
    assert_eq!(assurance["coverage"][0]["uncovered"], serde_json::json!(["Kumo Desk Analytics"]));
    assert_eq!(assurance["controls"].as_array().map(Vec::len), Some(44));
}

#[test]
fn two_splits_are_held_against_each_other() {
    let folder = workspace();
    let csv = file(&folder, "theirs.csv", b"Area,Held by\nbackup,customer\nlogging,shared\n");
    let run = isoneph(&["matrix", "kumo-desk", "-f", SAAS, "--compare", &csv, "--format", "json"]).ends_with(1);
    let rows = run.json()["rows"].as_array().expect("rows").clone();
    let backup = rows.iter().find(|row| row["area"] == "backup").expect("the area");
    assert_eq!(backup["difference"], "holder");
    let unclear = file(&folder, "unclear.csv", b"Area,Held by\nbackup,somebody\nlogging,shared\n");
    let run = isoneph(&["matrix", "kumo-desk", "-f", SAAS, "--compare", &unclear, "--format", "json"]).ends_with(3);
    assert_eq!(run.json()["not_understood"][0]["id"], "backup");
    assert!(
        run.stderr().contains("unclear.csv'!A2 'backup' was not compared: 'somebody' names no holder"),
        "{}",
        run.stderr()
    );
    isoneph(&["matrix", "aws", "-f", SAAS, "--compare", "azure"]).ends_with(1);
    isoneph(&["matrix", "aws", "-f", SAAS, "--compare", "nothing"]).ends_with(2);
}

#[test]
fn every_format_shows_the_same_rows() {
    for command in [vec!["matrix", "kumo-desk"], vec!["duties"], vec!["assurance"], vec!["soa"]] {
        for format in ["text", "json", "html", "csv"] {
            let mut words = command.clone();
            words.extend(["-f", SAAS, "--format", format, "--as-of", "2026-11-20"]);
            let run = || isoneph(&words).output.stdout;
            let (first, second) = (run(), run());
            assert!(!first.is_empty() && first == second, "{words:?}");
        }
    }
    isoneph(&["duties", "-f", SAAS, "--format", "xlsx"]).ends_with(2);
}

#[test]
fn claims_and_exclusions_that_the_evidence_refutes_are_contradicted() {
    let words = ["assess", "--config", "examples/saas/isoneph.toml", "examples/saas", "--fail-on", "none"];
    let assessment = isoneph(&[&words[..], &["--format", "json"], &DAY].concat()).ends_with(0).json();
    let standing = |control: &str, service: &str| {
        let all = assessment["standings"].as_array().expect("standings");
        let of = |s: &&Value| s["control"] == control && s["service"] == service && s["role"] != "none";
        all.iter().filter(of).map(|s| s["standing"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert!(standing("10.1.1", "google-cloud").contains(&"contradicted".to_owned()));
    assert!(standing("CLD.9.5.2", "google-cloud").contains(&"contradicted".to_owned()));
    assert!(standing("12.4.4", "kumo-desk").contains(&"supported".to_owned()));
    let fails = |check: &str| {
        let outcomes = assessment["outcomes"].as_array().expect("outcomes");
        outcomes.iter().filter(|o| o["check"] == check && o["outcome"] == "fail").count()
    };
    for check in [
        "offering-outside-assurance-scope",
        "departed-tenant-assets-remain",
        "return-not-acknowledged",
        "isolation-layer-not-told",
        "isolation-layer-untested",
        "responsibilities-agreed-in-other-version",
        "agreement-topic-left-open",
    ] {
        assert!(fails(check) > 0, "{check}");
    }
    // Beside it the statement of applicability shows the same.
    let folder = tempfile::tempdir().expect("a folder");
    let report = file(&folder, "assessment.json", assessment.to_string().as_bytes());
    let soa = asked(&["soa", "-f", SAAS, "--assessment", &report]);
    assert!(soa["problems"]["contradicted"].as_u64().is_some_and(|count| count >= 2), "{}", soa["problems"]);
}

#[test]
fn editors_get_a_schema_of_every_kind() {
    let any = isoneph(&["schema"]).ends_with(0).json();
    assert!(any["oneOf"].as_array().is_some_and(|kinds| kinds.len() > 20));
    let one = isoneph(&["schema", "disclosure"]).ends_with(0).json();
    assert_eq!(one["title"], "disclosure");
    isoneph(&["schema", "nothing"]).ends_with(2);
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home").display().to_string();
    isoneph(&["init", &home, "--organisation", "acme", "--sells", "saas", "--on", "aws"]).ends_with(0);
    let draft = Path::new(&home).join("register/services.yaml");
    let text = std::fs::read_to_string(draft).expect("a draft");
    let named = text.lines().next().and_then(|line| line.split("$schema=").nth(1)).expect("a schema is named");
    assert!(Path::new(&home).join("register").join(named).is_file(), "{named}");
}
