use isoneph_derive::import::{Import, ImportFormat, ProblemCode, Target, detect, fedramp::fedramp};
use isoneph_register::kinds::{Holder, Responsibility};

use super::{problems, xlsx};

fn rows(import: &Import) -> Vec<(&str, Holder, Option<&str>, Option<&str>)> {
    import
        .objects
        .iter()
        .map(|object| {
            let row = <&Responsibility>::try_from(&object.spec).unwrap();
            (row.area.as_str(), row.holder, row.provider_duty.as_deref(), row.customer_duty.as_deref())
        })
        .collect()
}

fn target() -> Target {
    Target { service: "crm".to_owned(), stated_by: Some("kaisho".to_owned()), ..Target::default() }
}

const SUMMARY: &str = "\
Control ID | Implemented | Partially Implemented | Planned | Alternate Implementation | N/A | Service Provider Corporate | Service Provider System Specific | Service Provider Hybrid | Configured by Customer | Provided by Customer | Shared | Inherited
AC-1 | X | | | | | X | | | | | |
AC-2 | X | | | | | | | | X | | X |
AC-2(1) | | X | | | | | | | | X | |
AC-3 | X | | | | | | X | | | X | |";

const MATRIX: &str = "\
Control ID | Can Be Inherited from CSP | Specific Inheritance and Customer Agency/CSP Responsibilities
AC-1 | Yes |
AC-2 | Partial | CRM: the customer names its owls.
AC-2 (1) | No | The customer counts its owls.
AC-3 | Yes |";

#[test]
fn the_published_sheets_are_read_together() {
    let workbook = xlsx(&[("CIS GSS Worksheet", SUMMARY), ("CRM Worksheet", MATRIX)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Fedramp));
    let import = fedramp(&workbook, &target()).unwrap();
    let names = "CRM: the customer names its owls.";
    assert_eq!(
        rows(&import),
        [
            ("nist-800-53:AC-1", Holder::Provider, None, None),
            ("nist-800-53:AC-2", Holder::Shared, Some(names), Some(names)),
            ("nist-800-53:AC-2(1)", Holder::Customer, None, Some("The customer counts its owls.")),
            ("nist-800-53:AC-3", Holder::Provider, None, None),
        ]
    );
    assert_eq!(problems(&import), [("'CRM Worksheet'!B5".to_owned(), ProblemCode::Contradicts)]);
}

#[test]
fn a_summary_alone_with_groups_above_its_headings_is_read() {
    let text = "\
Control Information Summary
 | Implementation Status | | | Control Origination | | | |
Control_ID | implemented | Planned | N/A | service provider corporate | Service Provider Hybrid (Corporate and System Specific) | Configured by Customer (Customer System Specific) | shared (Service Provider and Customer Responsibility) | Inherited from pre-existing Authorization
ac-02 | ✔ | | | | | | ✔ |
AC-17 (02) | ✔ | | | ✔ | | | |
AU-6 | | ✔ | | | | | |
PE-3 | ✔ | | | | | | | the data centre
XX | ✔ | | | ✔ | | | |";
    let import = fedramp(&xlsx(&[("Summary", text)]), &target()).unwrap();
    assert_eq!(
        rows(&import),
        [("nist-800-53:AC-2", Holder::Shared, None, None), ("nist-800-53:AC-17(2)", Holder::Provider, None, None),]
    );
    assert_eq!(
        problems(&import),
        [
            ("Summary!A6".to_owned(), ProblemCode::Missing),
            ("Summary!I7".to_owned(), ProblemCode::NotUnderstood),
            ("Summary!A7".to_owned(), ProblemCode::Missing),
            ("Summary!A8".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
}
