//! CAIQ v4: who owns each control, as the provider answers. The questions themselves are not kept.

use isoneph_register::Object;
use isoneph_register::kinds::{Answer, AnswerValue, Holder};
use isoneph_workbook::{Heading, Sheet, Workbook};

use super::{
    Import, ImportError, ImportFormat, Line, ProblemCode, Rows, SheetTable, Target, key, object_name, read_holder,
    read_yes_no, sentence,
};

/// The name of this questionnaire in answers.
pub const NAME: &str = "caiq";

const HEADINGS: &[Heading] = &[
    Heading {
        key: "question",
        names: &["Question ID", "Question Number", "CAIQ ID", "質問ID", "質問番号", "Fragen-ID"],
        required: true,
    },
    Heading {
        key: "answer",
        names: &[
            "CSP CAIQ Answer",
            "CAIQ Answer",
            "CSP Answer",
            "Consensus Assessment Answer",
            "Answer",
            "CSPのCAIQ回答",
            "CAIQ回答",
            "回答",
            "Antwort des CSP",
            "Antwort",
        ],
        required: true,
    },
    Heading {
        key: "ownership",
        names: &[
            "SSRM Control Ownership",
            "Control Ownership",
            "SSRM Ownership",
            "SSRM管理策の所有",
            "責任の所在",
            "Verantwortung",
        ],
        required: true,
    },
    Heading {
        key: "implementation",
        names: &[
            "CSP Implementation Description",
            "Implementation Description",
            "CSPの実装の説明",
            "実装の説明",
            "Umsetzungsbeschreibung",
        ],
        required: false,
    },
    Heading {
        key: "customer-duty",
        names: &[
            "CSC Responsibilities",
            "CSC Responsibility",
            "Customer Responsibilities",
            "CSCの責任",
            "利用者の責任",
            "Pflichten des Kunden",
        ],
        required: false,
    },
    Heading { key: "control", names: &["CCM Control ID", "Control ID", "CCM ID"], required: false },
];

pub(super) fn fits(sheet: &Sheet) -> bool {
    sheet.table(HEADINGS).is_ok()
}

/// Reads a CAIQ. Rows without an answer make nothing: an empty form says nothing.
///
/// # Errors
/// If no sheet has its headings.
pub fn caiq(workbook: &Workbook, target: &Target) -> Result<Import, ImportError> {
    let (tables, mut rows) = Rows::find(workbook, HEADINGS, ImportFormat::Caiq)?;
    for table in &tables {
        let version = version_of(table);
        for line in table.rows() {
            read_line(&line, version.as_deref(), target, &mut rows);
        }
    }
    Ok(rows.finish())
}

/// It stands in the name of the sheet, or in a title above the headings.
fn version_of(table: &SheetTable<'_>) -> Option<String> {
    let (sheet, heading) = (table.table().sheet(), table.table().heading_row());
    let above = sheet.rows.iter().take_while(|row| row.number < heading);
    let titles = above.flat_map(|row| row.cells.iter().map(|cell| cell.text.as_str()));
    std::iter::once(sheet.name.as_str()).chain(titles).find_map(version_in)
}

fn read_line(line: &Line<'_>, version: Option<&str>, target: &Target, rows: &mut Rows) {
    let id = line.text("question");
    // Titles of domains, closing lines and notes stand between the questions: they answer nothing.
    if !is_question(id) {
        let answer = line.text("answer");
        if !answer.is_empty() && (line.row().cells.len() > 1 || read_yes_no(answer).is_some()) {
            rows.start(line, "question");
            let message =
                if id.is_empty() { "which question it answers is not said" } else { "this is no id of a question" };
            rows.problem(line, "question", ProblemCode::NotUnderstood, message);
        }
        return;
    }
    rows.start(line, "question");
    let Some(value) = value(line, rows) else { return };
    let owner = line.text("ownership");
    let ownership = read_holder(owner);
    if ownership.is_none() && !owner.is_empty() {
        rows.problem(line, "ownership", ProblemCode::NotUnderstood, format!("'{owner}' names no owner"));
    }
    let mut answer = Answer::new(target.service.clone(), NAME.to_owned(), id.to_owned(), value);
    answer.version = version.map(str::to_owned);
    answer.ownership = ownership;
    answer.implementation = sentence(line.text("implementation"));
    answer.customer_duty = sentence(line.text("customer-duty"));
    answer.area = target.area(id);
    answer.document.clone_from(&target.document);
    answer.answered = target.dated;
    for (key, message) in incomplete(&answer) {
        rows.problem(line, key, ProblemCode::Incomplete, message);
    }
    let edition = version.map_or(NAME.to_owned(), |version| format!("{NAME}-{version}"));
    let name = object_name(&[&target.service, &edition, id]);
    rows.make(line, "question", Object::new(name, answer));
}

fn value(line: &Line<'_>, rows: &mut Rows) -> Option<AnswerValue> {
    match key(line.text("answer")).trim_end_matches('.') {
        "yes" | "y" | "はい" | "ja" => return Some(AnswerValue::Yes),
        "no" | "n" | "いいえ" | "nein" => return Some(AnswerValue::No),
        "na" | "n/a" | "n.a" | "not applicable" | "該当なし" | "対象外" | "nicht anwendbar" => {
            return Some(AnswerValue::NotApplicable);
        }
        "" => rows.problem(line, "answer", ProblemCode::Missing, "not answered"),
        _ => rows.problem(line, "answer", ProblemCode::NotUnderstood, "the answer is Yes, No or NA"),
    }
    None
}

/// What a careful reader of the form would send back.
fn incomplete(answer: &Answer) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    if answer.answer == AnswerValue::Yes && answer.ownership.is_none() {
        found.push(("ownership", "an answer of Yes needs an owner"));
    }
    if answer.answer == AnswerValue::NotApplicable && answer.implementation.is_none() {
        found.push(("implementation", "an answer of NA needs its reason"));
    }
    if matches!(answer.ownership, Some(Holder::Shared | Holder::Customer)) && answer.customer_duty.is_none() {
        found.push(("customer-duty", "the customer has a part, and is not told which"));
    }
    found
}

/// `A&A-01.1`, `IAM-16.2`: letters, a number, a number.
fn is_question(id: &str) -> bool {
    let Some((control, question)) = id.rsplit_once('.') else { return false };
    let Some((domain, number)) = control.rsplit_once('-') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let letters = |c: char| c.is_ascii_alphabetic() || c == '&' || c == '-';
    digits(question) && digits(number) && !domain.is_empty() && domain.chars().all(letters)
}

/// `CAIQv4.0.3` → `4.0.3`.
fn version_in(text: &str) -> Option<String> {
    let key = key(text);
    let after = key.split_once("caiq").map_or(key.as_str(), |(_, after)| after);
    let numbers = after.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_matches('.'));
    numbers.filter(|word| word.contains('.') && word.len() <= 12).map(str::to_owned).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_questions_are_told_from_titles() {
        for id in ["A&A-01.1", "IAM-16.2", "AIS-04.10"] {
            assert!(is_question(id), "{id}");
        }
        for id in ["", "A&A", "End of Standard", "A&A-01", "1.1", "-1.1"] {
            assert!(!is_question(id), "{id}");
        }
    }

    #[test]
    fn the_version_stands_in_the_name_of_the_sheet_or_a_title() {
        assert_eq!(version_in("CAIQv4.0.3").as_deref(), Some("4.0.3"));
        assert_eq!(version_in("CONSENSUS ASSESSMENTS INITIATIVE QUESTIONNAIRE v4.1").as_deref(), Some("4.1"));
        assert_eq!(version_in("Answers"), None);
    }
}
