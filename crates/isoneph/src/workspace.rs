//! The workspace: a folder with `isoneph.toml` and, in `.isoneph/`, the register.

use std::path::{Path, PathBuf};

use isoneph_derive::import::Target;
use isoneph_derive::questionnaire;
use isoneph_model::Edition;
use isoneph_register::kinds::Kind;
use isoneph_register::{
    Documents, MAX_FILE, Mistake, Mistakes, Moment, Object, Register, Store, StoreError, is_register_workbook,
    read_workbook,
};
use isoneph_standard::Catalogue;
use isoneph_workbook::Limits;

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

/// The objects of some kinds as they stood at a moment: of files if any are given, else of the workspace. Files are read
/// and checked as a whole; they may yield objects of other kinds as well.
pub(crate) fn objects(
    workspace: Option<&Path>,
    files: &[PathBuf],
    kinds: &[Kind],
    moment: Moment,
) -> anyhow::Result<Vec<Object>> {
    if files.is_empty() {
        return store(&find(workspace)?)?.objects(kinds, moment).map_err(told);
    }
    Ok(Register::new(documents(files)?).map_err(mistaken)?.into_objects().collect())
}

/// Objects that files hold: YAML, workbooks of the register, checklists that a vendor has filled in. Of a folder all YAML
/// of the register, at any depth; a workbook counts where it is named.
pub(crate) fn documents(files: &[PathBuf]) -> anyhow::Result<Documents> {
    let mut documents = Documents::new();
    for path in files {
        if path.is_file() && is_archive(path)? {
            workbook(path, &mut documents)?;
        } else {
            documents.read_paths(std::slice::from_ref(path)).map_err(mistaken)?;
        }
    }
    Ok(documents)
}

fn is_archive(path: &Path) -> anyhow::Result<bool> {
    use std::io::Read;
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| usage(format!("cannot read {}: {error}", path.display())))?;
    file.take(2).read_to_end(&mut head)?;
    Ok(head == *b"PK")
}

fn workbook(path: &Path, documents: &mut Documents) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let bytes = bytes(path)?;
    let workbook = isoneph_workbook::read(&name, &bytes, &Limits::default()).map_err(usage)?;
    if is_register_workbook(&workbook) {
        read_workbook(&name, &bytes, &workbook, documents);
    } else if questionnaire::is_checklist(&workbook) {
        let read = questionnaire::read(&workbook, &Target::default(), Catalogue::embedded()?, Edition::E2015);
        let read = read.map_err(usage)?;
        // What is not answered says nothing; what is answered otherwise than the form allows is to be mended.
        // So is what is answered twice, and not alike.
        let wrong = |problem: &isoneph_derive::import::RowProblem| {
            matches!(problem.code.as_str(), "not-understood" | "contradicts" | "ambiguous")
        };
        for problem in read.rows.iter().flat_map(|row| &row.problems).filter(|problem| wrong(problem)) {
            let (place, message) = (problem.place.clone(), problem.message.clone());
            documents.mistake(Mistake { file: name.clone(), place, message });
        }
        let places: Vec<String> =
            read.rows.iter().filter(|row| row.makes.is_some()).map(|row| row.place.clone()).collect();
        documents.take(&name, &bytes, places.into_iter().zip(read.objects));
    } else {
        return Err(usage(format!(
            "{name} is no workbook of the register and no checklist of ours: `isoneph import` reads what others have made"
        )));
    }
    Ok(())
}

/// The bytes of a file, within bounds.
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = |error: std::io::Error| usage(format!("cannot read {}: {error}", path.display()));
    let length = std::fs::metadata(path).map_err(cannot)?.len();
    if length > MAX_FILE as u64 {
        return Err(usage(format!("{}: the file has {length} bytes; {MAX_FILE} are read at most", path.display())));
    }
    std::fs::read(path).map_err(cannot)
}

/// The register of the workspace that a declaration lies in, if there is one.
pub(crate) fn beside(config: &Path) -> anyhow::Result<Option<Register>> {
    let folder = folder_of(config);
    match folder.join(REGISTER).is_file() {
        true => Ok(Some(store(folder)?.register(Moment::Now).map_err(told)?)),
        false => Ok(None),
    }
}

/// The folder that a declaration lies in.
pub(crate) fn folder_of(config: &Path) -> &Path {
    config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
