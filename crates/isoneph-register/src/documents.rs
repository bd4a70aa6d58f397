//! Documents: objects as somebody gave them, with the file and place of each.

use std::path::{Path, PathBuf};

use isoneph_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::mistake::{Mistake, Mistakes};
use crate::object::{Object, name_problem};
use crate::yaml;

/// Objects as they were given: what [`Register::new`](crate::Register::new) checks and [`Store::apply`](crate::Store::apply)
/// takes in.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    pub(crate) files: Vec<Given>,
    pub(crate) objects: Vec<GivenObject>,
    mistakes: Vec<Mistake>,
}

/// A file that was given.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) path: String,
    pub(crate) sha256: Digest,
    /// Its text, to find the place of a mistake; empty where places are known without.
    text: String,
}

/// An object that was given.
#[derive(Debug, Clone)]
pub(crate) struct GivenObject {
    pub(crate) object: Object,
    pub(crate) file: u32,
    pub(crate) place: GivenPlace,
}

#[derive(Debug, Clone)]
pub(crate) enum GivenPlace {
    /// A document in the file's text: its bytes, how many lines stand before it, the line of its first field.
    Yaml { start: usize, end: usize, before: u64, line: u64 },
    /// A place in the file's own notation (`Parties!A7`).
    Cell(String),
}

impl GivenPlace {
    /// As a locator says it: a line, or a cell.
    pub(crate) fn short(&self) -> String {
        match self {
            GivenPlace::Yaml { line, .. } => line.to_string(),
            GivenPlace::Cell(cell) => cell.clone(),
        }
    }
}

impl Documents {
    /// None yet.
    pub fn new() -> Documents {
        Documents::default()
    }

    /// Reads a YAML file from its bytes. What is wrong with it is kept, and told by [`check`](Self::check).
    pub fn read(&mut self, path: &str, bytes: &[u8]) {
        let mut fail = |message: String| {
            self.mistakes.push(Mistake { file: path.to_owned(), place: String::new(), message });
        };
        if bytes.len() > yaml::MAX_FILE {
            return fail(format!("the file has {} bytes; {} are read at most", bytes.len(), yaml::MAX_FILE));
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
                return fail(format!("line {line} is not UTF-8"));
            }
        };
        let file = self.files.len() as u32;
        let parsed = yaml::parse(path, text, &mut self.mistakes);
        let begin = text.as_ptr() as usize;
        self.objects.extend(parsed.into_iter().map(|parsed| {
            let start = parsed.slice.text.as_ptr() as usize - begin;
            let end = start + parsed.slice.text.len();
            let place = GivenPlace::Yaml { start, end, before: parsed.slice.line, line: parsed.line };
            GivenObject { object: parsed.object, file, place }
        }));
        self.files.push(Given { path: path.to_owned(), sha256: digest(bytes), text: text.to_owned() });
    }

    /// Takes objects that another reader made of a file's bytes (a workbook), each with its place in it.
    pub fn take(&mut self, path: &str, bytes: &[u8], objects: impl IntoIterator<Item = (String, Object)>) {
        let file = self.files.len() as u32;
        self.files.push(Given { path: path.to_owned(), sha256: digest(bytes), text: String::new() });
        for (place, object) in objects {
            if let Some(problem) = name_problem(&object.name) {
                let message = format!("'{}': {problem}", object.name);
                self.mistakes.push(Mistake { file: path.to_owned(), place, message });
                continue;
            }
            self.objects.push(GivenObject { object, file, place: GivenPlace::Cell(place) });
        }
    }

    /// Notes what another reader could not make an object of.
    pub fn mistake(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Reads files and folders from disk. A file that is named is read whatever it is called; of a folder, at any depth,
    /// those files ending in `.yaml` or `.yml` that hold objects of the register. Links are not followed.
    ///
    /// # Errors
    /// If a path cannot be read.
    pub fn read_paths(&mut self, paths: &[PathBuf]) -> Result<(), Mistakes> {
        for path in paths {
            let mut files = Vec::new();
            let named = std::fs::metadata(path).map_err(|error| io(path, &error))?;
            if named.is_dir() {
                walk(path, 0, &mut files).map_err(|error| io(path, &error))?;
            } else {
                files.push(path.clone());
            }
            files.sort();
            for file in files {
                let length = std::fs::metadata(&file).map_err(|error| io(&file, &error))?.len();
                if length > yaml::MAX_FILE as u64 {
                    let message = format!("the file has {length} bytes; {} are read at most", yaml::MAX_FILE);
                    return Err(Mistakes::one(&file.display().to_string(), "", message));
                }
                let bytes = std::fs::read(&file).map_err(|error| io(&file, &error))?;
                let ours = || std::str::from_utf8(&bytes).is_ok_and(yaml::looks_like_register);
                if !named.is_dir() || ours() {
                    self.read(&file.display().to_string(), &bytes);
                }
            }
        }
        Ok(())
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The objects, in the order they were given.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.objects.iter().map(|given| &given.object)
    }

    /// The files, each with its digest.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, Digest)> {
        self.files.iter().map(|file| (file.path.as_str(), file.sha256))
    }

    /// What could not be read so far.
    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        self.mistakes.clone()
    }

    /// The mistake at a field of an object (`spec/provider`).
    pub(crate) fn mistake_at(&self, index: usize, path: &str, message: String) -> Mistake {
        let given = &self.objects[index];
        let file = &self.files[given.file as usize];
        let place = match &given.place {
            GivenPlace::Yaml { start, end, before, .. } => {
                let slice = yaml::Slice { text: file.text.get(*start..*end).unwrap_or_default(), line: *before };
                let (line, column) = yaml::locate(slice, path);
                format!("{line}:{column}")
            }
            GivenPlace::Cell(cell) => cell.clone(),
        };
        Mistake { file: file.path.clone(), place, message }
    }
}

/// How deep folders are searched.
const MAX_DEPTH: usize = 16;

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            walk(&path, depth + 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

fn io(path: &Path, error: &std::io::Error) -> Mistakes {
    Mistakes::one(&path.display().to_string(), "", error.to_string())
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}
