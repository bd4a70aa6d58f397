//! Disks of one machine that lie in several files: put together by the names of their volumes, and read once more as one.

use std::path::PathBuf;

use isoneph_image::image::{self, Part};
use isoneph_image::sandbox::Confinement;
use isoneph_image::scan::Scan;
use isoneph_model::{EvidenceClass, InputId};
use isoneph_tables::Sink;

use super::batch::least;
use super::{examine, write as write_scan};
use crate::Format;
use crate::input::{ReadError, Reading, reject};

/// A file that was scanned by itself.
pub(super) struct OpenDisk {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) input: InputId,
    pub(super) scan: Result<Scan, String>,
}

impl OpenDisk {
    /// Whether another file may hold what this one lacks, or lack what it holds.
    pub(super) fn may_have_others(&self) -> bool {
        self.scan.as_ref().is_ok_and(|scan| scan.guests.is_empty() || !scan.report.wants.is_empty())
    }

    pub(super) fn write(self, reading: &Reading, sink: &mut Sink) -> Result<(), ReadError> {
        match write_scan(&self.path, &self.name, self.scan, reading, self.input, sink) {
            Ok(()) => Ok(()),
            Err(fault) => reject(self.input, fault, sink),
        }
    }
}

/// Writes what was found in files that may belong together. Gives how far those that do could be read confined.
pub(super) fn write(
    disks: Vec<OpenDisk>,
    reading: &Reading,
    sink: &mut Sink,
) -> Result<Option<Confinement>, ReadError> {
    let mut confinement = None;
    for mut machine in machines(disks) {
        if machine.len() > 1 {
            let paths: Vec<PathBuf> = machine.iter().map(|disk| disk.path.clone()).collect();
            let (scan, confined) = examine(&paths, reading);
            confinement = least(confinement, confined);
            join(&mut machine, scan, sink);
        }
        machine.into_iter().try_for_each(|disk| disk.write(reading, sink))?;
    }
    Ok(confinement)
}

/// The files by their machines, that with the root first. A file whose machine is not known stands alone.
fn machines(disks: Vec<OpenDisk>) -> Vec<Vec<OpenDisk>> {
    let read: Vec<(usize, &Scan)> =
        disks.iter().enumerate().filter_map(|(index, disk)| Some((index, disk.scan.as_ref().ok()?))).collect();
    let parts: Vec<Part<'_>> =
        read.iter().map(|(_, scan)| Part { report: &scan.report, has_guest: !scan.guests.is_empty() }).collect();
    let places = |machine: Vec<usize>| machine.into_iter().map(|index| read[index].0).collect();
    let several: Vec<Vec<usize>> = image::machines(&parts).into_iter().map(places).collect();
    let mut disks: Vec<Option<OpenDisk>> = disks.into_iter().map(Some).collect();
    let mut machines: Vec<Vec<OpenDisk>> =
        several.iter().map(|machine| machine.iter().filter_map(|index| disks[*index].take()).collect()).collect();
    machines.extend(disks.into_iter().flatten().map(|disk| vec![disk]));
    machines
}

/// Leaves the first disk of a machine, with what was found on all of them.
fn join(machine: &mut Vec<OpenDisk>, scan: Result<Scan, String>, sink: &mut Sink) {
    match scan {
        Ok(scan) => {
            let others = machine.split_off(1);
            let Some(first) = machine.first_mut() else { return };
            others.iter().for_each(|other| of_machine(other, first, sink));
            first.scan = Ok(scan);
        }
        Err(why) => {
            for disk in machine {
                let note = format!("with the other disks of its machine it could not be read: {why}");
                sink.input_mut(disk.input).notes.push(note);
            }
        }
    }
}

/// Says of a disk that it was read as a part of a machine.
fn of_machine(disk: &OpenDisk, first: &OpenDisk, sink: &mut Sink) {
    let known = sink.input_mut(disk.input);
    known.format = Format::DiskImage.as_str().to_owned();
    known.class = Some(EvidenceClass::Configured);
    known
        .notes
        .push(format!("a disk of the machine of {}, told by the names of their volumes: read with it", first.name));
    let note = format!("{} is a disk of the same machine: read with it", disk.name);
    sink.input_mut(first.input).notes.push(note);
}
