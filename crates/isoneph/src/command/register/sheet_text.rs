//! A sheet for the terminal: what it is about, then a block a row with what is not empty. Rows that begin alike stand
//! under one heading, which says once what they all say; rows that differ only in columns that gather are one block.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

use isoneph_workbook::{ColumnDraft, SheetDraft};

use crate::safe;

type Row = Vec<String>;

/// How many values of several rows a line lists before it only counts them.
const LISTED: usize = 12;

/// Writes a sheet.
pub(super) fn write(out: &mut impl Write, sheet: &SheetDraft) -> std::io::Result<()> {
    writeln!(out, "{}", safe::terminal(&sheet.name))?;
    for (name, value) in &sheet.facts {
        writeln!(out, "  {}: {}", safe::terminal(name), safe::terminal(value))?;
    }
    if sheet.rows.is_empty() {
        writeln!(out, "  –")?;
    }
    let titles: Vec<Cow<'_, str>> = sheet.columns.iter().map(|column| safe::terminal(&column.title)).collect();
    for group in sheet.rows.chunk_by(|one, next| begins(one) == begins(next) && !begins(one).is_empty()) {
        match group {
            [row] => write_alone(out, &titles, row)?,
            rows => write_group(out, &titles, &sheet.columns, rows)?,
        }
    }
    writeln!(out)
}

fn begins(row: &Row) -> &str {
    row.first().map(String::as_str).unwrap_or_default()
}

/// A row under its own heading: the first cell that is not empty.
fn write_alone(out: &mut impl Write, titles: &[Cow<'_, str>], row: &Row) -> std::io::Result<()> {
    let mut cells = row.iter().zip(titles).filter(|(cell, _)| !cell.is_empty());
    if let Some((first, _)) = cells.next() {
        writeln!(out, "\n- {}", safe::terminal(first))?;
    }
    cells.try_for_each(|(cell, title)| write_cell(out, "    ", title, cell))
}

fn write_group(
    out: &mut impl Write,
    titles: &[Cow<'_, str>],
    columns: &[ColumnDraft],
    rows: &[Row],
) -> std::io::Result<()> {
    let first = &rows[0];
    writeln!(out, "\n- {}", safe::terminal(begins(first)))?;
    let said_by_all = |n: &usize| rows.iter().all(|row| row.get(*n) == first.get(*n));
    let (common, own): (Vec<usize>, Vec<usize>) = (1..titles.len().min(first.len())).partition(said_by_all);
    for n in common.into_iter().filter(|n| !first[*n].is_empty()) {
        write_cell(out, "    ", &titles[n], &first[n])?;
    }
    for block in blocks(columns, &own, rows) {
        let told = |n: &usize| (*n, gathered(&block, *n));
        let mut cells = own.iter().map(told).filter(|(_, cell)| !cell.is_empty());
        if let Some((n, cell)) = cells.next() {
            write_cell(out, "    - ", &titles[n], &cell)?;
        }
        cells.try_for_each(|(n, cell)| write_cell(out, "      ", &titles[n], &cell))?;
    }
    Ok(())
}

/// Rows that say the same but for what columns that gather say, in the order of the first of each.
fn blocks<'a>(columns: &[ColumnDraft], own: &[usize], rows: &'a [Row]) -> Vec<Vec<&'a Row>> {
    let telling: Vec<usize> = own.iter().copied().filter(|n| columns.get(*n).is_some_and(|c| !c.gathers)).collect();
    let mut places: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut blocks: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let key = telling.iter().map(|n| row.get(*n).map(String::as_str).unwrap_or_default()).collect();
        let place = *places.entry(key).or_insert(blocks.len());
        match blocks.get_mut(place) {
            Some(block) => block.push(row),
            None => blocks.push(vec![row]),
        }
    }
    blocks
}

/// What the rows of a block say in a column: the same, or in turn.
fn gathered<'a>(block: &[&'a Row], column: usize) -> Cow<'a, str> {
    let mut values: Vec<&str> = Vec::new();
    for value in block.iter().filter_map(|row| row.get(column)).filter(|value| !value.is_empty()) {
        if values.last() != Some(&value.as_str()) {
            values.push(value);
        }
    }
    match values.as_slice() {
        [] => Cow::Borrowed(""),
        [value] => Cow::Borrowed(value),
        many if many.len() <= LISTED => Cow::Owned(many.join(", ")),
        many => Cow::Owned(format!("{}, … ({})", many[..LISTED].join(", "), many.len())),
    }
}

/// A cell under its heading; its further lines stand below the first.
fn write_cell(out: &mut impl Write, lead: &str, title: &str, cell: &str) -> std::io::Result<()> {
    write!(out, "{lead}{title}: ")?;
    for (n, line) in cell.lines().enumerate() {
        if n > 0 {
            write!(out, "\n{:1$}", "", lead.len() + 2)?;
        }
        out.write_all(safe::terminal(line).as_bytes())?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use isoneph_workbook::{ColumnDraft, SheetDraft};

    fn shown(rows: &[[&str; 4]]) -> String {
        let columns = vec![
            ColumnDraft::text("Control", 0),
            ColumnDraft::text("Title", 0),
            ColumnDraft { gathers: true, ..ColumnDraft::text("Service", 0) },
            ColumnDraft::text("Status", 0),
        ];
        let rows = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        let sheet = SheetDraft { name: "Sheet".to_owned(), facts: Vec::new(), columns, rows };
        let mut out = Vec::new();
        super::write(&mut out, &sheet).expect("memory holds it");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn rows_that_begin_alike_stand_under_one_heading_and_alike_ones_in_one_block() {
        let text = shown(&[
            ["A.1", "Policies", "desk", "implemented"],
            ["A.1", "Policies", "mail", "planned"],
            ["A.1", "Policies", "shop", "implemented"],
            ["A.2", "Roles", "", "planned\nby\u{1b}[31m Ana"],
        ]);
        let lines = [
            "Sheet",
            "",
            "- A.1",
            "    Title: Policies",
            "    - Service: desk, shop",
            "      Status: implemented",
            "    - Service: mail",
            "      Status: planned",
            "",
            "- A.2",
            "    Title: Roles",
            "    Status: planned",
            "      by�[31m Ana",
        ];
        assert_eq!(text.trim_end().lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn many_values_are_counted_after_the_first_dozen() {
        let names: Vec<String> = (0..30).map(|n| format!("s{n}")).collect();
        let mut rows: Vec<[&str; 4]> = names.iter().map(|name| ["A.1", "Policies", name.as_str(), "done"]).collect();
        rows.push(["A.1", "Policies", "other", "planned"]);
        assert!(shown(&rows).contains("s10, s11, … (30)\n"));
    }
}
