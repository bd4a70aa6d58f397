use isoneph_derive::Declared;
use isoneph_derive::import::{Import, ImportFormat, ProblemCode, Target, applicability::applicability, detect};
use isoneph_derive::soa::{sheet, soa};
use isoneph_model::{Lang, Role};
use isoneph_register::kinds::{Implementation, Inclusion, Statement};
use isoneph_standard::Catalogue;
use isoneph_workbook::{Limits, WorkbookDraft, read, write_xlsx};
use serde_json::json;

use super::{csv, problems, xlsx};
use crate::companies::{TODAY, object, with};

fn statements(import: &Import) -> Vec<&Statement> {
    import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap()).collect()
}

fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().unwrap()
}

/// Columns as handbooks show them, with a legend of ticks for the reasons.
const HANDBOOK: &str = "\
Statement of Applicability | | | | | | | |
ISO/IEC 27001:2022 Control | Control title | Applicable (Yes/No) | LR | CO | BR/BP | RRA | Justification for exclusion | Implementation status | Control owner
A.5.1 | invented | Yes | x | | x | | | Implemented | CISO
A 8.15 | invented | Y | | x | | x | | in progress | SOC
A.7.1 | invented | No | | | | | no premises of our own | |
A.7.2 | invented | No | | | | | | |
CLD.9.5.1 | invented | yes | | | | x | | fully implemented |
6.3.1 | invented | yes | | | | x | | planned |
A.5.99 | invented | yes | | | | x | | |
A.8.1 | invented | perhaps | | | | x | | |";

#[test]
fn a_handbooks_layout_is_read_and_the_mapping_comes_back() {
    let workbook = xlsx(&[("SoA", HANDBOOK)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Applicability));
    let (import, mapping) = applicability(&workbook, &Target::default(), catalogue(), None).unwrap();
    let read: Vec<_> = statements(&import).iter().map(|s| (s.control.as_str(), s.applicable, s.status)).collect();
    assert_eq!(
        read,
        [
            ("5.1", true, Some(Implementation::Implemented)),
            ("8.15", true, Some(Implementation::Partial)),
            ("7.1", false, None),
            ("CLD.9.5.1", true, Some(Implementation::Implemented)),
            ("CLD.6.3.1", true, Some(Implementation::Planned)),
        ]
    );
    assert_eq!(statements(&import)[0].reasons, [Inclusion::Legal, Inclusion::BestPractice]);
    assert_eq!(statements(&import)[1].reasons, [Inclusion::Contractual, Inclusion::Risk]);
    assert_eq!(
        problems(&import),
        [
            ("SoA!H6".to_owned(), ProblemCode::Missing),
            ("SoA!A9".to_owned(), ProblemCode::NotUnderstood),
            ("SoA!C10".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
    let (again, same) = applicability(&workbook, &Target::default(), catalogue(), Some(&mapping)).unwrap();
    assert_eq!((again.objects, same), (import.objects, mapping));
}

#[test]
fn columns_of_any_name_are_read_by_a_mapping_that_was_remembered() {
    let first = csv("Wer,Gilt,Nummer,Warum nicht\nIT,ja,A.5.1,\nIT,nein,A.7.1,kein Haus\n");
    assert!(applicability(&first, &Target::default(), catalogue(), None).is_err());
    let mapping = serde_json::from_value(json!({
        "columns": { "control": "Nummer", "applicable": "Gilt", "exclusion": "Warum nicht", "owner": "Wer" },
        "words": { "ja": "yes", "nein": "no" },
    }))
    .unwrap();
    let (import, _) = applicability(&first, &Target::default(), catalogue(), Some(&mapping)).unwrap();
    assert_eq!(statements(&import).iter().map(|s| s.applicable).collect::<Vec<_>>(), [true, false]);
    let next = csv("Titel\nNummer,Gilt,Warum nicht,Wer\nA.5.2,ja,,HR\n");
    let (import, _) = applicability(&next, &Target::default(), catalogue(), Some(&mapping)).unwrap();
    assert_eq!(statements(&import)[0].owner.as_deref(), Some("HR"));
    let other = csv("Nummer,Wer\nA.5.2,HR\n");
    let error = applicability(&other, &Target::default(), catalogue(), Some(&mapping)).unwrap_err();
    assert!(error.to_string().contains("Gilt"), "{error}");
}

#[test]
fn japanese_columns_are_read() {
    let text = "\
適用宣言書 | | | |
管理策番号 | 管理策 | 適用の有無 | 除外理由 | 適用理由
A.5.23 | 発明 | 適用 | | 契約上の要求、リスク
A.7.4 | 発明 | 適用外 | データセンタを持たない |";
    let (import, _) = applicability(&xlsx(&[("宣言書", text)]), &Target::default(), catalogue(), None).unwrap();
    assert_eq!(statements(&import)[0].reasons, [Inclusion::Contractual, Inclusion::Risk]);
    assert_eq!(statements(&import)[1].exclusion.as_deref(), Some("データセンタを持たない"));
    assert_eq!(problems(&import), []);
}

#[test]
fn an_id_that_a_spreadsheet_took_for_a_number_is_told_by_its_place_or_not_at_all() {
    let ids = |ids: &[(&str, bool)]| {
        use isoneph_workbook::{Cell, CellKind, Row, Sheet, Workbook};
        let text = |column, text: &str| Cell::new(column, text, CellKind::Text);
        let mut rows =
            vec![Row { number: 1, cells: vec![text(0, "Control"), text(1, "Applicable"), text(2, "Status")] }];
        for (i, (id, number)) in ids.iter().enumerate() {
            let kind = if *number { CellKind::Number } else { CellKind::Text };
            let id = Cell::new(0, *id, kind);
            rows.push(Row { number: i as u32 + 2, cells: vec![id, text(1, "yes")] });
        }
        let sheet = Sheet { name: "S".to_owned(), hidden: false, rows };
        let workbook = Workbook { sheets: vec![sheet], notes: Vec::new() };
        let (import, _) = applicability(&workbook, &Target::default(), catalogue(), None).unwrap();
        let read: Vec<String> = statements(&import).iter().map(|s| s.control.to_string()).collect();
        (read.join(" "), problems(&import))
    };
    let listed = ids(&[("5.9", true), ("5.1", true), ("5.11", true)]);
    assert_eq!(listed, ("5.9 5.10 5.11".to_owned(), Vec::new()));
    assert_eq!(ids(&[("5.1", true), ("5.2", true)]).0, "5.1 5.2");
    assert_eq!(ids(&[("5.9", true), ("5.1", true), ("7.1", true), ("7.2", true)]).0, "5.9 5.10 7.1 7.2");
    // Some controls only: 5.1 or 5.10, before another clause or further on in its own.
    for after in ["7.4", "5.11"] {
        assert_eq!(
            ids(&[("5.1", true), (after, true)]),
            (after.to_owned(), vec![("S!A2".to_owned(), ProblemCode::Ambiguous)])
        );
    }
    let (read, said) = ids(&[("5.7", true), ("8.2", true)]);
    assert_eq!((read.as_str(), said), ("5.7", vec![("S!A3".to_owned(), ProblemCode::Ambiguous)]));
}

#[test]
fn our_own_sheet_comes_back() {
    let objects = with([
        object(
            "statement",
            "a",
            json!({
                "control": "9.2.1", "applicable": true, "role": "customer", "service": "crm", "reasons": ["risk", "legal"],
                "status": "implemented", "how": "=by roles", "owner": "iam", "risks": ["R-1"], "reviewed": "2026-06-01",
                "next-review": "2027-06-01",
            }),
        ),
        object("statement", "b", json!({ "control": "7.4", "applicable": false, "exclusion": "no premises" })),
    ]);
    let made = soa(&Declared::new(&objects), catalogue(), None, &[], TODAY).unwrap();
    for lang in [Lang::En, Lang::Ja] {
        let book = WorkbookDraft { title: String::new(), sheets: vec![sheet(&made, None, lang)] };
        let workbook = read("s", &write_xlsx(&book).unwrap(), &Limits::default()).unwrap();
        let (import, _) = applicability(&workbook, &Target::default(), catalogue(), None).unwrap();
        let read = statements(&import);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].role, read[0].service.as_deref()), (Some(Role::Customer), Some("crm")));
        assert_eq!((read[0].how.as_deref(), read[0].risks.as_slice()), (Some("=by roles"), &["R-1".to_owned()][..]));
        assert_eq!((read[1].control.as_str(), read[1].applicable), ("7.4", false));
        assert!(problems(&import).iter().all(|(_, code)| *code == ProblemCode::Missing));
    }
}

#[test]
fn where_no_column_says_so_a_control_applies_for_the_reasons_that_are_ticked() {
    let text = "Sec,Control,Current controls,Remarks (with justification for exclusions),LR,CO,BR/BP,RRA\n\
                5,Policies,,,,,,\n\
                5.1.1,Policies for information security,yes,,X,,,X\n\
                9.2.1,Registration,,Nobody logs on,,,,\n\
                9.2.2,Provisioning,,,,,,\n";
    let workbook = csv(text);
    assert_eq!(detect(&workbook), Some(ImportFormat::Applicability));
    let (import, mapping) = applicability(&workbook, &Target::default(), Catalogue::embedded().unwrap(), None).unwrap();
    let said: Vec<_> = import
        .objects
        .iter()
        .map(|object| <&Statement>::try_from(&object.spec).unwrap())
        .map(|s| (s.control.to_string(), s.reasons.clone(), s.exclusion.clone()))
        .collect();
    let reasons = vec![Inclusion::Legal, Inclusion::Risk];
    assert_eq!(
        said,
        [("5.1.1".to_owned(), reasons, None), ("9.2.1".to_owned(), vec![], Some("Nobody logs on".to_owned()))]
    );
    assert_eq!(problems(&import), [("file.csv!A5".to_owned(), ProblemCode::Missing)]);
    // What was found is remembered, and found again.
    let again = applicability(&workbook, &Target::default(), Catalogue::embedded().unwrap(), Some(&mapping)).unwrap();
    assert_eq!(again.0.objects, import.objects);
}
