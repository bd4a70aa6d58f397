use isoneph_workbook::{ColumnDraft, Limits, SheetDraft, WorkbookDraft, read, write_csv, write_xlsx};
use proptest::prelude::*;

fn draft(rows: Vec<Vec<String>>) -> SheetDraft {
    let columns = vec![
        ColumnDraft::text("Area", 20),
        ColumnDraft::choice("Held by", 12, ["provider", "customer", "shared", "third-party"]),
        ColumnDraft { hint: "In your own words".to_owned(), ..ColumnDraft::text("Duty", 40) },
    ];
    SheetDraft { name: "Matrix".to_owned(), facts: vec![("Service".into(), "=crm".into())], columns, rows }
}

fn book(sheet: SheetDraft) -> WorkbookDraft {
    WorkbookDraft { title: "Responsibilities".to_owned(), sheets: vec![sheet] }
}

/// The rows beneath the headings, as they are read back.
fn read_back(bytes: &[u8], width: u32) -> Vec<Vec<String>> {
    let workbook = read("w", bytes, &Limits::default()).unwrap();
    assert_eq!(workbook.notes, [], "nothing in what we write is other than text");
    let below = workbook.sheets[0].rows.iter().skip_while(|row| row.text(0) != "Area").skip(1);
    below.map(|row| (0..width).map(|column| row.text(column).to_owned()).collect()).collect()
}

#[test]
fn what_begins_like_a_formula_is_text_in_both_formats() {
    let sly = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"];
    let rows: Vec<Vec<String>> = sly.iter().map(|text| vec!["a".into(), String::new(), (*text).to_owned()]).collect();
    let sheet = draft(rows.clone());
    let trimmed: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|text| text.trim().to_owned()).collect()).collect();
    assert_eq!(read_back(&write_xlsx(&book(sheet.clone())).unwrap(), 3), trimmed);
    let csv = write_csv(&sheet);
    assert_eq!(read_back(&csv, 3), trimmed);
    for line in String::from_utf8(csv).unwrap().lines() {
        let cells = line.trim_start_matches('\u{feff}').split(',').map(|cell| cell.trim_start_matches('"'));
        assert!(cells.into_iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '＝'])), "{line}");
    }
}

#[test]
fn the_same_draft_is_the_same_bytes() {
    let rows = vec![vec!["Backup".to_owned(), "provider".to_owned(), "daily".to_owned()]];
    let (one, two) = (write_xlsx(&book(draft(rows.clone()))).unwrap(), write_xlsx(&book(draft(rows))).unwrap());
    assert_eq!(one, two);
}

#[test]
fn a_text_longer_than_a_cell_is_an_error_with_its_place_and_never_cut() {
    let rows = vec![vec!["x".repeat(40_000)]];
    let error = write_xlsx(&book(draft(rows))).unwrap_err();
    assert_eq!(error.place, "Matrix!A4");
}

#[test]
fn more_choices_than_a_drop_down_holds_go_to_a_hidden_sheet() {
    let words: Vec<String> = (0..200).map(|i| format!("control {i}, of many")).collect();
    let mut sheet = draft(Vec::new());
    sheet.columns.push(ColumnDraft::choice("Control", 20, words));
    let workbook = read("w", &write_xlsx(&book(sheet)).unwrap(), &Limits::default()).unwrap();
    assert_eq!(workbook.sheets.len(), 2);
    assert!(workbook.sheets[1].hidden);
    assert_eq!(workbook.sheets[1].rows.len(), 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_text_comes_back_from_both_formats(
        rows in prop::collection::vec(prop::collection::vec("[^\\p{Z}\\p{C}]([\\P{C}\n]{0,30}[^\\p{Z}\\p{C}])?", 3), 1..6),
    ) {
        let sheet = draft(rows.clone());
        prop_assert_eq!(&read_back(&write_xlsx(&book(sheet.clone())).unwrap(), 3), &rows);
        prop_assert_eq!(&read_back(&write_csv(&sheet), 3), &rows);
    }
}
