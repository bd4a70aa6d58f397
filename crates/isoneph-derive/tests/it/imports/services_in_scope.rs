use isoneph_derive::import::{ImportFormat, ProblemCode, detect, services_in_scope::services_in_scope};
use isoneph_register::kinds::Assurance;
use serde_json::json;

use super::{csv, problems, xlsx};
use crate::companies::object;

fn certificate() -> Assurance {
    let object = object(
        "assurance",
        "cert",
        json!({
            "title": "Certificate", "type": "extension", "holder": "aws", "standard": "ISO/IEC 27017", "edition": "2015",
        }),
    );
    <&Assurance>::try_from(&object.spec).unwrap().clone()
}

fn scope(assurance: &Assurance) -> Vec<(&str, Option<&str>, Vec<&str>)> {
    let covered = assurance.services_in_scope.iter();
    covered
        .map(|covered| {
            let regions = covered.regions.iter().map(String::as_str).collect();
            (covered.name.as_str(), covered.environment.as_deref(), regions)
        })
        .collect()
}

#[test]
fn a_row_a_product_with_environment_and_regions_is_read() {
    let text = "\
Services in scope as of 2026-04-01
Service,Environment,Regions
Lamp Store,,\"eu-central-1, eu-west-1\"
Lamp Store,Government,gov-east-1
Owl Queue,Commercial,
Owl Queue,Commercial,
";
    let import = services_in_scope(&csv(text), "cert", &certificate()).unwrap();
    assert_eq!(
        scope(&import.assurance),
        [
            ("Lamp Store", None, vec!["eu-central-1", "eu-west-1"]),
            ("Lamp Store", Some("Government"), vec!["gov-east-1"]),
            ("Owl Queue", Some("Commercial"), vec![]),
        ]
    );
    assert_eq!(problems(&import.import), [("file.csv!A6".to_owned(), ProblemCode::Duplicate)]);
}

#[test]
fn a_column_for_each_environment_and_standard_is_read() {
    let text = "\
Our clouds | | | | |
Cloud services | Azure | Azure Government | ISO 27001 | ISO 27017 | SOC 2
Lamp Vault | ✓ | ✓ | ✓ | ✓ |
Owl Monitor | ✓ | | ✓ | | ✓
Moth Trap | | ✓ | ✓ | ✓ | ✓
Door Bell | ✓ | soon | ✓ | ✓ |";
    let import = services_in_scope(&xlsx(&[("Scope", text)]), "cert", &certificate()).unwrap();
    assert_eq!(
        scope(&import.assurance),
        [
            ("Lamp Vault", Some("Azure"), vec![]),
            ("Lamp Vault", Some("Azure Government"), vec![]),
            ("Moth Trap", Some("Azure Government"), vec![]),
            ("Door Bell", Some("Azure"), vec![]),
        ]
    );
    assert_eq!(problems(&import.import), [("Scope!C6".to_owned(), ProblemCode::NotUnderstood)]);
}

#[test]
fn a_bare_list_is_read() {
    let import = services_in_scope(&csv("Lamp Store\nOwl Queue\n"), "cert", &certificate()).unwrap();
    assert_eq!(scope(&import.assurance), [("Lamp Store", None, vec![]), ("Owl Queue", None, vec![])]);
}

#[test]
fn a_list_that_says_where_or_whether_is_told_by_its_headings_and_a_bare_one_is_not() {
    let detected = |text: &str| detect(&csv(text));
    assert_eq!(detected("Service,Environment\nmail,commercial\n"), Some(ImportFormat::ServicesInScope));
    assert_eq!(detected("Product,In scope\nmail,yes\n"), Some(ImportFormat::ServicesInScope));
    assert_eq!(detected("Service,Price\nmail,3\n"), None);
}
