//! Changes, pipeline runs and what else operations are set against.

use isoneph_logs::changes::{self, Change, RefusedChange};
use isoneph_logs::reconcile::{Records, write_changes};
use isoneph_model::Locator;
use isoneph_tables::Sink;

use super::LogsError;
use super::against::{LogsAgainst, bytes};
use super::inputs::Inputs;

/// Reads what operations are set against, and writes the changes. Without a file of changes and without a change in
/// the register nobody can tell whether an operation was approved.
pub(super) fn records(
    against: &LogsAgainst<'_>,
    inputs: &mut Inputs,
    snapshot: i64,
    sink: &mut Sink,
) -> Result<Records, LogsError> {
    let mut changes: Vec<Change> = Vec::new();
    let mut refused: Vec<RefusedChange> = Vec::new();
    for path in &against.changes {
        let name = path.display().to_string();
        let bytes = bytes(path)?;
        let options =
            changes::ReadOptions { time_zone: against.changes_time_zone.clone(), ..changes::ReadOptions::default() };
        let read = changes::read(&name, &bytes, &options).map_err(|error| LogsError::Given(error.to_string()))?;
        let id = inputs.asserted(&name, &bytes, read.format, sink);
        sink.input_mut(id).records = read.changes.len() as u64;
        for one in &read.refused {
            sink.reject(id, Locator::new(one.place.locator.clone()), one.code, one.message.clone());
        }
        if !read.open_columns.is_empty() {
            let columns = read.open_columns.join(", ");
            let message = format!("not understood, and may bound what is approved, which stays unknown: {columns}");
            sink.reject(id, Locator::new("columns"), "unread-columns", message);
        }
        if !read.unread_columns.is_empty() {
            sink.input_mut(id).notes.push(format!("columns that are not read: {}", read.unread_columns.join(", ")));
        }
        changes.extend(read.changes);
        refused.extend(read.refused);
    }
    for register in &against.registers {
        changes.extend(super::register::changes(register));
    }
    let given = !against.changes.is_empty() || !changes.is_empty();
    let (changes, told_otherwise) = changes::settle(changes);
    for one in told_otherwise {
        let id = inputs.of(&one.place.file, "", sink);
        sink.reject(id, Locator::new(one.place.locator), one.code, one.message);
    }
    if given {
        let mut input_of = |sink: &mut Sink, path: &str| inputs.of(path, "", sink);
        write_changes(&changes, &refused, sink, snapshot, &mut input_of)?;
    }
    Ok(Records { changes: given.then_some(changes), refused: refused.len(), declared: against.declared()? })
}
