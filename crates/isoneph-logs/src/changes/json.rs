//! Exports as JSON: our own form, Jira's and ServiceNow's.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bounds::{Owner, may_bound};
use super::pages::MorePages;
use super::record::{Column, Record, column_of};
use super::{ChangePlace, ChangesError, values};
use crate::pages::more;

/// What an export holds.
pub(super) struct Export {
    pub(super) format: &'static str,
    pub(super) records: Vec<Record>,
    /// The keys that were not understood.
    pub(super) unread: BTreeSet<String>,
    pub(super) more: Option<MorePages>,
}

pub(super) fn records(file: &str, bytes: &[u8]) -> Result<Export, ChangesError> {
    let (document, lines) = document(file, bytes)?;
    let mut unread = BTreeSet::new();
    let (format, pointer, rows) = rows(&document).ok_or_else(|| ChangesError::NotChanges {
        file: file.to_owned(),
        columns: document.as_object().map_or_else(String::new, |o| o.keys().cloned().collect::<Vec<_>>().join(", ")),
    })?;
    let more = more(&document, rows.len()).map(|(key, total)| MorePages {
        place: ChangePlace { file: file.to_owned(), locator: format!("#/{key}") },
        total,
    });
    let names = document.get("names").and_then(Value::as_object);
    let mut records = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let line = lines.get(index).map(|line| format!("{file}:{line}"));
        let mut record = Record::at(line.unwrap_or_else(|| format!("#{pointer}/{index}")));
        if let Some(row) = row.as_object() {
            let inner = row.get("fields").and_then(Value::as_object).filter(|_| format == "jira-json");
            let stored = format == "servicenow-json" && is_stored(row);
            let form = Form { stored, runs: format == "pipelines-json" };
            let mut not_understood = take(row, None, form, &mut record);
            not_understood.extend(inner.map(|fields| take(fields, names, form, &mut record)).unwrap_or_default());
            let open = not_understood.iter().filter(|(key, heading)| may_bound(heading, owner(format, key), &record));
            let open: Vec<String> = open.map(|(_, heading)| (*heading).to_owned()).collect();
            record.open.extend(open);
            unread.extend(not_understood.into_iter().map(|(_, heading)| heading.to_owned()));
        }
        records.push(record);
    }
    unread.remove("fields");
    Ok(Export { format, records, unread, more })
}

/// The document; of one with a row a line a list of them, and their lines, from 1.
fn document(file: &str, bytes: &[u8]) -> Result<(Value, Vec<usize>), ChangesError> {
    let unreadable = |message: String| ChangesError::Unreadable { file: file.to_owned(), message };
    let error = match serde_json::from_slice(bytes) {
        Ok(document) => return Ok((document, Vec::new())),
        Err(error) => error,
    };
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let mut rows = Vec::new();
    for (index, line) in lines {
        match serde_json::from_slice::<Value>(line) {
            Ok(row) if row.is_object() => rows.push((row, index + 1)),
            // Not even the first line is one row.
            _ if rows.is_empty() => break,
            _ => return Err(unreadable(format!("line {}: it is no row in JSON as those before it", index + 1))),
        }
    }
    if rows.is_empty() {
        return Err(unreadable(error.to_string()));
    }
    let (rows, lines) = rows.into_iter().unzip();
    Ok((Value::Array(rows), lines))
}

type Rows<'a> = (&'static str, &'static str, &'a [Value]);

fn rows(document: &Value) -> Option<Rows<'_>> {
    if let Some(rows) = document.as_array() {
        return Some((if are_runs(rows) { "pipelines-json" } else { "changes-json" }, "", rows));
    }
    let forms = [
        ("changes-json", "/changes", "changes"),
        ("pipelines-json", "/runs", "runs"),
        ("pipelines-json", "/workflow_runs", "workflow_runs"),
        ("jira-json", "/issues", "issues"),
        ("servicenow-json", "/result", "result"),
        ("servicenow-json", "/records", "records"),
    ];
    let listed = |key: &str| document.get(key).and_then(Value::as_array).map(Vec::as_slice);
    let found = forms.into_iter().find_map(|(format, pointer, key)| Some((format, pointer, listed(key)?)));
    // Many answers of Microsoft's list something in `value`: here it is runs of Azure Pipelines.
    let of_microsoft = || Some(("pipelines-json", "/value", listed("value").filter(|rows| are_runs(rows))?));
    // The last line that is left of a file with a row a line.
    let alone = || is_row(document).then(|| ("changes-json", "", std::slice::from_ref(document)));
    found.or_else(of_microsoft).or_else(alone)
}

/// Whether a document is one change alone: it has a number, and says how it stands.
fn is_row(document: &Value) -> bool {
    let has = |wanted: &[Column]| {
        let mut keys = document.as_object().into_iter().flat_map(Map::keys);
        keys.any(|key| column_of(key).is_some_and(|column| wanted.contains(&column)))
    };
    has(&[Column::Id, Column::Run, Column::Commit]) && has(&[Column::State, Column::Approval, Column::Approvers])
}

/// Whether rows are runs of pipelines, by the first of them.
fn are_runs(rows: &[Value]) -> bool {
    rows.first().and_then(Value::as_object).is_some_and(|row| {
        row.keys().filter_map(|key| column_of(key)).any(|column| matches!(column, Column::Run | Column::Commit))
    })
}

/// Whose field it is: what users add has a number for a key in Jira, and begins with `u_` in ServiceNow.
fn owner(format: &str, key: &str) -> Owner {
    match format {
        "jira-json" if key.starts_with("customfield_") => Owner::Jira,
        "servicenow-json" if key.starts_with("u_") => Owner::Anybody,
        "jira-json" | "servicenow-json" => Owner::Register,
        _ => Owner::Anybody,
    }
}

/// What is known of a row beside its fields.
#[derive(Clone, Copy)]
struct Form {
    /// Whether it holds what ServiceNow's database holds.
    stored: bool,
    /// Whether it is a run of a pipeline.
    runs: bool,
}

impl Form {
    fn column_of(self, heading: &str) -> Option<Column> {
        // GitLab says so who started a run; of a change it may say who carries it out.
        let of_run = || (self.runs && heading == "user").then_some(Column::Starters);
        column_of(heading).or_else(of_run)
    }
}

/// Takes the fields of a row, and gives those that are not understood: their keys and headings.
fn take<'r>(
    row: &'r Map<String, Value>,
    names: Option<&'r Map<String, Value>>,
    form: Form,
    record: &mut Record,
) -> Vec<(&'r str, &'r str)> {
    let stored = form.stored;
    let mut not_understood = Vec::new();
    for (key, value) in row {
        let heading = names.and_then(|names| names.get(key)).and_then(Value::as_str).unwrap_or(key);
        // An issue of Jira has a number in its database beside its key.
        let is_row = key == "id" && row.contains_key("key") && row.contains_key("fields");
        // GitLab's projects have numbers, those of Google Cloud have words.
        let is_repository = key == "project_id" && value.is_number();
        if is_repository {
            continue;
        }
        let Some(column) = form.column_of(heading).filter(|_| !is_row) else {
            if !is_empty(value) {
                not_understood.push((key.as_str(), heading));
            }
            continue;
        };
        if is_reference(value) || (stored && is_row_id(value)) {
            // It names somebody or something by the number of a row in a database that is not at hand.
            if column.is_bound() {
                record.open.insert(heading.to_owned());
            }
            record.add(column, None);
        } else if column.is_time() && (stored || stored_value(value).is_some()) {
            record.utc.insert(column);
            record.add(column, stored_value(value).or_else(|| value.as_str().map(str::to_owned)));
        } else if column == Column::Approval && value.is_array() {
            values::decisions(value, record);
        } else {
            let mut texts = Vec::new();
            let is_understood = values::flatten(value, column, &mut texts);
            // The number of a state says the same in every language.
            if column == Column::State {
                texts.extend(stored_value(value));
            }
            // A bound or a state that is lost would let the row approve more than it says.
            if !is_understood && (column.is_bound() || matches!(column, Column::State | Column::Outcome)) {
                record.open.insert(heading.to_owned());
            }
            record.add(column, texts);
        }
    }
    not_understood
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a row of ServiceNow holds what its database holds, as its Table API answers unless it is asked for displayed
/// values: states are numbers, references point at rows, and times are in UTC.
fn is_stored(row: &Map<String, Value>) -> bool {
    let state = row.get("state").and_then(Value::as_str);
    state.is_some_and(|state| state.parse::<i32>().is_ok()) || row.values().any(is_reference)
}

/// A row of another table: `{"link": …, "value": …}`.
fn is_reference(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.contains_key("link") && !fields.contains_key("display_value"))
}

/// The number of a row: 32 hexadecimal digits.
fn is_row_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// ServiceNow writes `{"display_value": …, "value": …}`, the value being that of its database: of a time in UTC, of a
/// choice its number.
fn stored_value(value: &Value) -> Option<String> {
    let object = value.as_object().filter(|object| object.contains_key("display_value"))?;
    object.get("value").and_then(Value::as_str).map(str::to_owned)
}
