//! Where output goes: the terminal, a pipe, or a file that is there whole or not at all.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::{Exit, UnreadError, UsageError};

/// A place to write to. A file appears under its name only once [`Output::finish`] has succeeded.
pub(crate) enum Output {
    Standard(BufWriter<io::Stdout>),
    File {
        temporary: BufWriter<tempfile::NamedTempFile>,
        path: PathBuf,
    },
    /// What is there already and is no file, such as a named pipe: written as it comes.
    Through(BufWriter<std::fs::File>),
}

impl Output {
    /// Standard output, or a file.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Output> {
        let Some(path) = path else {
            return Ok(Output::Standard(BufWriter::with_capacity(1 << 16, io::stdout())));
        };
        let cannot = |why: String| UsageError(format!("cannot write to {}: {why}", path.display()));
        match path.metadata() {
            Ok(there) if there.is_dir() => return Err(cannot("it is a folder".to_owned()).into()),
            Ok(there) if !there.is_file() => {
                let through = std::fs::OpenOptions::new().write(true).open(path).map_err(|e| cannot(e.to_string()))?;
                return Ok(Output::Through(BufWriter::with_capacity(1 << 16, through)));
            }
            _ => {}
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".isoneph-")
            .tempfile_in(folder)
            .map_err(|error| UsageError(format!("cannot write to {}: {error}", folder.display())))?;
        Ok(Output::File { temporary: BufWriter::with_capacity(1 << 16, temporary), path: path.to_owned() })
    }

    /// As [`open`](Self::open); what is read is not written over.
    pub(crate) fn beside<'a>(
        path: Option<&Path>,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> anyhow::Result<Output> {
        let real = |path: &Path| path.canonicalize().ok();
        if let Some(written) = path.filter(|path| path.is_file()).and_then(real)
            && inputs.into_iter().any(|input| real(input).as_ref() == Some(&written))
        {
            return Err(UsageError(format!("{} is an input: write to another file", written.display())).into());
        }
        Output::open(path)
    }

    /// Whether colours are wanted: a person is watching, and neither they nor their terminal refuses (`NO_COLOR`).
    pub(crate) fn is_coloured(&self) -> bool {
        let choice = anstream::AutoStream::choice(&io::stdout());
        matches!(self, Output::Standard(_)) && choice != anstream::ColorChoice::Never && io::stdout().is_terminal()
    }

    /// Writes out what is still held back, and puts a file in its place.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self {
            Output::Standard(mut writer) => Ok(writer.flush()?),
            Output::Through(mut writer) => Ok(writer.flush()?),
            Output::File { temporary, path } => {
                let file = temporary.into_inner().map_err(io::IntoInnerError::into_error)?;
                keep_usual_mode(file.path())?;
                file.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
                Ok(())
            }
        }
    }
}

/// Temporary files are made for their owner's eyes alone; a report is an ordinary file.
#[cfg(unix)]
fn keep_usual_mode(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn keep_usual_mode(_path: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(writer) => writer.write(bytes),
            Output::Through(writer) => writer.write(bytes),
            Output::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(writer) => writer.flush(),
            Output::Through(writer) => writer.flush(),
            Output::File { temporary, .. } => temporary.flush(),
        }
    }
}

/// Tells an error on standard error, and how the run ends for it.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    if is_broken_pipe(error) {
        // The reader went away (`isoneph … | head`): nobody is left to tell.
        return Exit::Done;
    }
    let exit = match (error.is::<UsageError>(), error.is::<UnreadError>()) {
        (true, _) => Exit::Usage,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Internal,
    };
    let message = match exit {
        Exit::Internal if has_no_room(error) => format!("error: {error:#}"),
        Exit::Internal => format!("internal error: {error:#}"),
        _ => format!("error: {error}"),
    };
    warn(&message);
    exit
}

/// The width to write text for: the terminal's, within reason, or a page's.
pub(crate) fn width() -> usize {
    const PAGE: usize = 100;
    if !io::stdout().is_terminal() {
        return PAGE;
    }
    terminal_size::terminal_size().map_or(PAGE, |(width, _)| usize::from(width.0).clamp(60, 160))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    kinds(error).any(|kind| kind == io::ErrorKind::BrokenPipe)
}

/// Whether the disk is full, or what one may use of it: the machine's state, and no mistake of the program.
fn has_no_room(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    kinds(error).any(|kind| matches!(kind, StorageFull | QuotaExceeded | FileTooLarge | ReadOnlyFilesystem))
}

/// What went wrong in reading or writing. Writers of JSON and CSV keep it to themselves, and name it no cause of theirs.
fn kinds(error: &anyhow::Error) -> impl Iterator<Item = io::ErrorKind> {
    let of_csv = |error: &csv::Error| match error.kind() {
        csv::ErrorKind::Io(error) => Some(error.kind()),
        _ => None,
    };
    error.chain().filter_map(move |cause| {
        let plain = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        plain.or_else(json).or_else(|| cause.downcast_ref::<csv::Error>().and_then(of_csv))
    })
}

/// Tells something on standard error. That nobody can be told is no reason to stop.
pub(crate) fn warn(message: &str) {
    let _ = writeln!(anstream::stderr(), "{message}");
}
