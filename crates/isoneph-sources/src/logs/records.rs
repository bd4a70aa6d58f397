//! Changes, pipeline runs and what else operations are set against.

use std::path::Path;

use isoneph_logs::changes::{self, Change, ChangeFile, ChangePlace, Declared, ReadOptions, RefusedChange};
use isoneph_logs::operations::Catalogue;
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
    catalogue: &Catalogue,
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
    let mut declared = against.declared()?;
    let unmet = declared.settle_procedures(catalogue);
    tell_of_procedures(&unmet, &declared, inputs, sink)?;
    let given = !against.changes.is_empty() || !changes.is_empty();
    let (mut changes, told_otherwise) = changes::settle(changes);
    let slips = changes::settle_operations(&mut changes, catalogue);
    tell(&told_otherwise, inputs, sink);
    tell(&slips, inputs, sink);
    if given {
        let mut input_of = |sink: &mut Sink, path: &str| inputs.of(path, "", sink);
        write_changes(&changes, &refused, sink, snapshot, &mut input_of)?;
    }
    Ok(Records { changes: given.then_some(changes), refused: refused.len(), declared })
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

/// Tells of operations in procedures that are none: what may be a slip as something that was not understood, what is
/// merely not critical as a note. So are procedures of which nobody says that they are in force.
fn tell_of_procedures(
    unmet: &[RefusedChange],
    declared: &Declared,
    inputs: &mut Inputs,
    sink: &mut Sink,
) -> Result<(), LogsError> {
    let mut input_of = |place: &ChangePlace, sink: &mut Sink| {
        let is_known = inputs.has(&place.file) || sink.inputs().any(|(_, input)| input.path == place.file);
        Ok::<_, LogsError>(match is_known {
            true => inputs.of(&place.file, "", sink),
            false => inputs.asserted(&place.file, &bytes(Path::new(&place.file))?, "administration", sink),
        })
    };
    for one in unmet {
        let id = input_of(&one.place, sink)?;
        match one.code {
            "not-critical" => sink.input_mut(id).notes.push(format!("{}: {}", one.place.locator, one.message)),
            code => sink.reject(id, Locator::new(one.place.locator.clone()), code, one.message.clone()),
        }
    }
    let mut unsettled: Vec<_> = declared.procedures.iter().flatten().filter(|procedure| procedure.unsettled).collect();
    unsettled.dedup_by(|one, other| one.id == other.id);
    for procedure in unsettled {
        let id = input_of(&procedure.place, sink)?;
        let message = format!(
            "procedure '{}': that it is written down (`document`) and approved by somebody is not said: what it covers is unknown",
            procedure.id
        );
        sink.input_mut(id).notes.push(message);
    }
    Ok(())
}

/// Tells what does not count as it stands, where it stands.
fn tell(refused: &[RefusedChange], inputs: &mut Inputs, sink: &mut Sink) {
    for one in refused {
        let id = inputs.of(&one.place.file, "", sink);
        sink.reject(id, Locator::new(one.place.locator.clone()), one.code, one.message.clone());
    }
}
