//! All checks of a run: those the program brings, and those of the user's own folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use isoneph_standard::Catalogue;
use rust_embed::Embed;
use walkdir::WalkDir;

use super::Check;
use crate::error::{CheckError, SourceFile};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../controls"]
#[include = "*/*/check.md"]
#[include = "*/*/tests.md"]
struct Controls;

/// The longest file of a check that is read. A check is prose; this is far beyond any.
const LONGEST: u64 = 1 << 20;

/// Checks by id, each with where its tests are.
#[derive(Debug, Clone, Default)]
pub struct Pack {
    checks: BTreeMap<String, (Check, TestFiles)>,
}

/// Where the tests of a check are.
#[derive(Debug, Clone, Default)]
pub struct TestFiles {
    /// The path of `tests.md` as people know it, and its text.
    pub tests: Option<(String, String)>,
    /// The folder, where the check comes from one.
    pub folder: Option<PathBuf>,
}

impl Pack {
    /// The checks that this program carries.
    ///
    /// # Errors
    /// One for each check that does not read well.
    pub fn embedded(catalogue: &Catalogue) -> Result<Pack, Vec<CheckError>> {
        let text = |name: &str| Controls::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok());
        let mut pack = Pack::default();
        let mut errors = Vec::new();
        for name in Controls::iter().filter(|name| name.ends_with("/check.md")) {
            let path = format!("controls/{name}");
            let tests = name.replace("/check.md", "/tests.md");
            let files = TestFiles { tests: text(&tests).map(|text| (format!("controls/{tests}"), text)), folder: None };
            let source = text(&name).unwrap_or_default();
            pack.add(&path, &source, files, catalogue, true).unwrap_or_else(|error| errors.push(error));
        }
        if errors.is_empty() { Ok(pack) } else { Err(errors) }
    }

    /// Adds the checks of a folder: each folder in it, at any depth, that holds a `check.md`.
    ///
    /// # Errors
    /// One for each check that does not read well, and one if there is none.
    pub fn add_folder(&mut self, folder: &Path, catalogue: &Catalogue) -> Result<(), Vec<CheckError>> {
        let mut errors = Vec::new();
        let mut any = false;
        for entry in WalkDir::new(folder).sort_by_file_name().max_depth(8) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).display().to_string();
                    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    let told = format!("this folder of checks cannot be read: {why}");
                    errors.push(SourceFile { path, text: String::new() }.error_whole(told));
                    continue;
                }
            };
            if !entry.file_type().is_file() || entry.file_name() != "check.md" {
                continue;
            }
            any = true;
            self.add_file(entry.path(), catalogue).unwrap_or_else(|error| errors.push(error));
        }
        if !any && errors.is_empty() {
            let file = SourceFile { path: folder.display().to_string(), text: String::new() };
            errors.push(file.error_whole("this folder holds no check (a folder with a check.md)"));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn add_file(&mut self, path: &Path, catalogue: &Catalogue) -> Result<(), CheckError> {
        let folder = path.parent().map(Path::to_path_buf);
        let tests = folder.as_ref().map(|folder| folder.join("tests.md")).filter(|path| path.is_file());
        let tests = tests.map(|path| read(&path).map(|text| (path.display().to_string(), text))).transpose()?;
        self.add(&path.display().to_string(), &read(path)?, TestFiles { tests, folder }, catalogue, false)
    }

    fn add(
        &mut self,
        path: &str,
        text: &str,
        files: TestFiles,
        catalogue: &Catalogue,
        built_in: bool,
    ) -> Result<(), CheckError> {
        let check = Check::parse(path, text, catalogue, built_in)?;
        let source = SourceFile { path: path.to_owned(), text: text.to_owned() };
        let names = std::iter::once(check.id()).chain(check.aliases().iter().map(String::as_str));
        for name in names {
            if let Some((other, _)) = self.find_name(name) {
                let whose = if other.is_built_in() { "a built-in check" } else { "another check" };
                let message = format!("'{name}' is {whose} already ({})", other.file());
                return Err(source.error(super::front_matter::line_of(&source, "id"), 1, message));
            }
        }
        self.checks.insert(check.id().to_owned(), (check, files));
        Ok(())
    }

    fn find_name(&self, name: &str) -> Option<&(Check, TestFiles)> {
        let by_alias = || self.checks.values().find(|(check, _)| check.aliases().iter().any(|alias| alias == name));
        self.checks.get(name).or_else(by_alias)
    }

    /// Every check, by id.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.values().map(|(check, _)| check)
    }

    /// Every check with its tests, by id.
    pub fn with_tests(&self) -> impl Iterator<Item = (&Check, &TestFiles)> {
        self.checks.values().map(|(check, files)| (check, files))
    }

    /// A check by its id or by an id it had before.
    pub fn find(&self, name: &str) -> Option<&Check> {
        self.find_name(name).map(|(check, _)| check)
    }

    /// The checks alone.
    pub fn into_checks(self) -> Vec<Check> {
        self.checks.into_values().map(|(check, _)| check).collect()
    }
}

fn read(path: &Path) -> Result<String, CheckError> {
    let file = |text| SourceFile { path: path.display().to_string(), text };
    let refuse = |message: String| file(String::new()).error_whole(message);
    let size = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?.len();
    if size > LONGEST {
        return Err(refuse(format!("{size} bytes are more than a file of a check may have ({LONGEST})")));
    }
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| refuse("not UTF-8 text".to_owned()))
}
