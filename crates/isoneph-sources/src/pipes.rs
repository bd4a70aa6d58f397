//! What comes through a pipe can be read only once, and many readers look at an input before one takes it. So a pipe is
//! kept in a file for the run, and its inputs are named as they were given.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use isoneph_model::Locator;
use isoneph_tables::{NewInput, Sink};
use tempfile::TempDir;

/// The most bytes that a pipe may carry.
const MAX_BYTES: u64 = 1 << 30;

/// What was given, with files in place of pipes.
#[derive(Debug, Default)]
pub struct Piped {
    /// The paths to read.
    pub paths: Vec<PathBuf>,
    /// Files in place of pipes, and what the pipes were called.
    kept: Vec<(String, String)>,
    /// Holds the files until the run ends.
    folder: Option<TempDir>,
}

impl Piped {
    /// Reads the pipes among the paths to their ends. What is wrong with one is a reject of its input.
    ///
    /// # Errors
    /// Where there is no room to keep them.
    pub fn keep(paths: &[PathBuf], sink: &mut Sink) -> io::Result<Piped> {
        let mut piped = Piped::default();
        for path in paths {
            if !is_pipe(path) {
                piped.paths.push(path.clone());
            } else if let Err(why) = piped.take(path)? {
                let shown = path.display().to_string();
                let input = sink.input(NewInput { path: shown, sha256: None, format: String::new(), class: None });
                sink.reject(input, Locator::new("#"), why.code, why.message);
            }
        }
        Ok(piped)
    }

    fn take(&mut self, path: &Path) -> io::Result<Result<(), Refused>> {
        let mut head = Vec::new();
        let mut pipe = match File::open(if is_standard_input(path) { Path::new("/dev/stdin") } else { path }) {
            Ok(pipe) => pipe,
            Err(error) => return Ok(Err(Refused::unreadable(&error))),
        };
        if let Err(error) = (&mut pipe).take(4096).read_to_end(&mut head) {
            return Ok(Err(Refused::unreadable(&error)));
        }
        let folder = match &mut self.folder {
            Some(folder) => folder,
            none => none.insert(tempfile::Builder::new().prefix("isoneph-pipe-").tempdir()?),
        };
        let kept = folder.path().join(format!("{}{}", self.kept.len(), ending(&head)));
        let mut file = File::create(&kept)?;
        file.write_all(&head)?;
        let rest = MAX_BYTES.saturating_sub(head.len() as u64);
        if io::copy(&mut (&mut pipe).take(rest + 1), &mut file)? > rest {
            std::fs::remove_file(&kept)?;
            let message = format!("a pipe may carry {} GiB; give a file instead", MAX_BYTES >> 30);
            return Ok(Err(Refused { code: "too-large", message }));
        }
        self.kept.push((kept.display().to_string(), path.display().to_string()));
        self.paths.push(kept);
        Ok(Ok(()))
    }

    /// Gives the inputs that came through pipes the names of the pipes.
    pub fn name_inputs(&self, sink: &mut Sink) {
        let named = |path: &str| self.kept.iter().find(|(kept, _)| kept == path).map(|(_, name)| name.clone());
        let found: Vec<_> = sink.inputs().filter_map(|(id, input)| Some((id, named(&input.path)?))).collect();
        for (id, name) in found {
            sink.input_mut(id).path = name;
        }
    }
}

/// Why a pipe is not read.
struct Refused {
    code: &'static str,
    message: String,
}

impl Refused {
    fn unreadable(error: &io::Error) -> Refused {
        Refused { code: "unreadable", message: format!("could not be read: {error}") }
    }
}

/// Neither a file nor a folder: a pipe, a terminal, a socket.
fn is_pipe(path: &Path) -> bool {
    is_standard_input(path) || path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// `-`, as commands are used to call it.
fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-") && !path.exists()
}

/// Some readers look only into files whose name says that they are JSON.
fn ending(head: &[u8]) -> &'static str {
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => ".json",
        _ => "",
    }
}
