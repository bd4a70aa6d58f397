//! Telling a disk, or an archive of a root file system, by its first and last bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// As far as the marks of file systems go: btrfs puts its own 64 KiB in.
const HEAD: usize = (64 << 10) + 512;

/// Marks of containers, partition tables, file systems and encryption: where, and what. Also of those that are not read, so
/// that they are named rather than passed over.
const MARKS: &[(usize, &[u8])] = &[
    (0, b"QFI\xfb"),
    (0, b"KDMV"),
    (0, b"# Disk DescriptorFile"),
    (0, b"vhdxfile"),
    (0, b"conectix"),
    (512, b"EFI PART"),
    (4096, b"EFI PART"),
    (512, b"LABELONE"),
    (0, b"XFSB"),
    (1080, b"\x53\xef"),
    (0, b"LUKS\xba\xbe"),
    (3, b"NTFS    "),
    (3, b"-FVE-FS-"),
    (0x1_0040, b"_BHRfS_M"),
    (0, b"hsqs"),
    (257, b"ustar"),
    (0, b"\x28\xb5\x2f\xfd"),
];

/// Whether the bytes of a file are those of a disk, or of an archive of a root file system. What cannot be read is neither:
/// whoever opens it next says why. A folder is one if it is an OCI image layout.
pub(crate) fn looks_like(path: &Path) -> bool {
    if path.is_dir() {
        return path.join("oci-layout").is_file() && path.join("index.json").is_file();
    }
    let Ok(mut file) = File::open(path) else { return false };
    let mut head = Vec::new();
    if file.by_ref().take(HEAD as u64).read_to_end(&mut head).is_err() {
        return false;
    }
    marked(&head) || boots(&head) || is_packed_tar(&head) || ends_as_disk(&mut file)
}

fn marked(head: &[u8]) -> bool {
    MARKS.iter().any(|(at, mark)| head.get(*at..at + mark.len()) == Some(*mark))
}

/// A boot record with a partition that begins behind it. Text that happens to have the two bytes has no such entry.
fn boots(head: &[u8]) -> bool {
    let entry = |index: usize| head.get(446 + 16 * index..462 + 16 * index);
    let partition = |entry: &[u8]| matches!(entry[0], 0 | 0x80) && entry[4] != 0 && entry[8..16] != [0; 8];
    head.get(510..512) == Some(b"\x55\xaa") && (0..4).filter_map(entry).any(partition)
}

fn is_packed_tar(head: &[u8]) -> bool {
    let mut first = [0; 512];
    head.starts_with(b"\x1f\x8b")
        && MultiGzDecoder::new(head).read_exact(&mut first).is_ok()
        && &first[257..262] == b"ustar"
}

/// A fixed VHD says what it is in its last 512 bytes alone.
fn ends_as_disk(file: &mut File) -> bool {
    let mut foot = [0; 8];
    file.seek(SeekFrom::End(-512)).is_ok() && file.read_exact(&mut foot).is_ok() && &foot == b"conectix"
}
