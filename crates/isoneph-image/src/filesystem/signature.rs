//! What is on a volume that is not read here, told by its magic numbers, so that it can be named.

use crate::container::{Disk, DiskError};
use std::ops::Range;

/// Name, place, magic.
const SIGNATURES: &[(&str, u64, &[u8])] = &[
    ("LUKS-encrypted volume", 0, b"LUKS\xba\xbe"),
    ("BitLocker-encrypted volume", 3, b"-FVE-FS-"),
    ("NTFS (Windows)", 3, b"NTFS    "),
    ("ReFS (Windows)", 3, b"ReFS"),
    ("btrfs", 0x1_0040, b"_BHRfS_M"),
    ("bcachefs", 0x1018, &[0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA]),
    ("bcache device", 0x1018, &[0xC6, 0x85, 0x73, 0xF6, 0x66, 0xCE, 0x90, 0xA9]),
    ("F2FS", 0x400, &[0x10, 0x20, 0xF5, 0xF2]),
    ("SquashFS", 0, b"hsqs"),
    ("EROFS", 0x400, &[0xE2, 0xE1, 0xF5, 0xE0]),
    ("FAT", 0x36, b"FAT"),
    ("FAT", 0x52, b"FAT32"),
    ("exFAT", 3, b"EXFAT   "),
    ("swap", 0xFF6, b"SWAPSPACE2"),
    ("ISO 9660", 0x8001, b"CD001"),
    ("UDF", 0x8001, b"BEA01"),
    ("ZFS", 0x2_0000, &[0x0C, 0xB1, 0xBA, 0, 0, 0, 0, 0]),
    ("ZFS", 0x2_0000, &[0, 0, 0, 0, 0, 0xBA, 0xB1, 0x0C]),
    ("ReiserFS", 0x1_0034, b"ReIsEr"),
    ("JFS", 0x8000, b"JFS1"),
    ("NILFS", 0x406, &[0x34, 0x34]),
    ("UFS", 0x1_055C, &[0x19, 0x54, 0x01, 0x19]),
    ("HFS+", 0x400, b"H+\0\x04"),
    ("APFS", 0x20, b"NXSB"),
    ("VMFS", 0x10_0000, &[0x0D, 0xD0, 0x01, 0xC0]),
    ("Linux software RAID member", 0x1000, &[0xFC, 0x4E, 0x2B, 0xA9]),
    ("Linux software RAID member", 0, &[0xFC, 0x4E, 0x2B, 0xA9]),
    ("Stratis pool", 0x200, b"!Stra0tis"),
];

/// The name of what is on the volume, if a magic number in this part of it is known.
pub(super) fn name(disk: &dyn Disk, part: Range<u64>) -> Result<Option<&'static str>, DiskError> {
    for (name, place, magic) in SIGNATURES.iter().filter(|(_, place, _)| part.contains(place)) {
        let mut found = vec![0; magic.len()];
        if place + magic.len() as u64 > disk.length() {
            continue;
        }
        disk.read_at(*place, &mut found)?;
        if found == *magic {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
