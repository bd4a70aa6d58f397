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

#[test]
fn a_quotation_mark_that_nothing_closes_is_refused_with_its_line() {
    let error = read("m.csv", b"area,party\nkeys,\"the customer\nmoths,provider\n", &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "m.csv: line 2: a quotation mark is opened and never closed: all that follows would be one cell"
    );
    for text in ["area,party\n\"a \"\"quoted\"\" word\",x\n", "area,party\n5\" pipe,x\n", "area,\"two\nlines\"\nb,c\n"]
    {
        assert!(read("m.csv", text.as_bytes(), &Limits::default()).is_ok(), "{text:?}");
    }
}

#[test]
fn an_empty_file_says_so() {
    for bytes in [&b""[..], b" \r\n", b"\xef\xbb\xbf"] {
        assert_eq!(read("m.csv", bytes, &Limits::default()).unwrap_err().to_string(), "m.csv is empty");
    }
}

#[test]
fn a_western_encoding_is_not_taken_for_japanese() {
    let german = "Bereich;Wer\nPapier;entf\u{e4}llt\n".chars().map(|c| c as u8).collect::<Vec<u8>>();
    let error = read("m.csv", &german, &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("save it as UTF-8"), "{error}");
    let (mixed, _, _) = encoding_rs::SHIFT_JIS.encode("管理策,責任\nID管理,A社\nID,様\n");
    assert_eq!(texts(&csv(&mixed))[1], ["ID管理", "A社"]);
}
