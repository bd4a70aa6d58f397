//! Other scanners' reports, told by content and read from files, as anybody would give them.

use std::path::Path;

use isoneph_model::EvidenceClass;
use isoneph_sources::read_path;
use isoneph_tables::{Inventory, Sink, TableId};

fn read(path: &Path) -> Inventory {
    let mut sink = Sink::default();
    read_path(path, &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink).expect("the path exists");
    sink.finish().expect("the tables are whole")
}

fn rows(inventory: &Inventory) -> usize {
    inventory.table(TableId::find("finding").expect("the table is listed")).num_rows()
}

#[test]
fn each_format_is_told_by_its_content() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let expected = [
        ("detections.ocsf.json", "ocsf", 5),
        ("compliance.ocsf.jsonl", "ocsf", 4),
        ("security-hub.asff.json", "asff", 6),
        ("results.sarif", "sarif", 7),
    ];
    for (name, format, count) in expected {
        let inventory = read(&folder.join(name));
        let input = &inventory.inputs[0];
        assert_eq!((input.format.as_str(), rows(&inventory)), (format, count), "{name}: {:?}", input.rejected);
        assert_eq!(input.class, Some(EvidenceClass::Asserted), "{name}");
        assert!(input.sha256.is_some(), "{name}");
    }
}

#[test]
fn a_name_that_says_nothing_does_not_hide_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("download");
    let finding = r#"[{"message":"m","class_uid":2004,"finding_info":{"uid":"u","title":"t"},"status_code":"FAIL"}]"#;
    std::fs::write(&path, finding).unwrap();
    let inventory = read(&path);
    assert_eq!((inventory.inputs[0].format.as_str(), rows(&inventory)), ("ocsf", 1));
}
