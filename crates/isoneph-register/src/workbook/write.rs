//! Objects into sheets.

use isoneph_workbook::{ColumnDraft, SheetDraft, WorkbookDraft};
use serde_json::Value;

use super::cell;
use super::columns::{Column, Shape, columns};
use super::{LABELS, NAME, PROPOSED};
use crate::kinds::Kind;
use crate::object::Object;

/// The objects as a workbook: a sheet for every kind, empty ones to be filled in included.
///
/// # Errors
/// If an object cannot be written as JSON.
pub fn to_workbook<'a>(objects: impl Iterator<Item = &'a Object>) -> Result<WorkbookDraft, serde_json::Error> {
    let objects: Vec<&Object> = objects.collect();
    let of_kind = |kind: Kind| objects.iter().copied().filter(move |object| object.kind() == kind);
    let sheets = Kind::ALL.iter().map(|kind| sheet(*kind, of_kind(*kind)));
    Ok(WorkbookDraft { title: "register".to_owned(), sheets: sheets.collect::<Result<_, _>>()? })
}

fn sheet<'a>(kind: Kind, objects: impl Iterator<Item = &'a Object>) -> Result<SheetDraft, serde_json::Error> {
    let fields = columns(kind);
    let mut drafts = vec![
        ColumnDraft { hint: "What it is known by: unique on this sheet.".to_owned(), ..ColumnDraft::text(NAME, 28) },
        ColumnDraft {
            hint: "true for a draft that nobody stands behind yet: it claims nothing.".to_owned(),
            ..ColumnDraft::choice(PROPOSED, 10, ["true", "false"])
        },
    ];
    drafts.extend(fields.iter().map(draft));
    drafts.push(ColumnDraft { hint: "key=value, a line each.".to_owned(), ..ColumnDraft::text(LABELS, 16) });
    let rows = objects.map(|object| row(object, fields)).collect::<Result<_, _>>()?;
    Ok(SheetDraft { name: kind.to_string(), facts: Vec::new(), columns: drafts, rows })
}

fn draft(column: &Column) -> ColumnDraft {
    let title = column.title();
    let (width, choices) = match &column.shape {
        Shape::Word(words) => (18, words.clone()),
        Shape::Flag => (10, vec!["true".to_owned(), "false".to_owned()]),
        Shape::Number | Shape::Presence => (12, Vec::new()),
        Shape::Text => (24, Vec::new()),
        Shape::Texts => (28, Vec::new()),
        Shape::Parts => (44, Vec::new()),
    };
    ColumnDraft { title, width, choices, hint: column.hint.clone(), gathers: false }
}

fn row(object: &Object, fields: &[Column]) -> Result<Vec<String>, serde_json::Error> {
    let spec = serde_json::to_value(&object.spec)?;
    let proposed = if object.proposed { "true" } else { "" };
    let mut cells = vec![object.name.clone(), proposed.to_owned()];
    cells.extend(fields.iter().map(|column| {
        let value = column.path.iter().try_fold(&spec, |value, field| value.get(field));
        cell::write(value.unwrap_or(&Value::Null), &column.shape)
    }));
    let labels = object.labels.iter().map(|(key, value)| Value::from(format!("{key}={value}"))).collect();
    cells.push(if object.labels.is_empty() {
        String::new()
    } else {
        cell::write(&Value::Array(labels), &Shape::Texts)
    });
    Ok(cells)
}
