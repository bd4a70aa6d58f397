use isoneph_workbook::{Heading, Limits, Workbook, read};

const HEADINGS: &[Heading] = &[
    Heading { key: "control", names: &["Control", "Control ID", "管理策番号"], required: true },
    Heading { key: "party", names: &["Responsible party", "責任"], required: true },
    Heading { key: "duty", names: &["Duty (Optional)", "内容"], required: false },
];

fn csv(text: &str) -> Workbook {
    read("m.csv", text.as_bytes(), &Limits::default()).unwrap()
}

#[test]
fn headings_are_found_beneath_a_title_in_any_order_and_spelling() {
    let workbook = csv(
        "Matrix for our customers\nversion,3\n\nRESPONSIBLE   PARTY*,duty (recommended),Control_ID\nprovider,does it,9.2.1\n",
    );
    let table = workbook.sheets[0].table(HEADINGS).unwrap();
    assert_eq!(table.heading_row(), 4);
    let rows: Vec<(&str, &str, &str)> =
        table.rows().map(|row| (row.text("control"), row.text("party"), row.text("duty"))).collect();
    assert_eq!(rows, [("9.2.1", "provider", "does it")]);
    let row = table.rows().next().unwrap();
    assert_eq!(row.place("control"), "m.csv!C5");
}

#[test]
fn japanese_headings_are_found() {
    let workbook = csv("管理策　番号,題名,責任（必須）,内容\n9.2.1,利用者登録,プロバイダ,行う\n");
    let error = workbook.sheets[0].table(HEADINGS).unwrap_err();
    assert!(error.to_string().contains("'Control'"), "{error}");
    let workbook = csv("管理策番号,題名,責任（必須）,内容\n9.2.1,利用者登録,プロバイダ,行う\n");
    let table = workbook.sheets[0].table(HEADINGS).unwrap();
    assert_eq!(table.other_headings(), [(1, "題名".to_owned())]);
}

#[test]
fn without_the_required_headings_the_closest_row_is_shown() {
    let workbook = csv("title\nControl,Something else\n9.2.1,x\n");
    let error = workbook.sheets[0].table(HEADINGS).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sheet 'm.csv': none of its first 50 rows has the headings 'Responsible party' (closest is row 2: Control | Something else)"
    );
}

#[test]
fn headings_with_other_lines_or_marks_at_their_end_are_found() {
    let workbook =
        csv("\"Control ID.\",\"Responsible party\nchoose from the list\",\"内容\nDuty\"\n9.2.1,provider,does it\n");
    let table = workbook.sheets[0].table(HEADINGS).unwrap();
    assert_eq!(table.columns().values().copied().collect::<Vec<u32>>(), [0, 2, 1]);
}

#[test]
fn a_row_that_repeats_the_headings_is_none_of_the_table() {
    let workbook = csv("Control,Responsible party\n9.2.1,provider\nControl,Responsible party\n9.2.2,customer\n");
    let table = workbook.sheets[0].table(HEADINGS).unwrap();
    assert_eq!(table.rows().map(|row| row.text("control")).collect::<Vec<_>>(), ["9.2.1", "9.2.2"]);
}

#[test]
fn two_columns_with_one_heading_are_disputed_where_they_differ() {
    let workbook = csv("Control,Responsible party,responsible_party\n9.2.1,provider,customer\n9.2.2,shared,Shared\n");
    let table = workbook.sheets[0].table(HEADINGS).unwrap();
    let disputed: Vec<Vec<(&str, u32)>> = table.rows().map(|row| row.disputed().collect()).collect();
    assert_eq!(disputed, [vec![("party", 2)], vec![]]);
}
