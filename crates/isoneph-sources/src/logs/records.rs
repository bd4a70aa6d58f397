//! Changes, pipeline runs and what else operations are set against.

use std::path::Path;

use isoneph_logs::changes::{self, Change, ChangeFile, ReadOptions, RefusedChange};
use isoneph_logs::reconcile::{Records, write_changes};
use isoneph_model::Locator;
use isoneph_tables::Sink;
use jiff::tz::TimeZone;

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
    let mut files: Vec<ChangeFile> = Vec::new();
    for path in &against.changes {
        files.push(read(path, against.changes_time_zone.clone(), inputs, sink)?);
    }
    let missing = changes::not_given(&files);
    tell(&missing, inputs, sink);
    let refused: Vec<RefusedChange> = files.iter().flat_map(|file| &file.refused).chain(&missing).cloned().collect();
    let mut changes: Vec<Change> = files.into_iter().flat_map(|file| file.changes).collect();
    for register in &against.registers {
        changes.extend(super::register::changes(register));
    }
    let given = !against.changes.is_empty() || !changes.is_empty();
    let (changes, told_otherwise) = changes::settle(changes);
    tell(&told_otherwise, inputs, sink);
    if given {
        let mut input_of = |sink: &mut Sink, path: &str| inputs.of(path, "", sink);
        write_changes(&changes, &refused, sink, snapshot, &mut input_of)?;
    }
    Ok(Records { changes: given.then_some(changes), refused: refused.len(), declared: against.declared()? })
}

/// Reads one file of changes, and tells what of it was not read or understood.
fn read(
    path: &Path,
    time_zone: Option<TimeZone>,
    inputs: &mut Inputs,
    sink: &mut Sink,
) -> Result<ChangeFile, LogsError> {
    let name = path.display().to_string();
    let bytes = bytes(path)?;
    let options = ReadOptions { time_zone, ..ReadOptions::default() };
    let read = changes::read(&name, &bytes, &options).map_err(|error| LogsError::Given(error.to_string()))?;
    let id = inputs.asserted(&name, &bytes, read.format, sink);
    sink.input_mut(id).records = read.changes.len() as u64;
    tell(&read.refused, inputs, sink);
    if !read.open_columns.is_empty() {
        let columns = read.open_columns.join(", ");
        let message = format!("not understood, and may bound what is approved, which stays unknown: {columns}");
        sink.reject(id, Locator::new("columns"), "unread-columns", message);
    }
    let notes = &mut sink.input_mut(id).notes;
    if !read.unread_columns.is_empty() {
        notes.push(format!("columns that are not read: {}", read.unread_columns.join(", ")));
    }
    if !read.short_accounts.is_empty() {
        let accounts = read.short_accounts.join(", ");
        notes.push(format!("numbers of accounts that are read with zeros before them for AWS: {accounts}"));
    }
    Ok(read)
}

/// Tells what does not count as it stands, where it stands.
fn tell(refused: &[RefusedChange], inputs: &mut Inputs, sink: &mut Sink) {
    for one in refused {
        let id = inputs.of(&one.place.file, "", sink);
        sink.reject(id, Locator::new(one.place.locator.clone()), one.code, one.message.clone());
    }
}
