//! Many images at once: found among what was given, scanned some at a time, written in their order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;

use isoneph_image::sandbox::{Confinement, Enforced};
use isoneph_tables::{NewInput, Sink};

use super::machine::{self, OpenDisk};
use super::{examine, file_name, looks_like};
use crate::input::{ReadError, Reading, listed, shown};

/// Scans at one time at most: each may use what a child is allowed, and what they find is kept until it is written.
const MOST_AT_ONCE: usize = 4;

/// Images that were read.
#[derive(Debug, Default)]
pub struct Images {
    /// The files and folders that are images: nobody else needs to look at them.
    pub files: BTreeSet<PathBuf>,
    /// How far the scanning processes could be confined: the least of all of them; `None` when none was asked for or none
    /// answered.
    pub confinement: Option<Confinement>,
}

/// Reads every image among the paths.
///
/// # Errors
/// Where there is more than a run can hold; what is wrong with an image is a reject of its input.
pub fn read_images(paths: &[PathBuf], reading: &Reading, sink: &mut Sink) -> Result<Images, ReadError> {
    let found = find(paths, reading);
    let names = names(&found);
    let mut images = Images::default();
    let mut open = Vec::new();
    let at_once = thread::available_parallelism().map_or(1, usize::from).min(MOST_AT_ONCE);
    for some in found.chunks(at_once) {
        let scans = thread::scope(|scope| {
            let scan = |path: &PathBuf| examine(std::slice::from_ref(path), reading);
            let threads: Vec<_> = some.iter().map(|path| scope.spawn(move || scan(path))).collect();
            let died = || (Err("the scan ended in a defect of this program".to_owned()), None);
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| died())).collect::<Vec<_>>()
        });
        for (path, (scan, confinement)) in some.iter().zip(scans) {
            images.confinement = least(images.confinement, confinement);
            let input = sink.input(NewInput { path: shown(path), sha256: None, format: String::new(), class: None });
            let name = names.get(path).map_or_else(|| shown(path), Clone::clone);
            let disk = OpenDisk { path: path.clone(), name, input, scan };
            // What may be a part of a machine waits until all parts are there.
            if disk.may_have_others() { open.push(disk) } else { disk.write(reading, sink)? }
        }
    }
    let confinement = machine::write(open, reading, sink)?;
    images.confinement = least(images.confinement, confinement);
    images.files = found.into_iter().collect();
    Ok(images)
}

/// The images among the paths, in their order, each once.
fn find(paths: &[PathBuf], reading: &Reading) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<PathBuf> = Vec::new();
    let is_new = |path: &Path| !reading.taken.contains(path);
    for path in paths {
        if path.is_dir() && !looks_like(path) {
            let is_image = |path: &PathBuf| is_new(path) && !is_named_json(path) && looks_like(path);
            found.extend(listed(path, looks_like).into_iter().filter(is_image));
        } else if is_new(path) && looks_like(path) {
            found.push(path.clone());
        }
    }
    found.retain(|path| seen.insert(path.clone()));
    found
}

/// What each image is called: its file's name; its whole path where several files have that name.
fn names(found: &[PathBuf]) -> BTreeMap<PathBuf, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in found {
        *counts.entry(file_name(path)).or_default() += 1;
    }
    let name = |path: &PathBuf| Some(file_name(path)).filter(|name| counts.get(name) == Some(&1));
    found.iter().map(|path| (path.clone(), name(path).unwrap_or_else(|| shown(path)))).collect()
}

/// As such it is read as JSON where a folder holds it, whatever it begins with.
fn is_named_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

pub(super) fn least(one: Option<Confinement>, other: Option<Confinement>) -> Option<Confinement> {
    let worse = |one: Enforced, other: Enforced| one.max(other);
    match (one, other) {
        (Some(one), Some(other)) => Some(Confinement {
            limits: worse(one.limits, other.limits),
            files: worse(one.files, other.files),
            calls: worse(one.calls, other.calls),
        }),
        (one, other) => one.or(other),
    }
}
