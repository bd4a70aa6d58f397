//! Joins a guest's volumes by its `fstab`.
//!
//! What the guest mounts from a disk is looked for among the volumes by UUID, label, partition or name. What is not found,
//! or is not read, or is remote, is stated at its mount point: everything below it is unknown. Only where the image is one
//! file system into which a whole machine was copied are its own directories taken for the volumes that `fstab` names.
//! Mount units, and partitions whose type says where they belong, count where `fstab` says nothing of their place.

use super::fstab::{FstabEntry, parse_fstab};
use super::is_root;
use super::names;
use super::units;
use super::volumes::{Found, OpenVolume, VolumeReport, VolumeState};
use crate::tree::{Tree, TreeError, Volume};

const FSTAB: &str = "/etc/fstab";
const MAX_FSTAB: u64 = 1 << 20;
/// Mounts joined at most.
const MAX_MOUNTS: usize = 256;

/// Types that hold no file of the image: the kernel's own, and memory.
const WITHOUT_FILES: &[&str] = &[
    "autofs",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "proc",
    "pstore",
    "ramfs",
    "securityfs",
    "selinuxfs",
    "swap",
    "sysfs",
    "tmpfs",
    "tracefs",
];

/// A guest: a root file system and what it mounts.
pub struct Guest {
    /// Its files.
    pub tree: Tree,
    /// The volume of its root.
    pub root: String,
    /// What is to be said of its mounts.
    pub notes: Vec<String>,
    /// Why its `fstab` could not be read, if it is there and could not: any path may then be on another volume.
    pub fstab_error: Option<TreeError>,
    /// Volumes that its `fstab` asks for by name and that are in none of the files.
    pub missing: Vec<String>,
}

impl Guest {
    pub(super) fn of_archive(tree: Tree) -> Self {
        // An archive holds all of the file system it was made of.
        Self { tree, root: "archive".to_owned(), notes: Vec::new(), fstab_error: None, missing: Vec::new() }
    }
}

/// The guests on the volumes, in the order of the volumes.
pub(super) fn guests(found: Found) -> Vec<Guest> {
    let mut volumes: Vec<(OpenVolume, bool)> = Vec::new();
    for mut volume in found.open {
        let name = volume.name.clone();
        let tree = Tree::new(Volume { name: name.clone(), system: volume.system });
        let root = is_root(&tree);
        volume.system = tree.into_root().system;
        volumes.push((volume, root));
    }
    let (roots, mut others): (Vec<_>, Vec<_>) = volumes.into_iter().partition(|(_, root)| *root);
    let mut guests: Vec<Guest> = roots.into_iter().map(|(volume, _)| guest(volume)).collect();
    for guest in &mut guests {
        join(guest, &mut others, &found.reports);
    }
    guests
}

fn guest(volume: OpenVolume) -> Guest {
    let root = volume.name.clone();
    let tree = Tree::new(Volume { name: volume.name, system: volume.system });
    Guest { tree, root, notes: Vec::new(), fstab_error: None, missing: Vec::new() }
}

fn join(guest: &mut Guest, volumes: &mut Vec<(OpenVolume, bool)>, reports: &[VolumeReport]) {
    let text = match guest.tree.read(FSTAB, MAX_FSTAB) {
        Ok(bytes) => crate::tree::text_of_bytes(&bytes),
        Err(error) if error.is_absent() => String::new(),
        Err(error) => {
            guest.notes.push(format!("volumes were not joined: {error}"));
            guest.fstab_error = Some(error);
            return;
        }
    };
    let mut entries: Vec<FstabEntry> = parse_fstab(&text).into_iter().filter(holds_files).take(MAX_MOUNTS).collect();
    let local = |entry: &FstabEntry| holds_files(entry) && is_local(&entry.source);
    for unit in units::mounts(&guest.tree).into_iter().filter(local) {
        if !entries.iter().any(|entry| entry.mount_point == unit.mount_point) {
            entries.push(unit);
        }
    }
    // A volume is mounted before what lies in it.
    entries.sort_by_key(|entry| entry.mount_point.matches('/').count());
    let alone = volumes.is_empty() && !reports.iter().any(is_unread);
    let whole = alone && holds_whole_machine(&guest.tree, &entries);
    for entry in entries {
        let point = mount_point(&guest.tree, &entry.mount_point);
        if entry.options.iter().any(|option| option == "noauto") {
            guest.notes.push(format!("{point} is not mounted at start (noauto)"));
            continue;
        }
        match find(&entry, volumes, reports) {
            Ok(index) => {
                let (volume, _) = volumes.remove(index);
                guest.tree.mount(&point, Volume { name: volume.name, system: volume.system });
            }
            Err(_) if whole && is_local(&entry.source) => {
                guest.notes.push(format!(
                    "{} has a volume of its own in fstab, and the image is one file system with a whole machine in it: its \
                     own directory was taken",
                    crate::tree::printable(&point)
                ));
            }
            Err(why) => {
                let device = format!("{} ({why})", crate::tree::printable(&entry.source));
                guest.notes.push(format!("{} was not joined: {device}", crate::tree::printable(&point)));
                guest.tree.mount_missing(&point, &device);
                let answers = |name: &String| volumes.iter().any(|(volume, _)| names::of_volume(volume).contains(name));
                guest.missing.extend(names::wanted(&entry.source).filter(|name| !answers(name)));
            }
        }
    }
    discover(guest, volumes, reports);
}

/// Mounts the partitions of the root's own disk that systemd mounts for their type.
fn discover(guest: &mut Guest, volumes: &mut Vec<(OpenVolume, bool)>, reports: &[VolumeReport]) {
    let Some((disk, _)) = guest.root.split_once(" partition ") else { return };
    let beside = format!("{disk} partition ");
    for report in reports.iter().filter(|report| report.name.starts_with(&beside) && report.name != guest.root) {
        let kind = report.partition.as_ref().map_or("", |partition| partition.kind.as_str());
        let Some(point) = units::discovered(&guest.tree, kind) else { continue };
        let open = volumes.iter().position(|(volume, _)| volume.name == report.name);
        match (open, &report.state) {
            (Some(index), _) => {
                let (volume, _) = volumes.remove(index);
                guest.tree.mount(point, Volume { name: volume.name, system: volume.system });
            }
            (None, VolumeState::Unsupported(_) | VolumeState::Damaged(_)) => {
                guest.notes.push(format!("{point} was not joined: {} is not read", report.name));
                guest.tree.mount_missing(point, &report.name);
            }
            _ => {}
        }
    }
}

/// Whether a source of `fstab` is a disk of the machine itself.
fn is_local(source: &str) -> bool {
    ["UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "/dev/"].iter().any(|prefix| source.starts_with(prefix))
}

fn is_unread(report: &VolumeReport) -> bool {
    matches!(report.state, VolumeState::Unsupported(_) | VolumeState::Damaged(_))
}

/// Files that are on the volume of a mount point as soon as a machine is installed. A mount point of a machine that really
/// has the volume is empty underneath.
const INSTALLED: [(&str, &str); 8] = [
    ("/var", "/var/lib/dpkg/status"),
    ("/var", "/var/lib/rpm/rpmdb.sqlite"),
    ("/var", "/var/lib/rpm/Packages.db"),
    ("/var", "/var/lib/rpm/Packages"),
    ("/usr", "/usr/bin/env"),
    ("/usr", "/usr/lib/sysimage/rpm/rpmdb.sqlite"),
    ("/boot", "/boot/grub/grub.cfg"),
    ("/boot", "/boot/grub2/grub.cfg"),
];

/// Whether the root file system itself holds what is installed on the volumes that `fstab` names: then a tree was copied into
/// it whole, and the volumes are made when machines are.
fn holds_whole_machine(tree: &Tree, entries: &[FstabEntry]) -> bool {
    let named = |point: &str| entries.iter().any(|entry| entry.mount_point.trim_end_matches('/') == point);
    let holds = |path: &str| tree.metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.size > 0);
    INSTALLED.iter().any(|(point, path)| named(point) && holds(path))
}

fn holds_files(entry: &FstabEntry) -> bool {
    let is_path = entry.mount_point.starts_with('/') && !entry.mount_point.trim_matches('/').is_empty();
    is_path && !WITHOUT_FILES.contains(&entry.kind.as_str())
}

/// The path of a mount point without links; one whose directory the image lacks stays as written.
fn mount_point(tree: &Tree, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let plain = format!("/{}", parts.join("/"));
    tree.canonical(&plain).unwrap_or(plain)
}

/// The index of the volume that an entry mounts, or why there is none.
fn find(entry: &FstabEntry, volumes: &[(OpenVolume, bool)], reports: &[VolumeReport]) -> Result<usize, String> {
    if entry.options.iter().any(|option| matches!(option.as_str(), "bind" | "rbind")) {
        return Err("a bind mount".to_owned());
    }
    let matching: Vec<usize> =
        (0..volumes.len()).filter(|index| is_source(&entry.source, &volumes[*index].0, &entry.kind)).collect();
    match matching.as_slice() {
        [index] => Ok(*index),
        [] => Err(absent(reports)),
        _ => Err("several volumes answer to it".to_owned()),
    }
}

/// Says that a volume was not found, and which volumes could not be read: it may be one of them.
fn absent(reports: &[VolumeReport]) -> String {
    let unread = reports.iter().filter_map(|report| match &report.state {
        VolumeState::Unsupported(what) | VolumeState::Damaged(what) => Some(format!("{}: {what}", report.name)),
        _ => None,
    });
    let unread: Vec<String> = unread.take(8).collect();
    if unread.is_empty() {
        "not in the image".to_owned()
    } else {
        format!("not among the volumes that are read; not read: {}", unread.join(", "))
    }
}

/// Whether a source of `fstab` names this volume.
fn is_source(source: &str, volume: &OpenVolume, kind: &str) -> bool {
    if let Some(name) = names::wanted(source) {
        return names::of_volume(volume).contains(&name);
    }
    let Some(device) = source.strip_prefix("/dev/").filter(|_| !volume.logical) else { return false };
    // A type that does not fit is another volume: a device name alone is weak.
    let info = volume.system.info();
    let fits = matches!(kind, "auto" | "") || kind.split(',').any(|kind| same_family(kind, &info.kind));
    let place = (volume.disk_index, volume.partition.as_ref().map(|partition| partition.number));
    fits && device_place(device) == Some(place)
}

fn same_family(one: &str, other: &str) -> bool {
    one == other || (one.starts_with("ext") && other.starts_with("ext"))
}

/// The disk and the partition that a kernel's device name means when disks are numbered as they were given: `sda1`, `vdb`,
/// `xvda1`, `nvme0n1p2`.
fn device_place(device: &str) -> Option<(usize, Option<u32>)> {
    if let Some(rest) = device.strip_prefix("nvme") {
        let (disk, rest) = rest.split_once('n')?;
        let partition = match rest.split_once('p') {
            Some((_, number)) => Some(number.parse().ok()?),
            None => None,
        };
        return Some((disk.parse().ok()?, partition));
    }
    let rest = ["xvd", "sd", "vd", "hd"].into_iter().find_map(|prefix| device.strip_prefix(prefix))?;
    let letter = rest.bytes().next().filter(u8::is_ascii_lowercase)?;
    let number = &rest[1..];
    let partition = if number.is_empty() { None } else { Some(number.parse().ok()?) };
    Some((usize::from(letter - b'a'), partition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    fn holds(files: &[&str], fstab: &str) -> bool {
        let mut tree = MemoryTree::new();
        for path in files {
            tree.file(path, "content");
        }
        holds_whole_machine(&tree.tree(), &parse_fstab(fstab))
    }

    #[test]
    fn only_what_is_installed_on_a_named_volume_tells_that_a_machine_was_copied_whole() {
        let var = "UUID=1 /var ext4 defaults 0 2\nUUID=2 /home ext4 defaults 0 2\n";
        assert!(holds(&["/var/lib/dpkg/status"], var));
        assert!(!holds(&["/home/someone/file", "/var/lost+found/x"], var));
        assert!(!holds(&["/var/lib/dpkg/status", "/home/someone/file"], "UUID=2 /home ext4 defaults 0 2\n"));
    }

    #[test]
    fn a_device_name_means_a_disk_and_a_partition() {
        assert_eq!(device_place("sda1"), Some((0, Some(1))));
        assert_eq!(device_place("vdb"), Some((1, None)));
        assert_eq!(device_place("nvme1n1p3"), Some((1, Some(3))));
        assert_eq!(device_place("mapper/x"), None);
        assert_eq!(device_place("sdaa1"), None);
    }
}
