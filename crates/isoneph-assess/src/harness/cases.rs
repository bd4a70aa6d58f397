//! `tests.md`: a heading that says what is true, rows, and what the check answers.

use std::collections::BTreeMap;

use isoneph_model::{Extent, GapCode};
use isoneph_tables::{COMMON_COLUMNS, Instant, TABLES, TableId};
use jiff::civil::{Date, date};

use super::rows::{Estate, TestCoverage, TestRow, UID, Value};
use crate::check::ParameterValue;
use crate::error::{CheckError, SourceFile, did_you_mean};

/// The day of a test that names none.
pub(super) const AS_OF: Date = date(2026, 7, 1);

/// A case of a test file.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) title: String,
    pub(crate) line: usize,
    pub(crate) estate: Estate,
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
    pub(crate) as_of: Date,
    /// What is expected: the line of the file and the text.
    pub(crate) expect: Vec<(usize, String)>,
    /// Lines of the `expect` block, from the first inside to the closing fence.
    pub(crate) expect_span: Option<(usize, usize)>,
}

struct Block<'a> {
    info: &'a str,
    first_line: usize,
    lines: Vec<&'a str>,
}

/// Reads the cases of a test file.
pub(crate) fn parse(file: &SourceFile) -> Result<Vec<Case>, CheckError> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<Block<'_>> = None;
    for (index, line) in file.text.lines().enumerate() {
        let number = index + 1;
        match (&mut block, line.trim_end()) {
            (Some(_), "```") => {
                if let (Some(block), Some(case)) = (block.take(), cases.last_mut()) {
                    read_block(file, case, &block)?;
                }
            }
            (Some(block), _) => block.lines.push(line),
            (None, line) => {
                if let Some(title) = line.strip_prefix("## ") {
                    cases.push(new_case(title.trim(), number));
                } else if let Some(info) = line.strip_prefix("```") {
                    if cases.is_empty() {
                        return Err(file.error(
                            number,
                            1,
                            "a case begins with a heading '## …' that says what is true",
                        ));
                    }
                    block = Some(Block { info: info.trim(), first_line: number + 1, lines: Vec::new() });
                }
            }
        }
    }
    if let Some(block) = block {
        return Err(file.error(block.first_line - 1, 1, "this block is not closed"));
    }
    for case in &mut cases {
        if case.expect_span.is_none() {
            return Err(file.error(case.line, 1, "this case has no ```expect block"));
        }
        // Evidence is as fresh as the day of the case unless the case says otherwise.
        if case.estate.observed_at.is_none() {
            case.estate.observed_at = midnight(case.as_of);
        }
    }
    Ok(cases)
}

fn new_case(title: &str, line: usize) -> Case {
    Case {
        title: title.to_owned(),
        line,
        estate: Estate { rows: Vec::new(), coverage: BTreeMap::new(), observed_at: None },
        parameters: BTreeMap::new(),
        as_of: AS_OF,
        expect: Vec::new(),
        expect_span: None,
    }
}

fn midnight(day: Date) -> Option<Instant> {
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant(zoned.timestamp().as_microsecond()))
}

fn read_block(file: &SourceFile, case: &mut Case, block: &Block<'_>) -> Result<(), CheckError> {
    let fence = block.first_line - 1;
    let (kind, rest) = block.info.split_once(' ').unwrap_or((block.info, ""));
    match kind {
        "csv" => read_rows(file, case, block, rest.trim()),
        "coverage" => read_coverage(file, case, block),
        "parameters" => {
            case.parameters = toml::from_str(&block.lines.join("\n")).map_err(|error| {
                let before = error.span().map_or(0, |span| span.start);
                let line = block.lines.join("\n").get(..before).map_or(0, |text| text.matches('\n').count());
                file.error(block.first_line + line, 1, error.message().to_owned())
            })?;
            Ok(())
        }
        "as-of" => {
            case.as_of = read_day(file, block)?;
            Ok(())
        }
        "observed-at" => {
            case.estate.observed_at = midnight(read_day(file, block)?);
            Ok(())
        }
        "expect" => {
            if case.expect_span.is_some() {
                return Err(file.error(fence, 1, "one ```expect block a case"));
            }
            let lines = block.lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty());
            case.expect = lines.map(|(index, line)| (block.first_line + index, line.trim().to_owned())).collect();
            case.expect_span = Some((block.first_line, block.first_line + block.lines.len()));
            Ok(())
        }
        other => {
            let known = ["csv", "coverage", "parameters", "as-of", "observed-at", "expect"];
            let error = file.error(fence, 4, format!("a case has no block '{other}'"));
            Err(CheckError { hint: did_you_mean(other, known), ..error })
        }
    }
}

fn read_day(file: &SourceFile, block: &Block<'_>) -> Result<Date, CheckError> {
    let written = block.lines.join("");
    let error = |_| file.error(block.first_line, 1, format!("'{}' is not a day (YYYY-MM-DD)", written.trim()));
    written.trim().parse().map_err(error)
}

fn find_table(file: &SourceFile, line: usize, name: &str) -> Result<TableId, CheckError> {
    TableId::find(name).ok_or_else(|| {
        let error = file.error(line, 1, format!("there is no table '{name}'"));
        CheckError { hint: did_you_mean(name, TABLES.iter().map(|table| table.name)), ..error }
    })
}

fn read_coverage(file: &SourceFile, case: &mut Case, block: &Block<'_>) -> Result<(), CheckError> {
    for (index, line) in block.lines.iter().enumerate() {
        let number = block.first_line + index;
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        let table = find_table(file, number, name)?;
        let refuse = |error: isoneph_model::UnknownWord| file.error(number, 1, error.to_string());
        let extent: Extent = words.next().unwrap_or_default().parse().map_err(refuse)?;
        let code = words.next().map(|word| word.parse::<GapCode>().map_err(refuse)).transpose()?;
        case.estate.coverage.insert(table, TestCoverage { extent, code });
    }
    Ok(())
}

fn read_rows(file: &SourceFile, case: &mut Case, block: &Block<'_>, name: &str) -> Result<(), CheckError> {
    let table = find_table(file, block.first_line - 1, name)?;
    let Some((header, rows)) = block.lines.split_first() else {
        return Err(file.error(block.first_line - 1, 1, "a csv block begins with the names of its columns"));
    };
    let mut columns = Vec::new();
    for written in split_csv(header) {
        let written = written.trim();
        let Some(column) = table.def().column_index(written) else {
            let error = file.error(block.first_line, 1, format!("'{table}' has no column '{written}'"));
            let known = table.def().all_columns().map(|column| column.name);
            return Err(CheckError { hint: did_you_mean(written, known), ..error });
        };
        if ["row", "snapshot"].contains(&written) || columns.contains(&column) {
            return Err(file.error(block.first_line, 1, format!("'{written}' is set already")));
        }
        columns.push(column);
    }
    if !columns.contains(&UID) {
        return Err(file.error(block.first_line, 1, "the column uid is missing"));
    }
    let defs: Vec<_> = table.def().all_columns().collect();
    for (index, line) in rows.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = block.first_line + 1 + index;
        let values = split_csv(line);
        if values.len() != columns.len() {
            let message = format!("{} values, but {} columns", values.len(), columns.len());
            return Err(file.error(number, 1, message));
        }
        let mut cells = vec![None; defs.len()];
        for (column, value) in columns.iter().zip(&values) {
            let parsed = Value::parse(defs[*column].kind, value.trim());
            let in_column = |problem: String| file.error(number, 1, format!("{}: {problem}", defs[*column].name));
            cells[*column] = parsed.map_err(in_column)?;
        }
        let row = TestRow { table, line: number, cells };
        if row.uid().is_empty() {
            return Err(file.error(number, 1, "a row needs a uid"));
        }
        if case.estate.rows.iter().any(|other| other.table == table && other.uid() == row.uid()) {
            return Err(file.error(number, 1, format!("'{}' is there twice", row.uid())));
        }
        case.estate.rows.push(row);
    }
    debug_assert!(COMMON_COLUMNS.len() < defs.len());
    Ok(())
}

/// Splits a line at commas; `"…"` keeps commas in, `""` in it is a quote.
fn split_csv(line: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let value = values.len() - 1;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                values[value].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(String::new()),
            c => values[value].push(c),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_stay() {
        assert_eq!(split_csv(r#"a,"b,""c""",,d"#), ["a", "b,\"c\"", "", "d"]);
    }

    #[test]
    fn a_misspelt_column_is_told_with_its_line() {
        let text = "# t\n## A bucket\n```csv bucket\nuid,chipher\nb,x\n```\n```expect\npass b\n```\n";
        let error = parse(&SourceFile { path: "tests.md".to_owned(), text: text.to_owned() }).unwrap_err();
        assert_eq!((error.line, error.hint.as_deref()), (4, Some("did you mean 'cipher'?")));
    }
}
