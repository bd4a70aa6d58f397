//! What makes a row doubtful, whatever the format: marks with two meanings, remarks that stand elsewhere, rows that
//! disagree.

use isoneph_register::Object;
use isoneph_register::kinds::Spec;
use isoneph_workbook::Table;

/// What two rows of the same have to agree on; the rest is prose.
pub(super) fn decides(object: &Object) -> String {
    match &object.spec {
        Spec::Responsibility(row) => format!("{:?}", row.holder),
        Spec::Answer(answer) => format!("{:?} {:?}", answer.answer, answer.ownership),
        Spec::Statement(statement) => format!("{:?} {:?}", statement.applicable, statement.status),
        _ => String::new(),
    }
}

/// What is to be said of such an `x`.
pub(crate) const CROSSED: &str = "the sheet ticks with ○ or ✓: this x may be a tick or a cross";

/// The sheet of a table that has ticks as well as the letter x.
pub(super) fn crossed(table: &Table<'_>) -> Option<String> {
    let has = |is: fn(&str) -> bool| table.rows().any(|line| line.row().cells.iter().any(|cell| is(&cell.text)));
    let ticks = |text: &str| matches!(text, "○" | "◯" | "〇" | "◎" | "●" | "✓" | "✔" | "☑" | "レ");
    (has(is_x) && has(ticks)).then(|| table.sheet().name.clone())
}

pub(super) fn is_x(text: &str) -> bool {
    matches!(text, "x" | "X" | "ｘ" | "Ｘ")
}

/// `Yes*`, `No ¹`: a short value whose condition stands elsewhere.
pub(super) fn bears_a_remark(text: &str) -> bool {
    let marked = text.ends_with(['*', '†', '‡', '¹', '²', '³', '⁴', '⁵', '※']) || text.starts_with('※');
    marked && text.chars().count() <= 30 && text.chars().any(char::is_alphanumeric)
}
