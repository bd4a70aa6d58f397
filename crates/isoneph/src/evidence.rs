//! Reads what the user gives into one inventory.

use std::path::{Path, PathBuf};

use isoneph_model::Locator;
use isoneph_register::{Declaration, DeclaredAttribution, Documents, Register, looks_like_register, write_rows};
use isoneph_sources::{Judged, Logs, LogsError, ReadError, Reading, read_path};
use isoneph_tables::{Inventory, NewInput, Sink};

use crate::exit::usage;
use crate::logs_against::LogArguments;
use crate::workspace;

/// What was read.
pub(crate) struct Evidence {
    /// The tables.
    pub(crate) inventory: Inventory,
    /// The audit logs: their events are in files, not in a table.
    pub(crate) logs: Logs,
    /// What the audit logs came to.
    pub(crate) judged: Judged,
    /// Where the events of this run lie, until it ends.
    _folder: tempfile::TempDir,
}

impl Evidence {
    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.logs.events == 0 && self.inventory.row_counts().values().all(|count| *count == 0)
    }
}

/// Reads every path. What cannot be read becomes a reject of its input: the others are still read.
pub(crate) fn read(
    paths: &[PathBuf],
    against: &LogArguments,
    config: Option<&Path>,
    declaration: &Declaration,
    reading: &Reading,
) -> anyhow::Result<Evidence> {
    let mut sink = Sink::new(Box::new(DeclaredAttribution::new(declaration)));
    let documents = documents(paths)?;
    let folder = tempfile::Builder::new().prefix("isoneph-logs-").tempdir()?;
    let attribution = DeclaredAttribution::new(declaration);
    let mut logs = Logs::take(folder.path(), paths, &attribution, &mut sink).map_err(told)?;
    let mut reading = reading.clone();
    reading.taken.extend(logs.files.iter().cloned().chain(against.files()));
    for path in paths.iter().filter(|path| !logs.stores.contains(*path)) {
        read_one(path, &reading, &mut sink)?;
    }
    // What parties say comes behind all that is seen: it is then known to be all that is declared.
    let file = config.map(|path| path.display().to_string()).unwrap_or_default();
    let beside = config.map(workspace::beside).transpose()?.flatten();
    let given = documents.map(|given| of_documents(given, &file, declaration)).transpose()?;
    let registers: Vec<Register> = [beside, given].into_iter().flatten().filter(|one| !one.is_empty()).collect();
    for register in &registers {
        write_rows(register, None, &mut sink)?;
    }
    let against = against.with(declaration, &registers, reading.as_of);
    let judged = logs.judge(&against, &mut sink).map_err(told)?;
    Ok(Evidence { inventory: sink.finish()?, logs, judged, _folder: folder })
}

fn read_one(path: &Path, reading: &Reading, sink: &mut Sink) -> anyhow::Result<()> {
    match read_path(path, reading, sink) {
        Ok(_) => Ok(()),
        Err(ReadError::NotFound { path }) => {
            let input = NewInput { path, sha256: None, format: String::new(), class: None };
            let id = sink.input(input);
            sink.reject(id, Locator::new("#"), "not-found", "there is no such file or folder");
            Ok(())
        }
        Err(ReadError::Sink(error)) => Err(error.into()),
    }
}

fn told(error: LogsError) -> anyhow::Error {
    match error {
        LogsError::Given(message) => usage(message),
        other => other.into(),
    }
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
