//! What cannot be read is told: with a code, a place, and what to do.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use isoneph_sources::{ReadError, read_path};
use isoneph_tables::{Inventory, Sink};

const PLAN: &str = r#"{"format_version":"1.2","terraform_version":"1.5.0","planned_values":{"root_module":{"resources":[
  {"address":"aws_kms_key.k","mode":"managed","type":"aws_kms_key","name":"k","values":{"enable_key_rotation":true}}]}},
  "resource_changes":[],"complete":true,"errored":false}"#;

fn read(path: &Path) -> Inventory {
    let mut sink = Sink::default();
    read_path(path, &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink).unwrap();
    sink.finish().unwrap()
}

fn read_bytes(name: &str, bytes: &[u8]) -> Inventory {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path)
}

/// The one reject of a file: locator, code, message.
fn reject(bytes: &[u8]) -> (String, String, String) {
    let inventory = read_bytes("given", bytes);
    let input = &inventory.inputs[0];
    assert_eq!(input.format, "", "what is not read has no format");
    assert!(input.sha256.is_some(), "what is not read has a digest all the same");
    assert_eq!(input.rejected.len(), 1, "{:?}", input.rejected);
    let reject = &input.rejected[0];
    (reject.locator.as_str().to_owned(), reject.code.clone(), reject.message.clone())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_plan_is_known_by_its_content_plain_or_packed_and_with_a_byte_order_mark() {
    for bytes in [PLAN.as_bytes().to_vec(), gzip(PLAN.as_bytes()), [b"\xef\xbb\xbf", PLAN.as_bytes()].concat()] {
        let inventory = read_bytes("a.file", &bytes);
        let input = &inventory.inputs[0];
        assert_eq!((input.format.as_str(), input.records), ("terraform-plan", 1), "{:?}", input.rejected);
        assert!(input.rejected.is_empty());
    }
}

#[test]
fn every_trouble_has_its_code_and_place() {
    let cases: [(&[u8], &str, &str); 14] = [
        (b"", "empty", "byte 0"),
        (b" \n\t ", "empty", "byte 0"),
        (b"{\n\"format_version\": nope}", "not-json", "line 2"),
        (b"Terraform will perform the following actions", "not-json", "line 1"),
        (&PLAN.as_bytes()[..200], "truncated", "line 2"),
        (&gzip(PLAN.as_bytes())[..60], "truncated", ""),
        (b"\xff\xfe{\0\"\0", "wrong-encoding", "byte 0"),
        (b"{\"a\": \"\xe9t\xe9\"}", "wrong-encoding", "byte 7"),
        (b"PK\x03\x04....tfplan", "unknown-format", "byte 0"),
        (b"[[[[[1]]]]]", "unknown-format", "#"),
        (b"{\"format_version\":\"9.0\",\"planned_values\":{}}", "unknown-schema", "#/format_version"),
        (b"{\"format_version\":\"1.2\",\"configuration\":{}}", "unknown-schema", "#"),
        (b"{\"format_version\":\"1.2\",\"resource_changes\":[]}", "unknown-schema", "#"),
        (b"{\"format_version\":\"1.2\",\"planned_values\":null,\"configuration\":{}}", "unknown-schema", "#"),
    ];
    for (bytes, code, place) in cases {
        let (locator, found, message) = reject(bytes);
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(found, code, "{shown}: {message}");
        assert!(locator.starts_with(place), "{shown}: {locator}");
    }
}

#[test]
fn deep_nesting_is_a_reject_before_and_inside_a_plan() {
    let deep = "[".repeat(100_000);
    assert_eq!(reject(deep.as_bytes()).1, "truncated", "what is of no known format is only looked over");
    assert_eq!(reject((deep.clone() + &"]".repeat(100_000)).as_bytes()).1, "unknown-format");
    let inside = format!(r#"{{"format_version":"1.2","planned_values":{{"x":{deep}"#);
    assert_eq!(reject(inside.as_bytes()).1, "too-deep");
    let modules = format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{}"#,
        r#"{"child_modules":["#.repeat(50_000)
    );
    assert_eq!(reject(modules.as_bytes()).1, "too-deep");
}

#[test]
fn other_files_of_terraform_are_told_what_to_do() {
    let state = br#"{"version": 4, "terraform_version": "1.5.0", "serial": 3, "lineage": "x", "resources": []}"#;
    let log =
        b"{\"@level\":\"info\",\"@message\":\"Terraform 1.5\",\"@module\":\"terraform.ui\"}\n{\"@level\":\"info\"}";
    for bytes in [&state[..], &log[..]] {
        let (_, code, message) = reject(bytes);
        assert_eq!(code, "unknown-format");
        assert!(message.contains("terraform show -json"), "{message}");
    }
    let (_, _, message) = reject(b"{\"name\": \"app\", \"scripts\": {}}");
    assert!(message.contains("name, scripts"), "{message}");
}

#[test]
fn a_folder_is_read_whole_and_what_is_no_evidence_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("b/.terraform")).unwrap();
    fs::write(at("b/.terraform/plan.json"), PLAN).unwrap();
    fs::write(at("b/plan.json"), PLAN).unwrap();
    fs::write(at("a.json"), "{").unwrap();
    fs::write(at("README.md"), "# read me").unwrap();
    fs::write(at("main.tf"), "resource {}").unwrap();
    let mut sink = Sink::default();
    let summary =
        read_path(folder.path(), &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink).unwrap();
    assert_eq!((summary.read, summary.rejected), (1, 1));
    let skipped: Vec<&str> = summary.skipped.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(skipped, ["not evidence by its name", "hidden", "not evidence by its name"]);
    let inventory = sink.finish().unwrap();
    let names: Vec<bool> = inventory.inputs.iter().map(|input| input.path.ends_with("a.json")).collect();
    assert!(names[0], "inputs come in the order of their names");
    assert_eq!(inventory.inputs.last().unwrap().notes.len(), 3);
}

#[test]
fn a_folder_with_nothing_to_read_is_a_reject_and_a_path_to_nothing_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "nothing").unwrap();
    let inventory = read(folder.path());
    assert_eq!(inventory.inputs[0].rejected[0].code, "no-readable-file");
    let missing = read_path(
        &folder.path().join("missing"),
        &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)),
        &mut Sink::default(),
    );
    assert!(matches!(missing, Err(ReadError::NotFound { .. })));
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("plan.json"), PLAN).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("plan.json"), folder.path().join("plan.json")).unwrap();
    let inventory = read(folder.path());
    assert!(inventory.inputs.iter().all(|input| input.records == 0));
    assert_eq!(inventory.inputs[0].rejected[0].code, "no-readable-file");
}
