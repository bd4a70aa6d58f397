//! What cannot be read is told with its file and place; the rest is still assessed, and the loss is stated.

use std::io::Write;

use crate::{file, isoneph};

fn plan() -> Vec<u8> {
    std::fs::read(crate::root().join("examples/saas/azure/plan.json")).expect("the example")
}

/// Each bad file beside a good one: exit 3, the bad one named with the code, the good one assessed.
#[track_caller]
fn is_told(name: &str, bytes: &[u8], code: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = file(&folder, name, bytes);
    let good = file(&folder, "good.json", &plan());
    let run = isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none", &bad, &good])
        .ends_with(3);
    assert!(run.stderr().contains(name), "{}", run.stderr());
    let json = run.json();
    let input =
        json["inputs"].as_array().expect("inputs").iter().find(|i| i["path"] == bad.as_str()).expect("the bad input");
    let codes: Vec<&str> =
        input["rejected"].as_array().expect("rejected").iter().filter_map(|r| r["code"].as_str()).collect();
    assert_eq!(codes, [code], "{input}");
    assert!(json["outcomes"].as_array().is_some_and(|outcomes| outcomes.len() > 10), "the good file was not assessed");
}

#[test]
fn a_truncated_plan() {
    let plan = plan();
    is_told("cut.json", &plan[..plan.len() / 2], "truncated");
}

#[test]
fn text_that_is_not_json() {
    is_told("notes.json", b"resource \"aws_s3_bucket\" \"b\" {}\n", "not-json");
}

#[test]
fn an_empty_file() {
    is_told("empty.json", b"", "empty");
}

#[test]
fn another_encoding() {
    let text = String::from_utf8(plan()).expect("UTF-8");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    is_told("powershell.json", &utf16, "wrong-encoding");
}

#[test]
fn another_tools_json() {
    is_told("package.json", br#"{"name": "x", "dependencies": {"y": "1"}}"#, "unknown-format");
}

#[test]
fn a_file_that_is_not_there() {
    let run =
        isoneph(&["assess", "--format", "json", "--fail-on", "none", "no-such.json", "examples/saas"]).ends_with(3);
    assert!(run.stderr().contains("no-such.json"));
    assert!(!run.json()["outcomes"].as_array().expect("outcomes").is_empty());
}

#[test]
fn a_folder_with_nothing_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "README.md", b"# nothing\n");
    let path = folder.path().display().to_string();
    isoneph(&["assess", "--format", "json", &path]).ends_with(3);
}

#[test]
fn a_plan_that_ended_in_an_error_gives_no_clean_bill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut plan: serde_json::Value = serde_json::from_slice(&plan()).expect("JSON");
    plan["errored"] = true.into();
    let path = file(&folder, "errored.json", plan.to_string().as_bytes());
    isoneph(&["assess", "--format", "json", "--fail-on", "none", &path]).ends_with(3);
}

#[test]
fn a_compressed_plan_is_read_like_a_plain_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&plan()).expect("compression");
    let path = file(&folder, "plan.bin", &encoder.finish().expect("compression"));
    isoneph(&["assess", "--format", "json", "--fail-on", "none", &path]).ends_with(0);
}

#[test]
fn a_packed_copy_of_a_plan_shows_no_second_estate() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = file(&folder, "plan.json", &plan());
    let packed = file(&folder, "plan.json.gz", &crate::support::gzip(&plan()));
    let count = |paths: &[&str]| {
        let run = isoneph(&[&["assess", "--format", "json", "--fail-on", "none"], paths].concat()).ends_with(0);
        run.json()["outcomes"].as_array().map(Vec::len)
    };
    assert_eq!(count(&[&plain, &packed]), count(&[&plain]));
}

#[test]
fn a_register_file_that_holds_a_mistake_alone_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "party.yaml", b"kind: party\nname: a\nspec: { roles: none }\n");
    let told = isoneph(&["assess", &path]).ends_with(2).stderr();
    assert!(told.contains("party.yaml:3:") && told.contains("`roles`"), "{told}");
}

#[test]
fn a_file_that_logs_are_held_against_has_to_be_there_and_is_named_where_there_are_no_logs() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = file(&folder, "plan.json", &plan());
    let told = isoneph(&["assess", "--administration", "no-such.toml", &plan]).ends_with(2).stderr();
    assert!(told.contains("no-such.toml"), "{told}");
    let people = file(&folder, "people.toml", b"[[person]]\nname = \"a\"\nidentities = [\"a\"]\n");
    let run = isoneph(&["assess", "--fail-on", "none", "--administration", &people, &plan]).ends_with(0);
    assert!(run.stderr().contains("not looked at") && run.stderr().contains("people.toml"), "{}", run.stderr());
}

#[test]
fn a_list_of_nothing_says_of_nothing_that_it_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let nothing = file(&folder, "events.json", b"[]");
    let json = isoneph(&["assess", "--as-of", "2026-11-20", "--format", "json", &nothing]).ends_with(3).json();
    let outcomes = json["outcomes"].as_array().expect("outcomes");
    assert!(outcomes.len() > 100 && outcomes.iter().all(|outcome| outcome["outcome"] == "unknown"), "{outcomes:?}");
}

#[test]
fn absurd_nesting_is_an_error_not_a_crash() {
    let deep =
        format!("{{\"format_version\":\"1.2\",\"planned_values\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "deep.json", deep.as_bytes());
    let run = isoneph(&["assess", "--format", "json", "--fail-on", "none", &path]).ends_with(3);
    assert!(run.stderr().contains("deep.json"), "{}", run.stderr());
}

#[test]
fn a_report_is_never_written_over_what_it_reports_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "plan.json", &plan());
    let run = isoneph(&["assess", "--fail-on", "none", "--output", &path, &path]).ends_with(2);
    assert!(run.stderr().contains("is an input"), "{}", run.stderr());
    assert_eq!(std::fs::read(&path).expect("the plan"), plan());
    isoneph(&["network", "reach", "--output", &path, &path]).ends_with(2);
    assert_eq!(std::fs::read(&path).expect("the plan"), plan());
    let folder = folder.path().display().to_string();
    let run = isoneph(&["assess", "--fail-on", "none", "--output", &folder, &path]).ends_with(2);
    assert!(run.stderr().contains("it is a folder"), "{}", run.stderr());
    if cfg!(unix) {
        isoneph(&["assess", "--fail-on", "none", "--output", "/dev/null", &path]).ends_with(0);
        assert!(!std::path::Path::new("/dev/null").is_file(), "a device stays one");
    }
}

/// What nobody reads is still there: a plan with such a database does not show that there is none.
#[test]
fn a_thing_of_a_type_that_is_not_read_is_not_absent() {
    let values = serde_json::json!({
        "format_version": "1.0",
        "terraform_version": "1.9.0",
        "values": {"root_module": {"resources": [{
            "address": "aws_lightsail_database.it", "mode": "managed", "type": "aws_lightsail_database", "name": "it",
            "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
            "values": {"publicly_accessible": true}
        }]}}
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "state.json", values.to_string().as_bytes());
    let json = isoneph(&["assess", "--format", "json", "--fail-on", "none", &path]).json();
    let outcome = |check: &str| {
        let all = json["outcomes"].as_array().expect("outcomes");
        all.iter().find(|outcome| outcome["check"] == check).map(|outcome| outcome["outcome"].clone())
    };
    assert_eq!(outcome("database-publicly-accessible"), Some("unknown".into()));
    assert_eq!(outcome("bucket-publicly-accessible"), Some("not-applicable".into()), "of these there are none");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_as_what_it_is() {
    let words = ["assess", "--as-of", "2026-11-20", "--format", "json", "--output", "/dev/full"];
    let run = isoneph(&[&words[..], &["examples/saas/azure/plan.json"]].concat()).ends_with(4);
    assert!(run.stderr().starts_with("error: ") && run.stderr().contains("No space left"), "{}", run.stderr());
}
