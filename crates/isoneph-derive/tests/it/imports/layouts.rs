//! Layouts as offices write them in which a careless reader would give a duty to the wrong party, take a No for a Yes, an
//! exclusion for its contrary, or lose a row. What cannot be told makes nothing, and says so.

use isoneph_derive::import::applicability::applicability;
use isoneph_derive::import::caiq::caiq;
use isoneph_derive::import::ciso_assistant::ciso_assistant;
use isoneph_derive::import::fedramp::fedramp;
use isoneph_derive::import::plain::plain;
use isoneph_derive::import::services_in_scope::services_in_scope;
use isoneph_derive::import::{Import, ImportFormat, ProblemCode, Target, detect};
use isoneph_register::kinds::{Assurance, Inclusion, Responsibility, Statement};
use isoneph_standard::Catalogue;
use isoneph_workbook::{Cell, CellKind, Row, Sheet, Workbook};
use serde_json::json;

use super::{csv, problems, xlsx};
use crate::companies::object;

fn target() -> Target {
    Target { service: "crm".to_owned(), ..Target::default() }
}

/// `area holder` of each row that was made.
fn holders(import: &Import) -> Vec<String> {
    let rows = import.objects.iter().map(|object| <&Responsibility>::try_from(&object.spec).unwrap());
    rows.map(|row| format!("{} {}", row.area.trim_start_matches("nist-800-53:"), row.holder)).collect()
}

fn statements(import: &Import) -> Vec<String> {
    let all = import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap());
    all.map(|s| format!("{} {} {}", s.control, s.applicable, s.status.map_or("-", |status| status.as_str()))).collect()
}

fn soa(workbook: &Workbook) -> Import {
    applicability(workbook, &Target::default(), Catalogue::embedded().unwrap(), None).unwrap().0
}

fn in_scope(workbook: &Workbook) -> (Vec<String>, Vec<(String, ProblemCode)>) {
    let certificate = json!({ "title": "C", "type": "extension", "holder": "aws", "standard": "ISO/IEC 27017" });
    let certificate = object("assurance", "cert", certificate);
    let read = services_in_scope(workbook, "cert", <&Assurance>::try_from(&certificate.spec).unwrap()).unwrap();
    let names = read.assurance.services_in_scope.iter().map(|service| service.name.clone()).collect();
    (names, problems(&read.import))
}

#[test]
fn a_word_in_a_partys_column_is_a_tick_only_if_it_means_one() {
    // What the provider's cell says, and who then holds what the customer has a tick for.
    let cases = [
        ("X", Some("shared")),
        ("Responsible", Some("shared")),
        ("有", Some("shared")),
        ("runs the mill", Some("shared")),
        ("nein", Some("customer")),
        ("無", Some("customer")),
        ("Consulted", Some("customer")),
        ("not responsible", Some("customer")),
        ("None.", Some("customer")),
        ("N/A", Some("customer")),
        ("?", None),
        ("TBD", None),
        ("perhaps", None),
        ("Customer", None),
        ("No sharing of keys", None),
    ];
    for (said, holder) in cases {
        let import = plain(&csv(&format!("Area,Provider,Customer\nmill,{said},X\n")), &target(), None).unwrap();
        let expected: Vec<String> = holder.iter().map(|holder| format!("mill {holder}")).collect();
        assert_eq!(holders(&import), expected, "{said}");
        assert_eq!(problems(&import).is_empty(), holder.is_some(), "{said}");
    }
}

#[test]
fn an_x_beside_circles_or_ticks_may_be_a_cross() {
    let import = plain(&csv("項目,事業者,利用者\n粉,○,x\n水,○,×\n風,○,○\n"), &target(), None).unwrap();
    assert_eq!(holders(&import), ["水 provider", "風 shared"]);
    assert_eq!(problems(&import), [("file.csv!C2".to_owned(), ProblemCode::Ambiguous)]);
    let (names, said) = in_scope(&csv("Service,ISO 27017\nMill,✓\nPond,x\n"));
    assert_eq!((names, said), (vec!["Mill".to_owned()], vec![("file.csv!B3".to_owned(), ProblemCode::Ambiguous)]));
}

#[test]
fn a_third_column_for_what_is_joint_is_read() {
    let import = plain(&csv("Area,Provider,Customer,Joint\nmill,,,X\npond,X,,\nbarn,,,\n"), &target(), None).unwrap();
    assert_eq!(holders(&import), ["mill shared", "pond provider"]);
    assert_eq!(problems(&import), [("file.csv!A4".to_owned(), ProblemCode::Missing)]);
}

#[test]
fn parties_joined_by_a_word_share_and_remarks_that_name_a_party_decide_nothing() {
    let cases = [
        ("Provider (Inherited)", Some("provider")),
        ("Customer Configured", Some("customer")),
        ("CSP\u{2011}owned", Some("provider")),
        ("Provider & Customer", Some("shared")),
        ("Shared (CSP and CSC)", Some("shared")),
        ("CSC / CSP", Some("shared")),
        ("Kunde", Some("customer")),
        ("利用者のみ", Some("customer")),
        ("Customer (not provider)", None),
        ("CSP (customer on request)", None),
        ("not customer", None),
        ("Customer and third party", None),
    ];
    for (said, holder) in cases {
        let import = plain(&csv(&format!("Area,Responsible\nmill,{said}\n")), &target(), None).unwrap();
        let expected: Vec<String> = holder.iter().map(|holder| format!("mill {holder}")).collect();
        assert_eq!(holders(&import), expected, "{said}");
    }
}

#[test]
fn tasks_of_one_area_are_rows_of_their_own_and_a_row_without_a_name_is_told() {
    let text = "Area,Task,Responsible\nMill,oil,Provider\nMill,grind,Customer\nPond,,Shared\n,,Customer\n";
    let import = plain(&csv(text), &target(), None).unwrap();
    assert_eq!(holders(&import), ["mill-oil provider", "mill-grind customer", "pond shared"]);
    assert_eq!(problems(&import), [("file.csv!A5".to_owned(), ProblemCode::Missing)]);
}

#[test]
fn rows_that_disagree_on_one_area_count_neither_and_all_sheets_are_read() {
    let sheets = [
        ("2024", "Area | Responsible\nmill | Provider\npond | Provider"),
        ("2025", "Area | Responsible\nmill | Customer\npond | Provider\nbarn | Shared"),
    ];
    let import = plain(&xlsx(&sheets), &target(), None).unwrap();
    assert_eq!(import.sheets, ["2024", "2025"]);
    assert_eq!(holders(&import), ["pond provider", "barn shared"]);
    let said = problems(&import);
    assert!(said.contains(&("2024!A2".to_owned(), ProblemCode::Contradicts)), "{said:?}");
    assert!(said.contains(&("2025!A2".to_owned(), ProblemCode::Contradicts)), "{said:?}");
    assert!(said.contains(&("2025!A3".to_owned(), ProblemCode::Duplicate)), "{said:?}");
}

#[test]
fn a_hidden_sheet_does_not_speak_for_one_that_shows() {
    let mut workbook =
        xlsx(&[("draft", "Area | Responsible\nmill | Provider"), ("final", "Area | Responsible\nmill | Customer")]);
    workbook.sheets[0].hidden = true;
    assert_eq!(holders(&plain(&workbook, &target(), None).unwrap()), ["mill customer"]);
    workbook.sheets.truncate(1);
    assert_eq!(holders(&plain(&workbook, &target(), None).unwrap()), ["mill provider"]);
}

#[test]
fn a_cell_merged_under_both_parties_is_both_parties() {
    let row = |number, texts: [(&str, u32); 3]| {
        let cells = texts.into_iter().enumerate().filter(|(_, (text, _))| !text.is_empty());
        let cells =
            cells.map(|(column, (text, across))| Cell { across, ..Cell::new(column as u32, text, CellKind::Text) });
        Row { number, cells: cells.collect() }
    };
    let rows = vec![
        row(1, [("Area", 1), ("Provider", 1), ("Customer", 1)]),
        row(2, [("mill", 1), ("X", 2), ("", 1)]),
        row(3, [("pond", 1), ("X", 1), ("", 1)]),
        row(4, [("barn", 1), ("one of us sweeps", 2), ("", 1)]),
    ];
    let workbook = Workbook { sheets: vec![Sheet { name: "S".to_owned(), hidden: false, rows }], notes: Vec::new() };
    let import = plain(&workbook, &target(), None).unwrap();
    assert_eq!(holders(&import), ["mill shared", "pond provider"]);
    assert_eq!(problems(&import), [("S!B4".to_owned(), ProblemCode::Ambiguous)]);
}

#[test]
fn controls_that_only_the_summary_of_a_package_tells_are_not_lost() {
    let summary = "\
 | Implementation Status | Control Origination |
Control ID | Implemented | Service Provider Corporate | Configured by Customer
AC-1 | X | X |
AC-2 | X | | X
AC-3 | X | X | X";
    let matrix = "Control ID | Can Be Inherited from CSP\nAC-1 | Yes";
    let import = fedramp(&xlsx(&[("CIS", summary), ("CRM", matrix)]), &target()).unwrap();
    assert_eq!(holders(&import), ["AC-1 provider", "AC-2 customer", "AC-3 shared"]);
    assert_eq!(problems(&import), []);
}

#[test]
fn a_text_under_the_customers_name_is_never_the_providers_duty() {
    let text = "\
Control ID,Can be inherited,CSP responsibility,Customer responsibility
AC-1,Partial,feeds owls,counts owls
AC-2,Yes,feeds owls,
AC-3,Yes,,counts owls
,No,,counts moths
";
    let import = fedramp(&csv(text), &target()).unwrap();
    let rows = import.objects.iter().map(|object| <&Responsibility>::try_from(&object.spec).unwrap());
    let duties: Vec<_> = rows.map(|row| (row.provider_duty.as_deref(), row.customer_duty.as_deref())).collect();
    let (feeds, counts) = (Some("feeds owls"), Some("counts owls"));
    assert_eq!(duties, [(feeds, counts), (feeds, None), (None, counts)]);
    assert_eq!(
        problems(&import),
        [("file.csv!D4".to_owned(), ProblemCode::Contradicts), ("file.csv!A5".to_owned(), ProblemCode::NotUnderstood)]
    );
}

#[test]
fn a_matrix_that_names_origins_in_one_column_is_read() {
    let text = "\
Control ID,Control Origination,Customer Responsibility
AC-1,Service Provider Hybrid (Corporate and System Specific),
AC-2,Provided by Customer (Customer System Specific),all
AC-3,\"Service Provider Corporate, Configured by Customer\",half
AC–4,Provider (Inherited),
AC-5,the moon,
";
    let workbook = csv(text);
    assert_eq!(detect(&workbook), Some(ImportFormat::Fedramp));
    let import = fedramp(&workbook, &target()).unwrap();
    assert_eq!(holders(&import), ["AC-1 provider", "AC-2 customer", "AC-3 shared", "AC-4 provider"]);
    assert_eq!(problems(&import), [("file.csv!B6".to_owned(), ProblemCode::NotUnderstood)]);
}

#[test]
fn an_answer_without_its_question_and_an_answer_with_a_remark_are_told() {
    let text = "\
Question ID,Answer,SSRM Control Ownership
IAM-01.1,Yes*,CSP-owned
,No,CSP-owned
Identity,,
IAM-01.2,Yes (in part),CSP-owned
";
    let import = caiq(&csv(text), &target()).unwrap();
    assert_eq!(import.objects.len(), 1);
    assert_eq!(
        problems(&import),
        [
            ("file.csv!B2".to_owned(), ProblemCode::Incomplete),
            ("file.csv!A3".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!B5".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
}

#[test]
fn a_column_of_ids_is_told_by_what_stands_in_it() {
    for headings in ["No.,Control,Title", "No,Ref.,Control", "Nr.,Control ID,Maßnahme"] {
        let text = format!("{headings},Applicable\n1,A5.1,Owls,Y\n2,ISO/IEC 27001:2022 A.8.15,Moths,Y\n");
        assert_eq!(statements(&soa(&csv(&text))), ["5.1 true -", "8.15 true -"], "{headings}");
    }
}

#[test]
fn a_column_of_exclusions_beside_one_of_inclusions_is_read() {
    let text = "Control,Included,Excluded,Reason\nA.5.1,X,,law\nA.7.1,,X,no halls\nA.7.2,X,X,law\nA.7.3,,,\n";
    let import = soa(&csv(text));
    assert_eq!(statements(&import), ["5.1 true -", "7.1 false -"]);
    assert_eq!(
        problems(&import),
        [("file.csv!C4".to_owned(), ProblemCode::Contradicts), ("file.csv!B5".to_owned(), ProblemCode::Missing)]
    );
}

#[test]
fn two_columns_of_one_name_that_differ_decide_nothing() {
    let text = " | CSP | CSC\nControl | Applicable | Applicable\nCLD.6.3.1 | Yes | No\nA.5.1 | Yes | Yes";
    let import = soa(&xlsx(&[("SoA", text)]));
    assert_eq!(statements(&import), ["5.1 true -"]);
    assert_eq!(problems(&import), [("SoA!B3".to_owned(), ProblemCode::Ambiguous)]);
}

#[test]
fn a_statement_in_german_is_read_and_a_row_that_lost_its_number_is_told() {
    let text = "\
Erklärung zur Anwendbarkeit;;;
Nr.;Maßnahme;Anwendbar (Ja/Nein);Begründung;Umsetzungsstatus
5;Organisatorisches;;;
A.5.1;Eulen;Ja;vertraglich;teilweise umgesetzt
A.7.1;Motten;Nein;kein Haus;
;Lampen;Nein;kein Öl;
A.8.1;;;;
";
    let import = soa(&csv(text));
    assert_eq!(statements(&import), ["5.1 true partial", "7.1 false -"]);
    assert_eq!(
        problems(&import),
        [("file.csv!A6".to_owned(), ProblemCode::NotUnderstood), ("file.csv!C7".to_owned(), ProblemCode::Missing)]
    );
}

#[test]
fn a_reason_that_is_denied_is_no_reason() {
    let import =
        soa(&csv("Control,Applicable,Reason for inclusion\nA.5.1,Y,not required by law\nA.5.2,Y,required by law\n"));
    let reasons = import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap().reasons.clone());
    assert_eq!(reasons.collect::<Vec<_>>(), [vec![], vec![Inclusion::Legal]]);
    assert_eq!(problems(&import), [("file.csv!C2".to_owned(), ProblemCode::NotUnderstood)]);
}

#[test]
fn a_title_in_an_audit_is_no_statement_whatever_stands_beside_it() {
    let text = "\
urn,assessable,ref_id,compliance_result,requirement_progress
u,False,A.5,,
u,False,A.5.1,compliant,done
u,True,A.5.2,compliant,done
";
    let import = ciso_assistant(&csv(text), &Target::default(), Catalogue::embedded().unwrap()).unwrap();
    assert_eq!(statements(&import), ["5.2 true implemented"]);
    assert_eq!(problems(&import), [("file.csv!B3".to_owned(), ProblemCode::Contradicts)]);
}

#[test]
fn what_is_planned_or_out_of_scope_is_not_in_scope() {
    let (names, said) =
        in_scope(&csv("Service,In scope\nMill,Yes\nPond,Planned\nBarn,Out of scope\nHut,N/A\nWell,\n,\n"));
    assert_eq!(names, ["Mill"]);
    assert_eq!(said, [("file.csv!B3".to_owned(), ProblemCode::NotUnderstood)]);
}

#[test]
fn only_the_column_of_the_assurances_own_standard_says_what_is_in_its_scope() {
    let (names, said) = in_scope(&csv("Service,SOC 2,\"ISO/IEC 27001, 27017\"\nMill,✓,対象\nPond,✓,対象外\nBarn,✓,\n"));
    assert_eq!((names, said), (vec!["Mill".to_owned()], vec![]));
    let (names, said) = in_scope(&csv("Service,SOC 2,ISO 27001\nMill,✓,✓\n"));
    assert_eq!((names, said), (vec![], vec![("file.csv!A2".to_owned(), ProblemCode::Missing)]));
}

#[test]
fn the_more_telling_of_two_headings_is_taken_wherever_it_stands() {
    let text = "Question ID,Answer,CSP CAIQ Answer,SSRM Control Ownership\nIAM-01.1,Yes,No,CSP-owned\n";
    let import = caiq(&csv(text), &target()).unwrap();
    assert_eq!(import.columns["answer"], "CSP CAIQ Answer");
    assert_eq!(import.ignored, ["Answer"]);
}

#[test]
fn a_column_for_one_reason_that_says_there_is_none_gives_none() {
    let text = "Control,Applicable,LR,CO,RRA\nA.5.1,Y,N/A,X,keine\nA.5.2,Y,no law,Master agreement 7,\n";
    let import = soa(&csv(text));
    let reasons = import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap().reasons.clone());
    assert_eq!(reasons.collect::<Vec<_>>(), [vec![Inclusion::Contractual], vec![Inclusion::Contractual]]);
    assert_eq!(
        problems(&import),
        [
            ("file.csv!E2".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!C3".to_owned(), ProblemCode::NotUnderstood)
        ]
    );
}
