//! The monotonicity test.
//!
//! Each change makes an estate of its own, and as many estates as possible are judged in one run: every estate is a
//! snapshot of its own, and its uids, and what refers to them, carry its number. That is sound only if rows of two
//! estates can never meet, which the plan tells: every join has to go by a `uid`. Otherwise each estate is judged alone.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{Extent, Outcome};
use isoneph_tables::{ColumnKind, TableId};

use super::cases::Case;
use super::rows::{Estate, TestCoverage, TestRow, UID, Value, inventory};
use super::{HarnessError, TestReport, judge};
use crate::engine::{Engine, Settled};

/// Stands between a uid and the number of its estate. No uid of a test ends like this.
const MARK: char = '~';
/// The most estates in one run.
const MOST: usize = 4_000;
/// The most rows tried in place of dropped coverage, for one table of one case.
const MOST_ROWS: usize = 40;

/// What was changed, and the estates with every value in its place.
struct Change {
    /// What is unknown, in words.
    what: String,
    unknown: Estate,
    /// What could have been there, in words, and the estate with it.
    instead: Vec<(String, Estate)>,
}

pub(super) fn test(
    engine: &Engine,
    path: &str,
    case: &Case,
    all: &[Case],
    report: &mut TestReport,
) -> Result<(), HarnessError> {
    let Some(prepared) = engine.checks.first().and_then(Settled::prepared) else { return Ok(()) };
    let mut changes = cell_changes(&prepared.reads, case, all);
    changes.extend(coverage_changes(&prepared.tables, case, all));
    report.tried += changes.len();
    let estates: Vec<&Estate> =
        changes.iter().flat_map(|c| std::iter::once(&c.unknown).chain(c.instead.iter().map(|(_, e)| e))).collect();
    let tables: Vec<TableId> = prepared.tables.iter().copied().collect();
    let most = if prepared.isolated { MOST } else { 1 };
    let mut answers: Vec<BTreeMap<String, Outcome>> = Vec::with_capacity(estates.len());
    for chunk in estates.chunks(most) {
        answers.extend(answer(engine, path, &tables, chunk)?);
    }
    let mut answers = answers.into_iter();
    for change in &changes {
        let unknown = answers.next().unwrap_or_default();
        for (value, _) in &change.instead {
            let known = answers.next().unwrap_or_default();
            report.failures.extend(differences(path, case, &change.what, value, &unknown, &known));
        }
    }
    Ok(())
}

fn differences(
    path: &str,
    case: &Case,
    what: &str,
    value: &str,
    unknown: &BTreeMap<String, Outcome>,
    known: &BTreeMap<String, Outcome>,
) -> Vec<String> {
    let differs = |(uid, outcome): (&String, &Outcome)| {
        let other = *known.get(uid)?;
        (*outcome != Outcome::Unknown && other != Outcome::Unknown && *outcome != other).then(|| {
            format!(
                "{path}:{}: {}\n  with {what}, '{uid}' comes out '{outcome}'; {value}, it comes out '{other}'",
                case.line, case.title
            )
        })
    };
    unknown.iter().filter_map(differs).collect()
}

/// Judges estates in one run; of each, the outcome by uid.
fn answer(
    engine: &Engine,
    path: &str,
    tables: &[TableId],
    estates: &[&Estate],
) -> Result<Vec<BTreeMap<String, Outcome>>, HarnessError> {
    let marked: Vec<Estate> = estates.iter().enumerate().map(|(number, estate)| mark(estate, number)).collect();
    let mut answers = vec![BTreeMap::new(); estates.len()];
    for outcome in judge(engine, &inventory(path, tables, marked.iter())?)? {
        let Some(subject) = outcome.subject else { continue };
        if let Some((uid, number)) = subject.address.rsplit_once(MARK)
            && let Some(answer) = number.parse().ok().and_then(|number: usize| answers.get_mut(number))
        {
            answer.insert(uid.to_owned(), outcome.outcome);
        }
    }
    Ok(answers)
}

/// The estate with its number on every uid and on everything that refers to one.
fn mark(estate: &Estate, number: usize) -> Estate {
    let uids: BTreeSet<&str> = estate.rows.iter().map(TestRow::uid).collect();
    let change = |text: &str| if uids.contains(text) { format!("{text}{MARK}{number}") } else { text.to_owned() };
    let row = |row: &TestRow| TestRow {
        cells: row.cells.iter().map(|cell| cell.as_ref().map(|value| value.map_texts(&change))).collect(),
        ..row.clone()
    };
    Estate { rows: estate.rows.iter().map(row).collect(), ..estate.clone() }
}

/// Every cell that the check reads, unknown, and with each value that it could have.
fn cell_changes(reads: &BTreeSet<(TableId, usize)>, case: &Case, all: &[Case]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, row) in case.estate.rows.iter().enumerate() {
        let defs: Vec<_> = row.table.def().all_columns().collect();
        let columns = reads.iter().filter(|(table, _)| *table == row.table).map(|(_, column)| *column);
        for column in columns.filter(|column| !["snapshot", "uid", "row"].contains(&defs[*column].name)) {
            let with = |value: Option<Value>| {
                let mut estate = case.estate.clone();
                estate.rows[index].cells[column] = value;
                estate
            };
            let place = format!("{}.{} of '{}'", row.table, defs[column].name, row.uid());
            let values = samples(row.table, column, defs[column].kind, case, all);
            let instead = values.into_iter().map(|value| (format!("with {value} there"), with(Some(value)))).collect();
            changes.push(Change { what: format!("{place} unknown"), unknown: with(None), instead });
        }
    }
    changes
}

/// Values that a column could have: those seen in it anywhere in the tests, and a few that stand for any.
fn samples(table: TableId, column: usize, kind: ColumnKind, case: &Case, all: &[Case]) -> BTreeSet<Value> {
    let rows = all.iter().flat_map(|case| &case.estate.rows).filter(|row| row.table == table);
    let mut values: BTreeSet<Value> = rows.filter_map(|row| row.cells[column].clone()).collect();
    let text = |text: &str| Value::Text(text.to_owned());
    match kind {
        ColumnKind::Bool => values.extend([Value::Bool(false), Value::Bool(true)]),
        ColumnKind::Int => values.extend([0, 1, 1_000_000].map(Value::Int)),
        ColumnKind::Time => values.extend([0, 4_102_444_800_000_000].map(Value::Time)),
        ColumnKind::Texts => values.extend([Value::Texts(Vec::new()), Value::Texts(vec!["other".to_owned()])]),
        ColumnKind::Text => values.extend([text(""), text("other")]),
    }
    // A column that refers to things could refer to any thing of this case.
    let refers = |case: &Case, value: &Value| matches!(value, Value::Text(text) if case.estate.rows.iter().any(|row| row.uid() == text));
    if values.iter().any(|value| all.iter().any(|case| refers(case, value))) {
        values.extend(case.estate.rows.iter().map(|row| text(row.uid())));
    }
    values
}

/// Every table that the check reads, its coverage dropped, and with each row that it could have held.
fn coverage_changes(tables: &BTreeSet<TableId>, case: &Case, all: &[Case]) -> Vec<Change> {
    let change = |table: &TableId| {
        let mut unknown = case.estate.clone();
        unknown.coverage.insert(*table, TestCoverage { extent: Extent::None, code: None });
        let with = |row: TestRow| {
            let mut estate = case.estate.clone();
            estate.coverage.remove(table);
            estate.rows.push(row);
            estate
        };
        let rows = rows_like(*table, case, all);
        let instead = rows.into_iter().map(|row| (format!("with a row like line {}", row.line), with(row))).collect();
        Change { what: format!("no coverage of '{table}'"), unknown, instead }
    };
    tables.iter().map(change).collect()
}

/// Rows of a table as the tests have them, speaking of the things of this case.
fn rows_like(table: TableId, case: &Case, all: &[Case]) -> Vec<TestRow> {
    let mut rows: Vec<TestRow> = Vec::new();
    for other in all {
        for row in other.estate.rows.iter().filter(|row| row.table == table) {
            for turn in 0..case.estate.rows.len().max(1) {
                let mut new = TestRow {
                    cells: row
                        .cells
                        .iter()
                        .map(|c| c.as_ref().map(|v| v.map_texts(&|t| here(t, other, case, turn))))
                        .collect(),
                    ..row.clone()
                };
                new.cells[UID] = Some(Value::Text("new-row".to_owned()));
                if !rows.iter().any(|known| known.cells == new.cells) {
                    rows.push(new);
                }
            }
        }
    }
    rows.truncate(MOST_ROWS);
    rows
}

/// A reference of another case, turned to a thing of this one that is of the same table.
fn here(text: &str, other: &Case, case: &Case, turn: usize) -> String {
    let Some(named) = other.estate.rows.iter().find(|row| row.uid() == text) else { return text.to_owned() };
    let alike: Vec<&str> = case.estate.rows.iter().filter(|row| row.table == named.table).map(TestRow::uid).collect();
    if alike.is_empty() { text.to_owned() } else { alike[turn % alike.len()].to_owned() }
}
