use isoneph_workbook::{Limits, write_xlsx};

use super::*;
use crate::documents::Documents;
use crate::register::Register;

const REGISTER: &str = r#"
kind: party
name: kumo
spec: { title: "=HYPERLINK(1)", aliases: [" Kumo ", "[x", "a_x0041_b"], url: "" }
---
kind: cloud-service
name: kumo-desk
labels: { team: "a=b", note: "two\nlines" }
spec: { title: "  Kumo Desk", model: saas, provider: kumo, regions: [eu-central-1, ap-northeast-1] }
---
kind: agreement
name: terms
proposed: true
spec:
  title: "Terms\r\nof \"service\""
  provider: kumo
  services: [kumo-desk]
  terms:
    - { topic: backup, clause: "7.10", open: true, controls: [12.3.1] }
    - { topic: "true", text: "a: b, {c}\n- d" }
  exit: {}
  promises: [{ topic: incident-notice, hours: 24 }]
---
kind: responsibility
name: kumo-desk/backup
spec:
  service: kumo-desk
  area: backup
  holder: provider
  basis: { kind: published-document, document: { title: "\"Quoted\"", version: "3" } }
  incident: { notice-hours: 24 }
"#;

fn read(bytes: &[u8]) -> Documents {
    let workbook = isoneph_workbook::read("r.xlsx", bytes, &Limits::default()).unwrap();
    assert!(is_register_workbook(&workbook));
    let mut documents = Documents::new();
    read_workbook("r.xlsx", bytes, &workbook, &mut documents);
    documents
}

fn register(text: &str) -> Register {
    let mut documents = Documents::new();
    documents.read("r.yaml", text.as_bytes());
    Register::new(documents).unwrap()
}

#[test]
fn what_is_written_comes_back_as_it_was() {
    let before = register(REGISTER);
    let bytes = write_xlsx(&to_workbook(before.objects()).unwrap()).unwrap();
    let after = Register::new(read(&bytes)).unwrap();
    assert_eq!(after.to_yaml().unwrap(), before.to_yaml().unwrap());
}

#[test]
fn mistakes_name_the_cell() {
    use isoneph_workbook::{ColumnDraft, SheetDraft, WorkbookDraft};
    let sheet = |name: &str, columns: &[&str], rows: &[&[&str]]| SheetDraft {
        name: name.to_owned(),
        columns: columns.iter().map(|title| ColumnDraft::text(*title, 10)).collect(),
        rows: rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect(),
        ..SheetDraft::default()
    };
    let sheets = vec![
        sheet("party", &["name", "title", "colour"], &[&["kumo", "Kumo"], &["", "Nobody"]]),
        sheet("cloud-service", &["name", "title", "model", "provider"], &[&["desk", "Desk", "sass", "kumo"]]),
        sheet("tenant", &["name", "service", "marks", "ended"], &[&["t", "desk", "[1", ""], &["u"]]),
        sheet("notes", &["anything"], &[&["x"]]),
    ];
    let bytes = write_xlsx(&WorkbookDraft { sheets, ..WorkbookDraft::default() }).unwrap();
    let mistakes = Register::new(read(&bytes)).unwrap_err().to_string();
    for place in ["party!C1", "party!B3", "cloud-service!C2", "tenant!C2", "tenant!A3", "notes!A1"] {
        assert!(mistakes.contains(place), "{place}: {mistakes}");
    }
    assert!(mistakes.contains("'sass' is none of"), "{mistakes}");
}
