use isoneph_workbook::{Limits, NoteCode, Workbook, read};

fn csv(bytes: &[u8]) -> Workbook {
    read("m.csv", bytes, &Limits::default()).unwrap()
}

fn texts(workbook: &Workbook) -> Vec<Vec<&str>> {
    let rows = &workbook.sheets[0].rows;
    rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

#[test]
fn the_separator_is_found() {
    for text in ["area,party\nbackup,provider\n", "area;party\nbackup;provider\n", "area\tparty\nbackup\tprovider\n"] {
        assert_eq!(texts(&csv(text.as_bytes())), [["area", "party"], ["backup", "provider"]], "{text:?}");
    }
}

#[test]
fn a_separator_inside_quotation_marks_does_not_count() {
    assert_eq!(texts(&csv(b"\"a,b,c,d\";party\nx;y\n")), [["a,b,c,d", "party"], ["x", "y"]]);
}

#[test]
fn japanese_text_is_read_in_every_encoding_spreadsheets_save() {
    let text = "管理策,責任\nバックアップ,プロバイダ\n";
    let expected = [["管理策", "責任"], ["バックアップ", "プロバイダ"]];
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    assert_eq!(texts(&csv(&shift_jis)), expected);
    assert_eq!(texts(&csv(text.as_bytes())), expected);
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&csv(&utf16)), expected);
}

#[test]
fn rows_are_numbered_as_a_text_editor_numbers_them() {
    let workbook = csv(b"a,b\n\n\"two\nlines\",c\nlast,d\n");
    let numbers: Vec<u32> = workbook.sheets[0].rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 3, 5]);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in [&b"\x00\x01\x02"[..], b"\x7fELF\x00", b"\xff\xfe\xfd,\x81"] {
        let read = read("x", bytes, &Limits::default());
        let noted = |workbook: &Workbook| workbook.notes.iter().any(|note| note.code == NoteCode::Encoding);
        assert!(read.is_err() || read.is_ok_and(|workbook| noted(&workbook)));
    }
}
