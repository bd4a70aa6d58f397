//! The workspace: a folder with `isoneph.toml` and, in `.isoneph/`, the register.

use std::path::{Path, PathBuf};

use isoneph_register::{Documents, Mistakes, Moment, Register, Store, StoreError};

use crate::exit::usage;

/// The file of the register below the workspace.
const REGISTER: &str = ".isoneph/register.sqlite";

/// The workspace that a folder lies in: the nearest folder upwards that has an `isoneph.toml`.
pub(crate) fn find(folder: Option<&Path>) -> anyhow::Result<PathBuf> {
    let start = match folder {
        Some(folder) => folder.to_owned(),
        None => std::env::current_dir()?,
    };
    let found = start.ancestors().find(|folder| folder.join("isoneph.toml").is_file());
    found.map(Path::to_owned).ok_or_else(|| {
        usage(format!("{}: no isoneph.toml here or above: `isoneph init` makes a workspace", start.display()))
    })
}

/// The store of a workspace; it is made where there is none.
pub(crate) fn store(workspace: &Path) -> anyhow::Result<Store> {
    let path = workspace.join(REGISTER);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Store::open(&path).map_err(told)
}

/// The register as it stood at a moment: of files if any are given, else of the workspace.
pub(crate) fn register(workspace: Option<&Path>, files: &[PathBuf], moment: Moment) -> anyhow::Result<Register> {
    if files.is_empty() {
        return store(&find(workspace)?)?.register(moment).map_err(told);
    }
    let mut documents = Documents::new();
    documents.read_paths(files).map_err(mistaken)?;
    Register::new(documents).map_err(mistaken)
}

/// The register of the workspace that a declaration lies in, if there is one.
pub(crate) fn beside(config: &Path) -> anyhow::Result<Option<Register>> {
    let folder = config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.join(REGISTER).is_file() {
        true => Ok(Some(store(folder)?.register(Moment::Now).map_err(told)?)),
        false => Ok(None),
    }
}

/// Mistakes in what was given are the giver's to mend.
pub(crate) fn mistaken(mistakes: Mistakes) -> anyhow::Error {
    usage(mistakes)
}

/// Errors of the store that the caller can mend end a run as wrong usage.
pub(crate) fn told(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Mistakes(_) | StoreError::Anonymous | StoreError::Moved { .. } | StoreError::Newer { .. } => {
            usage(error)
        }
        other => other.into(),
    }
}
