//! Containers as qemu-img makes them: each gives the bytes of the disk it was made of.

use super::tools::{empty, have, run, text, write_at};
use isoneph_image::container::{self, Access, Disk, DiskError};
use std::path::{Path, PathBuf};

/// A disk whose clusters are full, empty, half written and repeating.
fn disk(directory: &Path) -> PathBuf {
    let path = directory.join("disk.raw");
    empty(&path, 12 << 20);
    let noise: Vec<u8> = (0..300_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    write_at(&path, 0, b"start");
    write_at(&path, 65_530, &noise);
    write_at(&path, 3 << 20, &vec![7; 200_000]);
    write_at(&path, 5_000_000, b"alone");
    write_at(&path, (12 << 20) - 3, b"end");
    path
}

fn bytes(disk: &dyn Disk, length: u64) -> Vec<u8> {
    let mut bytes = vec![0; length as usize];
    // In odd pieces, so that reads cross clusters.
    for (index, piece) in bytes.chunks_mut(77_777).enumerate() {
        disk.read_at(index as u64 * 77_777, piece).unwrap();
    }
    bytes
}

#[test]
fn every_container_gives_the_bytes_of_its_disk() {
    if !have(&["qemu-img"]) {
        return;
    }
    let forms: &[(&str, &str, bool)] = &[
        ("qcow2", "compat=0.10", false),
        ("qcow2", "compat=1.1", false),
        ("qcow2", "cluster_size=512", false),
        ("qcow2", "cluster_size=2M", false),
        ("qcow2", "extended_l2=on,cluster_size=128k", false),
        ("qcow2", "preallocation=metadata", false),
        ("qcow2", "compat=0.10", true),
        ("qcow2", "cluster_size=4k", true),
        ("qcow2", "cluster_size=2M", true),
        ("qcow2", "compression_type=zstd", true),
        ("qcow2", "compression_type=zstd,extended_l2=on", true),
        ("vmdk", "subformat=monolithicSparse", false),
        ("vmdk", "subformat=monolithicFlat", false),
        ("vmdk", "subformat=twoGbMaxExtentSparse", false),
        ("vmdk", "subformat=twoGbMaxExtentFlat", false),
        ("vmdk", "subformat=streamOptimized", false),
        ("vpc", "subformat=dynamic,force_size=on", false),
        ("vpc", "subformat=fixed,force_size=on", false),
        ("vhdx", "subformat=dynamic", false),
        ("vhdx", "subformat=fixed", false),
        ("vhdx", "subformat=dynamic,block_size=2M", false),
    ];
    let directory = tempfile::tempdir().unwrap();
    let raw = disk(directory.path());
    let wanted = std::fs::read(&raw).unwrap();
    for (number, (format, options, compressed)) in forms.iter().enumerate() {
        let folder = directory.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("disk.vmdk");
        let compress: &[&str] = if *compressed { &["-c"] } else { &[] };
        let arguments = [&["convert"], compress, &["-f", "raw", "-O", format, "-o", options, text(&raw), text(&path)]];
        run("qemu-img", &arguments.concat());
        let container = container::open(&path, &Access::default()).unwrap();
        let name = if *format == "vpc" { "vhd" } else { format };
        assert_eq!(container.format, name, "{options}");
        assert!(container.disk.length() >= wanted.len() as u64, "{format} {options}");
        assert!(bytes(&*container.disk, wanted.len() as u64) == wanted, "{format} {options}");
        let beyond = container.disk.read_at(container.disk.length(), &mut [0]);
        assert!(matches!(beyond, Err(DiskError::Truncated { .. })), "{format} {options}");
    }
}

#[test]
fn a_backing_file_is_read_only_from_the_allowed_directory() {
    if !have(&["qemu-img"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let raw = disk(directory.path());
    let (base, top) = (directory.path().join("base.qcow2"), directory.path().join("top.qcow2"));
    run("qemu-img", &["convert", "-f", "raw", "-O", "qcow2", text(&raw), text(&base)]);
    run("qemu-img", &["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", text(&top), "14M"]);
    let refused = container::open(&top, &Access::default()).map(|_| ());
    assert_eq!(refused, Err(DiskError::External("base.qcow2".to_owned())));
    let elsewhere = tempfile::tempdir().unwrap();
    let access = |path: &Path| Access { backing_directory: Some(path.to_owned()) };
    assert!(matches!(container::open(&top, &access(elsewhere.path())), Err(DiskError::External(_))));
    let container = container::open(&top, &access(directory.path())).unwrap();
    let wanted = std::fs::read(&raw).unwrap();
    let found = bytes(&*container.disk, 14 << 20);
    assert!(found[..wanted.len()] == wanted && found[wanted.len()..].iter().all(|byte| *byte == 0));
    // A link in the allowed directory does not lead out of it.
    let outside = elsewhere.path().join("secret");
    std::fs::write(&outside, vec![b's'; 65536]).unwrap();
    std::fs::remove_file(&base).unwrap();
    std::os::unix::fs::symlink(&outside, &base).unwrap();
    assert!(matches!(container::open(&top, &access(directory.path())), Err(DiskError::External(_))));
}

#[test]
fn a_backing_file_that_is_itself() {
    if !have(&["qemu-img"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("round.qcow2");
    run("qemu-img", &["create", "-q", "-u", "-f", "qcow2", "-b", "round.qcow2", "-F", "qcow2", text(&path), "1M"]);
    let access = Access { backing_directory: Some(directory.path().to_owned()) };
    assert!(matches!(container::open(&path, &access), Err(DiskError::Limit(_))));
}

#[test]
fn a_descriptor_cannot_name_files_of_the_host() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("secret"), vec![b's'; 4096]).unwrap();
    let path = directory.path().join("disk.vmdk");
    for name in ["secret", "/etc/passwd", "../secret", "disk-flat.vmdk/../secret"] {
        let text = format!("# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"{name}\" 0\n");
        std::fs::write(&path, text).unwrap();
        let opened = container::open(&path, &Access::default()).map(|_| ());
        assert!(matches!(opened, Err(DiskError::External(_))), "{name}: {opened:?}");
    }
    // Nor by a link with a name that would be allowed.
    std::os::unix::fs::symlink("/etc/passwd", directory.path().join("disk-flat.vmdk")).unwrap();
    std::fs::write(&path, "# Disk DescriptorFile\nRW 1 FLAT \"disk-flat.vmdk\" 0\n").unwrap();
    assert!(matches!(container::open(&path, &Access::default()), Err(DiskError::External(_))));
}

#[test]
fn what_is_not_read_is_named() {
    if !have(&["qemu-img"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk");
    let secret = ["--object", "secret,id=s,data=abc"];
    let luks = ["-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"];
    run("qemu-img", &[&["create", "-q"], &secret[..], &["-f", "qcow2"], &luks, &[text(&path), "4M"]].concat());
    let named = |path: &Path| match container::open(path, &Access::default()) {
        Err(DiskError::Unsupported(what)) => what,
        other => panic!("{:?}", other.map(|container| container.format)),
    };
    assert_eq!(named(&path), "encrypted qcow2 (LUKS)");
    for (format, name) in [("vdi", "VirtualBox VDI"), ("qed", "QED"), ("parallels", "Parallels disk")] {
        run("qemu-img", &["create", "-q", "-f", format, text(&path), "4M"]);
        assert_eq!(named(&path), name);
    }
}
