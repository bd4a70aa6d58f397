//! Sheets into objects, each with its place; what cannot be read is told with the cell.

use std::collections::BTreeMap;

use isoneph_workbook::{Row, Sheet, Workbook};
use serde_json::{Map, Value};

use super::cell;
use super::columns::{Column, Shape, columns};
use super::{LABELS, NAME, PROPOSED};
use crate::documents::Documents;
use crate::kinds::{Kind, Spec};
use crate::mistake::Mistake;
use crate::object::Object;

/// How far down a sheet its headings are looked for.
const HEADINGS_WITHIN: usize = 10;

/// Whether a workbook is one of the register: some sheet is called like a kind and has a column of names.
pub fn is_register_workbook(workbook: &Workbook) -> bool {
    workbook.sheets.iter().any(|sheet| kind_of(sheet).is_some() && headings(sheet).is_some())
}

/// Reads the objects of a register's workbook.
pub fn read_workbook(path: &str, bytes: &[u8], workbook: &Workbook, documents: &mut Documents) {
    let mut objects = Vec::new();
    for sheet in workbook.sheets.iter().filter(|sheet| !sheet.hidden) {
        let mut reader = Reader { path, sheet, mistakes: Vec::new() };
        match (kind_of(sheet), headings(sheet)) {
            _ if sheet.rows.is_empty() => {}
            (Some(kind), Some(headings)) => objects.extend(reader.objects(kind, headings)),
            (Some(_), None) => reader.fail(1, 0, format!("no heading '{NAME}' in the first {HEADINGS_WITHIN} rows")),
            (None, _) => reader.fail(1, 0, format!("'{}' is no kind of the register", sheet.name)),
        }
        reader.mistakes.into_iter().for_each(|mistake| documents.mistake(mistake));
    }
    documents.take(path, bytes, objects);
}

fn kind_of(sheet: &Sheet) -> Option<Kind> {
    sheet.name.trim().to_lowercase().parse().ok()
}

/// The row of headings.
fn headings(sheet: &Sheet) -> Option<&Row> {
    sheet.rows.iter().take(HEADINGS_WITHIN).find(|row| row.cells.iter().any(|cell| cell.text == NAME))
}

struct Reader<'a> {
    path: &'a str,
    sheet: &'a Sheet,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    fn fail(&mut self, row: u32, column: u32, message: String) {
        let place = self.sheet.place(row, column);
        self.mistakes.push(Mistake { file: self.path.to_owned(), place, message });
    }

    fn objects(&mut self, kind: Kind, headings: &'a Row) -> Vec<(String, Object)> {
        let fields: BTreeMap<String, &Column> = columns(kind).iter().map(|column| (column.title(), column)).collect();
        let mut meanings: BTreeMap<u32, &str> = BTreeMap::new();
        for cell in &headings.cells {
            let known = [NAME, LABELS, PROPOSED].contains(&cell.text.as_str()) || fields.contains_key(&cell.text);
            let twice = meanings.values().any(|other| *other == cell.text);
            match (known, twice) {
                (false, _) => self.fail(headings.number, cell.column, format!("a {kind} has no field '{}'", cell.text)),
                (true, true) => self.fail(headings.number, cell.column, format!("'{}' is there twice", cell.text)),
                (true, false) => drop(meanings.insert(cell.column, &cell.text)),
            }
        }
        let rows = self.sheet.rows.iter().filter(|row| row.number > headings.number);
        rows.filter_map(|row| self.object(kind, row, &meanings, &fields)).collect()
    }

    fn object(
        &mut self,
        kind: Kind,
        row: &Row,
        meanings: &BTreeMap<u32, &str>,
        fields: &BTreeMap<String, &Column>,
    ) -> Option<(String, Object)> {
        let before = self.mistakes.len();
        let (mut name, mut proposed) = (None, false);
        let (mut labels, mut spec) = (BTreeMap::new(), Value::Object(Map::new()));
        for cell in &row.cells {
            let Some(meaning) = meanings.get(&cell.column) else {
                self.fail(row.number, cell.column, "this cell has no heading".to_owned());
                continue;
            };
            let read = match *meaning {
                NAME => {
                    name = Some((cell.column, cell.text.clone()));
                    Ok(())
                }
                PROPOSED => cell::read(&cell.text, &Shape::Flag).map(|flag| proposed = flag == Value::Bool(true)),
                LABELS => read_labels(&cell.text).map(|read| labels = read),
                field => match fields.get(field) {
                    Some(column) => {
                        cell::read(&cell.text, &column.shape).map(|value| put(&mut spec, &column.path, value))
                    }
                    None => Ok(()),
                },
            };
            if let Err(message) = read {
                self.fail(row.number, cell.column, message);
            }
        }
        let Some((column, name)) = name else {
            let first = row.cells.first().map_or(0, |cell| cell.column);
            self.fail(row.number, first, format!("this {kind} has no name"));
            return None;
        };
        if self.mistakes.len() > before {
            return None;
        }
        match Spec::deserialize(kind, spec) {
            Ok(spec) => Some((self.sheet.place(row.number, column), Object { name, labels, proposed, spec })),
            Err(error) => {
                self.fail(row.number, column, error.to_string());
                None
            }
        }
    }
}

fn put(spec: &mut Value, path: &[String], value: Value) {
    let Some((last, above)) = path.split_last() else { return };
    let mut at = spec;
    for field in above {
        at = &mut at[field.as_str()];
    }
    // A part that is only said to be there does not wipe out what its fields have said.
    let there = at.get(last.as_str()).is_some();
    if !(there && value.as_object().is_some_and(Map::is_empty)) {
        at[last.as_str()] = value;
    }
}

fn read_labels(text: &str) -> Result<BTreeMap<String, String>, String> {
    let lines = cell::read(text, &Shape::Texts)?;
    let pair = |line: &Value| {
        let line = line.as_str().unwrap_or_default();
        let (key, value) = line.split_once('=').ok_or_else(|| format!("'{line}' is no label: key=value"))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    lines.as_array().into_iter().flatten().map(pair).collect()
}
