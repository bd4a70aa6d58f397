//! Disk images and root file systems as archives: what the image engine finds becomes rows.
//!
//! An image is `configured` evidence: it shows how a machine will start, not what runs. It stands for no estate, so its
//! snapshot is `recorded` and takes no inventory's place. Its bytes are not hashed: of hundreds of megabytes only the
//! parts that decide something are read, and a note says so.

mod batch;
mod machine;
mod purpose;
mod rows;
mod tell;

use std::path::{Path, PathBuf};

use isoneph_image::container::Access;
use isoneph_image::image::VolumeState;
use isoneph_image::sandbox::Confinement;
use isoneph_image::scan::{self, Scan};
use isoneph_image::settings::Options;
use isoneph_image::tree::WalkBudget;
use isoneph_model::{EvidenceClass, InputId, Locator};
use isoneph_tables::Sink;

use self::purpose::Intent;
use self::rows::Rows;
use crate::input::Reading;
use crate::{Fault, Format};

pub use batch::{Images, read_images};
pub use purpose::{ImagePurpose, IntendedListeners};
pub(crate) use tell::looks_like;

/// Reads one image, or one archive.
pub(crate) fn read(path: &Path, reading: &Reading, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    let (scanned, _) = examine(&[path.to_owned()], reading);
    write(path, &file_name(path), scanned, reading, input, sink)
}

/// The name of an image's file; that of its folder where a path ends in none.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.to_string_lossy().into_owned(), |name| name.to_string_lossy().into_owned())
}

/// Scans the disks of one machine: in a child where a program for that is set, else in this process. Also gives how far
/// the child was confined.
fn examine(paths: &[PathBuf], reading: &Reading) -> (Result<Scan, String>, Option<Confinement>) {
    let access = Access { backing_directory: reading.backing_directory.clone() };
    let options = Options { as_of: reading.as_of, walk: Some(WalkBudget::default()) };
    match &reading.image_scanner {
        Some(program) => match scan::in_child(program, paths, &access, &options) {
            Ok((scan, confinement)) => (Ok(scan), Some(confinement)),
            Err(error) => (Err(error.to_string()), None),
        },
        None => (scan::scan(paths, &access, &options, None).map_err(|error| error.to_string()), None),
    }
}

/// Writes what a scan found of the image that is called `name`.
fn write(
    path: &Path,
    name: &str,
    scanned: Result<Scan, String>,
    reading: &Reading,
    input: InputId,
    sink: &mut Sink,
) -> Result<(), Fault> {
    let scan = scanned.map_err(|error| Fault::reject("", "unreadable-image", error))?;
    describe(&scan, input, sink);
    if scan.guests.is_empty() {
        return Err(Fault::reject(
            "",
            "no-guest",
            "no volume of the image holds the root file system of a Linux guest",
        ));
    }
    let container = scan.report.containers.first().map_or("raw", |container| container.format.as_str());
    let intent = Intent::of(path, &reading.image_purposes);
    sink.input_mut(input).notes.extend(intent.note());
    for guest in &scan.guests {
        let several = scan.guests.len() > 1;
        let name = if several { format!("{name} ({})", guest.root) } else { name.to_owned() };
        Rows { name: &name, file: &file_name(path), container, guest, intent: &intent }.write(input, sink)?;
        sink.input_mut(input).notes.extend(guest.notes.iter().cloned());
    }
    Ok(())
}

/// What is to be said of the image as a whole: its format, its containers, and the volumes that were not read.
fn describe(scan: &Scan, input: InputId, sink: &mut Sink) {
    let known = sink.input_mut(input);
    known.format = Format::DiskImage.as_str().to_owned();
    known.class = Some(EvidenceClass::Configured);
    known.notes.push("of an image the parts that decide something are read; it is not hashed as a whole".to_owned());
    for container in &scan.report.containers {
        known.notes.extend(container.notes.iter().cloned());
    }
    if scan.left_off > 0 {
        let message = format!("{} guests beyond the first {} were not examined", scan.left_off, scan.guests.len());
        sink.reject(input, Locator::new(""), "too-many-guests", message);
    }
    for volume in scan.report.unread() {
        let why = match &volume.state {
            VolumeState::Unsupported(what) => format!("it holds {what}, which is not read"),
            VolumeState::Damaged(what) => format!("its file system is damaged: {what}"),
            _ => continue,
        };
        sink.reject(input, Locator::new(volume.name.clone()), "unreadable-volume", why);
    }
}
