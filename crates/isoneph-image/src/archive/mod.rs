//! Root file systems given as archives: tar (plain, gzip, zstd), OCI layouts, and what `docker save` writes.
//!
//! Nothing is unpacked onto the host: names become an index in memory, content stays in the archive, or in one unnamed
//! temporary file when the archive is compressed. Layers are applied in order, with whiteouts. Names with `..` are
//! refused, links lead inside the archive only.

mod files;
mod layers;
mod stream;
mod tar;

use crate::container::{Disk, HostFile, Window, read_vec};
use crate::filesystem::{FileSystem, FileSystemError};
use files::Files;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use stream::Spool;

/// An archive, opened.
pub struct Archive {
    /// `tar`, `oci` or `docker`.
    pub format: &'static str,
    /// What is to be said of it: entries refused, the image chosen among several.
    pub notes: Vec<String>,
    /// Its files.
    pub system: Box<dyn FileSystem>,
    /// Bytes read from files of the host so far.
    pub bytes_read: Arc<AtomicU64>,
}

/// Opens the archive at `path`; gives nothing when the file is none. Content of compressed archives goes to `spool`, or to
/// an unnamed temporary file when none is given.
///
/// # Errors
/// When it is an archive, but damaged, beyond the limits, or of a kind that is not read.
pub fn open(path: &Path, spool: Option<File>) -> Result<Option<Archive>, FileSystemError> {
    let bytes_read = Arc::new(AtomicU64::new(0));
    let mut spool = Spool::new(spool);
    if path.is_dir() {
        let (files, notes) = layers::open_directory(path, &bytes_read, &mut spool)?;
        return Ok(Some(Archive { format: "oci", notes, system: Box::new(files), bytes_read }));
    }
    let file: Arc<dyn Disk> = Arc::new(HostFile::open(path, Arc::clone(&bytes_read))?);
    let Some(outer) = read(&file, &mut spool)? else { return Ok(None) };
    let mut notes = outer.notes();
    let (format, files) = match layers::open_archive(&outer, &mut spool, &mut notes)? {
        Some((format, files)) => (format, files),
        None => ("tar", outer),
    };
    refuse_disks(&files)?;
    if format == "tar" {
        refuse_others(&files)?;
    }
    Ok(Some(Archive { format, notes, system: Box::new(files), bytes_read }))
}

/// Opens an archive on a disk: what the fuzz targets and tests call.
///
/// # Errors
/// As [`open`].
pub fn open_disk(disk: Arc<dyn Disk>) -> Result<Option<Box<dyn FileSystem>>, FileSystemError> {
    let files = read(&disk, &mut Spool::new(None))?;
    Ok(files.map(|files| Box::new(files) as Box<dyn FileSystem>))
}

/// Indexes one tar file, compressed or not; none when it is no tar file.
fn read(file: &Arc<dyn Disk>, spool: &mut Spool) -> Result<Option<Files>, FileSystemError> {
    let Some(entries) = stream::entries(file, spool)? else { return Ok(None) };
    let mut files = Files::new();
    files.add_layer(entries)?;
    Ok(Some(files))
}

/// An archive that carries disks rather than files is named: its content is not a root file system.
fn refuse_disks(files: &Files) -> Result<(), FileSystemError> {
    let mut names = files.names_in_root();
    let disk = names.find(|name| {
        let end = |suffix: &[u8]| name.to_ascii_lowercase().ends_with(suffix);
        [&b".vmdk"[..], b".ovf", b".qcow2", b".vhd", b".vhdx", b".raw"].iter().any(|suffix| end(suffix))
    });
    match disk {
        Some(name) => {
            let name = crate::tree::printable(&crate::tree::text_of_bytes(name));
            Err(FileSystemError::Unsupported(format!("archive that carries disks ({name}); unpack it first")))
        }
        None => Ok(()),
    }
}

/// What somebody packed of other files, such as logs, is no root file system: judged as one, all of it would be missing.
fn refuse_others(files: &Files) -> Result<(), FileSystemError> {
    const OF_SYSTEMS: [&[u8]; 7] = [b"etc", b"usr", b"boot", b"bin", b"sbin", b"lib", b"var"];
    let is_empty = files.names_in_root().next().is_none();
    if is_empty || files.names_in_root().any(|name| OF_SYSTEMS.contains(&name)) {
        return Ok(());
    }
    let why =
        "archive of no root file system (it has none of /etc, /usr, /boot, /bin, /sbin, /lib, /var); unpack it first";
    Err(FileSystemError::Unsupported(why.to_owned()))
}

/// A part of a disk as a disk.
fn window(disk: &Arc<dyn Disk>, start: u64, length: u64) -> Arc<dyn Disk> {
    Arc::new(Window::new(Arc::clone(disk), start, length))
}

fn first_bytes(disk: &dyn Disk, count: u64) -> Result<Vec<u8>, FileSystemError> {
    Ok(read_vec(disk, 0, disk.length().min(count) as usize)?)
}
