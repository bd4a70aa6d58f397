use isoneph_derive::import::{ImportFormat, ProblemCode, Target, caiq::caiq, detect};
use isoneph_register::Object;
use isoneph_register::kinds::{Answer, AnswerValue, Holder};

use super::{csv, problems, xlsx};

fn answer(object: &Object) -> &Answer {
    <&Answer>::try_from(&object.spec).unwrap()
}

fn target() -> Target {
    Target { service: "crm".to_owned(), ..Target::default() }
}

/// As the publisher lays it out: a title, headings in row 2, one of them with two spaces, titles of domains between.
const PUBLISHED: &str = "\
CONSENSUS QUESTIONNAIRE v4.0.3
Question ID | Question | CSP CAIQ Answer | SSRM Control Ownership | CSP Implementation Description (Optional/Recommended) | CSC Responsibilities  (Optional/Recommended) | CCM Control ID
Audit & Assurance
A&A-01.1 | Are lamps audited? | Yes | CSP-owned | Lamps are audited yearly. | | A&A-01
A&A-01.2 | Is the audit written down? | Yes | Shared CSP and CSC | In the lamp book. | The customer reads the lamp book. | A&A-01
IAM-16.1 | Are owls registered? | NA | | | | IAM-16
IAM-16.2 | Are owls fed? | No | 3rd-party outsourced | | | IAM-16
IAM-17.1 | Do owls sleep? | | | | | IAM-17
End of Standard";

#[test]
fn the_published_layout_is_read() {
    let workbook = xlsx(&[("Introduction", "Read this first"), ("CAIQv4.0.3", PUBLISHED)]);
    assert_eq!(detect(&workbook), Some(ImportFormat::Caiq));
    let import = caiq(&workbook, &target()).unwrap();
    let read: Vec<_> =
        import.objects.iter().map(|o| (o.name.as_str(), answer(o).answer, answer(o).ownership)).collect();
    assert_eq!(
        read,
        [
            ("crm/caiq-4.0.3/A-A-01.1", AnswerValue::Yes, Some(Holder::Provider)),
            ("crm/caiq-4.0.3/A-A-01.2", AnswerValue::Yes, Some(Holder::Shared)),
            ("crm/caiq-4.0.3/IAM-16.1", AnswerValue::NotApplicable, None),
            ("crm/caiq-4.0.3/IAM-16.2", AnswerValue::No, Some(Holder::ThirdParty)),
        ]
    );
    assert_eq!(answer(&import.objects[1]).customer_duty.as_deref(), Some("The customer reads the lamp book."));
    assert_eq!(
        problems(&import),
        [("CAIQv4.0.3!E6".to_owned(), ProblemCode::Incomplete), ("CAIQv4.0.3!C8".to_owned(), ProblemCode::Missing),]
    );
}

#[test]
fn no_text_of_a_question_is_taken_over() {
    let import = caiq(&xlsx(&[("CAIQv4.0.3", PUBLISHED)]), &target()).unwrap();
    let everything = serde_json::to_string(&import).unwrap();
    assert!(!everything.contains("lamps audited?") && !everything.contains("owls fed"));
}

#[test]
fn a_layout_by_another_hand_is_read() {
    let text = "\
Kaisho CRM;;;;
Self assessment of 2026-05-01 against CAIQ 4.1;;;;
;;;;
Status;SSRM CONTROL OWNERSHIP;CSC responsibilities;QUESTION  ID;Csp Caiq Answer
ok;csc-owned;Switch it on;LOG-03.1;yes
ok;Shared CSP-CSC;;LOG-03.2;YES
ok;the moon;Look up;LOG-03.3;Yes
ok;CSP-Owned;;LOG-03.3;No
?;CSP-Owned;;LOG-03.4;maybe
";
    let import = caiq(&csv(text), &target()).unwrap();
    let read: Vec<_> = import.objects.iter().map(|o| (o.name.as_str(), answer(o).ownership)).collect();
    assert_eq!(
        read,
        [("crm/caiq-4.1/LOG-03.1", Some(Holder::Customer)), ("crm/caiq-4.1/LOG-03.2", Some(Holder::Shared)),]
    );
    assert_eq!(import.ignored, ["Status"]);
    assert_eq!(
        problems(&import),
        [
            ("file.csv!C6".to_owned(), ProblemCode::Incomplete),
            ("file.csv!B7".to_owned(), ProblemCode::NotUnderstood),
            ("file.csv!B7".to_owned(), ProblemCode::Incomplete),
            // Two answers to one question that disagree: neither is taken.
            ("file.csv!D7".to_owned(), ProblemCode::Contradicts),
            ("file.csv!D8".to_owned(), ProblemCode::Contradicts),
            ("file.csv!E9".to_owned(), ProblemCode::NotUnderstood),
        ]
    );
}

#[test]
fn areas_are_given_by_question_control_or_domain() {
    let areas = [("IAM", "identity"), ("IAM-16.2", "owls")].map(|(id, area)| (id.to_owned(), area.to_owned()));
    let target = Target { areas: areas.into(), ..target() };
    let import = caiq(&xlsx(&[("CAIQv4.0.3", PUBLISHED)]), &target).unwrap();
    let areas: Vec<Option<&str>> = import.objects.iter().map(|object| answer(object).area.as_deref()).collect();
    assert_eq!(areas, [None, None, Some("identity"), Some("owls")]);
}

#[test]
fn a_workbook_without_the_headings_says_what_each_sheet_lacks() {
    let error = caiq(&xlsx(&[("One", "Question ID | Answer")]), &target()).unwrap_err();
    assert!(error.to_string().contains("sheet 'One'"), "{error}");
}
