//! Every format once more as offices lay it out: other orders, titles above, words of people, Japanese.

use isoneph_derive::import::applicability::applicability;
use isoneph_derive::import::caiq::caiq;
use isoneph_derive::import::ciso_assistant::ciso_assistant;
use isoneph_derive::import::fedramp::fedramp;
use isoneph_derive::import::plain::plain;
use isoneph_derive::import::services_in_scope::services_in_scope;
use isoneph_derive::import::{Import, ImportFormat, ProblemCode, Target, detect};
use isoneph_register::kinds::{Answer, AnswerValue, Assurance, Holder, Implementation, Responsibility, Statement};
use isoneph_standard::Catalogue;
use serde_json::json;

use super::{csv, problems, xlsx};
use crate::companies::object;

fn target() -> Target {
    Target { service: "crm".to_owned(), ..Target::default() }
}

fn holders(import: &Import) -> Vec<(&str, Holder)> {
    let rows = import.objects.iter().map(|object| <&Responsibility>::try_from(&object.spec).unwrap());
    rows.map(|row| (row.area.as_str(), row.holder)).collect()
}

fn statements(import: &Import) -> Vec<(&str, bool, Option<Implementation>)> {
    let statements = import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap());
    statements.map(|statement| (statement.control.as_str(), statement.applicable, statement.status)).collect()
}

#[test]
fn a_caiq_in_japanese_is_read() {
    let text = "\
クラウドサービス自己評価（CAIQ v4.0.3）,,,,
回答日 2026年5月1日,,,,
CSPのCAIQ回答,質問ＩＤ,SSRM管理策の所有,CSCの責任（任意）,備考
はい,IAM-16.1,CSPとCSCの共有,利用者が登録する,
いいえ,IAM-16.2,CSP所有,,
該当なし,LOG-01.1,,,
多分,LOG-01.2,CSP所有,,
";
    let workbook = csv(text);
    assert_eq!(detect(&workbook), Some(ImportFormat::Caiq));
    let import = caiq(&workbook, &target()).unwrap();
    let answers = import.objects.iter().map(|object| <&Answer>::try_from(&object.spec).unwrap());
    let read: Vec<_> = answers.map(|a| (a.question.as_str(), a.version.as_deref(), a.answer, a.ownership)).collect();
    let version = Some("4.0.3");
    assert_eq!(
        read,
        [
            ("IAM-16.1", version, AnswerValue::Yes, Some(Holder::Shared)),
            ("IAM-16.2", version, AnswerValue::No, Some(Holder::Provider)),
            ("LOG-01.1", version, AnswerValue::NotApplicable, None),
        ]
    );
    assert_eq!(
        problems(&import),
        [("file.csv!A6".to_owned(), ProblemCode::Incomplete), ("file.csv!A7".to_owned(), ProblemCode::NotUnderstood)]
    );
}

#[test]
fn a_responsibility_matrix_of_fedramp_with_its_columns_turned_round_is_read() {
    let text = "\
Kaisho CRM, moderate | |
Customer Responsibilities | Control Number | Can be Inherited
 | PE-03 | yes
Name your owls. | AC-02 | Partially
All of it. | AC-2 (7) | no
 | PL-8 | N/A
 | AU-2 | somewhat";
    let workbook = xlsx(&[("Read me", "Nothing here"), ("顧客責任", text)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Fedramp));
    let import = fedramp(&workbook, &target()).unwrap();
    assert_eq!(
        holders(&import),
        [
            ("nist-800-53:PE-3", Holder::Provider),
            ("nist-800-53:AC-2", Holder::Shared),
            ("nist-800-53:AC-2(7)", Holder::Customer),
            ("nist-800-53:PL-8", Holder::NotApplicable),
        ]
    );
    assert_eq!(problems(&import), [("顧客責任!C7".to_owned(), ProblemCode::NotUnderstood)]);
}

#[test]
fn a_matrix_with_letters_of_responsibility_is_read() {
    let text = "\
Who does what | | |
 | | |
Client | Security domain | Remarks | Cloud provider
I | Lamp halls | | R, A
R/A | Lamp data | yours | C
R | Lamp keys | both | A
 | Lamp fog | nobody asked |";
    let workbook = xlsx(&[("RACI", text)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Matrix));
    let import = plain(&workbook, &target(), None).unwrap();
    assert_eq!(
        holders(&import),
        [("lamp-halls", Holder::Provider), ("lamp-data", Holder::Customer), ("lamp-keys", Holder::Shared)]
    );
    assert_eq!(problems(&import), [("RACI!B7".to_owned(), ProblemCode::Missing)]);
}

#[test]
fn a_statement_of_applicability_with_one_column_of_reasons_is_read() {
    let text = "\
Lamp Ltd | | | |
Rationale | Control owner | Selected | Annex A reference | Current status
law | Ana | Yes | A.5.34 | Done
no halls of our own | | No | A.7.4 |
 | Ana | Yes | CLD.12.1.5 | to do
 | Ana | later | A.8.9 | to do";
    let workbook = xlsx(&[("Notes", "x"), ("Declaration", text)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Applicability));
    let (import, _) = applicability(&workbook, &Target::default(), Catalogue::embedded().unwrap(), None).unwrap();
    assert_eq!(
        statements(&import),
        [
            ("5.34", true, Some(Implementation::Implemented)),
            ("7.4", false, None),
            ("CLD.12.1.5", true, Some(Implementation::Planned)),
        ]
    );
    assert!(problems(&import).contains(&("Declaration!C6".to_owned(), ProblemCode::NotUnderstood)));
}

#[test]
fn an_audit_of_ciso_assistant_in_the_words_of_its_screens_is_read() {
    let text = "\
Reference,Status,Result,Score,Observation
A.8.15,Done,Non-compliant,1,
A.8.16,Done,Partially compliant,2,two of five
A.7.4,Done,Not applicable,,no halls
A.8.17,To do,Not assessed,,
";
    let import = ciso_assistant(&csv(text), &Target::default(), Catalogue::embedded().unwrap()).unwrap();
    assert_eq!(
        statements(&import),
        [
            ("8.15", true, Some(Implementation::NotImplemented)),
            ("8.16", true, Some(Implementation::Partial)),
            ("7.4", false, None),
        ]
    );
    assert_eq!(problems(&import), [("file.csv!C5".to_owned(), ProblemCode::Missing)]);
}

#[test]
fn a_list_of_services_in_scope_in_japanese_is_read() {
    let text = "\
認証の対象サービス一覧 | | |
環境 | サービス名 | リージョン | 対象
商用 | ランプ保管 | 東京、大阪 | ○
商用 | 梟の監視 | 東京 | ×
政府 | ランプ保管 | 東京 | ○";
    let certificate = json!({ "title": "証明書", "type": "extension", "holder": "aws", "standard": "ISO/IEC 27017" });
    let certificate = object("assurance", "cert", certificate);
    let certificate = <&Assurance>::try_from(&certificate.spec).unwrap();
    let read = services_in_scope(&xlsx(&[("一覧", text)]), "cert", certificate).unwrap();
    let scope = read.assurance.services_in_scope.iter();
    let scope: Vec<_> = scope.map(|s| (s.name.as_str(), s.environment.as_deref(), s.regions.join("+"))).collect();
    assert_eq!(
        scope,
        [("ランプ保管", Some("商用"), "東京+大阪".to_owned()), ("ランプ保管", Some("政府"), "東京".to_owned()),]
    );
}
