//! The volumes on the disks that were given.

use crate::container::{Container, Disk, Window};
use crate::filesystem::{self, FileSystem, FileSystemError, FileSystemInfo};
use crate::partition::lvm::{self, Membership, PhysicalVolume};
use crate::partition::{self, Partition, Table};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// A file that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerReport {
    /// Its path.
    pub path: String,
    /// Its format: `raw`, `qcow2`, `vmdk`, `vhd`, `vhdx`, `tar`, `oci`, `docker`.
    pub format: String,
    /// What is to be said of it.
    pub notes: Vec<String>,
    /// Its partition table: `gpt`, `mbr`, `none`, or `damaged`.
    pub partitions: String,
}

impl ContainerReport {
    pub(super) fn of_archive(path: &Path, format: String, notes: Vec<String>) -> Self {
        Self { path: super::shown(path), format, notes, partitions: "none".to_owned() }
    }
}

/// What became of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeState {
    /// Its file system is read.
    Readable(FileSystemInfo),
    /// It holds a part of a volume group, whose volumes are listed by themselves.
    PhysicalVolume,
    /// It holds nothing that has a name: a boot loader's partition, or an empty one.
    Unknown,
    /// It holds what is not read; the text names it.
    Unsupported(String),
    /// It holds a file system that is damaged beyond opening; the text says how.
    Damaged(String),
}

/// A volume: a partition, a whole disk, or a logical volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeReport {
    /// Its name: `disk 1 partition 2`, `vg0/root`.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// The partition, of one that is one.
    pub partition: Option<Partition>,
    /// What became of it.
    pub state: VolumeState,
}

impl VolumeReport {
    pub(super) fn of_archive(name: &str, info: FileSystemInfo) -> Self {
        Self { name: name.to_owned(), length: 0, partition: None, state: VolumeState::Readable(info) }
    }
}

/// A volume whose file system was opened.
pub(super) struct OpenVolume {
    pub(super) name: String,
    pub(super) disk_index: usize,
    pub(super) partition: Option<Partition>,
    pub(super) logical: bool,
    pub(super) system: Box<dyn FileSystem>,
}

/// Everything found so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) reports: Vec<VolumeReport>,
    pub(super) open: Vec<OpenVolume>,
    physical: Vec<PhysicalVolume>,
}

impl Found {
    /// Adds the volumes of a disk.
    pub(super) fn add(&mut self, index: usize, path: &Path, container: &Container) -> ContainerReport {
        let mut notes = container.notes.clone();
        let partitions = match partition::read(&*container.disk) {
            Ok(table) => {
                notes.extend(table.notes.iter().cloned());
                self.add_table(index, &table, &container.disk);
                table.scheme
            }
            Err(error) => {
                notes.push(error.to_string());
                let state = VolumeState::Damaged(error.to_string());
                let length = container.disk.length();
                self.reports.push(VolumeReport { name: disk_name(index), length, partition: None, state });
                "damaged".to_owned()
            }
        };
        ContainerReport { path: super::shown(path), format: container.format.to_owned(), notes, partitions }
    }

    fn add_table(&mut self, index: usize, table: &Table, disk: &Arc<dyn Disk>) {
        if table.partitions.is_empty() {
            self.add_volume(disk_name(index), index, None, disk);
        }
        for partition in &table.partitions {
            let window: Arc<dyn Disk> = Arc::new(Window::new(Arc::clone(disk), partition.start, partition.length));
            let name = format!("{} partition {}", disk_name(index), partition.number);
            self.add_volume(name, index, Some(partition.clone()), &window);
        }
    }

    fn add_volume(&mut self, name: String, disk_index: usize, partition: Option<Partition>, disk: &Arc<dyn Disk>) {
        let length = disk.length();
        let state = match lvm::read(disk) {
            Ok(Some(physical)) => {
                self.physical.push(physical);
                VolumeState::PhysicalVolume
            }
            Ok(None) => self.open(&name, disk_index, partition.as_ref(), false, disk),
            Err(error) => state_of(FileSystemError::from(error)),
        };
        self.reports.push(VolumeReport { name, length, partition, state });
    }

    fn open(
        &mut self,
        name: &str,
        disk_index: usize,
        partition: Option<&Partition>,
        logical: bool,
        disk: &Arc<dyn Disk>,
    ) -> VolumeState {
        match filesystem::open(Arc::clone(disk)) {
            Ok(Some(system)) => {
                let info = system.info();
                let (name, partition) = (name.to_owned(), partition.cloned());
                self.open.push(OpenVolume { name, disk_index, partition, logical, system });
                VolumeState::Readable(info)
            }
            Ok(None) => VolumeState::Unknown,
            Err(error) => state_of(error),
        }
    }

    /// Opens the logical volumes, once all disks were added, and tells which parts of their groups are there.
    pub(super) fn assemble(&mut self) -> Membership {
        for volume in lvm::assemble(&self.physical) {
            let (length, state) = match &volume.disk {
                Ok(disk) => (disk.length(), self.open(&volume.name, 0, None, true, disk)),
                Err(error) => (0, state_of(FileSystemError::from(error.clone()))),
            };
            self.reports.push(VolumeReport { name: volume.name, length, partition: None, state });
        }
        lvm::membership(&self.physical)
    }
}

fn disk_name(index: usize) -> String {
    format!("disk {}", index + 1)
}

fn state_of(error: FileSystemError) -> VolumeState {
    match error {
        FileSystemError::Unsupported(what) => VolumeState::Unsupported(what),
        other => VolumeState::Damaged(other.to_string()),
    }
}
