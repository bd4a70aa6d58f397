use isoneph_derive::Declared;
use isoneph_derive::import::{Import, ImportFormat, Mapping, ProblemCode, Target, detect, plain::plain};
use isoneph_derive::responsibilities::{RowDifference, compare, matrix, sheet};
use isoneph_model::Lang;
use isoneph_register::kinds::{BasisKind, Holder, Responsibility};
use isoneph_workbook::{Limits, WorkbookDraft, read, write_csv, write_xlsx};
use serde_json::json;

use super::{csv, problems, xlsx};
use crate::companies::{row, with};

fn target() -> Target {
    Target { service: "crm".to_owned(), stated_by: Some("kaisho".to_owned()), ..Target::default() }
}

fn rows(import: &Import) -> Vec<&Responsibility> {
    import.objects.iter().map(|object| <&Responsibility>::try_from(&object.spec).unwrap()).collect()
}

#[test]
fn one_column_for_the_holder_is_read() {
    let text = "\
Shared responsibility matrix of the lamp service
Version 7

Area,Responsible party,Provider responsibilities,Customer responsibilities,Controls,Basis,Clause
Lamp oil,Provider,fills lamps,,12.3.1,Contract,4.2
Lamp keys,Shared,makes keys,keeps keys,\"10.1.1; 10.1.2\",,
Lamp moths,somebody,,,,,
Lamp posts,customer,,paints posts,all of them,hearsay,
";
    let workbook = csv(text);
    assert_eq!(detect(&workbook), Some(ImportFormat::Matrix));
    let import = plain(&workbook, &target(), None).unwrap();
    let read: Vec<(&str, Holder)> = rows(&import).iter().map(|row| (row.area.as_str(), row.holder)).collect();
    assert_eq!(read, [("lamp-oil", Holder::Provider), ("lamp-keys", Holder::Shared), ("lamp-posts", Holder::Customer)]);
    let oil = rows(&import)[0];
    assert_eq!(oil.basis.as_ref().map(|basis| basis.kind), Some(BasisKind::Contract));
    assert_eq!((oil.provider_duty.as_deref(), oil.title.as_deref()), (Some("fills lamps"), Some("Lamp oil")));
    assert_eq!(rows(&import)[1].controls.len(), 2);
    assert_eq!(
        problems(&import),
        [
            ("file.csv!B7".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!E8".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!F8".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
}

#[test]
fn a_column_for_each_party_with_ticks_in_japanese_is_read() {
    let text = "\
責任分担表 | | | |
No. | 項目 | クラウド事業者 | 利用者 | 備考
1 | 建物の管理 | ○ | × |
2 | アカウント管理 | ○ | ○ | 双方
3 | データの分類 | － | 分類し、表示する |
4 | 監査 | | |
5 | 天気 | △ | |";
    let import = plain(&xlsx(&[("責任分担", text)]), &target(), None).unwrap();
    let read: Vec<(&str, Holder)> = rows(&import).iter().map(|row| (row.area.as_str(), row.holder)).collect();
    assert_eq!(
        read,
        [("建物の管理", Holder::Provider), ("アカウント管理", Holder::Shared), ("データの分類", Holder::Customer)]
    );
    assert_eq!(rows(&import)[2].customer_duty.as_deref(), Some("分類し、表示する"));
    assert_eq!(
        problems(&import),
        [("責任分担!B6".to_owned(), ProblemCode::Missing), ("責任分担!C7".to_owned(), ProblemCode::Ambiguous),]
    );
}

#[test]
fn letters_of_responsible_and_accountable_count_and_the_others_do_not() {
    let import =
        plain(&csv("Activity,Vendor,Client\nBackup,R/A,I\nRestore,C,R\nDrill,R,A\n"), &target(), None).unwrap();
    let holders: Vec<Holder> = rows(&import).iter().map(|row| row.holder).collect();
    assert_eq!(holders, [Holder::Provider, Holder::Customer, Holder::Shared]);
}

#[test]
fn our_own_sheet_comes_back_in_both_formats_and_languages() {
    let objects = with([
        row(
            "a",
            "kaisho",
            "backup",
            "shared",
            "contract",
            json!({
                "provider-duty": "=daily", "customer-duty": "-tests", "controls": ["12.3.1"], "owner": "ops",
                "due": "2026-12-01", "version": "7", "basis": { "kind": "contract", "clause": "4.2" },
            }),
        ),
        row("b", "kaisho", "exit", "customer", "published-document", json!({})),
    ]);
    let first = matrix(&Declared::new(&objects), "crm").unwrap();
    for lang in [Lang::En, Lang::Ja] {
        let draft = sheet(&first, lang);
        let book = WorkbookDraft { title: String::new(), sheets: vec![draft.clone()] };
        for bytes in [write_xlsx(&book).unwrap(), write_csv(&draft)] {
            let workbook = read("m", &bytes, &Limits::default()).unwrap();
            let import = plain(&workbook, &target(), None).unwrap();
            assert_eq!(problems(&import), []);
            let again = with(import.objects);
            let second = matrix(&Declared::new(&again), "crm").unwrap();
            let comparison = compare(&first, &second);
            assert!(comparison.rows.iter().all(|row| row.difference == RowDifference::Same), "{comparison:?}");
            assert_eq!(first.rows[0].due, second.rows[0].due);
            assert_eq!(first.version, second.version);
        }
    }
}

#[test]
fn columns_and_words_of_a_house_are_read_by_the_mapping_that_is_given() {
    let mapping = |text: &str| serde_json::from_str::<Mapping>(text).unwrap();
    let target = Target { service: "crm".to_owned(), ..Target::default() };
    let held = |text: &str, given: &str| {
        let read = plain(&csv(text), &target, Some(&mapping(given))).unwrap();
        let rows = read.objects.iter().map(|object| <&Responsibility>::try_from(&object.spec).unwrap());
        rows.map(|row| format!("{} {}", row.area, row.holder)).collect::<Vec<String>>()
    };
    let columns = "{\"columns\": {\"area\": \"Work\", \"provider\": \"Nimbus Ltd\", \"customer\": \"Our bank\"}}";
    let ticked = "Work,Nimbus Ltd,Our bank\nbackup,X,\nlogging,X,X\n";
    assert_eq!(held(ticked, columns), ["backup provider", "logging shared"]);
    let words = "{\"columns\": {\"area\": \"Work\", \"holder\": \"By\"}, \"words\": {\"nimbus\": \"provider\"}}";
    assert_eq!(held("Work,By\nbackup,Nimbus\nlogging,Customer\n", words), ["backup provider", "logging customer"]);
    for (wrong, said) in [
        ("{\"columns\": {\"area\": \"Work\"}}", "it does not say which column is 'holder'"),
        ("{\"columns\": {\"area\": \"Work\", \"holder\": \"Whose\"}}", "missing: Whose"),
        ("{\"columns\": {\"area\": \"Work\", \"keeper\": \"By\"}}", "it has no column 'keeper'"),
    ] {
        let error = plain(&csv("Work,By\nbackup,X\n"), &target, Some(&mapping(wrong))).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
