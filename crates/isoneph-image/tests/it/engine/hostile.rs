//! Hostile images: fixtures with parts overwritten, checksums repaired. Whatever comes of it, nothing panics or hangs, and
//! what is read stays within bounds. The fuzz targets in `fuzz/` call the same functions.

use super::fixtures::{self, Pages};
use super::{archives, fixtures::NAMES};
use isoneph_image::container::{Disk, DiskError};
use isoneph_image::tree::{Tree, WalkBudget};
use isoneph_image::{archive, image};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A change to an image.
#[derive(Clone, Debug)]
enum Change {
    /// Another byte.
    Byte(usize, u8),
    /// A number of four bytes, in either order, of the values that break sums and loops.
    Number(usize, u32, bool),
    /// Eight bytes of it.
    Wide(usize, u64, bool),
    /// One page in the place of another.
    Copy(usize, usize),
    /// A page of nothing.
    Blank(usize),
    /// A shorter image.
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let small = prop_oneof![
        Just(0_u32),
        Just(1),
        Just(2),
        Just(0xFFFF),
        Just(0x7FFF_FFFF),
        Just(0x8000_0000),
        Just(u32::MAX),
        0_u32..5000,
        any::<u32>()
    ];
    let wide =
        prop_oneof![Just(0_u64), Just(u64::MAX), Just(1 << 63), Just(u64::MAX >> 1), 0_u64..100_000, any::<u64>()];
    prop_oneof![
        3 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        6 => (any::<usize>(), small, any::<bool>()).prop_map(|(at, value, big)| Change::Number(at, value, big)),
        2 => (any::<usize>(), wide, any::<bool>()).prop_map(|(at, value, big)| Change::Wide(at, value, big)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Change::Copy(from, to)),
        1 => any::<usize>().prop_map(Change::Blank),
        1 => any::<usize>().prop_map(Change::Cut),
    ]
}

/// The places of a disk that hold something: changes elsewhere are changes of nothing. Half of them fall where most
/// structure is, at the start of a page.
fn place(disk: &Pages, at: usize) -> (u64, usize) {
    let number = *disk.pages.keys().nth(at % disk.pages.len()).unwrap();
    let within = at / disk.pages.len();
    (number, if within.is_multiple_of(2) { within / 2 % 256 } else { within / 2 % 4096 } & !3)
}

fn apply(disk: &mut Pages, change: &Change) {
    let mut put = |at: usize, bytes: &[u8]| {
        let (page, within) = place(disk, at);
        let end = (within + bytes.len()).min(4096);
        disk.pages.get_mut(&page).unwrap()[within..end].copy_from_slice(&bytes[..end - within]);
    };
    match change {
        Change::Byte(at, byte) => put(*at, &[*byte]),
        Change::Number(at, value, true) => put(*at, &value.to_be_bytes()),
        Change::Number(at, value, false) => put(*at, &value.to_le_bytes()),
        Change::Wide(at, value, true) => put(*at, &value.to_be_bytes()),
        Change::Wide(at, value, false) => put(*at, &value.to_le_bytes()),
        Change::Copy(from, to) => {
            let page = disk.pages[&place(disk, *from).0].clone();
            let to = place(disk, *to).0;
            disk.pages.insert(to, page);
        }
        Change::Blank(at) => disk.pages.get_mut(&place(disk, *at).0).unwrap().fill(0),
        Change::Cut(at) => disk.length = place(disk, *at).0 * 4096 + 512,
    }
}

/// CRC-32C bit by bit, continued from a seed.
fn crc32c(seed: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(seed, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 })
    })
}

/// Puts right the checksum of a structure whose sum counts its own field as zero.
fn mend(bytes: &mut [u8], field: usize) {
    bytes[field..field + 4].fill(0);
    let sum = !crc32c(!0, bytes);
    bytes[field..field + 4].copy_from_slice(&sum.to_le_bytes());
}

/// Repairs checksums, so that a change gets past them: of XFS and VHDX by their marks, of ext4's superblock.
fn repair(disk: &mut Pages) {
    for page in disk.pages.values_mut() {
        let marks: &[(&[u8], usize, usize)] = &[
            (b"XFSB", 224, 512),
            (b"XDB3", 4, 4096),
            (b"XDD3", 4, 4096),
            (b"BMA3", 64, 4096),
            (b"XSLM", 12, 4096),
            (b"head", 4, 4096),
        ];
        if let Some((_, field, length)) = marks.iter().find(|(mark, ..)| page.starts_with(mark)) {
            mend(&mut page[..*length], *field);
        }
        for inode in page.chunks_mut(512).filter(|inode| inode.starts_with(b"IN") && inode[4] == 3) {
            mend(inode, 100);
        }
        let superblock = &mut page[1024..2048];
        if superblock[0x38..0x3A] == [0x53, 0xEF] {
            let sum = crc32c(!0, &superblock[..0x3FC]);
            superblock[0x3FC..].copy_from_slice(&sum.to_le_bytes());
        }
    }
}

/// Counts what is read, and refuses it beyond a limit no sane image needs.
struct Counted {
    disk: Pages,
    read: Arc<AtomicU64>,
}

impl Disk for Counted {
    fn length(&self) -> u64 {
        self.disk.length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        self.read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.disk.read_at(offset, buffer)
    }
}

/// Asks a tree everything that a scan asks, within a scan's limits.
fn examine(tree: &Tree) {
    let budget = WalkBudget { entries: 3000, ..WalkBudget::default() };
    tree.walk(budget, &mut |entry| {
        if entry.metadata.is_file() {
            let _ = tree.read(&entry.path, 1 << 20);
        }
        let _ = tree.attribute(&entry.path, "security.capability");
        ControlFlow::Continue(())
    });
    for path in ["/etc/ssh/sshd_config", "/etc/absolute", "/etc/relative", "/etc/round", "/etc/long", "/var/many"] {
        let _ = (tree.read(path, 1 << 20), tree.list(path), tree.canonical(path), tree.link_target(path));
    }
}

fn survive(disk: Pages) {
    let read = Arc::new(AtomicU64::new(0));
    let counted = Counted { disk, read: Arc::clone(&read) };
    if let Ok(image) = image::open_disk(Arc::new(counted)) {
        for guest in &image.guests {
            examine(&guest.tree);
        }
    }
    let read = read.load(Ordering::Relaxed);
    assert!(read < 4 << 30, "{read} bytes read");
}

fn cases() -> u32 {
    let asked = std::env::var_os("ISONEPH_HOSTILE_CASES").and_then(|text| text.to_str()?.parse().ok());
    asked.unwrap_or(40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_image_neither_panics_nor_hangs(changes in prop::collection::vec(change(), 1..12), mended: bool) {
        for name in NAMES {
            let mut disk = fixtures::read(name);
            for change in &changes {
                apply(&mut disk, change);
            }
            if mended {
                repair(&mut disk);
            }
            survive(disk);
        }
    }

    #[test]
    fn a_changed_archive_neither_panics_nor_hangs(
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        packed: bool,
    ) {
        let mut bytes = archives::tar(&[archives::file("etc/passwd", b"root"), archives::file("a/b/c", &[7; 900])]);
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        for header in bytes.chunks_mut(512).filter(|block| block[257..262] == *b"ustar") {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let bytes = if packed { archives::gzip(&bytes) } else { bytes };
        let _ = archive::open_disk(Arc::new(bytes));
    }

    #[test]
    fn bytes_of_no_kind_are_no_guest(bytes in prop::collection::vec(any::<u8>(), 0..5000)) {
        let _ = archive::open_disk(Arc::new(bytes.clone()));
        prop_assert!(image::open_disk(Arc::new(bytes)).map_or(true, |image| image.guests.is_empty()));
    }
}
