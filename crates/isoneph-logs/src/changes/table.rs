//! Exports as CSV.

use std::collections::BTreeSet;

use super::ChangesError;
use super::bounds::{Owner, may_bound};
use super::record::{Column, Record, column_of, plain};

/// Rows of a CSV file and the headings that were not understood.
pub(super) fn records(file: &str, bytes: &[u8]) -> Result<(Vec<Record>, BTreeSet<String>), ChangesError> {
    let unreadable = |error: csv::Error| ChangesError::Unreadable { file: file.to_owned(), message: error.to_string() };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).from_reader(bytes);
    let headings = reader.headers().map_err(unreadable)?.clone();
    let columns: Vec<Option<Column>> = headings.iter().map(column_of).collect();
    if !columns.iter().flatten().any(|column| matches!(column, Column::Id | Column::Run | Column::Commit)) {
        let columns = headings.iter().take(20).collect::<Vec<_>>().join(", ");
        return Err(ChangesError::NotChanges { file: file.to_owned(), columns });
    }
    let unread = headings.iter().zip(&columns).filter(|(_, column)| column.is_none());
    let mut unread: BTreeSet<String> = unread.map(|(heading, _)| heading.to_owned()).collect();
    let is_jira = headings.iter().any(|heading| plain(heading) == "issue_key");
    let owner = if is_jira { Owner::Jira } else { Owner::Anybody };
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = row.position().map_or(0, |position| line_of_row(bytes, position));
        let mut record = Record::at(format!("{file}:{line}"));
        for ((cell, column), heading) in row.iter().zip(&columns).zip(&headings) {
            match column {
                Some(column) if is_an_object(cell) => {
                    record.add(*column, None);
                    unread.insert(format!("{heading} (Jira's tables have no values of it: its API gives them)"));
                }
                // A comma may stand between a day and its time.
                Some(column) if column.is_time() => record.add(*column, times(*column, cell)),
                Some(column) => record.add(*column, split(cell)),
                None => {}
            }
        }
        let not_understood = headings.iter().zip(&columns).zip(&row).filter(|((_, column), _)| column.is_none());
        let open =
            not_understood.filter(|((heading, _), cell)| !cell.trim().is_empty() && may_bound(heading, owner, &record));
        record.open = open.map(|((heading, _), _)| heading.to_owned()).collect();
        if row.len() > headings.len() {
            record.open.insert("cells without a heading".to_owned());
        }
        records.push(record);
    }
    Ok((records, unread))
}

/// Whether a cell names an object of the program that wrote the table, and none of its values: Jira writes
/// `com.atlassian.….ApprovalsCFValue@21c2fe6f` for approvals.
fn is_an_object(cell: &str) -> bool {
    let is_class = |class: &str| class.contains(".") && class.ends_with("CFValue") && !class.contains(' ');
    let is_its_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    cell.trim().rsplit_once('@').is_some_and(|(class, number)| is_class(class) && is_its_number(number))
}

/// The line of a row. The reader counts a line when it has seen its end: where that is two characters, one behind.
fn line_of_row(bytes: &[u8], position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ends = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

/// The texts of a list in one cell.
pub(super) fn split(cell: &str) -> impl Iterator<Item = String> + '_ {
    cell.split([';', ',', '\n', '|', '、', '，']).map(|text| text.trim().to_owned())
}

/// The times in one cell: approvals may be several, a window has one beginning and one end.
fn times(column: Column, cell: &str) -> impl Iterator<Item = String> + '_ {
    let is_list = column == Column::ApprovedAt;
    cell.split(move |c| is_list && [';', '\n', '|'].contains(&c)).map(|text| text.trim().to_owned())
}

/// `;` or a tab where the first line has more of them than commas.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    [b';', b'\t'].into_iter().fold(b',', |best, next| if count(next) > count(best) { next } else { best })
}
