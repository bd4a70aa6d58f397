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
        "sheet 'm.csv': none of its first 20 rows has the headings 'Responsible party' (closest is row 2: Control | Something else)"
    );
}
