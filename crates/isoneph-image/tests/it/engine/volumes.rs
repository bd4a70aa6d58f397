//! Partition tables, logical volumes, and guests joined of several volumes.

use super::sample::{self, Without, assert_same};
use super::tools::{empty, feed, have, run, text, write_at};
use isoneph_image::container::{Disk, DiskError};
use isoneph_image::image::{self, VolumeState};
use isoneph_image::partition;
use isoneph_image::tree::TreeError;
use std::fs;
use std::path::{Path, PathBuf};

/// Makes an ext4 file system of a directory.
fn ext4(directory: &Path, root: &Path, uuid: &str, label: &str) -> Vec<u8> {
    let path = directory.join("file-system");
    empty(&path, 16 << 20);
    run("mke2fs", &["-q", "-F", "-t", "ext4", "-U", uuid, "-L", label, "-d", text(root), text(&path)]);
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

const UUIDS: [&str; 4] = [
    "11111111-2222-3333-4444-555555555555",
    "21111111-2222-3333-4444-555555555555",
    "31111111-2222-3333-4444-555555555555",
    "41111111-2222-3333-4444-555555555555",
];

/// Writes a GPT of one partition from sector 2048, for either size of sectors.
fn gpt(disk: &mut Vec<u8>, sector: usize, length: usize) {
    let put = |disk: &mut Vec<u8>, at: usize, bytes: &[u8]| disk[at..at + bytes.len()].copy_from_slice(bytes);
    let last = disk.len() / sector - 1;
    let mut entries = vec![0; 128 * 128];
    entries[..16].copy_from_slice(&[0xAF; 16]);
    entries[16..32].copy_from_slice(&[0x11; 16]);
    entries[32..40].copy_from_slice(&2048_u64.to_le_bytes());
    entries[40..48].copy_from_slice(&(2048 + length as u64 / sector as u64 - 1).to_le_bytes());
    entries[56..60].copy_from_slice(&[b'r', 0, b'o', 0]);
    let table = entries.len().div_ceil(sector);
    for (own, other, first) in [(1, last, 2), (last, 1, last - table)] {
        let mut header = vec![0; 92];
        header[..8].copy_from_slice(b"EFI PART");
        header[8..16].copy_from_slice(&[0, 0, 1, 0, 92, 0, 0, 0]);
        header[24..32].copy_from_slice(&(own as u64).to_le_bytes());
        header[32..40].copy_from_slice(&(other as u64).to_le_bytes());
        header[72..80].copy_from_slice(&(first as u64).to_le_bytes());
        header[80..84].copy_from_slice(&128_u32.to_le_bytes());
        header[84..88].copy_from_slice(&128_u32.to_le_bytes());
        header[88..92].copy_from_slice(&crc32fast::hash(&entries).to_le_bytes());
        let sum = crc32fast::hash(&header);
        header[16..20].copy_from_slice(&sum.to_le_bytes());
        put(disk, own * sector, &header);
        put(disk, first * sector, &entries);
    }
}

#[test]
fn a_gpt_is_read_for_either_sector_size_and_from_its_copy() {
    for sector in [512, 4096] {
        let mut disk = vec![0; 4096 * sector];
        gpt(&mut disk, sector, 100 * sector);
        let table = partition::read(&disk).unwrap();
        let (start, length) = (table.partitions[0].start, table.partitions[0].length);
        assert_eq!((start, length), (2048 * sector as u64, 100 * sector as u64));
        assert_eq!((table.scheme.as_str(), table.partitions[0].label.as_str()), ("gpt", "ro"));
        disk[sector + 40] ^= 1;
        let again = partition::read(&disk).unwrap();
        assert_eq!(again.partitions, table.partitions);
        assert!(again.notes.iter().any(|note| note.contains("copy")), "{:?}", again.notes);
        let last = disk.len() - sector;
        disk[last + 40] ^= 1;
        assert!(matches!(partition::read(&disk), Err(DiskError::Corrupt { .. })));
    }
}

#[test]
fn a_guest_of_several_partitions_is_joined_by_its_fstab() {
    if !have(&["mke2fs", "sfdisk"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    sample::make(&at("all"), Without::default());
    let fstab = format!(
        "UUID={} / ext4 defaults 0 1\nLABEL=thevar /var ext4 nodev 0 2\n/dev/sda6 /usr ext4 ro 0 2\n\
         UUID={} /home ext4 nodev 0 2\ntmpfs /tmp tmpfs nosuid 0 0\n/dev/sda3 none swap sw 0 0\n\
         nfs.example:/x /srv/x nfs ro 0 0\n",
        UUIDS[0], UUIDS[3]
    );
    fs::write(at("all/etc/fstab"), fstab).unwrap();
    for part in ["var", "usr"] {
        fs::rename(at("all").join(part), at(part)).unwrap();
        fs::create_dir(at("all").join(part)).unwrap();
    }
    // What a mount hides must not be seen.
    fs::write(at("all/var/hidden"), b"x").unwrap();
    let disk = at("disk");
    for script in [
        "label: gpt\nstart=2048,size=32768\nstart=40960,size=32768\nsize=2048\nsize=2048\nsize=2048\nstart=98304,size=32768\n",
        "label: dos\nstart=2048,size=32768,type=83\nstart=40960,size=32768,type=83\nstart=75776,size=2048,type=82\n\
         start=79872,type=5\nstart=81920,size=2048,type=83\nstart=98304,size=32768,type=83\n",
    ] {
        empty(&disk, 72 << 20);
        feed("sfdisk", &["-q", text(&disk)], script);
        write_at(&disk, 2048 * 512, &ext4(directory.path(), &at("all"), UUIDS[0], "root"));
        write_at(&disk, 40960 * 512, &ext4(directory.path(), &at("var"), UUIDS[1], "thevar"));
        write_at(&disk, 98304 * 512, &ext4(directory.path(), &at("usr"), UUIDS[2], ""));
        let guest = sample::guest(&[&disk]);
        let tree = &guest.tree;
        assert_eq!(guest.root, "disk 1 partition 1");
        assert_eq!(tree.read("/var/lib/large", 1 << 20).unwrap().len(), 700_000);
        assert_eq!(tree.metadata("/usr/bin/su").unwrap().mode, 0o4755);
        assert_eq!(tree.metadata("/etc/relative").unwrap().mode, 0o4755);
        assert!(tree.metadata("/var/hidden").unwrap_err().is_absent());
        // A volume that is not there, and one of the network: nothing is known below them.
        for path in ["/home", "/home/a/b", "/srv/x/y"] {
            let error = tree.metadata(path).unwrap_err();
            assert!(matches!(error, TreeError::NotMounted { .. }) && !error.is_absent(), "{path}: {error}");
        }
        let report = tree.walk(Default::default(), &mut |_| std::ops::ControlFlow::Continue(()));
        assert!(!report.is_complete());
        fs::remove_file(&disk).unwrap();
    }
}

/// LVM's checksum, written a second time.
fn lvm_sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0xF597_A6CF, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// Writes a physical volume: label in sector 1, description in a ring from byte 4096, data from one mebibyte.
fn physical_volume(id: &str, text: &str, data: &[u8]) -> Vec<u8> {
    let (area, size, begin) = (4096_usize, 8192_usize, 1 << 20);
    let mut disk = vec![0; begin];
    disk.extend_from_slice(data);
    let mut label = vec![0; 512];
    label[..8].copy_from_slice(b"LABELONE");
    label[8] = 1;
    label[20..24].copy_from_slice(&32_u32.to_le_bytes());
    label[24..32].copy_from_slice(b"LVM2 001");
    label[32..64].copy_from_slice(id.replace('-', "").as_bytes());
    label[64..72].copy_from_slice(&(disk.len() as u64).to_le_bytes());
    label[72..80].copy_from_slice(&(begin as u64).to_le_bytes());
    label[104..112].copy_from_slice(&(area as u64).to_le_bytes());
    label[112..120].copy_from_slice(&(size as u64).to_le_bytes());
    let sum = lvm_sum(&label[20..]);
    label[16..20].copy_from_slice(&sum.to_le_bytes());
    disk[512..1024].copy_from_slice(&label);
    // The description begins near the end of the ring and goes on after the header.
    let offset = size - 100;
    let mut header = vec![0; 512];
    header[4..20].copy_from_slice(b" LVM2 x[5A%r0N*>");
    header[20] = 1;
    header[24..32].copy_from_slice(&(area as u64).to_le_bytes());
    header[32..40].copy_from_slice(&(size as u64).to_le_bytes());
    header[40..48].copy_from_slice(&(offset as u64).to_le_bytes());
    header[48..56].copy_from_slice(&(text.len() as u64).to_le_bytes());
    header[56..60].copy_from_slice(&lvm_sum(text.as_bytes()).to_le_bytes());
    let sum = lvm_sum(&header[4..]);
    header[..4].copy_from_slice(&sum.to_le_bytes());
    disk[area..area + 512].copy_from_slice(&header);
    for (index, byte) in text.bytes().enumerate() {
        let place = if offset + index < size { offset + index } else { 512 + offset + index - size };
        disk[area + place] = byte;
    }
    disk
}

const PV: [&str; 2] = ["aaaaaa-0000-0000-0000-0000-0000-000000", "bbbbbb-0000-0000-0000-0000-0000-000000"];

/// A group on two volumes: `root` in three segments of which the last is striped, and a thin volume.
fn description(extents: u64) -> String {
    let half = extents / 2;
    let stripe = |number, start, count, legs: &str, more: &str| {
        format!(
            "segment{number} {{ start_extent = {start}\nextent_count = {count}\ntype = \"striped\"\n{more}{legs}\n}}\n"
        )
    };
    let root = [
        stripe(1, 0, 1, "stripe_count = 1\nstripes = [\"pv0\", 3]", ""),
        stripe(2, 1, half - 1, "stripe_count = 1\nstripes = [\"pv1\", 0]", ""),
        stripe(3, half, extents - half, "stripe_count = 2\nstripes = [\"pv0\", 8, \"pv1\", 64]", "stripe_size = 128\n"),
    ];
    format!(
        "vg-0 {{\nid = \"group\"\nseqno = 3\nextent_size = 512 # sectors\nphysical_volumes {{\n\
         pv0 {{ id = \"{}\"\npe_start = 2048 }}\npv1 {{ id = \"{}\"\npe_start = 2048 }}\n}}\nlogical_volumes {{\n\
         root {{ id = \"lv-root\"\nstatus = [\"READ\", \"VISIBLE\"]\nsegment_count = 3\n{} }}\n\
         thin {{ id = \"lv-thin\"\nstatus = [\"VISIBLE\"]\nsegment_count = 1\nsegment1 {{ start_extent = 0\nextent_count = 1\ntype = \"thin\" }} }}\n\
         }}\n}}\ncontents = \"Text Format Volume Group\"\n",
        PV[0],
        PV[1],
        root.concat()
    )
}

/// The logical volume's bytes as the description lays them out.
fn lay_out(content: &[u8], extent: usize) -> [Vec<u8>; 2] {
    let extents = content.len() / extent;
    let half = extents / 2;
    let mut disks = [vec![0; 200 * extent], vec![0; 200 * extent]];
    let mut put =
        |disk: usize, place: usize, bytes: &[u8]| disks[disk][place..place + bytes.len()].copy_from_slice(bytes);
    put(0, 3 * extent, &content[..extent]);
    put(1, 0, &content[extent..half * extent]);
    for (index, stripe) in content[half * extent..].chunks(65536).enumerate() {
        put(index % 2, [8, 64][index % 2] * extent + index / 2 * 65536, stripe);
    }
    disks
}

#[test]
fn logical_volumes_on_two_disks_are_read() {
    if !have(&["mke2fs"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    sample::make(&root, Without::default());
    let content = ext4(directory.path(), &root, UUIDS[0], "root");
    let extent = 512 * 512;
    let paths: Vec<PathBuf> = ["one", "two"].map(|name| directory.path().join(name)).to_vec();
    let text = description((content.len() / extent) as u64);
    for ((path, id), data) in paths.iter().zip(PV).zip(lay_out(&content, extent)) {
        fs::write(path, physical_volume(id, &text, &data)).unwrap();
    }
    let image = image::open(&paths, &Default::default(), None).unwrap();
    assert_eq!(image.guests[0].root, "vg-0/root");
    let found = sample::of_tree(&image.guests[0].tree, Without::default());
    assert_eq!(found, sample::of_directory(&root, Without::default()));
    let thin = image.report.volumes.iter().find(|volume| volume.name == "vg-0/thin").unwrap();
    assert_eq!(thin.state, VolumeState::Unsupported("LVM volume of type thin".to_owned()));
    // Without the second disk the group is not whole, and that is what is said.
    let half = image::open(&paths[..1], &Default::default(), None).unwrap();
    assert!(half.guests.is_empty());
    let other = image::open(&paths[1..], &Default::default(), None).unwrap();
    assert_eq!((half.report.wants.len(), &half.report.wants), (1, &other.report.holds));
    let parts = [&half, &other].map(|image| image::Part { report: &image.report, has_guest: false });
    assert_eq!(image::machines(&parts), [[0, 1]]);
    assert!(half.report.volumes.iter().any(|volume| matches!(&volume.state, VolumeState::Damaged(_))));
}

#[test]
fn nothing_is_decided_where_fstab_cannot_be_read() {
    if !have(&["mke2fs"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (root, path) = (directory.path().join("root"), directory.path().join("disk"));
    sample::make(&root, Without::default());
    let _ = fs::remove_file(root.join("etc/fstab"));
    fs::create_dir(root.join("etc/fstab")).unwrap();
    fs::write(&path, ext4(directory.path(), &root, UUIDS[0], "root")).unwrap();
    sample::decides_nothing(&path, "wrong-kind");
}

#[test]
fn what_is_on_a_volume_and_not_read_is_named() {
    let marks: &[(&str, usize, &[u8])] = &[
        ("LUKS-encrypted volume", 0, b"LUKS\xba\xbe\0\x02"),
        ("BitLocker-encrypted volume", 3, b"-FVE-FS-"),
        ("NTFS (Windows)", 3, b"NTFS    "),
        ("btrfs", 0x1_0040, b"_BHRfS_M"),
        ("SquashFS", 0, b"hsqs"),
        ("ISO 9660", 0x8001, b"CD001"),
    ];
    for (name, place, mark) in marks {
        let mut disk = vec![0; 8192 * 512];
        gpt(&mut disk, 512, 4096 * 512);
        let at = 2048 * 512 + place;
        disk[at..at + mark.len()].copy_from_slice(mark);
        let image = image::open_disk(std::sync::Arc::new(disk)).unwrap();
        assert_eq!(image.report.volumes[0].state, VolumeState::Unsupported((*name).to_owned()));
        assert!(image.guests.is_empty());
    }
}

#[test]
fn an_empty_disk_holds_no_guest() {
    for length in [0, 1, 511, 512, 513, 4096, 1 << 20] {
        let disk: Vec<u8> = vec![0; length];
        assert_eq!(disk.length(), length as u64);
        let image = image::open_disk(std::sync::Arc::new(disk)).unwrap();
        assert!(image.guests.is_empty());
    }
}

#[test]
fn a_file_system_without_a_table_is_a_guest() {
    if !have(&["mke2fs"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    sample::make(&root, Without::default());
    let path = directory.path().join("bare");
    fs::write(&path, ext4(directory.path(), &root, UUIDS[0], "root")).unwrap();
    assert_same(&path, &root, Without::default());
}
