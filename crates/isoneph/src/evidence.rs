//! Reads what the user gives into one inventory.

use std::path::{Path, PathBuf};

use isoneph_model::Locator;
use isoneph_register::{Declaration, DeclaredAttribution, Documents, Register, looks_like_register, write_rows};
use isoneph_sources::{LogsError, ReadError, Reading, read_logs, read_path};
use isoneph_tables::{Inventory, NewInput, Sink};

use crate::exit::usage;
use crate::workspace;

/// Reads every path. What cannot be read becomes a reject of its input: the others are still read.
pub(crate) fn read(
    paths: &[PathBuf],
    changes: &[PathBuf],
    config: Option<&Path>,
    declaration: &Declaration,
    reading: &Reading,
) -> anyhow::Result<Inventory> {
    let mut sink = Sink::new(Box::new(DeclaredAttribution::new(declaration)));
    let documents = documents(paths)?;
    let folder = tempfile::Builder::new().prefix("isoneph-logs-").tempdir()?;
    let attribution = DeclaredAttribution::new(declaration);
    let logs = read_logs(folder.path(), paths, changes, &attribution, &mut sink).map_err(|error| match error {
        LogsError::Changes(message) => usage(message),
        other => other.into(),
    })?;
    let mut reading = Reading { taken: logs.files, ..reading.clone() };
    reading.taken.extend(documents.iter().flat_map(Documents::files).map(|(path, _)| PathBuf::from(path)));
    let reading = &reading;
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
    // What parties say comes last: it is then known to be all that is declared.
    let file = config.map(|path| path.display().to_string()).unwrap_or_default();
    let beside = config.map(workspace::beside).transpose()?.flatten();
    for register in [beside, documents.map(|given| of_documents(given, &file, declaration)).transpose()?] {
        if let Some(register) = register.filter(|register| !register.is_empty()) {
            let mut written = write_rows(&register, None, &mut sink)?;
            isoneph_derive::write_rows(&register, reading.as_of, &mut written, &mut sink)?;
        }
    }
    Ok(sink.finish()?)
}

/// Documents of the register among what is given. They are what parties say, and nothing that sets how it is judged.
fn documents(paths: &[PathBuf]) -> anyhow::Result<Option<Documents>> {
    let yaml = |path: &PathBuf| path.is_dir() || path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    let mut folders: Vec<PathBuf> = paths.iter().filter(|path| path.exists() && yaml(path)).cloned().collect();
    // A file that is named is read whatever it holds: only those that hold a register are.
    folders.retain(|path| path.is_dir() || std::fs::read_to_string(path).is_ok_and(|text| looks_like_register(&text)));
    let mut documents = Documents::new();
    documents.read_paths(&folders).map_err(workspace::mistaken)?;
    Ok((!documents.is_empty()).then_some(documents))
}

fn of_documents(documents: Documents, file: &str, declaration: &Declaration) -> anyhow::Result<Register> {
    Register::with_declaration(documents, Some((file, declaration))).map_err(workspace::mistaken)
}

/// Whether no table has a row.
pub(crate) fn is_empty(inventory: &Inventory) -> bool {
    inventory.row_counts().values().all(|count| *count == 0)
}
