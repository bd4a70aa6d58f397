//! Volumes that are mounted without a line in `fstab`.

use super::tools::{empty, feed, have, run, text, write_at};
use isoneph_image::image;
use isoneph_image::tree::{Tree, TreeError};
use std::fs;
use std::path::Path;

const GENERATOR: &str = "usr/lib/systemd/system-generators/systemd-gpt-auto-generator";
/// The types of partitions for a root and for homes.
const ROOT: &str = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
const HOME: &str = "933ac7e1-2eb4-4f13-b844-0e14e2aef915";

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// A disk of two partitions: a root with these files, and a second of some type; nothing in it, or a key of somebody's.
fn disk(directory: &Path, files: &[(&str, &str)], kind: &str, second: Option<&[u8]>) -> Tree {
    let at = |name: &str| directory.join(name);
    let _ = (fs::remove_dir_all(at("root")), fs::remove_dir_all(at("home")));
    write(&at("root"), &[("etc/passwd", "root:x:0:0::/root:/bin/sh\n"), ("home/.keep", "")]);
    fs::remove_file(at("root/home/.keep")).unwrap();
    write(&at("root"), files);
    write(&at("home"), &[("ann/.ssh/authorized_keys", "ssh-ed25519 AAAA ann\n")]);
    let path = at("disk");
    empty(&path, 40 << 20);
    let script = format!("label: gpt\nstart=2048,size=32768,type={ROOT}\nstart=40960,size=32768,type={kind}\n");
    feed("sfdisk", &["-q", text(&path)], &script);
    for (part, label, start) in [("root", "root", 2048_u64), ("home", "thehome", 40960)] {
        let system = at("system");
        empty(&system, 16 << 20);
        run("mke2fs", &["-q", "-F", "-t", "ext4", "-L", label, "-d", text(&at(part)), text(&system)]);
        let bytes = fs::read(&system).unwrap();
        write_at(&path, start * 512, second.filter(|_| part == "home").unwrap_or(&bytes));
        fs::remove_file(system).unwrap();
    }
    image::open(&[path], &Default::default(), None).unwrap().guests.remove(0).tree
}

const KEY: &str = "/home/ann/.ssh/authorized_keys";

#[test]
fn a_partition_is_mounted_for_its_type_where_systemd_does_so() {
    if !have(&["mke2fs", "sfdisk"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let generates = [(GENERATOR, "program")];
    let tree = disk(directory.path(), &generates, HOME, None);
    assert!(tree.read(KEY, 100).is_ok());
    // Nothing mounts it: no generator, another type, a folder that is not empty.
    let occupied = [generates[0], ("home/bob/file", "own")];
    let others: [(&[(&str, &str)], &str); 3] = [(&[], HOME), (&generates, ROOT), (&occupied, HOME)];
    for (files, kind) in others {
        let tree = disk(directory.path(), files, kind, None);
        assert!(tree.read(KEY, 100).unwrap_err().is_absent(), "{files:?} {kind}");
    }
    let mut encrypted = vec![0; 1 << 20];
    encrypted[..8].copy_from_slice(b"LUKS\xBA\xBE\x00\x02");
    encrypted.resize(16 << 20, 0);
    let error = disk(directory.path(), &generates, HOME, Some(&encrypted)).read(KEY, 100).unwrap_err();
    assert!(matches!(error, TreeError::NotMounted { .. }), "{error}");
}

#[test]
fn a_mount_unit_that_something_asks_for_joins_its_volume() {
    if !have(&["mke2fs", "sfdisk"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let unit = ("etc/systemd/system/home.mount", "[Mount]\nWhat=/dev/disk/by-label/thehome\nWhere=/home\nType=ext4\n");
    let asked = ("etc/systemd/system/local-fs.target.wants/home.mount", "");
    assert!(disk(directory.path(), &[unit, asked], ROOT, None).read(KEY, 100).is_ok());
    assert!(disk(directory.path(), &[unit], ROOT, None).read(KEY, 100).unwrap_err().is_absent());
    let missing = ("etc/systemd/system/home.mount", "[Mount]\nWhat=/dev/disk/by-label/none\nWhere=/home\n");
    let error = disk(directory.path(), &[missing, asked], ROOT, None).read(KEY, 100).unwrap_err();
    assert!(matches!(error, TreeError::NotMounted { .. }), "{error}");
    // What fstab says of the place comes first.
    let fstab = ("etc/fstab", "LABEL=thehome /home ext4 defaults 0 2\n");
    assert!(disk(directory.path(), &[missing, asked, fstab], ROOT, None).read(KEY, 100).is_ok());
}
