//! Small images that are kept with the tests: made by tools that a machine may lack, read by those that mutate them.
//! `ISONEPH_BLESS=1` makes them anew.
//!
//! A fixture is a gzip stream of: length of the image (u64), then (number, content) of every 4 KiB that is not zero.

use super::sample::{self, Without};
use super::tools::{empty, have, run, text};
use super::{archives, xfs};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PAGE: usize = 4096;

/// The names of the fixtures.
pub(super) const NAMES: &[&str] = &["ext4", "ext4-sums", "xfs", "qcow2", "vmdk", "vhdx", "vhd"];

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.gz"))
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = (bytes.len() as u64).to_le_bytes().to_vec();
    for (number, page) in bytes.chunks(PAGE).enumerate().filter(|(_, page)| page.iter().any(|byte| *byte != 0)) {
        packed.extend((number as u32).to_le_bytes());
        packed.extend(page);
        packed.resize(packed.len() + PAGE - page.len(), 0);
    }
    archives::gzip(&packed)
}

/// A disk that keeps only the pages that are not zero.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) length: u64,
    pub(super) pages: std::collections::BTreeMap<u64, Vec<u8>>,
}

impl isoneph_image::container::Disk for Pages {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), isoneph_image::container::DiskError> {
        let (wanted, length) = (buffer.len() as u64, self.length);
        if offset.checked_add(wanted).is_none_or(|end| end > length) {
            return Err(isoneph_image::container::DiskError::Truncated { offset, wanted, length });
        }
        buffer.fill(0);
        let first = offset / PAGE as u64;
        for (number, page) in self.pages.range(first..=(offset + wanted) / PAGE as u64) {
            let start = number * PAGE as u64;
            let (from, to) = (start.max(offset), (start + PAGE as u64).min(offset + wanted));
            if from < to {
                let (at, count) = ((from - start) as usize, (to - from) as usize);
                buffer[(from - offset) as usize..][..count].copy_from_slice(&page[at..at + count]);
            }
        }
        Ok(())
    }
}

/// Reads a fixture.
pub(super) fn read(name: &str) -> Pages {
    let packed = std::fs::read(place(name)).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    let (length, mut rest) = bytes.split_at(8);
    let mut pages = std::collections::BTreeMap::new();
    while let Some((page, after)) = rest.split_at_checked(4 + PAGE) {
        pages.insert(u64::from(u32::from_le_bytes(page[..4].try_into().unwrap())), page[4..].to_vec());
        rest = after;
    }
    Pages { length: u64::from_le_bytes(length.try_into().unwrap()), pages }
}

fn small(root: &Path) {
    std::fs::remove_file(root.join("var/lib/large")).unwrap();
    for number in 60..600 {
        std::fs::remove_file(root.join(format!("var/many/a-name-that-is-not-short-{number:04}"))).unwrap();
    }
}

#[test]
fn fixtures_are_made_anew_when_asked() {
    if std::env::var_os("ISONEPH_BLESS").is_none() || !have(&["mke2fs", "mkfs.xfs", "qemu-img"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (root, image) = (directory.path().join("tree"), directory.path().join("image"));
    sample::make(&root, Without::default());
    small(&root);
    let save = |name: &str, path: &Path| std::fs::write(place(name), pack(&std::fs::read(path).unwrap())).unwrap();
    std::fs::create_dir_all(place("x").parent().unwrap()).unwrap();
    for (name, features) in [("ext4-sums", "metadata_csum"), ("ext4", "^metadata_csum")] {
        let _ = std::fs::remove_file(&image);
        empty(&image, 6 << 20);
        run("mke2fs", &["-q", "-F", "-t", "ext4", "-b", "1024", "-O", features, "-d", text(&root), text(&image)]);
        save(name, &image);
    }
    for (name, format, options) in [
        ("qcow2", "qcow2", "compat=1.1,cluster_size=4k"),
        ("vmdk", "vmdk", "subformat=streamOptimized"),
        ("vhdx", "vhdx", "block_size=1M"),
        ("vhd", "vpc", "force_size=on"),
    ] {
        let path = directory.path().join(name);
        let compress: &[&str] = if name == "qcow2" { &["-c"] } else { &[] };
        let arguments =
            [&["convert"], compress, &["-f", "raw", "-O", format, "-o", options, text(&image), text(&path)]];
        run("qemu-img", &arguments.concat());
        save(name, &path);
    }
    let (_, prototype) = xfs::root_of(directory.path(), small);
    let _ = std::fs::remove_file(&image);
    empty(&image, 300 << 20);
    run("mkfs.xfs", &["-q", "-f", "-p", text(&prototype), text(&image)]);
    save("xfs", &image);
}

#[test]
fn every_fixture_holds_the_sample() {
    for name in NAMES {
        let image = isoneph_image::image::open_disk(Arc::new(read(name))).unwrap();
        assert_eq!(image.guests.len(), 1, "{name}: {:?}", image.report);
        let tree = &image.guests[0].tree;
        assert_eq!(tree.read("/etc/os-release", 100).unwrap(), b"ID=sample\n", "{name}");
        assert_eq!(tree.list("/var/many").unwrap().len(), 60, "{name}");
        assert_eq!(tree.metadata("/usr/bin/su").unwrap().mode, 0o4755, "{name}");
    }
}

#[test]
fn the_fixtures_are_small() {
    let total: u64 = NAMES.iter().map(|name| place(name).metadata().unwrap().len()).sum();
    assert!(total < 200 * 1024, "{total}");
}
