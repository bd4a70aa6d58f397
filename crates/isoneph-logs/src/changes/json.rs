//! Exports as JSON: our own form, Jira's and ServiceNow's.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::ChangesError;
use super::record::{Column, Record, column_of};

/// How deep people and lists are nested in what we read.
const MAX_DEPTH: usize = 6;

/// The form of the export, its rows, and the keys that were not understood.
pub(super) fn records(file: &str, bytes: &[u8]) -> Result<(&'static str, Vec<Record>, BTreeSet<String>), ChangesError> {
    let document: Value = serde_json::from_slice(bytes)
        .map_err(|error| ChangesError::Unreadable { file: file.to_owned(), message: error.to_string() })?;
    let mut unread = BTreeSet::new();
    let (format, pointer, rows) = rows(&document).ok_or_else(|| ChangesError::NotChanges {
        file: file.to_owned(),
        columns: document.as_object().map_or_else(String::new, |o| o.keys().cloned().collect::<Vec<_>>().join(", ")),
    })?;
    let names = document.get("names").and_then(Value::as_object);
    let mut records = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let mut record = Record::at(format!("#{pointer}/{index}"));
        if let Some(row) = row.as_object() {
            match row.get("fields").and_then(Value::as_object) {
                Some(fields) if format == "jira-json" => {
                    take(row, None, &mut record, &mut unread);
                    take(fields, names, &mut record, &mut unread);
                }
                _ => take(row, None, &mut record, &mut unread),
            }
        }
        records.push(record);
    }
    unread.remove("fields");
    Ok((format, records, unread))
}

type Rows<'a> = (&'static str, &'static str, &'a [Value]);

fn rows(document: &Value) -> Option<Rows<'_>> {
    if let Some(rows) = document.as_array() {
        let runs = rows.first().and_then(Value::as_object).is_some_and(|row| {
            row.keys().filter_map(|key| column_of(key)).any(|column| matches!(column, Column::Run | Column::Commit))
        });
        return Some((if runs { "pipelines-json" } else { "changes-json" }, "", rows));
    }
    let forms = [
        ("changes-json", "/changes", "changes"),
        ("pipelines-json", "/runs", "runs"),
        ("jira-json", "/issues", "issues"),
        ("servicenow-json", "/result", "result"),
        ("servicenow-json", "/records", "records"),
    ];
    forms.into_iter().find_map(|(format, pointer, key)| {
        document.get(key).and_then(Value::as_array).map(|rows| (format, pointer, rows.as_slice()))
    })
}

fn take(
    row: &Map<String, Value>,
    names: Option<&Map<String, Value>>,
    record: &mut Record,
    unread: &mut BTreeSet<String>,
) {
    for (key, value) in row {
        let heading = names.and_then(|names| names.get(key)).and_then(Value::as_str).unwrap_or(key);
        let Some(column) = column_of(heading) else {
            if !value.is_null() {
                unread.insert(heading.to_owned());
            }
            continue;
        };
        let is_time = matches!(column, Column::From | Column::Until);
        if is_time && utc_value(value).is_some() {
            record.utc.insert(column);
            record.add(column, utc_value(value));
        } else if column == Column::Approval && value.is_array() {
            decisions(value, record);
        } else {
            let mut texts = Vec::new();
            flatten(value, column == Column::Approvers, &mut texts, 0);
            record.add(column, texts);
        }
    }
}

/// ServiceNow writes `{"display_value": …, "value": …}`, the value of a time being in UTC.
fn utc_value(value: &Value) -> Option<String> {
    let object = value.as_object().filter(|object| object.contains_key("display_value"))?;
    object.get("value").and_then(Value::as_str).map(str::to_owned)
}

/// Jira Service Management's approvals: `[{"finalDecision": …, "approvers": [{"approver": …, "approverDecision": …}]}]`.
/// All of them must have ended well.
fn decisions(value: &Value, record: &mut Record) {
    let approvals = value.as_array().map_or(&[][..], Vec::as_slice);
    let decision = |approval: &Value| approval.get("finalDecision").and_then(Value::as_str).map(str::to_lowercase);
    let worst = approvals.iter().map(|a| decision(a).unwrap_or_else(|| "pending".to_owned()));
    let all = worst.reduce(|a, b| if a == "approved" { b } else { a });
    record.add(Column::Approval, all);
    let approvers = approvals.iter().filter_map(|a| a.get("approvers").and_then(Value::as_array)).flatten();
    for approver in approvers {
        if approver.get("approverDecision").and_then(Value::as_str).is_some_and(|d| d.eq_ignore_ascii_case("approved"))
        {
            let mut texts = Vec::new();
            flatten(approver.get("approver").unwrap_or(&Value::Null), false, &mut texts, 0);
            record.add(Column::Approvers, texts);
        }
    }
}

/// The text that stands for a value: of a person their address before their name, of a choice its name.
fn flatten(value: &Value, reviews: bool, to: &mut Vec<String>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::String(text) => to.push(text.clone()),
        Value::Number(number) => to.push(number.to_string()),
        Value::Bool(truth) => to.push(truth.to_string()),
        Value::Array(values) => values.iter().for_each(|value| flatten(value, reviews, to, depth + 1)),
        Value::Object(object) => {
            // A review that asks for changes approves nothing.
            let state = object.get("state").and_then(Value::as_str);
            if reviews && state.is_some_and(|state| !state.eq_ignore_ascii_case("approved")) {
                return;
            }
            const TEXTS: [&str; 10] = [
                "emailAddress",
                "email",
                "login",
                "username",
                "displayName",
                "display_value",
                "name",
                "value",
                "user",
                "author",
            ];
            let text = TEXTS.iter().find_map(|key| object.get(*key).filter(|value| !value.is_null()));
            if let Some(text) = text {
                flatten(text, false, to, depth + 1);
            }
        }
        Value::Null => {}
    }
}
