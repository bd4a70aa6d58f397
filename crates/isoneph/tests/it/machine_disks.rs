//! Disks of one machine in several files, made by `mke2fs`.

use std::path::Path;

use tempfile::TempDir;

use crate::tools::{have, run};
use crate::{file, isoneph};

const ROOT: &str = "11111111-2222-3333-4444-555555555555";
const VAR: &str = "21111111-2222-3333-4444-555555555555";
const STATUS: &str = "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:9.2p1-2\n";

/// An ext4 file system that holds these files.
fn disk(folder: &TempDir, name: &str, uuid: &str, files: &[(&str, &str)]) -> String {
    let tree = tempfile::tempdir().expect("a folder");
    for (path, content) in files {
        file(&tree, path, content.as_bytes());
    }
    let image = file(folder, name, &[]);
    std::fs::File::options().write(true).open(&image).expect("the file").set_len(16 << 20).expect("room");
    let tree = tree.path().display().to_string();
    run("mke2fs", &["-q", "-F", "-t", "ext4", "-U", uuid, "-d", &tree, &image]);
    image
}

fn root(folder: &TempDir, name: &str) -> String {
    let fstab = format!("UUID={ROOT} / ext4 defaults 0 1\nUUID={VAR} /var ext4 nodev 0 2\n");
    let files = [
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
        ("etc/fstab", &fstab),
    ];
    disk(folder, name, ROOT, &files)
}

fn var(folder: &TempDir, name: &str) -> String {
    disk(folder, name, VAR, &[("lib/dpkg/status", STATUS)])
}

/// What the packages of all images are, and the notes of the inputs.
fn packages(paths: &[&str]) -> (Vec<String>, String) {
    let sql = "SELECT image.name AS image, image_package.name AS package FROM image_package \
               JOIN image ON image.uid = image_package.image";
    let run = isoneph(&[&["query", "--format", "csv", sql], paths].concat());
    let rows = run.stdout().lines().skip(1).map(str::to_owned).collect();
    let assessed = isoneph(&[&["assess", "--format", "json", "--fail-on", "none"], paths].concat());
    (rows, assessed.json()["inputs"].to_string())
}

#[test]
fn a_volume_of_a_machine_is_found_on_its_other_disk() {
    if !have(&["mke2fs"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (root, var) = (root(&folder, "web.img"), var(&folder, "web-var.img"));
    assert_eq!(packages(&[&root]).0, Vec::<String>::new(), "the volume is not there");
    for paths in [[root.as_str(), &var], [&var, &root]] {
        let (rows, inputs) = packages(&paths);
        assert_eq!(rows, ["web.img,openssh-server"]);
        assert!(inputs.contains("web-var.img is a disk of the same machine"), "{inputs}");
        assert!(inputs.contains("a disk of the machine of web.img"), "{inputs}");
        assert!(!inputs.contains("no-guest"), "{inputs}");
    }
    let whole = packages(&[&folder.path().display().to_string()]);
    assert_eq!(whole.0, ["web.img,openssh-server"], "found in a folder as well");
}

#[test]
fn a_disk_that_may_be_of_several_machines_is_given_to_none() {
    if !have(&["mke2fs"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (root(&folder, "one.img"), root(&folder, "two.img"));
    let disk = var(&folder, "var.img");
    assert_eq!(packages(&[&one, &two, &disk]).0, Vec::<String>::new());
    let copy = Path::new(&disk).with_file_name("copy.img").display().to_string();
    std::fs::copy(&disk, &copy).expect("a copy");
    let (rows, inputs) = packages(&[&one, &disk, &copy]);
    assert_eq!(rows, Vec::<String>::new());
    assert!(inputs.contains("/var was not joined"), "{inputs}");
}

#[test]
fn what_a_disk_leads_to_is_read_where_it_is_allowed_and_nowhere_else() {
    if !have(&["mke2fs"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = root(&folder, "extents/golden.img");
    let extents = Path::new(&bytes).parent().expect("a folder").display().to_string();
    let described = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n\
                     RW 32768 FLAT \"extents/golden.img\" 0\n";
    let disk = file(&folder, "machine.vmdk", described.as_bytes());
    let refused = isoneph(&["assess", "--format", "json", "--fail-on", "none", &disk]).json()["inputs"].to_string();
    let read = ["assess", "--format", "json", "--fail-on", "none", "--allow-backing", &extents, &disk];
    let read = isoneph(&read).json()["inputs"].to_string();
    assert!(refused.contains("extents/golden.img") && refused != read, "{refused}");
    assert!(!read.contains("no-guest"), "{read}");
    let asked = isoneph(&["query", "--format", "csv", "--allow-backing", &extents, "SELECT name FROM image", &disk]);
    assert_eq!(asked.stdout().lines().nth(1), Some("machine.vmdk"), "{}", asked.stderr());
}
