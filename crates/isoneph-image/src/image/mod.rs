//! From files of the host to guests: opens what was given, finds the volumes, and joins each guest's tree.
//!
//! A machine may have several disks: they are opened together, so that what one disk's `fstab` mounts is found on another.
//! What cannot be read is named in the report, and whatever of the guest depended on it is unknown, never absent.

mod fstab;
mod join;
mod machine;
mod names;
mod units;
mod volumes;

pub use fstab::{FstabEntry, parse_fstab};
pub use join::Guest;
pub use machine::{Part, machines};
pub use volumes::{ContainerReport, VolumeReport, VolumeState};

use crate::archive;
use crate::container::{self, Access, Disk, DiskError};
use crate::filesystem::FileSystemError;
use crate::tree::{Tree, TreeError, Volume};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use volumes::Found;

/// Why nothing could be opened.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A disk could not be opened.
    #[error("{path}: {error}")]
    Disk {
        /// The file.
        path: String,
        /// Why.
        error: DiskError,
    },
    /// An archive could not be opened.
    #[error("{path}: {error}")]
    Archive {
        /// The file.
        path: String,
        /// Why.
        error: FileSystemError,
    },
}

/// What was found in the files given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The files, each with its format and partition table.
    pub containers: Vec<ContainerReport>,
    /// The volumes, readable or not.
    pub volumes: Vec<VolumeReport>,
    /// The names by which its volumes, and its parts of volume groups, are asked for.
    pub holds: Vec<String>,
    /// Names that a guest, or a volume group, asks for and that are not among those.
    pub wants: Vec<String>,
}

impl Report {
    /// The volumes that hold something that could not be read, as `NAME: WHY`. Volumes without any known content, such as
    /// the boot loader's, are not among them.
    pub fn unread(&self) -> impl Iterator<Item = &VolumeReport> {
        self.volumes
            .iter()
            .filter(|volume| matches!(volume.state, VolumeState::Unsupported(_) | VolumeState::Damaged(_)))
    }
}

/// Files opened together.
pub struct Image {
    /// What was found.
    pub report: Report,
    /// The guests: one for every volume that holds a root file system. Empty when none does.
    pub guests: Vec<Guest>,
    counters: Vec<Arc<AtomicU64>>,
}

impl Image {
    fn of(
        mut found: Found,
        containers: Vec<ContainerReport>,
        mut guests: Vec<Guest>,
        counters: Vec<Arc<AtomicU64>>,
    ) -> Self {
        let membership = found.assemble();
        let (mut holds, mut wants) = names::of_physical(&membership);
        holds.extend(found.open.iter().flat_map(names::of_volume));
        let volumes = found.reports.clone();
        guests.extend(join::guests(found));
        wants.extend(guests.iter().flat_map(|guest| guest.missing.iter().cloned()));
        Self { report: Report { containers, volumes, holds, wants }, guests, counters }
    }

    /// Bytes read from files of the host so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.counters.iter().map(|counter| counter.load(Ordering::Relaxed)).sum()
    }
}

/// Opens the disks of one machine, or one archive of a root file system. `spool` is where content of a compressed archive is
/// kept; without one an unnamed temporary file is made.
///
/// # Errors
/// When a file cannot be opened, is damaged, or is of a kind that is not read.
pub fn open(paths: &[PathBuf], access: &Access, spool: Option<File>) -> Result<Image, ImageError> {
    let mut spool = spool;
    let (mut found, mut containers, mut guests, mut counters) = (Found::default(), Vec::new(), Vec::new(), Vec::new());
    for (index, path) in paths.iter().enumerate() {
        if let Some(archive) = open_archive(path, spool.take())? {
            let name = archive.format.to_owned();
            counters.push(archive.bytes_read);
            containers.push(ContainerReport::of_archive(path, name.clone(), archive.notes));
            found.reports.push(VolumeReport::of_archive(&name, archive.system.info()));
            guests.push(Guest::of_archive(Tree::new(Volume { name, system: archive.system })));
            continue;
        }
        let container = container::open(path, access).map_err(|error| disk_error(path, error))?;
        counters.push(container.counter());
        containers.push(found.add(index, path, &container));
    }
    Ok(Image::of(found, containers, guests, counters))
}

/// Opens one disk that is not a file of its own, such as bytes in memory. Nothing that it refers to is opened.
///
/// # Errors
/// As [`open`].
pub fn open_disk(disk: Arc<dyn Disk>) -> Result<Image, ImageError> {
    let path = Path::new("disk");
    let container = container::open_disk(disk).map_err(|error| disk_error(path, error))?;
    let mut found = Found::default();
    let containers = vec![found.add(0, path, &container)];
    Ok(Image::of(found, containers, Vec::new(), vec![container.counter()]))
}

fn open_archive(path: &Path, spool: Option<File>) -> Result<Option<archive::Archive>, ImageError> {
    archive::open(path, spool).map_err(|error| ImageError::Archive { path: shown(path), error })
}

fn disk_error(path: &Path, error: DiskError) -> ImageError {
    ImageError::Disk { path: shown(path), error }
}

fn shown(path: &Path) -> String {
    crate::tree::printable(&path.to_string_lossy())
}

/// Whether a tree looks like a root file system: some file that every Linux has, be it a link that leads nowhere yet.
fn is_root(tree: &Tree) -> bool {
    let there =
        |path: &str| !matches!(tree.symlink_metadata(path), Err(error) if error.is_absent() || is_other(&error));
    ["/etc/os-release", "/etc/passwd", "/etc/fstab", "/usr/lib/os-release"].into_iter().any(there)
}

fn is_other(error: &TreeError) -> bool {
    matches!(error, TreeError::WrongKind { .. } | TreeError::PathTooLong { .. })
}
