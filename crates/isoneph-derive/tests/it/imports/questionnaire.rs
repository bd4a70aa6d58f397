use isoneph_derive::import::{ProblemCode, Target};
use isoneph_derive::questionnaire::{questions, read, sheet};
use isoneph_model::{Edition, Lang};
use isoneph_register::kinds::{Answer, AnswerValue, Holder};
use isoneph_standard::Catalogue;
use isoneph_workbook::{Limits, WorkbookDraft, write_xlsx};

use super::problems;

#[test]
fn the_checklist_asks_every_provider_cell_and_its_answers_come_back() {
    let catalogue = Catalogue::embedded().unwrap();
    let asked = questions(catalogue, Edition::E2015);
    let cells: std::collections::BTreeSet<_> = asked.iter().map(|question| &question.control).collect();
    assert_eq!(cells.len(), 40);
    for lang in [Lang::En, Lang::Ja] {
        let mut draft = sheet(&asked, "crm", Edition::E2015, lang);
        draft.facts[2].1 = "Kaisho".to_owned();
        draft.facts[3].1 = "2026-10-01".to_owned();
        draft.rows[0].extend(["yes".into(), "shared".into(), "-we do".into(), "=you do".into()]);
        draft.rows[1].extend(["Not Applicable".to_owned()]);
        draft.rows[2].extend(["maybe".to_owned()]);
        let book = WorkbookDraft { title: String::new(), sheets: vec![draft] };
        let workbook = isoneph_workbook::read("q", &write_xlsx(&book).unwrap(), &Limits::default()).unwrap();
        let target = Target { service: "crm".to_owned(), ..Target::default() };
        let import = read(&workbook, &target, catalogue, Edition::E2015).unwrap();
        let answers: Vec<&Answer> = import.objects.iter().map(|o| <&Answer>::try_from(&o.spec).unwrap()).collect();
        assert_eq!(answers.len(), 2);
        assert_eq!((answers[0].answer, answers[0].ownership), (AnswerValue::Yes, Some(Holder::Shared)));
        assert_eq!(answers[0].customer_duty.as_deref(), Some("=you do"));
        assert_eq!(answers[0].by.as_deref(), Some("Kaisho"));
        assert_eq!(answers[0].answered.map(|day| day.to_string()).as_deref(), Some("2026-10-01"));
        assert_eq!(answers[1].answer, AnswerValue::NotApplicable);
        let not_understood = problems(&import).into_iter().filter(|(_, code)| *code == ProblemCode::NotUnderstood);
        assert_eq!(not_understood.count(), 1);
        assert_eq!(import.not_understood(), asked.len() - 2);
    }
}
