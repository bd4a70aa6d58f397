use isoneph_workbook::{Limits, NoteCode, Workbook, WorkbookError, read};
use proptest::prelude::*;

use crate::package::{cell, workbook};

fn small() -> Limits {
    Limits { unpacked_bytes: 1 << 20, ..Limits::default() }
}

fn open(bytes: &[u8]) -> Workbook {
    read("vendor.xlsx", bytes, &Limits::default()).unwrap()
}

fn notes(workbook: &Workbook) -> Vec<(NoteCode, &str)> {
    workbook.notes.iter().map(|note| (note.code, note.place.as_str())).collect()
}

#[test]
fn a_part_that_unpacks_beyond_the_cap_is_refused_by_its_name() {
    let zeros = "0".repeat(4 << 20);
    let bomb = workbook("<sheetData/>", &[("xl/sharedStrings.xml", &zeros)]);
    assert!(bomb.len() < 64 << 10, "it is small while packed");
    let refused = read("bomb.xlsx", &bomb, &small()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "bomb.xlsx: xl/sharedStrings.xml: the unpacked size in bytes is more than the 1048576 that are read"
    );
}

#[test]
fn what_is_never_read_is_never_unpacked() {
    let zeros = "0".repeat(4 << 20);
    let workbook = workbook("<sheetData/>", &[("xl/media/image1.png", &zeros), ("xl/embeddings/a.bin", &zeros)]);
    assert!(read("w.xlsx", &workbook, &small()).is_ok());
}

#[test]
fn a_million_empty_rows_cost_nothing_and_one_cell_in_the_last_corner_is_one_cell() {
    let mut rows = String::from("<dimension ref=\"A1:XFD1048576\"/><sheetData>");
    for row in 1..=1_000_000 {
        rows.push_str(&format!("<row r=\"{row}\"/>"));
    }
    rows.push_str(&format!("<row r=\"1048576\">{}</row></sheetData>", cell("XFD1048576", "end")));
    let workbook = open(&workbook(&rows, &[]));
    let sheet = &workbook.sheets[0];
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!((sheet.rows[0].number, sheet.rows[0].text(16_383)), (1_048_576, "end"));
}

#[test]
fn a_row_or_column_beyond_the_last_is_refused() {
    for place in ["A1048577", "XFE1", "A4294967295", "A99999999999", "AAAAAAAAAAAA1"] {
        let bytes = workbook(&format!("<sheetData><row>{}</row></sheetData>", cell(place, "x")), &[]);
        assert!(read("w.xlsx", &bytes, &Limits::default()).is_err(), "{place}");
    }
}

#[test]
fn one_long_text_shared_by_many_cells_counts_for_each() {
    let long = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(30_000));
    let mut rows = String::from("<sheetData>");
    for row in 1..=3_000 {
        rows.push_str(&format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>"));
    }
    rows.push_str("</sheetData>");
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let rels = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{relations}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
    );
    let bytes = workbook(&rows, &[("xl/sharedStrings.xml", &long)]);
    let bytes = replace_part(&bytes, "xl/_rels/workbook.xml.rels", &rels);
    let refused = read("w.xlsx", &bytes, &Limits::default()).unwrap_err();
    assert!(matches!(refused, WorkbookError::TooLarge { .. }), "{refused}");
}

fn replace_part(bytes: &[u8], name: &str, text: &str) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..old.len() {
        let mut part = old.by_index(i).unwrap();
        let mut content = String::new();
        part.read_to_string(&mut content).unwrap();
        let part_name = part.name().unwrap().into_owned();
        new.start_file(&part_name, zip::write::SimpleFileOptions::default()).unwrap();
        let content = if part_name == name { text } else { &content };
        new.write_all(content.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn a_formula_is_read_as_the_text_saved_with_it_and_its_place_is_noted() {
    let cells = "<c r=\"B7\" t=\"str\"><f>HYPERLINK(\"http://evil.example\",\"Yes\")</f><v>Yes</v></c>\
                 <c r=\"C7\"><f>A1+A2</f></c><c r=\"D7\" t=\"e\"><v>#REF!</v></c>";
    let workbook = open(&workbook(&format!("<sheetData><row r=\"7\">{cells}</row></sheetData>"), &[]));
    assert_eq!(workbook.sheets[0].rows[0].text(1), "Yes");
    assert_eq!(workbook.sheets[0].rows[0].cells.len(), 1);
    assert_eq!(
        notes(&workbook),
        [
            (NoteCode::Formula, "Sheet1!B7"),
            (NoteCode::FormulaWithoutValue, "Sheet1!C7"),
            (NoteCode::ErrorValue, "Sheet1!D7")
        ]
    );
}

#[test]
fn a_shared_formula_with_an_absurd_number_costs_nothing() {
    let cells = "<c r=\"A1\"><f t=\"shared\" si=\"4000000000\" ref=\"A1:A2\">B1</f><v>1</v></c>";
    let workbook = open(&workbook(&format!("<sheetData><row r=\"1\">{cells}</row></sheetData>"), &[]));
    assert_eq!(workbook.sheets[0].rows[0].text(0), "1");
}

#[test]
fn links_to_other_files_and_macros_are_noted_and_left_alone() {
    let parts = [("xl/externalLinks/externalLink1.xml", "<externalLink/>"), ("xl/vbaProject.bin", "macro")];
    let workbook = open(&workbook("<sheetData/>", &parts));
    assert_eq!(
        notes(&workbook),
        [(NoteCode::ExternalLink, "xl/externalLinks/externalLink1.xml"), (NoteCode::Macro, "xl/vbaProject.bin")]
    );
}

#[test]
fn a_group_merged_beside_many_rows_is_the_group_of_each_that_has_text() {
    let row = |n: u32, group: &str, duty: &str| {
        let group = if group.is_empty() { String::new() } else { cell(&format!("A{n}"), group) };
        format!("<row r=\"{n}\">{group}{}</row>", cell(&format!("B{n}"), duty))
    };
    let rows = [row(2, "Backup", "take it"), row(3, "", "test it"), row(4, "", "keep it"), row(5, "Keys", "hold them")];
    let merges = "<mergeCells count=\"2\"><mergeCell ref=\"A2:A4\"/><mergeCell ref=\"A5:A1048576\"/></mergeCells>";
    let workbook = open(&workbook(&format!("<sheetData>{}</sheetData>{merges}", rows.concat()), &[]));
    let groups: Vec<&str> = workbook.sheets[0].rows.iter().map(|row| row.text(0)).collect();
    assert_eq!(groups, ["Backup", "Backup", "Backup", "Keys"]);
    assert_eq!(notes(&workbook), [(NoteCode::Merged, "Sheet1!A2"), (NoteCode::Merged, "Sheet1!A5")]);
}

#[test]
fn a_file_with_a_password_or_of_the_old_format_says_what_to_do() {
    let refused = read("old.xls", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], &Limits::default()).unwrap_err();
    assert!(refused.to_string().contains("save it as XLSX without a password"));
}

#[test]
fn a_declared_entity_is_not_expanded() {
    let bytes = workbook(&format!("<sheetData><row r=\"1\">{}</row></sheetData>", cell("A1", "&lol;")), &[]);
    match read("w.xlsx", &bytes, &Limits::default()) {
        Ok(workbook) => assert!(workbook.sheets[0].rows.iter().all(|row| row.text(0).len() <= 5)),
        Err(refused) => assert!(matches!(refused, WorkbookError::Damaged { .. })),
    }
}

#[test]
fn two_parts_of_one_name_are_refused() {
    let bytes = workbook("<sheetData/>", &[("XL/Workbook.xml", "<workbook/>")]);
    let refused = read("w.xlsx", &bytes, &Limits::default()).unwrap_err();
    assert!(refused.to_string().contains("two parts of this name"), "{refused}");
}

#[test]
fn a_file_larger_than_the_cap_is_refused_before_it_is_looked_at() {
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    assert!(matches!(read("w.csv", b"a,b,c\n1,2,3\n", &limits), Err(WorkbookError::TooLarge { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_workbook_is_refused_or_read_but_never_stops_the_program(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let sheet = format!("<sheetData><row r=\"1\">{}{}</row></sheetData>", cell("A1", "x"), cell("B1", "y"));
        let mut bytes = workbook(&sheet, &[]);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read("w.xlsx", &bytes, &small());
    }

    #[test]
    fn damaged_xml_is_refused_or_read_but_never_stops_the_program(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6),
    ) {
        let sheet = format!("<sheetData><row r=\"1\">{}<c r=\"B1\" s=\"1\"><f si=\"1\" t=\"shared\">A1</f><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:A9\"/></mergeCells>", cell("A1", "x"));
        let mut chars: Vec<char> = sheet.chars().collect();
        for (at, c) in damage {
            let at = at.index(chars.len());
            chars[at] = c;
        }
        let _ = read("w.xlsx", &workbook(&chars.into_iter().collect::<String>(), &[]), &small());
    }
}
