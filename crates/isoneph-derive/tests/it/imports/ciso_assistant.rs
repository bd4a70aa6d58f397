use isoneph_derive::import::{Import, ImportFormat, ProblemCode, Target, ciso_assistant::ciso_assistant, detect};
use isoneph_register::kinds::{Implementation, Statement};
use isoneph_standard::Catalogue;

use super::{csv, problems, xlsx};

fn read(import: &Import) -> Vec<(&str, bool, Option<Implementation>)> {
    let statements = import.objects.iter().map(|object| <&Statement>::try_from(&object.spec).unwrap());
    statements.map(|statement| (statement.control.as_str(), statement.applicable, statement.status)).collect()
}

const EXPORTED: &str = "\
urn | assessable | ref_id | name | description | compliance_result | extended_result | requirement_progress | score | observations
urn:intuitem:risk:req_node:iso27001-2022:a.5 | | A.5 | Lamps | | | | | |
urn:intuitem:risk:req_node:iso27001-2022:a.5.1 | x | A.5.1 | Lamps | Lamps are lit. | compliant | | done | 4 | In the lamp book
urn:intuitem:risk:req_node:iso27001-2022:a.8.15 | x | A.8.15 | Owls | Owls are fed. | partially_compliant | minor_nonconformity | in_progress | |
urn:intuitem:risk:req_node:iso27001-2022:a.7.1 | x | A.7.1 | Doors | | not_applicable | | done | | No building
urn:intuitem:risk:req_node:iso27001-2022:a.7.2 | x | A.7.2 | Doors | | not_applicable | | done | |
urn:intuitem:risk:req_node:iso27001-2022:a.7.3 | x | A.7.3 | Doors | | not_assessed | | to_do | |
urn:intuitem:risk:req_node:iso27001-2022:a.7.4 | x | A.7.4 | Doors | | non_compliant | major_nonconformity | done | |
urn:intuitem:risk:req_node:iso27001-2022:9.2 | x | 9.2 | Clause | | compliant | | done | |";

#[test]
fn the_exported_layout_is_read() {
    let workbook = xlsx(&[("audit", EXPORTED)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::CisoAssistant));
    let import = ciso_assistant(&workbook, &Target::default(), Catalogue::embedded().unwrap()).unwrap();
    assert_eq!(
        read(&import),
        [
            ("5.1", true, Some(Implementation::Implemented)),
            ("8.15", true, Some(Implementation::Partial)),
            ("7.1", false, None),
            ("7.4", true, Some(Implementation::NotImplemented)),
        ]
    );
    assert_eq!(
        problems(&import),
        [
            ("audit!J6".to_owned(), ProblemCode::Missing),
            ("audit!F7".to_owned(), ProblemCode::Missing),
            ("audit!C9".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
    assert!(!serde_json::to_string(&import).unwrap().contains("Owls are fed"));
}

#[test]
fn a_layout_by_another_hand_is_read() {
    let text = "\
Observations,Compliance Result,Ref ID,Requirement Progress
done by hand,Compliant,a.9.2.3,done
,Partially compliant,CLD.12.1.5,in progress
,unsure,A.12.4.1,
,Compliant,SO-1,
";
    let import = ciso_assistant(&csv(text), &Target::default(), Catalogue::embedded().unwrap()).unwrap();
    assert_eq!(
        read(&import),
        [("9.2.3", true, Some(Implementation::Implemented)), ("CLD.12.1.5", true, Some(Implementation::Partial))]
    );
    assert_eq!(
        problems(&import),
        [
            ("file.csv!B4".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!C5".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
}
