//! The provider cells as a checklist for a vendor, and its answers read back.

use isoneph_model::{ControlId, Edition, Lang, RequirementKind, Role, Support, Text};
use isoneph_register::Object;
use isoneph_register::kinds::{Answer, AnswerValue, Document, EvidenceRef, Holder};
use isoneph_standard::Catalogue;
use isoneph_workbook::{ColumnDraft, Heading, SheetDraft, Workbook};
use serde::Serialize;

use crate::import::{
    Import, ImportError, ImportFormat, ProblemCode, Rows, SheetTable, Target, object_name, read_date, read_word,
};

/// The name of this questionnaire in answers.
pub const NAME: &str = "isoneph";

/// One row: a requirement of a provider cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its id: `CLD.6.3.1/provider-duties-told`.
    pub id: String,
    /// The control.
    pub control: ControlId,
    /// The control's title.
    pub title: Text,
    /// What is to be shown, in our own words.
    pub what: Text,
    /// The kind of evidence that it asks for.
    pub kind: RequirementKind,
    /// Whether the cell can be supported without it.
    pub support: Support,
}

/// The rows of an edition, in the order of the standard.
pub fn questions(catalogue: &Catalogue, edition: Edition) -> Vec<Question> {
    let cells = catalogue.edition(edition).cells().filter(|(_, role, _)| *role == Role::Provider);
    let rows = cells.flat_map(|(control, _, cell)| {
        cell.requires.iter().map(move |requirement| Question {
            id: requirement.key.to_string(),
            control: control.id.clone(),
            title: control.title.clone(),
            what: requirement.what.clone(),
            kind: requirement.kind,
            support: requirement.support,
        })
    });
    rows.collect()
}

/// The checklist for one service as a sheet.
pub fn sheet(questions: &[Question], service: &str, edition: Edition, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let facts = vec![
        (title("Service", "サービス").to_owned(), service.to_owned()),
        (title("Standard", "規格").to_owned(), format!("ISO/IEC 27017:{edition}")),
        (title("Answered by", "回答者").to_owned(), String::new()),
        (title("Answered on", "回答日").to_owned(), String::new()),
    ];
    let columns = vec![
        ColumnDraft::text(title("Question ID", "質問番号"), 34),
        ColumnDraft::text(title("Control", "管理策"), 12),
        ColumnDraft::text(title("Title", "題名"), 30),
        ColumnDraft::text(title("What is to be shown", "示すべき事項"), 60),
        ColumnDraft::text(title("Evidence", "証拠の種類"), 14),
        ColumnDraft::text(title("Weight", "重み"), 12),
        ColumnDraft::choice(title("Answer", "回答"), 16, AnswerValue::ALL.iter().map(|value| value.as_str())),
        ColumnDraft::choice(title("Held by", "担当"), 14, Holder::ALL.iter().map(|holder| holder.as_str())),
        ColumnDraft::text(title("What you do", "実施内容"), 50),
        ColumnDraft::text(title("What the customer must do", "カスタマが行うこと"), 50),
        ColumnDraft::text(title("Document", "文書"), 28),
        ColumnDraft::text(title("Version", "版"), 10),
        ColumnDraft::text(title("Address", "URL"), 28),
        ColumnDraft::text(title("Proof", "裏付け"), 28),
    ];
    let rows = questions.iter().map(|question| {
        vec![
            question.id.clone(),
            question.control.to_string(),
            question.title.get(lang).to_owned(),
            question.what.get(lang).to_owned(),
            question.kind.to_string(),
            question.support.to_string(),
        ]
    });
    let name = title("Checklist", "チェックリスト").to_owned();
    SheetDraft { name, facts, columns, rows: rows.collect() }
}

const HEADINGS: &[Heading] = &[
    Heading { key: "question", names: &["Question ID", "質問番号"], required: true },
    Heading { key: "answer", names: &["Answer", "回答"], required: true },
    Heading { key: "held-by", names: &["Held by", "担当"], required: false },
    Heading { key: "does", names: &["What you do", "実施内容"], required: false },
    Heading {
        key: "customer-does", names: &["What the customer must do", "カスタマが行うこと"], required: true
    },
    Heading { key: "document", names: &["Document", "文書"], required: false },
    Heading { key: "version", names: &["Version", "版"], required: false },
    Heading { key: "url", names: &["Address", "URL"], required: false },
    Heading { key: "proof", names: &["Proof", "裏付け"], required: false },
];

/// Whether a workbook is a checklist.
pub fn is_checklist(workbook: &Workbook) -> bool {
    workbook.sheets.iter().any(|sheet| sheet.table(HEADINGS).is_ok())
}

/// Reads a checklist that was filled in, for the service of the target, or else the one that the sheet names. Rows without an answer make nothing.
///
/// # Errors
/// If no sheet has the headings of a checklist.
pub fn read(
    workbook: &Workbook,
    target: &Target,
    catalogue: &Catalogue,
    edition: Edition,
) -> Result<Import, ImportError> {
    let (tables, mut rows) = Rows::find(workbook, HEADINGS, ImportFormat::Questionnaire)?;
    let known = questions(catalogue, edition);
    let above = |names: [&str; 2]| {
        let mut facts = tables.iter().flat_map(SheetTable::facts);
        facts.find(|(name, _)| names.contains(name)).map(|(_, value)| value.to_owned())
    };
    let service = match target.service.as_str() {
        "" => above(["Service", "サービス"]).unwrap_or_default(),
        given => given.to_owned(),
    };
    let by = above(["Answered by", "回答者"]);
    let on = above(["Answered on", "回答日"]).as_deref().and_then(read_date).or(target.dated);
    for line in tables.iter().flat_map(SheetTable::rows) {
        let id = line.text("question");
        let Some(question) = known.iter().find(|question| question.id == id) else {
            rows.start(&line, "question");
            rows.problem(&line, "question", ProblemCode::NotUnderstood, "no provider cell of this edition asks this");
            continue;
        };
        rows.start(&line, "question");
        if line.text("answer").is_empty() {
            rows.problem(&line, "answer", ProblemCode::Missing, "not answered");
            continue;
        }
        let Some(value) = read_word::<AnswerValue>(line.text("answer")) else {
            rows.problem(
                &line,
                "answer",
                ProblemCode::NotUnderstood,
                "the answer is yes, no, partial or not-applicable",
            );
            continue;
        };
        let held_by = line.text("held-by");
        let ownership = read_word::<Holder>(held_by);
        if ownership.is_none() && !held_by.is_empty() {
            rows.problem(&line, "held-by", ProblemCode::NotUnderstood, "not one of the words for who holds it");
        }
        let text = |key: &str| Some(line.text(key).to_owned()).filter(|text| !text.is_empty());
        let mut answer = Answer::new(service.clone(), NAME.to_owned(), id.to_owned(), value);
        answer.version = Some(edition.to_string());
        answer.ownership = ownership;
        answer.implementation = text("does");
        answer.customer_duty = text("customer-does");
        answer.controls = vec![question.control.clone()];
        answer.requirement = id.split_once('/').map(|(_, name)| name.to_owned());
        answer.answered = on;
        answer.by = by.clone();
        answer.evidence = text("proof").map(EvidenceRef::new).into_iter().collect();
        answer.document = text("document").map(|title| Document {
            version: text("version"),
            url: text("url"),
            ..Document::new(title)
        });
        rows.make(&line, "question", Object::new(object_name(&[&service, NAME, id]), answer));
    }
    Ok(rows.finish())
}
