//! One scan of one machine's disks, or of one archive: everything that is found, as values that cross a pipe.
//!
//! What puts the whole guest in doubt is weighed here, once: where `fstab` could not be read any path may lie on another
//! volume, and where a journal was not applied any file may be older than what the machine saw. Then every setting is
//! unknown, with that reason, whatever the files seemed to say.

use crate::container::Access;
use crate::filesystem::Cleanliness;
use crate::guest::Problem;
use crate::image::{self, Guest, ImageError, Report};
use crate::sandbox::{self, ChildError, Confinement, Limits, Request};
use crate::settings::{Facts, Options, examine};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

/// Guests of one image at most: each costs a walk.
const MAX_GUESTS: usize = 8;
/// Texts of an answer are not longer than this.
const LONGEST_TEXT: usize = 64 << 10;
/// Entries of a list of an answer at most.
const LONGEST_LIST: usize = 200_000;

/// What was found in the files given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// Containers and volumes.
    pub report: Report,
    /// The guests, in the order of their volumes. Empty when no volume holds the root of one.
    pub guests: Vec<GuestScan>,
    /// Guests that were not examined because there are too many.
    pub left_off: u64,
    /// Bytes read from files of the host.
    pub bytes_read: u64,
}

/// What was found in one guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestScan {
    /// The volume of its root.
    pub root: String,
    /// The kind of its root's file system: `ext4`, `xfs`, `archive` …
    pub file_system: String,
    /// What is to be said of its mounts and of the state of its file systems.
    pub notes: Vec<String>,
    /// What it is set to.
    pub facts: Facts,
}

/// Opens what was given and examines every guest in it. `spool` is as for [`image::open`].
///
/// # Errors
/// When a file cannot be opened, is damaged, or is of a kind that is not read.
pub fn scan(paths: &[PathBuf], access: &Access, options: &Options, spool: Option<File>) -> Result<Scan, ImageError> {
    let opened = image::open(paths, access, spool)?;
    let examined = opened.guests.iter().take(MAX_GUESTS);
    let guests: Vec<GuestScan> = examined.map(|guest| guest_scan(guest, options)).collect();
    let left_off = opened.guests.len().saturating_sub(guests.len()) as u64;
    Ok(Scan { guests, left_off, bytes_read: opened.bytes_read(), report: opened.report })
}

fn guest_scan(guest: &Guest, options: &Options) -> GuestScan {
    let mut facts = examine(&guest.tree, options);
    let mut notes = guest.notes.clone();
    facts.doubt(doubts(guest, &mut notes));
    let file_system = guest.tree.volumes().next().map(|(_, info)| info.kind).unwrap_or_default();
    GuestScan { root: guest.root.clone(), file_system, notes, facts }
}

/// What makes every answer about a guest doubtful.
fn doubts(guest: &Guest, notes: &mut Vec<String>) -> Vec<Problem> {
    let mut doubts = Vec::new();
    if let Some(error) = &guest.fstab_error {
        let message = format!("/etc/fstab cannot be read, so that any path may lie on another volume: {error}");
        doubts.push(Problem { path: "/etc/fstab".to_owned(), code: error.code().to_owned(), message });
    }
    for (name, info) in guest.tree.volumes() {
        match &info.cleanliness {
            Cleanliness::Clean => {}
            Cleanliness::Replayed => {
                notes.push(format!("{name}: taken of a running machine; its journal was applied in memory"));
            }
            Cleanliness::Dirty(why) => {
                let message = format!(
                    "{name} was not closed in order ({why}): files may be older than what the machine saw. Take the image \
                     of a machine that is shut down, or mount it once so that the journal is applied"
                );
                notes.push(message.clone());
                doubts.push(Problem { path: "/".to_owned(), code: "journal-not-applied".to_owned(), message });
            }
        }
    }
    doubts
}

/// A program that scans in a child: its own path, and the arguments by which it calls [`serve`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The program.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Why a scan in a child gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The child gave no answer.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// The image could not be read; the text says why.
    #[error("{0}")]
    Image(String),
}

/// As [`scan`], in a confined child. Gives how far it could be confined, too.
///
/// # Errors
/// When the image cannot be read, or the child died of its limits or gave what cannot be used.
pub fn in_child(
    program: &Program,
    paths: &[PathBuf],
    access: &Access,
    options: &Options,
) -> Result<(Scan, Confinement), ScanError> {
    let settings = serde_json::to_value(options).map_err(|error| ChildError::Answer(error.to_string()))?;
    let (paths, access, limits) = (paths.to_vec(), access.clone(), Limits::default());
    let request = Request { version: sandbox::VERSION, paths, access, limits, settings };
    let arguments: Vec<&str> = program.arguments.iter().map(String::as_str).collect();
    let facts = sandbox::run_child::<Scan>(&program.path, &arguments, &request, check)?;
    Ok((facts.result.map_err(ScanError::Image)?, facts.confinement))
}

/// The child's side of [`in_child`].
///
/// # Errors
/// As [`sandbox::serve_child`].
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> Result<(), ChildError> {
    sandbox::serve_child(input, output, |request, spool| {
        let options: Options = serde_json::from_value(request.settings.clone()).map_err(|error| error.to_string())?;
        scan(&request.paths, &request.access, &options, spool).map_err(|error| error.to_string())
    })
}

/// Whether an answer keeps within what a scan may give. Whoever reads it from another process believes nothing else.
///
/// # Errors
/// Which list or text is longer than a scan makes it.
pub fn check(scan: &Scan) -> Result<(), String> {
    let list = |what: &str, length: usize| match length {
        0..=LONGEST_LIST => Ok(()),
        _ => Err(format!("{length} {what}")),
    };
    if scan.guests.len() > MAX_GUESTS {
        return Err(format!("{} guests", scan.guests.len()));
    }
    list("containers", scan.report.containers.len())?;
    list("volumes", scan.report.volumes.len())?;
    list("names of volumes", scan.report.holds.len())?;
    list("names of other volumes", scan.report.wants.len())?;
    for guest in &scan.guests {
        let facts = &guest.facts;
        list("settings", facts.settings.len())?;
        list("services", facts.services.len())?;
        list("listeners", facts.listening.len())?;
        list("accounts", facts.accounts.len())?;
        list("packages", facts.packages.len())?;
        list("files", facts.files.len())?;
        list("notes", guest.notes.len())?;
        let texts = facts.settings.iter().flat_map(|setting| [Some(&setting.id), setting.value.as_ref()]).flatten();
        let paths = facts.files.iter().map(|file| &file.path).chain(facts.packages.iter().map(|package| &package.name));
        if let Some(long) = texts.chain(paths).find(|text| text.len() > LONGEST_TEXT) {
            return Err(format!("a text of {} bytes", long.len()));
        }
    }
    Ok(())
}
