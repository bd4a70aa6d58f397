//! Reads what the user gives into one inventory.

use std::path::PathBuf;

use isoneph_model::Locator;
use isoneph_register::{Declaration, DeclaredAttribution};
use isoneph_sources::{LogsError, ReadError, Reading, read_logs, read_path};
use isoneph_tables::{Inventory, NewInput, Sink};

use crate::exit::usage;

/// Reads every path. What cannot be read becomes a reject of its input: the others are still read.
pub(crate) fn read(
    paths: &[PathBuf],
    changes: &[PathBuf],
    declaration: &Declaration,
    reading: &Reading,
) -> anyhow::Result<Inventory> {
    let mut sink = Sink::new(Box::new(DeclaredAttribution::new(declaration)));
    let folder = tempfile::Builder::new().prefix("isoneph-logs-").tempdir()?;
    let attribution = DeclaredAttribution::new(declaration);
    let logs = read_logs(folder.path(), paths, changes, &attribution, &mut sink).map_err(|error| match error {
        LogsError::Changes(message) => usage(message),
        other => other.into(),
    })?;
    let reading = &Reading { taken: logs.files, ..reading.clone() };
    for path in paths {
        match read_path(path, reading, &mut sink) {
            Ok(_) => {}
            Err(ReadError::NotFound { path }) => {
                let input = NewInput { path, sha256: None, format: String::new(), class: None };
                let id = sink.input(input);
                sink.reject(id, Locator::new("#"), "not-found", "there is no such file or folder");
            }
            Err(ReadError::Sink(error)) => return Err(error.into()),
        }
    }
    Ok(sink.finish()?)
}

/// Whether no table has a row.
pub(crate) fn is_empty(inventory: &Inventory) -> bool {
    inventory.row_counts().values().all(|count| *count == 0)
}
